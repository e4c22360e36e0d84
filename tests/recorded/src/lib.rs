//! The data that tests read: executions that AWS answered, documents of other tools, probes.
//!
//! A part of it stands in this folder, so that a checkout alone tests what matters; NOTICE names its sources. The whole lies
//! in `../shared`, beside the checkout, or where `WORKFLOW_SHARED` says; a relative path counts from the workspace's root.
//! Where that variable is set, as in `.ci/run`, data that is missing fails the test instead of skipping it.

use std::path::{Path, PathBuf};

/// The variable that names the folder of the whole data.
const VARIABLE: &str = "WORKFLOW_SHARED";

/// A file or folder of the data: of the whole, or the part that is kept here. Without either the test is skipped, which
/// this function prints.
///
/// # Panics
/// `WORKFLOW_SHARED` is set, and the folder that it names does not have this file or folder.
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
