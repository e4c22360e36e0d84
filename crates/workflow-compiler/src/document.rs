//! The states of a document that a workflow reads with `from`.

use workflow_asl::StateKind;

/// The document of a workflow.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its path, as written in the workflow.
    pub path: String,
    /// Its states, each before those inside it.
    pub states: Vec<DocumentState>,
}

/// A state of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentState {
    /// Its name in Rust code.
    pub ident: String,
    /// Its name in the document.
    pub name: String,
    /// Its kind.
    pub kind: StateKind,
    /// Whether it is a task that one of the user's functions or workers may handle.
    pub handled: bool,
}
