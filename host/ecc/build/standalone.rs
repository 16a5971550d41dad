//! The program of standalone tools, compressed, if `ECC_STANDALONE` names its file: it has to be built first, for the same machine.
//! Without it `ecc` looks for the file beside its own.

use std::io::{Error, Result, Write as _};
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::ZlibEncoder;

const VARIABLE: &str = "ECC_STANDALONE";

/// Writes `standalone.z` into `out`.
pub(crate) fn write(out: &Path) -> Result<()> {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let packed = match env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => pack(Path::new(&path))?,
        None => Vec::new(),
    };
    fs::write(out.join("standalone.z"), packed)
}

fn pack(path: &Path) -> Result<Vec<u8>> {
    println!("cargo::rerun-if-changed={}", path.display());
    let program =
        fs::read(path).map_err(|error| Error::other(format!("{VARIABLE}: cannot read {}: {error}", path.display())))?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&program)?;
    encoder.finish()
}
