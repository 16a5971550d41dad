//! Sets of bytes.

/// A bit for each byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Set([u64; 4]);

impl Set {
    /// The bytes of some ranges, both ends included.
    pub(super) fn of(ranges: &[(u8, u8)]) -> Self {
        let mut set = Self::default();
        for (first, last) in ranges {
            set.add(*first, *last);
        }
        set
    }

    pub(super) fn add(&mut self, first: u8, last: u8) {
        for byte in first..=last {
            if let Some(word) = self.0.get_mut(usize::from(byte / 64)) {
                *word |= 1 << (byte % 64);
            }
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word |= other;
        }
    }

    pub(super) fn inverted(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// The same with both cases of every letter that is in it.
    pub(super) fn of_both_cases(self) -> Self {
        let mut set = self;
        for letter in b'a'..=b'z' {
            let other = letter.to_ascii_uppercase();
            if self.has(letter) || self.has(other) {
                set.add(letter, letter);
                set.add(other, other);
            }
        }
        set
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0
            .get(usize::from(byte / 64))
            .is_some_and(|word| word & (1 << (byte % 64)) != 0)
    }

    /// The bytes of `\d`, `\w` or `\s`.
    pub(super) fn named(letter: u8) -> Option<Self> {
        Some(match letter {
            b'd' => Self::of(&[(b'0', b'9')]),
            b'w' => Self::of(&[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')]),
            b's' => Self::of(&[(b'\t', b'\r'), (b' ', b' ')]),
            _ => return None,
        })
    }

    /// The bytes of `[:alpha:]` and its like.
    pub(super) fn of_class(name: &str) -> Option<Self> {
        let upper = (b'A', b'Z');
        let lower = (b'a', b'z');
        let digit = (b'0', b'9');
        Some(match name {
            "alnum" => Self::of(&[digit, upper, lower]),
            "alpha" => Self::of(&[upper, lower]),
            "ascii" => Self::of(&[(0, 0x7f)]),
            "blank" => Self::of(&[(b'\t', b'\t'), (b' ', b' ')]),
            "cntrl" => Self::of(&[(0, 0x1f), (0x7f, 0x7f)]),
            "digit" => Self::of(&[digit]),
            "graph" => Self::of(&[(b'!', b'~')]),
            "lower" => Self::of(&[lower]),
            "print" => Self::of(&[(b' ', b'~')]),
            "punct" => Self::of(&[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')]),
            "space" => Self::of(&[(b'\t', b'\r'), (b' ', b' ')]),
            "upper" => Self::of(&[upper]),
            "word" => Self::of(&[digit, upper, (b'_', b'_'), lower]),
            "xdigit" => Self::of(&[digit, (b'A', b'F'), (b'a', b'f')]),
            _ => return None,
        })
    }
}
