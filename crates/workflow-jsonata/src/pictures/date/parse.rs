//! Parses a date and time, with a picture or as ISO 8601.

use std::collections::BTreeMap;

use super::calendar::{DAY, Moment, clip, component, days, time, utc};
use super::picture::{Marker, PicturePart, read};
use super::{DAYS, MONTHS};
use crate::fault::{Fault, Meter};
use crate::number;
use crate::pictures::integer::{Grouping, IntegerFormat};
use crate::regex::{Regex, Subject};

/// Implements `$toMillis`. Returns `None` if the text does not match the picture, and NaN for a date that does not
/// exist.
///
/// `now`, in milliseconds, provides the components larger than the largest one in the picture.
///
/// # Errors
/// Returns `D3110` for a string that is not an ISO 8601 timestamp, `D3136` for a picture that lacks a component, `D3133`
/// for names of a component without names, the errors of pictures, or an exceeded limit.
pub(crate) fn to_millis(
    text: &str,
    picture: Option<&str>,
    now: f64,
    meter: &mut impl Meter,
) -> Result<Option<f64>, Fault> {
    let Some(picture) = picture else { return iso(text).map(Some) };
    let parts = read(picture)?;
    let mut pattern = "^".to_owned();
    for part in &parts {
        pattern.push('(');
        match part {
            PicturePart::Literal(text) => literal(&mut pattern, text),
            PicturePart::Marker(marker) => pattern.push_str(&marker_pattern(marker)?),
        }
        pattern.push(')');
    }
    pattern.push('$');
    meter.steps(pattern.len() as u64)?;
    let regex = Regex::compile(&pattern, "i")?;
    let subject = Subject::new(text, meter)?;
    let Some(found) = regex.find_at(&subject, 0, meter)? else { return Ok(None) };
    let mut fields = BTreeMap::new();
    for (part, group) in parts.iter().zip(&found.groups) {
        let (PicturePart::Marker(marker), Some(range)) = (part, group) else { continue };
        fields.insert(marker.component, value(marker, &subject.slice(range.clone()))?);
    }
    if fields.is_empty() { Ok(None) } else { moment(fields, now).map(Some) }
}

/// Appends a literal text to a regular expression.
fn literal(pattern: &mut String, text: &str) {
    for c in text.chars() {
        if ".*+?^${}()|[]\\".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
}

/// Returns the separator of hours and minutes in a time zone.
fn separator(marker: &Marker) -> Option<&str> {
    match marker.integer.as_ref().map(|integer| &integer.kind) {
        Some(IntegerFormat::Decimal { grouping: Grouping::Regular { separator, .. }, .. }) => Some(separator),
        _ => None,
    }
}

fn marker_pattern(marker: &Marker) -> Result<String, Fault> {
    if matches!(marker.component, 'Z' | 'z') {
        let mut pattern = if marker.component == 'z' { "GMT[-+][0-9]+" } else { "[-+][0-9]+" }.to_owned();
        if let Some(separator) = separator(marker) {
            pattern.push_str(separator);
            pattern.push_str("[0-9]+");
        }
        return Ok(pattern);
    }
    match (&marker.integer, marker.component) {
        (Some(integer), _) => {
            let mut integer = integer.clone();
            integer.digits = marker.digits;
            integer.pattern()
        }
        (None, 'M' | 'x' | 'F' | 'P') => Ok("[a-zA-Z]+".to_owned()),
        (None, component) => Err(Fault::new("D3133").value(component.to_string())),
    }
}

/// Returns the value that a marker matched, or `None` for an unknown name.
fn value(marker: &Marker, text: &str) -> Result<Option<f64>, Fault> {
    if matches!(marker.component, 'Z' | 'z') {
        return Ok(Some(zone(marker, text)));
    }
    if let Some(integer) = &marker.integer {
        return integer.parse(text).map(Some);
    }
    let names: &[&str] = match marker.component {
        'M' | 'x' => &MONTHS,
        'F' => &DAYS[1..],
        _ => {
            return Ok(match text {
                "am" | "AM" => Some(0.0),
                "pm" | "PM" => Some(1.0),
                _ => None,
            });
        }
    };
    let cut = |name: &'static str| match marker.width.flatten() {
        Some(width) if width != 0.0 && !width.is_nan() => &name[..name.len().min(width.max(0.0) as usize)],
        _ => name,
    };
    // If names are cut to the same text, the last one wins.
    Ok(names.iter().rposition(|name| cut(name) == text).map(|index| index as f64 + 1.0))
}

/// Returns an offset in minutes. As in the reference, the minutes of a negative one are added.
fn zone(marker: &Marker, text: &str) -> f64 {
    let text = if marker.component == 'z' { text.get(3..).unwrap_or_default() } else { text };
    let (hours, minutes) = match separator(marker) {
        Some(separator) => text.split_once(separator).unwrap_or(("", text)),
        None if text.len() <= 3 => (text, "0"),
        None => text.split_at(3),
    };
    number::parse_int(hours) * 60.0 + number::parse_int(minutes)
}

/// Returns the time for the components of a date.
fn moment(mut fields: BTreeMap<char, Option<f64>>, now: f64) -> Result<f64, Fault> {
    let given = |fields: &BTreeMap<char, Option<f64>>, letters: &str| -> Vec<bool> {
        let truth = |value: f64| value != 0.0 && !value.is_nan();
        letters.chars().map(|letter| fields.get(&letter).copied().flatten().is_some_and(truth)).collect()
    };
    // A set of components matches if no other components are given, and at least one of the set is.
    let fits = |given: &[bool], letters: &str, all: &str| {
        let relevant = |letter: char| letters.contains(letter);
        all.chars().zip(given).all(|(letter, given)| !given || relevant(letter)) && given.contains(&true)
    };
    const DATE: &str = "YXMxWwdD";
    const TIME: &str = "PHhmsf";
    let (date, clock) = (given(&fields, DATE), given(&fields, TIME));
    let by_month = fits(&date, "YMD", DATE);
    let by_day = !by_month && fits(&date, "Yd", DATE);
    let by_week_of_month = fits(&date, "Xxw", DATE);
    let by_week = !by_week_of_month && fits(&date, "XW", DATE);
    let half_days = !fits(&clock, "Hmsf", TIME) && fits(&clock, "Phmsf", TIME);
    let dates = match () {
        () if by_day => "YD",
        () if by_week_of_month => "XxwF",
        () if by_week => "XWF",
        () => "YMD",
    };
    let now = Moment::of(now);
    let (mut begun, mut ended) = (false, false);
    for letter in dates.chars().chain(if half_days { "Phmsf" } else { "Hmsf" }.chars()) {
        match fields.get(&letter).copied().flatten() {
            Some(_) if ended => return Err(Fault::new("D3136")),
            Some(_) => begun = true,
            None if begun => {
                fields.insert(letter, Some(if "MDd".contains(letter) { 1.0 } else { 0.0 }));
                ended = true;
            }
            None => drop(fields.insert(letter, component(&now, letter))),
        }
    }
    if by_week_of_month || by_week {
        return Err(Fault::new("D3136"));
    }
    let field = |letter: char| fields.get(&letter).copied().flatten();
    let number = |letter: char| field(letter).unwrap_or(f64::NAN);
    let year = number('Y');
    let mut day = if by_day {
        utc(year, 0.0, 1.0) / DAY + number('d') - 1.0
    } else {
        let month = field('M').filter(|month| *month > 0.0).map_or(0.0, |month| month - 1.0);
        utc_days(year, month, number('D'))
    };
    if by_day {
        // The day's own year is ignored.
        let derived = Moment::of(day * DAY);
        day = utc_days(year, derived.month, derived.day);
    }
    let hour = if half_days {
        let hour = number('h');
        (if hour == 12.0 { 0.0 } else { hour }) + if field('P') == Some(1.0) { 12.0 } else { 0.0 }
    } else {
        number('H')
    };
    let millis = clip(day * DAY + time(hour, number('m'), number('s'), number('f')));
    let offset = |letter| field(letter).filter(|minutes| *minutes != 0.0 && !minutes.is_nan());
    Ok(offset('Z').or(offset('z')).map_or(millis, |minutes| millis - minutes * 60_000.0))
}

fn utc_days(year: f64, month: f64, day: f64) -> f64 {
    let century = if (0.0..=99.0).contains(&year.trunc()) { 1900.0 } else { 0.0 };
    days(year + century, month, day)
}

/// Parses what `$toMillis` accepts without a picture, then what `Date.parse` accepts.
fn iso(text: &str) -> Result<f64, Fault> {
    const FORM: &str =
        "^\\d{4}(-[01]\\d)*(-[0-3]\\d)*(T[0-2]\\d:[0-5]\\d:[0-5]\\d)*(\\.\\d+)?([+-][0-2]\\d:?[0-5]\\d|Z)?$";
    let invalid = || Fault::new("D3110").value(text);
    if !text.is_ascii() || text.len() > 4096 {
        return Err(invalid());
    }
    let regex = FORM_REGEX.get_or_init(|| Regex::compile(FORM, "").ok());
    let mut free = Unmetered;
    let subject = Subject::new(text, &mut free)?;
    let found = regex.as_ref().ok_or_else(invalid)?.find_at(&subject, 0, &mut free)?;
    found.ok_or_else(invalid)?;
    Ok(date(text).unwrap_or(f64::NAN))
}

static FORM_REGEX: std::sync::OnceLock<Option<Regex>> = std::sync::OnceLock::new();

/// A meter without limits: the work on a short text with a fixed pattern is bounded.
struct Unmetered;

impl Meter for Unmetered {
    fn steps(&mut self, _: u64) -> Result<(), Fault> {
        Ok(())
    }

    fn bytes(&mut self, _: u64) -> Result<(), Fault> {
        Ok(())
    }
}

/// Parses `YYYY[-MM[-DD]][Thh:mm:ss[.fff]][zone]`. A zone other than `Z` requires a time.
fn date(text: &str) -> Option<f64> {
    let number = |text: &str| text.parse::<f64>().ok();
    let (mut month, mut day) = (1.0, 1.0);
    let year = number(text.get(..4)?)?;
    let mut rest = &text[4..];
    for field in [&mut month, &mut day] {
        if let Some(after) = rest.strip_prefix('-') {
            *field = number(after.get(..2)?)?;
            rest = &after[2..];
        } else {
            break;
        }
    }
    let in_range = (1.0..=12.0).contains(&month) && (1.0..=31.0).contains(&day);
    let mut millis = days(year, month - 1.0, day) * DAY;
    if let Some(clock) = rest.strip_prefix('T') {
        let (hour, minute, second) = (number(clock.get(..2)?)?, number(clock.get(3..5)?)?, number(clock.get(6..8)?)?);
        rest = &clock[8..];
        let mut milli = 0.0;
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let digits = &after[..end.min(3)];
            milli = number(digits)? * 10f64.powi(3 - digits.len() as i32);
            rest = &after[end..];
        }
        let of_day = time(hour, minute, second, milli);
        if hour > 24.0 || of_day > DAY {
            return None;
        }
        millis += of_day;
        if let Some(zone) = rest.strip_prefix(['+', '-']) {
            let (hours, minutes) = (number(zone.get(..2)?)?, number(zone.get(zone.len() - 2..)?)?);
            if hours > 23.0 {
                return None;
            }
            let offset = (hours * 60.0 + minutes) * 60_000.0;
            millis += if rest.starts_with('+') { -offset } else { offset };
            rest = "";
        }
    }
    (in_range && matches!(rest, "" | "Z")).then_some(millis)
}
