//! How an execution may differ after a definition was rewritten.

use std::fmt;

/// A difference in principle between a clause in JSONPath and its counterpart in JSONata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// An absent value is left out of an object or a text.
    LeftOut,
    /// A condition on an absent value is decided.
    Decided,
    /// A handler catches or retries errors of expressions.
    Caught,
    /// Lists in lists are joined, or an object is not taken apart.
    Joined,
    /// A list, an object or a number becomes another text.
    Printed,
    /// The path to items of a reader is left out.
    Ignored,
    /// Random numbers are others.
    Random,
    /// A fraction is not rounded.
    Rounded,
    /// Lists and objects are not found in a list.
    Contained,
    /// Line breaks in Base64 are an error.
    Decoded,
    /// An empty text is no JSON.
    NoJson,
    /// An index after the end is an error, and not null.
    PastEnd,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeftOut => "an absent value is left out; in JSONPath, the execution fails",
            Self::Decided => "the condition is decided even if the value is absent; in JSONPath, the execution fails",
            Self::Caught => "a retrier or catcher also handles `States.QueryEvaluationError`; in JSONPath, nothing handles `States.Runtime`",
            Self::Joined => "lists in the selected list are joined, and `[*]` of what is no list is a list of it",
            Self::Printed => "a value becomes other text: 1.0 is 1, members may have another order, and `States.Format` writes lists and objects as Java does",
            Self::Ignored => "`ItemsPath` has no effect together with an item reader, and is left out",
            Self::Random => "the random number is another one, also with the same seed",
            Self::Rounded => "a fraction stays; in JSONPath, it is rounded",
            Self::Contained => "a list or an object is never found in a list; in JSONPath, an equal one is",
            Self::Decoded => "line breaks in Base64 are an error; in JSONPath, they are skipped",
            Self::NoJson => "an empty text is an error; in JSONPath, it gives null",
            Self::PastEnd => "an index past the end of a list is an error; in JSONPath, it gives null",
        })
    }
}
