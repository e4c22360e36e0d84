//! Properties that an execution breaks, and the guessed data that may be to blame.

use std::sync::Arc;

use crate::report::Severity;

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
