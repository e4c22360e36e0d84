//! Paths of several steps, with `[*]` where a step applies to each item of a list.

use workflow_asl::jsonata::{Node, NodeKind};

use super::jsonata::{Binds, Reader, Style, Text};
use super::shapes::{Part, Shapes, flatten};
use super::text::step;

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
    /// The number of steps of the root, and the results of the root and of each later step.
    root: usize,
    parts: Vec<Part>,
    /// Whether `[*]` was written.
    joined: bool,
}

impl<'k> PathTypes<'k> {
    fn of(shapes: &'k Shapes, (root, parts): (usize, Vec<Part>)) -> Self {
        Self { shapes: Some(shapes), root, parts, joined: false }
    }

    /// Returns the result of the steps before this step.
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

/// A part of a path.
pub(super) enum PathPart {
    Value(String),
    Name(String),
    Index(String),
}

impl<'t> Reader<'t> {
    /// Returns a path. Where a step applies to each item of a list, and `joins` allows it, `[*]` says so.
    pub(super) fn path(&mut self, node: &'t Node, joins: Joins) -> Option<Text> {
        let mut parts = self.path_parts(node)?.into_iter();
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

    /// Returns the parts of a path, in order: its start, then names and indices.
    pub(super) fn path_parts(&mut self, path: &'t Node) -> Option<Vec<PathPart>> {
        let mut steps = Vec::new();
        flatten(path, &mut steps);
        let part = |step: &'t Node| match &step.kind {
            NodeKind::Predicate(_, index) => Some(PathPart::Index(self.index(index)?)),
            NodeKind::Name(name) => Some(PathPart::Name(name.clone())),
            _ => Some(PathPart::Value(self.within(step, Binds::Operand)?)),
        };
        steps.into_iter().map(part).collect()
    }
}
