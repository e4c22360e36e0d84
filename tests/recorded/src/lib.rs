//! The data that tests read: recorded executions on AWS, documents of other tools, probes.
//!
//! Some of the data is in this folder, so that a checkout alone has the important tests. NOTICE names the sources. The
//! complete data is in `../shared`, next to the checkout, or in the folder that `WORKFLOW_SHARED` names (relative to
//! the workspace root). If that variable is set, as in `.ci/run`, a test fails if its data is missing; otherwise the
//! test is skipped.

use std::path::{Path, PathBuf};

/// The variable with the folder of all data.
const VARIABLE: &str = "WORKFLOW_SHARED";

/// Returns a file or folder of the data: of all data, or of the part kept here. If neither exists, the test is skipped,
/// and this function prints a note.
///
/// # Panics
/// Fails if `WORKFLOW_SHARED` is set and its folder does not contain this file or folder.
///
/// ```
/// let folder = workflow_recorded::data("conformance").unwrap();
/// assert!(folder.join("error").is_dir());
/// ```
pub fn data(path: &str) -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.ancestors().nth(2).unwrap_or(package);
    let named = std::env::var_os(VARIABLE);
    let whole = workspace.join(named.as_deref().unwrap_or("../shared".as_ref())).join(path);
    if whole.exists() {
        return Some(whole);
    }
    assert!(named.is_none(), "{VARIABLE} is set, and there is no {}", whole.display());
    let part = package.join(path);
    if part.exists() {
        println!("{} is absent: only the part in {} is tested", whole.display(), part.display());
        return Some(part);
    }
    println!("skipped: {} is absent", whole.display());
    None
}
