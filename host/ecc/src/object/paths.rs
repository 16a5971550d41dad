//! The paths of source files in BTF's line information, which the verifier's log shows.
//!
//! The formats are those of the kernel's Documentation/bpf/btf.rst.

use std::collections::BTreeSet;
use std::path::Path;

const MAGIC: u16 = 0xeb9f;

const KIND_INT: u32 = 1;
const KIND_ARRAY: u32 = 3;
const KIND_STRUCT: u32 = 4;
const KIND_UNION: u32 = 5;
const KIND_ENUM: u32 = 6;
const KIND_FUNC_PROTO: u32 = 13;
const KIND_VAR: u32 = 14;
const KIND_DATASEC: u32 = 15;
const KIND_DECL_TAG: u32 = 17;
const KIND_ENUM64: u32 = 19;

/// Bytes of `struct btf_type`.
const TYPE: usize = 12;

/// How source files are to be called.
pub(super) struct FileNames {
    /// Folders, with the slash at the end.
    folders: Vec<String>,
}

impl FileNames {
    /// Files in `folders`, or below, are named from there.
    pub(super) fn new(folders: &[&Path]) -> Self {
        Self {
            folders: folders
                .iter()
                .map(|folder| format!("{}/", without_dots(&folder.to_string_lossy())))
                .collect(),
        }
    }

    fn short<'name>(&self, name: &'name str) -> &'name str {
        let name = without_dots(name);
        self.folders
            .iter()
            .find_map(|folder| name.strip_prefix(folder.as_str()))
            .unwrap_or(name)
    }

    /// `.BTF` and `.BTF.ext` with short file names; `None` if there is nothing to do, or these are not what clang writes.
    pub(super) fn shorten(&self, btf: &[u8], extension: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        if btf.first_chunk().copied().map(u16::from_ne_bytes) != Some(MAGIC) {
            return None;
        }
        let header = usize_at(btf, 4)?;
        let types =
            header.checked_add(usize_at(btf, 8)?)?..header.checked_add(usize_at(btf, 8)? + usize_at(btf, 12)?)?;
        let strings = header.checked_add(usize_at(btf, 16)?)?;
        // The table can only change its length where nothing follows it.
        let table = btf
            .get(strings..)
            .filter(|table| table.len() == usize_at(btf, 20).unwrap_or(0))?;

        let type_slots = type_slots(btf, types.start, types.end)?;
        let extension_slots = ExtensionSlots::find(extension)?;
        let files: BTreeSet<u32> = extension_slots
            .files
            .iter()
            .filter_map(|at| u32_at(extension, *at))
            .collect();
        let moved = Moved::new(table, |start, text| match std::str::from_utf8(text) {
            Ok(name) if files.contains(&start) => self.short(name).as_bytes(),
            _ => text,
        });

        let mut new_btf = btf.get(..strings)?.to_vec();
        for slot in type_slots {
            moved.patch(&mut new_btf, slot)?;
        }
        put(&mut new_btf, 20, u32::try_from(moved.table.len()).ok()?)?;
        new_btf.extend_from_slice(&moved.table);
        let mut new_extension = extension.to_vec();
        for slot in extension_slots.files.into_iter().chain(extension_slots.others) {
            moved.patch(&mut new_extension, slot)?;
        }
        Some((new_btf, new_extension))
    }
}

/// clang writes one `./` for the folder that it runs in, and another where an option named the file.
fn without_dots(name: &str) -> &str {
    name.trim_start_matches("./")
}

/// A string table after some of its strings have changed.
struct Moved {
    table: Vec<u8>,
    /// Where each string started and where it starts now.
    starts: Vec<(u32, u32)>,
}

impl Moved {
    fn new<'table>(table: &'table [u8], change: impl Fn(u32, &'table [u8]) -> &'table [u8]) -> Self {
        let mut moved = Self {
            table: Vec::with_capacity(table.len()),
            starts: Vec::new(),
        };
        let mut start = 0_usize;
        for text in table.strip_suffix(&[0]).unwrap_or(table).split(|byte| *byte == 0) {
            let (Ok(old), Ok(new)) = (u32::try_from(start), u32::try_from(moved.table.len())) else {
                break;
            };
            moved.starts.push((old, new));
            moved.table.extend_from_slice(change(old, text));
            moved.table.push(0);
            start += text.len() + 1;
        }
        moved
    }

    /// Follows the string that the four bytes at `slot` point to. They may point into a string: its end is the same.
    fn patch(&self, bytes: &mut [u8], slot: usize) -> Option<()> {
        let old = u32_at(bytes, slot)?;
        let next = self.starts.partition_point(|(start, _)| *start <= old);
        let (start, new) = *self.starts.get(next.checked_sub(1)?)?;
        put(bytes, slot, new + (old - start))
    }
}

/// Where types and their members have the offsets of their names.
fn type_slots(btf: &[u8], start: usize, end: usize) -> Option<Vec<usize>> {
    let mut slots = Vec::new();
    let mut position = start;
    while position < end {
        slots.push(position);
        let info = u32_at(btf, position + 4)?;
        let (kind, count) = (info >> 24 & 0x1f, usize::try_from(info & 0xffff).ok()?);
        position += TYPE;
        let (step, named) = match kind {
            KIND_STRUCT | KIND_UNION | KIND_ENUM64 => (12, true),
            KIND_ENUM | KIND_FUNC_PROTO => (8, true),
            KIND_DATASEC => (12, false),
            _ => (0, false),
        };
        if named {
            slots.extend((0..count).map(|member| position + member * step));
        }
        position += step * count;
        position += match kind {
            KIND_INT | KIND_VAR | KIND_DECL_TAG => 4,
            KIND_ARRAY => 12,
            _ => 0,
        };
    }
    (position == end).then_some(slots)
}

/// Where `.BTF.ext` has offsets of strings.
#[derive(Default)]
struct ExtensionSlots {
    files: Vec<usize>,
    others: Vec<usize>,
}

impl ExtensionSlots {
    fn find(bytes: &[u8]) -> Option<Self> {
        let mut slots = Self::default();
        let header = usize_at(bytes, 4)?;
        // Functions, lines, relocations: where the offsets of a record are, and which of them is a file's.
        let parts = [(8, None, None), (16, Some(4), Some(8)), (24, None, Some(8))];
        for (at, file, other) in parts.into_iter().filter(|(at, _, _)| at + 8 <= header) {
            let start = header.checked_add(usize_at(bytes, at)?)?;
            let length = usize_at(bytes, at + 4)?;
            if length == 0 {
                continue;
            }
            let size = usize_at(bytes, start)?;
            let mut position = start + 4;
            while position < start.checked_add(length)? {
                slots.others.push(position);
                let count = usize_at(bytes, position + 4)?;
                position += 8;
                for _ in 0..count {
                    slots.files.extend(file.map(|offset| position + offset));
                    slots.others.extend(other.map(|offset| position + offset));
                    position = position.checked_add(size).filter(|end| *end <= bytes.len())?;
                }
            }
        }
        Some(slots)
    }
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().copied().map(u32::from_ne_bytes)
}

fn usize_at(bytes: &[u8], offset: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, offset)?).ok()
}

fn put(bytes: &mut [u8], offset: usize, value: u32) -> Option<()> {
    *bytes.get_mut(offset..)?.first_chunk_mut()? = value.to_ne_bytes();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[usize]) -> Vec<u8> {
        words
            .iter()
            .flat_map(|word| u32::try_from(*word).unwrap().to_ne_bytes())
            .collect()
    }

    /// A struct `a { b }`, and one line of `FILE` in section `tc`, whose text is `x;`.
    fn sections(file: &str) -> (Vec<u8>, Vec<u8>) {
        let strings = format!("\0a\0{file}\0b\0tc\0x;\0");
        let at = |text: &str| strings.find(&format!("\0{text}\0")).unwrap() + 1;
        let types = words(&[at("a"), (KIND_STRUCT << 24 | 1) as usize, 4, at("b"), 1, 0]);
        let mut btf = [MAGIC.to_ne_bytes().as_slice(), &[1, 0]].concat();
        let mut extension = btf.clone();
        btf.extend(words(&[24, 0, types.len(), types.len(), strings.len()]));
        btf.extend(types);
        btf.extend(strings.as_bytes());
        extension.extend(words(&[24, 0, 0, 0, 28, 16, at("tc"), 1, 0, at(file), at("x;"), 1024]));
        (btf, extension)
    }

    #[test]
    fn the_same_source_has_the_same_bytes_wherever_it_lies() {
        let names = FileNames::new(&[Path::new("/home/me/src")]);
        let expected = sections("a.bpf.c");
        for file in ["./a.bpf.c", "/home/me/src/a.bpf.c", "a.bpf.c"] {
            let (btf, extension) = sections(file);
            assert_eq!(names.shorten(&btf, &extension), Some(expected.clone()), "{file}");
        }
    }

    #[test]
    fn only_names_of_files_lose_their_folder() {
        let names = FileNames::new(&[Path::new("t")]);
        assert_eq!(names.short("./t/a.c"), "a.c");
        assert_eq!(names.short("././t/a.c"), "a.c");
        assert_eq!(FileNames::new(&[Path::new(".")]).short("./t/a.c"), "t/a.c");
        let (btf, _) = sections("./a.c");
        let no_lines = [MAGIC.to_ne_bytes().as_slice(), &[1, 0], &words(&[24, 0, 0, 0, 0])].concat();
        assert_eq!(names.shorten(&btf, &no_lines), Some((btf, no_lines)));
    }

    #[test]
    fn cut_off_bytes_are_left_alone() {
        let names = FileNames::new(&[]);
        let (btf, extension) = sections("./a.c");
        for length in 0..btf.len() {
            assert_eq!(names.shorten(&btf[..length], &extension), None, "{length}");
        }
        for length in 0..extension.len() {
            assert_eq!(names.shorten(&btf, &extension[..length]), None, "{length}");
        }
    }
}
