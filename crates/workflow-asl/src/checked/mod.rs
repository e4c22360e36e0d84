//! A definition that the rules have passed, with the values of its fields parsed, for an engine to run.
//!
//! ```
//! use workflow_asl::Pointer;
//! use workflow_asl::document::MachineType;
//! use workflow_asl::rules::check_to_run;
//! let (machine, _) = check_to_run(&serde_json::json!({"StartAt": "A", "States": {
//!     "A": {"Type": "Pass", "InputPath": "$.order", "Next": "B"}, "B": {"Type": "Succeed"}}}), MachineType::Standard);
//! let machine = machine.unwrap();
//! let fields = machine.object(&Pointer::root().child("States").child("A"));
//! assert_eq!(fields.path("InputPath").unwrap().source(), "$.order");
//! assert_eq!(fields.target("Next"), Some(1));
//! ```

mod parse;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Pointer;
use crate::document::StateMachine;
use crate::intrinsic::Intrinsic;
use crate::jsonata::Ast;
use crate::path::JsonPath;
pub(crate) use parse::objects;

/// A definition that nothing keeps from running.
#[derive(Debug)]
pub struct CheckedMachine {
    pub(crate) machine: StateMachine,
    pub(crate) objects: CheckedObjects,
}

/// The parsed fields of each object, by its place.
pub(crate) type CheckedObjects = BTreeMap<Pointer, CheckedObject>;

/// The fields of an object whose values are computed, are numbers, or lead to states; the others are in the document.
#[derive(Debug, Default)]
pub struct CheckedObject {
    values: Vec<(&'static str, CheckedValue)>,
    targets: Vec<(&'static str, usize)>,
}

/// The value of a field, parsed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CheckedValue {
    /// A value in which nothing is computed.
    Literal(Value),
    /// A path.
    Path(JsonPath),
    /// A call of an intrinsic function.
    Intrinsic(Intrinsic),
    /// An expression of JSONata.
    Jsonata(CheckedExpression),
    /// An object in which something is computed; names without `.$`.
    Object(Vec<(String, CheckedValue)>),
    /// An array in which something is computed.
    Array(Vec<CheckedValue>),
}

/// An expression of JSONata.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckedExpression {
    /// The text between `{%` and `%}`, trimmed.
    pub source: String,
    /// The syntax tree.
    pub ast: Ast,
}

impl CheckedMachine {
    /// The document.
    pub fn machine(&self) -> &StateMachine {
        &self.machine
    }

    /// The parsed fields of the object at this place: the machine, a branch, an item processor, a state, a rule, a catcher, a
    /// reader and its configuration, a batcher, a writer.
    pub fn object(&self, at: &Pointer) -> &CheckedObject {
        const NOTHING: &CheckedObject = &CheckedObject { values: Vec::new(), targets: Vec::new() };
        self.objects.get(at).unwrap_or(NOTHING)
    }
}

impl CheckedObject {
    /// The value of a field, or of a comparison operator.
    pub fn get(&self, field: &str) -> Option<&CheckedValue> {
        self.values.iter().find(|(name, _)| *name == field).map(|(_, value)| value)
    }

    /// The path in a field.
    pub fn path(&self, field: &str) -> Option<&JsonPath> {
        match self.get(field) {
            Some(CheckedValue::Path(path)) => Some(path),
            _ => None,
        }
    }

    /// The number, in its scope, of the state that a field names.
    pub fn target(&self, field: &str) -> Option<usize> {
        self.targets.iter().find(|(name, _)| *name == field).map(|(_, state)| *state)
    }
}

impl CheckedValue {
    /// An object, which is literal where all its members are.
    fn of_object(members: Vec<(String, Self)>) -> Self {
        if members.iter().any(|(_, member)| !matches!(member, Self::Literal(_))) {
            return Self::Object(members);
        }
        Self::Literal(Value::Object(members.into_iter().map(|(name, member)| (name, member.into_literal())).collect()))
    }

    /// An array, which is literal where all its items are.
    fn of_array(items: Vec<Self>) -> Self {
        if items.iter().any(|item| !matches!(item, Self::Literal(_))) {
            return Self::Array(items);
        }
        Self::Literal(Value::Array(items.into_iter().map(Self::into_literal).collect()))
    }

    fn into_literal(self) -> Value {
        match self {
            Self::Literal(value) => value,
            _ => Value::Null,
        }
    }
}
