//! Literals: text, numbers by their text, durations in seconds.

use proc_macro2::Literal;
use syn::Lit;
use workflow_asl::Code;

use super::ast::{Expr, ExprKind, Reference, Root, plain};
use super::cursor::Cursor;
use super::parser::Parser;
use super::types::INTEGERS;
use crate::problem::Problem;

/// The units of a duration with their seconds and their names, which are no suffixes.
const UNITS: [(&str, u64, &[&str]); 4] = [
    ("s", 1, &["sec", "secs", "second", "seconds"]),
    ("m", 60, &["min", "mins", "minute", "minutes"]),
    ("h", 3_600, &["hr", "hrs", "hour", "hours"]),
    ("d", 86_400, &["day", "days"]),
];

/// The syntax of durations.
const DURATION_HELP: &str = "a duration is a whole number with `s`, `m`, `h` or `d`, such as `30s` or `2h`";

/// Returns whether a text is a duration.
fn is_duration(text: &str) -> bool {
    let unit = UNITS.iter().find_map(|(unit, ..)| text.strip_suffix(unit));
    unit.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

impl Parser<'_> {
    /// Returns the value of a literal.
    pub(super) fn literal(&mut self, literal: &Literal) -> Expr {
        let span = literal.span();
        let kind = match Lit::new(literal.clone()) {
            Lit::Str(text) if text.suffix().is_empty() => Ok(ExprKind::Text(text.value())),
            Lit::Int(_) | Lit::Float(_) => self.number(literal),
            Lit::Char(letter) => {
                Err(bad(literal, "a character is not a value here").write(format!("{:?}", letter.value().to_string())))
            }
            _ => {
                Err(bad(literal, "this literal is not a value here")
                    .help("text is `\"…\"`, without a prefix or suffix"))
            }
        };
        let kind = kind.unwrap_or_else(|problem| {
            let reported = self.report(problem);
            ExprKind::Invalid(reported)
        });
        self.leaf(kind, span)
    }

    /// Reports a duration in quotes, in two words or in ISO 8601: `"5m"`, `5 minutes`, `PT5M`.
    pub(super) fn checked_duration(&mut self, mut value: Expr, cursor: &mut Cursor) -> Expr {
        let text = match &value.kind {
            ExprKind::Text(text) => text.trim().to_owned(),
            ExprKind::Reference(Reference { root: Root::StateResult(word), segments, .. }) if segments.is_empty() => {
                plain(word)
            }
            ExprKind::Number(number) => match cursor.peek_ident().and_then(|word| unit_named(&plain(word))) {
                Some(unit) => format!("{number}{unit}"),
                None => return value,
            },
            _ => return value,
        };
        cursor.advance(usize::from(matches!(value.kind, ExprKind::Number(_))));
        let is_iso = text.starts_with('P') && text.ends_with(['S', 'M', 'H', 'D']) && text.contains(char::is_numeric);
        if !is_iso && !is_duration(&text) {
            return value;
        }
        value.span = value.span.to(cursor.before());
        let message = "a duration is a number and its unit, without quotes";
        let problem = Problem::new(Code::BadDuration, value.span, message);
        value.kind =
            ExprKind::Invalid(self.report(if is_iso { problem.help(DURATION_HELP) } else { problem.write(text) }));
        value
    }

    fn number(&mut self, literal: &Literal) -> Result<ExprKind, Problem> {
        let text = literal.to_string();
        if let Some(prefix) = ["0x", "0o", "0b"].iter().find(|prefix| text.starts_with(**prefix)) {
            return Err(bad(literal, format!("numbers are decimal here, without `{prefix}`")));
        }
        let (number, suffix) = split_suffix(&text);
        let digits: String = number.chars().filter(|ch| *ch != '_').collect();
        if !suffix.is_empty() {
            return self.duration(literal, &digits, suffix);
        }
        let plain = digits.strip_prefix('-').unwrap_or(&digits);
        if plain.ends_with('.') {
            return Err(bad(literal, "a number cannot end with a decimal point").write(format!("{digits}0")));
        }
        if plain.len() > 1 && plain.starts_with('0') && plain.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
            return Err(bad(literal, "a number cannot start with `0`"));
        }
        if !digits.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(bad(literal, "the number is too large"));
        }
        Ok(ExprKind::Number(digits))
    }

    fn duration(&mut self, literal: &Literal, digits: &str, suffix: &str) -> Result<ExprKind, Problem> {
        let problem = |message: String| Problem::new(Code::BadDuration, literal.span(), message);
        let Some((_, seconds, _)) = UNITS.iter().find(|(unit, ..)| *unit == suffix) else {
            return Err(Self::bad_suffix(literal, digits, suffix));
        };
        if !self.mode.durations {
            return Err(problem(format!("the duration `{literal}` is not allowed here"))
                .help("durations are allowed after `for`, `timeout`, `heartbeat`, `interval` and `max_delay`")
                .help("elsewhere, write the number of seconds"));
        }
        let Ok(count) = digits.parse::<u64>() else {
            return Err(if digits.contains('.') || digits.contains(['e', 'E']) {
                problem(format!("a duration must be a whole number, found `{literal}`")).help(DURATION_HELP)
            } else {
                problem(format!("the duration `{literal}` is too long"))
            });
        };
        count
            .checked_mul(*seconds)
            .map(ExprKind::Duration)
            .ok_or_else(|| problem(format!("the duration `{literal}` is too long")))
    }

    /// Returns the problem of a number with a suffix that is not a unit of time.
    fn bad_suffix(literal: &Literal, digits: &str, suffix: &str) -> Problem {
        let problem = Problem::new(Code::BadDuration, literal.span(), format!("not a duration: `{literal}`"));
        match unit_named(suffix) {
            _ if INTEGERS.contains(&suffix) || ["f32", "f64"].contains(&suffix) => {
                bad(literal, format!("numbers have no type suffix here: `{literal}`")).write(digits)
            }
            Some(unit) => problem.write(format!("{digits}{unit}")),
            None => problem.help(DURATION_HELP),
        }
    }
}

/// Returns the unit with this name, such as `m` for `minutes`.
fn unit_named(name: &str) -> Option<&'static str> {
    UNITS.iter().find(|(.., names)| names.contains(&name)).map(|(unit, ..)| *unit)
}

fn bad(literal: &Literal, message: impl Into<String>) -> Problem {
    Problem::new(Code::BadLiteral, literal.span(), message)
}

/// Splits a number into its text and its suffix, which starts at the first letter that is not an exponent's.
fn split_suffix(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' | b'_' | b'.' | b'-' => at += 1,
            b'e' | b'E' => {
                let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
                if !bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
                    break;
                }
                at += 1 + sign;
            }
            _ => break,
        }
    }
    // Every byte before `at` is ASCII, so this is a boundary of characters.
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Formats a duration in the largest exact unit.
pub(super) fn in_largest_unit(seconds: u64) -> String {
    let exact = UNITS.iter().rev().find(|(_, length, _)| seconds.is_multiple_of(*length));
    let (unit, length) = exact.map_or(("s", 1), |(unit, length, _)| (*unit, *length));
    format!("{}{unit}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::{in_largest_unit, split_suffix};

    #[test]
    fn numbers_and_suffixes_part() {
        assert_eq!(split_suffix("12.60"), ("12.60", ""));
        assert_eq!(split_suffix("1e5"), ("1e5", ""));
        assert_eq!(split_suffix("1e-5"), ("1e-5", ""));
        assert_eq!(split_suffix("15s"), ("15", "s"));
        assert_eq!(split_suffix("1h30m"), ("1", "h30m"));
        assert_eq!(split_suffix("1e"), ("1", "e"));
    }

    #[test]
    fn durations_have_their_largest_unit() {
        assert_eq!(in_largest_unit(5_400), "90m");
        assert_eq!(in_largest_unit(7_200), "2h");
    }
}
