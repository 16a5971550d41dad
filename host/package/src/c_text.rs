//! C text of a type, as command lines and older loaders show and read it: `pid_t`, `char[16]`, `struct event *`.

use crate::btf::{Btf, Kind};
use crate::error::Error;
use crate::limits;

/// The C text of BTF type `id`: typedefs keep their names, qualifiers of the type itself are left out.
pub(crate) fn c_text(btf: &Btf<'_>, id: u32) -> Result<String, Error> {
    text(btf, id, false, limits::TYPE_DEPTH)
}

fn text(btf: &Btf<'_>, id: u32, qualified: bool, depth: usize) -> Result<String, Error> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Error::btf(format!(
            "BTF type {id} nests deeper than {} levels, or refers to itself",
            limits::TYPE_DEPTH
        )));
    };
    let ty = btf.get(id)?;
    let inner = ty.size_or_type;
    Ok(match ty.kind {
        Kind::Struct => tagged("struct", ty.name),
        Kind::Union => tagged("union", ty.name),
        Kind::Enum | Kind::Enum64 => tagged("enum", ty.name),
        Kind::Forward if ty.kind_flag => tagged("union", ty.name),
        Kind::Forward => tagged("struct", ty.name),
        Kind::Const if qualified => format!("const {}", text(btf, inner, true, depth)?),
        Kind::Volatile if qualified => format!("volatile {}", text(btf, inner, true, depth)?),
        Kind::Const | Kind::Volatile | Kind::Restrict | Kind::TypeTag => text(btf, inner, qualified, depth)?,
        Kind::Pointer => pointer(btf, inner, depth)?,
        Kind::Array => array(btf, id, depth)?,
        Kind::Prototype => format!("{} ()", text(btf, inner, true, depth)?),
        _ => ty.name.to_owned(),
    })
}

fn tagged(keyword: &str, name: &str) -> String {
    let name = if name.is_empty() { "{...}" } else { name };
    format!("{keyword} {name}")
}

fn pointer(btf: &Btf<'_>, target: u32, depth: usize) -> Result<String, Error> {
    let target = text(btf, target, true, depth)?;
    // `int[4]` becomes `int (*)[4]`, `int ()` becomes `int (*)()`: the star binds to what is declared.
    Ok(if let Some(result) = target.strip_suffix(" ()") {
        format!("{result} (*)()")
    } else if let (true, Some((element, counts))) = (target.ends_with(']'), target.split_once('[')) {
        format!("{element} (*)[{counts}")
    } else if target.ends_with('*') {
        format!("{target}*")
    } else {
        format!("{target} *")
    })
}

fn array(btf: &Btf<'_>, id: u32, depth: usize) -> Result<String, Error> {
    let mut counts = String::new();
    let mut element = id;
    for _ in 0..limits::TYPE_DEPTH {
        let ty = btf.get(element)?;
        if ty.kind != Kind::Array {
            break;
        }
        let (next, count) = btf.array(&ty)?;
        if count == 0 {
            counts.push_str("[]");
        } else {
            counts.push_str(&format!("[{count}]"));
        }
        element = next;
    }
    Ok(text(btf, element, false, depth)? + &counts)
}
