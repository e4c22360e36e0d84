//! Mutants of a definition. Each has one small mistake that the rules accept.

mod condition;
mod expression;
mod literal;
mod state;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};
use workflow_asl::document::{MachineType, QueryLanguage};
use workflow_asl::{Pointer, State};
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
        let language = definition.get("QueryLanguage").and_then(Value::as_str).and_then(QueryLanguage::from_name);
        if let Some(seconds) = definition.get("TimeoutSeconds") {
            let at = root.child("TimeoutSeconds");
            making.offer(Change::remove(Operator::DropTimeout, at.clone(), "the timeout of the execution is dropped"));
            if let Some(changed) = literal::increased(seconds) {
                let description = format!("the timeout of the execution becomes {changed} instead of {seconds}");
                making.offer(Change::replace(Operator::ChangeWait, at, changed, description));
            }
        }
        making.scope(&root, language.unwrap_or_default());
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

/// A change that may become a mutant.
struct Change {
    operator: Operator,
    pointer: Pointer,
    description: String,
    word: Option<String>,
    edits: Vec<Edit>,
}

impl Change {
    fn new(operator: Operator, pointer: Pointer, description: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { operator, pointer, description: description.into(), word: None, edits }
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
    /// Offers a change of the whole machine.
    fn offer(&mut self, change: Change) -> bool {
        self.take(change, "", None)
    }

    /// Offers a change in a state that only executions that take the point can see.
    fn offer_in(&mut self, state: &Within<'_>, reached_at: &Pointer, change: Change) -> bool {
        self.take(change, state.name, Some(reached_at.clone()))
    }

    /// Creates a mutant of a change. Returns whether the rules accept it.
    fn take(&mut self, change: Change, state: &str, reached_at: Option<Pointer>) -> bool {
        let Change { operator, pointer, description, word, edits } = change;
        let first = format!("{operator} {pointer}");
        let numbered = (2..).map(|number| format!("{first} {number}"));
        // The range of numbers is unbounded, so there is always a free id.
        let id = std::iter::once(first.clone()).chain(numbered).find(|id| !self.ids.contains(id)).unwrap_or_default();
        let state = state.to_owned();
        let mutant = Mutant { id, operator, state, pointer, description, word, reached_at, edits };
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
    fn scope(&mut self, at: &Pointer, language: QueryLanguage) {
        let states = at.child("States");
        let Some(all) = self.definition.pointer(states.as_str()).and_then(Value::as_object) else { return };
        let scope: Vec<&str> = all.keys().map(String::as_str).collect();
        for (name, state) in all {
            let Some(members) = state.as_object() else { continue };
            let own = members.get("QueryLanguage").and_then(Value::as_str).and_then(QueryLanguage::from_name);
            let at = states.child(name);
            let within = Within { name, at, language: own.unwrap_or(language), members, scope: scope.clone() };
            self.state(&within);
            let at = &within.at;
            for (index, _) in members.get("Branches").and_then(Value::as_array).into_iter().flatten().enumerate() {
                self.scope(&at.child("Branches").index(index), language);
            }
            for processor in State::PROCESSOR_FIELDS {
                if members.contains_key(processor) {
                    self.scope(&at.child(processor), language);
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn lines(definition: &Value) -> Vec<String> {
        let mutants = Mutant::all(definition, MachineType::Standard);
        mutants.iter().map(|mutant| format!("{}: {}", mutant.id, mutant.description)).collect()
    }

    #[test]
    fn each_operator_changes_a_task_and_its_handlers() {
        let definition = json!({ "StartAt": "Ship", "QueryLanguage": "JSONata", "TimeoutSeconds": 60, "States": {
            "Ship": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 9, "HeartbeatSeconds": 3,
                "Arguments": { "FunctionName": "ship", "Payload": { "fast": true, "weight": "{% $states.input.n + 1 %}" } },
                "Assign": { "a": 1, "b": "{% $states.result.b %}" },
                "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 2 }],
                "Catch": [
                    { "ErrorEquals": ["Lost"], "Next": "Note" },
                    { "ErrorEquals": ["States.ALL"], "Next": "Rest" },
                ],
                "Next": "Rest",
            },
            "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Note" },
            "Note": { "Type": "Pass", "End": true },
        } });
        assert_eq!(
            lines(&definition),
            [
                "drop-timeout /TimeoutSeconds: the timeout of the execution is dropped",
                "change-wait /TimeoutSeconds: the timeout of the execution becomes 61 instead of 60",
                "drop-timeout /States/Ship/TimeoutSeconds: the timeout of `Ship` is dropped",
                "change-wait /States/Ship/TimeoutSeconds: 9 becomes 10",
                "drop-timeout /States/Ship/HeartbeatSeconds: the heartbeat of `Ship` is dropped",
                "change-wait /States/Ship/HeartbeatSeconds: 3 becomes 4",
                "change-literal /States/Ship/Arguments/FunctionName: \"ship\" becomes \"ship-changed\"",
                "change-literal /States/Ship/Arguments/Payload/fast: true becomes false",
                "change-literal /States/Ship/Arguments/Payload/weight: `1` becomes `2`",
                "change-literal /States/Ship/Assign/a: 1 becomes 2",
                "drop-assignment /States/Ship/Assign/a: the assignment of `$a` is dropped",
                "drop-assignment /States/Ship/Assign/b: the assignment of `$b` is dropped",
                "retarget-transition /States/Ship/Next: `Ship` ends instead of leading to `Rest`",
                "retarget-transition /States/Ship/Next 2: `Ship` leads to `Note` instead of `Rest`",
                "drop-retrier /States/Ship/Retry/0: the retrier of `Busy` of `Ship` is dropped",
                "rename-error /States/Ship/Retry/0/ErrorEquals/0: `Busy` becomes `BusyRenamed`",
                "change-literal /States/Ship/Retry/0/MaxAttempts: `MaxAttempts` becomes 3 instead of 2",
                "drop-catcher /States/Ship/Catch/0: the catcher of `Lost` of `Ship` is dropped",
                "rename-error /States/Ship/Catch/0/ErrorEquals/0: `Lost` becomes `LostRenamed`",
                "retarget-handler /States/Ship/Catch/0/Next: the catcher of `Lost` of `Ship` leads to `Rest` instead of `Note`",
                "drop-catcher /States/Ship/Catch/1: the catcher of `States.ALL` of `Ship` is dropped",
                "rename-error /States/Ship/Catch/1/ErrorEquals/0: `States.ALL` becomes `States.Timeout`",
                "retarget-handler /States/Ship/Catch/1/Next: the catcher of `States.ALL` of `Ship` leads to `Note` instead of `Rest`",
                "change-wait /States/Rest/Seconds: 5 becomes 6",
                "retarget-transition /States/Rest/Next: `Rest` ends instead of leading to `Note`",
                "retarget-transition /States/Rest/Next 2: `Rest` leads to `Ship` instead of `Note`",
            ]
        );
    }

    #[test]
    fn conditions_of_both_languages_are_changed() {
        let machine = |language: &str, rule: Value| {
            json!({ "StartAt": "Is", "QueryLanguage": language, "States": {
                "Is": { "Type": "Choice", "Choices": [rule], "Default": "No" },
                "Yes": { "Type": "Succeed" }, "No": { "Type": "Succeed" },
            } })
        };
        let at = "/States/Is/Choices/0";
        let expression = "{% $states.input.n >= 10 and $states.input.kind = 'a' %}";
        let of_jsonata = lines(&machine("JSONata", json!({ "Condition": expression, "Next": "Yes" })));
        assert_eq!(
            of_jsonata,
            [
                format!(
                    "negate-condition {at}/Condition: `$states.input.n >= 10 and $states.input.kind = 'a'` is negated"
                ),
                format!("negate-condition {at}/Condition 2: `$states.input.n >= 10` is negated"),
                format!("negate-condition {at}/Condition 3: `$states.input.kind = 'a'` is negated"),
                format!("move-bound {at}/Condition: `10` becomes `11`"),
                format!("move-bound {at}/Condition 2: `10` becomes `9`"),
                format!("move-bound {at}/Condition 3: `>=` becomes `>`"),
                format!("change-literal {at}/Condition: `'a'` becomes `'a-changed'`"),
                format!("swap-connective {at}/Condition: `and` becomes `or`"),
                format!("swap-arms {at}: rule 1 leads to `No` and the default to `Yes`"),
            ]
        );
        let rule = json!({
            "And": [{ "Variable": "$.n", "NumericLessThanEquals": 10 }, { "Variable": "$.kind", "StringEquals": "a" }],
            "Next": "Yes",
        });
        let of_jsonpath = lines(&machine("JSONPath", rule));
        assert_eq!(
            of_jsonpath,
            [
                format!("negate-condition {at}: the condition is negated"),
                format!("swap-connective {at}/And: `And` becomes `Or`"),
                format!("negate-condition {at}/And/0: the condition is negated"),
                format!(
                    "move-bound {at}/And/0/NumericLessThanEquals: `NumericLessThanEquals` becomes `NumericLessThan`"
                ),
                format!("move-bound {at}/And/0/NumericLessThanEquals 2: `10` becomes `11`"),
                format!("move-bound {at}/And/0/NumericLessThanEquals 3: `10` becomes `9`"),
                format!("negate-condition {at}/And/1: the condition is negated"),
                format!("change-literal {at}/And/1/StringEquals: `a` becomes `a-changed`"),
                format!("swap-arms {at}: rule 1 leads to `No` and the default to `Yes`"),
            ]
        );
    }

    #[test]
    fn literals_of_intrinsic_functions_are_changed() {
        let call = "States.Format('It\\'s {} {}', States.MathAdd($['a \\'1\\''][0], -1), true)";
        let definition = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Parameters": { "text.$": call, "path.$": "$.items[0]" }, "Next": "B" },
            "B": { "Type": "Fail", "ErrorPath": "$.text", "CausePath": "States.Format('{}!', $.text)" },
        } });
        let at = "change-literal /States/A/Parameters/text.$";
        assert_eq!(
            lines(&definition),
            [
                format!("{at}: `'It\\'s {{}} {{}}'` becomes `'It\\'s {{}} {{}}-changed'`"),
                format!("{at} 2: `-1` becomes `0`"),
                format!("{at} 3: `true` becomes `false`"),
                "change-literal /States/B/CausePath: `'{}!'` becomes `'{}!-changed'`".to_owned(),
            ]
        );
        let changed = Mutant::all(&definition, MachineType::Standard)[1].apply(&definition).unwrap();
        assert_eq!(changed["States"]["A"]["Parameters"]["text.$"], call.replace("-1", "0"));
    }

    #[test]
    fn comparisons_outside_conditions_and_timestamps_are_changed() {
        let pass = json!({ "StartAt": "A", "QueryLanguage": "JSONata", "States": {
            "A": { "Type": "Pass", "Output": "{% $states.input.items[kind = 'x' or n != 2] %}", "End": true } } });
        let at = "/States/A/Output";
        assert_eq!(
            lines(&pass),
            [
                format!("change-literal {at}: `'x'` becomes `'x-changed'`"),
                format!("negate-condition {at}: `kind = 'x'` is negated"),
                format!("move-bound {at}: `2` becomes `3`"),
                format!("negate-condition {at} 2: `n != 2` is negated"),
                format!("swap-connective {at}: `or` becomes `and`"),
            ]
        );
        let time = "2025-01-01T00:00:00Z";
        let choice = json!({ "StartAt": "A", "States": {
            "A": { "Type": "Choice", "Choices": [{ "Variable": "$.at", "TimestampEquals": time, "Next": "Yes" }], "Default": "No" },
            "Yes": { "Type": "Succeed" }, "No": { "Type": "Succeed" },
        } });
        let moved =
            "move-bound /States/A/Choices/0/TimestampEquals: `2025-01-01T00:00:00Z` becomes `2025-01-01T00:00:01.000Z`";
        assert!(lines(&choice).contains(&moved.to_owned()), "{:#?}", lines(&choice));
    }

    #[test]
    fn what_the_rules_refuse_is_left_out() {
        // Without its catcher, `Note` is unreachable.
        let definition = json!({ "StartAt": "Ship", "States": {
            "Ship": {
                "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship",
                "Catch": [{ "ErrorEquals": ["Lost"], "Next": "Note" }], "End": true,
            },
            "Note": { "Type": "Pass", "End": true },
        } });
        assert_eq!(
            lines(&definition),
            [
                "retarget-transition /States/Ship/End: `Ship` leads to `Note` instead of the end",
                "rename-error /States/Ship/Catch/0/ErrorEquals/0: `Lost` becomes `LostRenamed`",
                "retarget-transition /States/Note/End: `Note` leads to `Ship` instead of the end",
            ]
        );
        for document in [json!(null), json!([]), json!({ "States": 1 }), json!({ "States": { "A": 7 } })] {
            assert_eq!(lines(&document), Vec::<String>::new());
        }
    }

    #[test]
    fn states_inside_branches_and_maps_are_changed() {
        let inner = |name: &str| {
            let mut states = Map::new();
            states.insert(name.to_owned(), json!({ "Type": "Wait", "Seconds": 1, "End": true }));
            json!({ "StartAt": name, "States": states })
        };
        let definition = json!({ "StartAt": "Both", "States": {
            "Both": { "Type": "Parallel", "Branches": [inner("A")], "Next": "Each" },
            "Each": { "Type": "Map", "ItemProcessor": inner("B"), "End": true },
        } });
        assert_eq!(
            lines(&definition),
            [
                "change-wait /States/Both/Branches/0/States/A/Seconds: 1 becomes 2",
                "change-wait /States/Each/ItemProcessor/States/B/Seconds: 1 becomes 2",
            ]
        );
    }
}
