//! `wit/map.wit`.

use loader::UpdateMode;
use wasmtime::component::Resource;

use super::eunomia::bpf::map as wit;
use super::text;
use crate::state::State;

/// What one batch gives back at most, so that a guest cannot make the host allocate without end.
const MOST_ENTRIES: u32 = 65_536;
const MOST_BYTES: u32 = 16 << 20;

impl wit::Host for State {}

impl wit::HostMap for State {
    fn info(&mut self, this: Resource<loader::Map>) -> wasmtime::Result<wit::Info> {
        let map = self.table.get(&this)?;
        let info = map.info();
        Ok(wit::Info {
            name: map.name().to_string(),
            id: info.id,
            kind: info.kind,
            key_size: info.key_size,
            value_size: info.value_size,
            value_stride: info.value_stride,
            cpus: info.cpus,
            max_entries: info.max_entries,
        })
    }

    fn lookup(
        &mut self,
        this: Resource<loader::Map>,
        key: Vec<u8>,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, wit::Error>> {
        Ok(self.table.get(&this)?.lookup(&key).map_err(|error| failure(&error)))
    }

    fn update(
        &mut self,
        this: Resource<loader::Map>,
        key: Vec<u8>,
        value: Vec<u8>,
        mode: wit::UpdateMode,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let map = self.table.get(&this)?;
        Ok(map
            .update(&key, &value, update_mode(mode))
            .map_err(|error| failure(&error)))
    }

    fn delete(&mut self, this: Resource<loader::Map>, key: Vec<u8>) -> wasmtime::Result<Result<(), wit::Error>> {
        Ok(self.table.get(&this)?.delete(&key).map_err(|error| failure(&error)))
    }

    fn lookup_and_delete(
        &mut self,
        this: Resource<loader::Map>,
        key: Vec<u8>,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, wit::Error>> {
        let map = self.table.get(&this)?;
        Ok(map.lookup_and_delete(&key).map_err(|error| failure(&error)))
    }

    fn lookup_batch(
        &mut self,
        this: Resource<loader::Map>,
        start: Option<Vec<u8>>,
        most: u32,
    ) -> wasmtime::Result<Result<wit::Entries, wit::Error>> {
        let map = self.table.get(&this)?;
        let read = map.lookup_batch(start.as_deref(), clamp(map, most));
        Ok(read.map(entries).map_err(|error| failure(&error)))
    }

    fn lookup_and_delete_batch(
        &mut self,
        this: Resource<loader::Map>,
        start: Option<Vec<u8>>,
        most: u32,
    ) -> wasmtime::Result<Result<wit::Entries, wit::Error>> {
        let map = self.table.get(&this)?;
        let read = map.lookup_and_delete_batch(start.as_deref(), clamp(map, most));
        Ok(read.map(entries).map_err(|error| failure(&error)))
    }

    fn update_batch(
        &mut self,
        this: Resource<loader::Map>,
        keys: Vec<u8>,
        values: Vec<u8>,
        mode: wit::UpdateMode,
    ) -> wasmtime::Result<Result<u32, wit::Error>> {
        let map = self.table.get(&this)?;
        let written = map.update_batch(&keys, &values, update_mode(mode));
        Ok(written.map_err(|error| failure(&error)))
    }

    fn delete_batch(
        &mut self,
        this: Resource<loader::Map>,
        keys: Vec<u8>,
    ) -> wasmtime::Result<Result<u32, wit::Error>> {
        Ok(self
            .table
            .get(&this)?
            .delete_batch(&keys)
            .map_err(|error| failure(&error)))
    }

    fn insert_map(
        &mut self,
        this: Resource<loader::Map>,
        key: Vec<u8>,
        inner: Resource<loader::Map>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let (map, inner) = (self.table.get(&this)?, self.table.get(&inner)?);
        Ok(map.insert_map(&key, inner).map_err(|error| failure(&error)))
    }

    fn submit(&mut self, this: Resource<loader::Map>, data: Vec<u8>) -> wasmtime::Result<Result<(), wit::Error>> {
        Ok(self.table.get(&this)?.submit(&data).map_err(|error| failure(&error)))
    }

    fn memory(&mut self, this: Resource<loader::Map>) -> wasmtime::Result<Result<wit::Memory, wit::Error>> {
        let memory = self.table.get(&this)?.memory();
        Ok(memory
            .map(|memory| wit::Memory {
                address: memory.address,
                size: memory.size,
            })
            .map_err(|error| failure(&error)))
    }

    fn read_memory(
        &mut self,
        this: Resource<loader::Map>,
        offset: u64,
        length: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, wit::Error>> {
        let map = self.table.get(&this)?;
        if length > MOST_BYTES {
            let text = format!(
                "{length} bytes are more than one call reads of map {}: {MOST_BYTES}",
                map.name()
            );
            return Ok(Err(wit::Error::WrongSize(text)));
        }
        Ok(map
            .read_memory(offset, length as usize)
            .map_err(|error| failure(&error)))
    }

    fn write_memory(
        &mut self,
        this: Resource<loader::Map>,
        offset: u64,
        data: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let map = self.table.get(&this)?;
        Ok(map.write_memory(offset, &data).map_err(|error| failure(&error)))
    }

    fn drop(&mut self, this: Resource<loader::Map>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

fn clamp(map: &loader::Map, most: u32) -> u32 {
    let info = map.info();
    let entry = info.key_size.saturating_add(info.value_size).max(1);
    most.clamp(1, MOST_ENTRIES).min((MOST_BYTES / entry).max(1))
}

fn entries(read: loader::Entries) -> wit::Entries {
    wit::Entries {
        keys: read.keys,
        values: read.values,
        count: read.count,
        next: read.next,
    }
}

fn update_mode(mode: wit::UpdateMode) -> UpdateMode {
    match mode {
        wit::UpdateMode::Any => UpdateMode::Any,
        wit::UpdateMode::NoExist => UpdateMode::NoExist,
        wit::UpdateMode::Exist => UpdateMode::Exist,
    }
}

fn failure(error: &loader::Error) -> wit::Error {
    use loader::Kind;
    let text = text(error);
    match error.kind() {
        Kind::InvalidInput => wit::Error::WrongSize(text),
        Kind::Exists => wit::Error::Exists,
        Kind::NotFound => wit::Error::NoSuchKey,
        Kind::Full => wit::Error::Full,
        Kind::KernelLacks => wit::Error::Mismatch(text),
        Kind::Denied => wit::Error::Denied(text),
        Kind::Unsupported => wit::Error::Unsupported(text),
        _ => wit::Error::Other(text),
    }
}
