//! A request's members, checked as the API's model has them.

use serde_json::{Map, Value};

use super::error::ApiError;

/// The body of a request: a JSON object.
pub(super) struct Input(Map<String, Value>);

impl Input {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Err(ApiError::new("SerializationException", "the request's body must be a JSON object")),
            Err(error) => {
                Err(ApiError::new("SerializationException", format!("the request's body is not JSON: {error}")))
            }
        }
    }

    pub(super) fn value(&self, member: &str) -> Option<&Value> {
        self.0.get(member).filter(|value| !value.is_null())
    }

    /// The members of a structure.
    pub(super) fn object(&self, member: &str) -> Result<Option<Self>, ApiError> {
        Ok(self.typed(member, "a structure", Value::as_object)?.map(|members| Self(members.clone())))
    }

    pub(super) fn text(&self, member: &str) -> Result<Option<&str>, ApiError> {
        self.typed(member, "a string", Value::as_str)
    }

    pub(super) fn boolean(&self, member: &str) -> Result<Option<bool>, ApiError> {
        self.typed(member, "a boolean", Value::as_bool)
    }

    pub(super) fn required(&self, member: &str) -> Result<&str, ApiError> {
        self.text(member)?.ok_or_else(|| ApiError::constraint(Some("null"), member, "not be null"))
    }

    /// A text of at most so many characters, whose value an error does not repeat.
    pub(super) fn sensitive(&self, member: &str, most: usize) -> Result<Option<&str>, ApiError> {
        let text = self.text(member)?;
        if text.is_some_and(|text| text.len() > most && text.chars().count() > most) {
            let constraint = format!("have length less than or equal to {most}");
            return Err(ApiError::constraint(None, member, &constraint));
        }
        Ok(text)
    }

    /// One of the words of an enum.
    pub(super) fn word<'w>(&self, member: &str, words: &[&'w str]) -> Result<Option<&'w str>, ApiError> {
        let Some(text) = self.text(member)? else { return Ok(None) };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => {
                let constraint = format!("satisfy enum value set: [{}]", words.join(", "));
                Err(ApiError::constraint(Some(&format!("'{text}'")), member, &constraint))
            }
        }
    }

    /// A whole number from 0 to `most`.
    pub(super) fn number(&self, member: &str, most: usize) -> Result<Option<usize>, ApiError> {
        let Some(number) = self.typed(member, "a whole number", Value::as_i64)? else { return Ok(None) };
        let value = format!("'{number}'");
        match usize::try_from(number) {
            Err(_) => Err(ApiError::constraint(Some(&value), member, "have value greater than or equal to 0")),
            Ok(number) if number > most => {
                Err(ApiError::constraint(Some(&value), member, &format!("have value less than or equal to {most}")))
            }
            Ok(number) => Ok(Some(number)),
        }
    }

    fn typed<'a, T>(
        &'a self,
        member: &str,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.value(member) else { return Ok(None) };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(ApiError::new("SerializationException", format!("'{member}' must be {what}"))),
        }
    }
}
