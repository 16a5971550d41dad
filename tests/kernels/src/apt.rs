//! Packages of Debian, fetched without installing anything: each suite and architecture has lists of its own, apart from the system's.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::matrix::Arch;

/// Where packages come from if `DEBIAN_MIRROR` does not say otherwise.
const MIRROR: &str = "http://deb.debian.org";

/// The keys that Debian signs its lists with, of the package `debian-archive-keyring`.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The lists of one suite and architecture.
pub(crate) struct Apt {
    root: PathBuf,
    arch: Arch,
}

impl Apt {
    /// The lists, fetched anew.
    pub(crate) fn update(folder: &Path, suite: &str, arch: Arch) -> Result<Self> {
        let root = folder.join(format!("{suite}-{}", arch.debian()));
        for inner in ["state/lists/partial", "cache/archives/partial", "etc"] {
            fs::create_dir_all(root.join(inner))?;
        }
        fs::write(root.join("state/status"), "")?;
        let mirror = env::var("DEBIAN_MIRROR").unwrap_or_else(|_| MIRROR.to_owned());
        let archive = if suite.ends_with("-security") {
            "debian-security"
        } else {
            "debian"
        };
        let line = format!("deb [signed-by={KEYS}] {mirror}/{archive} {suite} main\n");
        fs::write(root.join("etc/sources.list"), line)?;
        let apt = Self { root, arch };
        apt.run("apt-get", &["update", "-qq"])
            .with_context(|| format!("cannot fetch the lists of {suite}"))?;
        Ok(apt)
    }

    /// A command of apt, with its output.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(program);
        let at = |path: &str| self.root.join(path).display().to_string();
        for option in [
            format!("Dir::State={}", at("state")),
            format!("Dir::State::status={}", at("state/status")),
            format!("Dir::Cache={}", at("cache")),
            format!("Dir::Etc::sourcelist={}", at("etc/sources.list")),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("APT::Architecture={}", self.arch.debian()),
            format!("APT::Architectures={}", self.arch.debian()),
            "Acquire::Languages=none".to_owned(),
            // A suite that gets no more updates keeps its lists, and these get old.
            "Acquire::Check-Valid-Until=false".to_owned(),
            "Acquire::Retries=3".to_owned(),
            "APT::Sandbox::User=root".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        let output = command
            .args(arguments)
            .current_dir(self.root.join("cache"))
            .env("LC_ALL", "C")
            .output()
            .with_context(|| format!("cannot start {program}: the kernels are Debian's packages"))?;
        if !output.status.success() {
            bail!(
                "{program} {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The package of a name, or the newest of those that fit a pattern with `*`.
    pub(crate) fn find(&self, pattern: &str) -> Result<String> {
        let names = self.run(
            "apt-cache",
            &["pkgnames", pattern.split('*').next().unwrap_or_default()],
        )?;
        let fitting = names.lines().filter(|name| crate::expect::fits(pattern, name));
        let newest = fitting.max_by_key(|name| numbers(name));
        newest
            .map(str::to_owned)
            .with_context(|| format!("there is no package {pattern}"))
    }

    /// The packages with the files of a kernel, of the one that is it or that depends on it.
    pub(crate) fn kernel(&self, package: &str) -> Result<Vec<String>> {
        const PREFIXES: [&str; 4] = ["linux-base-", "linux-binary-", "linux-image-", "linux-modules-"];
        let mut found = vec![package.to_owned()];
        let mut next = 0;
        while let Some(name) = found.get(next).cloned() {
            let text = self.run("apt-cache", &["depends", "--important", &name])?;
            let needed = text.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
            let needed: Vec<&str> = needed
                .filter(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
                .collect();
            // What depends on an image has no files of its own.
            if needed.iter().any(|name| name.starts_with("linux-image-")) {
                found.remove(next);
            } else {
                next += 1;
            }
            for name in needed {
                if !found.iter().any(|other| other == name) {
                    found.push(name.to_owned());
                }
            }
        }
        Ok(found)
    }

    /// The files of some packages, unpacked into a folder.
    pub(crate) fn unpack(&self, packages: &[String], into: &Path) -> Result<()> {
        let downloads = self.root.join("cache");
        for package in packages {
            self.run("apt-get", &["download", "-qq", package])?;
        }
        for entry in fs::read_dir(&downloads)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "deb") {
                continue;
            }
            let output = Command::new("dpkg-deb").arg("-x").arg(&path).arg(into).output()?;
            if !output.status.success() {
                bail!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr).trim());
            }
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// The numbers in a name, by which the newest is found.
fn numbers(name: &str) -> Vec<u64> {
    name.split(|sign: char| !sign.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_has_the_larger_numbers() {
        let newest = [
            "linux-image-6.18.9+deb13-cloud-amd64",
            "linux-image-6.18.12+deb13-cloud-amd64",
        ];
        assert_eq!(newest.into_iter().max_by_key(|name| numbers(name)), Some(newest[1]));
    }
}
