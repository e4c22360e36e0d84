//! What CloudFormation's functions give, with placeholders such as `${Table}` for what only a deployment knows.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use serde_json::{Map, Value};

/// The function that an object calls, and what with; `None` for an object that is none.
pub(super) fn call(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object()?;
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    let is_call = name == "Ref" || name.starts_with("Fn::");
    is_call.then_some((name.as_str(), argument))
}

/// The value with all calls replaced; `None` for `AWS::NoValue`, which is left out of what holds it.
/// A template nests no deeper than a document may.
pub(super) fn put_in(value: &Value, notes: &mut Vec<String>) -> Option<Value> {
    if let Some((name, argument)) = call(value) {
        return match (name, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => None,
            ("Fn::If", Value::Array(parts)) => chosen(parts, notes),
            ("Fn::ToJsonString", argument) => put_in(argument, notes).map(|value| value.to_string().into()),
            _ => Some(Value::String(said(value))),
        };
    }
    Some(match value {
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(members.filter_map(|(key, value)| Some((key.clone(), put_in(value, notes)?))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().filter_map(|item| put_in(item, notes)).collect()),
        scalar => scalar.clone(),
    })
}

/// What `Fn::If` gives: a placeholder where it chooses between scalars, else what it gives if the condition holds.
fn chosen(parts: &[Value], notes: &mut Vec<String>) -> Option<Value> {
    let [condition, then, otherwise] = parts else { return Some(Value::String("${If}".to_owned())) };
    let condition = condition.as_str().unwrap_or("If");
    let branches = [put_in(then, notes), put_in(otherwise, notes)];
    if branches.iter().flatten().all(|branch| !branch.is_object() && !branch.is_array()) && !branches.contains(&None) {
        return Some(Value::String(format!("${{{condition}}}")));
    }
    let note = format!("`Fn::If`: taken as if the condition `{condition}` held");
    if !notes.contains(&note) {
        notes.push(note);
    }
    let [then, otherwise] = branches;
    then.or(otherwise)
}

/// The text of a scalar or a call, with placeholders.
pub(super) fn said(value: &Value) -> String {
    let Some((name, argument)) = call(value) else {
        return match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
    };
    let list: &[Value] = argument.as_array().map(Vec::as_slice).unwrap_or_default();
    match (name, argument, list) {
        ("Ref", Value::String(name), _) => format!("${{{name}}}"),
        ("Fn::GetAtt", Value::String(path), _) => format!("${{{path}}}"),
        ("Fn::GetAtt", _, [resource, attribute]) => format!("${{{}}}", dotted(&[resource, attribute])),
        ("Fn::Sub", Value::String(text), _) => text.replace("${!", "${"),
        ("Fn::Sub", _, [Value::String(text), variables, ..]) => substituted(text, variables),
        ("Fn::Join", _, [separator, Value::Array(items)]) => {
            items.iter().map(said).collect::<Vec<_>>().join(separator.as_str().unwrap_or_default())
        }
        ("Fn::Select", _, [index, Value::Array(items)]) => {
            let index = index.as_u64().or_else(|| index.as_str()?.parse().ok());
            let item = index.and_then(|index| items.get(usize::try_from(index).ok()?));
            item.map_or_else(|| "${Select}".to_owned(), said)
        }
        ("Fn::FindInMap", _, [map, first, second, ..]) => format!("${{{}}}", dotted(&[map, first, second])),
        ("Fn::If", _, [Value::String(condition), ..]) => format!("${{{condition}}}"),
        ("Fn::ImportValue", argument, _) => format!("${{{}}}", bare(&said(argument))),
        (name, ..) => format!("${{{}}}", name.trim_start_matches("Fn::")),
    }
}

/// The text of `Fn::Sub` with the variables put in that it is given.
fn substituted(text: &str, variables: &Value) -> String {
    let none = Map::new();
    let variables = variables.as_object().unwrap_or(&none);
    let mut pieces = text.split("${");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some((name, rest)) if variables.contains_key(name) => {
                whole.push_str(&variables.get(name).map(said).unwrap_or_default());
                whole.push_str(rest);
            }
            _ => {
                whole.push_str("${");
                whole.push_str(piece.strip_prefix('!').unwrap_or(piece));
            }
        }
    }
    whole
}

fn dotted(parts: &[&Value]) -> String {
    parts.iter().map(|part| bare(&said(part))).collect::<Vec<_>>().join(".")
}

/// A name without the signs of a placeholder, to stand in another one.
fn bare(text: &str) -> String {
    text.replace("${", "").replace('}', "")
}
