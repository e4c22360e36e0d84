//! Expands the replacement text of `$replace`.

use crate::fault::{Fault, Meter};
use crate::number;

/// Appends a replacement: `$0` is the whole match, `$1` and on are its groups, `$$` is a dollar sign. A dollar sign
/// before anything else is literal. A group number has at most as many digits as the number of groups.
///
/// # Errors
/// Fails if a limit is exceeded.
pub(crate) fn expand(
    out: &mut String,
    replacement: &str,
    whole: &str,
    groups: &[Option<&str>],
    meter: &mut impl Meter,
) -> Result<(), Fault> {
    let mut add = |text: &str| {
        meter.bytes(text.len() as u64)?;
        out.push_str(text);
        Ok::<_, Fault>(())
    };
    let mut rest = replacement;
    while let Some(dollar) = rest.find('$') {
        add(&rest[..dollar])?;
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            add("$")?;
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix('0') {
            add(whole)?;
            rest = after;
            continue;
        }
        let digits = most_digits(groups.len());
        let mut group = read(rest, digits);
        if digits > 1 && group > groups.len() as f64 {
            group = read(rest, digits - 1);
        }
        if group.is_nan() {
            add("$")?;
            continue;
        }
        if group >= 1.0
            && let Some(Some(text)) = groups.get(group as usize - 1)
        {
            add(text)?;
        }
        let length = number::text(group).len();
        rest = rest.char_indices().nth(length).map_or("", |(at, _)| &rest[at..]);
    }
    add(rest)
}

/// Returns the most digits of a group number. As in the reference, 1000 counts as three digits.
fn most_digits(groups: usize) -> usize {
    match groups {
        0..10 => 1,
        10..100 => 2,
        groups => ((groups as f64).ln() * std::f64::consts::LOG10_E).floor() as usize + 1,
    }
}

/// Parses the number in the first characters, as `parseInt` does.
fn read(text: &str, characters: usize) -> f64 {
    let end = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    // With a radix of ten, `0x1` is 0.
    number::parse_int(text[..end].split(['x', 'X']).next().unwrap_or_default())
}
