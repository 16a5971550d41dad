//! The names of architectures: those that libbpf's `bpf_tracing.h` has in `__TARGET_ARCH_*`.

/// libbpf's names, and others for the same: those of the kernel (`uname -m`), of Debian and of container images.
const NAMES: [(&str, &[&str]); 8] = [
    ("x86", &["x86_64", "x86-64", "amd64", "i386", "i686"]),
    ("arm64", &["aarch64"]),
    ("riscv", &["riscv64"]),
    ("s390", &["s390x"]),
    ("powerpc", &["powerpc64", "powerpc64le", "ppc64", "ppc64le", "ppc64el"]),
    ("loongarch", &["loongarch64", "loong64"]),
    ("arm", &["armv7", "armv7l", "armhf", "armel"]),
    ("mips", &["mips64", "mips64el", "mipsel"]),
];

/// libbpf's name for the architecture that is called `name` somewhere; `None` if nobody calls one so.
pub fn named(name: &str) -> Option<&'static str> {
    let found = NAMES
        .iter()
        .find(|(own, others)| *own == name || others.contains(&name));
    found.map(|(own, _)| *own)
}

/// libbpf's name for the machine that this code was built for; `None` if libbpf has none.
pub fn host() -> Option<&'static str> {
    named(std::env::consts::ARCH)
}

/// All of libbpf's names.
pub fn all() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(own, _)| *own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_has_many_names_and_one_of_libbpf() {
        assert_eq!(named("x86_64"), Some("x86"));
        assert_eq!(named("aarch64"), Some("arm64"));
        assert_eq!(named("arm"), Some("arm"));
        assert_eq!(named("vax"), None);
        assert!(all().all(|name| named(name) == Some(name)));
        assert!(host().is_some());
    }
}
