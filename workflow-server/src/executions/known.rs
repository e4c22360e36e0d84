//! Whether an activity exists, as an execution asks: an answer is an input, and a replay gets those of before.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use workflow_local::handlers::Handlers;

use crate::registry::Activities;

/// What an execution asks whether an activity exists.
pub(crate) struct Known {
    activities: Arc<Activities>,
    handlers: Arc<Handlers>,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    /// Those that a replay is to get.
    replayed: VecDeque<bool>,
    /// Those that were given since that was asked last.
    given: Vec<bool>,
}

impl Known {
    pub(crate) fn new(activities: Arc<Activities>, handlers: Arc<Handlers>) -> Arc<Self> {
        Arc::new(Self { activities, handlers, answers: Mutex::default() })
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is an activity, or a handler that stands for it.
    pub(crate) fn exists(&self, arn: &str) -> bool {
        if let Some(answer) = self.answers().replayed.pop_front() {
            return answer;
        }
        let answer = self.activities.has(arn) || self.handlers.may_answer(arn);
        self.answers().given.push(answer);
        answer
    }

    /// Has these be the next answers.
    pub(crate) fn replay(&self, answers: &[bool]) {
        self.answers().replayed.extend(answers);
    }

    /// The answers that were given since this was asked last.
    pub(super) fn take(&self) -> Vec<bool> {
        std::mem::take(&mut self.answers().given)
    }
}
