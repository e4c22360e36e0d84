//! The published prices of AWS for executions of Step Functions.

/// Prices of Step Functions in one region, in US dollars, with their source and date.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Prices {
    /// The region.
    pub region: &'static str,
    /// When the source was read.
    pub date: &'static str,
    /// The page of AWS that publishes them.
    pub source: &'static str,
    /// The price of 1,000 state transitions of Standard executions, including retries.
    pub thousand_transitions: f64,
    /// The state transitions of Standard executions that are free in each month.
    pub free_transitions: f64,
    /// The price of 1,000,000 starts of Express executions.
    pub million_requests: f64,
    /// The prices of a GB-hour of Express executions: the GB-hours in a month up to which each price applies, and the
    /// price.
    pub gb_hours: &'static [(f64, f64)],
}

/// The prices that costs are computed with.
pub const PRICES: Prices = Prices {
    region: "us-east-1",
    date: "2026-11-23",
    source: "https://aws.amazon.com/step-functions/pricing/",
    thousand_transitions: 0.025,
    free_transitions: 4_000.0,
    million_requests: 1.0,
    gb_hours: &[(1_000.0, 0.06), (5_000.0, 0.03), (f64::INFINITY, 0.01642)],
};

/// What costs do not cover. The last one is the free tier, which some costs cover.
pub const LEFT_OUT: [&str; 6] = [
    "what tasks call: Lambda functions, other services, nested executions",
    "data transfer",
    "logs, traces and metrics in CloudWatch and X-Ray",
    "objects that maps read from and write to S3",
    "discounts",
    "the free tier of 4,000 transitions a month",
];

/// The unit of time in which Express executions are billed.
const BILLED_MILLISECONDS: u64 = 100;

/// The unit of memory in which Express executions are billed, and the minimum memory of each.
const BILLED_MB: u64 = 64;
const BASE_MB: f64 = 50.0;

impl Prices {
    /// Returns the cost of state transitions of Standard executions.
    ///
    /// ```
    /// // Three transitions in each of 1,000 executions.
    /// assert_eq!(workflow_asl::price::PRICES.transitions(3_000.0), 0.075);
    /// ```
    pub fn transitions(&self, count: f64) -> f64 {
        count * self.thousand_transitions / 1000.0
    }

    /// Returns the costs of starts and of GB-hours of Express executions in one month.
    pub fn express(&self, requests: f64, gb_hours: f64) -> (f64, f64) {
        let mut below = 0.0;
        let mut duration = 0.0;
        for (upto, price) in self.gb_hours {
            duration += (gb_hours.min(*upto) - below).max(0.0) * price;
            below = *upto;
        }
        (requests * self.million_requests / 1e6, duration)
    }
}

/// Returns the memory that an Express execution uses, in MB, by the estimate that AWS publishes: a base amount, the
/// definition, and the data in each branch or iteration. A MB has 1,000,000 bytes.
///
/// ```
/// use workflow_asl::price::express_memory;
/// assert_eq!(express_memory(50_000, 32_000, 400), 62.85);
/// ```
#[expect(clippy::cast_precision_loss, reason = "sizes of definitions and payloads are far below 2^53")]
pub fn express_memory(definition_bytes: usize, data_bytes: usize, inside: u64) -> f64 {
    BASE_MB + (definition_bytes as f64 + data_bytes as f64 * inside.max(1) as f64) / 1e6
}

/// Returns the GB-hours that an Express execution is billed for: its time, rounded up to 100 ms, and its memory,
/// rounded up to 64 MB.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of an execution are far below 2^53")]
pub fn express_gb_hours(milliseconds: u64, memory: f64) -> f64 {
    let time = milliseconds.div_ceil(BILLED_MILLISECONDS).max(1) * BILLED_MILLISECONDS;
    billed_memory(memory) / 1024.0 * time as f64 / 3_600_000.0
}

/// Returns the memory that an Express execution is billed for, in MB.
#[expect(clippy::cast_precision_loss, reason = "it is a small number")]
pub fn billed_memory(memory: f64) -> f64 {
    (memory / BILLED_MB as f64).ceil().max(1.0) * BILLED_MB as f64
}
