use std::io;

use crate::exit::Exit;

/// Why nothing ran: the words for the user and the status for scripts.
#[derive(Debug)]
pub struct Failure {
    /// With what the program ends.
    pub exit: Exit,
    /// What, where and why, with its causes.
    pub error: anyhow::Error,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            error: anyhow::Error::msg(message.into()),
            hint: None,
        }
    }

    /// Something that stands between a checked command line and a tool that runs.
    pub fn host(error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit: Exit::HostFailed,
            error: error.into(),
            hint: None,
        }
    }

    /// Standard output has not taken all: nothing, if it was closed.
    ///
    /// # Errors
    /// Any other reason.
    pub fn of_output(error: io::Error) -> Result<(), Self> {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Self::host(
                anyhow::Error::from(error).context("cannot write to standard output"),
            )),
        }
    }

    /// The same with what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, told from further away.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.error = self.error.context(context.into());
        self
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
    fn a_broken_package_ends_with_125() {
        let broken = Failure::from(package::Package::parse(b"{").unwrap_err());
        assert_eq!(broken.exit, Exit::HostFailed);
    }
}
