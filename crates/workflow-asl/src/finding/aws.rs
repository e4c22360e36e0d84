//! Findings as the Step Functions API reports them: code, words and place, as measured on AWS in 2024 to 2026.
//!
//! A finding whose words were not measured keeps its own.

use super::Finding;
use crate::document::QueryLanguage;
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
    /// Returns the finding in the form of the Step Functions API.
    pub fn to_aws(&self) -> AwsDiagnostic {
        let finding = &*self.finding;
        let code = match finding {
            Finding::NotAnExpression {} | Finding::OpenExpression {} => FORM,
            _ => aws_code(self.code),
        };
        let message = not_supported(finding).or_else(|| words(finding, &self.pointer));
        AwsDiagnostic {
            is_error: self.prevents_creation(),
            code,
            message: message.unwrap_or_else(|| self.message()),
            location: self.place_for_aws().map(|at| at.to_aws_location()),
        }
    }

    /// Returns the place that the API reports: the object for a field that it should not have, nothing for the whole
    /// machine.
    pub(crate) fn place_for_aws(&self) -> Option<Pointer> {
        match &*self.finding {
            Finding::NoEnd { inner: false, .. } => None,
            Finding::FieldOfTheOtherLanguage { .. } | Finding::JsonPathInJsonata { .. } => self.pointer.parent(),
            finding if not_supported(finding).is_some() => self.pointer.parent(),
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
        Finding::CredentialsOfActivity {} => "Credentials",
        Finding::ExecutionTypeOfInline {} => "ExecutionType",
        _ => return None,
    };
    Some(format!("Field '{field}' is not supported"))
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
        Finding::CredentialsWithoutRole { .. } => "The field 'RoleArn' is required but was missing".to_owned(),
        Finding::TaskWithoutRequest { field, arn, .. } => format!("{field} field is required for resource ARN: {arn}"),
        Finding::NoneOfTheFields { fields, .. } => only_one(fields),
        Finding::NoTransition { .. } => only_one(&["Next", "End"]),
        Finding::ExclusiveFields { group, .. } => too_many(group),
        Finding::TwoComparisons { operators } => too_many(operators),

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
        Finding::ExpressWaits { pattern } => {
            format!("Express state machine does not support '{}' service integration", pattern.suffix())
        }

        // Paths, calls and expressions.
        Finding::Malformed { code: Code::BadIntrinsic | Code::BadTemplate, .. } | Finding::ComputedNotText { .. } => {
            neither_path_nor_call(&name())
        }
        Finding::Malformed { code: Code::BadJsonPath, .. } if name().ends_with(crate::template::SUFFIX) => {
            neither_path_nor_call(&name())
        }
        Finding::NotAnExpression {} | Finding::OpenExpression {} => {
            "JSONata string must start with {% and end with %}".to_owned()
        }
        Finding::NotInStates { name, .. } => format!("Field '$states.{name}' does not exist."),

        // Variables.
        Finding::BadVariableName { name, .. } => format!("Invalid variable name '{name}'"),
        Finding::ReservedVariable {} => "Cannot assign to reserved variable '$states'".to_owned(),
        Finding::OuterVariable { name, .. } => {
            format!("The variable name '{name}' was already defined in a parent scope.")
        }

        // Transitions.
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

/// Returns names in the order of a Java `HashSet`, as AWS lists fields.
fn set(names: &[&str]) -> String {
    let hash =
        |name: &str| name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    // A table is at most three quarters full, and has 16 places at least.
    let places = (names.len() * 4 / 3 + 1).next_power_of_two().max(16);
    let place = |name: &&str| {
        let hash = hash(name);
        (hash ^ (hash >> 16)) as usize & (places - 1)
    };
    let mut names = names.to_vec();
    names.sort_by_key(place);
    list(&names)
}
