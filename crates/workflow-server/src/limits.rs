//! Limits on the time and the number of connections, handlers and executions.

use std::time::Duration;

/// The maximum size of a request: a definition of 1 MiB, escaped as a JSON string, and the rest.
pub(crate) const BODY_BYTES: usize = 4 * 1024 * 1024;

/// The limits of a [`Server`](crate::Server) for its clients and handlers.
///
/// ```no_run
/// use std::time::Duration;
///
/// use workflow_server::{Limits, Server};
///
/// # async fn serve() -> std::io::Result<()> {
/// let limits = Limits { idle: Duration::from_secs(10), ..Limits::default() };
/// let server = Server::builder().limits(limits).bind("127.0.0.1:0").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may take to send the head of a request, including idle time before it. The connection is
    /// then closed. The default is 60 seconds.
    pub idle: Duration,
    /// How long a client may take to send the body of a request, which is then rejected. The default is 30 seconds.
    pub body: Duration,
    /// How long a client may leave an answer unread before its connection is closed. The default is 30 seconds.
    pub unread: Duration,
    /// The maximum number of open connections; others wait to be accepted. While they wait, a connection whose client
    /// has kept the server waiting for a second is closed. The default is 4096.
    pub connections: usize,
    /// The maximum number of connections that wait for a task (`GetActivityTask`) or for events of the console; further
    /// requests get a `ThrottlingException`. At most half of the connections, which is the default, 2048.
    pub long_polls: usize,
    /// The maximum number of connections that wait for an execution (`StartSyncExecution`, `TestState`, `/clock`);
    /// further requests get a `ThrottlingException`. At most a quarter of the connections, which is the default, 1024.
    pub synchronous: usize,
    /// The maximum number of bytes of request bodies above 16 KiB that are read concurrently; further bodies wait for
    /// memory, at most [`body`](Self::body). While they wait, a body that takes longer than a second is rejected. At
    /// least 4 MiB, the maximum size of a body; the default is 64 MiB.
    pub bodies: usize,
    /// The maximum number of Standard executions that have not ended; further starts and redrives get AWS's
    /// `ExecutionLimitExceeded`. AWS's quota is 1,000,000 for an account in a region; the default is 100,000, because
    /// they are in memory. Executions restored from data run in any case.
    pub open_executions: usize,
    /// The maximum number of Express executions that have not ended; further starts get a `ThrottlingException`. The
    /// default is 100,000.
    pub express_executions: usize,
    /// The approximate number of bytes of ended executions that stay in memory, the latest ones, although their records
    /// are on disk, because clients ask for them. The default is 64 MiB.
    pub recent: usize,
    /// The maximum number of synchronous closures that run concurrently, each on its own thread; others wait for one to
    /// return. The default is 512.
    pub handlers: usize,
    /// How long those wait while no handler returns. The task then fails with `States.TaskFailed`, and a cause that
    /// names the handler that has been running longest. The default is 60 seconds.
    pub handler_wait: Duration,
    /// How long [`Server::shutdown`](crate::Server::shutdown) waits for clients to read their answers. The default is
    /// one second.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(60),
            body: Duration::from_secs(30),
            unread: Duration::from_secs(30),
            connections: 4096,
            long_polls: 2048,
            synchronous: 1024,
            bodies: 64 * 1024 * 1024,
            open_executions: 100_000,
            express_executions: 100_000,
            recent: 64 * 1024 * 1024,
            handlers: 512,
            handler_wait: Duration::from_secs(60),
            shutdown: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// The longest time that clocks can handle without an overflow.
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

    /// Limits times to a year, counts to at least one, and shares to what leaves room for others.
    pub(crate) fn bounded(self) -> Self {
        let time = |time: Duration| time.min(Self::LONGEST);
        let count = |count: usize| count.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        Self {
            idle: time(self.idle),
            body: time(self.body),
            unread: time(self.unread),
            connections: count(self.connections),
            long_polls: count(self.long_polls.min(self.connections / 2)),
            synchronous: count(self.synchronous.min(self.connections / 4)),
            bodies: count(self.bodies.max(BODY_BYTES)),
            open_executions: self.open_executions,
            express_executions: self.express_executions,
            recent: self.recent,
            handlers: count(self.handlers),
            handler_wait: time(self.handler_wait),
            shutdown: time(self.shutdown),
        }
    }
}

/// How long, and how many, ended executions a [`Server`](crate::Server) keeps. Older ones are forgotten completely:
/// their names are free, and their records in [`Builder::data`](crate::Builder) are removed.
///
/// ```
/// use std::time::Duration;
///
/// use workflow_server::{Retention, Server};
///
/// let retention = Retention { age: Some(Duration::from_secs(3600)), ..Retention::default() };
/// let server = Server::builder().retention(retention);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long after its end, by the server's clock; `None` means forever. The default is 90 days, as on AWS
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>). A server begins to remove them by
    /// their age when it has run for an hour, so that one start with a wrong clock removes nothing.
    pub age: Option<Duration>,
    /// The maximum number; the last ones to end are kept. The default is 100,000.
    pub count: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { age: Some(Duration::from_secs(90 * 24 * 60 * 60)), count: 100_000 }
    }
}
