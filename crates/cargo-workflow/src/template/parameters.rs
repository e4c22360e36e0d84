//! The parameters of a template: the given values, and the defaults.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use serde_json::{Map, Value};

use crate::params::{ArgumentValue, Values};

pub(super) struct Parameters<'a> {
    declared: Option<&'a Map<String, Value>>,
    values: &'a Values,
    /// Whether defaults count as values.
    defaults: bool,
}

impl<'a> Parameters<'a> {
    pub(super) fn new(template: &'a Value, values: &'a Values, defaults: bool) -> Self {
        Self { declared: template.get("Parameters").and_then(Value::as_object), values, defaults }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.declared.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    /// Returns the value of a parameter, a pseudo parameter, or any other name with a given value.
    pub(super) fn value(&self, name: &str) -> Option<ArgumentValue> {
        self.values.get(name).cloned().or_else(|| self.default(name).cloned().map(ArgumentValue::value))
    }

    /// Returns the value given on the command line.
    pub(super) fn command_line_value(&self, name: &str) -> Option<&ArgumentValue> {
        self.values.get(name)
    }

    /// Returns the values of a list parameter.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let is_list = |ty: &str| ty.starts_with("List<") || ty == "CommaDelimitedList";
        let ty = self.declared?.get(name)?.get("Type")?.as_str()?;
        let value = self.value(name).filter(|_| is_list(ty))?;
        Some(value.text().split(',').map(|item| item.trim().to_owned()).collect())
    }

    /// Returns the default. That of a Systems Manager parameter is only the name of the parameter that contains the
    /// value.
    fn default(&self, name: &str) -> Option<&'a Value> {
        let declared = self.declared?.get(name).filter(|_| self.defaults)?;
        let ty = declared.get("Type").and_then(Value::as_str).unwrap_or_default();
        declared.get("Default").filter(|_| !ty.starts_with("AWS::SSM::"))
    }
}
