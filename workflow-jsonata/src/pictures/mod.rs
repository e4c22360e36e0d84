//! Pictures: formats for numbers, integers, dates and times.

mod date;
mod integer;
mod number;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use date::{from_millis, to_millis};
pub(crate) use integer::{format_integer, parse_integer};
pub(crate) use number::{Symbols, format_number};

use crate::fault::{Fault, Meter};

/// Implements `text.indexOf(part, from)`, in UTF-16 units.
fn find(text: &[u16], part: &[u16], from: usize) -> Option<usize> {
    if part.is_empty() {
        return Some(from.min(text.len()));
    }
    let rest = text.get(from..)?;
    let found = match part {
        [unit] => rest.iter().position(|other| other == unit),
        _ => rest.windows(part.len()).position(|window| window == part),
    };
    found.map(|at| from + at)
}

/// Implements `text.lastIndexOf(part)`, in UTF-16 units.
fn find_last(text: &[u16], part: &[u16]) -> Option<usize> {
    if part.is_empty() {
        return Some(text.len());
    }
    text.windows(part.len()).rposition(|window| window == part)
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn from_utf16(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// Returns `count` times one unit, counted before it is made. Empty if the count is not positive.
fn repeated(unit: u16, count: f64, meter: &mut impl Meter) -> Result<Vec<u16>, Fault> {
    if count.is_nan() || count <= 0.0 {
        return Ok(Vec::new());
    }
    meter.bytes((count as u64).saturating_mul(2))?;
    Ok(vec![unit; count as usize])
}

/// Returns the number of which the positions are exactly the multiples, or 0.
fn interval(positions: &[f64]) -> f64 {
    fn divisor(left: f64, right: f64) -> f64 {
        if right == 0.0 { left } else { divisor(right, left % right) }
    }
    let Some(factor) = positions.iter().copied().reduce(divisor) else { return 0.0 };
    let all = (1..=positions.len()).all(|index| positions.contains(&(index as f64 * factor)));
    if all { factor } else { 0.0 }
}
