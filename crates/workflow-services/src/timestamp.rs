//! Timestamps as ASL has them: the RFC 3339 profile with an upper-case `T` and `Z` or an offset.
//!
//! <https://states-language.net/#timestamps>. By hand, since a date library would add a fifth
//! to the crates that every user of the macro builds.

/// Returns the instant that a timestamp such as `2016-03-14T01:59:00Z` names, in milliseconds since
/// 1970-01-01T00:00:00Z; `None` when it is not one.
///
/// ```
/// use workflow_services::timestamp::parse;
/// assert_eq!(parse("2016-03-14T02:59:00.5+01:00"), Some(1_457_920_740_500));
/// assert_eq!(parse("2016-03-14 01:59:00Z"), None);
/// assert_eq!(parse("2016-03-14T01:59:00"), None);
/// ```
pub fn parse(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let zone = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone);
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, milliseconds(fraction)?),
        None => (time, 0),
    };
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    // The service takes no leap second, as Java's ISO_OFFSET_DATE_TIME does not.
    let in_range = (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !in_range {
        return None;
    }
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset_minutes(zone)?;
    Some((minutes * 60 + second) * 1000 + fraction)
}

/// Parses numbers of exactly this many digits with the separator between them.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn milliseconds(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: String = fraction.chars().chain("00".chars()).take(3).collect();
    thousandths.parse().ok()
}

/// Returns the minutes that a zone (`Z`, `+01:00`, `-08:30`) is ahead of UTC.
fn offset_minutes(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = numbers(zone.get(1..)?, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts days of the Gregorian calendar. A year begins in March, so that the leap day is its last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn takes_the_timestamps_that_the_service_takes() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("2000-02-29T12:00:00Z", Some(951_825_600_000)),
            ("2016-12-05T21:29:29+01:00", Some(1_480_969_769_000)),
            ("2016-12-05T21:29:29.1239-08:30", Some(1_481_003_969_123)),
            ("2100-02-29T12:00:00Z", None),
            ("2016-12-05T21:29:29", None),
            ("2016-12-05 21:29:29Z", None),
            ("2016-13-05T21:29:29Z", None),
            ("2016-12-05T25:29:29Z", None),
            ("05-12-2016T21:29:29Z", None),
            ("2016-12-31T23:59:60Z", None),
            ("2025-01-01T00:00:60Z", None),
            ("2025-01-01T24:00:00Z", None),
            ("2025-01-01T00:60:00Z", None),
            ("2016-12-05t21:29:29Z", None),
            ("2016-12-05T21:29:29z", None),
            ("2016-12-05T21:29:29.Z", None),
            ("2016-12-05T21:29Z", None),
            ("2016-12-05T21:29:29+1:00", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
