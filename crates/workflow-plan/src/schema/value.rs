//! Checks a value against a JSON Schema.

use serde_json::Value;
use workflow_schema::{Rule, TypeMismatch, ValuePath};
use workflow_services::timestamp;

use super::{alternatives, resolved, values};

/// The most schemas that apply to one part of a value. A reference may refer to itself.
const DEPTH: usize = 16;

/// Returns each part of an input that does not match a type.
///
/// ```
/// use serde_json::json;
/// let order = json!({"type": "object", "required": ["id"], "properties": {
///     "id": {"type": "string"}, "sum": {"type": "number", "minimum": 0}}});
/// let found = workflow_plan::schema::mismatches(&order, &json!({"sum": -1}));
/// let found: Vec<String> = found.iter().map(ToString::to_string).collect();
/// assert_eq!(found, [
///     "`input.id`: expected a string, found nothing",
///     "`input.sum`: expected a number, at least 0, found -1",
/// ]);
/// ```
pub fn mismatches(schema: &Value, input: &Value) -> Vec<TypeMismatch> {
    Checker { root: schema }.check(schema, input, &ValuePath::root("input"), DEPTH)
}

struct Checker<'s> {
    root: &'s Value,
}

impl<'s> Checker<'s> {
    fn check(&self, schema: &'s Value, value: &Value, place: &ValuePath<'_>, depth: usize) -> Vec<TypeMismatch> {
        if depth == 0 {
            return Vec::new();
        }
        if schema.get("$ref").is_some() {
            return self.check(resolved(schema, self.root), value, place, depth - 1);
        }
        let wrong = || vec![TypeMismatch::new(place, self.words(schema, DEPTH), Some(value))];
        if let Some(variants) = alternatives(schema)
            && let Some(nearest) = self.nearest(variants, value, place, depth)
        {
            return if nearest.is_empty() { wrong() } else { nearest };
        }
        if !is_of_kind(schema, value) {
            return wrong();
        }
        let unmet = rules(schema, value).into_iter().filter_map(|rule| rule.unmet(value));
        let mut found: Vec<_> = unmet.map(|expected| TypeMismatch::new(place, expected, Some(value))).collect();
        found.extend(list(schema, "allOf").iter().flat_map(|part| self.check(part, value, place, depth - 1)));
        match value {
            Value::Object(members) => {
                let declared = |name: &str| schema.get("properties").and_then(|all| all.get(name));
                for name in list(schema, "required").iter().filter_map(Value::as_str) {
                    if !members.contains_key(name) {
                        let words = self.words(declared(name).unwrap_or(&Value::Null), DEPTH);
                        found.push(TypeMismatch::new(&place.member(name), words, None));
                    }
                }
                let other = schema.get("additionalProperties");
                let unevaluated = schema.get("unevaluatedProperties");
                let evaluated = unevaluated.map(|_| self.names(schema, DEPTH)).unwrap_or_default();
                for (name, value) in members {
                    let unevaluated = unevaluated.filter(|_| !evaluated.contains(&name.as_str()));
                    if let Some(schema) = declared(name).or(other).or(unevaluated) {
                        found.extend(self.check(schema, value, &place.member(name), DEPTH));
                    }
                }
            }
            Value::Array(items) => {
                let (first, rest) = (list(schema, "prefixItems"), schema.get("items"));
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = first.get(index).or(rest) {
                        found.extend(self.check(schema, item, &place.item(index), DEPTH));
                    }
                }
            }
            _ => {}
        }
        found
    }

    /// Returns the mismatches of the nearest variant. They are empty if none is near; `None` if one matches.
    fn nearest(
        &self,
        variants: &'s [Value],
        value: &Value,
        place: &ValuePath<'_>,
        depth: usize,
    ) -> Option<Vec<TypeMismatch>> {
        let here = place.to_string();
        let mut nearest: Option<Vec<TypeMismatch>> = None;
        for variant in variants {
            let found = self.check(variant, value, place, depth - 1);
            if found.is_empty() {
                return None;
            }
            // A variant with a wrong tag, or without its only member, is not the intended one.
            let properties = resolved(variant, self.root).get("properties").and_then(Value::as_object);
            let is_tag = |mismatch: &TypeMismatch| {
                properties.into_iter().flatten().any(|(name, schema)| {
                    let is_alone = mismatch.found.is_none() && properties.is_some_and(|all| all.len() == 1);
                    (is_alone || values(schema).is_some_and(|only| only.len() == 1))
                        && mismatch.member == place.member(name).to_string()
                })
            };
            let is_other = found.iter().any(|mismatch| mismatch.member == here || is_tag(mismatch));
            if !is_other && nearest.as_ref().is_none_or(|nearest| found.len() < nearest.len()) {
                nearest = Some(found);
            }
        }
        Some(nearest.unwrap_or_default())
    }

    /// Returns the names of the members that a schema and its parts declare.
    fn names(&self, schema: &'s Value, depth: usize) -> Vec<&'s str> {
        let schema = resolved(schema, self.root);
        let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let parts = ["allOf", "anyOf"].into_iter().flat_map(|keyword| list(schema, keyword)).filter(|_| depth > 0);
        let inner = parts.flat_map(|part| self.names(part, depth - 1));
        own.map(|(name, _)| name.as_str()).chain(inner).collect()
    }

    /// Returns the expected value in words.
    fn words(&self, schema: &'s Value, depth: usize) -> String {
        if let Some(variants) = alternatives(schema).filter(|_| depth > 0) {
            return joined(variants.iter().map(|variant| self.words(variant, depth - 1)), " or ");
        }
        if schema.get("$ref").is_some() && depth > 0 {
            return self.words(resolved(schema, self.root), depth - 1);
        }
        match (schema.get("type").and_then(Value::as_str), values(schema).unwrap_or_default().as_slice()) {
            (_, [only]) => only.to_string(),
            (_, all @ [_, ..]) => format!("one of {}", joined(all.iter().map(ToString::to_string), ", ")),
            (Some("integer"), _) => match bounds(schema).map(|bound| bound.filter(|bound| !is_extreme(bound))) {
                [Some(least), Some(greatest)] => format!("an integer from {least} to {greatest}"),
                [Some(least), None] => format!("an integer of at least {least}"),
                [None, Some(greatest)] => format!("an integer of at most {greatest}"),
                [None, None] => "an integer".to_owned(),
            },
            (Some("string"), _) if schema.get("format").is_some() => "a timestamp".to_owned(),
            (Some("boolean"), _) => "true or false".to_owned(),
            (Some(kind @ ("array" | "object")), _) => format!("an {kind}"),
            (Some("null"), _) => "null".to_owned(),
            (Some(kind), _) => format!("a {kind}"),
            (None, _) => "a value".to_owned(),
        }
    }
}

/// Returns the schemas or values of a keyword.
fn list<'s>(schema: &'s Value, keyword: &str) -> &'s [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn joined(words: impl Iterator<Item = String>, between: &str) -> String {
    words.collect::<Vec<_>>().join(between)
}

fn bounds(schema: &Value) -> [Option<&Value>; 2] {
    ["minimum", "maximum"].map(|keyword| schema.get(keyword))
}

/// Returns whether a bound is only due to the size of integers.
fn is_extreme(bound: &Value) -> bool {
    [i64::MIN.into(), i64::MAX.into(), u64::MAX.into()].contains(&integer(bound).unwrap_or_default())
}

/// Returns whether a value is of a schema's type, or one of its values.
fn is_of_kind(schema: &Value, value: &Value) -> bool {
    let is_kind = match schema.get("type").and_then(Value::as_str) {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => integer(value).is_some_and(|number| {
            let [least, greatest] = bounds(schema).map(|bound| bound.and_then(integer));
            least.is_none_or(|least| number >= least) && greatest.is_none_or(|greatest| number <= greatest)
        }),
        Some("number") => value.is_number(),
        Some("string") => {
            let is_time = |text| schema.get("format").is_none() || timestamp::parse(text).is_some();
            value.as_str().is_some_and(is_time)
        }
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    is_kind && values(schema).is_none_or(|only| only.contains(&value))
}

fn integer(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

/// Returns the constraints of a schema on values of this kind.
fn rules(schema: &Value, value: &Value) -> Vec<Rule<String>> {
    let [least, greatest] = match value {
        Value::String(_) => ["minLength", "maxLength"],
        Value::Array(_) => ["minItems", "maxItems"],
        _ => ["minProperties", "maxProperties"],
    };
    let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let tuple = list(schema, "prefixItems").len() as u64;
    let is_tuple = schema.get("items") == Some(&Value::Bool(false));
    let length = Rule::Length { least: count(least), greatest: count(greatest).or(is_tuple.then_some(tuple)) };
    let [least, greatest] = bounds(schema).map(|bound| bound.map(Value::to_string));
    let pattern = schema.get("pattern").and_then(Value::as_str);
    let pattern = pattern.map(|pattern| Rule::Pattern(pattern.to_owned()));
    // The range of an integer is a part of its type.
    let range = schema.get("type").is_none_or(|kind| kind != "integer").then_some(Rule::Range { least, greatest });
    [length].into_iter().chain(range).chain(pattern).collect()
}
