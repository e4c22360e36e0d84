//! Threads for handlers, which are the user's closures and may block, even forever.
//!
//! These are not the runtime's threads, which would keep the process from ending while a handler does not return.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

use crate::Limits;

/// How long an idle thread waits for more work before it ends.
const IDLE: Duration = Duration::from_secs(10);

/// A running handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunningHandler {
    /// The state whose task it answers.
    pub state: String,
    /// The ARN of the execution; `None` if the state is tested alone.
    pub execution_arn: Option<String>,
    /// How long it has been running.
    pub running_for: Duration,
}

impl fmt::Display for RunningHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the handler of state `{}`", self.state)?;
        if let Some(arn) = &self.execution_arn {
            write!(f, " of {arn}")?;
        }
        write!(f, " has run for {} s", self.running_for.as_secs())
    }
}

/// Why a handler did not run.
#[derive(Debug)]
pub(crate) enum NotRun {
    /// All threads are busy, and none has become free for a long time.
    NoneFree { threads: usize, waited: Duration, longest: Option<RunningHandler> },
    /// The system cannot create more threads.
    NoThread(io::Error),
    /// The job panicked.
    CutShort,
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneFree { threads, waited, longest } => {
                write!(
                    f,
                    "no thread is free: {threads} handlers run, and none of them has returned for {} s",
                    waited.as_secs()
                )?;
                longest.iter().try_for_each(|longest| write!(f, "; {longest}"))
            }
            Self::NoThread(error) => write!(f, "no thread could be started: {error}"),
            Self::CutShort => f.write_str("the handler was cut short"),
        }
    }
}

/// What a handler runs for.
#[derive(Clone, Debug)]
pub(crate) struct HandlerOwner {
    pub(crate) state: Arc<str>,
    pub(crate) execution_arn: Option<Arc<str>>,
}

/// A pool of threads, one for each running handler, up to a limit.
pub(crate) struct Threads {
    shared: Arc<Shared>,
    most: usize,
    /// A permit for each handler that may run.
    places: Arc<Semaphore>,
    wait: Duration,
}

type Job = Box<dyn FnOnce() + Send>;

struct Shared {
    work: Mutex<Work>,
    wake: Condvar,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Work {
    queue: VecDeque<Job>,
    idle: usize,
    is_closed: bool,
}

struct Running {
    /// In the order in which they began.
    handlers: IndexMap<u64, (HandlerOwner, Instant)>,
    next_number: u64,
    /// When one last began or returned.
    last_change: Instant,
}

impl Threads {
    pub(crate) fn new(limits: &Limits) -> Self {
        let running = Running { handlers: IndexMap::new(), next_number: 0, last_change: Instant::now() };
        Self {
            shared: Arc::new(Shared { work: Mutex::default(), wake: Condvar::new(), running: Mutex::new(running) }),
            most: limits.handlers,
            places: Arc::new(Semaphore::new(limits.handlers)),
            wait: limits.handler_wait,
        }
    }

    /// Runs a job that may block. If the caller no longer waits, the job continues alone.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        runs_for: HandlerOwner,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRun> {
        let place = self.place().await?;
        let (give, given) = oneshot::channel();
        let (taken, runtime) = (self.shared.begin(runs_for, place), Handle::current());
        let job = move || {
            let _taken = taken;
            let _runtime = runtime.enter();
            // The caller may no longer wait.
            let _ = give.send(work());
        };
        self.shared.submit(Box::new(job)).map_err(NotRun::NoThread)?;
        given.await.map_err(|_| NotRun::CutShort)
    }

    /// Waits for a permit as long as handlers return.
    async fn place(&self) -> Result<OwnedSemaphorePermit, NotRun> {
        let mut place = pin!(Arc::clone(&self.places).acquire_owned());
        loop {
            let last_change = self.shared.running.lock().last_change;
            match tokio::time::timeout_at(last_change + self.wait, place.as_mut()).await {
                Ok(Ok(place)) => return Ok(place),
                Ok(Err(_)) => return Err(NotRun::CutShort),
                Err(_) if self.shared.running.lock().last_change == last_change => {
                    let longest = self.running().into_iter().next();
                    return Err(NotRun::NoneFree { threads: self.most, waited: self.wait, longest });
                }
                Err(_) => {}
            }
        }
    }

    /// Returns the running handlers, the longest running first.
    pub(crate) fn running(&self) -> Vec<RunningHandler> {
        let running = self.shared.running.lock();
        let handler = |(runs_for, since): &(HandlerOwner, Instant)| RunningHandler {
            state: runs_for.state.to_string(),
            execution_arn: runs_for.execution_arn.as_deref().map(str::to_owned),
            running_for: since.elapsed(),
        };
        running.handlers.values().map(handler).collect()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shared.work.lock().is_closed = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn begin(self: &Arc<Self>, runs_for: HandlerOwner, place: OwnedSemaphorePermit) -> Permit {
        let now = Instant::now();
        let mut running = self.running.lock();
        let number = running.next_number;
        running.next_number = number.wrapping_add(1);
        running.handlers.insert(number, (runs_for, now));
        running.last_change = now;
        Permit { shared: Arc::clone(self), number, _place: place }
    }

    /// Gives a job to an idle thread, or to a new one.
    fn submit(self: &Arc<Self>, job: Job) -> io::Result<()> {
        let mut work = self.work.lock();
        if work.queue.len() >= work.idle {
            let shared = Arc::clone(self);
            std::thread::Builder::new().name("workflow-handler".to_owned()).spawn(move || shared.work())?;
        }
        work.queue.push_back(job);
        drop(work);
        self.wake.notify_one();
        Ok(())
    }

    /// The thread's loop: runs jobs until there have been none for a while.
    fn work(&self) {
        let mut work = self.work.lock();
        loop {
            if let Some(job) = work.queue.pop_front() {
                drop(work);
                job();
                work = self.work.lock();
                continue;
            }
            if work.is_closed {
                return;
            }
            work.idle += 1;
            let waited = self.wake.wait_for(&mut work, IDLE);
            work.idle -= 1;
            if waited.timed_out() && work.queue.is_empty() {
                return;
            }
        }
    }
}

/// The permit of a running handler. Dropped when it has returned, even by a panic.
struct Permit {
    shared: Arc<Shared>,
    number: u64,
    _place: OwnedSemaphorePermit,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut running = self.shared.running.lock();
        running.handlers.shift_remove(&self.number);
        running.last_change = Instant::now();
    }
}
