//! A trace in Chrome's trace event format, which Perfetto opens
//! (<https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Trace;

impl Trace {
    /// Returns the trace events of all spans. Branches and items that run at the same time have lanes of their own.
    pub fn to_chrome_json(&self) -> Value {
        let lanes = self.lanes();
        let begin = self.spans.first().map_or(0, |span| span.time.0);
        let mut events = Vec::with_capacity(self.spans.len() + 1);
        let name = self.spans.first().map_or("", |span| span.name.as_str());
        events.push(json!({"ph": "M", "pid": 1, "tid": 0, "name": "process_name", "args": {"name": name}}));
        for span in &self.spans {
            let mut args: Map<String, Value> =
                span.attributes.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
            if let Some(error) = &span.error {
                args.insert("error".to_owned(), error.as_str().into());
            }
            events.push(json!({
                "ph": "X",
                "pid": 1,
                "tid": lanes.get(&span.thread).copied().unwrap_or_default(),
                "cat": span.kind,
                "name": span.name,
                // Microseconds since the execution began.
                "ts": (span.time.0 - begin).saturating_mul(1000),
                "dur": (span.time.1 - span.time.0).saturating_mul(1000),
                "args": args,
            }));
        }
        json!({"traceEvents": events, "displayTimeUnit": "ms", "otherData": {"began": begin, "trace": self.id}})
    }

    /// Assigns a lane to each thread. A lane is reused after its thread has ended.
    fn lanes(&self) -> BTreeMap<usize, usize> {
        let mut times: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        for span in &self.spans {
            let time = times.entry(span.thread).or_insert(span.time);
            *time = (time.0.min(span.time.0), time.1.max(span.time.1));
        }
        let mut threads: Vec<_> = times.into_iter().collect();
        threads.sort_by_key(|(thread, (from, _))| (*from, *thread));
        let mut lanes = BTreeMap::new();
        let mut free: Vec<i64> = Vec::new();
        for (thread, (from, to)) in threads {
            // A span of zero length occupies its lane too.
            let found = free.iter().position(|until| *until < from).unwrap_or(free.len());
            match free.get_mut(found) {
                Some(until) => *until = to,
                None => free.push(to),
            }
            lanes.insert(thread, found);
        }
        lanes
    }
}
