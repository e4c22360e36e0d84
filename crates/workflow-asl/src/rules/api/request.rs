//! The rule on requests: every parameter exists in the API and has the right type, and none is missing.
//!
//! It is as lenient as Step Functions, which converts strings to numbers and booleans, objects and arrays to JSON text
//! for string parameters, and any JSON to a blob. It does not convert a number to a string.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Map, Value};
use workflow_services::{Enum, Integration, Member, Shape, Structure};

use super::limits::beyond;
use super::resource::meant;
use super::resource_name::{name_for_arn, unlike_name};
use super::subscription::unlike_endpoint;
use super::{ApiCall, Caller, alike, is_dynamic, member_name};
use crate::document::QueryLanguage;
use crate::json_kind::JsonKind;
use crate::jsonata::{self, Expressions, Node, NodeKind};
use crate::nearest::Lookups;
use crate::request_input::RequestInput;
use crate::rules::Definition;
use crate::rules::task::request_field;
use crate::{Diagnostic, Finding, Pointer, placeholder, template};

/// The value that replaces a computed one.
const UNKNOWN: &str = "{%%}";

/// The required member of a result writer; its other members are unknown.
const WRITER_NEEDS: &str = "Bucket";

/// A request has the parameters that its API takes.
pub(in crate::rules) fn a_request_fits_its_api(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let lookups = Lookups::default();
    let mut read = Read::default();
    for call in &definition.calls {
        // Another finding reports an absent request.
        let made;
        let members = match call.request {
            Some(Value::Object(members)) => members,
            Some(Value::String(text)) => {
                made = made_by(definition.texts.expressions, text);
                let Some(Value::Object(members)) = &made else { continue };
                members
            }
            _ => continue,
        };
        let at = call.at.child(request_field(call.language));
        let mut request = Request {
            call,
            lowered: definition.annotations.lowered,
            expressions: definition.texts.expressions,
            read: &mut read,
            certain: true,
            input: call.input(),
            base: &at,
            lookups: &lookups,
            found,
        };
        if call.caller == Caller::Writer {
            if !request.gives(members, WRITER_NEEDS) {
                request.missing(&at, &[WRITER_NEEDS], members);
            }
            if let Some(Value::String(text)) = members.get(WRITER_NEEDS) {
                let rejected = rejected_text(call.name(), WRITER_NEEDS, text);
                request.found.extend(rejected.map(|finding| finding.at(at.child(WRITER_NEEDS))));
            }
            continue;
        }
        let Some(input) = request.input else { continue };
        let Some(structure) = input.shape.structure() else { continue };
        request.certain = input.certain;
        let meant = request.structure(members, structure, &at);
        let endpoint = unlike_endpoint(call.name(), members);
        request.found.extend(endpoint.map(|finding| finding.at(at.child("Endpoint"))));
        request.groups(members, structure, &meant, &at);
    }
}

/// A cache of the table, which is read from front to back: a definition looks up the same entries repeatedly.
#[derive(Default)]
struct Read {
    members: BTreeMap<Structure, Rc<[Member]>>,
    values: BTreeMap<Enum, Rc<BTreeSet<&'static str>>>,
    groups: BTreeMap<String, Rc<[Vec<&'static str>]>>,
}

impl Read {
    fn members(&mut self, structure: Structure) -> Rc<[Member]> {
        self.members.entry(structure).or_insert_with(|| structure.members().collect()).clone()
    }

    fn values(&mut self, of: Enum) -> Rc<BTreeSet<&'static str>> {
        self.values.entry(of).or_insert_with(|| Rc::new(of.values().collect())).clone()
    }

    /// Returns the groups of parameters that require one parameter. The groups of an API also apply to its SDK
    /// integration.
    fn groups(&mut self, call: &str, structure: Structure) -> Rc<[Vec<&'static str>]> {
        if let Some(groups) = self.groups.get(call) {
            return groups.clone();
        }
        let integration = Integration::find(call.strip_prefix("aws-sdk:").unwrap_or(call));
        let groups = integration.into_iter().flat_map(Integration::one_of);
        let groups: Rc<[_]> =
            groups.filter(|group| group.iter().all(|name| structure.member(name).is_some())).collect();
        self.groups.insert(call.to_owned(), groups.clone());
        groups
    }
}

struct Request<'r> {
    call: &'r ApiCall<'r>,
    /// Whether the author wrote the request in the language, where a name in place of an ARN stands for nothing else.
    lowered: bool,
    expressions: &'r Expressions,
    read: &'r mut Read,
    /// Whether a mismatch is certainly an error.
    certain: bool,
    input: Option<RequestInput>,
    /// The place of the request.
    base: &'r Pointer,
    lookups: &'r Lookups,
    found: &'r mut Vec<Diagnostic>,
}

/// Returns the object that an expression makes, where it is a constructor: what its members have that is not known
/// stays an expression.
fn made_by(expressions: &Expressions, text: &str) -> Option<Value> {
    // Other expressions do not create a known object.
    let text = jsonata::expression(text).filter(|text| text.trim_start().starts_with('{'))?;
    let read = expressions.read(text);
    let (ast, _) = (*read).as_ref().ok()?;
    Some(made(&ast.root)).filter(Value::is_object)
}

/// The nesting of nodes is limited.
fn made(node: &Node) -> Value {
    let name = |key: &Node| if let NodeKind::String(name) = &key.kind { Some(name.clone()) } else { None };
    match &node.kind {
        NodeKind::String(text) => text.as_str().into(),
        NodeKind::Number(number) => jsonata::number(*number),
        NodeKind::Bool(value) => (*value).into(),
        NodeKind::Null => Value::Null,
        NodeKind::Array(items) => items.iter().map(made).collect(),
        NodeKind::Object(members) if members.iter().all(|(key, _)| name(key).is_some()) => {
            members.iter().filter_map(|(key, value)| Some((name(key)?, made(value)))).collect()
        }
        _ => UNKNOWN.into(),
    }
}

/// Returns the finding for a string that AWS rejects although the parameter is a string.
pub(in crate::rules) fn rejected_text(call: &str, name: &str, text: &str) -> Option<Finding> {
    if name == "Source" && text.starts_with("aws.") && call.rsplit(':').next() == Some("putEvents") {
        return Some(Finding::ReservedSource { text: text.to_owned() });
    }
    unlike_name(call, name, text)
}

/// Returns whether a value is one of DynamoDB, which names its type.
pub(in crate::rules) fn is_attribute_value(shape: Shape) -> bool {
    shape.member("S").is_some() && shape.member("N").is_some() && shape.member("L").is_some()
}

/// Returns a constant as a value of DynamoDB.
fn typed_value(shape: Shape, value: &Value) -> Option<Value> {
    let bool = ["BOOL", "Bool"].into_iter().find(|name| shape.member(name).is_some())?;
    let (name, value) = match value {
        Value::String(_) => ("S", value.clone()),
        Value::Number(number) => ("N", number.to_string().into()),
        Value::Bool(_) => (bool, value.clone()),
        _ => return None,
    };
    is_attribute_value(shape).then(|| Value::Object(Map::from_iter([(name.to_owned(), value)])))
}

impl Request<'_> {
    /// Warns of a literal in quotes. In a document, AWS may accept it.
    fn as_text(&mut self, name: Option<&str>, text: &str, takes: &'static str, at: &Pointer) {
        if let (true, Some(name)) = (self.lowered, name) {
            let finding = Finding::LiteralAsText { name: name.to_owned(), takes, text: text.to_owned() };
            self.found.push(finding.at(at.clone()));
        }
    }

    /// Checks the value of a parameter, of its items, or of a map, which has no `name`.
    fn value(&mut self, value: &Value, shape: Shape, name: Option<&str>, at: &Pointer) {
        if self.is_no_text(value, shape, name, at) {
            return;
        }
        if let (Value::String(text), Some(name)) = (value, name) {
            self.found.extend(rejected_text(self.call.name(), name, text).map(|finding| finding.at(at.clone())));
            let bare = if self.lowered { name_for_arn(self.call.name(), name, text) } else { None };
            self.found.extend(bare.map(|finding| finding.at(at.clone())));
        }
        let is_number = matches!(shape, Shape::Integer | Shape::Long | Shape::Float | Shape::Double);
        match (shape, value) {
            (Shape::Blob | Shape::Document, _) | (_, Value::Null) => {}
            (_, Value::String(text)) if is_dynamic(text, self.call.language) => {
                if let Some(made) = made_by(self.expressions, text) {
                    self.value(&made, shape, name, at);
                }
            }
            (Shape::Structure(structure) | Shape::Union(structure), Value::Object(members)) => {
                self.structure(members, structure, at);
            }
            (Shape::Union(_) | Shape::Structure(_), Value::String(_)) if self.is_attribute_value(shape) => {}
            (Shape::List(list), Value::Array(items)) => {
                for (i, item) in items.iter().enumerate() {
                    self.value(item, list.element(), name, &at.index(i));
                }
            }
            (Shape::Map(map), Value::Object(members)) => {
                let shape = map.value();
                for (key, value) in members {
                    if !member_name(key, self.call.language).1 {
                        self.value(value, shape, None, &at.child(key));
                    }
                }
            }
            (Shape::Enum(values), Value::String(text)) if !self.read.values(values).contains(text.as_str()) => {
                self.unlisted(text, values, at);
            }
            (Shape::Enum(_) | Shape::String | Shape::Timestamp, _) => {}
            (Shape::Boolean, Value::Bool(_) | Value::Number(_)) => {}
            (Shape::Boolean, Value::String(text)) if ["true", "false"].contains(&&*text.to_ascii_lowercase()) => {
                self.as_text(name, text, "a boolean", at);
            }
            (_, Value::Number(_)) if is_number => {}
            (_, Value::String(text)) if is_number && text.trim().parse::<f64>().is_ok() => {
                self.as_text(name, text, "a number", at);
            }
            _ if is_number => self.wrong_type(value, shape, at),
            (Shape::Structure(_) | Shape::Union(_) | Shape::List(_) | Shape::Map(_) | Shape::Boolean, _) => {
                self.wrong_type(value, shape, at);
            }
            // A kind that is new to the table.
            _ => {}
        }
    }

    /// Returns the members that misspelt names were probably meant for.
    fn structure(
        &mut self,
        members: &Map<String, Value>,
        structure: Structure,
        at: &Pointer,
    ) -> BTreeSet<&'static str> {
        let language = self.call.language;
        // The parameter that a misspelt name means is not reported as missing.
        let mut meant = BTreeSet::new();
        let known = self.read.members(structure);
        for (key, value) in members {
            let (name, computed) = member_name(key, language);
            match known.iter().find(|member| member.name == name) {
                Some(member) if !computed => {
                    let before = self.found.len();
                    self.value(value, member.shape, Some(member.name), &at.child(key));
                    if self.found.len() == before {
                        self.limits(value, member, &at.child(key));
                    }
                }
                Some(_) => {}
                None if placeholder::contained(key) => {}
                None => meant.extend(self.unknown(name, structure, members, at, key)),
            }
        }
        if members.keys().any(|key| placeholder::contained(key)) {
            return meant;
        }
        let required = known.iter().filter(|member| member.required).map(|member| member.name);
        let missing: Vec<_> = required.filter(|name| !meant.contains(name) && !self.gives(members, name)).collect();
        if !missing.is_empty() {
            self.missing(at, &missing, members);
        }
        // Optimised integrations may fill it in themselves.
        let is_sdk = self.call.name().starts_with("aws-sdk:");
        let token = known.iter().find(|member| is_sdk && member.filled_token).map(|member| member.name);
        if let Some(name) = token.filter(|name| !meant.contains(name) && !self.gives(members, name)) {
            let call = self.call.name().to_owned();
            self.found.push(Finding::LeftOutToken { call, name, language: self.call.language }.at(at.clone()));
        }
        meant
    }

    /// Reports a constant that is beyond the limits of AWS's model.
    fn limits(&mut self, value: &Value, member: &Member, at: &Pointer) {
        let is_known = !value.as_str().is_some_and(|text| is_dynamic(text, self.call.language));
        let beyond = member.limits.filter(|_| is_known).and_then(|limits| beyond(limits, member.shape, value));
        if let Some((takes, is)) = beyond {
            let name = self.place(at).unwrap_or_default();
            self.found.push(Finding::BeyondLimits { name, takes, is }.at(at.clone()));
        }
    }

    /// Returns whether a member of that name is there, computed or not, or may be.
    fn gives(&self, members: &Map<String, Value>, name: &str) -> bool {
        members.keys().any(|key| member_name(key, self.call.language).0 == name || placeholder::contained(key))
    }

    /// Checks the groups of parameters that require one parameter.
    fn groups(&mut self, members: &Map<String, Value>, structure: Structure, meant: &BTreeSet<&str>, at: &Pointer) {
        for group in &*self.read.groups(self.call.name(), structure) {
            if !group.iter().any(|name| meant.contains(name) || self.gives(members, name)) {
                let (call, names) = (self.call.name().to_owned(), group.clone());
                self.found.push(Finding::ParameterOfAGroup { call, names }.at(at.clone()));
            }
        }
    }

    /// The optimised integration with DynamoDB accepts a plain string as a value.
    fn is_attribute_value(&self, shape: Shape) -> bool {
        self.input.is_some_and(RequestInput::takes_plain_attribute_values) && is_attribute_value(shape)
    }

    /// Reports a value that fails the task because a string is required.
    fn is_no_text(&mut self, value: &Value, shape: Shape, name: Option<&str>, at: &Pointer) -> bool {
        if matches!(value, Value::String(_) | Value::Null) {
            return false;
        }
        let Some(takes) = self.input.and_then(|input| input.text_parameter(name, shape)) else { return false };
        let (wrong, certain) = match value {
            Value::Number(_) | Value::Bool(_) => (true, takes.refuses_number),
            Value::Array(_) | Value::Object(_) => (!takes.takes_json, true),
            _ => (false, false),
        };
        if wrong {
            let (name, is) = (self.place(at).unwrap_or_default(), JsonKind::of(value).noun());
            let text = (value.is_number() || value.is_boolean()).then(|| value.to_string());
            let certain = certain && self.certain;
            self.found.push(Finding::ParameterIsNoText { name, is, text, certain }.at(at.clone()));
        }
        wrong
    }

    /// Reports a member that the structure does not have, and returns the probable one.
    fn unknown(
        &mut self,
        name: &str,
        structure: Structure,
        members: &Map<String, Value>,
        at: &Pointer,
        key: &str,
    ) -> Option<&'static str> {
        let is_key = name.ends_with(template::SUFFIX);
        if is_key && self.call.language == QueryLanguage::JsonPath {
            let name = name.trim_end_matches(template::SUFFIX).to_owned();
            let finding = Finding::RepeatedSuffix { key: key.to_owned(), name, certain: self.certain };
            self.found.push(finding.at(at.child(key)));
            return None;
        }
        let names = || structure.members().map(|member| member.name);
        let same = names().find(|candidate| alike(candidate, name));
        // A member that is already present was not intended.
        let near = same.or_else(|| {
            let free = names().filter(|candidate| !self.gives(members, candidate));
            self.lookups.nearest(name, free)
        });
        // `Body` for `MessageBody`: the only required member that ends or begins with the name.
        let near = near.or_else(|| {
            let name = name.to_ascii_lowercase();
            let mut longer = structure.members().filter(|member| {
                let full = member.name.to_ascii_lowercase();
                let is_part = name.len() > 2 && (full.ends_with(&name) || full.starts_with(&name));
                member.required && is_part && !self.gives(members, member.name)
            });
            longer.next().filter(|_| longer.next().is_none()).map(|member| member.name)
        });
        let mut holders = structure.members().filter(|member| member.shape.member(name).is_some());
        let holder = holders.next().filter(|_| same.is_none()).map(|member| member.name);
        let (call, place, certain) = (self.call.name().to_owned(), self.place(at), self.certain);
        let (meant, inside, name) = (holder.or(near).map(str::to_owned), holder.is_some(), name.to_owned());
        let finding = Finding::UnknownParameter { call, place, name, near: meant, inside, is_key, certain };
        self.found.push(finding.at(at.child(key)));
        holder.or(near)
    }

    fn missing(&mut self, at: &Pointer, names: &[&'static str], members: &Map<String, Value>) {
        let near = members.keys().find(|key| names.iter().any(|name| alike(key, name))).cloned();
        let mut known = self.call.refused_without().into_iter().filter(|_| at == self.base);
        // An empty request is one still to be filled in.
        let begun = !self.call.request.and_then(Value::as_object).is_some_and(Map::is_empty);
        let refused = begun && known.any(|name| names.contains(&name));
        let (call, place, names) = (self.call.name().to_owned(), self.place(at), names.to_vec());
        self.found.push(Finding::MissingParameters { call, place, names, near, refused }.at(at.clone()));
    }

    fn wrong_type(&mut self, value: &Value, shape: Shape, at: &Pointer) {
        let (is, takes, certain) = (JsonKind::of(value).noun(), shape.kind(), self.certain);
        let name = self.place(at).unwrap_or_default();
        let text = value.as_str().filter(|_| !matches!(takes, "an object" | "an array")).map(str::to_owned);
        let finding = match typed_value(shape, value) {
            Some(typed) => Finding::UntypedValue { name, is, typed: typed.to_string(), certain },
            None => Finding::WrongParameterType { name, takes, is, text, certain },
        };
        self.found.push(finding.at(at.clone()));
    }

    fn unlisted(&mut self, text: &str, values: Enum, at: &Pointer) {
        let (text, name) = (text.to_owned(), self.place(at).unwrap_or_default());
        let (near, values) = (meant(&text, || values.values(), self.lookups), values.values().collect());
        self.found.push(Finding::UnlistedValue { text, name, values, near }.at(at.clone()));
    }

    /// Returns a place in the request, as messages name it: `Entries[0].Detail`; `None` for the request.
    fn place(&self, at: &Pointer) -> Option<String> {
        let depth = self.base.tokens().count();
        let mut place = String::new();
        for token in at.tokens().skip(depth) {
            if token.bytes().all(|byte| byte.is_ascii_digit()) {
                place.push_str(&format!("[{token}]"));
            } else {
                place.push_str(if place.is_empty() { "" } else { "." });
                place.push_str(&token);
            }
        }
        (!place.is_empty()).then_some(place)
    }
}
