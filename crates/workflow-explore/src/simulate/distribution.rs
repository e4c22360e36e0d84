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
///
/// ```
/// use workflow_explore::simulate::Distribution;
///
/// let latency = Distribution::percentiles([("p50", 0.12), ("p90", 0.3), ("p99", 2.0)])?;
/// assert!(Distribution::uniform(2.0, 1.0).unwrap_err().to_string().contains("the first is above the second"));
/// # Ok::<(), workflow_explore::simulate::DistributionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Distribution(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Constant(f64),
    Uniform(f64, f64),
    /// The exponential distribution with this mean.
    Exponential(f64),
    Normal(Normal<f64>),
    LogNormal(LogNormal<f64>),
    /// Standard scores with the logarithms of the values there, ascending; at least two.
    Percentiles(Vec<(f64, f64)>),
    /// Each sample is equally likely; not empty.
    Samples(Arc<[f64]>),
}

/// The reason why numbers do not define a distribution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct DistributionError {
    /// The reason.
    pub message: String,
    /// The percentile that is wrong, if one is.
    pub percentile: Option<String>,
}

impl DistributionError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), percentile: None }
    }
}

fn valid(number: f64) -> Result<f64, DistributionError> {
    match number {
        _ if !number.is_finite() => Err(DistributionError::new(format!("{number} is not a finite number"))),
        _ if number < 0.0 => Err(DistributionError::new(format!("{number} is below 0"))),
        _ => Ok(number),
    }
}

fn positive(number: f64) -> Result<f64, DistributionError> {
    if valid(number)? > 0.0 { Ok(number) } else { Err(DistributionError::new("expected numbers above 0")) }
}

impl Distribution {
    /// Creates a distribution that always returns the same number.
    ///
    /// # Errors
    /// Returns an error if the number is below 0 or not finite.
    pub fn constant(value: f64) -> Result<Self, DistributionError> {
        Ok(Self(Kind::Constant(valid(value)?)))
    }

    /// Creates the uniform distribution between two numbers.
    ///
    /// # Errors
    /// Returns an error if the first is above the second, or if a number is below 0 or not finite.
    pub fn uniform(from: f64, to: f64) -> Result<Self, DistributionError> {
        if valid(from)? > valid(to)? {
            return Err(DistributionError::new(format!("the first is above the second: {from}, {to}")));
        }
        Ok(Self(Kind::Uniform(from, to)))
    }

    /// Creates the exponential distribution with this mean.
    ///
    /// # Errors
    /// Returns an error if the number is below 0 or not finite.
    pub fn exponential(mean: f64) -> Result<Self, DistributionError> {
        Ok(Self(Kind::Exponential(valid(mean)?)))
    }

    /// Creates the normal distribution with this mean and standard deviation. Numbers below 0 become 0.
    ///
    /// # Errors
    /// Returns an error if a number is below 0 or not finite.
    pub fn normal(mean: f64, deviation: f64) -> Result<Self, DistributionError> {
        let normal = Normal::new(valid(mean)?, valid(deviation)?);
        normal.map(|normal| Self(Kind::Normal(normal))).map_err(|error| DistributionError::new(error.to_string()))
    }

    /// Creates the lognormal distribution whose values have this mean and standard deviation.
    ///
    /// # Errors
    /// Returns an error if the mean is not above 0, or if a number is below 0 or not finite.
    pub fn lognormal(mean: f64, deviation: f64) -> Result<Self, DistributionError> {
        let lognormal = LogNormal::from_mean_cv(positive(mean)?, valid(deviation)? / mean);
        let made = lognormal.map(|lognormal| Self(Kind::LogNormal(lognormal)));
        made.map_err(|error| DistributionError::new(error.to_string()))
    }

    /// Creates a distribution from at least two percentiles, with the names `p1`, `p5`, `p10`, `p25`, `p50`, `p75`,
    /// `p90`, `p95`, `p99` and `p99.9`. It is lognormal between two percentiles, below the first and above the last.
    ///
    /// # Errors
    /// Returns an error if a name is unknown, a number is not above 0, a percentile is below a lower one, or there are
    /// fewer than two.
    pub fn percentiles<'n>(given: impl IntoIterator<Item = (&'n str, f64)>) -> Result<Self, DistributionError> {
        let of = |name: &str, message: String| DistributionError { message, percentile: Some(name.to_owned()) };
        let mut points = Vec::new();
        for (name, value) in given {
            let known = PERCENTILES.iter().find(|(known, _)| *known == name);
            let (name, score) = known.ok_or_else(|| of(name, format!("unknown percentile `{name}`")))?;
            points.push((*name, *score, positive(value)?));
        }
        points.sort_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
        points.dedup_by_key(|(name, ..)| *name);
        for pair in points.windows(2) {
            if let [(lower, _, low), (higher, _, high)] = pair
                && high < low
            {
                return Err(of(higher, format!("`{higher}` is below `{lower}`")));
            }
        }
        if points.len() < 2 {
            return Err(DistributionError::new("expected at least two percentiles, such as `p50` and `p99`"));
        }
        Ok(Self(Kind::Percentiles(points.into_iter().map(|(_, score, value)| (score, value.ln())).collect())))
    }

    /// Creates a distribution of these values, each equally likely.
    ///
    /// # Errors
    /// Returns an error if there is no value, or if a number is below 0 or not finite.
    pub fn samples(values: impl IntoIterator<Item = f64>) -> Result<Self, DistributionError> {
        let values: Vec<f64> = values.into_iter().map(valid).collect::<Result<_, _>>()?;
        if values.is_empty() {
            return Err(DistributionError::new("expected at least one sample"));
        }
        Ok(Self(Kind::Samples(values.into())))
    }

    /// Draws a number.
    pub(super) fn draw(&self, draws: &mut Draws) -> f64 {
        let drawn = match &self.0 {
            Kind::Constant(value) => *value,
            Kind::Uniform(from, to) => from + (to - from) * draws.fraction(),
            Kind::Exponential(mean) => {
                let drawn: f64 = Exp1.sample(draws);
                mean * drawn
            }
            Kind::Normal(normal) => normal.sample(draws),
            Kind::LogNormal(lognormal) => lognormal.sample(draws),
            Kind::Percentiles(points) => by_percentiles(points, StandardNormal.sample(draws)),
            Kind::Samples(values) => values.get(draws.below(values.len())).copied().unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(distribution: &Distribution) -> Vec<f64> {
        let mut drawn: Vec<f64> = (0..100_000).map(|n| distribution.draw(&mut Draws::of(7, [n]))).collect();
        drawn.sort_by(f64::total_cmp);
        drawn
    }

    fn mean(drawn: &[f64]) -> f64 {
        drawn.iter().sum::<f64>() / 100_000.0
    }

    #[test]
    fn draws_have_the_mean_and_percentiles_of_their_distribution() {
        let near = |value: f64, expected: f64| (value / expected - 1.0).abs() < 0.02;
        for (distribution, expected) in [
            (Distribution::constant(3.0), 3.0),
            (Distribution::uniform(1.0, 3.0), 2.0),
            (Distribution::exponential(2.0), 2.0),
            (Distribution::normal(5.0, 1.0), 5.0),
            (Distribution::lognormal(5.0, 2.0), 5.0),
            (Distribution::samples([1.0, 2.0, 6.0]), 3.0),
        ] {
            let distribution = distribution.unwrap();
            assert!(near(mean(&drawn(&distribution)), expected), "{distribution:?}");
        }
        let given = Distribution::percentiles([("p99", 2.0), ("p50", 0.1), ("p90", 0.3)]).unwrap();
        let drawn = drawn(&given);
        for (at, expected) in [(50_000, 0.1), (90_000, 0.3), (99_000, 2.0)] {
            assert!((drawn[at] / expected - 1.0).abs() < 0.05, "{at}: {}", drawn[at]);
        }
    }
}
