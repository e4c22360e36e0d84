//! Crates that tests make, outside this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Makes a folder with a manifest, which gets a workspace of its own with the versions and profiles of this one: then
/// dependencies that are built already are used.
pub(crate) fn root(folder: &Path, manifest: &str) {
    let own = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let profiles = own.split_once("[profile.dev]").unwrap().1;
    let workspace_of_its_own = if manifest.contains("[workspace]") { "" } else { "[workspace]\n" };
    fs::create_dir_all(folder).unwrap();
    let text = format!("{manifest}\n{workspace_of_its_own}[profile.dev]{profiles}");
    fs::write(folder.join("Cargo.toml"), text).unwrap();
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// The dependencies of a crate with a workflow and tests, as sections of a manifest: those that `cargo workflow new` writes,
/// so that all crates share what is built of them.
pub(crate) fn dependencies() -> String {
    let path = |name: &str, folder: &str| format!("{name} = {{ path = {:?} }}\n", workspace().join(folder));
    format!(
        "[dependencies]\nserde_json = \"1\"\n{}[dev-dependencies]\n{}",
        path("workflow-runtime", "workflow-runtime"),
        path("workflow-local", "crates/workflow-local")
    )
}

/// Where the crates are built: with all others.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// `cargo` in a folder.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--offline").env("CARGO_TARGET_DIR", target()).current_dir(folder);
    command
}
