//! The least-privilege IAM policy of the role that runs a state machine: what its states need as a [`Template`], which
//! becomes a [`Policy`] once it is known where the machine runs and what its parameters are.
//!
//! What each API needs is not known here: `workflow-asl` makes templates, of a document and the table of AWS's APIs.
//! Where a value is not known, the policy has `*` in its place and a [`Note`] that says so. Nothing is left out silently.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html>
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod arn;
mod difference;
mod document;
mod filling;
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
pub use template::{Call, Form, Need, Template, Values};

/// What is known of where a state machine runs; `*` stands for a region or an account that is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// `aws` if not given, or what the ARN of a task says.
    pub partition: Option<String>,
    /// The region, also a text such as `${AWS::Region}` that is put into the policy as it is.
    pub region: Option<String>,
    /// The account, in the same way.
    pub account: Option<String>,
    /// The name of the state machine in AWS, for a workflow that calls itself, as a distributed map does.
    pub machine: Option<String>,
    /// The values of placeholders, by name: `Table` for `${Table}`.
    pub values: BTreeMap<String, String>,
    /// What is known of placeholders without a value, in IAM's syntax, such as `orders-*`. They may hold the placeholders of
    /// partition, region and account: `${AWS::Region}`.
    pub patterns: BTreeMap<String, String>,
    /// Whether the state machine logs to CloudWatch Logs.
    pub logging: bool,
    /// Whether it sends traces to X-Ray.
    pub tracing: bool,
}

/// The partition of what says no other.
const PARTITION: &str = "aws";

/// Conditions: the values by operator and key.
pub type Conditions = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Actions that are allowed on resources.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// A name that no other statement of the policy has, of the states' names.
    pub sid: String,
    /// `lambda:InvokeFunction`, sorted.
    pub actions: Vec<String>,
    /// ARNs, with `*` for what is not known, sorted.
    pub resources: Vec<String>,
    /// When it is allowed only.
    pub conditions: Conditions,
    /// The states that need it, in the order of the document; empty for what the machine itself needs.
    pub states: Vec<String>,
}

/// What a [`Note`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// The policy lacks what a state needs, because it is not known.
    Missing,
    /// The policy allows more than a state needs.
    Wide,
    /// What else the reader should know.
    Remark,
}

/// What a policy cannot say itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// A sentence.
    pub text: String,
    /// The states that it is about, in the order of the document.
    pub states: Vec<String>,
}

/// A policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The statements, sorted by actions and resources.
    pub statements: Vec<Statement>,
    /// What each state needs by itself, in the order of the document.
    pub needs: Vec<Statement>,
    /// Notes, missing permissions first.
    pub notes: Vec<Note>,
}

/// The text that a value of a parameter is in an ARN: of a text, a number or a truth value. What is none of these stands
/// in no ARN.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The trust policy: that Step Functions may take the role on, for state machines of the account where that is known.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html>
pub fn trust(setting: &Setting) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
    });
    if let Some(account) = &setting.account {
        let place = filling::Place::of(setting, "");
        let source = place.arn("states", "stateMachine:*");
        statement["Condition"] =
            json!({"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}});
    }
    json!({"Version": document::VERSION, "Statement": [statement]})
}
