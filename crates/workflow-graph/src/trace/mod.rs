//! A history as a trace: a span for the execution, each state, branch, item, attempt and wait before a retry.

mod chrome;
mod following;
mod otlp;

pub use following::Following;
use serde_json::Value;

use crate::history::{History, Status, Visit};

/// The spans of an execution, each after its parent.
///
/// ```
/// use serde_json::json;
/// use workflow_graph::history::History;
/// use workflow_graph::trace::Trace;
///
/// let history = History::read(&json!([
///     {"id": 1, "timestamp": 1.0, "type": "ExecutionStarted"},
///     {"id": 2, "previousEventId": 1, "timestamp": 1.0, "type": "PassStateEntered", "stateEnteredEventDetails": {"name": "A"}},
///     {"id": 3, "previousEventId": 2, "timestamp": 2.0, "type": "PassStateExited", "stateExitedEventDetails": {"name": "A"}},
///     {"id": 4, "previousEventId": 3, "timestamp": 2.0, "type": "ExecutionSucceeded"}]))?;
/// let trace = Trace::of(&history, "greet");
/// assert_eq!(trace.spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["greet", "A"]);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Trace {
    /// The trace id: 32 hexadecimal digits, taken from `traceparent` in the input if it has one.
    pub id: String,
    /// The span of another program that the trace continues.
    pub continues: Option<String>,
    /// The spans; the first is the execution's.
    pub spans: Vec<Span>,
}

/// Distinguishes spans that begin with the same event.
mod part {
    pub(super) const STATE: u8 = 1;
    pub(super) const THREAD: u8 = 2;
    pub(super) const ATTEMPT: u8 = 3;
    pub(super) const WAIT: u8 = 4;
}

/// A span.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Span {
    /// Its name.
    pub name: String,
    /// The kind: `execution`, `state`, `branch`, `item`, `attempt`, `retry wait`.
    pub kind: &'static str,
    /// The index of the parent span; `None` for the execution's.
    pub parent: Option<usize>,
    /// The thread: spans with the same number run one after the other.
    pub thread: usize,
    /// The start and end, in milliseconds since 1970.
    pub time: (i64, i64),
    /// The error that it ended with.
    pub error: Option<String>,
    /// Whether the span has not ended in this history.
    pub is_open: bool,
    /// A key that is unique in the trace: the id of the event that began the span, and the part.
    key: (u64, u8),
    /// The attributes of the span.
    pub attributes: Vec<(&'static str, String)>,
}

impl Trace {
    /// Creates the trace of a history, under the execution's name or ARN.
    ///
    /// A span without valid timestamps begins and ends with its parent.
    pub fn of(history: &History, name: &str) -> Self {
        let times = || history.events.iter().filter_map(|event| event.time);
        let whole = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        let (id, continues) = match history.events.first().and_then(|event| traceparent(&event.details)) {
            Some((trace, span)) => (trace, Some(span)),
            None => (identifier(name, whole.0.unsigned_abs()), None),
        };
        let mut trace = Self { id, continues, spans: Vec::new() };
        let failed = matches!(history.status, Status::Failed | Status::TimedOut | Status::Aborted);
        let last = history.events.last().and_then(|event| event.details.get("error")).and_then(Value::as_str);
        trace.spans.push(Span {
            name: name.to_owned(),
            kind: "execution",
            time: whole,
            error: failed.then(|| last.unwrap_or(history.status.word()).to_owned()),
            attributes: vec![("aws.stepfunctions.status", history.status.word().to_owned())],
            is_open: history.status == Status::Running,
            ..Span::default()
        });
        let threads = trace.threads(history, whole);
        let mut of_visit: Vec<usize> = Vec::with_capacity(history.visits.len());
        // A thread's span comes before the spans in it, and after the enclosing visit's.
        let mut of_thread = vec![None; threads.len()];
        for (visit_number, visit) in history.visits.iter().enumerate() {
            let around = visit.parent.and_then(|parent| of_visit.get(parent).copied()).unwrap_or(0);
            let parent = match (visit.thread, threads.get(visit.thread)) {
                (0, _) | (_, None) => around,
                (thread, Some(time)) => {
                    let known = of_thread.get(thread).copied().flatten();
                    let made = known.unwrap_or_else(|| trace.thread(history, visit, thread, *time, around));
                    of_thread.get_mut(thread).into_iter().for_each(|span| *span = Some(made));
                    made
                }
            };
            let number = trace.spans.len();
            of_visit.push(number);
            let time = known(visit.time, whole);
            let is_open = !history.is_over(visit_number);
            let ends_badly = matches!(visit.status, Status::Failed | Status::TimedOut | Status::Aborted);
            trace.spans.push(Span {
                name: visit.state.clone(),
                kind: "state",
                parent: Some(parent),
                thread: visit.thread,
                time,
                error: if ends_badly {
                    Some(visit.error.clone().unwrap_or_else(|| visit.status.word().to_owned()))
                } else {
                    None
                },
                attributes: vec![
                    ("aws.stepfunctions.state.type", visit.kind.clone()),
                    ("aws.stepfunctions.status", visit.status.word().to_owned()),
                    ("aws.stepfunctions.event", visit.entered.to_string()),
                ],
                is_open,
                key: (visit.entered, part::STATE),
            });
            let mut before: Option<i64> = None;
            for (attempt, of) in visit.attempts.iter().enumerate() {
                let time = known(of.time, time);
                if let Some(before) = before.filter(|before| *before < time.0) {
                    let name = format!("wait before retry {attempt}");
                    trace.child(number, "retry wait", name, visit.thread, (before, time.0), (of.scheduled, part::WAIT));
                }
                before = Some(time.1);
                let name = if attempt == 0 { "attempt".to_owned() } else { format!("retry {attempt}") };
                trace.child(number, "attempt", name, visit.thread, time, (of.scheduled, part::ATTEMPT));
                if let Some(span) = trace.spans.last_mut() {
                    span.error.clone_from(&of.error);
                    span.attributes.push(("aws.stepfunctions.event", of.scheduled.to_string()));
                    span.is_open = is_open && of.ended.is_none();
                }
            }
        }
        trace
    }

    /// Returns the start and end of each thread.
    fn threads(&self, history: &History, whole: (i64, i64)) -> Vec<(i64, i64)> {
        let count = history.visits.iter().map(|visit| visit.thread + 1).max().unwrap_or(1);
        let mut threads = vec![(i64::MAX, i64::MIN); count];
        for visit in &history.visits {
            let (from, to) = known(visit.time, whole);
            threads.get_mut(visit.thread).into_iter().for_each(|time| *time = (time.0.min(from), time.1.max(to)));
        }
        threads
    }

    /// Adds the span of the branch or item whose first visit this is, and returns its index.
    fn thread(&mut self, history: &History, first: &Visit, thread: usize, time: (i64, i64), around: usize) -> usize {
        let is_map =
            first.parent.and_then(|parent| history.visits.get(parent)).is_some_and(|parent| parent.kind == "Map");
        let (kind, name) = match first.item.filter(|_| is_map) {
            Some(item) => ("item", format!("item {item}")),
            None => {
                let known =
                    self.spans.iter().filter(|span| span.parent == Some(around) && span.kind == "branch").count();
                ("branch", format!("branch {}", known + 1))
            }
        };
        self.child(around, kind, name, thread, time, (first.entered, part::THREAD));
        if let Some(span) = self.spans.last_mut() {
            span.is_open = !history.is_thread_over(first);
        }
        self.spans.len() - 1
    }

    fn child(
        &mut self,
        parent: usize,
        kind: &'static str,
        name: String,
        thread: usize,
        time: (i64, i64),
        key: (u64, u8),
    ) {
        self.spans.push(Span { name, kind, parent: Some(parent), thread, time, key, ..Span::default() });
    }
}

/// Replaces unknown times with the parent's times.
fn known((from, to): (Option<i64>, Option<i64>), around: (i64, i64)) -> (i64, i64) {
    let from = from.unwrap_or(around.0);
    (from, to.unwrap_or(around.1).max(from))
}

/// Parses the trace and span ids of a W3C `traceparent` in the input
/// (<https://www.w3.org/TR/trace-context/#traceparent-header>).
fn traceparent(started: &Value) -> Option<(String, String)> {
    let input: Value = serde_json::from_str(started.get("input")?.as_str()?).ok()?;
    let text = input.get("traceparent")?.as_str()?;
    let mut parts = text.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is = |text: &str, digits: usize| {
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        text.len() == digits && hexadecimal && text.bytes().any(|byte| byte != b'0')
    };
    let fits = version.len() == 2 && version != "ff" && is(trace, 32) && is(span, 16) && parts.next().is_some();
    fits.then(|| (trace.to_owned(), span.to_owned()))
}

/// Returns 32 hexadecimal digits derived from a string.
fn identifier(text: &str, salt: u64) -> String {
    format!("{:016x}{:016x}", hash(text, salt), hash(text, !salt))
}

/// Returns the FNV-1a hash of a string, but never 0. The hash need not be secret.
fn hash(text: &str, salt: u64) -> u64 {
    let bytes = salt.to_le_bytes().into_iter().chain(text.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)).max(1)
}
