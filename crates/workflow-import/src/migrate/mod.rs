//! Rewrites definitions from JSONPath to JSONata, in Amazon States Language.
//!
//! Each state keeps its name and its neighbours. Only the clauses of its data are rewritten, each at the place of the
//! first clause that it replaces.

mod call;
mod choice;
mod doubt;
mod state;
mod value;

use serde_json::{Map, Value};
use workflow_asl::document::{MachineType, StateMachine};
use workflow_asl::json_kind::JsonKind;
use workflow_asl::jsonata::is_function;
use workflow_asl::path::{JsonPath, Root, Segment};
use workflow_asl::rules::Annotations;
use workflow_asl::{Pointer, types};

pub use self::doubt::Doubt;
use super::shapes::state_at;

/// The names of the parameters of lambdas that are written: a variable of this name would be hidden.
const PARAMETERS: &[&str] = &["item", "index", "list", "name", "value"];

/// A definition rewritten to JSONata.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Migrated {
    /// The definition. The clauses that were refused are as before, so it is only valid if there are none.
    pub definition: Value,
    /// The clauses that JSONata cannot express, each with the reason.
    pub refused: Vec<(Pointer, String)>,
    /// The states where executions may differ, each with the kind of the difference and the path or function.
    /// [`Doubt::Assumed`] is about all states, and only has the first one.
    pub doubts: Vec<(String, Doubt, String)>,
    /// The number of states whose clauses changed.
    pub changed: usize,
}

/// Rewrites a definition without errors to the query language JSONata. States that are in JSONata stay as they are.
///
/// ```
/// use serde_json::json;
/// use workflow_asl::document::MachineType;
/// use workflow_import::migrate;
///
/// let definition = json!({ "StartAt": "Charge", "States": { "Charge": {
///     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
///     "Parameters": { "FunctionName": "charge", "Payload.$": "$.order" },
///     "ResultPath": "$.charged", "End": true } } });
/// let migrated = migrate(&definition, MachineType::Standard);
/// assert_eq!(migrated.definition, json!({ "QueryLanguage": "JSONata", "StartAt": "Charge", "States": { "Charge": {
///     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
///     "Arguments": { "FunctionName": "charge", "Payload": "{% $states.input.order %}" },
///     "Output": "{% $merge([$states.input, {'charged': $states.result}]) %}", "End": true } } }));
/// ```
pub fn migrate(definition: &Value, machine_type: MachineType) -> Migrated {
    let (machine, _) = StateMachine::read(definition);
    let mut writer = Writer { machine, machine_type, refused: Vec::new(), doubts: Vec::new(), changed: 0 };
    let definition = match definition {
        // No state of such a machine is in JSONPath.
        machine if machine.get("QueryLanguage").is_some_and(|language| language == "JSONata") => machine.clone(),
        Value::Object(members) => Value::Object(writer.machine(members, &Pointer::root())),
        other => other.clone(),
    };
    let Writer { refused, doubts, changed, .. } = writer;
    let state = |at: &Pointer| state_at(at).tokens().last().unwrap_or_default();
    let doubts = doubts.into_iter().map(|(at, doubt, text)| (state(&at), doubt, text)).collect();
    Migrated { definition, refused, doubts, changed }
}

/// What is written, and what is noticed meanwhile.
struct Writer {
    /// The definition in JSONPath, for the types of its values.
    machine: StateMachine,
    machine_type: MachineType,
    refused: Vec<(Pointer, String)>,
    doubts: Vec<(Pointer, Doubt, String)>,
    changed: usize,
}

impl Writer {
    fn machine(&mut self, machine: &Map<String, Value>, at: &Pointer) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in machine {
            match key.as_str() {
                "QueryLanguage" => {}
                "States" => drop(out.insert(key.clone(), self.states(value, &at.child(key)))),
                _ => drop(out.insert(key.clone(), value.clone())),
            }
        }
        if *at == Pointer::root() {
            let after_comment = machine.keys().next().is_some_and(|first| first == "Comment");
            let place = machine.keys().position(|key| key == "QueryLanguage");
            let place = place.unwrap_or(usize::from(after_comment)).min(out.len());
            out.shift_insert(place, "QueryLanguage".to_owned(), "JSONata".into());
        }
        out
    }

    fn states(&mut self, states: &Value, at: &Pointer) -> Value {
        let Value::Object(states) = states else { return states.clone() };
        let state = |(name, state): (&String, &Value)| {
            let new = match state {
                Value::Object(fields) => Value::Object(self.state(fields, &at.child(name))),
                other => other.clone(),
            };
            self.changed += usize::from(new != *state);
            (name.clone(), new)
        };
        Value::Object(states.iter().map(state).collect())
    }

    /// Refuses the name of a variable that hides a function of JSONata or is hidden.
    fn check_variable(&mut self, name: &str, at: &Pointer) {
        if is_function(name) || PARAMETERS.contains(&name) {
            let why = format!("in JSONata, `${name}` is also the name of a function or parameter: rename the variable");
            self.refuse(at, why);
        }
    }

    /// Returns the kind that the value of a path in the clause at `at` certainly has if it is present.
    fn kind_of(&self, path: &JsonPath, at: &Pointer) -> Option<JsonKind> {
        self.types_on(path, at)?.last()?.kind()
    }

    /// Returns the types on the way of a path in the clause at `at`, from its root to its value.
    fn types_on(&self, path: &JsonPath, at: &Pointer) -> Option<Vec<types::Type>> {
        let readable = types::readable_at((&self.machine, &Annotations::default()), self.machine_type, at, 0)?;
        let root = match path.root() {
            Root::Value => readable.input,
            Root::Context => readable.context,
            Root::Variable(name) => readable.variables.get(name)?.clone(),
        };
        let mut types = vec![root];
        for step in path.segments()? {
            types.push(match step {
                Segment::Name(name) => types.last()?.at(name)?,
                Segment::Index(index) => types.last()?.at(&format!("[{index}]"))?,
            });
        }
        Some(types)
    }

    /// Returns whether the values on a path certainly have the kinds that its steps expect, and no number is at its end.
    fn has_known_kinds(&self, path: &JsonPath, at: &Pointer) -> bool {
        let (Some(types), Some(steps)) = (self.types_on(path, at), path.segments()) else { return false };
        let expected = |step: &Segment<'_>| match step {
            Segment::Name(_) => JsonKind::Object,
            Segment::Index(_) => JsonKind::Array,
        };
        let are_known = types.iter().zip(&steps).all(|(ty, step)| ty.kind() == Some(expected(step)));
        let end = types.last().and_then(types::Type::kind);
        are_known && matches!(end, Some(JsonKind::Null | JsonKind::Bool | JsonKind::Text))
    }

    /// Returns whether it was said that values are assumed to have the expected kinds. It is said once.
    fn is_assumed(&self) -> bool {
        self.doubts.iter().any(|(_, doubt, _)| *doubt == Doubt::Assumed)
    }

    fn refuse(&mut self, at: &Pointer, why: impl Into<String>) {
        self.refused.push((at.clone(), why.into()));
    }

    fn doubt(&mut self, at: &Pointer, doubt: Doubt, text: &str) {
        let new = (at.clone(), doubt, text.to_owned());
        let is_said = doubt == Doubt::Assumed && self.is_assumed();
        if !is_said && !self.doubts.contains(&new) {
            self.doubts.push(new);
        }
    }
}
