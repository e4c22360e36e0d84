//! Loops whose exit conditions are loop-invariant, so that they never end after the first turn: all exits are
//! transitions of choices that decide the same in every turn.
//!
//! A choice decides the same if it reads only what no state of the loop writes: context data of the execution, the
//! state machine and the item of the enclosing map; variables that the loop does not assign; members of the state's
//! input that keep their value on every path through the loop, for example because `ResultPath` writes elsewhere.
//! Anything else may change, including the time and anything unknown.
//!
//! A catcher that leaves the loop is an exit. An uncaught error is not: a catcher can make it one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::progress::LoopProgress;
use crate::context;
use crate::document::{Catcher, ChoiceRule, Operand, QueryLanguage, State, StateKind};
use crate::graph::{Edge, EdgeKind, Graph};
use crate::jsonata::{self, Names, Use};
use crate::path::{JsonPath, Root};
use crate::placeholder;
use crate::references::{LiteralKind, LiteralStep};
use crate::texts::Texts;

/// What the states of a loop write.
#[derive(Default)]
struct LoopWrites {
    /// Whether the whole input of the states may be written.
    all: bool,
    /// The written members of the states' input.
    members: BTreeSet<String>,
    variables: BTreeSet<String>,
    /// Whether variables with unknown names are assigned.
    any_variable: bool,
}

impl LoopProgress<'_, '_> {
    /// Returns the first of the choices with exits of a loop, if there are no other exits and all of them decide the
    /// same in every turn.
    pub(crate) fn decides_alike(&self, graph: &Graph<'_>, states: &[usize]) -> Option<usize> {
        let inside = |edge: &Edge<'_>| edge.to.is_some_and(|to| states.binary_search(&to).is_ok());
        let mut written = LoopWrites::default();
        let mut leaving = Vec::new();
        for number in states {
            let (_, state) = graph.states().get(*number)?;
            if state.is_unread() || state.is_terminal() {
                return None;
            }
            for edge in graph.leaving(*number) {
                if inside(edge) {
                    written.add(state, self.language(graph, *number)?, edge.kind, self.texts);
                } else if state.kind == StateKind::Choice {
                    leaving.push((*number, *state));
                } else {
                    return None;
                }
            }
        }
        leaving.dedup_by_key(|(number, _)| *number);
        let alike = |(number, state): &(usize, &State)| {
            let rules = state.choices.as_ref();
            self.language(graph, *number).is_some_and(|language| {
                !state.has("InputPath")
                    && rules.is_some_and(|rules| rules.iter().all(|rule| written.spares(rule, language, self.texts)))
            })
        };
        if !leaving.iter().all(alike) {
            return None;
        }
        leaving.first().map(|(number, _)| *number)
    }
}

impl LoopWrites {
    /// Adds the variables and paths that this transition of a state writes.
    fn add(&mut self, state: &State, language: QueryLanguage, way: EdgeKind, texts: &Texts<'_>) {
        let (assign, output) = match way {
            EdgeKind::Catch(number) => match state.catch.as_ref().and_then(|catchers| catchers.get(number)) {
                Some(catcher) if !catcher.is_unread() => return self.add_caught(catcher, language, texts),
                _ => return self.anything(),
            },
            EdgeKind::Choice(number) => match state.choices.as_ref().and_then(|rules| rules.get(number)) {
                Some(rule) if !rule.is_unread() => (&rule.assign, &rule.output),
                _ => return self.anything(),
            },
            EdgeKind::Next | EdgeKind::Default => (&state.assign, &state.output),
        };
        self.assign(assign.as_ref());
        let works = matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
        match (language, output) {
            (QueryLanguage::Jsonata, Some(output)) => self.all |= !is_input(output),
            (QueryLanguage::Jsonata, None) => self.all |= works,
            (QueryLanguage::JsonPath, _) if state.has("InputPath") || state.has("OutputPath") => self.all = true,
            (QueryLanguage::JsonPath, _) => {
                let gives = works || state.kind == StateKind::Pass && (state.has("Result") || state.has("Parameters"));
                if gives || state.has("ResultPath") {
                    self.at(state.field_value("ResultPath"), texts);
                }
            }
        }
    }

    fn anything(&mut self) {
        (self.all, self.any_variable) = (true, true);
    }

    fn add_caught(&mut self, catcher: &Catcher, language: QueryLanguage, texts: &Texts<'_>) {
        self.assign(catcher.assign.as_ref());
        match (language, &catcher.output) {
            (QueryLanguage::Jsonata, output) => self.all |= !output.as_ref().is_some_and(is_input),
            (QueryLanguage::JsonPath, _) => self.at(catcher.field_value("ResultPath"), texts),
        }
    }

    /// Adds the target of a `ResultPath`.
    fn at(&mut self, path: Option<Value>, texts: &Texts<'_>) {
        let steps = match &path {
            Some(Value::Null) => return,
            Some(Value::String(path)) => {
                texts.paths.read(path).as_ref().as_ref().map(JsonPath::literal_steps).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        match steps.first().map(|step| &step.kind) {
            Some(LiteralKind::Name(name)) => drop(self.members.insert(name.clone())),
            _ => self.all = true,
        }
    }

    fn assign(&mut self, assign: Option<&Value>) {
        for name in assign.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
            self.variables.insert(name.strip_suffix(".$").unwrap_or(name).to_owned());
            self.any_variable |= placeholder::contained(name);
        }
    }

    /// Returns whether a rule reads nothing that is written.
    fn spares(&self, rule: &ChoiceRule, language: QueryLanguage, texts: &Texts<'_>) -> bool {
        if rule.is_unread() {
            return false;
        }
        match (language, &rule.condition) {
            (QueryLanguage::Jsonata, Some(Value::String(text))) => {
                let code = jsonata::expression(text).filter(|code| !placeholder::contained(code));
                code.is_some_and(|code| {
                    texts.expressions.read(code).as_ref().as_ref().is_ok_and(|(_, names)| self.spares_names(names))
                })
            }
            (QueryLanguage::Jsonata, condition) => matches!(condition, Some(Value::Bool(_))),
            (QueryLanguage::JsonPath, _) => {
                let operands = rule.comparisons.iter().filter(|known| known.operator.operand() == Operand::Path);
                let operands = operands.map(|comparison| comparison.operand.as_str());
                let nested = rule.and.iter().chain(&rule.or).flatten().chain(rule.not.as_deref());
                let variable = rule.variable.iter().map(|path| Some(path.as_str()));
                variable.chain(operands).all(|path| path.is_some_and(|path| self.spares_path(path, texts)))
                    && nested.into_iter().all(|rule| self.spares(rule, language, texts))
            }
        }
    }

    fn spares_path(&self, text: &str, texts: &Texts<'_>) -> bool {
        let Ok(path) = &*texts.paths.read(text) else { return false };
        // Filters are ignored.
        path.is_definite()
            && !placeholder::contained(text)
            && match path.root() {
                Root::Value => self.spares_member(&path.literal_steps()),
                Root::Context => is_fixed(&path.literal_steps()),
                Root::Variable(name) => self.spares_variable(name),
            }
    }

    fn spares_names(&self, names: &Names) -> bool {
        let state = |used: &Use| match used.name.as_str() {
            "input" => self.spares_member(&used.steps),
            "context" => is_fixed(&used.steps),
            _ => false,
        };
        let changes = |used: &Use| jsonata::function(&used.name).is_some_and(|known| known.changing);
        names.unsupported.is_empty()
            && !names.calls.iter().any(changes)
            && names.states.iter().all(state)
            && names.variables.iter().all(|used| !changes(used) && self.spares_variable(&used.name))
    }

    fn spares_member(&self, steps: &[LiteralStep]) -> bool {
        let named = match steps.first().map(|step| &step.kind) {
            Some(LiteralKind::Name(name)) => !self.members.contains(name),
            _ => self.members.is_empty(),
        };
        named && !self.all
    }

    fn spares_variable(&self, name: &str) -> bool {
        !self.any_variable && !self.variables.contains(name)
    }
}

/// Returns whether a state's output is its input.
fn is_input(output: &Value) -> bool {
    output.as_str().and_then(jsonata::expression).is_some_and(|code| code.trim() == "$states.input")
}

/// Returns whether this path in the context object is constant in an execution or, for the item of a map, in an
/// iteration.
fn is_fixed(steps: &[LiteralStep]) -> bool {
    let mut members = context::MEMBERS;
    for step in steps {
        let LiteralKind::Name(name) = &step.kind else { return false };
        match members.iter().find(|member| member.name == name) {
            Some(member) if member.fixed => return true,
            Some(member) => members = member.kind.members(),
            None => return false,
        }
    }
    false
}
