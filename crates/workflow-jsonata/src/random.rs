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
