//! `--params` and `--param`: the values of parameters, and of the placeholders of documents and templates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::Args;
use serde_json::Value;
use workflow_asl::nearest::nearest;
use workflow_asl::policy;
use workflow_asl::source::{Format, Source};

use crate::Failure;
use crate::input;
use crate::report::{self, Report};

/// The arguments.
#[derive(Args, Clone, Default)]
pub(crate) struct Params {
    /// Values of parameters and placeholders `${X}`: a JSON or YAML file with an object, or the object itself as JSON
    #[arg(long, value_name = "FILE")]
    params: Option<String>,
    /// Value of one parameter or placeholder; overrides --params (repeatable)
    #[arg(long = "param", value_name = "NAME=VALUE")]
    param: Vec<String>,
}

/// Values by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values(BTreeMap<String, ArgumentValue>);

/// A value from the command line or a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArgumentValue {
    value: Value,
    /// Whether it is an argument of the command line, which may be JSON.
    is_word: bool,
}

impl Params {
    /// Reads the values.
    ///
    /// # Errors
    /// Fails if the file cannot be read or does not contain an object, or if an argument is not `NAME=VALUE`.
    pub(crate) fn values(&self) -> Result<Values, Failure> {
        let mut values = BTreeMap::new();
        if let Some(given) = &self.params {
            for (name, value) in object(given)? {
                values.insert(name, ArgumentValue { value, is_word: false });
            }
        }
        for given in &self.param {
            let (name, value) =
                given.split_once('=').ok_or_else(|| format!("error: `--param` needs NAME=VALUE, not `{given}`"))?;
            values.insert(name.to_owned(), ArgumentValue { value: value.into(), is_word: true });
        }
        Ok(Values(values))
    }
}

/// Returns the key and the value of an argument such as `--tag`.
pub(crate) fn key_value(given: &str) -> Result<(String, String), String> {
    let (key, value) = given.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Returns the object that `--params` contains or names.
fn object(given: &str) -> Result<Vec<(String, Value)>, Failure> {
    let value = if given.trim_start().starts_with(['{', '[']) {
        serde_json::from_str(given).map_err(|error| format!("error: `--params` is not JSON: {error}"))?
    } else {
        let file = Path::new(given);
        let unreadable = |reason: String| report::refuse(Box::new(Report::unreadable(file, &reason)));
        let bytes = input::bytes(file).map_err(unreadable)?;
        let source = Source::read(&bytes, Format::of_path(file));
        source.map_err(|error| report::refuse(Box::new(Report::refused(file, &bytes, &error))))?.into_value()
    };
    match value {
        Value::Object(members) => Some(members.into_iter().collect()),
        // The format of `aws cloudformation --parameters`.
        Value::Array(items) if !items.is_empty() => items.iter().map(parameter).collect::<Option<_>>(),
        _ => None,
    }
    .ok_or_else(|| "error: `--params` must be a JSON object: {\"Table\": \"orders\"}".to_owned().into())
}

fn parameter(item: &Value) -> Option<(String, Value)> {
    Some((item.get("ParameterKey")?.as_str()?.to_owned(), item.get("ParameterValue")?.clone()))
}

impl Values {
    pub(crate) fn get(&self, name: &str) -> Option<&ArgumentValue> {
        self.0.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &ArgumentValue)> {
        self.0.iter().map(|(name, given)| (name.as_str(), given))
    }

    /// Checks that every name with a value is a parameter or placeholder. CloudFormation's pseudo parameters are always
    /// allowed.
    ///
    /// # Errors
    /// Fails if a name is unknown: its value would have no effect.
    pub(crate) fn are_known(&self, known: &BTreeSet<String>) -> Result<(), Failure> {
        let Some(name) = self.0.keys().find(|name| !known.contains(*name) && !name.starts_with("AWS::")) else {
            return Ok(());
        };
        let help = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "it has none".to_owned(),
            None => format!("it has `{}`", known.iter().map(String::as_str).collect::<Vec<_>>().join("`, `")),
        };
        Err(format!("error: `--params`: the workflow has no param or placeholder `{name}`\n  = help: {help}").into())
    }
}

impl ArgumentValue {
    /// Creates a value that does not come from the command line.
    pub(crate) fn value(value: Value) -> Self {
        Self { value, is_word: false }
    }

    /// Returns the value as text inside other text.
    pub(crate) fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        }
    }

    /// Returns the value as text in an ARN, or `None` for a list or an object.
    pub(crate) fn scalar(&self) -> Option<String> {
        policy::text_of(&self.value)
    }

    /// Returns the value as JSON without quotes, or `None` if it is not JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        match &self.value {
            Value::String(text) => serde_json::from_str(text).ok(),
            value => Some(value.clone()),
        }
    }

    /// Returns the value of a parameter: an argument of the command line is parsed as JSON unless the parameter is
    /// text.
    pub(crate) fn of_param(&self, is_text: bool) -> Option<Value> {
        match (is_text, self.is_word) {
            (true, _) => Some(Value::String(self.text())),
            (false, true) => self.json(),
            (false, false) => Some(self.value.clone()),
        }
    }
}
