//! The members of a request in the API's model, at every depth.

use serde_json::Value;
use workflow_services::{List, Shape, Structure};

use super::request::Request;
use crate::document::QueryLanguage;
use crate::template::SUFFIX;
use crate::{jsonata, placeholder};

/// The maximum depth to search a model for members that are only known at run time. Models may contain themselves.
const DEPTH: usize = 6;
/// The maximum number of members to visit there.
const MEMBERS: usize = 2_000;

/// A member of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RequestMember {
    /// Its path, in the syntax of [`Request::find`]: `Target.RoleArn`, `Roles[]`.
    pub(super) path: String,
    /// Its name; for an element or an entry, the name of the list or map.
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Whether it is an object or a list whose contents are only known at run time.
    pub(super) is_open: bool,
}

impl RequestMember {
    /// Returns the path of its parent.
    pub(super) fn holder(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(holder, _)| holder)
    }
}

/// Returns the innermost members of a request: texts, numbers, and wholly computed values.
pub(super) fn given(input: Shape, request: &Request<'_>) -> Vec<RequestMember> {
    let mut walk = Walk { language: request.language(), found: Vec::new() };
    match (input, request.value()) {
        (Shape::Structure(structure) | Shape::Union(structure), Some(value @ Value::Object(_))) => {
            walk.structure(structure, value, "");
        }
        // The request is the state's input.
        _ => walk.found.push(RequestMember { path: String::new(), name: "", shape: input, is_open: true }),
    }
    walk.found
}

struct Walk {
    language: QueryLanguage,
    found: Vec<RequestMember>,
}

impl Walk {
    fn structure(&mut self, structure: Structure, value: &Value, path: &str) {
        for member in structure.members() {
            let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
            if let Some(value) = value.get(member.name) {
                self.value(member.shape, value, path, member.name);
            } else if self.language == QueryLanguage::JsonPath
                && value.get(format!("{}{SUFFIX}", member.name)).is_some()
            {
                self.push(path, member.name, member.shape, true);
            }
        }
    }

    /// The reader limits the depth of documents.
    fn value(&mut self, shape: Shape, value: &Value, path: String, name: &'static str) {
        match (shape, value) {
            (_, Value::Null) => {}
            (Shape::Structure(structure) | Shape::Union(structure), Value::Object(_)) => {
                self.structure(structure, value, &path);
            }
            (Shape::List(list), Value::Array(items)) => self.items(list, items, &path, name),
            (Shape::Map(map), Value::Object(members)) => {
                for (key, value) in members {
                    // A name that cannot be part of a path is skipped.
                    let is_step = !key.contains(['.', '[', '|', ':', '{', '}']) && !key.is_empty();
                    match key.strip_suffix(SUFFIX) {
                        Some(key) => self.push(format!("{path}.{key}"), name, map.value(), true),
                        None if is_step => self.value(map.value(), value, format!("{path}.{key}"), name),
                        None => self.push(path.clone(), name, map.value(), true),
                    }
                }
            }
            (_, Value::String(text)) => {
                let is_code = self.language == QueryLanguage::Jsonata && jsonata::expression(text).is_some();
                let is_open = is_code || placeholder::contained(text);
                self.push(path, name, shape, is_open);
            }
            _ => self.push(path, name, shape, false),
        }
    }

    fn items(&mut self, list: List, items: &[Value], path: &str, name: &'static str) {
        let from = self.found.len();
        for item in items {
            self.value(list.element(), item, format!("{path}[]"), name);
        }
        // Each path represents all elements.
        let mut known: Vec<RequestMember> = Vec::new();
        for given in self.found.drain(from..) {
            if !known.contains(&given) {
                known.push(given);
            }
        }
        self.found.extend(known);
    }

    fn push(&mut self, path: String, name: &'static str, shape: Shape, is_open: bool) {
        let is_open =
            is_open && matches!(shape, Shape::Structure(_) | Shape::Union(_) | Shape::List(_) | Shape::Map(_));
        self.found.push(RequestMember { path, name, shape, is_open });
    }
}

/// Returns the texts that a shape may contain: their names, and whether each is always required.
pub(super) fn texts_in(shape: Shape) -> Vec<(&'static str, bool)> {
    let mut texts = Vec::new();
    let mut looked = 0;
    inside(shape, "", (true, DEPTH), &mut looked, &mut texts);
    texts
}

fn inside(
    shape: Shape,
    name: &'static str,
    (required, depth): (bool, usize),
    looked: &mut usize,
    texts: &mut Vec<(&'static str, bool)>,
) {
    *looked += 1;
    if *looked > MEMBERS {
        return;
    }
    let deeper = |required| depth.checked_sub(1).map(|depth| (required, depth));
    match shape {
        Shape::String => texts.push((name, required)),
        Shape::Structure(structure) | Shape::Union(structure) => {
            for member in structure.members() {
                if let Some(deeper) = deeper(required && member.required) {
                    inside(member.shape, member.name, deeper, looked, texts);
                }
            }
        }
        Shape::List(list) => {
            if let Some(deeper) = deeper(false) {
                inside(list.element(), name, deeper, looked, texts);
            }
        }
        Shape::Map(map) => {
            if let Some(deeper) = deeper(false) {
                inside(map.value(), name, deeper, looked, texts);
            }
        }
        _ => {}
    }
}
