//! The least-privilege IAM policy of the role that runs a state machine.
//!
//! The needs of each API are in the table of `workflow-services`. This module fills in the task's parameters, if a
//! document contains them. `workflow-iam` fills in placeholders and turns needs into statements.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html>

mod dependent_actions;
mod distributed;
mod optimised;
mod request;
mod request_members;
mod roles;
mod sdk;
mod task;

use std::collections::BTreeMap;

pub use workflow_iam::pattern::literal;
pub use workflow_iam::{
    Conditions, Difference, Grant, Note, NoteKind, Policy, Setting, Statement, Template, UnreadablePolicy, text_of,
    trust,
};

use crate::document::{StateKind, StateMachine};
use crate::jsonata::Expressions;
use crate::rules::object_index::ObjectIndex;

/// Returns the policy that the role of a state machine needs.
///
/// ```
/// use serde_json::json;
/// use workflow_asl::StateMachine;
/// use workflow_asl::policy::{self, Setting};
///
/// let (machine, _) = StateMachine::read(&json!({"StartAt": "Get", "States": {"Get": {
///     "Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
///     "Parameters": {"TableName": "orders", "Key": {"id": {"S.$": "$.id"}}}}}}));
/// let policy = policy::of(&machine, &Setting { region: Some("eu-west-1".into()), ..Setting::default() });
/// assert_eq!(policy.to_json(), json!({"Version": "2012-10-17", "Statement": [{
///     "Sid": "Get", "Effect": "Allow", "Action": "dynamodb:GetItem",
///     "Resource": "arn:aws:dynamodb:eu-west-1:*:table/orders"}]}));
/// ```
pub fn of(machine: &StateMachine, setting: &Setting) -> Policy {
    template(machine, &setting.values, &Expressions::default()).policy(setting)
}

/// Returns the needs of a machine's states, with a slot for each placeholder.
///
/// `values` are the known values of placeholders. A task whose whole `Resource` is a placeholder is looked up now,
/// because the table is not available later. `expressions` are the expressions that are already parsed.
pub fn template(machine: &StateMachine, values: &BTreeMap<String, String>, expressions: &Expressions) -> Template {
    let mut calls = Vec::new();
    for state in &ObjectIndex::of(machine, false).states {
        match state.state.kind {
            StateKind::Task => calls.extend(task::call(state, values, expressions)),
            StateKind::Map if state.state.is_distributed() => distributed::calls(state, expressions, &mut calls),
            _ => {}
        }
    }
    Template { calls }
}
