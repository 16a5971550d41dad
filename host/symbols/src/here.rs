//! Looking up in this process.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{io, thread};

use crate::lookup::Lookup;
use crate::process::{Answer, Found, Question};

/// The time that one call may take. Debug information of a gigabyte is read in less.
pub(crate) const LONGEST: Duration = Duration::from_secs(20);

/// Looks up in a thread of its own, with the capabilities that its maker has: whatever is in the files that it reads, nobody waits for
/// it longer than [`LONGEST`].
#[derive(Debug)]
pub(crate) struct Here {
    questions: Sender<Question>,
    answers: Receiver<Found>,
}

impl Here {
    pub(crate) fn start() -> io::Result<Self> {
        let (questions, asked) = channel::<Question>();
        let (answer, answers) = channel();
        thread::Builder::new().name("symbols".to_owned()).spawn(move || {
            let mut lookup = Lookup::new();
            for question in asked {
                if answer.send(lookup.resolve(&question)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { questions, answers })
    }

    pub(crate) fn ask(&self, question: &Question) -> Answer {
        let ended = || "the thread that reads them has ended".to_owned();
        let found = match self.questions.send(question.clone()) {
            Ok(()) => self.answers.recv_timeout(LONGEST),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        };
        match found {
            Ok(found) => Answer { found, last: false },
            Err(RecvTimeoutError::Timeout) => Answer {
                found: Err(format!("it took more than {} s", LONGEST.as_secs())),
                last: true,
            },
            Err(RecvTimeoutError::Disconnected) => Answer {
                found: Err(ended()),
                last: true,
            },
        }
    }
}
