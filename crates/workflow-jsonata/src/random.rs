//! Random numbers and UUIDs from a seed, for the evaluator and for engines that give it its numbers. Not for secrets.

/// The distance between the states of successive numbers (SplitMix64, <https://doi.org/10.1145/2714064.2660195>).
pub const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Returns the 64 random bits that follow a state of the generator. The next state is larger by [`STEP`].
pub fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Returns a number from 0 up to but excluding 1, from random bits.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64")]
pub fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// The generator of Java's `java.util.Random`, whose algorithm its documentation gives.
#[derive(Debug, Clone)]
pub struct JavaRandom(u64);

impl JavaRandom {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;

    /// Creates the generator of a seed.
    pub fn new(seed: i64) -> Self {
        Self((seed.cast_unsigned() ^ Self::MULTIPLIER) & Self::MASK)
    }

    /// Returns the next 1 to 32 bits.
    pub fn bits(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xB) & Self::MASK;
        // At most 32 of 48 bits are left.
        (self.0 >> (48 - count)) as u32
    }

    /// Returns the next number from 0 up to but excluding 1: `nextDouble()`.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64")]
    pub fn fraction(&mut self) -> f64 {
        let (high, low) = (u64::from(self.bits(26)), u64::from(self.bits(27)));
        ((high << 27) + low) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number from 0 up to but excluding a bound below 2^31: `nextInt(bound)`. For the bound 0, returns 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound.is_power_of_two() {
            return ((u64::from(bound) * u64::from(self.bits(31))) >> 31) as u32;
        }
        loop {
            let bits = self.bits(31);
            let Some(number) = bits.checked_rem(bound) else { return 0 };
            // The last, incomplete range of numbers would make the first ones more likely.
            if bits - number + (bound - 1) < 1 << 31 {
                return number;
            }
        }
    }
}

/// Returns a version 4 UUID (RFC 9562) from random bits.
pub fn uuid(high: u64, low: u64) -> String {
    let version = (high & !0xF000) | 0x4000;
    let variant = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        version >> 32,
        (version >> 16) & 0xFFFF,
        version & 0xFFFF,
        variant >> 48,
        variant & 0xFFFF_FFFF_FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_numbers_of_java() {
        let first = |seed, bound| JavaRandom::new(seed).below(bound);
        // Measured on AWS with States.MathRandom, 2026-04.
        assert_eq!([first(42, 99), first(1, 999), first(2, 999), first(-10, 9)], [62, 105, 805, 0]);
        // A power of two takes the high bits.
        assert_eq!([first(42, 4), first(42, 1), first(42, 0)], [2, 0, 0]);
        // A bound over 2^30 refuses some bits.
        let mut random = JavaRandom::new(1);
        assert!((0..1000).all(|_| random.below((1 << 30) + 1) <= 1 << 30));
    }
}
