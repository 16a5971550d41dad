//! The running kernel: what it is, and whether it shows its types.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use package::{Kernel, Package};

/// Where a kernel built with `CONFIG_DEBUG_INFO_BTF` shows its types.
pub(crate) const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

/// Where a distribution says what it is (`os-release(5)`): the first that exists.
const OS_RELEASE: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// The running kernel, and the distribution that this process sees: in a container, the container's.
pub fn running_kernel() -> Kernel {
    let system = rustix::system::uname();
    let text = OS_RELEASE.iter().find_map(read).unwrap_or_default();
    Kernel {
        release: system.release().to_string_lossy().into_owned(),
        architecture: Some(system.machine().to_string_lossy().into_owned()),
        distribution: value(&text, "ID"),
        version: value(&text, "VERSION_ID"),
    }
}

/// The BTF that a package carries for the running kernel, to be [`OpenOptions::cut_btf`](crate::OpenOptions::cut_btf). None where the
/// kernel shows its own, or the package has none for it.
///
/// # Errors
/// What the package has for kernels without BTF is damaged, or it cannot tell which of several is this kernel's.
pub fn packed_btf(package: &Package) -> Result<Option<Vec<u8>>, package::Error> {
    if Path::new(KERNEL_BTF).exists() {
        return Ok(None);
    }
    package.kernel_btf(&running_kernel())
}

/// A file of a few lines. One that is no text or larger than any of its kind is none.
fn read(path: &&str) -> Option<String> {
    const LARGEST: u64 = 64 << 10;
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The value of a variable, without its quotes.
fn value(text: &str, name: &str) -> Option<String> {
    let assigned = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    let value = assigned.trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_says_its_name_with_or_without_quotes() {
        let text = "NAME=\"Amazon Linux\"\nVERSION_ID='2'\n ID=\"amzn\"\nID_LIKE=\"centos rhel fedora\"\nEMPTY=\n";
        assert_eq!(value(text, "ID").as_deref(), Some("amzn"));
        assert_eq!(value(text, "VERSION_ID").as_deref(), Some("2"));
        assert_eq!(value(text, "EMPTY"), None);
        assert_eq!(value(text, "VARIANT_ID"), None);
    }
}
