//! Processes that have libraries mapped.

use std::path::Path;
use std::process::{Child, Command};
use std::{fs, thread, time};

/// Ends with the test.
pub(crate) struct Ended(Child);

impl Ended {
    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A process that has these libraries mapped, and where the code of each begins.
pub(crate) fn with_libraries(libraries: &[&Path]) -> (Ended, Vec<u64>) {
    let names: Vec<&str> = libraries.iter().map(|library| library.to_str().unwrap()).collect();
    let sleep = Command::new("sleep")
        .arg("60")
        .env("LD_PRELOAD", names.join(":"))
        .spawn();
    let child = Ended(sleep.unwrap());
    let maps = format!("/proc/{}/maps", child.id());
    let code = || -> Option<Vec<u64>> {
        let maps = fs::read_to_string(&maps).unwrap();
        let start = |name: &&str| {
            let mut lines = maps.lines();
            let line = lines.find(|line| line.ends_with(name) && line.contains("r-xp"))?;
            u64::from_str_radix(line.split('-').next()?, 16).ok()
        };
        names.iter().map(start).collect()
    };
    until(|| code().is_some());
    let addresses = code().unwrap();
    (child, addresses)
}

/// Waits for something that another process does.
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        thread::sleep(time::Duration::from_millis(20));
    }
    assert!(is_so());
}
