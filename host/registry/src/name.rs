use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, Kind, Result};

/// Where bytes are to come from, as a user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Name {
    /// `-`: standard input, to its end.
    Stdin,
    /// An address of a file on a web server.
    Url(Url),
    /// A path on this machine.
    File(PathBuf),
}

/// An `http://` or `https://` address. `Display` leaves out the user and password that it may carry.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(String);

impl Name {
    /// Tells what sort of name this is. Nothing is opened.
    ///
    /// # Errors
    /// [`Kind::InvalidName`] for an empty name and for a scheme other than `http` and `https`.
    pub fn parse(text: &OsStr) -> Result<Self> {
        let invalid = |message: String| Error::new(Kind::InvalidName, message);
        let example = "a name is a file, - for standard input, or an address such as https://example.com/package.json";
        if text.is_empty() {
            return Err(invalid("the name is empty".into()).with_hint(example));
        }
        let Some(name) = text.to_str() else {
            return Ok(Self::File(text.into()));
        };
        if name == "-" {
            return Ok(Self::Stdin);
        }
        match name.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => {
                if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
                    let message = format!("{}: there is no way to fetch from `{scheme}://`", display(name));
                    return Err(invalid(message).with_hint(example));
                }
                if rest.is_empty() || rest.starts_with('/') || name.contains(char::is_whitespace) {
                    return Err(invalid(format!("{}: this is not an address", display(name))).with_hint(example));
                }
                Ok(Self::Url(Url(name.to_owned())))
            }
            _ => Ok(Self::File(name.into())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::Url(url) => url.fmt(f),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Url {
    /// The address as it was given, with its password.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is read from here comes over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0
            .get(..6)
            .is_some_and(|start| start.eq_ignore_ascii_case("https:"))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&display(&self.0))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether a path that does not exist looks like what registries call an image: `HOST/PATH:TAG`, the host with a dot or a
/// port.
pub(crate) fn is_image(name: &str) -> bool {
    name.split_once('/').is_some_and(|(host, path)| {
        !path.is_empty()
            && !host.starts_with('.')
            && !host.contains("..")
            && (host.contains(['.', ':']) || host == "localhost")
    })
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// The address without its user and password: RFC 3986, section 3.2.1 asks for that wherever it is shown.
fn display(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest
        .get(..end)
        .and_then(|authority| authority.rfind('@'))
        .and_then(|at| rest.get(at + 1..))
    {
        Some(without) => format!("{scheme}://{without}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Name> {
        Name::parse(OsStr::new(text))
    }

    #[test]
    fn a_name_is_standard_input_an_address_or_a_file() {
        assert_eq!(parse("-").unwrap(), Name::Stdin);
        for url in [
            "https://example.com/package.json",
            "http://127.0.0.1:80/p",
            "HTTPS://example.com",
        ] {
            assert_eq!(parse(url).unwrap(), Name::Url(Url(url.into())));
        }
        for file in [
            "package.json",
            "./a",
            "/a/b",
            "a:b",
            "--",
            "http:/x",
            "dir/http://x",
            "registry.example.com/x/y:tag",
        ] {
            assert_eq!(parse(file).unwrap(), Name::File(file.into()), "{file}");
        }
    }

    #[test]
    fn other_schemes_and_broken_addresses_are_refused_with_an_example() {
        for (name, message) in [
            ("", "the name is empty"),
            ("ftp://a/b", "ftp://a/b: there is no way to fetch from `ftp://`"),
            (
                "oci://me:secret@a/b",
                "oci://a/b: there is no way to fetch from `oci://`",
            ),
            ("https://", "https://: this is not an address"),
            ("https:///etc/passwd", "https:///etc/passwd: this is not an address"),
            ("http://a b", "http://a b: this is not an address"),
        ] {
            let error = parse(name).unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (Kind::InvalidName, message));
            assert!(error.hint().unwrap().contains("https://example.com/package.json"));
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("https://me:secret@example.com/a?b=@c", "https://example.com/a?b=@c"),
            ("https://me:p@ss@example.com", "https://example.com"),
            ("https://example.com/@a", "https://example.com/@a"),
        ] {
            let name = parse(url).unwrap();
            assert_eq!(name.to_string(), shown);
            assert!(!format!("{name:?}").contains("secret"));
        }
    }

    #[test]
    fn an_image_has_a_host_with_a_dot_or_a_port() {
        for image in ["registry.example.com/x/y:tag", "localhost:5000/x", "localhost/x"] {
            assert!(is_image(image), "{image}");
        }
        for path in [
            "./x/y",
            "../x",
            "/x.y/z",
            "examples/x.json",
            "x.json",
            "a..b/c",
            "registry.example.com/",
        ] {
            assert!(!is_image(path), "{path}");
        }
    }
}
