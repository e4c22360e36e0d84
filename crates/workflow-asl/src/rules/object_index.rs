//! An index of the objects of a definition, in document order, for the rules.

use crate::Pointer;
use crate::document::MachineType;
use crate::document::{ChoiceRule, Field, Object, QueryLanguage, State, StateKind, StateMachine};

/// The kind of an object, which decides on its required fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Machine,
    Branch,
    Processor,
    State(StateKind),
    Rule,
    NestedRule,
    Retrier,
    Catcher,
    ProcessorConfig,
    ItemReader,
    ReaderConfig,
    ItemBatcher,
    ResultWriter,
    WriterConfig,
}

impl ObjectKind {
    /// Returns its name in messages, with an article.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Machine => "a state machine",
            Self::Branch => "a branch",
            Self::Processor => "an item processor",
            Self::State(StateKind::Task) => "a Task state",
            Self::State(StateKind::Wait) => "a Wait state",
            Self::State(StateKind::Pass) => "a Pass state",
            Self::State(StateKind::Succeed) => "a Succeed state",
            Self::State(StateKind::Fail) => "a Fail state",
            Self::State(StateKind::Choice) => "a Choice state",
            Self::State(StateKind::Parallel) => "a Parallel state",
            Self::State(StateKind::Map) => "a Map state",
            Self::Rule => "a choice rule",
            Self::NestedRule => "a rule inside `And`, `Or` or `Not`",
            Self::Retrier => "a retrier",
            Self::Catcher => "a catcher",
            Self::ProcessorConfig => "a `ProcessorConfig`",
            Self::ItemReader => "an `ItemReader`",
            Self::ReaderConfig => "a `ReaderConfig`",
            Self::ItemBatcher => "an `ItemBatcher`",
            Self::ResultWriter => "a `ResultWriter`",
            Self::WriterConfig => "a `WriterConfig`",
        }
    }
}

/// An object of the definition.
pub(crate) struct ObjectAt<'a> {
    pub(crate) kind: ObjectKind,
    pub(crate) at: Pointer,
    pub(crate) object: &'a dyn Object,
    /// Its fields that are present, in the order of their table.
    pub(crate) present: Vec<&'static Field>,
    /// The language of the state it belongs to.
    pub(crate) language: QueryLanguage,
    /// The number of the state it belongs to, among [`ObjectIndex::states`]; `None` in the machine's own fields.
    pub(crate) state: Option<usize>,
}

impl ObjectAt<'_> {
    /// Returns the kind of the state, where it is one.
    pub(crate) fn state_kind(&self) -> Option<StateKind> {
        match self.kind {
            ObjectKind::State(kind) => Some(kind),
            _ => None,
        }
    }

    /// Returns whether the object may have this field of its table, whatever its query language.
    pub(crate) fn may_have(&self, field: &Field) -> bool {
        self.state_kind().is_none_or(|kind| field.kinds.contains(kind))
            && !(field.outermost && self.kind == ObjectKind::NestedRule)
    }

    /// Returns whether it may have the field, in the language of its state.
    pub(crate) fn takes(&self, field: &Field) -> bool {
        self.may_have(field) && field.language.is_none_or(|language| language == self.language)
    }
}

/// A rule of a choice state, or a part of one.
pub(crate) struct RuleAt<'a> {
    pub(crate) at: Pointer,
    pub(crate) rule: &'a ChoiceRule,
}

/// A state with its surroundings.
#[derive(Clone)]
pub(crate) struct StateAt<'a> {
    pub(crate) name: &'a str,
    pub(crate) at: Pointer,
    pub(crate) state: &'a State,
    pub(crate) language: QueryLanguage,
    /// The number of the scope it is in: 0 is the machine's.
    pub(crate) scope: usize,
    /// Whether an Express execution runs it.
    pub(crate) express: bool,
}

/// A scope's place among the others.
pub(crate) struct ScopeAt {
    pub(crate) at: Pointer,
    /// The scope around it.
    pub(crate) parent: Option<usize>,
    /// The number of the state that holds it, among [`ObjectIndex::states`].
    pub(crate) owner: Option<usize>,
    /// Whether its states run as child executions, which see no variables from outside.
    pub(crate) distributed: bool,
}

/// All objects of a definition, each before those inside it.
pub(crate) struct ObjectIndex<'a> {
    pub(crate) objects: Vec<ObjectAt<'a>>,
    pub(crate) states: Vec<StateAt<'a>>,
    pub(crate) scopes: Vec<ScopeAt>,
    pub(crate) rules: Vec<RuleAt<'a>>,
    machine: &'a StateMachine,
    /// The number of the state whose parts are being listed.
    current: Option<usize>,
}

impl<'a> ObjectIndex<'a> {
    pub(crate) fn of(machine: &'a StateMachine, express: bool) -> Self {
        let mut index = Self {
            objects: Vec::new(),
            states: Vec::new(),
            scopes: Vec::new(),
            rules: Vec::new(),
            machine,
            current: None,
        };
        if !machine.is_unread() {
            index.push(ObjectKind::Machine, Pointer::root(), machine, machine.language());
            let scope = ScopeAt { at: Pointer::root(), parent: None, owner: None, distributed: false };
            index.scope(scope, machine.states.as_ref(), express);
        }
        index
    }

    /// Returns the scopes around what is in a scope, from the innermost that a state holds, each with this state.
    pub(crate) fn around(&self, scope: usize) -> impl Iterator<Item = (&ScopeAt, &StateAt<'a>)> {
        let held = |scope: usize| {
            let scope = self.scopes.get(scope)?;
            Some((scope, self.states.get(scope.owner?)?))
        };
        std::iter::successors(held(scope), move |(_, owner)| held(owner.scope))
    }

    fn push(&mut self, kind: ObjectKind, at: Pointer, object: &'a dyn Object, language: QueryLanguage) {
        let present = object.present_fields();
        self.objects.push(ObjectAt { kind, at, object, present, language, state: self.current });
    }

    fn scope(&mut self, scope: ScopeAt, states: Option<&'a indexmap::IndexMap<String, State>>, express: bool) {
        let number = self.scopes.len();
        let at = scope.at.child("States");
        let outer = self.current;
        self.scopes.push(scope);
        for (name, state) in states.into_iter().flatten().filter(|(_, state)| !state.is_unread()) {
            let language = self.machine.language_of(state);
            let state = StateAt { name, at: at.child(name), state, language, scope: number, express };
            self.states.push(state.clone());
            self.current = Some(self.states.len() - 1);
            self.state(self.states.len() - 1, state);
        }
        self.current = outer;
    }

    fn state(&mut self, number: usize, state: StateAt<'a>) {
        let StateAt { at, state, language, scope, express, .. } = state;
        let inside = |at: &Pointer, distributed| ScopeAt {
            at: at.clone(),
            parent: Some(scope),
            owner: Some(number),
            distributed,
        };
        self.push(ObjectKind::State(state.kind), at.clone(), state, language);
        if state.kind == StateKind::Choice {
            for (i, rule) in state.choices.iter().flatten().enumerate() {
                self.rule(ObjectKind::Rule, at.child("Choices").index(i), rule, language);
            }
        }
        if matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map) {
            for (i, retrier) in state.retry.iter().flatten().enumerate().filter(|(_, r)| !r.is_unread()) {
                self.push(ObjectKind::Retrier, at.child("Retry").index(i), retrier, language);
            }
            for (i, catcher) in state.catch.iter().flatten().enumerate().filter(|(_, c)| !c.is_unread()) {
                self.push(ObjectKind::Catcher, at.child("Catch").index(i), catcher, language);
            }
        }
        if state.kind == StateKind::Parallel {
            for (i, branch) in state.branches.iter().flatten().enumerate().filter(|(_, b)| !b.is_unread()) {
                let at = at.child("Branches").index(i);
                self.push(ObjectKind::Branch, at.clone(), branch, self.machine.language());
                self.scope(inside(&at, false), branch.states.as_ref(), express);
            }
        }
        if state.kind == StateKind::Map {
            self.map(&at, state, language);
            for (field, processor) in [("ItemProcessor", &state.item_processor), ("Iterator", &state.iterator)] {
                let Some(processor) = processor else { continue };
                let at = at.child(field);
                self.push(ObjectKind::Processor, at.clone(), processor, self.machine.language());
                let mut express = express;
                if let Some(config) = &processor.processor_config {
                    let at = at.child("ProcessorConfig");
                    self.push(ObjectKind::ProcessorConfig, at, config, self.machine.language());
                    if state.is_distributed() {
                        express = config.execution_type.as_deref() == Some(MachineType::Express.as_str());
                    }
                }
                self.scope(inside(&at, state.is_distributed()), processor.states.as_ref(), express);
            }
        }
    }

    fn map(&mut self, at: &Pointer, state: &'a State, language: QueryLanguage) {
        if let Some(reader) = &state.item_reader {
            let at = at.child("ItemReader");
            self.push(ObjectKind::ItemReader, at.clone(), reader, language);
            if let Some(config) = &reader.reader_config {
                self.push(ObjectKind::ReaderConfig, at.child("ReaderConfig"), config, language);
            }
        }
        if let Some(batcher) = &state.item_batcher {
            self.push(ObjectKind::ItemBatcher, at.child("ItemBatcher"), batcher, language);
        }
        if let Some(writer) = &state.result_writer {
            let at = at.child("ResultWriter");
            self.push(ObjectKind::ResultWriter, at.clone(), writer, language);
            if let Some(config) = &writer.writer_config {
                self.push(ObjectKind::WriterConfig, at.child("WriterConfig"), config, language);
            }
        }
    }

    fn rule(&mut self, kind: ObjectKind, at: Pointer, rule: &'a ChoiceRule, language: QueryLanguage) {
        if rule.is_unread() {
            return;
        }
        self.push(kind, at.clone(), rule, language);
        self.rules.push(RuleAt { at: at.clone(), rule });
        for (field, rules) in [("And", &rule.and), ("Or", &rule.or)] {
            for (i, nested) in rules.iter().flatten().enumerate() {
                self.rule(ObjectKind::NestedRule, at.child(field).index(i), nested, language);
            }
        }
        if let Some(nested) = &rule.not {
            self.rule(ObjectKind::NestedRule, at.child("Not"), nested, language);
        }
    }
}
