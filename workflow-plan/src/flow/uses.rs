//! What the expressions of a definition use of that which only an execution knows.

use std::ops::Range;

use workflow_asl::Pointer;
use workflow_asl::document::StateMachine;
use workflow_asl::references::{ReferenceRoot, references};

use super::expression::steps;
use super::symbol::{Symbol, ValueSource};
use super::{Flow, Variables};

/// Where data comes from that only an execution knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// The execution's input.
    Input,
    /// The result of the task at this place of the document.
    Result(Pointer),
}

/// A part of such data that an expression uses.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Use {
    /// Where it comes from.
    pub source: Source,
    /// The members and items that lead to it; `[]` for any item, `[0]` for one.
    pub path: Vec<String>,
    /// The text of the document that uses it.
    pub pointer: Pointer,
    /// Where in that text, in bytes.
    pub range: Range<usize>,
    /// Whether it is only asked if there is such a value.
    pub asked: bool,
    /// Whether the value is used as it is, not what an expression made of it before.
    pub exact: bool,
}

/// Everything that the expressions of a definition use of its input and of what its tasks give.
pub fn uses(machine: &StateMachine) -> Vec<Use> {
    let flow = Flow::of_tasks(machine);
    let mut found = Vec::new();
    for reference in references(machine) {
        let Some(state) = flow.states.get(&reference.state_at) else { continue };
        let variable = |variables: &Variables, name: &str| variables.get(name).cloned();
        let root = match &reference.root {
            ReferenceRoot::Input => Some(state.incoming.input.clone()),
            ReferenceRoot::Effective => Some(state.effective.clone()),
            ReferenceRoot::Result => state.result.clone(),
            ReferenceRoot::Context => Some(state.context.clone()),
            ReferenceRoot::Variable(name) => variable(&state.incoming.variables, name),
            _ => None,
        };
        let Some(root) = root else { continue };
        let mut parts = Vec::new();
        collect(&steps(root, &reference.steps), true, &mut parts);
        found.extend(parts.into_iter().map(|(source, path, exact)| Use {
            source,
            path,
            pointer: reference.pointer.clone(),
            range: reference.range.clone(),
            asked: reference.guard,
            exact,
        }));
    }
    found
}

fn collect(symbol: &Symbol, exact: bool, into: &mut Vec<(Source, Vec<String>, bool)>) {
    match symbol {
        Symbol::Part { of, path } => {
            let source = match of {
                ValueSource::Input => Source::Input,
                ValueSource::Task(at) => Source::Result(at.clone()),
                _ => return,
            };
            into.push((source, path.clone(), exact));
        }
        Symbol::Object { members, base } => {
            members.values().chain(base.as_deref()).for_each(|member| collect(member, exact, into));
        }
        Symbol::Tuple(all) | Symbol::OneOf(all) => all.iter().for_each(|one| collect(one, exact, into)),
        Symbol::List(item) => collect(item, exact, into),
        Symbol::Computed { of, .. } => of.iter().for_each(|one| collect(one, false, into)),
        Symbol::Unknown | Symbol::Scalar(_) => {}
    }
}
