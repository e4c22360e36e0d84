//! The explorer: defines what to explore and which properties to check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow_asl::StateKind;
use workflow_asl::document::StateMachine;
use workflow_asl::pattern::Pattern;
use workflow_asl::property::Subjects;
use workflow_asl::rules::Annotations;
use workflow_asl::types;
use workflow_local::internal::{InternalEngine, InternalProgram};
use workflow_local::{Engine, Execution, ObjectStore, Payload, Program, Start, TaskRequest, TypeMismatch};
use workflow_plan::data::Source;
use workflow_runtime::Workflow;
use workflow_schema::{Shape, ValuePath};

use crate::bounds::Bounds;
use crate::decision::Decision;
use crate::error::{ExploreError, meant};
use crate::property::{KnownOutputs, Property, known_outputs};
use crate::report::{Replayed, Report, Severity};
use crate::search::{Search, replayed};
use crate::simulate::Learning;
use crate::states::States;
use crate::values::{Needs, Values, annotations};

/// The most parts of an output that are looked at, of those that do not have their types.
const MISMATCHES: usize = 100;

/// The results of a task that the caller sets.
#[derive(Clone)]
pub(crate) enum TaskResults {
    Values(Vec<Payload>),
    Closure(Closure),
}

type Closure = Arc<dyn Fn(&TaskRequest) -> Vec<Value> + Send + Sync>;

/// What is told how many executions were tried.
pub(crate) type Watch = Arc<dyn Fn(u64) + Send + Sync>;

pub(crate) type Check = Arc<dyn Fn(&Execution) -> Result<(), String> + Send + Sync>;

/// Explores a workflow: tries every way in which its tasks can answer and fail.
///
/// ```
/// use serde_json::json;
/// use workflow_explore::{Explorer, Property};
/// use workflow_local::Engine;
///
/// let task = |function: &str, next: &str| json!({
///     "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"),
///     "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }], "Next": next });
/// let engine = Engine::new(&json!({ "StartAt": "Reserve", "States": {
///     "Reserve": task("reserve", "Ship"),
///     "Ship": task("ship", "Done"),
///     "Done": { "Type": "Succeed" },
///     "Failed": { "Type": "Fail", "Error": "Failed" },
/// } }))?;
/// let report = Explorer::new(&engine)?.property(Property::after("Reserve", ["Done", "Release"])).explore();
/// assert!(report.unwrap_err().to_string().contains("unknown state `Release`"));
///
/// let report = Explorer::new(&engine)?.property(Property::after("Reserve", ["Done"])).explore()?;
/// let [finding] = report.findings.as_slice() else { panic!("{report}") };
/// assert_eq!(finding.decisions.last().map(ToString::to_string).as_deref(), Some("`Ship` fails with `UnnamedError`"));
/// # Ok::<(), workflow_explore::ExploreError>(())
/// ```
#[derive(Clone)]
pub struct Explorer {
    pub(crate) program: Arc<Program>,
    pub(crate) machine: Arc<StateMachine>,
    pub(crate) states: Arc<States>,
    compared: BTreeSet<String>,
    pub(crate) values: Arc<Values>,
    pub(crate) start: Start,
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) inputs: Option<Vec<Payload>>,
    pub(crate) task_results: BTreeMap<String, TaskResults>,
    pub(crate) bounds: Bounds,
    pub(crate) properties: Vec<Property>,
    /// For a definition without a declared type of the output.
    pub(crate) known_outputs: Option<KnownOutputs>,
    pub(crate) checks: Vec<(String, Check)>,
    /// The type of the output that the workflow's source declares, and the check of the one that a test gives.
    pub(crate) declared_output: Option<&'static Shape>,
    pub(crate) output: Option<Check>,
    pub(crate) allowed: Vec<String>,
    pub(crate) any_error: bool,
    pub(crate) fails_on: Severity,
    /// The keys of accepted findings, with the reasons.
    pub(crate) accepted: BTreeMap<String, String>,
    /// The patterns of findings that are left out, with their texts.
    pub(crate) excluded: Vec<(String, Pattern)>,
    pub(crate) watch: Option<Watch>,
    pub(crate) learning: Option<Learning>,
    pub(crate) other_types: bool,
    pub(crate) merges: bool,
    /// Whether each failure of a task has its own cause, so that failures can be distinguished.
    pub(crate) causes_differ: bool,
    /// Whether expressions read JSON from strings. If so, errors have causes like the errors of functions.
    pub(crate) reads_json: bool,
    /// Whether expressions may use the time, and random numbers.
    pub(crate) looks_at: (bool, bool),
}

impl fmt::Debug for Explorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let properties: Vec<_> = self.properties.iter().map(ToString::to_string).collect();
        f.debug_struct("Explorer")
            .field("name", &self.start.state_machine_name)
            .field("bounds", &self.bounds)
            .field("properties", &properties)
            .finish_non_exhaustive()
    }
}

impl Explorer {
    /// Creates an explorer of the workflow that an engine runs. The definition, the types that a workflow in Rust
    /// declares, the name, the seed and the object store come from the engine. The engine's handlers are not called:
    /// the explorer answers the tasks. The output of successful executions must have the declared type, and all
    /// executions must have the properties that the workflow declares.
    ///
    /// # Errors
    /// Returns an error if the definition has errors.
    pub fn new(engine: &Engine) -> Result<Self, ExploreError> {
        let document = engine.program().definition();
        let start = engine.identity();
        let (machine, _) = StateMachine::read(document);
        let program = Program::of(document, start.machine_type)?.unwatched();
        let reads_json = has(document, &["States.StringToJson", "$parse("]);
        let declared = engine.declared_types();
        let shape = declared.map(|types| types.output).filter(|shape| !matches!(shape, Shape::Any));
        let needs = Needs::of(&machine, document, shape);
        let compared = needs.compared_errors();
        let states = States::telling_apart(&machine, &program, reads_json, [&compared, &BTreeSet::new()]);
        let annotations = annotations(declared, &states);
        let types = types::of_states(&machine, start.machine_type, &annotations);
        let values = Values::of(&needs, declared, &annotations, &types, &states);
        let explorer = Self {
            program: Arc::new(program),
            machine: Arc::new(machine),
            states: Arc::new(states),
            compared,
            values: Arc::new(values),
            start,
            store: Arc::clone(engine.store()),
            inputs: None,
            task_results: BTreeMap::new(),
            bounds: Bounds::default(),
            properties: Vec::new(),
            known_outputs: shape.is_none().then(|| known_outputs(&types)),
            checks: Vec::new(),
            declared_output: shape,
            output: None,
            allowed: Vec::new(),
            any_error: false,
            fails_on: Severity::Error,
            accepted: BTreeMap::new(),
            excluded: Vec::new(),
            watch: None,
            learning: None,
            other_types: false,
            merges: true,
            causes_differ: false,
            reads_json,
            looks_at: looks_at(document),
        };
        let mut properties = engine.properties().iter().map(|text| text.parse());
        properties.try_fold(explorer, |explorer, property| Ok(explorer.property(property?)))
    }

    /// Creates an explorer of a workflow that is declared with `workflow!`. serde must be able to read its output as the output's
    /// type.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn of<W: Workflow<Params = ()>>() -> Result<Self, ExploreError>
    where
        W::Output: DeserializeOwned,
    {
        Ok(Self::new(&Engine::of::<W>()?)?.output::<W::Output>())
    }

    /// Creates an explorer of a workflow with deploy-time parameters.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn of_with<W: Workflow>(params: &W::Params) -> Result<Self, ExploreError>
    where
        W::Output: DeserializeOwned,
    {
        Ok(Self::new(&Engine::of_with::<W>(params)?)?.output::<W::Output>())
    }

    /// Adds a property that every execution must have, unless the workflow already declares it.
    #[must_use]
    pub fn property(mut self, property: Property) -> Self {
        if !self.properties.contains(&property) {
            let names_errors = property.errors().next().is_some();
            self.properties.push(property);
            if names_errors {
                self.tell_apart(&BTreeSet::new());
            }
        }
        self
    }

    /// Adds a named check of every ended execution. The check may read the whole history, so executions with different
    /// histories are never merged. Exploration then tries many more executions.
    #[must_use]
    pub fn check(
        mut self,
        name: impl Into<String>,
        holds: impl Fn(&Execution) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push((name.into(), Arc::new(holds)));
        self.merges = false;
        self
    }

    /// Requires that the output of successful executions has this type.
    #[must_use]
    pub fn output<T: DeserializeOwned>(mut self) -> Self {
        self.output =
            Some(Arc::new(|execution| execution.output_as::<T>().map(drop).map_err(|error| error.to_string())));
        self
    }

    /// Allows executions to fail with this error, even if no Fail state has it.
    #[must_use]
    pub fn may_fail_with(mut self, error: impl Into<String>) -> Self {
        self.allowed.push(error.into());
        self
    }

    /// Allows executions to fail with any uncaught error.
    #[must_use]
    pub fn may_fail(mut self) -> Self {
        self.any_error = true;
        self
    }

    /// Sets the least severity of a finding for which the verdict is [`Broken`](crate::Verdict::Broken). The default is
    /// [`Severity::Error`].
    #[must_use]
    pub fn fail_on(mut self, severity: Severity) -> Self {
        self.fails_on = severity;
        self
    }

    /// Accepts the finding with this [key](crate::Finding::key), for a reason. The report has it among the
    /// [accepted](crate::Report::accepted) ones.
    #[must_use]
    pub fn accept(mut self, key: impl Into<String>, reason: impl Into<String>) -> Self {
        self.accepted.insert(key.into(), reason.into());
        self
    }

    /// Also tries the inputs, the results and the errors that occurred in recorded executions, at most the ten most frequent of
    /// each, and puts the findings first whose paths occurred most often.
    #[must_use]
    pub fn occurred(mut self, learning: &Learning) -> Self {
        Arc::make_mut(&mut self.values).add(learning);
        self.learning = Some(learning.clone());
        self.tell_apart(&BTreeSet::new());
        self
    }

    /// Leaves out the findings whose property, state or [key](crate::Finding::key) this pattern matches. In it, `*` stands for any
    /// text.
    #[must_use]
    pub fn exclude(mut self, pattern: impl AsRef<str>) -> Self {
        self.excluded.push((pattern.as_ref().to_owned(), Pattern::new(pattern.as_ref())));
        self
    }

    /// Calls a function now and then with the number of executions that were tried.
    #[must_use]
    pub fn watched(mut self, watch: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.watch = Some(Arc::new(watch));
        self
    }

    /// Sets the inputs to try, instead of those derived from the type.
    #[must_use]
    pub fn inputs(mut self, inputs: impl IntoIterator<Item = Value>) -> Self {
        self.inputs = Some(inputs.into_iter().map(Payload::new).collect());
        self
    }

    /// Sets the results of a state's task to try, instead of those derived from its type.
    #[must_use]
    pub fn results(mut self, state: impl AsRef<str>, results: impl IntoIterator<Item = Value>) -> Self {
        let results = results.into_iter().map(Payload::new).collect();
        self.task_results.insert(state.as_ref().to_owned(), TaskResults::Values(results));
        self
    }

    /// Sets the results of a state's task as a function of its request. Equal requests must have equal results.
    #[must_use]
    pub fn results_by(
        mut self,
        state: impl AsRef<str>,
        results: impl Fn(&TaskRequest) -> Vec<Value> + Send + Sync + 'static,
    ) -> Self {
        self.task_results.insert(state.as_ref().to_owned(), TaskResults::Closure(Arc::new(results)));
        self
    }

    /// Also tries a result of another type for each task. Such a result counts as a fault.
    #[must_use]
    pub fn other_types(mut self) -> Self {
        self.other_types = true;
        self
    }

    /// Sets the maximum number of faults in one execution. The default is 2.
    #[must_use]
    pub fn faults(mut self, faults: u32) -> Self {
        self.bounds.faults = faults;
        self
    }

    /// Sets the maximum number of visits of a task on a loop in one execution. The default is 10.
    #[must_use]
    pub fn turns(mut self, turns: u32) -> Self {
        self.bounds.turns = turns;
        self
    }

    /// Sets the maximum number of executions to try, and of states of executions to find: time follows it. The default is
    /// 100,000.
    #[must_use]
    pub fn executions(mut self, executions: u64) -> Self {
        self.bounds.executions = executions;
        self
    }

    /// Sets the maximum memory, in bytes, which the search estimates. Beyond half of it, the search is depth first. The
    /// default is 1 GiB.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.bounds.memory = bytes;
        self
    }

    /// Tries every list of decisions, without the [reductions](crate#reductions), for comparison.
    #[must_use]
    pub fn without_reductions(mut self) -> Self {
        self.merges = false;
        self
    }

    /// Explores the executions.
    ///
    /// # Errors
    /// Returns an error if a property names a state that does not exist, values are given for a state that is not a
    /// task, or a bound is 0.
    pub fn explore(&self) -> Result<Report, ExploreError> {
        self.validate()?;
        Ok(Search::new(self).run())
    }

    /// Replays a list of decisions, such as the decisions of a finding, and continues without faults.
    ///
    /// # Errors
    /// See [`explore`](Self::explore). Also returns an error if the list does not fit the workflow.
    pub fn replay(&self, decisions: &[Decision]) -> Result<Replayed, ExploreError> {
        self.validate()?;
        replayed(self, decisions)
    }

    pub(crate) fn validate(&self) -> Result<(), ExploreError> {
        let annotations = Annotations::default();
        if !self.properties.is_empty() {
            let subjects = Subjects::of(&self.machine, &annotations, None);
            self.properties.iter().try_for_each(|property| property.validate(&subjects))?;
        }
        for (name, given) in &self.task_results {
            if self.states.get(name).is_none_or(|facts| facts.kind != StateKind::Task) {
                let tasks = self.states.all.iter().filter(|(_, facts)| facts.kind == StateKind::Task);
                let help = meant(name, tasks.map(|(name, _)| name.as_str()), || "name a task state".to_owned());
                let problem = format!("values are given for `{name}`, which is not a task of the workflow");
                return Err(ExploreError::misfit(problem, help));
            }
            if matches!(given, TaskResults::Values(values) if values.is_empty()) {
                return Err(ExploreError::no_values(&format!("`{name}`")));
            }
        }
        if self.inputs.as_ref().is_some_and(Vec::is_empty) {
            return Err(ExploreError::no_values("the input"));
        }
        let Bounds { faults, turns, executions, memory } = self.bounds;
        let all = [("faults", faults.into()), ("turns", turns.into()), ("executions", executions), ("memory", memory)];
        all.into_iter().find(|(_, size)| *size == 0_u64).map_or(Ok(()), |(bound, _)| {
            let problem = format!("the bound `{bound}` is 0, so that nothing would be explored");
            Err(ExploreError::misfit(problem, "give at least 1"))
        })
    }

    /// Tries each of these errors and of the errors that properties name, whatever handles it.
    pub(crate) fn tell_apart(&mut self, errors: &BTreeSet<String>) {
        let named = self.properties.iter().flat_map(Property::errors);
        let occurred = self.learning.iter().flat_map(Learning::answers).flat_map(|(.., errors)| errors);
        let errors = errors.iter().chain(named).chain(occurred).cloned().collect();
        let errors = [&self.compared, &errors];
        self.states = Arc::new(States::telling_apart(&self.machine, &self.program, self.reads_json, errors));
    }

    /// Returns how the output that a state gives does not have the declared type, and whether only guesses do not.
    pub(crate) fn mismatch(&self, output: &Value, state: Option<&str>) -> Option<(String, bool)> {
        let of_state = self.values.guessed_output.iter().filter(|(of, ..)| Some(of.as_str()) == state);
        // What the caller sets is no guess.
        let guessed = of_state.filter(|(.., source)| match source {
            Source::Input => self.inputs.is_none(),
            Source::Result(at) => at.tokens().last().is_none_or(|state| !self.task_results.contains_key(&state)),
            _ => true,
        });
        let guessed: Vec<&str> = guessed.map(|(_, part, _)| part.as_str()).collect();
        let is_guess = |mismatch: &TypeMismatch| {
            let steps = mismatch.member.split('[').map(|step| step.trim_start_matches(char::is_numeric));
            let part = steps.collect::<Vec<_>>().join("[");
            let rest = |guess: &&str| part.strip_prefix(*guess).map(str::to_owned);
            guessed.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let found = TypeMismatch::of(self.declared_output?, output, &ValuePath::root("output"), MISMATCHES);
        let wrong = found.iter().find(|mismatch| !is_guess(mismatch));
        wrong.or(found.first()).map(|mismatch| (mismatch.to_string(), wrong.is_none()))
    }

    pub(crate) fn all_inputs(&self) -> &[Payload] {
        self.inputs.as_deref().unwrap_or(&self.values.inputs.values)
    }

    pub(crate) fn results_of(&self, request: &TaskRequest) -> Vec<Payload> {
        match self.task_results.get(&*request.state) {
            Some(TaskResults::Values(values)) => values.clone(),
            Some(TaskResults::Closure(closure)) => closure(request).into_iter().map(Payload::new).collect(),
            None => match self.values.results.get(&*request.state) {
                Some(candidates) => candidates.values.clone(),
                None => vec![Payload::empty()],
            },
        }
    }

    pub(crate) fn values_left_out(&self) -> u64 {
        let inputs = if self.inputs.is_none() { self.values.inputs.left_out } else { 0 };
        let results = self.values.results.iter().filter(|(name, _)| !self.task_results.contains_key(*name));
        let results: usize = results.map(|(_, candidates)| candidates.left_out).fold(0, usize::saturating_add);
        u64::try_from(inputs.saturating_add(results)).unwrap_or(u64::MAX)
    }
}

/// Returns whether expressions may use the time, and whether they may use random numbers. The check searches the
/// string, so it can return true where they do not.
pub(crate) fn looks_at(document: &Value) -> (bool, bool) {
    (
        has(
            document,
            &["$now", "$millis", "EnteredTime", "$$\"", "$states.context\"", "$states.context %", "\"Timestamp"],
        ),
        has(document, &["$random", "$shuffle", "MathRandom", "$uuid", "States.UUID"]),
    )
}

fn has(document: &Value, words: &[&str]) -> bool {
    let text = document.to_string();
    words.iter().any(|word| text.contains(word))
}
