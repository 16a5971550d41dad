//! Where `vmlinux.h` comes from.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use package::Words;

use crate::error::{Error, Result};

/// Bytes of a header that are read. One with all of a kernel's types has three million.
const LARGEST: u64 = 64 << 20;

/// The source of a kernel's types.
#[derive(Debug)]
pub(crate) enum KernelTypes {
    /// The running kernel's BTF, or what comes with ecc where it shows none.
    Running,
    /// The BTF in a file.
    Btf(PathBuf),
    /// A finished header.
    Header(PathBuf),
    /// The header that comes with ecc.
    Small,
}

/// A `vmlinux.h`.
pub(crate) struct KernelHeader {
    pub(crate) text: String,
    /// Whether these are all the types that there are: then it cannot be too few.
    pub(crate) all: bool,
    /// Why it is the small one, if nobody asked for that.
    pub(crate) instead: Option<String>,
}

impl KernelTypes {
    /// Refuses a file that is not there: a program that does not include `vmlinux.h` would not notice.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Header(path) => fs::metadata(path)
                .map(|_| ())
                .map_err(|error| Error::input("kernel header", path, &error)),
            Self::Btf(path) if !path.exists() => {
                let message = format!("cannot make vmlinux.h: {} does not exist", path.display());
                Err(Error::failed(message))
            }
            _ => Ok(()),
        }
    }

    /// The header, with those types only that the words name if there are words and a choice.
    pub(crate) fn header(&self, words: Option<&Words<'_>>) -> Result<KernelHeader> {
        match self {
            Self::Small => Ok(small(words)),
            Self::Header(path) => read(path).map(whole),
            Self::Btf(path) => {
                let text = match words {
                    Some(words) => loader::vmlinux_header_for(Some(path), words),
                    None => loader::vmlinux_header(Some(path)),
                };
                let text = text.map_err(|error| Error::failed(format!("cannot make vmlinux.h: {error:#}")))?;
                Ok(KernelHeader {
                    all: words.is_none(),
                    ..whole(text)
                })
            }
            Self::Running => {
                let text = match words {
                    Some(words) => loader::vmlinux_header_for(None, words),
                    None => loader::vmlinux_header(None),
                };
                Ok(match text {
                    Ok(text) => KernelHeader {
                        all: words.is_none(),
                        ..whole(text)
                    },
                    Err(error) => KernelHeader {
                        instead: Some(format!("{error:#}")),
                        ..small(words)
                    },
                })
            }
        }
    }
}

/// A header as it is. What is not UTF-8 can only stand in comments and strings, and is replaced.
fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| Error::input("kernel header", path, &error))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!(
            "the kernel header {} has more than {} MiB",
            path.display(),
            LARGEST >> 20
        );
        return Err(Error::failed(message));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn whole(text: String) -> KernelHeader {
    KernelHeader {
        text,
        all: true,
        instead: None,
    }
}

fn small(words: Option<&Words<'_>>) -> KernelHeader {
    match words {
        Some(words) => KernelHeader {
            all: false,
            ..whole(loader::small_vmlinux_header_for(words))
        },
        None => whole(loader::small_vmlinux_header().to_owned()),
    }
}
