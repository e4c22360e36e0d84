//! The intended differences between this crate and the reference.

use serde_json::Value;

use crate::differential::{Case, Outcome};

/// A kind of difference.
pub(crate) struct Difference {
    /// A short description.
    pub(crate) name: &'static str,
    /// The reason.
    pub(crate) reason: &'static str,
    /// Returns whether a case that differs belongs to this kind.
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
                // The array may have become a part of a string.
                let text = |value: &Value| value.to_string().replace("[null]", "[]");
                case.expression.contains('{') && text(theirs) == text(ours)
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
                 the failure that comes first in time. Here the first one in the text counts. Of two mistakes in the \
                 text of an expression either may be reported.",
        holds: |case| match (&case.theirs, &case.ours) {
            (Outcome::Fails(theirs), Outcome::Fails(ours)) => {
                case.expression.contains(['[', '{']) || theirs.starts_with('S') && ours.starts_with('S')
            }
            _ => false,
        },
    },
    Difference {
        name: "functions as objects",
        reason: "To the reference a function is an object with inner members, or its source text, where a wildcard, \
                 `$spread`, `$keys`, `$each`, `$merge`, `$sift` or a transform comes upon one, or the replacement of a string \
                 is one, and it counts as true or false by the way it came. Here it has no members and is true; as the \
                 update of a transform it fails.",
        holds: |case| {
            let source = matches!(&case.theirs, Outcome::Value(value) if value.to_string().contains("function (..."));
            let update = (&case.theirs, &case.ours) == (&Outcome::Function, &Outcome::Fails("T2011".to_owned()));
            let both_fail = matches!((&case.theirs, &case.ours), (Outcome::Fails(_), Outcome::Fails(_)));
            source || update || !both_fail && has_function(&case.expression) && looks_inside(&case.expression)
        },
    },
    Difference {
        name: "what a transform shares",
        reason: "In the reference implementation, an update that contains a part of the changed object shares that part, \
                 so later matches change both places. Here, the update contains a copy.",
        holds: |case| {
            let values = matches!((&case.theirs, &case.ours), (Outcome::Value(_), Outcome::Value(_)));
            values && updates_with_a_part(&case.expression)
        },
    },
];

/// Returns whether a function occurs as a value: a definition, a regular expression, or a name that is not called.
fn has_function(expression: &str) -> bool {
    let uncalled = expression.split('$').skip(1).any(|name| {
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        workflow_jsonata::is_function(&name[..end]) && !name[end..].starts_with('(')
    });
    uncalled || ["function(", "\u{3bb}(", "/"].iter().any(|sign| expression.contains(sign))
}

/// Returns whether the expression reads the members of arbitrary values, or tests whether they are true.
fn looks_inside(expression: &str) -> bool {
    ["*", "$spread", "$keys", "$each", "$merge", "$sift", "$boolean", "$not", "$filter", "$single"]
        .iter()
        .any(|part| expression.contains(part))
}

/// Returns whether the update of a transform reads something: `|pattern|update|`, in which strings do not count.
fn updates_with_a_part(expression: &str) -> bool {
    expression.split("~> |").skip(1).filter_map(|transform| transform.split('|').nth(1)).any(|update| {
        let unquoted = update.split('"').step_by(2);
        unquoted.flat_map(str::chars).any(|c| c.is_alphabetic() || matches!(c, '$' | '*' | '%'))
    })
}

/// Returns whether there is a call of a built-in function with an argument left open: `$power(?, 2)`.
fn applies_built_in_partially(expression: &str) -> bool {
    expression.split('$').skip(1).any(|call| {
        let end = call.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(call.len());
        let (name, arguments) = call.split_at(end);
        let open =
            arguments.strip_prefix('(').is_some_and(|rest| rest.trim_start().starts_with('?') || rest.contains(", ?"));
        open && workflow_jsonata::is_function(name)
    })
}
