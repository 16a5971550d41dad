//! The words in a program's text and in the headers that it includes, found without a preprocessor.
//!
//! They choose what goes into `vmlinux.h`. Too many do no harm. Too few, because a macro puts a name together or a header was
//! not found, make clang fail; then it is given all of the kernel's types.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use package::Words;

/// Bytes of text that are looked at; a program that includes more gets all types at once.
const LARGEST: usize = 16 << 20;

/// Files that are looked at.
const MOST_FILES: usize = 1000;

/// The header that is to be made.
const KERNEL_TYPES: &str = "vmlinux.h";

/// The texts that a program consists of.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    program: Vec<String>,
    library: Vec<String>,
    /// Whether `vmlinux.h` is included and not found in a folder of the user's.
    wants_kernel_types: bool,
    complete: bool,
}

impl Texts {
    /// Reads `starts`, and what they include from the `folders` and from that of libbpf's headers. `flags` are clang's: they may
    /// name folders, files and words too.
    pub(crate) fn gather(starts: &[&Path], flags: &[String], folders: &[PathBuf], library: &Path) -> Self {
        let mut texts = Self {
            complete: true,
            ..Self::default()
        };
        let mut search = Search {
            folders: [folders_of(flags), folders.to_vec()].concat(),
            library,
            seen: HashSet::new(),
            bytes: 0,
        };
        texts.program.extend(flags.iter().cloned());
        let forced = included_by(flags).map(|name| Include { name, quoted: true });
        let forced: Vec<_> = forced
            .filter_map(|include| search.find(&include, Path::new(".")))
            .collect();
        let mut open: Vec<PathBuf> = starts.iter().map(|path| path.to_path_buf()).chain(forced).collect();
        while let Some(path) = open.pop() {
            // `sub/../a.h` is `a.h`.
            if !search.seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                continue;
            }
            let Some(text) = search.read(&path) else {
                texts.complete = false;
                continue;
            };
            let here = crate::output::folder_of(&path);
            for include in includes(&text) {
                match search.find(&include, here) {
                    Some(found) => open.push(found),
                    None => texts.wants_kernel_types |= include.is_kernel_types(),
                }
            }
            if path.starts_with(library) {
                texts.library.push(without_comments(&text));
            } else {
                texts.program.push(text);
            }
        }
        texts
    }

    /// Whether a `vmlinux.h` is included that somebody has to make.
    pub(crate) fn wants_kernel_types(&self) -> bool {
        self.wants_kernel_types
    }

    /// The words; none if there was too much to read.
    pub(crate) fn words(&self) -> Option<Words<'_>> {
        let mut words = Words {
            program: self.program.iter().flat_map(|text| split(text)).collect(),
            library: self.library.iter().flat_map(|text| split(text)).collect(),
        };
        if words.library.contains(ARGUMENTS) {
            words.program.extend(REGISTERS);
        }
        self.complete.then_some(words)
    }
}

/// A macro of libbpf's `bpf_tracing.h`.
const ARGUMENTS: &str = "PT_REGS_PARM1";

/// The structs that libbpf's macros for the arguments of functions look into, one an architecture.
const REGISTERS: [&str; 3] = ["pt_regs", "user_pt_regs", "user_regs_struct"];

struct Search<'a> {
    folders: Vec<PathBuf>,
    library: &'a Path,
    seen: HashSet<PathBuf>,
    bytes: usize,
}

impl Search<'_> {
    fn read(&mut self, path: &Path) -> Option<String> {
        let length = usize::try_from(std::fs::metadata(path).ok()?.len()).ok()?;
        self.bytes = self.bytes.checked_add(length)?;
        if self.bytes > LARGEST || self.seen.len() > MOST_FILES {
            return None;
        }
        Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
    }

    /// Where clang would find it; the system's headers do not matter here, they know nothing of `vmlinux.h`.
    fn find(&self, include: &Include<'_>, here: &Path) -> Option<PathBuf> {
        let beside = include.quoted.then_some(here);
        let folders = self.folders.iter().map(PathBuf::as_path);
        let mut all = beside.into_iter().chain(folders).chain([self.library]);
        all.find_map(|folder| {
            let path = folder.join(include.name);
            path.is_file().then_some(path)
        })
    }
}

struct Include<'text> {
    name: &'text str,
    quoted: bool,
}

impl Include<'_> {
    fn is_kernel_types(&self) -> bool {
        Path::new(self.name)
            .file_name()
            .is_some_and(|name| name == KERNEL_TYPES)
    }
}

/// `#include "NAME"` and `#include <NAME>`, also such that a condition leaves out.
fn includes(text: &str) -> impl Iterator<Item = Include<'_>> {
    text.lines().filter_map(|line| {
        let directive = line.trim_start().strip_prefix('#')?.trim_start();
        let argument = directive.strip_prefix("include")?.trim_start();
        let (open, close) = if argument.starts_with('"') {
            ('"', '"')
        } else {
            ('<', '>')
        };
        let (name, _) = argument.strip_prefix(open)?.split_once(close)?;
        Some(Include {
            name,
            quoted: open == '"',
        })
    })
}

/// The values of options such as `-I FOLDER` and `-IFOLDER`.
fn values<'flags>(flags: &'flags [String], option: &'static str) -> impl Iterator<Item = &'flags str> {
    let next = flags.iter().skip(1).map(Some).chain([None]);
    flags
        .iter()
        .zip(next)
        .filter_map(move |(flag, next)| match flag.strip_prefix(option)? {
            "" => next.map(String::as_str),
            joined => Some(joined),
        })
}

fn folders_of(flags: &[String]) -> Vec<PathBuf> {
    let options = ["-iquote", "-I", "-isystem", "-idirafter"];
    options
        .into_iter()
        .flat_map(|option| values(flags, option))
        .map(PathBuf::from)
        .collect()
}

fn included_by(flags: &[String]) -> impl Iterator<Item = &str> {
    values(flags, "-include").chain(values(flags, "-imacros"))
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c| !is_word(c)).filter(|word| !word.is_empty())
}

/// libbpf's own headers have block comments, many, and no string with the beginning of one in it.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn words_come_from_what_is_included_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let (source, library) = (folder.path().join("src"), folder.path().join("own"));
        let main = put(
            &source,
            "a.bpf.c",
            "#include \"vmlinux.h\"\n # include <bpf/h.h>\n#include \"a.h\"\n#include <b.h>\none",
        );
        put(&source, "a.h", "#include \"sub/c.h\"\ntwo");
        put(&source, "sub/c.h", "#include \"d.h\"\n#include <linux/none.h>\nthree");
        put(&source, "sub/d.h", "#include \"../a.h\"\nfour");
        put(folder.path(), "extra/b.h", "five");
        put(folder.path(), "forced.h", "six");
        put(&library, "bpf/h.h", "#include \"i.h\"\nu32 /* not this */ seven");
        put(&library, "bpf/i.h", "eight");
        let flags = [
            format!("-I{}", folder.path().join("extra").display()),
            "-include".into(),
            folder.path().join("forced.h").display().to_string(),
            "-DX=nine".into(),
        ];
        let texts = Texts::gather(&[&main], &flags, std::slice::from_ref(&source), &library);
        assert!(texts.wants_kernel_types());
        let words = texts.words().unwrap();
        for word in ["one", "two", "three", "four", "five", "six", "nine"] {
            assert!(words.program.contains(word), "{word}");
        }
        for word in ["u32", "seven", "eight"] {
            assert!(words.library.contains(word) && !words.program.contains(word), "{word}");
        }
        assert!(!words.library.contains("not"));

        put(&source, "vmlinux.h", "own types");
        let own = Texts::gather(&[&main], &flags, &[source], &library);
        assert!(!own.wants_kernel_types());
    }

    #[test]
    fn what_is_too_large_or_not_there_has_no_words() {
        let folder = tempfile::tempdir().unwrap();
        let gather = |path: &Path| Texts::gather(&[path], &[], &[], folder.path()).words().is_some();
        let large = put(folder.path(), "large.c", &"x".repeat(LARGEST + 1));
        assert!(!gather(&large));
        assert!(!gather(&folder.path().join("missing.c")));
        assert!(gather(&put(folder.path(), "small.c", "x")));
    }
}
