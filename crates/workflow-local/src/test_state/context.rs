//! The context object of a state that is tested alone: a given one that is checked, or a default.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use serde_json::{Map, Value, json};
use workflow_asl::context::{self, Member, MemberKind};
use workflow_asl::document::StateKind;

use super::error::TestStateError;
use crate::clock::VIRTUAL_START;

/// Checks a member of a given context object. Returns the expected type in the service's words if it is invalid.
fn takes(kind: MemberKind, value: &Value) -> Result<(), &'static str> {
    match kind {
        MemberKind::Text | MemberKind::Arn | MemberKind::Timestamp if !value.is_string() => Err("a string"),
        MemberKind::Count if !value.is_u64() => Err("a number"),
        MemberKind::Object(_) if !value.is_object() => Err("an object"),
        _ => Ok(()),
    }
}

/// Rejects an invalid context object as the service does. `has_token` says whether the state is a task whose
/// integration has a token.
pub(super) fn check(context: &Value, has_token: bool) -> Result<(), TestStateError> {
    let refused = |text: &str| TestStateError::validation(format!("Invalid Context object provided: {text}"));
    let Some(members) = context.as_object() else {
        return Err(refused("Context object must be a JSON object"));
    };
    for (name, value) in members {
        if name == "Map" {
            return Err(refused("'Map' field is not supported when mocking a Context object"));
        }
        let find = |members: &'static [Member], name: &str| {
            let known = members.iter().find(|known| known.name == name);
            known.ok_or_else(|| refused(&format!("Field '{name}' is not allowed")))
        };
        let known = find(context::MEMBERS, name)?;
        takes(known.kind, value).map_err(|noun| refused(&format!("{name} must be {noun}")))?;
        for (member, value) in value.as_object().into_iter().flatten() {
            let known = find(known.kind.members(), member)?;
            takes(known.kind, value).map_err(|noun| refused(&format!("{name}.{member} must be {noun}")))?;
        }
        if name == "Task" && !has_token {
            return Err(refused(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
            ));
        }
    }
    Ok(())
}

/// Returns the default context object, in which the service names every state `StateName`.
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
