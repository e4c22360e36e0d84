//! Lists: parts such as `xs[1..3]`, and calls that give lists.

use workflow_asl::jsonata::{Node, NodeKind, called};

use super::evidence::joins_lists;
use super::jsonata::{Binds, Reader, Style, Text, has_closure};
use super::same_expression::{bare, gives_list};
use super::shapes::is_path;
use super::steps::{Joins, PathPart};
use super::text::step;

/// The name that the compiler gives to an item.
const ITEM: &str = "item";

impl<'t> Reader<'t> {
    /// Returns the content of an array constructor that the language writes as a list without the constructor.
    pub(super) fn list(&mut self, items: &'t [Node]) -> Option<Text> {
        let [only] = items else { return None };
        if let NodeKind::Range(first, last) = &only.kind {
            return Some((format!("[{}]", self.range(first, last)?), Binds::Operand));
        }
        let call = match &only.kind {
            NodeKind::KeepArray(inner) => inner,
            _ => only,
        };
        if is_path(call) && self.known.shapes.is_some() {
            return self.path(call, Joins::List);
        }
        if let NodeKind::Call(_, arguments) = &call.kind
            && joins_lists(arguments)
        {
            let list = self.within(arguments.first()?, Binds::Operand)?;
            // The lists in `xs[*]` are joined by `xs[*][*]`.
            let each = if list.ends_with("[*]") { "" } else { "[*]" };
            return Some((format!("{list}{each}[*]"), Binds::Operand));
        }
        if self.style != Style::Explicit
            && let Some(list) = self.slice(call).or_else(|| self.each(call))
        {
            return Some((list, Binds::Operand));
        }
        match &call.kind {
            NodeKind::Call(function, arguments)
                if has_closure(arguments) || self.style != Style::Explicit && gives_list(function) =>
            {
                self.call(function, arguments.iter().collect())
            }
            _ => None,
        }
    }

    /// Returns `xs[a..b]` for the call that makes this part of a list.
    fn slice(&mut self, node: &'t Node) -> Option<String> {
        let (function, [list, Node { kind: NodeKind::Lambda { params, body, .. }, .. }]) = called(node)? else {
            return None;
        };
        let [_, index, rest @ ..] = params.as_slice() else { return None };
        if function != "filter" || rest.len() > 1 {
            return None;
        }
        let mut bounds = [None, None];
        let conditions = match &body.kind {
            NodeKind::Binary("and", left, right) => vec![&**left, &**right],
            _ => vec![&**body],
        };
        for condition in conditions {
            let NodeKind::Binary(sign @ (">=" | "<"), left, bound) = &condition.kind else { return None };
            if left.kind != NodeKind::Variable(index.clone()) {
                return None;
            }
            let bound = match (&bare(bound).kind, rest.first()) {
                (NodeKind::Number(_), _) => self.expression(bound)?.0,
                (NodeKind::Binary("-", all, back), Some(name)) if is_count_of(all, name) => {
                    let NodeKind::Number(_) = back.kind else { return None };
                    format!("-{}", self.expression(back)?.0)
                }
                // `n < 0 ? $count($all) + n : n`
                (NodeKind::Condition(_, from_end, Some(bound)), Some(name)) if matches!(&from_end.kind, NodeKind::Binary("+", all, _) if is_count_of(all, name)) => {
                    self.within(bound, Binds::Sum)?
                }
                _ => return None,
            };
            let place = bounds.get_mut(usize::from(*sign == "<"))?;
            if place.replace(bound).is_some() {
                return None;
            }
        }
        let list = self.within(list, Binds::Operand)?;
        let [from, to] = bounds.map(Option::unwrap_or_default);
        Some(format!("{list}[{from}..{to}]"))
    }

    /// Returns `xs[*].a` for the call that reads a part of each item, where the part may be a list.
    fn each(&mut self, node: &'t Node) -> Option<String> {
        let (function, [list, Node { kind: NodeKind::Lambda { params, body, .. }, .. }]) = called(node)? else {
            return None;
        };
        let [item] = params.as_slice() else { return None };
        // A user's own function has other names.
        if function != "map" || !item.starts_with(ITEM) || !is_path(body) {
            return None;
        }
        let mut steps = self.path_parts(body)?.into_iter();
        let mut out = format!("{}[*]", self.within(list, Binds::Operand)?);
        if !matches!(steps.next(), Some(PathPart::Value(root)) if root == format!("${item}")) {
            return None;
        }
        for part in steps {
            match part {
                PathPart::Name(name) => out.push_str(&step(&name)),
                PathPart::Index(index) => out.push_str(&format!("[{index}]")),
                PathPart::Value(_) => return None,
            }
        }
        if self.style == Style::Absent {
            out.push('?');
        }
        Some(out)
    }
}

/// Returns whether a node is `$count($name)`.
fn is_count_of(node: &Node, name: &str) -> bool {
    matches!(called(node), Some(("count", [Node { kind: NodeKind::Variable(known), .. }])) if known == name)
}
