//! Writes, parses and rounds numbers like JavaScript.

mod power;

use crate::fault::Fault;

/// JavaScript's `Math.pow`.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    power::pow(base, exponent)
}

/// Returns the text of a number, as JavaScript's `String(number)` does: the shortest digits that parse back to the same
/// number, with an exponent from 1e21 up and below 1e-6.
pub(crate) fn text(number: f64) -> String {
    let mut out = String::new();
    write(&mut out, number);
    out
}

/// Appends [`text`] of a number.
pub(crate) fn write(out: &mut String, number: f64) {
    use std::fmt::Write;
    if number.is_nan() {
        return out.push_str("NaN");
    }
    if number.is_infinite() {
        return out.push_str(if number < 0.0 { "-Infinity" } else { "Infinity" });
    }
    if number.abs() < 1e15 && number.trunc() == number {
        let _ = write!(out, "{}", number as i64);
        return;
    }
    let shortest = Shortest::of(number);
    if number < 0.0 {
        out.push('-');
    }
    let digits = shortest.digits();
    let count = digits.len() as i32;
    let point = shortest.exponent + 1;
    let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
    if count <= point && point <= 21 {
        out.push_str(digits);
        zeros(out, point - count);
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(point as usize);
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    } else if -6 < point && point <= 0 {
        out.push_str("0.");
        zeros(out, -point);
        out.push_str(digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let _ = write!(out, "e{}{}", if point > 0 { '+' } else { '-' }, (point - 1).abs());
    }
}

/// The shortest digits that parse back to a number, and the exponent of the first of them.
struct Shortest {
    buffer: [u8; 24],
    length: usize,
    exponent: i32,
}

impl Shortest {
    /// Parses the standard library's notation: `-1.2345e-7`.
    fn of(number: f64) -> Self {
        use std::fmt::Write;
        let mut this = Self { buffer: [0; 24], length: 0, exponent: 0 };
        let _ = write!(Digits { into: &mut this, negative: false, exponent: false }, "{:e}", number.abs());
        this.even(number);
        this
    }

    /// If two shortest texts are equally near, JavaScript takes the even one.
    fn even(&mut self, number: f64) {
        let is_odd = self.length > 0 && self.buffer[self.length - 1] % 2 == 1;
        let places = self.length as i32 - 1 - self.exponent;
        if is_odd && self.length >= 16 && places >= 0 && fraction_bits(number) == places + 1 {
            let exact = format!("{:.*e}", self.length, number.abs());
            let cut = exact.bytes().filter(u8::is_ascii_digit).nth(self.length - 1);
            // The exact text ends in a 5. The text before it ends in this digit or the one below.
            if let Some(digit) = cut.filter(|digit| digit % 2 == 0) {
                self.buffer[self.length - 1] = digit;
            } else if self.buffer[self.length - 1] < b'9' {
                self.buffer[self.length - 1] += 1;
            }
        }
    }

    fn digits(&self) -> &str {
        std::str::from_utf8(&self.buffer[..self.length]).unwrap_or_default()
    }
}

struct Digits<'s> {
    into: &'s mut Shortest,
    negative: bool,
    exponent: bool,
}

impl std::fmt::Write for Digits<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            match byte {
                b'e' => self.exponent = true,
                b'-' => self.negative = true,
                b'0'..=b'9' if self.exponent => {
                    let digit = i32::from(byte - b'0');
                    self.into.exponent = self.into.exponent * 10 + if self.negative { -digit } else { digit };
                }
                b'0'..=b'9' if self.into.length < self.into.buffer.len() => {
                    self.into.buffer[self.into.length] = byte;
                    self.into.length += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// 2^63, the first integer that does not fit 64 bits. As in Java, a calculation or literal that gives it gives the
/// greatest integer of 64 bits instead.
pub(crate) const BEYOND_LONG: f64 = 9_223_372_036_854_775_808.0;

/// Returns the integer of 64 bits that a number is, if it is one.
pub(crate) fn long(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && (-BEYOND_LONG..BEYOND_LONG).contains(&number)).then_some(number as i64)
}

/// Appends a number as `$string` and `&` write it: the digits of an integer exactly up to 64 bits, beyond that the
/// shortest ones, and 15 digits of a fraction (measured on AWS, 2026-08).
pub(crate) fn write_shown(out: &mut String, number: f64) {
    use std::fmt::Write;
    match long(number) {
        Some(whole) => drop(write!(out, "{whole}")),
        None if number.fract() == 0.0 => write(out, number),
        None => write(out, to_15_digits(number)),
    }
}

/// Returns a fraction rounded to 15 significant digits, ties away from zero.
pub(crate) fn to_15_digits(number: f64) -> f64 {
    if !number.is_finite() || (number.abs() < 1e15 && number.trunc() == number) {
        return number;
    }
    let shortest = Shortest::of(number);
    if shortest.length <= 15 {
        return number;
    }
    let digits = shortest.digits();
    let rounded = if shortest.length == 16 && digits.ends_with('5') && is_exact(number, shortest.exponent - 15) {
        let kept: u64 = digits[..15].parse().unwrap_or_default();
        format!("{}e{}", kept + 1, shortest.exponent - 14)
    } else {
        format!("{:.14e}", number.abs())
    };
    rounded.parse::<f64>().unwrap_or(number).copysign(number)
}

/// Returns whether a number ends exactly at a power of ten in decimal.
fn is_exact(number: f64, last: i32) -> bool {
    if last < 0 {
        return fraction_bits(number) == -last;
    }
    // Above 10^38, no double is a short decimal.
    last <= 22 && number.abs() < 1e38 && (number.abs() as u128).is_multiple_of(10u128.pow(last.unsigned_abs()))
}

/// Returns the number of binary, and so decimal, fraction digits of a number.
fn fraction_bits(number: f64) -> i32 {
    let bits = number.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
    if mantissa == 0 { 0 } else { (-(exponent + mantissa.trailing_zeros() as i32)).max(0) }
}

/// Implements `Number.prototype.toFixed` for a number that is not negative: ties round up.
pub(crate) fn to_fixed(number: f64, places: usize) -> String {
    if !number.is_finite() || number >= 1e21 {
        return text(number);
    }
    if fraction_bits(number) != places as i32 + 1 {
        return format!("{number:.places$}");
    }
    // Exactly half way: cut the last digit, a 5, and round up.
    let mut digits = format!("{number:.*}", places + 1).into_bytes();
    digits.pop();
    if digits.last() == Some(&b'.') {
        digits.pop();
    }
    let mut carried = true;
    for digit in digits.iter_mut().rev().filter(|digit| digit.is_ascii_digit()) {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            carried = false;
            break;
        }
    }
    let digits = String::from_utf8(digits).unwrap_or_default();
    if carried { format!("1{digits}") } else { digits }
}

/// Implements `$number` for a string.
///
/// # Errors
/// Returns `D3030` if the text is not a number.
pub(crate) fn from_string(text: &str) -> Result<f64, Fault> {
    if is_decimal(text)
        && let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Ok(number);
    }
    // The reference tests these forms loosely, so text before or after them may make the result NaN.
    let bytes = text.as_bytes();
    let prefixed = |at: usize, letters: &[u8; 2], digit: fn(&u8) -> bool| {
        bytes.get(at) == Some(&b'0')
            && bytes.get(at + 1).is_some_and(|letter| letters.contains(letter))
            && bytes.get(at + 2).is_some_and(digit)
    };
    let hexadecimal = prefixed(0, b"xX", u8::is_ascii_hexdigit);
    let octal = (0..bytes.len()).any(|at| prefixed(at, b"oO", |digit| (b'0'..=b'7').contains(digit)));
    let binary = || {
        let rest = text.trim_end_matches(['0', '1']);
        rest.len() < text.len() && (rest.ends_with("0b") || rest.ends_with("0B"))
    };
    if hexadecimal || octal || binary() {
        return Ok(coerce(text));
    }
    Err(Fault { index: Some(1), ..Fault::new("D3030").value(text) })
}

/// `-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &mut &[u8]| {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = &text[count..];
        count > 0
    };
    let mut rest = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if !digits(&mut rest) {
        return false;
    }
    if let [b'.', fraction @ ..] = rest {
        rest = fraction;
        if !digits(&mut rest) {
            return false;
        }
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        rest = match exponent {
            [b'-' | b'+', rest @ ..] => rest,
            rest => rest,
        };
        if !digits(&mut rest) {
            return false;
        }
    }
    rest.is_empty()
}

/// Implements JavaScript's `Number(text)`.
pub(crate) fn coerce(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    let radix = |digits: &str, bits: u32| power_of_two(digits, bits).unwrap_or(f64::NAN);
    match text.as_bytes() {
        [] => 0.0,
        [b'0', b'x' | b'X', ..] => radix(&text[2..], 4),
        [b'0', b'o' | b'O', ..] => radix(&text[2..], 3),
        [b'0', b'b' | b'B', ..] => radix(&text[2..], 1),
        _ => {
            let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
            let is_literal =
                unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
            if is_literal || unsigned == "Infinity" { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
        }
    }
}

/// Parses digits of `bits` bits each. Rounds half to even.
fn power_of_two(digits: &str, bits: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    let (mut value, mut dropped, mut rest) = (0u128, 0i32, false);
    for digit in digits.chars() {
        let digit = digit.to_digit(1 << bits)?;
        if value >> 100 == 0 {
            value = value << bits | u128::from(digit);
        } else {
            dropped = dropped.saturating_add(bits as i32);
            rest |= digit != 0;
        }
    }
    let value = (value | u128::from(rest)) as f64;
    Some(if dropped > 1100 { f64::INFINITY } else { value * 2f64.powi(dropped) })
}

/// Implements JavaScript's `parseInt(text)`: leading white space, a sign, `0x`, then digits. NaN without digits.
pub(crate) fn parse_int(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let digits = |text: &str, radix: u32| text.find(|c: char| !c.is_digit(radix)).unwrap_or(text.len());
    if let Some(rest) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        return sign * power_of_two(&rest[..digits(rest, 16)], 4).unwrap_or(f64::NAN);
    }
    sign * unsigned[..digits(unsigned, 10)].parse().unwrap_or(f64::NAN)
}

/// Returns whether JavaScript counts a character as white space, for `\s` and `trim`.
pub(crate) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}'
        | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// Implements `Math.round`: halves round up.
fn nearest(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Implements `$round`: halves round to even. `precision` counts decimal places; negative ones count to the left of the
/// point. A fractional precision gives NaN.
pub(crate) fn round(number: f64, precision: Option<f64>) -> f64 {
    // The point is moved in the text, because a product with a power of ten would not be exact.
    let shift = |number: f64, places: f64| {
        let digits = text(number);
        let (digits, exponent) = digits.split_once('e').map_or((&*digits, 0.0), |(digits, e)| (digits, coerce(e)));
        coerce(&format!("{digits}e{}", text(exponent + places)))
    };
    // Fractions of the precision are cut, as in Java.
    let precision = precision.map(f64::trunc).filter(|places| *places != 0.0 && !places.is_nan());
    let number = precision.map_or(number, |places| shift(number, places));
    let mut result = nearest(number);
    if (result - number).abs() == 0.5 && (result % 2.0).abs() == 1.0 {
        result -= 1.0;
    }
    let result = precision.map_or(result, |places| shift(result, -places));
    if result == 0.0 { 0.0 } else { result }
}

/// Implements `$formatBase`: the number is rounded as `$round` does, and the radix is cut.
///
/// # Errors
/// Returns `D3100` if the radix is not in 2..=36.
pub(crate) fn format_base(number: f64, radix: Option<f64>) -> Result<String, Fault> {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let number = round(number, None);
    let radix = radix.map_or(10.0, f64::trunc);
    if !(2.0..=36.0).contains(&radix) {
        return Err(Fault::new("D3100").value(text(radix)));
    }
    if radix == 10.0 || !number.is_finite() {
        return Ok(text(number));
    }
    let mut digits = Vec::new();
    let mut rest = number.abs();
    // V8 writes zeros for the digits that a double cannot hold.
    while rest / radix >= 9_007_199_254_740_992.0 {
        rest /= radix;
        digits.push(b'0');
    }
    loop {
        let digit = rest % radix;
        digits.push(DIGITS[digit as usize % 36]);
        rest = (rest - digit) / radix;
        if rest <= 0.0 {
            break;
        }
    }
    if number < 0.0 {
        digits.push(b'-');
    }
    Ok(digits.iter().rev().map(|digit| char::from(*digit)).collect())
}

/// Implements `$sqrt`.
///
/// # Errors
/// Returns `D3060` for a negative number.
pub(crate) fn sqrt(number: f64) -> Result<f64, Fault> {
    if number < 0.0 {
        return Err(Fault { index: Some(1), ..Fault::new("D3060").value(text(number)) });
    }
    Ok(number.sqrt())
}

/// Implements `$power`.
///
/// # Errors
/// Returns `D3061` if the result is not finite; the fault's token is the exponent.
pub(crate) fn power(base: f64, exponent: f64) -> Result<f64, Fault> {
    let result = pow(base, exponent);
    if result.is_finite() {
        return Ok(result);
    }
    Err(Fault { index: Some(1), ..Fault::new("D3061").value(text(base)).token(text(exponent)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_shortest_text() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (100.0, "100"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1e+21"),
            (123456789012345680000.0, "123456789012345680000"),
            (1.5e300, "1.5e+300"),
            (0.000001, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (-12.5, "-12.5"),
            (5e-324, "5e-324"),
            // If two shortest texts are equally near, the even one.
            (74.42092895507812, "74.42092895507812"),
        ];
        for (number, expected) in cases {
            assert_eq!(text(number), expected);
        }
    }

    #[test]
    fn rounds_to_15_digits() {
        assert_eq!(to_15_digits(0.1 + 0.2), 0.3);
        assert_eq!(to_15_digits(9007199254740993.0), 9007199254740990.0);
        assert_eq!(to_15_digits(1000000000000.125), 1000000000000.13);
        assert_eq!(to_15_digits(-1000000000000005.0), -1000000000000010.0);
        assert_eq!(to_15_digits(1.0 / 3.0), 0.333333333333333);
    }

    #[test]
    fn fixes_places() {
        assert_eq!(to_fixed(2.5, 0), "3");
        assert_eq!(to_fixed(0.125, 2), "0.13");
        assert_eq!(to_fixed(9.5, 0), "10");
        assert_eq!(to_fixed(1.005, 2), "1.00");
        assert_eq!(to_fixed(1e21, 2), "1e+21");
    }

    #[test]
    fn reads_what_number_takes() {
        for (text, expected) in [("12", 12.0), ("-1.5e3", -1500.0), ("0x1F", 31.0), ("0o17", 15.0), ("0b101", 5.0)] {
            assert_eq!(from_string(text), Ok(expected));
        }
        for text in ["", " 12 ", "+5", ".5", "5.", "1e999", "-0x1F", "abc", "Infinity", "1_000", "0b"] {
            assert_eq!(from_string(text).unwrap_err().code, "D3030", "{text}");
        }
        assert!(from_string("0x1G").unwrap().is_nan());
    }

    #[test]
    fn rounds_halves_to_even() {
        let cases = [
            (0.5, None, 0.0),
            (1.5, None, 2.0),
            (-0.5, None, 0.0),
            (-1.5, None, -2.0),
            (0.49999999999999994, None, 0.0),
            (4.525, Some(2.0), 4.52),
            (4.515, Some(2.0), 4.52),
            (12345.0, Some(-2.0), 12300.0),
            (12450.0, Some(-2.0), 12400.0),
            (1e-7, Some(7.0), 1e-7),
        ];
        for (number, precision, expected) in cases {
            assert_eq!(round(number, precision), expected, "{number}");
        }
        assert_eq!(round(1.25, Some(1.5)), 1.2);
    }

    #[test]
    fn writes_in_any_base() {
        assert_eq!(format_base(255.0, Some(16.0)).as_deref(), Ok("ff"));
        assert_eq!(format_base(-5.5, Some(2.9)).as_deref(), Ok("-110"));
        assert_eq!(format_base(2.5, None).as_deref(), Ok("2"));
        assert_eq!(format_base(1e21, Some(3.0)).as_deref(), Ok("100010202110111202020110202012022200000000000"));
        assert_eq!(format_base(1.0, Some(1.0)).unwrap_err(), Fault::new("D3100").value("1"));
        assert_eq!(sqrt(-1.0).unwrap_err().code, "D3060");
        // The last bit as in V8, not the nearest.
        assert_eq!(power(1.5, 52.0), Ok(1434648375.4816117));
        assert_eq!(power(2.0, 9.5), Ok(724.0773439350246));
        assert_eq!(power(-2.0, -1074.0), Ok(5e-324));
        assert_eq!(power(-2.0, 3.0), Ok(-8.0));
        assert_eq!(power(10.0, 400.0).unwrap_err().code, "D3061");
        assert_eq!(power(-8.0, 1.0 / 3.0).unwrap_err().code, "D3061");
    }
}
