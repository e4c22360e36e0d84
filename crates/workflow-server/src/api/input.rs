//! The members of a request, validated by the API's model.
//!
//! The service validates in this order: the types of all members (`SerializationException`); the constraints of the
//! model, all violations at once (`ValidationException`); the contents, such as ARNs and definitions; and last the
//! existence of resources such as state machines. An operation reads its [`Members`], checks them, and continues from
//! there.

use serde_json::{Map, Value};

use super::arn::Scope;
use super::{ApiError, Code};

/// The maximum length of an ARN.
pub(crate) const ARN_CHARS: usize = 256;
/// The maximum length of the ARN of a map run, or of a version to delete.
pub(crate) const LONG_ARN_CHARS: usize = 2000;

/// A request: its body, a JSON object, and its scope.
pub(crate) struct Input {
    members: Map<String, Value>,
    pub(crate) scope: Scope,
}

impl Input {
    pub(crate) fn new(members: Map<String, Value>, scope: Scope) -> Self {
        Self { members, scope }
    }

    pub(crate) fn parse(body: &[u8], scope: Scope) -> Result<Self, ApiError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self { members: Map::new(), scope });
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self { members, scope }),
            Ok(_) => Err(ApiError::new(Code::Serialization, "the request's body must be a JSON object")),
            Err(error) => Err(ApiError::new(Code::Serialization, format!("the request's body is not JSON: {error}"))),
        }
    }

    /// Returns the members, to be read.
    pub(crate) fn members(&self) -> Members<'_> {
        Members { members: &self.members, within: String::new(), wrong_type: None, violations: Vec::new() }
    }
}

/// The members of a structure, and the violations found so far. A reader returns an empty value for a violation, and
/// [`check`](Self::check) returns the error.
pub(crate) struct Members<'a> {
    members: &'a Map<String, Value>,
    /// The prefix of member names in errors: `tags.1.member.`.
    within: String,
    wrong_type: Option<ApiError>,
    violations: Vec<String>,
}

impl<'a> Members<'a> {
    /// Returns an error if any member that was read is invalid.
    pub(crate) fn check(mut self) -> Result<(), ApiError> {
        self.check_now()
    }

    /// Like [`check`](Self::check), for borrowed members.
    pub(crate) fn check_now(&mut self) -> Result<(), ApiError> {
        if let Some(error) = self.wrong_type.take() {
            return Err(error);
        }
        let count = match self.violations.len() {
            0 => return Ok(()),
            1 => "1 validation error".to_owned(),
            more => format!("{more} validation errors"),
        };
        Err(ApiError::new(Code::Validation, format!("{count} detected: {}", self.violations.join("; "))))
    }

    pub(crate) fn value(&self, member: &str) -> Option<&'a Value> {
        self.members.get(member).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, member: &str) -> Option<&'a str> {
        self.typed(member, "a string", Value::as_str)
    }

    pub(crate) fn boolean(&mut self, member: &str) -> Option<bool> {
        self.typed(member, "a boolean", Value::as_bool)
    }

    /// Returns a required ARN.
    pub(crate) fn arn(&mut self, member: &str) -> &'a str {
        self.required_bounded(member, 1, ARN_CHARS)
    }

    /// Like [`arn`](Self::arn), for a resource with longer ARNs.
    pub(crate) fn long_arn(&mut self, member: &str) -> &'a str {
        self.required_bounded(member, 1, LONG_ARN_CHARS)
    }

    /// Returns a string of at most `most` characters. Errors do not repeat its value.
    pub(crate) fn sensitive(&mut self, member: &str, most: usize) -> Option<&'a str> {
        self.sensitive_from(member, 0, most)
    }

    /// Like [`sensitive`](Self::sensitive), with a minimum length.
    pub(crate) fn sensitive_from(&mut self, member: &str, least: usize, most: usize) -> Option<&'a str> {
        let text = self.text(member)?;
        if text.len() > most && text.chars().count() > most {
            self.violate(None, member, &format!("have length less than or equal to {most}"));
        } else if text.chars().take(least).count() < least {
            self.violate(None, member, &format!("have length greater than or equal to {least}"));
        }
        Some(text)
    }

    /// Like [`sensitive`](Self::sensitive), for a required member.
    pub(crate) fn required_sensitive(&mut self, member: &str, most: usize) -> &'a str {
        if self.value(member).is_none() {
            self.violate(None, member, "not be null");
        }
        self.sensitive(member, most).unwrap_or_default()
    }

    /// Returns a string with bounds on its length.
    pub(crate) fn bounded(&mut self, member: &str, least: usize, most: usize) -> Option<&'a str> {
        let text = self.text(member)?;
        self.check_length(member, &format!("'{text}'"), text.chars().count(), least, most);
        Some(text)
    }

    /// Like [`bounded`](Self::bounded), for a required member.
    pub(crate) fn required_bounded(&mut self, member: &str, least: usize, most: usize) -> &'a str {
        self.required_value(member);
        self.bounded(member, least, most).unwrap_or_default()
    }

    /// Returns one of the words of an enum.
    pub(crate) fn word<'w>(&mut self, member: &str, words: &[&'w str]) -> Option<&'w str> {
        let text = self.text(member)?;
        let word = words.iter().copied().find(|word| *word == text);
        if word.is_none() {
            let constraint = format!("satisfy enum value set: [{}]", words.join(", "));
            self.violate(Some(&format!("'{text}'")), member, &constraint);
        }
        word
    }

    /// Like [`word`](Self::word), for a required member.
    pub(crate) fn required_word<'w>(&mut self, member: &str, words: &[&'w str]) -> Option<&'w str> {
        self.required_value(member);
        self.word(member, words)
    }

    /// Records that a required member is missing.
    pub(crate) fn required_value(&mut self, member: &str) {
        if self.value(member).is_none() {
            self.violate(Some("null"), member, "not be null");
        }
    }

    /// Records a violation if a string does not match a pattern of the model.
    pub(crate) fn check_pattern(&mut self, member: &str, text: &str, pattern: &str, matches: bool) {
        if !matches {
            self.violate(Some(&format!("'{text}'")), member, &format!("satisfy regular expression pattern: {pattern}"));
        }
    }

    /// Records a violation if a string or a list, printed as `value`, is too short or too long.
    pub(crate) fn check_length(&mut self, member: &str, value: &str, length: usize, least: usize, most: usize) {
        if length < least {
            self.violate(Some(value), member, &format!("have length greater than or equal to {least}"));
        } else if length > most {
            self.violate(Some(value), member, &format!("have length less than or equal to {most}"));
        }
    }

    /// Returns an integer from 0 to `most`.
    pub(crate) fn number(&mut self, member: &str, most: usize) -> Option<usize> {
        self.number_from(member, 0, most)
    }

    /// Like [`number`](Self::number), for a required member.
    pub(crate) fn required_number(&mut self, member: &str, most: usize) -> usize {
        self.required_value(member);
        self.number(member, most).unwrap_or_default()
    }

    /// Returns a number from 0 to 100.
    pub(crate) fn percentage(&mut self, member: &str) -> Option<f64> {
        let number = self.typed(member, "a number", Value::as_f64)?;
        let value = format!("'{number}'");
        if number < 0.0 {
            self.violate(Some(&value), member, "have value greater than or equal to 0");
        } else if number > 100.0 {
            self.violate(Some(&value), member, "have value less than or equal to 100");
        }
        Some(number)
    }

    /// Returns an integer from `least` to `most`.
    pub(crate) fn number_from(&mut self, member: &str, least: usize, most: usize) -> Option<usize> {
        let number = self.typed(member, "a whole number", Value::as_i64)?;
        let value = format!("'{number}'");
        match usize::try_from(number).ok().filter(|number| *number >= least).ok_or(()) {
            Err(()) => {
                self.violate(Some(&value), member, &format!("have value greater than or equal to {least}"));
            }
            Ok(number) if number > most => {
                self.violate(Some(&value), member, &format!("have value less than or equal to {most}"));
            }
            Ok(number) => return Some(number),
        }
        None
    }

    /// Returns the result of `read` for the members of a structure.
    pub(crate) fn structure<T>(&mut self, member: &str, read: impl FnOnce(&mut Members<'a>) -> T) -> Option<T> {
        let members = self.typed(member, "a structure", Value::as_object)?;
        Some(self.nested(members, format!("{member}."), read))
    }

    /// Returns the results of `read` for each structure of a list; empty if the list is absent.
    pub(crate) fn structures<T>(&mut self, member: &str, read: impl Fn(&mut Members<'a>) -> T) -> Vec<T> {
        let structures = |value: &'a Value| value.as_array()?.iter().map(Value::as_object).collect::<Option<Vec<_>>>();
        let items = self.typed(member, "a list of structures", structures).unwrap_or_default();
        let items = items.into_iter().zip(1_usize..);
        items.map(|(members, at)| self.nested(members, format!("{member}.{at}.member."), &read)).collect()
    }

    /// Returns the strings of a list, with bounds on their length; empty if the list is absent.
    pub(crate) fn texts(&mut self, member: &str, least: usize, most: usize) -> Vec<&'a str> {
        let texts = |value: &'a Value| value.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
        let texts = self.typed(member, "a list of strings", texts).unwrap_or_default();
        for (text, at) in texts.iter().zip(1_usize..) {
            let (value, count) = (format!("'{text}'"), text.chars().count());
            self.check_length(&format!("{member}.{at}.member"), &value, count, least, most);
        }
        texts
    }

    fn nested<T>(
        &mut self,
        members: &'a Map<String, Value>,
        within: String,
        read: impl FnOnce(&mut Members<'a>) -> T,
    ) -> T {
        let within = self.within.clone() + &within;
        let mut nested = Members { members, within, wrong_type: None, violations: Vec::new() };
        let given = read(&mut nested);
        self.wrong_type = self.wrong_type.take().or(nested.wrong_type);
        self.violations.append(&mut nested.violations);
        given
    }

    /// Records that a member violates a constraint of the API's model. Members with payloads are sensitive, and their
    /// values are not repeated.
    fn violate(&mut self, value: Option<&str>, member: &str, constraint: &str) {
        let value = value.map_or_else(String::new, |value| format!(" {value}"));
        let within = &self.within;
        self.violations
            .push(format!("Value{value} at '{within}{member}' failed to satisfy constraint: Member must {constraint}"));
    }

    fn typed<T>(&mut self, member: &str, what: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.value(member)?;
        let read = read(value);
        if read.is_none() && self.wrong_type.is_none() {
            let message = format!("'{}{member}' must be {what}", self.within);
            self.wrong_type = Some(ApiError::new(Code::Serialization, message));
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> Input {
        Input::parse(text.as_bytes(), Scope::default()).unwrap()
    }

    #[test]
    fn all_violations_are_told_at_once() {
        let input = input(r#"{"maxResults": -1, "type": "OTHER", "tags": [{}, {"key": ""}]}"#);
        let mut members = input.members();
        members.arn("name");
        members.number("maxResults", 1000);
        members.word("type", &["STANDARD", "EXPRESS"]);
        members.structures("tags", |tag| tag.bounded("key", 1, 128));
        let error = members.check().unwrap_err();
        assert_eq!(error.code, Code::Validation);
        assert_eq!(
            error.message,
            "4 validation errors detected: \
             Value null at 'name' failed to satisfy constraint: Member must not be null; \
             Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0; \
             Value 'OTHER' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]; \
             Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"
        );
    }

    #[test]
    fn a_wrong_type_goes_before_violations() {
        let input = input(r#"{"definition": 7}"#);
        let mut members = input.members();
        members.arn("name");
        members.required_sensitive("definition", 10);
        let error = members.check().unwrap_err();
        assert_eq!((error.code, &*error.message), (Code::Serialization, "'definition' must be a string"));
    }

    #[test]
    fn nothing_is_wrong_with_what_is_absent() {
        let input = input(r#"{"name": null}"#);
        let mut members = input.members();
        assert_eq!((members.text("name"), members.boolean("publish"), members.number("n", 1)), (None, None, None));
        assert_eq!(members.structure("mock", |mock| mock.arn("result")), None);
        assert!(members.texts("tagKeys", 1, 9).is_empty() && members.check().is_ok());
    }
}
