//! `deploy --shift`: moves an alias to a version step by step, and back if the executions of the version fail more often
//! than those of the version before. Everything that it needs to go on is in the alias.

use std::time::{Duration, Instant};

use workflow_runtime::Arn;
use workflow_runtime::client::{Alias, Client, Error, Status, Untyped};

use super::{CommandError, failure};
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

/// Shifts an alias to a version, which it has already. Returns whether it changed anything.
pub(super) async fn release(
    client: &Client<Untyped>,
    alias: &Alias<Untyped>,
    version: &Arn,
    steps: Steps,
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
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            tokio::time::sleep(rest.min((steps.every / 10).clamp(PAUSES.0, PAUSES.1))).await;
            let new = ended(client, version).await?;
            let old = match &other {
                Some(other) => ended(client, other).await?,
                None => Ended::default(),
            };
            if new.is_worse_than(old) {
                alias.roll_back().await?;
                let what = format!(
                    "`{}` was rolled back: {} of {} executions of the new version failed or timed out, and {} of {} of the \
                     version before",
                    alias.name(),
                    new.bad,
                    new.all,
                    old.bad,
                    old.all
                );
                let help = format!("`cargo workflow list {version} --status failed` prints them");
                return Err(failure::message(failure::ROLLED_BACK, &what, &help).into());
            }
        }
        has_shifted |= alias.shift(version, steps.after(share)).await?;
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
