//! Compares a played execution with the recorded one, lane by lane.

use std::collections::BTreeSet;
use std::mem::discriminant;

use serde_json::{Value, json};
use workflow_graph::history::Status as VisitStatus;
use workflow_local::{EventType, Instant, Status};

use super::difference::{DataDifference, Difference, End};
use super::json_path::{PathDifference, differences};
use super::matching::Recorded;
use super::noted::Fact;
use super::play::{Played, PlayedRun};
use super::recording::status_of;
use super::trace::Trace;

/// The differences of a played execution from the recorded one.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) difference: Option<Difference>,
    /// The first earlier state with different data.
    pub(super) since: Option<DataDifference>,
    /// The paths of ignored values, which come from the clock, random numbers or names.
    pub(super) ignored: BTreeSet<String>,
}

/// Compares an execution with the recorded one. `others` are the same execution at another time, with other random
/// numbers and other names: values that differ between them are ignored.
pub(super) fn compare(played: &Played<'_>, others: &[Played<'_>]) -> Compared {
    let mut comparison = Comparison { cut: played.missing.is_some(), ..Comparison::default() };
    let others: Vec<_> = others.iter().map(|other| &other.run).collect();
    comparison.run(&played.run, &others, None);
    let Comparison { found, mut data, ignored, .. } = comparison;
    let first =
        found.into_iter().min_by_key(|found| (found.weak, found.time, found.file_order, found.difference.event));
    data.sort_by_key(|(time, data)| (*time, data.event));
    let since = data.into_iter().next();
    let since = since.filter(|(time, data)| {
        first.as_ref().is_some_and(|first| (*time, data.event) < (first.time, first.difference.event))
    });
    Compared { difference: first.map(|found| found.difference), since: since.map(|(_, data)| data), ignored }
}

impl Compared {
    /// Returns whether a different state follows, or the ends differ.
    pub(super) fn parts_ways(&self) -> bool {
        self.difference.as_ref().is_some_and(|difference| [STATE, END].contains(&difference.kind))
    }

    /// Returns whether this comparison has fewer differences, or later ones.
    pub(super) fn comes_further_than(&self, other: &Self) -> bool {
        match (&self.difference, &other.difference) {
            (None, other) => other.is_some(),
            (Some(own), Some(other)) => own.event > other.event,
            (Some(_), None) => false,
        }
    }
}

/// The kinds of differences after which the paths part.
const STATE: &str = "other state";
const END: &str = "other end";

/// A kind of difference, the difference as words about the state, and the recorded and replayed value of that kind.
type Differs = (&'static str, String, Option<[Value; 2]>);

struct Found {
    /// Whether the difference may be the consequence of another one.
    weak: bool,
    time: Instant,
    /// A child's events come before its parent's events at the same time.
    file_order: usize,
    difference: Difference,
}

#[derive(Default)]
struct Comparison {
    /// Whether a missing answer ended the played execution early.
    cut: bool,
    found: Vec<Found>,
    data: Vec<(Instant, DataDifference)>,
    ignored: BTreeSet<String>,
}

/// A played run and the recorded one.
#[derive(Clone, Copy)]
struct Pair<'p> {
    run: &'p PlayedRun<'p>,
    recorded: &'p Recorded,
    others: &'p [&'p PlayedRun<'p>],
    file: Option<&'p str>,
}

impl Comparison {
    fn run<'p>(&mut self, run: &'p PlayedRun<'p>, others: &[&'p PlayedRun<'p>], file: Option<&str>) {
        let Some(recorded) = run.recorded else { return };
        let pair = Pair { run, recorded, others, file };
        if file.is_some()
            && let (Some(old), Some(new)) = (recorded.trace.input(), run.trace.input())
        {
            let paths = self.paths(old, new, pair.others_values(|other| other.input().map(|input| input.value())));
            if !paths.is_empty() {
                let differs = ("other input of a child", "gives a child execution another input".to_owned(), None);
                self.note(pair, false, (1, None), differs, paths);
            }
        }
        for (number, lane) in &run.trace.lanes {
            let same = run.trace.same_lane(&recorded.trace, *number);
            if let Some(other) = same.and_then(|lane| recorded.trace.lanes.get(&lane)) {
                self.lane(pair, &lane.visits, &other.visits, lane.parent.is_none());
            }
        }
        for (place, child) in &run.children {
            let same = |other: &&'p PlayedRun<'p>| {
                other.children.get(&(run.trace.same_visit(&other.trace, place.0)?, place.1))
            };
            let others: Vec<_> = others.iter().filter_map(same).collect();
            let file = child.recorded.map(|recorded| recorded.file.as_str());
            self.run(child, &others, file.or(Some("")));
        }
        self.end(pair);
    }

    fn note(
        &mut self,
        pair: Pair<'_>,
        weak: bool,
        (event, state): (u64, Option<&str>),
        (kind, words, values): Differs,
        paths: Vec<PathDifference>,
    ) {
        let time = pair.recorded.trace.event(event).map_or(Instant::from_millis(i64::MAX), |noted| noted.time);
        let message = match state {
            _ if kind == END => words,
            Some(state) => format!("`{state}` {words}"),
            None => format!("the start {words}"),
        };
        let (state, file) = (state.map(str::to_owned), pair.file.map(str::to_owned));
        let difference = Difference { event, state, kind, message, paths, values, file };
        self.found.push(Found { weak, time, file_order: usize::from(pair.file.is_none()), difference });
    }

    fn lane(&mut self, pair: Pair<'_>, new: &[usize], old: &[usize], is_whole: bool) {
        let (now, then) = (&pair.run.trace, &pair.recorded.trace);
        let stopped = |trace: &Trace, visits: &[usize]| {
            let last = visits.last().and_then(|visit| trace.visit(*visit));
            last.is_none_or(|visit| matches!(visit.status, VisitStatus::Aborted | VisitStatus::Running))
        };
        for at in 0..new.len().max(old.len()) {
            let before = at.checked_sub(1).and_then(|at| old.get(at)).and_then(|visit| then.visit(*visit));
            let state = before.map(|visit| visit.state.as_str());
            let recorded = old.get(at).and_then(|visit| then.visit(*visit));
            let replayed = new.get(at).and_then(|visit| now.visit(*visit));
            let (event, weak) = match (recorded, replayed) {
                (Some(recorded), Some(replayed)) if recorded.state == replayed.state => {
                    if let (Some(old), Some(new)) = (old.get(at), new.get(at)) {
                        self.visit(pair, *new, *old);
                    }
                    continue;
                }
                (Some(recorded), Some(_)) => (recorded.entered, false),
                (Some(_), None) if self.cut => return,
                (Some(recorded), None) => (recorded.entered, !is_whole && stopped(now, new)),
                (None, _) => {
                    let last = old.last().and_then(|visit| then.visit(*visit)).filter(|_| !is_whole);
                    let end = || then.noted.last().map_or(0, |noted| noted.id);
                    let event = last.map_or_else(end, |last| last.exited.unwrap_or(last.entered));
                    (event, !is_whole && stopped(then, old))
                }
            };
            let [recorded, replayed] = [recorded, replayed].map(|visit| visit.map(|visit| visit.state.as_str()));
            let named = |state: Option<&str>| state.map_or("the end".to_owned(), |state| format!("`{state}`"));
            let words = format!("is followed by {} instead of {}", named(replayed), named(recorded));
            let differs = (STATE, words, Some([recorded.into(), replayed.into()]));
            return self.note(pair, weak, (event, state), differs, Vec::new());
        }
    }

    fn visit(&mut self, pair: Pair<'_>, new: usize, old: usize) {
        let (now, then) = (&pair.run.trace, &pair.recorded.trace);
        let Some((recorded, replayed)) = then.visit(old).zip(now.visit(new)) else { return };
        let state = Some(recorded.state.as_str());
        let (calls, asked) = (then.calls(old), now.calls(new));
        for (number, call) in calls.iter().enumerate() {
            match asked.get(number) {
                Some(asked) if asked.called.resource == call.called.resource => {
                    let others = pair.others_of(new, |trace, visit| {
                        trace.calls(visit).get(number).map(|call| call.called.parameters.value())
                    });
                    let paths = self.paths(&call.called.parameters, &asked.called.parameters, others);
                    if !paths.is_empty() {
                        let differs = ("other request", "calls its task with other data".to_owned(), None);
                        self.note(pair, false, (call.scheduled, state), differs, paths);
                    }
                }
                Some(_) => {}
                None if self.cut => {}
                None => {
                    let weak = replayed.status == VisitStatus::Aborted;
                    let times = |count: usize| if count == 1 { "once".to_owned() } else { format!("{count} times") };
                    let words = format!("tries its task {}, recorded {}", times(asked.len()), times(calls.len()));
                    let differs = ("fewer attempts", words, Some([calls.len().into(), asked.len().into()]));
                    self.note(pair, weak, (call.scheduled, state), differs, Vec::new());
                    break;
                }
            }
        }
        if let (Some(was), Some(is)) = (then.items(old), now.items(new))
            && was != is
        {
            let words = format!("has {is} items, recorded {was}");
            let differs = ("other number of items", words, Some([was.into(), is.into()]));
            self.note(pair, false, (recorded.entered + 1, state), differs, Vec::new());
        }
        self.data(pair, new, old);
    }

    /// Compares the output and variables of a state.
    fn data(&mut self, pair: Pair<'_>, new: usize, old: usize) {
        let (now, then) = (&pair.run.trace, &pair.recorded.trace);
        let (Some(left), Some(leaves)) = (then.exit(old), now.exit(new)) else { return };
        let (Fact::Output(recorded, variables), Fact::Output(replayed, assigned)) = (&left.fact, &leaves.fact) else {
            return;
        };
        let others = pair.others_of(new, |trace, visit| match &trace.exit(visit)?.fact {
            Fact::Output(output, _) => Some(output.value()),
            _ => None,
        });
        let mut paths = self.paths(recorded, replayed, others);
        for (name, value) in assigned {
            let Some((_, before)) = variables.iter().find(|(known, _)| known == name) else { continue };
            let others = pair.others_of(new, |trace, visit| match &trace.exit(visit)?.fact {
                Fact::Output(_, assigned) => {
                    assigned.iter().find(|(known, _)| known == name).map(|(_, value)| value.value())
                }
                _ => None,
            });
            let found = self.paths(before, value, others);
            paths.extend(found.into_iter().map(|mut path| {
                path.path.insert_str(1, name);
                path
            }));
        }
        if !paths.is_empty()
            && let Some(visit) = then.visit(old)
        {
            self.data.push((left.time, DataDifference { event: left.id, state: visit.state.clone(), paths }));
        }
    }

    fn end(&mut self, pair: Pair<'_>) {
        let (Some(old), Some(new)) = (end_of(&pair.recorded.trace), end_of(&pair.run.trace)) else { return };
        if self.cut && new.status == Status::Running {
            return;
        }
        let others = pair.others_values(|other| match &other.noted.last()?.fact {
            Fact::Result(output) => Some(output.value()),
            _ => None,
        });
        let paths = match (&old.output, &new.output) {
            (Some(old), Some(new)) => self.paths(old, new, others),
            _ => Vec::new(),
        };
        // The service words the causes of its own errors.
        let by_fail = |trace: &Trace| {
            trace.noted.iter().rev().nth(1).is_some_and(|noted| noted.kind == Some(EventType::FailStateEntered))
        };
        let worded = old.error.as_deref().is_some_and(|error| error.starts_with("States."));
        let compares = !worded && by_fail(&pair.recorded.trace) && by_fail(&pair.run.trace);
        let texts = |end: &End| json!({ "error": end.error, "cause": end.cause.as_ref().filter(|_| compares) });
        let others = pair.others.iter().filter_map(|other| end_of(&other.trace));
        let others: Vec<Value> = others.map(|end| texts(&end)).collect();
        let has_other_texts = !self.paths(&texts(&old), &texts(&new), others.iter().collect()).is_empty();
        if old.status != new.status || has_other_texts || !paths.is_empty() {
            let event = pair.recorded.trace.noted.last().map_or(0, |noted| noted.id);
            let last = pair.run.trace.lanes.values().find(|lane| lane.parent.is_none());
            let last = last.and_then(|lane| pair.run.trace.visit(*lane.visits.last()?));
            let state = last.map(|visit| visit.state.as_str());
            let is_output = old.status == new.status && !paths.is_empty();
            let words = if is_output {
                "the output is another one".to_owned()
            } else {
                format!("it ends {new}, recorded {old}")
            };
            let differs = (END, words, Some([old.to_json(), new.to_json()]));
            self.note(pair, false, (event, state), differs, paths);
        }
    }

    /// Returns the differences that do not come from the clock, random numbers or names.
    fn paths(&mut self, recorded: &Value, replayed: &Value, others: Vec<&Value>) -> Vec<PathDifference> {
        let mut found = differences(recorded, replayed);
        if found.is_empty() {
            return found;
        }
        let volatile = others.into_iter().flat_map(|other| differences(replayed, other));
        let volatile: Vec<String> = volatile.map(|difference| difference.path).collect();
        found.retain(|difference| {
            let values = difference.recorded.as_ref().zip(difference.replayed.as_ref());
            let is_same_type = values.is_some_and(|(one, other)| discriminant(one) == discriminant(other));
            // The context object has it since November 2023.
            let is_new = difference.recorded.is_none() && difference.path.ends_with(".Execution.RedriveCount");
            let ignored = is_same_type && volatile.contains(&difference.path) || is_new;
            if ignored {
                self.ignored.insert(difference.path.clone());
            }
            !ignored
        });
        found
    }
}

impl<'p> Pair<'p> {
    /// Returns the values of the same visit in the other executions.
    fn others_of(self, visit: usize, value: impl Fn(&'p Trace, usize) -> Option<&'p Value>) -> Vec<&'p Value> {
        self.others_values(|trace| value(trace, self.run.trace.same_visit(trace, visit)?))
    }

    /// Returns a value of each of the other executions.
    fn others_values(self, value: impl Fn(&'p Trace) -> Option<&'p Value>) -> Vec<&'p Value> {
        self.others.iter().filter_map(|other| value(&other.trace)).collect()
    }
}

pub(super) fn end_of(trace: &Trace) -> Option<End> {
    let last = trace.noted.last()?;
    let status = last.kind.and_then(status_of).unwrap_or(Status::Running);
    let mut end = End { status, output: None, error: None, cause: None };
    match &last.fact {
        Fact::Result(output) if status == Status::Succeeded => end.output = Some(output.value().clone()),
        Fact::Failed(error) => {
            end.error = error.error.as_deref().map(str::to_owned);
            end.cause.clone_from(&error.cause);
        }
        _ => {}
    }
    Some(end)
}
