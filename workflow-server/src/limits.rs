//! How long clients may take, and how much there may be of anything.

use std::time::Duration;

/// What a [`Server`](crate::Server) allows its clients and handlers.
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
    /// How long a connection may go without sending the whole head of a request, idle time before it included. The
    /// connection is then closed. 60 seconds unless set.
    pub idle: Duration,
    /// How long a client may take to send the body of a request, which is otherwise refused. 30 seconds unless set.
    pub body: Duration,
    /// How long a client may leave an answer unread before its connection is closed. 30 seconds unless set.
    pub unread: Duration,
    /// How many connections may be open; others wait to be accepted. 4096 unless set.
    pub connections: usize,
    /// How many handlers that are synchronous closures may run at a time, each on a thread of its own; others wait for
    /// one to return. 512 unless set.
    pub handlers: usize,
    /// How long those wait while not one handler returns. The task then fails with `States.TaskFailed`, and a cause that
    /// names the handler that has run longest. 60 seconds unless set.
    pub handler_wait: Duration,
    /// How long [`Server::shutdown`](crate::Server::shutdown) waits for clients to read the answers that they are owed. One
    /// second unless set.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(60),
            body: Duration::from_secs(30),
            unread: Duration::from_secs(30),
            connections: 4096,
            handlers: 512,
            handler_wait: Duration::from_secs(60),
            shutdown: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// The longest time that clocks can be told of without an overflow.
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

    /// The same with no time above a year, and no count of zero.
    pub(crate) fn bounded(self) -> Self {
        let time = |time: Duration| time.min(Self::LONGEST);
        let count = |count: usize| count.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        Self {
            idle: time(self.idle),
            body: time(self.body),
            unread: time(self.unread),
            connections: count(self.connections),
            handlers: count(self.handlers),
            handler_wait: time(self.handler_wait),
            shutdown: time(self.shutdown),
        }
    }
}

/// How long and how many executions a [`Server`](crate::Server) keeps that have ended. One that is kept no longer is as if it had
/// never been: its name is free, and what [`Builder::data`](crate::Builder) has of it is removed.
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
    /// How long after its end, by the server's clock; `None` is for ever. 90 days unless set, as AWS has it
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
    pub age: Option<Duration>,
    /// How many, those that ended last. 100,000 unless set.
    pub count: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { age: Some(Duration::from_secs(90 * 24 * 60 * 60)), count: 100_000 }
    }
}
