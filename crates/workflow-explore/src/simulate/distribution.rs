//! Distributions of latencies, in seconds, and of numbers of items.

use std::sync::Arc;

use rand_distr::{Distribution as _, Exp1, LogNormal, Normal, StandardNormal};

use super::draws::Draws;

/// The percentiles that can define a distribution. Each has the number of standard deviations from the mean at which a
/// normal distribution has it.
pub(super) const PERCENTILES: [(&str, f64); 10] = [
    ("p1", -2.326_347_874_040_840_8),
    ("p5", -1.644_853_626_951_472_6),
    ("p10", -1.281_551_565_544_600_4),
    ("p25", -0.674_489_750_196_081_7),
    ("p50", 0.0),
    ("p75", 0.674_489_750_196_081_7),
    ("p90", 1.281_551_565_544_600_4),
    ("p95", 1.644_853_626_951_472_6),
    ("p99", 2.326_347_874_040_840_8),
    ("p99.9", 3.090_232_306_167_813),
];

/// A distribution of latencies, in seconds, or of numbers of items. It never returns a number below 0.
#[derive(Clone, Debug)]
pub(super) enum Distribution {
    Constant(f64),
    Uniform(f64, f64),
    /// The exponential distribution with this mean.
    Exponential(f64),
    Normal(Normal<f64>),
    LogNormal(LogNormal<f64>),
    /// Standard scores with the logarithms of the values there, ascending; at least two. It is lognormal between two
    /// percentiles, below the first and above the last.
    Percentiles(Vec<(f64, f64)>),
    /// Each sample is equally likely; not empty.
    Samples(Arc<[f64]>),
}

impl Distribution {
    pub(super) fn draw(&self, draws: &mut Draws) -> f64 {
        let drawn = match self {
            Self::Constant(value) => *value,
            Self::Uniform(from, to) => from + (to - from) * draws.fraction(),
            Self::Exponential(mean) => {
                let drawn: f64 = Exp1.sample(draws);
                mean * drawn
            }
            Self::Normal(normal) => normal.sample(draws),
            Self::LogNormal(lognormal) => lognormal.sample(draws),
            Self::Percentiles(points) => by_percentiles(points, StandardNormal.sample(draws)),
            Self::Samples(values) => values.get(draws.below(values.len())).copied().unwrap_or_default(),
        };
        drawn.max(0.0)
    }
}

/// Returns the value at a score, by linear interpolation between the nearest two points.
fn by_percentiles(points: &[(f64, f64)], score: f64) -> f64 {
    let after = points.iter().position(|(at, _)| *at >= score).unwrap_or(points.len());
    let last = after.clamp(1, points.len().saturating_sub(1));
    match (points.get(last.saturating_sub(1)), points.get(last)) {
        (Some((from, low)), Some((to, high))) => (low + (high - low) * (score - from) / (to - from)).exp(),
        _ => 0.0,
    }
}
