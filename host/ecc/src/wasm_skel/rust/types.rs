//! Rust declarations with the layout that BTF says.
//!
//! Every byte belongs to a field, gaps included, so that each type is plain data: any bytes are a value of it, and it can be looked at
//! where it lies in a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use package::{Member, Type, TypeIndex, TypeKind, Types};

/// Rust's keywords that C has no trouble with, and names that a generated file uses itself.
const KEYWORDS: [&str; 38] = [
    "abstract", "as", "async", "await", "become", "box", "crate", "dyn", "enum", "extern", "false", "final", "fn",
    "gen", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "yield",
];

/// Types that a generated file has besides.
const TAKEN: [&str; 21] = [
    "Option",
    "Result",
    "String",
    "Vec",
    "bytemuck",
    "constants",
    "core",
    "BloomFilter",
    "Bool",
    "Error",
    "Link",
    "Loaded",
    "Map",
    "Object",
    "Open",
    "OpenObject",
    "PerCpuMap",
    "Program",
    "Skeleton",
    "Text",
    "TypedMap",
];

/// Those that cannot even be raw identifiers.
const PATHS: [&str; 4] = ["self", "Self", "super", "crate"];

/// Declarations so far.
pub(super) struct Declarations<'a> {
    types: &'a Types,
    text: String,
    /// Those of enumerations. In a module of their own: a name that is a constant cannot be bound by `let`.
    values: String,
    /// The Rust name of each struct and union that is declared.
    names: BTreeMap<TypeIndex, String>,
    /// Names of enumerations that have a constant: kernels have some more than once.
    constants: BTreeSet<String>,
}

/// A name as Rust can have it.
pub(super) fn word(name: &str) -> String {
    if PATHS.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

impl<'a> Declarations<'a> {
    pub(super) fn new(types: &'a Types) -> Self {
        Self {
            types,
            text: String::new(),
            values: String::new(),
            names: BTreeMap::new(),
            constants: BTreeSet::new(),
        }
    }

    pub(super) fn finish(self) -> String {
        if self.values.is_empty() {
            return self.text;
        }
        format!(
            "/// The values of enumerations.\npub mod constants {{\n{}}}\n\n{}",
            self.values, self.text
        )
    }

    /// Bytes; 0 for a type that is not there.
    pub(super) fn size_of(&self, index: TypeIndex) -> u32 {
        self.types.get(index).map_or(0, |ty| ty.size)
    }

    /// The Rust type of a type; what it needs is declared. `name` stands in for one that has none.
    pub(super) fn type_of(&mut self, index: TypeIndex, name: &str) -> String {
        let types = self.types;
        let Some(ty) = types.get(index) else {
            return "()".into();
        };
        let bytes = || format!("[u8; {}]", ty.size);
        match &ty.kind {
            TypeKind::Int { signed } => match ty.size {
                1 | 2 | 4 | 8 => format!("{}{}", if *signed { "i" } else { "u" }, ty.size * 8),
                // Rust's own has another alignment on some machines.
                _ => format!("[u64; {}]", ty.size / 8),
            },
            TypeKind::Char => "u8".into(),
            TypeKind::Bool if ty.size == 1 => "Bool".into(),
            TypeKind::Bool => format!("u{}", ty.size * 8),
            TypeKind::Float if matches!(ty.size, 4 | 8) => format!("f{}", ty.size * 8),
            TypeKind::Float | TypeKind::Opaque => bytes(),
            TypeKind::Enum { signed, values } => {
                let plain = format!("{}{}", if *signed { "i" } else { "u" }, ty.size * 8);
                self.declare_enum(&plain, values);
                plain
            }
            TypeKind::Pointer => "u64".into(),
            TypeKind::Array { element, count } => match types.get(*element).map(|element| &element.kind) {
                Some(TypeKind::Char) => format!("Text<{count}>"),
                _ => format!("[{}; {count}]", self.type_of(*element, name)),
            },
            TypeKind::Struct(members) => self.declare_struct(index, ty, members, name),
            TypeKind::Union(members) => self.declare_union(index, ty, members, name),
        }
    }

    fn declare_enum(&mut self, plain: &str, values: &[(String, u64)]) {
        for (name, value) in values {
            if !self.constants.insert(name.clone()) {
                continue;
            }
            let value = match plain.strip_prefix('i') {
                // The other half of the range is negative.
                Some(_) => value.cast_signed().to_string(),
                None => value.to_string(),
            };
            let _ = writeln!(self.values, "    pub const {}: {plain} = {value};", word(name));
        }
    }

    /// A name that nothing else has.
    fn free(&self, wanted: &str) -> String {
        let taken = |name: &str| self.names.values().any(|other| other == name) || TAKEN.contains(&name);
        let mut name = word(wanted);
        while taken(&name) {
            name.push('_');
        }
        name
    }

    fn declare_struct(&mut self, index: TypeIndex, ty: &Type, members: &[Member], name: &str) -> String {
        if let Some(name) = self.names.get(&index) {
            return name.clone();
        }
        let name = self.free(if ty.name.is_empty() { name } else { &ty.name });
        self.names.insert(index, name.clone());
        let mut fields = Fields {
            end: 0,
            anonymous: 0,
            text: String::new(),
            shown: Vec::new(),
            asserts: String::new(),
            bits: String::new(),
        };
        for member in members {
            self.field(&name, member, &mut fields);
        }
        fields.gap(ty.size);
        let packed = if self.is_natural(ty, members) { "" } else { ", packed" };
        let _ = write!(
            self.text,
            "/// `struct {c}` of the BPF program: {size} bytes.\n#[repr(C{packed})]\n#[derive(Clone, Copy)]\npub struct {name} {{\n{fields}}}\n\n",
            c = if ty.name.is_empty() { name.as_str() } else { &ty.name },
            size = ty.size,
            fields = fields.text,
        );
        if !fields.bits.is_empty() {
            let _ = write!(self.text, "impl {name} {{\n{}}}\n\n", fields.bits);
        }
        self.plain(&name, ty.size, &fields.asserts);
        let mut debug = String::new();
        for field in &fields.shown {
            let shown = field.strip_suffix("()").unwrap_or(field).trim_start_matches("r#");
            let _ = writeln!(debug, "            .field(\"{shown}\", &{{ self.{field} }})");
        }
        self.debug(&name, &debug);
        name
    }

    fn field(&mut self, parent: &str, member: &Member, fields: &mut Fields) {
        let size = self.types.get(member.ty).map_or(0, |ty| ty.size);
        let start = member.bit_offset / 8;
        if member.bits > 0 {
            fields.bit_field(member, size, self.is_signed(member.ty));
            return;
        }
        fields.gap(start);
        let name = if member.name.is_empty() {
            fields.anonymous += 1;
            format!("anonymous_{}", fields.anonymous)
        } else {
            word(&member.name)
        };
        let ty = self.type_of(member.ty, &format!("{parent}_{}", name.trim_start_matches("r#")));
        let _ = writeln!(fields.text, "    pub {name}: {ty},");
        let _ = writeln!(
            fields.asserts,
            "    assert!(core::mem::offset_of!({parent}, {name}) == {start});"
        );
        fields.shown.push(name);
        fields.end = start.saturating_add(size);
    }

    /// A union is the words that its members share; each member is looked at there.
    fn declare_union(&mut self, index: TypeIndex, ty: &Type, members: &[Member], name: &str) -> String {
        if let Some(name) = self.names.get(&index) {
            return name.clone();
        }
        let name = self.free(if ty.name.is_empty() { name } else { &ty.name });
        self.names.insert(index, name.clone());
        let align = self.align(ty).max(1);
        let words = ty.size / align;
        let mut views = String::new();
        for member in members
            .iter()
            .filter(|member| member.bits == 0 && !member.name.is_empty())
        {
            let of = self.type_of(member.ty, &format!("{name}_{}", member.name));
            let size = self.types.get(member.ty).map_or(0, |ty| ty.size);
            let _ = write!(
                views,
                "    /// These bytes as `{member}`.\n    pub fn {function}(&self) -> {of} {{\n        \
                 bytemuck::pod_read_unaligned(bytemuck::bytes_of(self).split_at({size}).0)\n    }}\n",
                member = member.name,
                function = word(&member.name),
            );
        }
        let _ = write!(
            self.text,
            "/// `union {c}` of the BPF program: {size} bytes.\n#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{\n    \
             pub words: [u{bits}; {words}],\n}}\n\nimpl {name} {{\n{views}}}\n\n",
            c = ty.name,
            size = ty.size,
            bits = align * 8,
        );
        self.plain(&name, ty.size, "");
        self.debug(&name, "            .field(\"words\", &{ self.words })\n");
        name
    }

    /// That any bytes are a value, and that the layout is the BPF program's.
    fn plain(&mut self, name: &str, size: u32, asserts: &str) {
        let _ = write!(
            self.text,
            "const _: () = {{\n    assert!(size_of::<{name}>() == {size});\n{asserts}}};\n\n\
             // SAFETY: each byte belongs to a field, and each field takes any bytes.\nunsafe impl bytemuck::Zeroable for {name} {{}}\n\
             // SAFETY: as above; it is `repr(C)` and `Copy`.\nunsafe impl bytemuck::Pod for {name} {{}}\n\n",
        );
    }

    fn debug(&mut self, name: &str, fields: &str) {
        let _ = write!(
            self.text,
            "impl core::fmt::Debug for {name} {{\n    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {{\n        \
             formatter\n            .debug_struct(\"{shown}\")\n{fields}            .finish()\n    }}\n}}\n\n",
            shown = name.trim_start_matches("r#"),
        );
    }

    fn is_signed(&self, index: TypeIndex) -> bool {
        match self.types.get(index).map(|ty| &ty.kind) {
            Some(TypeKind::Int { signed } | TypeKind::Enum { signed, .. }) => *signed,
            _ => false,
        }
    }

    /// Of the Rust type that stands for it.
    fn align(&self, ty: &Type) -> u32 {
        match &ty.kind {
            TypeKind::Array { element, .. } => self.types.get(*element).map_or(1, |element| self.align(element)),
            TypeKind::Opaque => 1,
            TypeKind::Struct(members) if !self.is_natural(ty, members) => 1,
            TypeKind::Struct(members) => self.largest(members),
            TypeKind::Union(members) => {
                let largest = self.largest(members);
                if ty.size.is_multiple_of(largest) { largest } else { 1 }
            }
            TypeKind::Float if !matches!(ty.size, 4 | 8) => 1,
            _ => ty.size.clamp(1, 8),
        }
    }

    fn largest(&self, members: &[Member]) -> u32 {
        let whole = members.iter().filter(|member| member.bits == 0);
        let alignments = whole
            .filter_map(|member| self.types.get(member.ty))
            .map(|ty| self.align(ty));
        alignments.max().unwrap_or(1)
    }

    /// Whether Rust puts the fields where they are, given that each gap has a field of bytes.
    fn is_natural(&self, ty: &Type, members: &[Member]) -> bool {
        let fits = |member: &Member| {
            let align = self.types.get(member.ty).map_or(1, |ty| self.align(ty));
            member.bits > 0 || member.bit_offset.is_multiple_of(align * 8)
        };
        members.iter().all(fits) && ty.size.is_multiple_of(self.largest(members))
    }
}

/// The fields of one struct so far.
struct Fields {
    /// Bytes that have a field.
    end: u32,
    anonymous: u32,
    text: String,
    /// What `Debug` shows.
    shown: Vec<String>,
    asserts: String,
    /// Functions for bit fields.
    bits: String,
}

impl Fields {
    /// A field for the bytes up to `start`.
    fn gap(&mut self, start: u32) {
        if start > self.end {
            let _ = writeln!(self.text, "    pub __{}: [u8; {}],", self.end, start - self.end);
            self.end = start;
        }
    }

    /// Bit fields share bytes: those are a gap, and a function finds the bits. `size` is of the declared type.
    fn bit_field(&mut self, member: &Member, size: u32, signed: bool) {
        let first = member.bit_offset / 8;
        let end = member.bit_offset.saturating_add(member.bits).div_ceil(8);
        if end > self.end {
            self.gap(end);
        }
        if member.name.is_empty() || member.bits > 64 {
            return;
        }
        let name = word(&member.name);
        let bits = size.clamp(1, 8) * 8;
        let (shift, width) = (member.bit_offset % 8, member.bits);
        let whole = if end - first > 8 { 128 } else { 64 };
        let value = if signed {
            format!(
                "((bits << {up}) as i{whole} >> {down}) as i{bits}",
                up = whole - shift - width,
                down = whole - width
            )
        } else {
            format!(
                "((bits >> {shift}) & {mask:#x}) as u{bits}",
                mask = u64::MAX >> (64 - width)
            )
        };
        let _ = write!(
            self.bits,
            "    /// A bit field of {width} bits.\n    pub fn {name}(&self) -> {sign}{bits} {{\n        \
             let mut bytes = [0; {length}];\n        \
             bytes.iter_mut().zip(bytemuck::bytes_of(self).iter().skip({first})).take({count}).for_each(|(to, from)| *to = *from);\n        \
             let bits = u{whole}::from_le_bytes(bytes);\n        {value}\n    }}\n",
            sign = if signed { "i" } else { "u" },
            length = whole / 8,
            count = end - first,
        );
        self.shown.push(format!("{name}()"));
    }
}
