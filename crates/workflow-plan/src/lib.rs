//! Explains the effects of a change to a state machine: the differences, the affected parties, and how they are
//! affected.
//!
//! [`plan`] compares two state machines. Each [`Finding`] follows a [`Rule`] of one table ([`RULES`]), with AWS's rule
//! and a link to its page. The verdict of the plan is the verdict of its worst finding.
//!
//! ```
//! use serde_json::json;
//! use workflow_plan::{Machine, Verdict, plan};
//!
//! let machine = |seconds| Machine::new(json!({"StartAt": "Pay", "States": {"Pay": {
//!     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": seconds,
//!     "Parameters": {"FunctionName": "pay", "Payload.$": "$"}, "End": true}}}));
//! let plan = plan(&machine(60), &machine(30));
//! assert_eq!(plan.verdict(), Verdict::Careful);
//! let finding = plan.findings.iter().find(|finding| finding.rule.id == "timeout-lowered").unwrap();
//! assert_eq!(finding.state.as_deref(), Some("Pay"));
//! ```
//!
//! This crate does not call AWS, read files or use the clock.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod configuration;
mod cost;
mod flow;
mod judge;
mod report;
mod rule;
pub mod schema;

/// What the expressions of a definition use of its input and of the results of its tasks.
pub mod data {
    pub use crate::flow::{PARSED, Source, Use, given, uses};
}

use serde_json::Value;
use workflow_asl::difference::Difference;
use workflow_asl::policy;
use workflow_asl::rules::Annotations;

pub use configuration::{AWS_OWNED_KEY, Configuration, Logging};
pub use cost::{Cost, CostChange};
pub use rule::{Aspect, AwsRule, RULES, Rule, Verdict};
pub use workflow_asl::document::MachineType;

/// A state machine, deployed or planned.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Machine {
    /// Its name in AWS, if known.
    pub name: Option<String>,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The definition.
    pub definition: Value,
    /// The known configuration apart from the definition.
    pub configuration: Configuration,
    /// The declared type of the input, as JSON Schema.
    pub input: Option<Value>,
    /// The declared type of the output, as JSON Schema.
    pub output: Option<Value>,
}

impl Machine {
    /// Returns a Standard state machine with this definition and no other known properties.
    pub fn new(definition: Value) -> Self {
        Self { definition, ..Self::default() }
    }

    /// Sets the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the type.
    #[must_use]
    pub fn of_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// Sets the configuration.
    #[must_use]
    pub fn configured(mut self, configuration: Configuration) -> Self {
        self.configuration = configuration;
        self
    }

    /// Sets the declared types, each a JSON Schema.
    #[must_use]
    pub fn declaring(mut self, input: Option<Value>, output: Option<Value>) -> Self {
        (self.input, self.output) = (input, output);
        self
    }
}

/// What a change means for one affected party.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule of the finding.
    pub rule: &'static Rule,
    /// The state that it is about: the newer name, or the older name if the state was removed.
    pub state: Option<String>,
    /// The field of ASL or the part of the data that it is about.
    pub field: Option<String>,
    /// What has changed and what to do, in sentences.
    pub reason: String,
}

/// A change and its consequences.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// What differs between the definitions.
    pub difference: Difference,
    /// The differences of the permissions that the role needs.
    pub permissions: policy::Difference,
    /// The cost of executions, in transitions.
    pub cost: CostChange,
    /// The findings, the worst first, then by aspect and in the order of the states.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Returns the verdict of the worst finding.
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.rule.verdict).max().unwrap_or_default()
    }

    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.difference.is_empty()
    }
}

/// Compares the older state machine with the newer one that replaces it.
///
/// Malformed parts of a definition are ignored: check both with [`workflow_asl::rules`] first.
pub fn plan(old: &Machine, new: &Machine) -> Plan {
    plan_annotated((old, &Annotations::default()), (new, &Annotations::default()))
}

/// Does what [`plan`] says, with what the rules know besides each definition, such as the states that are not checked.
pub fn plan_annotated(old: (&Machine, &Annotations), new: (&Machine, &Annotations)) -> Plan {
    judge::judge(old, new)
}
