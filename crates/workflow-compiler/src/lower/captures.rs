//! Captures: stores the parts of a state's result that other states read by its name, and the item that the first state
//! of a map captures, as variables in `Assign`.
//!
//! In JSONata, the variable is one object constructor, which omits absent members. A separate expression for each
//! member would make the task fail after its call has succeeded. In JSONPath, the checks have already cut each path at
//! its last member that certainly exists.

use serde_json::{Map, Value};
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::Node;
use workflow_asl::{Pointer, StateKind};

use super::express_child::captured;
use super::object::Fields;
use super::reference::{push_path_member, states};
use super::{Lowering, ValueField};
use crate::check::{Capture, ItemCapture, StateInfo, is_express_child};
use crate::syntax::ast::{Expr, ExprKind, Member, Quotes, Target, TokenSpan};

impl<'a> Lowering<'_, 'a> {
    /// Adds the variable of the state's result to its `Assign`.
    pub(super) fn keep(&mut self, info: &StateInfo<'a>, fields: &mut Fields) {
        let analysis = self.analysis;
        let Some((variable, capture)) = analysis.capture_of(info) else { return };
        let at = fields.pointer.child("Assign").child(&variable);
        let span = info.state.span();
        let pass = info.state.kind == StateKind::Pass;
        match info.language {
            QueryLanguage::Jsonata if pass => {
                let value = self.capture_of_pass(info, capture, fields.map.get("Assign"), &at);
                self.put_variable(span, fields, variable, value);
            }
            QueryLanguage::Jsonata => {
                let value = match is_express_child(info) {
                    true => captured(capture, constructor),
                    false => constructor(capture, states("result")),
                };
                let value = self.braced(value);
                self.put_variable(span, fields, variable, value);
            }
            QueryLanguage::JsonPath => match template(capture, "$") {
                None => self.put_variable(span, fields, format!("{variable}.$"), "$".into()),
                Some(value) => self.put_variable(span, fields, variable, value),
            },
        }
    }

    /// Adds the variable of the map's item to the `Assign` on the transition from its first state to the target.
    pub(super) fn capture_item(&mut self, info: &StateInfo<'a>, target: &Target, way: &mut Fields) {
        let analysis = self.analysis;
        let Some(ItemCapture { variable, capture, again, .. }) = analysis.item_capture_of(info, target) else { return };
        let (name, value) = match info.language {
            QueryLanguage::Jsonata => {
                let item = constructor(capture, states("input"));
                let known = Node::variable(variable);
                let exists = Node::call("exists", [known.clone()]);
                let value = if *again { exists.condition(known, item) } else { item };
                (variable.clone(), self.braced(value))
            }
            QueryLanguage::JsonPath => (format!("{variable}.$"), "$".into()),
        };
        self.put_variable(info.state.span(), way, name, value);
    }

    fn put_variable(&mut self, span: TokenSpan, fields: &mut Fields, name: String, value: Value) {
        let at = fields.pointer.child("Assign");
        if !fields.map.contains_key("Assign") {
            self.source_map.put(at.clone(), span);
        }
        self.source_map.put(at.child(&name), span);
        match fields.map.entry("Assign").or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(assign) => drop(assign.insert(name, value)),
            // If `Assign` is one expression, which may omit variables, the capture is merged into it.
            Value::String(text) => {
                let own = value.as_str().and_then(|text| self.unbraced(text));
                if let (Some(all), Some(own)) = (self.unbraced(text), own) {
                    let merged = self.braced(Node::call("merge", [Node::array([all, Node::object([(name, own)])])]));
                    fields.insert("Assign", merged);
                }
            }
            _ => {}
        }
    }

    /// Captures the value of a JSONata pass. A pass has no result in `Assign`, so the value is computed again.
    fn capture_of_pass(
        &mut self,
        info: &StateInfo<'a>,
        capture: &Capture,
        assign: Option<&Value>,
        at: &Pointer,
    ) -> Value {
        let place = info.site(ValueField::Output);
        match info.output_value().map(|(value, _)| value) {
            // A pass without a value outputs its input.
            None => self.braced(constructor(capture, states("input"))),
            Some(value) => {
                let part = part_of(value, capture);
                match assign {
                    Some(Value::String(_)) => {
                        let part = self.jsonata(place, &part);
                        self.braced(part)
                    }
                    _ => self.jsonata_value(place, &part, at),
                }
            }
        }
    }

    /// Adds the variable of the error to the `Assign` of a catcher.
    pub(super) fn capture_error(&mut self, info: &StateInfo<'a>, target: &Target, entry: &mut Fields) {
        let analysis = self.analysis;
        let Some(variable) = analysis.error_capture_of(info, target) else { return };
        let (name, value) = match info.language {
            QueryLanguage::Jsonata => (variable.to_owned(), self.braced(states("errorOutput"))),
            QueryLanguage::JsonPath => (format!("{variable}.$"), "$".into()),
        };
        self.put_variable(target.span(), entry, name, value);
    }
}

/// `{'ModelArtifacts': {'S3ModelArtifacts': $states.result.ModelArtifacts.S3ModelArtifacts}}`
fn constructor(capture: &Capture, value: Node) -> Node {
    let Capture::Members(members) = capture else { return value };
    Node::object(members.iter().map(|(name, capture)| (name, constructor(capture, value.clone().member(name)))))
}

/// Returns the capture as a payload template, or `None` for the whole value.
fn template(capture: &Capture, path: &str) -> Option<Value> {
    let Capture::Members(members) = capture else { return None };
    let mut object = Map::new();
    for (name, capture) in members {
        let mut path = path.to_owned();
        push_path_member(&mut path, name, Quotes::None);
        match template(capture, &path) {
            None => object.insert(format!("{name}.$"), path.into()),
            Some(value) => object.insert(name.clone(), value),
        };
    }
    Some(object.into())
}

/// Returns the captured members of a value, or the whole value if it is not an object in braces.
fn part_of(value: &Expr, capture: &Capture) -> Expr {
    match (&value.kind, capture) {
        (ExprKind::Paren(inner), _) => part_of(inner, capture),
        (ExprKind::Object(members), Capture::Members(wanted)) => {
            let parts = members.iter().filter_map(|member| {
                let value = part_of(&member.value, wanted.get(&member.key.value)?);
                Some(Member { key: member.key.clone(), optional: member.optional, value })
            });
            Expr::made(ExprKind::Object(parts.collect()), value.span)
        }
        _ => value.clone(),
    }
}
