//! Tools from PyPI and npm that tests use as a reference; `.ci/run` installs them into `target/tools`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `cargo workflow` in the folder of the tests' files.
#[allow(dead_code, reason = "some tests have folders of their own")]
pub(crate) fn workflow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .arg("workflow")
        .args(arguments)
        .current_dir(files())
        .output()
        .unwrap()
}

#[allow(dead_code, reason = "some tests have folders of their own")]
pub(crate) fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Returns a tool by its path in the folder of the tools. If it is missing, prints a note, and fails in CI.
#[allow(dead_code, reason = "not every test asks a tool")]
pub(crate) fn tool(path: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    let folder = std::env::var_os("WORKFLOW_TOOLS").map_or(own, PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is not there", found.display());
    eprintln!("skipped: {} is not there; .ci/run installs it", found.display());
    None
}

/// Returns an empty folder for the files of one test.
#[allow(dead_code, reason = "not every test writes files")]
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
