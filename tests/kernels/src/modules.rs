//! Which modules a kernel needs to be loaded, in which order, and their contents.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What the cases and the way out need. What a kernel has built in, or does not have, is left out.
const WANTED: &[&str] = &[
    "virtio_pci",
    "virtio_console",
    "veth",
    "dummy",
    "netkit",
    "sch_ingress",
    "cls_bpf",
    "act_bpf",
    "loop",
    "md-mod",
    "raid1",
];

/// The wanted modules below `lib/modules/RELEASE` in `root` and those that they need, each after what it needs: names and contents.
pub(crate) fn load(root: &Path, release: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let depmod = Command::new("depmod")
        .arg("-b")
        .arg(root)
        .arg(release)
        .output()
        .context("cannot start depmod")?;
    if !depmod.status.success() {
        bail!("depmod: {}", String::from_utf8_lossy(&depmod.stderr).trim());
    }
    let folder = root.join("lib/modules").join(release);
    let table = fs::read_to_string(folder.join("modules.dep"))?;
    let paths = order(&table, WANTED);
    let contents = paths
        .into_iter()
        .map(|path| Ok((name(path), read(&folder.join(path))?)));
    contents.collect()
}

/// The paths of modules in the order in which they can be loaded, of the table that `depmod` writes: each line a module, a colon, and all that
/// must be loaded before it, the last first.
fn order<'table>(table: &'table str, wanted: &[&str]) -> Vec<&'table str> {
    let needs: BTreeMap<String, (&str, Vec<&str>)> = table
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(path, needs)| (name(path), (path, needs.split_whitespace().collect())))
        .collect();
    let mut found = Vec::new();
    for module in wanted {
        let Some((path, before)) = needs.get(&module.replace('-', "_")) else {
            continue;
        };
        for path in before.iter().rev().chain([path]) {
            if !found.contains(path) {
                found.push(path);
            }
        }
    }
    found
}

/// What a file is called as a module.
fn name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file).replace('-', "_")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("xz") => {
            let mut plain = Vec::new();
            lzma_rust2::XzReader::new(bytes.as_slice(), true)
                .read_to_end(&mut plain)
                .with_context(|| format!("cannot unpack {}", path.display()))?;
            Ok(plain)
        }
        Some("ko") => Ok(bytes),
        _ => bail!("{} is packed in a way that is not known here", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_module_needs_comes_before_it() {
        let table = "kernel/net/veth.ko.xz:\n\
                     kernel/v/virtio_pci.ko.xz: kernel/v/modern.ko.xz kernel/v/virtio_ring.ko.xz kernel/v/virtio.ko.xz\n\
                     kernel/c/virtio_console.ko.xz: kernel/v/virtio_ring.ko.xz kernel/v/virtio.ko.xz\n\
                     kernel/md/md-mod.ko.xz:\n";
        let wanted = ["virtio_pci", "virtio_console", "netkit", "md-mod"];
        let names: Vec<String> = order(table, &wanted).into_iter().map(name).collect();
        assert_eq!(
            names,
            [
                "virtio",
                "virtio_ring",
                "modern",
                "virtio_pci",
                "virtio_console",
                "md_mod"
            ]
        );
    }
}
