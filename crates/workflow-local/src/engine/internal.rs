//! What explorations, servers and the command line need of an engine.

use std::sync::Arc;

use workflow_schema::Types;

use super::Engine;
use crate::error::RunError;
use crate::execution::{Execution, Start, Variables};
use crate::nested;
use crate::payload::Payload;
use crate::store::ObjectStore;

/// What explorations, servers and the command line need of an engine.
#[doc(hidden)]
pub trait InternalEngine: Sized {
    /// Checks inputs and answers against the types that a workflow's source declares.
    #[must_use]
    fn declaring(self, types: &'static Types) -> Self;

    /// Returns the types to check against.
    fn declared_types(&self) -> Option<&'static Types>;

    /// Returns the store of item readers.
    fn store(&self) -> &Arc<dyn ObjectStore>;

    /// Returns the default identity of an execution.
    fn identity(&self) -> Start;

    /// As [`start`](Engine::start), of an execution with this name, time and seed, and with an input that is known to be
    /// what the workflow declares.
    ///
    /// # Errors
    /// As [`start`](Engine::start).
    fn start_known(&self, input: Payload, start: Start) -> Result<Execution, RunError>;

    /// An engine that is the same, but that no test runs: [coverage](crate::coverage) does not count its executions.
    ///
    /// # Errors
    /// The definition has errors.
    #[cfg(feature = "graph")]
    fn unwatched(&self) -> Result<Self, crate::DefinitionError>;

    /// Answers the tasks that start a state machine, like [`on_state_machine`](Engine::on_state_machine), with an engine
    /// that is made for each of them.
    #[must_use]
    fn on_state_machine_with(self, arn: impl AsRef<str>, machine: impl Fn() -> Self + Send + Sync + 'static) -> Self;

    /// Calls a closure when an execution ends that a task of another engine started: with the task's state, and the
    /// execution.
    #[must_use]
    fn when_started_ends(self, ended: impl Fn(&str, &Execution) + Send + Sync + 'static) -> Self;
}

impl InternalEngine for Engine {
    fn declaring(self, types: &'static Types) -> Self {
        self.declare(types)
    }

    fn declared_types(&self) -> Option<&'static Types> {
        self.declared.as_ref().map(|declared| declared.types)
    }

    fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    fn identity(&self) -> Start {
        self.default_identity()
    }

    fn start_known(&self, input: Payload, start: Start) -> Result<Execution, RunError> {
        self.start_with(self.program.start(), input, Variables::default(), start)
    }

    #[cfg(feature = "graph")]
    fn unwatched(&self) -> Result<Self, crate::DefinitionError> {
        use crate::execution::explored::InternalProgram as _;

        let program = crate::Program::of(self.program.definition(), self.machine_type)?.without_coverage();
        Ok(Self { program: Arc::new(program), ..self.clone() })
    }

    fn on_state_machine_with(
        mut self,
        arn: impl AsRef<str>,
        machine: impl Fn() -> Self + Send + Sync + 'static,
    ) -> Self {
        self.handlers.add_machine(arn.as_ref(), nested::handler(machine));
        self
    }

    fn when_started_ends(mut self, ended: impl Fn(&str, &Execution) + Send + Sync + 'static) -> Self {
        self.ended = Some(Arc::new(ended));
        self
    }
}
