//! The types that a workflow's source declares of its data, for whoever runs it.

use super::shape::Shape;

/// What a workflow declares of its data.
#[derive(Debug)]
pub struct Types {
    /// The execution's input.
    pub input: &'static Shape,
    /// What tasks give.
    pub results: &'static [ResultType],
    /// The tasks that a Lambda function or a worker does.
    pub handled: &'static [Handled],
}

impl Types {
    /// Nothing.
    pub const NONE: Self = Self { input: &Shape::Any, results: &[], handled: &[] };
}

/// What the source says of a task's result: `lambda::invoke<Bill>`.
#[derive(Debug)]
pub struct ResultType {
    /// The state's name in the document.
    pub state: &'static str,
    /// The member of the result that has the type; empty for the result itself.
    pub member: &'static str,
    /// The type.
    pub shape: &'static Shape,
}

/// A task that a Lambda function or a worker does.
#[derive(Debug)]
pub struct Handled {
    /// The state's name in Rust.
    pub state: &'static str,
    /// What is sent.
    pub sends: &'static Shape,
    /// What the source says of what is returned.
    pub reads: &'static Shape,
}
