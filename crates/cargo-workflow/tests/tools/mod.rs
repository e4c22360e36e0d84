//! Tools from PyPI and npm that tests use as a reference; `.ci/run --full` installs them into `target/tools`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `cargo workflow` in the folder of the tests' files.
pub(crate) fn workflow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .arg("workflow")
        .args(arguments)
        .current_dir(files())
        .output()
        .unwrap()
}

pub(crate) fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Returns a tool by its path in the folder of the tools.
pub(crate) fn tool(path: &str) -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    let tool = std::env::var_os("WORKFLOW_TOOLS").map_or(own, PathBuf::from).join(path);
    assert!(tool.exists(), "{} is not there; `.ci/run --full` installs it", tool.display());
    tool
}

/// Returns an empty folder for the files of one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
