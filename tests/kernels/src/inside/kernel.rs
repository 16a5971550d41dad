//! Which kernel this is.

use std::env::consts::ARCH;
use std::fs;
use std::process::Command;

use anyhow::Result;

use super::Inside;
use crate::kernel::Kernel;

/// The running kernel, with the options it was built with if they can be found.
pub(super) fn this(inside: &Inside) -> Result<Kernel> {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let config = match &inside.config {
        Some(path) => fs::read_to_string(path)?,
        None => {
            shown(inside).unwrap_or_else(|| fs::read_to_string(format!("/boot/config-{release}")).unwrap_or_default())
        }
    };
    let arch = match ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    Ok(Kernel {
        arch: arch.to_owned(),
        flavour: inside.flavour.clone(),
        release,
        config,
    })
}

/// What the kernel itself shows.
fn shown(inside: &Inside) -> Option<String> {
    let output = Command::new(inside.payload.join("busybox"))
        .args(["zcat", "/proc/config.gz"])
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
