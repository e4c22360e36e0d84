//! The path of a value within another, in the syntax of the workflow language.

use std::fmt;

/// A path: the whole value, or a member or item of another path.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    step: Step<'p>,
    around: Option<&'p Place<'p>>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Member(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    pub(super) fn root(name: &'p str) -> Self {
        Self { step: Step::Member(name), around: None }
    }

    pub(super) fn member(&'p self, name: &'p str) -> Self {
        Self { step: Step::Member(name), around: Some(self) }
    }

    pub(super) fn item(&'p self, index: usize) -> Self {
        Self { step: Step::Item(index), around: Some(self) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(around) = self.around else {
            let Step::Member(name) = self.step else { return Ok(()) };
            return f.write_str(name);
        };
        around.fmt(f)?;
        match self.step {
            Step::Item(index) => write!(f, "[{index}]"),
            Step::Member(name) if is_word(name) => write!(f, ".{name}"),
            Step::Member(name) => write!(f, "[{name:?}]"),
        }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|other| other.is_alphanumeric() || other == '_')
}
