//! Where `vmlinux.h` comes from.

use std::fs;
use std::path::PathBuf;

use package::Words;

use crate::error::{Error, Result};

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
            Self::Header(path) => fs::read_to_string(path)
                .map(whole)
                .map_err(|error| Error::input("kernel header", path, &error)),
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
