//! Prints a tree, and sets the spans of its nodes to their positions in the text.

use std::ops::Range;

use super::ast::{Node, NodeKind, SortTerm};
use super::lexer::ends_name;
use super::parentheses::parenthesize;
use super::parser::{DEPTH, HEIGHT};
use crate::Ast;

/// A tree and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// The tree that [`parse`](crate::parse) returns for the text; `None` if the text does not parse, or if the tree
    /// has a [`NodeKind::Verbatim`].
    pub ast: Option<Ast>,
    /// The positions of the nodes that had a span before, each with the start of that span. Parts are before the whole.
    pub marked: Vec<(usize, Range<usize>)>,
}

/// Prints a tree with `margin` before and after it.
///
/// ```
/// use workflow_jsonata::{Node, parse, print};
///
/// let sum = Node::variable("states").member("input").member("n").binary("+", Node::number(1.0));
/// let printed = print(sum.binary("*", Node::variable("rate")), " ");
/// assert_eq!(printed.text, " ($states.input.n + 1) * $rate ");
/// assert_eq!(printed.ast, parse(&printed.text).ok());
/// ```
pub fn print(root: Node, margin: &str) -> Printed {
    print_with(root, margin, &|_| None)
}

/// Prints a tree. A string literal for which `replace` returns a string is replaced with it.
pub fn print_with(mut root: Node, margin: &str, replace: &dyn Fn(&str) -> Option<String>) -> Printed {
    parenthesize(&mut root);
    let text = margin.to_owned();
    let mut printer = Printer { text, replace, depth: 0, prefix: usize::MAX, parses: true, marked: Vec::new() };
    printer.expression(&mut root);
    let Printer { mut text, parses, marked, .. } = printer;
    text.push_str(margin);
    let parses = parses && root.height <= HEIGHT && super::validation::check(&root).is_ok();
    Printed { text, ast: parses.then_some(Ast { root }), marked }
}

struct Printer<'a> {
    text: String,
    replace: &'a dyn Fn(&str) -> Option<String>,
    /// The number of expressions that the parser has entered.
    depth: usize,
    /// The end of the last sign that begins an operand. JSONata parses a slash there as a division.
    prefix: usize,
    /// Whether the text so far parses to the tree.
    parses: bool,
    marked: Vec<(usize, Range<usize>)>,
}

impl Printer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn prefix(&mut self, sign: &str) {
        self.put(sign);
        self.prefix = self.text.len();
    }

    /// Prints a node that the parser reads as a separate expression.
    fn expression(&mut self, node: &mut Node) {
        self.depth += 1;
        self.parses &= self.depth <= DEPTH;
        self.node(node);
        self.depth -= 1;
    }

    fn list<'n>(&mut self, parts: impl IntoIterator<Item = &'n mut Node>, separator: &str) {
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                self.put(separator);
            }
            self.expression(part);
        }
    }

    /// Prints a node and sets its span.
    fn node(&mut self, node: &mut Node) {
        let start = self.text.len();
        match &mut node.kind {
            NodeKind::Verbatim(text) => {
                self.text.push_str(text);
                self.parses = false;
            }
            NodeKind::Name(name) => self.name(name),
            NodeKind::String(text) => {
                if let Some(other) = (self.replace)(text) {
                    *text = other;
                }
                quote(text, &mut self.text);
            }
            NodeKind::Number(number) => {
                let text = format!("{number:?}");
                self.parses &= number.is_finite() && number.is_sign_positive();
                self.put(text.strip_suffix(".0").unwrap_or(&text));
            }
            NodeKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            NodeKind::Null => self.put("null"),
            NodeKind::Variable(name) => self.variable("$", name),
            NodeKind::Regex { pattern, flags } => {
                self.parses &= self.prefix != self.text.len() && crate::regex::check(pattern).is_ok();
                ["/", pattern, "/", flags].into_iter().for_each(|part| self.put(part));
            }
            NodeKind::Wildcard => self.put("*"),
            NodeKind::Descendants => self.put("**"),
            NodeKind::Parent => self.put("%"),
            NodeKind::Path(steps) => {
                if let Some((first, rest)) = steps.split_first_mut() {
                    self.node(first);
                    for step in rest {
                        self.put(".");
                        self.expression(step);
                    }
                }
            }
            NodeKind::Predicate(left, filter) => {
                self.node(left);
                self.put("[");
                self.expression(filter);
                self.put("]");
            }
            NodeKind::KeepArray(left) => {
                self.node(left);
                self.put("[]");
            }
            NodeKind::Focus(left, name) => self.attached(left, "@$", name),
            NodeKind::Index(left, name) => self.attached(left, "#$", name),
            NodeKind::Group(left, members) => {
                self.node(left);
                self.put("{");
                self.members(members);
            }
            NodeKind::Object(members) => {
                self.prefix("{");
                self.members(members);
            }
            NodeKind::Sort(left, terms) => self.sort(left, terms),
            NodeKind::Negate(inner) => {
                self.prefix("-");
                self.expression(inner);
            }
            NodeKind::Array(items) => {
                self.prefix("[");
                self.items(items);
                self.put("]");
            }
            NodeKind::Range(left, right) => {
                self.expression(left);
                self.put("..");
                self.expression(right);
            }
            NodeKind::Block(expressions) => {
                self.prefix("(");
                self.list(expressions, "; ");
                self.put(")");
            }
            NodeKind::Binary(sign, left, right) => self.infix(left, sign, right),
            NodeKind::Apply(left, right) => self.infix(left, "~>", right),
            NodeKind::Bind(name, value) => {
                self.variable("$", name);
                self.put(" := ");
                self.expression(value);
            }
            NodeKind::Condition(condition, then, otherwise) => {
                self.infix(condition, "?", then);
                if let Some(otherwise) = otherwise {
                    self.put(" : ");
                    self.expression(otherwise);
                }
            }
            NodeKind::Call(procedure, arguments) => {
                self.node(procedure);
                self.put("(");
                self.list(arguments, ", ");
                self.put(")");
            }
            NodeKind::Partial(procedure, arguments) => self.partial(procedure, arguments),
            NodeKind::Lambda { params, signature, body } => {
                self.put("function(");
                for (number, param) in params.iter().enumerate() {
                    self.variable(if number > 0 { ", $" } else { "$" }, param);
                }
                self.put(")");
                self.put(signature.as_deref().unwrap_or_default());
                self.put(" { ");
                self.expression(body);
                self.put(" }");
            }
            NodeKind::Transform { pattern, update, delete } => {
                self.prefix("|");
                self.expression(pattern);
                self.put("|");
                self.list([update].into_iter().chain(delete).map(|part| &mut **part), ", ");
                self.put("|");
            }
        }
        let marked = std::mem::replace(&mut node.span, start..self.text.len());
        if !marked.is_empty() {
            self.marked.push((marked.start, node.span.clone()));
        }
    }

    fn infix(&mut self, left: &mut Node, sign: &str, right: &mut Node) {
        self.node(left);
        [" ", sign, " "].into_iter().for_each(|part| self.put(part));
        self.expression(right);
    }

    fn attached(&mut self, left: &mut Node, sign: &str, name: &str) {
        self.node(left);
        // The parser reads the variable as a separate expression.
        self.parses &= self.depth < DEPTH;
        self.variable(sign, name);
    }

    /// Prints the items of an array. The parser does not read a range as a separate expression.
    fn items(&mut self, items: &mut [Node]) {
        for (number, item) in items.iter_mut().enumerate() {
            if number > 0 {
                self.put(", ");
            }
            match item.kind {
                NodeKind::Range(..) => self.node(item),
                _ => self.expression(item),
            }
        }
    }

    /// Prints the members of an object, after its `{`.
    fn members(&mut self, members: &mut [(Node, Node)]) {
        for (number, (key, value)) in members.iter_mut().enumerate() {
            if number > 0 {
                self.put(", ");
            }
            self.expression(key);
            self.put(": ");
            self.expression(value);
        }
        self.put("}");
    }

    fn sort(&mut self, left: &mut Node, terms: &mut [SortTerm]) {
        self.node(left);
        self.put("^(");
        for (number, SortTerm { descending, key }) in terms.iter_mut().enumerate() {
            if number > 0 {
                self.put(", ");
            }
            if *descending {
                self.put(">");
            }
            self.expression(key);
        }
        self.put(")");
    }

    fn partial(&mut self, procedure: &mut Node, arguments: &mut [Option<Node>]) {
        self.node(procedure);
        self.put("(");
        for (number, argument) in arguments.iter_mut().enumerate() {
            if number > 0 {
                self.put(", ");
            }
            match argument {
                Some(argument) => self.expression(argument),
                None => self.put("?"),
            }
        }
        self.put(")");
    }

    /// Prints a sign that ends in `$`, and the name of a variable.
    fn variable(&mut self, sign: &str, name: &str) {
        self.parses &= !name.bytes().any(ends_name);
        self.put(sign);
        self.put(name);
    }

    /// Prints a name, in backticks unless it is a plain word.
    fn name(&mut self, name: &str) {
        if is_word(name) {
            return self.put(name);
        }
        self.parses &= !name.contains('`');
        ["`", name, "`"].into_iter().for_each(|part| self.put(part));
    }
}

/// Returns whether a string is a name that needs no backticks.
pub(crate) fn is_word(name: &str) -> bool {
    const RESERVED: [&str; 7] = ["and", "or", "in", "true", "false", "null", "function"];
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|other| other.is_ascii_alphanumeric() || other == '_')
        && !RESERVED.contains(&name)
}

/// Prints a string literal. JSONata has no escape for an apostrophe, so a string that contains one is put in double
/// quotes.
fn quote(text: &str, out: &mut String) {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    out.push(quote);
    for ch in text.chars() {
        match ch {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ch if ch == quote => out.extend(['\\', ch]),
            ch if ch.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(ch))),
            ch => out.push(ch),
        }
    }
    out.push(quote);
}
