//! The names that an expression uses: members of `$states`, variables, functions, and names that refer to nothing.

use std::ops::Range;

use crate::functions::{function, is_function};
use crate::syntax::ast::{Node, NodeKind};
use crate::syntax::print::is_word;
use crate::syntax::validation::bare;
use crate::syntax_error::SyntaxError;

/// The members that `$states` can have:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.
pub const STATES_MEMBERS: [&str; 4] = ["input", "context", "result", "errorOutput"];

/// A constant member name or index in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiteralStep {
    /// The member or item.
    pub kind: LiteralKind,
    /// The position in the text, in bytes. An index includes its brackets.
    pub range: Range<usize>,
}

/// What a literal step names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiteralKind {
    /// A member of an object.
    Name(String),
    /// An item of an array, by index from zero. A negative index counts from the end.
    Index(i64),
}

/// The names that an expression uses.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Members of `$states`, such as `input`; an empty name if `$states` is used as a whole.
    pub states: Vec<Use>,
    /// Variables that the expression does not bind itself, without `$`: the workflow's variables, and functions passed
    /// as values.
    pub variables: Vec<Use>,
    /// Functions called by a name that the expression does not bind itself, without `$`.
    pub calls: Vec<Use>,
    /// The spans of uses that only test whether a value exists: `$exists($x)`, `$x ? … : …`.
    pub guarded: Vec<Range<usize>>,
    /// What Step Functions rejects although it is valid JSONata; see [`Ast::unsupported`](crate::Ast::unsupported).
    pub unsupported: Vec<SyntaxError>,
}

/// A name and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name, without `$`.
    pub name: String,
    /// The position in the expression, in bytes, including the `$`.
    pub span: Range<usize>,
    /// The constant names and indices that follow, up to the first step of another kind.
    pub steps: Vec<LiteralStep>,
    /// Whether only those steps follow.
    pub exact: bool,
}

impl Use {
    fn new(name: &str, span: &Range<usize>) -> Self {
        Self { name: name.to_owned(), span: span.clone(), steps: Vec::new(), exact: true }
    }

    /// Returns the span of the use including its steps.
    pub fn whole(&self) -> Range<usize> {
        self.span.start..self.steps.last().map_or(self.span.end, |step| step.range.end)
    }

    /// Adds the steps of the path's nodes after the name.
    fn follow(&mut self, nodes: &[Node]) {
        for node in nodes {
            if !literal_step(node, &mut self.steps) {
                self.exact = false;
                return;
            }
        }
    }
}

/// Adds the indices of a variable. Returns `false` if anything else follows it.
fn literal_indices(node: &Node, steps: &mut Vec<LiteralStep>) -> bool {
    match &node.kind {
        NodeKind::Variable(_) => true,
        NodeKind::KeepArray(inner) => literal_indices(inner, steps),
        NodeKind::Predicate(inner, filter) if literal_indices(inner, steps) => {
            let Some(index) = whole_number(filter) else { return false };
            let start = steps.last().map_or(inner.span.end, |last| last.range.end);
            steps.push(LiteralStep { kind: LiteralKind::Index(index), range: start..node.span.end });
            true
        }
        _ => false,
    }
}

fn whole_number(node: &Node) -> Option<i64> {
    let number = match &node.kind {
        NodeKind::Number(number) => *number,
        NodeKind::Negate(inner) => match inner.kind {
            NodeKind::Number(number) => -number,
            _ => return None,
        },
        _ => return None,
    };
    // `as` saturates, and no array is that long.
    (number.fract() == 0.0).then_some(number as i64)
}

/// Adds the steps of a path's node. Returns `false` if it is more than names and indices.
fn literal_step(node: &Node, steps: &mut Vec<LiteralStep>) -> bool {
    let kind = match &node.kind {
        // As a step, a string is a field name.
        NodeKind::Name(name) | NodeKind::String(name) => LiteralKind::Name(name.clone()),
        NodeKind::KeepArray(inner) => return literal_step(inner, steps),
        NodeKind::Predicate(inner, filter) => {
            if !literal_step(inner, steps) {
                return false;
            }
            match whole_number(filter) {
                Some(index) => LiteralKind::Index(index),
                None => return false,
            }
        }
        _ => return false,
    };
    let start = steps.last().map_or(node.span.start, |last| last.range.end.max(node.span.start));
    steps.push(LiteralStep { kind, range: start..node.span.end });
    true
}

pub(crate) fn names(root: &Node) -> Names {
    let mut walk = Walk { names: Names::default(), bound: Vec::new() };
    walk.node(root, false);
    walk.names
}

/// Returns the span of the name that a path begins with, as in [`Use`].
fn head(node: &Node) -> Option<Range<usize>> {
    match &node.kind {
        NodeKind::Variable(_) => Some(node.span.clone()),
        NodeKind::Predicate(inner, _) | NodeKind::KeepArray(inner) => head(inner),
        NodeKind::Block(inner) => inner.first().filter(|_| inner.len() == 1).and_then(head),
        NodeKind::Path(steps) => {
            let (first, rest) = steps.split_first()?;
            let span = head(first)?;
            let states = matches!(&first.kind, NodeKind::Variable(name) if name == "states");
            let end = rest.first().map(bare).filter(|_| states).map_or(span.end, |member| member.span.end);
            Some(span.start..end)
        }
        _ => None,
    }
}

struct Walk {
    names: Names,
    /// The variables in scope that the expression binds.
    bound: Vec<String>,
}

impl Walk {
    /// Refuses a name, once however often it occurs, as the service does.
    fn refuse(&mut self, node: &Node, message: String, help: Option<String>, instead: Option<&str>) {
        if self.names.unsupported.iter().any(|known| known.message == message) {
            return;
        }
        let instead = instead.map(|text| Box::new((node.span.len(), text.to_owned())));
        self.names.unsupported.push(SyntaxError { help, instead, ..SyntaxError::new(node.span.start, message) });
    }

    fn variable(&mut self, node: &Node, name: &str, inner: bool) {
        let used = Use::new(name, &node.span);
        match name {
            "" if inner => {}
            "" => {
                let help = "the state's input is `$states.input`".to_owned();
                self.refuse(
                    node,
                    "Reference to '$' at the top level is not supported.".to_owned(),
                    Some(help),
                    Some("$states.input"),
                );
            }
            "$" => {
                let help = "the state's input is `$states.input`, the context object `$states.context`".to_owned();
                self.refuse(
                    node,
                    "Reference to '$$' is not supported.".to_owned(),
                    Some(help),
                    Some("$states.context"),
                );
            }
            "states" => self.names.states.push(Use { name: String::new(), ..used }),
            name if self.bound.iter().any(|bound| bound == name) => {}
            _ => self.names.variables.push(used),
        }
    }

    fn called(&mut self, procedure: &Node, inner: bool) {
        match &procedure.kind {
            NodeKind::Variable(name) if !name.is_empty() && !matches!(name.as_str(), "$" | "states") => {
                if !self.bound.contains(name) {
                    self.names.calls.push(Use::new(name, &procedure.span));
                }
            }
            _ => self.node(procedure, inner),
        }
    }

    /// `inner` means that a context value exists: inside a predicate, a later step, or a function.
    fn node(&mut self, node: &Node, inner: bool) {
        match &node.kind {
            NodeKind::Name(name) if !inner => self.field(node, name),
            NodeKind::Variable(name) => self.variable(node, name, inner),
            NodeKind::Path(steps) => self.path(steps, inner),
            NodeKind::Predicate(left, filter) => {
                let before = self.names.variables.len();
                self.node(left, inner);
                self.node(filter, true);
                if let (NodeKind::Variable(_), Some(used)) = (&bare(left).kind, self.names.variables.get_mut(before)) {
                    used.steps.clear();
                    used.exact = literal_indices(node, &mut used.steps);
                }
            }
            NodeKind::Sort(left, terms) => {
                self.node(left, inner);
                terms.iter().for_each(|term| self.node(&term.key, true));
            }
            NodeKind::Group(left, pairs) => {
                self.node(left, inner);
                pairs.iter().flat_map(|(key, value)| [key, value]).for_each(|part| self.node(part, true));
            }
            NodeKind::Focus(left, name) | NodeKind::Index(left, name) => {
                self.node(left, inner);
                self.bound.push(name.clone());
            }
            NodeKind::Block(expressions) => {
                let outer = self.bound.len();
                expressions.iter().for_each(|expression| self.node(expression, inner));
                self.bound.truncate(outer);
            }
            NodeKind::Bind(name, value) => {
                // A function may call itself by the name it is bound to.
                if matches!(value.kind, NodeKind::Lambda { .. }) {
                    self.bound.push(name.clone());
                    self.node(value, inner);
                } else {
                    self.node(value, inner);
                    self.bound.push(name.clone());
                }
            }
            NodeKind::Lambda { params, body, .. } => {
                let outer = self.bound.len();
                self.bound.extend(params.iter().cloned());
                // A function's `$` is the context value of the place where it is defined.
                self.node(body, inner);
                self.bound.truncate(outer);
            }
            NodeKind::Transform { .. } => node.children().into_iter().for_each(|part| self.node(part, true)),
            NodeKind::Condition(test, ..) => {
                self.names.guarded.extend(head(test));
                node.children().into_iter().for_each(|part| self.node(part, inner));
            }
            NodeKind::Call(procedure, _) | NodeKind::Partial(procedure, _) => {
                if matches!(&procedure.kind, NodeKind::Variable(name) if function(name).is_some_and(|known| known.asking))
                {
                    self.names.guarded.extend(node.children().into_iter().skip(1).filter_map(head));
                }
                self.called(procedure, inner);
                node.children().into_iter().skip(1).for_each(|argument| self.node(argument, inner));
            }
            NodeKind::Apply(left, function) => {
                self.node(left, inner);
                self.called(function, inner);
            }
            _ => node.children().into_iter().for_each(|part| self.node(part, inner)),
        }
    }

    fn field(&mut self, node: &Node, name: &str) {
        let help = if is_function(name) {
            format!("call a function as `${name}(...)`, and put a string in quotes")
        } else {
            match near_literal(name) {
                _ if name.contains("${") => {
                    "backquotes hold a name: join texts with `&`, `'Hello ' & $name`".to_owned()
                }
                _ if !is_word(name) => format!("backquotes hold a name: a string has quotes, `'{name}'`"),
                _ if name == "undefined" => "`$exists(…)` tests whether there is a value".to_owned(),
                _ if name == "states" => "did you mean `$states`?".to_owned(),
                _ if STATES_MEMBERS.contains(&name) => format!("did you mean `$states.{name}`?"),
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!(
                        "write `$states.input.{name}` for the state's input, `${name}` for a variable, quotes for a string"
                    )
                }
            }
        };
        self.refuse(node, format!("Reference to '{name}' at the top level is not supported."), Some(help), None);
    }

    fn path(&mut self, steps: &[Node], inner: bool) {
        let Some((first, rest)) = steps.split_first() else { return };
        let states = matches!(&first.kind, NodeKind::Variable(name) if name == "states");
        let member = rest.first().map(bare).and_then(|step| match &step.kind {
            NodeKind::Name(name) | NodeKind::String(name) => Some((name, step)),
            _ => None,
        });
        match (states, member) {
            (true, Some((name, step))) => {
                let mut used = Use::new(name, &(first.span.start..step.span.end));
                used.follow(rest);
                // The first step is the member itself.
                used.steps = used.steps.split_off(used.steps.len().min(1));
                self.names.states.push(used);
            }
            _ => match &bare(first).kind {
                // As a step, a string is a field name.
                NodeKind::String(name) if !inner => self.field(bare(first), name),
                NodeKind::Variable(_) => {
                    let before = self.names.variables.len();
                    self.node(first, inner);
                    // The first one added is the variable itself; others are in its predicates.
                    if let Some(used) = self.names.variables.get_mut(before).filter(|used| used.exact) {
                        used.follow(rest);
                    }
                }
                _ => self.node(first, inner),
            },
        }
        // Variables bound by `@` and `#` stay in scope in a sort or a grouping after the path.
        rest.iter().for_each(|step| self.node(step, true));
    }
}

/// Returns `true`, `false` or `null` if a name is within a few edits of it.
fn near_literal(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    ["true", "false", "null"].into_iter().find(|literal| {
        let longer = name.chars().count().max(literal.len());
        // Two edits in five letters.
        edits(&name, literal) * 5 <= longer * 2
    })
}

/// Returns the edit distance of two texts.
fn edits(one: &str, other: &str) -> usize {
    // The distances from the processed part of `one` to each prefix of `other`.
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(other.chars()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            *cell = changed.min(left + 1).min(diagonal + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
