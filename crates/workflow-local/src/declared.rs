//! The data types that a workflow's source declares, and the values that do not match them.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use workflow_schema::{Shape, TypeMismatch, Types, ValuePath};

use crate::program::resource::is_synchronous;
use crate::program::{Program, StateId, StateProgram};

/// The maximum number of mismatches reported for one value.
const MOST: usize = 10;

/// The status of a synchronous execution that has ended.
static STATUS: Shape = Shape::Texts { of: &["SUCCEEDED", "FAILED", "TIMED_OUT"] };

/// Mismatches, one per line.
pub(crate) struct Lines<'m>(pub(crate) &'m [TypeMismatch]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|mismatch| write!(f, "\n  {mismatch}"))
    }
}

/// The declarations of a workflow, for the program of its definition.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) types: &'static Types,
    input: &'static Shape,
    answers: Arc<AnswerTypes>,
}

impl Declared {
    pub(crate) fn new(types: &'static Types, program: &Program) -> Self {
        let mut answers = Vec::new();
        for result in types.results {
            if let Some(state) = program.find_id(result.state) {
                let resource = program.find(result.state).and_then(StateProgram::resource);
                let starts_express = resource.is_some_and(|resource| is_synchronous(&resource.arn));
                answers.push((state, AnswerType { member: result.member, shape: result.shape, starts_express }));
            }
        }
        answers.sort_by_key(|(state, _)| *state);
        Self { types, input: types.input, answers: Arc::new(AnswerTypes(answers)) }
    }

    /// Returns the mismatches of an input.
    pub(crate) fn misfits_of_input(&self, input: &Value) -> Vec<TypeMismatch> {
        mismatches(self.input, input, &ValuePath::root("input"))
    }

    pub(crate) fn answers(&self) -> &Arc<AnswerTypes> {
        &self.answers
    }
}

fn mismatches(shape: &'static Shape, value: &Value, place: &ValuePath<'_>) -> Vec<TypeMismatch> {
    TypeMismatch::of(shape, value, place, MOST)
}

/// The types of the answers to tasks, by state.
#[derive(Debug, Default)]
pub(crate) struct AnswerTypes(Vec<(StateId, AnswerType)>);

/// The type of an answer to a task, or of a member of it.
#[derive(Clone, Copy, Debug)]
struct AnswerType {
    /// The member; empty for the answer itself.
    member: &'static str,
    shape: &'static Shape,
    /// Whether the answer comes from `StartSyncExecution`.
    starts_express: bool,
}

impl AnswerTypes {
    /// Returns the mismatches of the answer to a state's task.
    pub(crate) fn mismatches(&self, state: StateId, answer: &Value) -> Vec<TypeMismatch> {
        let Ok(at) = self.0.binary_search_by_key(&state, |(state, _)| *state) else { return Vec::new() };
        let Some((_, AnswerType { member, shape, starts_express })) = self.0.get(at) else { return Vec::new() };
        let whole = ValuePath::root("result");
        if member.is_empty() {
            return mismatches(shape, answer, &whole);
        }
        let place = whole.member(member);
        match answer.get(member) {
            output if *starts_express => mismatches_of_express(shape, answer, output, &whole),
            Some(value) => mismatches(shape, value, &place),
            None => TypeMismatch::of_missing(shape, &place),
        }
    }
}

/// Returns the mismatches of the answer of `StartSyncExecution`: it has a status, and if the execution succeeded, the
/// output as JSON text.
fn mismatches_of_express(
    shape: &'static Shape,
    answer: &Value,
    output: Option<&Value>,
    whole: &ValuePath<'_>,
) -> Vec<TypeMismatch> {
    let place = whole.member("Status");
    let Some(status) = answer.get("Status") else { return TypeMismatch::of_missing(&STATUS, &place) };
    let mut found = mismatches(&STATUS, status, &place);
    let place = whole.member("Output");
    let no_text = |found: Option<&Value>| TypeMismatch::new(&place, "the output as JSON text".to_owned(), found);
    match output {
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(value) => found.extend(mismatches(shape, &value, &place)),
            Err(_) => found.push(no_text(output)),
        },
        None if status != "SUCCEEDED" => {}
        _ => found.push(no_text(output)),
    }
    found
}
