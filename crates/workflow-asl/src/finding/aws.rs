//! Findings as the Step Functions API reports them: code, words and place, as measured on AWS in 2024 to 2026.
//!
//! A finding whose words were not measured keeps its own.

use serde_json::Value;

use super::Finding;
use crate::document::{Operator, QueryLanguage};
use crate::hash_map_order::sort_as_hash_map;
use crate::limits::{STATE_NAME_CHARS, VARIABLE_NAME_CHARS};
use crate::resource::Pattern;
use crate::{Code, Diagnostic, Pointer};

/// The code of findings that have no code of their own: they are about the form of the document.
const FORM: &str = "SCHEMA_VALIDATION_FAILED";

/// A finding in the form of the Step Functions API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsDiagnostic {
    /// Whether the API creates no state machine with it.
    pub is_error: bool,
    /// The API's code.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// The place in the API's form; `None` for a finding about the whole definition.
    pub location: Option<String>,
}

impl Diagnostic {
    /// Returns the finding in the form of the Step Functions API, which reports each missing parameter by itself.
    pub fn to_aws(&self, definition: &Value) -> Vec<AwsDiagnostic> {
        let finding = &*self.finding;
        let code = match finding {
            Finding::NotAnExpression {} | Finding::OpenExpression {} => FORM,
            _ => aws_code(self.code),
        };
        let messages = match finding {
            Finding::MissingParameters { names, .. } => names.iter().map(|name| missing(name)).collect(),
            _ => {
                let message = not_supported(finding).or_else(|| self.not_recognized(definition));
                vec![message.or_else(|| words(finding, &self.pointer)).unwrap_or_else(|| self.message())]
            }
        };
        let location = self.place_for_aws().map(|at| at.to_aws_location());
        let is_error = self.prevents_creation();
        messages
            .into_iter()
            .map(|message| AwsDiagnostic { is_error, code, message, location: location.clone() })
            .collect()
    }

    /// Returns the message about an ARN of an integration that Step Functions does not have.
    fn not_recognized(&self, definition: &Value) -> Option<String> {
        let is_of_call = matches!(
            &*self.finding,
            Finding::UnknownApi { .. }
                | Finding::UnknownPattern { .. }
                | Finding::RefusedPattern { .. }
                | Finding::PatternOfTheOptimised { .. }
                | Finding::UnsupportedOperation { .. }
                | Finding::EventStream { .. }
        );
        let arn = definition.pointer(&self.pointer.to_string()).and_then(Value::as_str).filter(|_| is_of_call)?;
        Some(format!(
            "The resource provided {arn} is not recognized. The value is not a valid resource ARN, or the resource is \
             not available in this region."
        ))
    }

    /// Returns whether it is about a field that its object should not have, so that the API does not read the value.
    pub(crate) fn refuses_field(&self) -> bool {
        matches!(&*self.finding, Finding::FieldOfTheOtherLanguage { .. }) || not_supported(&self.finding).is_some()
    }

    /// Returns the place that the API reports: the object for a field that it should not have, nothing for the whole
    /// machine.
    pub(crate) fn place_for_aws(&self) -> Option<Pointer> {
        match &*self.finding {
            Finding::NoEnd { inner: false, .. } => None,
            Finding::FieldOfTheOtherLanguage { .. } | Finding::JsonPathInJsonata { .. } => self.pointer.parent(),
            finding if not_supported(finding).is_some() || is_of_template(finding, &self.pointer) => {
                self.pointer.parent()
            }
            _ => Some(self.pointer.clone()),
        }
    }
}

impl AwsDiagnostic {
    /// A finding about a text that cannot be read.
    pub fn unreadable(code: Code, message: String, location: Option<String>) -> Self {
        Self { is_error: true, code: aws_code(code), message, location }
    }
}

fn aws_code(code: Code) -> &'static str {
    code.aws().unwrap_or(FORM)
}

fn not_supported(finding: &Finding) -> Option<String> {
    let field = match finding {
        Finding::UnknownField { field, .. } => field,
        Finding::FieldOfAnother { field, .. } | Finding::FieldOfFormat { field, .. } => *field,
        Finding::NothingCompared { operator } => *operator,
        Finding::CredentialsOfActivity {} => {
            return Some("The field 'Credentials' is not supported for activities".to_owned());
        }
        Finding::ExecutionTypeOfInline {} => "ExecutionType",
        _ => return None,
    };
    Some(format!("Field '{field}' is not supported"))
}

/// Returns whether it is about the text under a key that ends in `.$`: the API reports it at the object.
fn is_of_template(finding: &Finding, at: &Pointer) -> bool {
    let is_text = matches!(
        finding,
        Finding::NotComputed { .. }
            | Finding::Malformed { code: Code::BadJsonPath | Code::BadIntrinsic | Code::BadTemplate, .. }
            | Finding::ComputedNotText { .. }
    );
    is_text && at.tokens().last().is_some_and(|name| name.ends_with(crate::template::SUFFIX))
}

fn words(finding: &Finding, at: &Pointer) -> Option<String> {
    let of = |language: &QueryLanguage| language.name();
    let name = || at.tokens().last().unwrap_or_default();
    Some(match finding {
        // Fields.
        Finding::FieldOfTheOtherLanguage { field, language, of: other, .. } => format!(
            "The QueryLanguage is set to '{}', but field '{field}' is only supported for the '{}' QueryLanguage",
            of(language),
            of(other)
        ),
        Finding::JsonPathInJsonata { .. } => {
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine".to_owned()
        }
        Finding::NoType {} => required(&["Type"]),
        Finding::FieldsMissing { fields, .. } => required(fields),
        Finding::NoExecutionType {} => required(&["ExecutionType"]),
        Finding::NoGivenHeaders {} => required(&["CSVHeaders"]),
        Finding::NoInputType {} => required(&["InputType"]),
        Finding::NoRequest { field, .. } => required(&[*field]),
        Finding::NoResource { .. } => required(&["Resource"]),
        Finding::CsvWithoutHeaders {} => "The field 'CSVHeaderLocation' is required".to_owned(),
        Finding::CredentialsWithoutRole { .. } => missing("RoleArn"),
        Finding::TaskWithoutRequest { field, arn, .. } => format!("{field} field is required for resource ARN: {arn}"),
        Finding::NoneOfTheFields { fields, .. } | Finding::ExclusiveFields { group: fields, .. }
            if fields.iter().any(|field| ["Variable", "Condition"].contains(field)) =>
        {
            "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]".to_owned()
        }
        Finding::NoneOfTheFields { fields, .. } => only_one(fields),
        Finding::NoComparison {} => only_one(&operators()),
        Finding::NoTransition { .. } => only_one(&["Next", "End"]),
        Finding::ExclusiveFields { group, .. } => too_many(group),
        Finding::TwoComparisons { .. } => too_many(&operators()),

        // Values.
        Finding::WrongType { expected, .. } | Finding::Unfilled { expected, .. } => {
            format!("Expected value of type {}", type_name(expected))
        }
        Finding::NumberTooSmall { min, whole, .. } => format!("Minimum value is {}", number(*min, *whole)),
        Finding::NumberTooLarge { max, whole, .. } => format!("Maximum value is {}", number(*max, *whole)),
        Finding::UnknownType { types, .. } => {
            format!("The field 'Type' should have one of these values: {}", list(types))
        }
        Finding::NotOneOf { .. } if name() == "Resource" => {
            "The field 'Resource' does not match any of the allowed values".to_owned()
        }
        Finding::NotOneOf { allowed, .. } => {
            format!("Value should be one of the following: [{}]", allowed.join(", "))
        }
        Finding::NoStates {}
        | Finding::EmptyField { .. }
        | Finding::NoRulesJoined { .. }
        | Finding::NoErrorNamed {} => "Value cannot be empty".to_owned(),
        Finding::StatesAllNotAlone {} | Finding::StatesAllNotLast {} => {
            "States.ALL must appear alone and at end of list".to_owned()
        }
        Finding::NotATimestamp { .. } | Finding::NotATimestampToCompare { .. } => {
            "String does not match RFC3339 timestamp".to_owned()
        }
        Finding::NoPath { .. } | Finding::Malformed { code: Code::BadJsonPath, .. }
            if ["InputPath", "OutputPath"].contains(&&*name()) =>
        {
            "Value must be a valid JSONPath.".to_owned()
        }
        Finding::NoPath { .. } => "Value is not a Reference Path: Reference path didn't start with '$'".to_owned(),
        Finding::PathOfMany { .. }
        | Finding::NotAReferencePath { .. }
        | Finding::ResultIntoPath { .. }
        | Finding::PathIntoContext { .. } => "Value is not a Reference Path".to_owned(),
        Finding::PointerWithoutSlash { pointer, .. } => {
            format!("Invalid input: JSON Pointer expression must start with '/': \"{pointer}\"")
        }
        Finding::NotAResource { .. } => "Value is not a valid resource ARN".to_owned(),
        Finding::ExpressActivity {} => "Express state machine does not support Activity ARN".to_owned(),
        // The message about tokens ends in a blank.
        Finding::ExpressWaits { pattern } => {
            let end = if *pattern == Pattern::WaitForTaskToken { " " } else { "" };
            format!("Express state machine does not support '{}' service integration{end}", pattern.suffix())
        }
        Finding::ExpressDistributed {} => {
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines".to_owned()
        }

        // Paths, calls and expressions.
        Finding::NotComputed { .. }
        | Finding::Malformed { code: Code::BadIntrinsic | Code::BadTemplate, .. }
        | Finding::ComputedNotText { .. }
        | Finding::GivesNoString { .. } => neither_path_nor_call(&name()),
        Finding::Malformed { code: Code::BadJsonPath, .. }
            if name().ends_with(crate::template::SUFFIX) || ["ErrorPath", "CausePath"].contains(&&*name()) =>
        {
            neither_path_nor_call(&name())
        }
        Finding::Malformed { code: Code::BadJsonPath, .. } => "Value is not a Reference Path".to_owned(),
        Finding::NotAnExpression {} | Finding::OpenExpression {} => {
            "JSONata string must start with {% and end with %}".to_owned()
        }
        Finding::NotInStates { name, .. } => format!("Field '$states.{name}' does not exist."),

        // Variables.
        Finding::BadVariableName { name, .. } => {
            let characters = name.chars().count() <= VARIABLE_NAME_CHARS;
            let why = if characters { ": the variable name contains invalid characters." } else { "" };
            format!("Invalid variable name '{name}'{why}")
        }
        Finding::ReservedVariable {} => "Cannot assign to reserved variable '$states'.".to_owned(),
        Finding::OuterVariable { name, .. } => {
            format!("The variable name '{name}' was already defined in a parent scope.")
        }

        // States, labels and transitions.
        Finding::DuplicateStateName { state, .. } => format!("Duplicate State name: {state}"),
        Finding::StateNameTooLong { state, .. } => too_long("State", state, STATE_NAME_CHARS),
        Finding::DuplicateLabel { label, .. } => format!("Duplicate Label name: {label}"),
        Finding::UnknownTarget { name, .. } | Finding::TargetInOtherScope { name, .. } => {
            format!("Missing 'Next' target: {name}")
        }
        Finding::NoEnd { inner: false, .. } => "Workflow has no terminal state".to_owned(),
        Finding::UnreachableState { state, .. } => format!("State \"{state}\" is not reachable."),
        _ => return None,
    })
}

fn required(fields: &[&str]) -> String {
    format!("These fields are required: {}", set(fields))
}

fn only_one(fields: &[&str]) -> String {
    format!("This object should have only one of the following fields: {}", set(fields))
}

fn missing(field: &str) -> String {
    format!("The field '{field}' is required but was missing")
}

fn too_long(what: &str, name: &str, limit: usize) -> String {
    format!("{what} name '{name}' exceeds the {limit}-character limit allowed by the service")
}

fn operators() -> Vec<&'static str> {
    Operator::ALL.iter().map(|operator| operator.name()).collect()
}

fn too_many(fields: &[&str]) -> String {
    format!("There should only be one of the following fields: {}", set(fields))
}

fn neither_path_nor_call(field: &str) -> String {
    format!("The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call")
}

/// Returns a bound as Java prints it: `99999999`, `100.0`.
fn number(number: f64, whole: bool) -> String {
    if whole { format!("{number}") } else { format!("{number:?}") }
}

/// Returns a type of value: numbers by their names, the others as a list of the types of JSON.
fn type_name(expected: &str) -> String {
    match expected {
        "Integer" | "Number" => expected.to_owned(),
        "String or null" => "[STRING, NULL]".to_owned(),
        "Boolean or JSONata expression" => "[BOOLEAN, STRING]".to_owned(),
        other => format!("[{}]", other.to_uppercase()),
    }
}

fn list(names: &[&str]) -> String {
    format!("[{}]", names.join(", "))
}

/// Returns names in the order in which AWS lists fields.
fn set(names: &[&str]) -> String {
    let mut names = names.to_vec();
    sort_as_hash_map(&mut names, |name| name);
    list(&names)
}
