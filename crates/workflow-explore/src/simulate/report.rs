//! The report of a simulation.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use workflow_asl::price::{LEFT_OUT, Prices};
use workflow_asl::printable::thousands;
use workflow_local::{DefinitionError, MachineType};

use super::cost::{Billing, Cost, Crossover, Usage};

/// The mean, percentiles and maximum of numbers. A percentile is the least of the numbers that this share of them does
/// not exceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The maximum.
    pub max: f64,
}

impl Spread {
    /// Computes the spread of numbers in fractions of the unit.
    #[expect(clippy::cast_precision_loss, reason = "counts and milliseconds of executions are far below 2^53")]
    pub(super) fn of(mut numbers: Vec<u64>, parts: f64) -> Self {
        numbers.sort_unstable();
        let at = |percent: usize| {
            let place = (numbers.len() * percent).div_ceil(100).saturating_sub(1);
            numbers.get(place).copied().unwrap_or_default() as f64 / parts
        };
        let sum: f64 = numbers.iter().map(|number| *number as f64).sum();
        let mean = if numbers.is_empty() { 0.0 } else { sum / numbers.len() as f64 / parts };
        Self { mean, p50: at(50), p90: at(90), p99: at(99), max: at(100) }
    }
}

/// A way in which executions end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The status in the API, such as `SUCCEEDED`; `RUNNING` for executions that never end.
    pub status: String,
    /// The error's name, if the executions failed.
    pub error: Option<String>,
    /// The number of executions.
    pub executions: u64,
    /// Their share, from 0 to 1.
    pub share: f64,
}

/// The averages of a state in one execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StateShare {
    /// Its name.
    pub state: String,
    /// The number of times that it is entered.
    pub visits: f64,
    /// The number of times that it is retried.
    pub retries: f64,
    /// The seconds from entering it to leaving it, including its retries and the states inside it; `None` for the
    /// states in a distributed map, whose children have their own histories.
    pub time: Option<f64>,
    /// That time as a share of the execution's time. Branches run in parallel, so the shares of states can add up to
    /// more than 1.
    pub share: Option<f64>,
}

/// The gain of executions if the tasks of a state took half the time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gain {
    /// The state.
    pub state: String,
    /// The reduction of the mean duration, in seconds.
    pub mean: f64,
    /// Half of the interval around it that has the true reduction with 95 % confidence, in seconds.
    pub mean_within: f64,
    /// The reduction of the median, in seconds.
    pub p50: f64,
    /// The reduction of the 99th percentile, in seconds.
    pub p99: f64,
    /// The reductions in each part of the executions.
    #[serde(skip)]
    pub(super) parts: Vec<Spread>,
}

/// The number of parts of the executions in which gains are compared.
pub(super) const PARTS: usize = 20;

/// Returns the mean of numbers, and half of the interval around it that has the true mean with 95 % confidence.
#[expect(clippy::cast_precision_loss, reason = "the numbers are few")]
pub(super) fn interval(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    // The quantile of Student's distribution with 19 degrees of freedom: one fewer than `PARTS`.
    const STUDENT: f64 = 2.093;
    let numbers: Vec<f64> = numbers.collect();
    if numbers.len() < 2 {
        return (numbers.first().copied().unwrap_or_default(), f64::INFINITY);
    }
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, STUDENT * (variance / count).sqrt())
}

/// The numbers of executions that exceed limits of AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Beyond {
    /// Executions longer than five minutes, after which AWS ends an Express execution. For a Standard machine, those
    /// that AWS would end if it were Express.
    pub express_time: u64,
    /// Executions that the limit of 25,000 history events of Standard executions ended.
    pub events: u64,
    /// Executions that never end: a task is not answered and does not time out.
    pub endless: u64,
}

/// The report of a simulation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SimulationReport {
    /// The state machine's name.
    pub name: String,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The number of executions.
    pub executions: u64,
    /// The seed of the random numbers.
    pub seed: u64,
    /// The seconds that each execution takes.
    pub durations: Vec<f64>,
    /// The US dollars that a million executions like each cost, for the machine's type: transitions of Standard
    /// executions, without children; starts, time and memory of Express ones.
    pub dollars: Vec<f64>,
    /// The seconds from start to end.
    pub duration: Spread,
    /// The state transitions that AWS bills for Standard executions: one for each state that is entered, and one for
    /// each retry.
    pub transitions: Spread,
    /// The number of retries.
    pub retries: Spread,
    /// The number of events in the history.
    pub events: Spread,
    /// The ends of executions, the most frequent first.
    pub outcomes: Vec<Outcome>,
    /// The states, in the order of the definition.
    pub states: Vec<StateShare>,
    /// The gains of faster tasks, the largest mean first; empty if they were not computed.
    pub gains: Vec<Gain>,
    /// The cost of the executions of a month, by [`prices`](Self::prices). Types that the definition does not allow are omitted.
    pub costs: Vec<Cost>,
    /// What is billed.
    pub billing: Billing,
    /// The prices that the costs are computed with.
    pub prices: Prices,
    /// What an execution uses on average.
    pub usage: Usage,
    /// The type that the machine cannot have, with the reason.
    pub not_possible: Option<(MachineType, String)>,
    /// The numbers of executions that exceed limits of AWS.
    pub beyond: Beyond,
    /// Notes on doubtful parts of the model.
    pub notes: Vec<String>,
}

impl SimulationReport {
    pub(super) fn no_other_type(&mut self, other: MachineType, error: &DefinitionError) {
        let reason = match error {
            DefinitionError::Invalid(found) => found.first().map(|first| first.message()).unwrap_or_default(),
            error => error.to_string(),
        };
        self.costs.retain(|cost| cost.machine_type != other);
        self.not_possible = Some((other, reason));
    }

    /// Returns the share of executions that succeed, from 0 to 1.
    pub fn success_share(&self) -> f64 {
        self.outcomes.iter().filter(|outcome| outcome.status == "SUCCEEDED").map(|outcome| outcome.share).sum()
    }

    /// Returns whether an execution exceeds a limit of AWS for its type or never ends.
    pub fn exceeds_limits(&self) -> bool {
        let Beyond { express_time, events, endless } = self.beyond;
        (self.machine_type == MachineType::Express && express_time > 0) || events > 0 || endless > 0
    }

    fn left_out(&self) -> &'static [&'static str] {
        LEFT_OUT.get(..LEFT_OUT.len() - usize::from(self.billing.free_tier)).unwrap_or_default()
    }

    /// Returns where the cheaper type changes, if the definition allows both types.
    pub fn crossover(&self) -> Option<Crossover> {
        self.not_possible.is_none().then(|| Crossover::of(&self.usage, self.billing, &self.prices))
    }

    /// Returns the gain that is certainly larger than all others by a number, with 95 % confidence. `None` if there is none.
    fn best(&self, by: impl Fn(&Spread) -> f64) -> Option<&Gain> {
        let mean = |gain: &Gain| interval(gain.parts.iter().map(&by)).0;
        let best = self.gains.iter().max_by(|one, other| mean(one).total_cmp(&mean(other)))?;
        let beats = |other: Option<&Gain>| {
            let own = best.parts.iter().enumerate();
            let others = own.map(|(at, own)| by(own) - other.and_then(|other| other.parts.get(at)).map_or(0.0, &by));
            let (mean, half) = interval(others);
            mean - half > 0.0
        };
        let others = self.gains.iter().filter(|other| !std::ptr::eq(*other, best));
        others.map(Some).chain([None]).all(beats).then_some(best)
    }

    /// Converts the report to JSON. Times are in seconds, and costs are in US dollars for the executions of a month.
    pub fn to_json(&self) -> Value {
        let costs = self.costs.iter().map(|cost| {
            json!({
                "type": cost.machine_type.as_str(), "total": cost.total(), "transitions": cost.transitions,
                "requests": cost.requests, "duration": cost.duration, "memory": cost.memory,
            })
        });
        let not_possible =
            self.not_possible.as_ref().map(|(kind, reason)| json!({ "type": kind.as_str(), "reason": reason }));
        json!({
            "name": self.name,
            "type": self.machine_type.as_str(),
            "executions": self.executions,
            "seed": self.seed,
            "duration": self.duration,
            "transitions": self.transitions,
            "retries": self.retries,
            "events": self.events,
            "outcomes": self.outcomes,
            "states": self.states,
            "gains": self.gains,
            "costs": costs.collect::<Vec<_>>(),
            "billing": self.billing,
            "express_from": self.crossover().map(|found| match found {
                Crossover::From(executions) => json!(executions),
                Crossover::Always(MachineType::Express) => json!(1),
                Crossover::Always(_) => Value::Null,
            }),
            "not_possible": not_possible,
            "prices": {
                "region": self.prices.region, "date": self.prices.date, "source": self.prices.source, "left_out": self.left_out(),
            },
            "beyond": self.beyond,
            "notes": self.notes,
        })
    }
}

/// Formats a time.
pub fn time(seconds: f64) -> String {
    match seconds.abs() {
        below if below < 0.0005 => "0 s".to_owned(),
        below if below < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        below if below < 120.0 => format!("{seconds:.2} s"),
        below if below < 7200.0 => format!("{:.1} min", seconds / 60.0),
        below if below < 172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

/// Formats an amount in US dollars.
pub fn dollars(dollars: f64) -> String {
    format!("${dollars:.2}")
}

/// Formats a number of executions.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
fn count(executions: f64) -> String {
    thousands(executions.round() as u64)
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Formats rows in columns. The first column is left-aligned; the others are numbers and right-aligned.
fn table(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    for row in rows {
        let mut line = String::from("  ");
        for (column, cell) in row.iter().enumerate() {
            let width = width(column).unwrap_or_default();
            if column == 0 {
                line.push_str(&format!("{cell:<width$}"));
            } else {
                line.push_str(&format!("  {cell:>width$}"));
            }
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

fn row(cells: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    cells.into_iter().map(Into::into).collect()
}

impl fmt::Display for SimulationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let type_of = self.machine_type.title();
        writeln!(f, "{}: {} {type_of} executions, seed {}\n", self.name, thousands(self.executions), self.seed)?;
        let spread = |name: &str, spread: Spread, words: fn(f64) -> String| {
            let Spread { mean, p50, p90, p99, max } = spread;
            std::iter::once(name.to_owned()).chain([mean, p50, p90, p99, max].map(words)).collect::<Vec<_>>()
        };
        table(
            f,
            &[
                row(["", "mean", "p50", "p90", "p99", "max"]),
                spread("duration", self.duration, time),
                spread("transitions", self.transitions, number),
                spread("retries", self.retries, number),
                spread("events", self.events, number),
            ],
        )?;
        writeln!(f, "\noutcomes")?;
        let outcomes = self.outcomes.iter().map(|outcome| {
            let error = outcome.error.as_ref().map(|error| format!(" {error}")).unwrap_or_default();
            row([format!("{}{error}", outcome.status), percent(outcome.share), thousands(outcome.executions)])
        });
        table(f, &outcomes.collect::<Vec<_>>())?;
        writeln!(f, "\nstates, in an execution")?;
        let mut states = vec![row(["", "visits", "retries", "time", "share"])];
        states.extend(self.states.iter().map(|state| {
            row([
                state.state.clone(),
                number(state.visits),
                number(state.retries),
                state.time.map_or_else(|| "-".to_owned(), time),
                state.share.map_or_else(|| "-".to_owned(), percent),
            ])
        }));
        table(f, &states)?;
        self.write_gains(f)?;
        self.write_costs(f)?;
        self.write_beyond(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

impl SimulationReport {
    fn write_gains(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.gains.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nif the tasks of a state took half of their time, executions would be shorter by")?;
        let mut gains = vec![row(["", "mean", "±", "p50", "p99"])];
        gains.extend(self.gains.iter().map(|Gain { state, mean, mean_within, p50, p99, .. }| {
            let within = if mean_within.is_finite() { time(*mean_within) } else { "-".to_owned() };
            row([state.clone(), time(*mean), within, time(*p50), time(*p99)])
        }));
        table(f, &gains)?;
        let (median, tail) = (self.best(|gain| gain.p50), self.best(|gain| gain.p99));
        match (median, tail) {
            (Some(median), Some(tail)) if median.state == tail.state => {
                writeln!(f, "  make `{}` faster: it moves the median and the 99th percentile most", median.state)
            }
            (Some(median), Some(tail)) => {
                writeln!(f, "  make `{}` faster for the median, `{}` for the 99th percentile", median.state, tail.state)
            }
            (Some(median), None) => writeln!(f, "  make `{}` faster for the median", median.state),
            (None, Some(tail)) => writeln!(f, "  make `{}` faster for the 99th percentile", tail.state),
            (None, None) => {
                writeln!(
                    f,
                    "  no task moves the median or the 99th percentile more than the others, with 95 % confidence"
                )
            }
        }
    }

    fn write_costs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Billing { executions, free_tier } = self.billing;
        let free = if free_tier { ", with the free tier" } else { "" };
        writeln!(
            f,
            "\ncost of {} executions in a month{free}, by AWS's prices for {} of {}",
            count(executions),
            self.prices.region,
            self.prices.date
        )?;
        let rows = self.costs.iter().map(|cost| {
            let mut parts = Vec::new();
            if cost.machine_type == MachineType::Standard {
                parts.push(format!("{} for transitions", dollars(cost.transitions)));
            }
            if cost.requests > 0.0 {
                let (of, memory) = match cost.machine_type {
                    MachineType::Express => ("", format!(" at {:.0} MB", cost.memory)),
                    MachineType::Standard => (" of Express children", String::new()),
                };
                parts.push(format!("{} for requests{of}", dollars(cost.requests)));
                parts.push(format!("{} for time{memory}", dollars(cost.duration)));
            }
            row([format!("{:<8}  {:>10}  {}", cost.machine_type.title(), dollars(cost.total()), parts.join(", "))])
        });
        table(f, &rows.collect::<Vec<_>>())?;
        match self.crossover() {
            Some(Crossover::From(executions)) => {
                writeln!(f, "  Express costs less from {} executions in a month", count(executions))?;
            }
            Some(Crossover::Always(kind)) => writeln!(f, "  {} costs less for any number of executions", kind.title())?,
            None => {}
        }
        if let Some((kind, reason)) = &self.not_possible {
            writeln!(f, "  {} is not possible: {reason}", kind.title())?;
        }
        writeln!(f, "  left out: {}", self.left_out().join("; "))?;
        writeln!(f, "  source: {}", self.prices.source)
    }

    fn write_beyond(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Beyond { express_time, events, endless } = self.beyond;
        let of = |count: u64| format!("{} of {} executions", thousands(count), thousands(self.executions));
        let could_be_express = self.costs.iter().any(|cost| cost.machine_type == MachineType::Express);
        let mut lines = Vec::new();
        if express_time > 0 && self.machine_type == MachineType::Express {
            lines.push(format!(
                "limit: {} are ended after five minutes, which is all that Express executions have",
                of(express_time)
            ));
        } else if express_time > 0 && could_be_express {
            lines.push(format!("as Express, {} would be ended after five minutes", of(express_time)));
        }
        if events > 0 {
            lines.push(format!("limit: {} are ended by the limit of 25,000 history events", of(events)));
        }
        if endless > 0 {
            lines.push(format!("limit: {} never end: a task is not answered and does not time out", of(endless)));
        }
        if !lines.is_empty() {
            writeln!(f)?;
        }
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
