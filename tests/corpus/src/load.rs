//! A package into the kernel and out again. Nothing is attached: what others wrote may do anything.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use loader::{Kind, OpenObject, OpenOptions};
use package::Package;

use crate::outside;

/// How a cause starts when the verifier has refused a program.
pub(crate) const VERIFIER: &str = "the verifier: ";

/// Loads a package in a process of its own, as root; gives the cause if that fails.
pub(crate) fn outside(package: &Path) -> Result<Result<(), String>> {
    let this = std::env::current_exe().context("where this program is")?;
    let mut load = if rustix::process::geteuid().is_root() {
        Command::new(this)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(this);
        sudo
    };
    load.arg("load").arg(package);
    Ok(match outside::failure(&mut load)? {
        None => Ok(()),
        Some(words) => Err(words.lines().next().unwrap_or_default().to_owned()),
    })
}

/// What the other process does. The object is gone when it returns.
pub(crate) fn load(path: &Path) -> Result<()> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let package = Package::parse(&bytes).map_err(|error| anyhow!("reading the package: {error}"))?;
    let description = package
        .describe()
        .map_err(|error| anyhow!("describing the package: {error}"))?;
    let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default())
        .map_err(|error| anyhow!("opening: {error:#}"))?;
    open.load().map(drop).map_err(|error| {
        let cause = format!("{error:#}");
        match error.kind() {
            Kind::VerifierRejected => anyhow!("{VERIFIER}{cause}"),
            Kind::KernelLacks => anyhow!("the kernel lacks it: {cause}"),
            _ => anyhow!("loading: {cause}"),
        }
    })
}
