//! Sends throttled requests again until their time is over, at a pace that all requests of a command share.

use std::time::{Duration, Instant, UNIX_EPOCH};

use aws_smithy_types::config_bag::{Storable, StoreReplace};
use workflow_runtime::aws_sdk_sfn::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextMut,
};
use workflow_runtime::aws_sdk_sfn::config::retry::{
    ClientRateLimiter, RetryConfig, RetryMode, RetryPartition, TokenBucket,
};
use workflow_runtime::aws_sdk_sfn::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use workflow_runtime::aws_sdk_sfn::error::BoxError;

/// The longest pause before a throttled request is sent again.
const PAUSE: Duration = Duration::from_secs(2);

/// More attempts than there is time for. The SDK counts up to this number, so it is not the largest.
const MANY: u32 = 1000;

/// Sends a throttled request again while there is time, and other requests as often as the environment says.
#[derive(Debug)]
struct Pace {
    retries: RetryConfig,
    timeout: Duration,
}

/// When a call began.
#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

/// Paces the requests of a client. Each takes at most `timeout`.
pub(super) fn paced(config: Builder, retries: Option<&RetryConfig>, timeout: Duration) -> Builder {
    let retries = retries.cloned().unwrap_or_else(RetryConfig::standard).with_retry_mode(RetryMode::Adaptive);
    let retries = retries.with_max_backoff(PAUSE.min(timeout / 8));
    let now = UNIX_EPOCH.elapsed().unwrap_or_default();
    let partition = RetryPartition::custom("cargo-workflow")
        .client_rate_limiter(ClientRateLimiter::new(now.as_secs_f64()))
        // Time alone bounds how often a throttled request is sent.
        .token_bucket(TokenBucket::builder().throttling_retry_cost(0).build());
    config.retry_config(retries.clone()).retry_partition(partition.build()).interceptor(Pace { retries, timeout })
}

impl Intercept for Pace {
    fn name(&self) -> &'static str {
        "Pace"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let spent = config.load::<Began>().map_or(Duration::ZERO, |began| began.0.elapsed());
        // Of the answers with such a status, the SDK sends only throttled requests again.
        let attempts = match context.response().is_some_and(|answer| answer.status().is_client_error()) {
            false => self.retries.max_attempts(),
            // The error that says so is better than a timeout.
            true if spent + self.retries.max_backoff() * 2 > self.timeout => 1,
            true => MANY,
        };
        config.interceptor_state().store_put(self.retries.clone().with_max_attempts(attempts));
        Ok(())
    }
}
