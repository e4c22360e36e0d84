//! What an execution asks of its surroundings while it steps: whether activities exist, and objects of S3. The answers
//! are inputs of the execution: a replay gets the recorded ones, and writes nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use workflow_local::handlers::Handlers;
use workflow_local::{ListedObject, ObjectStore};

use crate::registry::Activities;

/// An answer of the surroundings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ExternalAnswer {
    /// Whether an activity exists.
    #[serde(rename = "a")]
    Activity(bool),
    /// The bytes of an object in Base64, or why it cannot be read.
    #[serde(rename = "o")]
    Object(Result<String, String>),
    /// The objects of a bucket, or why it cannot be listed.
    #[serde(rename = "l")]
    List(Result<Vec<ListedObject>, String>),
    /// Whether an object was written, or why not.
    #[serde(rename = "p")]
    Put(Result<(), String>),
}

/// Answers an execution's questions.
pub(crate) struct Surroundings {
    activities: Arc<Activities>,
    handlers: Arc<Handlers>,
    store: Arc<dyn ObjectStore>,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    mode: Mode,
    /// The answers for a replay.
    replayed: VecDeque<ExternalAnswer>,
    /// The answers since the last call of `take`.
    given: Vec<ExternalAnswer>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    /// Nobody needs the answers later.
    #[default]
    Forgetting,
    Recording,
    Replaying,
}

impl Surroundings {
    pub(crate) fn new(
        activities: &Arc<Activities>,
        handlers: &Arc<Handlers>,
        store: &Arc<dyn ObjectStore>,
    ) -> Arc<Self> {
        let (activities, handlers, store) = (Arc::clone(activities), Arc::clone(handlers), Arc::clone(store));
        Arc::new(Self { activities, handlers, store, answers: Mutex::default() })
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the recorded answer of a replay, or asks. A replay asks what an older version did not record.
    fn answer<T>(
        &self,
        ask: impl FnOnce(Mode) -> T,
        read: impl FnOnce(ExternalAnswer) -> Option<T>,
        write: impl FnOnce(&T) -> ExternalAnswer,
    ) -> T {
        let (mode, recorded) = {
            let mut answers = self.answers();
            (answers.mode, answers.replayed.pop_front())
        };
        if let Some(answer) = recorded.and_then(read) {
            return answer;
        }
        let answer = ask(mode);
        if mode == Mode::Recording {
            let entry = write(&answer);
            self.answers().given.push(entry);
        }
        answer
    }

    /// Returns whether the activity exists, or a handler for it.
    pub(crate) fn has_activity(&self, arn: &str) -> bool {
        self.answer(
            |_| self.activities.has(arn) || self.handlers.may_answer(arn),
            |answer| if let ExternalAnswer::Activity(exists) = answer { Some(exists) } else { None },
            |exists| ExternalAnswer::Activity(*exists),
        )
    }

    fn object(&self, ask: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
        self.answer(
            |_| ask(),
            |answer| match answer {
                ExternalAnswer::Object(Ok(bytes)) => BASE64_STANDARD.decode(bytes).ok().map(Ok),
                ExternalAnswer::Object(Err(why)) => Some(Err(why)),
                _ => None,
            },
            |object| {
                ExternalAnswer::Object(object.as_ref().map(|bytes| BASE64_STANDARD.encode(bytes)).map_err(Clone::clone))
            },
        )
    }

    /// Records answers from now on.
    pub(super) fn record(&self) {
        *self.answers() = Answers { mode: Mode::Recording, ..Answers::default() };
    }

    /// Replays from now on, with these next answers.
    pub(crate) fn replay(&self, answers: &[ExternalAnswer]) {
        let mut held = self.answers();
        held.mode = Mode::Replaying;
        held.replayed.extend(answers.iter().cloned());
    }

    /// Returns the answers since the last call.
    pub(super) fn take(&self) -> Vec<ExternalAnswer> {
        std::mem::take(&mut self.answers().given)
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
        self.answer(
            |_| self.store.list(bucket, prefix),
            |answer| if let ExternalAnswer::List(objects) = answer { Some(objects) } else { None },
            |objects| ExternalAnswer::List(objects.clone()),
        )
    }

    fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.answer(
            // The object of a replayed execution was written, and may have been changed since.
            |mode| if mode == Mode::Replaying { Ok(()) } else { self.store.put(bucket, key, bytes) },
            |answer| if let ExternalAnswer::Put(written) = answer { Some(written) } else { None },
            |written| ExternalAnswer::Put(written.clone()),
        )
    }
}
