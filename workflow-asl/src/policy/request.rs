//! The parameters of a task: what is known of each before the workflow runs.

use serde_json::{Map, Value};

use super::Setting;
use super::pattern::{ANY, joined, literal};
use crate::document::QueryLanguage;
use crate::intrinsic::{Argument, Function};
use crate::jsonata::{self, Node, NodeKind};
use crate::placeholder;
use crate::template::{Computed, SUFFIX};

/// How many texts a parameter may stand for before it counts as unknown.
const MAX_TEXTS: usize = 16;

/// A task's request.
pub(super) struct Request<'a> {
    value: Option<&'a Value>,
    language: QueryLanguage,
    setting: &'a Setting,
    /// The state machine's own ARN, which the context object has.
    itself: String,
}

/// What a parameter is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    /// It is not given.
    Absent,
    /// One of its values, in IAM's syntax.
    Text(String),
    /// It is computed when the workflow runs.
    Dynamic,
}

impl<'a> Request<'a> {
    /// Of a value that may be absent, which stands for the state's input.
    pub(super) fn new(value: Option<&'a Value>, language: QueryLanguage, setting: &'a Setting, itself: String) -> Self {
        Self { value, language, setting, itself }
    }

    /// The top members that it certainly has, without `.$`.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let members = self.value.and_then(Value::as_object);
        members.into_iter().flat_map(Map::keys).map(|key| key.strip_suffix(SUFFIX).unwrap_or(key))
    }

    /// What a parameter is; a path with dots, and `[]` for each element of a list.
    pub(super) fn find(&self, path: &str) -> Vec<Given> {
        let mut found = Vec::new();
        match self.value {
            Some(value) => self.walk(value, Some(path), &mut found),
            None => found.push(Given::Dynamic),
        }
        found
    }

    /// Whether it may be given.
    pub(super) fn may_have(&self, path: &str) -> bool {
        self.find(path).iter().any(|given| *given != Given::Absent)
    }

    fn walk(&self, value: &Value, path: Option<&str>, found: &mut Vec<Given>) {
        let Some(path) = path else { return self.texts(value, found) };
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let Value::Object(members) = value else {
            return found.push(Given::Dynamic);
        };
        let key = name.trim_end_matches("[]");
        match members.get(key) {
            Some(Value::Array(items)) if key != name => {
                items.iter().for_each(|item| self.walk(item, rest, found));
            }
            Some(_) if key != name => found.push(Given::Dynamic),
            Some(Value::Null) => found.push(Given::Absent),
            Some(value) => self.walk(value, rest, found),
            None => match members.get(&format!("{key}{SUFFIX}")) {
                Some(Value::String(text)) if self.is_path_language() && rest.is_none() && key == name => {
                    self.computed(text, found);
                }
                Some(_) if self.is_path_language() => found.push(Given::Dynamic),
                _ if members.keys().any(|key| placeholder::contained(key)) => found.push(Given::Dynamic),
                _ => found.push(Given::Absent),
            },
        }
    }

    fn is_path_language(&self) -> bool {
        self.language == QueryLanguage::JsonPath
    }

    fn texts(&self, value: &Value, found: &mut Vec<Given>) {
        match value {
            Value::String(text) => match jsonata::expression(text) {
                Some(expression) if !self.is_path_language() => self.expression(expression, found),
                _ => found.push(Given::of(fill(text, self.setting))),
            },
            Value::Number(number) => found.push(Given::Text(number.to_string())),
            Value::Bool(truth) => found.push(Given::Text(truth.to_string())),
            _ => found.push(Given::Dynamic),
        }
    }

    /// The value of a key that ends in `.$`.
    fn computed(&self, text: &str, found: &mut Vec<Given>) {
        found.push(match Computed::parse(text) {
            Ok(Computed::Path(path)) if path.source() == "$$.StateMachine.Id" => Given::Text(self.itself.clone()),
            Ok(Computed::Intrinsic(call)) if call.call.function == Function::Format => match call.call.args.first() {
                Some(Argument::Template(pieces)) => {
                    let pieces: Vec<_> = pieces.iter().map(|piece| fill(piece, self.setting)).collect();
                    let text = pieces.into_iter().reduce(|text, piece| joined(joined(text, ANY), &piece));
                    text.map_or(Given::Dynamic, Given::of)
                }
                _ => Given::Dynamic,
            },
            _ => Given::Dynamic,
        });
    }

    fn expression(&self, text: &str, found: &mut Vec<Given>) {
        let texts = jsonata::parse(text).ok().and_then(|ast| self.node(&ast.root));
        match texts {
            Some(texts) => found.extend(texts.into_iter().map(Given::of)),
            None => found.push(Given::Dynamic),
        }
    }

    /// The texts that an expression may give.
    fn node(&self, node: &Node) -> Option<Vec<String>> {
        let texts = match &node.kind {
            NodeKind::String(text) => vec![fill(text, self.setting)],
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
                vec![self.itself.clone()]
            }
            _ => return None,
        };
        (texts.len() <= MAX_TEXTS).then_some(texts)
    }
}

impl Given {
    fn of(text: String) -> Self {
        if text == ANY { Self::Dynamic } else { Self::Text(text) }
    }
}

/// A text of the definition in IAM's syntax: placeholders are filled in as far as they are known.
pub(super) fn fill(text: &str, setting: &Setting) -> String {
    let mut made = String::new();
    let mut from = 0;
    for (range, name) in placeholder::named(text) {
        made.push_str(&literal(text.get(from..range.start).unwrap_or_default()));
        let known = match name {
            "AWS::Partition" => setting.partition.as_deref(),
            "AWS::Region" => setting.region.as_deref(),
            "AWS::AccountId" => setting.account.as_deref(),
            _ => None,
        };
        let value = match (setting.values.get(name), known) {
            (Some(value), _) => literal(value),
            // As it is: it may be a placeholder itself.
            (None, Some(known)) => known.to_owned(),
            (None, None) => ANY.to_owned(),
        };
        made = joined(made, &value);
        from = range.end;
    }
    let rest = literal(text.get(from..).unwrap_or_default());
    // What looks like a placeholder but has another form is as unknown.
    if from == 0 && placeholder::contained(text) { ANY.to_owned() } else { joined(made, &rest) }
}
