//! The parameters of a template: the values that are given, and their defaults.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use serde_json::{Map, Value};

use crate::params::{Given, Values};

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

    /// The value of a parameter, of a pseudo parameter, or of anything else that a value is given for.
    pub(super) fn value(&self, name: &str) -> Option<Given> {
        self.values.get(name).cloned().or_else(|| self.default(name).cloned().map(Given::value))
    }

    /// The value that is given to the command.
    pub(super) fn given(&self, name: &str) -> Option<&Given> {
        self.values.get(name)
    }

    /// The values of a parameter that is a list.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let is_list = |ty: &str| ty.starts_with("List<") || ty == "CommaDelimitedList";
        let ty = self.declared?.get(name)?.get("Type")?.as_str()?;
        let value = self.value(name).filter(|_| is_list(ty))?;
        Some(value.text().split(',').map(|item| item.trim().to_owned()).collect())
    }

    /// The default. That of a parameter of Systems Manager is the name of what has the value.
    fn default(&self, name: &str) -> Option<&'a Value> {
        let declared = self.declared?.get(name).filter(|_| self.defaults)?;
        let ty = declared.get("Type").and_then(Value::as_str).unwrap_or_default();
        declared.get("Default").filter(|_| !ty.starts_with("AWS::SSM::"))
    }
}
