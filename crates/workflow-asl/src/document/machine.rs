//! The whole state machine, a parallel's branches, and the scopes that states live in.

use indexmap::IndexMap;
use serde_json::Value;

use super::node::{Node, Source, object, object_node};
use super::{Form, State, StateKind};
use crate::limits::MAX_SECONDS;
use crate::{Diagnostic, Pointer, placeholder};

/// The language of a state's paths and expressions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    /// Paths and payload templates; the default of a document without `QueryLanguage`.
    #[default]
    JsonPath,
    /// JSONata expressions between `{%` and `%}`.
    Jsonata,
}

impl QueryLanguage {
    /// Returns the name in the document.
    pub fn name(self) -> &'static str {
        self.pick("JSONPath", "JSONata")
    }

    /// Returns the first of two values in JSONPath, the second in JSONata.
    pub fn pick<T>(self, of_jsonpath: T, of_jsonata: T) -> T {
        match self {
            Self::JsonPath => of_jsonpath,
            Self::Jsonata => of_jsonata,
        }
    }

    /// The language with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::JsonPath, Self::Jsonata].into_iter().find(|language| language.name() == name)
    }

    /// Returns the language that a `QueryLanguage` gives: AWS takes any other value for JSONata, as measured in 2026. A
    /// placeholder may become either.
    fn given(name: Option<&str>, source: &Source) -> Option<Self> {
        let kept = || source.kept("QueryLanguage");
        match name.or_else(|| kept()?.as_str()) {
            Some(name) => Self::from_name(name).or_else(|| (!placeholder::contained(name)).then_some(Self::Jsonata)),
            None => kept().map(|_| Self::Jsonata),
        }
    }
}

object! {
    /// A state machine: the document.
    StateMachine {
        "Comment" comment: String, Form::Text, "A comment for the reader.";
        "QueryLanguage" query_language: String, Form::Word(&["JSONPath", "JSONata"]), default Text("JSONPath"), "The default query language of states.";
        "StartAt" start_at: String, Form::StateName, is required, "The first state.";
        "Version" version: String, Form::Word(&["1.0"]), default Text("1.0"), "The version of ASL.";
        "TimeoutSeconds" timeout_seconds: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, "The maximum duration of an execution in seconds.";
        "States" states: IndexMap<String, State>, Form::Nested("object of states by name"), is required, "The states by name.";
    }
}

object! {
    /// One branch of a parallel.
    Branch {
        "Comment" comment: String, Form::Text, "A comment for the reader.";
        "StartAt" start_at: String, Form::StateName, is required, "The first state of the branch.";
        "States" states: IndexMap<String, State>, Form::Nested("object of states by name"), is required, "The states of the branch.";
    }
}

object_node!(StateMachine, Branch);

/// A set of states that transitions may go between: the machine's, a branch's, an item processor's.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The place of its object.
    pub pointer: Pointer,
    /// The name of its first state, where that is given.
    pub start_at: Option<&'a str>,
    /// Its states; `None` where the object has none.
    pub states: Option<&'a IndexMap<String, State>>,
    /// The state that holds it; `None` for the machine's own.
    pub owner: Option<&'a str>,
}

impl Scope<'_> {
    /// Returns where the state named `name` is.
    pub fn state_pointer(&self, name: &str) -> Pointer {
        self.pointer.child("States").child(name)
    }
}

impl StateMachine {
    /// Reads a definition, and reports everything in it that is not ASL.
    ///  The model contains everything that could be read, so that rules can continue after a mistake.
    pub fn read(definition: &Value) -> (Self, Vec<Diagnostic>) {
        let (machine, mut found) = Self::read_to_run(definition);
        found.retain(|one| !one.is_unfilled());
        (machine, found)
    }

    /// Reads a definition that is to run: reports each placeholder that is not in a string.
    pub(crate) fn read_to_run(definition: &Value) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let machine =
            Node::read(definition, &Pointer::root(), &mut found).unwrap_or_else(|| Self::standing_for(definition));
        (machine, found)
    }

    /// Writes the definition; a document that was read keeps the order of its fields.
    pub fn write(&self) -> Value {
        Node::write(self)
    }

    /// Returns the query language of states that do not name their own.
    pub fn language(&self) -> QueryLanguage {
        QueryLanguage::given(self.query_language.as_deref(), &self.source).unwrap_or_default()
    }

    /// Returns the query language of a state of this machine. A map or parallel does not pass its language on.
    pub fn language_of(&self, state: &State) -> QueryLanguage {
        QueryLanguage::given(state.query_language.as_deref(), &state.source).unwrap_or_else(|| self.language())
    }

    /// Returns the machine's own scope.
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            pointer: Pointer::root(),
            start_at: self.start_at.as_deref(),
            states: self.states.as_ref(),
            owner: None,
        }
    }

    /// Every scope, the machine's own first, each before those inside it.
    pub fn scopes(&self) -> Vec<Scope<'_>> {
        let mut scopes = vec![self.scope()];
        let mut next = 0;
        while let Some(scope) = scopes.get(next).cloned() {
            next += 1;
            for (name, state) in scope.states.into_iter().flatten() {
                scopes.extend(state.scopes(name, &scope.state_pointer(name)));
            }
        }
        scopes
    }
}

impl State {
    /// Returns the scopes directly inside this state, which is called `name` and is at `at`.
    pub fn scopes<'a>(&'a self, name: &'a str, at: &Pointer) -> Vec<Scope<'a>> {
        let branches = self.branches.iter().flatten().enumerate().map(|(i, branch)| Scope {
            pointer: at.child("Branches").index(i),
            start_at: branch.start_at.as_deref(),
            states: branch.states.as_ref(),
            owner: Some(name),
        });
        let processors = [("ItemProcessor", &self.item_processor), ("Iterator", &self.iterator)];
        let processors = processors.into_iter().filter_map(|(field, processor)| {
            let processor = processor.as_ref()?;
            Some(Scope {
                pointer: at.child(field),
                start_at: processor.start_at.as_deref(),
                states: processor.states.as_ref(),
                owner: Some(name),
            })
        });
        branches.chain(processors).collect()
    }

    /// Returns the item processor under either of its names.
    pub fn processor(&self) -> Option<&super::ItemProcessor> {
        self.item_processor.as_ref().or(self.iterator.as_ref())
    }

    /// Returns whether it is a map whose iterations are child executions.
    pub fn is_distributed(&self) -> bool {
        self.kind == StateKind::Map
            && self
                .processor()
                .and_then(|processor| processor.processor_config.as_ref())
                .and_then(|config| config.mode.as_deref())
                == Some("DISTRIBUTED")
    }
}
