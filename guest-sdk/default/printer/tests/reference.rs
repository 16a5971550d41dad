//! Random layouts and records, against a formatter that is slow and obvious.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use fastrand::Rng;
use printer::{Enumerator, Kind, Member, Type};
use records::{json, member, row, ty};

/// A layout whose first type is a struct, and which describes what it says.
struct Made {
    types: Vec<Type>,
}

impl Made {
    fn new(random: &mut Rng) -> Self {
        let mut made = Self {
            types: vec![ty("event", 0, Kind::Opaque)],
        };
        let (kind, size) = made.members(random, 3);
        made.types[0] = ty("event", size, kind);
        made
    }

    fn add(&mut self, size: u32, kind: Kind) -> u32 {
        self.types.push(ty("t", size, kind));
        self.types.len() as u32 - 1
    }

    /// A type of any kind; nested ones only while `depth` lasts.
    fn any(&mut self, random: &mut Rng, depth: u32) -> u32 {
        match random.u8(0..if depth == 0 { 7 } else { 10 }) {
            0 | 1 => self.add(1 << random.u32(0..5), Kind::Int { signed: random.bool() }),
            2 => self.add(1, Kind::Bool),
            3 => self.add(8, Kind::Ptr),
            4 => {
                let signed = random.bool();
                let spread = if random.bool() { 3 } else { 1 << 20 };
                let value = |place: u64| {
                    if signed {
                        (place as i64 - 2) * spread
                    } else {
                        place as i64 * spread
                    }
                };
                let values = (0..random.u64(0..6)).map(|place| Enumerator {
                    name: "NAME_".repeat(random.usize(1..5)) + &place.to_string(),
                    value: value(place) as u64,
                });
                let values = values.collect();
                self.add(4 << random.u32(0..2), Kind::Enum { signed, values })
            }
            5 | 6 => {
                let count = random.u32(0..40);
                let element = self.add(1, Kind::Char);
                self.add(count, Kind::Array { element, count })
            }
            7 => {
                let element = self.any(random, depth - 1);
                let count = random.u32(0..5);
                self.add(
                    count * self.types[element as usize].size,
                    Kind::Array { element, count },
                )
            }
            _ => {
                let (kind, size) = self.members(random, depth - 1);
                self.add(size, kind)
            }
        }
    }

    /// A struct whose members follow each other without padding, or a union, and its size.
    fn members(&mut self, random: &mut Rng, depth: u32) -> (Kind, u32) {
        let is_union = random.u8(0..5) == 0;
        let (mut members, mut size, mut offset) = (Vec::new(), 0, 0);
        for place in 0..random.u32(0..7) {
            let name = format!("{}_{place}", "m".repeat(random.usize(0..20)));
            if random.u8(0..6) == 0 {
                // A bitfield somewhere in the 9 bytes that 64 bits take at most.
                let ty = self.add(8, Kind::Int { signed: random.bool() });
                let bit_offset = 8 * offset + random.u32(0..8);
                members.push(Member {
                    name,
                    ty,
                    bit_offset,
                    bit_width: random.u32(1..65),
                });
                size = size.max(offset + 9);
            } else {
                let ty = self.any(random, depth);
                members.push(member(&name, ty, offset));
                size = size.max(offset + self.types[ty as usize].size);
            }
            offset = if is_union { 0 } else { size };
        }
        (
            if is_union {
                Kind::Union(members)
            } else {
                Kind::Struct(members)
            },
            size,
        )
    }

    fn record(&self, random: &mut Rng) -> Vec<u8> {
        let mut record: Vec<u8> = (0..self.types[0].size)
            .map(|_| match random.u8(0..8) {
                0 | 1 => 0,
                2 => random.u8(0..4),
                3 => 0xff,
                4 => random.u8(..),
                _ => random.u8(b' '..b'~'),
            })
            .collect();
        for character in ["é", "€", "\u{85}", "\u{1f980}", "\\\"\n"] {
            let place = random.usize(0..=record.len());
            if let Some(bytes) = record[place..].get_mut(..character.len()) {
                bytes.copy_from_slice(character.as_bytes());
            }
        }
        record
    }

    /// The members as name and value.
    fn shown(&self, members: &[Member], bytes: &[u8], quoted: bool) -> Vec<(String, String)> {
        let shown = |member: &Member| {
            let value = if member.bit_width == 0 {
                self.value(member.ty, &bytes[member.bit_offset as usize / 8..], quoted)
            } else {
                self.bitfield(member, bytes)
            };
            (member.name.clone(), value)
        };
        members.iter().map(shown).collect()
    }

    fn bitfield(&self, member: &Member, bytes: &[u8]) -> String {
        let bit = |place: u32| u128::from(bytes[place as usize / 8] >> (place % 8) & 1);
        let value = (0..member.bit_width).fold(0, |value, place| value | bit(member.bit_offset + place) << place);
        match self.types[member.ty as usize].kind {
            Kind::Int { signed: true } if value >> (member.bit_width - 1) == 1 => {
                (value as i128 - (1 << member.bit_width)).to_string()
            }
            _ => value.to_string(),
        }
    }

    fn value(&self, ty: u32, bytes: &[u8], quoted: bool) -> String {
        let Type { size, kind, .. } = &self.types[ty as usize];
        let bytes = &bytes[..*size as usize];
        let unsigned = bytes
            .iter()
            .rev()
            .fold(0_u128, |value, byte| value << 8 | u128::from(*byte));
        let unused = 128 - 8 * size.min(&16);
        let signed = if unused == 128 {
            0
        } else {
            (unsigned << unused) as i128 >> unused
        };
        let in_quotes = |text: String| if quoted { format!("\"{text}\"") } else { text };
        match kind {
            Kind::Int { signed: is_signed } => {
                let number = if *is_signed {
                    signed.to_string()
                } else {
                    unsigned.to_string()
                };
                if *size == 16 { in_quotes(number) } else { number }
            }
            Kind::Bool => (unsigned != 0).to_string(),
            Kind::Ptr => in_quotes(format!("{unsigned:#x}")),
            Kind::Enum {
                signed: is_signed,
                values,
            } => {
                let number = if *is_signed { signed as u64 } else { unsigned as u64 };
                match values.iter().find(|named| named.value == number) {
                    Some(named) => in_quotes(named.name.clone()),
                    None if *is_signed => signed.to_string(),
                    None => unsigned.to_string(),
                }
            }
            Kind::Array { element, count } => {
                let element_size = self.types[*element as usize].size as usize;
                if let Kind::Char = self.types[*element as usize].kind {
                    return text(bytes, quoted);
                }
                let count = if element_size == 0 { 0 } else { *count as usize };
                let elements = (0..count).map(|place| self.value(*element, &bytes[place * element_size..], true));
                format!("[{}]", elements.collect::<Vec<_>>().join(","))
            }
            Kind::Struct(members) | Kind::Union(members) => object(&self.shown(members, bytes, true)),
            Kind::Char | Kind::Float | Kind::Opaque => unreachable!("not made"),
        }
    }
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn text(bytes: &[u8], quoted: bool) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    if quoted {
        // What serde_json leaves, but a terminal would obey.
        let number = |code: char| format!("\\u{:04x}", code as u32);
        let control = |code: char| matches!(code, '\u{7f}'..='\u{9f}');
        let json = serde_json::to_string(&text).unwrap();
        return json
            .chars()
            .map(|code| if control(code) { number(code) } else { code.to_string() })
            .collect();
    }
    text.chars()
        .map(|code| match code {
            '\n' => "\\n".into(),
            '\r' => "\\r".into(),
            '\t' => "\\t".into(),
            '\u{80}'..='\u{9f}' => format!("\\u{:04x}", code as u32),
            _ if code.is_control() => format!("\\x{:02x}", code as u32),
            _ => code.to_string(),
        })
        .collect()
}

#[test]
fn the_printer_agrees_with_an_obvious_one() {
    for seed in 0..1000 {
        let mut random = Rng::with_seed(seed);
        let made = Made::new(&mut random);
        let (Kind::Struct(members) | Kind::Union(members)) = &made.types[0].kind else {
            unreachable!()
        };
        for _ in 0..3 {
            let record = made.record(&mut random);
            let expected = object(&made.shown(members, &record, true));
            let printed = json(&made.types, &record);
            assert_eq!(printed, expected, "seed {seed}");
            let parsed = serde_json::from_str::<serde_json::Value>(&printed).unwrap();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&expected).unwrap(), parsed);

            let (mut expected, mut column, mut columns) = (String::new(), 0, 0);
            for (name, value) in made.shown(members, &record, false) {
                if column > 0 {
                    // The first value stands one column after its header.
                    let missing = (column - 1_usize).saturating_sub(columns).max(1);
                    expected += &" ".repeat(missing);
                    columns += missing;
                }
                columns += value.chars().count();
                expected += &value;
                column += name.len().max(6) + 2;
            }
            assert_eq!(row(&made.types, &record), expected, "seed {seed}");
        }
    }
}
