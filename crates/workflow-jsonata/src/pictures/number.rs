//! `$formatNumber`: XPath's pictures for decimal numbers.
//!
//! See <https://www.w3.org/TR/xpath-functions-31/#func-format-number>. Where the reference differs from XPath, as in
//! the fractional part of a picture without a point, this module follows the reference.

use std::borrow::Cow;

use super::{find, find_last, from_utf16, interval, repeated, utf16};
use crate::fault::{Fault, Meter};
use crate::number;

/// The characters with a meaning in a picture.
#[derive(Debug, Clone)]
pub(crate) struct Symbols {
    decimal: Sign,
    grouping: Sign,
    exponent: Sign,
    minus: Sign,
    percent: Sign,
    per_mille: Sign,
    zero: Sign,
    digit: Sign,
    pattern: Sign,
    infinity: Sign,
    nan: Sign,
}

type Sign = Cow<'static, [u16]>;

impl Default for Symbols {
    fn default() -> Self {
        const fn sign(unit: &'static [u16; 1]) -> Sign {
            Cow::Borrowed(unit)
        }
        Self {
            decimal: sign(&[0x2e]),
            grouping: sign(&[0x2c]),
            exponent: sign(&[0x65]),
            minus: sign(&[0x2d]),
            percent: sign(&[0x25]),
            per_mille: sign(&[0x2030]),
            zero: sign(&[0x30]),
            digit: sign(&[0x23]),
            pattern: sign(&[0x3b]),
            // As Java writes them.
            infinity: sign(&[0x221e]),
            nan: Cow::Borrowed(&[0x4e, 0x61, 0x4e]),
        }
    }
}

impl Symbols {
    /// Sets a character by the name of its option, such as `grouping-separator`. Other names are ignored.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let symbol = match name {
            "decimal-separator" => &mut self.decimal,
            "grouping-separator" => &mut self.grouping,
            "exponent-separator" => &mut self.exponent,
            "minus-sign" => &mut self.minus,
            "percent" => &mut self.percent,
            "per-mille" => &mut self.per_mille,
            "zero-digit" => &mut self.zero,
            "digit" => &mut self.digit,
            "pattern-separator" => &mut self.pattern,
            "infinity" => &mut self.infinity,
            "NaN" => &mut self.nan,
            _ => return,
        };
        *symbol = Cow::Owned(utf16(value));
    }

    fn zero_unit(&self) -> u16 {
        self.zero.first().copied().unwrap_or(0x30)
    }

    fn is_decimal_digit(&self, unit: u16) -> bool {
        (0..10).contains(&(i32::from(unit) - i32::from(self.zero_unit())))
    }

    fn is_digit(&self, unit: u16) -> bool {
        self.is_decimal_digit(unit) || *self.digit == [unit]
    }

    fn is_active(&self, unit: u16) -> bool {
        let signs = [&self.decimal, &self.exponent, &self.grouping, &self.pattern];
        self.is_digit(unit) || signs.iter().any(|sign| ***sign == [unit])
    }

    fn decimal_digits(&self, part: &[u16]) -> usize {
        part.iter().filter(|unit| self.is_decimal_digit(**unit)).count()
    }

    fn digits(&self, part: &[u16]) -> usize {
        part.iter().filter(|unit| self.is_digit(**unit)).count()
    }
}

/// A picture split into its parts.
struct Parts<'p> {
    picture: &'p [u16],
    prefix: &'p [u16],
    suffix: &'p [u16],
    active: &'p [u16],
    mantissa: &'p [u16],
    exponent: Option<&'p [u16]>,
    integer: &'p [u16],
    fraction: &'p [u16],
}

/// Implements `text.substring(from, to)`: bounds outside the text are moved into it.
fn part(text: &[u16], from: usize, to: usize) -> &[u16] {
    let (from, to) = (from.min(text.len()), to.min(text.len()));
    &text[from.min(to)..from.max(to)]
}

impl<'p> Parts<'p> {
    fn read(picture: &'p [u16], symbols: &Symbols) -> Result<Self, Fault> {
        let counts = |unit: &u16| symbols.is_active(*unit) && *symbols.exponent != [*unit];
        let (Some(first), Some(last)) = (picture.iter().position(counts), picture.iter().rposition(counts)) else {
            // Without an active character, the whole picture is one part (measured on AWS, 2026-08).
            return Err(Fault::new(if picture.is_empty() { "D3085" } else { "D3086" }));
        };
        let (prefix, suffix) = (&picture[..first], &picture[last + 1..]);
        let active = &picture[first..=last];
        let (mantissa, exponent) = match find(picture, &symbols.exponent, first) {
            Some(at) if at <= last + 1 => {
                (part(active, 0, at - first), Some(part(active, at - first + 1, active.len())))
            }
            _ => (active, None),
        };
        let (integer, fraction) = match find(mantissa, &symbols.decimal, 0) {
            Some(at) => (&mantissa[..at], part(mantissa, at + 1, mantissa.len())),
            None => (mantissa, suffix),
        };
        Ok(Self { picture, prefix, suffix, active, mantissa, exponent, integer, fraction })
    }

    /// Checks the picture. If several rules are broken, the last one is reported.
    fn check(&self, symbols: &Symbols) -> Result<(), Fault> {
        let has = |sign: &[u16]| find(self.picture, sign, 0).is_some();
        let twice = |sign: &[u16]| find(self.picture, sign, 0) != find_last(self.picture, sign);
        let at = |at: Option<usize>| at.and_then(|at| self.picture.get(at..=at)).unwrap_or_default();
        let scaled = has(&symbols.percent) || has(&symbols.per_mille);
        let grouping = &*symbols.grouping;
        let mut broken = None;
        let mut rule = |breaks: bool, code| {
            if breaks {
                broken = Some(code);
            }
        };
        rule(twice(&symbols.decimal), "D3081");
        rule(twice(&symbols.percent), "D3082");
        rule(twice(&symbols.per_mille), "D3083");
        rule(has(&symbols.percent) && has(&symbols.per_mille), "D3084");
        rule(symbols.digits(self.mantissa) == 0, "D3085");
        rule(self.active.iter().any(|unit| !symbols.is_active(*unit)), "D3086");
        match find(self.picture, &symbols.decimal, 0) {
            Some(point) => {
                rule(at(point.checked_sub(1)) == grouping || at(point.checked_add(1)) == grouping, "D3087");
            }
            None => rule(self.integer.last().map_or(&[][..], std::slice::from_ref) == grouping, "D3088"),
        }
        rule(has(&[grouping, grouping].concat()), "D3089");
        if let Some(optional) = find(self.integer, &symbols.digit, 0) {
            rule(symbols.decimal_digits(&self.integer[..optional]) > 0, "D3090");
        }
        if let Some(optional) = find_last(self.fraction, &symbols.digit) {
            rule(symbols.decimal_digits(&self.fraction[optional..]) > 0, "D3091");
        }
        if let Some(exponent) = self.exponent {
            rule(!exponent.is_empty() && scaled, "D3092");
            rule(exponent.is_empty() || symbols.decimal_digits(exponent) < exponent.len(), "D3093");
        }
        broken.map_or(Ok(()), |code| Err(Fault::new(code)))
    }

    /// Returns the positions of separators, in digits from the point. As in the reference, the positions of a fraction
    /// after the first are searched in the integer part.
    fn grouping(&self, within: &[u16], symbols: &Symbols, before: bool) -> Vec<f64> {
        let mut positions = Vec::new();
        let mut next = find(within, &symbols.grouping, 0);
        while let Some(at) = next {
            let digits = if before { part(within, 0, at) } else { part(within, at, within.len()) };
            positions.push(symbols.digits(digits) as f64);
            next = find(self.integer, &symbols.grouping, at + 1);
        }
        positions
    }
}

/// The format that a picture describes.
struct Layout {
    integer_groups: Vec<f64>,
    every: f64,
    fraction_groups: Vec<f64>,
    integer: usize,
    scaling: usize,
    /// The most digits of the integer part, with the optional ones.
    integer_max: usize,
    fraction_min: usize,
    fraction_max: usize,
    exponent: usize,
}

impl Layout {
    fn of(parts: &Parts<'_>, symbols: &Symbols) -> Self {
        let integer_groups = parts.grouping(parts.integer, symbols, false);
        let mut integer = symbols.decimal_digits(parts.integer);
        let scaling = integer;
        let mut fraction_min = symbols.decimal_digits(parts.fraction);
        let mut fraction_max = symbols.digits(parts.fraction);
        if integer == 0 && fraction_max == 0 {
            if parts.exponent.is_some() {
                (fraction_min, fraction_max) = (1, 1);
            } else {
                integer = 1;
            }
        }
        if parts.exponent.is_some() && integer == 0 && find(parts.integer, &symbols.digit, 0).is_some() {
            integer = 1;
        }
        if integer == 0 && fraction_min == 0 {
            fraction_min = 1;
        }
        Self {
            every: interval(&integer_groups),
            integer_groups,
            fraction_groups: parts.grouping(parts.fraction, symbols, true),
            integer,
            scaling,
            integer_max: symbols.digits(parts.integer),
            fraction_min,
            fraction_max,
            exponent: parts.exponent.map_or(0, |exponent| symbols.decimal_digits(exponent)),
        }
    }
}

/// Implements `$formatNumber`.
///
/// # Errors
/// Returns `D3080` to `D3093` if the picture breaks one of XPath's rules, `D1001` for more than 100 decimal places, or
/// an exceeded limit.
pub(crate) fn format_number(
    value: f64,
    picture: &str,
    symbols: &Symbols,
    meter: &mut impl Meter,
) -> Result<String, Fault> {
    meter.bytes(picture.len() as u64 * 4)?;
    let picture = utf16(picture);
    let pictures = split(&picture, &symbols.pattern);
    if pictures.len() > 2 {
        return Err(Fault::new("D3080"));
    }
    let parts = pictures.iter().map(|picture| Parts::read(picture, symbols)).collect::<Result<Vec<_>, _>>()?;
    parts.iter().try_for_each(|parts| parts.check(symbols))?;
    if value.is_nan() {
        return Ok(from_utf16(&symbols.nan));
    }
    let negative = value < 0.0;
    let Some(chosen) = parts.get(usize::from(negative)).or(parts.first()) else { return Err(Fault::new("D3085")) };
    let mut out = if negative && parts.len() == 1 { symbols.minus.to_vec() } else { Vec::new() };
    out.extend_from_slice(chosen.prefix);
    if value.is_infinite() {
        out.extend_from_slice(&symbols.infinity);
        out.extend_from_slice(chosen.suffix);
        return Ok(from_utf16(&out));
    }
    let mut layout = Layout::of(chosen, symbols);

    let has = |sign: &[u16]| find(chosen.picture, sign, 0).is_some();
    let scaled = match () {
        () if has(&symbols.percent) => value * 100.0,
        () if has(&symbols.per_mille) => value * 1000.0,
        () => value,
    };
    let by_groups = layout.exponent > 0 && layout.integer_max > layout.scaling.max(1);
    let (mantissa, exponent) = match layout.exponent {
        0 => (scaled, None),
        _ if by_groups => with_grouped_exponent(scaled, &mut layout),
        _ => with_exponent(scaled, layout.scaling),
    };
    if layout.fraction_max > 100 {
        return Err(Fault::new("D1001").value(layout.fraction_max.to_string()));
    }
    let rounded = number::round(mantissa, Some(layout.fraction_max as f64));
    let text = number::to_fixed(rounded.abs(), layout.fraction_max);
    out.extend(digits(&text, &layout, by_groups || has(&symbols.decimal), symbols, meter)?);
    if let Some(exponent) = exponent {
        out.extend_from_slice(&symbols.exponent);
        if exponent < 0.0 {
            out.extend_from_slice(&symbols.minus);
        }
        let text = localised(&number::text(exponent.abs()), symbols);
        out.extend(zeros(layout.exponent as f64 - text.len() as f64, symbols, meter)?);
        out.extend(text);
    }
    out.extend_from_slice(chosen.suffix);
    Ok(from_utf16(&out))
}

/// Implements `text.split(separator)`.
fn split<'t>(text: &'t [u16], separator: &[u16]) -> Vec<&'t [u16]> {
    if separator.is_empty() {
        return text.chunks(1).collect();
    }
    let (mut parts, mut start) = (Vec::new(), 0);
    while let Some(at) = find(text, separator, start) {
        parts.push(&text[start..at]);
        start = at + separator.len();
    }
    parts.push(&text[start..]);
    parts
}

/// Splits a number so that its mantissa has a number of digits before the point. The reference never terminates for
/// zero and for negative numbers. Here, zero has the exponent 0, and negative numbers are scaled like their absolute
/// value.
fn with_exponent(value: f64, digits: usize) -> (f64, Option<f64>) {
    let (most, least) = (10f64.powi(digits as i32), 10f64.powi(digits as i32 - 1));
    let (mut mantissa, mut exponent) = (value.abs(), 0.0);
    if mantissa != 0.0 && mantissa.is_finite() && most.is_finite() {
        while mantissa < least {
            mantissa *= 10.0;
            exponent -= 1.0;
        }
        while mantissa > most {
            mantissa /= 10.0;
            exponent += 1.0;
        }
    }
    (mantissa.copysign(value), Some(exponent))
}

/// Splits a number as Java's `DecimalFormat` does if the integer part has optional digits: the exponent is a multiple of
/// the number of its digits, and the picture's digits count as significant ones (`12e2` for 1200 and `#0e0`).
fn with_grouped_exponent(value: f64, layout: &mut Layout) -> (f64, Option<f64>) {
    if value == 0.0 || !value.is_finite() {
        return (value, Some(0.0));
    }
    let significant = (layout.integer_max + layout.fraction_max).min(100);
    let rounded = format!("{:.*e}", significant - 1, value.abs());
    let (digits, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let before = exponent.rem_euclid(layout.integer_max as i32);
    let least = layout.scaling + layout.fraction_min;
    layout.fraction_min = least.saturating_sub(before as usize + 1);
    layout.fraction_max = significant.saturating_sub(before as usize + 1);
    let mantissa: f64 = format!("{digits}e{before}").parse().unwrap_or_default();
    (mantissa.copysign(value), Some(f64::from(exponent - before)))
}

/// Returns digits in the picture's script.
fn localised(text: &str, symbols: &Symbols) -> Vec<u16> {
    let zero = if *symbols.zero == [0x30] { 0x30 } else { symbols.zero_unit() };
    text.encode_utf16()
        .map(|unit| if (0x30..0x3a).contains(&unit) { zero.wrapping_add(unit - 0x30) } else { unit })
        .collect()
}

/// Returns `count` zeros of the picture's script.
fn zeros(count: f64, symbols: &Symbols, meter: &mut impl Meter) -> Result<Vec<u16>, Fault> {
    match &*symbols.zero {
        [zero] => repeated(*zero, count, meter),
        zero => {
            let marks = repeated(0, count, meter)?;
            meter.bytes((marks.len() as u64).saturating_mul(zero.len() as u64 * 2))?;
            Ok(zero.repeat(marks.len()))
        }
    }
}

/// Returns the digits of a number with its point and separators.
fn digits(
    text: &str,
    layout: &Layout,
    has_point: bool,
    symbols: &Symbols,
    meter: &mut impl Meter,
) -> Result<Vec<u16>, Fault> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut out = localised(whole, symbols);
    out.extend_from_slice(&symbols.decimal);
    out.extend(localised(fraction, symbols));
    let is_zero = |unit: &u16| *symbols.zero == [*unit];
    let leading = out.iter().take_while(|unit| is_zero(unit)).count();
    out.drain(..leading);
    let trailing = out.iter().rev().take_while(|unit| is_zero(unit)).count();
    out.truncate(out.len() - trailing);

    let point = |out: &[u16]| find(out, &symbols.decimal, 0).map_or(-1, |at| at as i64);
    let at = point(&out);
    let right = layout.fraction_min as i64 - (out.len() as i64 - at - 1);
    let mut padded = zeros((layout.integer as i64 - at) as f64, symbols, meter)?;
    padded.extend(out);
    padded.extend(zeros(right as f64, symbols, meter)?);
    let mut out = padded;

    let mut at = point(&out);
    if layout.every > 0.0 {
        let every = layout.every as i64;
        for group in 1..=(at - 1).div_euclid(every) {
            insert(&mut out, at - group * every, symbols, meter)?;
        }
    } else {
        for position in &layout.integer_groups {
            insert(&mut out, at - *position as i64, symbols, meter)?;
            at += 1;
        }
    }
    let at = point(&out);
    for position in &layout.fraction_groups {
        insert(&mut out, at + 1 + *position as i64, symbols, meter)?;
    }
    if !has_point || point(&out) == out.len() as i64 - 1 {
        out.pop();
    }
    Ok(out)
}

/// Inserts a grouping separator. As in the reference, a negative position counts from the end.
fn insert(out: &mut Vec<u16>, at: i64, symbols: &Symbols, meter: &mut impl Meter) -> Result<(), Fault> {
    meter.bytes(symbols.grouping.len() as u64 * 2)?;
    meter.steps(out.len() as u64 / 64)?;
    let length = out.len() as i64;
    let at = if at < 0 { (length + at).max(0) } else { at.min(length) } as usize;
    out.splice(at..at, symbols.grouping.iter().copied());
    Ok(())
}
