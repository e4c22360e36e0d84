//! The journal: everything that the server must not lose. A thread writes it, many writes in one commit.
//!
//! A write is queued under the lock of its subject, so that writes are in the order of events. Before anything is
//! reported to a client, the server waits until all queued writes are on disk ([`Journal::flushed`]).
//!
//! Each value begins with a digest of its key and its contents, so that an altered record is noticed. If a commit fails,
//! because the disk is full for example, clients are refused, and it is tried again until it succeeds.

#[cfg(all(test, feature = "durable"))]
pub(crate) mod disk;
mod ended;
mod record;
#[cfg(feature = "durable")]
pub(crate) mod redb;
mod replay;
mod restore;
#[cfg(all(test, feature = "durable"))]
mod simulated;
mod state;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::api::ApiError;
#[cfg(feature = "durable")]
pub(crate) use record::key_text;
pub(crate) use record::{
    ActivityRecord, ClockRecord, EndRecord, ExecutionRecord, FormatRecord, Key, MachineRecord, RecordKind,
    RevisionRecord,
};
#[cfg(feature = "durable")]
pub(crate) use redb::RedbBackend;
pub(crate) use replay::begun;
pub use restore::Quarantined;
pub(crate) use restore::Restored;
pub use state::StoreState;

/// A change of the records. Keys and values are bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    Put(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    /// Removes all records whose keys have this prefix.
    RemoveAll(Vec<u8>),
    /// Removes all records.
    Clear,
}

/// Stores records.
pub(crate) trait Backend: Send + 'static {
    /// Applies changes atomically. They are durable when this returns. A failed commit can be tried again.
    fn commit(&mut self, writes: &[Write]) -> Result<(), String>;
}

/// Takes a record: its key and its value.
pub(crate) type Visit<'v> = dyn FnMut(&[u8], &[u8]) + 'v;

/// Reads records.
pub(crate) trait Reader: Send + Sync + 'static {
    /// Passes on the records whose keys have this prefix, sorted by key.
    fn each(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), String>;

    /// Passes on the records with these keys, all as of one moment.
    fn only(&self, keys: &[Vec<u8>], visit: &mut Visit<'_>) -> Result<(), String>;
}

/// The bytes of a digest at the beginning of each value.
const DIGEST: usize = 8;

/// Returns the digest of a value's contents. It also depends on the key.
pub(crate) fn digest(key: &[u8], contents: &[u8]) -> [u8; DIGEST] {
    let whole = Sha256::new_with_prefix(key).chain_update(contents).finalize();
    std::array::from_fn(|at| whole.get(at).copied().unwrap_or_default())
}

/// Returns a value with these contents.
pub(crate) fn sealed(key: &[u8], contents: &[u8]) -> Vec<u8> {
    [&digest(key, contents), contents].concat()
}

/// Returns the contents of a value, or why it is damaged.
pub(crate) fn contents<'v>(key: &[u8], value: &'v [u8]) -> Result<&'v [u8], String> {
    let whole = value.split_at_checked(DIGEST).filter(|(sum, contents)| *sum == digest(key, contents));
    whole.map(|(_, contents)| contents).ok_or_else(|| "its bytes were altered".to_owned())
}

/// The journal of a server; `None` if the server only works in memory.
#[derive(Clone, Default)]
pub(crate) struct Journal(Option<Arc<Queue>>);

struct Queue {
    waiting: Mutex<Waiting>,
    /// Notified of each write that cannot wait, and of the end.
    changed: Condvar,
    done: Mutex<Done>,
    /// Notified when that has changed. Unlike with a `watch`, those who wait go on in order, so a simulation can be repeated.
    news: Notify,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Dropped together with the backend.
    reader: Mutex<Option<Arc<dyn Reader>>>,
    #[cfg(all(test, feature = "durable"))]
    simulated: simulated::Writer,
}

#[derive(Default)]
struct Waiting {
    writes: Vec<Write>,
    /// How many writes were ever queued.
    queued: u64,
    /// How many of them somebody waits for.
    wanted: u64,
    is_closed: bool,
}

/// How many writes are on disk, and whether there will be more.
#[derive(Debug, Default)]
struct Done {
    written: u64,
    state: StoreState,
}

/// How long a write that nobody waits for may be queued: one commit then has more of them.
const LATEST: Duration = Duration::from_millis(20);
/// How often an idle writer wakes up.
const IDLE: Duration = Duration::from_secs(3600);
/// How long after a failed commit it is tried again.
const AGAIN: Duration = Duration::from_millis(250);

/// Returns the message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("(the panic has no message)").to_owned()
}

impl Journal {
    /// Returns a journal that writes to a backend, and is read by `reader`.
    #[cfg_attr(
        not(any(feature = "durable", test)),
        expect(dead_code, reason = "there is no backend without the feature")
    )]
    pub(crate) fn new(backend: impl Backend, reader: Arc<dyn Reader>) -> std::io::Result<Self> {
        let queue = Queue::new(reader);
        let own = Arc::clone(&queue);
        let writer =
            std::thread::Builder::new().name("workflow-journal".to_owned()).spawn(move || own.write(backend))?;
        *queue.writer.lock() = Some(writer);
        Ok(Self(Some(queue)))
    }

    /// Returns a journal that only reads.
    #[cfg(feature = "durable")]
    pub(crate) fn of_reader(reader: Arc<dyn Reader>) -> Self {
        Self(Some(Queue::new(reader)))
    }

    /// Returns whether it is part of a simulation.
    pub(crate) fn is_simulated(&self) -> bool {
        #[cfg(all(test, feature = "durable"))]
        return self.0.as_ref().is_some_and(|queue| queue.simulated.is_used());
        #[cfg(not(all(test, feature = "durable")))]
        false
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
            if writes.is_empty() {
                return;
            }
            let mut waiting = queue.waiting.lock();
            let is_first = waiting.writes.is_empty();
            waiting.queued += writes.len() as u64;
            waiting.writes.extend(writes);
            drop(waiting);
            if is_first {
                queue.notify();
            }
        }
    }

    /// Passes on the stored records whose keys have this prefix: each key with the contents, or why it is damaged.
    pub(crate) fn each(
        &self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], Result<&[u8], String>),
    ) -> Result<(), String> {
        self.each_value(prefix, &mut |key, value| visit(key, contents(key, value)))
    }

    fn each_value(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), String> {
        self.read(|reader| reader.each(prefix, visit))
    }

    fn read(&self, read: impl FnOnce(&dyn Reader) -> Result<(), String>) -> Result<(), String> {
        let Some(queue) = &self.0 else { return Ok(()) };
        let reader = queue.reader.lock().clone().ok_or_else(|| "the journal is closed".to_owned())?;
        // A damaged file makes the backend panic.
        catch_unwind(AssertUnwindSafe(|| read(&*reader))).unwrap_or_else(|panic| Err(panic_message(&*panic)))
    }

    /// Returns the ARN that a damaged record of an execution's start has, if that part can be read.
    pub(crate) fn damaged_arn(&self, key: Key<'_>) -> Option<String> {
        let mut found = None;
        let read = self.each_value(&key.bytes(), &mut |_, value| {
            let text = String::from_utf8_lossy(value.get(DIGEST..).unwrap_or_default());
            found = text.strip_prefix(r#"{"arn":""#).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        });
        found.filter(|_| read.is_ok())
    }

    /// Returns the contents of the stored records with these keys, all as of one moment.
    pub(crate) fn contents<const N: usize>(&self, keys: [Key<'_>; N]) -> Result<[Option<Vec<u8>>; N], String> {
        let keys = keys.map(Key::bytes);
        let (mut found, mut damage) = ([const { None }; N], Ok(()));
        let mut visit = |stored: &[u8], value: &[u8]| match contents(stored, value) {
            Ok(contents) => {
                let place = keys.iter().zip(&mut found).find(|(key, _)| ***key == *stored);
                place.into_iter().for_each(|(_, found)| *found = Some(contents.to_vec()));
            }
            Err(why) => damage = Err(why),
        };
        self.read(|reader| reader.only(&keys, &mut visit))?;
        damage.map(|()| found)
    }

    /// Waits until everything queued is on disk. Fails as long as it cannot be written.
    pub(crate) async fn flushed(&self) -> Result<(), ApiError> {
        self.reach(StoreState::error).await
    }

    /// Like [`flushed`](Self::flushed), and waits as long as it cannot be written.
    pub(crate) async fn settled(&self) -> Result<(), ApiError> {
        self.reach(StoreState::end).await
    }

    async fn reach(&self, stops: impl Fn(&StoreState) -> Option<ApiError>) -> Result<(), ApiError> {
        let (Some(queue), queued) = (&self.0, self.hurry()) else { return Ok(()) };
        let outcome = |done: &Done| match done.written >= queued {
            true => Some(Ok(())),
            false => stops(&done.state).map(Err),
        };
        queue.done(outcome).await
    }

    /// Begins to write everything queued. Returns how many writes were ever queued.
    pub(crate) fn hurry(&self) -> u64 {
        let Some(queue) = &self.0 else { return 0 };
        let mut waiting = queue.waiting.lock();
        if waiting.wanted < waiting.queued {
            waiting.wanted = waiting.queued;
            queue.notify();
        }
        waiting.queued
    }

    /// Returns how many writes were ever queued.
    pub(crate) fn queued(&self) -> u64 {
        self.0.as_ref().map_or(0, |queue| queue.waiting.lock().queued)
    }

    /// Returns how many of them are on disk.
    pub(crate) fn written(&self) -> u64 {
        self.0.as_ref().map_or(0, |queue| queue.done.lock().written)
    }

    /// Returns why nothing can be stored at present.
    pub(crate) fn refusal(&self) -> Option<ApiError> {
        self.0.as_ref().and_then(|queue| queue.done.lock().state.error())
    }

    /// Waits until its state is another one, and returns it; never without a store.
    pub(crate) async fn changed(&self, seen: &StoreState) -> StoreState {
        let Some(queue) = &self.0 else { return std::future::pending().await };
        queue.done(|done| (done.state != *seen).then(|| done.state.clone())).await
    }

    /// Writes everything queued, and drops the backend.
    pub(crate) fn close(&self) {
        if let Some(queue) = &self.0 {
            queue.waiting.lock().is_closed = true;
            queue.notify();
            let writer = queue.writer.lock().take();
            // Those who wait are told about a panic.
            let _ = writer.map(JoinHandle::join);
            #[cfg(all(test, feature = "durable"))]
            queue.close_simulated();
            queue.reader.lock().take();
        }
    }
}

impl Queue {
    fn new(reader: Arc<dyn Reader>) -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            done: Mutex::default(),
            news: Notify::new(),
            writer: Mutex::default(),
            reader: Mutex::new(Some(reader)),
            #[cfg(all(test, feature = "durable"))]
            simulated: simulated::Writer::default(),
        })
    }

    /// Wakes up the writer.
    fn notify(&self) {
        self.changed.notify_one();
        #[cfg(all(test, feature = "durable"))]
        self.simulated.changed.notify_one();
    }

    fn write(&self, mut backend: impl Backend) {
        let mut batch = Vec::new();
        loop {
            let (queued, is_closed) = self.next(&mut batch);
            if batch.is_empty() {
                return;
            }
            match self.commit(&mut backend, &mut batch, queued) {
                Some(true) => {}
                Some(false) if !is_closed => std::thread::sleep(AGAIN),
                _ => return,
            }
        }
    }

    /// Commits a batch. Returns whether it is on disk, or `None` after a panic.
    fn commit(&self, backend: &mut impl Backend, batch: &mut Vec<Write>, queued: u64) -> Option<bool> {
        match catch_unwind(AssertUnwindSafe(|| backend.commit(batch))) {
            Ok(Ok(())) => {
                batch.clear();
                *self.done.lock() = Done { written: queued, state: StoreState::Writes };
                self.news.notify_waiters();
                Some(true)
            }
            // Later writes are not on disk either, and must not be before these.
            Ok(Err(why)) => {
                self.set_state(StoreState::Fails(why));
                Some(false)
            }
            Err(panic) => {
                self.set_state(StoreState::Ended(panic_message(&*panic)));
                None
            }
        }
    }

    fn set_state(&self, state: StoreState) {
        let before = std::mem::replace(&mut self.done.lock().state, state.clone());
        if before != state {
            self.news.notify_waiters();
        }
    }

    /// Waits until there is an outcome.
    async fn done<T>(&self, outcome: impl Fn(&Done) -> Option<T>) -> T {
        loop {
            let mut news = pin!(self.news.notified());
            // Listen before checking, so that a change in between is not missed.
            news.as_mut().enable();
            let found = outcome(&self.done.lock());
            match found {
                Some(found) => return found,
                None => news.await,
            }
        }
    }

    /// Adds the queued writes to a batch, when one of them is due or if there is a batch to try again. Returns how many
    /// were ever queued, and whether there will be no more.
    fn next(&self, batch: &mut Vec<Write>) -> (u64, bool) {
        let mut waiting = self.waiting.lock();
        let mut since = None;
        while batch.is_empty() && !waiting.is_closed && waiting.wanted <= waiting.queued - waiting.writes.len() as u64 {
            let rest = match waiting.writes.is_empty() {
                true => IDLE,
                false => LATEST.saturating_sub(since.get_or_insert_with(Instant::now).elapsed()),
            };
            if rest.is_zero() {
                break;
            }
            let _ = self.changed.wait_for(&mut waiting, rest);
        }
        batch.append(&mut waiting.writes);
        (waiting.queued, waiting.is_closed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::Code;

    /// Stores commits, except some of the attempts.
    struct Slow {
        kept: Arc<Mutex<Vec<Vec<Write>>>>,
        attempts: usize,
        fails: std::ops::Range<usize>,
    }

    impl Slow {
        fn new(kept: &Arc<Mutex<Vec<Vec<Write>>>>, fails: std::ops::Range<usize>) -> Self {
            Self { kept: Arc::clone(kept), attempts: 0, fails }
        }
    }

    struct Empty;

    impl Reader for Empty {
        fn each(&self, _: &[u8], _: &mut Visit<'_>) -> Result<(), String> {
            Ok(())
        }

        fn only(&self, _: &[Vec<u8>], _: &mut Visit<'_>) -> Result<(), String> {
            Ok(())
        }
    }

    impl Backend for Slow {
        fn commit(&mut self, writes: &[Write]) -> Result<(), String> {
            std::thread::sleep(Duration::from_millis(20));
            self.attempts += 1;
            if self.fails.contains(&(self.attempts - 1)) {
                return Err("the disk is full".to_owned());
            }
            self.kept.lock().push(writes.to_vec());
            Ok(())
        }
    }

    fn write(number: u8) -> Write {
        Write::Put(vec![number], Vec::new())
    }

    #[tokio::test]
    async fn what_is_flushed_is_kept_in_order_and_many_writes_are_one_commit() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let journal = Journal::new(Slow::new(&kept, 0..0), Arc::new(Empty)).unwrap();
        for number in 0..100 {
            journal.write(|| write(number));
        }
        journal.flushed().await.unwrap();
        let commits = kept.lock().clone();
        assert_eq!(commits.concat(), (0..100).map(write).collect::<Vec<_>>());
        assert!(commits.len() < 10, "{} commits", commits.len());
        journal.write(|| write(100));
        journal.close();
        assert_eq!(kept.lock().concat().len(), 101);
    }

    #[tokio::test]
    async fn nothing_is_acknowledged_until_a_failed_commit_succeeds() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let journal = Journal::new(Slow::new(&kept, 1..3), Arc::new(Empty)).unwrap();
        journal.write(|| write(0));
        journal.flushed().await.unwrap();
        assert!(journal.refusal().is_none());
        for number in 1..3 {
            journal.write(|| write(number));
            let error = journal.flushed().await.unwrap_err();
            assert_eq!(error.code, Code::InternalServerError);
            assert!(error.message.contains("the disk is full"), "{error:?}");
        }
        let fails = journal.changed(&StoreState::Writes).await;
        assert_eq!(fails, StoreState::Fails("the disk is full".to_owned()));
        assert!(journal.refusal().is_some());
        journal.settled().await.unwrap();
        assert_eq!(journal.changed(&fails).await, StoreState::Writes);
        assert_eq!(kept.lock().concat(), (0..3).map(write).collect::<Vec<_>>());
        journal.close();
    }

    #[tokio::test]
    async fn a_write_that_nobody_waits_for_is_written_soon_and_a_panic_ends_the_journal() {
        struct Panics;
        impl Backend for Panics {
            fn commit(&mut self, _: &[Write]) -> Result<(), String> {
                panic!("a page is damaged");
            }
        }
        let kept = Arc::new(Mutex::new(Vec::new()));
        let journal = Journal::new(Slow::new(&kept, 0..0), Arc::new(Empty)).unwrap();
        journal.write(|| write(0));
        while journal.written() < 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(kept.lock().concat(), [write(0)]);
        journal.close();
        let journal = Journal::new(Panics, Arc::new(Empty)).unwrap();
        journal.write(|| write(0));
        let error = journal.settled().await.unwrap_err();
        assert!(error.message.contains("a page is damaged"), "{error:?}");
        assert_eq!(journal.changed(&StoreState::Writes).await, StoreState::Ended("a page is damaged".to_owned()));
    }
}
