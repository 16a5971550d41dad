//! JSON values to memory.

mod numbers;

use numbers::{boolean, enumerator, integer, write_bits, write_character, write_checked, write_float, write_integer};
use serde_json::{Map, Value};

use crate::error::{At, Error};
use crate::fields::{kind_of, shortened};
use crate::limits;
use crate::types::{Member, Type, TypeIndex, TypeKind, Types};

/// Writes `value` as the type `ty` into `out`, in native byte order.
///
/// * integers of 8 to 128 bits from whole numbers, range checked; those of 128 bits from a string of digits as well
/// * bool from `true`, `false`, 0 and 1; enums by name or by number; float and double from numbers
/// * `char[N]` from a string, followed by NULs to its end, or from an array of numbers; `char` from a string of one
///   ASCII character or a number
/// * arrays from arrays and structs from objects: elements and members that are not given keep their bytes; members of
///   anonymous structs and unions go by their names; a union takes an object with one member
///
/// Pointers and incomplete types can't be written. `out` may be longer than the type: a flexible array at its end takes
/// what is left.
///
/// # Errors
/// The error names the part of the value by path, and both lengths, or the number and its range. `out` may then have
/// been written in part.
pub fn encode_value(types: &Types, ty: TypeIndex, value: &Value, out: &mut [u8]) -> Result<(), Error> {
    encode(types, ty, value, out, limits::TYPE_DEPTH)
}

fn encode(types: &Types, ty: TypeIndex, value: &Value, out: &mut [u8], depth: usize) -> Result<(), Error> {
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| Error::value("the type nests too deep"))?;
    let ty = types
        .get(ty)
        .ok_or_else(|| Error::value(format!("type {ty} does not exist")))?;
    let length = out.len();
    let target = out
        .get_mut(..ty.size as usize)
        .ok_or_else(|| Error::value(format!("{} bytes do not fit into {length}", ty.size)))?;
    match &ty.kind {
        TypeKind::Int { signed } => write_integer(target, integer(value, ty)?, *signed, ty),
        TypeKind::Char => write_character(target, value, ty),
        TypeKind::Bool => write_bits(target, u128::from(boolean(value)?), 0, ty.size * 8),
        TypeKind::Float => write_float(target, value),
        TypeKind::Enum { signed, values } => write_integer(target, enumerator(value, values, ty)?, *signed, ty),
        TypeKind::Array { element, count } => write_array(types, *element, *count, value, out, depth),
        TypeKind::Struct(members) => write_struct(types, ty, members, value, out, depth),
        TypeKind::Union(members) => {
            let named = fields(value, ty)?;
            if named.len() > 1 {
                return Err(Error::value(format!(
                    "found {} members, a union takes one",
                    named.len()
                )));
            }
            write_struct(types, ty, members, value, out, depth)
        }
        TypeKind::Pointer => Err(Error::value(format!("a pointer ({}) can't be set", ty.name))),
        TypeKind::Opaque => Err(Error::value(format!(
            "{} has no layout and can't be set",
            display_name(ty)
        ))),
    }
}

fn expected(value: &Value, what: &str) -> Error {
    let found = match value {
        Value::String(text) => format!("{:?}", shortened(text)),
        Value::Number(number) => shortened(&number.to_string()),
        Value::Bool(value) => value.to_string(),
        other => kind_of(other).to_owned(),
    };
    Error::value(format!("found {found}, expected {what}"))
}

fn display_name(ty: &Type) -> String {
    if ty.name.is_empty() {
        format!("an anonymous type of {} bytes", ty.size)
    } else {
        ty.name.clone()
    }
}

/// `one of A, B, C`, cut after some.
fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    const SHOWN: usize = 12;
    let mut text = String::from("one of ");
    for (index, name) in names.enumerate() {
        if index == SHOWN {
            text.push_str(", …");
            break;
        }
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(name);
    }
    text
}

fn write_array(
    types: &Types,
    element: TypeIndex,
    count: u32,
    value: &Value,
    out: &mut [u8],
    depth: usize,
) -> Result<(), Error> {
    let each = types.get(element).map_or(0, |ty| ty.size) as usize;
    // A flexible array takes what the caller has room for.
    let room = match count {
        0 => out.len().checked_div(each).unwrap_or(0),
        count => count as usize,
    };
    let is_text = types.get(element).is_some_and(|ty| ty.kind == TypeKind::Char);
    match value {
        Value::String(text) if is_text => write_text(text, room, out),
        Value::Array(elements) => {
            if elements.len() > room {
                return Err(Error::value(format!(
                    "found {} elements, there is room for {room}",
                    elements.len()
                )));
            }
            for (index, (value, chunk)) in elements.iter().zip(out.chunks_exact_mut(each.max(1))).enumerate() {
                encode(types, element, value, chunk, depth).at(|| format!("[{index}]"))?;
            }
            Ok(())
        }
        _ if is_text => Err(expected(value, "a string")),
        _ => Err(expected(value, &format!("an array of up to {room} elements"))),
    }
}

fn write_text(text: &str, room: usize, out: &mut [u8]) -> Result<(), Error> {
    if text.len() >= room {
        return Err(Error::value(format!(
            "the string has {} bytes, char[{room}] takes {} and a NUL",
            text.len(),
            room.saturating_sub(1)
        )));
    }
    if let Some(target) = out.get_mut(..room) {
        target.fill(0);
        for (byte, &source) in target.iter_mut().zip(text.as_bytes()) {
            *byte = source;
        }
    }
    Ok(())
}

fn fields<'a>(value: &'a Value, ty: &Type) -> Result<&'a Map<String, Value>, Error> {
    value
        .as_object()
        .ok_or_else(|| expected(value, &format!("an object for {}", display_name(ty))))
}

fn write_struct(
    types: &Types,
    ty: &Type,
    members: &[Member],
    value: &Value,
    out: &mut [u8],
    depth: usize,
) -> Result<(), Error> {
    for (name, value) in fields(value, ty)? {
        let mut left = limits::MEMBERS;
        let (member, offset) = find(types, members, name, 0, &mut left).ok_or_else(|| {
            let known = members.iter().map(|member| &member.name);
            Error::value(format!(
                "{} has no member {:?}, only {}",
                display_name(ty),
                shortened(name),
                names(known.filter(|name| !name.is_empty()))
            ))
        })?;
        write_member(types, ty, member, offset, value, out, depth).at(|| shortened(name))?;
    }
    Ok(())
}

fn write_member(
    types: &Types,
    parent: &Type,
    member: &Member,
    offset: u32,
    value: &Value,
    out: &mut [u8],
    depth: usize,
) -> Result<(), Error> {
    let outside = || Error::value(format!("the member lies outside {}", display_name(parent)));
    if member.bits != 0 {
        let ty = types.get(member.ty).ok_or_else(outside)?;
        let (number, signed) = match &ty.kind {
            TypeKind::Bool => ((false, u128::from(boolean(value)?)), false),
            TypeKind::Enum { signed, values } => (enumerator(value, values, ty)?, *signed),
            TypeKind::Int { signed } => (integer(value, ty)?, *signed),
            _ => (integer(value, ty)?, false),
        };
        return write_checked(out, number, signed, offset, member.bits, &ty.name);
    }
    // Only a flexible array may use what lies behind its parent.
    let start = (offset / 8) as usize;
    let flexible = types.get(member.ty).is_some_and(|ty| ty.size == 0);
    let rest = out.get_mut(start..).ok_or_else(outside)?;
    let size = if flexible {
        rest.len()
    } else {
        types.get(member.ty).map_or(0, |ty| ty.size as usize)
    };
    let target = rest.get_mut(..size).ok_or_else(outside)?;
    encode(types, member.ty, value, target, depth)
}

/// The member `name` and its bits from the outermost struct: members of anonymous ones count as their parent's.
/// `left` bounds how many are looked at.
fn find<'a>(
    types: &'a Types,
    members: &'a [Member],
    name: &str,
    base: u32,
    left: &mut usize,
) -> Option<(&'a Member, u32)> {
    *left = left.checked_sub(members.len())?;
    let offset = |member: &Member| base.checked_add(member.bit_offset);
    if name.is_empty() {
        return None;
    }
    if let Some(member) = members.iter().find(|member| member.name == name) {
        return Some((member, offset(member)?));
    }
    members
        .iter()
        .filter(|member| member.name.is_empty() && member.bits == 0)
        .find_map(|member| match &types.get(member.ty)?.kind {
            TypeKind::Struct(inner) | TypeKind::Union(inner) => find(types, inner, name, offset(member)?, left),
            _ => None,
        })
}
