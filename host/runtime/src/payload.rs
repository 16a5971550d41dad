//! What a standalone tool carries behind its own program: a package, and the components that stand in place of the default ones,
//! compiled.
//!
//! ```text
//! program | code | package | SHA-256 | length of code: u64 | of package: u64 | version: u32 | mark
//! ```
//! Numbers are little-endian; the digest is of lengths, code and package. The mark ends the file, so that it is gone if the file is cut
//! off. A digest of the program itself would have all of its pages read at each start.

use std::fs::File;
use std::os::unix::fs::FileExt;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

/// The last bytes of every standalone tool.
const MARK: [u8; 12] = *b"eunomia:tool";

/// The layout above.
const VERSION: u32 = 1;

/// Bytes after the package.
const TRAILER: usize = 32 + 8 + 8 + 4 + MARK.len();

/// More than any package and its code need; room for them is made before they are read.
const LARGEST: u64 = 512 << 20;

/// What the kernel calls the running program's file, wherever it lies.
const OWN_FILE: &str = "/proc/self/exe";

/// A package, and code if it does not run with the default components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    package: Vec<u8>,
    code: Vec<u8>,
}

/// The payload of the running program. There is no other way to make one: its code is run, being a part of the program as the rest of
/// the file is.
#[derive(Debug)]
pub struct Own(Payload);

impl Payload {
    /// `code` is what `Engine::precompile` gave; none for the default components.
    pub fn new(package: Vec<u8>, code: Option<Vec<u8>>) -> Self {
        let code = code.unwrap_or_default();
        Self { package, code }
    }

    /// The package, in JSON.
    pub fn package(&self) -> &[u8] {
        &self.package
    }

    /// The bytes of the standalone tool: a program, and this behind it. The same parts give the same bytes.
    pub fn behind(&self, mut program: Vec<u8>) -> Vec<u8> {
        program.reserve(self.code.len() + self.package.len() + TRAILER);
        program.extend_from_slice(&self.code);
        program.extend_from_slice(&self.package);
        program.extend_from_slice(&self.digest());
        program.extend_from_slice(self.lengths().as_flattened());
        program.extend_from_slice(&VERSION.to_le_bytes());
        program.extend_from_slice(&MARK);
        program
    }

    /// The payload at the end of a file; none if the file does not end as a standalone tool does.
    ///
    /// # Errors
    /// The file cannot be read, or what lies there is damaged.
    pub fn of(file: &File) -> Result<Option<Self>> {
        let Some(end) = file.metadata()?.len().checked_sub(TRAILER as u64) else {
            return Ok(None);
        };
        let mut trailer = [0; TRAILER];
        file.read_exact_at(&mut trailer, end)?;
        let mut rest = trailer.as_slice();
        let digest = take::<32>(&mut rest)?;
        let code = u64::from_le_bytes(take(&mut rest)?);
        let package = u64::from_le_bytes(take(&mut rest)?);
        let version = u32::from_le_bytes(take(&mut rest)?);
        if rest != MARK {
            return Ok(None);
        }
        ensure!(
            version == VERSION,
            "its layout has version {version}, and this program knows {VERSION}"
        );
        // Nothing is read or made room for that the file does not have.
        let both = code.checked_add(package).filter(|&both| both <= LARGEST);
        let Some(start) = both.and_then(|both| end.checked_sub(both)) else {
            bail!("it claims more bytes than there are");
        };
        let read = |at: u64, length: u64| -> Result<Vec<u8>> {
            let mut bytes = vec![0; usize::try_from(length)?];
            file.read_exact_at(&mut bytes, at)?;
            Ok(bytes)
        };
        let found = Self {
            code: read(start, code)?,
            package: read(start + code, package)?,
        };
        ensure!(found.digest() == digest, "its digest is another");
        Ok(Some(found))
    }

    fn lengths(&self) -> [[u8; 8]; 2] {
        [&self.code, &self.package].map(|part| (part.len() as u64).to_le_bytes())
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.lengths().as_flattened());
        digest.update(&self.code);
        digest.update(&self.package);
        digest.finalize().into()
    }
}

impl Own {
    /// Reads the running program's own file.
    ///
    /// # Errors
    /// The file cannot be read, carries nothing, or is damaged.
    pub fn read() -> Result<Self> {
        let file = File::open(OWN_FILE).with_context(|| format!("cannot read {OWN_FILE}, this program's own file"))?;
        match Payload::of(&file) {
            Ok(Some(payload)) => Ok(Self(payload)),
            Ok(None) => bail!("there is no package at the end of this file: it was cut off, or not made by `ecc -s`"),
            Err(error) => Err(error.context("the package at the end of this file is damaged")),
        }
    }

    /// The package.
    pub fn package(&self) -> &[u8] {
        self.0.package()
    }

    /// Code to run in place of the default components; empty if there is none.
    pub(crate) fn code(&self) -> &[u8] {
        &self.0.code
    }
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH]> {
    let (taken, left) = rest.split_first_chunk().context("it is cut off")?;
    *rest = left;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Payload>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Payload::of(&file)
    }

    #[test]
    fn what_was_put_behind_a_program_is_found() {
        for code in [None, Some(b"code".to_vec())] {
            let payload = Payload::new(b"{}".to_vec(), code);
            let tool = payload.behind(b"\x7fELF".to_vec());
            assert!(tool.starts_with(b"\x7fELF"));
            assert_eq!(read(&tool).unwrap(), Some(payload));
        }
    }

    #[test]
    fn a_damaged_or_shortened_file_is_never_taken_for_whole() {
        let program = b"program".to_vec();
        let tool = Payload::new(b"{}".to_vec(), Some(b"code".to_vec())).behind(program.clone());
        for at in program.len()..tool.len() {
            for bit in 0..8 {
                let mut damaged = tool.clone();
                damaged[at] ^= 1 << bit;
                assert!(!matches!(read(&damaged), Ok(Some(_))), "byte {at}");
            }
        }
        for length in 0..tool.len() {
            assert!(matches!(read(&tool[..length]), Ok(None)), "cut off at {length}");
        }
        // Something was cut out of the middle.
        assert!(read(&tool[3..]).is_ok());
        assert!(read(&tool[program.len() + 1..]).is_err());
    }

    #[test]
    fn no_more_is_believed_than_the_file_has() {
        let mut tool = Payload::new(b"{}".to_vec(), None).behind(Vec::new());
        let at = tool.len() - MARK.len() - 4 - 16;
        for (code, package) in [(u64::MAX, 1), (1, u64::MAX), (u64::MAX, u64::MAX), (1 << 62, 2), (1, 2)] {
            tool[at..at + 8].copy_from_slice(&code.to_le_bytes());
            tool[at + 8..at + 16].copy_from_slice(&package.to_le_bytes());
            let error = read(&tool).unwrap_err().to_string();
            assert_eq!(error, "it claims more bytes than there are");
        }
    }
}
