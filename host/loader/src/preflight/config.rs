//! How the kernel was built, where it says so.

use std::fs::File;
use std::io::Read;
use std::sync::OnceLock;

use flate2::read::GzDecoder;

use super::Finding;

/// More than any kernel's configuration has, unpacked.
const LARGEST: u64 = 4 << 20;

/// Options that tools profit from, and what needs them.
const WANTED: [(&str, &str); 21] = [
    ("CONFIG_BPF_SYSCALL", "all programs"),
    ("CONFIG_BPF_JIT", "programs as machine code"),
    ("CONFIG_DEBUG_INFO_BTF", "CO-RE, fentry"),
    ("CONFIG_DEBUG_INFO_BTF_MODULES", "types of modules"),
    ("CONFIG_BPF_EVENTS", "programs at probes and tracepoints"),
    ("CONFIG_PERF_EVENTS", "probes, profilers"),
    ("CONFIG_KPROBES", "kprobe"),
    ("CONFIG_KPROBE_EVENTS", "kprobe"),
    ("CONFIG_UPROBE_EVENTS", "uprobe, usdt"),
    ("CONFIG_FTRACE_SYSCALLS", "tracepoints of system calls"),
    ("CONFIG_FUNCTION_TRACER", "fentry, kprobe.multi"),
    ("CONFIG_DYNAMIC_FTRACE", "fentry, kprobe.multi"),
    ("CONFIG_FPROBE", "kprobe.multi"),
    ("CONFIG_KALLSYMS_ALL", "addresses of the kernel's variables"),
    ("CONFIG_BPF_LSM", "lsm"),
    ("CONFIG_CGROUP_BPF", "programs of control groups"),
    ("CONFIG_NET_SCH_INGRESS", "tc"),
    ("CONFIG_NET_CLS_BPF", "tc"),
    ("CONFIG_NETFILTER_BPF_LINK", "netfilter"),
    ("CONFIG_NETKIT", "netkit"),
    ("CONFIG_XDP_SOCKETS", "AF_XDP"),
];

/// Whether an option is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// `y` or a value.
    On,
    /// `m`.
    Module,
    /// It is not set, or this kernel does not know it.
    Off,
}

/// The configuration, and the file that has it.
struct Configuration {
    file: String,
    text: String,
}

/// Read once: it does not change.
fn configuration() -> Option<&'static Configuration> {
    static FOUND: OnceLock<Option<Configuration>> = OnceLock::new();
    FOUND.get_or_init(find).as_ref()
}

fn find() -> Option<Configuration> {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let packed = "/proc/config.gz".to_owned();
    if let Some(text) = File::open(&packed).ok().and_then(|file| text(GzDecoder::new(file))) {
        return Some(Configuration { file: packed, text });
    }
    [
        format!("/boot/config-{release}"),
        format!("/lib/modules/{release}/config"),
    ]
    .into_iter()
    .find_map(|file| {
        let text = text(File::open(&file).ok()?)?;
        Some(Configuration { file, text })
    })
}

fn text(file: impl Read) -> Option<String> {
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    // Some file of the same name has none.
    text.contains("CONFIG_").then_some(text)
}

/// Whether an option is set; none if the configuration cannot be read.
pub(super) fn option(name: &str) -> Option<Setting> {
    configuration().map(|configuration| state(&configuration.text, name))
}

fn state(text: &str, name: &str) -> Setting {
    let assigned = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    match assigned {
        Some("m") => Setting::Module,
        Some(_) => Setting::On,
        None => Setting::Off,
    }
}

/// What of the configuration tools will miss.
pub(super) fn options() -> Vec<Finding> {
    const CHECK: &str = "config";
    let Some(configuration) = configuration() else {
        return vec![Finding::warning(
            CHECK,
            "the kernel's configuration cannot be read (/proc/config.gz, /boot/config-RELEASE)",
            "nothing depends on it: the other lines say what was found by trying",
        )];
    };
    let off: Vec<_> = WANTED
        .iter()
        .filter(|(name, _)| state(&configuration.text, name) == Setting::Off)
        .map(|(name, what)| format!("{name} ({what})"))
        .collect();
    let file = &configuration.file;
    vec![if off.is_empty() {
        Finding::ok(
            CHECK,
            format!("{file}: all {} options that tools profit from are set", WANTED.len()),
        )
    } else {
        Finding::warning(
            CHECK,
            format!("{file}: without {}", off.join(", ")),
            "use a kernel with these where a tool needs them",
        )
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_on_a_module_or_off() {
        let text = "# Linux\nCONFIG_BPF=y\nCONFIG_BPF_JIT=m\n# CONFIG_KPROBES is not set\nCONFIG_HZ=250\n";
        assert_eq!(state(text, "CONFIG_BPF"), Setting::On);
        assert_eq!(state(text, "CONFIG_BPF_JIT"), Setting::Module);
        assert_eq!(state(text, "CONFIG_KPROBES"), Setting::Off);
        assert_eq!(state(text, "CONFIG_HZ"), Setting::On);
        assert_eq!(state(text, "CONFIG_BP"), Setting::Off);
    }
}
