//! The engine against that of the crate `regex`, with expressions that a random number makes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

extern crate std;

use super::Regex;
use crate::usage::Refusal;
use alloc::string::String;
use alloc::vec::Vec;
use fastrand::Rng;
use regex::bytes::RegexBuilder;
use std::println;

/// What expressions are made of, so that many of them make sense.
const PIECES: &[&str] = &[
    "a",
    "b",
    "A",
    "c",
    "_",
    " ",
    "\n",
    "é",
    ".",
    "^",
    "$",
    "|",
    "|",
    "(",
    "(",
    ")",
    ")",
    "(?:",
    "(?i)",
    "(?-i)",
    "(?i:",
    "(?s)",
    "(?m)",
    "(?m:",
    "(?i-)",
    "(?ii)",
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{2}",
    "{1,}",
    "{0,2}",
    "{1,3}",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[^a-b_]",
    "[]a]",
    "[]-a]",
    "[^]]",
    "[-a]",
    "[--a]",
    "[a-]",
    "[\\d_]",
    "[^\\w]",
    "[[:alpha:]]",
    "[[:^space:]]",
    "[[:upper:]b]",
    "[[:^upper:]]",
    "[^[:^lower:]]",
    "\\d",
    "\\w",
    "\\s",
    "\\D",
    "\\W",
    "\\S",
    "\\b",
    "\\B",
    "\\A",
    "\\z",
    "\\n",
    "\\t",
    "\\x61",
    "\\xff",
    "\\x{41}",
    "\\.",
    "\\\\",
    "1",
];

fn expression(random: &mut Rng) -> String {
    let pieces = random.usize(1..9);
    let mut text: String = (0..pieces).map(|_| PIECES[random.usize(0..PIECES.len())]).collect();
    // Closed groups are more interesting than unclosed ones.
    let open = text.matches('(').count().saturating_sub(text.matches(')').count());
    text.extend(core::iter::repeat_n(')', open));
    text
}

fn subject(random: &mut Rng) -> Vec<u8> {
    let letters = b"aabbABcC_1 \n.\\\xc3\xa9\xff\0";
    (0..random.usize(0..9))
        .map(|_| letters[random.usize(0..letters.len())])
        .collect()
}

#[test]
fn it_finds_what_the_crate_regex_finds() {
    let mut random = Rng::with_seed(7);
    let (mut both, mut found) = (0, 0);
    for _ in 0..15_000 {
        let text = expression(&mut random);
        let theirs = RegexBuilder::new(&text).unicode(false).build();
        match (Regex::new(&text), theirs) {
            (Ok(mut ours), Ok(theirs)) => {
                both += 1;
                for _ in 0..6 {
                    let subject = subject(&mut random);
                    let expected = theirs.is_match(&subject);
                    assert_eq!(ours.is_found_in(&subject), expected, "{text:?} in {subject:x?}");
                    found += u32::from(expected);
                }
            }
            (Err(_), Err(_)) => {}
            (ours, theirs) => panic!("{text:?}: {ours:?}, {theirs:?}"),
        }
    }
    println!("{both} expressions, {found} times found");
    assert!(both > 5_000 && found > 5_000);
}

#[test]
fn random_text_is_an_expression_or_refused() {
    let mut random = Rng::with_seed(3);
    for _ in 0..20_000 {
        let letters: Vec<char> = "ab()[]{}*+?|^$.\\dwsx-:,01i&~é".chars().collect();
        let text: String = (0..random.usize(0..20))
            .map(|_| letters[random.usize(0..letters.len())])
            .collect();
        if let Ok(mut regex) = Regex::new(&text) {
            regex.is_found_in(b"abab0_");
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let refusal = |text: &str| match Regex::new(text) {
        Err(Refusal::Usage { what, .. }) => what,
        other => panic!("{text}: {other:?}"),
    };
    for (text, why) in [
        ("a(", "unclosed group"),
        ("a)", "unopened group"),
        ("*a", "repetition operator missing expression"),
        ("a|+", "repetition operator missing expression"),
        ("[a", "unclosed brackets"),
        ("[b-a]", "a range in brackets ends before it begins"),
        ("[é]", "é takes several bytes: brackets have one of ASCII"),
        ("[[:letter:]]", "[:letter:] is not known"),
        (
            "[a&&b]",
            "sets within brackets are not known; a backslash before a sign makes it itself",
        ),
        ("a\\", "a backslash at the end"),
        ("\\p{Greek}", "\\p is not known"),
        ("\\x1", "\\x needs two hexadecimal digits"),
        ("a{x}", "braces hold how often something comes: {2}, {2,} or {2,5}"),
        ("a{3,2}", "braces hold how often something comes: {2}, {2,} or {2,5}"),
        ("a{1001}", "something is repeated more than 1000 times"),
        (
            "(?=a)",
            "(?= is none of the groups (?: and (?i with the flags i, m and s",
        ),
        ("(?i-)", "no flag follows the dash"),
        ("(?ii)", "the flag i is there twice"),
        ("\\x{ff}", "\\x{ff} takes several bytes; \\xff is one"),
        ("a?*+?*?+?*?+?*+*", "something is repeated in more than 8 ways"),
        ("(?i", "these flags end neither with a colon nor with a parenthesis"),
        ("(a{1000}){3}", "it is too large: it takes more than 2048 states"),
        (
            "((((){1000}){1000}){1000}){1000}",
            "it is too large: it takes more than 2048 states",
        ),
    ] {
        assert_eq!(refusal(text), alloc::format!("{text} is no regular expression: {why}"));
    }
    assert!(refusal(&"(".repeat(100)).contains("more than 32 deep"));
}

/// An expression that makes others try for ever takes its states and no more.
#[test]
fn a_search_takes_no_longer_for_a_difficult_expression() {
    let mut regex = Regex::new("^(a|a|a)*(a*)*b$").unwrap();
    let text = [b'a'; 10_000];
    assert!(!regex.is_found_in(&text));
}
