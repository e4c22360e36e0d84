//! Waits for the end of an execution: how often to poll, for how long, and which errors to retry.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use super::call::call;
use super::progress::{Progress, Watch};
use super::{Error, Execution};
use crate::Workflow;

/// The pauses between polls of a running execution: `first`, then `factor` times longer each time, up to `longest`.
///
/// AWS allows 15 (in most regions 10) calls of `DescribeExecution` per second for a whole account, so increase
/// `longest` if you wait for many executions:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// The factor by which each pause grows; less than 1 counts as 1.
    pub factor: f64,
    /// The longest pause.
    pub longest: Duration,
}

/// Starts with a quarter of a second and doubles up to ten seconds.
impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), factor: 2.0, longest: Duration::from_secs(10) }
    }
}

impl Backoff {
    pub(crate) fn pauses(self) -> impl Iterator<Item = Duration> + Send {
        // For NaN, `f64::max` returns the other operand.
        let (factor, longest) = (self.factor.max(1.0), self.longest);
        std::iter::successors(Some(self.first.min(longest)), move |pause| {
            Some(Duration::try_from_secs_f64(pause.as_secs_f64() * factor).unwrap_or(longest).min(longest))
        })
    }
}

/// The time limit of one poll.
const LOOK: Duration = Duration::from_secs(60);

/// How long a started execution may be unknown: `DescribeExecution` is eventually consistent.
const SETTLING: Duration = Duration::from_secs(30);

/// Waits for the end of an execution, created by [`Execution::wait`]. Await it.
///
/// ```ignore
/// let output = execution.wait().at_most(Duration::from_secs(3600)).await?;
/// ```
#[must_use = "`Wait` does nothing unless awaited"]
pub struct Wait<W> {
    execution: Execution<W>,
    backoff: Backoff,
    at_most: Duration,
    outage: Duration,
    report: Option<Report>,
}

/// The callback for progress.
type Report = Box<dyn FnMut(&Progress) + Send>;

impl<W: Workflow> Wait<W> {
    pub(super) fn new(execution: Execution<W>) -> Self {
        let outage = Duration::from_secs(300);
        Self { execution, backoff: Backoff::default(), at_most: Duration::MAX, outage, report: None }
    }

    /// Sets the pauses between polls.
    pub fn backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// Sets the maximum waiting time, after which the result is [`Error::StillRunning`]. Without it, waits until the
    /// execution ends, at most a year.
    pub fn at_most(self, time: Duration) -> Self {
        Self { at_most: time, ..self }
    }

    /// Sets how long to continue while every poll fails with a transient error ([`Error::is_transient`]): throttling,
    /// server errors, lost connections. The default is five minutes.
    pub fn outage(self, time: Duration) -> Self {
        Self { outage: time, ..self }
    }

    /// Calls this function after each poll, including the last, with the progress from the history and the map runs.
    /// Each poll then takes one more request for the history, and one for each map run.
    ///
    /// ```ignore
    /// execution.wait().on_progress(|progress| println!("{:?}, {} retries", progress.state, progress.retries)).await?;
    /// ```
    pub fn on_progress(self, report: impl FnMut(&Progress) + Send + 'static) -> Self {
        Self { report: Some(Box::new(report)), ..self }
    }

    async fn run(self) -> Result<W::Output, Error> {
        let Self { execution, backoff, at_most, outage, mut report } = self;
        let mut watch = Watch::default();
        call!("wait", execution = execution.arn(), async {
            let connection = execution.connection();
            let started = connection.now();
            let mut outage_began = None;
            let mut pauses = backoff.pauses();
            let still_running = |waited| Error::StillRunning { execution: execution.arn().clone(), waited };
            loop {
                let rest = at_most.saturating_sub(connection.since(started));
                let look = match connection.within(rest.min(LOOK), execution.describe()).await {
                    Some(look) => look,
                    None if rest <= LOOK => return Err(still_running(connection.since(started))),
                    None => Err(Error::no_answer_within("DescribeExecution", LOOK)),
                };
                let waited = connection.since(started);
                if let (Some(report), Ok(_)) = (&mut report, &look)
                    // Anything that cannot be read now is read at the next poll.
                    && let Some(Ok(progress)) = connection.within(LOOK, watch.look(&execution, waited)).await
                {
                    report(progress);
                }
                let mut end = None;
                let failure = match look.map(|description| description.ended()) {
                    Ok(Some(Err(error))) if error.is_end() => {
                        end = Some(error);
                        None
                    }
                    Ok(Some(output)) => return output,
                    Ok(None) => {
                        outage_began = None;
                        None
                    }
                    Err(error) => {
                        let began = *outage_began.get_or_insert_with(|| connection.now());
                        let settles =
                            execution.is_new() && error.has_code("ExecutionDoesNotExist") && waited < SETTLING;
                        if !settles && (!error.is_transient() || connection.since(began) >= outage) {
                            return Err(error);
                        }
                        Some(error)
                    }
                };
                if let Some(end) = end {
                    // The state is included if it can be read.
                    let state = connection.within(LOOK, execution.failed_state()).await;
                    return Err(end.in_state(state.and_then(Result::ok).flatten()));
                }
                let rest = at_most.saturating_sub(waited);
                if rest.is_zero() {
                    return Err(failure.unwrap_or_else(|| still_running(waited)));
                }
                connection.sleep(pauses.next().unwrap_or(backoff.longest).min(rest)).await;
            }
        })
    }
}

impl<W: Workflow> IntoFuture for Wait<W> {
    type Output = Result<W::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<W> fmt::Debug for Wait<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("execution", &self.execution)
            .field("backoff", &self.backoff)
            .field("at_most", &self.at_most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_stay() {
        let seconds = |backoff: Backoff| backoff.pauses().take(5).map(|pause| pause.as_secs_f64()).collect::<Vec<_>>();
        let backoff = Backoff { first: Duration::from_secs(1), factor: 3.0, longest: Duration::from_secs(10) };
        assert_eq!(seconds(backoff), [1.0, 3.0, 9.0, 10.0, 10.0]);
        assert_eq!(seconds(Backoff { factor: 0.0, ..backoff }), [1.0; 5]);
        assert_eq!(seconds(Backoff { factor: f64::NAN, ..backoff }), [1.0; 5]);
        assert_eq!(seconds(Backoff { factor: f64::INFINITY, ..backoff })[1..], [10.0; 4]);
        assert_eq!(seconds(Backoff { first: Duration::from_secs(60), ..backoff }), [10.0; 5]);
    }
}
