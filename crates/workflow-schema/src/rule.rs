//! Constraints on values, beyond their types: `#[validate(…)]`.

use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::Value;

use super::shape::Shape;
use crate::{TypeMismatch, ValuePath};

/// A constraint on the value of a field.
#[derive(Debug)]
pub enum Rule<Text = &'static str> {
    /// A number in an inclusive range. The bounds are JSON numbers.
    Range {
        /// The lower bound.
        least: Option<Text>,
        /// The upper bound.
        greatest: Option<Text>,
    },
    /// A range for the number of characters of a string, items of a list, or members of a map.
    Length {
        /// The lower bound.
        least: Option<u64>,
        /// The upper bound.
        greatest: Option<u64>,
    },
    /// A regular expression that a string contains a match of.
    Pattern(Text),
}

impl<Text: AsRef<str>> Rule<Text> {
    /// Returns the expected value if `value` does not satisfy the constraint. Values of other kinds pass, because their
    /// types are checked elsewhere.
    pub fn unmet(&self, value: &Value) -> Option<String> {
        match self {
            Self::Range { least, greatest } => {
                let number = value.as_f64()?;
                let [least, greatest] = [least, greatest].map(|text| text.as_ref().map(Text::as_ref));
                let bound = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
                let right = bound(least).is_none_or(|least| number >= least)
                    && bound(greatest).is_none_or(|most| number <= most);
                (!right).then(|| format!("a number, {}", Bounds(least, greatest)))
            }
            Self::Length { least, greatest } => {
                let (length, what, unit) = match value {
                    Value::String(text) => (text.chars().count(), "text", "character"),
                    Value::Array(items) => (items.len(), "an array", "item"),
                    Value::Object(members) => (members.len(), "an object", "member"),
                    _ => return None,
                };
                let length = length as u64;
                let right = least.is_none_or(|least| length >= least) && greatest.is_none_or(|most| length <= most);
                let plural = if greatest.or(*least) == Some(1) { "" } else { "s" };
                (!right).then(|| format!("{what} with {} {unit}{plural}", Bounds(*least, *greatest)))
            }
            Self::Pattern(pattern) => {
                let (pattern, text) = (pattern.as_ref(), value.as_str()?);
                // The macros reject a pattern that is not a regular expression.
                let regex = regex_lite::Regex::new(pattern).ok()?;
                (!regex.is_match(text)).then(|| format!("text that matches `{pattern}`"))
            }
        }
    }
}

/// A range in words: `1 to 10`, `at least 1`.
struct Bounds<T>(Option<T>, Option<T>);

impl<T: Display + PartialEq> Display for Bounds<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(Some(least), Some(greatest)) if least == greatest => write!(f, "{least}"),
            Self(Some(least), Some(greatest)) => write!(f, "{least} to {greatest}"),
            Self(Some(least), None) => write!(f, "at least {least}"),
            Self(None, Some(greatest)) => write!(f, "at most {greatest}"),
            Self(None, None) => f.write_str("any"),
        }
    }
}

/// A value that violates a constraint.
#[derive(Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The path, such as `input.lines[0].price`.
    pub path: String,
    /// The expected value.
    pub expected: String,
}

impl Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` must be {}", self.path, self.expected)
    }
}

impl std::error::Error for Unmet {}

/// Returns an input as JSON text, or the first part that violates a constraint of its shape.
pub fn input_text(input: &impl Serialize, shape: &'static Shape) -> serde_json::Result<Result<String, Unmet>> {
    let value = serde_json::to_value(input)?;
    match Unmet::first(shape, &value, "input") {
        Some(unmet) => Ok(Err(unmet)),
        // Not of the value, in which numbers of 32 bits have more digits.
        None => serde_json::to_string(input).map(Ok),
    }
}

impl Unmet {
    /// Returns the first part of a value that violates a constraint of its type. `name` is the name of the value.
    pub fn first(shape: &'static Shape, value: &Value, name: &str) -> Option<Self> {
        let TypeMismatch { member, expected, .. } = TypeMismatch::first_unmet(shape, value, &ValuePath::root(name))?;
        Some(Self { path: member, expected })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workflow_cases::every;

    use super::*;
    use crate::{Field, Schema};

    const ITEM: &Shape = &Shape::Named {
        name: "Item",
        of: &Shape::Object {
            of: &[
                Field {
                    name: "count",
                    rust: "count",
                    optional: true,
                    skipped: false,
                    flat: false,
                    shape: &Shape::Option { of: &Shape::Integer { least: 1, greatest: 9 } },
                    rules: &[],
                },
                Field {
                    name: "my name",
                    rust: "name",
                    optional: true,
                    skipped: false,
                    flat: false,
                    shape: String::SHAPE,
                    rules: &[Rule::Length { least: Some(2), greatest: Some(3) }],
                },
                Field {
                    name: "share",
                    rust: "share",
                    optional: true,
                    skipped: false,
                    flat: false,
                    shape: f64::SHAPE,
                    rules: &[Rule::Range { least: Some("0"), greatest: Some("0.5") }],
                },
                Field {
                    name: "inside",
                    rust: "inside",
                    optional: true,
                    skipped: false,
                    flat: false,
                    shape: &Shape::Array { of: &Shape::Own },
                    rules: &[Rule::Length { least: None, greatest: Some(1) }],
                },
            ],
        },
    };

    #[test]
    fn the_first_broken_constraint_is_found_with_its_path() {
        every(
            [
                (json!({"count": 9, "my name": "äöü", "share": 0.5, "inside": [{"count": null}]}), None),
                (json!({"count": 10}), Some(("input.count", "an integer from 1 to 9"))),
                (json!({"my name": "a"}), Some(("input[\"my name\"]", "text with 2 to 3 characters"))),
                (json!({"share": 0.6}), Some(("input.share", "a number, 0 to 0.5"))),
                (json!({"share": "0.6"}), None),
                (json!({"inside": [{}, {}]}), Some(("input.inside", "an array with at most 1 item"))),
                (
                    json!({"inside": [{"inside": [{"count": 0}]}]}),
                    Some(("input.inside[0].inside[0].count", "an integer from 1 to 9")),
                ),
            ],
            |(value, expected)| {
                let found = Unmet::first(ITEM, &value, "input");
                let found = found.as_ref().map(|unmet| (unmet.path.as_str(), unmet.expected.as_str()));
                assert_eq!(found, expected);
            },
        );
    }
}
