//! Pictures: formats for numbers, integers, dates and times.

mod date;
mod integer;
mod number;
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

/// Returns the number whose multiples are exactly the positions, or 0.
fn interval(positions: &[f64]) -> f64 {
    fn divisor(left: f64, right: f64) -> f64 {
        if right == 0.0 { left } else { divisor(right, left % right) }
    }
    let Some(factor) = positions.iter().copied().reduce(divisor) else { return 0.0 };
    let all = (1..=positions.len()).all(|index| positions.contains(&(index as f64 * factor)));
    if all { factor } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{Symbols, format_integer, format_number, from_millis, parse_integer, to_millis};
    use crate::fault::{Allowance, Fault};
    use workflow_cases::every;

    fn code<T: std::fmt::Debug>(result: Result<T, Fault>) -> &'static str {
        result.unwrap_err().code
    }

    #[test]
    fn formats_numbers() {
        let formatted =
            |value, picture: &str| format_number(value, picture, &Symbols::default(), &mut Allowance::new());
        every(
            [
                (12345.6, "#,###.00", "12,345.60"),
                (12345678.9, "9,999.99", "12,345,678.90"),
                (123.9, "9999", "0124"),
                (0.14, "01%", "14%"),
                (0.14, "001\u{2030}", "140\u{2030}"),
                (-6.0, "000", "-006"),
                (-6.0, "0;(0)", "(6)"),
                (1234.5678, "00.000e0", "12.346e2"),
                // Optional digits make the exponent a multiple of their number, as in Java (said of AWS, 2026-08).
                (1200.0, "#0e0", "12e2"),
                (-1200.0, "#0e0;(#0e0)", "(12e2)"),
                (12345.0, "##0.00e0", "12.345e3"),
                (0.00012, "##0e0", "120e-6"),
                (0.3, "##0.0e0", "300e-3"),
                (1234.0, "##0.000e0", "1.234e3"),
                // As Java writes them.
                (f64::INFINITY, "$#,##0.0%", "$\u{221e}%"),
                (f64::NEG_INFINITY, "0", "-\u{221e}"),
                (f64::NEG_INFINITY, "0;(0)", "(\u{221e})"),
                (f64::NAN, "0%;(0)", "NaN"),
                (0.234, "#.#e0", "0.2e0"),
                (1234567.0, "##,##,##0", "12,34,567"),
                (0.0, "#", "0"),
                (1234.5, "#,##0.0#", "1,234.5"),
                // The reference does not terminate here.
                (0.0, "0.0e0", "0.0e0"),
                (-1500.0, "0.0e0", "-1.5e3"),
            ],
            |(value, picture, expected)| {
                assert_eq!(formatted(value, picture).as_deref(), Ok(expected), "{value} {picture}");
            },
        );
        every(
            [
                ("0;0;0", "D3080"),
                ("0.0.0", "D3081"),
                ("0%%", "D3082"),
                ("\u{2030}0\u{2030}", "D3083"),
                ("%0\u{2030}", "D3084"),
                (".", "D3085"),
                ("", "D3085"),
                ("0a0", "D3086"),
                ("0,.0", "D3087"),
                ("0,", "D3088"),
                ("0,,0", "D3089"),
                ("0#", "D3090"),
                ("0.#0", "D3091"),
                ("0e0%", "D3092"),
                ("0e#0", "D3093"),
            ],
            |(picture, expected)| {
                assert_eq!(code(formatted(1.0, picture)), expected, "{picture}");
            },
        );
        let mut symbols = Symbols::default();
        symbols.set("decimal-separator", ",");
        symbols.set("grouping-separator", ".");
        symbols.set("zero-digit", "\u{245f}");
        symbols.set("unknown", "x");
        let text = format_number(1234.5, "#.\u{2460}\u{245f}\u{245f},\u{245f}", &symbols, &mut Allowance::new());
        assert_eq!(text.as_deref(), Ok("\u{2460}.\u{2461}\u{2462}\u{2463},\u{2464}"));
    }

    #[test]
    fn formats_integers() {
        let formatted = |value, picture: &str| format_integer(value, picture, &mut Allowance::new());
        every(
            [
                (2789.0, "w", "two thousand, seven hundred and eighty-nine"),
                (1.5e15, "Ww", "One Thousand, Five Hundred Trillion"),
                (21.0, "w;o", "twenty-first"),
                (30.0, "Ww;o", "Thirtieth"),
                (1999.0, "I", "MCMXCIX"),
                (27.0, "a", "aa"),
                (123456789.0, "#,##0", "123,456,789"),
                (1234567.0, "##,##,###0", "1,23,4567"),
                (12.0, "1;o", "12th"),
                (23.0, "1;o", "23rd"),
                (5.0, "\u{660}\u{660}", "\u{660}\u{665}"),
                (-5.2, "000", "-005"),
            ],
            |(value, picture, expected)| {
                assert_eq!(formatted(value, picture).as_deref(), Ok(expected), "{value} {picture}");
            },
        );
        assert_eq!(code(formatted(1.0, "x")), "D3130");
        assert_eq!(code(formatted(1.0, "0\u{660}")), "D3131");
        assert_eq!(code(formatted(1e300, "i")), "bytes");
        assert_eq!(code(formatted(1.0, &"0".repeat(1_000_000))), "bytes");
    }

    #[test]
    fn parses_integers() {
        every(
            [
                ("two thousand, seven hundred and eighty-nine", "w", 2789.0),
                ("Twenty-First", "w;o", 21.0),
                ("MCMXCIX", "I", 1999.0),
                ("mcmxcix", "i", 1999.0),
                ("aa", "a", 27.0),
                ("12,345", "#,##0", 12345.0),
                ("12th", "1;o", 12.0),
                ("\u{661}\u{662}", "\u{660}\u{660}", 12.0),
            ],
            |(text, picture, expected)| {
                assert_eq!(parse_integer(text, picture), Ok(expected), "{text}");
            },
        );
        assert!(parse_integer("x", "I").unwrap().is_nan());
        assert!(parse_integer("eleventy", "w").unwrap().is_nan());
        assert_eq!(code(parse_integer("1", "\u{660}")), "D3030");
    }

    #[test]
    fn formats_dates() {
        let formatted = |millis, picture, zone| from_millis(millis, picture, zone, &mut Allowance::new());
        assert_eq!(formatted(1521801216617.9, None, None).as_deref(), Ok("2018-03-23T10:33:36.617Z"));
        assert_eq!(formatted(1521801216617.0, None, Some("-0500")).as_deref(), Ok("2018-03-23T05:33:36.617-05:00"));
        every(
            [
                ("[D1o] [MNn] [Y]", "23rd March 2018"),
                ("[FNn,*-3], [D01]/[M01]/[Y,2-2]", "Fri, 23/03/18"),
                ("[h]:[m01] [P] [PN]", "10:33 am AM"),
                ("week [W] of [X], [w] of [x], day [d]", "week 12 of 2018, 4 of 3, day 82"),
                ("[YI] [MN,3-3] [Dwo] [[x]]", "MMXVIII MAR twenty-third [x]"),
                ("[Z] [z] [Z0101] [Z01:01t] [C] [E] [f001]", "+00:00 GMT+00:00 +0000 Z ISO ISO 617"),
            ],
            |(picture, expected)| {
                assert_eq!(formatted(1521801216617.0, Some(picture), None).as_deref(), Ok(expected), "{picture}");
            },
        );
        assert_eq!(code(formatted(0.0, Some("[Y"), None)), "D3135");
        assert_eq!(code(formatted(0.0, Some("[q]"), None)), "D3132");
        assert_eq!(code(formatted(0.0, Some("[YN]"), None)), "D3133");
        assert_eq!(code(formatted(0.0, Some("[Z00000]"), None)), "D3134");
        assert_eq!(code(formatted(0.0, Some("[Y,1-1000000000]"), None)), "bytes");
        assert_eq!(formatted(-62198755200000.0, Some("[Y] [W] [X]"), None).as_deref(), Ok("-1 53 -2"));
    }

    #[test]
    fn parses_dates() {
        let parsed = |text, picture| to_millis(text, picture, 1521801216617.0, &mut Allowance::new());
        every(
            [
                ("2018-03-23T10:33:36.617Z", None, 1521801216617.0),
                ("2018-03-23T10:33:36+0100", None, 1521797616000.0),
                ("2018", None, 1514764800000.0),
                ("23rd March 2018", Some("[D1o] [MNn] [Y]"), 1521763200000.0),
                ("2018-082", Some("[Y]-[d001]"), 1521763200000.0),
                ("10:33 pm", Some("[h]:[m] [P]"), 1521844380000.0),
                ("5/2018", Some("[M]/[Y]"), 1525132800000.0),
                ("23/3/2018 12 +05:30", Some("[D]/[M]/[Y] [H] [Z]"), 1521786600000.0),
                ("MMXVIII twenty-third Mar", Some("[YI] [Dwo] [MN,3-3]"), 1521763200000.0),
            ],
            |(text, picture, expected)| {
                assert_eq!(parsed(text, picture), Ok(Some(expected)), "{text}");
            },
        );
        // Names are compared in the picture's case.
        assert_eq!(code(parsed("2018 MAR 1", Some("[Y] [MNn,3-3] [D]"))), "D3136");
        assert_eq!(parsed("x", Some("[Y]")), Ok(None));
        assert_eq!(code(parsed("yesterday", None)), "D3110");
        assert_eq!(code(parsed("2018 23", Some("[Y] [D]"))), "D3136");
        assert_eq!(code(parsed("2018-12", Some("[X]-[W]"))), "D3136");
        assert_eq!(code(parsed("ISO", Some("[C]"))), "D3133");
        assert!(parsed("2018-13-01", None).unwrap().unwrap().is_nan());
    }
}
