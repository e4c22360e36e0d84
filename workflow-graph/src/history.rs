//! A history as visits of states: what each got and gave, how often it tried, what failed.
//!
//! It is read from the events of `GetExecutionHistory`
//! (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>), as AWS and its command line
//! print them. What is not understood is kept and said.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workflow_asl::timestamp;

/// Events of one execution, and what they tell.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct History {
    /// The events, by their numbers.
    pub events: Vec<Event>,
    /// Each time that a state was entered, in the order of the events.
    pub visits: Vec<Visit>,
    /// How the execution stands.
    pub status: Status,
    /// What the history lacks, or has that is not understood.
    pub notes: Vec<String>,
    /// Where each event is.
    places: BTreeMap<u64, Place>,
    threads: usize,
    /// The threads of items that have ended.
    over: BTreeSet<usize>,
    /// The visits that ended only because the execution did.
    ended: Vec<usize>,
}

/// An event.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Event {
    /// Its number.
    pub id: u64,
    /// The number of the event that led to it; 0 for none.
    pub previous: u64,
    /// Milliseconds since 1970; `None` where the event has no time that can be read.
    pub time: Option<i64>,
    /// Its type.
    pub kind: String,
    /// What it says beside that.
    pub details: Value,
    /// The number of the visit that it belongs to.
    pub visit: Option<usize>,
}

/// One time that a state was entered.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Visit {
    /// The state's name.
    pub state: String,
    /// The kind of the state, as its events name it.
    pub kind: String,
    /// The visit of the parallel or map that it is inside of.
    pub parent: Option<usize>,
    /// The number of the map's item that it belongs to.
    pub item: Option<u64>,
    /// The number of what it runs in: 0 for the execution itself, another one for each branch and each item.
    pub thread: usize,
    /// The number of the event that entered it.
    pub entered: u64,
    /// The number of the event that left it.
    pub exited: Option<u64>,
    /// How it went.
    pub status: Status,
    /// Its attempts, for a task.
    pub attempts: Vec<Attempt>,
    /// The error of its last failure.
    pub error: Option<String>,
    /// When it began and ended, in milliseconds since 1970.
    pub time: (Option<i64>, Option<i64>),
}

impl Visit {
    /// Whether it is over: the state was left, or failed or was stopped for good.
    pub fn has_ended(&self) -> bool {
        self.exited.is_some() || self.time.1.is_some()
    }
}

/// One attempt of a task.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of the event that began it.
    pub scheduled: u64,
    /// The number of the event that ended it.
    pub ended: Option<u64>,
    /// Its error.
    pub error: Option<String>,
    /// When it began and ended, in milliseconds since 1970.
    pub time: (Option<i64>, Option<i64>),
}

/// How something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It has not ended as far as the history goes.
    #[default]
    Running,
    /// It ended well.
    Succeeded,
    /// It failed, and a catcher went on.
    Caught,
    /// It ended with an error.
    Failed,
    /// It ran past its time.
    TimedOut,
    /// It was stopped.
    Aborted,
}

impl Status {
    /// The word for it.
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

/// What ends the names of events that begin an attempt of a task, and those that end one.
const SCHEDULED: [&str; 3] = ["TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"];
const ENDS_ATTEMPT: [&str; 6] = ["Succeeded", "Failed", "TimedOut", "ScheduleFailed", "StartFailed", "SubmitFailed"];

/// Events that this reader knows what to do with, beside those of states.
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

/// What the names of events about states end with.
const OF_STATES: [&str; 6] =
    ["StateEntered", "StateExited", "StateStarted", "StateSucceeded", "StateFailed", "StateAborted"];

/// Where the events of a thread are: in a visit, or between two.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    visit: Option<usize>,
    /// The parallel or map around, and the item of the map.
    parent: Option<usize>,
    item: Option<u64>,
    thread: usize,
    /// Whether branches begin here.
    forks: bool,
}

impl History {
    /// Reads what `aws stepfunctions get-execution-history` prints, or the list of events alone.
    ///
    /// # Errors
    /// It is neither; the message says what was expected.
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
            made.notes.push(format!("{strange} elements are no events: they have no `id` or no `type`."));
        }
        // The newest may come first.
        made.events.sort_by_key(|event| event.id);
        let before = made.events.len();
        made.events.dedup_by_key(|event| event.id);
        if made.events.len() < before {
            made.notes.push(format!("{} events came twice and are shown once.", before - made.events.len()));
        }
        made.complete(history);
        let events = std::mem::take(&mut made.events);
        events.into_iter().for_each(|event| made.push(event));
        if made.status == Status::Running && !made.events.is_empty() {
            made.notes.push("The execution has not ended as far as this history goes.".to_owned());
        }
        Ok(made)
    }

    /// Notes what is missing.
    fn complete(&mut self, history: &Value) {
        if self.events.is_empty() {
            self.notes.push("The history has no events.".to_owned());
        }
        if let Some(first) = self.events.first().filter(|event| event.id > 1) {
            self.notes.push(format!("The history begins with event {}: what came before is missing.", first.id));
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

    /// Follows the link of one more event, whose number is above all before: for an execution that is watched.
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
        let before = self.places.get(&event.previous).copied().unwrap_or_default();
        let (id, time, kind) = (event.id, event.time, event.kind.as_str());
        let name = || event.detail("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = if let Some(of) = kind.strip_suffix("StateEntered") {
            let mut before = before;
            if std::mem::take(&mut before.forks) {
                self.threads += 1;
                before.thread = self.threads;
            }
            let place = self.enter(before, of, name(), id, time);
            Place { visit: Some(place), ..before }
        } else if kind.ends_with("StateExited") {
            let name = name();
            let visit = self.up(before, |visit| visit.state == name && visit.exited.is_none());
            self.exit(visit, id, time)
        } else if kind == "MapIterationStarted" {
            let map = self.up(before, |visit| visit.kind == "Map");
            self.threads += 1;
            let item = event.detail("index").and_then(Value::as_u64);
            Place { visit: None, parent: map, item, thread: self.threads, forks: false }
        } else if kind.starts_with("MapIteration") {
            let name = name();
            let map = self.up(before, |visit| visit.kind == "Map" && visit.state == name);
            self.end_item(map, event.detail("index").and_then(Value::as_u64), kind, time);
            self.over.insert(before.thread);
            Place { visit: map, ..self.around(map) }
        } else if kind == "ParallelStateStarted" {
            Place { visit: None, parent: before.visit, forks: true, ..Place::default() }
        } else if let Some(of) = OF_STATES.iter().find_map(|end| kind.strip_suffix(end)) {
            let visit = self.up(before, |visit| visit.kind == of && visit.exited.is_none());
            self.settle(visit, kind, event.error(), time);
            Place { visit, ..self.around(visit) }
        } else if kind.starts_with("Execution") {
            self.status = match kind {
                "ExecutionSucceeded" => Status::Succeeded,
                "ExecutionFailed" => Status::Failed,
                "ExecutionTimedOut" => Status::TimedOut,
                "ExecutionAborted" => Status::Aborted,
                _ => Status::Running,
            };
            match self.status {
                Status::Running => self.resume(),
                _ => self.end(before.visit, event.error(), time),
            }
            // A redriven execution goes on where it failed.
            Place { visit: None, ..before }
        } else {
            self.work(before.visit, &event);
            before
        };
        event.visit = place.visit.or(place.parent);
        self.places.insert(id, place);
        self.events.push(event);
    }

    /// The state of a visit failed for good, or was open when the execution ended.
    fn end(&mut self, visit: Option<usize>, error: Option<String>, time: Option<i64>) {
        let status = self.status;
        let mut failed = visit;
        while let Some(visit) = failed.and_then(|visit| self.visits.get_mut(visit)) {
            if visit.exited.is_none() && status != Status::Succeeded {
                self.ended.extend(failed);
                visit.status = if visit.kind == "Fail" { Status::Failed } else { status };
                visit.time.1 = visit.time.1.or(time);
                visit.error = visit.error.take().or_else(|| error.clone());
            }
            failed = visit.parent;
        }
        for (number, visit) in self.visits.iter_mut().enumerate() {
            if visit.status == Status::Running && visit.exited.is_none() {
                self.ended.push(number);
                visit.status = Status::Aborted;
                visit.time.1 = visit.time.1.or(time);
            }
        }
    }

    /// What ended only because the execution did goes on when that is redriven.
    fn resume(&mut self) {
        for number in std::mem::take(&mut self.ended) {
            if let Some(visit) = self.visits.get_mut(number).filter(|visit| visit.kind != "Fail") {
                (visit.status, visit.error, visit.time.1) = (Status::Running, None, None);
            }
        }
    }

    fn enter(&mut self, before: Place, kind: &str, state: String, id: u64, time: Option<i64>) -> usize {
        let Place { parent, item, thread, .. } = before;
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

    fn exit(&mut self, visit: Option<usize>, id: u64, time: Option<i64>) -> Place {
        if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
            visit.exited = Some(id);
            visit.time.1 = time;
            // The failure of a map or parallel has no error in the events.
            let failed = visit.error.is_some() && visit.status != Status::Succeeded;
            let caught = failed || visit.status == Status::Failed;
            visit.status = if caught { Status::Caught } else { Status::Succeeded };
        }
        Place { visit, ..self.around(visit) }
    }

    /// The parallel or map around a visit.
    fn around(&self, visit: Option<usize>) -> Place {
        let visit = visit.and_then(|visit| self.visits.get(visit));
        Place {
            visit: None,
            parent: visit.and_then(|visit| visit.parent),
            item: visit.and_then(|visit| visit.item),
            thread: visit.map_or(0, |visit| visit.thread),
            forks: false,
        }
    }

    /// Whether a visit is over, by itself or with what is around it.
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

    /// Whether what a visit runs in is over: the branch or item, or else the execution.
    pub(crate) fn is_thread_over(&self, visit: &Visit) -> bool {
        self.over.contains(&visit.thread)
            || visit.parent.map_or(self.status != Status::Running, |parent| self.is_over(parent))
    }

    /// The innermost visit at or around a place that is the one asked for.
    fn up(&self, place: Place, is: impl Fn(&Visit) -> bool) -> Option<usize> {
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

    /// A state succeeded, failed or was aborted, before it is left.
    fn settle(&mut self, visit: Option<usize>, kind: &str, error: Option<String>, time: Option<i64>) {
        let inside = |inner: &&Visit| inner.parent == visit && inner.status == Status::Failed;
        let inner = || self.visits.iter().rev().find(inside).and_then(|inner| inner.error.clone());
        let error = if visit.is_some() && kind.ends_with("Failed") { error.or_else(inner) } else { error };
        let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) else { return };
        if kind.ends_with("Failed") {
            (visit.status, visit.error) = (Status::Failed, error.or_else(|| visit.error.take()));
        } else if kind.ends_with("Aborted") {
            (visit.status, visit.time.1) = (Status::Aborted, time);
        } else if kind.ends_with("Succeeded") {
            visit.status = Status::Succeeded;
        }
    }

    /// What was open of an item that failed or was aborted has ended with it.
    fn end_item(&mut self, map: Option<usize>, item: Option<u64>, kind: &str, time: Option<i64>) {
        let status = if kind.ends_with("Failed") { Status::Failed } else { Status::Aborted };
        // An item's visits are the newest of its map; old ones have ended.
        let open = |visit: &&mut Visit| visit.parent == map && visit.item == item && visit.exited.is_none();
        if kind != "MapIterationSucceeded" {
            for visit in self.visits.iter_mut().rev().filter(open) {
                if visit.status == Status::Running {
                    visit.status = status;
                }
                visit.time.1 = visit.time.1.or(time);
            }
        }
    }

    /// An event of a task's work.
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
                let default = if kind.ends_with("TimedOut") { "States.Timeout" } else { "(no error name)" };
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
    /// An event of the API; `None` for what has no number or no type.
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

    /// A member of what it says.
    pub fn detail(&self, name: &str) -> Option<&Value> {
        self.details.get(name)
    }

    /// The error's name, where it is about one.
    pub fn error(&self) -> Option<String> {
        self.detail("error").and_then(Value::as_str).map(str::to_owned)
    }
}

/// Seconds since 1970, or RFC 3339, as milliseconds.
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
