//! AWS's quotas for what an account asks for in a region.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use workflow_local::Instant;

use crate::api::arn::Scope;
use crate::api::{ApiError, Code};

/// The size of a token bucket, and how many tokens it gains per second.
type Rate = (u32, u32);

/// The row for starts of Express executions, which have their own bucket.
pub(crate) const START_EXPRESS: &str = "StartExecution of Express";

/// The regions with larger quotas.
const LARGE_REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

/// The rates of most actions. The page was read in 2026-11.
const MOST: Rate = (100, 1);

/// The action without a fixed quota.
const UNLIMITED: &str = "StartSyncExecution";

/// The other actions, with their rates in the large regions and in all others.
const ACTIONS: &[(&str, Rate, Rate)] = &[
    ("DescribeActivity", (200, 1), (200, 1)),
    ("DescribeExecution", (300, 15), (250, 10)),
    ("DescribeMapRun", (200, 1), (200, 1)),
    ("DescribeStateMachine", (200, 20), (200, 20)),
    ("DescribeStateMachineAlias", (200, 1), (200, 1)),
    ("DescribeStateMachineForExecution", (200, 1), (200, 1)),
    ("GetActivityTask", (3000, 500), (1500, 300)),
    ("GetExecutionHistory", (400, 20), (400, 20)),
    ("ListActivities", (100, 10), (100, 5)),
    ("ListExecutions", (200, 5), (100, 2)),
    ("ListStateMachines", (100, 5), (100, 5)),
    ("RedriveExecution", (1300, 300), (800, 150)),
    ("SendTaskFailure", (3000, 500), (1500, 300)),
    ("SendTaskHeartbeat", (3000, 500), (1500, 300)),
    ("SendTaskSuccess", (3000, 500), (1500, 300)),
    ("StartExecution", (1300, 300), (800, 150)),
    (START_EXPRESS, (6000, 6000), (6000, 6000)),
    ("StopExecution", (1000, 200), (500, 25)),
    ("TagResource", (200, 1), (200, 1)),
    ("TestState", (50, 10), (50, 10)),
    ("UntagResource", (200, 1), (200, 1)),
];

/// The maximum number of Standard executions that have not ended.
const OPEN_EXECUTIONS: usize = 1_000_000;
/// The maximum number of map runs that have not ended. Others wait.
const OPEN_MAP_RUNS: usize = 1000;

/// Above this number of buckets, the full ones are removed.
const BUCKETS: usize = 10_000;
/// Any bucket is full after this time without requests: 200 tokens, and 1 per second.
const FULL: Duration = Duration::from_secs(200);

/// The service quotas that a [`Server`](crate::Server) applies beside its own [`Limits`](crate::Limits). The default
/// is none.
///
/// ```
/// use workflow_server::{Quotas, Server};
///
/// let server = Server::builder().quotas(Quotas::aws());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    are_aws: bool,
}

impl Quotas {
    /// Returns AWS's published default quotas, for each account in each region: requests beyond the token bucket of
    /// their action get a `ThrottlingException`, more than 1,000,000 open executions `ExecutionLimitExceeded`, and map
    /// runs beyond 1,000 open ones wait. Buckets fill by the server's clock. The quotas of state transitions and HTTP
    /// tasks do not apply.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
    pub fn aws() -> Self {
        Self { are_aws: true }
    }

    /// Returns the maximum number of map runs that have not ended.
    pub(crate) fn open_map_runs(self) -> usize {
        if self.are_aws { OPEN_MAP_RUNS } else { usize::MAX }
    }

    /// Returns the maximum number of Standard executions that have not ended.
    pub(crate) fn open_executions(self) -> usize {
        if self.are_aws { OPEN_EXECUTIONS } else { usize::MAX }
    }
}

/// A token bucket: what it had at a time.
struct Bucket {
    tokens: f64,
    time: Instant,
}

/// The token buckets of a server.
pub(crate) struct Buckets {
    quotas: Quotas,
    /// By action, region and account.
    buckets: Mutex<BTreeMap<(String, String, String), Bucket>>,
}

impl Buckets {
    pub(crate) fn new(quotas: Quotas) -> Self {
        Self { quotas, buckets: Mutex::default() }
    }

    /// Takes a token for an action, or rejects the request.
    pub(crate) fn take(&self, action: &str, scope: impl FnOnce() -> Scope, now: Instant) -> Result<(), ApiError> {
        if !self.quotas.are_aws || action == UNLIMITED {
            return Ok(());
        }
        let own = ACTIONS.iter().find(|(name, ..)| *name == action);
        let (large, other) = own.map_or((MOST, MOST), |(_, large, other)| (*large, *other));
        let Scope { region, account } = scope();
        let (size, refill) = if LARGE_REGIONS.contains(&region.as_str()) { large } else { other };
        let (size, refill) = (f64::from(size), f64::from(refill));
        let mut buckets = self.buckets.lock();
        if buckets.len() > BUCKETS {
            buckets.retain(|_, bucket| bucket.time.until(now) < FULL);
        }
        let bucket = buckets.entry((action.to_owned(), region, account)).or_insert(Bucket { tokens: size, time: now });
        bucket.tokens = (bucket.tokens + bucket.time.until(now).as_secs_f64() * refill).min(size);
        bucket.time = now;
        if bucket.tokens < 1.0 {
            return Err(ApiError::new(Code::Throttling, "Rate exceeded"));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Operation;

    #[test]
    fn every_quota_is_of_an_action() {
        for name in ACTIONS.iter().map(|(name, ..)| *name).chain([UNLIMITED]) {
            assert!(name == START_EXPRESS || Operation::named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_bucket_is_of_an_account_in_a_region_and_refills() {
        let buckets = Buckets::new(Quotas::aws());
        let of = |region: &str| Scope { region: region.to_owned(), ..Scope::default() };
        let start = Instant::from_millis(0);
        let taken = |region: &str, now: Instant| {
            (0..10_000).take_while(|_| buckets.take("StartExecution", || of(region), now).is_ok()).count()
        };
        assert_eq!(taken("us-east-1", start), 1300);
        assert_eq!(taken("eu-central-1", start), 800);
        let later = start.after(Duration::from_millis(500));
        assert_eq!(taken("us-east-1", later), 150);
        assert_eq!(taken("eu-central-1", later), 75);
        assert_eq!(taken("us-east-1", start.after(Duration::from_secs(3600))), 1300);
        let refused = buckets.take("StartExecution", || of("eu-central-1"), later).unwrap_err();
        assert_eq!((refused.code, refused.message.as_str()), (Code::Throttling, "Rate exceeded"));
        assert!(Buckets::new(Quotas::default()).take("StartExecution", Scope::default, start).is_ok());
    }
}
