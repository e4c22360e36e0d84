//! JSONata expressions in the language's own syntax.

use workflow_asl::jsonata::{Node, NodeKind, expression, parse};

use super::KeptKind;
use super::printer::{Spelling, ValuePosition};
use super::text::{array, is_name, key, lines, object, quoted, step};

/// The precedence of an expression.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Unary,
    Operand,
}

/// The text of an expression, and its precedence.
type Text = (String, Binds);

/// Returns the spellings of a string in a JSONata state that is an expression; `None` if it is text.
pub(super) fn spellings(text: &str, here: ValuePosition) -> Option<Vec<Spelling>> {
    let inner = expression(text)?;
    let own = parse(inner).ok().and_then(|ast| match ast.root.kind {
        // As whole values, these are JSON in the document, not expressions.
        NodeKind::Object(_)
        | NodeKind::Array(_)
        | NodeKind::String(_)
        | NodeKind::Number(_)
        | NodeKind::Bool(_)
        | NodeKind::Null => None,
        _ => Reader { text: inner, here }.expression(&ast.root),
    });
    let own = own.map(|(text, _)| Spelling::own(text));
    Some(own.into_iter().chain([Spelling::kept(lines(text), KeptKind::Jsonata)]).collect())
}

struct Reader<'t> {
    text: &'t str,
    here: ValuePosition,
}

impl Reader<'_> {
    fn expression(&self, node: &Node) -> Option<Text> {
        Some(match &node.kind {
            NodeKind::String(text) => (quoted(text), Binds::Operand),
            NodeKind::Number(_) => {
                let text = self.text.get(node.span.clone())?;
                (text.to_owned(), if text.starts_with('-') { Binds::Unary } else { Binds::Operand })
            }
            NodeKind::Bool(value) => (value.to_string(), Binds::Operand),
            NodeKind::Null => ("null".to_owned(), Binds::Operand),
            NodeKind::Variable(name) => (variable(name)?, Binds::Operand),
            NodeKind::Path(steps) => self.path(steps)?,
            NodeKind::Predicate(value, index) => {
                let value = self.within(value, Binds::Operand)?;
                (format!("{value}[{}]", self.index(index)?), Binds::Operand)
            }
            NodeKind::Block(parts) => match parts.as_slice() {
                [only] => self.expression(only)?,
                _ => return None,
            },
            NodeKind::Negate(value) => (format!("-{}", self.within(value, Binds::Operand)?), Binds::Unary),
            NodeKind::Array(items) => {
                let items = items.iter().map(|item| Some(self.expression(item)?.0)).collect::<Option<Vec<_>>>()?;
                (array(&items), Binds::Operand)
            }
            NodeKind::Object(members) => {
                let members = members.iter().map(|(name, value)| match &name.kind {
                    NodeKind::String(name) => Some(format!("{}: {}", key(name), self.expression(value)?.0)),
                    _ => None,
                });
                (object(&members.collect::<Option<Vec<_>>>()?), Binds::Operand)
            }
            NodeKind::Binary(sign, left, right) => self.binary(sign, left, right)?,
            NodeKind::Condition(condition, yes, Some(no)) => {
                let [condition, yes, no] = [condition, yes, no].map(|part| self.expression(part));
                let ((condition, _), (yes, _), (no, _)) = (condition?, yes?, no?);
                let condition = if condition.contains('{') { format!("({condition})") } else { condition };
                let no = if no.starts_with("if ") { no } else { format!("{{ {no} }}") };
                (format!("if {condition} {{ {yes} }} else {no}"), Binds::Or)
            }
            NodeKind::Call(function, arguments) => self.call(function, arguments)?,
            _ => return None,
        })
    }

    fn within(&self, node: &Node, least: Binds) -> Option<String> {
        let (text, binds) = self.expression(node)?;
        let choice = text.starts_with("if ");
        Some(if binds < least || choice { format!("({text})") } else { text })
    }

    fn index(&self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Number(_)
            | NodeKind::Negate(_)
            | NodeKind::Variable(_)
            | NodeKind::Binary(..)
            | NodeKind::Call(..) => Some(self.expression(node)?.0),
            _ => None,
        }
    }

    fn path(&self, steps: &[Node]) -> Option<Text> {
        let mut flat = Vec::new();
        for step in steps {
            self.flatten(step, &mut flat)?;
        }
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
            ("$states", ["context", "Map", "Item", "Value", ..]) if self.here.selector => ("item".to_owned(), 4),
            ("$states", ["context", "Map", "Item", "Index", ..]) if self.here.selector => ("index".to_owned(), 4),
            ("$states", ["context", ..]) => ("context".to_owned(), 1),
            ("$states", _) => return None,
            _ => (first, 0),
        };
        for part in parts.into_iter().skip(skip) {
            match part {
                PathPart::Name(name) => out.push_str(&step(&name)),
                PathPart::Index(index) => out.push_str(&format!("[{index}]")),
                PathPart::Value(_) => return None,
            }
        }
        Some((out, Binds::Operand))
    }

    /// Returns the parts of a step, in order: its start or a name, then its indices.
    fn flatten(&self, node: &Node, parts: &mut Vec<PathPart>) -> Option<()> {
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

    fn binary(&self, sign: &str, left: &Node, right: &Node) -> Option<Text> {
        let (word, binds, tighter) = match sign {
            "or" => ("||", Binds::Or, Binds::And),
            "and" => ("&&", Binds::And, Binds::Comparison),
            "=" => ("==", Binds::Comparison, Binds::Sum),
            "!=" | "<" | "<=" | ">" | ">=" => (sign, Binds::Comparison, Binds::Sum),
            "+" | "&" => ("+", Binds::Sum, Binds::Product),
            "-" => ("-", Binds::Sum, Binds::Product),
            "*" | "/" | "%" => (sign, Binds::Product, Binds::Unary),
            _ => return None,
        };
        let left = self.within(left, if binds == Binds::Comparison { tighter } else { binds })?;
        let right = self.within(right, tighter)?;
        Some((format!("{left} {word} {right}"), binds))
    }

    fn call(&self, function: &Node, arguments: &[Node]) -> Option<Text> {
        let NodeKind::Variable(name) = &function.kind else { return None };
        if !is_name(name) {
            return None;
        }
        if let ("not", [only]) = (name.as_str(), arguments) {
            return Some((format!("!{}", self.within(only, Binds::Unary)?), Binds::Unary));
        }
        let texts = arguments.iter().map(|one| Some(self.expression(one)?.0)).collect::<Option<Vec<_>>>()?;
        let name = match (name.as_str(), arguments) {
            ("exists", [_]) => "is_present".to_owned(),
            (name, _) => format!("${name}"),
        };
        Some((format!("{name}({})", texts.join(", ")), Binds::Operand))
    }
}

/// A part of a path.
enum PathPart {
    Value(String),
    Name(String),
    Index(String),
}

fn variable(name: &str) -> Option<String> {
    is_name(name).then(|| format!("${name}"))
}
