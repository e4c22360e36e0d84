//! The name of an error that a task can raise.

use std::fmt;

/// An error, or a family of errors, as `Retry` and `Catch` name it: `S3.NoSuchKeyException`, `ApiGateway.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorName {
    prefix: &'static str,
    name: &'static str,
}

impl ErrorName {
    pub(crate) fn of(prefix: &'static str, name: &'static str) -> Self {
        Self { prefix, name }
    }

    /// Returns the part that Step Functions puts before the service's own name: `S3`, `States.Http`.
    pub fn prefix(self) -> &'static str {
        self.prefix
    }

    /// Returns whether `name` is this error, or one of the family.
    pub fn matches(self, name: &str) -> bool {
        let Some(rest) = name.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix('.')) else { return false };
        match self.name.strip_suffix('*') {
            Some(start) => rest.starts_with(start),
            None => rest == self.name,
        }
    }
}

impl fmt::Display for ErrorName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.prefix, self.name)
    }
}
