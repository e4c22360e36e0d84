//! Runs the command line on files that a test writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The result of a command.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Writes a file for one test, in a folder of that name.
pub(crate) fn file(folder: &str, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder).join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // Another test may read the same file at this time.
    let part = path.with_extension(format!("{:?}.part", std::thread::current().id()));
    fs::write(&part, content).unwrap();
    fs::rename(&part, &path).unwrap();
    path
}

/// Runs a command on a file.
#[allow(dead_code, reason = "those that set an environment run the command themselves")]
pub(crate) fn workflow(command: &str, file: &Path, options: &[&str]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", command])
        .arg(file)
        .args(options)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}
