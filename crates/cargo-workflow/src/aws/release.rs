//! `deploy --shift`: moves an alias to a version step by step, and back if the executions of the version fail more often
//! than those of the version before, or if an alarm is raised. Everything that it needs to go on is in the alias.

use std::time::{Duration, Instant};

use workflow_runtime::Arn;
use workflow_runtime::client::{Alias, Client, Error, Status, Untyped};

use super::alarms::Alarms;
use super::{CommandError, failure};
use crate::progress::Progress;
use crate::shift::Steps;

/// The shortest and the longest pause between two looks at the executions.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// How many of the latest executions of a version count.
const LATEST: usize = 1000;

/// The executions of a version that have ended.
#[derive(Clone, Copy, Default)]
struct Ended {
    all: usize,
    /// Failed or timed out.
    bad: usize,
}

impl Ended {
    /// Returns whether a greater part is bad.
    fn is_worse_than(self, other: Self) -> bool {
        self.bad * other.all.max(1) > other.bad * self.all
    }
}

/// What a release watches.
pub(super) struct Watched<'n> {
    /// Whether the executions can be listed. AWS does not list Express executions.
    pub(super) has_executions: bool,
    pub(super) alarms: Alarms<'n>,
}

/// Shifts an alias to a version, which it has already. Returns whether it changed anything.
pub(super) async fn release(
    client: &Client<Untyped>,
    alias: &Alias<Untyped>,
    version: &Arn,
    steps: Steps,
    watched: &Watched<'_>,
) -> Result<bool, CommandError> {
    let mut has_shifted = false;
    loop {
        let routing = alias.routing().await?;
        eprintln!("{}: {routing}", alias.name());
        let share = routing.routes.iter().find(|route| route.version == *version).map(|route| route.weight);
        let Some(share) = share else {
            let what = format!("`{}` no longer has the version: the release has stopped", alias.name());
            return Err(failure::message(failure::CONFLICT, &what, "somebody else has moved the alias").into());
        };
        if share == 100 {
            return Ok(has_shifted);
        }
        let other = routing.routes.iter().find(|route| route.version != *version).map(|route| route.version.clone());
        let until = Instant::now() + steps.every;
        let progress = Progress::working(format!("{}: watching {share} %", alias.name()));
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            tokio::time::sleep(rest.min((steps.every / 10).clamp(PAUSES.0, PAUSES.1))).await;
            if let Some((why, help)) = watched.look(client, version, other.as_ref()).await? {
                progress.end();
                alias.roll_back().await?;
                let what = format!("`{}` was rolled back: {why}", alias.name());
                return Err(failure::message(failure::ROLLED_BACK, &what, &help).into());
            }
        }
        has_shifted |= alias.shift(version, steps.after(share)).await?;
    }
}

impl Watched<'_> {
    /// Returns why the release must be rolled back, and how to find out more.
    async fn look(
        &self,
        client: &Client<Untyped>,
        version: &Arn,
        other: Option<&Arn>,
    ) -> Result<Option<(String, String)>, CommandError> {
        if let Some(name) = self.alarms.raised().await? {
            let help = format!("`aws cloudwatch describe-alarm-history --alarm-name {name}` prints why");
            return Ok(Some((format!("the alarm `{name}` is raised"), help)));
        }
        if !self.has_executions {
            return Ok(None);
        }
        let new = ended(client, version).await?;
        let old = match other {
            Some(other) => ended(client, other).await?,
            None => Ended::default(),
        };
        let why = format!(
            "{} of {} executions of the new version failed or timed out, and {} of {} of the version before",
            new.bad, new.all, old.bad, old.all
        );
        let help = format!("`cargo workflow list {version} --status failed` prints them");
        Ok(new.is_worse_than(old).then_some((why, help)))
    }
}

async fn ended(client: &Client<Untyped>, version: &Arn) -> Result<Ended, Error> {
    let mut pages = client.attach(version.clone()).executions().list();
    let mut ended = Ended::default();
    for _ in 0..LATEST {
        let Some(execution) = pages.next().await? else { break };
        let is_bad = match execution.status() {
            Status::Succeeded => false,
            Status::Failed | Status::TimedOut => true,
            _ => continue,
        };
        ended.all += 1;
        ended.bad += usize::from(is_bad);
    }
    Ok(ended)
}
