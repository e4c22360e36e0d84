//! What an execution asks of its surroundings while it steps: whether activities exist, and objects of S3. The answers
//! are inputs of the execution: a replay gets the recorded ones, and writes nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_local::handlers::Handlers;
use workflow_local::{ListedObject, ObjectStore};

use crate::registry::{Activities, MapRuns};

/// Answers an execution's questions.
pub(crate) struct Surroundings {
    activities: Arc<Activities>,
    map_runs: Arc<MapRuns>,
    handlers: Arc<Handlers>,
    store: Arc<dyn ObjectStore>,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    mode: Mode,
    /// The answers for a replay.
    replayed: VecDeque<Value>,
    /// The answers since the last call of `take`.
    given: Vec<Value>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    /// Nobody needs the answers later.
    #[default]
    Forgetting,
    Recording,
    Replaying,
}

/// The bytes of an object, recorded in Base64.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
struct Object(Vec<u8>);

impl From<Object> for String {
    fn from(Object(bytes): Object) -> Self {
        BASE64_STANDARD.encode(bytes)
    }
}

impl TryFrom<String> for Object {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64_STANDARD.decode(text).map(Self)
    }
}

impl Surroundings {
    pub(crate) fn new(
        activities: &Arc<Activities>,
        map_runs: &Arc<MapRuns>,
        handlers: &Arc<Handlers>,
        store: &Arc<dyn ObjectStore>,
    ) -> Arc<Self> {
        let (activities, map_runs) = (Arc::clone(activities), Arc::clone(map_runs));
        let (handlers, store) = (Arc::clone(handlers), Arc::clone(store));
        Arc::new(Self { activities, map_runs, handlers, store, answers: Mutex::default() })
    }

    /// Returns the recorded answer of a replay, or asks. A replay asks what an older version did not record.
    fn answer<T: Serialize + DeserializeOwned>(&self, ask: impl FnOnce(Mode) -> T) -> T {
        let mode = {
            let mut answers = self.answers.lock();
            if let Some(answer) = answers.replayed.front().and_then(|answer| T::deserialize(answer).ok()) {
                answers.replayed.pop_front();
                return answer;
            }
            answers.mode
        };
        let answer = ask(mode);
        if mode == Mode::Recording {
            // Answers are strings, numbers and lists of them.
            let recorded = serde_json::to_value(&answer).unwrap_or_default();
            self.answers.lock().given.push(recorded);
        }
        answer
    }

    /// Returns whether the activity exists, or a handler for it.
    pub(crate) fn has_activity(&self, arn: &str) -> bool {
        self.answer(|_| self.activities.has(arn) || self.handlers.may_answer(arn))
    }

    /// Returns whether a map run may start its children.
    pub(crate) fn may_start(&self, map_run_arn: &str) -> bool {
        // Unlike the other answers, a list.
        let (may_start,) = self.answer(|_| (self.map_runs.may_start(map_run_arn),));
        may_start
    }

    fn object(&self, ask: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
        self.answer(|_| ask().map(Object)).map(|Object(bytes)| bytes)
    }

    /// Records answers from now on.
    pub(super) fn record(&self) {
        *self.answers.lock() = Answers { mode: Mode::Recording, ..Answers::default() };
    }

    /// Replays from now on, with these next answers.
    pub(crate) fn replay(&self, answers: &[Value]) {
        let mut held = self.answers.lock();
        held.mode = Mode::Replaying;
        held.replayed.extend(answers.iter().cloned());
    }

    /// Returns the answers since the last call.
    pub(super) fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.answers.lock().given)
    }
}

impl ObjectStore for Surroundings {
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        self.object(|| self.store.get(bucket, key))
    }

    fn get_version(&self, bucket: &str, key: &str, version: &str) -> Result<Vec<u8>, String> {
        self.object(|| self.store.get_version(bucket, key, version))
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, String> {
        self.answer(|_| self.store.list(bucket, prefix))
    }

    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        // The object of a replayed execution was written, and may have been changed since.
        self.answer(|mode| if mode == Mode::Replaying { Ok(()) } else { self.store.put(bucket, key, bytes) })
    }
}
