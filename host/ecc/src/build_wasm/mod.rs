//! From the sources of user space to a component.

pub(crate) mod c;
pub(crate) mod rust;
