//! Files of git revisions: `main:flows/order.asl.json`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// Returns the path and the bytes of a file of a git revision, or `None` if the name does not name a revision, or names
/// an existing file.
///
/// # Errors
/// Fails if git does not know the revision or the file, or if git is missing.
pub(crate) fn read(name: &Path) -> Result<Option<(PathBuf, Vec<u8>)>, Failure> {
    let Some((revision, path)) = name.to_str().and_then(|name| name.split_once(':')) else { return Ok(None) };
    // `C:\flows` is a path.
    if name.exists() || revision.len() < 2 || revision.starts_with('-') || path.is_empty() {
        return Ok(None);
    }
    // Paths are relative to the working directory, as everywhere on the command line.
    let object = if path.starts_with('/') { format!("{revision}:{path}") } else { format!("{revision}:./{path}") };
    let output = Command::new("git")
        .args(["show", &object])
        .output()
        .map_err(|error| format!("error: cannot run git for `{}`: {error}", name.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("error: `{}`: {}", name.display(), said.trim().trim_start_matches("fatal: ")).into());
    }
    Ok(Some((PathBuf::from(path), output.stdout)))
}
