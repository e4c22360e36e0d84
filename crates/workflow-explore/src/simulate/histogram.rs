//! How often values occur, in ranges of equal size.

/// The number of ranges.
const RANGES: usize = 40;

/// How often values occur: in ranges of equal size up to the 99th percentile, and beyond it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// The least and the greatest value of each range, and the number of values in it. A value at an end is in the range
    /// below it. The last range has the values beyond the 99th percentile, if there are any.
    pub ranges: Vec<(f64, f64, u64)>,
    /// The 50th, 90th and 99th percentile, as [`Spread`](super::Spread) has them.
    pub percentiles: [f64; 3],
}

impl Histogram {
    #[expect(clippy::cast_precision_loss, reason = "the number of ranges is small")]
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
            values.get(place).copied().unwrap_or_default()
        };
        let (least, most, last) = (at(0), at(99), at(100));
        let count = if most > least { RANGES } else { 1 };
        let size = (most - least) / count as f64;
        let mut ranges = Vec::new();
        let mut rest = values.as_slice();
        for number in 0..count {
            let from = (number as f64).mul_add(size, least);
            let to = if number + 1 == count { most } else { from + size };
            let inside = rest.partition_point(|value| *value <= to);
            ranges.push((from, to, inside as u64));
            rest = rest.get(inside..).unwrap_or_default();
        }
        if !rest.is_empty() {
            ranges.push((most, last, rest.len() as u64));
        }
        Self { ranges, percentiles: [at(50), at(90), most] }
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn every_value_is_in_one_range_and_the_tail_in_the_last() {
        let histogram = Histogram::of((0..1000).rev().map(f64::from).collect());
        assert_eq!(histogram.ranges.iter().map(|(.., count)| count).sum::<u64>(), 1000);
        assert_eq!((histogram.ranges.len(), histogram.percentiles), (41, [499.0, 899.0, 989.0]));
        assert_eq!(histogram.ranges.last(), Some(&(989.0, 999.0, 10)));
        assert_eq!(Histogram::of(vec![2.0; 7]).ranges, [(2.0, 2.0, 7)]);
        assert_eq!(Histogram::of(Vec::new()).ranges, [(0.0, 0.0, 0)]);
    }
}
