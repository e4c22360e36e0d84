//! The types that a workflow's source declares of its data, for whoever runs it.

use super::shape::Shape;

/// What a workflow declares of its data.
#[derive(Debug)]
pub struct Types {
    /// The execution's input.
    pub input: &'static Shape,
    /// What tasks give.
    pub results: &'static [ResultType],
}

impl Types {
    /// Nothing.
    pub const NONE: Self = Self { input: &Shape::Any, results: &[] };
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
