//! Metrics in the text format of Prometheus.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Service;
use crate::executions::STATUSES;
use parking_lot::Mutex;

/// The content type of the format.
pub(super) const TEXT: &str = "text/plain; version=0.0.4";

/// The number of requests, by operation or path, and by outcome.
#[derive(Default)]
pub(crate) struct Requests(Mutex<BTreeMap<(&'static str, &'static str), u64>>);

impl Requests {
    pub(super) fn count(&self, operation: &'static str, outcome: &'static str) {
        *self.0.lock().entry((operation, outcome)).or_default() += 1;
    }
}

/// Writes a metric with its samples: their labels and values.
fn metric(text: &mut String, name: &str, kind: &str, help: &str, samples: impl IntoIterator<Item = (String, u64)>) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

impl Service {
    /// Returns all metrics.
    pub(super) fn metrics(&self) -> String {
        let mut text = String::new();
        let counts = self.registry.driven.lock().counts;
        let counts = || ["STANDARD", "EXPRESS"].into_iter().zip(counts);
        let started = counts().map(|(kind, counts)| (format!("{{type=\"{kind}\"}}"), counts.started));
        let help = "Executions that began to run, redrives and restored ones included.";
        metric(&mut text, "workflow_executions_started_total", "counter", help, started);
        let ended = counts().flat_map(|(kind, counts)| {
            let ended = STATUSES.into_iter().zip(counts.ended).skip(1);
            ended.map(move |(status, count)| (format!("{{type=\"{kind}\",status=\"{status}\"}}"), count))
        });
        metric(&mut text, "workflow_executions_ended_total", "counter", "Executions that ended.", ended);
        let open = counts().map(|(kind, counts)| (format!("{{type=\"{kind}\"}}"), counts.open as u64));
        metric(&mut text, "workflow_executions_running", "gauge", "Executions that have not ended.", open);
        let places = [
            ("workflow_connections_open", "Open connections.", &self.places),
            ("workflow_long_polls_waiting", "Requests that wait for a task or for events.", &self.polls),
            ("workflow_synchronous_waiting", "Requests that wait for an execution.", &self.synchronous),
        ];
        for (name, help, share) in places {
            metric(&mut text, name, "gauge", help, [(String::new(), share.taken() as u64)]);
        }
        let requests = self.requests.0.lock().clone();
        let requests = requests.into_iter().map(|((operation, outcome), count)| {
            (format!("{{operation=\"{operation}\",outcome=\"{outcome}\"}}"), count)
        });
        metric(&mut text, "workflow_requests_total", "counter", "Answered requests.", requests);
        let journal = &self.registry.journal;
        let waiting = [(String::new(), journal.queued().saturating_sub(journal.written()))];
        metric(&mut text, "workflow_journal_writes_waiting", "gauge", "Writes that are not on disk yet.", waiting);
        text
    }
}
