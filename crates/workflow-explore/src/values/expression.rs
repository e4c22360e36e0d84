//! Finds what a JSONata expression needs of a value that it uses, and of the value's members and items.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use workflow_asl::jsonata::{self, Node, NodeKind};
use workflow_plan::data::PARSED;

use super::wanted::{ITEM, Kind, NOTHING, Probe, Wanted};

/// The members and items that lead to a part of the value.
type Way = Vec<String>;

/// The variables that are parts of the value, and the context, whose name is empty.
pub(super) type Scope = BTreeMap<String, Way>;

/// A walk through an expression.
pub(super) struct Walk<'w> {
    /// Where the expression uses the value.
    pub(super) range: Range<usize>,
    /// The constants of variables.
    pub(super) assigned: &'w BTreeMap<String, Vec<Value>>,
    pub(super) found: Wanted,
}

impl Walk<'_> {
    /// Records what a node needs whose own value is needed so. What is computed from the value is tested with `deep`.
    pub(super) fn visit(&mut self, node: &Node, want: &Wanted, deep: &[Probe], scope: &Scope) {
        if let Some(way) = self.part(node, scope) {
            return self.need(&way, want, deep);
        }
        match &node.kind {
            NodeKind::Path(steps) => self.path(steps, want, deep, scope),
            NodeKind::Block(parts) => {
                let mut scope = scope.clone();
                for part in parts {
                    self.visit(part, if parts.len() == 1 { want } else { &NOTHING }, deep, &scope);
                    if let NodeKind::Bind(name, value) = &part.kind {
                        let way = self.part(value, &scope);
                        scope.remove(name);
                        scope.extend(way.map(|way| (name.clone(), way)));
                    }
                }
            }
            NodeKind::Condition(test, then, other) => {
                self.visit(test, &Wanted::of(None, Some(Probe::Truth)), deep, scope);
                std::iter::once(then).chain(other).for_each(|branch| self.visit(branch, want, deep, scope));
            }
            NodeKind::Binary(sign, left, right) => {
                for (side, other) in [(left, right), (right, left)] {
                    let (mut want, mut deep) = (Wanted::default(), deep.to_vec());
                    match (*sign, &other.kind) {
                        ("+" | "-" | "*" | "/" | "%", _) => want.kind = Some(Kind::Number),
                        ("=" | "!=" | "<" | "<=" | ">" | ">=", _) => want.kind = self.compared(other, &mut deep),
                        ("in", NodeKind::Array(items)) => {
                            items.iter().for_each(|item| want.kind = self.compared(item, &mut deep).or(want.kind));
                        }
                        ("in", _) => deep.push(Probe::Other),
                        ("and" | "or", _) => want = Wanted::of(Some(Kind::Bool), Some(Probe::Truth)),
                        _ => {}
                    }
                    self.visit(side, &want, &deep, scope);
                }
            }
            NodeKind::Call(function, arguments) => match &function.kind {
                NodeKind::Variable(name) => self.call(name, arguments, deep, scope),
                _ => node.children().into_iter().for_each(|part| self.visit(part, &NOTHING, deep, scope)),
            },
            NodeKind::Negate(_) | NodeKind::Range(..) => {
                let number = Wanted::of(Some(Kind::Number), None);
                node.children().into_iter().for_each(|part| self.visit(part, &number, deep, scope));
            }
            NodeKind::Predicate(..) if self.part(self.unfiltered(node).0, scope).is_some() => {
                self.path(std::slice::from_ref(node), want, deep, scope);
            }
            NodeKind::Predicate(..) | NodeKind::Sort(..) | NodeKind::Group(..) => {
                let children = node.children();
                children.first().into_iter().for_each(|of| self.visit(of, &NOTHING, deep, scope));
                children.into_iter().skip(1).for_each(|part| self.visit(part, &NOTHING, deep, &elsewhere(scope)));
            }
            NodeKind::Lambda { params, body, .. } => {
                let mut scope = scope.clone();
                scope.retain(|name, _| !params.contains(name));
                self.visit(body, &NOTHING, &[], &scope);
            }
            _ => node.children().into_iter().for_each(|part| self.visit(part, &NOTHING, deep, scope)),
        }
    }

    fn need(&mut self, way: &[String], want: &Wanted, deep: &[Probe]) {
        let place = self.found.inside(way.iter().cloned());
        place.add(want);
        deep.iter().for_each(|probe| place.probe(probe.clone()));
    }

    /// Returns the way to the part of the value that a node is.
    fn part(&self, node: &Node, scope: &Scope) -> Option<Way> {
        match &node.kind {
            _ if node.span == self.range => Some(Way::new()),
            NodeKind::Block(parts) if parts.len() == 1 => self.part(parts.first()?, scope),
            NodeKind::KeepArray(inner) => self.part(inner, scope),
            NodeKind::Variable(name) => scope.get(name).cloned(),
            NodeKind::Name(name) => Some(further(scope.get("")?, name)),
            _ => None,
        }
    }

    /// Returns the way to the part that a node is if it is there: `$exists(x) ? x : []`.
    fn list(&self, node: &Node, scope: &Scope) -> Option<Way> {
        match &node.kind {
            NodeKind::Block(parts) if parts.len() == 1 => self.list(parts.first()?, scope),
            NodeKind::Condition(_, then, other) => self.list(then, scope).or_else(|| self.list(other.as_ref()?, scope)),
            _ => self.part(node, scope),
        }
    }

    /// Returns the way to what a call or a default makes of a part: items of a list, or what a text has.
    fn made(&self, node: &Node, scope: &Scope) -> Option<Way> {
        match &node.kind {
            NodeKind::Block(parts) if parts.len() == 1 => self.made(parts.first()?, scope),
            NodeKind::Condition(_, list, Some(other)) if matches!(other.kind, NodeKind::Array(_)) => {
                Some(further(&self.list(list, scope)?, ITEM))
            }
            NodeKind::Call(function, arguments) => {
                let NodeKind::Variable(name) = &function.kind else { return None };
                let step = match name.as_str() {
                    "filter" | "sort" | "reverse" | "distinct" | "shuffle" | "single" => ITEM,
                    "parse" => PARSED,
                    _ => return None,
                };
                Some(further(&self.list(arguments.first()?, scope)?, step))
            }
            _ => None,
        }
    }

    /// Returns a step without its filters, and those that are no numbers of items.
    fn unfiltered<'n>(&self, step: &'n Node) -> (&'n Node, Vec<&'n Node>) {
        match &step.kind {
            NodeKind::Predicate(of, filter) if step.span.end != self.range.end => {
                let (base, mut filters) = self.unfiltered(of);
                filters
                    .extend((!matches!(filter.kind, NodeKind::Number(_) | NodeKind::Negate(_))).then_some(&**filter));
                (base, filters)
            }
            _ => (step, Vec::new()),
        }
    }

    /// Records a path, which may continue after a part of the value.
    fn path(&mut self, steps: &[Node], want: &Wanted, deep: &[Probe], scope: &Scope) {
        let Some(first) = steps.first() else { return };
        // The value may be its first steps, without the filters of the last one.
        let ends = |step: &Node| self.unfiltered(step).0.span.end == self.range.end;
        let last = steps.iter().position(ends).filter(|_| first.span.start == self.range.start);
        let at = last.unwrap_or(0);
        let Some((base, filters)) = steps.get(at).map(|step| self.unfiltered(step)) else { return };
        let part = last.map(|_| Way::new()).or_else(|| self.part(base, scope));
        let (after, none) = (steps.get(at + 1..).unwrap_or_default(), elsewhere(scope));
        let (mut way, items) = match (part, self.made(base, scope)) {
            (Some(way), _) => (way.clone(), further(&way, ITEM)),
            (None, Some(way)) => {
                self.visit(base, &NOTHING, deep, scope);
                (way.clone(), way)
            }
            (None, None) => {
                self.visit(first, &NOTHING, deep, scope);
                return steps.iter().skip(1).for_each(|step| self.visit(step, &NOTHING, deep, &none));
            }
        };
        // A function that takes a list gets its list from a list.
        let is_list = want.kind == Some(Kind::Array);
        if !filters.is_empty() || is_list && matches!(after.first().map(|step| &step.kind), Some(NodeKind::Block(_))) {
            if way != items {
                self.need(&way, &Wanted::of(Some(Kind::Array), None), &[]);
            }
            way.clone_from(&items);
        }
        let truth = Wanted::of(None, Some(Probe::Truth));
        filters.into_iter().for_each(|filter| self.visit(filter, &truth, &[], &within(scope, &items)));
        let is_item = way == items;
        for (number, step) in after.iter().enumerate() {
            let rest = after.get(number + 1..).unwrap_or_default();
            match &step.kind {
                NodeKind::Name(name) => way.push(name.clone()),
                kind => {
                    let mut named = None;
                    if let NodeKind::Predicate(of, filter) = kind
                        && let NodeKind::Name(name) = &of.kind
                    {
                        named = Some((name, filter));
                    }
                    way.extend(named.into_iter().flat_map(|(name, _)| [name.clone(), ITEM.to_owned()]));
                    let (inside, want) = named.map_or((step, &NOTHING), |(_, filter)| (&**filter, &truth));
                    self.visit(inside, want, &[], &within(scope, &way));
                    return rest.iter().for_each(|step| self.visit(step, &NOTHING, &[], &none));
                }
            }
        }
        if !after.is_empty() {
            self.need(&way, if is_list && is_item { want.member(ITEM) } else { want }, deep);
        }
    }

    fn call(&mut self, name: &str, arguments: &[Node], deep: &[Probe], scope: &Scope) {
        // The parameters of its lambda that are items of its first argument.
        let items: &[usize] = match name {
            "map" | "filter" | "single" => &[0],
            "reduce" if arguments.len() > 2 => &[1],
            "reduce" | "sort" => &[0, 1],
            _ => &[],
        };
        let list = arguments.first().filter(|_| !items.is_empty()).and_then(|first| self.list(first, scope));
        for (number, argument) in arguments.iter().enumerate() {
            if let (1, Some(way), NodeKind::Lambda { params, body, .. }) = (number, &list, &argument.kind) {
                self.need(way, &Wanted::of(Some(Kind::Array), None), &[]);
                let mut scope = scope.clone();
                scope.retain(|name, _| !params.contains(name));
                let params = items.iter().filter_map(|number| params.get(*number));
                scope.extend(params.map(|param| (param.clone(), further(way, ITEM))));
                let test = matches!(name, "filter" | "single").then_some(Probe::Truth);
                self.visit(body, &Wanted::of(None, test), &[], &scope);
                continue;
            }
            let mut want = Wanted::default();
            match (name, jsonata::function(name)) {
                ("exists", _) => want.probe(Probe::Present),
                ("not" | "boolean", _) => want.probe(Probe::Truth),
                ("contains", _) => {
                    for other in arguments {
                        let mut probes = Vec::new();
                        want.kind = self.compared(other, &mut probes).or(want.kind);
                        probes.into_iter().for_each(|probe| want.probe(probe));
                    }
                }
                ("number", _) => want.kind = Some(Kind::Number),
                ("toMillis", _) if number == 0 => want.kind = Some(Kind::Timestamp),
                ("parse", _) => want.kind = Some(Kind::Json),
                ("base64decode", _) => want.kind = Some(Kind::Base64),
                ("keys" | "spread" | "lookup", _) if number == 0 => {
                    want.kind = Some(Kind::Object);
                    if let Some(NodeKind::String(name)) = arguments.get(1).map(|name| &name.kind) {
                        want.inside([name.clone()]);
                    }
                }
                (_, function) => {
                    if let Some(parameter) = function.and_then(|function| function.parameters().nth(number)) {
                        want.kind = Kind::of_letter(parameter.kinds);
                        let item = parameter.items.and_then(Kind::of_letter);
                        item.into_iter().for_each(|kind| want.inside([ITEM.to_owned()]).narrow(Some(kind)));
                    }
                }
            }
            self.visit(argument, &want, deep, scope);
        }
    }

    /// Adds the tests of a value that is compared with a node. Returns the kind that it needs.
    fn compared(&self, other: &Node, into: &mut Vec<Probe>) -> Option<Kind> {
        if let NodeKind::Variable(name) = &other.kind {
            into.extend(Probe::of_variable(name, self.assigned));
            return None;
        }
        let (kind, probe) = match jsonata::constant(other) {
            Some(Value::Null) => (None, Probe::Null),
            Some(value @ Value::String(_)) => (Some(Kind::Text), Probe::Constant(value)),
            Some(value @ Value::Number(_)) => (Some(Kind::Number), Probe::Constant(value)),
            Some(value @ Value::Bool(_)) => (Some(Kind::Bool), Probe::Constant(value)),
            _ => (None, Probe::Other),
        };
        into.push(probe);
        kind
    }
}

/// Returns the scope of a part of an expression whose context is this part of the value.
fn within(scope: &Scope, way: &[String]) -> Scope {
    scope.iter().map(|(name, way)| (name.clone(), way.clone())).chain([(String::new(), way.to_vec())]).collect()
}

/// Returns the scope of a part of an expression whose context is another value.
fn elsewhere(scope: &Scope) -> Scope {
    scope.iter().filter(|(name, _)| !name.is_empty()).map(|(name, way)| (name.clone(), way.clone())).collect()
}

fn further(way: &[String], step: &str) -> Way {
    way.iter().cloned().chain([step.to_owned()]).collect()
}
