//! Checks definitions, with AWS's format for findings, compiles them, and implements the operation that only checks
//! one.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::limits::DEFINITION_CHARS;
use workflow_asl::source::{Source, SourceError};
use workflow_asl::{AwsDiagnostic, Code};
use workflow_local::Program;
use workflow_local::internal::jackson::{self, Problem};

use crate::api::{ApiError, Code as ApiCode, Input, Members};
use crate::registry::Registry;

/// Returns the type of state machine in a request; the default is Standard.
pub(crate) fn machine_type(members: &mut Members<'_>) -> MachineType {
    let words = [MachineType::Standard.as_str(), MachineType::Express.as_str()];
    members.word("type", &words).and_then(MachineType::from_name).unwrap_or_default()
}

pub(crate) fn compile(text: &str, kind: MachineType) -> Result<Arc<Program>, ApiError> {
    let findings = match check(text, kind) {
        (Some(program), findings) if !has_error(&findings) => return Ok(program),
        (_, findings) => findings,
    };
    Err(refused(&findings))
}

/// Returns the API's error for a definition with errors.
pub(crate) fn refused(findings: &[AwsDiagnostic]) -> ApiError {
    let findings: Vec<_> = findings
        .iter()
        .filter(|finding| finding.is_error)
        .take(MOST)
        .map(|finding| {
            let location = finding.location.as_deref().map_or("null", cut);
            format!("{}: {} at {location}", finding.code, cut(&finding.message))
        })
        .collect();
    let message = format!("Invalid State Machine Definition: '{}'", findings.join(", "));
    ApiError::new(ApiCode::InvalidDefinition, message)
}

fn has_error(findings: &[AwsDiagnostic]) -> bool {
    findings.iter().any(|finding| finding.is_error)
}

fn check(text: &str, kind: MachineType) -> (Option<Arc<Program>>, Vec<AwsDiagnostic>) {
    let finding = |code, message, location| (None, vec![AwsDiagnostic::unreadable(code, message, location)]);
    let not_object = "Definition must be a valid JSON object".to_owned();
    if text.trim().is_empty() {
        return finding(Code::WrongType, not_object, None);
    }
    let source = match Source::read_filled(text) {
        Ok(source) => source,
        Err(error) => {
            let (message, location) = match jackson_problem(text) {
                Some(problem) => (problem.to_string(), problem.location),
                None => {
                    let (line, column) = (error.location.line, error.location.column);
                    let location = format!("[Source: {}; line: {line}, column: {column}]", shown(text));
                    (format!("{}\n at {location}", error.diagnostic.message()), location)
                }
            };
            return finding(error.diagnostic.code, message, Some(location));
        }
    };
    if !source.value().is_object() {
        return finding(Code::WrongType, not_object, None);
    }
    let (machine, found) = workflow_asl::rules::check_as_the_service(source.value(), kind);
    (machine.map(|machine| Arc::new(Program::compile(&machine))), found)
}

/// Returns why a definition cannot be read, with the service's message if the definition is not JSON.
pub(crate) fn what_cannot_be_read(text: &str, error: &SourceError) -> String {
    what_is_not_json(text, &error.diagnostic.message())
}

/// Returns why a string is not JSON, with the service's message.
pub(crate) fn what_is_not_json(text: &str, error: &dyn fmt::Display) -> String {
    jackson_problem(text).map_or_else(|| error.to_string(), |problem| problem.message)
}

fn jackson_problem(text: &str) -> Option<Problem> {
    jackson::problem(text, &shown(text))
}

/// Returns how the service's messages show a text, by Jackson: at most 500 characters of it.
fn shown(text: &str) -> String {
    const MOST: usize = 500;
    let Some((end, _)) = text.char_indices().nth(MOST) else { return format!("(String)\"{text}\"") };
    let (head, rest) = text.split_at(end);
    format!("(String)\"{head}\"[truncated {} chars]", rest.chars().count())
}

/// The maximum number of findings in an answer, which is also the default.
const MOST: usize = 100;

/// The maximum length of a finding's message and of its location in an answer. They contain names of any length.
const FINDING_CHARS: usize = 4096;

fn cut(text: &str) -> &str {
    text.char_indices().nth(FINDING_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

impl Registry {
    pub(crate) fn validate_state_machine_definition(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let text = members.required_sensitive("definition", DEFINITION_CHARS);
        let kind = machine_type(&mut members);
        let least = members.word("severity", &["ERROR", "WARNING"]);
        let most = members.number("maxResults", MOST).filter(|most| *most != 0).unwrap_or(MOST);
        members.check()?;
        let (_, findings) = check(text, kind);
        let result = if has_error(&findings) { "FAIL" } else { "OK" };
        let shown: Vec<_> = findings.iter().filter(|finding| finding.is_error || least == Some("WARNING")).collect();
        let diagnostics: Vec<_> = shown
            .iter()
            .take(most)
            .map(|finding| {
                let severity = if finding.is_error { "ERROR" } else { "WARNING" };
                let mut diagnostic =
                    json!({"severity": severity, "code": finding.code, "message": cut(&finding.message)});
                if let Some(location) = &finding.location {
                    diagnostic["location"] = json!(cut(location));
                }
                diagnostic
            })
            .collect();
        Ok(json!({"result": result, "diagnostics": diagnostics, "truncated": shown.len() > most}))
    }
}
