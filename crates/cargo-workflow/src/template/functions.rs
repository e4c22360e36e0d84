//! Evaluates CloudFormation's functions, with placeholders such as `${Table}` for values that only a deployment knows.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use workflow_asl::placeholder;
use workflow_asl::source::MAX_BYTES;

use super::parameters::Parameters;
use crate::params::ArgumentValue;

/// The functions of one definition expand beyond the size limit of a file.
#[derive(Debug)]
pub(super) struct TooLarge;

/// Evaluates functions, up to a total size.
pub(super) struct Functions<'a> {
    parameters: &'a Parameters<'a>,
    mappings: &'a Map<String, Value>,
    /// The remaining bytes.
    left: Cell<usize>,
    /// The names of values that only a deployment knows.
    unknown: RefCell<BTreeSet<String>>,
    notes: RefCell<Vec<String>>,
}

/// Returns the function that an object calls, and its argument, or `None` if it is not a call.
pub(super) fn call(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object()?;
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    let is_call = name == "Ref" || name.starts_with("Fn::");
    is_call.then_some((name.as_str(), argument))
}

/// A part of the text of `Fn::Sub`.
pub(super) enum SubPart<'t> {
    /// Text, with its position.
    Text(&'t str, usize),
    /// `${Name}`: the name, its position, and its length with the braces.
    Variable(&'t str, usize, usize),
}

/// Returns the parts of the text of `Fn::Sub`, in which `${!` is a literal `${`.
pub(super) fn sub_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let (mut from, mut search) = (0, 0);
    while let Some(at) = text.get(search..).and_then(|rest| rest.find("${")).map(|at| at + search) {
        let inside = text.get(at + 2..).unwrap_or_default();
        if inside.starts_with('!') {
            parts.push(SubPart::Text(text.get(from..at + 2).unwrap_or_default(), from));
            (from, search) = (at + 3, at + 3);
        } else if let Some(end) = inside.find('}') {
            parts.push(SubPart::Text(text.get(from..at).unwrap_or_default(), from));
            let length = end + "${}".len();
            parts.push(SubPart::Variable(inside.get(..end).unwrap_or_default().trim(), at, length));
            (from, search) = (at + length, at + length);
        } else {
            break;
        }
    }
    parts.push(SubPart::Text(text.get(from..).unwrap_or_default(), from));
    parts
}

impl<'a> Functions<'a> {
    pub(super) fn new(parameters: &'a Parameters<'a>, mappings: &'a Map<String, Value>) -> Self {
        let (left, unknown, notes) = (Cell::new(MAX_BYTES), RefCell::default(), RefCell::default());
        Self { parameters, mappings, left, unknown, notes }
    }

    /// Counts an expanded text. Nested functions can expand a small text to a large one.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), TooLarge> {
        let left = self.left.get().checked_sub(bytes.saturating_add(1)).ok_or(TooLarge)?;
        self.left.set(left);
        Ok(())
    }

    /// Returns the value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<ArgumentValue> {
        self.parameters.value(name)
    }

    /// Returns the names of values that only a deployment knows.
    pub(super) fn unknown(&self) -> BTreeSet<String> {
        self.unknown.borrow().clone()
    }

    /// Returns the assumptions that were made, in sentences.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.borrow().clone()
    }

    /// Returns the value with all calls replaced, or `None` for `AWS::NoValue`, which is removed from its parent.
    /// Templates are nested no deeper than documents may be.
    pub(super) fn value(&self, value: &Value) -> Result<Option<Value>, TooLarge> {
        if let Some((name, argument)) = call(value) {
            return match (name, argument) {
                ("Ref", Value::String(name)) if name == "AWS::NoValue" => Ok(None),
                ("Fn::If", Value::Array(parts)) => self.chosen(parts),
                ("Fn::ToJsonString", argument) => {
                    let Some(value) = self.value(argument)? else { return Ok(None) };
                    let text = value.to_string();
                    self.spend(text.len())?;
                    Ok(Some(text.into()))
                }
                ("Fn::FindInMap" | "Fn::Select" | "Fn::Split", _) => match self.found(name, argument)? {
                    Some(found) => self.value(&found),
                    None => self.text(value).map(|text| Some(text.into())),
                },
                _ => self.text(value).map(|text| Some(text.into())),
            };
        }
        Ok(Some(match value {
            Value::Object(members) => {
                let mut made = Map::new();
                for (key, value) in members {
                    if let Some(value) = self.value(value)? {
                        made.insert(key.clone(), value);
                    }
                }
                Value::Object(made)
            }
            Value::Array(items) => {
                let mut made = Vec::new();
                for item in items {
                    made.extend(self.value(item)?);
                }
                Value::Array(made)
            }
            scalar => scalar.clone(),
        }))
    }

    /// Evaluates `Fn::If`: a placeholder if it chooses between scalars, otherwise the value for a true condition.
    fn chosen(&self, parts: &[Value]) -> Result<Option<Value>, TooLarge> {
        let [condition, then, otherwise] = parts else { return Ok(Some(self.open("If").into())) };
        let condition = condition.as_str().unwrap_or("If");
        let branches = [self.value(then)?, self.value(otherwise)?];
        let is_scalar = |branch: &Value| !branch.is_object() && !branch.is_array();
        if branches.iter().flatten().all(is_scalar) && !branches.contains(&None) {
            return Ok(Some(self.open(condition).into()));
        }
        let note = format!("`Fn::If`: taken as if the condition `{condition}` held");
        let mut notes = self.notes.borrow_mut();
        if !notes.contains(&note) {
            notes.push(note);
        }
        let [then, otherwise] = branches;
        Ok(then.or(otherwise))
    }

    /// Returns a placeholder for a value that only a deployment knows.
    fn open(&self, name: &str) -> String {
        self.unknown.borrow_mut().insert(name.to_owned());
        format!("${{{name}}}")
    }

    /// Returns the text of a scalar or a call, with placeholders.
    pub(super) fn text(&self, value: &Value) -> Result<String, TooLarge> {
        let text = self.written(value)?;
        self.spend(text.len())?;
        Ok(text)
    }

    fn written(&self, value: &Value) -> Result<String, TooLarge> {
        let Some((name, argument)) = call(value) else {
            return Ok(match value {
                Value::String(text) => text.clone(),
                value => value.to_string(),
            });
        };
        let list: &[Value] = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(match (name, argument, list) {
            ("Ref", Value::String(name), _) => self.open(name),
            ("Fn::GetAtt", Value::String(path), _) => self.open(path),
            ("Fn::GetAtt", _, [resource, attribute]) => self.open(&self.dotted(&[resource, attribute])?),
            ("Fn::Sub", Value::String(text), _) => self.substituted(text, &Value::Null)?,
            ("Fn::Sub", _, [Value::String(text), variables, ..]) => self.substituted(text, variables)?,
            ("Fn::Join", _, [separator, items]) => match self.items(items)? {
                Some(items) => items.join(separator.as_str().unwrap_or_default()),
                None => self.open("Join"),
            },
            ("Fn::FindInMap" | "Fn::Select" | "Fn::Split", ..) => match self.found(name, argument)? {
                Some(found) => self.text(&found)?,
                None if name == "Fn::FindInMap" => {
                    let parts: Vec<_> = list.iter().take(3).collect();
                    self.open(&self.dotted(&parts)?)
                }
                None => self.open(name.trim_start_matches("Fn::")),
            },
            ("Fn::If", _, [Value::String(condition), ..]) => self.open(condition),
            ("Fn::ImportValue", argument, _) => self.open(&bare(&self.text(argument)?)),
            ("Fn::ToJsonString", argument, _) => self.value(argument)?.unwrap_or_default().to_string(),
            (name, ..) => self.open(name.trim_start_matches("Fn::")),
        })
    }

    /// Returns the text of `Fn::Sub` with its own variables inserted.
    fn substituted(&self, text: &str, variables: &Value) -> Result<String, TooLarge> {
        let mut whole = String::new();
        for part in sub_parts(text) {
            match part {
                SubPart::Text(text, _) => whole.push_str(text),
                SubPart::Variable(name, ..) => whole.push_str(&self.variable(name, variables)?),
            }
        }
        Ok(whole)
    }

    /// Returns the value of a variable of `Fn::Sub`.
    pub(super) fn variable(&self, name: &str, variables: &Value) -> Result<String, TooLarge> {
        match variables.get(name) {
            Some(value) => self.text(value),
            None => {
                self.spend(name.len())?;
                Ok(self.open(name))
            }
        }
    }

    /// Returns the texts of a list, or `None` if only a deployment knows it.
    fn items(&self, list: &Value) -> Result<Option<Vec<String>>, TooLarge> {
        if let Some((name, argument)) = call(list) {
            return match (name, argument) {
                ("Ref", Value::String(name)) => Ok(self.parameters.list(name)),
                ("Fn::FindInMap" | "Fn::Select" | "Fn::Split", _) => match self.found(name, argument)? {
                    Some(found @ Value::Array(_)) => self.items(&found),
                    _ => Ok(None),
                },
                _ => Ok(None),
            };
        }
        let Value::Array(items) = list else { return Ok(None) };
        items.iter().map(|item| self.text(item)).collect::<Result<_, _>>().map(Some)
    }

    /// Looks up a value in a mapping or a list, if all keys are known.
    fn found(&self, name: &str, argument: &Value) -> Result<Option<Value>, TooLarge> {
        let list: &[Value] = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(match (name, list) {
            ("Fn::FindInMap", [map, first, second, ..]) => {
                let keys = [self.key(map)?, self.key(first)?, self.key(second)?];
                let [Some(map), Some(first), Some(second)] = keys else { return Ok(None) };
                self.mappings.get(&map).and_then(|map| map.get(&first)?.get(&second)).cloned()
            }
            ("Fn::Select", [index, items]) => {
                let index = self.key(index)?.and_then(|index| index.parse::<usize>().ok());
                let (Some(index), Some(items)) = (index, self.items(items)?) else { return Ok(None) };
                items.into_iter().nth(index).map(Value::String)
            }
            ("Fn::Split", [separator, text]) => {
                let separator = separator.as_str().unwrap_or_default();
                match self.key(text)? {
                    Some(text) if !separator.is_empty() => Some(text.split(separator).map(Value::from).collect()),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// Returns a string if it is fully known, possibly from the values of parameters.
    fn key(&self, value: &Value) -> Result<Option<String>, TooLarge> {
        let mut text = self.text(value)?;
        for _ in 0..placeholder::named(&text.clone()).count() {
            let known = placeholder::named(&text).next().and_then(|(range, name)| {
                let given = self.parameters.value(name)?;
                Some((range, given.text()))
            });
            let Some((range, given)) = known else { return Ok(None) };
            text.replace_range(range, &given);
            self.spend(text.len())?;
        }
        Ok((!placeholder::contained(&text)).then_some(text))
    }

    fn dotted(&self, parts: &[&Value]) -> Result<String, TooLarge> {
        let parts: Result<Vec<_>, _> = parts.iter().map(|part| Ok(bare(&self.text(part)?))).collect();
        Ok(parts?.join("."))
    }
}

/// Returns a name without the characters of a placeholder, for use in another placeholder.
fn bare(text: &str) -> String {
    text.replace("${", "").replace('}', "")
}
