//! The types that the JSONata of a document requires of the execution's input and of the results of Lambda functions.
//!
//! A document has no types, but the language writes lists by the types of their items. What an expression does with a
//! value shows its type: `$filter` and `[…]` after a path make it a list, `>` a number.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::State;
use workflow_asl::jsonata::{Node, NodeKind, called, expression, parse};

use super::evidence::{is_empty_list, joins_lists};
use super::filter::singular;
use super::same_expression::{bare, defaulted, gives_list};
use workflow_compiler::state_ident::StateIdents;

/// The call of a Lambda function.
pub(super) const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// What is known of a value that is not an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    Bool,
    Number,
    Integer,
    /// Values of different kinds.
    Mixed,
}

impl Scalar {
    /// Returns the shape of a value that has both shapes: a number may be known to be an integer.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Number, Self::Integer) | (Self::Integer, Self::Number) => Self::Integer,
            _ => Self::Mixed,
        }
    }
}

/// A value of a document, or the items of a list.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) members: IndexMap<String, Member>,
    /// How many lists are around the value.
    pub(super) depth: u8,
    pub(super) scalar: Option<Scalar>,
    /// Whether `depth` is known to count all lists around the value.
    pub(super) is_single: bool,
    /// Whether it may be absent or null.
    pub(super) optional: bool,
    /// Whether its name is a plural.
    pub(super) is_plural: bool,
    /// The name of its type, if it has members.
    pub(super) ty: String,
}

/// A member of a value.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) shape: usize,
    /// Its name in the language.
    pub(super) ident: String,
}

/// A value, inside of this many lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) shape: usize,
    pub(super) level: u8,
}

/// The part of such a value that an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Unknown,
    One(Place),
    /// A list with these items.
    Items(Place),
    /// A list without further known facts.
    List,
}

impl Part {
    /// Returns the value, or the items of the list.
    pub(super) fn place(self) -> Option<Place> {
        match self {
            Self::One(place) | Self::Items(place) => Some(place),
            Self::Unknown | Self::List => None,
        }
    }
}

/// The parameters of the functions around an expression.
pub(super) type Parameters<'n> = Vec<(&'n str, Part)>;

/// The shapes of a document.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub(super) shapes: RefCell<Vec<Shape>>,
    /// The parts that are the input of a state, by the state.
    inputs: BTreeMap<Pointer, Part>,
    /// The parts that are the input of the execution of a state, by the state: in a distributed map, the item.
    executions: BTreeMap<Pointer, Part>,
    /// The states whose result is a list.
    lists: BTreeSet<Pointer>,
    /// The results of Lambda functions, by the state.
    pub(super) payloads: BTreeMap<Pointer, Place>,
    /// The states whose variables keep their results, by the variables.
    kept: BTreeMap<String, Pointer>,
    /// What variables are assigned, by their names.
    variables: BTreeMap<String, Part>,
    /// The values on the way to what becomes a list, the outermost first, and whether something before is a list.
    pub(super) paths: Vec<(bool, Vec<Place>)>,
    /// Whether there is a path in `[…]`.
    pub(super) has_lists: bool,
    /// The pairs of compared values, and whether they are compared by their order.
    pub(super) compared: Vec<(Place, Place, bool)>,
}

/// The number of the input's shape.
pub(super) const INPUT: usize = 0;

impl Shapes {
    /// Returns the shapes of a document in JSONata.
    pub(super) fn of(document: &Value, idents: &StateIdents) -> Self {
        let mut shapes = Self::default();
        if document.get("QueryLanguage").is_none_or(|language| language != "JSONata") {
            return shapes;
        }
        shapes.shapes.borrow_mut().push(Shape { ty: "Input".to_owned(), ..Shape::default() });
        // A variable may be read before the state that assigns it in the document.
        for _ in 0..2 {
            shapes.variables.clear();
            shapes.paths.clear();
            shapes.compared.clear();
            let input = Part::One(Place { shape: INPUT, level: 0 });
            shapes.body(document, &Pointer::root(), (Some(input), input), idents);
            shapes.settle();
        }
        shapes
    }

    /// Returns whether they say more than that the values are JSON.
    pub(super) fn are_known(&self) -> bool {
        let shapes = self.shapes.borrow();
        shapes.first().is_some_and(|input| input.depth == 0)
            && (self.has_lists
                || !self.lists.is_empty()
                || shapes
                    .iter()
                    .any(|shape| shape.depth > 0 || shape.scalar.is_some_and(|scalar| scalar != Scalar::Mixed)))
    }

    /// Reads the states of a machine, branch or map, given the input of the first state and the input of the execution.
    fn body(&mut self, body: &Value, at: &Pointer, (input, execution): (Option<Part>, Part), idents: &StateIdents) {
        let start = body.get("StartAt").and_then(Value::as_str);
        let at = at.child("States");
        let Some(states) = body.get("States").and_then(Value::as_object) else { return };
        for (name, state) in states {
            let here = at.child(name);
            let is_first = start == Some(name) && !states.values().any(|state| leads_to(state, name));
            self.inputs.insert(here.clone(), input.filter(|_| is_first).unwrap_or(Part::Unknown));
            self.executions.insert(here.clone(), execution);
            self.state(state, &here, idents);
        }
    }

    fn state(&mut self, state: &Value, at: &Pointer, idents: &StateIdents) {
        if state.get("Resource").is_some_and(|arn| arn == INVOKE) {
            let place = self.payloads.get(at).copied().unwrap_or_else(|| self.new_shape());
            self.payloads.insert(at.clone(), place);
        }
        if state.get("Type").is_some_and(|kind| kind == "Map" || kind == "Parallel") {
            self.lists.insert(at.clone());
        }
        for (field, value) in state.as_object().into_iter().flatten() {
            match (field.as_str(), value) {
                ("Assign", Value::Object(members)) => {
                    for (variable, value) in members {
                        self.value(value, &at.child(field).child(variable));
                        if idents.get(at) == Some(variable) {
                            self.kept.insert(variable.clone(), at.clone());
                            continue;
                        }
                        let part = match Self::is_part_of_input(value) {
                            true => self.inputs.get(at).copied().unwrap_or(Part::Unknown),
                            false => self.part_of(value, at),
                        };
                        let known = self.variables.entry(variable.clone()).or_insert(part);
                        if *known != part {
                            *known = Part::Unknown;
                        }
                    }
                }
                ("Items", Value::String(text)) => {
                    self.value(value, &at.child(field));
                    if let Some(Part::One(place)) = expression(text).map(|_| self.part_of(value, at)) {
                        self.lists(place, 1);
                    }
                }
                (field, body) if State::PROCESSOR_FIELDS.contains(&field) => {
                    let whole = state.get("ItemSelector").is_none() && state.get("ItemBatcher").is_none();
                    let items = state.get("Items").filter(|_| whole).map(|items| self.part_of(items, at));
                    let item = items.and_then(|items| self.item_of(items)).map(Part::One);
                    let is_execution = body.pointer("/ProcessorConfig/Mode").is_some_and(|mode| mode == "DISTRIBUTED");
                    let execution = match is_execution {
                        true => item.unwrap_or(Part::Unknown),
                        false => self.execution(at),
                    };
                    self.body(body, &at.child(field), (item, execution), idents);
                }
                ("Branches", Value::Array(branches)) => {
                    for (index, branch) in branches.iter().enumerate() {
                        let at_branch = at.child(field).index(index);
                        let around = (self.inputs.get(at).copied(), self.execution(at));
                        self.body(branch, &at_branch, around, idents);
                    }
                }
                ("Choices", Value::Array(rules)) => {
                    for (index, rule) in rules.iter().enumerate() {
                        let at = at.child(field).index(index);
                        self.value(rule, &at);
                        if let Some(condition) = rule.get("Condition") {
                            self.has_scalar(self.part_of(condition, &at), Some(Scalar::Bool));
                        }
                    }
                }
                _ => self.value(value, &at.child(field)),
            }
        }
    }

    /// Records the shapes that the expressions of a value show.
    fn value(&mut self, value: &Value, at: &Pointer) {
        match value {
            Value::String(text) => {
                if let Some(Ok(ast)) = expression(text).map(parse) {
                    self.visit(&ast.root, &state_at(at), &mut Vec::new());
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.value(item, at)),
            Value::Object(members) => members.values().for_each(|value| self.value(value, at)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn part_of(&self, value: &Value, at: &Pointer) -> Part {
        match value.as_str().and_then(expression).map(parse) {
            Some(Ok(ast)) => self.part(&ast.root, &state_at(at), &Vec::new()),
            _ => Part::Unknown,
        }
    }

    /// Returns whether a value has only members of the state's input, at their places in it.
    fn is_part_of_input(value: &Value) -> bool {
        match value.as_str().and_then(expression).map(parse) {
            Some(Ok(ast)) => matches!(ast.root.kind, NodeKind::Object(_)) && mirrors(&ast.root, &mut Vec::new()),
            _ => false,
        }
    }

    /// Returns the input of the execution in which a state runs.
    pub(super) fn execution(&self, state: &Pointer) -> Part {
        self.executions.get(state).copied().unwrap_or(Part::Unknown)
    }

    fn new_shape(&self) -> Place {
        let mut shapes = self.shapes.borrow_mut();
        shapes.push(Shape::default());
        Place { shape: shapes.len() - 1, level: 0 }
    }

    pub(super) fn change(&self, place: Place, change: impl FnOnce(&mut Shape)) {
        if let Some(shape) = self.shapes.borrow_mut().get_mut(place.shape) {
            change(shape);
        }
    }

    fn with<T: Default>(&self, place: Place, read: impl FnOnce(&Shape) -> T) -> T {
        self.shapes.borrow().get(place.shape).map(read).unwrap_or_default()
    }

    /// Notes that a value is a list, or a list of lists.
    pub(super) fn lists(&self, place: Place, deep: u8) {
        self.change(place, |shape| shape.depth = shape.depth.max(place.level.saturating_add(deep)));
    }

    pub(super) fn has_scalar(&self, part: Part, scalar: Option<Scalar>) {
        if let (Some(place), Some(scalar)) = (part.place(), scalar) {
            self.change(place, |shape| shape.scalar = Some(shape.scalar.map_or(scalar, |known| known.and(scalar))));
        }
    }

    pub(super) fn scalar(&self, place: Place) -> Option<Scalar> {
        self.with(place, |shape| shape.scalar)
    }

    /// Returns whether the name of a value is a plural.
    pub(super) fn is_plural(&self, place: Place) -> bool {
        self.with(place, |shape| shape.is_plural)
    }

    pub(super) fn is_list(&self, place: Place) -> bool {
        self.with(place, |shape| shape.depth > place.level)
    }

    fn member(&self, place: Place, name: &str) -> Place {
        let known = self.with(place, |shape| shape.members.get(name).map(|member| member.shape));
        let shape = known.unwrap_or_else(|| {
            let new = self.new_shape();
            self.change(new, |shape| shape.is_plural = singular(name).is_some());
            let shape = new.shape;
            self.change(place, |of| drop(of.members.insert(name.to_owned(), Member { shape, ident: name.to_owned() })));
            shape
        });
        Place { shape, level: 0 }
    }

    /// Returns the items of a list.
    pub(super) fn item_of(&self, part: Part) -> Option<Place> {
        match part {
            Part::Unknown | Part::List => None,
            Part::One(place) => Some(Place { level: place.level.saturating_add(1), ..place }),
            Part::Items(place) => Some(place),
        }
    }

    /// Returns the shape of a member of a value.
    fn member_of(&self, part: Part, name: &str) -> Part {
        match part {
            Part::Unknown | Part::List => Part::Unknown,
            Part::One(place) if self.is_list(place) => Part::Items(self.member(place, name)),
            Part::One(place) => Part::One(self.member(place, name)),
            Part::Items(place) => Part::Items(self.member(place, name)),
        }
    }

    /// Returns the shape of an expression's result in a state.
    pub(super) fn part(&self, node: &Node, state: &Pointer, parameters: &Parameters<'_>) -> Part {
        let node = bare(node);
        match &node.kind {
            NodeKind::KeepArray(inner) => self.part(inner, state, parameters),
            NodeKind::Variable(name) => match parameters.iter().rev().find(|(known, _)| known == name) {
                Some((_, part)) => *part,
                None => self.variables.get(name).copied().unwrap_or(Part::Unknown),
            },
            NodeKind::Predicate(value, _) => {
                self.item_of(self.part(value, state, parameters)).map_or(Part::Unknown, Part::One)
            }
            NodeKind::Array(items) => match items.as_slice() {
                [Node { kind: NodeKind::Range(..), .. }] => Part::Unknown,
                [only] => match self.part(only, state, parameters) {
                    Part::One(place) | Part::Items(place) if self.is_list(place) && is_path(only) => {
                        Part::Items(Place { level: place.level.saturating_add(1), ..place })
                    }
                    Part::Items(place) => Part::Items(place),
                    _ if matches!(&only.kind, NodeKind::Call(function, _) if gives_list(function)) => Part::List,
                    _ => Part::Unknown,
                },
                _ => Part::Unknown,
            },
            NodeKind::Condition(condition, yes, Some(no)) if defaulted(condition).is_some() => {
                match self.part(yes, state, parameters) {
                    Part::Unknown if is_empty_list(no) => Part::List,
                    part => part,
                }
            }
            // Where the value is never null.
            NodeKind::Condition(_, _, Some(no)) if is_empty_list(no) => Part::List,
            NodeKind::Path(_) => self.steps(node, state, parameters).1.last().copied().unwrap_or(Part::Unknown),
            NodeKind::Call(..) => {
                let Some((function, arguments @ [list, ..])) = called(node) else { return Part::Unknown };
                let Some(item) = self.item_of(self.part(list, state, parameters)) else { return Part::Unknown };
                match function {
                    "filter" | "sort" | "reverse" | "shuffle" | "distinct" => Part::Items(item),
                    "single" => Part::One(item),
                    "reduce" if joins_lists(arguments) => {
                        Part::Items(Place { level: item.level.saturating_add(1), ..item })
                    }
                    "map" => {
                        let Some(Node { kind: NodeKind::Lambda { params, body, .. }, .. }) = arguments.get(1) else {
                            return Part::Unknown;
                        };
                        let mut inner = parameters.clone();
                        let mut name = params.iter();
                        inner.extend(name.next().map(|name| (name.as_str(), Part::One(item))));
                        inner.extend(name.map(|name| (name.as_str(), Part::Unknown)));
                        match self.part(body, state, &inner) {
                            Part::One(place) => Part::Items(place),
                            _ => Part::Unknown,
                        }
                    }
                    _ => Part::Unknown,
                }
            }
            _ => Part::Unknown,
        }
    }

    /// Returns the shape of the result of each step of a path, after its root, which has the given number of steps.
    pub(super) fn steps(&self, path: &Node, state: &Pointer, parameters: &Parameters<'_>) -> (usize, Vec<Part>) {
        let mut flat = Vec::new();
        flatten(path, &mut flat);
        let mut parts = Vec::new();
        let names: Vec<_> = flat
            .iter()
            .map_while(|step| match &step.kind {
                NodeKind::Variable(name) | NodeKind::Name(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let (mut part, skip) = match names.as_slice() {
            ["states", "input", ..] => (self.inputs.get(state).copied().unwrap_or(Part::Unknown), 2),
            ["states", "context", "Execution", "Input", ..] => (self.execution(state), 4),
            ["states", "result", ..] if self.lists.contains(state) => (Part::List, 2),
            ["states", "result", "Payload", ..] => {
                (self.payloads.get(state).map_or(Part::Unknown, |place| Part::One(*place)), 3)
            }
            ["states", ..] => return (0, parts),
            [variable, "Payload", ..] if self.kept.contains_key(*variable) => {
                let kept = self.kept.get(*variable).and_then(|state| self.payloads.get(state));
                (kept.map_or(Part::Unknown, |place| Part::One(*place)), 2)
            }
            [variable, ..] if self.kept.get(*variable).is_some_and(|state| self.lists.contains(state)) => {
                (Part::List, 1)
            }
            _ => match flat.first() {
                Some(first) => (self.part(first, state, parameters), 1),
                None => return (0, parts),
            },
        };
        parts.push(part);
        for step in flat.into_iter().skip(skip) {
            part = match &step.kind {
                NodeKind::Name(name) => self.member_of(part, name),
                NodeKind::Predicate(..) => self.item_of(part).map_or(Part::Unknown, Part::One),
                _ => Part::Unknown,
            };
            parts.push(part);
        }
        (skip, parts)
    }

    /// Returns the name of a member in the language.
    pub(super) fn ident(&self, of: Part, name: &str) -> Option<String> {
        self.with(of.place()?, |shape| shape.members.get(name).map(|member| member.ident.clone()))
    }

    /// Returns whether a part is a list.
    pub(super) fn gives_list(&self, part: Part) -> bool {
        part.place().is_some_and(|place| self.is_list(place))
    }

    /// Returns whether a value may be absent.
    pub(super) fn is_optional(&self, part: Part) -> bool {
        part.place().is_some_and(|place| self.with(place, |shape| shape.optional))
    }
}

/// Returns the pointer of the innermost enclosing state.
pub(super) fn state_at(at: &Pointer) -> Pointer {
    let mut at = at.clone();
    while let Some(parent) = at.parent() {
        if parent.tokens().last().as_deref() == Some("States") {
            break;
        }
        at = parent;
    }
    at
}

/// Returns whether a parameter of a function's closure is an item of the function's list.
pub(super) fn is_item_parameter(function: &str, number: usize) -> bool {
    match function {
        "sort" => true,
        "reduce" => number == 1,
        "map" | "filter" | "single" => number == 0,
        _ => false,
    }
}

/// Returns the steps of a path, those in it with their indices after them.
pub(super) fn flatten<'n>(node: &'n Node, steps: &mut Vec<&'n Node>) {
    match &node.kind {
        NodeKind::Path(inner) => inner.iter().for_each(|step| flatten(step, steps)),
        NodeKind::Predicate(value, _) => {
            flatten(value, steps);
            steps.push(node);
        }
        _ => steps.push(node),
    }
}

/// Returns whether an expression is a path of several steps, which gives a sequence.
pub(super) fn is_path(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Path(_) => true,
        NodeKind::KeepArray(inner) => is_path(inner),
        _ => false,
    }
}

/// Returns whether an expression has the members of the state's input at a path, or is the value there.
fn mirrors<'n>(node: &'n Node, path: &mut Vec<&'n str>) -> bool {
    match &node.kind {
        NodeKind::Object(members) => members.iter().all(|(name, value)| {
            let NodeKind::String(name) = &name.kind else { return false };
            path.push(name);
            let same = mirrors(value, path);
            path.pop();
            same
        }),
        NodeKind::Path(_) => {
            let mut steps = Vec::new();
            flatten(node, &mut steps);
            let names = steps.into_iter().map(|step| match &step.kind {
                NodeKind::Variable(name) | NodeKind::Name(name) => name.as_str(),
                _ => "",
            });
            names.eq(["states", "input"].into_iter().chain(path.iter().copied()))
        }
        _ => false,
    }
}

/// Returns whether a state leads to another.
fn leads_to(state: &Value, name: &str) -> bool {
    let leads =
        |value: &Value| ["Next", "Default"].iter().any(|field| value.get(field).is_some_and(|next| next == name));
    let list = |field: &str| state.get(field).and_then(Value::as_array).into_iter().flatten();
    leads(state) || list("Choices").chain(list("Catch")).any(leads)
}
