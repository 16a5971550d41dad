//! What the host hands to this run, and what the run hands back.

use crate::object::Skeleton;

pub use crate::bindings::session::{output, set_exit_code, stop_requested, subscribe_stop};

/// The skeleton that the user named, already checked; none if the user named a component.
///
/// Each call gives a handle of its own.
pub fn skeleton() -> Option<Skeleton> {
    crate::bindings::session::get_skeleton().map(Skeleton::from)
}
