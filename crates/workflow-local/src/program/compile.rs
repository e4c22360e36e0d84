//! Compiles a checked machine to a program.

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::checked::{CheckedMachine, CheckedObject};
use workflow_asl::document::{
    Catcher as CatcherNode, ChoiceRule, MachineType, QueryLanguage, Retrier as RetrierNode, State, StateKind,
};
use workflow_asl::limits::retrier_default;
use workflow_asl::source::Source;
use workflow_asl::{Diagnostic, Pointer, StateMachine, rules};

use super::compile_fields::{amount, condition, distributed, path, result_place, selection, template, template_in};
use super::resource::Resource;
use super::retry_catch::{Catcher, ErrorNames, Retrier};
use super::{ChoiceProgram, Items, MapProgram, Program, StateId, StateProgram, TaskProgram, WaitProgram, Work};
use crate::coverage::Watch;
use crate::error::DefinitionError;
use crate::mutation;
use crate::query::assignment::Assignment;

impl Program {
    /// Parses, checks and compiles a definition.
    ///
    /// # Errors
    /// Returns all errors that the service would report, except those about AWS's APIs
    /// (`Code::depends_on_table`), because tests answer their calls.
    pub fn of(definition: &Value, machine_type: MachineType) -> Result<Self, DefinitionError> {
        Self::unless(Diagnostic::prevents_running, definition, machine_type)
    }

    /// Like [`of`](Self::of), but every error with which AWS creates no state machine is an error.
    pub(crate) fn of_created(definition: &Value, machine_type: MachineType) -> Result<Self, DefinitionError> {
        Self::unless(Diagnostic::prevents_creation, definition, machine_type)
    }

    fn unless(prevents: Prevents, definition: &Value, machine_type: MachineType) -> Result<Self, DefinitionError> {
        let machine = checked(prevents, definition, machine_type)?;
        match mutation::mutant_of(machine.machine()).map_err(DefinitionError::Mutant)? {
            Some(mutant) => Ok(Self::compile(&checked(prevents, &mutant, machine_type)?)),
            None => Ok(Self::compile(&machine)),
        }
    }

    /// Parses the text of a definition.
    pub(crate) fn read(text: &str) -> Result<Value, DefinitionError> {
        Source::read_filled(text).map(Source::into_value).map_err(DefinitionError::Unreadable)
    }

    /// Returns a definition with the change of the mutant to run, if there is one.
    pub(crate) fn mutated(definition: Value) -> Result<Value, DefinitionError> {
        let (machine, _) = StateMachine::read(&definition);
        Ok(mutation::mutant_of(&machine).map_err(DefinitionError::Mutant)?.unwrap_or(definition))
    }

    /// Compiles a definition in which tasks stand in for parts of another one, whose coverage is counted for the parts
    /// that both have.
    pub(crate) fn standing_in(
        definition: &Value,
        machine_type: MachineType,
        whole: &Self,
    ) -> Result<Self, DefinitionError> {
        let mut program = Self::compile_unwatched(&checked(Diagnostic::prevents_running, definition, machine_type)?);
        program.watch = whole.watch.as_ref().map(|watch| watch.of_part(&whole.way_pointers(), &program.way_pointers()));
        Ok(program)
    }

    /// Compiles a definition that passed the rules.
    pub fn compile(checked: &CheckedMachine) -> Self {
        let mut program = Self::compile_unwatched(checked);
        program.watch = Watch::of(checked.machine(), || program.way_pointers());
        program
    }

    fn compile_unwatched(checked: &CheckedMachine) -> Self {
        let machine = checked.machine();
        let mut compiler = Compiler { checked, states: Vec::new(), maps: 0 };
        let start = compiler.scope(machine.states.as_ref(), &Pointer::root());
        let mut states: Vec<_> = compiler.states.into_iter().flatten().collect();
        let mut ways = 0;
        for state in &mut states {
            state.first_way = ways;
            ways += state.count_ways();
        }
        let seconds = machine.timeout_seconds.as_ref().and_then(Value::as_u64);
        Self {
            states,
            start,
            timeout_seconds: seconds.filter(|seconds| *seconds > 0),
            watch: None,
            explores: None,
            #[cfg(feature = "graph")]
            definition: machine.write(),
        }
    }
}

/// Returns whether a finding prevents something.
type Prevents = fn(&Diagnostic) -> bool;

/// Returns the definition if no finding prevents its use.
fn checked(
    prevents: Prevents,
    definition: &Value,
    machine_type: MachineType,
) -> Result<CheckedMachine, DefinitionError> {
    let (machine, found) = rules::check_to_run(definition, machine_type);
    let found: Vec<_> = found.into_iter().filter(prevents).collect();
    machine.filter(|_| found.is_empty()).ok_or(DefinitionError::Invalid(found))
}

struct Compiler<'a> {
    checked: &'a CheckedMachine,
    /// `None` while a state is not yet compiled.
    states: Vec<Option<StateProgram>>,
    /// The number of maps around the current state.
    maps: usize,
}

impl<'a> Compiler<'a> {
    /// Compiles a scope, and returns its first state.
    fn scope(&mut self, states: Option<&'a IndexMap<String, State>>, at: &Pointer) -> StateId {
        let first = self.states.len();
        self.states.resize_with(first + states.map_or(0, IndexMap::len), || None);
        for (i, (name, state)) in states.into_iter().flatten().enumerate() {
            let compiled = self.state(name, state, first, &at.child("States").child(name));
            if let Some(slot) = self.states.get_mut(first + i) {
                *slot = Some(compiled);
            }
        }
        // A checked scope has states, and begins at one of them.
        target(self.checked.object(at), "StartAt", first).unwrap_or(StateId(0))
    }

    /// Compiles a state of the scope whose states are numbered from `first`.
    fn state(&mut self, name: &str, state: &'a State, first: usize, at: &Pointer) -> StateProgram {
        let fields = self.checked.object(at);
        let language = self.checked.machine().language_of(state);
        let arguments = match (language, state.kind) {
            (QueryLanguage::Jsonata, _) => template_in(fields, "Arguments"),
            // A map's `Parameters` are its item selector.
            (QueryLanguage::JsonPath, StateKind::Map) => None,
            (QueryLanguage::JsonPath, _) => template_in(fields, "Parameters"),
        };
        let catchers = state.catch.iter().flatten().enumerate();
        StateProgram {
            name: name.into(),
            at: at.clone(),
            first_way: 0,
            language,
            next: target(fields, "Next", first),
            input_path: selection(fields, "InputPath"),
            arguments,
            result_selector: template_in(fields, "ResultSelector"),
            result_path: result_place(fields),
            output_path: selection(fields, "OutputPath"),
            output: template_in(fields, "Output"),
            assign: template_in(fields, "Assign").map(Assignment::new),
            retry: state.retry.iter().flatten().map(retrier).collect(),
            catch: catchers.filter_map(|(i, catcher)| self.catcher(catcher, i, first, at)).collect(),
            in_map: self.maps > 0,
            work: self.work(state, fields, first, at),
        }
    }

    fn work(&mut self, state: &'a State, fields: &CheckedObject, first: usize, at: &Pointer) -> Work {
        let either = |field, other| template_in(fields, field).or_else(|| template_in(fields, other));
        match state.kind {
            StateKind::Pass => Work::Pass { result: state.result.clone().map(Into::into) },
            StateKind::Succeed => Work::Succeed,
            StateKind::Fail => Work::Fail { error: either("ErrorPath", "Error"), cause: either("CausePath", "Cause") },
            StateKind::Choice => {
                let rules = state.choices.iter().flatten().enumerate();
                Work::Choice {
                    rules: rules.filter_map(|(i, rule)| self.rule(rule, i, first, at)).collect(),
                    default: target(fields, "Default", first),
                }
            }
            StateKind::Wait => Work::Wait(match (template_in(fields, "Timestamp"), path(fields, "TimestampPath")) {
                (Some(timestamp), _) => WaitProgram::Timestamp(timestamp),
                (None, Some(path)) => WaitProgram::TimestampPath(path),
                (None, None) => WaitProgram::Seconds(amount(fields, ["Seconds", "SecondsPath"], State::FIELDS)),
            }),
            StateKind::Task => Work::Task(Box::new(TaskProgram {
                resource: Resource::of(state.resource.as_deref().unwrap_or_default()),
                timeout: amount(fields, ["TimeoutSeconds", "TimeoutSecondsPath"], State::FIELDS),
                heartbeat: amount(fields, ["HeartbeatSeconds", "HeartbeatSecondsPath"], State::FIELDS),
                credentials: template_in(fields, "Credentials"),
            })),
            StateKind::Parallel => {
                let branches = state.branches.iter().flatten().enumerate();
                let branches = branches.map(|(i, branch)| (branch.states.as_ref(), at.child("Branches").index(i)));
                Work::Parallel { branches: branches.map(|(states, at)| self.scope(states, &at)).collect() }
            }
            StateKind::Map => self.map(state, fields, at),
        }
    }

    fn rule(&self, rule: &ChoiceRule, number: usize, first: usize, at: &Pointer) -> Option<ChoiceProgram> {
        let at = at.child("Choices").index(number);
        let fields = self.checked.object(&at);
        let value = |field| Some(template(fields.get(field)?, &format!("Choices[{number}]/{field}")));
        Some(ChoiceProgram {
            condition: condition(self.checked, rule, &at, &format!("Choices[{number}]/Condition")),
            next: target(fields, "Next", first)?,
            assign: value("Assign").map(Assignment::new),
            output: value("Output"),
        })
    }

    fn catcher(&self, catcher: &CatcherNode, number: usize, first: usize, at: &Pointer) -> Option<Catcher> {
        let fields = self.checked.object(&at.child("Catch").index(number));
        let value = |field| Some(template(fields.get(field)?, &format!("Catch[{number}]/{field}")));
        Some(Catcher {
            errors: names(catcher.error_equals.as_deref()),
            next: target(fields, "Next", first)?,
            result_path: result_place(fields),
            output: value("Output"),
            assign: value("Assign").map(Assignment::new),
        })
    }

    fn map(&mut self, state: &'a State, fields: &CheckedObject, at: &Pointer) -> Work {
        let field = if state.item_processor.is_some() { "ItemProcessor" } else { "Iterator" };
        self.maps += 1;
        let start = self.scope(state.processor().and_then(|processor| processor.states.as_ref()), &at.child(field));
        self.maps -= 1;
        let items = path(fields, "ItemsPath").map(Items::Path);
        let items = items.or_else(|| template_in(fields, "Items").map(Items::Template));
        let selector = template_in(fields, "ItemSelector");
        Work::Map(Box::new(MapProgram {
            items: items.unwrap_or(Items::Input),
            selector: selector.or_else(|| template_in(fields, "Parameters")),
            start,
            max_concurrency: amount(fields, ["MaxConcurrency", "MaxConcurrencyPath"], State::FIELDS),
            distributed: state.is_distributed().then(|| distributed(self.checked, state, at)),
        }))
    }
}

/// Returns the target of a transition, in a scope whose states are numbered from `first`.
fn target(fields: &CheckedObject, field: &str, first: usize) -> Option<StateId> {
    Some(StateId(u32::try_from(first + fields.target(field)?).unwrap_or(u32::MAX)))
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
