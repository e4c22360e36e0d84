//! `Math.pow` as V8 computes it, to the last bit. The result does not depend on the platform.
//!
//! The method and its constants come from fdlibm's `e_pow.c`, "Copyright (C) 1993 by Sun Microsystems, Inc. All rights
//! reserved. Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute
//! this software is freely granted, provided that this notice is preserved." V8 divides differently once.
#![allow(clippy::excessive_precision)]

/// Terms of log2 for a number near 1 or 1.5, and of 2 to a power near 0.
const LOG: [f64; 6] = [
    5.99999999999994648725e-01,
    4.28571428578550184252e-01,
    3.33333329818377432918e-01,
    2.72728123808534006489e-01,
    2.30660745775561754067e-01,
    2.06975017800338417784e-01,
];
const EXP: [f64; 5] = [
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
];
/// log2(1.5), 2 / (3 ln 2), 1 / ln 2 and ln 2, each split into a number with few bits and a remainder.
const LOG_3_2: (f64, f64) = (5.84962487220764160156e-01, 1.35003920212974897128e-08);
const CP: (f64, f64) = (9.61796700954437255859e-01, -7.02846165095275826516e-09);
const CP_WHOLE: f64 = 9.61796693925975554329e-01;
const IVLN2: (f64, f64) = (1.44269502162933349609e+00, 1.92596299112661746887e-08);
const IVLN2_WHOLE: f64 = std::f64::consts::LOG2_E;
const LN2: (f64, f64) = (6.93147182464599609375e-01, -1.90465429995776804525e-09);
const LN2_WHOLE: f64 = std::f64::consts::LN_2;
/// The greatest distance below 1024 that an exponent may have.
const NEAR_OVERFLOW: f64 = 8.0085662595372944372e-17;

/// Returns the number without its low 32 bits.
fn high(number: f64) -> f64 {
    f64::from_bits(number.to_bits() >> 32 << 32)
}

/// Returns the number with these high 32 bits.
fn of_high(word: u32) -> f64 {
    f64::from_bits(u64::from(word) << 32)
}

fn high_word(number: f64) -> u32 {
    (number.to_bits() >> 32) as u32
}

/// `Math.pow(base, exponent)`.
pub(super) fn pow(base: f64, exponent: f64) -> f64 {
    let special = !base.is_finite() || !exponent.is_finite() || base == 0.0 || base.abs() == 1.0;
    if exponent == 0.0 {
        return 1.0;
    }
    if exponent.is_nan() || exponent.is_infinite() && base.abs() == 1.0 {
        return f64::NAN;
    }
    if special {
        // These cases are exact, and so the same on all platforms.
        return base.powf(exponent);
    }
    match exponent {
        1.0 => return base,
        -1.0 => return 1.0 / base,
        2.0 => return base * base,
        0.5 if base > 0.0 => return base.sqrt(),
        _ => {}
    }
    if base < 0.0 && exponent.trunc() != exponent {
        return f64::NAN;
    }
    let sign = if base < 0.0 && (exponent % 2.0).abs() == 1.0 { -1.0 } else { 1.0 };
    let log = if exponent.abs() > 2f64.powi(31) { log_near_one(base.abs()) } else { Some(log2(base.abs())) };
    let Some(log) = log else {
        let grows = (base.abs() > 1.0) == (exponent > 0.0);
        return sign * if grows { f64::INFINITY } else { 0.0 };
    };
    // The product with the exponent, again split in two.
    let cut = high(exponent);
    let rest = (exponent - cut) * log.0 + exponent * log.1;
    let product = cut * log.0;
    let whole = rest + product;
    if whole > 1024.0 || whole == 1024.0 && rest + NEAR_OVERFLOW > whole - product {
        return sign * f64::INFINITY;
    }
    if whole < -1075.0 || whole == -1075.0 && rest <= whole - product {
        return sign * 0.0;
    }
    sign * exp2(whole, product, rest)
}

/// Returns log2 for a huge exponent, or `None` if the power overflows or underflows.
fn log_near_one(number: f64) -> Option<(f64, f64)> {
    if !(0x3fef_ffff..=0x3ff0_0000).contains(&high_word(number)) {
        return None;
    }
    let t = number - 1.0;
    let w = (t * t) * (0.5 - t * (0.333_333_333_333_333_333_333_3 - t * 0.25));
    let u = IVLN2.0 * t;
    let v = t * IVLN2.1 - w * IVLN2_WHOLE;
    let first = high(u + v);
    Some((first, v - (first - u)))
}

/// Returns log2 of a positive number, split into a number with few bits and a remainder.
fn log2(number: f64) -> (f64, f64) {
    let (number, subnormal) = if number < f64::MIN_POSITIVE { (number * 2f64.powi(53), 53) } else { (number, 0) };
    let word = high_word(number);
    let mut exponent = (word >> 20) as i32 - 0x3ff - subnormal;
    let fraction = word & 0xf_ffff;
    let mut word = fraction | 0x3ff0_0000;
    let near_3_2 = (0x3_988f..0xb_b67a).contains(&fraction);
    if fraction >= 0xb_b67a {
        exponent += 1;
        word -= 0x10_0000;
    }
    let near = if near_3_2 { 1.5 } else { 1.0 };
    let log_near = if near_3_2 { LOG_3_2 } else { (0.0, 0.0) };
    let x = f64::from_bits(u64::from(word) << 32 | number.to_bits() & 0xffff_ffff);

    let (u, v) = (x - near, 1.0 / (x + near));
    let ss = u * v;
    let s_high = high(ss);
    let t_high = of_high((word >> 1 | 0x2000_0000) + 0x8_0000 + (u32::from(near_3_2) << 18));
    let t_low = x - (t_high - near);
    let s_low = v * ((u - s_high * t_high) - s_high * t_low);
    let s2 = ss * ss;
    let [l1, l2, l3, l4, l5, l6] = LOG;
    let mut r = s2 * s2 * (l1 + s2 * (l2 + s2 * (l3 + s2 * (l4 + s2 * (l5 + s2 * l6)))));
    r += s_low * (s_high + ss);
    let s2 = s_high * s_high;
    let t_high = high(3.0 + s2 + r);
    let t_low = r - ((t_high - 3.0) - s2);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * ss;
    let p_high = high(u + v);
    let p_low = v - (p_high - u);
    let z_high = CP.0 * p_high;
    let z_low = CP.1 * p_high + p_low * CP_WHOLE + log_near.1;
    let t = f64::from(exponent);
    let first = high(((z_high + z_low) + log_near.0) + t);
    (first, z_low - (((first - t) - log_near.0) - z_high))
}

/// Returns 2 to the power of `whole`, which is `product + rest`.
fn exp2(whole: f64, mut product: f64, rest: f64) -> f64 {
    let word = high_word(whole);
    let magnitude = word & 0x7fff_ffff;
    let mut exponent = 0i32;
    if magnitude > 0x3fe0_0000 {
        let shift = (magnitude >> 20) as i32 - 0x3ff;
        let rounded = word.wrapping_add(0x10_0000 >> (shift + 1));
        let shift = ((rounded & 0x7fff_ffff) >> 20) as i32 - 0x3ff;
        exponent = ((rounded & 0xf_ffff | 0x10_0000) >> (20 - shift)) as i32;
        if whole < 0.0 {
            exponent = -exponent;
        }
        product -= of_high(rounded & !(0xf_ffff >> shift));
    }
    let t = high(rest + product);
    let u = t * LN2.0;
    let v = (rest - (t - product)) * LN2_WHOLE + t * LN2.1;
    let z = u + v;
    let w = v - (z - u);
    let t = z * z;
    let [p1, p2, p3, p4, p5] = EXP;
    let t1 = z - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
    // fdlibm subtracts after the division here.
    let r = (z * t1) / ((t1 - 2.0) - (w + z * w));
    let z = 1.0 - (r - z);
    let biased = (z.to_bits() >> 52) as i32 + exponent;
    if biased <= 0 {
        // Rounds only once: the first product is exact.
        return z * 2f64.powi(-969) * 2f64.powi(exponent + 969);
    }
    f64::from_bits(z.to_bits().wrapping_add((exponent as u64) << 52))
}
