use std::ffi::{CStr, c_char, c_int, c_void};
use std::io::{self, Write};
use std::slice;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use runtime::{Engine, Exit, OutputFormat, Replacements, Session, Stop, Stream};

/// `struct ecli_run`.
#[repr(C)]
pub struct EcliRun {
    bytes: *const u8,
    size: usize,
    name: *const c_char,
    arguments: *const *const c_char,
    argument_count: usize,
    format: c_int,
    count: u64,
    timeout_ns: u64,
    stop: *const Stop,
    allow_undeclared_skeletons: bool,
    allow_symbols: bool,
    on_output: Option<WriteFn>,
    on_words: Option<WriteFn>,
    context: *mut c_void,
}

type WriteFn = unsafe extern "C" fn(*mut c_void, *const c_void, usize) -> c_int;

/// `struct ecli_outcome`.
#[repr(C)]
pub struct EcliOutcome {
    pub(crate) exit_code: c_int,
    pub(crate) delivered: u64,
    pub(crate) samples: u64,
    pub(crate) lost: i64,
    pub(crate) unread: u64,
    pub(crate) error: *mut c_char,
}

impl Default for EcliOutcome {
    fn default() -> Self {
        Self {
            exit_code: 0,
            delivered: 0,
            samples: 0,
            lost: 0,
            unread: 0,
            error: std::ptr::null_mut(),
        }
    }
}

impl EcliRun {
    /// Runs it to its end.
    ///
    /// # Safety
    /// Every pointer is NULL or has as much behind it as the member beside it says.
    pub(crate) unsafe fn start(&self, engine: &Engine) -> Result<EcliOutcome> {
        let bytes = match (self.bytes.is_null(), self.size) {
            (true, _) | (_, 0) => &[],
            // SAFETY: the caller promises that so many bytes are there.
            (false, size) => unsafe { slice::from_raw_parts(self.bytes, size) },
        };
        // SAFETY: the caller promises text or NULL.
        let name = unsafe { text(self.name) }.context("the tool's name")?.unwrap_or("tool");
        let (tool, skeleton) = engine.load(bytes, &Replacements::default())?;
        // SAFETY: the caller promises that it is NULL or ours.
        let stop = match unsafe { self.stop.as_ref() } {
            Some(stop) => stop.clone(),
            None => Stop::new()?,
        };
        let deadline = match self.timeout_ns {
            0 => None,
            timeout => Instant::now().checked_add(Duration::from_nanos(timeout)),
        };
        let stop = match deadline {
            Some(deadline) => stop.until(deadline),
            None => stop,
        };
        let mut session = Session::new(name, stop);
        session.skeleton = skeleton;
        // SAFETY: the caller promises that the arguments are there.
        session.arguments.extend(unsafe { self.arguments() }?);
        session.output.format = match self.format {
            0 => OutputFormat::Table,
            1 => OutputFormat::Json,
            other => bail!("there is no output format {other}"),
        };
        session.count = (self.count > 0).then_some(self.count);
        session.undeclared_skeletons = self.allow_undeclared_skeletons;
        session.symbols = self.allow_symbols;
        if let Some(stream) = self.stream(self.on_output) {
            session.stdout = stream;
        }
        if let Some(stream) = self.stream(self.on_words) {
            session.stderr = stream;
        }
        let ended = tool.run(session);
        let totals = ended.totals;
        let mut outcome = EcliOutcome {
            delivered: totals.map_or(0, |totals| totals.delivered),
            samples: totals.map_or(0, |totals| totals.samples),
            lost: totals.map_or(0, |totals| {
                totals.lost.map_or(-1, |lost| i64::try_from(lost).unwrap_or(i64::MAX))
            }),
            unread: totals.map_or(0, |totals| totals.unread),
            ..EcliOutcome::default()
        };
        match ended.exit {
            Exit::Code(code) => outcome.exit_code = code.into(),
            Exit::Trapped(reason) => {
                outcome.exit_code = 134;
                outcome.error = crate::text(reason);
            }
            Exit::Failed(error) => return Err(error),
        }
        Ok(outcome)
    }

    /// # Safety
    /// There are `argument_count` pointers to text.
    unsafe fn arguments(&self) -> Result<Vec<String>> {
        if self.arguments.is_null() || self.argument_count == 0 {
            return Ok(Vec::new());
        }
        // SAFETY: the caller promises that there are so many.
        let arguments = unsafe { slice::from_raw_parts(self.arguments, self.argument_count) };
        let arguments = arguments.iter().enumerate().map(|(place, argument)| {
            // SAFETY: the caller promises that each is text or NULL.
            let text = unsafe { text(*argument) }.with_context(|| format!("argument {place}"))?;
            text.map(str::to_owned)
                .with_context(|| format!("argument {place} is NULL"))
        });
        arguments.collect()
    }

    fn stream(&self, function: Option<WriteFn>) -> Option<Stream> {
        let function = function?;
        Some(Stream::new(Callback {
            function,
            context: self.context,
        }))
    }
}

/// # Safety
/// `pointer` is NULL, or text that lives as long as the result is used.
unsafe fn text<'a>(pointer: *const c_char) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises text with a NUL at its end.
    let text = unsafe { CStr::from_ptr(pointer) };
    Ok(Some(text.to_str().context("not UTF-8")?))
}

/// A function of the program that we are part of.
struct Callback {
    function: WriteFn,
    context: *mut c_void,
}

// SAFETY: it is called in the thread of the run alone, which is the one that `ecli_run` was called in.
unsafe impl Send for Callback {}

impl Write for Callback {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the caller of `ecli_run` gave the function, and the context that it takes.
        match unsafe { (self.function)(self.context, bytes.as_ptr().cast(), bytes.len()) } {
            0 => Ok(bytes.len()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
