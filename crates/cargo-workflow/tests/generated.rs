//! Crates that tests make, with a workspace of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Makes a folder with a manifest, with the versions of this workspace.
pub(crate) fn root(folder: &Path, manifest: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// The manifest of a crate with a workflow and tests. Its dependencies are those that `cargo workflow new` writes, so that
/// all crates share what is built of them.
pub(crate) fn manifest(name: &str) -> String {
    let path = |name: &str, folder: &str| format!("{name} = {{ path = {:?} }}\n", workspace().join(folder));
    format!(
        "[package]\nname = {name:?}\nedition = \"2024\"\n[workspace]\n[lints.rust]\nwarnings = \"deny\"\n\
         [dependencies]\nserde_json = \"1\"\n{}[dev-dependencies]\n{}",
        path("workflow-runtime", "workflow-runtime"),
        path("workflow-local", "crates/workflow-local")
    )
}

/// The arguments of cargo, and where it builds: as trybuild does, with a target, so that both share what is built of the
/// compiler.
pub(crate) fn built(command: &mut Command) -> &mut Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("tests/trybuild");
    command.args(["--offline", "--target", "host-tuple"]).env("CARGO_TARGET_DIR", target)
}

/// `cargo` in a folder.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    built(command.args(arguments)).current_dir(folder);
    command
}
