//! The least-privilege IAM policy for the role that runs a state machine. A [`Template`] describes what the states
//! need. It becomes a [`Policy`] when the setting and the parameters are known.
//!
//! This crate does not know the needs of each API: `workflow-asl` makes templates from a document and the table of
//! AWS's APIs. Where a value is unknown, the policy has `*` and a [`Note`]. Nothing is left out silently.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html>
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod arn;
mod difference;
mod document;
mod instantiate;
mod merge;
pub mod pattern;
mod policy;
mod request;
mod template;
mod template_json;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use arn::is_role;
pub use difference::{Difference, Grant};
pub use document::UnreadablePolicy;
pub use request::{MACHINE, fill};
pub use template::{Need, ResourceForm, ServiceCall, Template, Values};

/// The known place where a state machine runs. An unknown region or account becomes `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// The partition. Defaults to the partition of the task's ARN, or to `aws`.
    pub partition: Option<String>,
    /// The region. A string such as `${AWS::Region}` is copied into the policy unchanged.
    pub region: Option<String>,
    /// The account. Texts are copied as for `region`.
    pub account: Option<String>,
    /// The name of the state machine in AWS, for a workflow that starts itself, as a distributed map does.
    pub machine: Option<String>,
    /// The values of placeholders, by name: `Table` for `${Table}`.
    pub values: BTreeMap<String, String>,
    /// Patterns for placeholders without a value, in IAM's syntax, such as `orders-*`. They may contain the
    /// placeholders of partition, region and account: `${AWS::Region}`.
    pub patterns: BTreeMap<String, String>,
    /// Whether the state machine logs to CloudWatch Logs.
    pub logging: bool,
    /// Whether it sends traces to X-Ray.
    pub tracing: bool,
    /// The customer managed key that encrypts its definition and data: an ID, an alias, or the ARN of either.
    pub key: Option<String>,
}

/// The partition if nothing else is given.
const PARTITION: &str = "aws";

/// Conditions: values by operator and key.
pub type Conditions = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Actions that are allowed on resources.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// A name, unique in the policy, made from the names of the states.
    pub sid: String,
    /// `lambda:InvokeFunction`, sorted.
    pub actions: Vec<String>,
    /// ARNs, sorted, with `*` for unknown parts.
    pub resources: Vec<String>,
    /// The conditions under which the actions are allowed.
    pub conditions: Conditions,
    /// The states that need it, in document order. Empty for permissions that the state machine itself needs.
    pub states: Vec<String>,
}

/// What a [`Note`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// The policy lacks a permission because it is unknown.
    Missing,
    /// The policy allows more than a state needs.
    Wide,
    /// Anything else that the reader must know.
    Remark,
}

/// A remark that the policy itself cannot express.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// A sentence.
    pub text: String,
    /// The states that it is about, in document order.
    pub states: Vec<String>,
}

/// A policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The statements, sorted by actions and resources.
    pub statements: Vec<Statement>,
    /// What each state needs by itself, in document order.
    pub needs: Vec<Statement>,
    /// The notes, missing permissions first.
    pub notes: Vec<Note>,
}

/// Returns the text that a string, number or boolean has in an ARN, or `None` for any other value.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the trust policy, which lets Step Functions assume the role. It is limited to state machines of the account
/// if that is known.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html>
pub fn trust(setting: &Setting) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
    });
    if let Some(account) = &setting.account {
        let place = instantiate::ArnContext::of(setting, "");
        let source = place.arn("states", "stateMachine:*");
        statement["Condition"] =
            json!({"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}});
    }
    json!({"Version": document::VERSION, "Statement": [statement]})
}
