//! Properties that an execution breaks, how bad that is, and the guessed data that may be to blame.

use std::fmt;
use std::sync::Arc;

/// The names of the properties that hold for every workflow.
pub(crate) mod built_in {
    pub(crate) const ENDS: &str = "every execution ends";
    pub(crate) const UNCAUGHT: &str = "no error is left uncaught";
    pub(crate) const PROGRAM: &str = "no fault of the program";
    pub(crate) const OUTPUT: &str = "the output has its type";
    pub(crate) const QUOTAS: &str = "history, payload and variables stay within quotas";
    pub(crate) const IDEMPOTENCE: &str = "a repeated call has the same idempotency token";

    /// What helps if one does not hold.
    pub(crate) const HELP: [(&str, &str); 6] = [
        (ENDS, "Give the task a timeout, or the loop a bound that each turn comes closer to."),
        (UNCAUGHT, "Catch the error, or allow it with `--may-fail-with`."),
        (PROGRAM, "Test the value before it is used, or give a rule or a default for it."),
        (OUTPUT, "Make each last state give the declared type, or declare what they give."),
        (QUOTAS, "Keep large data in S3 and pass its key; start child executions for long loops."),
        (
            IDEMPOTENCE,
            "Give the request a token that is the same for each attempt, such as a part of the execution's name.",
        ),
    ];
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Something that may be meant so: an error that the definition catches nowhere ends the execution, or a call is
    /// repeated whose API recognises no repeated call.
    Note,
    /// Something that may go wrong: an effect may happen twice although the request could prevent it, or an error ends the
    /// execution although most other tasks catch every error.
    Warning,
    /// A fault of the program: a declared property that does not hold, an expression that cannot be computed, an
    /// execution that never ends, a quota that is exceeded.
    Error,
}

impl Severity {
    /// Returns the name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Data of undeclared type, which may not fit the expressions of a state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Blame {
    pub(crate) state: Arc<str>,
    pub(crate) guessed: Guessed,
}

/// The kind of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Guessed {
    /// A value that expressions use.
    Value,
    /// A missing member that the definition adds on other paths. The state must do without it on one of them.
    Absence,
    /// A value that becomes the output, which a test checks.
    Output,
    /// A part of the output, which has a declared type. It shows no error, whether or not another value fits.
    Part,
}

/// A property that does not hold.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) property: String,
    pub(crate) state: Option<String>,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// The guess with which expressions could not be computed before. If they never can, the finding is dropped.
    pub(crate) guess: Option<Blame>,
}

impl Broken {
    pub(crate) fn error(
        property: &str,
        state: Option<impl ToString>,
        message: impl Into<String>,
        guess: Option<Blame>,
    ) -> Self {
        let (property, state) = (property.to_owned(), state.map(|state| state.to_string()));
        Self { property, state, severity: Severity::Error, message: message.into(), guess }
    }
}
