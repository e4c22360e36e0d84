//! Random numbers by their place: the draws of one task do not affect the draws of another.

use std::convert::Infallible;

use rand::TryRng;
use workflow_local::Random;

/// Spreads the bits of a part over the whole seed (the constant of SplitMix64).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The purposes of draws. Draws for different purposes have different numbers.
pub(super) mod purpose {
    pub(in crate::simulate) const INPUT: u64 = 1;
    pub(in crate::simulate) const ENGINE: u64 = 2;
    pub(in crate::simulate) const TASK: u64 = 3;
    pub(in crate::simulate) const ITEMS: u64 = 4;
}

/// Derives a seed from another seed and a part.
pub(super) fn mixed(seed: u64, part: u64) -> u64 {
    Random::new(seed ^ part.wrapping_add(1).wrapping_mul(SPREAD)).next()
}

/// Returns the item whose share of the weights has this number.
pub(super) fn drawn<T>(all: &[T], weight: impl Fn(&T) -> f64, mut number: f64) -> Option<&T> {
    all.iter().find(|item| {
        number -= weight(item);
        number < 0.0
    })
}

/// The random numbers of one draw.
#[derive(Debug)]
pub(super) struct Draws(Random);

impl Draws {
    pub(super) fn of(seed: u64, parts: impl IntoIterator<Item = u64>) -> Self {
        Self(Random::new(parts.into_iter().fold(seed, mixed)))
    }

    /// Returns a number from 0 up to, but not including, 1.
    pub(super) fn fraction(&self) -> f64 {
        self.0.fraction()
    }

    /// Returns a number from 0 up to, but not including, `end`.
    pub(super) fn below(&self, end: usize) -> usize {
        usize::try_from(self.0.below(end as u64)).unwrap_or_default()
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        // Use the high bits.
        Ok(u32::try_from(self.0.next() >> 32).unwrap_or_default())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.next().to_le_bytes();
            chunk.iter_mut().zip(number).for_each(|(byte, random)| *byte = random);
        }
        Ok(())
    }
}
