//! The types of a definition's values: for each state its input, its request and its output, as the rules know them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::ty::{Existence, Found, Range, Ty};
use super::{Fact, Flow, Outcome};
use crate::Pointer;
use crate::document::{MachineType, StateMachine};
use crate::graph::EdgeKind;
use crate::json_kind::JsonKind;
use crate::rules::{Annotations, check_read};

/// The most texts that a type shows.
const SHOWN: usize = 6;

/// What the definition determines of a value. A value of every type may also be absent.
#[derive(Clone, Debug)]
pub struct Type(pub(super) Ty);

/// The types of a state that an execution can reach.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateTypes {
    /// The input, before `InputPath`.
    pub input: Type,
    /// What it sends: its `Parameters` or `Arguments`, or its input if it has none. Only a task sends something.
    pub request: Option<Type>,
    /// The output along all transitions except those of catchers; `None` for a state that always fails.
    pub output: Option<Type>,
}

/// Returns the types of each state that an execution can reach, by its pointer. The type of the execution's input is
/// unknown. A definition that AWS rejects has no types, nor has one with too many states and loops to follow.
///
/// ```
/// use serde_json::json;
/// use workflow_asl::document::{MachineType, StateMachine};
/// use workflow_asl::types;
///
/// let (machine, _) = StateMachine::read(&json!({"StartAt": "Sum", "QueryLanguage": "JSONata", "States": {
///     "Sum": {"Type": "Pass", "Output": {"sum": "{% $number($states.input.sum) %}"}, "End": true}}}));
/// let states = types::of_states(&machine, MachineType::Standard);
/// let output = states.values().next().unwrap().output.as_ref().unwrap();
/// assert_eq!(output.to_string(), "object");
/// assert_eq!(output.at("sum").unwrap().to_string(), "number");
/// ```
pub fn of_states(machine: &StateMachine, kind: MachineType) -> BTreeMap<Pointer, StateTypes> {
    check_read(machine, 0, kind, &Annotations::default()).types
}

impl Flow<'_, '_> {
    /// Records the types of a state, once they no longer change.
    pub(super) fn see(&self, number: usize, before: &Fact, outcome: &Outcome) {
        if !self.says.get() || self.taken.borrow().is_some() {
            return;
        }
        let rules = (0..outcome.rules.len()).map(EdgeKind::Choice);
        let outputs = std::iter::once(EdgeKind::Next).chain(rules).filter_map(|kind| outcome.along(kind));
        let output = outputs.map(|fact| fact.input).reduce(|all, other| all.join(&other));
        let (input, request) = (Type(before.input.clone()), outcome.request.clone().map(Type));
        let types = StateTypes { input, request, output: output.map(Type) };
        self.definition.types.borrow_mut().insert(number, types);
    }
}

impl Type {
    /// Returns the kind that a present value certainly has.
    pub fn kind(&self) -> Option<JsonKind> {
        self.0.kind()
    }

    /// Returns the type of a member, or of an item: `[0]`, `[]` for any. `None` if nothing is known about it.
    pub fn at(&self, name: &str) -> Option<Self> {
        let found = match (name.strip_prefix('[').and_then(|name| name.strip_suffix(']')), &self.0) {
            (None, ty) => match ty.member(name) {
                Found::Present(ty) | Found::Maybe(ty) => ty,
                _ => return None,
            },
            (Some(index), Ty::Tuple(items)) if !index.is_empty() => items.get(index.parse::<usize>().ok()?)?.clone(),
            (Some(_), ty) => ty.item()?,
        };
        (found != Ty::Any).then_some(Self(found))
    }

    /// Returns whether a value may have this type; `None` stands for an absent value. The parts of an object or an array
    /// are not compared.
    pub fn may_be(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return true };
        match (&self.0, value) {
            (Ty::Bool(Some(known)), value) => *value == *known,
            (Ty::Number(range), Value::Number(number)) => {
                number.as_f64().is_none_or(|number| range.meet(Range::point(number)).is_some())
            }
            (ty, value) => match (ty.texts(), value) {
                (Some((texts, _)), Value::String(text)) => texts.contains(text.as_str()),
                _ => ty.instead_of(JsonKind::of(value)).is_none(),
            },
        }
    }

    /// Returns the parts whose certain kind differs in the other type, each as a path such as `.order.id` or `[0]`, with
    /// both types; an empty path for the whole.
    pub fn differing_kinds(&self, other: &Self) -> Vec<(String, Self, Self)> {
        let mut found = Vec::new();
        self.0.differing_kinds(&other.0, String::new(), &mut found);
        found
    }
}

impl Ty {
    fn differing_kinds(&self, other: &Self, at: String, found: &mut Vec<(String, Type, Type)>) {
        let (Some(was), Some(is)) = (self.kind(), other.kind()) else { return };
        if was != is {
            found.push((at, Type(self.clone()), Type(other.clone())));
            return;
        }
        match (self, other) {
            (Self::Object(one), Self::Object(two)) => {
                for (name, slot) in &one.members {
                    if let Some(same) = two.members.get(name).filter(|_| slot.is != Existence::Absent)
                        && same.is != Existence::Absent
                    {
                        slot.ty.differing_kinds(&same.ty, format!("{at}.{name}"), found);
                    }
                }
            }
            (Self::Tuple(one), Self::Tuple(two)) => {
                for (number, (one, two)) in one.iter().zip(two.iter()).enumerate() {
                    one.differing_kinds(two, format!("{at}[{number}]"), found);
                }
            }
            (Self::List(one), Self::List(two)) => one.differing_kinds(two, format!("{at}[]"), found),
            _ => {}
        }
    }
}

/// The known texts or numbers, or else the kind.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ty::Bool(Some(value)) => write!(f, "{value}"),
            Ty::Number(Range { low, high }) if low == high => write!(f, "{}", low.0),
            Ty::Number(range) if *range != Range::ALL => {
                let bound = |(bound, closed): (f64, bool), sign: char| {
                    bound.is_finite().then(|| format!("{sign}{} {bound}", if closed { "=" } else { "" }))
                };
                let bounds: Vec<_> = bound(range.low, '>').into_iter().chain(bound(range.high, '<')).collect();
                write!(f, "number {}", bounds.join(" and "))
            }
            ty => match (ty.texts().filter(|(texts, _)| texts.len() <= SHOWN), ty.kind()) {
                (Some((texts, _)), _) => {
                    let texts: Vec<_> = texts.iter().map(|text| Value::from(&**text).to_string()).collect();
                    write!(f, "{}", texts.join(" | "))
                }
                (None, kind) => write!(f, "{}", kind.map_or("any value", JsonKind::name)),
            },
        }
    }
}
