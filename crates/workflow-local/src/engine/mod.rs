//! The engine: a program with handlers for its tasks, which its caller runs.

mod answering;
pub(crate) mod internal;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use workflow_asl::document::{MachineType, StateKind};
use workflow_runtime::{Definition, Workflow};
use workflow_schema::Types;

use crate::arn;
use crate::clock::{Clock, Instant, VIRTUAL_START};
use crate::declared::{AnswerTypes, Declared};
use crate::driver::{Driver, block_on};
use crate::error::{DefinitionError, RunError};
use crate::execution::{Execution, Start, Variables};
use crate::handlers::Handlers;
use crate::nested::ChildEnded;
use crate::payload::Payload;
use crate::program::{Program, StateId};
use crate::random::Random;
use crate::stand_in::StandIns;
use crate::store::{FolderStore, ObjectStore};
use crate::task::TaskError;
use crate::test_state::{TestState, TestStateError};

/// Runs a state machine in this process, with closures as tasks.
///
/// Time is virtual by default: waits, backoff and timeouts take no time and happen in order. The same engine and
/// input always give the same history.
///
/// ```
/// use serde_json::{Value, json};
/// use workflow_local::{Engine, Status, TaskError};
///
/// let engine = Engine::new(&json!({
///     "StartAt": "Rest",
///     "States": {
///         "Rest": { "Type": "Wait", "Seconds": 2_592_000, "Next": "Greet" },
///         "Greet": {
///             "Type": "Task",
///             "Resource": "arn:aws:lambda:us-east-1:123456789012:function:greet",
///             "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 }],
///             "End": true
///         }
///     }
/// }))?
/// .on_lambda("greet", |input: Value| -> Result<String, TaskError> {
///     match input["name"].as_str() {
///         Some(name) => Ok(format!("Hello, {name}")),
///         None => Err(TaskError::new("NoName").with_cause("whom to greet?")),
///     }
/// });
///
/// let execution = engine.run(&json!({ "name": "Ada" }))?;
/// assert_eq!(execution.status(), Status::Succeeded);
/// assert_eq!(execution.output_as::<String>()?, "Hello, Ada");
/// assert_eq!(execution.path(), ["Rest", "Greet"]);
///
/// let execution = engine.run(&json!({}))?;
/// assert_eq!(execution.error(), Some("NoName"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    program: Arc<Program>,
    pub(crate) handlers: Handlers,
    name: String,
    machine_type: MachineType,
    clock: Clock,
    start_time: Option<Instant>,
    seed: u64,
    store: Arc<dyn ObjectStore>,
    /// Injected failures by the number of the task.
    injected: BTreeMap<u64, TaskError>,
    /// The declarations in the workflow's source.
    declared: Option<Declared>,
    /// The properties that it declares.
    properties: &'static [&'static str],
    /// The uses of fragments, if it has any.
    uses: Option<Box<StandIns>>,
    any_input: bool,
    any_answers: bool,
    /// Called when an execution that a task of another engine started ends.
    pub(crate) ended: Option<Arc<ChildEnded>>,
    #[cfg(feature = "jsonata")]
    jsonata_limits: workflow_jsonata::Limits,
}

/// The account in local ARNs.
pub(crate) const ACCOUNT: &str = "123456789012";

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("name", &self.name)
            .field("machine_type", &self.machine_type)
            .field("clock", &self.clock)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Creates an engine for a definition.
    ///
    /// # Errors
    /// Returns an error that lists all errors in the definition.
    pub fn new(definition: &Value) -> Result<Self, DefinitionError> {
        let program = Program::of(definition, MachineType::Standard)?;
        Ok(Self::with_program(Arc::new(program)))
    }

    /// Creates an engine for a workflow declared with `workflow!`. It rejects an input that does not match `input { …
    /// }`, and an answer to a task that does not match the type that its state declares, such as
    /// `lambda::invoke<Bill>`: the run then ends with [`RunError::InputType`] or [`RunError::AnswerType`], which
    /// retriers and catchers do not handle. [`accept_any_input`](Self::accept_any_input) and
    /// [`accept_any_answers`](Self::accept_any_answers) turn these checks off.
    ///
    /// # Errors
    /// Returns an error if the definition has errors, which the macro would have reported.
    pub fn of<W: Workflow<Params = ()>>() -> Result<Self, DefinitionError> {
        Self::of_definition(&W::definition())?.declaring_all_of::<W>(&(), &W::definition())
    }

    /// Creates an engine for a workflow with deploy-time parameters. As with [`of`](Self::of), inputs and answers must
    /// match the declared types.
    ///
    /// # Errors
    /// Returns an error if the parameters cannot be serialized as JSON, or the definition has errors.
    pub fn of_with<W: Workflow>(params: &W::Params) -> Result<Self, DefinitionError> {
        let definition = W::definition_with(params).map_err(|error| DefinitionError::Params(error.to_string()))?;
        Self::of_definition(&definition)?.declaring_all_of::<W>(params, &definition)
    }

    fn of_definition(definition: &Definition) -> Result<Self, DefinitionError> {
        let machine_type = definition.machine_type();
        let value = Program::read(definition.as_str())?;
        let program = Program::of(&value, machine_type)?;
        Ok(Self::with_program(Arc::new(program)).named(definition.name()).machine_type(machine_type))
    }

    /// Creates an engine for the text of a definition.
    ///
    /// # Errors
    /// Returns an error if the text is not JSON, a key is repeated in an object, or the definition has errors.
    pub fn from_text(definition: &str) -> Result<Self, DefinitionError> {
        Self::new(&Program::read(definition)?)
    }

    /// Creates an engine for a compiled program.
    pub fn with_program(program: Arc<Program>) -> Self {
        Self {
            program,
            handlers: Handlers::default(),
            name: "local".to_owned(),
            machine_type: MachineType::Standard,
            clock: Clock::default(),
            start_time: None,
            seed: 0,
            store: Arc::new(FolderStore::read_only(FolderStore::DEFAULT)),
            injected: BTreeMap::new(),
            declared: None,
            properties: &[],
            uses: None,
            any_input: false,
            any_answers: false,
            ended: None,
            #[cfg(feature = "jsonata")]
            jsonata_limits: workflow_jsonata::Limits::default(),
        }
    }

    fn declare(mut self, types: &'static Types) -> Self {
        self.declared = Some(Declared::new(types, &self.program));
        self
    }

    fn declaring_all_of<W: Workflow>(
        mut self,
        params: &W::Params,
        definition: &Definition,
    ) -> Result<Self, DefinitionError> {
        self.properties = W::PROPERTIES;
        self.uses = StandIns::of(W::USES, params, definition, self.machine_type)?.map(Box::new);
        Ok(self.declare(W::TYPES))
    }

    /// Returns the properties that the workflow's source declares, in text form: `workflow-explore` checks them.
    pub fn properties(&self) -> &'static [&'static str] {
        self.properties
    }

    /// Accepts any JSON as the input, as AWS does, whatever the workflow declares. Use it to test how an execution
    /// handles an invalid one.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::{Engine, RunError};
    /// workflow_runtime::workflow! {
    ///     workflow Ship {
    ///         input { order: i64 }
    ///         pass Only { order: input.order } -> end;
    ///     }
    /// }
    /// let engine = Engine::of::<Ship>()?;
    /// let refused = engine.run(&json!({ "order": "no" })).unwrap_err();
    /// assert!(refused.to_string().contains("`input.order`: expected i64, found \"no\""));
    /// engine.accept_any_input().run(&json!({ "order": "no" }))?.assert_output(json!({ "order": "no" }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accept_any_input(mut self) -> Self {
        self.any_input = true;
        self
    }

    /// Accepts any JSON as the answer to a task, as AWS does, whatever type its state declares. Use it to test how an
    /// execution handles an invalid one.
    #[must_use]
    pub fn accept_any_answers(mut self) -> Self {
        self.any_answers = true;
        self
    }

    /// Sets the state machine's name in ARNs and in the context object.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self.program.named(&self.name);
        self
    }

    /// Sets the type of the state machine: Standard or Express.
    #[must_use]
    pub fn machine_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// Sets the clock of executions. The default is [`Clock::Virtual`].
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the start time of executions on a virtual clock. The default is [`VIRTUAL_START`].
    #[must_use]
    pub fn start_time(mut self, time: Instant) -> Self {
        self.start_time = Some(time);
        self
    }

    /// Sets the limits of one JSONata expression. The default is
    /// [`Limits::default`](workflow_jsonata::Limits::default). An expression beyond them fails with
    /// `States.QueryEvaluationError`, the same way everywhere: steps and bytes are counted, not time.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::{Engine, jsonata::Limits};
    /// let mut limits = Limits::default();
    /// limits.steps = 10;
    /// let engine = Engine::new(&json!({ "StartAt": "S", "QueryLanguage": "JSONata", "States": {
    ///     "S": { "Type": "Pass", "Output": "{% $sum([1..9].($ * 2)) %}", "End": true } } }))?;
    /// assert_eq!(engine.run(&json!({}))?.output().unwrap().value(), &json!(90));
    /// let execution = engine.jsonata_limits(limits).run(&json!({}))?;
    /// assert_eq!(execution.error(), Some("States.QueryEvaluationError"));
    /// assert!(execution.cause().unwrap().ends_with(": The expression takes more than 10 steps"));
    /// # Ok::<(), workflow_local::RunError>(())
    /// ```
    #[cfg(feature = "jsonata")]
    #[must_use]
    pub fn jsonata_limits(mut self, limits: workflow_jsonata::Limits) -> Self {
        self.jsonata_limits = limits;
        self
    }

    /// Sets the seed of random numbers (jitter, `States.UUID`, `$random`). The default is 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the store in which item readers and result writers find S3 objects. By default, they are read from the
    /// folder `objects` of the current directory, which in a test is its package's, and written to memory on top of it.
    #[must_use]
    pub fn object_store(mut self, store: Arc<dyn ObjectStore>) -> Self {
        self.store = store;
        self
    }

    /// Sets a folder from which item readers read S3 objects, and to which result writers write: `FOLDER/BUCKET/KEY`.
    #[must_use]
    pub fn objects(self, folder: impl Into<PathBuf>) -> Self {
        self.object_store(Arc::new(FolderStore::new(folder)))
    }

    /// Returns the compiled state machine.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Returns one of the states, to be run alone. The engine's handlers answer its task.
    ///
    /// # Errors
    /// Returns an error if the state does not exist.
    pub fn test_state(&self, state: impl AsRef<str>) -> Result<TestState, TestStateError> {
        TestState::of_engine(&self.program, &self.handlers, self.answer_types(), state.as_ref())
    }

    /// Starts an execution that runs only when its driver tells it to.
    ///
    /// # Errors
    /// See [`start`](Self::start).
    pub fn driver(&self, input: &impl Serialize) -> Result<Driver<'_>, RunError> {
        Ok(Driver::new(self, self.start(input)?))
    }

    /// Starts an execution at a state, with the state's input and the variables (an object, or nothing) assigned before
    /// it. A state of a branch or of an item processor runs that branch or item processor alone, to its end.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::Engine;
    /// let engine = Engine::new(&json!({
    ///     "StartAt": "Count", "QueryLanguage": "JSONata",
    ///     "States": {
    ///         "Count": { "Type": "Pass", "Assign": { "sum": 1 }, "Next": "Tell" },
    ///         "Tell": { "Type": "Pass", "Output": "{% $sum + $states.input %}", "End": true }
    ///     }
    /// }))?;
    /// let execution = engine.driver_at("Tell", &2, &json!({ "sum": 40 }))?.finish()?;
    /// execution.assert_path(["Tell"]);
    /// execution.assert_output(42);
    /// # Ok::<(), workflow_local::RunError>(())
    /// ```
    ///
    /// # Errors
    /// See [`start`](Self::start). Also returns an error if the state does not exist or the variables are not a JSON
    /// object.
    pub fn driver_at(
        &self,
        state: impl AsRef<str>,
        input: &impl Serialize,
        variables: &impl Serialize,
    ) -> Result<Driver<'_>, RunError> {
        let variables: Option<serde_json::Map<String, Value>> =
            serde_json::to_value(variables).and_then(serde_json::from_value).map_err(RunError::Variables)?;
        let input = serde_json::to_value(input).map_err(RunError::Input)?;
        self.driver_with(state.as_ref(), input.clone(), input, variables.unwrap_or_default())
    }

    /// Starts an execution with an input at a state with its own input.
    pub(crate) fn driver_with(
        &self,
        state: &str,
        execution_input: Value,
        input: Value,
        variables: serde_json::Map<String, Value>,
    ) -> Result<Driver<'_>, RunError> {
        let first = self.program.find_id(state).ok_or_else(|| DefinitionError::unknown_state(&self.program, state))?;
        let variables = variables.into_iter().map(|(name, value)| (name.into(), Payload::new(value)));
        let (variables, start) = (Variables::of(variables), self.default_identity());
        let mut execution = self.start_with(first, Payload::new(execution_input), variables, start)?;
        execution.set_next_input(input);
        Ok(Driver::new(self, execution))
    }

    /// Returns whether a state is beside another one, or around it, so that the other one sees its variables. A state that
    /// the definition does not have may be.
    pub(crate) fn is_around(&self, name: &str, other: &str) -> bool {
        let (Some(one), Some(other)) = (self.program.find(name), self.program.find(other)) else { return true };
        let scope = one.at.as_str().rsplit_once("/States/").map_or("", |(scope, _)| scope);
        other.at.as_str().strip_prefix(scope).is_some_and(|rest| rest.starts_with("/States/"))
    }

    /// Starts an execution without running it, for a caller that steps it, answers its tasks and advances its time.
    ///
    /// # Errors
    /// Returns an error if the input is not JSON, too large or does not match its declared type, or a handler is for a
    /// state that does not exist or is not a task.
    pub fn start(&self, input: &impl Serialize) -> Result<Execution, RunError> {
        self.start_named(input, self.default_identity())
    }

    fn start_with(
        &self,
        first: StateId,
        input: Payload,
        variables: Variables,
        start: Start,
    ) -> Result<Execution, RunError> {
        for name in self.handlers.state_names() {
            let id = self.program.find_id(name).ok_or_else(|| DefinitionError::unknown_state(&self.program, name))?;
            let kind = self.program.kind(id);
            if kind != StateKind::Task {
                return Err(DefinitionError::NoTask { name: name.to_owned(), kind: kind.name() }.into());
            }
        }
        if input.is_too_large() {
            return Err(RunError::InputTooLarge { bytes: input.bytes() });
        }
        let program = Arc::clone(&self.program);
        let mut execution = Execution::start_at(program, first, input, variables, start, Arc::clone(&self.store));
        #[cfg(feature = "jsonata")]
        execution.limit_jsonata(self.jsonata_limits);
        if let Some(types) = self.answer_types() {
            execution.check_answers(Arc::clone(types));
        }
        Ok(execution)
    }

    /// Returns the types that answers are checked against.
    fn answer_types(&self) -> Option<&Arc<AnswerTypes>> {
        self.declared.as_ref().filter(|_| !self.any_answers).map(Declared::answers)
    }

    /// Returns the default identity of an execution.
    pub(crate) fn default_identity(&self) -> Start {
        let time = match (self.clock, self.start_time) {
            (Clock::Virtual, time) => time.unwrap_or(VIRTUAL_START),
            (Clock::Real, _) => Instant::now(),
        };
        let (name, execution) = (self.name.as_str(), "execution-1");
        let machine = format!("arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{name}");
        Start {
            execution_arn: arn::execution(&machine, self.machine_type, execution, || self.execution_id()),
            state_machine_arn: machine,
            name: execution.to_owned(),
            state_machine_name: name.to_owned(),
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            machine_type: self.machine_type,
            time,
            seed: self.seed,
        }
    }

    /// Returns an id that distinguishes Express executions of one name. It is not the first random number that the
    /// execution draws.
    fn execution_id(&self) -> String {
        Random::new(!self.seed).uuid()
    }

    /// Like [`start`](Self::start), for an execution with this name, time and seed.
    pub(crate) fn start_named(&self, input: &impl Serialize, start: Start) -> Result<Execution, RunError> {
        let input = Payload::new(serde_json::to_value(input).map_err(RunError::Input)?);
        if let Some(declared) = self.declared.as_ref().filter(|_| !self.any_input) {
            let mismatches = declared.misfits_of_input(&input);
            if !mismatches.is_empty() {
                return Err(RunError::InputType { mismatches });
            }
        }
        self.start_with(self.program.start(), input, Variables::default(), start)
    }

    /// Runs an execution to its end on this thread. Asynchronous closures are polled here too.
    ///
    /// # Errors
    /// See [`RunError`]. An execution that fails is returned like one that succeeds.
    pub fn run(&self, input: &impl Serialize) -> Result<Execution, RunError> {
        let execution = self.start(input)?;
        block_on(self.drive(execution))
    }

    /// Runs an execution to its end. Asynchronous closures are polled on the caller's runtime.
    ///
    /// # Errors
    /// See [`RunError`]. An execution that fails is returned like one that succeeds.
    pub async fn run_async(&self, input: &impl Serialize) -> Result<Execution, RunError> {
        let execution = self.start(input)?;
        self.drive(execution).await
    }

    /// Runs an execution that was started, and possibly stepped, to its end.
    ///
    /// # Errors
    /// Returns an error if a task has no handler, or nothing can happen any more.
    pub async fn drive(&self, execution: Execution) -> Result<Execution, RunError> {
        Driver::new(self, execution).finish_async().await
    }

    pub(crate) fn handlers(&self) -> &Handlers {
        &self.handlers
    }

    pub(crate) fn injected(&self, task: u64) -> Option<&TaskError> {
        self.injected.get(&task)
    }

    pub(crate) fn clock_kind(&self) -> Clock {
        self.clock
    }
}
