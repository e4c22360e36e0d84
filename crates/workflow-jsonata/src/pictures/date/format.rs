//! Formats a date and time with a picture.

use super::calendar::{Moment, component};
use super::picture::{Marker, PicturePart, read};
use super::{DAYS, MONTHS};
use crate::fault::{Fault, Meter};
use crate::number;
use crate::pictures::integer::{Case, Grouping, IntegerFormat, format_integer};

/// The offset of a time zone such as `-0500`. As in the reference, the parts of a negative one are `floor` and
/// remainder, so `-0530` becomes -6 hours and -30 minutes.
struct Offset {
    hours: f64,
    minutes: f64,
}

/// Implements `$fromMillis`: without a picture, ISO 8601 with milliseconds.
///
/// # Errors
/// Returns `D3132` to `D3135` and the errors of integers for the picture, or an exceeded limit.
pub(crate) fn from_millis(
    millis: f64,
    picture: Option<&str>,
    timezone: Option<&str>,
    meter: &mut impl Meter,
) -> Result<String, Fault> {
    let zone = timezone.map_or(0.0, number::parse_int);
    let offset = Offset { hours: (zone / 100.0).floor(), minutes: zone % 100.0 };
    let moment = Moment::of(millis + (60.0 * offset.hours + offset.minutes) * 60_000.0);
    if picture.is_none() && zone == 0.0 && moment.year >= 0.0 {
        return Ok(iso(&moment));
    }
    let picture = picture.unwrap_or("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]");
    meter.bytes(picture.len() as u64)?;
    let mut out = String::new();
    for part in read(picture)? {
        let text = match part {
            PicturePart::Literal(text) => text,
            PicturePart::Marker(marker) => write(&moment, &marker, &offset, meter)?,
        };
        meter.bytes(text.len() as u64)?;
        out.push_str(&text);
    }
    Ok(out)
}

/// Returns the default form of a time in UTC.
fn iso(moment: &Moment) -> String {
    let Moment { year, month, day, hour, minute, second, milli, .. } = *moment;
    format!("{:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z", year % 1e4, month + 1.0)
}

fn write(moment: &Moment, marker: &Marker, offset: &Offset, meter: &mut impl Meter) -> Result<String, Fault> {
    let named = || Fault::new("D3133").value(marker.component.to_string());
    match marker.component {
        'Z' | 'z' => zone(marker, offset, meter),
        'P' => Ok(match (moment.hour >= 12.0, marker.names == Some(Case::Upper)) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        }
        .to_owned()),
        'C' | 'E' => Ok("ISO".to_owned()),
        letter => {
            // The reference writes this for an unknown component letter with a presentation.
            let Some(mut value) = component(moment, letter) else { return Ok("undefined".to_owned()) };
            if let Some(case) = marker.names {
                let names: &[&str] = match letter {
                    'M' | 'x' => &MONTHS,
                    'F' => &DAYS[1..],
                    _ => return Err(named()),
                };
                let index = if value.is_nan() { usize::MAX } else { value as usize - 1 };
                return Ok(name(names.get(index).copied().unwrap_or("undefined"), case, marker));
            }
            if letter == 'Y'
                && let Some(digits) = marker.digits.filter(|digits| *digits != -1.0)
            {
                value %= if digits.is_nan() { digits } else { 10f64.powi(digits as i32) };
            }
            marker.integer.as_ref().ok_or_else(named)?.format(value, meter)
        }
    }
}

/// Returns a name in a case, cut to the width.
fn name(name: &str, case: Case, marker: &Marker) -> String {
    let name = match case {
        Case::Upper => name.to_uppercase(),
        Case::Lower => name.to_lowercase(),
        Case::Title => name.to_owned(),
    };
    match marker.width.flatten() {
        Some(width) if name.len() as f64 > width => name[..width.max(0.0) as usize].to_owned(),
        _ => name,
    }
}

fn zone(marker: &Marker, offset: &Offset, meter: &mut impl Meter) -> Result<String, Fault> {
    let Some(integer) = &marker.integer else { return Err(Fault::new("D3134")) };
    let together = offset.hours * 100.0 + offset.minutes;
    let regular = matches!(&integer.kind, IntegerFormat::Decimal { grouping: Grouping::Regular { .. }, .. });
    let mut text = match integer.mandatory {
        _ if regular => integer.format(together, meter)?,
        1.0 | 2.0 => {
            let mut text = integer.format(offset.hours, meter)?;
            if offset.minutes != 0.0 {
                text.push(':');
                text.push_str(&format_integer(offset.minutes, "00", meter)?);
            }
            text
        }
        3.0 | 4.0 => integer.format(together, meter)?,
        digits if digits.is_nan() => return Err(Fault::new("D3134")),
        digits => return Err(Fault::new("D3134").value(number::text(digits))),
    };
    if together >= 0.0 {
        text.insert(0, '+');
    }
    if marker.component == 'z' {
        text.insert_str(0, "GMT");
    }
    Ok(if together == 0.0 && marker.zulu { "Z".to_owned() } else { text })
}
