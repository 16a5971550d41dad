//! Values of any type: what JSON writes into memory is what is read from there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod handmade;

use fastrand::Rng;
use handmade::types::{Allowed, Choices, add_type};
use handmade::{Btf, object_with};
use package::{Description, Member, Package, TypeIndex, TypeKind, Types, Value, decode_value, encode_value};
use serde_json::{Map, json};

/// The description of an object with a variable of a random type.
fn variable(random: &mut Rng) -> Description {
    let bytes: Vec<u8> = (0..random.usize(4..200)).map(|_| random.u8(..)).collect();
    let (mut btf, depth) = (Btf::default(), random.u8(0..4));
    let allowed = Allowed { depth, pointers: false };
    let (ty, size) = add_type(&mut btf, &mut Choices(&bytes), allowed);
    btf.variable(ty, size);
    let data: Vec<u8> = (0..size).map(|_| random.u8(..)).collect();
    let package = Package::from_object(object_with(&btf.bytes(), &data), "tool", &[]).unwrap();
    package.describe().unwrap()
}

/// One of the numbers that fit into so many bits, often the first or last of them.
fn number(random: &mut Rng, bits: u32, signed: bool) -> Value {
    let all = u128::MAX >> (128 - bits);
    let any = random.u128(..);
    let raw = match random.u8(..5) {
        0 => 0,
        1 => all,
        2 => all / 2,
        3 => all / 2 + 1,
        _ => any & all,
    };
    let text = if signed {
        // Two's complement.
        let unused = 128 - bits;
        (raw.cast_signed() << unused >> unused).to_string()
    } else {
        raw.to_string()
    };
    if bits > 64 {
        json!(text)
    } else {
        serde_json::from_str(&text).unwrap()
    }
}

fn scalar(random: &mut Rng, kind: &TypeKind, bits: u32) -> Value {
    match kind {
        TypeKind::Int { signed } => number(random, bits, *signed),
        TypeKind::Bool => json!(random.bool()),
        TypeKind::Float if bits == 32 => json!(f64::from(random.f32() * 1e6)),
        TypeKind::Float => json!(random.f64() * -1e300),
        TypeKind::Enum { signed, values } => {
            let named = random.usize(..=values.len());
            let given = values.get(named).map(|(_, value)| *value);
            let number = match given {
                Some(value) if *signed => json!(value.cast_signed()),
                Some(value) => json!(value),
                None => number(random, bits, *signed),
            };
            // What has a name is shown by it, by the first of several.
            let name = values.iter().find(|(_, value)| match signed {
                true => number == json!(value.cast_signed()),
                false => number == json!(value),
            });
            name.map_or(number, |(name, _)| json!(name))
        }
        _ => number(random, bits, false),
    }
}

/// A value of the type, whole, as a package would have it.
fn value(random: &mut Rng, types: &Types, ty: TypeIndex) -> Value {
    let ty = types.get(ty).unwrap();
    match &ty.kind {
        TypeKind::Array { element, count } => {
            if types.get(*element).unwrap().kind == TypeKind::Char && random.bool() {
                let letters = ["a", "Z", " ", "ü", "\\", "\""];
                let room = *count as usize - 1;
                let text = (0..random.usize(..=room)).map(|_| letters[random.usize(..letters.len())]);
                let text = text.fold(String::new(), |text, letter| {
                    if text.len() + letter.len() > room {
                        text
                    } else {
                        text + letter
                    }
                });
                return json!(text);
            }
            (0..*count).map(|_| value(random, types, *element)).collect()
        }
        TypeKind::Struct(members) => {
            let mut fields = Map::new();
            for member in members {
                add(random, types, member, &mut fields);
            }
            fields.into()
        }
        TypeKind::Union(members) => {
            let mut fields = Map::new();
            let named: Vec<&Member> = members.iter().filter(|member| !member.name.is_empty()).collect();
            if !named.is_empty() {
                let chosen = random.usize(..named.len());
                add(random, types, named[chosen], &mut fields);
            }
            fields.into()
        }
        kind => scalar(random, kind, ty.size * 8),
    }
}

fn add(random: &mut Rng, types: &Types, member: &Member, fields: &mut Map<String, Value>) {
    if member.bits != 0 {
        let kind = &types.get(member.ty).unwrap().kind;
        fields.insert(member.name.clone(), scalar(random, kind, member.bits));
    } else {
        match value(random, types, member.ty) {
            Value::Object(inner) if member.name.is_empty() => fields.extend(inner),
            // Nobody can set what has no name.
            _ if member.name.is_empty() => {}
            value => {
                fields.insert(member.name.clone(), value);
            }
        }
    }
}

/// Whether what was found says what was given; a union that was given as one member is found as all of them.
fn agrees(given: &Value, found: &Value) -> bool {
    match (given, found) {
        (Value::Object(given), Value::Object(found)) => given
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| agrees(value, found))),
        (Value::Array(given), Value::Array(found)) => {
            given.len() == found.len() && given.iter().zip(found).all(|(given, found)| agrees(given, found))
        }
        // Text that is given as numbers.
        (Value::Array(given), Value::String(found)) => {
            let bytes = found.bytes().chain(std::iter::repeat(0));
            given.iter().zip(bytes).all(|(given, found)| *given == json!(found))
        }
        // Numbers keep their digits, and so there are several texts for one.
        (Value::Number(given), Value::Number(found)) => given == found || given.as_f64() == found.as_f64(),
        // Names of one value are as good as each other.
        _ => given == found,
    }
}

#[test]
fn what_is_encoded_is_decoded_to_the_same_value() {
    let mut random = Rng::with_seed(7);
    let mut kinds = [0_usize; 10];
    for round in 0..3000 {
        let description = variable(&mut random);
        let (types, variable) = (&description.types, &description.variables[0]);
        for ty in types {
            kinds[place(&ty.kind)] += 1;
        }
        for _ in 0..4 {
            let given = value(&mut random, types, variable.ty);
            let mut written = variable.initial.clone();
            encode_value(types, variable.ty, &given, &mut written)
                .unwrap_or_else(|error| panic!("round {round}: {error}: {given} of {types:?}"));
            let found = decode_value(types, variable.ty, &written);
            assert!(
                agrees(&given, &found),
                "round {round}: {given} became {found} of {types:?}"
            );
        }
    }
    assert!(kinds.iter().all(|count| *count > 100), "{kinds:?}");
}

fn place(kind: &TypeKind) -> usize {
    match kind {
        TypeKind::Int { signed: false } => 0,
        TypeKind::Int { signed: true } => 1,
        TypeKind::Char => 2,
        TypeKind::Bool => 3,
        TypeKind::Float => 4,
        TypeKind::Enum { signed: false, .. } => 5,
        TypeKind::Enum { signed: true, .. } => 6,
        TypeKind::Array { .. } => 7,
        TypeKind::Struct(_) => 8,
        _ => 9,
    }
}

/// Unions apart, of which only one member can be given, whatever lies in memory can be written there again in the words that it is shown in.
#[test]
fn what_is_decoded_can_be_encoded_and_is_decoded_to_the_same_value_again() {
    let mut random = Rng::with_seed(11);
    let mut tried = 0;
    for round in 0..3000 {
        let description = variable(&mut random);
        let (types, variable) = (&description.types, &description.variables[0]);
        let unsettable = |kind: &TypeKind| matches!(kind, TypeKind::Union(_) | TypeKind::Float);
        if types.iter().any(|ty| unsettable(&ty.kind)) {
            continue;
        }
        tried += 1;
        let found = decode_value(types, variable.ty, &variable.initial);
        let mut again = vec![0; variable.initial.len()];
        encode_value(types, variable.ty, &found, &mut again)
            .unwrap_or_else(|error| panic!("round {round}: {error}: {found} of {types:?}"));
        assert_eq!(
            decode_value(types, variable.ty, &again),
            found,
            "round {round}: {types:?}"
        );
    }
    assert!(tried > 1000, "{tried}");
}
