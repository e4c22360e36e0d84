//! Coverage: the states, transitions, choice rules, retriers and catchers that executions took.
//!
//! If [`FOLDER_VARIABLE`] names a folder, each process records the items that its executions take in a file of its own
//! in this folder. [`Report::gather`] reads all files. `cargo workflow coverage` does both. Without the variable,
//! nothing is counted.

mod point;
mod record;
mod report;
mod text;
mod uses;

pub use point::{Point, PointKind};
pub(crate) use record::Watch;
pub use report::{Covered, Report, Share};
pub use uses::UseCoverage;

/// The environment variable that names the folder of a run, as an absolute path.
pub const FOLDER_VARIABLE: &str = "WORKFLOW_COVERAGE";

/// The file extension of recorded files.
pub const FILE_EXTENSION: &str = "jsonl";
