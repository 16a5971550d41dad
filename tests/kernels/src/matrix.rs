//! Which kernels there are: `kernels.json`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The word for the machine itself, in place of a kernel's name.
pub(crate) const MACHINE: &str = "machine";

/// A kernel that can be fetched.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// What it is called here.
    pub(crate) id: String,
    /// The architecture.
    pub(crate) arch: Arch,
    /// `cloud`, `full`, `rt`, or `16k` with pages of that size.
    pub(crate) flavour: String,
    /// Where in Debian it is.
    pub(crate) suite: String,
    /// The package that it is, or that depends on it; of those that fit a pattern with `*` the newest.
    pub(crate) package: String,
    /// The processor, if it cannot be the smallest.
    pub(crate) cpu: Option<String>,
    /// More for the kernel's command line.
    #[serde(default)]
    pub(crate) command_line: String,
    /// Whether each commit is held against it.
    #[serde(default)]
    pub(crate) commit: bool,
}

/// An architecture of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Arch {
    /// x86-64
    Amd64,
    /// 64-bit ARM
    Arm64,
}

impl Arch {
    /// What Debian calls it.
    pub(crate) fn debian(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// What this program was built for.
    pub(crate) fn own() -> Self {
        if cfg!(target_arch = "aarch64") {
            Self::Arm64
        } else {
            Self::Amd64
        }
    }
}

/// What is run.
#[derive(Debug)]
pub(crate) struct Selection {
    /// The kernels, in the order of the file.
    pub(crate) kernels: Vec<Entry>,
    /// Whether the machine's own comes first.
    pub(crate) machine: bool,
    /// Whether it is everything, so that the table can be written.
    pub(crate) all: bool,
}

/// What a list of names stands for: `commit`, `all`, `machine` or names of kernels, with commas between.
///
/// # Errors
/// A name that is none of these, or a file that cannot be read.
pub(crate) fn select(path: &Path, wanted: &str) -> Result<Selection> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let kernels: Vec<Entry> = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    pick(kernels, wanted)
}

fn pick(mut kernels: Vec<Entry>, wanted: &str) -> Result<Selection> {
    let words: Vec<&str> = wanted.split([',', ' ']).filter(|word| !word.is_empty()).collect();
    for word in &words {
        if !["commit", "all", MACHINE].contains(word) && !kernels.iter().any(|kernel| kernel.id == *word) {
            let known: Vec<&str> = kernels.iter().map(|kernel| kernel.id.as_str()).collect();
            bail!(
                "there is no kernel {word}\nhint: one of commit, all, {MACHINE}, {}",
                known.join(", ")
            );
        }
    }
    let (all, commit) = (words.contains(&"all"), words.contains(&"commit"));
    kernels.retain(|kernel| all || commit && kernel.commit || words.contains(&kernel.id.as_str()));
    Ok(Selection {
        kernels,
        machine: all || commit || words.contains(&MACHINE),
        all,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(wanted: &str) -> (Vec<String>, bool) {
        let kernels = include_str!("../kernels.json");
        let selection = pick(serde_json::from_str(kernels).unwrap(), wanted).unwrap();
        (
            selection.kernels.into_iter().map(|kernel| kernel.id).collect(),
            selection.machine,
        )
    }

    #[test]
    fn each_commit_is_held_against_three_and_the_machine() {
        let kernels = ["amd64-6.1", "amd64-6.12", "arm64-6.12"].map(str::to_owned).to_vec();
        assert_eq!(picked("commit"), (kernels, true));
    }

    #[test]
    fn kernels_have_names() {
        assert_eq!(picked("machine"), (vec![], true));
        assert_eq!(picked("arm64-6.1"), (vec!["arm64-6.1".to_owned()], false));
        let (all, _) = picked("all");
        assert!(all.len() >= 12, "{all:?}");
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        let error = pick(Vec::new(), "amd64-2.4").unwrap_err().to_string();
        assert!(error.starts_with("there is no kernel amd64-2.4"), "{error}");
    }
}
