//! The parts of Java's library whose results the service's answers show: the order of a `HashMap`, and `Random`.

/// Puts entries with unique names into the order in which a `java.util.HashMap` lists them, to which they were added in
/// the given order.
pub(crate) fn sort_as_hash_map<T>(entries: &mut [T], name: impl Fn(&T) -> &str) {
    // A table starts with 16 buckets and doubles when it is more than three quarters full.
    let mut buckets = 16;
    while entries.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    entries.sort_by_key(|entry| {
        let hash = hash_code(name(entry));
        (hash ^ (hash >> 16)) as usize & (buckets - 1)
    });
}

/// Returns the `hashCode` of a `String`.
fn hash_code(text: &str) -> u32 {
    text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// A `java.util.Random`: a linear congruential generator of 48 bits.
pub(crate) struct Random(u64);

impl Random {
    const FACTOR: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;

    pub(crate) fn new(seed: i64) -> Self {
        Self((seed.cast_unsigned() ^ Self::FACTOR) & Self::MASK)
    }

    /// Returns the next 31 bits.
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(Self::FACTOR).wrapping_add(0xB) & Self::MASK;
        (self.0 >> 17) as u32
    }

    /// Implements `nextInt(bound)`: a number from 0 up to but excluding a bound below 2^31; 0 for the bound 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        if bound.is_power_of_two() {
            return ((u64::from(bound) * u64::from(self.next())) >> 31) as u32;
        }
        loop {
            let bits = self.next();
            let Some(number) = bits.checked_rem(bound) else { return 0 };
            // The last, incomplete range of numbers would make the first ones more likely.
            if bits - number + (bound - 1) < 1 << 31 {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_listed_by_the_buckets_of_their_names() {
        let sorted = |names: &[&'static str]| {
            let mut names = names.to_vec();
            sort_as_hash_map(&mut names, |name| name);
            names
        };
        // Measured on AWS, 2026-04.
        assert_eq!(sorted(&["payload", "requestId", "original"]), ["original", "payload", "requestId"]);
        assert_eq!(sorted(&["message", "roleCount", "originalUser"]), ["roleCount", "originalUser", "message"]);
        // Equal hashes keep their order; 13 entries need a table of 32 buckets, in which `Q` is after `A`.
        assert_eq!(sorted(&["BB", "Aa"]), ["BB", "Aa"]);
        let many = ["Q", "A", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        assert_eq!(sorted(&many).first(), Some(&"Q"));
        let more = [many.as_slice(), &["m"]].concat();
        assert_eq!(sorted(&more).first(), Some(&"A"));
    }

    #[test]
    fn a_seed_gives_the_numbers_of_java() {
        let first = |seed, bound| Random::new(seed).below(bound);
        // Measured on AWS with States.MathRandom, 2026-04.
        assert_eq!([first(42, 99), first(1, 999), first(2, 999), first(-10, 9)], [62, 105, 805, 0]);
        // A power of two takes the high bits.
        assert_eq!([first(42, 4), first(42, 1), first(42, 0)], [2, 0, 0]);
        // A bound over 2^30 refuses some bits.
        let mut random = Random::new(1);
        assert!((0..1000).all(|_| random.below((1 << 30) + 1) <= 1 << 30));
    }
}
