//! Checks that the expressions of a request have the types of the API's parameters.

use serde_json::Value;
use workflow_services::Shape;

use super::Flow;
use super::kind::words_of_items;
use super::read::near;
use super::ty::{Existence, Ty};
use crate::document::QueryLanguage;
use crate::intrinsic::Argument;
use crate::json_kind::JsonKind as Kind;
use crate::jsonata::{self, Node, NodeKind};
use crate::request_input::RequestInput;
use crate::rules::api::{is_attribute_value, rejected_text};
use crate::template::{self, Computed};
use crate::{Finding, Pointer, placeholder};

/// A part of a request, with the template that creates it and the type of the result.
#[derive(Clone, Copy)]
struct Part<'p> {
    value: &'p Value,
    ty: &'p Ty,
    shape: Shape,
    /// The parameter's name. An item has the name of its list, and a map's value has none.
    name: Option<&'static str>,
    /// The path from the parameter to a value in an object whose type alone is known, as in `Item.id.S`. It is empty
    /// for the request.
    path: Option<&'p str>,
}

impl Flow<'_, '_> {
    /// Checks the types of the expressions in a state's request.
    pub(super) fn request(&self, number: usize, value: &Value, ty: &Ty, language: QueryLanguage, at: &Pointer) {
        if let Some((input, call)) = self.inputs.get(&number).filter(|_| self.says.get()) {
            self.fits((*input, call), Part { value, ty, shape: input.shape, name: None, path: Some("") }, language, at);
        }
    }

    fn fits(&self, call: (RequestInput, &str), part: Part<'_>, language: QueryLanguage, at: &Pointer) {
        match (part.value, part.shape, part.ty) {
            (Value::Object(members), shape, Ty::Object(fields)) => {
                for (key, value) in members {
                    let computed = key.strip_suffix(template::SUFFIX).filter(|_| language == QueryLanguage::JsonPath);
                    let name = computed.unwrap_or(key);
                    let Some(slot) = fields.members.get(name) else { continue };
                    let Some((shape, name)) = inner(shape, name) else { continue };
                    let inner = Part { value, ty: &slot.ty, shape, name, path: None };
                    match computed {
                        Some(_) => self.fits_as_given(call, inner, &at.child(key)),
                        None => self.fits(call, inner, language, &at.child(key)),
                    }
                }
            }
            (Value::Array(items), Shape::List(list), Ty::Tuple(types)) => {
                for (number, (value, ty)) in items.iter().zip(types.iter()).enumerate() {
                    let inner = Part { value, ty, shape: list.element(), name: part.name, path: None };
                    self.fits(call, inner, language, &at.index(number));
                }
            }
            (Value::String(text), ..) if language == QueryLanguage::Jsonata && text.starts_with("{%") => {
                self.fits_as_given(call, part, at);
            }
            _ => {}
        }
    }

    /// Checks a value whose type alone is known.
    fn fits_as_given(&self, (input, call): (RequestInput, &str), part: Part<'_>, at: &Pointer) {
        let Part { ty, shape, name, path, .. } = part;
        let Some(kind) = ty.kind() else { return };
        let last = || at.tokens().last().map(|key| key.trim_end_matches(template::SUFFIX).to_owned());
        let full =
            || path.filter(|path| !path.is_empty()).or(name).map(str::to_owned).or_else(last).unwrap_or_default();
        if let Some(name) = name {
            let rejected: Option<Vec<_>> = match ty {
                Ty::Text(Some(texts)) => texts.iter().map(|text| rejected_text(call, name, text)).collect(),
                _ => self.beginning(part.value).map(|text| rejected_text(call, name, &text).into_iter().collect()),
            };
            rejected.into_iter().flatten().take(1).for_each(|finding| self.say(finding, at, None));
        }
        if let (Shape::Enum(values), Ty::Text(Some(texts)), Some(_)) = (shape, ty, name)
            && !texts.is_empty()
            && !texts.iter().any(|text| values.values().any(|known| *known == **text))
        {
            let text = texts.first().map(ToString::to_string).unwrap_or_default();
            let values: Vec<_> = values.values().collect();
            let near = near(self, &text, values.iter().copied());
            self.say(Finding::UnlistedValue { text, name: full(), values, near }, at, None);
            return;
        }
        let takes_json = input.text_parameter(name, shape).is_some_and(|takes| takes.takes_json);
        let takes = |kinds: Vec<Kind>| kinds.contains(&kind) && (kind != Kind::Text || may_spell(ty, shape));
        let fits = kind == Kind::Null || input.kinds(name, shape).is_none_or(takes);
        let (wants, is) = match (shape, ty.item().and_then(|item| item.kind())) {
            // The items have another kind.
            (Shape::List(list), Some(of)) if fits && kind == Kind::Array => {
                let element = list.element();
                let text = matches!((element, of), (Shape::String, Kind::Object | Kind::Array));
                let object = matches!((element, of), (Shape::Structure(_), Kind::Text | Kind::Number | Kind::Bool));
                let wants = if text { "an array of strings" } else { "an array of objects" };
                if text || object { (Some(wants), words_of_items(of)) } else { (None, "") }
            }
            _ if fits => (None, ""),
            // The table has `any value` for a parameter that takes text or JSON.
            _ if takes_json => (Some("a string, an object or an array"), kind.noun()),
            _ => (Some(shape.kind()), kind.noun()),
        };
        if let Some(wants) = wants {
            let name = full();
            let of_dynamodb = is_attribute_value(shape);
            self.say(Finding::UnlikeParameter { name, wants, is, of_dynamodb }, at, None);
        } else if let Ty::Object(fields) = ty {
            for (key, slot) in fields.members.iter().filter(|(_, slot)| slot.is != Existence::Absent) {
                let Some((shape, name)) = inner(shape, key) else { continue };
                // A parameter has a place; the values inside it have none.
                if path == Some("") {
                    let inner = Part { value: &Value::Null, ty: &slot.ty, shape, name, path: None };
                    self.fits_as_given((input, call), inner, &at.child(key));
                    continue;
                }
                let path = format!("{}.{key}", full());
                let inner = Part { value: &Value::Null, ty: &slot.ty, shape, name, path: Some(&path) };
                self.fits_as_given((input, call), inner, at);
            }
        }
    }

    /// Returns the constant beginning of the text that an expression joins from parts, with `…` for the others.
    fn beginning(&self, value: &Value) -> Option<String> {
        let text = value.as_str().filter(|text| !placeholder::contained(text))?;
        let constant = match jsonata::expression(text) {
            Some(code) => {
                let read = self.definition.texts.expressions.read(code);
                let (ast, _) = (*read).as_ref().ok()?;
                first_of_joined(&ast.root).to_owned()
            }
            None => match (*self.definition.texts.computed.read(text)).as_ref().ok()? {
                Computed::Intrinsic(intrinsic) => match intrinsic.call.args.first()? {
                    Argument::Template(pieces) => pieces.first()?.clone(),
                    _ => return None,
                },
                Computed::Path(_) => return None,
            },
        };
        (!constant.is_empty()).then(|| format!("{constant}…"))
    }
}

/// Returns the shape of a member, and the name of its parameter; a value of a map has none.
fn inner(shape: Shape, name: &str) -> Option<(Shape, Option<&'static str>)> {
    match shape {
        Shape::Map(map) => Some((map.value(), None)),
        shape => shape.member(name).map(|member| (member.shape, Some(member.name))),
    }
}

/// Returns whether a string may be given for a shape: Step Functions parses a number in a string.
fn may_spell(ty: &Ty, shape: Shape) -> bool {
    match (shape, ty.texts()) {
        (Shape::Integer | Shape::Long | Shape::Float | Shape::Double, Some((texts, _))) => {
            texts.iter().any(|text| text.trim().parse::<f64>().is_ok())
        }
        _ => true,
    }
}

/// Returns the constant with which `'a' & b & c` begins, or an empty text.
fn first_of_joined(node: &Node) -> &str {
    match &node.kind {
        NodeKind::Binary("&", left, _) => match &left.kind {
            NodeKind::String(text) => text,
            _ => first_of_joined(left),
        },
        _ => "",
    }
}
