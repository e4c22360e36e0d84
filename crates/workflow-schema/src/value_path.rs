//! The path of a value within another, in the syntax of the workflow language.

use std::fmt;

/// A path: the whole value, or a member or item of another path.
#[derive(Clone, Copy, Debug)]
pub struct ValuePath<'p> {
    step: ValuePathStep<'p>,
    around: Option<&'p ValuePath<'p>>,
}

#[derive(Clone, Copy, Debug)]
enum ValuePathStep<'p> {
    Member(&'p str),
    Item(usize),
}

impl<'p> ValuePath<'p> {
    /// Creates the path of a whole value with this name.
    pub fn root(name: &'p str) -> Self {
        Self { step: ValuePathStep::Member(name), around: None }
    }

    /// Returns the path of a member.
    pub fn member(&'p self, name: &'p str) -> Self {
        Self { step: ValuePathStep::Member(name), around: Some(self) }
    }

    /// Returns the path of an item.
    pub fn item(&'p self, index: usize) -> Self {
        Self { step: ValuePathStep::Item(index), around: Some(self) }
    }
}

impl fmt::Display for ValuePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(around) = self.around else {
            let ValuePathStep::Member(name) = self.step else { return Ok(()) };
            return f.write_str(name);
        };
        around.fmt(f)?;
        match self.step {
            ValuePathStep::Item(index) => write!(f, "[{index}]"),
            ValuePathStep::Member(name) if is_word(name) => write!(f, ".{name}"),
            ValuePathStep::Member(name) => write!(f, "[{name:?}]"),
        }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|other| other.is_alphanumeric() || other == '_')
}
