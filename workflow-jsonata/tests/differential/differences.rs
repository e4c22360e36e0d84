//! What this crate does otherwise than the reference, on purpose.

use serde_json::Value;

use crate::{Case, Outcome};

/// A kind of difference.
pub(crate) struct Difference {
    /// What it is, in a few words.
    pub(crate) name: &'static str,
    /// Why it is so.
    pub(crate) reason: &'static str,
    /// Whether a case that differs is one of the kind.
    pub(crate) holds: fn(&Case) -> bool,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "JavaScript breaks",
        reason: "The reference fails with an error of JavaScript's own, without a code. Here each failure has a code, \
                 or the expression gives the value that follows from the rule.",
        holds: |case| matches!(case.theirs, Outcome::Breaks(_)),
    },
    Difference {
        name: "partial application of a built-in function",
        reason: "The reference hands the arguments to the built-in function unchecked, so that they become what \
                 JavaScript makes of them, such as `[object Object]`. Here its signature counts, as in other calls.",
        holds: |case| applies_built_in_partially(&case.expression),
    },
    Difference {
        name: "functions as objects",
        reason: "To the reference a function is an object with inner members, or its source text, where a wildcard, \
                 `$spread`, a transform or a replacement comes upon one, and it is true or false by \
                 the way it came. Here it has no members and is true; a transform fails, or makes it an empty \
                 string as `$clone` does.",
        holds: |case| {
            let names = ["function", "\u{3bb}", "$sum", "/"].iter().any(|name| case.expression.contains(name));
            let looks_inside = [
                "*",
                "$spread",
                "|",
                "$keys",
                "$each",
                "$merge",
                "$sift",
                "$boolean()",
                "$not()",
                "$filter(",
                "$single(",
            ];
            let source = matches!(&case.theirs, Outcome::Value(value) if value.to_string().contains("function (..."));
            source || names && looks_inside.iter().any(|part| case.expression.contains(part))
        },
    },
    Difference {
        name: "what a transform shares",
        reason: "In the reference an update that holds a part of what it changes shares that part, so that later \
                 matches change both places. Here it is a copy.",
        holds: |case| case.expression.contains("~> |") && matches!(case.theirs, Outcome::Value(_)),
    },
    Difference {
        name: "limits",
        reason: "The reference makes values of any size; here the memory of an evaluation has a limit.",
        holds: |case| case.ours == Outcome::Fails("U1001".to_owned()),
    },
    Difference {
        name: "groups of nothing",
        reason: "Where the reference makes an object of an empty array, it puts an item that is undefined into that \
                 array: the input changes.",
        holds: |case| match (&case.theirs, &case.ours) {
            (Outcome::Value(theirs), Outcome::Value(ours)) => {
                case.expression.contains('{')
                    && crate::same_value(&without_lone_nulls(theirs), &without_lone_nulls(ours))
            }
            _ => false,
        },
    },
    Difference {
        name: "half of a character",
        reason: "A regular expression may match, and `$split` may cut off, half of a character outside the basic plane. No string of Rust holds \
                 it: it becomes U+FFFD, and two halves do not become a character again.",
        holds: |case| {
            let halves =
                |outcome: &Outcome| matches!(outcome, Outcome::Value(value) if value.to_string().contains('\u{fffd}'));
            case.expression.contains(['/', '"']) && (halves(&case.theirs) || halves(&case.ours))
        },
    },
    Difference {
        name: "which of several failures",
        reason: "The reference evaluates the items of an array and the members of an object side by side, and reports \
                 the failure that comes first in time. Here the first one in the text counts.",
        holds: |case| {
            let both = matches!((&case.theirs, &case.ours), (Outcome::Fails(_), Outcome::Fails(_)));
            both && case.expression.contains(['[', '{'])
        },
    },
];

/// The value with `[null]` as `[]`.
fn without_lone_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.as_slice() == [Value::Null] => Value::Array(Vec::new()),
        Value::Array(items) => items.iter().map(without_lone_nulls).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_lone_nulls(value))).collect()
        }
        other => other.clone(),
    }
}

/// Whether there is a call of a built-in function with an argument left open: `$power(?, 2)`.
fn applies_built_in_partially(expression: &str) -> bool {
    expression.split('$').skip(1).any(|call| {
        let end = call.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(call.len());
        let (name, arguments) = call.split_at(end);
        let open =
            arguments.strip_prefix('(').is_some_and(|rest| rest.trim_start().starts_with('?') || rest.contains(", ?"));
        open && workflow_jsonata::is_function(name)
    })
}
