//! A whole file with a test, which cargo compiles as an integration test.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;
use workflow_asl::printable::printable_json;
use workflow_compiler::syntax::ast::{Declaration, DeclarationKind, plain};
use workflow_local::MachineType;

use crate::source::Machine;

/// What a test runs: a workflow or a definition, and the file it is in, if it is known.
pub(crate) struct Tested<'t> {
    pub(crate) file: Option<&'t Path>,
    pub(crate) machine: Option<&'t Machine>,
    pub(crate) definition: &'t Value,
    pub(crate) name: &'t str,
    pub(crate) machine_type: MachineType,
}

impl Tested<'_> {
    /// Returns the text of a file at `path` with a test that calls `engine()`.
    pub(crate) fn file_with(&self, test: &str, path: &Path) -> String {
        let needs =
            "//! The package needs `serde_json`, `workflow-explore` and `workflow-local`, with its feature `jsonata`.";
        let clippy = "#![allow(clippy::unwrap_used, reason = \"a test fails by panicking\")]";
        let engine = self.of_workflow(path).unwrap_or_else(|| self.of_definition(path));
        format!("{needs}\n{clippy}\n\n{engine}\n{test}")
    }

    /// Returns `engine()` for a workflow in a Rust file that compiles as a module of the test; `None` for any other.
    fn of_workflow(&self, path: &Path) -> Option<String> {
        let workflow = self.machine?.workflow.as_ref()?;
        let file = self.file?;
        let text = std::fs::read_to_string(file).ok()?;
        // What only the crate of the file has, or where the workflow is not at its top.
        let is_alone = !["crate::", "super::", "mod ", "macro_rules", "#!["].iter().any(|word| text.contains(word));
        let is_params = |declaration: &Declaration| matches!(declaration.kind, DeclarationKind::Params(_));
        let has_params = workflow.declarations.iter().any(is_params);
        if !is_alone || workflow.visibility.is_empty() || has_params {
            return None;
        }
        let file = format!("{:?}", relative(file, path)?);
        let name = plain(&workflow.name);
        Some(format!(
            "#[allow(dead_code, unreachable_pub, reason = \"the test needs only the workflow\")]\n#[path = {file}]\nmod tested;\n\n\
             fn engine() -> workflow_local::Engine {{\n    workflow_local::Engine::of::<tested::{name}>().unwrap()\n}}\n"
        ))
    }

    /// Returns `engine()` for a definition, which is read from its file if that is JSON, and copied otherwise.
    fn of_definition(&self, path: &Path) -> String {
        let is_file = |file: &&Path| {
            let text = std::fs::read_to_string(file).ok();
            text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).as_ref() == Some(self.definition)
        };
        let (comment, text) = match self.file.filter(is_file).and_then(|file| relative(file, path)) {
            Some(file) => ("", format!("include_str!({file:?})")),
            None => {
                let text = format!("{:#}", self.definition);
                let text = printable_json(&text);
                let hashes = "#".repeat(longest_hashes(&text) + 1);
                let comment = "    // A copy: replace it with the workflow to see whether a change of it helps.\n";
                (comment, format!("r{hashes}\"{text}\"{hashes}"))
            }
        };
        let name = format!("{:?}", self.name);
        let kind = match self.machine_type {
            MachineType::Standard => String::new(),
            other => format!(".machine_type(workflow_local::MachineType::{other:?})"),
        };
        format!(
            "fn engine() -> workflow_local::Engine {{\n{comment}    let definition: serde_json::Value = serde_json::from_str({text}).unwrap();\n    \
             workflow_local::Engine::new(&definition).unwrap().named({name}){kind}\n}}\n"
        )
    }
}

/// Adds a test to the others of a file, with a name that none of them has.
pub(crate) fn add_test(tests: &mut Vec<String>, test: &str) {
    let name = function(test).to_owned();
    let mut names = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}_{number}")));
    let free = names.find(|free| !tests.iter().any(|known| function(known) == free)).unwrap_or_default();
    tests.push(test.replacen(&name, &free, 1));
}

/// Returns the head of the function of a test.
fn function(test: &str) -> &str {
    let from = test.find("\nfn ").map_or(0, |at| at + 1);
    test.get(from..).and_then(|text| text.split('(').next()).unwrap_or_default()
}

/// Returns the most hashes in a row.
fn longest_hashes(text: &str) -> usize {
    text.split(|c| c != '#').map(str::len).max().unwrap_or(0)
}

/// Returns the path to a file from the folder of another, which may not exist yet.
fn relative(file: &Path, from: &Path) -> Option<String> {
    let folder = from.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (file, folder) = (file.canonicalize().ok()?, folder.canonicalize().ok()?);
    let common = file.components().zip(folder.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(file.components().skip(common)).collect();
    path.to_str().map(|path| path.replace('\\', "/"))
}
