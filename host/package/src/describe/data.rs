//! Entries that the package gives to maps.

use serde_json::Value;

use super::maps::Maps;
use crate::description::Map;
use crate::encode::encode_value;
use crate::error::{At, Error};
use crate::maps::kind;
use crate::meta::MapMeta;
use crate::types::TypeIndex;

impl Maps<'_, '_, '_> {
    /// Checks them against the map's definition, and takes them.
    pub(super) fn data(&mut self, map: &mut Map, meta: &MapMeta<'_>) -> Result<(), Error> {
        if let Some(reason) = no_data(map.kind)
            && !meta.data.is_empty()
        {
            return Err(Error::field(format!("nothing can be written here before it runs: {reason}")).at("data"));
        }
        for (index, (key, value)) in meta.data.iter().enumerate() {
            let path = || format!("data[{index}]");
            let key = self.check_key(map, *key).at(|| "key").at(path)?;
            self.check_value(map, value).at(|| "value").at(path)?;
            map.data.push((key, (*value).clone()));
        }
        Ok(())
    }

    /// The key, or null for a kind that has none.
    fn check_key(&mut self, map: &Map, key: Option<&Value>) -> Result<Value, Error> {
        let without = matches!(map.kind, kind::QUEUE | kind::STACK | kind::BLOOM_FILTER);
        match key {
            None | Some(Value::Null) if without => Ok(Value::Null),
            Some(_) if without => Err(Error::field("a map of this kind has no keys").with_hint("leave the key out")),
            None => Err(Error::field("this field is missing")),
            Some(key) => {
                self.spend(map.key_size, 1)?;
                self.check(map.key, map.key_size, key)?;
                Ok(key.clone())
            }
        }
    }

    /// A value; in a per-CPU map also a list of them.
    fn check_value(&mut self, map: &Map, value: &Value) -> Result<(), Error> {
        let per_cpu = matches!(map.kind, kind::PERCPU_HASH | kind::PERCPU_ARRAY | kind::LRU_PERCPU_HASH);
        self.spend(map.value_size, 1)?;
        let one = self.check(map.value, map.value_size, value);
        match value {
            Value::Array(values) if per_cpu && map.value.is_some() && one.is_err() => {
                self.spend(map.value_size, values.len())?;
                for (cpu, value) in values.iter().enumerate() {
                    self.check(map.value, map.value_size, value).at(|| format!("[{cpu}]"))?;
                }
                Ok(())
            }
            _ => one,
        }
    }

    /// Takes so many bytes so many times off what all entries may have.
    fn spend(&mut self, size: u32, count: usize) -> Result<(), Error> {
        let left = (size as usize)
            .checked_mul(count)
            .and_then(|bytes| self.data_budget.checked_sub(bytes));
        self.data_budget = left.ok_or_else(|| {
            Error::limit(format!(
                "the entries of the package's maps take more than {} MiB",
                crate::limits::MAP_DATA_BYTES >> 20
            ))
        })?;
        Ok(())
    }

    fn check(&mut self, ty: Option<TypeIndex>, size: u32, value: &Value) -> Result<(), Error> {
        let ty = ty.ok_or_else(|| {
            Error::field("the map's definition does not say which type this is")
                .with_hint("declare it with __type(key, …) and __type(value, …)")
        })?;
        let mut scratch = vec![0; size as usize];
        self.layouts
            .with_types(|types| encode_value(types, ty, value, &mut scratch))
    }
}

/// Why a package cannot write into a kind of map.
fn no_data(kind: u32) -> Option<&'static str> {
    Some(match kind {
        kind::PROG_ARRAY => "its entries are programs, which its definition (`.values = { … }`) or the tool puts in",
        kind::ARRAY_OF_MAPS | kind::HASH_OF_MAPS => {
            "its entries are maps, which its definition (`.values = { … }`) or the tool puts in"
        }
        kind::PERF_EVENT_ARRAY | kind::RINGBUF => "records come out of a buffer",
        kind::USER_RINGBUF => "the tool submits records when programs are there to take them",
        kind::ARENA => "an arena has memory in place of entries",
        kind::STACK_TRACE => "the kernel writes stack traces",
        kind::CGROUP_STORAGE
        | kind::PERCPU_CGROUP_STORAGE
        | kind::SK_STORAGE
        | kind::INODE_STORAGE
        | kind::TASK_STORAGE
        | kind::CGRP_STORAGE => "its keys are things of a running system",
        kind::CGROUP_ARRAY | kind::SOCKMAP | kind::XSKMAP | kind::SOCKHASH | kind::REUSEPORT_SOCKARRAY => {
            "its entries are things of a running system"
        }
        kind::STRUCT_OPS => "the object's own struct is what it holds",
        _ => return None,
    })
}
