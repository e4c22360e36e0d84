//! The names that an expression uses: members of `$states`, variables, functions, and what refers to nothing.

use std::ops::Range;

use super::ast::{Node, NodeKind};
use super::shape::bare;
use crate::nearest::nearest;
use crate::syntax_error::SyntaxError;

/// The functions that an expression may call: those of JSONata 2.0 without `$eval`, and the service's own.
pub const BUILT_IN_FUNCTIONS: &[&str] = &[
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "power",
    "random",
    "range",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
    "zip",
];

/// What an expression refers to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Members of `$states`, such as `input`; an empty name where `$states` is used whole.
    pub states: Vec<Use>,
    /// Variables that the expression does not bind itself, without `$`: the workflow's, and functions handed on
    /// as values.
    pub variables: Vec<Use>,
    /// Functions called by a name that the expression does not bind itself, without `$`.
    pub calls: Vec<Use>,
    /// What the service refuses although it is good JSONata; see [`super::Ast::unsupported`].
    pub unsupported: Vec<SyntaxError>,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Without `$`.
    pub name: String,
    /// In bytes of the expression, with the `$`.
    pub span: Range<usize>,
}

pub(super) fn names(root: &Node) -> Names {
    let mut walk = Walk { names: Names::default(), bound: Vec::new() };
    walk.node(root, false);
    walk.names
}

struct Walk {
    names: Names,
    /// The variables in scope that the expression binds.
    bound: Vec<String>,
}

impl Walk {
    fn refuse(&mut self, node: &Node, message: String, help: Option<String>) {
        self.names.unsupported.push(SyntaxError { offset: node.span.start, message, help });
    }

    fn variable(&mut self, node: &Node, name: &str, inner: bool) {
        let used = Use { name: name.to_owned(), span: node.span.clone() };
        match name {
            "" if inner => {}
            "" => {
                let help = "the state's input is `$states.input`".to_owned();
                self.refuse(node, "Reference to '$' at the top level is not supported.".to_owned(), Some(help));
            }
            "$" => {
                let help = "the state's input is `$states.input`".to_owned();
                self.refuse(node, "Reference to '$$' is not supported.".to_owned(), Some(help));
            }
            "states" => self.names.states.push(Use { name: String::new(), ..used }),
            name if self.bound.iter().any(|bound| bound == name) => {}
            "eval" => self.refuse(node, "Function '$eval' is not supported.".to_owned(), None),
            _ => self.names.variables.push(used),
        }
    }

    fn called(&mut self, procedure: &Node, inner: bool) {
        match &procedure.kind {
            NodeKind::Variable(name) if !name.is_empty() && !matches!(name.as_str(), "$" | "states" | "eval") => {
                if !self.bound.contains(name) {
                    self.names.calls.push(Use { name: name.clone(), span: procedure.span.clone() });
                }
            }
            _ => self.node(procedure, inner),
        }
    }

    /// `inner` says that there is a context value: inside a predicate, a later step, a function.
    fn node(&mut self, node: &Node, inner: bool) {
        match &node.kind {
            NodeKind::Name(name) if !inner => self.field(node, name),
            NodeKind::Variable(name) => self.variable(node, name, inner),
            NodeKind::Path(steps) => self.path(steps, inner),
            NodeKind::Predicate(left, filter) => {
                self.node(left, inner);
                self.node(filter, true);
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
                self.node(body, true);
                self.bound.truncate(outer);
            }
            NodeKind::Transform { .. } => node.parts().into_iter().for_each(|part| self.node(part, true)),
            NodeKind::Call(procedure, _) | NodeKind::Partial(procedure, _) => {
                self.called(procedure, inner);
                node.parts().into_iter().skip(1).for_each(|argument| self.node(argument, inner));
            }
            NodeKind::Apply(left, function) => {
                self.node(left, inner);
                self.called(function, inner);
            }
            _ => node.parts().into_iter().for_each(|part| self.node(part, inner)),
        }
    }

    fn field(&mut self, node: &Node, name: &str) {
        let help = if BUILT_IN_FUNCTIONS.contains(&name) {
            format!("a function is called as `${name}(...)`, a text stands in quotes")
        } else {
            match nearest(name, ["true", "false", "null"]) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!(
                        "write `$states.input.{name}` for the state's input, `${name}` for a variable, quotes for a text"
                    )
                }
            }
        };
        self.refuse(node, format!("Reference to '{name}' at the top level is not supported."), Some(help));
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
                let span = first.span.start..step.span.end;
                self.names.states.push(Use { name: name.clone(), span });
            }
            _ => match &bare(first).kind {
                // Where it is a step, a text is a field's name.
                NodeKind::String(name) if !inner => self.field(bare(first), name),
                _ => self.node(first, inner),
            },
        }
        // What `@` and `#` bind goes on to a sort or a grouping after the path.
        rest.iter().for_each(|step| self.node(step, true));
    }
}
