//! The report of a simulation.

use std::fmt;

use serde_json::{Value, json};
use workflow_asl::printable::thousands;
use workflow_local::{DefinitionError, MachineType};

use super::price::{Cost, LEFT_OUT, PRICES};

/// The mean, percentiles and largest of many numbers. A percentile is the least of the numbers that so many in a hundred are
/// not above.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The median.
    pub p50: f64,
    /// 90 in a hundred are not above it.
    pub p90: f64,
    /// 99 in a hundred are not above it.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of numbers that are given in parts of the unit.
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

    fn to_json(self) -> Value {
        let Self { mean, p50, p90, p99, max } = self;
        json!({ "mean": mean, "p50": p50, "p90": p90, "p99": p99, "max": max })
    }
}

/// A way in which executions end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// The status in the API, such as `SUCCEEDED`; `RUNNING` for executions that never end.
    pub status: String,
    /// The error's name, of those that did not succeed.
    pub error: Option<String>,
    /// The number of executions.
    pub executions: u64,
    /// Their share, from 0 to 1.
    pub share: f64,
}

/// A state in one execution, on average.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StateShare {
    /// Its name.
    pub state: String,
    /// How often it is entered.
    pub visits: f64,
    /// How often it is tried again.
    pub retries: f64,
    /// Seconds from entering it to leaving it, with its retries and what is inside it; `None` for the states in a distributed
    /// map, whose children have histories of their own.
    pub time: Option<f64>,
    /// That time as a share of the execution's. Branches run beside each other, so that the shares of states can add up
    /// to more than 1.
    pub share: Option<f64>,
}

/// The gain of executions if the tasks of a state took half of their time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Gain {
    /// The state.
    pub state: String,
    /// By how many seconds the mean of durations would be less.
    pub mean: f64,
    /// By how many seconds the median would be less.
    pub p50: f64,
    /// By how many seconds the 99th percentile would be less.
    pub p99: f64,
}

/// The numbers of executions that exceed limits of AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beyond {
    /// Longer than five minutes, after which AWS ends an Express execution. Of a Standard machine, those that would be ended if
    /// it were Express.
    pub express_time: u64,
    /// Ended by the limit of 25,000 history events of Standard executions.
    pub events: u64,
    /// Never ending: a task is not answered and does not time out.
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
    /// Seconds from start to end.
    pub duration: Spread,
    /// State transitions as AWS bills them for Standard executions: one for each state that is entered, and one for each
    /// retry.
    pub transitions: Spread,
    /// Retries.
    pub retries: Spread,
    /// Events of the history.
    pub events: Spread,
    /// The ends of executions, the most frequent first.
    pub outcomes: Vec<Outcome>,
    /// The states, in the order of the definition.
    pub states: Vec<StateShare>,
    /// The gains of faster tasks, the largest by the mean first; empty if they were not tried.
    pub gains: Vec<Gain>,
    /// The cost of a million executions, by [`PRICES`]; those of a type that the definition does not allow are left out.
    pub costs: Vec<Cost>,
    /// Why the machine could not be of the other type.
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

    /// The share of executions that succeed, from 0 to 1.
    pub fn success_share(&self) -> f64 {
        self.outcomes.iter().filter(|outcome| outcome.status == "SUCCEEDED").map(|outcome| outcome.share).sum()
    }

    /// Returns whether some execution exceeds a limit of AWS for its type, or never ends.
    pub fn exceeds_limits(&self) -> bool {
        let Beyond { express_time, events, endless } = self.beyond;
        (self.machine_type == MachineType::Express && express_time > 0) || events > 0 || endless > 0
    }

    /// The gain that is largest by a number; `None` if no task has one.
    fn best(&self, by: impl Fn(&Gain) -> f64) -> Option<&Gain> {
        let best = self.gains.iter().max_by(|one, other| by(one).total_cmp(&by(other)));
        best.filter(|gain| by(gain) > 0.0)
    }

    /// The report for programs. Times are in seconds, costs in US dollars for a million executions.
    pub fn to_json(&self) -> Value {
        let outcomes = self.outcomes.iter().map(|outcome| {
            json!({ "status": outcome.status, "error": outcome.error, "executions": outcome.executions, "share": outcome.share })
        });
        let states = self.states.iter().map(|state| {
            json!({ "state": state.state, "visits": state.visits, "retries": state.retries, "time": state.time, "share": state.share })
        });
        let gains = self
            .gains
            .iter()
            .map(|gain| json!({ "state": gain.state, "mean": gain.mean, "p50": gain.p50, "p99": gain.p99 }));
        let costs = self.costs.iter().map(|cost| {
            json!({
                "type": cost.machine_type.name(), "total": cost.total(), "transitions": cost.transitions,
                "requests": cost.requests, "duration": cost.duration, "memory": cost.memory,
            })
        });
        let not_possible =
            self.not_possible.as_ref().map(|(kind, reason)| json!({ "type": kind.name(), "reason": reason }));
        json!({
            "name": self.name,
            "type": self.machine_type.name(),
            "executions": self.executions,
            "seed": self.seed,
            "duration": self.duration.to_json(),
            "transitions": self.transitions.to_json(),
            "retries": self.retries.to_json(),
            "events": self.events.to_json(),
            "outcomes": outcomes.collect::<Vec<_>>(),
            "states": states.collect::<Vec<_>>(),
            "gains": gains.collect::<Vec<_>>(),
            "costs": costs.collect::<Vec<_>>(),
            "not_possible": not_possible,
            "prices": { "region": PRICES.region, "date": PRICES.date, "source": PRICES.source, "left_out": LEFT_OUT },
            "beyond": {
                "express_time": self.beyond.express_time, "events": self.beyond.events, "endless": self.beyond.endless,
            },
            "notes": self.notes,
        })
    }
}

/// A time for people.
fn time(seconds: f64) -> String {
    match seconds.abs() {
        below if below < 0.0005 => "0 s".to_owned(),
        below if below < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        below if below < 120.0 => format!("{seconds:.2} s"),
        below if below < 7200.0 => format!("{:.1} min", seconds / 60.0),
        below if below < 172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

/// A mean or a count.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Rows in columns: the first column is words, the others are numbers, on the right.
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
    /// The report for people.
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
        let mut gains = vec![row(["", "mean", "p50", "p99"])];
        gains.extend(
            self.gains.iter().map(|gain| row([gain.state.clone(), time(gain.mean), time(gain.p50), time(gain.p99)])),
        );
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
            (None, None) => writeln!(f, "  no task moves the median or the 99th percentile"),
        }
    }

    fn write_costs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\ncost of a million executions in a month, by AWS's prices for {} of {}",
            PRICES.region, PRICES.date
        )?;
        let dollars = |dollars: f64| format!("${dollars:.2}");
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
        if let Some((kind, reason)) = &self.not_possible {
            writeln!(f, "  {} is not possible: {reason}", kind.title())?;
        }
        writeln!(f, "  left out: {}", LEFT_OUT.join("; "))?;
        writeln!(f, "  source: {}", PRICES.source)
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
