//! Checks a syntax tree, and builds the model: names, declarations, types, and other language rules.
//!
//! The rules of ASL are separate: `workflow_asl::rules` checks the lowered document.
//!
//! A reference such as `Train.Payload.x` passes these files: `data/types.rs` infers the type of the result of `Train`
//! (`api.rs` where a task makes it), `values.rs` visits the value that has the reference, `resolve.rs` follows its
//! members (`root.rs` its first word; `data/unavailable.rs` decides whether `Train` has certainly run), and
//! `data/captures.rs` notes what `Train` must keep. The result is a `Resolved` (`resolution.rs`), from which
//! `lower/reference.rs` writes the text.

mod analysis;
mod api;
mod capture;
mod choice;
mod clauses;
mod computed_parameters;
mod conformance;
mod constraints;
mod data;
mod declarations;
#[cfg(feature = "explain")]
mod explain;
mod expression_text;
mod flow;
mod foreign;
mod from_conflicts;
pub mod function;
mod handled_tasks;
mod handlers;
mod infer;
mod inlined;
mod list;
mod members;
mod model;
mod path;
mod properties;
pub(crate) mod regex;
mod resolution;
mod resolve;
mod root;
mod rows;
mod rust_items;
mod sink;
mod state_names;
mod suggestions;
mod transitions;
pub mod types;
mod unused;
mod value_site;
mod value_type;
mod values;
mod variables;

pub use analysis::Analysis;
pub use api::{DeclaredResult, OUTPUT, ResultType, declared_result, is_express_child};
pub use capture::{Capture, ItemCapture};
pub use data::VariableReads;
pub(crate) use declarations::children;
#[cfg(feature = "explain")]
pub use explain::{Explained, ExplainedState, ExplainedUse, explain};
pub(crate) use expression_text::changing;
pub use handled_tasks::HandledTask;
pub(crate) use handled_tasks::{handled_tasks, is_handled};
pub(crate) use infer::closure::callback;
pub(crate) use inlined::never_kept;
pub(crate) use members::members_of;
pub use model::{Model, NamedHandler, Scope, StateInfo, is_distributed, whole_seconds};
pub(crate) use path::literal_index;
pub use properties::DeclaredProperty;
pub(crate) use properties::properties;
pub use resolution::{AccessStep, Base, Resolved};
pub(crate) use resolve::form_of;
pub(crate) use rust_items::RustItems;
pub(crate) use transitions::fields_of_state;
pub use types::{Field, Struct, Ty, Types};
pub(crate) use unused::unused;
pub use value_site::{ClosureScope, ValueField, ValueSite};
pub use value_type::FindWorkflow;
pub(crate) use value_type::ValueTypes;

use std::cell::RefCell;
use std::collections::BTreeMap;

use self::sink::Sink;
use crate::problem::Problems;
pub use crate::question::{Foreign, ForeignMember, ForeignPart, ForeignStep, Question, QuestionKind};
use crate::syntax::ast::{NodeId, Workflow};

/// Analyses a workflow and reports its problems, each problem once. For an editor, it also notes the types of the roots of
/// references.
pub fn check<'a>(workflow: &'a Workflow, editor: bool, problems: &mut Problems) -> Analysis<'a> {
    let mut analysis = Analysis::without(Model::of(workflow), Vec::new());
    analysis.roots = editor.then(RefCell::default);
    analyse(&mut analysis, &mut Sink::to(problems));
    analysis
}

/// Returns the number of problems as if some of a workflow's clauses `unchecked` were not there.
pub(crate) fn count_without(workflow: &Workflow, ignored: Vec<NodeId>) -> usize {
    let mut problems = Problems::default();
    analyse(&mut Analysis::without(Model::of(workflow), ignored), &mut Sink::to(&mut problems));
    problems.iter().len()
}

/// Returns the known types of the roots of the workflow's references, by the numbers of their words, if they were noted.
pub(crate) fn roots(analysis: &Analysis<'_>) -> BTreeMap<usize, Ty> {
    let Some(mut roots) = analysis.roots.as_ref().map(RefCell::take) else { return BTreeMap::new() };
    if let Some(first) = analysis.states.values().next() {
        let items = analysis.workflow.items.iter();
        roots.extend(items.map(|(word, item)| (*word, analysis.type_of(first.site(ValueField::Parameters), item))));
    }
    roots
}

fn analyse(analysis: &mut Analysis<'_>, sink: &mut Sink<'_>) {
    declarations::check(analysis, sink);
    state_names::check(analysis, sink);
    if analysis.workflow.from().is_some() {
        from_conflicts::check(analysis, sink);
        return;
    }
    data::analyse(analysis, sink);
    transitions::check(analysis, sink);
    transitions::no_states(analysis, sink);
    handlers::check(analysis, sink);
    clauses::check(analysis, sink);
    values::check(analysis, sink);
    computed_parameters::check(analysis, sink);
    inlined::check(analysis, sink);
    data::output::check(analysis, sink);
    conformance::check(analysis, sink);
}
