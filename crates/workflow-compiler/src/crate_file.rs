//! Reads the file of a `from`, whose path is relative to the folder of the crate.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use workflow_asl::Code;
use workflow_asl::nearest::nearest;
use workflow_asl::source::MAX_BYTES;

use crate::problem::Problem;
use crate::syntax::ast::Text;

/// The maximum number of file names in a folder to compare with a missing one.
const NAMES: usize = 1_000;

/// Returns the bytes of the file of `from`.
pub(crate) fn bytes(file: &Text, folder: Option<&Path>) -> Result<Vec<u8>, Problem> {
    let written = &file.value;
    let problem = |message: String| Problem::new(Code::UnreadableFile, file.span, message);
    let relative = "write its path relative to the folder of the crate's `Cargo.toml`";
    if written.trim().is_empty() {
        return Err(problem("the path of `from` is empty".to_owned()).help(relative));
    }
    // Also when the crate is built for another system than this one.
    if Path::new(written).has_root() || Path::new(written).is_absolute() {
        let message = format!("the path `{written}` is absolute: other machines do not have this file");
        return Err(problem(message).help(relative));
    }
    let Some(folder) = folder else {
        return Err(problem(format!("`{written}` cannot be read here: the folder of the crate is unknown"))
            .help("cargo sets `CARGO_MANIFEST_DIR` to it"));
    };
    let path = folder.join(written);
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            let problem = problem(format!("there is no file `{written}`"));
            let problem = match near(&path, written) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            };
            problem.help("the path is relative to the folder of the crate's `Cargo.toml`")
        }
        ErrorKind::PermissionDenied => problem(format!("`{written}` cannot be read: permission denied")),
        _ => problem(format!("`{written}` cannot be read: {error}")),
    };
    let kind = fs::metadata(&path).map_err(failed)?;
    if kind.is_dir() {
        return Err(problem(format!("`{written}` is a folder")).help("name one document in it"));
    }
    // Reading a pipe or a device may never end.
    if !kind.is_file() {
        return Err(problem(format!("`{written}` is not a regular file")));
    }
    let mut bytes = Vec::new();
    // One byte more than the limit is enough to reject it.
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(&path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(bytes)
}

/// Returns the path with the most similar file name in its folder, if any.
fn near(path: &Path, written: &str) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let entries = fs::read_dir(path.parent()?).ok()?.take(NAMES);
    let mut names: Vec<_> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let near = nearest(name, names.iter().map(String::as_str))?;
    written.strip_suffix(name).map(|folder| format!("{folder}{near}"))
}
