//! What a person can type, as far as types go.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};

use eunomia_component::types::{Enumeration, Layout, Signedness, TypeDefinition, TypeIndex, TypeKind};

/// How many names of an enumeration an error lists before it only counts on.
const NAMES: usize = 24;

/// How long the names of an enumeration may be together to stand in the help in full.
const SHORT_NAMES: usize = 40;

/// A type that a command line has a spelling for.
#[derive(Debug, Clone)]
pub(crate) enum Shape<'a> {
    Integer(Width),
    /// A lone `char`: a character or a number.
    Character,
    Bool,
    Float(Precision),
    Enumeration(&'a Enumeration, Width),
    /// `char[N]`: so many bytes with the NUL at the end.
    Text(usize),
    /// An array of anything above.
    List(Box<Shape<'a>>, usize),
}

/// The range of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Width {
    pub(crate) bits: u32,
    pub(crate) signed: bool,
}

/// The size of a floating-point number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    Single,
    Double,
}

impl Width {
    fn new(ty: &TypeDefinition, signedness: Signedness) -> Option<Self> {
        let signed = signedness == Signedness::Signed;
        matches!(ty.size, 1 | 2 | 4 | 8 | 16).then(|| Self {
            bits: ty.size * 8,
            signed,
        })
    }

    /// The greatest magnitudes below and above zero.
    pub(crate) fn magnitudes(self) -> (u128, u128) {
        let all = u128::MAX >> (128 - self.bits.clamp(1, 128));
        if self.signed { (all / 2 + 1, all / 2) } else { (0, all) }
    }

    fn range(self) -> String {
        let (below, above) = self.magnitudes();
        let sign = if below == 0 { "" } else { "-" };
        format!("from {sign}{below} to {above}")
    }
}

impl<'a> Shape<'a> {
    /// None for what nobody can type: structs, unions, pointers, and what has no size.
    pub(crate) fn of(layout: &'a Layout, index: TypeIndex) -> Option<Self> {
        let ty = lookup(layout, index)?;
        let TypeKind::Array(array) = &ty.kind else {
            return Self::scalar(ty);
        };
        let count = usize::try_from(array.count).ok().filter(|&count| count > 0)?;
        let element = lookup(layout, array.element)?;
        let element = match &element.kind {
            TypeKind::Char => return Some(Self::Text(count)),
            TypeKind::Array(inner) => {
                let letters = matches!(lookup(layout, inner.element)?.kind, TypeKind::Char);
                Self::Text(usize::try_from(inner.count).ok().filter(|&room| letters && room > 0)?)
            }
            _ => Self::scalar(element)?,
        };
        Some(Self::List(Box::new(element), count))
    }

    fn scalar(ty: &'a TypeDefinition) -> Option<Self> {
        Some(match &ty.kind {
            TypeKind::Int(signedness) => Self::Integer(Width::new(ty, *signedness)?),
            TypeKind::Char => Self::Character,
            TypeKind::Bool => Self::Bool,
            TypeKind::Float if ty.size == 4 => Self::Float(Precision::Single),
            TypeKind::Float if ty.size == 8 => Self::Float(Precision::Double),
            TypeKind::Enum(enumeration) => Self::Enumeration(enumeration, Width::new(ty, enumeration.signedness)?),
            _ => return None,
        })
    }

    /// What stands behind the option in the help.
    pub(crate) fn placeholder(&self) -> String {
        match self {
            Self::Integer(_) => "int".to_string(),
            Self::Character => "char".to_string(),
            Self::Bool => "true|false".to_string(),
            Self::Float(_) => "float".to_string(),
            Self::Text(_) => "string".to_string(),
            Self::Enumeration(enumeration, _) => {
                let names = joined(enumeration, "|", usize::MAX);
                let fits = !names.is_empty() && names.len() <= SHORT_NAMES;
                if fits { names } else { "name".to_string() }
            }
            Self::List(element, _) => format!("{},…", element.placeholder()),
        }
    }

    /// What the option takes, to stand behind "takes".
    pub(crate) fn takes(&self) -> String {
        match self {
            Self::Integer(width) => format!("an integer {}", width.range()),
            Self::Character => "an ASCII character or an integer from -128 to 255".to_string(),
            Self::Bool => "true or false".to_string(),
            Self::Float(Precision::Single) => "a number that a float can hold".to_string(),
            Self::Float(Precision::Double) => "a number that a double can hold".to_string(),
            Self::Text(room) => format!("up to {} bytes: it is a char[{room}] and ends with a NUL", room - 1),
            Self::Enumeration(enumeration, width) if enumeration.values.is_empty() => {
                format!("an integer {}", width.range())
            }
            Self::Enumeration(enumeration, _) => format!("one of {}", joined(enumeration, ", ", NAMES)),
            Self::List(element, count) => {
                format!(
                    "up to {count} values with commas between them, each {}",
                    element.takes()
                )
            }
        }
    }
}

fn lookup(layout: &Layout, index: TypeIndex) -> Option<&TypeDefinition> {
    layout.get(usize::try_from(index).ok()?)
}

fn joined(enumeration: &Enumeration, between: &str, most: usize) -> String {
    let mut text = String::new();
    for (index, value) in enumeration.values.iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        if index == most {
            text.push('…');
            break;
        }
        text.push_str(&value.name);
    }
    text
}
