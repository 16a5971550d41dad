use std::fmt;

/// Characters of a path that are shown.
const PATH_SHOWN: usize = 200;

/// Why a package, an object or a value was refused: the path of the field, what was found, what is allowed.
///
/// `Display` is one line such as `meta.bpf_skel.maps[2].sample.interval: found a string, expected a number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    path: String,
    message: String,
    hint: Option<String>,
}

/// What sort of thing was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The document is neither JSON nor YAML.
    Syntax,
    /// It is something else than a package, such as an ELF or a WebAssembly file; or it has no object for this machine.
    Unsupported,
    /// It is the metadata of a package alone, whose object is another file.
    Loose,
    /// A field is missing, has another type, or disagrees with the object.
    Field,
    /// The ELF is damaged, or no BPF object.
    Object,
    /// The object's BTF is missing or damaged.
    Btf,
    /// A value does not fit its variable.
    Value,
    /// Something is larger than [`limits`](crate::limits) allow.
    Limit,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            path: String::new(),
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn field(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Field, message)
    }

    pub(crate) fn object(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Object, message)
    }

    pub(crate) fn btf(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Btf, message)
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn without_hint(mut self) -> Self {
        self.hint = None;
        self
    }

    /// Puts words before the message.
    pub(crate) fn context(mut self, message: &str) -> Self {
        self.message = format!("{message}: {}", self.message);
        self
    }

    /// Puts `segment` before the path that the error has so far. Paths are built from the inside out, so that what
    /// succeeds formats none.
    pub(crate) fn at(mut self, segment: impl Into<String>) -> Self {
        let mut path = segment.into();
        if !self.path.is_empty() {
            if !self.path.starts_with('[') {
                path.push('.');
            }
            path.push_str(&self.path);
        }
        self.path = path;
        self
    }

    /// Replaces the beginning of the path by what stands for it in `beginnings`, the first that fits.
    pub(crate) fn renamed(mut self, beginnings: &[(&str, &str)]) -> Self {
        let found = beginnings
            .iter()
            .find_map(|(from, to)| Some(format!("{to}{}", self.path.strip_prefix(from)?)));
        self.path = found.unwrap_or(self.path);
        self
    }

    /// What sort of thing was wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The path of the field in the document or the value, such as `meta.bpf_skel.maps[2]`; empty for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What to do about it, where that is known. One line, not part of `Display`.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        // Of types inside types, the outermost and the innermost say where to look.
        let ends = self
            .path
            .char_indices()
            .nth(PATH_SHOWN / 2)
            .zip(self.path.char_indices().nth_back(PATH_SHOWN / 2));
        match ends {
            Some(((start, _), (end, _))) if start < end => {
                let (first, last) = (self.path.get(..start), self.path.get(end..));
                write!(
                    f,
                    "{}…{}: {}",
                    first.unwrap_or_default(),
                    last.unwrap_or_default(),
                    self.message
                )
            }
            _ => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for Error {}

/// Adds where it happened to the error of a result.
pub(crate) trait At<T> {
    /// See [`Error::at`]; `segment` is only called on an error.
    fn at<S: Into<String>>(self, segment: impl FnOnce() -> S) -> Result<T, Error>;
}

impl<T> At<T> for Result<T, Error> {
    fn at<S: Into<String>>(self, segment: impl FnOnce() -> S) -> Result<T, Error> {
        self.map_err(|error| error.at(segment()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_grows_outwards() {
        let error = Error::value("too long").at("[3]").at("name").at("maps[2]").at("meta");
        assert_eq!(error.path(), "meta.maps[2].name[3]");
        assert_eq!(error.to_string(), "meta.maps[2].name[3]: too long");
    }

    #[test]
    fn the_middle_of_a_long_path_is_left_out() {
        let error = (0..300).fold(Error::value("too deep").at("last"), |error, _| error.at("ü"));
        let text = error.at("meta").to_string();
        assert!(
            text.starts_with("meta.ü.ü.") && text.contains('…') && text.ends_with(".ü.last: too deep"),
            "{text}"
        );
        assert!(text.chars().count() < PATH_SHOWN + 20, "{text}");
    }
}
