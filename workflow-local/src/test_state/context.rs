//! The context object of a state that is tested alone: the one given, checked, or one made up.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use serde_json::{Map, Value, json};
use workflow_asl::document::StateKind;

use super::error::TestStateError;
use crate::clock::VIRTUAL_START;

/// The members that a given context object may have, with theirs and what these may be.
const ALLOWED: &[(&str, &[(&str, Kind)])] = &[
    (
        "Execution",
        &[
            ("Id", Kind::Text),
            ("Input", Kind::Any),
            ("Name", Kind::Text),
            ("RedriveCount", Kind::Number),
            ("RedriveTime", Kind::Text),
            ("RoleArn", Kind::Text),
            ("StartTime", Kind::Text),
        ],
    ),
    ("State", &[("EnteredTime", Kind::Text), ("Name", Kind::Text), ("RetryCount", Kind::Number)]),
    ("StateMachine", &[("Id", Kind::Text), ("Name", Kind::Text)]),
    ("Task", &[("Token", Kind::Text)]),
];

/// What a member of the context object is.
#[derive(Clone, Copy)]
enum Kind {
    Any,
    Text,
    /// A count.
    Number,
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Number => value.is_u64(),
        }
    }

    /// What it must be, in the words in which the service speaks of the fields of mocked results.
    fn noun(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a string",
            Self::Number => "a number",
        }
    }
}

/// Refuses a given context object as the service does. `has_token` tells whether the state is a
/// task whose integration has a token.
pub(super) fn check(context: &Value, has_token: bool) -> Result<(), TestStateError> {
    let refused = |text: &str| TestStateError::validation(format!("Invalid Context object provided: {text}"));
    let Some(members) = context.as_object() else {
        return Err(refused("Context object must be a JSON object"));
    };
    for (name, value) in members {
        if name == "Map" {
            return Err(refused("'Map' field is not supported when mocking a Context object"));
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| known == name) else {
            return Err(refused(&format!("Field '{name}' is not allowed")));
        };
        let Some(members) = value.as_object() else {
            return Err(refused(&format!("Field '{name}' must be an object")));
        };
        for (member, value) in members {
            match allowed.iter().find(|(known, _)| known == member) {
                None => return Err(refused(&format!("Field '{member}' is not allowed"))),
                Some((_, kind)) if !kind.takes(value) => {
                    return Err(refused(&format!("Field '{member}' must be {}", kind.noun())));
                }
                Some(_) => {}
            }
        }
        if name == "Task" && !has_token {
            return Err(refused(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
            ));
        }
    }
    Ok(())
}

/// The context object where none is given. The service calls every state `StateName` in it.
pub(super) fn made_up(
    kind: StateKind,
    input: &Value,
    account: &str,
    role_arn: Option<&str>,
    token: Option<&str>,
) -> Value {
    let time = VIRTUAL_START.to_string();
    let mut state = Map::new();
    state.insert("Name".to_owned(), json!("StateName"));
    state.insert("EnteredTime".to_owned(), json!(time));
    if matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map) {
        state.insert("RetryCount".to_owned(), json!(0));
    }
    let mut context = json!({
        "Execution": {
            "Id": format!("arn:aws:states:us-east-1:{account}:express:StateMachineName:ExecutionName"),
            "Input": input,
            "Name": "ExecutionName",
            "RoleArn": role_arn,
            "StartTime": time,
        },
        "StateMachine": {
            "Id": format!("arn:aws:states:us-east-1:{account}:stateMachine:StateMachineName"),
            "Name": "StateMachineName",
        },
        "State": state,
    });
    if let (Some(token), Some(context)) = (token, context.as_object_mut()) {
        context.insert("Task".to_owned(), json!({ "Token": token }));
    }
    context
}
