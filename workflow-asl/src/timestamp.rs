//! Timestamps as ASL has them: the RFC 3339 profile with an upper-case `T` and `Z` or an offset.
//!
//! <https://states-language.net/#timestamps>

use chrono::{DateTime, FixedOffset};

/// The instant that a timestamp such as `2016-03-14T01:59:00Z` names; `None` when it is not one.
///
/// ```
/// use workflow_asl::timestamp::parse;
/// assert_eq!(parse("2016-03-14T02:59:00+01:00"), parse("2016-03-14T01:59:00Z"));
/// assert_eq!(parse("2016-03-14 01:59:00Z"), None);
/// assert_eq!(parse("2016-03-14T01:59:00"), None);
/// ```
pub fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    // chrono also takes a blank or lower-case letters.
    if text.as_bytes().get(10) != Some(&b'T') || text.contains(['t', 'z', ' ']) {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok()
}
