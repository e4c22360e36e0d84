//! The types of a definition's values: for each state its input, its request and its output, as the rules know them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range as Span;

use serde_json::Value;
use workflow_services::Shape;

use super::ty::{Existence, Found, Range, Ty};
use super::{Fact, Flow, Outcome, Scene, Variables};
use crate::Pointer;
use crate::document::{MachineType, StateKind, StateMachine};
use crate::graph::{EdgeKind, Graph};
use crate::json_kind::JsonKind;
use crate::rules::{Annotations, Definition};

/// The most bytes of a number: `-1.7976931348623157e+308`.
const NUMBER_BYTES: usize = 24;

/// The bytes of a value as JSON without white space.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bytes {
    /// The least that it has, if no expression in it gives nothing.
    pub least: usize,
    /// The most that it can have, or the path of the first part that is not bounded: `$.items`.
    pub most: Result<usize, String>,
}

/// The known facts about a value, from the definition or a declaration. A value of every type may also be absent.
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
    /// The result before `ResultSelector` or `Output`, of a state that has one.
    pub result: Option<Type>,
    /// The output along all transitions except those of catchers; `None` for a state that always fails.
    pub output: Option<Type>,
    variables: Variables,
}

impl StateTypes {
    /// Returns the type of a variable, by its name without `$`, when the state begins; `None` for one without a value.
    pub fn variable(&self, name: &str) -> Option<Type> {
        self.variables.get(name).cloned().map(Type)
    }
}

/// Returns the types of each state that an execution can reach, by its pointer. The annotations have the declared types
/// of the input and of results. A definition with too many states and loops to follow has no types.
///
/// ```
/// use serde_json::json;
/// use workflow_asl::document::{MachineType, StateMachine};
/// use workflow_asl::rules::Annotations;
/// use workflow_asl::types;
///
/// let (machine, _) = StateMachine::read(&json!({"StartAt": "Sum", "QueryLanguage": "JSONata", "States": {
///     "Sum": {"Type": "Pass", "Output": {"sum": "{% $number($states.input.sum) %}"}, "End": true}}}));
/// let states = types::of_states(&machine, MachineType::Standard, &Annotations::default());
/// let output = states.values().next().unwrap().output.as_ref().unwrap();
/// assert_eq!(output.text(), "{ sum: number }");
/// assert_eq!(output.at("sum").unwrap().to_string(), "number");
/// ```
pub fn of_states(
    machine: &StateMachine,
    kind: MachineType,
    annotations: &Annotations,
) -> BTreeMap<Pointer, StateTypes> {
    // The rules look at few states of a lowered definition.
    let annotations = Annotations { lowered: false, ..annotations.clone() };
    Definition::of(machine, 0, kind, &annotations).types()
}

/// Returns the members that the output of an execution can have, if all of them are known.
pub(crate) fn output_members(machine: &StateMachine) -> Option<Vec<String>> {
    let states = of_states(machine, MachineType::Standard, &Annotations::default());
    let graph = Graph::of(machine.scope());
    let mut members = BTreeSet::new();
    for (number, (_, state)) in graph.states().iter().enumerate().filter(|(_, (_, state))| state.is_terminal()) {
        let Some(types) = states.get(&graph.state_pointer(number)) else { continue };
        let Some(output) = &types.output else {
            // What a state gives that always fails is no output.
            if state.kind == StateKind::Fail {
                continue;
            }
            return None;
        };
        members.extend(output.all_members()?.into_iter().map(|(name, ..)| name));
    }
    (!members.is_empty()).then(|| members.into_iter().collect())
}

/// The values that an expression or a path at a place can read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Readable {
    /// `$` of JSONPath, or `$states.input`.
    pub input: Type,
    /// `$states.result`, where there is a result.
    pub result: Option<Type>,
    /// `$states.errorOutput`, where there is an error.
    pub error_output: Option<Type>,
    /// The variables that may have a value, by their names without `$`.
    pub variables: BTreeMap<String, Type>,
    /// The context object.
    pub context: Type,
    /// The innermost part of the JSONata expression at the offset that was asked for: its range in the string, in bytes,
    /// and its type.
    pub part: Option<(Span<usize>, Type)>,
}

/// The place that [`readable_at`] is asked for.
pub(crate) struct Question {
    at: Pointer,
    /// The offset in the string, in bytes.
    offset: usize,
    pub(crate) answer: RefCell<Option<Readable>>,
}

/// Returns what the expression or path at a place can read, and the type of its part at an offset in the string, in bytes.
/// Unlike [`of_states`], it also knows types in a definition that AWS rejects, for editors. `None` if no execution
/// reaches the place.
///
/// ```
/// use serde_json::json;
/// use workflow_asl::document::{MachineType, StateMachine};
/// use workflow_asl::rules::Annotations;
/// use workflow_asl::{Pointer, types};
///
/// let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {
///     "A": {"Type": "Pass", "Output": {"sum": 3}, "Next": "B"},
///     "B": {"Type": "Pass", "Output": "{% $states.input. %}", "Next": ""}}}));
/// let output = Pointer::root().child("States").child("B").child("Output");
/// let readable = types::readable_at((&machine, &Annotations::default()), MachineType::Standard, &output, 0).unwrap();
/// assert_eq!(readable.input.members()[0].0, "sum");
/// ```
pub fn readable_at(
    (machine, annotations): (&StateMachine, &Annotations),
    kind: MachineType,
    at: &Pointer,
    offset: usize,
) -> Option<Readable> {
    let question = Question { at: at.clone(), offset, answer: RefCell::default() };
    let annotations = Annotations { lowered: false, ..annotations.clone() };
    Definition::asked(machine, (kind, &annotations), question)
}

impl Flow<'_, '_> {
    /// Answers what can be read at a place, if an editor asks about it.
    pub(super) fn answer(&self, scene: &Scene, at: &Pointer) {
        let Some(question) = self.definition.question.as_ref().filter(|question| question.at == *at) else { return };
        if !self.says.get() || self.taken.borrow().is_some() {
            return;
        }
        let known = |ty: &Option<Ty>| ty.clone().map(Type);
        *question.answer.borrow_mut() = Some(Readable {
            input: Type(scene.input.clone()),
            result: known(&scene.result),
            error_output: known(&scene.error),
            variables: scene.variables.iter().map(|(name, ty)| (name.to_string(), Type(ty.clone()))).collect(),
            context: Type(scene.context.clone()),
            part: None,
        });
    }

    /// Answers the type of a part of an expression.
    pub(super) fn answer_part(&self, range: impl FnOnce() -> Span<usize>, at: &Pointer, ty: impl FnOnce() -> Ty) {
        let Some(question) = self.definition.question.as_ref().filter(|question| question.at == *at) else { return };
        let range = range();
        if let Some(answer) = &mut *question.answer.borrow_mut()
            && (range.start..=range.end).contains(&question.offset)
            && answer.part.as_ref().is_none_or(|(known, _)| range.len() <= known.len())
        {
            answer.part = Some((range, Type(ty())));
        }
    }

    /// Records the types of a state, once they no longer change.
    pub(super) fn see(&self, number: usize, before: &Fact, outcome: &Outcome) {
        if !self.says.get() || self.taken.borrow().is_some() {
            return;
        }
        let rules = (0..outcome.rules.len()).map(EdgeKind::Choice);
        let outputs = std::iter::once(EdgeKind::Next).chain(rules).filter_map(|kind| outcome.along(kind));
        let output = outputs.map(|fact| fact.input).reduce(|all, other| all.join(&other));
        let types = StateTypes {
            input: Type(before.input.clone()),
            request: outcome.request.clone().map(Type),
            result: outcome.result.clone().map(Type),
            output: output.map(Type),
            variables: before.variables.clone(),
        };
        self.definition.types.borrow_mut().insert(number, types);
    }
}

impl Type {
    /// Returns the kind that a present value certainly has.
    pub fn kind(&self) -> Option<JsonKind> {
        self.0.kind()
    }

    /// Returns the shape in the table of AWS's APIs, of a part of a result.
    pub fn api_shape(&self) -> Option<Shape> {
        match &self.0 {
            Ty::Api(part, _) => Some(part.shape()),
            _ => None,
        }
    }

    /// Returns the type of a member, or of an item: `[0]`, `[]` for any. `None` if nothing is known about it. Of a list,
    /// a name is a member of its items.
    pub fn at(&self, name: &str) -> Option<Self> {
        let found = match (name.strip_prefix('[').and_then(|name| name.strip_suffix(']')), &self.0) {
            (None, ty) => match self.items().as_ref().unwrap_or(ty).member(name) {
                Found::Present(ty) | Found::Maybe(ty) => ty,
                _ => return None,
            },
            (Some(index), Ty::Tuple(items)) if !index.is_empty() => items.get(index.parse::<usize>().ok()?)?.clone(),
            (Some(_), _) => self.items()?,
        };
        (found != Ty::Any).then_some(Self(found))
    }

    /// Returns whether a value certainly has no such member: it is no object, or its members are known. Of a list, a name
    /// is a member of its items.
    pub fn lacks(&self, name: &str) -> bool {
        let found = self.items().as_ref().unwrap_or(&self.0).member(name);
        matches!(found, Found::Absent | Found::Unknown(_) | Found::NoObject(_))
    }

    /// Returns the strings that the value may be, if they are known.
    pub fn texts(&self) -> Option<Vec<String>> {
        self.0.texts().map(|(texts, _)| texts.iter().map(ToString::to_string).collect())
    }

    /// Returns the members that an object may have, each with its type, and whether it is certainly present; of a list or
    /// of several values, the members of its items.
    pub fn members(&self) -> Vec<(String, Self, bool)> {
        let items = self.items();
        let object = items.as_ref().unwrap_or(&self.0);
        let members = object.member_names().into_iter().filter_map(|name| match object.member(&name) {
            Found::Present(ty) => Some((name, Self(ty), true)),
            Found::Maybe(ty) => Some((name, Self(ty), false)),
            _ => None,
        });
        members.collect()
    }

    /// Returns the [members](Self::members) of an object that can have no others; `None` for every other value.
    pub fn all_members(&self) -> Option<Vec<(String, Self, bool)>> {
        matches!(&self.0, Ty::Object(fields) if !fields.open && !fields.loose).then(|| self.members())
    }

    /// Returns the type of each item, or of each of several values.
    fn items(&self) -> Option<Ty> {
        match &self.0 {
            Ty::Sequence(each) => Some((**each).clone()),
            ty => ty.item(),
        }
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

    /// Returns the bytes of a present value as JSON.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_asl::document::{MachineType, StateMachine};
    /// use workflow_asl::rules::Annotations;
    /// use workflow_asl::types;
    ///
    /// let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "States": {
    ///     "A": {"Type": "Pass", "Parameters": {"by": "mail", "to.$": "$.to"}, "Next": "B"},
    ///     "B": {"Type": "Pass", "Result": {"by": "mail"}, "End": true}}}));
    /// let states = types::of_states(&machine, MachineType::Standard, &Annotations::default());
    /// let bytes: Vec<_> = states.values().map(|state| state.output.as_ref().unwrap().bytes()).collect();
    /// assert_eq!(bytes[0].most, Err("$.to".to_owned()));
    /// assert_eq!((bytes[1].least, bytes[1].most.clone()), (13, Ok(13)));
    /// ```
    pub fn bytes(&self) -> Bytes {
        self.0.bytes("$")
    }

    /// Returns the parts whose certain kind differs in the other type, each as a path such as `.order.id` or `[0]`, with
    /// both types; an empty path for the whole.
    pub fn differing_kinds(&self, other: &Self) -> Vec<(String, Self, Self)> {
        let mut found = Vec::new();
        self.0.differing_kinds(&other.0, String::new(), &mut found);
        found
    }
}

impl Bytes {
    /// Returns the bytes of an object or an array: around its parts are brackets, and between them commas.
    fn of(parts: impl Iterator<Item = (bool, usize, Self)>, open: Option<String>) -> Self {
        let mut all = Self { least: 1, most: open.map_or(Ok(1), Err) };
        for (certain, before, part) in parts {
            all.least += if certain { part.least + before + 1 } else { 0 };
            all.most = all.most.and_then(|most| Ok(most + part.most? + before + 1));
        }
        Self { least: all.least.max(2), most: all.most.map(|most| most.max(2)) }
    }
}

impl Ty {
    fn bytes(&self, at: &str) -> Bytes {
        let known = |least, most| Bytes { least, most: Ok(most) };
        match self {
            Self::Large(large) => known(large.1[0], large.1[1]),
            Self::Null => known(4, 4),
            Self::Bool(value) => known(4, if *value == Some(true) { 4 } else { 5 }),
            Self::Number(Range { low, high }) if low == high => known(1, low.0.to_string().len()),
            Self::Object(fields) if !fields.loose => {
                let there = fields.members.iter().filter(|(_, slot)| slot.is != Existence::Absent);
                let parts = there.map(|(name, slot)| {
                    let before = Value::from(&**name).to_string().len() + 1;
                    (slot.is == Existence::Present, before, slot.ty.bytes(&format!("{at}.{name}")))
                });
                Bytes::of(parts, fields.open.then(|| at.to_owned()))
            }
            Self::Tuple(items) => {
                let items = items.iter().enumerate();
                Bytes::of(items.map(|(number, item)| (true, 0, item.bytes(&format!("{at}[{number}]")))), None)
            }
            // A character has at most four bytes, or six as an escape; no text of AWS has more than 2^53 characters.
            Self::Api(part, _) if part.is_documented() && part.most_characters().is_some() => {
                known(2, 2 + 6 * part.most_characters().unwrap_or_default() as usize)
            }
            ty => match (ty.texts(), ty.kind()) {
                (Some((texts, _)), _) if !texts.is_empty() => {
                    let least = texts.iter().map(|text| text.len() + 2).min().unwrap_or_default();
                    let most = texts.iter().map(|text| Value::from(&**text).to_string().len()).max();
                    known(least, most.unwrap_or_default())
                }
                (_, Some(JsonKind::Number)) => known(1, NUMBER_BYTES),
                (_, Some(JsonKind::Bool)) => known(4, 5),
                _ => Bytes { least: 1, most: Err(at.to_owned()) },
            },
        }
    }

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
