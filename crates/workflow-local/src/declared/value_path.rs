//! The path of a value within another, in the syntax of the workflow language.

use std::fmt;

/// A path: the whole value, or a member or item of another path.
#[derive(Clone, Copy)]
pub(super) struct ValuePath<'p> {
    step: ValuePathStep<'p>,
    around: Option<&'p ValuePath<'p>>,
}

#[derive(Clone, Copy)]
enum ValuePathStep<'p> {
    Member(&'p str),
    Item(usize),
}

impl<'p> ValuePath<'p> {
    pub(super) fn root(name: &'p str) -> Self {
        Self { step: ValuePathStep::Member(name), around: None }
    }

    pub(super) fn member(&'p self, name: &'p str) -> Self {
        Self { step: ValuePathStep::Member(name), around: Some(self) }
    }

    pub(super) fn item(&'p self, index: usize) -> Self {
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
