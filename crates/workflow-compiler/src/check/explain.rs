//! Explains what only the source of a workflow has: declared types, the captured parts of results, and uses of fragments.

use workflow_asl::types::Type;

use super::analysis::Analysis;
use super::capture::Capture;
use super::data;
use super::model::Model;
use super::sink::Sink;
use super::value_type::{FindWorkflow, ValueTypes};
use crate::problem::Problems;
use crate::syntax::ast::{Workflow, plain};

/// What only the source has. Types are written as those of the document's values, and a type of the user's Rust code by
/// its name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explained {
    /// The type of the execution's input.
    pub input: String,
    /// The declared type of its output.
    pub output: String,
    /// The states in source order, each before those inside it.
    pub states: Vec<ExplainedState>,
    /// The uses of fragments, each before those inside it.
    pub uses: Vec<ExplainedUse>,
}

/// A use of a fragment, and the types of its input and result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainedUse {
    /// Its name in the document; its name in the source if that is empty.
    pub name: String,
    /// The fragment.
    pub fragment: String,
    /// The type of its input.
    pub input: String,
    /// The type of its result; `None` if the fragment declares none.
    pub result: Option<String>,
    /// The names of its states in the document, including the states of the uses inside it.
    pub states: Vec<String>,
}

/// A state in the source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainedState {
    /// Its name in the document.
    pub asl_name: String,
    /// Its name in the source.
    pub name: String,
    /// The member of its result whose type is declared, and the type; an empty name for the whole result.
    pub result: Option<(&'static str, Type)>,
    /// The variable that holds its result for the states that read it by its name, and the members that are kept;
    /// none are all of it.
    pub capture: Option<(String, Vec<String>)>,
}

/// Explains a workflow that compiles; `find` returns the workflows that it starts (`workflow::<Other>`). A workflow
/// whose states are in a document (`from`) has no states here.
pub fn explain(workflow: &Workflow, find: FindWorkflow<'_>) -> Explained {
    let mut analysis = Analysis::without(Model::of(workflow), Vec::new());
    let mut shown = ValueTypes::shown(find);
    let (input, output) = (shown.text(&analysis.types, &analysis.input), shown.text(&analysis.types, &analysis.output));
    if workflow.from().is_some() {
        return Explained { input, output, states: Vec::new(), uses: Vec::new() };
    }
    data::analyse(&mut analysis, &mut Sink::to(&mut Problems::default()));
    let mut values = ValueTypes::finding(find);
    let states = analysis.states.values().map(|info| ExplainedState {
        result: values.result(&analysis, info),
        asl_name: info.asl_name.clone(),
        name: info.state.written.clone().unwrap_or_else(|| info.name.clone()),
        capture: analysis.capture_of(info).map(|(variable, capture)| {
            let mut members = Vec::new();
            paths(capture, "", &mut members);
            (variable, members)
        }),
    });
    let states = states.collect();
    let names = analysis.states.values().map(|info| (info.name.as_str(), info.state.in_use));
    let by_use = workflow.states_by_use(names);
    let uses = workflow.inlined.iter().map(|used| {
        let inside = by_use.get(&used.number).into_iter().flatten();
        let inside = inside.filter_map(|at| analysis.states.get_index(*at));
        let mut told = |ty| shown.text(&analysis.types, &analysis.types.ty(ty));
        let optional = |ty| if analysis.types.ty(ty).is_option() { "?" } else { "" };
        let fields = used
            .input
            .iter()
            .map(|field| format!("{}{}: {}", plain(&field.name), optional(&field.ty), told(&field.ty)));
        let fields: Vec<_> = fields.collect();
        ExplainedUse {
            name: if used.asl_name.is_empty() { used.name.clone() } else { used.asl_name.clone() },
            fragment: plain(&used.fragment),
            input: if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) },
            result: used.result.as_ref().map(told),
            states: inside.map(|(_, info)| info.asl_name.clone()).collect(),
        }
    });
    let uses = uses.collect();
    Explained { input, output, states, uses }
}

/// The members that are kept, each with the names that lead to it; none where all is.
fn paths(capture: &Capture, so_far: &str, out: &mut Vec<String>) {
    match capture {
        Capture::Members(members) if !members.is_empty() => {
            for (name, inner) in members {
                let path = if so_far.is_empty() { name.clone() } else { format!("{so_far}.{name}") };
                paths(inner, &path, out);
            }
        }
        _ if so_far.is_empty() => {}
        _ => out.push(so_far.to_owned()),
    }
}
