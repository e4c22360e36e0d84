//! The parts that all handles of a client share: the SDK's client and the other data that the calls need.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use aws_sdk_sfn::config::AsyncSleep as _;

use super::name::Names;

/// The connection to the service.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) sfn: aws_sdk_sfn::Client,
    pub(super) names: Names,
}

impl Connection {
    pub(crate) fn new(sfn: aws_sdk_sfn::Client) -> Self {
        Self { sfn, names: Names::default() }
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
