use std::process::ExitCode;

/// How the program ends. The numbers are what scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: help was asked for and printed, or the tool said 0 and read no events.
    Success,
    /// 1: what was asked is not so.
    Failed,
    /// 2: the command line is wrong.
    Usage,
    /// 4: events were lost under `--fail-on-loss`, and the tool itself said 0.
    EventsLost,
    /// 125: the host failed before the tool ran.
    HostFailed,
    /// 127: there is nothing of that name.
    NotFound,
    /// 134: the guest trapped or went over a limit.
    Trapped,
    /// The tool's own code.
    Tool(u8),
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::EventsLost => 4,
            Self::HostFailed => 125,
            Self::NotFound => 127,
            Self::Trapped => 134,
            Self::Tool(code) => code,
        }
    }

    /// What a process ends with that a signal ends at once: 128 and the signal's number, as shells count.
    pub(crate) fn of_signal(signal: i32) -> i32 {
        128 + signal
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
