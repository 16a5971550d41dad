/// The place of a type in [`Types`].
pub type TypeIndex = u32;

/// The layouts that a description refers to: one flat table.
///
/// Typedefs and qualifiers are peeled, a type stands after the types it contains, pointers end a chain: following
/// indices ends after at most [`limits::TYPE_DEPTH`](crate::limits::TYPE_DEPTH) steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Types(pub(crate) Vec<Type>);

impl Types {
    /// The type at `index`, if the table has it.
    pub fn get(&self, index: TypeIndex) -> Option<&Type> {
        self.0.get(usize::try_from(index).ok()?)
    }

    /// All types, in the order of their indices.
    pub fn iter(&self) -> std::slice::Iter<'_, Type> {
        self.0.iter()
    }

    /// How many types there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Types {
    type Item = &'a Type;
    type IntoIter = std::slice::Iter<'a, Type>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// How a C type lies in memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Type {
    /// The tag of a struct, union or enum, the name of a basic type, C text for arrays and pointers; empty for an
    /// anonymous type.
    pub name: String,
    /// Bytes; 0 for an incomplete type and for a flexible array.
    pub size: u32,
    /// What the bytes are.
    pub kind: TypeKind,
}

/// What the bytes of a [`Type`] are. Byte order is the object's, which is the host's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// An integer of 1, 2, 4, 8 or 16 bytes.
    Int {
        /// Two's complement.
        signed: bool,
    },
    /// C's `char`: an integer of one byte, text in an array.
    Char,
    /// 0 is false, all else true.
    Bool,
    /// IEEE 754.
    Float,
    /// An integer whose values have names.
    Enum {
        /// Two's complement.
        signed: bool,
        /// Name and value; negative values are sign-extended to 64 bits.
        values: Vec<(String, u64)>,
    },
    /// An address, of data or of a function.
    Pointer,
    /// Elements one after the other.
    Array {
        /// The type of each.
        element: TypeIndex,
        /// How many; 0 for a flexible array and where the elements have no size.
        count: u32,
    },
    /// Members in the order of their declaration; they share no bits.
    Struct(Vec<Member>),
    /// Members that share their bytes.
    Union(Vec<Member>),
    /// Bytes without a layout: a type that is only declared.
    Opaque,
}

/// A member of a struct or union. It lies inside its parent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// Empty for an anonymous struct, union or bit field.
    pub name: String,
    /// Its type.
    pub ty: TypeIndex,
    /// Bits from the parent's start; a multiple of 8 unless it is a bit field. Counted as in BTF: from the least
    /// significant bit of a little-endian object, from the most significant of a big-endian one.
    pub bit_offset: u32,
    /// The width of a bit field in bits; 0 for any other member.
    pub bits: u32,
}
