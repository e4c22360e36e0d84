//! Constants for which a function fails whatever its other arguments are.

use super::IsUnknown;
use crate::functions::Id;
use crate::syntax::ast::{Node, NodeKind};

/// Returns why a function fails for a literal argument at an index.
pub(super) fn refused(
    function: Id,
    (index, count): (usize, usize),
    argument: &Node,
    open: IsUnknown,
) -> Option<String> {
    if let NodeKind::String(text) = &argument.kind {
        // Without a picture, only ISO 8601 is read.
        let is_iso = || {
            let begins_with_year = text.len() >= 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
            begins_with_year && text.chars().all(|letter| letter.is_ascii_digit() || "-T:.+Z".contains(letter))
        };
        return match (function, index) {
            _ if open(text) => None,
            (Id::Number, 0) if text.is_empty() => Some("an empty string is not a number".to_owned()),
            (Id::Number, 0) if is_no_number(text) => Some(format!("`{text}` is not a number")),
            (Id::ToMillis, 0) if count == 1 && !is_iso() => Some(format!("`{text}` is not a timestamp")),
            (Id::Replace, 1) if text.is_empty() => Some("`$replace` cannot search for an empty string".to_owned()),
            _ => None,
        };
    }
    let number = number(argument)?;
    match (function, index) {
        (Id::FormatBase, 1) if !(2.0..=36.0).contains(&number.round_ties_even()) => {
            Some("a base is from 2 to 36".to_owned())
        }
        (Id::Split | Id::Match, 2) | (Id::Replace, 3) if number < 0.0 => Some("a limit cannot be negative".to_owned()),
        (Id::Sqrt, 0) if number < 0.0 => Some("a negative number has no square root".to_owned()),
        (Id::Partition, 1) if number <= 0.0 => Some("the size of a part is at least 1".to_owned()),
        (Id::Range, 2) if number == 0.0 => Some("the step of a range cannot be 0".to_owned()),
        _ => None,
    }
}

/// Returns whether `$number` certainly fails for a text.
///
/// ```
/// use workflow_jsonata::is_no_number;
///
/// assert!(is_no_number("ten") && is_no_number("1,5"));
/// assert!(!is_no_number("-1.5e3") && !is_no_number("0x1F"));
/// ```
pub fn is_no_number(text: &str) -> bool {
    // JSONata reads these forms loosely.
    let other_base = ["0x", "0X", "0o", "0O", "0b", "0B"].iter().any(|prefix| text.contains(prefix));
    !other_base && !text.parse::<f64>().is_ok_and(f64::is_finite)
}

pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.kind {
        NodeKind::Number(number) => Some(*number),
        NodeKind::Negate(inner) => number(inner).map(|number| -number),
        _ => None,
    }
}
