//! Bounds on what a package may ask for. Each is far above what real packages need and low enough that a hostile
//! one costs well under a second and a few hundred megabytes.

/// Bytes of the whole document.
pub const DOCUMENT_BYTES: usize = 64 << 20;

/// Bytes of the inflated object, or of all where there is one for each architecture. zlib packs a thousand to one, so the document's size says nothing about it.
pub const OBJECT_BYTES: usize = 64 << 20;

/// Values in the document. A parsed value takes some hundred bytes, the text `[],` takes three.
pub const DOCUMENT_VALUES: usize = 250_000;

/// Types in the object's BTF. A whole kernel has about 150,000.
pub const BTF_TYPES: usize = 1 << 20;

/// Symbols of the ELF.
pub const ELF_SYMBOLS: usize = 1 << 20;

/// Bytes of a name in the ELF or its BTF: the kernel's own limit (`KSYM_NAME_LEN`).
pub const NAME_BYTES: usize = 512;

/// Levels of structs, unions and arrays inside each other.
pub const TYPE_DEPTH: usize = 64;

/// Bytes that the described layouts may take in memory, names included.
pub const LAYOUT_BYTES: usize = 64 << 20;

/// Values that a type may expand to, above the eight a byte that bit fields can reach. Unions nested in unions
/// would otherwise expand a few bytes to any number of values to print.
pub const TYPE_VALUES: u64 = 1 << 16;

/// Members of a struct or union, names of an enum, and members looked through to find one by name.
pub const MEMBERS: usize = 8192;

/// Bytes that all entries of all maps' `data` may be converted to.
pub const MAP_DATA_BYTES: usize = 256 << 20;

/// Global variables in all data sections.
pub const VARIABLES: usize = 1 << 16;

/// Bytes of initial values of all described variables.
pub const VARIABLE_BYTES: usize = 64 << 20;

/// Maps in an object.
pub const MAPS: usize = 4096;

/// Programs in an object.
pub const PROGRAMS: usize = 1 << 16;

/// Entries of `export_types`.
pub const EXPORT_TYPES: usize = 256;

/// CO-RE relocations of an object. Large tools have some thousand.
pub const CORE_RELOCATIONS: usize = 1 << 16;

/// Names and types that are compared to resolve an object's relocations. Three thousand of them, on types all over the kernel, take
/// 25,000.
pub const CORE_STEPS: u32 = 1 << 19;

/// Bytes of all BTFs that a package carries for kernels without one. Those for all kernels of the BTFHub archive take a hundredth.
pub const KERNEL_BTF_BYTES: usize = 16 << 20;

/// Entries of `bpf_objects`. libbpf knows a dozen architectures.
pub const ARCHITECTURES: usize = 32;

/// Relocations of an object's code. Large tools have some ten thousand.
pub const CODE_RELOCATIONS: usize = 1 << 20;

/// Calls that are followed from all programs of an object to the functions that they reach. A hundred programs that share a thousand
/// functions take some hundred thousand.
pub const CODE_STEPS: usize = 1 << 22;

/// Lines of source that instructions of an object name. There is at most one for each instruction; large tools have some ten thousand.
pub const SOURCE_LINES: usize = 1 << 20;
