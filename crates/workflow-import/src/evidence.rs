//! What expressions show of the types of the values that they read.

use workflow_asl::Pointer;
use workflow_asl::jsonata::{Node, NodeKind, called};

use super::same_expression::defaulted;
use super::shapes::{Parameters, Part, Place, Scalar, Shapes, flatten, is_item_parameter, is_path};

impl Shapes {
    /// Records the shapes that an expression shows.
    pub(super) fn visit<'n>(&mut self, node: &'n Node, state: &Pointer, parameters: &mut Parameters<'n>) {
        match &node.kind {
            NodeKind::Call(..) => {
                if let Some((function, arguments)) = called(node) {
                    self.call(function, arguments, state, parameters);
                }
                return;
            }
            NodeKind::Array(items) => match items.as_slice() {
                [Node { kind: NodeKind::Range(..), .. }] => {}
                [only] if is_path(only) => self.becomes_list(only, false, state, parameters),
                [only] => {
                    // Otherwise, the compiler would write `[]` after the call.
                    if let (NodeKind::Call(..), Part::Items(item)) = (&only.kind, self.part(only, state, parameters)) {
                        self.change(item, |shape| shape.is_single = true);
                    }
                }
                _ => {}
            },
            NodeKind::Range(first, last) => {
                for bound in [first, last] {
                    self.has_scalar(self.part(bound, state, parameters), Some(Scalar::Integer));
                }
            }
            NodeKind::Predicate(list, index) => {
                if let Part::One(place) = self.part(list, state, parameters) {
                    self.lists(place, 1);
                }
                self.has_scalar(self.part(index, state, parameters), Some(Scalar::Integer));
            }
            // Its members are declared, whatever they are.
            NodeKind::Path(_) => {
                self.part(node, state, parameters);
            }
            NodeKind::Binary(sign, left, right) => self.binary(sign, left, right, state, parameters),
            NodeKind::Negate(value) => self.has_scalar(self.part(value, state, parameters), Some(Scalar::Number)),
            NodeKind::Condition(condition, _, no) => match (defaulted(condition), no) {
                (Some(value), Some(no)) => {
                    let part = self.part(value, state, parameters);
                    self.may_be_absent(value, part);
                    self.has_scalar(part, scalar(no));
                    if let (Part::One(place), true) = (part, is_empty_list(no)) {
                        self.lists(place, 1);
                    }
                }
                _ => self.has_scalar(self.part(condition, state, parameters), Some(Scalar::Bool)),
            },
            _ => {}
        }
        for child in node.children() {
            self.visit(child, state, parameters);
        }
    }

    /// Notes that a member may be absent. After an index, it is the item that may be.
    fn may_be_absent(&self, value: &Node, part: Part) {
        let mut steps = Vec::new();
        flatten(value, &mut steps);
        let is_indexed = steps.iter().any(|step| matches!(step.kind, NodeKind::Predicate(..)));
        if let (Part::One(place @ Place { level: 0, .. }), false) = (part, is_indexed) {
            self.change(place, |shape| shape.optional = true);
        }
    }

    fn binary(&mut self, sign: &str, left: &Node, right: &Node, state: &Pointer, parameters: &Parameters<'_>) {
        let parts = [left, right].map(|side| self.part(side, state, parameters));
        match sign {
            "and" | "or" => parts.into_iter().for_each(|part| self.has_scalar(part, Some(Scalar::Bool))),
            "+" | "-" | "*" | "/" | "%" => {
                parts.into_iter().for_each(|part| self.has_scalar(part, Some(Scalar::Number)))
            }
            "in" => {
                if let Part::One(place) = parts[1] {
                    self.lists(place, 1);
                }
                self.has_scalar(parts[1], scalar(left));
                self.has_scalar(parts[0], scalar_of_items(right));
            }
            "=" | "!=" | "<" | "<=" | ">" | ">=" => {
                self.has_scalar(parts[0], scalar(right));
                self.has_scalar(parts[1], scalar(left));
                if let [Part::One(left), Part::One(right)] = parts {
                    self.compared.push((left, right, !matches!(sign, "=" | "!=")));
                }
            }
            _ => {}
        }
    }

    fn call<'n>(&mut self, function: &str, arguments: &'n [Node], state: &Pointer, parameters: &mut Parameters<'n>) {
        let first = arguments.first();
        let part = first.map_or(Part::Unknown, |first| self.part(first, state, parameters));
        let mut item = Part::Unknown;
        match function {
            "reduce" if joins_lists(arguments) => {
                if let Part::Items(place) = part {
                    self.lists(place, 1);
                } else if let Some(Node { kind: NodeKind::Array(items), .. }) = first
                    && let [only] = items.as_slice()
                    && let Part::One(place) = self.part(only, state, parameters)
                {
                    self.lists(place, 2);
                }
            }
            "map" | "filter" | "single" | "reduce" | "sort" | "reverse" | "distinct" => {
                if let Part::One(place) = part {
                    self.lists(place, 1);
                }
                item = self.item_of(part).map_or(Part::Unknown, Part::One);
            }
            "sum" | "max" | "min" | "average" | "count" | "join" => {
                if let Some(list) = first.filter(|first| is_path(first)) {
                    self.becomes_list(list, true, state, parameters);
                }
                let items = first.map_or(Part::Unknown, |first| self.part(first, state, parameters));
                if let (Some(Node { kind: NodeKind::Call(..), .. }), Part::Items(item)) = (first, items) {
                    self.change(item, |shape| shape.is_single = true);
                }
                match function {
                    "count" => {}
                    "join" => self.has_scalar(items, Some(Scalar::Text)),
                    _ => self.has_scalar(items, Some(Scalar::Number)),
                }
            }
            "not" => self.has_scalar(part, Some(Scalar::Bool)),
            "exists" => first.into_iter().for_each(|value| self.may_be_absent(value, part)),
            "length" | "uppercase" | "lowercase" | "trim" | "substring" | "contains" | "match" | "replace" => {
                self.has_scalar(part, Some(Scalar::Text));
            }
            _ => {}
        }
        for argument in arguments {
            let NodeKind::Lambda { params, body, .. } = &argument.kind else {
                self.visit(argument, state, parameters);
                continue;
            };
            let outer = parameters.len();
            for (number, name) in params.iter().enumerate() {
                let is_item = is_item_parameter(function, number);
                parameters.push((name, if is_item { item } else { Part::Unknown }));
            }
            self.visit(body, state, parameters);
            let gives = self.part(body, state, parameters);
            if matches!(function, "filter" | "single" | "sort" | "sift") {
                self.has_scalar(gives, Some(Scalar::Bool));
            }
            parameters.truncate(outer);
        }
    }

    /// Notes a path that is written as a list: one of the values on it is a list, the last one only if `with_last`.
    fn becomes_list(&mut self, path: &Node, with_last: bool, state: &Pointer, parameters: &Parameters<'_>) {
        let (_, parts) = self.steps(path, state, parameters);
        self.has_lists = true;
        let Some((root, steps)) = parts.split_first() else { return };
        let mut places: Vec<_> = steps.iter().filter_map(|part| part.place()).collect();
        let is_list = match root {
            Part::Items(_) | Part::List => true,
            part => self.gives_list(*part),
        };
        if !with_last && let Some(last) = places.pop() {
            self.change(last, |shape| shape.is_single = true);
        }
        if !places.is_empty() {
            self.paths.push((is_list, places));
        }
    }

    /// Decides the open questions after all expressions were read.
    pub(super) fn settle(&mut self) {
        for (mut is_list, places) in std::mem::take(&mut self.paths) {
            // All of them may be lists: the expression is the same.
            for place in places.iter().filter(|place| self.is_plural(**place) && !self.is_list(**place)) {
                self.lists(*place, 1);
            }
            is_list |= places.iter().any(|place| self.is_list(*place));
            if let Some(first) = places.first().filter(|_| !is_list) {
                self.lists(*first, 1);
            }
        }
        for _ in 0..3 {
            for (left, right, is_order) in self.compared.clone() {
                let known = self.scalar(left).or(self.scalar(right)).or(is_order.then_some(Scalar::Number));
                if known != Some(Scalar::Mixed) {
                    [left, right].into_iter().for_each(|side| self.has_scalar(Part::One(side), known));
                }
            }
        }
    }
}

pub(super) fn is_empty_list(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Array(items) if items.is_empty())
}

/// Returns whether the arguments of `$reduce` join the lists in a list.
pub(super) fn joins_lists(arguments: &[Node]) -> bool {
    let [_, Node { kind: NodeKind::Variable(function), .. }, start] = arguments else { return false };
    function == "append" && is_empty_list(start)
}

/// Returns the kind of a literal.
fn scalar(node: &Node) -> Option<Scalar> {
    match &node.kind {
        NodeKind::String(_) => Some(Scalar::Text),
        NodeKind::Bool(_) => Some(Scalar::Bool),
        NodeKind::Number(_) => Some(Scalar::Number),
        NodeKind::Negate(inner) => scalar(inner),
        _ => None,
    }
}

fn scalar_of_items(node: &Node) -> Option<Scalar> {
    match &node.kind {
        NodeKind::Array(items) => items.first().and_then(scalar),
        _ => None,
    }
}
