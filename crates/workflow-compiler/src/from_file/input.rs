//! Checks references to the execution's input in a document against the input that the workflow declares.

use serde_json::Value;
use workflow_asl::document::{QueryLanguage, StateMachine};
use workflow_asl::graph::Graph;
use workflow_asl::nearest::nearest;
use workflow_asl::references::{LiteralKind, LiteralStep, Reference, ReferenceRoot, references};
use workflow_asl::source::Source;
use workflow_asl::{Code, Diagnostic, Pointer};

use crate::check::{Foreign, Model, Question, QuestionKind, Struct, Ty};
use crate::problem::{DocumentPlace, Problems};
use crate::syntax::ast::Text;

/// Finds members that the declared input does not have. For the user's own types, rustc is asked.
pub(super) fn members(
    model: &Model<'_>,
    machine: &StateMachine,
    (source, file): (&Source, &Text),
    found: &mut Vec<Diagnostic>,
    problems: &mut Problems,
) {
    if matches!(model.input, Ty::Unknown | Ty::Error(_)) {
        return;
    }
    let start = start_with_the_input(machine);
    let mut children = Vec::new();
    distributed(machine, &mut children);
    for reference in references(machine) {
        // The map determines the input of a child execution.
        let is_child = children.iter().any(|scope| reference.state_at.is_within(scope));
        if is_child {
            continue;
        }
        let steps = match reference.root {
            ReferenceRoot::Context => in_the_context(&reference.steps),
            ReferenceRoot::Input if start.as_ref() == Some(&reference.state_at) => Some(reference.steps.as_slice()),
            _ => None,
        };
        let Some(steps) = steps else { continue };
        if let Some((of, rest)) = follow(model, &reference, steps, found) {
            ask(of, rest, &reference, (source, file), problems);
        }
    }
}

/// Returns the steps after `Execution.Input`.
fn in_the_context(steps: &[LiteralStep]) -> Option<&[LiteralStep]> {
    let name = |step: &LiteralStep, wanted: &str| matches!(&step.kind, LiteralKind::Name(name) if name == wanted);
    match steps {
        [execution, input, rest @ ..] if name(execution, "Execution") && name(input, "Input") => Some(rest),
        _ => None,
    }
}

/// Returns the machine's first state if no transition leads back to it, so that its input is the execution's.
fn start_with_the_input(machine: &StateMachine) -> Option<Pointer> {
    if machine.is_unread() {
        return None;
    }
    let graph = Graph::of(machine.scope());
    let start = graph.start()?;
    let returns = graph.edges().iter().any(|edge| edge.to == Some(start));
    (!returns).then(|| graph.state_pointer(start))
}

/// Collects the scopes whose states run in separate executions.
fn distributed(machine: &StateMachine, scopes: &mut Vec<Pointer>) {
    for scope in machine.scopes() {
        for (name, state) in scope.states.into_iter().flatten().filter(|(_, state)| state.is_distributed()) {
            scopes.extend(state.scopes(name, &scope.state_pointer(name)).into_iter().map(|scope| scope.pointer));
        }
    }
}

/// Follows the steps of a reference in the declared type. An invalid step is found. Returns the remaining steps in a
/// user-defined type.
fn follow<'m, 's>(
    model: &'m Model<'_>,
    reference: &Reference<'_>,
    steps: &'s [LiteralStep],
    found: &mut Vec<Diagnostic>,
) -> Option<(&'m Foreign, &'s [LiteralStep])> {
    let mut ty = &model.input;
    for (number, step) in steps.iter().enumerate() {
        if let Ty::Foreign(of) = ty.present() {
            return Some((of, steps.get(number..).unwrap_or_default()));
        }
        let name = match (&step.kind, ty.present()) {
            (LiteralKind::Name(name), _) => name,
            (LiteralKind::Index(_), Ty::Array(item)) => {
                ty = item;
                continue;
            }
            (LiteralKind::Index(_), _) => return None,
        };
        // In JSONata, a name also reads the members of an array's items.
        while let (QueryLanguage::Jsonata, Ty::Array(item)) = (reference.language, ty.present()) {
            ty = item;
        }
        ty = match ty.present() {
            Ty::Map(value) => value,
            Ty::Struct(of) => {
                let known = model.types.structs.get(of)?;
                match known.fields.values().find(|field| field.decl.wire == *name) {
                    Some(field) => &field.ty,
                    None => {
                        found.push(no_such_field(reference, step, name, of, known));
                        return None;
                    }
                }
            }
            Ty::Foreign(of) => return Some((of, steps.get(number..).unwrap_or_default())),
            _ => return None,
        };
    }
    None
}

/// Asks rustc about each step in a user-defined type.
fn ask(
    of: &Foreign,
    steps: &[LiteralStep],
    reference: &Reference<'_>,
    (source, file): (&Source, &Text),
    problems: &mut Problems,
) {
    let text = source.value().pointer(reference.pointer.as_str()).and_then(Value::as_str).unwrap_or_default();
    let mut of = of.clone();
    for step in steps {
        let next = match &step.kind {
            LiteralKind::Name(name) => of.member(name),
            LiteralKind::Index(index) => of.item_at(*index),
        };
        let Some(next) = next else { return };
        let words = text.get(reference.range.start..step.range.start).unwrap_or_default().trim_end_matches('.');
        let at = Diagnostic::new(Code::UnknownInputField, reference.pointer.clone(), String::new())
            .with_range(step.range.start, step.range.len());
        let Some(at) = source.locate(std::slice::from_ref(&at)).pop() else { return };
        let (line, column, pointer) = (at.line, at.column, reference.pointer.clone());
        let place = format!("\n --> {}", DocumentPlace { file: file.value.clone(), line, column, pointer });
        let asks = QuestionKind::Read { words: words.to_owned(), code: Code::UnknownInputField, place };
        problems.ask(Question { subject: next.clone(), asks, span: file.span });
        of = next;
    }
}

fn no_such_field(
    reference: &Reference<'_>,
    step: &LiteralStep,
    name: &str,
    of: &str,
    known: &Struct<'_>,
) -> Diagnostic {
    let whose = if known.declared { format!("`{of}`") } else { "the declared input".to_owned() };
    let fields: Vec<&str> = known.fields.values().map(|field| field.decl.wire.as_str()).collect();
    let help = match nearest(name, fields.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if fields.is_empty() => format!("{whose} has no fields"),
        None => format!("{whose} has the fields `{}`", fields.join("`, `")),
    };
    Diagnostic::new(Code::UnknownInputField, reference.pointer.clone(), format!("{whose} has no field `{name}`"))
        .with_range(step.range.start, step.range.len())
        .with_help(help)
}
