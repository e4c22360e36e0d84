//! Compares declared types, as JSON Schema: the values that one type accepts and the other does not. Checks values
//! against them.
//!
//! Only the subset of JSON Schema that `cargo workflow types` writes is supported. Other keywords are ignored.
//! <https://json-schema.org/draft/2020-12/json-schema-validation>

mod value;

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use workflow_asl::json_kind::JsonKind;

pub use value::mismatches;

/// The depth to which types are compared. A recursive type has no end.
const DEPTH: usize = 32;

/// Returns where values of type `given` do not fit type `wanted`, in words. Empty if all values fit.
///
/// Members that only `given` has do not count, because readers ignore unknown members, unless `wanted` forbids them.
///
/// ```
/// use serde_json::json;
/// let order = |required| json!({"type": "object", "required": required, "properties": {
///     "id": {"type": "string"}, "sum": {"type": "number"}}});
/// let (old, new) = (order(json!(["id"])), order(json!(["id", "sum"])));
/// assert_eq!(workflow_plan::schema::beyond(&old, &new), ["`sum` may be missing"]);
/// assert!(workflow_plan::schema::beyond(&new, &old).is_empty());
/// ```
pub fn beyond(given: &Value, wanted: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Comparison { given_root: given, wanted_root: wanted }.compare(given, wanted, "", DEPTH, &mut found);
    found.dedup();
    found
}

struct Comparison<'v> {
    given_root: &'v Value,
    wanted_root: &'v Value,
}

/// Returns the alternatives of a type.
fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()
}

/// Resolves a reference.
fn resolved<'v>(schema: &'v Value, root: &'v Value) -> &'v Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
    let pointer = pointer.map(|pointer| percent_decode_str(pointer).decode_utf8_lossy());
    pointer.and_then(|pointer| root.pointer(&pointer)).unwrap_or(schema)
}

/// Returns the values of a type with a fixed set of values.
fn values(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some(values.iter().collect());
    }
    schema.get("const").map(|value| vec![value])
}

/// Returns the kinds of values that a type allows; `None` for any.
fn kinds(schema: &Value) -> Option<BTreeSet<&str>> {
    match schema.get("type")? {
        Value::String(kind) => Some([kind.as_str()].into()),
        Value::Array(kinds) => Some(kinds.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if !number.is_f64() => "integer",
        other => JsonKind::of(other).name(),
    }
}

impl Comparison<'_> {
    fn compare(&self, given: &Value, wanted: &Value, place: &str, depth: usize, found: &mut Vec<String>) {
        let (given, wanted) = (resolved(given, self.given_root), resolved(wanted, self.wanted_root));
        let takes_all = wanted.as_bool() == Some(true) || wanted.as_object().is_some_and(Map::is_empty);
        if depth == 0 || given == wanted && self.given_root == self.wanted_root || takes_all {
            return;
        }
        if let Some(all) = alternatives(given) {
            return all.iter().for_each(|one| self.compare(one, wanted, place, depth - 1, found));
        }
        if let Some(all) = alternatives(wanted) {
            let mut nearest: Option<Vec<String>> = None;
            for one in all {
                let mut own = Vec::new();
                self.compare(given, one, place, depth - 1, &mut own);
                if nearest.as_ref().is_none_or(|nearest| own.len() < nearest.len()) {
                    nearest = Some(own);
                }
            }
            return found.extend(nearest.unwrap_or_default());
        }
        let name = if place.is_empty() { "the whole".to_owned() } else { format!("`{place}`") };
        if let Some(taken) = values(wanted) {
            match values(given) {
                Some(given) => {
                    let more = given.iter().filter(|value| !taken.contains(value));
                    found.extend(more.map(|value| format!("{name} may be {value}")));
                }
                None => found.push(format!("{name} may be other than {}", list(&taken))),
            }
            return;
        }
        let given_kinds = match (values(given), kinds(given)) {
            (Some(values), _) => Some(values.into_iter().map(kind_name).collect()),
            (None, kinds) => kinds,
        };
        if let Some(wanted_kinds) = kinds(wanted) {
            let fits =
                |kind: &&str| wanted_kinds.contains(*kind) || *kind == "integer" && wanted_kinds.contains("number");
            match given_kinds {
                None => return found.push(format!("{name} may be anything")),
                Some(kinds) => {
                    let more: Vec<_> = kinds.iter().filter(|kind| !fits(kind)).copied().collect();
                    if !more.is_empty() {
                        return found.push(format!("{name} may be {}", more.join(" or ")));
                    }
                }
            }
        }
        self.limits(given, wanted, &name, found);
        self.members(given, wanted, place, depth, found);
        self.items(given, wanted, place, depth, found);
    }

    fn limits(&self, given: &Value, wanted: &Value, name: &str, found: &mut Vec<String>) {
        let limit = |schema: &Value, limit: &str| schema.get(limit).and_then(Value::as_f64);
        if let Some(least) = limit(wanted, "minimum")
            && limit(given, "minimum").is_none_or(|own| own < least)
        {
            found.push(format!("{name} may be less than {least}"));
        }
        if let Some(greatest) = limit(wanted, "maximum")
            && limit(given, "maximum").is_none_or(|own| own > greatest)
        {
            found.push(format!("{name} may be more than {greatest}"));
        }
    }

    fn members(&self, given: &Value, wanted: &Value, place: &str, depth: usize, found: &mut Vec<String>) {
        let none = Map::new();
        let members = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned();
        let required = |schema: &Value| -> BTreeSet<String> {
            let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            names.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let inner = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        let (own, taken) = (members(given).unwrap_or_else(|| none.clone()), members(wanted).unwrap_or(none));
        let own_required = required(given);
        for name in required(wanted).iter().filter(|name| !own_required.contains(*name)) {
            found.push(format!("`{}` may be missing", inner(name)));
        }
        for (name, wanted) in &taken {
            if let Some(given) = own.get(name) {
                self.compare(given, wanted, &inner(name), depth - 1, found);
            }
        }
        match wanted.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                let more = own.keys().filter(|name| !taken.contains_key(*name));
                found.extend(more.map(|name| format!("`{}` is not taken", inner(name))));
            }
            Some(rest @ Value::Object(_)) => {
                for (name, given) in own.iter().filter(|(name, _)| !taken.contains_key(*name)) {
                    self.compare(given, rest, &inner(name), depth - 1, found);
                }
                if let Some(given) = given.get("additionalProperties").filter(|given| given.is_object()) {
                    self.compare(given, rest, &inner("*"), depth - 1, found);
                }
            }
            _ => {}
        }
    }

    fn items(&self, given: &Value, wanted: &Value, place: &str, depth: usize, found: &mut Vec<String>) {
        if let (Some(given), Some(wanted)) = (given.get("items"), wanted.get("items"))
            && !(given.is_boolean() || wanted.is_boolean())
        {
            self.compare(given, wanted, &format!("{place}[]"), depth - 1, found);
        }
        let tuple = |schema: &Value| schema.get("prefixItems").and_then(Value::as_array).cloned();
        match (tuple(given), tuple(wanted)) {
            (Some(given), Some(wanted)) if given.len() == wanted.len() => {
                for (number, (given, wanted)) in given.iter().zip(&wanted).enumerate() {
                    self.compare(given, wanted, &format!("{place}[{number}]"), depth - 1, found);
                }
            }
            (Some(given), Some(wanted)) => {
                found.push(format!("`{place}` may have {} items in place of {}", given.len(), wanted.len()));
            }
            (None, Some(wanted)) => found.push(format!("`{place}` may have other than {} items", wanted.len())),
            (Some(given), None) => {
                if let Some(item) = wanted.get("items").filter(|item| item.is_object()) {
                    for (number, given) in given.iter().enumerate() {
                        self.compare(given, item, &format!("{place}[{number}]"), depth - 1, found);
                    }
                }
            }
            (None, None) => {}
        }
    }
}

fn list(values: &[&Value]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
