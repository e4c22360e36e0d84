//! Reads files named on the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use workflow_asl::source::{Format, MAX_BYTES};

/// The name of standard input.
pub(crate) const STDIN: &str = "-";

/// Reads a file, or standard input for `-`, up to one byte more than the size limit of a document.
///
/// # Errors
/// Returns the reason, in words, why it cannot be read. It may be a folder.
pub(crate) fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    read(file, MAX_BYTES as u64 + 1)
}

/// Reads a file, or standard input for `-`, of any size, such as a history.
///
/// # Errors
/// Returns the reason, in words, why it cannot be read. It may be a folder.
pub(crate) fn whole(file: &Path) -> Result<Vec<u8>, String> {
    read(file, u64::MAX)
}

fn read(file: &Path, limit: u64) -> Result<Vec<u8>, String> {
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
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("no such file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns the format of a file by its extension, or the format of standard input by its first character.
pub(crate) fn format(file: &Path, bytes: &[u8]) -> Format {
    if file != Path::new(STDIN) {
        return Format::of_path(file);
    }
    let first = bytes.trim_ascii_start().first();
    if matches!(first, None | Some(b'{' | b'[' | b'"')) { Format::Json } else { Format::Yaml }
}
