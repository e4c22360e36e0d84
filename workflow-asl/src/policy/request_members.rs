//! The members of a request that the API's model has, at every depth.

use serde_json::Value;
use workflow_services::{List, Map, Shape, Structure};

use super::request::Request;
use crate::document::QueryLanguage;
use crate::template::SUFFIX;
use crate::{jsonata, placeholder};

/// How deep a model is looked into where the request does not say what is there. Models contain themselves.
const DEPTH: usize = 6;
/// How many members are looked at there.
const MEMBERS: usize = 2_000;

/// A member of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RequestMember {
    /// Its path, as [`Request::find`] takes it: `Target.RoleArn`, `Roles[]`.
    pub(super) path: String,
    /// Its name; of an element or an entry that of the list or map.
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Whether it is an object or a list of which only an execution knows what is in it.
    pub(super) is_open: bool,
}

impl RequestMember {
    /// The path of what holds it.
    pub(super) fn holder(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(holder, _)| holder)
    }
}

/// The members of a request, the innermost alone: texts and numbers, and what is computed as a whole.
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

    /// Documents nest at most as deep as their reader allows.
    fn value(&mut self, shape: Shape, value: &Value, path: String, name: &'static str) {
        match (shape, value) {
            (_, Value::Null) => {}
            (Shape::Structure(structure) | Shape::Union(structure), Value::Object(_)) => {
                self.structure(structure, value, &path);
            }
            (Shape::List(list), Value::Array(items)) => self.items(list, items, &path, name),
            (Shape::Map(map), Value::Object(members)) => {
                for (key, value) in members {
                    // What cannot be a part of a path is not looked into.
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
        // Each path stands for all elements.
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

/// The texts that may be somewhere in a shape: their names, and whether each is required and so is all around it.
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
        Shape::Map(map) => value_of(map, name, deeper(false), looked, texts),
        _ => {}
    }
}

fn value_of(
    map: Map,
    name: &'static str,
    deeper: Option<(bool, usize)>,
    looked: &mut usize,
    texts: &mut Vec<(&'static str, bool)>,
) {
    if let Some(deeper) = deeper {
        inside(map.value(), name, deeper, looked, texts);
    }
}
