//! The parameters of a task that a document contains, as texts with slots.

use std::ops::Range;

use serde_json::{Map, Value};
use workflow_iam::pattern::{ANY, joined, literal};
use workflow_iam::{MACHINE, Values};

use crate::document::QueryLanguage;
use crate::intrinsic::{Argument, Function};
use crate::jsonata::{self, Expressions, Node, NodeKind};
use crate::placeholder;
use crate::template::{Computed, SUFFIX};

/// The maximum number of possible texts of a parameter; beyond it, the parameter is unknown.
const MAX_TEXTS: usize = 16;

/// A task's request.
pub(super) struct Request<'a> {
    value: Option<&'a Value>,
    language: QueryLanguage,
    expressions: &'a Expressions,
}

impl<'a> Request<'a> {
    /// Creates the request; an absent value is the state's input.
    pub(super) fn new(value: Option<&'a Value>, language: QueryLanguage, expressions: &'a Expressions) -> Self {
        Self { value, language, expressions }
    }

    /// Returns the top-level members that it certainly has, without `.$`.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let members = self.value.and_then(Value::as_object);
        members.into_iter().flat_map(Map::keys).map(|key| key.strip_suffix(SUFFIX).unwrap_or(key))
    }

    /// Returns the values of a parameter, given by a path with dots, `[]` for each element of a list, and `*` at the end
    /// for the names of all members. The value `*` is only known at run time.
    pub(super) fn find(&self, path: &str) -> Values {
        let mut found = Vec::new();
        match self.value {
            Some(value) => self.walk(value, Some(path), &mut found),
            None => found.push(any()),
        }
        found
    }

    /// Returns the request; `None` if it is the state's input.
    pub(super) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    pub(super) fn language(&self) -> QueryLanguage {
        self.language
    }

    /// Returns whether it may be present.
    pub(super) fn may_have(&self, path: &str) -> bool {
        self.find(path).iter().any(Option::is_some)
    }

    fn walk(&self, value: &Value, path: Option<&str>, found: &mut Values) {
        let Some(path) = path else { return self.texts(value, found) };
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let Value::Object(members) = value else {
            return found.push(any());
        };
        if name == ANY {
            let names = members.keys().map(|name| name.strip_suffix(SUFFIX).unwrap_or(name));
            return found.extend(names.map(|name| Some(open_text(name))));
        }
        let key = name.trim_end_matches("[]");
        match members.get(key) {
            Some(Value::Array(items)) if key != name => {
                items.iter().for_each(|item| self.walk(item, rest, found));
            }
            Some(_) if key != name => found.push(any()),
            Some(Value::Null) => found.push(None),
            Some(value) => self.walk(value, rest, found),
            None => match members.get(&format!("{key}{SUFFIX}")) {
                Some(Value::String(text)) if self.is_path_language() && rest.is_none() && key == name => {
                    self.computed(text, found);
                }
                Some(_) if self.is_path_language() => found.push(any()),
                _ if members.keys().any(|key| placeholder::contained(key)) => found.push(any()),
                _ => found.push(None),
            },
        }
    }

    fn is_path_language(&self) -> bool {
        self.language == QueryLanguage::JsonPath
    }

    fn texts(&self, value: &Value, found: &mut Values) {
        match value {
            Value::String(text) => match jsonata::expression(text) {
                Some(expression) if !self.is_path_language() => self.expression(expression, found),
                _ => found.push(Some(open_text(text))),
            },
            Value::Number(number) => found.push(Some(number.to_string())),
            Value::Bool(truth) => found.push(Some(truth.to_string())),
            _ => found.push(any()),
        }
    }

    /// Evaluates a key that ends in `.$`.
    fn computed(&self, text: &str, found: &mut Values) {
        found.push(match Computed::parse(text) {
            Ok(Computed::Path(path)) if path.source() == "$$.StateMachine.Id" => Some(itself()),
            Ok(Computed::Intrinsic(call)) if call.call.function == Function::Format => match call.call.args.first() {
                Some(Argument::Template(pieces)) => {
                    let pieces: Vec<_> = pieces.iter().map(|piece| open_text(piece)).collect();
                    let text = pieces.into_iter().reduce(|text, piece| joined(joined(text, ANY), &piece));
                    text.or_else(any)
                }
                _ => any(),
            },
            _ => any(),
        });
    }

    fn expression(&self, text: &str, found: &mut Values) {
        let read = self.expressions.read(text);
        match read.as_ref().as_ref().ok().and_then(|(ast, _)| self.node(&ast.root)) {
            Some(texts) => found.extend(texts.into_iter().map(Some)),
            None => found.push(any()),
        }
    }

    /// Returns the possible texts of an expression.
    fn node(&self, node: &Node) -> Option<Vec<String>> {
        let texts = match &node.kind {
            NodeKind::String(text) => vec![open_text(text)],
            NodeKind::Binary("&", left, right) => {
                let unknown = || vec![ANY.to_owned()];
                let left = self.node(left).unwrap_or_else(unknown);
                let right = self.node(right).unwrap_or_else(unknown);
                left.iter().flat_map(|left| right.iter().map(|right| joined(left.clone(), right))).collect()
            }
            NodeKind::Condition(_, first, Some(second)) => {
                let mut texts = self.node(first)?;
                texts.extend(self.node(second)?);
                texts
            }
            NodeKind::Block(nodes) => match nodes.as_slice() {
                [node] => self.node(node)?,
                _ => return None,
            },
            NodeKind::Path(steps) => {
                let names: Vec<_> = steps
                    .iter()
                    .map(|step| match &step.kind {
                        NodeKind::Name(name) | NodeKind::Variable(name) => name.as_str(),
                        _ => "",
                    })
                    .collect();
                if names != ["states", "context", "StateMachine", "Id"] {
                    return None;
                }
                vec![itself()]
            }
            _ => return None,
        };
        (texts.len() <= MAX_TEXTS).then_some(texts)
    }
}

/// Returns the value for anything that is only known at run time.
fn any() -> Option<String> {
    Some(ANY.to_owned())
}

fn itself() -> String {
    format!("${{{MACHINE}}}")
}

/// Returns a string of the definition in IAM's syntax, with a slot for each placeholder.
pub(super) fn open_text(text: &str) -> String {
    let mut made = String::new();
    let mut from = 0;
    for range in holes(text) {
        made.push_str(&literal(text.get(from..range.start).unwrap_or_default()));
        made.push_str(text.get(range.clone()).unwrap_or_default());
        from = range.end;
    }
    // Placeholders of other forms are unknown.
    if from == 0 && placeholder::contained(text) {
        return ANY.to_owned();
    }
    made + &literal(text.get(from..).unwrap_or_default())
}

/// Returns the placeholders of a string, including constants of Rust code: `${const PATH}`.
fn holes(text: &str) -> Vec<Range<usize>> {
    const CONSTANT: &str = "${const ";
    let is_path = |path: &str| path.chars().all(|sign| sign.is_alphanumeric() || "_:".contains(sign));
    let constants = text.match_indices(CONSTANT).filter_map(|(start, _)| {
        let path = text.get(start + CONSTANT.len()..)?;
        let path = path.get(..path.find('}')?)?;
        is_path(path).then(|| start..start + CONSTANT.len() + path.len() + 1)
    });
    let mut holes: Vec<_> = placeholder::named(text).map(|(range, _)| range).chain(constants).collect();
    holes.sort_by_key(|range| range.start);
    holes
}
