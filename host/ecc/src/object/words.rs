//! BTF and its extension as the 32-bit words that they are made of.

use object::Endianness;
use object::endian::Endian as _;

/// The first two bytes of `.BTF` and `.BTF.ext`.
const MAGIC: u16 = 0xeb9f;

/// Bytes of a word.
const WORD: usize = 4;

/// The words of a section, or `None` if it is not what clang writes for this byte order.
pub(super) fn read(bytes: &[u8], endian: Endianness) -> Option<Vec<u32>> {
    let magic = bytes.first_chunk().map(|magic| endian.read_u16(*magic));
    if magic != Some(MAGIC) {
        return None;
    }
    // What does not fill a word at the end is of a string table, which is read from the bytes.
    let (words, _) = bytes.as_chunks::<WORD>();
    Some(words.iter().map(|word| endian.read_u32(*word)).collect())
}

/// The bytes of words.
pub(super) fn write(words: &[u32], endian: Endianness) -> Vec<u8> {
    words.iter().flat_map(|word| endian.write_u32(*word)).collect()
}

/// Magic, version and flags as one word.
pub(super) fn first(endian: Endianness) -> u32 {
    const VERSION: u8 = 1;
    let [one, two] = endian.write_u16(MAGIC);
    endian.read_u32([one, two, VERSION, 0])
}

/// A word as an index.
pub(super) fn at(words: &[u32], index: usize) -> Option<usize> {
    usize::try_from(*words.get(index)?).ok()
}
