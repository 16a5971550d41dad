//! What a kernel is, as far as expectations ask, and the conditions that they are written with.

use std::fmt;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A running kernel.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    /// As Debian calls it: `amd64`, `arm64`.
    pub(crate) arch: String,
    /// `cloud`, `full`, `rt`, `16k`, or `machine` without an emulator.
    pub(crate) flavour: String,
    /// Its release, as `uname -r` says it.
    pub(crate) release: String,
    /// The options it was built with, `CONFIG_NAME=y` a line; none if nobody knows.
    pub(crate) config: String,
}

impl Kernel {
    /// The first two numbers of its release.
    pub(crate) fn version(&self) -> (u32, u32) {
        version(&self.release).unwrap_or_default()
    }

    /// Whether it was built with `CONFIG_NAME`, as a part of it or as a module.
    fn has(&self, name: &str) -> bool {
        self.config
            .lines()
            .filter_map(|line| line.strip_prefix("CONFIG_")?.strip_prefix(name))
            .any(|rest| rest == "=y" || rest == "=m")
    }
}

/// `6.12` of `6.12.94+deb12-cloud-amd64`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|sign: char| !sign.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Words about a kernel, all of which must be true.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Condition {
    text: String,
    words: Vec<(bool, Word)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Word {
    Arch(String),
    Flavour(String),
    Config(String),
    Is((u32, u32)),
    Below((u32, u32)),
    From((u32, u32)),
}

impl Condition {
    /// Whether it is true of a kernel.
    pub(crate) fn holds(&self, kernel: &Kernel) -> bool {
        let holds = |word: &Word| match word {
            Word::Arch(arch) => *arch == kernel.arch,
            Word::Flavour(flavour) => *flavour == kernel.flavour,
            Word::Config(name) => kernel.has(name),
            Word::Is(version) => kernel.version() == *version,
            Word::Below(version) => kernel.version() < *version,
            Word::From(version) => kernel.version() >= *version,
        };
        self.words.iter().all(|(wanted, word)| holds(word) == *wanted)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for Condition {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        let words = text.split_whitespace().map(|word| match word.strip_prefix('!') {
            Some(word) => Ok((false, parse(word)?)),
            None => Ok((true, parse(word)?)),
        });
        let words = words.collect::<Result<Vec<_>>>()?;
        if words.is_empty() {
            bail!("a condition has at least one word");
        }
        Ok(Self { text, words })
    }
}

fn parse(word: &str) -> Result<Word> {
    let number = |text: &str| {
        version(text).with_context(|| {
            format!("`{word}` is no word of a condition: one is amd64, arm64, cloud, full, rt, 16k, machine, config:NAME, 6.1, <6.1 or >=6.1")
        })
    };
    Ok(match word {
        "amd64" | "arm64" => Word::Arch(word.to_owned()),
        "cloud" | "full" | "rt" | "16k" | "machine" => Word::Flavour(word.to_owned()),
        _ => {
            if let Some(name) = word.strip_prefix("config:") {
                Word::Config(name.to_owned())
            } else if let Some(text) = word.strip_prefix(">=") {
                Word::From(number(text)?)
            } else if let Some(text) = word.strip_prefix('<') {
                Word::Below(number(text)?)
            } else {
                Word::Is(number(word)?)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str) -> bool {
        Condition::try_from(condition.to_owned()).unwrap().holds(&Kernel {
            arch: "arm64".to_owned(),
            flavour: "cloud".to_owned(),
            release: "6.12.94+deb12-cloud-arm64".to_owned(),
            config: "CONFIG_KPROBES=y\n# CONFIG_FPROBE is not set\nCONFIG_NETKIT=m\n".to_owned(),
        })
    }

    #[test]
    fn all_words_must_be_true() {
        assert!(holds("arm64"));
        assert!(holds("arm64 cloud 6.12"));
        assert!(!holds("arm64 rt"));
        assert!(holds("arm64 !rt"));
        assert!(!holds("machine"));
    }

    #[test]
    fn versions_are_numbers() {
        assert!(holds("<7.0") && holds(">=6.4") && holds(">=6.12") && holds("!5.10"));
        assert!(!holds("<6.4"), "12 is more than 4");
        assert!(!holds("<6.12"));
        assert!(!holds("6.1"));
    }

    #[test]
    fn options_are_those_it_was_built_with() {
        assert!(holds("config:KPROBES") && holds("config:NETKIT") && holds("!config:FPROBE"));
        assert!(!holds("config:KPROBE"), "the whole name counts");
    }

    #[test]
    fn what_is_no_word_is_refused() {
        for condition in ["", "x86", "<six", ">=7", "amd64 or arm64"] {
            assert!(Condition::try_from(condition.to_owned()).is_err(), "{condition:?}");
        }
    }
}
