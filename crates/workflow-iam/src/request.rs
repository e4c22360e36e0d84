//! The parameters of a call, with the holes of their texts filled in.

use super::instantiate::ArnContext;
use super::pattern::{ANY, joined, literal};
use super::template::ServiceCall;
use super::{PARTITION, Setting, template};

/// The hole for the state machine's own ARN, which the context object contains. No placeholder has that name.
pub const MACHINE: &str = "@machine";

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ParameterValue {
    /// The parameter is absent.
    Absent,
    /// One of its values, in IAM's syntax.
    Text(String),
    /// The value is computed when the workflow runs.
    Dynamic,
}

/// A call with the values that the setting gives.
pub(crate) struct Request<'a> {
    pub(crate) call: &'a ServiceCall,
    setting: &'a Setting,
    /// The ARN of the state machine.
    itself: String,
}

impl<'a> Request<'a> {
    pub(crate) fn new(call: &'a ServiceCall, setting: &'a Setting, place: &ArnContext) -> Self {
        Self { call, setting, itself: place.itself() }
    }

    /// Returns the values of the parameter at a path.
    pub(crate) fn find(&self, path: &str) -> Vec<ParameterValue> {
        self.call.parameters.get(path).map_or_else(|| vec![ParameterValue::Dynamic], |values| self.filled(values))
    }

    /// Fills in the holes of the values.
    pub(crate) fn filled(&self, values: &template::Values) -> Vec<ParameterValue> {
        let given = |value: &Option<String>| match value.as_ref().map(|text| self.fill(text)) {
            None => ParameterValue::Absent,
            Some(text) if text == ANY => ParameterValue::Dynamic,
            Some(text) => ParameterValue::Text(text),
        };
        values.iter().map(given).collect()
    }

    fn fill(&self, text: &str) -> String {
        fill_in(text, |name| if name == MACHINE { Some(self.itself.clone()) } else { value(name, self.setting) })
    }
}

/// Fills in the holes of a string in IAM's syntax. An unknown value becomes `*`.
///
/// ```
/// use workflow_iam::{Setting, fill};
///
/// let setting = Setting { values: [("Stage".to_owned(), "a*b".to_owned())].into(), ..Setting::default() };
/// assert_eq!(fill("orders-${Stage}-${Other}-x${*}", &setting), "orders-a${*}b-*-x${*}");
/// ```
pub fn fill(text: &str, setting: &Setting) -> String {
    fill_in(text, |name| value(name, setting))
}

fn value(name: &str, setting: &Setting) -> Option<String> {
    // Copied unchanged: it may itself be a placeholder.
    let known = match name {
        "AWS::Partition" => setting.partition.clone(),
        "AWS::Region" => setting.region.clone(),
        "AWS::AccountId" => setting.account.clone(),
        _ => None,
    };
    // A constant of Rust code is also found by its path.
    let path = name.strip_prefix("const ").unwrap_or(name);
    let given = setting.values.get(name).or_else(|| setting.values.get(path)).map(|value| literal(value));
    given.or(known).or_else(|| {
        let pattern = setting.patterns.get(name)?;
        // A pattern may only contain the placeholders of partition, region and account.
        Some(fill_in(pattern, |name| match name {
            "AWS::Partition" => Some(setting.partition.clone().unwrap_or_else(|| PARTITION.to_owned())),
            name => value(name, setting).filter(|_| name.starts_with("AWS::")),
        }))
    })
}

fn fill_in(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        made = joined(made, before);
        match name {
            "*" | "?" | "$" => made.extend(["${", name, "}"]),
            name => made = joined(made, value(name).as_deref().unwrap_or(ANY)),
        }
        rest = after;
    }
    joined(made, rest)
}
