//! Dates and times as in JavaScript's `Date`, in UTC. Anything out of range is NaN.

pub(super) const DAY: f64 = 86_400_000.0;

/// A point in time and its fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub millis: f64,
    pub year: f64,
    /// From 0.
    pub month: f64,
    pub day: f64,
    /// From 0, a Sunday.
    pub weekday: f64,
    pub hour: f64,
    pub minute: f64,
    pub second: f64,
    pub milli: f64,
}

impl Moment {
    /// Returns the fields of a time in milliseconds since 1970. Fractions are truncated.
    pub(super) fn of(millis: f64) -> Self {
        let millis = clip(millis);
        let days = (millis / DAY).floor();
        let rest = millis - days * DAY;
        let (year, month, day) = if days.is_nan() { (f64::NAN, f64::NAN, f64::NAN) } else { civil(days as i64) };
        Self {
            millis,
            year,
            month,
            day,
            weekday: (days + 4.0).rem_euclid(7.0),
            hour: (rest / 3_600_000.0).floor(),
            minute: (rest / 60_000.0).floor() % 60.0,
            second: (rest / 1000.0).floor() % 60.0,
            milli: rest % 1000.0,
        }
    }
}

/// Limits a time to the range of a `Date`.
pub(super) fn clip(millis: f64) -> f64 {
    if millis.abs() <= 8.64e15 { millis.trunc() + 0.0 } else { f64::NAN }
}

/// Returns the year, month (from 0) and day of a day number since 1970.
fn civil(days: i64) -> (f64, f64, f64) {
    // Years begin in March here, so that the leap day comes last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    (year as f64, month as f64, day as f64)
}

/// Returns the day number since 1970. Month and day may be out of range.
pub(super) fn days(year: f64, month: f64, day: f64) -> f64 {
    let (year, month, day) = (year.trunc(), month.trunc(), day.trunc());
    let year = year + (month / 12.0).floor();
    let month = month.rem_euclid(12.0);
    if !(year.abs() < 400_000.0 && day.is_finite()) {
        return f64::NAN;
    }
    let (year, month) = (year as i64 - i64::from(month < 2.0), (month as i64 + 10) % 12);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) as f64 + day - 1.0
}

/// Returns the milliseconds of a time of day.
pub(super) fn time(hour: f64, minute: f64, second: f64, milli: f64) -> f64 {
    hour.trunc() * 3_600_000.0 + minute.trunc() * 60_000.0 + second.trunc() * 1000.0 + milli.trunc()
}

/// Implements `Date.UTC(year, month, day)`: years from 0 to 99 are years of the 20th century.
pub(super) fn utc(year: f64, month: f64, day: f64) -> f64 {
    let century = if (0.0..=99.0).contains(&year.trunc()) { 1900.0 } else { 0.0 };
    clip(days(year + century, month, day) * DAY)
}

/// Returns the Monday of the first week of a year (month 0) or a month: the week with the first Thursday.
fn first_week(year: f64, month: f64) -> f64 {
    let first = utc(year, month, 1.0);
    let weekday = match Moment::of(first).weekday {
        0.0 => 7.0,
        weekday => weekday,
    };
    if weekday > 4.0 { first + (8.0 - weekday) * DAY } else { first - (weekday - 1.0) * DAY }
}

/// Returns the week number in a year (`months` is 12) or in a month (1).
fn week(moment: &Moment, months: f64) -> f64 {
    let start = if months == 1.0 { moment.month } else { 0.0 };
    let longest = if months == 1.0 { 4.0 } else { 52.0 };
    let today = utc(moment.year, moment.month, moment.day);
    let since = |start: f64| (today - start) / (DAY * 7.0) + 1.0;
    let (next, previous) = (month_of(moment.year, start + months), month_of(moment.year, start - months));
    let mut week = since(first_week(moment.year, start));
    if week > longest {
        if today >= first_week(next.0, next.1) {
            week = 1.0;
        }
    } else if week < 1.0 {
        week = since(first_week(previous.0, previous.1));
    }
    week.floor()
}

/// Normalizes a month that may be in the year before or after.
fn month_of(year: f64, month: f64) -> (f64, f64) {
    (year + (month / 12.0).floor(), month.rem_euclid(12.0))
}

/// Returns a component of a date by its letter in pictures, if it is a number.
pub(super) fn component(moment: &Moment, component: char) -> Option<f64> {
    Some(match component {
        'Y' => moment.year,
        'M' => moment.month + 1.0,
        'D' => moment.day,
        'd' => (utc(moment.year, moment.month, moment.day) - utc(moment.year, 0.0, 1.0)) / DAY + 1.0,
        'F' => match moment.weekday {
            0.0 => 7.0,
            weekday => weekday,
        },
        'W' => week(moment, 12.0),
        'w' => week(moment, 1.0),
        'X' => match () {
            () if moment.millis < first_week(moment.year, 0.0) => moment.year - 1.0,
            () if moment.millis >= first_week(moment.year + 1.0, 0.0) => moment.year + 1.0,
            () => moment.year,
        },
        'x' => {
            let (next, previous) =
                (month_of(moment.year, moment.month + 1.0), month_of(moment.year, moment.month - 1.0));
            match () {
                () if moment.millis < first_week(moment.year, moment.month) => previous.1 + 1.0,
                () if moment.millis >= first_week(next.0, next.1) => next.1 + 1.0,
                () => moment.month + 1.0,
            }
        }
        'H' => moment.hour,
        'h' => match moment.hour % 12.0 {
            0.0 => 12.0,
            hour => hour,
        },
        'm' => moment.minute,
        's' => moment.second,
        'f' => moment.milli,
        _ => return None,
    })
}
