//! The types of JSONata expressions, and the values that they read.

use std::ops::Range as Span;
use std::rc::Rc;

use serde_json::Value;
use workflow_jsonata::{FunctionId, function};

use super::kind::{Kinds, words_of_items};
use super::operator::{constant, test_of};
use super::ty::{Existence, Fields, Found, Range, Slot, Ty};
use super::{Flow, Origin, Outcomes, Scene};
use crate::json_kind::JsonKind as Kind;
use crate::jsonata::{self, Node, NodeKind};
use crate::path::Segment;
use crate::{Diagnostic, Finding, Pointer, placeholder};

/// The maximum height of an expression that is analysed. Deeper parts have unknown types.
pub(super) const DEPTH: usize = 64;

/// The function of JSONata that parses a text.
pub(super) const PARSE: &str = "$parse";

/// The length of the marker before an expression.
const OPEN: usize = "{%".len();

/// The place of an expression, and the data that it sees in addition to the scene.
#[derive(Clone)]
pub(super) struct Place<'p> {
    pub(super) scene: Scene,
    pub(super) code: &'p str,
    pub(super) at: &'p Pointer,
    /// The variables that the expression binds.
    pub(super) bound: Vec<(Rc<str>, Ty)>,
    /// The context value, `$`.
    pub(super) context: Ty,
    /// Whether the expression only tests whether values are absent.
    pub(super) asks: bool,
}

/// The result of an expression: its type, and whether it may be absent. If there are several values, each has the type.
pub(super) struct Given {
    pub(super) ty: Ty,
    pub(super) is: Existence,
    pub(super) many: bool,
}

impl Given {
    pub(super) fn present(ty: Ty) -> Self {
        Self { ty, is: Existence::Present, many: false }
    }

    pub(super) fn maybe(ty: Ty) -> Self {
        Self { is: Existence::Maybe, ..Self::present(ty) }
    }

    /// Returns the type of the result as one value.
    pub(super) fn value(self) -> Ty {
        match self.is {
            Existence::Absent => Ty::Any,
            _ if self.many => Ty::sequence(self.ty),
            _ => self.ty,
        }
    }

    /// Returns the same result with the values of a sequence as several values.
    fn spread(self) -> Self {
        match &self.ty {
            Ty::Sequence(each) => Self { ty: (**each).clone(), many: true, ..self },
            _ => self,
        }
    }
}

impl Flow<'_, '_> {
    /// Returns the type of a value whose strings may be expressions.
    pub(super) fn value(&self, scene: &Scene, value: &Value, at: &Pointer) -> Ty {
        match value {
            Value::String(text) => match self.answered(scene, at, text) {
                Some(code) => self.expression(scene, code, at, |place, root| self.node(root, place).value()),
                None => Ty::constant(value),
            },
            Value::Array(items) if !items.iter().all(Value::is_number) => {
                Ty::tuple(items.iter().enumerate().map(|(i, item)| self.value(scene, item, &at.index(i))).collect())
            }
            Value::Object(members) => {
                Fields::made(members, |name, value| (name, self.value(scene, value, &at.child(name)))).into()
            }
            _ => Ty::constant(value),
        }
    }

    /// Returns the expression in a string.
    fn answered<'t>(&self, scene: &Scene, at: &Pointer, text: &'t str) -> Option<&'t str> {
        self.answer(scene, at);
        jsonata::expression(text)
    }

    /// Returns the scenes in which a condition is true and not true, if they are possible.
    pub(super) fn condition(&self, scene: &Scene, text: &str, at: &Pointer) -> Outcomes {
        let both = || Outcomes::both(scene);
        let code = self.answered(scene, at, text).filter(|code| !placeholder::contained(code));
        let Some(code) = code else { return both() };
        let read = self.definition.texts.expressions.read(code);
        let Ok((ast, _)) = &*read else { return both() };
        let place = Place::new(scene, code, at);
        if self.says.get() && self.taken.borrow().is_none() {
            self.never_present(&ast.root, &place);
            let given = self.node(&ast.root, &Place { asks: is_path(&ast.root), ..place.clone() });
            self.expect(&given.value(), &[Kind::Bool], "Condition", text, at);
        }
        self.narrow(&ast.root, &place)
    }

    /// Reports a condition that is never true because it needs a value that is absent, whatever else it tests.
    fn never_present(&self, condition: &Node, place: &Place<'_>) {
        let is_absent = |node: &Node| {
            target(node, place).is_some()
                && self.node(node, &Place { asks: true, ..place.clone() }).is == Existence::Absent
        };
        match &alone(condition).kind {
            _ if is_path(condition) && is_absent(condition) => {
                self.node(condition, &Place { asks: false, ..place.clone() });
            }
            NodeKind::Binary("or", left, right) => {
                self.misspelt(left, place);
                self.misspelt(right, place);
            }
            NodeKind::Binary("and", left, right) => {
                self.never_present(left, place);
                self.never_present(right, place);
            }
            _ => match test_of(alone(condition)) {
                Some((FunctionId::Exists, argument)) if is_absent(argument) => {
                    let what = format!("`{}` is never present here", place.text(argument));
                    self.say(Finding::NeverTrue { what, near: None }, place.at, Some(place.range(argument)));
                }
                Some((FunctionId::Not, argument)) => self.misspelt(argument, place),
                _ => {}
            },
        }
    }

    /// Reports a path whose presence is tested, if it has a name that is like a known one.
    pub(super) fn misspelt(&self, node: &Node, place: &Place<'_>) {
        if is_path(node) {
            let before = self.found.take();
            self.node(node, &Place { asks: false, ..place.clone() });
            let made = self.found.replace(before);
            let is_misspelt = |one: &Diagnostic| match &*one.finding {
                Finding::AbsentMember { near, .. } => near.is_some(),
                Finding::NoSuchResult { help, .. } => help.is_some(),
                _ => false,
            };
            self.found.borrow_mut().extend(made.into_iter().filter(is_misspelt));
        }
    }

    fn expression(&self, scene: &Scene, code: &str, at: &Pointer, read: impl FnOnce(&Place<'_>, &Node) -> Ty) -> Ty {
        if placeholder::contained(code) {
            return Ty::Any;
        }
        match &*self.definition.texts.expressions.read(code) {
            Ok((ast, _)) => {
                // After one of several transitions, an absent part of an expression is often intended, and one of its
                // alternatives is often for that transition.
                let says = self.says.get();
                let is_alone = self.taken.borrow().is_none() || is_path(alone(&ast.root));
                self.says.set(says && (is_alone || !has_alternatives(&ast.root)));
                self.only_failing.set(!is_alone);
                let read = read(&Place::new(scene, code, at), &ast.root);
                self.only_failing.set(false);
                self.says.set(says);
                read
            }
            Err(_) => Ty::Any,
        }
    }

    pub(super) fn node(&self, node: &Node, place: &Place<'_>) -> Given {
        if self.depth.get() >= DEPTH {
            return Given::maybe(Ty::Any);
        }
        self.depth.set(self.depth.get() + 1);
        let given = self.part_of(node, place);
        self.answer_part(|| place.range(node), place.at, || given.ty.clone());
        self.depth.set(self.depth.get() - 1);
        given
    }

    fn part_of(&self, node: &Node, place: &Place<'_>) -> Given {
        if let Some(ty) = constant(node) {
            return Given::present(ty);
        }
        match &node.kind {
            NodeKind::Path(_)
            | NodeKind::Name(_)
            | NodeKind::Variable(_)
            | NodeKind::Predicate(..)
            | NodeKind::Sort(..)
            | NodeKind::Group(..)
            | NodeKind::KeepArray(_) => self.path_of(node, place),
            NodeKind::Array(items) => self.array(items, place),
            NodeKind::Object(pairs) => self.object(pairs, place),
            NodeKind::Block(nodes) => self.block(nodes, place),
            NodeKind::Bind(_, value) => self.node(value, place),
            NodeKind::Negate(value) => {
                let negated = match self.numbers("-", &[value], place).as_slice() {
                    [Ty::Number(range)] => range.negated(),
                    _ => Range::ALL,
                };
                Given::maybe(Ty::Number(negated))
            }
            NodeKind::Range(from, to) => {
                self.numbers("..", &[from, to], place);
                Given::maybe(Ty::list(Ty::NUMBER))
            }
            NodeKind::Binary(sign, left, right) => self.operator(node, sign, left, right, place),
            NodeKind::Condition(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise.as_deref(), place)
            }
            NodeKind::Call(procedure, arguments) => self.call(procedure, arguments, None, place),
            NodeKind::Apply(left, right) => self.apply(left, right, place),
            NodeKind::Lambda { params, body, .. } => self.lambda(params, body, place),
            _ => self.parts(node, place),
        }
    }

    fn array(&self, items: &[Node], place: &Place<'_>) -> Given {
        let given: Vec<_> = items.iter().map(|item| self.node(item, place)).collect();
        let single = |given: &Given| {
            given.is == Existence::Present && !given.many && !matches!(given.ty.kind(), None | Some(Kind::Array))
        };
        if given.iter().all(single) && !items.iter().any(|item| matches!(item.kind, NodeKind::Range(..))) {
            return Given::present(Ty::tuple(given.into_iter().map(|given| given.ty).collect()));
        }
        // A nested list is flattened, unless an array constructor creates it.
        let nested = items.iter().any(|item| matches!(item.kind, NodeKind::Array(_)));
        let known = given.iter().filter(|given| given.is != Existence::Absent);
        let mut each = known.map(|given| match given.many {
            true if given.ty.kind() == Some(Kind::Array) => Ty::Any,
            true => given.ty.clone(),
            false => given.ty.each(),
        });
        let first = each.next().filter(|_| !nested).unwrap_or(Ty::Any);
        Given::present(Ty::list(each.fold(first, |all, item| all.join(&item))))
    }

    fn object(&self, pairs: &[(Node, Node)], place: &Place<'_>) -> Given {
        let mut fields = Fields::default();
        for (key, value) in pairs {
            let given = self.node(value, place);
            match &key.kind {
                NodeKind::String(name) => {
                    // An absent value is reported once.
                    let is = if given.is == Existence::Present { Existence::Present } else { Existence::Maybe };
                    fields.insert(name, Slot { ty: given.value(), is });
                }
                _ => {
                    self.key(key, place);
                    fields.open = true;
                }
            }
        }
        Given::present(fields.into())
    }

    /// Checks the key of an object, which is a string.
    fn key(&self, key: &Node, place: &Place<'_>) {
        if let Some(is) = self.node(key, place).value().instead_of(Kind::Text) {
            let text = place.text(key);
            self.say(Finding::UnlikeKey { text, is }, place.at, Some(place.range(key)));
        }
    }

    fn block(&self, nodes: &[Node], place: &Place<'_>) -> Given {
        let mut inner = place.clone();
        let mut last = Given::maybe(Ty::Any);
        for node in nodes {
            last = match &node.kind {
                NodeKind::Bind(name, value) => {
                    let given = self.node(value, &inner);
                    let (ty, is, many) = (given.ty.clone(), given.is, given.many);
                    inner.bound.push((name.as_str().into(), given.value()));
                    Given { ty, is, many }
                }
                _ => self.node(node, &inner),
            };
        }
        last
    }

    fn conditional(&self, condition: &Node, then: &Node, otherwise: Option<&Node>, place: &Place<'_>) -> Given {
        if self.says.get() {
            self.node(condition, &Place { asks: place.asks || is_path(condition), ..place.clone() });
        }
        let Outcomes { yes, no } = self.narrow(condition, place);
        let there = |scene: Option<Scene>| scene.map(|scene| Place { scene, ..place.clone() });
        let then = there(yes).map(|inner| self.node(then, &inner));
        let other = match otherwise {
            Some(other) => there(no).map(|inner| self.node(other, &inner)),
            None => Some(Given::maybe(Ty::Any)),
        };
        match (then, other) {
            (Some(one), Some(two)) => {
                let is = if one.is == two.is { one.is } else { Existence::Maybe };
                Given { many: one.many || two.many, is, ty: one.ty.join(&two.ty) }
            }
            (one, two) => one.or(two).unwrap_or_else(|| Given::maybe(Ty::Any)),
        }
    }

    fn apply(&self, left: &Node, right: &Node, place: &Place<'_>) -> Given {
        let asks = asking(right) || matches!(&right.kind, NodeKind::Call(procedure, _) if asking(procedure));
        let given = self.node(left, &Place { asks: place.asks || asks, ..place.clone() });
        match &right.kind {
            NodeKind::Call(procedure, arguments) => self.call(procedure, arguments, Some((left, given)), place),
            NodeKind::Variable(_) => self.call(right, &[], Some((left, given)), place),
            _ => self.parts(right, place),
        }
    }

    fn lambda(&self, params: &[String], body: &Node, place: &Place<'_>) -> Given {
        let mut inner = place.clone();
        inner.bound.extend(params.iter().map(|name| (name.as_str().into(), Ty::Any)));
        self.node(body, &inner);
        Given::maybe(Ty::Any)
    }

    /// Analyses the parts of an unknown expression.
    fn parts(&self, node: &Node, place: &Place<'_>) -> Given {
        let inner = Place { context: Ty::Any, ..place.clone() };
        node.children().into_iter().for_each(|part| drop(self.node(part, &inner)));
        Given::maybe(Ty::Any)
    }

    /// Returns the type that a path, or one step of it, reads.
    fn path_of(&self, node: &Node, place: &Place<'_>) -> Given {
        match &node.kind {
            NodeKind::Path(steps) => {
                let Some((first, rest)) = steps.split_first() else { return Given::maybe(Ty::Any) };
                let mut given = self.step(first, None, node.span.start, place);
                for step in rest {
                    if given.is == Existence::Absent {
                        break;
                    }
                    let several = several(&given, step);
                    given = self.step(step, Some(given), node.span.start, place);
                    if let Some(ty) = several {
                        given = Given { ty, many: false, ..given };
                    }
                }
                given
            }
            _ => self.step(node, None, node.span.start, place),
        }
    }

    /// Returns the result of a step, given the value before it. `start` is the position of the start of the path.
    fn step(&self, node: &Node, before: Option<Given>, start: usize, place: &Place<'_>) -> Given {
        let given = self.read_by_step(node, before, start, place);
        self.answer_part(|| place.range(node), place.at, || given.ty.clone());
        given
    }

    fn read_by_step(&self, node: &Node, before: Option<Given>, start: usize, place: &Place<'_>) -> Given {
        match &node.kind {
            NodeKind::Variable(name) if before.is_none() => match place.variable(name) {
                Some(ty) => Given::present(ty).spread(),
                None => Given::maybe(Ty::Any),
            },
            NodeKind::Name(name) => {
                let first = before.is_none();
                let before = before.unwrap_or_else(|| Given::maybe(place.context.clone()));
                self.member(name, &node.span, before, if first { node.span.start } else { start }, place)
            }
            NodeKind::String(name) if before.is_some() => {
                let before = before.unwrap_or_else(|| Given::maybe(Ty::Any));
                self.member(name, &node.span, before, start, place)
            }
            NodeKind::Predicate(inner, filter) => {
                // `[x, 'default'][0]` tests whether `x` exists.
                let asks = place.asks || matches!(inner.kind, NodeKind::Array(_));
                let given = self.step(inner, before, start, &Place { asks, ..place.clone() });
                self.predicate(node, inner, filter, given, start, place)
            }
            NodeKind::Group(inner, pairs) => {
                let given = self.step(inner, before, start, place).spread();
                let each = if given.many { given.ty } else { given.ty.each() };
                let of_group = Place { context: each, asks: false, ..place.clone() };
                for (key, value) in pairs {
                    self.key(key, &of_group);
                    self.node(value, &of_group);
                }
                Given::maybe(Fields::open().into())
            }
            NodeKind::Sort(inner, terms) => {
                let Given { ty, is, many } = self.step(inner, before, start, place).spread();
                let each = if many { ty } else { ty.each() };
                for term in terms {
                    self.node(&term.key, &Place { context: each.clone(), asks: false, ..place.clone() });
                }
                Given { ty: each, is, many: true }
            }
            NodeKind::KeepArray(inner) => {
                let given = self.step(inner, before, start, place);
                let array = given.ty.kind() == Some(Kind::Array);
                match given.many {
                    true if array => Given { is: given.is, ..Given::maybe(Ty::Any) },
                    true => Given { is: given.is, ..Given::maybe(Ty::list(given.ty)) },
                    false if array => given,
                    false => Given { is: given.is, ..Given::maybe(Ty::Any) },
                }
            }
            NodeKind::Path(_) if before.is_none() => self.path_of(node, place),
            NodeKind::Block(_) | NodeKind::Call(..) | NodeKind::Object(_) | NodeKind::Array(_) => match before {
                None => self.node(node, place),
                // The step applies to each item.
                Some(before) => {
                    let before = before.spread();
                    let many = before.many || !matches!(before.ty.kind(), Some(kind) if kind != Kind::Array);
                    let given = self.node(node, &Place { context: before.ty.each(), ..place.clone() });
                    match given.ty.kind() {
                        None | Some(Kind::Array) => Given::maybe(Ty::Any),
                        _ if given.many => Given::maybe(Ty::Any),
                        _ if before.is == Existence::Present && given.is == Existence::Present => {
                            Given { many, ..given }
                        }
                        _ => Given { many, ..Given::maybe(given.ty) },
                    }
                }
            },
            _ => self.parts(node, place),
        }
    }

    fn member(&self, name: &str, span: &Span<usize>, before: Given, start: usize, place: &Place<'_>) -> Given {
        let Given { mut ty, is, mut many } = before.spread();
        // A name reads the members of the items of an array.
        let is_array = ty.kind() == Some(Kind::Array);
        for _ in 0..4 {
            if ty.kind() == Some(Kind::Array) {
                (ty, many) = (ty.item().unwrap_or(Ty::Any), true);
            }
        }
        match ty.member(name) {
            Found::Present(ty) => Given { ty, is, many }.spread(),
            Found::Maybe(ty) => Given { ty, is: Existence::Maybe, many }.spread(),
            missing => {
                if !place.asks {
                    let end = span.start.saturating_sub(1).max(start);
                    let holder =
                        place.code.get(start..end).map(str::trim).filter(|text| !text.is_empty()).unwrap_or("$");
                    let finding = match missing {
                        Found::NoObject(kind) if is_array => {
                            let (holder, name) = (holder.to_owned(), name.to_owned());
                            let help = (name == "length").then(|| format!("`$count({holder})` counts the items"));
                            Finding::NotAnObject { holder, name, is: words_of_items(kind), help }
                        }
                        missing => {
                            let is_input = holder == "$states.input";
                            let meant = if is_input { place.scene.meant.as_slice() } else { &[] };
                            self.missing(missing, &ty, (holder, name), PARSE, meant)
                        }
                    };
                    self.say(finding, place.at, Some(span.start + OPEN..span.end + OPEN));
                }
                Given { ty: Ty::Any, is: Existence::Absent, many }
            }
        }
    }

    fn predicate(
        &self,
        node: &Node,
        inner: &Node,
        filter: &Node,
        given: Given,
        start: usize,
        place: &Place<'_>,
    ) -> Given {
        let index = jsonata::constant(filter).and_then(|index| index.as_f64());
        let array = given.ty.kind() == Some(Kind::Array);
        let Some(index) = index else {
            let item = if array { given.ty.item().unwrap_or(Ty::Any) } else { given.ty.clone() };
            self.node(filter, &Place { context: item.clone(), asks: is_path(filter), ..place.clone() });
            let item = if item == Ty::Any && needs_member(filter, "") { Ty::Except(Kinds::SCALARS) } else { item };
            return Given {
                ty: item,
                is: if given.is == Existence::Absent { Existence::Absent } else { Existence::Maybe },
                many: true,
            };
        };
        let index = index.floor() as i64;
        let holder = place.code.get(start..inner.span.end).unwrap_or_default().trim();
        if let (Some(item), false) = (given.ty.known_item(index), given.many) {
            if item.is == Existence::Absent && !place.asks {
                let finding = Finding::ShownAbsent { path: format!("{holder}[{index}]") };
                self.say(finding, place.at, Some(place.range(node)));
            }
            return Given { ty: item.ty.clone(), is: item.is, many: false };
        }
        if given.many || given.ty.kind().is_none() || given.is == Existence::Absent {
            let item = if array { Ty::Any } else { given.ty };
            return Given {
                ty: item,
                is: if given.is == Existence::Absent { Existence::Absent } else { Existence::Maybe },
                many: given.many,
            };
        }
        let finding = if array {
            match self.item(&given.ty, index, holder) {
                Ok((ty, is)) => {
                    return Given {
                        ty,
                        is: if is == Existence::Present { given.is } else { Existence::Maybe },
                        many: false,
                    };
                }
                Err(finding) => finding,
            }
        } else if matches!(index, 0 | -1) {
            // A single value is its own first and last item.
            return given;
        } else {
            Finding::NotAList { path: holder.to_owned(), is: given.ty.kind().map_or("", Kind::noun) }
        };
        if !place.asks {
            self.say(finding, place.at, Some(inner.span.end + OPEN..node.span.end + OPEN));
        }
        Given { ty: Ty::Any, is: Existence::Absent, many: false }
    }
}

/// Returns the type of a step that certainly gives several values, one for each of several objects.
fn several(before: &Given, step: &Node) -> Option<Ty> {
    let (NodeKind::Name(name), Ty::Tuple(items), false) = (&step.kind, &before.ty, before.many) else { return None };
    let one = |item: &Ty| match item.member(name) {
        Found::Present(ty) => ty.kind().is_some_and(|kind| kind != Kind::Array).then_some(ty),
        _ => None,
    };
    let values: Vec<_> = items.iter().filter(|_| items.len() > 1).map(one).collect::<Option<_>>()?;
    (!values.is_empty()).then(|| Ty::tuple(values))
}

impl<'p> Place<'p> {
    fn new(scene: &Scene, code: &'p str, at: &'p Pointer) -> Self {
        Self { scene: scene.clone(), code, at, bound: Vec::new(), context: Ty::Any, asks: false }
    }

    /// Returns the type of a variable, or `None` if the variable is unknown or a function.
    pub(super) fn variable(&self, name: &str) -> Option<Ty> {
        if name.is_empty() {
            return Some(self.context.clone());
        }
        if let Some((_, ty)) = self.bound.iter().rev().find(|(known, _)| **known == *name) {
            return Some(ty.clone());
        }
        if name == "states" {
            let mut fields = Fields::of([("input", self.scene.input.clone()), ("context", self.scene.context.clone())]);
            // Another rule reports unknown members of `$states`.
            fields.open = true;
            for (name, ty) in [("result", &self.scene.result), ("errorOutput", &self.scene.error)] {
                ty.iter().for_each(|ty| fields.insert(name, Slot::present(ty.clone())));
            }
            return Some(fields.into());
        }
        self.scene.variables.get(name).cloned()
    }

    pub(super) fn range(&self, node: &Node) -> Span<usize> {
        node.span.start + OPEN..node.span.end + OPEN
    }

    pub(super) fn text(&self, node: &Node) -> String {
        let text = self.code.get(node.span.clone()).unwrap_or_default().trim();
        text.chars().take(60).collect()
    }
}

/// Returns the node without enclosing parentheses.
pub(super) fn alone(node: &Node) -> &Node {
    match &node.kind {
        NodeKind::Block(nodes) => match nodes.as_slice() {
            [one] => alone(one),
            _ => node,
        },
        _ => node,
    }
}

/// Returns whether only a part of an expression is evaluated.
fn has_alternatives(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Condition(..) | NodeKind::Binary("and" | "or", ..) | NodeKind::Lambda { .. })
        || node.children().into_iter().any(has_alternatives)
}

/// Returns whether an expression is only a path. As a condition, a path tests whether it has a value.
pub(super) fn is_path(node: &Node) -> bool {
    matches!(alone(node).kind, NodeKind::Path(_) | NodeKind::Name(_) | NodeKind::Variable(_) | NodeKind::Predicate(..))
}

/// Returns whether a condition is only true for a value with members: it reads one of a variable, or of the context if
/// the name is empty.
pub(super) fn needs_member(condition: &Node, of: &str) -> bool {
    let is_member = |node: &Node| match &alone(node).kind {
        NodeKind::Name(_) => of.is_empty(),
        NodeKind::Path(steps) => match steps.as_slice() {
            [first, second, ..] if !of.is_empty() => {
                matches!(&first.kind, NodeKind::Variable(name) if name == of)
                    && matches!(second.kind, NodeKind::Name(_))
            }
            [first, ..] => of.is_empty() && matches!(first.kind, NodeKind::Name(_)),
            [] => false,
        },
        _ => false,
    };
    match &alone(condition).kind {
        // An absent operand makes every comparison false.
        NodeKind::Binary("=" | "!=" | "<" | "<=" | ">" | ">=" | "in", left, right) => {
            is_member(left) || is_member(right)
        }
        NodeKind::Binary("and", left, right) => needs_member(left, of) || needs_member(right, of),
        NodeKind::Binary("or", left, right) => needs_member(left, of) && needs_member(right, of),
        NodeKind::Call(..) => match jsonata::called(alone(condition)) {
            Some(("exists" | "boolean", arguments)) => arguments.first().is_some_and(is_member),
            _ => false,
        },
        _ => is_member(condition),
    }
}

fn asking(procedure: &Node) -> bool {
    matches!(&procedure.kind, NodeKind::Variable(name) if function(name).is_some_and(|known| known.asking))
}

/// Returns the origin and the steps of a path of names that starts at the input or a variable of the workflow.
pub(super) fn target<'n>(node: &'n Node, place: &Place<'_>) -> Option<(Origin, Vec<Segment<'n>>)> {
    let (root, rest) = match &alone(node).kind {
        NodeKind::Path(steps) => steps.split_first()?,
        NodeKind::Variable(_) | NodeKind::Predicate(..) => (alone(node), &[] as &[Node]),
        _ => return None,
    };
    let mut steps = Vec::new();
    let NodeKind::Variable(name) = &indexed(root, &mut steps)?.kind else { return None };
    for step in rest {
        let at = steps.len();
        let (NodeKind::Name(name) | NodeKind::String(name)) = &indexed(step, &mut steps)?.kind else { return None };
        steps.insert(at, Segment::Name(name));
    }
    if name.is_empty() || place.bound.iter().any(|(known, _)| **known == **name) {
        return None;
    }
    if name != "states" {
        return Some((Origin::Variable(name.clone()), steps));
    }
    (steps.first()? == &Segment::Name("input")).then(|| (Origin::Input, steps.split_off(1)))
}

/// Returns a step without its indices, which are added to `steps` in order.
fn indexed<'n>(step: &'n Node, steps: &mut Vec<Segment<'n>>) -> Option<&'n Node> {
    let NodeKind::Predicate(inner, filter) = &step.kind else { return Some(step) };
    let NodeKind::Number(index) = filter.kind else { return None };
    let bare = indexed(inner, steps)?;
    // Exact below 2^32.
    steps.push(Segment::Index((index >= 0.0 && index.fract() == 0.0 && index < 4e9).then_some(index as usize)?));
    Some(bare)
}
