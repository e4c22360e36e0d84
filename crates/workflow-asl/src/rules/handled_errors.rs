//! The errors that each retrier and catcher handles, for people. The rules use the same sets.

use std::borrow::Cow;

use super::Annotations;
use super::object_index::ObjectIndex;
use super::raised_errors::RaisedErrors;
use crate::document::StateMachine;
use crate::resource::Resource;
use crate::{Pointer, State, error_name, placeholder};

/// The errors that a retrier or catcher handles.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandledErrors {
    /// The place of the retrier or catcher.
    pub pointer: Pointer,
    /// The known names, with the names of Step Functions last. A name that ends in `*` is a family; a placeholder is
    /// any name.
    pub errors: Vec<String>,
    /// Whether other errors are possible: errors of a function that declares none.
    pub others: bool,
}

/// Returns the errors that come to every retrier and catcher, in the order of the document, the retriers of a state
/// before its catchers: the errors that the state may raise and that no earlier handler takes. A catcher gets retried
/// errors, too, when it has failed often enough.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
///
/// ```
/// use workflow_asl::{StateMachine, rules};
///
/// let (machine, _) = StateMachine::read(&serde_json::json!({"StartAt": "Get", "States": {"Get": {
///     "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "End": true,
///     "Retry": [{"ErrorEquals": ["S3.NoSuchKeyException", "Other"]}]}}}));
/// let handlers = rules::handled_errors(&machine, &rules::Annotations::default());
/// assert_eq!(handlers[0].pointer.as_str(), "/States/Get/Retry/0");
/// assert_eq!(handlers[0].errors, ["S3.NoSuchKeyException"]);
/// ```
pub fn handled_errors(machine: &StateMachine, annotations: &Annotations) -> Vec<HandledErrors> {
    let index = ObjectIndex::of(machine, false);
    let raised = RaisedErrors::of(&index, annotations);
    let mut found = Vec::new();
    for (state, errors) in index.states.iter().zip(&raised.states) {
        for (field, lists) in state.state.handled() {
            let mut left = errors.clone();
            for (number, names) in lists.into_iter().enumerate() {
                let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
                let (errors, others) = left.taken(&names);
                found.push(HandledErrors { pointer: state.at.child(field).index(number), errors, others });
                left = left.past(&names);
            }
        }
    }
    found
}

/// Returns the names of the errors that the state at a pointer may raise, with the states inside it, without the reserved
/// names of Step Functions; none if there is no such state.
pub fn known_errors(machine: &StateMachine, at: &Pointer) -> Vec<String> {
    let (index, annotations) = (ObjectIndex::of(machine, false), Annotations::default());
    let raised = RaisedErrors::of(&index, &annotations);
    let of_state = index.states.iter().zip(&raised.states).find(|(state, _)| state.at == *at);
    of_state.into_iter().flat_map(|(_, errors)| errors.known()).map(Cow::into_owned).collect()
}

/// Returns the names of the tasks that call a Lambda function without a retrier for any of Lambda's own failures
/// ([`error_name::LAMBDA_TRANSIENT`]), neither at the task nor at a state around it.
///
/// ```
/// use workflow_asl::{StateMachine, rules};
///
/// let (machine, _) = StateMachine::read(&serde_json::json!({"StartAt": "Bill", "States": {"Bill": {
///     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}));
/// assert_eq!(rules::unretried_lambda_tasks(&machine), ["Bill"]);
/// ```
pub fn unretried_lambda_tasks(machine: &StateMachine) -> Vec<&str> {
    let index = ObjectIndex::of(machine, false);
    let unretried = index.states.iter().filter(|state| {
        let mut levels = std::iter::once(*state).chain(index.around(state.scope).map(|(_, owner)| owner));
        calls_lambda(state.state) && !levels.any(|state| retries_lambda(state.state))
    });
    unretried.map(|state| state.name).collect()
}

fn calls_lambda(state: &State) -> bool {
    match state.resource.as_deref().and_then(Resource::parse) {
        Some(Resource::Lambda { .. }) => true,
        Some(Resource::Integration(call)) => call.service == "lambda",
        _ => false,
    }
}

fn retries_lambda(state: &State) -> bool {
    let names = state.retry.iter().flatten().flat_map(|retrier| retrier.error_equals.iter().flatten());
    names.map(String::as_str).any(|name| {
        [error_name::ALL, error_name::TASK_FAILED].contains(&name)
            || error_name::LAMBDA_TRANSIENT.contains(&name)
            || placeholder::contained(name)
    })
}
