//! Text of records: hostile input that must neither break JSON nor reach a terminal as a command.

/// Where a text stands, which decides what has to be escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A column of a table.
    Bare,
    /// Between the quotes of a JSON string.
    Quoted,
}

impl Style {
    /// The most bytes that one byte of input becomes.
    pub fn widest(self) -> usize {
        match self {
            Self::Bare => 4,
            Self::Quoted => 6,
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;

/// How many of a word's bytes come before the first that has to be looked at, 8 if none has: a control byte or DEL, one outside
/// ASCII, and in a JSON string the quote and the backslash. The first byte is the lowest.
#[inline(always)]
pub fn plain(word: u64, style: Style) -> usize {
    // Carries and borrows go upwards from a byte that is marked itself, so the lowest mark is always right.
    let mut marks = word | word.wrapping_add(ONES) | word.wrapping_sub(ONES * 0x20);
    if style == Style::Quoted {
        marks |= (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
        marks |= (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    }
    ((marks & TOPS).trailing_zeros() / 8) as usize
}

/// The bytes before the first NUL, as C reads an array of characters.
///
/// ```
/// assert_eq!(eunomia_component::text::before_nul(b"cargo\0\0\0"), b"cargo");
/// ```
pub fn before_nul(bytes: &[u8]) -> &[u8] {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // A byte above 0x80 is none; the lowest mark is right, as in `plain`.
        let ends = word.wrapping_sub(ONES) & !word & TOPS;
        if ends != 0 {
            length += (ends.trailing_zeros() / 8) as usize;
            return bytes.get(..length).unwrap_or_default();
        }
        length += 8;
    }
    length += rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
    bytes.get(..length).unwrap_or_default()
}

/// Call for each character, and for each run of bytes that is not UTF-8 once with U+FFFD.
pub fn each_character(bytes: &[u8], mut call: impl FnMut(char)) {
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(&mut call);
        if !chunk.invalid().is_empty() {
            call(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// A character as it may be shown, and how many of the bytes that is.
pub fn escape(character: char, style: Style) -> ([u8; 8], usize) {
    let letter = match character {
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x08' if style == Style::Quoted => b'b',
        '\x0c' if style == Style::Quoted => b'f',
        '"' | '\\' if style == Style::Quoted => character as u8,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => return escape_number(character as u8, style),
        _ => {
            let mut bytes = [0; 8];
            let length = character.encode_utf8(&mut bytes).len();
            return (bytes, length);
        }
    };
    ([b'\\', letter, 0, 0, 0, 0, 0, 0], 2)
}

/// A control character by its number: `\x1b`, and `\u001b` in JSON. U+0080 to U+009F are control characters too, which
/// some terminals obey.
fn escape_number(code: u8, style: Style) -> ([u8; 8], usize) {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let (high, low) = (digit(code >> 4), digit(code & 15));
    if style == Style::Bare && code < 0x80 {
        ([b'\\', b'x', high, low, 0, 0, 0, 0], 4)
    } else {
        ([b'\\', b'u', b'0', b'0', high, low, 0, 0], 6)
    }
}
