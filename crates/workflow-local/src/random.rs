//! The engine's seeded random numbers, for jitter, `States.UUID`, `$random` and task tokens.

use std::cell::Cell;

use workflow_jsonata::random::{self, STEP};

/// A deterministic generator (SplitMix64, <https://doi.org/10.1145/2714064.2660195>); not for secrets.
#[derive(Clone, Debug)]
pub struct Random(Cell<u64>);

impl Random {
    /// Creates a generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    /// Returns the next number.
    pub fn next(&self) -> u64 {
        let state = self.0.get();
        self.0.set(state.wrapping_add(STEP));
        random::mixed(state)
    }

    /// Returns the number after this many others.
    #[cfg(feature = "jsonata")]
    pub(crate) fn nth(&self, place: u64) -> u64 {
        let ahead = Self::new(self.state());
        ahead.skip(place);
        ahead.next()
    }

    /// Returns the seed of the remaining numbers.
    pub(crate) fn state(&self) -> u64 {
        self.0.get()
    }

    /// Skips this many numbers.
    #[cfg(feature = "jsonata")]
    pub(crate) fn skip(&self, count: u64) {
        self.0.set(self.0.get().wrapping_add(count.wrapping_mul(STEP)));
    }

    /// Returns a number from 0 up to but excluding 1.
    pub fn fraction(&self) -> f64 {
        random::fraction(self.next())
    }

    /// Returns a number from 0 up to but excluding `end`; 0 if `end` is 0.
    pub fn below(&self, end: u64) -> u64 {
        // The high half of the product is uniform except for a negligible bias.
        let product = u128::from(self.next()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Returns a version 4 UUID (RFC 9562).
    pub fn uuid(&self) -> String {
        let (high, low) = (self.next(), self.next());
        random::uuid(high, low)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (a, b) = (Random::new(7), Random::new(7));
        assert_eq!(a.uuid(), b.uuid());
        let uuid = a.uuid();
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
        assert!((0..100).all(|_| a.below(3) < 3 && a.fraction() < 1.0));
        assert_eq!(a.below(0), 0);
    }
}
