//! Filters against an evaluator that is slow and obvious, and looks at the JSON of each record.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use fastrand::Rng;
use printer::{Enumerator, Format, Kind, Options, Printer, Type};
use records::{Batch, chars, events, int, options, print, structure, ty};
use serde_json::Value;

const NAMES: [(&str, &str); 10] = [
    ("a", "/a"),
    ("b", "/b"),
    ("c", "/c"),
    ("d", "/d"),
    ("e", "/e"),
    ("s.f", "/s/f"),
    ("s.g[1]", "/s/g/1"),
    ("t", "/t"),
    ("n", "/n"),
    ("o", "/o"),
];

/// The least and the greatest of the integers among them.
const LIMITS: [(i128, i128); 9] = [
    (0, u8::MAX as i128),
    (i8::MIN as i128, i8::MAX as i128),
    (i32::MIN as i128, i32::MAX as i128),
    (0, u64::MAX as i128),
    (i128::MIN, i128::MAX),
    (i16::MIN as i128, i16::MAX as i128),
    (i16::MIN as i128, i16::MAX as i128),
    // The text, which is no number.
    (0, 0),
    (0, u32::MAX as i128),
];

fn layout() -> Vec<Type> {
    let values = ["NONE", "SOME", "MORE"];
    let values = values.iter().zip(0..).map(|(name, value)| Enumerator {
        name: (*name).into(),
        value,
    });
    vec![
        structure(
            "event",
            64,
            &[
                ("a", 1, 0),
                ("b", 2, 1),
                ("c", 3, 4),
                ("d", 4, 8),
                ("e", 5, 16),
                ("s", 6, 32),
                ("t", 8, 40),
                ("n", 10, 48),
                ("o", 11, 56),
            ],
        ),
        int(1, false),
        int(1, true),
        int(4, true),
        int(8, false),
        int(16, true),
        structure("s", 6, &[("f", 7, 0), ("g", 12, 2)]),
        int(2, true),
        chars(9, 5),
        ty("char", 1, Kind::Char),
        ty(
            "state",
            4,
            Kind::Enum {
                signed: false,
                values: values.collect(),
            },
        ),
        ty("double", 8, Kind::Float),
        ty("", 4, Kind::Array { element: 7, count: 2 }),
    ]
}

fn record(random: &mut Rng) -> Vec<u8> {
    let mut record: Vec<u8> = (0..64)
        .map(|_| {
            if random.bool() {
                [0, 1, 2, 255, 127][random.usize(0..5)]
            } else {
                random.u8(..)
            }
        })
        .collect();
    if random.bool() {
        record[2..32].fill(if random.bool() { 0 } else { 255 });
    }
    for byte in &mut record[40..45] {
        *byte = if random.u8(0..3) == 0 { 0 } else { random.u8(b'a'..b'd') };
    }
    record[48..52].copy_from_slice(&random.u32(0..4).to_ne_bytes());
    let number = [0.0, -0.0, 0.5, 1.0, -3.0, 1e300, f64::INFINITY][random.usize(0..7)];
    record[56..64].copy_from_slice(&f64::to_ne_bytes(number));
    record
}

/// A filter as text, and what it says.
enum Made {
    Or(Box<Made>, Box<Made>),
    And(Box<Made>, Box<Made>),
    Not(Box<Made>),
    Alone(usize),
    Compared(usize, &'static str, String),
}

impl Made {
    fn new(random: &mut Rng, depth: u32) -> Self {
        let inner = |random: &mut Rng| Box::new(Self::new(random, depth - 1));
        match random.u8(0..if depth == 0 { 2 } else { 7 }) {
            0 if random.bool() => Self::Alone(random.usize(0..NAMES.len())),
            2 | 3 => Self::Or(inner(random), inner(random)),
            4 | 5 => Self::And(inner(random), inner(random)),
            6 => Self::Not(inner(random)),
            _ => {
                let name = random.usize(0..NAMES.len());
                let operators = ["==", "!=", "<", "<=", ">", ">="];
                let operator = operators[random.usize(0..operators.len())];
                let value = match name {
                    7 => ["a", "ab", "b", "''", "ccc"][random.usize(0..5)].to_string(),
                    8 => ["NONE", "SOME", "MORE", "0", "3"][random.usize(0..5)].to_string(),
                    9 => ["0", "0.5", "1", "-3", "1e300", "1e301"][random.usize(0..6)].to_string(),
                    _ => {
                        let numbers = [
                            0,
                            1,
                            -1,
                            127,
                            128,
                            255,
                            -128,
                            1 << 31,
                            -(1 << 31),
                            1 << 63,
                            i128::MAX,
                            i128::MIN,
                        ];
                        (numbers[random.usize(0..numbers.len())].saturating_add(random.i128(-1..2))).to_string()
                    }
                };
                Self::Compared(name, operator, value)
            }
        }
    }

    /// `strength` is that of what it stands in: 1 for `and`, 2 for `not`.
    fn text(&self, random: &mut Rng, strength: u8) -> String {
        let (text, own) = match self {
            Self::Or(left, right) => {
                let sign = ["or", "||"][random.usize(0..2)];
                (format!("{} {sign} {}", left.text(random, 0), right.text(random, 1)), 0)
            }
            Self::And(left, right) => {
                let sign = ["and", "&&"][random.usize(0..2)];
                (format!("{} {sign} {}", left.text(random, 1), right.text(random, 2)), 1)
            }
            Self::Not(inner) => (
                ["not ", "!"][random.usize(0..2)].to_string() + &inner.text(random, 2),
                2,
            ),
            Self::Alone(name) => (NAMES[*name].0.to_string(), 2),
            Self::Compared(name, operator, value) => (format!("{}{operator}{value}", NAMES[*name].0), 2),
        };
        if own < strength || random.u8(0..8) == 0 {
            format!("({text})")
        } else {
            text
        }
    }

    fn holds(&self, json: &Value) -> bool {
        let at = |name: &usize| json.pointer(NAMES[*name].1).unwrap();
        match self {
            Self::Or(left, right) => left.holds(json) || right.holds(json),
            Self::And(left, right) => left.holds(json) && right.holds(json),
            Self::Not(inner) => !inner.holds(json),
            Self::Alone(7) => at(&7) != "",
            Self::Alone(name) => compared(*name, at(name), "!=", "0"),
            Self::Compared(name, operator, value) => compared(*name, at(name), operator, value),
        }
    }
}

/// Whether nothing is asked for that is never true of its member.
fn is_possible(made: &Made) -> bool {
    match made {
        Made::Or(left, right) | Made::And(left, right) => is_possible(left) && is_possible(right),
        Made::Not(inner) => is_possible(inner),
        Made::Compared(name, operator, value) => LIMITS.get(*name).is_none_or(|(least, greatest)| {
            let Ok(value) = value.parse::<i128>() else {
                return true;
            };
            match *operator {
                "<" => *least < value,
                "<=" => *least <= value,
                ">" => *greatest > value,
                ">=" => *greatest >= value,
                _ => (*least..=*greatest).contains(&value),
            }
        }),
        Made::Alone(_) => true,
    }
}

fn compared(name: usize, json: &Value, operator: &str, value: &str) -> bool {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_string);
    let number = |text: &str| match text {
        "NONE" => 0,
        "SOME" => 1,
        "MORE" => 2,
        _ => text.parse::<i128>().unwrap(),
    };
    let order = match name {
        7 => text.as_str().cmp(value.trim_matches('\'')),
        9 => {
            // JSON has no infinity.
            let shown = if json.is_null() {
                f64::INFINITY
            } else {
                text.parse().unwrap()
            };
            shown.partial_cmp(&value.parse::<f64>().unwrap()).unwrap()
        }
        _ => number(&text).cmp(&number(value)),
    };
    match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
}

#[test]
fn filters_agree_with_an_obvious_evaluator() {
    let layout = layout();
    let (mut shown, mut hidden, mut refused) = (0, 0, 0);
    for seed in 0..3000 {
        let mut random = Rng::with_seed(seed);
        let made = Made::new(&mut random, 4);
        let filter = made.text(&mut random, 0);
        let filtered = Options {
            filter: Some(filter.clone()),
            ..options(Format::Json)
        };
        let open = |options: &Options| Printer::new(&layout, &[events("events", 0)], options).unwrap();
        if !is_possible(&made) {
            let error = Printer::new(&layout, &[events("events", 0)], &filtered).unwrap_err();
            assert!(format!("{error:?}").contains("never"), "{filter}: {error:?}");
            refused += 1;
            continue;
        }
        let records: Vec<Vec<u8>> = (0..20).map(|_| record(&mut random)).collect();
        let batch = Batch::of(&records);
        let all = print(&mut open(&options(Format::Json)), &batch, 0);
        let expected = all
            .lines()
            .filter(|line| made.holds(&serde_json::from_str(line).unwrap()));
        let expected: Vec<&str> = expected.collect();
        let printed = print(&mut open(&filtered), &batch, 0);
        assert_eq!(printed.lines().collect::<Vec<_>>(), expected, "seed {seed}: {filter}");
        shown += expected.len();
        hidden += 20 - expected.len();
    }
    assert!(
        shown > 5_000 && hidden > 5_000 && refused > 500,
        "{shown} {hidden} {refused}"
    );
}
