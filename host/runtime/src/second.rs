//! What a program does that was started a second time, by itself.

/// Does what this process was started for by another of this program, and answers true, if its name is one for that: takes back what a run
/// has left, or looks names of addresses up. Else it makes such processes possible.
///
/// To be called first of all. A program that does not call it leaves attachments behind when it is killed, and looks names up itself.
pub fn serves_another() -> bool {
    let name = std::env::args_os().next().unwrap_or_default();
    if name == loader::WATCHER {
        loader::watch();
        return true;
    }
    if name == symbols::PROCESS {
        symbols::serve();
        return true;
    }
    loader::enable_watcher();
    symbols::enable_process();
    false
}
