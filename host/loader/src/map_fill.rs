//! What a package writes into maps before its programs are attached.

use std::sync::Arc;

use package::{Types, Value};

use crate::error::{Error, Result};
use crate::map::{Map, UpdateMode};
use crate::object::Object;

impl Object {
    /// Writes what the package gives to maps. In a per-CPU map each CPU gets the same value, or its own of a list.
    pub(crate) fn write_initial_entries(&self) -> Result<()> {
        let description = Arc::clone(&self.0.description);
        for described in description.maps.iter().filter(|map| !map.data.is_empty()) {
            let map = self.map(&described.name)?;
            for (index, (key, value)) in described.data.iter().enumerate() {
                entry(&description.types, described, &map, key, value)
                    .and_then(|(key, value)| map.update(&key, &value, UpdateMode::Any))
                    .map_err(|error| {
                        error.context(format!(
                            "entry {index} that the package gives to map {} cannot be written",
                            described.name
                        ))
                    })?;
            }
        }
        Ok(())
    }
}

/// Key and value as the map takes them.
fn entry(types: &Types, described: &package::Map, map: &Map, key: &Value, value: &Value) -> Result<(Vec<u8>, Vec<u8>)> {
    let encode = |what: &str, ty: Option<u32>, size: u32, value: &Value| -> Result<Vec<u8>> {
        let ty = ty.ok_or_else(|| Error::invalid(format!("its {what} has no type in the object")))?;
        let mut bytes = vec![0; size as usize];
        package::encode_value(types, ty, value, &mut bytes)
            .map_err(|error| Error::invalid(error.to_string()).context(format!("the {what} does not fit")))?;
        Ok(bytes)
    };
    let key = if described.key_size == 0 {
        Vec::new()
    } else {
        encode("key", described.key, described.key_size, key)?
    };
    let one = |value: &Value| encode("value", described.value, described.value_size, value);
    let info = map.info();
    if info.kind == libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER {
        return Ok((one(value)?, Vec::new()));
    }
    if info.cpus == 0 {
        return Ok((key, one(value)?));
    }
    // What is a value by itself is that of all, also where values are lists.
    let values = match (one(value), value) {
        (Ok(value), _) => vec![value; info.cpus as usize],
        (Err(_), Value::Array(values)) if values.len() == info.cpus as usize => {
            values.iter().map(one).collect::<Result<_>>()?
        }
        (Err(_), Value::Array(values)) => {
            return Err(Error::invalid(format!(
                "there are values for {} CPUs, and the kernel counts {}",
                values.len(),
                info.cpus
            ))
            .with_hint("one value in place of the list is written for all CPUs"));
        }
        (Err(error), _) => return Err(error),
    };
    let padded = values.into_iter().flat_map(|mut value| {
        value.resize(info.value_stride as usize, 0);
        value
    });
    Ok((key, padded.collect()))
}
