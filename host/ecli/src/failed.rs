//! Why something could not be fetched, in words for the user and a status for scripts.

use console::{Exit, Failure};

/// A file or address that gives nothing.
pub(crate) fn fetch(error: registry::Error) -> Failure {
    let exit = match error.kind() {
        registry::Kind::NotFound | registry::Kind::Http(404 | 410) => Exit::NotFound,
        _ => Exit::HostFailed,
    };
    let hint = error.hint().map(str::to_owned);
    Failure {
        exit,
        error: error.into(),
        hint,
    }
}

/// A name that stands for nothing.
pub(crate) fn name(error: registry::Error) -> Failure {
    Failure {
        exit: Exit::Usage,
        ..fetch(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_ends_with_127() {
        let name = registry::Name::parse("no/such/file".as_ref()).unwrap();
        let missing = fetch(registry::fetch(&name, &registry::Limits::default()).unwrap_err());
        assert_eq!(missing.exit, Exit::NotFound);
        assert!(missing.hint.is_some());
    }
}
