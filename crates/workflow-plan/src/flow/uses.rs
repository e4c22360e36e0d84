//! The data that expressions of a definition use and that only an execution knows.

use std::collections::BTreeSet;
use std::ops::Range;

use workflow_asl::Pointer;
use workflow_asl::document::{PathField, StateMachine};
use workflow_asl::graph::Graph;
use workflow_asl::references::{LiteralKind, LiteralStep, ReferenceRoot, references};

use super::Flow;
use super::expression::steps;
use super::symbol::{LISTED, Symbol, ValueSource};

/// The source of data that only an execution knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// The execution's input.
    Input,
    /// The result of the task at this place of the document.
    Result(Pointer),
    /// The error output that a catcher gets.
    Error,
}

/// The step from a text to the value whose JSON it is.
pub const PARSED: &str = "(parsed)";

/// A part of such data that an expression uses.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Use {
    /// Where it comes from.
    pub source: Source,
    /// The members and items that lead to it; `[]` for any item, `[0]` for one, [`PARSED`] for what a text has.
    pub path: Vec<String>,
    /// The text of the document that uses it.
    pub pointer: Pointer,
    /// The range in that text, in bytes.
    pub range: Range<usize>,
    /// Whether it is only asked if there is such a value.
    pub asked: bool,
    /// Whether the value is used unchanged, not the result of an earlier expression on it.
    pub exact: bool,
    /// Whether the text uses a value that the definition makes of it, such as a list with it.
    pub made: bool,
    /// How many steps of the path lead to a member that the definition itself adds on another path to this text.
    pub added: Option<usize>,
}

/// Returns everything that the expressions of a definition use of its input, of the results of its tasks and of errors.
pub fn uses(machine: &StateMachine) -> Vec<Use> {
    let flow = Flow::of_tasks(machine);
    let start = Pointer::root().child("States").child(machine.start_at.as_deref().unwrap_or_default());
    let mut found = Vec::new();
    for reference in references(machine) {
        let Some(state) = flow.states.get(&reference.state_at) else { continue };
        let Some(root) = state.root(&reference.root) else { continue };
        let missing = missing(root.clone(), &reference.steps);
        let mut parts = BTreeSet::new();
        // What a loop brings back to the first state does not hide what the caller sent.
        let is_input =
            root == state.incoming.input && matches!(reference.root, ReferenceRoot::Input | ReferenceRoot::Effective);
        let sent = (is_input && reference.state_at == start).then(Symbol::input);
        for root in sent.into_iter().chain([root]) {
            read(root, &reference.steps).iter().for_each(|value| collect(value, (true, false), &mut parts));
        }
        found.extend(parts.into_iter().map(|(source, path, (exact, made))| {
            Use {
                added: missing
                    .iter()
                    .find(|(of, place)| *of == source && path.starts_with(place))
                    .map(|(_, place)| place.len()),
                source,
                path,
                pointer: reference.pointer.clone(),
                range: reference.range.clone(),
                asked: reference.guard,
                exact,
                made,
            }
        }));
    }
    found.extend(merged(machine, &flow));
    found
}

/// Returns the data that is, unchanged, the part of the execution's output at a path of members: the name of the state that
/// gives the output, the source of the data, and the path there.
pub fn given(machine: &StateMachine) -> impl Fn(&[String]) -> Vec<(String, Source, Vec<String>)> {
    let outputs = Flow::of_tasks(machine).outputs;
    move |path| {
        let parts = outputs.iter().flat_map(|(state, output)| {
            let part = path.iter().fold(output.clone(), |value, name| value.member(name));
            part.alternatives().to_vec().into_iter().map(move |part| (state, part))
        });
        let exact = parts.filter_map(|(state, part)| match part {
            Symbol::Part { of, path } => Some((state.clone(), source(&of)?, path)),
            _ => None,
        });
        exact.collect()
    }
}

/// Returns the data that states put their results into, as uses of their `ResultPath`.
fn merged(machine: &StateMachine, flow: &Flow) -> Vec<Use> {
    let mut found = Vec::new();
    for graph in Graph::all(machine) {
        for (number, (_, state)) in graph.states().iter().enumerate() {
            let at = graph.state_pointer(number);
            let Some(PathField::Path(text)) = &state.result_path else { continue };
            let Some(data) = flow.states.get(&at).filter(|_| text != "$") else { continue };
            for mut value in data.incoming.input.alternatives() {
                while let Symbol::Object { base: Some(base), .. } = value {
                    value = base;
                }
                let Symbol::Part { of, path } = value else { continue };
                let (pointer, range, path) = (at.child("ResultPath"), 0..text.len(), path.clone());
                let used =
                    |source| Use { source, path, pointer, range, asked: false, exact: true, made: false, added: None };
                found.extend(source(of).map(used));
            }
        }
    }
    found
}

/// The most alternatives of a value that are followed.
const ALTERNATIVES: usize = 64;

/// Applies literal steps to each alternative of a value, also to what a text has and, by a name, to the items of a list.
fn read(root: Symbol, all: &[LiteralStep]) -> Vec<Symbol> {
    let each = |value: Symbol| parsed(value).alternatives().to_vec();
    all.iter().fold(each(root), |values, step| {
        let next = values.into_iter().flat_map(|value| match (value, &step.kind) {
            (Symbol::List(item), LiteralKind::Name(name)) => each(item.member(name)),
            // A part of what was computed was computed.
            (computed @ Symbol::Computed { .. }, _) => vec![computed],
            (value, _) => each(steps(value, std::slice::from_ref(step))),
        });
        next.take(ALTERNATIVES).collect()
    })
}

/// Returns the value whose JSON a text is, if an expression parsed it.
fn parsed(value: Symbol) -> Symbol {
    match value {
        Symbol::Computed { text, of } => match of.as_slice() {
            [text_of @ Symbol::Part { .. }] if PARSES.contains(&&*text.replace(' ', "")) => text_of.member(PARSED),
            _ => Symbol::Computed { text, of },
        },
        Symbol::OneOf(all) => all.into_iter().map(parsed).reduce(Symbol::or).unwrap_or(Symbol::Unknown),
        other => other,
    }
}

/// The calls that parse a text, as the texts of computed values.
const PARSES: [&str; 2] = ["States.StringToJson(?)", "$parse(?)"];

/// The members of a reference that the definition adds on one path, and that must be in the data on another.
fn missing(root: Symbol, steps: &[LiteralStep]) -> Vec<(Source, Vec<String>)> {
    let mut found = Vec::new();
    let mut value = root;
    for step in steps {
        let LiteralKind::Name(name) = &step.kind else { break };
        let adds = |one: &Symbol| matches!(one, Symbol::Object { members, .. } if members.contains_key(name));
        if value.alternatives().iter().any(adds) {
            for other in value.alternatives().iter().filter(|one| !adds(one)) {
                if let Symbol::Part { of, path } = other.member(name)
                    && let Some(source) = source(&of)
                {
                    found.push((source, path));
                }
            }
        }
        value = value.member(name);
    }
    found
}

fn source(of: &ValueSource) -> Option<Source> {
    match of {
        ValueSource::Input => Some(Source::Input),
        ValueSource::Task(at) => Some(Source::Result(at.clone())),
        ValueSource::Error => Some(Source::Error),
        _ => None,
    }
}

/// Collects the parts of data in a value, each once, with whether it is unchanged and whether the value is made of it.
fn collect(symbol: &Symbol, is: (bool, bool), into: &mut BTreeSet<(Source, Vec<String>, (bool, bool))>) {
    let made = (is.0, true);
    match symbol {
        Symbol::Part { of, path } => {
            into.extend(source(of).map(|source| (source, path.clone(), is)));
        }
        Symbol::Object { members, base } => {
            members.values().for_each(|member| collect(member, made, into));
            base.iter().for_each(|base| collect(base, is, into));
        }
        Symbol::Tuple(all) => all.iter().for_each(|one| collect(one, made, into)),
        Symbol::OneOf(all) => all.iter().for_each(|one| collect(one, is, into)),
        Symbol::List(item) => collect(item, made, into),
        // Which part the item comes from is not known.
        Symbol::Computed { text, .. } if text == LISTED => {}
        Symbol::Computed { of, .. } => of.iter().for_each(|one| collect(one, (false, is.1), into)),
        Symbol::Unknown | Symbol::Scalar(_) => {}
    }
}
