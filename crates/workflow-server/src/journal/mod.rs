//! The journal: everything that the server must not lose. A thread writes it, many writes in one commit.
//!
//! A write is queued under the lock of its subject, so that writes are in the order of events. Before anything is
//! reported to a client, the server waits until all queued writes are on disk ([`Journal::flushed`]).

mod record;
#[cfg(feature = "durable")]
mod redb;
mod replay;
mod restore;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::api::{ApiError, Code};
pub(crate) use record::{
    ActivityRecord, ClockRecord, EndRecord, ExecutionRecord, Key, MachineRecord, RecordKind, RevisionRecord,
};
#[cfg(feature = "durable")]
pub(crate) use redb::RedbBackend;
pub(crate) use replay::{Stored, begun};

/// A change of the records. Keys and values are bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    Put(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    /// Removes all records whose keys have this prefix.
    RemoveAll(Vec<u8>),
}

/// A record: its key and its value.
pub(crate) type Record = (Vec<u8>, Vec<u8>);

/// Stores records.
pub(crate) trait Backend: Send + 'static {
    /// Applies changes atomically. They are durable when this returns.
    fn commit(&mut self, writes: Vec<Write>) -> Result<(), String>;
}

/// Reads records.
pub(crate) trait Reader: Send + Sync + 'static {
    /// Returns the records whose keys have this prefix, sorted by key.
    fn records(&self, prefix: &[u8]) -> Result<Vec<Record>, String>;
}

/// The journal of a server; `None` if the server only works in memory.
#[derive(Clone, Default)]
pub(crate) struct Journal(Option<Arc<Queue>>);

struct Queue {
    waiting: Mutex<Waiting>,
    /// Notified of each write, and of the end.
    changed: Condvar,
    done: watch::Sender<Done>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Dropped together with the backend.
    reader: Mutex<Option<Arc<dyn Reader>>>,
}

#[derive(Default)]
struct Waiting {
    writes: Vec<Write>,
    /// How many writes were ever queued.
    queued: u64,
    is_closed: bool,
}

/// How many writes are on disk, and why there will be no more.
#[derive(Clone, Debug, Default)]
struct Done {
    written: u64,
    failed: Option<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    /// Returns a journal that writes to a backend, and is read by `reader`.
    #[cfg_attr(
        not(any(feature = "durable", test)),
        expect(dead_code, reason = "there is no backend without the feature")
    )]
    pub(crate) fn new(backend: impl Backend, reader: Arc<dyn Reader>) -> std::io::Result<Self> {
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            done: watch::Sender::new(Done::default()),
            writer: Mutex::default(),
            reader: Mutex::new(Some(reader)),
        });
        let own = Arc::clone(&queue);
        let writer =
            std::thread::Builder::new().name("workflow-journal".to_owned()).spawn(move || own.write(backend))?;
        *lock(&queue.writer) = Some(writer);
        Ok(Self(Some(queue)))
    }

    /// Returns whether data is stored.
    pub(crate) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Queues a write.
    pub(crate) fn write(&self, write: impl FnOnce() -> Write) {
        self.write_all(|| vec![write()]);
    }

    /// Queues writes that are applied atomically.
    pub(crate) fn write_all(&self, writes: impl FnOnce() -> Vec<Write>) {
        if let Some(queue) = &self.0 {
            let writes = writes();
            let mut waiting = lock(&queue.waiting);
            waiting.queued += writes.len() as u64;
            waiting.writes.extend(writes);
            drop(waiting);
            queue.changed.notify_one();
        }
    }

    /// Returns the stored records whose keys have this prefix.
    pub(crate) fn records(&self, prefix: &[u8]) -> Result<Vec<Record>, String> {
        let Some(queue) = &self.0 else { return Ok(Vec::new()) };
        let reader = lock(&queue.reader).clone();
        reader.ok_or_else(|| "the journal is closed".to_owned())?.records(prefix)
    }

    /// Returns how many writes wait, or why there will be no more.
    pub(crate) fn waiting(&self) -> Result<u64, String> {
        let Some(queue) = &self.0 else { return Ok(0) };
        let queued = lock(&queue.waiting).queued;
        let done = queue.done.borrow();
        done.failed.clone().map_or_else(|| Ok(queued.saturating_sub(done.written)), Err)
    }

    /// Waits until everything queued is on disk.
    pub(crate) async fn flushed(&self) -> Result<(), ApiError> {
        let Some(queue) = &self.0 else { return Ok(()) };
        let queued = lock(&queue.waiting).queued;
        let mut done = queue.done.subscribe();
        let done = done.wait_for(|done| done.written >= queued || done.failed.is_some()).await;
        match done.as_deref().map(|done| done.failed.clone()) {
            Ok(None) => Ok(()),
            Ok(Some(why)) => {
                Err(ApiError::new(Code::InternalServerError, format!("the server cannot write its data: {why}")))
            }
            Err(_) => Err(ApiError::new(Code::InternalServerError, "the server's journal is closed")),
        }
    }

    /// Writes everything queued, and drops the backend.
    pub(crate) fn close(&self) {
        if let Some(queue) = &self.0 {
            lock(&queue.waiting).is_closed = true;
            queue.changed.notify_one();
            let writer = lock(&queue.writer).take();
            // Those who wait are told about a panic.
            let _ = writer.map(JoinHandle::join);
            lock(&queue.reader).take();
        }
    }
}

impl Queue {
    fn write(&self, mut backend: impl Backend) {
        loop {
            let (writes, queued) = {
                let mut waiting = lock(&self.waiting);
                while waiting.writes.is_empty() && !waiting.is_closed {
                    waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                }
                (std::mem::take(&mut waiting.writes), waiting.queued)
            };
            if writes.is_empty() {
                return;
            }
            if let Err(why) = backend.commit(writes) {
                // Later writes are not on disk either, and must not be.
                self.done.send_modify(|done| done.failed = Some(why));
                return;
            }
            self.done.send_modify(|done| done.written = queued);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Stores commits, and fails from a certain commit on.
    struct Slow {
        kept: Arc<Mutex<Vec<Vec<Write>>>>,
        fails_after: usize,
    }

    struct Empty;

    impl Reader for Empty {
        fn records(&self, _: &[u8]) -> Result<Vec<Record>, String> {
            Ok(Vec::new())
        }
    }

    impl Backend for Slow {
        fn commit(&mut self, writes: Vec<Write>) -> Result<(), String> {
            std::thread::sleep(Duration::from_millis(20));
            let mut kept = lock(&self.kept);
            if kept.len() >= self.fails_after {
                return Err("the disk is full".to_owned());
            }
            kept.push(writes);
            Ok(())
        }
    }

    fn write(number: u8) -> Write {
        Write::Put(vec![number], Vec::new())
    }

    #[tokio::test]
    async fn what_is_flushed_is_kept_in_order_and_many_writes_are_one_commit() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let journal = Journal::new(Slow { kept: Arc::clone(&kept), fails_after: usize::MAX }, Arc::new(Empty)).unwrap();
        for number in 0..100 {
            journal.write(|| write(number));
        }
        journal.flushed().await.unwrap();
        let commits = lock(&kept).clone();
        assert_eq!(commits.concat(), (0..100).map(write).collect::<Vec<_>>());
        assert!(commits.len() < 10, "{} commits", commits.len());
        journal.write(|| write(100));
        journal.close();
        assert_eq!(lock(&kept).concat().len(), 101);
    }

    #[tokio::test]
    async fn nothing_is_acknowledged_after_a_commit_failed() {
        let journal = Journal::new(Slow { kept: Arc::default(), fails_after: 1 }, Arc::new(Empty)).unwrap();
        journal.write(|| write(0));
        journal.flushed().await.unwrap();
        for number in 1..3 {
            journal.write(|| write(number));
            let error = journal.flushed().await.unwrap_err();
            assert_eq!(error.code, Code::InternalServerError);
            assert!(error.message.contains("the disk is full"), "{error:?}");
        }
        journal.close();
    }
}
