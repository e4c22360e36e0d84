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
    /// An index after the end is an error or left out, and not null.
    PastEnd,
    /// An item of an absent list is null.
    Nulled,
    /// A filter does not compare texts with numbers.
    Filtered,
    /// A timestamp with an impossible date or time counts as one.
    Dated,
    /// A number in a text is an error.
    Counted,
    /// Seconds with a fraction of zero are accepted.
    Fraction,
    /// Nothing is written to an absent item of a list.
    Unwritten,
    /// A number that JSONPath refuses is accepted.
    Accepted,
    /// A value may have another kind than the paths expect, or be an integer that JSONata does not have. It is noted once
    /// for a definition.
    Assumed,
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
            Self::PastEnd => "an index past the end of a list is an error or left out; in JSONPath, it gives null",
            Self::Nulled => "an item of an absent list is null; in JSONPath, the execution fails",
            Self::Filtered => "a filter finds no number equal to a text; in JSONPath, 5 equals '5'",
            Self::Dated => "a timestamp with an impossible date or time counts as one; in JSONPath, it does not",
            Self::Counted => "a number in a text, like \"5\", is an error; in JSONPath, it is accepted",
            Self::Fraction => "seconds like 3.0 are accepted; in JSONPath, the execution fails",
            Self::Unwritten => "nothing is written to an item that the list does not have; in JSONPath, the state fails",
            Self::Accepted => "a step or size of 0, a negative index and more than 1,000 items are accepted; in JSONPath, the execution fails",
            Self::Assumed => "values are assumed to have the kinds that paths and functions expect, and integers not to be beyond 2^53",
        })
    }
}
