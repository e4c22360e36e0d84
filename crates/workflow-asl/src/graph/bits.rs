//! A bit set.

/// A set of numbers below a bound that is chosen on creation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Creates an empty set of numbers below `bound`.
    pub fn new(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    /// Adds a number. One at or above the bound is ignored.
    pub fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Returns whether the number is in the set.
    pub fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Adds the numbers of another set. Returns whether this set changed.
    pub fn unite(&mut self, other: &Self) -> bool {
        self.change(other, |own, other| own | other)
    }

    /// Removes the numbers that another set lacks. Returns whether this set changed.
    pub fn intersect(&mut self, other: &Self) -> bool {
        self.change(other, |own, other| own & other)
    }

    fn change(&mut self, other: &Self, joined: impl Fn(u64, u64) -> u64) -> bool {
        let mut changed = false;
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            let new = joined(*own, *other);
            changed |= new != *own;
            *own = new;
        }
        changed
    }

    /// Returns how many numbers below this one are in the set.
    pub fn count_below(&self, number: usize) -> usize {
        // A word at a time; the last one is masked.
        let whole: u32 = self.0.iter().take(number / 64).map(|word| word.count_ones()).sum();
        let rest = self.0.get(number / 64).map_or(0, |word| (word & ((1 << (number % 64)) - 1)).count_ones());
        (whole + rest) as usize
    }
}
