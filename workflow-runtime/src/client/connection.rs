//! The parts that all handles of a client share: the SDK's client and the other data that the calls need.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use aws_sdk_sfn::config::AsyncSleep as _;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

use super::name::Names;
use crate::MachineType;

/// The connection to the service.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) sfn: aws_sdk_sfn::Client,
    pub(super) names: Names,
    /// Whether a request that starts an Express execution is sent again if its answer is lost.
    pub(super) repeats: bool,
}

/// Forbids to send a request again unless the service has refused it: it may have been carried out.
#[derive(Debug)]
struct OnlyRefused;

impl ClassifyRetry for OnlyRefused {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().is_some_and(|answer| answer.status().is_client_error()) {
            true => RetryAction::NoActionIndicated,
            false => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "only what was refused"
    }
}

impl Connection {
    pub(crate) fn new(sfn: aws_sdk_sfn::Client) -> Self {
        Self { sfn, names: Names::default(), repeats: false }
    }

    /// Returns the configuration of a request that starts an execution. Names make it safe to repeat one for a Standard
    /// workflow.
    pub(super) fn start_of(&self, kind: MachineType) -> aws_sdk_sfn::config::Builder {
        match kind == MachineType::Express && !self.repeats {
            true => aws_sdk_sfn::config::Builder::new().retry_classifier(OnlyRefused),
            false => aws_sdk_sfn::config::Builder::new(),
        }
    }

    /// Returns the current time of the SDK's clock.
    pub(crate) fn now(&self) -> SystemTime {
        self.sfn.config().time_source().map_or_else(SystemTime::now, |time| time.now())
    }

    /// Returns the time since `past` by the SDK's clock; zero if the clock was set back.
    pub(crate) fn since(&self, past: SystemTime) -> Duration {
        self.now().duration_since(past).unwrap_or_default()
    }

    pub(crate) async fn sleep(&self, time: Duration) {
        match self.sfn.config().sleep_impl() {
            Some(sleep) => sleep.sleep(time).await,
            None => tokio::time::sleep(time).await,
        }
    }

    /// Awaits a future for at most `time`.
    pub(crate) async fn within<T>(&self, time: Duration, future: impl Future<Output = T>) -> Option<T> {
        let (mut future, mut alarm) = (pin!(future), pin!(self.sleep(time)));
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(given) => Poll::Ready(Some(given)),
            Poll::Pending => alarm.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}
