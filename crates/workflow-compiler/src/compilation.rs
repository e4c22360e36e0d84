//! The input and the result of the compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use proc_macro2::Span;
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::rules::Annotations;

use crate::check::{DeclaredProperty, HandledTask, Question, Ty};
use crate::document::Document;
use crate::fragment::Fragment;
use crate::inline::Imported;
use crate::lower::{LoweredUse, SourceMap};
#[cfg(feature = "iam")]
use crate::policy::PolicyTemplate;
use crate::problem::Problems;
use crate::span::Locate;
use crate::syntax::ast::{Head, Resource, Workflow, plain};
use crate::syntax::word::EditorWord;

/// The context of the tokens.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Returns the position of a span.
    pub locate: Locate<'a>,
    /// The folder that the paths of `from` are relative to: the folder of the crate's `Cargo.toml`. `None` without a
    /// crate, and so without files.
    pub folder: Option<&'a Path>,
    /// Whether an editor may read the expansion. Then it contains code that only editors use.
    pub editor: bool,
    /// Unmatched brackets, which the tokens do not contain: an editor expands macros with such brackets.
    pub unmatched: &'a [(char, Span)],
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("folder", &self.folder)
            .field("editor", &self.editor)
            .finish_non_exhaustive()
    }
}

/// Without positions and files; for an editor.
impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self { locate: &|_| None, folder: None, editor: true, unmatched: &[] }
    }
}

/// The result of compiling the tokens of one `workflow!`.
#[derive(Debug, Default)]
pub struct Compilation {
    /// The parsed workflows. Parts with errors may be missing.
    pub workflows: Vec<CompiledWorkflow>,
    /// The names of the fragments, by the numbers that their problems have.
    pub fragments: BTreeMap<u16, String>,
    /// Every word, for editors.
    pub words: Vec<EditorWord>,
    /// The types of the roots of references, by the indices of their words; only for editors.
    pub roots: BTreeMap<usize, Ty>,
    /// The problems.
    pub problems: Problems,
    /// The files of imported fragments.
    pub imported: Imported,
    /// Bugs of the compiler, such as panics, as messages for the user.
    pub bugs: Vec<String>,
}

/// One workflow, compiled.
#[derive(Debug)]
pub struct CompiledWorkflow {
    /// The syntax tree.
    pub source: Workflow,
    /// The state machine's name.
    pub machine_name: String,
    /// The state machine's type.
    pub machine_type: MachineType,
    /// The definition in Amazon States Language, with placeholders such as `${bucket}` for parameters and constants. If
    /// there are problems, it may be incomplete.
    pub definition: Value,
    /// The definition's text, split at parameters and constants; empty if there are errors.
    pub fragments: Vec<Fragment>,
    /// The permissions that its role needs.
    #[cfg(feature = "iam")]
    pub policy: PolicyTemplate,
    /// The document that contains its states, if it has one that could be read.
    pub document: Option<Document>,
    /// The questions to rustc about the user's own types.
    pub questions: Vec<Question>,
    /// The tasks that the user's functions and workers handle.
    pub handled_tasks: Vec<HandledTask>,
    /// The properties that each of its executions must have.
    pub properties: Vec<DeclaredProperty>,
    /// Information on states that is not in the definition.
    pub annotations: Annotations,
    /// The uses of fragments in the definition.
    pub uses: Vec<LoweredUse>,
    /// The origins of the parts of the definition; empty for a document.
    pub source_map: SourceMap,
    /// The names of its Rust items that an earlier workflow in the same `workflow!` uses.
    pub(crate) taken: BTreeSet<String>,
}

impl CompiledWorkflow {
    /// Returns whether an earlier workflow has its name, so that it has no Rust item.
    pub(crate) fn is_taken(&self) -> bool {
        self.taken.contains(&plain(&self.source.name))
    }

    /// Returns the names of the workflows that it starts by type (`workflow::<Other>`), without their paths.
    pub fn starts(&self) -> Vec<String> {
        let started = self.source.body.all_states().into_iter().filter_map(|state| match &state.head {
            Head::Task { resource: Some(Resource::Service { workflow: Some(other), .. }), .. } => other.last_word(),
            _ => None,
        });
        started.collect()
    }
}
