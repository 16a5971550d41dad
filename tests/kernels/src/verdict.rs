//! What a kernel tells of a case.

use serde::{Deserialize, Serialize};

use crate::compare::Outcome;

/// A line of the results.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// The case's name.
    pub(crate) case: String,
    /// What has come of it.
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) seconds: f64,
}
