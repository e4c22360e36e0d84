//! The bytes of a file that the command line names.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use workflow_asl::source::{Format, MAX_BYTES};

/// What stands for the standard input.
pub(crate) const STDIN: &str = "-";

/// Reads a file, or for `-` the standard input; no more than one byte over what a document may have.
///
/// # Errors
/// The reason, in words, for what cannot be read, such as a folder.
pub(crate) fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let outcome = if file == Path::new(STDIN) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else if file.is_dir() {
        return Err("it is a directory; name its files".to_owned());
    } else {
        File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match outcome {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("there is no such file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// How the file is written, as its name says; for the standard input, as its first sign does.
pub(crate) fn format(file: &Path, bytes: &[u8]) -> Format {
    if file != Path::new(STDIN) {
        return Format::of_path(file);
    }
    let first = bytes.trim_ascii_start().first();
    if matches!(first, None | Some(b'{' | b'[' | b'"')) { Format::Json } else { Format::Yaml }
}
