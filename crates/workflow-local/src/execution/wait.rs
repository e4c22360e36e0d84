//! The wait state.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html>

use std::time::Duration;

use serde_json::Value;
use workflow_asl::error_name::QUERY_EVALUATION_ERROR;

use super::Execution;
use super::failure::{Evaluation, Failure};
use super::thread::{AfterSleep, Thread, Visit};
use crate::clock::Instant;
use crate::program::{Amount, AmountFrom, Program, WaitProgram};
use crate::query::path::Path;
use crate::query::template::Template;
use crate::query::{QueryFailure, Scope};

/// The maximum days of a wait: the service counts seconds in 31 bits.
const MAX_DAYS: u64 = 24_855;

impl Execution {
    pub(super) fn wait(&mut self, mut thread: Box<Thread>, visit: Visit, wait: &WaitProgram) {
        match self.wait_until(&thread, &visit, wait) {
            Ok(until) => {
                thread.visit = Some(visit);
                self.sleep(thread, until, AfterSleep::Leave);
            }
            Err(failure) => self.fail(thread, visit, failure),
        }
    }

    /// Exits a wait whose time has come.
    pub(super) fn leave_wait(&mut self, program: &Program, mut thread: Box<Thread>) {
        if let Some(visit) = thread.visit.take() {
            let result = visit.base().clone();
            self.finish(program, thread, visit, result);
        }
    }

    pub(super) fn wait_until(&self, thread: &Thread, visit: &Visit, wait: &WaitProgram) -> Result<Instant, Failure> {
        let until = match wait {
            // AWS has a different message for a path to other values here.
            WaitProgram::Seconds(Some(Amount { from: AmountFrom::Path(path, _), .. })) => {
                let seconds = self.evaluate(thread, visit, |scope| seconds(path, scope))?;
                self.now.after(Duration::from_secs(seconds))
            }
            WaitProgram::Seconds(amount) => {
                let seconds = self.amount(thread, visit, amount.as_ref())?;
                self.now.after(Duration::try_from_secs_f64(seconds.unwrap_or(0.0)).unwrap_or(Duration::MAX))
            }
            WaitProgram::TimestampPath(path) => self.evaluate(thread, visit, |scope| {
                let selected = path.select(scope).map_err(|_| no_input("TimestampPath", path))?;
                selected.as_str().and_then(Instant::parse).ok_or_else(|| no_timestamp(path.source(), &selected))
            })?,
            WaitProgram::Timestamp(template) => {
                let value = self.evaluate(thread, visit, |scope| timestamp(template, scope))?;
                match value.as_str().and_then(Instant::parse) {
                    Some(time) => time,
                    None => return Err(bad_timestamp(visit, &value)),
                }
            }
        };
        if self.now.until(until) > Duration::from_secs((MAX_DAYS + 1) * 24 * 3600 - 1) {
            return Err(Failure::runtime(visit, "Wait state delay is too long."));
        }
        Ok(until)
    }
}

fn timestamp(template: &Template, scope: &Scope<'_>) -> Result<Value, QueryFailure> {
    let value = template.evaluate(scope)?;
    match template {
        Template::Jsonata(expression) if !value.is_string() => Err(expression.unexpected("string", &value)),
        _ => Ok(value),
    }
}

fn bad_timestamp(visit: &Visit, value: &Value) -> Failure {
    let printed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = format!(
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {printed}"
    );
    let failure = Failure::runtime(visit, &text);
    Failure {
        error: Some(QUERY_EVALUATION_ERROR.into()),
        evaluation: Some(Evaluation { location: Some("Timestamp".into()) }),
        ..failure
    }
}

/// Evaluates a path to seconds: a whole number that is not negative.
fn seconds(path: &Path, scope: &Scope<'_>) -> Result<u64, QueryFailure> {
    let source = path.source();
    let none = || no_input("SecondsPath", path);
    let value = path.select(scope).map_err(|_| none())?;
    let Value::Number(number) = &*value else { return Err(none()) };
    if let Some(seconds) = number.as_u64() {
        return Ok(seconds);
    }
    let what = if number.as_f64().is_some_and(|number| number < 0.0 && number.fract() == 0.0) {
        "references a negative value"
    } else {
        "cannot be parsed as a long value"
    };
    Err(QueryFailure::runtime(format!("The SecondsPath parameter {what}: {source} == {number}")))
}

fn no_input(field: &str, path: &Path) -> QueryFailure {
    QueryFailure::runtime(format!("The {field} parameter does not reference an input value: {}", path.source()))
}

fn no_timestamp(source: &str, value: &Value) -> QueryFailure {
    let printed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    QueryFailure::runtime(format!(
        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {source} == {printed}"
    ))
}
