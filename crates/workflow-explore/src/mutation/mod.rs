//! Mutants of a definition. Each has one small mistake that the rules accept.

mod condition;
mod expression;
mod literal;
mod state;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};
use workflow_asl::Pointer;
use workflow_asl::document::{MachineType, QueryLanguage, Scope, StateMachine};
use workflow_local::Program;
use workflow_local::mutation::{Edit, Mutation};

macro_rules! operators {
    ($( $name:ident $word:literal $doc:literal; )*) => {
        /// The kind of change that a mutant makes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Operator {
            $( #[doc = $doc] $name, )*
        }

        impl Operator {
            /// All operators.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Returns the name on the command line and in reports, such as `drop-catcher`.
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// Returns a summary, as a sentence without a full stop.
            pub fn summary(self) -> &'static str {
                match self { $( Self::$name => $doc, )* }
            }
        }
    };
}

operators! {
    DropCatcher "drop-catcher" "Drops a catcher";
    DropRetrier "drop-retrier" "Drops a retrier";
    DropAssignment "drop-assignment" "Drops the assignment of a variable";
    DropTimeout "drop-timeout" "Drops a timeout or a heartbeat";
    RetargetTransition "retarget-transition" "Redirects a transition or an arm to another state or to the end";
    RetargetHandler "retarget-handler" "Redirects a catcher to another state";
    NegateCondition "negate-condition" "Negates a condition or a part of it";
    SwapConnective "swap-connective" "Turns `and` into `or`, or `or` into `and`";
    MoveBound "move-bound" "Moves a bound by one, or includes or excludes it";
    SwapArms "swap-arms" "Swaps the states that two neighbouring arms of a choice lead to";
    RenameError "rename-error" "Renames an error in a retrier or a catcher";
    ChangeLiteral "change-literal" "Changes a literal";
    ChangeDefault "change-default" "Redirects the default of a choice to another state";
    ChangeWait "change-wait" "Changes how long a state or a retrier waits, or after which time it fails";
}

impl Operator {
    /// Returns the operator with this name.
    ///
    /// ```
    /// use workflow_explore::Operator;
    /// assert_eq!(Operator::from_name("drop-catcher"), Some(Operator::DropCatcher));
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operator| operator.name() == name)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A definition with one mistake, as data: the change, its place and its description.
///
/// ```
/// use serde_json::json;
/// use workflow_explore::{Mutant, Operator};
/// use workflow_local::MachineType;
///
/// let definition = json!({ "StartAt": "IsLarge", "States": {
///     "IsLarge": {
///         "Type": "Choice",
///         "Choices": [{ "Variable": "$.total", "NumericGreaterThan": 100, "Next": "Large" }],
///         "Default": "Small",
///     },
///     "Large": { "Type": "Succeed" },
///     "Small": { "Type": "Succeed" },
/// } });
/// let mutants = Mutant::all(&definition, MachineType::Standard);
/// let lines: Vec<_> = mutants.iter().map(|mutant| format!("{}: {}", mutant.operator, mutant.description)).collect();
/// assert_eq!(lines, [
///     "negate-condition: the condition is negated",
///     "move-bound: `NumericGreaterThan` becomes `NumericGreaterThanEquals`",
///     "move-bound: `100` becomes `101`",
///     "move-bound: `100` becomes `99`",
///     "swap-arms: rule 1 leads to `Small` and the default to `Large`",
/// ]);
/// assert_eq!(mutants[2].apply(&definition).unwrap()["States"]["IsLarge"]["Choices"][0]["NumericGreaterThan"], 101);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mutant {
    /// The name: the operator, the place, and a number if several mutants share both.
    pub id: String,
    /// What it changes.
    pub operator: Operator,
    /// The state. Empty for a change of the whole machine.
    pub state: String,
    /// The place in the definition.
    pub pointer: Pointer,
    /// A description of the change, for messages.
    pub description: String,
    /// The changed part of the value at the place, such as an operator or a literal; `None` if the whole value changes.
    pub word: Option<String>,
    /// The coverage point that an execution must take to behave differently; `None` if every execution may.
    pub reached_at: Option<Pointer>,
    /// The changes.
    pub edits: Vec<Edit>,
}

impl Mutant {
    /// Returns all mutants of a definition, in the order of its states. Mutants that the rules refuse are omitted,
    /// because the compiler would report them. The same definition always has the same mutants.
    pub fn all(definition: &Value, machine_type: MachineType) -> Vec<Self> {
        let mut making = Making { definition, machine_type, found: Vec::new(), ids: BTreeSet::new() };
        let root = Pointer::root();
        if let Some(seconds) = definition.get("TimeoutSeconds") {
            let at = root.child("TimeoutSeconds");
            let dropped = "the timeout of the execution is dropped";
            making.take(Self::remove(Operator::DropTimeout, at.clone(), dropped));
            if let Some(changed) = literal::moved(seconds, 1) {
                let description = format!("the timeout of the execution becomes {changed} instead of {seconds}");
                making.take(Self::replace(Operator::ChangeWait, at, changed, description));
            }
        }
        let (machine, _) = StateMachine::read(definition);
        making.scope(&machine, machine.scope());
        making.found
    }

    /// Returns the definition with the change. Returns `None` if it does not have the place.
    pub fn apply(&self, definition: &Value) -> Option<Value> {
        let mut changed = definition.clone();
        self.mutation([]).apply(&mut changed).ok()?;
        Some(changed)
    }

    /// Returns the value that an engine reads from the environment to run the mutant. `definitions` are identified by
    /// their `workflow_local::mutation::digits`.
    pub fn mutation(&self, definitions: impl IntoIterator<Item = String>) -> Mutation {
        let mut mutation = Mutation::new(&self.id, definitions);
        mutation.edits.clone_from(&self.edits);
        mutation
    }

    /// Converts the mutant to JSON: `id`, `operator`, `state`, `pointer`, `description`, `edits`.
    pub fn to_json(&self) -> Value {
        let edits = self.mutation([]).to_json().get("edits").cloned().unwrap_or_default();
        json!({
            "id": self.id,
            "operator": self.operator.name(),
            "state": self.state,
            "pointer": self.pointer.as_str(),
            "description": self.description,
            "edits": edits,
        })
    }
}

/// Mutants of the whole machine, before they have their names.
impl Mutant {
    fn new(operator: Operator, pointer: Pointer, description: impl Into<String>, edits: Vec<Edit>) -> Self {
        let (id, state, description) = (String::new(), String::new(), description.into());
        Self { id, operator, state, pointer, description, word: None, reached_at: None, edits }
    }

    fn remove(operator: Operator, pointer: Pointer, description: impl Into<String>) -> Self {
        let edit = Edit::remove(pointer.as_str());
        Self::new(operator, pointer, description, vec![edit])
    }

    fn replace(operator: Operator, pointer: Pointer, value: Value, description: impl Into<String>) -> Self {
        let edit = Edit::replace(pointer.as_str(), value);
        Self::new(operator, pointer, description, vec![edit])
    }

    fn word(mut self, word: impl Into<String>) -> Self {
        self.word = Some(word.into());
        self
    }
}

/// The state to change.
struct Within<'d> {
    name: &'d str,
    at: Pointer,
    language: QueryLanguage,
    members: &'d Map<String, Value>,
    /// The names of all states in the state's scope.
    scope: Vec<&'d str>,
}

/// Collects mutants.
struct Making<'d> {
    definition: &'d Value,
    machine_type: MachineType,
    found: Vec<Mutant>,
    ids: BTreeSet<String>,
}

impl<'d> Making<'d> {
    /// Offers a mutant of a state that only executions that take the point can see.
    fn offer_in(&mut self, state: &Within<'_>, reached_at: &Pointer, mutant: Mutant) -> bool {
        self.take(Mutant { state: state.name.to_owned(), reached_at: Some(reached_at.clone()), ..mutant })
    }

    /// Names a mutant and keeps it if the rules accept it. Returns whether they do.
    fn take(&mut self, mut mutant: Mutant) -> bool {
        let first = format!("{} {}", mutant.operator, mutant.pointer);
        let numbered = (2..).map(|number| format!("{first} {number}"));
        let mut ids = std::iter::once(first.clone()).chain(numbered);
        // The range of numbers is unbounded, so there is always a free id.
        mutant.id = ids.find(|id| !self.ids.contains(id)).unwrap_or_default();
        let passes = mutant
            .apply(self.definition)
            .is_some_and(|changed| changed != *self.definition && Program::of(&changed, self.machine_type).is_ok());
        if passes {
            self.ids.insert(mutant.id.clone());
            self.found.push(mutant);
        }
        passes
    }

    /// Changes the states of a scope and those inside them.
    fn scope(&mut self, machine: &StateMachine, scope: Scope<'_>) {
        let names: Vec<&str> = scope.states.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        for (name, state) in scope.states.into_iter().flatten() {
            let at = scope.state_pointer(name);
            let Some(members) = self.definition.pointer(at.as_str()).and_then(Value::as_object) else { continue };
            let inside = state.scopes(name, &at);
            let language = machine.language_of(state);
            self.state(&Within { name, at, language, members, scope: names.clone() });
            inside.into_iter().for_each(|inner| self.scope(machine, inner));
        }
    }
}
