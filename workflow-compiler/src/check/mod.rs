//! Syntax tree to checked model: names, declarations, types, and what only the language knows.
//!
//! ASL's own rules are not here: the lowered document is given to `workflow_asl::rules`.

mod api;
mod beside;
mod choice;
mod clauses;
mod data;
mod declarations;
#[cfg(feature = "explain")]
mod explain;
mod facts;
mod flow;
mod foreign;
pub mod function;
mod given;
mod handlers;
mod infer;
mod model;
mod names;
mod origin;
mod range;
mod request;
mod resolve;
mod sink;
mod targets;
#[cfg(test)]
mod tests;
pub mod types;
mod values;
mod variables;

pub use api::integration;
pub use data::{Kept, KeptItem, Reads};
#[cfg(feature = "explain")]
pub use explain::{Explained, ExplainedState, FindWorkflow, explain};
pub use foreign::{Asks, Foreign, ForeignMember, ForeignPart, ForeignStep, Question};
pub use model::{Model, NamedCatcher, NamedRetrier, Scope, StateInfo, is_distributed, whole_seconds};
pub use resolve::{Base, Place, Position, Resolved, Step};
pub use types::{Field, Struct, Ty, Types};

use self::sink::Sink;
use crate::problem::Problems;
use crate::syntax::ast::{Clause, Workflow};

/// Builds the model of a workflow and reports what is wrong with it, each problem once.
pub fn check<'a>(workflow: &'a Workflow, problems: &mut Problems) -> Model<'a> {
    check_without(workflow, Vec::new(), problems)
}

/// The same, as if some of its clauses `unchecked` were not there.
pub(crate) fn check_without<'a>(
    workflow: &'a Workflow,
    ignored: Vec<&'a Clause>,
    problems: &mut Problems,
) -> Model<'a> {
    let mut model = unanalysed(workflow);
    model.ignored = ignored;
    let sink = &mut Sink::to(problems);
    declarations::check(&model, sink);
    names::check(&model, sink);
    if workflow.from().is_some() {
        beside::check(&model, sink);
        return model;
    }
    data::analyse(&mut model, sink);
    targets::check(&model, sink);
    targets::no_states(&model, sink);
    handlers::check(&model, sink);
    clauses::check(&model, sink);
    range::check(&model, sink);
    values::check(&model, sink);
    request::check(&model, sink);
    data::output::check(&model, sink);
    given::check(&model, sink);
    model
}

/// The model without what is known of the workflow's data.
fn unanalysed(workflow: &Workflow) -> Model<'_> {
    let mut model = Model::of(workflow);
    if model.scopes.iter().all(|scope| !scope.body.broken) {
        // A clause that did not parse may have assigned any.
        model.variables = variables::assigned(&model);
    }
    model
}
