//! The intended differences between this crate and the reference.

use serde_json::Value;

use crate::differential::{Case, Outcome, same_value};

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
        name: "numbers that are not finite",
        reason: "In a result, JavaScript writes infinity and NaN as null. The service gives the strings `Infinity`, \
                 `-Infinity` and `NaN` (measured, 2026-08). `$formatNumber` writes `∞` and `NaN`, as Java does.",
        holds: |case| match (&case.theirs, &case.ours) {
            (Outcome::Value(theirs), Outcome::Value(ours)) => {
                let text = ours.to_string();
                same_value(theirs, &finite(ours))
                    || case.expression.contains("$formatNumber") && (text.contains('∞') || text.contains("NaN"))
            }
            _ => false,
        },
    },
    Difference {
        name: "digits of integers",
        reason: "The reference writes 15 digits of a number in a string. The service writes all digits of an integer up \
                 to 64 bits, and 16 or 17 beyond (measured, 2026-08).",
        holds: |case| match (&case.theirs, &case.ours) {
            (Outcome::Value(theirs), Outcome::Value(ours)) => few_digits(theirs) == few_digits(ours),
            _ => false,
        },
    },
    Difference {
        name: "Base64",
        reason: "The reference encodes one byte of each UTF-16 unit, and skips what is not Base64. The service encodes \
                 UTF-8, and fails with `D3137` (measured, 2026-08).",
        holds: |case| case.expression.contains("$base64"),
    },
    Difference {
        name: "decoding of URLs",
        reason: "The service decodes as Java does: `+` is a blank, and bytes that are not UTF-8 become U+FFFD (measured, \
                 2026-08). `$decodeUrl` decodes reserved characters too.",
        holds: |case| case.expression.contains("$decodeUrl"),
    },
    Difference {
        name: "regular expressions",
        reason: "The service's are Java's, where `\\s` is ASCII (measured, 2026-08). So the flag `i` is for ASCII, a reference \
                 to a group that took no part does not match, a group keeps its text in the next iteration, `$` matches \
                 before a last line break, `.` takes a whole character, and `\\p{L}`, `(?i)`, `a++` and `[a&&b]` exist.",
        holds: |case| has_java_regex(&case.expression),
    },
    Difference {
        name: "fractions of positions and counts",
        reason: "The reference rounds a position, a width, a limit, a precision or a base that has a fraction in a way \
                 that differs by function. The service's Java cuts it (measured for `$range` and `$partition`, 2026-08).",
        holds: |case| cuts_a_fraction(&case.expression),
    },
    Difference {
        name: "exponents after a prefix",
        reason: "The reference looks for the exponent of a number's picture at the wrong place if a passive character \
                 precedes the picture. The service gives `(12e2)` for `$formatNumber(-1200, '#0e0;(#0e0)')`.",
        holds: |case| case.expression.contains("$formatNumber") && case.expression.contains('e'),
    },
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

/// Returns a value with null for the strings of numbers that are not finite.
fn finite(value: &Value) -> Value {
    match value {
        Value::String(text) if matches!(text.as_str(), "Infinity" | "-Infinity" | "NaN") => Value::Null,
        Value::Array(items) => items.iter().map(finite).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), finite(value))).collect(),
        value => value.clone(),
    }
}

/// Returns JSON with zeros for the digits of each number from the fifteenth on.
fn few_digits(value: &Value) -> String {
    let text = value.to_string();
    let mut out = String::new();
    let mut digits = 0;
    for letter in text.chars() {
        digits = if letter.is_ascii_digit() { digits + 1 } else { 0 };
        out.push(if digits > 14 { '0' } else { letter });
    }
    out
}

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

/// Returns whether an integer is expected somewhere, and there is a number with a fraction.
fn cuts_a_fraction(expression: &str) -> bool {
    let fraction = expression.split('.').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    fraction
        && ["$formatInteger", "$formatBase", "$round", "$pad", "$substring(", "$match", "$replace", "$split", "["]
            .iter()
            .any(|part| expression.contains(part))
}

/// Returns whether there is a regular expression with a part that Java and JavaScript read differently.
fn has_java_regex(expression: &str) -> bool {
    let escapes = expression.split('\\').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, 's' | 'S' | 'k' | 'v' | 'p' | 'P' | 'h' | 'R'))
    });
    escapes
        || ["/i", "/m", "$/", "(?", "&&", ")*", ")+"].iter().any(|part| expression.contains(part))
            && expression.contains('/')
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
