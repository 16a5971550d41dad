//! C declarations with the layout that BTF says.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use package::{Description, Member, Type, TypeIndex, TypeKind, Types};

/// Declarations so far, each after those that it needs.
pub(crate) struct Structs<'a> {
    types: &'a Types,
    /// Before each name, so that two objects of one tool do not clash.
    prefix: String,
    /// Of each type: whether a C compiler for wasm32 would put its members where they are, and its alignment in bytes.
    natural: Vec<(bool, u32)>,
    text: String,
    /// How many members stand for gaps.
    gaps: usize,
    declared: BTreeSet<String>,
}

impl<'a> Structs<'a> {
    /// `prefix` comes before the name of each struct; that of a constant as well, and without one there are none.
    pub(crate) fn new(types: &'a Types, prefix: &str) -> Self {
        let mut natural = Vec::with_capacity(types.len());
        // A type stands after those that it contains.
        for ty in types {
            natural.push(layout(types, &natural, ty));
        }
        Self {
            types,
            prefix: prefix.to_owned(),
            natural,
            text: String::new(),
            gaps: 0,
            declared: BTreeSet::new(),
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Declares an exported struct. One that only a typedef names has no name in the table: it is the record of a map.
    pub(crate) fn add_named(&mut self, name: &str, description: &Description) {
        let types = self.types;
        let is_it = |ty: &&Type| ty.name == name && members(ty).is_some();
        let record = || {
            let mut records = description.maps.iter().filter_map(|map| types.get(map.record?));
            records.find(|ty| ty.name.is_empty() && members(ty).is_some())
        };
        if let Some(ty) = types.iter().find(is_it).or_else(record) {
            self.declare(name, ty);
        }
    }

    /// Declares a struct or union that has a name, and gives how C calls it; for others what a member of them is.
    pub(crate) fn add(&mut self, index: TypeIndex) -> Option<String> {
        let ty = self.types.get(index)?;
        members(ty)?;
        if ty.name.is_empty() {
            return None;
        }
        self.declare(&ty.name, ty);
        Some(format!("{} {}{}", keyword(ty), self.prefix, ty.name))
    }

    /// Bytes; 0 for a type that is not there.
    pub(crate) fn size(&self, index: TypeIndex) -> u32 {
        self.types.get(index).map_or(0, |ty| ty.size)
    }

    /// The declaration of something of this type, without a semicolon.
    pub(crate) fn declaration(&mut self, name: &str, ty: TypeIndex, depth: usize) -> String {
        let member = Member {
            name: name.to_owned(),
            ty,
            bit_offset: 0,
            bits: 0,
        };
        self.member(&member, depth)
    }

    fn declare(&mut self, name: &str, ty: &'a Type) {
        let name = &format!("{}{name}", self.prefix);
        if !self.declared.insert(name.to_owned()) {
            return;
        }
        let body = self.body(ty, 1);
        let keyword = keyword(ty);
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{keyword} {name} {body};");
        let mut asserts = vec![format!("sizeof({keyword} {name}) == {}", ty.size)];
        for member in members(ty).unwrap_or_default() {
            if !member.name.is_empty() && member.bits == 0 {
                asserts.push(format!(
                    "offsetof({keyword} {name}, {}) == {}",
                    member.name,
                    member.bit_offset / 8
                ));
            }
        }
        for assert in asserts {
            let _ = writeln!(
                self.text,
                "_Static_assert({assert}, \"the layout of the BPF program\");"
            );
        }
        self.text.push('\n');
    }

    /// `{ … }`, with attributes where the members do not lie as C would put them.
    fn body(&mut self, ty: &'a Type, depth: usize) -> String {
        let all = members(ty).unwrap_or_default();
        let place = self.types.iter().position(|other| std::ptr::eq(other, ty));
        let natural = place
            .and_then(|place| self.natural.get(place))
            .is_some_and(|(natural, _)| *natural);
        let tabs = "\t".repeat(depth);
        let mut text = String::from("{\n");
        let mut position = 0;
        let is_union = matches!(ty.kind, TypeKind::Union(_));
        for member in all {
            if !natural && !is_union {
                text.push_str(&self.gap(position, member.bit_offset, &tabs));
            }
            let declaration = self.member(member, depth);
            let bits = if member.bits > 0 {
                format!(" : {}", member.bits)
            } else {
                String::new()
            };
            let _ = writeln!(text, "{tabs}{declaration}{bits};");
            position = member.bit_offset.saturating_add(self.bits_of(member));
        }
        if !natural {
            let end = ty.size.saturating_mul(8);
            match ty.kind {
                TypeKind::Union(_) => {
                    self.gaps += 1;
                    let _ = writeln!(text, "{tabs}uint8_t __gap_{}[{}];", self.gaps, ty.size);
                }
                _ => text.push_str(&self.gap(position, end, &tabs)),
            }
        }
        text.push_str(&"\t".repeat(depth - 1));
        text.push('}');
        if !natural {
            text.push_str(" __attribute__((packed))");
        }
        text
    }

    fn member(&mut self, member: &Member, depth: usize) -> String {
        let mut name = member.name.clone();
        let mut ty = self.types.get(member.ty);
        while let Some(Type {
            kind: TypeKind::Array { element, count },
            ..
        }) = ty
        {
            let _ = write!(name, "[{count}]");
            ty = self.types.get(*element);
        }
        let Some(ty) = ty else { return name };
        let base = match &ty.kind {
            TypeKind::Struct(_) | TypeKind::Union(_) if ty.name.is_empty() => {
                format!("{} {}", keyword(ty), self.body(ty, depth + 1))
            }
            TypeKind::Struct(_) | TypeKind::Union(_) => {
                self.declare(&ty.name, ty);
                format!("{} {}{}", keyword(ty), self.prefix, ty.name)
            }
            TypeKind::Enum { signed, values } if !self.prefix.is_empty() => {
                self.constants(*signed, values);
                scalar(ty)
            }
            TypeKind::Opaque => {
                let _ = write!(name, "[{}]", ty.size);
                "uint8_t".into()
            }
            _ => scalar(ty),
        };
        // An anonymous struct or bit field.
        if name.is_empty() {
            base
        } else {
            format!("{base} {name}")
        }
    }

    /// The names of an enumeration, once.
    fn constants(&mut self, signed: bool, values: &[(String, u64)]) {
        for (name, value) in values {
            let name = format!("{}{name}", self.prefix);
            if !self.declared.insert(name.clone()) {
                continue;
            }
            let value = if signed {
                // The other half of the range is negative.
                value.cast_signed().to_string()
            } else {
                value.to_string()
            };
            let _ = writeln!(self.text, "#define {name} ({value})");
        }
    }

    /// Members without a use, from one bit to another. Members of an anonymous struct are the outer one's: no name comes twice.
    fn gap(&mut self, from: u32, to: u32, tabs: &str) -> String {
        let mut text = String::new();
        let aligned = from.next_multiple_of(8).min(to);
        if aligned > from {
            let _ = writeln!(text, "{tabs}uint8_t : {};", aligned - from);
        }
        let bytes = to.saturating_sub(aligned) / 8;
        if bytes > 0 {
            self.gaps += 1;
            let _ = writeln!(text, "{tabs}uint8_t __gap_{}[{bytes}];", self.gaps);
        }
        let rest = to.saturating_sub(aligned + bytes * 8);
        if rest > 0 {
            let _ = writeln!(text, "{tabs}uint8_t : {rest};");
        }
        text
    }

    fn bits_of(&self, member: &Member) -> u32 {
        match member.bits {
            0 => self.types.get(member.ty).map_or(0, |ty| ty.size).saturating_mul(8),
            bits => bits,
        }
    }
}

/// Whether the members lie as C puts them, and the alignment; `known` are the types before.
fn layout(types: &Types, known: &[(bool, u32)], ty: &Type) -> (bool, u32) {
    let of = |index: TypeIndex| known.get(index as usize).copied().unwrap_or((false, 1));
    let all = match &ty.kind {
        TypeKind::Array { element, .. } => return of(*element),
        TypeKind::Opaque => return (true, 1),
        TypeKind::Struct(members) | TypeKind::Union(members) => members,
        _ => return (true, ty.size.clamp(1, 16)),
    };
    let is_union = matches!(ty.kind, TypeKind::Union(_));
    let (mut end, mut size, mut largest) = (0_u32, 0_u32, 1);
    for member in all {
        let (natural, alignment) = of(member.ty);
        let start = if is_union {
            0
        } else {
            end.next_multiple_of(alignment * 8)
        };
        if member.bits > 0 || !natural || member.bit_offset != start {
            return (false, 1);
        }
        end = start.saturating_add(types.get(member.ty).map_or(0, |ty| ty.size).saturating_mul(8));
        size = size.max(end);
        largest = largest.max(alignment);
    }
    (size.next_multiple_of(largest * 8) == ty.size.saturating_mul(8), largest)
}

fn members(ty: &Type) -> Option<&[Member]> {
    match &ty.kind {
        TypeKind::Struct(members) | TypeKind::Union(members) => Some(members),
        _ => None,
    }
}

fn keyword(ty: &Type) -> &'static str {
    match ty.kind {
        TypeKind::Union(_) => "union",
        _ => "struct",
    }
}

fn scalar(ty: &Type) -> String {
    let bits = ty.size.saturating_mul(8);
    let integer = |signed: bool| match (bits, signed) {
        (128, true) => "__int128".to_owned(),
        (128, false) => "unsigned __int128".to_owned(),
        (bits, true) => format!("int{bits}_t"),
        (bits, false) => format!("uint{bits}_t"),
    };
    match &ty.kind {
        TypeKind::Char => "char".into(),
        TypeKind::Bool if bits == 8 => "bool".into(),
        TypeKind::Float if bits == 32 => "float".into(),
        TypeKind::Float if bits == 64 => "double".into(),
        TypeKind::Int { signed } => integer(*signed),
        TypeKind::Enum { signed, .. } => format!("{} /* enum {} */", integer(*signed), ty.name),
        _ => integer(false),
    }
}
