//! Amounts of time, and counts of what happens, as far as a definition says them.

/// A time that something lasts at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Seconds, of what is known.
    pub seconds: u64,
    /// What may last any time beside; empty where the seconds are all.
    pub open: Vec<Open>,
}

/// A state that may last any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its name.
    pub state: String,
    /// Why, as the rest of a sentence that begins with the state: `has no timeout`.
    pub why: &'static str,
}

/// How often something happens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// In any case.
    pub fixed: u64,
    /// For each item of these maps besides, by the map's name, each before those inside it.
    pub each: Vec<(String, u64)>,
}

impl Time {
    pub(super) fn of(seconds: u64) -> Self {
        Self { seconds, open: Vec::new() }
    }

    pub(super) fn open(state: &str, why: &'static str) -> Self {
        Self { seconds: 0, open: vec![Open { state: state.to_owned(), why }] }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.seconds = self.seconds.saturating_add(other.seconds);
        self.open.extend(other.open.iter().cloned());
    }

    pub(super) fn times(mut self, count: u64) -> Self {
        self.seconds = self.seconds.saturating_mul(count);
        self
    }

    /// What of two is longer has the greater key.
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

    /// What happens for each of `items`, or for each item of a map that may have any number.
    pub(super) fn repeated(self, map: &str, items: Option<u64>) -> Self {
        match items {
            Some(items) => Self { fixed: self.fixed.saturating_mul(items), each: self.each },
            None => Self { fixed: 0, each: std::iter::once((map.to_owned(), self.fixed)).chain(self.each).collect() },
        }
    }

    /// The count where each map has one item.
    pub(super) fn key(&self) -> (bool, u64) {
        (false, self.each.iter().fold(self.fixed, |sum, (_, count)| sum.saturating_add(*count)))
    }
}

/// A time in words: `1h 30m`, `45s`, `2d 1h`; what is less than a ten-thousandth of it is left out.
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
        // A year is told to the hour.
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
