//! The errors that each retrier and catcher handles, for people. The rules use the same sets.

use super::Annotations;
use super::object_index::ObjectIndex;
use super::raised_errors::RaisedErrors;
use crate::Pointer;
use crate::document::StateMachine;

/// The errors that a retrier or catcher handles.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandledErrors {
    /// The place of the retrier or catcher.
    pub pointer: Pointer,
    /// The known names, those of Step Functions last. One that ends in `*` is a family; a placeholder is any name.
    pub errors: Vec<String>,
    /// Whether other errors are possible: those of a function that declares none.
    pub others: bool,
}

/// Returns the errors that come to every retrier and catcher, in the order of the document, the retriers of a state
/// before its catchers: what the state may raise and no handler before it takes. A catcher gets what is retried, too,
/// when it has failed often enough.
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
        let retriers = state.state.retry.iter().flatten().map(|retrier| &retrier.error_equals);
        let catchers = state.state.catch.iter().flatten().map(|catcher| &catcher.error_equals);
        for (field, lists) in [("Retry", retriers.collect::<Vec<_>>()), ("Catch", catchers.collect())] {
            let mut left = errors.clone();
            for (number, names) in lists.into_iter().enumerate() {
                let names: Vec<_> = names.iter().flatten().map(String::as_str).collect();
                let (errors, others) = left.taken(&names);
                found.push(HandledErrors { pointer: state.at.child(field).index(number), errors, others });
                left = left.past(&names);
            }
        }
    }
    found
}
