//! Numbers as English words, Roman numerals and letters.

use crate::fault::{Fault, Meter};
use crate::number;

const CARDINALS: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];
const ORDINALS: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];
const TENS: [&str; 8] = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];
const MAGNITUDES: [(&str, f64); 4] = [("Thousand", 1e3), ("Million", 1e6), ("Billion", 1e9), ("Trillion", 1e12)];

/// Writes a non-negative integer in words.
pub(super) fn to_words(out: &mut String, number: f64, ordinal: bool) {
    write(out, number, ordinal, "", "");
}

/// `comma` precedes hundreds and more, `and` precedes less.
fn write(out: &mut String, number: f64, ordinal: bool, comma: &str, and: &str) {
    let rest = |out: &mut String, rest: f64| {
        if rest > 0.0 {
            write(out, rest, ordinal, ", ", " and ");
        } else if ordinal {
            out.push_str("th");
        }
    };
    if number < 20.0 {
        out.push_str(and);
        out.push_str(if ordinal { ORDINALS } else { CARDINALS }[number as usize % 20]);
    } else if number < 100.0 {
        out.push_str(and);
        let tens = TENS[(number / 10.0) as usize - 2];
        let ones = number % 10.0;
        if ones > 0.0 {
            out.push_str(tens);
            out.push('-');
            write(out, ones, ordinal, "", "");
        } else if ordinal {
            out.push_str(tens.trim_end_matches('y'));
            out.push_str("ieth");
        } else {
            out.push_str(tens);
        }
    } else if number < 1000.0 {
        out.push_str(comma);
        out.push_str(CARDINALS[(number / 100.0) as usize]);
        out.push_str(" Hundred");
        rest(out, number % 100.0);
    } else {
        out.push_str(comma);
        let largest = MAGNITUDES.iter().rev().find(|(_, factor)| *factor <= number);
        let (name, factor) = largest.copied().unwrap_or(MAGNITUDES[0]);
        let count = (number / factor).floor();
        write(out, count, false, "", "");
        out.push(' ');
        out.push_str(name);
        rest(out, number - count * factor);
    }
}

/// Returns all number words in lower case with their values, in the order in which they are tried.
pub(super) fn vocabulary() -> Vec<(String, f64)> {
    let mut words: Vec<(String, f64)> = Vec::new();
    for names in [CARDINALS, ORDINALS] {
        words.extend(names.iter().zip(0u8..).map(|(name, value)| (name.to_lowercase(), f64::from(value))));
    }
    for (name, value) in TENS.iter().zip(2u8..) {
        let stem = name.trim_end_matches('y').to_lowercase();
        words.push((name.to_lowercase(), f64::from(value) * 10.0));
        words.push((stem + "ieth", f64::from(value) * 10.0));
    }
    // The reference derives `hundreieth` in the same way as `twentieth`.
    words.extend(["hundred", "hundreieth", "hundredth"].map(|name| (name.to_owned(), 100.0)));
    for (name, value) in MAGNITUDES {
        words.push((name.to_lowercase(), value));
        words.push((name.to_lowercase() + "th", value));
    }
    words
}

/// Parses words in lower case. Returns NaN if one is unknown.
pub(super) fn from_words(text: &str) -> f64 {
    let vocabulary = vocabulary();
    let mut sums = vec![0.0];
    for word in split(text) {
        let value = vocabulary.iter().find(|(known, _)| *known == word).map_or(f64::NAN, |(_, value)| *value);
        let mut top: f64 = sums.pop().unwrap_or_default();
        if value < 100.0 {
            if top >= 1000.0 {
                sums.push(top);
                top = 0.0;
            }
            sums.push(top + value);
        } else {
            sums.push(top * value);
        }
    }
    sums.iter().sum()
}

/// Returns the words between `, `, ` and `, spaces, dashes and backslashes.
fn split(text: &str) -> Vec<&str> {
    let blank = number::is_space;
    let (mut words, mut start) = (Vec::new(), 0);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let after = &text[at + c.len_utf8()..];
        let after_blank = |text: &str| text.chars().next().filter(|c| blank(*c)).map(char::len_utf8);
        let length = if c == ','
            && let Some(length) = after_blank(after)
        {
            Some(1 + length)
        } else if blank(c)
            && let Some(length) = after.strip_prefix("and").and_then(after_blank)
        {
            Some(c.len_utf8() + 3 + length)
        } else if blank(c) || c == '-' || c == '\\' {
            Some(c.len_utf8())
        } else {
            None
        };
        match length {
            Some(length) => {
                words.push(&text[start..at]);
                at += length;
                start = at;
            }
            None => at += c.len_utf8(),
        }
    }
    words.push(&text[start..]);
    words
}

const ROMAN: [(f64, &str); 13] = [
    (1000.0, "m"),
    (900.0, "cm"),
    (500.0, "d"),
    (400.0, "cd"),
    (100.0, "c"),
    (90.0, "xc"),
    (50.0, "l"),
    (40.0, "xl"),
    (10.0, "x"),
    (9.0, "ix"),
    (5.0, "v"),
    (4.0, "iv"),
    (1.0, "i"),
];

/// Writes a non-negative number in lower-case Roman numerals.
pub(super) fn to_roman(number: f64, meter: &mut impl Meter) -> Result<String, Fault> {
    meter.bytes((number / 1000.0) as u64)?;
    let (mut out, mut rest) = (String::new(), number);
    for (value, numeral) in ROMAN {
        while rest >= value {
            out.push_str(numeral);
            rest -= value;
        }
    }
    Ok(out)
}

/// Parses Roman numerals in upper case. Returns NaN for any other letter.
pub(super) fn from_roman(text: &str) -> f64 {
    let (mut sum, mut largest) = (0.0, 1.0);
    for letter in text.chars().rev() {
        let value = match letter {
            'M' => 1000.0,
            'D' => 500.0,
            'C' => 100.0,
            'L' => 50.0,
            'X' => 10.0,
            'V' => 5.0,
            'I' => 1.0,
            _ => return f64::NAN,
        };
        if value < largest {
            sum -= value;
        } else {
            largest = value;
            sum += value;
        }
    }
    sum
}

/// Writes a non-negative finite number as a spreadsheet column, from `a` or `A`.
pub(super) fn to_letters(number: f64, first: char) -> String {
    let (mut letters, mut rest) = (Vec::new(), number);
    while rest > 0.0 {
        letters.push(char::from(first as u8 + ((rest - 1.0) % 26.0) as u8));
        rest = ((rest - 1.0) / 26.0).floor();
    }
    letters.iter().rev().collect()
}

/// Parses letters from `a` or `A`.
pub(super) fn from_letters(text: &str, first: char) -> f64 {
    let units: Vec<u16> = text.encode_utf16().collect();
    let value = |unit: u16| f64::from(unit) - f64::from(u32::from(first)) + 1.0;
    units.iter().rev().enumerate().map(|(place, unit)| value(*unit) * number::pow(26.0, place as f64)).sum()
}
