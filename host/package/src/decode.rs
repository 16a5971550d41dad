//! Memory to JSON values: the way back from [`encode_value`](crate::encode_value).

use serde_json::{Map, Number, Value};

use crate::limits;
use crate::types::{Member, Type, TypeIndex, TypeKind, Types};

/// Reads a value of the type `ty` from `bytes`, in native byte order, in the words that [`encode_value`](crate::encode_value) takes.
///
/// Enums go by name where the value has one, `char[N]` is a string up to its NUL if that is UTF-8 and nothing but NULs follows, integers of
/// 128 bits are strings of digits. A union is an object with all of its members, each its own view of the same bytes; members of anonymous
/// structs stand among their parent's. `null` stands for what has no notation (an incomplete type, a float that is no number) and for
/// what lies past the end of `bytes`.
pub fn decode_value(types: &Types, ty: TypeIndex, bytes: &[u8]) -> Value {
    value(types, ty, bytes, limits::TYPE_DEPTH).unwrap_or(Value::Null)
}

fn value(types: &Types, ty: TypeIndex, bytes: &[u8], depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let ty = types.get(ty)?;
    let own = bytes.get(..ty.size as usize)?;
    Some(match &ty.kind {
        TypeKind::Float => float(own)?,
        TypeKind::Array { element, count } => array(types, *element, *count, bytes, depth)?,
        TypeKind::Struct(members) | TypeKind::Union(members) => {
            let mut fields = Map::new();
            // Behind it lies what its flexible array has, if it ends in one.
            add_members(types, members, bytes, depth, &mut fields);
            fields.into()
        }
        TypeKind::Opaque => return None,
        _ => scalar(ty, read_bits(own, 0, ty.size.checked_mul(8)?)?, ty.size * 8),
    })
}

/// A number of so many bits as its type shows it.
fn scalar(ty: &Type, raw: u128, bits: u32) -> Value {
    match &ty.kind {
        TypeKind::Bool => (raw != 0).into(),
        TypeKind::Enum { signed, values } => {
            let number = integer(raw, bits, *signed);
            let wanted = if *signed {
                extended(raw, bits).cast_unsigned() as u64
            } else {
                raw as u64
            };
            let named = values.iter().find(|(_, value)| *value == wanted);
            named.map_or(number, |(name, _)| name.as_str().into())
        }
        TypeKind::Int { signed } => integer(raw, bits, *signed),
        _ => integer(raw, bits, false),
    }
}

fn integer(raw: u128, bits: u32, signed: bool) -> Value {
    match (bits > 64, signed) {
        (false, false) => (raw as u64).into(),
        (false, true) => (extended(raw, bits) as i64).into(),
        // As such integers are printed: most JSON readers would round them.
        (true, false) => raw.to_string().into(),
        (true, true) => extended(raw, bits).to_string().into(),
    }
}

/// Two's complement of `bits` bits.
fn extended(raw: u128, bits: u32) -> i128 {
    let unused = 128 - bits.clamp(1, 128);
    raw.wrapping_shl(unused).cast_signed().wrapping_shr(unused)
}

fn float(bytes: &[u8]) -> Option<Value> {
    let number = if let Some(bytes) = bytes.as_array::<8>() {
        f64::from_ne_bytes(*bytes)
    } else {
        f64::from(f32::from_ne_bytes(*bytes.as_array::<4>()?))
    };
    Some(Number::from_f64(number)?.into())
}

fn array(types: &Types, element: TypeIndex, count: u32, bytes: &[u8], depth: usize) -> Option<Value> {
    let ty = types.get(element)?;
    let each = ty.size as usize;
    // What a flexible array has is all that is left.
    let room = match count {
        0 => bytes.len().checked_div(each).unwrap_or(0),
        count => count as usize,
    };
    let bytes = bytes.get(..room.checked_mul(each)?)?;
    if ty.kind == TypeKind::Char
        && let Some(text) = text(bytes)
    {
        return Some(text.into());
    }
    let elements = bytes.chunks_exact(each.max(1));
    Some(
        elements
            .map(|bytes| value(types, element, bytes, depth).unwrap_or(Value::Null))
            .collect(),
    )
}

/// The string that the bytes are, if they are one.
fn text(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().position(|&byte| byte == 0)?;
    let (text, rest) = bytes.split_at_checked(end)?;
    rest.iter().all(|&byte| byte == 0).then_some(())?;
    std::str::from_utf8(text).ok()
}

fn add_members(types: &Types, members: &[Member], bytes: &[u8], depth: usize, fields: &mut Map<String, Value>) {
    for member in members {
        let found = member_value(types, member, bytes, depth).unwrap_or(Value::Null);
        match found {
            Value::Object(inner) if member.name.is_empty() => fields.extend(inner),
            // Padding has no name to be set by.
            _ if member.name.is_empty() => {}
            found => {
                fields.insert(member.name.clone(), found);
            }
        }
    }
}

fn member_value(types: &Types, member: &Member, bytes: &[u8], depth: usize) -> Option<Value> {
    if member.bits != 0 {
        let raw = read_bits(bytes, member.bit_offset, member.bits)?;
        return Some(scalar(types.get(member.ty)?, raw, member.bits));
    }
    let rest = bytes.get((member.bit_offset / 8) as usize..)?;
    let own = match types.get(member.ty)?.size {
        0 => rest,
        size => rest.get(..size as usize)?,
    };
    value(types, member.ty, own, depth)
}

/// The number of `bits` bits that starts `offset` bits into `bytes`, in the host's order of bytes and bits.
fn read_bits(bytes: &[u8], offset: u32, bits: u32) -> Option<u128> {
    if bits > 128 {
        return None;
    }
    let mut raw = 0;
    for bit in 0..bits {
        let (position, shift) = if cfg!(target_endian = "little") {
            let position = offset.checked_add(bit)?;
            (position, position % 8)
        } else {
            let position = offset.checked_add(bits - 1 - bit)?;
            (position, 7 - position % 8)
        };
        let byte = bytes.get((position / 8) as usize)?;
        raw |= u128::from(byte >> shift & 1) << bit;
    }
    Some(raw)
}
