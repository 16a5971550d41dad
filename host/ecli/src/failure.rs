use crate::exit::Exit;

/// Why nothing ran: the words for the user and the status for scripts.
#[derive(Debug)]
pub(crate) struct Failure {
    /// With what the program ends.
    pub(crate) exit: Exit,
    /// What, where and why, with its causes.
    pub(crate) error: anyhow::Error,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A mistake on the command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            error: anyhow::Error::msg(message.into()),
            hint: None,
        }
    }

    /// Something that stands between a checked command line and a tool that runs.
    pub(crate) fn host(error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit: Exit::HostFailed,
            error: error.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn context(mut self, context: String) -> Self {
        self.error = self.error.context(context);
        self
    }
}

impl From<registry::Error> for Failure {
    fn from(error: registry::Error) -> Self {
        let exit = match error.kind() {
            registry::Kind::NotFound | registry::Kind::Http(404 | 410) => Exit::NotFound,
            _ => Exit::HostFailed,
        };
        let hint = error.hint().map(str::to_owned);
        Self {
            exit,
            error: error.into(),
            hint,
        }
    }
}

impl From<package::Error> for Failure {
    fn from(error: package::Error) -> Self {
        let hint = error.hint().map(str::to_owned);
        Self {
            hint,
            ..Self::host(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_ends_with_127_and_a_broken_package_with_125() {
        let name = registry::Name::parse("no/such/file".as_ref()).unwrap();
        let missing = Failure::from(registry::fetch(&name, &registry::Limits::default()).unwrap_err());
        assert_eq!(missing.exit, Exit::NotFound);
        assert!(missing.hint.is_some());
        let broken = Failure::from(package::Package::parse(b"{").unwrap_err());
        assert_eq!(broken.exit, Exit::HostFailed);
    }
}
