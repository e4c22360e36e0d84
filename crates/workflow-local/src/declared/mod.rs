//! The data types that a workflow's source declares, and the values that do not match them.

mod fit;
mod value_path;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use workflow_schema::{Shape, Types};

use crate::program::resource::is_synchronous;
use crate::program::{Program, StateId, StateProgram};
use fit::Fitting;
use value_path::ValuePath;

/// A value that does not match its declared type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TypeMismatch {
    /// The path, in the syntax of the workflow language: `input.lines[0].price`, `result.Payload.total`.
    pub member: String,
    /// The declared type: `i64`, ``one of "card", "cash" (`Payment`)``.
    pub expected: String,
    /// The value found; `None` if it is missing.
    pub found: Option<Value>,
}

impl TypeMismatch {
    /// Returns how a value does not fit a type; `name` is what the value is called.
    #[doc(hidden)]
    pub fn all(shape: &'static Shape, value: &Value, name: &'static str) -> Vec<Self> {
        Fitting::of(shape, value, &ValuePath::root(name))
    }
}

/// The status of a synchronous execution that has ended.
static STATUS: Shape = Shape::Texts { of: &["SUCCEEDED", "FAILED", "TIMED_OUT"] };

/// How many characters of a value a message shows.
const SHOWN: usize = 80;

impl fmt::Display for TypeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: expected {}, found ", self.member, self.expected)?;
        let Some(found) = &self.found else { return f.write_str("nothing") };
        let text = found.to_string();
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", text.get(..end).unwrap_or_default()),
            None => f.write_str(&text),
        }
    }
}

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
        Fitting::of(self.input, input, &ValuePath::root("input"))
    }

    pub(crate) fn answers(&self) -> &Arc<AnswerTypes> {
        &self.answers
    }
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
            return Fitting::of(shape, answer, &whole);
        }
        let place = whole.member(member);
        match answer.get(member) {
            output if *starts_express => mismatches_of_express(shape, answer, output, &whole),
            Some(value) => Fitting::of(shape, value, &place),
            None => Fitting::of_missing(shape, &place),
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
    let Some(status) = answer.get("Status") else { return Fitting::of_missing(&STATUS, &place) };
    let mut found = Fitting::of(&STATUS, status, &place);
    let place = whole.member("Output");
    let no_text = |found: Option<&Value>| TypeMismatch {
        member: place.to_string(),
        expected: "the output as JSON text".to_owned(),
        found: found.cloned(),
    };
    match output {
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(value) => found.extend(Fitting::of(shape, &value, &place)),
            Err(_) => found.push(no_text(output)),
        },
        None if status != "SUCCEEDED" => {}
        _ => found.push(no_text(output)),
    }
    found
}
