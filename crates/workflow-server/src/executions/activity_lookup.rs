//! Whether an activity exists, as an execution sees it. The answers are inputs, and a replay gets the recorded ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use workflow_local::handlers::Handlers;

use crate::registry::Activities;

/// Answers an execution's question whether an activity exists.
pub(crate) struct ActivityLookup {
    activities: Arc<Activities>,
    handlers: Arc<Handlers>,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    /// The answers for a replay.
    replayed: VecDeque<bool>,
    /// The answers since the last call of `take`.
    given: Vec<bool>,
}

impl ActivityLookup {
    pub(crate) fn new(activities: Arc<Activities>, handlers: Arc<Handlers>) -> Arc<Self> {
        Arc::new(Self { activities, handlers, answers: Mutex::default() })
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the activity exists, or a handler for it.
    pub(crate) fn exists(&self, arn: &str) -> bool {
        if let Some(answer) = self.answers().replayed.pop_front() {
            return answer;
        }
        let answer = self.activities.has(arn) || self.handlers.may_answer(arn);
        self.answers().given.push(answer);
        answer
    }

    /// Sets the next answers.
    pub(crate) fn replay(&self, answers: &[bool]) {
        self.answers().replayed.extend(answers);
    }

    /// Returns the answers since the last call.
    pub(super) fn take(&self) -> Vec<bool> {
        std::mem::take(&mut self.answers().given)
    }
}
