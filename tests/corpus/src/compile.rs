//! A source through `ecc`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::outside;

/// How sources are compiled.
pub(crate) struct Compiler<'a> {
    pub(crate) ecc: &'a Path,
    pub(crate) cflags: &'a str,
    /// Where packages go; each takes the place of the one before.
    pub(crate) out: &'a Path,
}

impl Compiler<'_> {
    /// The package, or the first thing that is wrong.
    pub(crate) fn compile(&self, source: &Path) -> Result<Result<PathBuf, String>> {
        let mut ecc = Command::new(self.ecc);
        ecc.arg(source).args(["--name", "corpus", "-o"]).arg(self.out);
        if !self.cflags.is_empty() {
            ecc.args(["--additional-cflags", self.cflags]);
        }
        Ok(match outside::failure(&mut ecc)? {
            None => Ok(self.out.join("corpus.json")),
            Some(words) => Err(first_error(&words)),
        })
    }
}

/// clang's first error without its place, or what `ecc` itself says.
fn first_error(words: &str) -> String {
    let line = words.lines().find(|line| line.contains("error: ")).unwrap_or(words);
    match line.split_once("error: ") {
        Some(("", message)) => format!("ecc: {message}"),
        Some((_, message)) => message.to_owned(),
        None => line.lines().next_back().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::first_error;

    #[test]
    fn what_clang_says_first_comes_before_the_last_word_of_ecc() {
        let words = "a.c:1:2: warning: x\na.c:3:4: error: unknown type name 'y'\na.c:5:6: error: z\nerror: clang could not compile a.c";
        assert_eq!(first_error(words), "unknown type name 'y'");
        let words = "error: cannot make a package\nhint: x";
        assert_eq!(first_error(words), "ecc: cannot make a package");
        assert_eq!(
            first_error("a.c:1:1: fatal error: 'b.h' file not found"),
            "'b.h' file not found"
        );
        assert_eq!(first_error("signal: 11"), "signal: 11");
    }
}
