//! How values pass between states: which values are available where, their types, and the values that each state must
//! capture.

mod captures;
mod fan_in;
mod inputs;
mod item_captures;
mod jsonata_reads;
pub(super) mod output;
mod types;
mod unavailable;
mod variable_reads;
pub(super) mod visit;

use std::collections::BTreeMap;

use workflow_asl::Code;

pub use variable_reads::VariableReads;
pub(super) use visit::{raws, references, values};

use super::analysis::Analysis;
use super::capture::{Capture, variable};
use super::flow::availability::Availability;
use super::flow::{StateGraphs, state_narrowing};
use super::model::StateInfo;
use super::sink::Sink;
use super::variables::keys;
use crate::problem::Problem;
use crate::syntax::ast::{Target, plain};

/// Fills in the analysis, and reports variables whose names are taken.
pub(super) fn analyse(analysis: &mut Analysis<'_>, sink: &mut Sink<'_>) {
    analysis.graphs = StateGraphs::of(analysis);
    analysis.availability = Availability::of(analysis, &analysis.graphs);
    analysis.narrowings = state_narrowing::narrowings(analysis, &analysis.graphs);
    types::infer(analysis);
    analysis.captures = captures::collect(analysis, sink);
    analysis.item_captures = item_captures::collect(analysis);
    collisions(analysis, sink);
    // The target of a reference depends on the captured values.
    analysis.expressions.forget();
}

impl<'a> Analysis<'a> {
    /// Returns the number of the state whose result this variable holds, if any does, where nothing else assigns it.
    pub(super) fn result_in(&self, variable_name: &str) -> Option<usize> {
        if !self.lacks_variable(variable_name) {
            return None;
        }
        let own = variable_name.strip_prefix("result_").into_iter().chain([variable_name]);
        let mut own = own.filter_map(|name| self.states.get_full(name));
        let found = own.find(|(_, name, info)| variable(name) == variable_name && info.has_result());
        // If two states have the same variable, it is ambiguous.
        let other = self.states.contains_key(&format!("_{variable_name}"));
        found.map(|(number, ..)| number).filter(|_| !other)
    }

    /// Returns the variable that a state keeps its result in, and what of it, where another state reads it.
    pub fn capture_of(&self, info: &StateInfo<'a>) -> Option<(String, &Capture)> {
        let capture = self.captures.get(&info.number?)?;
        Some((variable(&info.name), capture))
    }

    /// Returns the variable that a catcher of this state keeps the error in, where a state that it leads to reads it.
    pub fn error_capture_of(&self, info: &StateInfo<'a>, target: &Target) -> Option<&str> {
        let to = self.graphs.point(self.target(target, info.scope)?.number?)?;
        let availability = &self.availability;
        availability.captures_error(to.scope, to.node).then(|| availability.error_variable(to.scope))
    }
}

/// Reports variables of the user that have the name of a result's or an error's variable.
fn collisions(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for number in analysis.captures.keys() {
        let Some((name, info)) = analysis.states.get_index(*number) else { continue };
        let holds = format!("the result of `{name}`, which another state reads by its name");
        if let Some(holds) = taken.insert(variable(name), holds) {
            sink.report(|| {
                let message =
                    format!("the result of `{name}` would also be in `${}`, which contains {holds}", variable(name));
                Problem::new(Code::VariableTaken, info.state.span(), message).help("give this state another name")
            });
        }
    }
    for scope in 0..analysis.scopes.len() {
        let name = analysis.availability.error_variable(scope);
        if !name.is_empty() {
            taken.insert(name.to_owned(), "the error, which a state reads as `caught`".to_owned());
        }
    }
    for (scope, item) in &analysis.item_captures {
        let of =
            analysis.scopes.get(*scope).and_then(|scope| scope.owner).map_or_else(String::new, |map| plain(&map.name));
        let holds = format!("the item of `{of}`, which a state after the map's first reads as `item`");
        taken.insert(item.variable.clone(), holds);
    }
    if taken.is_empty() {
        return;
    }
    keys(analysis, &mut |name, key| {
        if let Some(holds) = taken.get(name) {
            let problem = Problem::new(Code::VariableTaken, key.span, format!("`${name}` contains {holds}"));
            sink.push(problem.help("give this variable another name"));
        }
    });
}
