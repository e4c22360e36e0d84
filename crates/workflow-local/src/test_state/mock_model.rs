//! Checks a mocked result against the model of the called API.

use serde_json::Value;
use workflow_services::{Limits, Shape, Structure, TaskResource};

use super::FieldValidation;

/// Returns the service's message if the called API cannot return the mocked result; `None` if it can, or if the API's
/// model is unknown. Patterns of strings are not checked.
pub(super) fn mismatch(resource: &str, result: &Value, mode: FieldValidation) -> Option<String> {
    let strict = match mode {
        FieldValidation::Strict => true,
        FieldValidation::Present => false,
        FieldValidation::None => return None,
    };
    let task = TaskResource::parse(resource).ok().filter(|task| task.output_verified())?;
    let wrong = fits("", task.output(), None, result, strict).err()?;
    Some(format!("Mock result schema validation error: {wrong}"))
}

/// `name` is the field that contains the value, or the array that contains it.
fn fits(name: &str, shape: Shape, limits: Option<Limits>, value: &Value, strict: bool) -> Result<(), String> {
    let kind = |is: bool, noun: &str| if is { Ok(()) } else { Err(format!("Field '{name}' must be {noun}")) };
    match shape {
        Shape::Structure(members) | Shape::Union(members) => {
            kind(value.is_object(), "an object")?;
            // A union has one member, whatever its model requires.
            members_fit(members, value, strict && matches!(shape, Shape::Structure(_)))
        }
        Shape::List(list) => {
            kind(value.is_array(), "an array")?;
            let (element, limits) = (list.element(), list.element_limits());
            value.as_array().into_iter().flatten().try_for_each(|item| fits(name, element, limits, item, strict))
        }
        Shape::Map(map) => {
            kind(value.is_object(), "an object")?;
            let (shape, limits) = (map.value(), map.value_limits());
            value.as_object().into_iter().flatten().try_for_each(|(key, value)| fits(key, shape, limits, value, strict))
        }
        Shape::Enum(allowed) => {
            kind(value.is_string(), "a string")?;
            let known = allowed.values().any(|allowed| Some(allowed) == value.as_str());
            if known { Ok(()) } else { Err(format!("Field '{name}' is not an expected value")) }
        }
        // In results, times and bytes are text.
        Shape::String | Shape::Timestamp | Shape::Blob => kind(value.is_string(), "a string"),
        Shape::Integer | Shape::Long | Shape::Float | Shape::Double => kind(value.is_number(), "a number"),
        Shape::Boolean => kind(value.is_boolean(), "a boolean"),
        _ => Ok(()),
    }?;
    limits.map_or(Ok(()), |limits| within(name, limits, shape, value))
}

/// AWS's texts for the minimum length and the maximum number are known. The other two are worded like them.
fn within(name: &str, limits: Limits, shape: Shape, value: &Value) -> Result<(), String> {
    let (measure, too_little, too_much) = match value {
        Value::Number(number) => (number.as_f64(), "is less than the minimum value", "exceeds the maximum value"),
        _ => (length(shape, value), "is smaller than the minimum length", "exceeds the maximum length"),
    };
    let Some(measure) = measure else { return Ok(()) };
    let wrong = if limits.least().is_some_and(|least| measure < least) {
        too_little
    } else if limits.greatest().is_some_and(|greatest| measure > greatest) {
        too_much
    } else {
        return Ok(());
    };
    Err(format!("Field '{name}' {wrong}"))
}

/// Returns the number of characters, bytes, elements or members.
fn length(shape: Shape, value: &Value) -> Option<f64> {
    let length = match value {
        // Bytes are base64-encoded.
        Value::String(text) if shape == Shape::Blob => text.trim_end_matches('=').len() * 3 / 4,
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => return None,
    };
    Some(length as f64)
}

fn members_fit(members: Structure, value: &Value, strict: bool) -> Result<(), String> {
    for member in members.members() {
        match value.get(member.name) {
            Some(value) => fits(member.name, member.shape, member.limits, value, strict)?,
            None if strict && member.required => return Err(format!("Required field '{}' is missing", member.name)),
            None => {}
        }
    }
    Ok(())
}
