//! A history as visits of states: the input, output, attempts and errors of each.
//!
//! It is read from the events of `GetExecutionHistory`
//! (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>), in the format that AWS and
//! the AWS CLI print. Unknown events are kept and reported in the notes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workflow_asl::error_name::TIMEOUT;
use workflow_asl::timestamp;

/// The events of one execution, and the visits derived from them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct History {
    /// The events, ordered by id.
    pub events: Vec<Event>,
    /// Each visit of a state, in the order of the events.
    pub visits: Vec<Visit>,
    /// The status of the execution.
    pub status: Status,
    /// What is missing from the history or unknown in it.
    pub notes: Vec<String>,
    /// The position of each event.
    places: BTreeMap<u64, ThreadPosition>,
    threads: usize,
    /// The threads of items that have ended.
    over: BTreeSet<usize>,
    /// The event with which each parallel and map last began its branches or items.
    begun: BTreeMap<usize, u64>,
    /// The visits that the last redrive, an event with this id, continues, as they were before.
    redriven: (u64, BTreeMap<usize, Visit>),
}

/// An event of an execution.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The event's id.
    pub id: u64,
    /// The id of the previous event; 0 for none.
    pub previous: u64,
    /// Milliseconds since 1970; `None` if the event has no valid timestamp.
    pub time: Option<i64>,
    /// The event's type.
    pub kind: String,
    /// The other members of the event.
    pub details: Value,
    /// The index of the visit that the event belongs to.
    pub visit: Option<usize>,
}

/// One visit of a state.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Visit {
    /// The state's name.
    pub state: String,
    /// The type of the state, as in the names of its events.
    pub kind: String,
    /// The index of the visit of the enclosing parallel or map.
    pub parent: Option<usize>,
    /// The index of the map's item that the visit belongs to.
    pub item: Option<u64>,
    /// The thread that the visit runs in: 0 for the execution itself, another number for each branch and each item.
    pub thread: usize,
    /// The id of the event that entered the state.
    pub entered: u64,
    /// The id of the event that exited the state.
    pub exited: Option<u64>,
    /// The id of the event with which the visit ended: that of its exit, or the one that ended what is around it.
    pub ended: Option<u64>,
    /// The status of the visit.
    pub status: Status,
    /// The attempts of a task.
    pub attempts: Vec<Attempt>,
    /// The error of the last failure.
    pub error: Option<String>,
    /// The start and end, in milliseconds since 1970.
    pub time: (Option<i64>, Option<i64>),
}

impl Visit {
    /// Returns whether the visit has ended: the state was exited, failed for good or was aborted.
    pub fn has_ended(&self) -> bool {
        self.exited.is_some() || self.time.1.is_some()
    }

    /// Ends the visit with an event and its time, if it has not ended.
    fn end(&mut self, (event, time): (u64, Option<i64>)) {
        self.ended = self.ended.or(Some(event));
        self.time.1 = self.time.1.or(time);
    }
}

/// One attempt of a task.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Attempt {
    /// The id of the event that scheduled it.
    pub scheduled: u64,
    /// The id of the event that ended it.
    pub ended: Option<u64>,
    /// The error of the attempt.
    pub error: Option<String>,
    /// The start and end, in milliseconds since 1970.
    pub time: (Option<i64>, Option<i64>),
}

/// The status of an execution, a visit or an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It has not ended in this history.
    #[default]
    Running,
    /// It succeeded.
    Succeeded,
    /// It failed, and a catcher handled the error.
    Caught,
    /// It failed.
    Failed,
    /// It timed out.
    TimedOut,
    /// It was aborted.
    Aborted,
}

impl Status {
    /// Returns the status as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Caught => "caught",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Aborted => "aborted",
        }
    }
}

/// The suffixes of the names of events that begin and that end an attempt of a task.
const SCHEDULED: [&str; 3] = ["TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"];
const ENDS_ATTEMPT: [&str; 6] = ["Succeeded", "Failed", "TimedOut", "ScheduleFailed", "StartFailed", "SubmitFailed"];

/// The known events that do not belong to states.
const KNOWN: [&str; 34] = [
    "ActivityFailed",
    "ActivityScheduled",
    "ActivityScheduleFailed",
    "ActivityStarted",
    "ActivitySucceeded",
    "ActivityTimedOut",
    "EvaluationFailed",
    "ExecutionAborted",
    "ExecutionFailed",
    "ExecutionRedriven",
    "ExecutionStarted",
    "ExecutionSucceeded",
    "ExecutionTimedOut",
    "LambdaFunctionFailed",
    "LambdaFunctionScheduled",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStarted",
    "LambdaFunctionStartFailed",
    "LambdaFunctionSucceeded",
    "LambdaFunctionTimedOut",
    "MapIterationAborted",
    "MapIterationFailed",
    "MapIterationStarted",
    "MapIterationSucceeded",
    "MapRunAborted",
    "MapRunFailed",
    "MapRunRedriven",
    "MapRunStarted",
    "MapRunSucceeded",
    "TaskFailed",
    "TaskScheduled",
    "TaskStarted",
    "TaskStartFailed",
    "TaskSubmitFailed",
];
const KNOWN_TOO: [&str; 3] = ["TaskSubmitted", "TaskSucceeded", "TaskTimedOut"];

/// The suffixes of the names of events about states.
const OF_STATES: [&str; 6] =
    ["StateEntered", "StateExited", "StateStarted", "StateSucceeded", "StateFailed", "StateAborted"];

/// The position of a thread's events: in a visit, or between two visits.
#[derive(Clone, Copy, Debug, Default)]
struct ThreadPosition {
    visit: Option<usize>,
    /// The enclosing parallel or map, and the item of the map.
    parent: Option<usize>,
    item: Option<u64>,
    thread: usize,
    /// Whether branches begin here.
    forks: bool,
}

impl History {
    /// Reads the output of `aws stepfunctions get-execution-history`, or a list of events.
    ///
    /// # Errors
    /// Returns an error with the expected kinds if the value is neither.
    pub fn read(history: &Value) -> Result<Self, String> {
        let list = history.get("events").unwrap_or(history);
        let Some(list) = list.as_array() else {
            return Err("expected a list of events, or an object with `events`".to_owned());
        };
        let mut made = Self::default();
        let mut strange = 0;
        for event in list {
            match Event::read(event) {
                Some(event) => made.events.push(event),
                None => strange += 1,
            }
        }
        if made.events.is_empty() && strange > 0 {
            return Err("expected events with `id` and `type`".to_owned());
        }
        if strange > 0 {
            made.notes.push(format!("{strange} elements are not events: they have no `id` or no `type`."));
        }
        // The events may be in reverse order.
        made.events.sort_by_key(|event| event.id);
        let before = made.events.len();
        made.events.dedup_by_key(|event| event.id);
        if made.events.len() < before {
            made.notes.push(format!("{} events are duplicates and are shown once.", before - made.events.len()));
        }
        made.complete(history);
        let events = std::mem::take(&mut made.events);
        events.into_iter().for_each(|event| made.push(event));
        if made.status == Status::Running && !made.events.is_empty() {
            made.notes.push("The execution has not ended in this history.".to_owned());
        }
        Ok(made)
    }

    /// Adds notes about missing events.
    fn complete(&mut self, history: &Value) {
        if self.events.is_empty() {
            self.notes.push("The history has no events.".to_owned());
        }
        if let Some(first) = self.events.first().filter(|event| event.id > 1) {
            self.notes.push(format!("The history begins with event {}: earlier events are missing.", first.id));
        }
        let gaps = self.events.windows(2).filter(|pair| matches!(pair, [one, other] if other.id > one.id + 1)).count();
        if gaps > 0 {
            let places = if gaps == 1 { "one place".to_owned() } else { format!("{gaps} places") };
            self.notes.push(format!("Events are missing at {places}."));
        }
        let token =
            ["nextToken", "NextToken"].iter().any(|name| history.get(name).is_some_and(|token| !token.is_null()));
        if token {
            self.notes.push("The history is one page of several: later events are missing.".to_owned());
        }
        let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
        for event in &self.events {
            let kind = event.kind.as_str();
            let of_state = OF_STATES.iter().any(|end| kind.ends_with(end));
            if !of_state && !KNOWN.contains(&kind) && !KNOWN_TOO.contains(&kind) {
                *unknown.entry(kind).or_default() += 1;
            }
        }
        for (kind, count) in unknown {
            let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
            self.notes.push(format!("The event type `{kind}` is unknown; it occurs {times} and is only listed."));
        }
    }

    /// Adds the next event of an execution that is being followed. Its id is above all ids so far.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_graph::history::{Event, History};
    ///
    /// let mut history = History::default();
    /// let entered = json!({"id": 2, "type": "PassStateEntered", "stateEnteredEventDetails": {"name": "Greet"}});
    /// history.push(Event::read(&entered).ok_or("no event")?);
    /// assert_eq!(history.visits[0].state, "Greet");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn push(&mut self, mut event: Event) {
        let before = self.redriven_place(&event);
        let before = before.or_else(|| self.places.get(&event.previous).copied()).unwrap_or_default();
        let (id, time, kind) = (event.id, event.time, event.kind.as_str());
        let name = || event.detail("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = if let Some(of) = kind.strip_suffix("StateEntered") {
            let mut before = before;
            if std::mem::take(&mut before.forks) {
                self.threads += 1;
                before.thread = self.threads;
            }
            let place = self.enter(before, of, name(), id, time);
            ThreadPosition { visit: Some(place), ..before }
        } else if kind.ends_with("StateExited") {
            let name = name();
            let visit = self.up(before, |visit| visit.state == name && visit.exited.is_none());
            self.exit(visit, id, time)
        } else if kind == "MapIterationStarted" {
            let map = self.up(before, |visit| visit.kind == "Map");
            self.threads += 1;
            let item = event.detail("index").and_then(Value::as_u64);
            ThreadPosition { visit: None, parent: map, item, thread: self.threads, forks: false }
        } else if kind.starts_with("MapIteration") {
            let name = name();
            let map = self.up(before, |visit| visit.kind == "Map" && visit.state == name);
            self.end_item(map, event.detail("index").and_then(Value::as_u64), kind, (id, time));
            self.over.insert(before.thread);
            ThreadPosition { visit: map, ..self.around(map) }
        } else if kind == "ParallelStateStarted" {
            self.begun.extend(before.visit.map(|visit| (visit, id)));
            ThreadPosition { visit: None, parent: before.visit, forks: true, ..ThreadPosition::default() }
        } else if let Some(of) = OF_STATES.iter().find_map(|end| kind.strip_suffix(end)) {
            let visit = self.up(before, |visit| visit.kind == of && visit.exited.is_none());
            if kind.ends_with("StateStarted") {
                self.begun.extend(visit.map(|visit| (visit, id)));
            }
            self.settle(visit, kind, event.error(), (id, time));
            ThreadPosition { visit, ..self.around(visit) }
        } else if kind.starts_with("Execution") {
            self.status = match kind {
                "ExecutionSucceeded" => Status::Succeeded,
                "ExecutionFailed" => Status::Failed,
                "ExecutionTimedOut" => Status::TimedOut,
                "ExecutionAborted" => Status::Aborted,
                _ => Status::Running,
            };
            match self.status {
                Status::Running => self.resume(id),
                _ => self.end(before.visit, event.error(), (id, time)),
            }
            // A redriven execution continues where it failed.
            ThreadPosition { visit: None, ..before }
        } else {
            self.work(before.visit, &event);
            before
        };
        event.visit = place.visit.or(place.parent);
        self.places.insert(id, place);
        self.events.push(event);
    }

    /// Ends a visit whose state failed for good, or that was open when the execution ended.
    fn end(&mut self, visit: Option<usize>, error: Option<String>, at: (u64, Option<i64>)) {
        let status = self.status;
        let mut failed = visit;
        while let Some(visit) = failed.and_then(|visit| self.visits.get_mut(visit)) {
            if visit.exited.is_none() && status != Status::Succeeded {
                visit.status = if visit.kind == "Fail" { Status::Failed } else { status };
                visit.end(at);
                visit.error = visit.error.take().or_else(|| error.clone());
            }
            failed = visit.parent;
        }
        self.tell_inside(visit, error.as_deref());
        for visit in &mut self.visits {
            if visit.status == Status::Running && visit.exited.is_none() {
                visit.status = Status::Aborted;
                visit.end(at);
            }
        }
    }

    /// Reopens the visits that a redrive continues: those that failed or were aborted, and were not tried again since.
    fn resume(&mut self, id: u64) {
        let mut reopened = BTreeMap::new();
        for (number, visit) in self.visits.iter_mut().enumerate() {
            let is_last = |outer| self.begun.get(&outer).is_none_or(|begun| *begun < visit.entered);
            let is_inside = visit.parent.is_none_or(|outer| reopened.contains_key(&outer) && is_last(outer));
            let is_open = visit.exited.is_none() && visit.kind != "Fail" && visit.status != Status::Succeeded;
            if is_inside && is_open {
                reopened.insert(number, visit.clone());
                self.over.remove(&visit.thread);
                (visit.status, visit.error) = (Status::Running, None);
                (visit.ended, visit.time.1) = (None, None);
            }
        }
        self.redriven = (id, reopened);
    }

    /// Returns where an event continues that follows a redrive: only its kind and its details tell.
    fn redriven_place(&mut self, event: &Event) -> Option<ThreadPosition> {
        let (id, reopened) = &mut self.redriven;
        if *id == 0 || event.previous != *id {
            return None;
        }
        let (name, is_attempt) = (event.detail("name").and_then(Value::as_str), SCHEDULED.contains(&&*event.kind));
        let mut fitting = reopened.iter().filter(|(_, visit)| match name {
            Some(name) => visit.state == name,
            None if is_attempt => visit.kind == "Task",
            None => event.kind.starts_with(&visit.kind),
        });
        // Of several items, the one whose task had the same request.
        let request = |event: &Event| ["parameters", "input", "resource"].map(|name| event.detail(name).cloned());
        let is_same = |(_, visit): &(&usize, &Visit)| {
            let place = visit.attempts.last().map(|attempt| attempt.scheduled)?;
            let place = self.events.binary_search_by_key(&place, |event| event.id).ok()?;
            Some(request(self.events.get(place)?) == request(event))
        };
        let same = fitting.clone().find(|visit| is_attempt && is_same(visit) == Some(true));
        let number = *same.or_else(|| fitting.next())?.0;
        if is_attempt {
            reopened.remove(&number);
        } else if event.kind.ends_with("StateEntered")
            && let (Some(old), Some(visit)) = (reopened.remove(&number), self.visits.get_mut(number))
        {
            // It is entered again.
            *visit = old;
        }
        Some(ThreadPosition { visit: Some(number), ..self.around(Some(number)) })
    }

    fn enter(&mut self, before: ThreadPosition, kind: &str, state: String, id: u64, time: Option<i64>) -> usize {
        let ThreadPosition { parent, item, thread, .. } = before;
        // A fail state has no other event.
        let status = if kind == "Fail" { Status::Failed } else { Status::Running };
        self.visits.push(Visit {
            state,
            kind: kind.to_owned(),
            parent,
            item,
            thread,
            status,
            entered: id,
            time: (time, None),
            ..Visit::default()
        });
        self.visits.len() - 1
    }

    fn exit(&mut self, visit: Option<usize>, id: u64, time: Option<i64>) -> ThreadPosition {
        if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
            (visit.exited, visit.ended, visit.time.1) = (Some(id), Some(id), time);
            // The failure event of a map or parallel has no error.
            let failed = visit.error.is_some() && visit.status != Status::Succeeded;
            let caught = failed || visit.status == Status::Failed;
            visit.status = if caught { Status::Caught } else { Status::Succeeded };
        }
        ThreadPosition { visit, ..self.around(visit) }
    }

    /// Returns the parallel or map around a visit.
    fn around(&self, visit: Option<usize>) -> ThreadPosition {
        let visit = visit.and_then(|visit| self.visits.get(visit));
        ThreadPosition {
            visit: None,
            parent: visit.and_then(|visit| visit.parent),
            item: visit.and_then(|visit| visit.item),
            thread: visit.map_or(0, |visit| visit.thread),
            forks: false,
        }
    }

    /// Returns whether a visit has ended, by itself or with an enclosing visit.
    pub fn is_over(&self, visit: usize) -> bool {
        let mut next = Some(visit);
        while let Some(visit) = next.and_then(|number| self.visits.get(number)) {
            if visit.has_ended() {
                return true;
            }
            next = visit.parent;
        }
        false
    }

    /// Returns whether the branch, item or execution that a visit runs in has ended.
    pub(crate) fn is_thread_over(&self, visit: &Visit) -> bool {
        self.over.contains(&visit.thread)
            || visit.parent.map_or(self.status != Status::Running, |parent| self.is_over(parent))
    }

    /// Returns the innermost visit at or around a position that matches.
    fn up(&self, place: ThreadPosition, is: impl Fn(&Visit) -> bool) -> Option<usize> {
        let mut next = place.visit.or(place.parent);
        while let Some(number) = next {
            let visit = self.visits.get(number)?;
            if is(visit) {
                return Some(number);
            }
            next = visit.parent;
        }
        None
    }

    /// Records that a state succeeded, failed or was aborted before it is exited.
    fn settle(&mut self, visit: Option<usize>, kind: &str, error: Option<String>, at: (u64, Option<i64>)) {
        let inside = |inner: &&Visit| inner.parent == visit && inner.status == Status::Failed;
        let inner = || self.visits.iter().rev().find(inside).and_then(|inner| inner.error.clone());
        let error = if visit.is_some() && kind.ends_with("Failed") { error.or_else(inner) } else { error };
        if kind.ends_with("Failed") {
            self.tell_inside(visit, error.as_deref());
        }
        let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) else { return };
        if kind.ends_with("Failed") {
            (visit.status, visit.error) = (Status::Failed, error.or_else(|| visit.error.take()));
        } else if kind.ends_with("Aborted") {
            (visit.status, visit.ended, visit.time.1) = (Status::Aborted, Some(at.0), at.1);
        } else if kind.ends_with("Succeeded") {
            visit.status = Status::Succeeded;
        }
    }

    /// Gives the visits inside, that failed and have no event with an error, the error that they caused.
    fn tell_inside(&mut self, outer: Option<usize>, error: Option<&str>) {
        let mut outer = outer;
        let is_silent = |visit: &Visit| visit.status == Status::Failed && visit.error.is_none();
        while outer.is_some()
            && let Some(inner) = self.visits.iter().rposition(|visit| visit.parent == outer && is_silent(visit))
        {
            self.visits.get_mut(inner).into_iter().for_each(|visit| visit.error = error.map(str::to_owned));
            outer = Some(inner);
        }
    }

    /// Ends the open visits of an item that failed or was aborted.
    fn end_item(&mut self, map: Option<usize>, item: Option<u64>, kind: &str, at: (u64, Option<i64>)) {
        let status = if kind.ends_with("Failed") { Status::Failed } else { Status::Aborted };
        // An item's visits are the newest of its map; older ones have ended.
        let open = |visit: &&mut Visit| visit.parent == map && visit.item == item && visit.exited.is_none();
        if kind != "MapIterationSucceeded" {
            for visit in self.visits.iter_mut().rev().filter(open) {
                if visit.status == Status::Running {
                    visit.status = status;
                }
                visit.end(at);
            }
        }
    }

    /// Handles an event of a task's attempt.
    fn work(&mut self, visit: Option<usize>, event: &Event) {
        let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) else { return };
        let kind = event.kind.as_str();
        if SCHEDULED.contains(&kind) {
            visit.attempts.push(Attempt { scheduled: event.id, time: (event.time, None), ..Attempt::default() });
            (visit.status, visit.error) = (Status::Running, None);
        } else if kind == "EvaluationFailed" {
            (visit.status, visit.error) = (Status::Failed, event.error());
        } else if ENDS_ATTEMPT.iter().any(|end| kind.ends_with(end)) && !kind.starts_with("MapRun") {
            let error = (!kind.ends_with("Succeeded")).then(|| {
                let default = if kind.ends_with("TimedOut") { TIMEOUT } else { "(no error name)" };
                event.error().unwrap_or_else(|| default.to_owned())
            });
            if let Some(attempt) = visit.attempts.last_mut() {
                (attempt.ended, attempt.time.1) = (Some(event.id), event.time);
                attempt.error.clone_from(&error);
            }
            visit.status = if error.is_some() { Status::Failed } else { Status::Running };
            visit.error = error;
        } else if kind.starts_with("MapRun") && (kind.ends_with("Failed") || kind.ends_with("Aborted")) {
            (visit.status, visit.error) = (Status::Failed, event.error());
        }
    }
}

impl Event {
    /// Reads an event of the API. Returns `None` if it has no id or no type.
    pub fn read(event: &Value) -> Option<Self> {
        let members = event.as_object()?;
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let details =
            members.iter().find(|(name, _)| name.ends_with("EventDetails")).map(|(_, details)| details.clone());
        Some(Self {
            id: number(members.get("id")?)?,
            previous: members.get("previousEventId").and_then(number).unwrap_or_default(),
            time: members.get("timestamp").and_then(time),
            kind: members.get("type")?.as_str()?.to_owned(),
            details: details.unwrap_or_default(),
            visit: None,
        })
    }

    /// Returns a member of the event's details.
    pub fn detail(&self, name: &str) -> Option<&Value> {
        self.details.get(name)
    }

    /// Returns the error's name, if the event has one.
    pub fn error(&self) -> Option<String> {
        self.detail("error").and_then(Value::as_str).map(str::to_owned)
    }
}

/// Parses seconds since 1970 or an RFC 3339 timestamp; returns milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "it is in the range that is checked")]
fn time(value: &Value) -> Option<i64> {
    match value {
        Value::Number(seconds) => {
            let milliseconds = (seconds.as_f64()? * 1000.0).round();
            (milliseconds.abs() < 1e15).then_some(milliseconds as i64)
        }
        Value::String(text) => timestamp::parse(text).or_else(|| timestamp::parse(&text.replacen(' ', "T", 1))),
        _ => None,
    }
}
