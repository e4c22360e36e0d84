//! A request's members, checked as the API's model has them.
//!
//! The service checks in this order: the types of all members (`SerializationException`), then what the model says of them,
//! all violations at once (`ValidationException`), then what it knows of their meaning, such as ARNs and definitions, and
//! last what there is, such as state machines. An operation reads its [`Members`], checks them, and goes on from there.

use serde_json::{Map, Value};

use super::arn::Scope;
use super::{ApiError, Code};

/// Characters of an ARN.
pub(crate) const ARN_CHARS: usize = 256;
/// Characters of the ARN of a map run, or of a version that is deleted.
pub(crate) const LONG_ARN_CHARS: usize = 2000;

/// A request: its body, a JSON object, and where it is for.
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

    /// The members, to be read.
    pub(crate) fn members(&self) -> Members<'_> {
        Members { members: &self.members, within: String::new(), wrong_type: None, violations: Vec::new() }
    }
}

/// The members of a structure, and what is wrong with those that were read. Where something is, a reader gives what stands for
/// nothing, and [`check`](Self::check) gives the error.
pub(crate) struct Members<'a> {
    members: &'a Map<String, Value>,
    /// What stands before a member's name in errors: `tags.1.member.`.
    within: String,
    wrong_type: Option<ApiError>,
    violations: Vec<String>,
}

impl<'a> Members<'a> {
    /// Refuses what was wrong with the members that were read.
    pub(crate) fn check(mut self) -> Result<(), ApiError> {
        self.check_now()
    }

    /// The same for a reader of members that it was given.
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

    /// An ARN that must be there.
    pub(crate) fn arn(&mut self, member: &str) -> &'a str {
        self.required_bounded(member, 1, ARN_CHARS)
    }

    /// The same, of a resource whose ARNs may be long.
    pub(crate) fn long_arn(&mut self, member: &str) -> &'a str {
        self.required_bounded(member, 1, LONG_ARN_CHARS)
    }

    /// A text of at most so many characters, whose value an error does not repeat.
    pub(crate) fn sensitive(&mut self, member: &str, most: usize) -> Option<&'a str> {
        self.sensitive_from(member, 0, most)
    }

    /// The same of at least so many.
    pub(crate) fn sensitive_from(&mut self, member: &str, least: usize, most: usize) -> Option<&'a str> {
        let text = self.text(member)?;
        if text.len() > most && text.chars().count() > most {
            self.violate(None, member, &format!("have length less than or equal to {most}"));
        } else if text.chars().take(least).count() < least {
            self.violate(None, member, &format!("have length greater than or equal to {least}"));
        }
        Some(text)
    }

    /// The same, which must be there.
    pub(crate) fn required_sensitive(&mut self, member: &str, most: usize) -> &'a str {
        if self.value(member).is_none() {
            self.violate(None, member, "not be null");
        }
        self.sensitive(member, most).unwrap_or_default()
    }

    /// A text of so many characters.
    pub(crate) fn bounded(&mut self, member: &str, least: usize, most: usize) -> Option<&'a str> {
        let text = self.text(member)?;
        self.check_length(member, &format!("'{text}'"), text.chars().count(), least, most);
        Some(text)
    }

    /// The same, which must be there.
    pub(crate) fn required_bounded(&mut self, member: &str, least: usize, most: usize) -> &'a str {
        self.required_value(member);
        self.bounded(member, least, most).unwrap_or_default()
    }

    /// One of the words of an enum.
    pub(crate) fn word<'w>(&mut self, member: &str, words: &[&'w str]) -> Option<&'w str> {
        let text = self.text(member)?;
        let word = words.iter().copied().find(|word| *word == text);
        if word.is_none() {
            let constraint = format!("satisfy enum value set: [{}]", words.join(", "));
            self.violate(Some(&format!("'{text}'")), member, &constraint);
        }
        word
    }

    /// The same, which must be there.
    pub(crate) fn required_word<'w>(&mut self, member: &str, words: &[&'w str]) -> Option<&'w str> {
        self.required_value(member);
        self.word(member, words)
    }

    /// Notes that a member is absent which must be there.
    pub(crate) fn required_value(&mut self, member: &str) {
        if self.value(member).is_none() {
            self.violate(Some("null"), member, "not be null");
        }
    }

    /// Notes that a text does not match a pattern of the model.
    pub(crate) fn check_pattern(&mut self, member: &str, text: &str, pattern: &str, matches: bool) {
        if !matches {
            self.violate(Some(&format!("'{text}'")), member, &format!("satisfy regular expression pattern: {pattern}"));
        }
    }

    /// Notes that a text or a list, printed as `value`, is too short or too long.
    pub(crate) fn check_length(&mut self, member: &str, value: &str, length: usize, least: usize, most: usize) {
        if length < least {
            self.violate(Some(value), member, &format!("have length greater than or equal to {least}"));
        } else if length > most {
            self.violate(Some(value), member, &format!("have length less than or equal to {most}"));
        }
    }

    /// A whole number from 0 to `most`.
    pub(crate) fn number(&mut self, member: &str, most: usize) -> Option<usize> {
        self.number_from(member, 0, most)
    }

    /// The same, which must be there.
    pub(crate) fn required_number(&mut self, member: &str, most: usize) -> usize {
        self.required_value(member);
        self.number(member, most).unwrap_or_default()
    }

    /// A number from 0 to 100.
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

    /// A whole number from `least` to `most`.
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

    /// What `read` makes of the members of a structure.
    pub(crate) fn structure<T>(&mut self, member: &str, read: impl FnOnce(&mut Members<'a>) -> T) -> Option<T> {
        let members = self.typed(member, "a structure", Value::as_object)?;
        Some(self.nested(members, format!("{member}."), read))
    }

    /// What `read` makes of each structure of a list; nothing when it is absent.
    pub(crate) fn structures<T>(&mut self, member: &str, read: impl Fn(&mut Members<'a>) -> T) -> Vec<T> {
        let structures = |value: &'a Value| value.as_array()?.iter().map(Value::as_object).collect::<Option<Vec<_>>>();
        let items = self.typed(member, "a list of structures", structures).unwrap_or_default();
        let items = items.into_iter().zip(1_usize..);
        items.map(|(members, at)| self.nested(members, format!("{member}.{at}.member."), &read)).collect()
    }

    /// The strings of a list, of so many characters each; none when it is absent.
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

    /// Notes that a member breaks a constraint of the API's model. Members with payloads are sensitive, and their values are
    /// not repeated.
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
