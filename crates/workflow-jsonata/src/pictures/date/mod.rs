//! `$fromMillis` and `$toMillis`: XPath's pictures for dates and times.
//!
//! See <https://www.w3.org/TR/xpath-functions-31/#formatting-dates-and-times>.

mod calendar;
mod format;
mod parse;
mod picture;

pub(crate) use format::from_millis;
pub(crate) use parse::to_millis;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// From 1, as ISO 8601 counts.
const DAYS: [&str; 8] = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
