//! Converts between a task's values and an API's: renames members, stringifies values, and converts times and bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use workflow_local::Instant;
use workflow_services::{Member, Shape, Structure};

/// The spelling and encoding of an integration.
#[derive(Clone, Copy)]
pub(super) struct Codec {
    /// Members that the SDK integration spells differently from the API: its name, and the API's.
    pub(super) respelt: &'static [(&'static str, &'static str)],
    /// Whether it is an optimised integration, which uses the API's spelling.
    pub(super) is_optimised: bool,
}

/// Returns a value as a string. A string stays unchanged.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Codec {
    /// Returns the API's name for a member in a task.
    fn of_api(self, name: &str) -> &str {
        match self.is_optimised {
            true => name,
            false => self.respelt.iter().find(|(sdk, _)| *sdk == name).map_or(name, |(_, api)| api),
        }
    }

    /// Returns the SDK's name, as in the table, for a member of the API.
    fn of_sdk(self, name: &str) -> &str {
        self.respelt.iter().find(|(_, api)| *api == name).map_or(name, |(sdk, _)| sdk)
    }

    fn member(self, structure: Structure, name: &str) -> Option<Member> {
        structure.member(name).or_else(|| structure.member(self.of_sdk(name)))
    }

    /// Converts a task's request to the API's JSON.
    pub(super) fn encoded(self, value: &Value, shape: Shape) -> Value {
        match (shape, value) {
            (_, Value::Null) => Value::Null,
            (Shape::Structure(structure) | Shape::Union(structure), Value::Object(members)) => members
                .iter()
                .map(|(name, value)| {
                    let shape = self.member(structure, name).map_or(Shape::Document, |member| member.shape);
                    (self.of_api(name).to_owned(), self.encoded(value, shape))
                })
                .collect(),
            // A plain string in place of a DynamoDB value becomes one of its strings.
            (Shape::Union(structure) | Shape::Structure(structure), Value::String(_))
                if self.is_optimised && structure.member("S").is_some() =>
            {
                json!({"S": value})
            }
            (Shape::List(list), Value::Array(items)) => {
                items.iter().map(|item| self.encoded(item, list.element())).collect()
            }
            (Shape::Map(map), Value::Object(members)) => {
                members.iter().map(|(name, value)| (name.clone(), self.encoded(value, map.value()))).collect()
            }
            (Shape::String | Shape::Enum(_), value) => json!(text(value)),
            (Shape::Integer | Shape::Long | Shape::Float | Shape::Double, Value::String(number)) => {
                serde_json::from_str(number).unwrap_or_else(|_| value.clone())
            }
            (Shape::Boolean, Value::String(word)) => json!(word.eq_ignore_ascii_case("true")),
            (Shape::Blob, value) => json!(STANDARD.encode(text(value))),
            (Shape::Timestamp, Value::String(time)) => {
                Instant::parse(time).map_or_else(|| value.clone(), |time| json!(time.as_epoch_seconds()))
            }
            (_, value) => value.clone(),
        }
    }

    /// Converts an API's JSON answer for a task.
    pub(super) fn decoded(self, value: &Value, shape: Shape) -> Value {
        match (shape, value) {
            (Shape::Structure(structure) | Shape::Union(structure), Value::Object(members)) => members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| {
                    let member = self.member(structure, name);
                    let value = self.decoded(value, member.map_or(Shape::Document, |member| member.shape));
                    let name = if self.is_optimised { name } else { self.of_sdk(name) };
                    let mut name = name.to_owned();
                    if let Some(first) = name.get_mut(..1) {
                        first.make_ascii_uppercase();
                    }
                    (name, value)
                })
                .collect(),
            (Shape::List(list), Value::Array(items)) => {
                items.iter().map(|item| self.decoded(item, list.element())).collect()
            }
            (Shape::Map(map), Value::Object(members)) => {
                members.iter().map(|(name, value)| (name.clone(), self.decoded(value, map.value()))).collect()
            }
            (Shape::Timestamp, Value::Number(seconds)) if !self.is_optimised => {
                #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and times are far below")]
                let milliseconds = (seconds.as_f64().unwrap_or_default() * 1000.0).round() as i64;
                json!(Instant::from_millis(milliseconds).to_string())
            }
            (Shape::Blob, Value::String(bytes)) => {
                let bytes = STANDARD.decode(bytes).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                bytes.map_or_else(|| value.clone(), |text| json!(text))
            }
            (_, value) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use workflow_services::Service;

    use super::super::APIS;
    use super::*;

    #[test]
    fn values_go_by_the_table_of_apis() {
        let shape = Service::find("dynamodb").unwrap().operation("putItem").unwrap().input();
        let codec = |is_optimised| Codec { respelt: APIS[0].respelt, is_optimised };
        // The names in an item are data.
        let item = json!({"Item": {"Bool": {"Bool": "true"}, "n": {"N": 7}, "l": {"L": [{"Nul": true}]}}});
        let api = json!({"Item": {"Bool": {"BOOL": true}, "n": {"N": "7"}, "l": {"L": [{"NULL": true}]}}});
        assert_eq!(codec(false).encoded(&item, shape), api);
        let bare = json!({"Item": {"id": "a", "is": {"BOOL": false}}});
        let api = json!({"Item": {"id": {"S": "a"}, "is": {"BOOL": false}}});
        assert_eq!(codec(true).encoded(&bare, shape), api);
        let shape = Service::find("dynamodb").unwrap().operation("getItem").unwrap().output();
        let answer = json!({"Item": {"BOOL": {"BOOL": true}}});
        assert_eq!(codec(false).decoded(&answer, shape), json!({"Item": {"BOOL": {"Bool": true}}}));
        assert_eq!(codec(true).decoded(&answer, shape), answer);
    }
}
