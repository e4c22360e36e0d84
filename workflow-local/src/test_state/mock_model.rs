//! Whether a mocked result fits the model of the API that the task calls.

use serde_json::Value;
use workflow_services::{Shape, Structure, TaskResource};

use super::FieldValidation;

/// What the service says of a mocked result that the called API cannot give; `None` where it fits, and where the
/// API's model is not known. Lengths and ranges are not looked at.
pub(super) fn misfit(resource: &str, result: &Value, mode: FieldValidation) -> Option<String> {
    let strict = match mode {
        FieldValidation::Strict => true,
        FieldValidation::Present => false,
        FieldValidation::None => return None,
    };
    let task = TaskResource::parse(resource).ok().filter(|task| task.output_verified())?;
    let wrong = fits("", task.output(), result, strict).err()?;
    Some(format!("Mock result schema validation error: {wrong}"))
}

/// `name` is the field that holds the value, or the array that the value is in.
fn fits(name: &str, shape: Shape, value: &Value, strict: bool) -> Result<(), String> {
    let kind = |is: bool, noun: &str| if is { Ok(()) } else { Err(format!("Field '{name}' must be {noun}")) };
    match shape {
        Shape::Structure(members) | Shape::Union(members) => {
            kind(value.is_object(), "an object")?;
            // Of a union one member is there, whatever is required in it.
            members_fit(members, value, strict && matches!(shape, Shape::Structure(_)))
        }
        Shape::List(list) => {
            kind(value.is_array(), "an array")?;
            value.as_array().into_iter().flatten().try_for_each(|item| fits(name, list.element(), item, strict))
        }
        Shape::Map(map) => {
            kind(value.is_object(), "an object")?;
            value.as_object().into_iter().flatten().try_for_each(|(key, value)| fits(key, map.value(), value, strict))
        }
        Shape::Enum(allowed) => {
            kind(value.is_string(), "a string")?;
            let known = allowed.values().any(|allowed| Some(allowed) == value.as_str());
            if known { Ok(()) } else { Err(format!("Field '{name}' is not an expected value")) }
        }
        // In results times and bytes are text.
        Shape::String | Shape::Timestamp | Shape::Blob => kind(value.is_string(), "a string"),
        Shape::Integer | Shape::Long | Shape::Float | Shape::Double => kind(value.is_number(), "a number"),
        Shape::Boolean => kind(value.is_boolean(), "a boolean"),
        _ => Ok(()),
    }
}

fn members_fit(members: Structure, value: &Value, strict: bool) -> Result<(), String> {
    for member in members.members() {
        match value.get(member.name) {
            Some(value) => fits(member.name, member.shape, value, strict)?,
            None if strict && member.required => return Err(format!("Required field '{}' is missing", member.name)),
            None => {}
        }
    }
    Ok(())
}
