//! Resolves a word without quotes by the types of YAML 1.1: <https://yaml.org/type/>.
//!
//! The types are the types of PyYAML, the library that SAM reads templates with. Dates remain text, because JSON has
//! none.

use serde_json::{Number, Value};

use super::super::layout::Span;
use super::problem::Problem;

/// Words for booleans that YAML 1.2 no longer has.
const OLD_TRUE: [&str; 6] = ["yes", "Yes", "YES", "on", "On", "ON"];
const OLD_FALSE: [&str; 6] = ["no", "No", "NO", "off", "Off", "OFF"];

/// Returns whether a word is a boolean in YAML 1.1 and text in YAML 1.2.
pub(super) fn is_old_truth(text: &str) -> bool {
    OLD_TRUE.contains(&text) || OLD_FALSE.contains(&text)
}

/// Returns the value of a word.
pub(super) fn resolved(text: &str, span: Span) -> Result<Value, Box<Problem>> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if OLD_TRUE.contains(&text) => Value::Bool(true),
        _ if OLD_FALSE.contains(&text) => Value::Bool(false),
        _ => match number(text) {
            Some(Ok(number)) => Value::Number(number),
            Some(Err(Unrepresentable)) => {
                return Err(Problem::syntax(span, format!("`{text}` is not a number that JSON supports"))
                    .with_help("to use it as text, put it in quotes"));
            }
            None => Value::String(text.to_owned()),
        },
    })
}

/// A number of YAML that JSON cannot hold.
struct Unrepresentable;

/// Parses a number; `None` for text.
fn number(text: &str) -> Option<Result<Number, Unrepresentable>> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Err(Unrepresentable));
    }
    let sign = if negative { "-" } else { "" };
    if let Some((radix, digits)) = whole(unsigned) {
        let digits = digits.replace('_', "");
        if radix == 10 {
            return Some(serde_json::from_str(&format!("{sign}{digits}")).map_err(|_| Unrepresentable));
        }
        let number = if radix == 60 { sexagesimal(&digits) } else { i128::from_str_radix(&digits, radix).ok()? };
        return Some(of_integer(if negative { -number } else { number }));
    }
    let digits = fraction(unsigned, text.len() > unsigned.len())?.replace('_', "");
    let number = match digits.rsplit_once(':') {
        Some((before, last)) => last.parse::<f64>().ok()? + 60.0 * sexagesimal(before) as f64,
        None => digits.parse::<f64>().ok()?,
    };
    Some(Number::from_f64(if negative { -number } else { number }).ok_or(Unrepresentable))
}

fn of_integer(number: i128) -> Result<Number, Unrepresentable> {
    Number::from_i128(number).or_else(|| Number::from_f64(number as f64)).ok_or(Unrepresentable)
}

/// Parses digits between colons, each group below 60: `1:30` is 90. Excessive digits are cut.
fn sexagesimal(digits: &str) -> i128 {
    digits.split(':').fold(0_i128, |sum, group| sum.saturating_mul(60).saturating_add(group.parse().unwrap_or(0)))
}

/// Returns the radix and the digits of a whole number without its sign; 60 for groups of digits.
fn whole(text: &str) -> Option<(u32, &str)> {
    let all = |digits: &str, fits: fn(char) -> bool| !digits.is_empty() && digits.chars().all(|c| fits(c) || c == '_');
    if let Some(digits) = text.strip_prefix("0b") {
        return all(digits, |c| matches!(c, '0' | '1')).then_some((2, digits));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |c| c.is_ascii_hexdigit()).then_some((16, digits));
    }
    match text.strip_prefix('0') {
        Some("") => return Some((10, text)),
        Some(digits) => return all(digits, |c| matches!(c, '0'..='7')).then_some((8, digits)),
        None => {}
    }
    let mut groups = text.split(':');
    let first = groups.next()?;
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !all(first, |c| c.is_ascii_digit()) {
        return None;
    }
    let mut radix = 10;
    for group in groups {
        radix = 60;
        is_group(group).then_some(())?;
    }
    Some((radix, text))
}

fn is_group(group: &str) -> bool {
    matches!(group.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
}

/// Returns the text of a number with a point, without its sign.
fn fraction(text: &str, has_sign: bool) -> Option<&str> {
    let (before, after) = text.split_once('.')?;
    let digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if let Some((first, groups)) = before.split_once(':') {
        let fits = begins(first) && digits(first) && groups.split(':').all(is_group) && digits(after);
        return fits.then_some(text);
    }
    let (decimals, exponent) = match after.split_once(['e', 'E']) {
        Some((decimals, exponent)) => (decimals, Some(exponent)),
        None => (after, None),
    };
    let power = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']);
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let mantissa = digits(decimals)
        && if before.is_empty() { begins(decimals) && !has_sign } else { begins(before) && digits(before) };
    (mantissa && power).then_some(text)
}
