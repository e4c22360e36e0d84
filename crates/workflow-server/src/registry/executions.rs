//! The Standard executions that the server holds: by ARN, and by state machine, version, alias and status, in the order
//! of their start.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use parking_lot::{Mutex, MutexGuard};
use workflow_local::{Instant, Status};

use super::order::Order;
use crate::Retention;
use crate::executions::{Run, RunOf, STATUSES};
use crate::journal::EndRecord;

/// Executions, running or ended.
#[derive(Default)]
pub(crate) struct Executions {
    by_arn: IndexMap<Arc<str>, Held>,
    by_number: BTreeMap<u64, Held>,
    lists: Arc<Lists>,
    /// The numbers of the ended ones with their ends, in that order. One that was redriven since then ends again.
    ended: VecDeque<(Instant, u64)>,
    /// Ended ones in memory whose records are on disk, in that order, with their bytes, and the bytes of all.
    recent: VecDeque<(EndOf, usize)>,
    recent_bytes: usize,
    /// The origin of the latest ended one, which the next one may share.
    origin: Option<Arc<RunOf>>,
}

/// An end of an execution: after how many redrives.
pub(crate) struct EndOf {
    run: Arc<Run>,
    redrives: u64,
}

impl EndOf {
    /// Returns the end of an execution that has ended. Its record is queued.
    pub(crate) fn of(run: &Arc<Run>) -> Option<Self> {
        let execution = run.execution.lock();
        let redrives = execution.view().redrive_count();
        (execution.status() != Status::Running).then(|| Self { run: Arc::clone(run), redrives })
    }
}

/// An execution in memory, or where to find it.
#[derive(Clone)]
pub(crate) enum Held {
    Live(Arc<Run>),
    Stored(Arc<EndedExecution>),
}

/// An ended execution whose record is on disk: what lists show.
pub(crate) struct EndedExecution {
    pub(crate) arn: Arc<str>,
    pub(crate) number: u64,
    pub(crate) machine: Arc<RunOf>,
    pub(crate) started: Instant,
    pub(crate) end: EndRecord,
}

impl Held {
    /// Returns the ARN, the number and the origin.
    fn entry(&self) -> (&Arc<str>, u64, &RunOf) {
        match self {
            Self::Live(run) => (&run.arn, run.number, &run.machine),
            Self::Stored(ended) => (&ended.arn, ended.number, &ended.machine),
        }
    }

    fn stopped_at(&self) -> Option<Instant> {
        match self {
            Self::Live(run) => run.stopped_at(),
            Self::Stored(ended) => Some(ended.end.stopped_at()),
        }
    }

    pub(crate) fn map_run_arns(&self) -> Vec<String> {
        match self {
            Self::Live(run) => run.map_run_arns(),
            Self::Stored(ended) => ended.end.map_runs.clone(),
        }
    }

    /// Returns the execution if it is in memory.
    pub(crate) fn live(&self) -> Option<&Arc<Run>> {
        if let Self::Live(run) = self { Some(run) } else { None }
    }
}

/// The numbers of executions, by the ARN that was started. An execution moves itself when its status changes, so that a
/// list never lags behind a description.
#[derive(Default)]
pub(crate) struct Lists(Mutex<IndexMap<String, List>>);

/// The executions of one state machine, version or alias.
#[derive(Default)]
struct List {
    all: Order<()>,
    /// In the order of [`STATUSES`].
    by_status: [Order<()>; STATUSES.len()],
}

impl List {
    fn of(&self, status: Status) -> Option<&Order<()>> {
        STATUSES.iter().zip(&self.by_status).find(|(own, _)| **own == status).map(|(_, order)| order)
    }

    fn of_mut(&mut self, status: Status) -> Option<&mut Order<()>> {
        STATUSES.iter().zip(&mut self.by_status).find(|(own, _)| **own == status).map(|(_, order)| order)
    }

    fn add(&mut self, number: u64, status: Status) {
        if let Some(order) = self.of_mut(status) {
            order.insert(number, ());
        }
    }

    /// Removes an entry if it is there.
    fn take(&mut self, number: u64, status: Status) -> bool {
        self.of_mut(status).and_then(|order| order.remove(number)).is_some()
    }
}

impl Lists {
    pub(crate) fn insert(&self, number: u64, machine: &RunOf, status: Status) {
        let mut lists = self.0.lock();
        for arn in machine.arns() {
            if !lists.contains_key(arn) {
                lists.insert(arn.to_owned(), List::default());
            }
            if let Some(list) = lists.get_mut(arn) {
                list.all.insert(number, ());
                list.add(number, status);
            }
        }
    }

    /// Moves an execution whose status has changed. One that is no longer held stays out.
    pub(crate) fn moved(&self, number: u64, machine: &RunOf, from: Status, to: Status) {
        let mut lists = self.0.lock();
        for arn in machine.arns() {
            if let Some(list) = lists.get_mut(arn)
                && list.take(number, from)
            {
                list.add(number, to);
            }
        }
    }

    fn remove(&self, number: u64, machine: &RunOf) {
        let mut lists = self.0.lock();
        for arn in machine.arns() {
            if let Some(list) = lists.get_mut(arn) {
                list.all.remove(number);
                list.by_status.iter_mut().for_each(|order| {
                    let _ = order.remove(number);
                });
                if list.all.is_empty() {
                    lists.swap_remove(arn);
                }
            }
        }
    }
}

/// The locked lists.
pub(crate) struct Listed<'h> {
    lists: MutexGuard<'h, IndexMap<String, List>>,
    by_number: &'h BTreeMap<u64, Held>,
}

impl Listed<'_> {
    /// Returns the executions of a state machine, version or alias, optionally with this status: the latest first,
    /// beginning before number `before`.
    pub(crate) fn of(
        &self,
        arn: &str,
        status: Option<Status>,
        before: Option<u64>,
    ) -> impl Iterator<Item = (u64, &Held)> {
        let list = self.lists.get(arn);
        let order = match status {
            None => list.map(|list| &list.all),
            Some(status) => list.and_then(|list| list.of(status)),
        };
        let numbers = order.into_iter().flat_map(move |order| order.before(before));
        numbers.filter_map(|(number, ())| Some((number, self.by_number.get(&number)?)))
    }
}

impl Executions {
    pub(crate) fn get(&self, arn: &str) -> Option<&Held> {
        self.by_arn.get(arn)
    }

    pub(crate) fn numbered(&self, number: u64) -> Option<&Held> {
        self.by_number.get(&number)
    }

    /// Holds an execution, and replaces an earlier one of this ARN.
    pub(crate) fn insert(&mut self, run: &Arc<Run>) {
        self.hold(Held::Live(Arc::clone(run)));
        run.list_in(&self.lists);
    }

    /// Lists an ended execution whose record is on disk.
    pub(crate) fn insert_ended(&mut self, ended: EndedExecution) {
        self.lists.insert(ended.number, &ended.machine, ended.end.status());
        self.hold(Held::Stored(Arc::new(ended)));
    }

    fn hold(&mut self, held: Held) {
        let (arn, number, _) = held.entry();
        if let Some(replaced) = self.by_arn.insert(Arc::clone(arn), held.clone())
            && let (_, replaced, machine) = replaced.entry()
            && replaced != number
        {
            self.by_number.remove(&replaced);
            self.lists.remove(replaced, machine);
        }
        self.by_number.insert(number, held);
    }

    /// Keeps only the entries of ended executions whose records are on disk, except of the latest ones, which have about
    /// this many bytes.
    pub(crate) fn release(&mut self, end: EndOf, kept: usize) {
        let bytes = end.run.approximate_bytes();
        self.recent.push_back((end, bytes));
        self.recent_bytes += bytes;
        while self.recent_bytes > kept
            && let Some((oldest, bytes)) = self.recent.pop_front()
        {
            self.recent_bytes -= bytes;
            self.keep_entry(&oldest);
        }
    }

    fn keep_entry(&mut self, EndOf { run, redrives }: &EndOf) {
        let is_held = self.numbered(run.number).and_then(Held::live).is_some_and(|held| Arc::ptr_eq(held, run));
        // It may have been redriven since, and the record of another end is not on disk yet.
        if is_held && EndOf::of(run).is_some_and(|end| end.redrives == *redrives) {
            let machine = self.shared(&run.machine);
            let ended = run.ended_execution(machine);
            self.hold(Held::Stored(Arc::new(ended)));
        }
    }

    /// Returns the same origin, shared with the ended execution before if that has the same one.
    pub(crate) fn shared(&mut self, origin: &Arc<RunOf>) -> Arc<RunOf> {
        let known = self.origin.as_ref().filter(|known| known.is_same(origin));
        let shared = Arc::clone(known.unwrap_or(origin));
        self.origin = Some(Arc::clone(&shared));
        shared
    }

    /// Locks the lists. Statuses do not change until the guard is dropped.
    pub(crate) fn listed(&self) -> Listed<'_> {
        Listed { lists: self.lists.0.lock(), by_number: &self.by_number }
    }

    /// Records the end of an execution.
    pub(crate) fn has_ended(&mut self, number: u64, stopped: Instant) {
        self.ended.push_back((stopped, number));
    }

    /// Removes and returns the first execution to end, if it is beyond the retention.
    pub(crate) fn next_to_forget(&mut self, retention: &Retention, now: Instant) -> Option<Held> {
        loop {
            let (stopped, _) = self.ended.front()?;
            let is_old = retention.age.is_some_and(|age| stopped.until(now) > age);
            if !is_old && self.ended.len() <= retention.count {
                return None;
            }
            let (stopped, number) = self.ended.pop_front()?;
            let held = self.by_number.get(&number).cloned();
            // A redriven execution is recorded again when it ends.
            if let Some(held) = held.filter(|held| held.stopped_at() == Some(stopped)) {
                self.remove(&held);
                return Some(held);
            }
        }
    }

    fn remove(&mut self, held: &Held) {
        let (arn, number, machine) = held.entry();
        if self.by_arn.get(arn).is_some_and(|other| other.entry().1 == number) {
            self.by_arn.swap_remove(arn);
        }
        self.by_number.remove(&number);
        self.lists.remove(number, machine);
    }

    /// Returns the executions in memory.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.by_arn.values().filter_map(Held::live)
    }

    /// Returns the executions of a state machine that have not ended.
    pub(crate) fn running_of(&self, machine: &str) -> Vec<Arc<Run>> {
        let listed = self.listed();
        listed.of(machine, Some(Status::Running), None).filter_map(|(_, held)| held.live().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workflow_runtime::Runner;

    use super::super::order::visits;
    use super::*;
    use crate::Server;
    use crate::api::arn::{self, Scope};
    use crate::api::{Input, Paging};
    use crate::registry::Resources;

    const DEPTH: u64 = 100_000;

    /// Returns how many members a list visits for its first page, and for the page after this many.
    fn visits_of<T, I: Iterator<Item = (u64, T)>>(
        list: impl Fn(Option<u64>) -> I,
        at: impl Fn(u64) -> u64,
    ) -> (usize, usize) {
        let visit = |from: Option<u64>| {
            let members = json!({"maxResults": 50}).as_object().unwrap().clone();
            let input = Input::new(members, Scope::default());
            let mut members = input.members();
            let paging = Paging::read(&mut members);
            visits::take();
            let page = paging.page("list", |_| list(from)).unwrap();
            assert_eq!(page.items.len(), 50);
            visits::take()
        };
        (visit(None), visit(Some(at(DEPTH))))
    }

    #[tokio::test]
    async fn a_page_of_executions_costs_the_same_at_any_depth_and_with_any_filter() {
        workflow_runtime::workflow! { workflow A { succeed Done; } }
        let embedded = Server::builder().embed().await.unwrap();
        let machine = embedded.put::<A>().unwrap();
        machine.start_named("one", &json!({})).await.unwrap();
        let machine = machine.arn().as_str();
        let run = embedded.run(&arn::execution(machine, "one")).unwrap();
        let mut executions = Executions::default();
        // Few have failed, and all of those are far back: a filter must not visit the others.
        for number in 1..=2 * DEPTH {
            executions.by_number.insert(number, Held::Live(Arc::clone(&run)));
            let mut lists = executions.lists.0.lock();
            let list = lists.entry(machine.to_owned()).or_default();
            list.all.insert(number, ());
            list.add(number, if number <= 100 { Status::Failed } else { Status::Succeeded });
        }
        let from_the_end = |depth| 2 * DEPTH - depth;
        for status in [None, Some(Status::Succeeded)] {
            let listed = executions.listed();
            let visited = visits_of(|before| listed.of(machine, status, before), from_the_end);
            assert_eq!(visited, (51, 51), "{status:?}");
        }
        let listed = executions.listed();
        let failed = visits_of(|before| listed.of(machine, Some(Status::Failed), before), from_the_end);
        assert_eq!(failed, (51, 51));
    }

    #[tokio::test]
    async fn an_end_before_a_redrive_releases_no_later_end() {
        workflow_runtime::workflow! { workflow A { fail No { error: "No", cause: "no" } } }
        let embedded = Server::builder().embed().await.unwrap();
        let machine = embedded.put::<A>().unwrap();
        machine.start_named("one", &json!({})).await.unwrap();
        let run = embedded.run(&arn::execution(machine.arn().as_str(), "one")).unwrap();
        run.ended().await;
        let mut executions = Executions::default();
        executions.insert(&run);
        let before = EndOf::of(&run).unwrap();
        embedded.call("RedriveExecution", &json!({"executionArn": &*run.arn})).await.unwrap();
        run.ended().await;
        executions.release(before, 0);
        assert!(executions.get(&run.arn).and_then(Held::live).is_some());
        executions.release(EndOf::of(&run).unwrap(), usize::MAX);
        assert!(executions.get(&run.arn).and_then(Held::live).is_some());
        executions.release(EndOf::of(&run).unwrap(), 0);
        assert!(executions.get(&run.arn).and_then(Held::live).is_none());
    }

    #[test]
    fn a_page_of_resources_costs_the_same_at_any_depth() {
        let mut resources = Resources::default();
        let other = Scope { region: "eu-west-1".to_owned(), ..Scope::default() };
        for number in 0..2 * DEPTH {
            // Those of another region are not visited.
            resources.insert(other.machine(&number.to_string()), 2 * number + 1, ());
            resources.insert(Scope::default().machine(&number.to_string()), 2 * number + 2, ());
        }
        let own = Scope::default();
        let list = |after| resources.of(&own, after).map(|(number, arn, ())| (number, arn));
        assert_eq!(visits_of(list, |depth| 2 * depth), (51, 51));
    }
}
