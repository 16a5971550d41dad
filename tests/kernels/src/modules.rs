//! Which modules a kernel needs to be loaded, in which order, and their contents.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    "md_mod",
    "raid1",
];

/// The wanted modules below a folder and those that they need, each after what it needs: names and contents.
pub(crate) fn load(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = BTreeMap::new();
    list(folder, &mut files)?;
    let mut found = Vec::new();
    for module in WANTED {
        add(module, &mut found, &|name| {
            files.get(name).map(|path| read(path)).transpose()
        })?;
    }
    Ok(found)
}

/// The files of modules by what they are called.
fn list(folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // `build` and `source` are links to what is not there.
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else if let Some((stem, _)) = name.split_once(".ko") {
            files.insert(stem.replace('-', "_"), entry.path());
        }
    }
    Ok(())
}

/// Add a module after those that it needs, which it names itself.
fn add(name: &str, found: &mut Vec<(String, Vec<u8>)>, read: &dyn Fn(&str) -> Result<Option<Vec<u8>>>) -> Result<()> {
    if found.iter().any(|(other, _)| other == name) {
        return Ok(());
    }
    let Some(bytes) = read(name)? else { return Ok(()) };
    for needed in needs(&bytes) {
        add(&needed, found, read)?;
    }
    found.push((name.to_owned(), bytes));
    Ok(())
}

/// The modules that a module's section `.modinfo` names: `depends=one,other`, between zeros.
fn needs(module: &[u8]) -> Vec<String> {
    let line = module
        .split(|&byte| byte == 0)
        .find_map(|text| text.strip_prefix(b"depends="));
    let names = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
    let names = names.split(',').filter(|name| !name.is_empty());
    names.map(|name| name.replace('-', "_")).collect()
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
        let modules = BTreeMap::from([
            ("virtio", ""),
            ("virtio_ring", "virtio"),
            ("virtio_pci", "virtio_ring,virtio,virtio-pci-modern-dev"),
            ("virtio_pci_modern_dev", ""),
        ]);
        let read = |name: &str| {
            let depends = modules.get(name);
            Ok(depends.map(|depends| format!("ELF\0license=GPL\0depends={depends}\0name={name}\0").into_bytes()))
        };
        let mut found = Vec::new();
        for name in ["virtio_pci", "virtio_ring", "netkit"] {
            add(name, &mut found, &read).unwrap();
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["virtio", "virtio_ring", "virtio_pci_modern_dev", "virtio_pci"]);
    }
}
