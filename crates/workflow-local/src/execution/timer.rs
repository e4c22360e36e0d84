//! Timers, and what happens when they are due.

use std::cmp::{Ordering, Reverse};
use std::time::Duration;

use super::failure::Failure;
use super::thread::{AfterSleep, Doing, RunId, ThreadId};
use super::{Execution, Status};
use crate::clock::Instant;

/// An event at a time, unless its reason has passed.
#[derive(Clone, Debug)]
pub(super) struct Timer {
    pub(super) at: Instant,
    /// Timers for the same time fire in the order in which they were set.
    order: u64,
    pub(super) thread: ThreadId,
    ticket: u64,
    pub(super) kind: TimerKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimerKind {
    /// The time limit of the execution, or of a child of a distributed map.
    Execution(RunId),
    /// The end of a wait, or of a retrier's delay.
    Wake,
    /// A task's time limit.
    Task,
    /// A task's heartbeat is due. The number is compared with the task's current timer.
    Heartbeat(u64),
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}

impl Execution {
    pub(super) fn set_timer(&mut self, seconds: u64, thread: ThreadId, ticket: u64, kind: TimerKind) {
        self.set_timer_at(self.now.after(Duration::from_secs(seconds)), thread, ticket, kind);
    }

    pub(super) fn set_timer_at(&mut self, at: Instant, thread: ThreadId, ticket: u64, kind: TimerKind) {
        let order = self.ticket();
        self.timers.push(Reverse(Timer { at, order, thread, ticket, kind }));
    }

    /// Returns the time of the next timer that is still valid, or of the execution's own limit. The limit alone is not
    /// returned: an execution that waits for nothing else is stuck.
    pub(super) fn next_timer(&mut self) -> Option<Instant> {
        while let Some(Reverse(timer)) = self.timers.peek() {
            if self.is_current(timer) {
                return Some(timer.at.min(self.closes_at));
            }
            self.timers.pop();
        }
        None
    }

    pub(super) fn is_current(&self, timer: &Timer) -> bool {
        if let TimerKind::Execution(run) = timer.kind {
            return self.run(run).status == Status::Running;
        }
        let Some(thread) = self.threads.get(timer.thread.0).and_then(Option::as_ref) else { return false };
        thread.ticket == timer.ticket
            && match (timer.kind, &thread.doing) {
                (TimerKind::Heartbeat(number), Doing::Task(task)) => task.heartbeats == number,
                (TimerKind::Task, Doing::Task(_)) | (TimerKind::Wake, Doing::Sleep(_)) => true,
                _ => false,
            }
    }

    /// Advances the execution's time: everything due by then happens, in order.
    pub fn advance_to(&mut self, time: Instant) {
        while self.status() == Status::Running && self.next_timer().is_some_and(|at| at <= time && at < self.closes_at)
        {
            let Some(Reverse(timer)) = self.timers.pop() else { break };
            self.now = self.now.max(timer.at);
            self.fire(&timer);
            // Ready threads run before the next timer, so that a late caller sees the same order as a punctual one.
            if self.next_timer().is_none_or(|at| at > self.now) && !self.ready.is_empty() {
                self.now = self.now.max(time);
                return;
            }
        }
        if self.status() == Status::Running && time >= self.closes_at {
            self.now = self.now.max(self.closes_at);
            self.time_out(RunId(0));
            return;
        }
        self.now = self.now.max(time);
    }

    /// Ends an execution that has reached its time limit.
    fn time_out(&mut self, run: RunId) {
        self.end_run(run, 0, Status::TimedOut, Failure::timeout(false));
        if run != RunId(0) {
            self.end_child_run(run);
        }
    }

    fn fire(&mut self, timer: &Timer) {
        if let TimerKind::Execution(run) = timer.kind {
            return self.time_out(run);
        }
        let Some(mut thread) = self.take(timer.thread) else { return };
        match timer.kind {
            TimerKind::Wake => {
                thread.doing = match thread.doing {
                    Doing::Sleep(AfterSleep::Leave) => Doing::Awake,
                    _ => Doing::Work,
                };
                let id = thread.id;
                self.park(thread);
                self.ready.push_back(id);
            }
            TimerKind::Task => self.task_timed_out(thread, false),
            TimerKind::Heartbeat(_) => self.task_timed_out(thread, true),
            TimerKind::Execution(_) => self.park(thread),
        }
    }
}
