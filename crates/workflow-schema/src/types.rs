//! The data types that a workflow's source declares, for running the workflow.

use super::shape::Shape;

/// The data types that a workflow declares.
#[derive(Debug)]
pub struct Types {
    /// The execution's input.
    pub input: &'static Shape,
    /// The execution's output.
    pub output: &'static Shape,
    /// The results of tasks.
    pub results: &'static [ResultType],
    /// The tasks done by a Lambda function or a worker.
    pub handled: &'static [Handled],
}

impl Types {
    /// The value for a workflow that declares no types.
    pub const NONE: Self = Self { input: &Shape::Any, output: &Shape::Any, results: &[], handled: &[] };
}

/// The declared type of a task's result: `lambda::invoke<Bill>`.
#[derive(Debug)]
pub struct ResultType {
    /// The state's name in the document.
    pub state: &'static str,
    /// The member of the result that has the type; empty for the whole result.
    pub member: &'static str,
    /// The type.
    pub shape: &'static Shape,
}

/// A task done by a Lambda function or a worker.
#[derive(Debug)]
pub struct Handled {
    /// The state's name in Rust.
    pub state: &'static str,
    /// The shape of the request.
    pub sends: &'static Shape,
    /// The declared shape of the result.
    pub reads: &'static Shape,
}
