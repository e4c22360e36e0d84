//! The published prices of AWS for executions of Step Functions.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// Prices of Step Functions in one region, in US dollars, with their source and date.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Prices {
    /// The region.
    pub region: Cow<'static, str>,
    /// When the source was read; of a price list, when AWS published it.
    pub date: Cow<'static, str>,
    /// The page or the price list of AWS that publishes them.
    pub source: Cow<'static, str>,
    /// The price of 1,000 state transitions of Standard executions, including retries.
    pub thousand_transitions: f64,
    /// The state transitions of Standard executions that are free in each month.
    pub free_transitions: f64,
    /// The price of 1,000,000 starts of Express executions.
    pub million_requests: f64,
    /// The prices of a GB-hour of Express executions: the GB-hours in a month up to which each price applies, and the
    /// price.
    pub gb_hours: Cow<'static, [(f64, f64)]>,
}

/// The prices that costs are computed with unless others are given.
pub static PRICES: Prices = Prices {
    region: Cow::Borrowed("us-east-1"),
    date: Cow::Borrowed("2026-11-23"),
    source: Cow::Borrowed("https://aws.amazon.com/step-functions/pricing/"),
    thousand_transitions: 0.025,
    free_transitions: FREE_TRANSITIONS,
    million_requests: 1.0,
    gb_hours: Cow::Borrowed(&[(1_000.0, 0.06), (5_000.0, 0.03), (f64::INFINITY, 0.01642)]),
};

/// The free tier of each month, which is the same in all regions.
const FREE_TRANSITIONS: f64 = 4_000.0;

/// Where AWS publishes its price lists, to everyone: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html>
const LISTS: &str = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonStates";

/// The offer code of Step Functions in price lists, and the ends of its types of usage. A region comes before: `EU-StateTransition`.
const OFFER: &str = "AmazonStates";
const USAGE: [&str; 3] = ["StateTransition", "StepFunctions-Request", "StepFunctions-GB-Second"];

/// The region of the usage that is free in all regions together.
const GLOBAL: &str = "Global";

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

/// The reason why a file is not the price list of Step Functions in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriceListError {
    /// The problem of the file, as the end of a sentence about it.
    pub problem: String,
}

impl PriceListError {
    fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into() }
    }

    /// Returns how to fetch the right file.
    pub fn help(&self) -> String {
        format!(
            "fetch the list of a region, such as eu-west-1: `curl -o prices.json {LISTS}/current/eu-west-1/index.json`"
        )
    }
}

impl fmt::Display for PriceListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  = help: {}", self.problem, self.help())
    }
}

impl std::error::Error for PriceListError {}

impl Prices {
    /// Reads the price list that AWS publishes for the offer code `AmazonStates` in one region, in JSON:
    /// <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html>. The free tier, which
    /// lists have for all regions together, is [`PRICES`]'.
    ///
    /// # Errors
    /// Returns an error if the file is not such a list, is of several regions, is not in US dollars, or lacks a price, its region, its
    /// version or its date.
    pub fn read(list: &[u8]) -> Result<Self, PriceListError> {
        // Some programs begin a file with a byte order mark.
        let list = list.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(list);
        let list: Value =
            serde_json::from_slice(list).map_err(|error| PriceListError::new(format!("it is not JSON: {error}")))?;
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match text(&list, "offerCode").as_str() {
            OFFER => {}
            "" => return Err(PriceListError::new("it is not a price list of AWS: it has no `offerCode`")),
            other => return Err(PriceListError::new(format!("it has the prices of `{other}`, not of `{OFFER}`"))),
        }
        let Some(products) = list.get("products").and_then(Value::as_object) else {
            return Err(PriceListError::new("it has no `products`: it may be AWS's index of the versions of a list"));
        };
        let mut regions = BTreeSet::new();
        let mut tiers: [Vec<(f64, f64)>; 3] = Default::default();
        for (sku, product) in products {
            let Some(attributes) = product.get("attributes") else { continue };
            let usage = text(attributes, "usagetype");
            let (of, end) = usage.split_once('-').unwrap_or_default();
            let known = USAGE.iter().position(|known| [end, usage.as_str()].contains(known) && of != GLOBAL);
            let Some(tiers) = known.and_then(|known| tiers.get_mut(known)) else { continue };
            regions.extend(Some(text(attributes, "regionCode")).filter(|region| !region.is_empty()));
            let terms = list.get("terms").and_then(|terms| terms.get("OnDemand")?.get(sku)?.as_object());
            let dimensions =
                terms.into_iter().flatten().filter_map(|(_, term)| term.get("priceDimensions")?.as_object());
            for (_, dimension) in dimensions.flatten() {
                let price = dimension.get("pricePerUnit").and_then(|price| price.get("USD")?.as_str()?.parse().ok());
                let price: f64 =
                    price.ok_or_else(|| PriceListError::new(format!("`{usage}` has no price in US dollars")))?;
                if !price.is_finite() || price < 0.0 {
                    return Err(PriceListError::new(format!("`{usage}` has the price {price}, which is no price")));
                }
                // The last tier ends with `Inf`.
                tiers.push((text(dimension, "endRange").parse().unwrap_or(f64::INFINITY), price));
            }
            tiers.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        }
        if regions.len() > 1 {
            return Err(PriceListError::new(format!("it has the prices of {} regions", regions.len())));
        }
        let lacking = USAGE.iter().zip(&tiers).find(|(_, tiers)| tiers.is_empty());
        if let Some((usage, _)) = lacking {
            return Err(PriceListError::new(format!("it has no price of the usage type `{usage}`")));
        }
        let [transitions, requests, seconds] = tiers;
        let Some(region) = regions.pop_first() else {
            return Err(PriceListError::new("its products have no `regionCode`"));
        };
        let [date, version] = ["publicationDate", "version"].map(|name| text(&list, name));
        if let Some((name, _)) =
            [("publicationDate", &date), ("version", &version)].iter().find(|(_, text)| text.is_empty())
        {
            return Err(PriceListError::new(format!("it has no `{name}`")));
        }
        // What a month uses beyond a free tier has the last price.
        let last = |tiers: Vec<(f64, f64)>| tiers.last().map_or(0.0, |(_, price)| *price);
        Ok(Self {
            date: date.chars().take("2026-11-23".len()).collect(),
            source: format!("{LISTS}/{version}/{region}/index.json").into(),
            region: region.into(),
            thousand_transitions: last(transitions) * 1000.0,
            free_transitions: FREE_TRANSITIONS,
            million_requests: last(requests) * 1e6,
            gb_hours: seconds.into_iter().map(|(upto, price)| (upto / 3600.0, price * 3600.0)).collect(),
        })
    }

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
        for (upto, price) in self.gb_hours.iter() {
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
