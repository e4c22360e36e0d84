//! The least-privilege IAM policy of the role that runs a state machine.
//!
//! What a task needs is in the table of `workflow-services`; here the parameters of the task are put into it. Where a
//! parameter is not known, the policy has `*` in its place and a [`Note`] that says so. Nothing is left out silently.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html>

mod arn;
mod difference;
mod distributed;
mod document;
mod merge;
mod optimised;
mod pattern;
mod request;
mod sdk;
mod task;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub use difference::{Difference, Grant};
pub use document::UnreadablePolicy;

use crate::document::{StateKind, StateMachine};
use crate::rules::part::Parts;

/// What is known of where a state machine runs; `*` stands for a region or an account that is not.
#[derive(Clone, Debug, Default)]
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
    /// Whether the state machine logs to CloudWatch Logs.
    pub logging: bool,
    /// Whether it sends traces to X-Ray.
    pub tracing: bool,
}

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

/// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy>
const LOGGING: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// <https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html>
const TRACING: &[&str] =
    &["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// What a role's inline policies may have together, in characters without blanks.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MAX_CHARACTERS: usize = 10_240;

/// What has been found so far.
#[derive(Default)]
struct Found {
    needs: Vec<Statement>,
    /// The states of each note.
    notes: BTreeMap<(NoteKind, String), Vec<String>>,
}

impl Found {
    fn note(&mut self, kind: NoteKind, text: String, state: &str) {
        let states = self.notes.entry((kind, text)).or_default();
        if states.last().is_none_or(|last| last != state) {
            states.push(state.to_owned());
        }
    }

    fn need<A: Into<String>>(
        &mut self,
        state: &str,
        actions: impl IntoIterator<Item = A>,
        resources: Vec<String>,
        conditions: Conditions,
    ) {
        let actions: BTreeSet<String> = actions.into_iter().map(Into::into).collect();
        self.needs.push(Statement {
            sid: String::new(),
            actions: actions.into_iter().collect(),
            resources: pattern::without_covered(resources),
            conditions,
            states: if state.is_empty() { Vec::new() } else { vec![state.to_owned()] },
        });
    }
}

impl Policy {
    /// The policy that the role of a state machine needs.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_asl::StateMachine;
    /// use workflow_asl::policy::{Policy, Setting};
    ///
    /// let (machine, _) = StateMachine::read(&json!({"StartAt": "Get", "States": {"Get": {
    ///     "Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
    ///     "Parameters": {"TableName": "orders", "Key": {"id": {"S.$": "$.id"}}}}}}));
    /// let policy = Policy::of(&machine, &Setting { region: Some("eu-west-1".into()), ..Setting::default() });
    /// assert_eq!(policy.to_json(), json!({"Version": "2012-10-17", "Statement": [{
    ///     "Sid": "Get", "Effect": "Allow", "Action": "dynamodb:GetItem",
    ///     "Resource": "arn:aws:dynamodb:eu-west-1:*:table/orders"}]}));
    /// ```
    pub fn of(machine: &StateMachine, setting: &Setting) -> Self {
        let parts = Parts::of(machine, false);
        let mut found = Found::default();
        for state in &parts.states {
            match state.state.kind {
                StateKind::Task => task::add(state, setting, &mut found),
                StateKind::Map if state.state.is_distributed() => distributed::add(state, setting, &mut found),
                _ => {}
            }
        }
        for (asked, actions) in [(setting.logging, LOGGING), (setting.tracing, TRACING)] {
            if asked {
                found.need("", actions.iter().copied(), vec!["*".to_owned()], Conditions::new());
            }
        }
        let Found { mut needs, notes } = found;
        let order: BTreeMap<&str, usize> =
            parts.states.iter().enumerate().map(|(place, state)| (state.name, place)).collect();
        let mut policy = Self { statements: merge::merge(&needs, &order), ..Self::default() };
        merge::name(&mut needs);
        policy.needs = needs;
        let notes = notes.into_iter().map(|((kind, text), states)| Note { kind, text, states });
        policy.notes.extend(notes);
        policy.note_size();
        policy
    }

    fn note_size(&mut self) {
        let length = self.to_json().to_string().chars().filter(|sign| !sign.is_whitespace()).count();
        if length > MAX_CHARACTERS {
            let text = format!(
                "the policy has {length} characters, of which the inline policies of a role may have {MAX_CHARACTERS}"
            );
            self.notes.push(Note { kind: NoteKind::Remark, text, states: Vec::new() });
        }
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
        let place = template::Place::of(setting, "");
        let source = place.arn("states", "stateMachine:*");
        statement["Condition"] =
            json!({"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}});
    }
    json!({"Version": document::VERSION, "Statement": [statement]})
}
