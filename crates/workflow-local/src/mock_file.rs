//! Mock files in the format of AWS Step Functions Local: a case has, for each of its states, responses by attempt.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html>

use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::document::StateKind;
use workflow_asl::nearest::nearest;

use crate::answers::Answers;
use crate::program::Program;
use crate::task::TaskError;

/// A mock file, read and checked.
///
/// ```
/// use serde_json::json;
/// use workflow_local::{Engine, MockFile};
///
/// let file = MockFile::parse(r#"{
///     "StateMachines": { "Pay": { "TestCases": { "BusyTwice": { "Charge": "BusyThenPaid" } } } },
///     "MockedResponses": {
///         "BusyThenPaid": {
///             "0-1": { "Throw": { "Error": "Busy", "Cause": "try later" } },
///             "2": { "Return": { "StatusCode": 200, "Payload": { "paid": true } } }
///         }
///     }
/// }"#)?;
/// let engine = Engine::new(&json!({
///     "StartAt": "Charge",
///     "States": { "Charge": {
///         "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
///         "Parameters": { "FunctionName": "charge" }, "OutputPath": "$.Payload",
///         "Retry": [{ "ErrorEquals": ["Busy"] }], "End": true
///     } }
/// }))?
/// .named("Pay")
/// .mocks(&file, "BusyTwice")?;
/// engine.run(&json!({}))?.assert_output(json!({ "paid": true }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MockFile {
    /// The responses of the states of each case, by state machine.
    machines: IndexMap<String, Cases>,
    responses: IndexMap<String, Answers>,
}

/// The names of the responses of the states, by case.
type Cases = IndexMap<String, IndexMap<String, String>>;

/// An error in a mock file, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MockProblem {
    /// The position in the file.
    pub pointer: Pointer,
    /// The message.
    pub message: String,
    /// How to fix it, if known.
    pub help: Option<String>,
}

/// The errors of a mock file.
#[derive(Debug)]
#[non_exhaustive]
pub enum MockFileError {
    /// The text is not JSON.
    NotJson(serde_json::Error),
    /// The file is not in the format, or names something that does not exist.
    Wrong(Vec<MockProblem>),
}

impl fmt::Display for MockProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.as_str().is_empty() { "the file" } else { self.pointer.as_str() };
        write!(f, "{place}: {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for MockFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(error) => write!(f, "the mock file is not JSON: {error}"),
            Self::Wrong(problems) => {
                f.write_str("the mock file is wrong:")?;
                problems.iter().try_for_each(|problem| write!(f, "\n{problem}"))
            }
        }
    }
}

impl std::error::Error for MockFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotJson(error) => Some(error),
            Self::Wrong(_) => None,
        }
    }
}

impl MockFile {
    /// Parses a file's text.
    ///
    /// # Errors
    /// Returns all errors if the text is not JSON or not in the format.
    pub fn parse(text: &str) -> Result<Self, MockFileError> {
        let file: Value = serde_json::from_str(text).map_err(MockFileError::NotJson)?;
        let mut reading = MockReader(Vec::new());
        let root = Pointer::root();
        let members = reading.object(&file, &root, &["StateMachines", "MockedResponses"]);
        let mut responses = IndexMap::new();
        let mut machines = IndexMap::new();
        for (name, response) in reading.member(members, &root, "MockedResponses") {
            let at = root.child("MockedResponses").child(name);
            let answers = reading.response(response, &at);
            responses.insert(name.clone(), answers);
        }
        for (name, machine) in reading.member(members, &root, "StateMachines") {
            let at = root.child("StateMachines").child(name);
            let members = reading.object(machine, &at, &["TestCases"]);
            let mut cases = IndexMap::new();
            for (case, states) in reading.member(members, &at, "TestCases") {
                let at = at.child("TestCases").child(case);
                cases.insert(case.clone(), reading.case(states, &at, &responses));
            }
            machines.insert(name.clone(), cases);
        }
        if reading.0.is_empty() { Ok(Self { machines, responses }) } else { Err(MockFileError::Wrong(reading.0)) }
    }

    /// Returns the names of the state machines.
    pub fn state_machines(&self) -> impl Iterator<Item = &str> {
        self.machines.keys().map(String::as_str)
    }

    /// Returns the names of the cases of the state machine with this name, or of the file's only one.
    ///
    /// # Errors
    /// Returns an error if there are several state machines, and none has this name.
    pub fn cases(&self, state_machine: &str) -> Result<Vec<&str>, MockFileError> {
        self.machine(state_machine).map(|(_, cases)| cases.keys().map(String::as_str).collect())
    }

    fn machine(&self, name: &str) -> Result<(&str, &Cases), MockFileError> {
        if let Some((name, cases)) = self.machines.get_key_value(name) {
            return Ok((name, cases));
        }
        match (self.machines.first(), self.machines.len()) {
            (Some((name, cases)), 1) => Ok((name, cases)),
            _ => {
                let at = Pointer::root().child("StateMachines");
                let message = format!("there is no state machine `{name}`");
                Err(MockFileError::Wrong(vec![missing(at, message, name, self.state_machines())]))
            }
        }
    }

    /// Returns the answers of a case, by state. The states of all cases of its machine must exist.
    pub(crate) fn answers(
        &self,
        state_machine: &str,
        case: &str,
        program: &Program,
    ) -> Result<Vec<(String, Answers)>, MockFileError> {
        let (machine, cases) = self.machine(state_machine)?;
        let at = Pointer::root().child("StateMachines").child(machine).child("TestCases");
        let mut problems = Vec::new();
        for (name, states) in cases {
            for state in states.keys() {
                let at = at.child(name).child(state);
                match program.find_id(state) {
                    None => {
                        let message = format!("the definition has no state `{state}`");
                        problems.push(missing(at, message, state, program.state_names()));
                    }
                    Some(id) if program.kind(id) != StateKind::Task => {
                        let kind = program.kind(id).name();
                        let message = format!("`{state}` is a {kind} state; only tasks can be mocked");
                        problems.push(MockProblem { pointer: at, message, help: None });
                    }
                    Some(_) => {}
                }
            }
        }
        let found = cases.get(case);
        if found.is_none() {
            let message = format!("there is no case `{case}`");
            problems.push(missing(at, message, case, cases.keys().map(String::as_str)));
        }
        if !problems.is_empty() {
            return Err(MockFileError::Wrong(problems));
        }
        let states = found.into_iter().flatten();
        Ok(states
            .filter_map(|(state, response)| Some((state.clone(), self.responses.get(response)?.clone())))
            .collect())
    }
}

/// Returns the problem of an unknown name, with the most similar name, or all names, as help.
fn missing<'a>(pointer: Pointer, message: String, name: &str, known: impl Iterator<Item = &'a str>) -> MockProblem {
    let known: Vec<&str> = known.collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => {
            let all: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            (!all.is_empty()).then(|| format!("there is {}", all.join(", ")))
        }
    };
    MockProblem { pointer, message, help }
}

struct MockReader(Vec<MockProblem>);

impl MockReader {
    fn problem(&mut self, pointer: &Pointer, message: impl Into<String>, help: Option<&str>) {
        self.0.push(MockProblem { pointer: pointer.clone(), message: message.into(), help: help.map(str::to_owned) });
    }

    /// Returns an object, and reports its unknown members.
    fn object<'a>(&mut self, value: &'a Value, at: &Pointer, known: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(members) = value.as_object() else {
            self.problem(at, "this must be an object", None);
            return None;
        };
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            let message = format!("there is no field `{name}`");
            self.0.push(missing(at.child(name), message, name, known.iter().copied()));
        }
        Some(members)
    }

    /// Returns the members of a required object.
    fn member<'a>(
        &mut self,
        object: Option<&'a Map<String, Value>>,
        at: &Pointer,
        name: &str,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        let found = object.and_then(|members| members.get(name));
        let members = found.and_then(Value::as_object);
        if object.is_some() && members.is_none() {
            let message = if found.is_some() { "this must be an object" } else { "the field is missing" };
            self.problem(&at.child(name), message, None);
        }
        members.into_iter().flatten()
    }

    /// Reads the responses of a case's states.
    fn case(
        &mut self,
        states: &Value,
        at: &Pointer,
        responses: &IndexMap<String, Answers>,
    ) -> IndexMap<String, String> {
        let mut read = IndexMap::new();
        let Some(states) = states.as_object() else {
            self.problem(at, "this must be an object: the name of a response for each state", None);
            return read;
        };
        for (state, response) in states {
            let at = at.child(state);
            match response.as_str() {
                None => self.problem(&at, "this must be the name of a response", None),
                Some(name) if !responses.contains_key(name) => {
                    let message = format!("there is no response `{name}` in `MockedResponses`");
                    self.0.push(missing(at, message, name, responses.keys().map(String::as_str)));
                }
                Some(name) => {
                    read.insert(state.clone(), name.to_owned());
                }
            }
        }
        read
    }

    /// Reads a response: the answer to each attempt.
    fn response(&mut self, response: &Value, at: &Pointer) -> Answers {
        let Some(attempts) = response.as_object().filter(|attempts| !attempts.is_empty()) else {
            self.problem(at, "this must be an object: an answer for each attempt, by number from \"0\" on", None);
            return Answers::new();
        };
        let mut ranges = Vec::new();
        for (attempt, answer) in attempts {
            let at = at.child(attempt);
            match range(attempt) {
                None => self.problem(&at, "this is not an attempt number", Some("write \"0\", or \"1-3\" for several")),
                Some((first, last)) if first > last => {
                    self.problem(&at, format!("the first attempt, {first}, comes after the last, {last}"), None);
                }
                Some((first, last)) => ranges.push((first, last, attempt.as_str(), answer)),
            }
        }
        ranges.sort_by_key(|(first, ..)| *first);
        let mut answers = Answers::new();
        let mut next = Some(0_u64);
        let mut before = "";
        for (first, last, attempt, answer) in ranges {
            let at = at.child(attempt);
            match next {
                Some(next) if first > next => {
                    let which = if first - next == 1 {
                        format!("attempt {next}")
                    } else {
                        format!("attempts {next} to {}", first - 1)
                    };
                    self.problem(&at, format!("there is no answer for {which} before it"), None);
                }
                Some(next) if first == next => {}
                _ => self.problem(&at, format!("attempt {first} is in \"{before}\" too"), None),
            }
            next = last.checked_add(1);
            before = attempt;
            let times = (last - first).saturating_add(1);
            answers = match self.answer(answer, &at) {
                Some(Ok(result)) => answers.gives(times, result),
                Some(Err(error)) => answers.fails(times, error),
                None => answers,
            };
        }
        answers
    }

    /// Reads `{"Return": …}` or `{"Throw": {"Error": …, "Cause": …}}`.
    fn answer(&mut self, answer: &Value, at: &Pointer) -> Option<Result<Value, TaskError>> {
        let members = self.object(answer, at, &["Return", "Throw"])?;
        match (members.get("Return"), members.get("Throw")) {
            (Some(result), None) => Some(Ok(result.clone())),
            (None, Some(thrown)) => {
                let at = at.child("Throw");
                let members = self.object(thrown, &at, &["Error", "Cause"])?;
                let mut text = |name: &str| {
                    let value = members.get(name);
                    if value.is_some_and(|value| !value.is_string()) {
                        self.problem(&at.child(name), "this must be text", None);
                    }
                    value.and_then(Value::as_str).map(str::to_owned)
                };
                let (error, cause) = (text("Error"), text("Cause"));
                if members.get("Error").is_none() {
                    self.problem(&at, "the field `Error` is missing", None);
                }
                let mut thrown = TaskError::new(error?);
                thrown.cause = cause;
                Some(Err(thrown))
            }
            (Some(_), Some(_)) => {
                self.problem(at, "an attempt has either `Return` or `Throw`, this one has both", None);
                None
            }
            (None, None) => {
                self.problem(at, "an attempt has either `Return` or `Throw`, this one has neither", None);
                None
            }
        }
    }
}

/// Parses the first and last attempt of `0` or `1-3`.
fn range(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match text.split_once('-') {
        Some((first, last)) => Some((number(first)?, number(last)?)),
        None => number(text).map(|attempt| (attempt, attempt)),
    }
}
