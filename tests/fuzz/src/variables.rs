//! A type, what lies in memory, and a value in JSON: into memory and back.

use package::{Package, Value, decode_value, encode_value};

use crate::handmade::types::{Allowed, Choices, add_type};
use crate::handmade::{Btf, object_with};

/// The bytes are three parts, divided by zeros: choices of a type, what lies in memory, and a value in JSON.
pub fn variables(bytes: &[u8]) {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let (choices, memory, text) = (parts.next(), parts.next(), parts.next());
    let mut btf = Btf::default();
    let allowed = Allowed {
        depth: 4,
        pointers: true,
    };
    let (ty, size) = add_type(&mut btf, &mut Choices(choices.unwrap_or_default()), allowed);
    if size > 1 << 16 {
        return;
    }
    btf.variable(ty, size);
    let memory = memory
        .unwrap_or_default()
        .iter()
        .copied()
        .chain(std::iter::repeat(0xa5));
    let memory: Vec<u8> = memory.take(size as usize).collect();
    let package = Package::from_object(object_with(&btf.bytes(), &memory), "tool", &[]).expect("the type is sound");
    let description = package.describe().expect("the type is sound");
    let (types, variable) = (&description.types, &description.variables[0]);
    assert_eq!(variable.initial, memory);

    let shown = decode_value(types, variable.ty, &memory);
    round(types, variable.ty, &shown, &memory);
    if let Some(Ok(given)) = text.map(serde_json::from_slice::<Value>) {
        round(types, variable.ty, &given, &memory);
    }
}

/// A value that can be written is read as one that writes the same, unless it has parts that cannot be written.
fn round(types: &package::Types, ty: u32, given: &Value, memory: &[u8]) {
    let mut written = memory.to_vec();
    if encode_value(types, ty, given, &mut written).is_err() {
        return;
    }
    let found = decode_value(types, ty, &written);
    let mut again = written.clone();
    if encode_value(types, ty, &found, &mut again).is_ok() {
        assert_eq!(decode_value(types, ty, &again), found, "{given} became {found}");
    }
}
