//! Builds the components that ship with the host from `guest-sdk/`, composes them and compiles them ahead.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use object::build::elf::{Builder, SectionData};
use sha2::{Digest, Sha256};

#[path = "build/closed.rs"]
mod closed;
#[path = "src/compose.rs"]
mod compose;
#[path = "src/config.rs"]
mod config;

const GUEST_TARGET: &str = "wasm32-wasip2";
const COMPONENTS: [&str; 3] = ["tool", "args", "printer"];

fn main() {
    if let Err(error) = build() {
        for line in format!("{error:#}").lines() {
            println!("cargo::error={line}");
        }
    }
}

fn build() -> Result<()> {
    let manifest_dir = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(variable("OUT_DIR")?);
    let sdk = manifest_dir.join("../../guest-sdk");
    for changed in ["build", "src/compose.rs", "src/config.rs"] {
        println!("cargo::rerun-if-changed={changed}");
    }
    for changed in ["Cargo.toml", "Cargo.lock", "rust", "default"] {
        println!("cargo::rerun-if-changed={}", sdk.join(changed).display());
    }
    println!("cargo::rerun-if-changed=../../wit");

    check_target()?;
    let built = build_guests(&sdk, &out_dir)?;
    let read = |name: &str| -> Result<Vec<u8>> {
        let path = built.join(name).with_extension("wasm");
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    for name in COMPONENTS {
        pack(&out_dir, name, &read(name)?)?;
    }
    pack(&out_dir, "closed", &closed::component(&manifest_dir.join("../../wit"))?)?;
    let composed = compose::compose(
        &read("tool")?,
        &[("args", &read("args")?), ("printer", &read("printer")?)],
    )?;
    let engine = engine(&variable("CARGO_CFG_TARGET_ARCH")?)?;
    let compiled = without_symbols(&engine.precompile_component(&composed)?)?;
    fs::write(out_dir.join("defaults.sha256"), Sha256::digest(&compiled))?;
    fs::write(out_dir.join("default.cwasm"), compiled)?;
    Ok(())
}

/// Compiles for the machine that the host will run on, which may be another than this one.
fn engine(arch: &str) -> Result<wasmtime::Engine> {
    let mut config = config::config()?;
    config
        .target(&format!("{arch}-unknown-linux-gnu"))
        .map_err(anyhow::Error::from)
        .with_context(|| {
            format!(
                "the compiler in this build script knows no {arch}: add --features runtime/cross to cargo's arguments"
            )
        })?;
    Ok(wasmtime::Engine::new(&config)?)
}

/// Leaves out what debuggers and profilers would read: names in a backtrace come from another section.
fn without_symbols(compiled: &[u8]) -> Result<Vec<u8>> {
    let mut file = Builder::read(compiled)?;
    for section in &mut file.sections {
        section.delete = matches!(section.data, SectionData::Symbol | SectionData::String);
    }
    for symbol in &mut file.symbols {
        symbol.delete = true;
    }
    let mut out = Vec::new();
    file.write(&mut out)?;
    Ok(out)
}

/// Keeps a component compressed: only a run that composes anew needs it.
fn pack(out_dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    fs::write(out_dir.join(name).with_extension("wasm.z"), encoder.finish()?)?;
    Ok(())
}

/// Fails before minutes of work with the one command that helps.
fn check_target() -> Result<()> {
    let output = Command::new(variable("RUSTC")?)
        .args(["--print", "target-libdir", "--target", GUEST_TARGET])
        .output()
        .context("cannot run rustc")?;
    let libdir = String::from_utf8_lossy(&output.stdout).trim().to_string();
    if !output.status.success() || !Path::new(&libdir).is_dir() {
        bail!(
            "the Rust target {GUEST_TARGET} is missing, and the components that print events are built for it. \
             Run: rustup target add {GUEST_TARGET}"
        );
    }
    Ok(())
}

/// The folder with the built components. One target folder serves all profiles of the host.
fn build_guests(sdk: &Path, out_dir: &Path) -> Result<PathBuf> {
    let mut profiles = out_dir.ancestors().nth(4).context("OUT_DIR is too short")?;
    // cargo has a folder of profiles for each target that was named to it.
    if profiles.ends_with(variable("TARGET")?) {
        profiles = profiles.parent().context("OUT_DIR is too short")?;
    }
    let target_dir = profiles.join("guests");
    for name in COMPONENTS {
        build_guest(sdk, &target_dir, name)?;
    }
    Ok(target_dir.join(GUEST_TARGET).join("release"))
}

/// Builds one. That it is a component is said here: were it said in a manifest that also has a library, for tests, cargo would leave link-time
/// optimisation out.
fn build_guest(sdk: &Path, target_dir: &Path, name: &str) -> Result<()> {
    let mut command = Command::new(variable("CARGO")?);
    // What cargo sets for this build is about the host: flags, wrappers and profiles must not reach the guests.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let host_only = [
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_ENCODED_RUSTFLAGS",
        ];
        if host_only.contains(&name.as_str())
            || name.starts_with("CARGO_PROFILE_")
            || name.starts_with("CARGO_BUILD_")
            || name.starts_with("CARGO_CFG_")
            || name.starts_with("CARGO_FEATURE_")
        {
            command.env_remove(&name);
        }
    }
    command
        .args(["rustc", "--quiet", "--release", "--locked", "--target", GUEST_TARGET])
        .arg("--manifest-path")
        .arg(sdk.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target_dir)
        .args(["-p", name, "--crate-type", "cdylib"]);
    let output = command.output().context("cannot run cargo for the guests")?;
    if !output.status.success() {
        bail!(
            "{name} under guest-sdk/ does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("cargo did not set {name}"))
}
