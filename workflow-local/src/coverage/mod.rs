//! Coverage: which states, transitions, choice rules, retriers and catchers executions took.
//!
//! While [`FOLDER_VARIABLE`] names a folder, every process writes there what its executions take,
//! each process a file of its own; [`Report::gather`] reads them all. `cargo workflow coverage`
//! does both. Without the variable nothing is counted.

mod point;
mod record;
mod report;
mod text;

pub use point::{Point, PointKind};
pub(crate) use record::Watch;
pub use report::{Covered, Report, Share};

/// The environment variable with the folder of a run, an absolute path.
pub const FOLDER_VARIABLE: &str = "WORKFLOW_COVERAGE";

/// What the names of the files in it end with.
pub(crate) const FILE_EXTENSION: &str = "jsonl";
