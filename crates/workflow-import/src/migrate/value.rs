//! Paths, payload templates and literals as JSONata.

use serde_json::{Map, Value, json};
use workflow_asl::Pointer;
use workflow_asl::intrinsic::{Argument, Function};
use workflow_asl::jsonata::{Node, NodeKind, print};
use workflow_asl::path::{JsonPath, Root, Segment, literal};
use workflow_asl::template::{Computed, SUFFIX};

use super::{Doubt, Writer};

/// A value of a state that clauses compute, and what `$` is in later clauses.
#[derive(Clone)]
pub(super) enum Data<'d> {
    /// An expression.
    Node(Node),
    /// A payload template, with its place and its `$`.
    Template(&'d Value, Pointer, Box<Data<'d>>),
    /// A constant, with its place.
    Literal(&'d Value, Pointer),
}

/// Where an expression is written, which says what becomes of an absent value.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// It is a whole value, whose absence is an error.
    Whole,
    /// It is in an object or text, which leaves it out.
    Inside,
}

/// Returns `$states.name`.
pub(super) fn states(name: &str) -> Node {
    Node::variable("states").member(name)
}

impl Writer {
    /// Returns a node as the text of a field.
    pub(super) fn text(&mut self, node: Node, at: &Pointer) -> Value {
        match node.kind {
            NodeKind::Object(members) if members.is_empty() => json!({}),
            _ => {
                let printed = print(node, " ");
                if printed.ast.is_none() {
                    self.refuse(at, "the expression would be too long");
                }
                Value::String(format!("{{%{}%}}", printed.text))
            }
        }
    }

    /// Returns a value as a field.
    pub(super) fn field(&mut self, data: &Data<'_>, at: &Pointer) -> Value {
        match data {
            Data::Node(node) => self.text(node.clone(), at),
            Data::Literal(value, at) => self.constant(value, at),
            Data::Template(template, at, root) => self.template(template, root, at),
        }
    }

    fn constant(&mut self, value: &Value, at: &Pointer) -> Value {
        if let Value::String(text) = value
            && text.starts_with("{%")
        {
            self.refuse(at, "in JSONata, the text would be an expression");
        }
        match value {
            Value::Array(items) => items.iter().map(|item| self.constant(item, at)).collect(),
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), self.constant(value, at)));
                Value::Object(members.collect())
            }
            other => other.clone(),
        }
    }

    /// Returns a payload template as JSON with expressions.
    pub(super) fn template(&mut self, template: &Value, data: &Data<'_>, at: &Pointer) -> Value {
        match template {
            Value::Object(members) => {
                let mut out = Map::new();
                for (key, value) in members {
                    let at = at.child(key);
                    let (name, value) = match (key.strip_suffix(SUFFIX), value) {
                        (Some(name), Value::String(text)) => (name, self.computed_field(text, data, &at)),
                        _ => (key.as_str(), self.template(value, data, &at)),
                    };
                    out.insert(name.to_owned(), value);
                }
                Value::Object(out)
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(number, item)| self.template(item, data, &at.index(number))).collect()
            }
            other => self.constant(other, at),
        }
    }

    /// Returns the value of a key that ends in `.$` as a field.
    pub(super) fn computed_field(&mut self, text: &str, data: &Data<'_>, at: &Pointer) -> Value {
        // In JSON, lists in a list stay so.
        if let Ok(Computed::Intrinsic(intrinsic)) = Computed::parse(text)
            && intrinsic.call.function == Function::Array
        {
            let items = intrinsic.call.args.iter();
            return items.map(|item| self.argument_field(item, data, at)).collect();
        }
        match self.computed(text, data, at, Place::Whole) {
            Some(node) => self.text(node, at),
            None => text.into(),
        }
    }

    fn argument_field(&mut self, argument: &Argument, data: &Data<'_>, at: &Pointer) -> Value {
        match argument {
            Argument::String(text) => self.constant(&text.as_str().into(), at),
            Argument::Number(number) => Value::Number(number.clone()),
            Argument::Bool(value) => (*value).into(),
            Argument::Null => Value::Null,
            Argument::Call(call) if call.function == Function::Array => {
                call.args.iter().map(|item| self.argument_field(item, data, at)).collect()
            }
            other => match self.argument(other, data, at, Place::Whole) {
                Some(node) => self.text(node, at),
                None => Value::Null,
            },
        }
    }

    /// Returns the value of a key that ends in `.$`.
    pub(super) fn computed(&mut self, text: &str, data: &Data<'_>, at: &Pointer, place: Place) -> Option<Node> {
        match Computed::parse(text).map_err(|error| self.refuse(at, error.message)).ok()? {
            Computed::Path(path) => {
                if !matches!(path.segments().as_deref(), Some([.., Segment::Index(_)])) {
                    return self.path(&path, data, at, place);
                }
                let item = self.path(&path, data, at, Place::Whole)?;
                if place == Place::Whole {
                    self.doubt(at, Doubt::PastEnd, path.source());
                    return Some(item);
                }
                self.doubt(at, Doubt::Nulled, path.source());
                Some(Node::call("exists", [item.clone()]).condition(item, Node::null()))
            }
            Computed::Intrinsic(intrinsic) => match intrinsic.misuses().first() {
                None => self.call(&intrinsic.call, data, at, place),
                Some(misuse) => {
                    self.refuse(at, misuse.message.clone());
                    None
                }
            },
        }
    }

    /// Returns the path of a field, which may not be a call.
    pub(super) fn path_text(&mut self, text: &str, data: &Data<'_>, at: &Pointer, place: Place) -> Option<Node> {
        let path = JsonPath::parse(text).map_err(|error| self.refuse(at, error.message)).ok()?;
        self.path(&path, data, at, place)
    }

    /// Returns the value of a path.
    pub(super) fn path(&mut self, path: &JsonPath, data: &Data<'_>, at: &Pointer, place: Place) -> Option<Node> {
        if !self.is_assumed() && !self.has_known_kinds(path, at) {
            self.doubt(at, Doubt::Assumed, path.source());
        }
        if let (Root::Value, Some(segments)) = (path.root(), path.segments()) {
            if place == Place::Inside && !segments.is_empty() {
                self.doubt(at, Doubt::LeftOut, path.source());
            }
            let selected = self.select(data, &segments)?;
            return self.node(&selected);
        }
        let root = match path.root() {
            Root::Value => self.node(data)?,
            Root::Context => states("context"),
            Root::Variable(name) => {
                self.check_variable(name, at);
                Node::variable(name)
            }
        };
        if !path.is_definite() {
            self.doubt(at, Doubt::Joined, path.source());
        }
        let refuse = |step| self.refuse(at, format!("JSONata has no counterpart of `{step}`"));
        let node = path.in_jsonata(root).map_err(refuse).ok()?;
        if may_equate(&node) {
            self.doubt(at, Doubt::Filtered, path.source());
        }
        Some(node)
    }

    /// Returns the part of a value that the steps of a reference path lead to.
    pub(super) fn select<'d>(&mut self, data: &Data<'d>, path: &[Segment<'_>]) -> Option<Data<'d>> {
        let Some((first, rest)) = path.split_first() else { return Some(data.clone()) };
        let part = match (data, first) {
            (Data::Literal(value, at), Segment::Name(name)) => {
                value.get(name).map(|part| Data::Literal(part, at.child(name)))
            }
            (Data::Template(template, at, root), Segment::Name(name)) => {
                let key = format!("{name}{SUFFIX}");
                match (template.get(name), template.get(&key).and_then(Value::as_str)) {
                    (Some(part), _) => Some(Data::Template(part, at.child(name), root.clone())),
                    (None, Some(text)) => Some(Data::Node(self.computed(text, root, &at.child(&key), Place::Whole)?)),
                    (None, None) => None,
                }
            }
            _ => None,
        };
        if let Some(part) = part {
            return self.select(&part, rest);
        }
        let node = path.iter().fold(self.node(data)?, |node, step| match step {
            Segment::Name(name) => node.member(*name),
            Segment::Index(index) => node.item(Node::number(*index as f64)),
        });
        Some(Data::Node(node))
    }

    /// Returns a value as an expression.
    pub(super) fn node(&mut self, data: &Data<'_>) -> Option<Node> {
        let (template, at, root) = match data {
            Data::Node(node) => return Some(node.clone()),
            Data::Literal(value, at) => return self.literal(value, at),
            Data::Template(template, at, root) => (template, at, root),
        };
        Some(match template {
            Value::Object(members) => {
                let mut out = Vec::new();
                for (key, value) in members {
                    let at = at.child(key);
                    out.push(match (key.strip_suffix(SUFFIX), value) {
                        (Some(name), Value::String(text)) => (name, self.computed(text, root, &at, Place::Inside)?),
                        _ => (key.as_str(), self.node(&Data::Template(value, at.clone(), root.clone()))?),
                    });
                }
                Node::object(out)
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let items =
                    items.map(|(number, item)| self.node(&Data::Template(item, at.index(number), root.clone())));
                Node::array(items.collect::<Option<Vec<_>>>()?)
            }
            other => self.literal(other, at)?,
        })
    }

    pub(super) fn literal(&mut self, value: &Value, at: &Pointer) -> Option<Node> {
        let node = literal(value);
        if node.is_none() {
            self.refuse(at, "in JSONata, an integer beyond 2^53 is not exact");
        }
        node
    }
}

/// Returns whether the filters of a path may compare a number with a text, which only JSONPath finds equal.
fn may_equate(node: &Node) -> bool {
    let may_be_number = |side: &Node| match &side.kind {
        NodeKind::String(text) => text.parse::<f64>().is_ok(),
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Call(..) => false,
        _ => true,
    };
    let may_be = |side: &Node| match &side.kind {
        NodeKind::Array(items) => items.iter().any(may_be_number),
        _ => may_be_number(side),
    };
    let is_own = matches!(&node.kind, NodeKind::Binary("=" | "in", left, right) if may_be(left) && may_be(right));
    is_own || node.children().into_iter().any(may_equate)
}
