//! Which of a kernel's types a program can need, judged by the words in its text.
//!
//! A header with all of them is parsed for longer than everything else in a compilation takes together. The choice may be too
//! large; where a word does not stand in the text but is put together by macros, it may be too small, and the compiler says so.

use std::collections::HashSet;

use crate::btf::{Btf, Kind, Raw};
use crate::error::Error;
use crate::limits;

/// Words of a program's text.
#[derive(Debug, Clone, Default)]
pub struct Words<'text> {
    /// Those of the program itself: each selects the types that are called so, and the pointers to follow.
    pub program: HashSet<&'text str>,
    /// Those of libbpf's headers, which mention structs that hardly any program uses: they select all but structs and unions.
    pub library: HashSet<&'text str>,
}

/// The type information of a kernel.
pub struct KernelBtf<'a>(Btf<'a>);

impl<'a> KernelBtf<'a> {
    /// Reads what a kernel shows as `/sys/kernel/btf/vmlinux`.
    ///
    /// # Errors
    /// This is no BTF in the machine's byte order, or it is damaged.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Btf::parse_kernel(bytes).map(Self)
    }

    /// The IDs of the types that `words` name, ascending, and of those that members lead to which are pointers and named too.
    /// What these contain goes without saying.
    ///
    /// # Errors
    /// The BTF is damaged.
    pub fn named(&self, words: &Words<'_>) -> Result<Vec<u32>, Error> {
        select(&self.0, words)
    }

    /// The architecture that the kernel runs on, by libbpf's name: each has a struct of registers of its own.
    pub fn architecture(&self) -> Option<&'static str> {
        let found = SIGNS.iter().find(|(_, name, member)| {
            let id = self.0.find(&[Kind::Struct], name);
            let ty = id.and_then(|id| self.0.raw(id).ok());
            ty.is_some_and(|ty| {
                ty.entries()
                    .any(|[found, _, _]| self.0.is_named(found, member.as_bytes()))
            })
        });
        found.map(|(architecture, _, _)| *architecture)
    }
}

/// Members that the registers of one architecture only have: `arch/*/include/asm/ptrace.h` of the kernel.
const SIGNS: [(&str, &str, &str); 8] = [
    ("x86", "pt_regs", "di"),
    ("arm64", "pt_regs", "orig_x0"),
    ("riscv", "pt_regs", "badaddr"),
    ("s390", "pt_regs", "orig_gpr2"),
    ("powerpc", "user_pt_regs", "nip"),
    ("loongarch", "pt_regs", "csr_era"),
    ("arm", "pt_regs", "uregs"),
    ("mips", "pt_regs", "cp0_status"),
];

fn select(btf: &Btf<'_>, words: &Words<'_>) -> Result<Vec<u32>, Error> {
    let strings = Strings::find(btf, words);
    let mut selection = Selection {
        btf,
        strings: &strings,
        chosen: HashSet::new(),
    };
    for (id, ty) in btf.all() {
        let wanted = match ty.kind {
            Kind::Struct | Kind::Union => strings.in_program(ty.name),
            Kind::Typedef => strings.anywhere(ty.name),
            Kind::Enum => strings.anywhere(ty.name) || ty.entries().any(|[name, _]| strings.anywhere(name)),
            Kind::Enum64 => strings.anywhere(ty.name) || ty.entries().any(|[name, _, _]| strings.anywhere(name)),
            _ => false,
        };
        if wanted {
            selection.take(id)?;
        }
    }
    let mut chosen: Vec<u32> = selection.chosen.into_iter().collect();
    chosen.sort_unstable();
    Ok(chosen)
}

struct Selection<'x, 'a> {
    btf: &'x Btf<'a>,
    strings: &'x Strings,
    chosen: HashSet<u32>,
}

impl Selection<'_, '_> {
    /// Takes a type, and what its named pointers lead to.
    fn take(&mut self, root: u32) -> Result<(), Error> {
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if !self.chosen.insert(id) {
                continue;
            }
            let ty = self.btf.raw(id)?;
            if ty.kind == Kind::Typedef {
                open.extend(self.composite(ty.size_or_type, false));
            }
            if ty.is_composite() {
                for [name, member, _] in ty.entries() {
                    open.extend(self.composite(member, self.strings.in_program(name)));
                }
            }
        }
        Ok(())
    }

    /// The struct or union that a value of type `id` consists of, or leads to if pointers are followed.
    fn composite(&self, mut id: u32, follow: bool) -> Option<u32> {
        for _ in 0..limits::TYPE_DEPTH {
            let ty: Raw<'_> = self.btf.raw(id).ok()?;
            id = match ty.kind {
                Kind::Struct | Kind::Union => return Some(id),
                Kind::Array => ty.array()?.0,
                Kind::Pointer if follow => ty.size_or_type,
                Kind::Typedef | Kind::Volatile | Kind::Const | Kind::Restrict | Kind::TypeTag => ty.size_or_type,
                _ => return None,
            };
        }
        None
    }
}

const PROGRAM: u8 = 1;
const LIBRARY: u8 = 2;

/// How many sums of texts are told apart.
const SUMS: usize = 1 << 16;

/// Where the strings at these offsets of the BTF are from: [`PROGRAM`], [`LIBRARY`], both, or neither.
struct Strings(Vec<u8>);

impl Strings {
    /// A kernel has a hundred thousand strings: a sum tells nearly all from the words.
    fn find(btf: &Btf<'_>, words: &Words<'_>) -> Self {
        let mut sums = vec![false; SUMS];
        for text in words.program.iter().chain(&words.library) {
            if let Some(slot) = sums.get_mut(text.bytes().fold(0, sum) % SUMS) {
                *slot = true;
            }
        }
        let from = |text: &[u8]| {
            let text = std::str::from_utf8(text).unwrap_or_default();
            (u8::from(words.program.contains(text)) * PROGRAM) | (u8::from(words.library.contains(text)) * LIBRARY)
        };
        let strings = btf.strings();
        let mut found = vec![0; strings.len()];
        let (mut start, mut so_far) = (0, 0);
        for (end, byte) in strings.iter().enumerate() {
            if *byte != 0 {
                so_far = sum(so_far, *byte);
                continue;
            }
            if sums.get(so_far % SUMS) == Some(&true)
                && let Some(text) = strings.get(start..end)
                && let Some(slot) = found.get_mut(start)
            {
                *slot = from(text);
            }
            (start, so_far) = (end + 1, 0);
        }
        Self(found)
    }

    fn in_program(&self, offset: u32) -> bool {
        self.0.get(offset as usize).is_some_and(|from| from & PROGRAM != 0)
    }

    fn anywhere(&self, offset: u32) -> bool {
        self.0.get(offset as usize).is_some_and(|from| *from != 0)
    }
}

/// One step of Fowler, Noll and Vo's sum.
fn sum(so_far: usize, byte: u8) -> usize {
    (so_far ^ usize::from(byte)).wrapping_mul(0x0100_0193)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BTF from types and the strings that they name: a word `"NAME"` is the offset of that string.
    fn btf(types: &[Word]) -> Vec<u8> {
        let mut strings = vec![0];
        let mut words: Vec<u32> = Vec::new();
        for word in types {
            words.push(match word {
                Word::Number(number) => *number,
                Word::Name(name) => {
                    let offset = u32::try_from(strings.len()).unwrap();
                    strings.extend_from_slice(name.as_bytes());
                    strings.push(0);
                    offset
                }
            });
        }
        let length = u32::try_from(words.len() * 4).unwrap();
        let header = [24, 0, length, length, u32::try_from(strings.len()).unwrap()];
        let mut bytes = [0xeb9f_u16.to_ne_bytes().as_slice(), &[1, 0]].concat();
        bytes.extend(header.into_iter().chain(words).flat_map(u32::to_ne_bytes));
        bytes.extend(strings);
        bytes
    }

    enum Word {
        Number(u32),
        Name(&'static str),
    }
    use Word::{Name as S, Number as N};

    fn info(kind: u32, count: u32) -> Word {
        N(kind << 24 | count)
    }

    fn ids(bytes: &[u8], words: &Words<'_>) -> Result<Vec<u32>, Error> {
        KernelBtf::parse(bytes)?.named(words)
    }

    fn names<'a>(program: &[&'a str], library: &[&'a str]) -> Words<'a> {
        Words {
            program: program.iter().copied().collect(),
            library: library.iter().copied().collect(),
        }
    }

    #[test]
    fn a_struct_brings_what_its_named_pointers_lead_to() {
        let types = btf(&[
            // 1: struct task { struct mm *mm; struct files *files; struct inner in; }
            S("task"),
            info(4, 3),
            N(16),
            S("mm"),
            N(2),
            N(0),
            S("files"),
            N(3),
            N(64),
            S("in"),
            N(6),
            N(128),
            // 2, 3: pointers to 4 and 5
            N(0),
            info(2, 0),
            N(4),
            N(0),
            info(2, 0),
            N(5),
            // 4, 5, 6: struct mm_struct {}, struct files_struct {}, struct inner {}
            S("mm_struct"),
            info(4, 0),
            N(0),
            S("files_struct"),
            info(4, 0),
            N(0),
            S("inner"),
            info(4, 0),
            N(0),
        ]);
        assert_eq!(ids(&types, &names(&["task"], &[])).unwrap(), [1, 6]);
        assert_eq!(ids(&types, &names(&["task", "mm"], &[])).unwrap(), [1, 4, 6]);
        assert_eq!(ids(&types, &names(&["files", "mm"], &[])).unwrap(), [0; 0]);
        assert_eq!(ids(&types, &names(&["inner"], &["task"])).unwrap(), [6]);
    }

    #[test]
    fn libbpfs_words_bring_typedefs_and_constants() {
        let types = btf(&[
            // 1: typedef int pid_t; 2: int
            S("pid_t"),
            info(8, 0),
            N(2),
            S("int"),
            info(1, 0),
            N(4),
            N(32),
            // 3: enum { ANY = 0 }; 4: enum named { OTHER }; 5: enum64 { WIDE }
            N(0),
            info(6, 1),
            N(4),
            S("ANY"),
            N(0),
            S("named"),
            info(6, 1),
            N(4),
            S("OTHER"),
            N(0),
            N(0),
            info(19, 1),
            N(8),
            S("WIDE"),
            N(0),
            N(1),
            // 6: typedef struct 7 spinlock_t
            S("spinlock_t"),
            info(8, 0),
            N(7),
            N(0),
            info(4, 0),
            N(0),
        ]);
        assert_eq!(ids(&types, &names(&[], &["pid_t", "ANY"])).unwrap(), [1, 3]);
        assert_eq!(ids(&types, &names(&["OTHER", "WIDE"], &["named"])).unwrap(), [4, 5]);
        assert_eq!(ids(&types, &names(&["spinlock_t"], &[])).unwrap(), [6, 7]);
    }

    #[test]
    fn registers_tell_the_architecture() {
        let of = |name: &'static str, member: &'static str| {
            let types = btf(&[S(name), info(4, 1), N(8), S(member), N(0), N(0)]);
            KernelBtf::parse(&types).unwrap().architecture()
        };
        assert_eq!(of("pt_regs", "di"), Some("x86"));
        assert_eq!(of("pt_regs", "orig_x0"), Some("arm64"));
        assert_eq!(of("user_pt_regs", "nip"), Some("powerpc"));
        assert_eq!(of("pt_regs", "nip"), None);
    }

    #[test]
    fn damaged_bytes_are_an_error_or_a_smaller_choice() {
        let types = btf(&[
            S("loop"),
            info(8, 0),
            N(1),
            S("far"),
            info(4, 1),
            N(8),
            S("m"),
            N(900),
            N(0),
        ]);
        let words = names(&["loop", "far", "m"], &[]);
        assert_eq!(ids(&types, &words).unwrap(), [1, 2]);
        for length in 0..types.len() {
            assert!(ids(&types[..length], &words).is_err(), "{length}");
        }
    }
}
