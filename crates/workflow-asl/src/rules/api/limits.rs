//! The rule on limits: numbers, texts and lists are within the bounds of AWS's model.

use serde_json::Value;
use workflow_services::{Limits, Shape};

/// Returns the allowed values and the actual value of a parameter, if a constant is beyond the limits.
pub(super) fn beyond(limits: Limits, shape: Shape, value: &Value) -> Option<(String, String)> {
    let (measured, unit) = match (shape, value) {
        (Shape::Integer | Shape::Long | Shape::Float | Shape::Double, Value::Number(number)) => (number.as_f64()?, ""),
        // Up to 2^53 exact, which is far above every limit.
        (Shape::String, Value::String(text)) => (text.chars().count() as f64, " characters"),
        (Shape::List(_), Value::Array(items)) => (items.len() as f64, " items"),
        _ => return None,
    };
    let (least, greatest) = (limits.least(), limits.greatest());
    if least.is_none_or(|least| measured >= least) && greatest.is_none_or(|greatest| measured <= greatest) {
        return None;
    }
    let takes = match (least, greatest) {
        (Some(least), Some(greatest)) if least == greatest => format!("{least}{}", counted(unit, least)),
        (Some(least), Some(greatest)) => format!("{least} to {greatest}{unit}"),
        (Some(least), None) => format!("at least {least}{}", counted(unit, least)),
        (None, Some(greatest)) => format!("at most {greatest}{}", counted(unit, greatest)),
        (None, None) => return None,
    };
    Some((takes, measured.to_string()))
}

/// Returns the unit of a number.
fn counted(unit: &str, number: f64) -> &str {
    if number == 1.0 { unit.trim_end_matches('s') } else { unit }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_singular() {
        assert_eq!(
            [counted(" characters", 1.0), counted(" items", 2.0), counted("", 1.0)],
            [" character", " items", ""]
        );
    }
}
