//! The metadata of the workspace, from cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Failure;
use crate::folder;
use crate::source;

/// The output of `cargo metadata`.
pub(crate) struct Cargo(Value);

impl Cargo {
    pub(crate) fn ask() -> Result<Self, Failure> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let asked = Command::new(cargo).args(["metadata", "--no-deps", "--format-version", "1"]).output();
        let asked = asked.map_err(|error| format!("error: cannot run cargo: {error}"))?;
        if !asked.status.success() {
            return Err(String::from_utf8_lossy(&asked.stderr).trim_end().to_owned().into());
        }
        let metadata = serde_json::from_slice(&asked.stdout);
        Ok(Self(metadata.map_err(|error| format!("error: the output of `cargo metadata` is not JSON: {error}"))?))
    }

    /// The folder that cargo builds in.
    pub(crate) fn target(&self) -> PathBuf {
        self.0.get("target_directory").and_then(Value::as_str).unwrap_or("target").into()
    }

    /// The folders of the workspace's packages.
    pub(crate) fn packages(&self) -> Vec<PathBuf> {
        let packages = self.0.get("packages").and_then(Value::as_array);
        let manifests = packages.into_iter().flatten().filter_map(|package| package.get("manifest_path")?.as_str());
        manifests.filter_map(|manifest| Path::new(manifest).parent()).map(Path::to_owned).collect()
    }

    /// Returns the workflows that the libraries and programs of the workspace declare.
    pub(crate) fn declared(&self) -> Vec<source::Machine> {
        let items =
            |value: &Value, field: &str| value.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut files = Vec::new();
        for package in items(&self.0, "packages") {
            let root = package.get("manifest_path").and_then(Value::as_str).and_then(|path| Path::new(path).parent());
            for target in items(&package, "targets") {
                let own = items(&target, "kind").iter().any(|kind| {
                    matches!(kind.as_str(), Some("lib" | "bin" | "rlib" | "cdylib" | "dylib" | "staticlib"))
                });
                let Some(file) = target.get("src_path").and_then(Value::as_str).map(Path::new) else { continue };
                match file.parent().filter(|_| own) {
                    // A library next to its manifest shares the folder with tests and other files.
                    Some(folder) if Some(folder) == root => files.push(file.to_owned()),
                    Some(folder) => folder::visit(folder, &mut |path| {
                        files.extend(
                            Some(path).filter(|path| path.extension().is_some_and(|extension| extension == "rs")),
                        );
                    }),
                    None => {}
                }
            }
        }
        files.sort();
        files.dedup();
        files.iter().flat_map(|file| source::declared(file)).collect()
    }
}
