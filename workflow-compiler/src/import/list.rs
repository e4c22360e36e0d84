//! Lists: paths with `[*]`, parts such as `xs[1..3]`, and calls that give lists.

use workflow_asl::jsonata::{Node, NodeKind};

use super::evidence::joins_lists;
use super::jsonata::{Binds, Reader, Style, Text, has_closure};
use super::same_expression::gives_list;
use super::shapes::{Part, Shapes, is_path};
use super::text::step;

/// The name that the compiler gives to an item.
const ITEM: &str = "item";

/// Whether a path may apply to each item of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    /// It may not: the result would be a sequence.
    Never,
    /// It is in `[…]`, and is a list.
    List,
    /// It is the argument of a function that takes a sequence or a value.
    Argument,
}

/// The types on a path.
#[derive(Default)]
struct PathTypes<'k> {
    shapes: Option<&'k Shapes>,
    /// The number of steps of the root, and what it and each later step give.
    root: usize,
    parts: Vec<Part>,
    /// Whether `[*]` was written.
    joined: bool,
}

impl<'k> PathTypes<'k> {
    fn of(shapes: &'k Shapes, (root, parts): (usize, Vec<Part>)) -> Self {
        Self { shapes: Some(shapes), root, parts, joined: false }
    }

    /// Returns what the steps before this one give.
    fn before(&self, step: usize) -> Part {
        step.checked_sub(self.root).and_then(|at| self.parts.get(at)).copied().unwrap_or(Part::Unknown)
    }

    fn last(&self) -> Part {
        self.parts.last().copied().unwrap_or(Part::Unknown)
    }

    /// Returns whether the next step applies to each item.
    fn is_list(&self, part: Part) -> bool {
        let from_call = matches!(part, Part::Items(_) | Part::List) && self.parts.first() == Some(&part);
        from_call && !self.joined || self.shapes.is_some_and(|shapes| shapes.gives_list(part))
    }

    fn is_optional(&self, part: Part) -> bool {
        self.shapes.is_some_and(|shapes| shapes.is_optional(part))
    }
}

impl<'t> Reader<'t> {
    /// Returns an array constructor as what is a list in the language without it.
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

    /// Returns a path. Where a step applies to each item of a list, and `joins` allows it, `[*]` says so.
    pub(super) fn path(&mut self, node: &'t Node, joins: Joins) -> Option<Text> {
        let mut flat = Vec::new();
        self.flatten(node, &mut flat)?;
        let mut parts = flat.into_iter();
        let Some(PathPart::Value(first)) = parts.next() else { return None };
        let parts: Vec<_> = parts.collect();
        let names: Vec<&str> = parts
            .iter()
            .map_while(|part| match part {
                PathPart::Name(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let (mut out, skip) = match (first.as_str(), names.as_slice()) {
            ("$states", ["input", ..]) => ("state".to_owned(), 1),
            ("$states", ["result", ..]) => ("result".to_owned(), 1),
            ("$states", ["errorOutput", ..]) => ("caught".to_owned(), 1),
            ("$states", ["context", "Execution", "Input", ..]) if !self.here.distributed => ("input".to_owned(), 3),
            ("$states", ["context", "Execution", "Input", ..]) if self.is_item() => ("item".to_owned(), 3),
            ("$states", ["context", "Map", "Item", "Value", ..]) if self.here.selector => ("item".to_owned(), 4),
            ("$states", ["context", "Map", "Item", "Index", ..]) if self.here.selector => ("index".to_owned(), 4),
            ("$states", ["context", ..]) => ("context".to_owned(), 1),
            ("$states", _) => return None,
            _ => (first, 0),
        };
        // Where `?` is, if the state may not have run.
        let root = out.len();
        let is_result = self.known.captures.is_result(&out);
        let mut types = match self.known.shapes {
            Some(shapes) => PathTypes::of(shapes, shapes.steps(node, self.state, &self.parts)),
            None => PathTypes::default(),
        };
        for (number, part) in parts.into_iter().enumerate().skip(skip) {
            // The root of the path is a step too.
            let before = types.before(number + 1);
            match part {
                PathPart::Name(name) => {
                    if types.is_list(before) {
                        if joins == Joins::Never {
                            return None;
                        }
                        types.joined = true;
                        out.push_str("[*]");
                    } else if types.is_optional(before) {
                        out.push('?');
                    }
                    let ident = types.shapes.and_then(|shapes| shapes.ident(before, &name));
                    out.push_str(&step(&ident.unwrap_or(name)));
                }
                PathPart::Index(_) if types.joined => return None,
                PathPart::Index(index) => out.push_str(&format!("[{index}]")),
                PathPart::Value(_) => return None,
            }
        }
        let last = types.last();
        match joins {
            Joins::List if !types.joined && !types.is_list(last) => return None,
            Joins::List | Joins::Argument if types.is_list(last) && (types.joined || joins == Joins::List) => {
                out.push_str("[*]");
            }
            _ if self.style == Style::Absent && is_result && !types.joined => out.insert(root, '?'),
            _ if types.joined && (types.is_optional(last) || self.style == Style::Absent) => out.push('?'),
            _ => {}
        }
        Some((out, Binds::Operand))
    }

    /// Returns whether the input of the execution is the item of a distributed map, whose type is declared.
    fn is_item(&self) -> bool {
        self.known.shapes.is_some_and(|shapes| shapes.execution(self.state) != Part::Unknown)
    }

    /// Returns `xs[a..b]` for the call that makes this part of a list.
    fn slice(&mut self, node: &'t Node) -> Option<String> {
        let NodeKind::Call(function, arguments) = &node.kind else { return None };
        let (NodeKind::Variable(function), [list, Node { kind: NodeKind::Lambda { params, body, .. }, .. }]) =
            (&function.kind, arguments.as_slice())
        else {
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
            let bound = match (&bound.kind, rest.first()) {
                (NodeKind::Number(_), _) => self.expression(bound)?.0,
                (NodeKind::Binary("-", all, back), Some(name)) if is_count_of(all, name) => {
                    let NodeKind::Number(_) = back.kind else { return None };
                    format!("-{}", self.expression(back)?.0)
                }
                // `n < 0 ? $count($all) + n : n`
                (NodeKind::Block(parts), Some(name)) => match parts.as_slice() {
                    [Node { kind: NodeKind::Condition(_, from_end, Some(bound)), .. }] if matches!(&from_end.kind, NodeKind::Binary("+", all, _) if is_count_of(all, name)) => {
                        self.within(bound, Binds::Sum)?
                    }
                    _ => return None,
                },
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
        let NodeKind::Call(function, arguments) = &node.kind else { return None };
        let (NodeKind::Variable(function), [list, Node { kind: NodeKind::Lambda { params, body, .. }, .. }]) =
            (&function.kind, arguments.as_slice())
        else {
            return None;
        };
        let [item] = params.as_slice() else { return None };
        // A user's own function has other names.
        if function != "map" || !item.starts_with(ITEM) || !is_path(body) {
            return None;
        }
        let mut steps = Vec::new();
        self.flatten(body, &mut steps)?;
        let mut out = format!("{}[*]", self.within(list, Binds::Operand)?);
        let mut steps = steps.into_iter();
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

    /// Returns the parts of a step, in order: its start or a name, then its indices.
    fn flatten(&mut self, node: &'t Node, parts: &mut Vec<PathPart>) -> Option<()> {
        match &node.kind {
            NodeKind::Predicate(value, index) => {
                self.flatten(value, parts)?;
                parts.push(PathPart::Index(self.index(index)?));
            }
            NodeKind::Name(name) => parts.push(PathPart::Name(name.clone())),
            NodeKind::Path(steps) => {
                for step in steps {
                    self.flatten(step, parts)?;
                }
            }
            _ => parts.push(PathPart::Value(self.within(node, Binds::Operand)?)),
        }
        Some(())
    }
}

/// A part of a path.
enum PathPart {
    Value(String),
    Name(String),
    Index(String),
}

/// Returns whether a node is `$count($name)`.
fn is_count_of(node: &Node, name: &str) -> bool {
    let NodeKind::Call(function, arguments) = &node.kind else { return false };
    let is = |node: &Node, name: &str| matches!(&node.kind, NodeKind::Variable(known) if known == name);
    is(function, "count") && matches!(arguments.as_slice(), [only] if is(only, name))
}
