//! A thread of control: the execution itself, a branch or an iteration.

use std::collections::{BTreeSet, VecDeque, vec_deque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::result_writer::Writing;
use super::variables::Variables;
use crate::clock::Instant;
use crate::item_reader::Item;
use crate::payload::Payload;
use crate::program::StateId;

/// The index of a thread, which is reused after the thread has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadId(pub(crate) usize);

/// The index of a run: 0 for the execution, others for the children of distributed maps.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunId(pub(crate) usize);

#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) id: ThreadId,
    pub(crate) run: RunId,
    /// The parallel or map that it belongs to, and the index of its branch or item.
    pub(crate) parent: Option<(ThreadId, usize)>,
    /// The last event, which the next one follows.
    pub(crate) last: u64,
    pub(crate) variables: Variables,
    /// The item of the enclosing iteration.
    pub(crate) item: Option<MapItem>,
    pub(crate) visit: Option<Visit>,
    pub(crate) doing: Doing,
    /// Distinguishes the current wait of the thread from earlier waits.
    pub(crate) ticket: u64,
}

/// A visit of a state, from its `Entered` event on.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) state: StateId,
    pub(crate) name: Arc<str>,
    /// The unprocessed input.
    pub(crate) raw: Payload,
    /// The input after `InputPath`, if that changes it.
    pub(crate) selected: Option<Payload>,
    /// The `Entered` event.
    pub(crate) entered: u64,
    /// The event that `Exited` follows, if it is not the last one: what happened before `…Succeeded`.
    pub(crate) exit_after: Option<u64>,
    pub(crate) entered_time: Instant,
    /// How often the state was retried.
    pub(crate) retries: u64,
    /// How often each retrier was used.
    pub(crate) used: Vec<u64>,
    pub(crate) token: Option<Arc<str>>,
}

impl Visit {
    /// Returns the input after `InputPath`.
    pub(crate) fn base(&self) -> &Payload {
        self.selected.as_ref().unwrap_or(&self.raw)
    }
}

/// The value of `$$.Map.Item`.
#[derive(Clone, Debug)]
pub(crate) struct MapItem {
    pub(crate) index: usize,
    pub(crate) value: Payload,
    /// The source of a distributed map's item. Few items have one, so others take only a pointer's space.
    pub(crate) origin: Option<Arc<ItemOrigin>>,
}

#[derive(Debug)]
pub(crate) struct ItemOrigin {
    /// The member's name, if the items are members of an object.
    pub(crate) key: Option<String>,
    pub(crate) source: Arc<str>,
}

impl MapItem {
    /// Returns the input of the item's iteration: the value or, for a member of an object, the pair `Key` and `Value`.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemspath.html>
    pub(super) fn input(&self) -> Payload {
        match self.origin.as_ref().and_then(|origin| origin.key.as_ref()) {
            Some(key) => Payload::new(json!({ "Key": key, "Value": self.value.value() })),
            None => self.value.clone(),
        }
    }

    /// Creates an item from one that a reader has read, with its index.
    pub(super) fn of_read((index, item): (usize, Item)) -> Self {
        let origin = ItemOrigin { key: item.key, source: item.source };
        Self { index, value: item.value.into(), origin: Some(Arc::new(origin)) }
    }
}

/// The items of a map.
#[derive(Clone, Debug)]
pub(crate) enum MapItems {
    /// Values that are moved out as the iterations start.
    Taken(Vec<Value>),
    /// Items that are shared, or that a redrive of a map run may need again.
    Kept(Vec<MapItem>),
}

impl Default for MapItems {
    fn default() -> Self {
        Self::Kept(Vec::new())
    }
}

impl MapItems {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Taken(values) => values.len(),
            Self::Kept(items) => items.len(),
        }
    }

    /// Returns the item at an index. A moved value is returned only once.
    pub(crate) fn take(&mut self, index: usize) -> Option<MapItem> {
        match self {
            Self::Taken(values) => {
                let value = values.get_mut(index)?.take().into();
                Some(MapItem { index, value, origin: None })
            }
            Self::Kept(items) => items.get(index).cloned(),
        }
    }

    /// Returns the values of the items, with null for moved ones.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        let (taken, kept): (&[Value], &[MapItem]) = match self {
            Self::Taken(values) => (values, &[]),
            Self::Kept(items) => (&[], items),
        };
        taken.iter().chain(kept.iter().map(|item| item.value.value()))
    }

    /// Returns the kept items.
    pub(crate) fn kept(&self) -> &[MapItem] {
        match self {
            Self::Taken(_) => &[],
            Self::Kept(items) => items,
        }
    }

    /// Converts all items to kept ones.
    pub(crate) fn into_kept(mut self) -> Vec<MapItem> {
        match self {
            Self::Kept(items) => items,
            Self::Taken(_) => (0..self.len()).filter_map(|index| self.take(index)).collect(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Doing {
    /// Is about to enter a state.
    Enter(StateId, Payload),
    /// Is about to do the state's work, for the first time or again.
    Work,
    /// Is about to do it again in a redrive.
    Again,
    /// Waits for a timer, then continues.
    Sleep(AfterSleep),
    /// Is about to exit a wait whose time has come.
    Awake,
    Task(TaskWait),
    Join(Box<Join>),
    /// Has ended.
    Done,
}

/// The continuation after a timer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AfterSleep {
    /// A wait: the state is done.
    Leave,
    /// A retrier's delay: the work is done again.
    Retry,
}

/// A scheduled task without an answer.
#[derive(Clone, Debug)]
pub(crate) struct TaskWait {
    /// Whether a worker has taken an activity.
    pub(crate) started: bool,
    pub(crate) submitted: bool,
    pub(crate) timeout_seconds: Option<u64>,
    pub(crate) heartbeat_seconds: Option<u64>,
    /// The number of the current heartbeat timer. Each heartbeat sets a new one.
    pub(crate) heartbeats: u64,
}

/// A parallel or map that waits for its branches or items.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) results: Vec<Option<Payload>>,
    /// The number of branches or items that have not ended.
    pub(crate) pending: usize,
    pub(crate) running: Running,
    /// The next item to start.
    pub(crate) next: usize,
    pub(crate) limit: usize,
    pub(crate) items: MapItems,
    /// The `…Started` event.
    pub(crate) started: u64,
    /// The last state event of the iteration whose end lets the next one start.
    pub(crate) freed_by: Option<u64>,
    /// The branches or iterations that failed or were stopped, for a redrive.
    pub(crate) unfinished: Vec<(usize, Box<Thread>)>,
}

/// The running branches or items, in the order of their indices. They mostly start and end in order, so insertions and
/// removals move little.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(VecDeque<(usize, ThreadId)>);

impl Running {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, ThreadId)> {
        self.0.iter().copied()
    }

    pub(crate) fn insert(&mut self, index: usize, thread: ThreadId) {
        let at = self.0.partition_point(|(other, _)| *other < index);
        self.0.insert(at, (index, thread));
    }

    pub(crate) fn remove(&mut self, index: usize) {
        if let Ok(at) = self.0.binary_search_by_key(&index, |(other, _)| *other) {
            self.0.remove(at);
        }
    }
}

impl IntoIterator for Running {
    type Item = (usize, ThreadId);
    type IntoIter = vec_deque::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[derive(Clone, Debug)]
pub(crate) enum JoinKind {
    Parallel,
    Map,
    MapRun(Box<MapRun>),
}

/// The data that a distributed map keeps about its run.
#[derive(Clone, Debug)]
pub(crate) struct MapRun {
    pub(crate) failed_items: usize,
    /// The unsuccessful children.
    pub(crate) failed: BTreeSet<usize>,
    /// The children that a redrive will start again.
    pub(crate) again: VecDeque<(usize, RunId)>,
    /// The index of the map run in the execution.
    pub(crate) record: usize,
    /// The total number of items, which for batches exceeds the number of children.
    pub(crate) total_items: usize,
    pub(crate) batch_sizes: Vec<usize>,
    pub(crate) arn: Arc<str>,
    pub(crate) label: Arc<str>,
    pub(crate) writing: Writing,
}
