//! From the document model to a program.

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::document::{
    Branch, Catcher as CatcherNode, MachineType, QueryLanguage, Retrier as RetrierNode, State, StateKind, StateMachine,
};
use workflow_asl::limits::retrier_default;
use workflow_asl::{Code, Diagnostic, Pointer};

use super::compile_template::Reading;
use super::handling::{Catcher, ErrorNames, Retrier};
use super::resource::Resource;
use super::{ChoiceProgram, Items, MapProgram, Program, StateId, StateProgram, TaskProgram, Work};
use crate::coverage::Watch;
use crate::error::DefinitionError;
use crate::query::assignment::Assignment;

impl Program {
    /// Reads, checks and compiles a definition.
    ///
    /// # Errors
    /// Everything that the service would refuse, and what this engine cannot run; not what AWS's APIs do not have
    /// ([`Code::depends_on_table`]), since here a test answers for them.
    pub fn of(definition: &Value, machine_type: MachineType) -> Result<Self, DefinitionError> {
        let (machine, mut found) = workflow_asl::rules::read_and_check(definition, machine_type);
        // The service takes what fails only when it runs; a state alone may be given the variable that it lacks.
        found.retain(|finding| {
            finding.is_error() && !finding.code.fails_only_when_it_runs() && !finding.code.depends_on_table()
        });
        if !found.is_empty() {
            return Err(DefinitionError::Invalid(found));
        }
        Self::compile(&machine).map_err(DefinitionError::Invalid)
    }

    /// Compiles a document, without asking whether the service would take it.
    ///
    /// # Errors
    /// Everything that keeps it from running: missing fields, unknown targets, paths,
    /// intrinsic functions and expressions that do not parse.
    pub fn compile(machine: &StateMachine) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler { machine, states: Vec::new(), found: Vec::new(), maps: 0 };
        let start = compiler.scope(machine.start_at.as_deref(), machine.states.as_ref(), &Pointer::root());
        let states: Option<Vec<_>> = compiler.states.into_iter().collect();
        match (start, states) {
            (Some(start), Some(mut states)) if compiler.found.is_empty() => {
                let mut ways = 0;
                for state in &mut states {
                    state.first_way = ways;
                    ways += state.count_ways();
                }
                let seconds = machine.timeout_seconds.as_ref().and_then(Value::as_u64);
                let timeout_seconds = seconds.filter(|seconds| *seconds > 0);
                let mut program = Self {
                    states,
                    start,
                    timeout_seconds,
                    watch: None,
                    #[cfg(feature = "graph")]
                    definition: machine.write(),
                };
                program.watch = Watch::of(machine, || program.way_pointers());
                Ok(program)
            }
            _ => Err(compiler.found),
        }
    }
}

struct Compiler<'a> {
    machine: &'a StateMachine,
    /// `None` while a state is not yet compiled, and for good when it cannot be.
    states: Vec<Option<StateProgram>>,
    found: Vec<Diagnostic>,
    /// How many maps the present state is in.
    maps: usize,
}

/// The states that transitions of a scope may name.
type Targets<'a> = IndexMap<&'a str, StateId>;

impl<'a> Compiler<'a> {
    /// Compiles a scope and gives its first state.
    fn scope(
        &mut self,
        start_at: Option<&str>,
        states: Option<&'a IndexMap<String, State>>,
        at: &Pointer,
    ) -> Option<StateId> {
        let (Some(start_at), Some(states)) = (start_at, states) else {
            let missing = [("StartAt", start_at.is_none()), ("States", states.is_none())];
            let missing: Vec<_> = missing.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect();
            let message = format!("these fields are required: [{}]", missing.join(", "));
            self.found.push(Diagnostic::new(Code::MissingField, at.clone(), message));
            return None;
        };
        let first = self.states.len();
        let targets: Targets<'a> = states
            .keys()
            .enumerate()
            .map(|(i, name)| (name.as_str(), StateId(u32::try_from(first + i).unwrap_or(u32::MAX))))
            .collect();
        self.states.resize_with(first + states.len(), || None);
        for (i, (name, state)) in states.iter().enumerate() {
            let compiled = self.state(name, state, &targets, &at.child("States").child(name));
            if let Some(place) = self.states.get_mut(first + i) {
                *place = compiled;
            }
        }
        self.target(start_at, &targets, at.child("StartAt"))
    }

    fn target(&mut self, name: &str, targets: &Targets<'_>, at: Pointer) -> Option<StateId> {
        let found = targets.get(name).copied();
        if found.is_none() {
            let mut diagnostic = Diagnostic::new(Code::UnknownTarget, at, format!("no state `{name}` in this scope"));
            if let Some(near) = workflow_asl::nearest::nearest(name, targets.keys().copied()) {
                diagnostic = diagnostic.with_help(format!("did you mean `{near}`?"));
            }
            self.found.push(diagnostic);
        }
        found
    }

    fn state(&mut self, name: &str, state: &'a State, targets: &Targets<'a>, at: &Pointer) -> Option<StateProgram> {
        let language = self.machine.language_of(state);
        let next = match &state.next {
            Some(next) => Some(self.target(next, targets, at.child("Next"))?),
            None => {
                let goes_on = !matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
                if goes_on && state.end != Some(true) {
                    let message = "this object should have only one of the following fields: [Next, End]";
                    self.found.push(Diagnostic::new(Code::MissingField, at.clone(), message));
                }
                None
            }
        };
        let work = self.work(state, language, targets, at)?;
        let catch: Option<Vec<_>> = state
            .catch
            .iter()
            .flatten()
            .enumerate()
            .map(|(i, catcher)| self.catcher(catcher, i, language, targets, &at.child("Catch").index(i)))
            .collect();
        let retry = state.retry.iter().flatten().map(retrier).collect();
        let in_map = self.maps > 0;
        let mut reading = self.reading(language);
        let is_map = state.kind == StateKind::Map;
        let (arguments, field) = match language {
            // A map's `Parameters` are its item selector.
            QueryLanguage::JsonPath => (state.parameters.as_ref().filter(|_| !is_map), "Parameters"),
            QueryLanguage::Jsonata => (state.arguments.as_ref(), "Arguments"),
        };
        Some(StateProgram {
            name: name.into(),
            at: at.clone(),
            first_way: 0,
            language,
            next,
            input_path: reading.selection(state.input_path.as_ref(), &at.child("InputPath")),
            arguments: arguments.map(|value| reading.template(value, &at.child(field), field)),
            result_selector: reading.optional(state.result_selector.as_ref(), at, "ResultSelector"),
            result_path: reading.result_place(state.result_path.as_ref(), &at.child("ResultPath")),
            output_path: reading.selection(state.output_path.as_ref(), &at.child("OutputPath")),
            output: reading.optional(state.output.as_ref(), at, "Output"),
            assign: reading.optional(state.assign.as_ref(), at, "Assign").map(Assignment::new),
            retry,
            catch: catch?,
            work,
            in_map,
        })
    }

    fn reading(&mut self, language: QueryLanguage) -> Reading<'_> {
        Reading { language, found: &mut self.found }
    }

    fn work(&mut self, state: &'a State, language: QueryLanguage, targets: &Targets<'a>, at: &Pointer) -> Option<Work> {
        Some(match state.kind {
            StateKind::Pass => Work::Pass { result: state.result.clone().map(Into::into) },
            StateKind::Succeed => Work::Succeed,
            StateKind::Fail => {
                let mut reading = self.reading(language);
                Work::Fail {
                    error: reading.text(state.error.as_deref(), state.error_path.as_deref(), "Error", "ErrorPath", at),
                    cause: reading.text(state.cause.as_deref(), state.cause_path.as_deref(), "Cause", "CausePath", at),
                }
            }
            StateKind::Choice => self.choice(state, language, targets, at)?,
            StateKind::Wait => Work::Wait(self.reading(language).wait(state, at)?),
            StateKind::Task => {
                let mut reading = self.reading(language);
                let Some(resource) = &state.resource else {
                    reading.missing("Resource", at);
                    return None;
                };
                let timeout = (state.timeout_seconds.as_ref(), state.timeout_seconds_path.as_deref());
                let heartbeat = (state.heartbeat_seconds.as_ref(), state.heartbeat_seconds_path.as_deref());
                Work::Task(Box::new(TaskProgram {
                    resource: Resource::of(resource),
                    timeout: reading.amount(timeout, ["TimeoutSeconds", "TimeoutSecondsPath"], State::FIELDS, at),
                    heartbeat: reading.amount(
                        heartbeat,
                        ["HeartbeatSeconds", "HeartbeatSecondsPath"],
                        State::FIELDS,
                        at,
                    ),
                    credentials: reading.optional(state.credentials.as_ref(), at, "Credentials"),
                }))
            }
            StateKind::Parallel => {
                let Some(branches) = state.branches.as_ref().filter(|branches| !branches.is_empty()) else {
                    self.reading(language).missing("Branches", at);
                    return None;
                };
                let mut branch = |(i, branch): (usize, &'a Branch)| {
                    self.scope(branch.start_at.as_deref(), branch.states.as_ref(), &at.child("Branches").index(i))
                };
                let branches: Vec<_> = branches.iter().enumerate().map(&mut branch).collect();
                Work::Parallel { branches: branches.into_iter().collect::<Option<_>>()? }
            }
            StateKind::Map => self.map(state, language, at)?,
        })
    }

    fn choice(
        &mut self,
        state: &'a State,
        language: QueryLanguage,
        targets: &Targets<'a>,
        at: &Pointer,
    ) -> Option<Work> {
        let Some(choices) = state.choices.as_ref().filter(|choices| !choices.is_empty()) else {
            self.reading(language).missing("Choices", at);
            return None;
        };
        let mut rules = Vec::new();
        for (i, rule) in choices.iter().enumerate() {
            let at = at.child("Choices").index(i);
            let Some(next) = &rule.next else {
                self.reading(language).missing("Next", &at);
                continue;
            };
            let next = self.target(next, targets, at.child("Next"));
            let mut reading = self.reading(language);
            let condition = reading.condition(rule, &format!("Choices[{i}]/Condition"), &at);
            let assign = rule.assign.as_ref();
            let output = rule.output.as_ref();
            let assign = assign.map(|value| {
                Assignment::new(reading.template(value, &at.child("Assign"), &format!("Choices[{i}]/Assign")))
            });
            let output =
                output.map(|value| reading.template(value, &at.child("Output"), &format!("Choices[{i}]/Output")));
            if let (Some(condition), Some(next)) = (condition, next) {
                rules.push(ChoiceProgram { condition, next, assign, output });
            }
        }
        let default = match &state.default {
            Some(default) => Some(self.target(default, targets, at.child("Default"))?),
            None => None,
        };
        Some(Work::Choice { rules, default })
    }

    fn catcher(
        &mut self,
        catcher: &CatcherNode,
        number: usize,
        language: QueryLanguage,
        targets: &Targets<'a>,
        at: &Pointer,
    ) -> Option<Catcher> {
        let Some(next) = &catcher.next else {
            self.reading(language).missing("Next", at);
            return None;
        };
        let next = self.target(next, targets, at.child("Next"))?;
        let mut reading = self.reading(language);
        let result_path = reading.result_place(catcher.result_path.as_ref(), &at.child("ResultPath"));
        let mut template = |field: &str, value: &Option<Value>| {
            let location = format!("Catch[{number}]/{field}");
            value.as_ref().map(|value| reading.template(value, &at.child(field), &location))
        };
        Some(Catcher {
            errors: names(catcher.error_equals.as_deref()),
            next,
            result_path,
            output: template("Output", &catcher.output),
            assign: template("Assign", &catcher.assign).map(Assignment::new),
        })
    }

    fn map(&mut self, state: &'a State, language: QueryLanguage, at: &Pointer) -> Option<Work> {
        let Some(processor) = state.processor() else {
            let message = "this object should have only one of the following fields: [ItemProcessor, Iterator]";
            self.found.push(Diagnostic::new(Code::MissingField, at.clone(), message));
            return None;
        };
        let field = if state.item_processor.is_some() { "ItemProcessor" } else { "Iterator" };
        self.maps += 1;
        let start = self.scope(processor.start_at.as_deref(), processor.states.as_ref(), &at.child(field));
        self.maps -= 1;
        let mut reading = self.reading(language);
        let items = match (&state.items_path, &state.items) {
            (Some(path), _) => reading.path(path, &at.child("ItemsPath")).map_or(Items::Input, Items::Path),
            (None, Some(items)) => Items::Template(reading.template(items, &at.child("Items"), "Items")),
            (None, None) => Items::Input,
        };
        let selector = reading
            .optional(state.item_selector.as_ref(), at, "ItemSelector")
            .or_else(|| reading.optional(state.parameters.as_ref(), at, "Parameters"));
        let concurrency = (state.max_concurrency.as_ref(), state.max_concurrency_path.as_deref());
        let fields = ["MaxConcurrency", "MaxConcurrencyPath"];
        let max_concurrency = reading.amount(concurrency, fields, State::FIELDS, at);
        let distributed = state.is_distributed().then(|| reading.distributed(state, at));
        Some(Work::Map(Box::new(MapProgram { items, selector, start: start?, max_concurrency, distributed })))
    }
}

fn names(names: Option<&[String]>) -> ErrorNames {
    ErrorNames(names.unwrap_or_default().iter().map(|name| name.as_str().into()).collect())
}

#[expect(clippy::cast_precision_loss, reason = "the defaults are small")]
fn retrier(retrier: &RetrierNode) -> Retrier {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64);
    Retrier {
        errors: names(retrier.error_equals.as_deref()),
        interval_seconds: number(&retrier.interval_seconds).unwrap_or(retrier_default::INTERVAL_SECONDS as f64),
        max_attempts: retrier.max_attempts.as_ref().and_then(Value::as_u64).unwrap_or(retrier_default::MAX_ATTEMPTS),
        backoff_rate: number(&retrier.backoff_rate).unwrap_or(retrier_default::BACKOFF_RATE),
        max_delay_seconds: number(&retrier.max_delay_seconds).unwrap_or(f64::INFINITY),
        full_jitter: retrier.jitter_strategy.as_deref() == Some("FULL"),
    }
}
