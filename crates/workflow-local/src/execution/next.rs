//! The state that an execution is about to enter, which a debugger looks at and changes.

use super::Execution;
use super::thread::{Doing, Thread};
use crate::history::Assigned;
use crate::payload::Payload;

impl Execution {
    /// Returns the branch that continues next, if it is about to enter a state.
    pub(super) fn next_entry(&self) -> Option<&Thread> {
        if !self.requests.is_empty() {
            return None;
        }
        let id = self.ready.front()?;
        self.threads.get(id.0)?.as_deref().filter(|thread| matches!(thread.doing, Doing::Enter(..)))
    }

    fn next_entry_mut(&mut self) -> Option<&mut Thread> {
        let id = self.next_entry()?.id;
        self.threads.get_mut(id.0)?.as_deref_mut()
    }

    /// Returns the state that is entered next, unless something else happens before.
    pub fn next_state(&self) -> Option<&str> {
        match self.next_entry()?.doing {
            Doing::Enter(state, _) => Some(&self.program.state(state).name),
            _ => None,
        }
    }

    /// Returns the input of the state that is entered next.
    pub fn next_input(&self) -> Option<&Payload> {
        match &self.next_entry()?.doing {
            Doing::Enter(_, input) => Some(input),
            _ => None,
        }
    }

    /// Replaces the input of the state that is entered next. Returns `false` if there is none.
    pub fn set_next_input(&mut self, value: impl Into<Payload>) -> bool {
        match self.next_entry_mut().map(|thread| &mut thread.doing) {
            Some(Doing::Enter(_, input)) => {
                *input = value.into();
                true
            }
            _ => false,
        }
    }

    /// Returns a variable as the state that is entered next sees it.
    pub fn variable(&self, name: &str) -> Option<&Payload> {
        self.next_entry()?.variables.get(name)
    }

    /// Assigns a variable for the state that is entered next. Returns `false` if there is none.
    pub fn set_variable(&mut self, name: impl Into<String>, value: impl Into<Payload>) -> bool {
        let Some(values) = Assigned::of([(name.into().into(), value.into())].into()) else { return false };
        let Some(thread) = self.next_entry_mut() else { return false };
        let replaced = thread.variables.replaced_bytes(&values);
        let bytes: usize = values.values().map(Payload::bytes).sum();
        thread.variables.assign(&values);
        let run = thread.run;
        let run = self.run_mut(run);
        run.variable_bytes = run.variable_bytes.saturating_sub(replaced).saturating_add(bytes);
        true
    }
}
