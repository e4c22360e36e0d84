//! Amounts of time and counts that a definition determines.

/// An upper bound of a duration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// The known seconds.
    pub seconds: u64,
    /// The states whose duration is unbounded; empty if the seconds are an upper bound.
    pub open: Vec<OpenDuration>,
}

/// A state with an unbounded duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDuration {
    /// Its name.
    pub state: String,
    /// The reason, as the rest of a sentence that begins with the state: `has no timeout`.
    pub why: &'static str,
}

/// The number of times that something happens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The fixed part.
    pub fixed: u64,
    /// The additional number for each item of these maps, by the map's name, outer maps first.
    pub each: Vec<(String, u64)>,
}

impl Time {
    pub(super) fn of(seconds: u64) -> Self {
        Self { seconds, open: Vec::new() }
    }

    pub(super) fn open(state: &str, why: &'static str) -> Self {
        Self { seconds: 0, open: vec![OpenDuration { state: state.to_owned(), why }] }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.seconds = self.seconds.saturating_add(other.seconds);
        self.open.extend(other.open.iter().cloned());
    }

    pub(super) fn times(mut self, count: u64) -> Self {
        self.seconds = self.seconds.saturating_mul(count);
        self
    }

    /// Returns a key by which the longer of two times is greater.
    pub(super) fn key(&self) -> (bool, u64) {
        (!self.open.is_empty(), self.seconds)
    }
}

impl Count {
    pub(super) fn of(fixed: u64) -> Self {
        Self { fixed, each: Vec::new() }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.each.extend(other.each.iter().cloned());
    }

    /// Multiplies the count by `items`, or by the unknown number of items of a map.
    pub(super) fn repeated(self, map: &str, items: Option<u64>) -> Self {
        match items {
            Some(items) => Self { fixed: self.fixed.saturating_mul(items), each: self.each },
            None => Self { fixed: 0, each: std::iter::once((map.to_owned(), self.fixed)).chain(self.each).collect() },
        }
    }

    /// Returns the count if each map has one item.
    pub(super) fn key(&self) -> (bool, u64) {
        (false, self.each.iter().fold(self.fixed, |sum, (_, count)| sum.saturating_add(*count)))
    }
}

/// Formats a time: `1h 30m`, `45s`, `2d 1h`. Parts below a ten-thousandth of it are omitted.
///
/// ```
/// assert_eq!(workflow_asl::budget::in_words(5_400), "1h 30m");
/// ```
pub fn in_words(seconds: u64) -> String {
    let mut rest = seconds;
    let mut words = Vec::new();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        let count = rest / length;
        rest %= length;
        // A year is rounded to the hour.
        if count > 0 && (words.is_empty() || length.saturating_mul(100) >= seconds / 100) {
            words.push(format!("{count}{unit}"));
        }
    }
    if words.is_empty() { "0s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn times_are_told_as_people_do() {
        let words = [0, 59, 60, 90, 3_600, 7_381, 90_000, 31_536_000].map(in_words);
        assert_eq!(words, ["0s", "59s", "1m", "1m 30s", "1h", "2h 3m 1s", "1d 1h", "365d"]);
    }
}
