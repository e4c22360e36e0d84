//! `$formatInteger` and `$parseInteger`: XPath's pictures for integers, which dates also use.
//!
//! See <https://www.w3.org/TR/xpath-functions-31/#func-format-integer>.

use super::{interval, repeated, utf16, words};
use crate::fault::{Fault, Meter};
use crate::number;

/// The format of an integer.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub kind: IntegerFormat,
    pub case: Case,
    pub ordinal: bool,
    /// The mandatory digits; NaN for a kind without digits.
    pub mandatory: f64,
    /// The optional digits.
    pub optional: f64,
    /// The most digits to parse, for components of dates.
    pub digits: Option<f64>,
}

#[derive(Debug, Clone)]
pub(super) enum IntegerFormat {
    Decimal {
        zero: u32,
        grouping: Grouping,
    },
    Letters,
    Roman,
    Words,
    /// A numbering sequence, which neither the reference nor this crate supports.
    Sequence(String),
}

/// The positions of separators, counted in digits from the right.
#[derive(Debug, Clone)]
pub(super) enum Grouping {
    /// At each multiple of a number.
    Regular { every: usize, separator: String },
    /// Only at these positions, the rightmost first.
    Irregular(Vec<(usize, String)>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Case {
    Upper,
    Lower,
    Title,
}

/// The zeros of Unicode's decimal digit groups.
const ZEROS: [u32; 37] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// Implements `$formatInteger`.
///
/// # Errors
/// Returns `D3130` for a picture without digits, `D3131` for digits of several scripts, `D1001` for an infinite number
/// in words or letters, or an exceeded limit.
pub(crate) fn format_integer(value: f64, picture: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    // As Java does.
    Picture::read(picture)?.format(value.trunc(), meter)
}

/// Implements `$parseInteger`. Returns NaN if the text does not match the picture.
///
/// # Errors
/// Returns `D3130` and `D3131` as [`format_integer`] does, or `D3030` for digits outside the picture's script.
pub(crate) fn parse_integer(text: &str, picture: &str) -> Result<f64, Fault> {
    Picture::read(picture)?.parse(text)
}

impl Picture {
    pub(super) fn read(picture: &str) -> Result<Self, Fault> {
        let (primary, modifier) = picture.rsplit_once(';').unwrap_or((picture, ""));
        let plain = |kind, case| (kind, case, f64::NAN, f64::NAN);
        let (kind, case, mandatory, optional) = match primary {
            "A" => plain(IntegerFormat::Letters, Case::Upper),
            "a" => plain(IntegerFormat::Letters, Case::Lower),
            "I" => plain(IntegerFormat::Roman, Case::Upper),
            "i" => plain(IntegerFormat::Roman, Case::Lower),
            "W" => plain(IntegerFormat::Words, Case::Upper),
            "Ww" => plain(IntegerFormat::Words, Case::Title),
            "w" => plain(IntegerFormat::Words, Case::Lower),
            primary => Self::digits(primary)?,
        };
        Ok(Self { kind, case, ordinal: modifier.starts_with('o'), mandatory, optional, digits: None })
    }

    fn digits(picture: &str) -> Result<(IntegerFormat, Case, f64, f64), Fault> {
        let (mut zero, mut mandatory, mut optional) = (None, 0usize, 0usize);
        let mut separators: Vec<(usize, String)> = Vec::new();
        for c in picture.chars().rev() {
            let code = u32::from(c);
            if let Some(group) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
                mandatory += 1;
                if *zero.get_or_insert(*group) != *group {
                    return Err(Fault::new("D3131"));
                }
            } else if c == '#' {
                optional += 1;
            } else {
                separators.push((mandatory + optional, c.to_string()));
            }
        }
        let Some(zero) = zero else {
            return Ok((IntegerFormat::Sequence(picture.to_owned()), Case::Lower, f64::NAN, f64::NAN));
        };
        let positions: Vec<f64> = separators.iter().map(|(position, _)| *position as f64).collect();
        let same = separators.iter().all(|(_, separator)| *separator == separators[0].1);
        let every = if same { interval(&positions) as usize } else { 0 };
        let grouping = match separators.first() {
            Some((_, separator)) if every > 0 => Grouping::Regular { every, separator: separator.clone() },
            _ => Grouping::Irregular(separators),
        };
        Ok((IntegerFormat::Decimal { zero, grouping }, Case::Lower, mandatory as f64, optional as f64))
    }

    /// Formats an integer.
    pub(super) fn format(&self, value: f64, meter: &mut impl Meter) -> Result<String, Fault> {
        let negative = value < 0.0;
        let value = value.abs();
        let finite = || if value.is_finite() { Ok(()) } else { Err(Fault::new("D1001").value(number::text(value))) };
        let cased = |text: String| match self.case {
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
            Case::Title => text,
        };
        let text = match &self.kind {
            IntegerFormat::Letters => {
                if value.is_infinite() {
                    finite()?;
                }
                words::to_letters(value, if self.case == Case::Upper { 'A' } else { 'a' })
            }
            IntegerFormat::Roman => cased(words::to_roman(value, meter)?),
            IntegerFormat::Words => {
                finite()?;
                let mut out = String::new();
                words::to_words(&mut out, value, self.ordinal);
                cased(out)
            }
            IntegerFormat::Decimal { zero, grouping } => self.format_decimal(value, *zero, grouping, meter)?,
            IntegerFormat::Sequence(token) => return Err(Fault::new("D3130").value(token)),
        };
        Ok(if negative { format!("-{text}") } else { text })
    }

    fn format_decimal(
        &self,
        value: f64,
        zero: u32,
        grouping: &Grouping,
        meter: &mut impl Meter,
    ) -> Result<String, Fault> {
        let digits = utf16(&number::text(value));
        let mut text = repeated(0x30, self.mandatory - digits.len() as f64, meter)?;
        text.extend(digits);
        text.iter_mut().for_each(|unit| *unit = unit.wrapping_add((zero - 0x30) as u16));
        match grouping {
            Grouping::Regular { every, separator } => {
                let separator = utf16(separator);
                let count = text.len().saturating_sub(1) / every;
                meter.bytes((count * separator.len()) as u64 * 2)?;
                let mut grouped = Vec::with_capacity(text.len() + count * separator.len());
                for (index, unit) in text.iter().enumerate() {
                    if index > 0 && (text.len() - index).is_multiple_of(*every) {
                        grouped.extend_from_slice(&separator);
                    }
                    grouped.push(*unit);
                }
                text = grouped;
            }
            Grouping::Irregular(separators) => {
                for (position, separator) in separators.iter().rev() {
                    meter.steps(text.len() as u64 / 16)?;
                    // As in the reference, a position outside the digits cuts them off.
                    let (head, tail) = match text.len().checked_sub(*position) {
                        Some(at) => text.split_at(at),
                        None => (&[][..], &text[text.len().saturating_sub(position - text.len())..]),
                    };
                    text = [head, &utf16(separator), tail].concat();
                }
            }
        }
        let mut out = super::from_utf16(&text);
        if self.ordinal {
            let suffix = match (text.last(), text.len().checked_sub(2).map(|at| text[at])) {
                (_, Some(0x31)) => "th",
                (Some(0x31), _) => "st",
                (Some(0x32), _) => "nd",
                (Some(0x33), _) => "rd",
                _ => "th",
            };
            out.push_str(suffix);
        }
        Ok(out)
    }

    /// Returns the regular expression that matches the integer, as a component of a date.
    pub(super) fn pattern(&self) -> Result<String, Fault> {
        let upper = self.case == Case::Upper;
        Ok(match &self.kind {
            IntegerFormat::Letters => if upper { "[A-Z]+" } else { "[a-z]+" }.to_owned(),
            IntegerFormat::Roman => if upper { "[MDCLXVI]+" } else { "[mdclxvi]+" }.to_owned(),
            IntegerFormat::Words => {
                let words: Vec<String> = words::vocabulary().into_iter().map(|(word, _)| word).collect();
                format!("(?:{}|and|[\\-, ])+", words.join("|"))
            }
            IntegerFormat::Decimal { .. } => {
                let count = match self.digits.filter(|digits| *digits > 0.0) {
                    Some(digits) if self.optional == 0.0 => format!("{{{}}}", number::text(digits)),
                    Some(digits) => {
                        format!("{{{},{}}}", number::text(digits - self.optional), number::text(digits))
                    }
                    None => "+".to_owned(),
                };
                format!("[0-9]{count}{}", if self.ordinal { "(?:th|st|nd|rd)" } else { "" })
            }
            IntegerFormat::Sequence(token) => return Err(Fault::new("D3130").value(token)),
        })
    }

    /// Parses a string. Returns NaN if it does not match.
    pub(super) fn parse(&self, text: &str) -> Result<f64, Fault> {
        let upper = self.case == Case::Upper;
        match &self.kind {
            IntegerFormat::Letters => Ok(words::from_letters(text, if upper { 'A' } else { 'a' })),
            IntegerFormat::Roman if upper => Ok(words::from_roman(text)),
            IntegerFormat::Roman => Ok(words::from_roman(&text.to_uppercase())),
            IntegerFormat::Words => Ok(words::from_words(&text.to_lowercase())),
            IntegerFormat::Decimal { zero, grouping } => {
                let units = utf16(text);
                let end = if self.ordinal { units.len().saturating_sub(2) } else { units.len() };
                let mut digits = super::from_utf16(&units[..end]);
                match grouping {
                    // The reference removes commas, whatever the separator is.
                    Grouping::Regular { .. } => digits.retain(|c| c != ','),
                    Grouping::Irregular(separators) => {
                        for (_, separator) in separators {
                            digits = digits.replace(separator, "");
                        }
                    }
                }
                if *zero != 0x30 {
                    let ascii = |c: char| (u32::from(c) + 0x30).checked_sub(*zero).and_then(char::from_u32);
                    let shifted: Option<String> = digits.chars().map(ascii).collect();
                    digits = shifted.ok_or_else(|| Fault::new("D3030").value(text))?;
                }
                Ok(number::parse_int(&digits))
            }
            IntegerFormat::Sequence(token) => Err(Fault::new("D3130").value(token)),
        }
    }
}
