//! What the kernel is, and what of it is switched on.

use std::fs;
use std::path::Path;

use super::Finding;
use crate::kernel::KERNEL_BTF;

/// The oldest kernel that is supported: ring buffers, CO-RE and capabilities of their own for BPF are all there.
const OLDEST: (u32, u32) = (5, 10);

/// Major and minor number of the running kernel; none if its release does not begin with these.
pub(super) fn release() -> Option<(u32, u32)> {
    let system = rustix::system::uname();
    let release = system.release().to_string_lossy().into_owned();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

pub(super) fn version() -> Finding {
    let system = rustix::system::uname();
    let name = format!(
        "Linux {} on {}",
        system.release().to_string_lossy(),
        system.machine().to_string_lossy()
    );
    match release() {
        Some(found) if found >= OLDEST => Finding::ok("kernel", format!("{name}: 5.10 or later")),
        Some(_) => Finding::missing(
            "kernel",
            format!(
                "{name} is older than 5.10: ring buffers, helpers and kinds of programs that tools use are not there"
            ),
            "use Linux 5.10 or later",
        ),
        None => Finding::warning(
            "kernel",
            format!("{name}: this release has no number that can be read"),
            "tools need Linux 5.10 or later",
        ),
    }
}

/// Whether the kernel shows its types.
pub(crate) fn btf() -> Finding {
    const HINT: &str = "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or a package that carries this kernel's types (`ecc --btfgen`)";
    match fs::metadata(KERNEL_BTF) {
        Ok(file) => match fs::File::open(KERNEL_BTF) {
            Ok(_) => Finding::ok(
                "btf",
                format!(
                    "{KERNEL_BTF}, {}: programs are fitted to this kernel's types",
                    super::size(file.len())
                ),
            ),
            Err(error) => Finding::missing(
                "btf",
                format!("this kernel's type information ({KERNEL_BTF}) cannot be read: {error}"),
                "run as root, or let this process read /sys",
            ),
        },
        Err(_) if !Path::new("/sys/kernel").exists() => Finding::missing(
            "btf",
            format!("/sys is not mounted, so the kernel shows no type information ({KERNEL_BTF})"),
            "mount it: mount -t sysfs sysfs /sys",
        ),
        Err(_) => Finding::missing(
            "btf",
            format!("this kernel shows no type information ({KERNEL_BTF})"),
            HINT,
        ),
    }
}

/// Whether programs are machine code.
pub(super) fn jit() -> Finding {
    const FILE: &str = "/proc/sys/net/core/bpf_jit_enable";
    match number(FILE) {
        Some(0) => Finding::warning(
            "jit",
            format!(
                "{FILE} is 0: programs are interpreted, slowly, and fentry, LSM and struct_ops programs and kernel functions do not work"
            ),
            "switch it on: sysctl -w net.core.bpf_jit_enable=1",
        ),
        Some(value) => Finding::ok("jit", format!("{FILE} is {value}: programs run as machine code")),
        // Network namespaces other than the first do not show it.
        None => Finding::warning(
            "jit",
            format!("{FILE} cannot be read, so nobody knows whether programs run as machine code"),
            "look from the host's network namespace",
        ),
    }
}

/// Whether functions of the kernel can be patched, which fentry and kprobe.multi ask for.
pub(super) fn ftrace() -> Finding {
    const FILE: &str = "/proc/sys/kernel/ftrace_enabled";
    match number(FILE) {
        Some(0) => Finding::warning(
            "ftrace",
            format!(
                "{FILE} is 0: fentry, LSM and kprobe.multi programs cannot be attached, and kprobes at the start of functions are refused"
            ),
            "switch it on: sysctl -w kernel.ftrace_enabled=1",
        ),
        Some(value) => Finding::ok(
            "ftrace",
            format!("{FILE} is {value}: functions of the kernel can be traced"),
        ),
        None => Finding::warning(
            "ftrace",
            format!(
                "there is no {FILE}: this kernel was built without CONFIG_DYNAMIC_FTRACE, which fentry and kprobe.multi need"
            ),
            "use tracepoints or kprobes, or a kernel with CONFIG_FUNCTION_TRACER=y and CONFIG_DYNAMIC_FTRACE=y",
        ),
    }
}

/// The number in a file of `/proc/sys`.
pub(super) fn number(file: &str) -> Option<i64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}
