//! The values of templates, paths and expressions.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::document::QueryLanguage;
use workflow_asl::intrinsic::{Argument, Function, FunctionCall};
use workflow_asl::jsonata::ast::{Node, NodeKind};
use workflow_asl::jsonata::{self, Names};
use workflow_asl::path::{JsonPath, Root};
use workflow_asl::references::{LiteralKind, LiteralStep};
use workflow_asl::template::{Computed, SUFFIX};

use super::symbol::Symbol;

/// The data of a state's fields.
#[derive(Clone, Debug)]
pub(crate) struct Data<'d> {
    /// `$` of JSONPath; `$states.input` of JSONata.
    pub(crate) input: &'d Symbol,
    /// `$states.result`
    pub(crate) result: Option<&'d Symbol>,
    /// `$$`, `$states.context`
    pub(crate) context: &'d Symbol,
    pub(crate) variables: &'d BTreeMap<String, Symbol>,
}

impl Data<'_> {
    /// Returns the value of a field that contains a template (JSONPath) or any JSON with expressions (JSONata).
    pub(crate) fn template(&self, language: QueryLanguage, value: &Value) -> Symbol {
        match (language, value) {
            (_, Value::Array(items)) => {
                Symbol::Tuple(items.iter().map(|item| self.template(language, item)).collect()).sized()
            }
            (_, Value::Object(members)) => {
                let member = |(name, value): (&String, &Value)| match (language, name.strip_suffix(SUFFIX), value) {
                    (QueryLanguage::JsonPath, Some(name), Value::String(text)) => {
                        (name.to_owned(), self.computed(text))
                    }
                    _ => (name.clone(), self.template(language, value)),
                };
                Symbol::Object { members: members.iter().map(member).collect(), base: None }.sized()
            }
            (QueryLanguage::Jsonata, Value::String(text)) => match jsonata::expression(text) {
                Some(code) => self.jsonata(code),
                None => Symbol::Scalar(value.clone()),
            },
            (_, scalar) => Symbol::Scalar(scalar.clone()),
        }
    }

    /// Returns the value of a path or an intrinsic function.
    pub(crate) fn computed(&self, text: &str) -> Symbol {
        match Computed::parse(text) {
            Ok(Computed::Path(path)) => self.path(&path),
            Ok(Computed::Intrinsic(call)) => {
                if let Some(made) = self.call(&call.call) {
                    return made;
                }
                let of = call.paths().into_iter().map(|path| self.path(path)).collect();
                Symbol::Computed { text: without_paths(text, &call.paths()), of }.sized()
            }
            // A placeholder is an opaque value.
            Err(_) => Symbol::Computed { text: text.to_owned(), of: Vec::new() },
        }
    }

    /// Returns the value that a call makes of its arguments, if it only joins them.
    fn call(&self, call: &FunctionCall) -> Option<Symbol> {
        match (call.function, call.args.as_slice()) {
            (Function::Array, items) => {
                let items = items.iter().map(|item| self.argument(item));
                Some(Symbol::Tuple(items.collect::<Option<_>>()?).sized())
            }
            (Function::JsonMerge, [one, other, _]) => Some(self.argument(one)?.merged(self.argument(other)?)),
            _ => None,
        }
    }

    fn argument(&self, argument: &Argument) -> Option<Symbol> {
        Some(match argument {
            Argument::Path(path) => self.path(path),
            Argument::Call(call) => return self.call(call),
            Argument::String(text) => Symbol::Scalar(text.as_str().into()),
            Argument::Number(number) => Symbol::Scalar(number.clone().into()),
            Argument::Bool(truth) => Symbol::Scalar((*truth).into()),
            Argument::Null => Symbol::Scalar(Value::Null),
            Argument::Template(_) => return None,
        })
    }

    pub(crate) fn path(&self, path: &JsonPath) -> Symbol {
        let root = match path.root() {
            Root::Value => self.input.clone(),
            Root::Context => self.context.clone(),
            Root::Variable(name) => self.variable(name),
        };
        let Some(_) = path.segments() else {
            return Symbol::Computed { text: path.normalized(), of: vec![root] }.sized();
        };
        steps(root, &path.literal_steps())
    }

    fn variable(&self, name: &str) -> Symbol {
        self.variables.get(name).cloned().unwrap_or(Symbol::Unknown)
    }

    fn jsonata(&self, code: &str) -> Symbol {
        match jsonata::parse(code) {
            Ok(ast) => self.node(code, &ast.root, &ast.names()),
            Err(_) => Symbol::Computed { text: code.trim().to_owned(), of: Vec::new() },
        }
    }

    fn node(&self, code: &str, node: &Node, names: &Names) -> Symbol {
        match &node.kind {
            NodeKind::String(_) | NodeKind::Bool(_) | NodeKind::Null | NodeKind::Number(_) | NodeKind::Negate(_) => {
                jsonata::constant(node).map_or_else(|| self.other(code, node, names), Symbol::Scalar)
            }
            NodeKind::Block(parts) if parts.len() == 1 => {
                parts.first().map_or(Symbol::Unknown, |part| self.node(code, part, names))
            }
            NodeKind::Array(items) if !items.iter().any(|item| matches!(item.kind, NodeKind::Range(..))) => {
                let made: Vec<_> = items.iter().map(|item| self.node(code, item, names)).collect();
                // An array in an array literal stays an array, but a path with several results adds its items.
                let single = |(item, symbol): (&Node, &Symbol)| symbol.kind().is_some() || gives(code, item).is_some();
                let certain = items.iter().zip(&made).all(single);
                if certain { Symbol::Tuple(made).sized() } else { Symbol::listed(made).sized() }
            }
            NodeKind::Object(members) => {
                let mut made = BTreeMap::new();
                for (name, value) in members {
                    let NodeKind::String(name) = &name.kind else { return self.other(code, node, names) };
                    made.insert(name.clone(), self.node(code, value, names));
                }
                Symbol::Object { members: made, base: None }.sized()
            }
            NodeKind::Condition(_, then, Some(other)) => self.node(code, then, names).or(self.node(code, other, names)),
            NodeKind::Call(..) => match jsonata::called(node) {
                Some(("merge", [Node { kind: NodeKind::Array(parts), .. }])) => {
                    parts.iter().map(|part| self.node(code, part, names)).fold(Symbol::empty(), Symbol::merged)
                }
                _ => self.other(code, node, names),
            },
            _ => self.other(code, node, names),
        }
    }

    /// Returns the value of a reference, or of an expression over references.
    fn other(&self, code: &str, node: &Node, names: &Names) -> Symbol {
        let inside = |span: &std::ops::Range<usize>| node.span.start <= span.start && span.end <= node.span.end;
        let states = names.states.iter().map(|used| (used, self.states_member(&used.name)));
        let variables = names.variables.iter().filter(|used| !jsonata::is_function(&used.name));
        let variables = variables.map(|used| (used, self.variable(&used.name)));
        let mut of = Vec::new();
        let mut text = code.to_owned();
        let mut used: Vec<_> = states.chain(variables).filter(|(used, _)| inside(&used.span)).collect();
        used.sort_by_key(|(used, _)| std::cmp::Reverse(used.span.start));
        for (used, root) in used {
            let value = steps(root, &used.steps);
            if used.exact && used.whole() == node.span {
                return value;
            }
            text.replace_range(used.whole(), "?");
            of.push(value);
        }
        let end = node.span.end.saturating_sub(code.len().saturating_sub(text.len()));
        let text = text.get(node.span.start..end).unwrap_or(&text);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Symbol::Computed { text, of }.sized()
    }

    fn states_member(&self, name: &str) -> Symbol {
        match name {
            "input" => self.input.clone(),
            "context" => self.context.clone(),
            "result" => self.result.cloned().unwrap_or(Symbol::Unknown),
            "errorOutput" => Symbol::origin(super::symbol::ValueSource::Error),
            _ => Symbol::Unknown,
        }
    }
}

/// Returns the kind of value that a part of an expression certainly gives.
fn gives(code: &str, node: &Node) -> Option<&'static str> {
    let ast = jsonata::parse(code.get(node.span.clone()).unwrap_or_default()).ok()?;
    ast.gives(workflow_asl::placeholder::contained)
}

/// Applies literal steps to a value.
pub(crate) fn steps(root: Symbol, steps: &[LiteralStep]) -> Symbol {
    steps.iter().fold(root, |value, step| match &step.kind {
        LiteralKind::Name(name) => value.member(name),
        LiteralKind::Index(index) => value.member(&format!("[{index}]")),
    })
}

/// Returns the text of a call with `?` in place of its paths.
fn without_paths(text: &str, paths: &[&JsonPath]) -> String {
    let mut text = text.to_owned();
    for path in paths.iter().rev() {
        if text.get(path.range()).is_some() {
            text.replace_range(path.range(), "?");
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
