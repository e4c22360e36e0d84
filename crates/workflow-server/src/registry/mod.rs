//! The contents of the server: state machines, activities, executions, and the tasks that drive them.

mod activities;
mod driven;
mod ended;
mod executions;
mod fast_forward;
mod machine;
mod map_runs;
mod order;
mod permanent;
mod resources;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use indexmap::IndexMap;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::task::JoinSet;
use workflow_local::handlers::Handlers;
use workflow_local::{MockFile, ObjectStore, Random};

use crate::Retention;
use crate::api::arn::Scope;
use crate::api::{ApiError, Code};
use crate::clock::ServerClock;
use crate::executions::{Outside, Pending, Run, Threads};
use crate::journal::{ActivityRecord, Journal, Key, MachineRecord, RevisionRecord};
use crate::outlets::{Events, ExpressLogs};
use crate::quotas::Buckets;
pub(crate) use activities::{Activities, Activity};
pub(crate) use driven::Driven;
pub(crate) use executions::{EndOf, EndedExecution, Executions, Held, Lists};
pub(crate) use fast_forward::{Breakpoint, FastForward};
pub(crate) use machine::{
    Alias, Configuration, MOST_ALIASES, MOST_VERSIONS, Machine, Revision, Route, Selected, Tags, Version,
};
pub(crate) use map_runs::MapRuns;
pub(crate) use permanent::PermanentMachine;
pub(crate) use resources::Resources;

/// The number of tasks in the runtime's queue from which on executions take turns.
const SHORT_QUEUE: usize = 64;

pub(crate) struct Registry {
    pub(crate) handlers: Arc<Handlers>,
    pub(crate) mocks: Option<MockFile>,
    pub(crate) clock: ServerClock,
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) threads: Arc<Threads>,
    pub(crate) activities: Arc<Activities>,
    pub(crate) map_runs: Arc<MapRuns>,
    pub(crate) outside: Outside,
    pub(crate) journal: Journal,
    pub(crate) retention: Retention,
    pub(crate) buckets: Buckets,
    /// The maximum numbers of Standard and of Express executions that have not ended.
    pub(crate) open_limits: [usize; 2],
    pub(crate) recent: usize,
    /// Whether the data of an earlier server was read.
    pub(crate) is_restored: watch::Sender<bool>,
    pub(crate) events: Option<Events>,
    pub(crate) express_logs: Option<ExpressLogs>,
    #[cfg(feature = "trace")]
    pub(crate) traces: Option<crate::outlets::Traces>,
    /// The scope of resources that no request created.
    pub(crate) scope: Scope,
    pub(crate) permanent: Mutex<IndexMap<String, PermanentMachine>>,
    pub(crate) seed: u64,
    pub(crate) counter: AtomicU64,
    pub(crate) numbers: AtomicU64,
    /// Each change is complete before the lock is released, so a panic elsewhere leaves nothing half done.
    pub(crate) held: Mutex<RegistryContents>,
    pub(crate) driving: Mutex<JoinSet<()>>,
    pub(crate) driven: Mutex<Driven>,
    pub(crate) turns: Turns,
    pub(crate) has_breakpoint: AtomicBool,
    pub(crate) breakpoint: Mutex<Option<Breakpoint>>,
}

/// Permits to run, for the executions that are ready.
pub(crate) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(4 * std::thread::available_parallelism().map_or(1, usize::from)))
    }
}

/// State machines and executions.
#[derive(Default)]
pub(crate) struct RegistryContents {
    pub(crate) machines: Resources<Machine>,
    pub(crate) executions: Executions,
    /// What could not be restored, by ARN, with the reason.
    pub(crate) quarantined: IndexMap<String, String>,
    /// Whether one of these is an execution whose start is damaged: its ARN may be wrong.
    pub(crate) has_lost_execution: bool,
}

impl Registry {
    /// Returns a new number that follows from the seed.
    pub(crate) fn next_seed(&self) -> u64 {
        self.seed.wrapping_add(self.counter.fetch_add(1, Ordering::Relaxed))
    }

    /// Returns a number above all earlier ones: the position of a resource in its list.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Returns a number below 100 that follows from the seed, to choose among an alias's versions.
    pub(crate) fn draw(&self) -> u64 {
        Random::new(self.next_seed()).below(100)
    }

    /// Returns a new UUID.
    pub(crate) fn id(&self) -> String {
        Random::new(self.next_seed()).uuid()
    }

    /// Drives an execution to its end.
    pub(crate) fn drive(self: &Arc<Self>, run: Arc<Run>) {
        self.drive_on(run, Pending::default());
    }

    /// Like [`drive`](Self::drive), for an execution that waits for what was requested before the server began.
    pub(crate) fn drive_on(self: &Arc<Self>, run: Arc<Run>, pending: Pending) {
        let mut driving = self.driving.lock();
        while driving.try_join_next().is_some() {}
        self.begin_driving(&run);
        driving.spawn(run.drive(Arc::clone(self), pending));
    }

    /// Waits for its turn if many executions are ready to run: the runtime's queue stays short, so that requests, which
    /// are in the same queue, wait for a few executions only.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if Handle::current().metrics().global_queue_depth() < SHORT_QUEUE {
            return None;
        }
        // It is never closed.
        let turn = self.turns.0.acquire().await.ok();
        // Others that are ready leave the queue meanwhile.
        tokio::task::yield_now().await;
        turn
    }

    /// Waits until the data of an earlier server is read.
    pub(crate) async fn until_restored(&self) {
        // The sender lives as long as the registry.
        let _ = self.is_restored.subscribe().wait_for(|is_restored| *is_restored).await;
    }

    /// Returns an error if requests cannot be answered: before the data is read, and after a write failed.
    pub(crate) fn check_ready(&self) -> Result<(), ApiError> {
        if !*self.is_restored.borrow() {
            return Err(ApiError::new(Code::ServiceUnavailable, "the server is still reading its data"));
        }
        let failed = self.journal.refusal().map(|error| ApiError::new(Code::ServiceUnavailable, error.message));
        failed.map_or(Ok(()), Err)
    }

    /// Stores a state machine.
    pub(crate) fn save_machine(&self, machine: &Machine) {
        self.journal.write(|| Key::Machine(&machine.arn).put(&MachineRecord::of(machine)));
    }

    /// Stores the current revision of a state machine.
    pub(crate) fn save_revision(&self, machine: &Machine) {
        let revision = &machine.current;
        self.journal.write(|| Key::Revision(revision.number).put(&RevisionRecord::of(revision, machine)));
    }

    /// Stores an activity.
    pub(crate) fn save_activity(&self, arn: &str, activity: &Activity) {
        self.journal.write(|| Key::Activity(arn).put(&ActivityRecord::of(activity)));
    }

    /// Makes later numbers greater than this one.
    pub(crate) fn number_from(&self, highest: u64) {
        self.numbers.fetch_max(highest, Ordering::Relaxed);
    }

    pub(crate) fn stop_driving(&self) {
        self.driving.lock().abort_all();
        self.forget_driven();
    }
}

#[cfg(all(test, feature = "durable"))]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;
    use crate::Server;
    use crate::journal::{Backend, Reader, Visit, Write};

    /// Data that nobody can write, and that can be read as soon as the sender is gone.
    struct Data(Mutex<Receiver<()>>);

    impl Reader for Data {
        fn each(&self, _: &[u8], _: &mut Visit<'_>) -> Result<(), String> {
            let _ = self.0.lock().recv();
            Ok(())
        }

        fn only(&self, _: &[Vec<u8>], visit: &mut Visit<'_>) -> Result<(), String> {
            self.each(&[], visit)
        }
    }

    impl Backend for Data {
        fn commit(&mut self, _: &[Write]) -> Result<(), String> {
            Err("the disk is full".to_owned())
        }
    }

    fn ask(address: SocketAddr, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_is_ready_between_reading_its_data_and_a_failed_write() {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (hold, held) = channel();
        let journal = Journal::new(Data(Mutex::new(channel().1)), Arc::new(Data(Mutex::new(held)))).unwrap();
        let binding = tokio::spawn(Server::builder().with_journal(journal).bind(address));
        while TcpStream::connect(address).is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (health, ready) = ("GET /health HTTP/1.1", "GET /ready HTTP/1.1");
        assert_eq!(ask(address, health).0, 200);
        let (status, answer) = ask(address, ready);
        assert!(status == 503 && answer.contains("the server is still reading its data"), "{answer}");
        // Other requests wait.
        let list = "POST / HTTP/1.1\r\nX-Amz-Target: AWSStepFunctions.ListActivities\r\nContent-Length: 0";
        let listed = tokio::task::spawn_blocking(move || ask(address, list));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!listed.is_finished() && !binding.is_finished());
        drop(hold);
        let server = binding.await.unwrap().unwrap();
        assert_ne!(listed.await.unwrap().0, 503);
        assert_eq!(ask(address, ready).0, 200);

        server.advance(Duration::from_secs(1));
        while ask(address, ready).0 == 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (status, answer) = ask(address, ready);
        assert!(status == 503 && answer.contains("the server cannot write its data: the disk is full"), "{answer}");
        assert_eq!(ask(address, health).0, 200);
    }
}
