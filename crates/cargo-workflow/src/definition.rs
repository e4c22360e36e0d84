//! A definition, and the positions in it whose values are parameters, constants or placeholders.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;
use workflow_asl::document::State;
use workflow_asl::{Code, Diagnostic, Pointer, placeholder};
use workflow_compiler::CompiledWorkflow;
use workflow_compiler::fragment::{Escape, Fragment};
use workflow_compiler::from_file::placeholders;
use workflow_compiler::syntax::ast::{DeclarationKind, EnumDecl, FieldDecl, Type, TypeKind, plain};
use workflow_runtime::__private::push_escaped;
use workflow_services::{ResourceForm, ResourceKind};

use crate::Failure;
use crate::params::{ArgumentValue, Values};

/// Delimits a mark in printed JSON. serde_json would not escape it, and no definition contains it.
const MARK: char = '\u{F0000}';
const MARK_END: char = '\u{F0001}';

/// A definition with values that may be unknown.
#[derive(Debug)]
pub(crate) enum Definition {
    /// The definition of a `workflow!`: its text, split at its values.
    Workflow(Vec<DefinitionFragment>),
    /// A document: its placeholders are in its strings.
    Document {
        value: Value,
        /// The positions whose value is a single placeholder and that do not take a string.
        typed: BTreeSet<Pointer>,
    },
}

/// A part of a workflow's definition.
#[derive(Debug)]
pub(crate) enum DefinitionFragment {
    Text(String),
    Slot(Slot),
}

/// A position whose value is a parameter or a constant.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The parameter's name in JSON, or the path of a constant.
    name: String,
    /// The parameter's type in Rust; `None` for a constant.
    ty: Option<String>,
    kind: ParameterKind,
    /// The resource whose ARN the parameter is, and the form of it to insert.
    resource: Option<(ResourceKind, ResourceForm)>,
    escape: Escape,
}

/// The kind of values of a parameter's type.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ParameterKind {
    Text,
    Bool,
    Integer,
    Number,
    List,
    Object,
    /// Any value.
    Any,
    /// Only rustc knows the type.
    Unknown,
}

/// A definition with its known values filled in.
pub(crate) struct Filled {
    /// The definition. A missing value is the string `${Name}`.
    pub(crate) value: Value,
    /// The names of missing values that are not strings. Anything computed from their placeholder would be wrong.
    pub(crate) missing: BTreeSet<String>,
}

impl Definition {
    /// Creates the definition of a workflow without errors.
    pub(crate) fn of_workflow(workflow: &CompiledWorkflow, constants: &Constants) -> Self {
        Self::Workflow(workflow.fragments.iter().map(|fragment| part(workflow, fragment, constants)).collect())
    }

    /// Creates the definition of a document in which some placeholders are not in quotes.
    pub(crate) fn of_document(value: Value, bare: BTreeSet<Pointer>) -> Self {
        let mut typed = bare;
        let all = placeholders(&value, &typed);
        typed.extend(all.into_values().flat_map(|placeholder| placeholder.whole_and_typed));
        Self::Document { value, typed }
    }

    /// Returns the names of all parameters, constants and placeholders.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        match self {
            Self::Workflow(parts) => {
                parts.iter().filter_map(DefinitionFragment::slot).map(|slot| slot.name.clone()).collect()
            }
            Self::Document { value, .. } => {
                let mut names = BTreeSet::new();
                collect_names(value, &mut names);
                names
            }
        }
    }

    /// Returns whether the value of this name is known to be a string.
    pub(crate) fn is_text(&self, name: &str) -> bool {
        match self {
            Self::Workflow(parts) => {
                let mut slots = parts.iter().filter_map(DefinitionFragment::slot);
                slots.any(|slot| slot.name == name && slot.kind == ParameterKind::Text)
            }
            Self::Document { .. } => true,
        }
    }

    /// Fills in the values.
    ///
    /// # Errors
    /// Fails if a value does not have the parameter's type, or is not JSON where it is not in quotes.
    pub(crate) fn filled(&self, values: &Values) -> Result<Filled, Failure> {
        let mut missing = BTreeSet::new();
        let value = match self {
            Self::Workflow(parts) => {
                let text = written(parts, values, |slot, _| {
                    let is_value = matches!(slot.escape, Escape::Json | Escape::JsonataTemplate | Escape::Jsonata);
                    if is_value && !matches!(slot.kind, ParameterKind::Text | ParameterKind::Unknown) {
                        missing.insert(slot.name.clone());
                    }
                    slot.as_text()
                })?;
                // The compiler generated it, so it is valid.
                serde_json::from_str(&text).map_err(|error| format!("error: the definition is not JSON: {error}"))?
            }
            Self::Document { value, typed } => {
                let mut filling = Substitution::new(typed, |name| values.get(name).cloned());
                let value = filling.fill(value);
                if let Some(wrong) = filling.wrong.first() {
                    return Err(format!("error: {} at {}", wrong.message(), wrong.pointer.to_aws_location()).into());
                }
                let left = filling.left.into_iter().filter(|left| left.typed);
                missing.extend(left.map(|left| left.name));
                value
            }
        };
        Ok(Filled { value, missing })
    }

    /// Returns the text of the definition with the known values. The others are placeholders, such that inserting their
    /// text produces JSON: strings are in quotes, anything else is not.
    ///
    /// # Errors
    /// Fails like [`Self::filled`].
    pub(crate) fn printed(&self, values: &Values) -> Result<String, Failure> {
        self.text(values, |value| format!("{value:#}"))
    }

    /// Like [`Self::printed`], without spaces and line breaks.
    pub(crate) fn compact(&self, values: &Values) -> Result<String, Failure> {
        self.text(values, Value::to_string)
    }

    fn text(&self, values: &Values, write: impl FnOnce(&Value) -> String) -> Result<String, Failure> {
        let mut marked = Vec::new();
        let value = match self {
            Self::Workflow(parts) => {
                let text = written(parts, values, |slot, _| {
                    let is_text = matches!(slot.kind, ParameterKind::Text | ParameterKind::Unknown);
                    match slot.escape {
                        Escape::Json | Escape::JsonataTemplate if !is_text => {
                            Value::from(mark(&mut marked, slot.placeholder())).to_string()
                        }
                        Escape::Jsonata if !is_text => slot.placeholder(),
                        _ => slot.as_text(),
                    }
                })?;
                serde_json::from_str(&text).map_err(|error| format!("error: the definition is not JSON: {error}"))?
            }
            Self::Document { typed, .. } => {
                let mut value = self.filled(values)?.value;
                for at in typed {
                    if let Some(place) = value.pointer_mut(at.as_str())
                        && let Value::String(text) = place
                        && placeholder::contained(text)
                    {
                        *text = mark(&mut marked, std::mem::take(text));
                    }
                }
                value
            }
        };
        let mut printed = write(&value);
        for (number, placeholder) in marked.iter().enumerate() {
            printed = printed.replacen(&format!("\"{MARK}{number}{MARK_END}\""), placeholder, 1);
        }
        Ok(printed)
    }

    /// Returns each name whose value only a deployment or rustc knows, with a sentence about it.
    pub(crate) fn notes(&self) -> Vec<(String, String)> {
        let mut notes = Vec::new();
        if let Self::Workflow(parts) = self {
            for slot in parts.iter().filter_map(DefinitionFragment::slot) {
                let what = if slot.ty.is_some() {
                    "known when it is deployed"
                } else {
                    "a constant, whose value only rustc knows"
                };
                let note = format!("`{}` stands for `{}`, {what}", slot.placeholder(), slot.name);
                let note = (slot.name.clone(), note);
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        notes
    }
}

fn mark(marked: &mut Vec<String>, placeholder: String) -> String {
    marked.push(placeholder);
    format!("{MARK}{}{MARK_END}", marked.len() - 1)
}

fn collect_names(value: &Value, names: &mut BTreeSet<String>) {
    let mut add = |text: &str| names.extend(placeholder::named(text).map(|(_, name)| name.to_owned()));
    match value {
        Value::String(text) => add(text),
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(members) => {
            members.keys().for_each(|key| add(key));
            members.values().for_each(|member| collect_names(member, names));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl DefinitionFragment {
    fn slot(&self) -> Option<&Slot> {
        match self {
            Self::Text(_) => None,
            Self::Slot(slot) => Some(slot),
        }
    }
}

impl Slot {
    fn placeholder(&self) -> String {
        let name = self.resource.map_or_else(|| self.name.clone(), |(_, form)| form.placeholder(&self.name));
        format!("${{{name}}}")
    }

    /// Returns the placeholder as text, in the form that its position needs.
    fn as_text(&self) -> String {
        match self.escape {
            Escape::Json | Escape::JsonataTemplate => Value::String(self.placeholder()).to_string(),
            Escape::Jsonata => format!("'{}'", self.placeholder()),
            Escape::Text | Escape::JsonataText | Escape::Intrinsic => self.placeholder(),
        }
    }

    /// Returns the given value if it has the parameter's type.
    fn value(&self, given: &ArgumentValue) -> Result<Value, Failure> {
        let value = match self.kind {
            ParameterKind::Unknown => given.json().or_else(|| given.of_param(true)),
            kind => given.of_param(kind == ParameterKind::Text),
        };
        let value = value.filter(|value| self.kind.fits(value));
        let value = match self.resource {
            Some((kind, form)) => value.and_then(|arn| Some(kind.form(arn.as_str()?, form)?.into())),
            None => value,
        };
        value.ok_or_else(|| {
            let (name, ty) = (&self.name, self.ty.as_deref().unwrap_or("a constant"));
            format!("error: the param `{name}` has the type `{ty}`, which `{}` does not match", given.text()).into()
        })
    }
}

impl ParameterKind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Bool => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
            Self::Any | Self::Unknown => true,
        }
    }
}

/// Returns the text of a workflow's definition with the known values, and the output of `unknown` for the others.
fn written(
    parts: &[DefinitionFragment],
    values: &Values,
    mut unknown: impl FnMut(&Slot, &Values) -> String,
) -> Result<String, Failure> {
    let mut text = String::new();
    for part in parts {
        match part {
            DefinitionFragment::Text(part) => text.push_str(part),
            DefinitionFragment::Slot(slot) => match values.get(&slot.name) {
                Some(given) => push_escaped(of_runtime(slot.escape), &slot.value(given)?, &mut text),
                None => text.push_str(&unknown(slot, values)),
            },
        }
    }
    Ok(text)
}

fn of_runtime(escape: Escape) -> workflow_runtime::__private::Escape {
    use workflow_runtime::__private::Escape as Runtime;
    match escape {
        Escape::Json => Runtime::Json,
        Escape::JsonataTemplate => Runtime::JsonataTemplate,
        Escape::Text => Runtime::Text,
        Escape::Jsonata => Runtime::Jsonata,
        Escape::JsonataText => Runtime::JsonataText,
        Escape::Intrinsic => Runtime::Intrinsic,
    }
}

/// The types of the constants of a Rust file that the names of the types determine.
#[derive(Debug, Default)]
pub(crate) struct Constants(BTreeMap<String, ParameterKind>);

impl Constants {
    /// Creates them from the name and the type of each.
    pub(crate) fn of(declared: &[(String, String)]) -> Self {
        let mut constants = Self::default();
        declared.iter().for_each(|(name, ty)| constants.add(name, ty));
        constants
    }

    fn add(&mut self, name: &str, ty: &str) {
        let kind = match ty {
            "bool" => ParameterKind::Bool,
            "f32" | "f64" => ParameterKind::Number,
            _ if ty.contains("str") || ty == "String" => ParameterKind::Text,
            _ if INTEGERS.contains(&ty) => ParameterKind::Integer,
            _ => ParameterKind::Unknown,
        };
        // Two constants of the same name, in different modules, may have different types.
        let known = self.0.entry(name.to_owned()).or_insert(kind);
        if *known != kind {
            *known = ParameterKind::Unknown;
        }
    }

    fn kind(&self, path: &str) -> ParameterKind {
        let name = path.rsplit(':').next().unwrap_or(path);
        self.0.get(name).copied().unwrap_or(ParameterKind::Unknown)
    }
}

const INTEGERS: [&str; 12] = ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

fn part(workflow: &CompiledWorkflow, fragment: &Fragment, constants: &Constants) -> DefinitionFragment {
    match fragment {
        Fragment::Text(text) => DefinitionFragment::Text(text.clone()),
        Fragment::Param { name, resource, escape } => {
            let field = params(workflow).find(|field| plain(&field.name) == *name);
            DefinitionFragment::Slot(Slot {
                name: field.map_or_else(|| name.clone(), |field| field.wire.clone()),
                ty: Some(match resource {
                    Some((kind, _)) => kind.type_name().to_owned(),
                    None => field.map_or_else(|| "Json".to_owned(), |field| written_type(&field.ty)),
                }),
                resource: *resource,
                kind: field.map_or(ParameterKind::Any, |field| kind(workflow, &field.ty)),
                escape: *escape,
            })
        }
        Fragment::Constant { path, escape } => {
            let name = path.to_string().replace(' ', "");
            let kind = constants.kind(&name);
            DefinitionFragment::Slot(Slot { name, ty: None, kind, resource: None, escape: *escape })
        }
    }
}

/// Returns the parameters of a workflow.
pub(crate) fn params(workflow: &CompiledWorkflow) -> impl Iterator<Item = &FieldDecl> {
    let params = workflow.source.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Params(fields) => Some(fields),
        _ => None,
    });
    params.flatten()
}

fn kind(workflow: &CompiledWorkflow, ty: &Type) -> ParameterKind {
    match &ty.kind {
        TypeKind::String | TypeKind::Timestamp | TypeKind::Arn => ParameterKind::Text,
        TypeKind::Bool => ParameterKind::Bool,
        TypeKind::Integer(_) => ParameterKind::Integer,
        TypeKind::Float(_) => ParameterKind::Number,
        TypeKind::Vec(_) => ParameterKind::List,
        TypeKind::Map(_) => ParameterKind::Object,
        TypeKind::Json => ParameterKind::Any,
        // The type of an absent value is unknown.
        TypeKind::Option(inner) if kind(workflow, inner) == ParameterKind::Text => ParameterKind::Unknown,
        TypeKind::Option(_) => ParameterKind::Any,
        TypeKind::Named(name) => {
            let mut declared = workflow.source.declarations.iter();
            let found = declared.find_map(|declaration| match &declaration.kind {
                DeclarationKind::Struct(declared) if declared.name == *name => Some(ParameterKind::Object),
                DeclarationKind::Enum(EnumDecl { name: declared, .. }) if declared == name => Some(ParameterKind::Text),
                _ => None,
            });
            found.unwrap_or(ParameterKind::Unknown)
        }
        TypeKind::Path(_) | TypeKind::Invalid(_) => ParameterKind::Unknown,
    }
}

/// Returns a type as the workflow writes it.
fn written_type(ty: &Type) -> String {
    match &ty.kind {
        TypeKind::String => "String".to_owned(),
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Integer(name) | TypeKind::Float(name) | TypeKind::Named(name) => plain(name),
        TypeKind::Timestamp => "Timestamp".to_owned(),
        TypeKind::Arn => "Arn".to_owned(),
        TypeKind::Json | TypeKind::Invalid(_) => "Json".to_owned(),
        TypeKind::Vec(inner) => format!("Vec<{}>", written_type(inner)),
        TypeKind::Option(inner) => format!("Option<{}>", written_type(inner)),
        TypeKind::Map(inner) => format!("Map<{}>", written_type(inner)),
        TypeKind::Path(path) => path.to_string().replace(' ', ""),
    }
}

/// Returns the state machine that a state starts, if the definition names it; a value that is not known is its
/// placeholder.
pub(crate) fn started_by<'v>(definition: &'v Value, state: &str) -> Option<&'v str> {
    let state = state_of(definition, state)?;
    let request = state.get("Arguments").or_else(|| state.get("Parameters"))?;
    request.get("StateMachineArn")?.as_str().filter(|arn| !arn.starts_with("{%"))
}

/// Returns a state of a definition, also in a branch or a map.
pub(crate) fn state_of<'v>(definition: &'v Value, name: &str) -> Option<&'v Value> {
    let mut open = vec![definition];
    while let Some(body) = open.pop() {
        let Some(states) = body.get("States").and_then(Value::as_object) else { continue };
        if let Some(found) = states.get(name) {
            return Some(found);
        }
        for state in states.values() {
            open.extend(State::PROCESSOR_FIELDS.iter().filter_map(|field| state.get(*field)));
            open.extend(state.get("Branches").and_then(Value::as_array).into_iter().flatten());
        }
    }
    None
}

/// Fills values into the placeholders of a document's strings.
pub(crate) struct Substitution<'t, F> {
    /// The positions whose value is a single placeholder and that do not take a string.
    typed: &'t BTreeSet<Pointer>,
    value: F,
    /// The strings that differ from the document.
    pub(crate) changed: BTreeSet<Pointer>,
    /// The placeholders without a value.
    pub(crate) left: Vec<UnfilledPlaceholder>,
    /// Values that do not fit their position.
    pub(crate) wrong: Vec<Diagnostic>,
}

/// A placeholder without a value.
pub(crate) struct UnfilledPlaceholder {
    pub(crate) name: String,
    /// The string that contains it, or the member whose key contains it.
    pub(crate) pointer: Pointer,
    /// The position in the string; `None` in a key.
    pub(crate) range: Option<Range<usize>>,
    /// Whether it is the whole value and the position does not take a string.
    pub(crate) typed: bool,
}

impl<'t, F: FnMut(&str) -> Option<ArgumentValue>> Substitution<'t, F> {
    pub(crate) fn new(typed: &'t BTreeSet<Pointer>, value: F) -> Self {
        Self { typed, value, changed: BTreeSet::new(), left: Vec::new(), wrong: Vec::new() }
    }

    pub(crate) fn fill(&mut self, document: &Value) -> Value {
        self.copy(document, &Pointer::root())
    }

    /// Documents are nested at most as deeply as their reader allows.
    fn copy(&mut self, value: &Value, at: &Pointer) -> Value {
        match value {
            Value::String(text) if text.contains("${") => self.string(text, at),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.copy(item, &at.index(index))).collect()
            }
            Value::Object(members) => {
                let members = members.iter().map(|(key, value)| {
                    let at = at.child(key);
                    let value = self.copy(value, &at);
                    (self.text(key, &at, true), value)
                });
                Value::Object(members.collect())
            }
            scalar => scalar.clone(),
        }
    }

    fn string(&mut self, text: &str, at: &Pointer) -> Value {
        if !self.typed.contains(at) {
            return self.text(text, at, false).into();
        }
        let Some((range, name)) = placeholder::named(text).next() else { return text.into() };
        let Some(given) = (self.value)(name) else {
            self.left.push(UnfilledPlaceholder {
                name: name.to_owned(),
                pointer: at.clone(),
                range: Some(range),
                typed: true,
            });
            return text.into();
        };
        self.changed.insert(at.clone());
        let known = given.text();
        match given.json() {
            Some(value) => value,
            // Its value also contains an unknown one.
            None if placeholder::contained(&known) => known.into(),
            None => {
                let message = format!("`{text}` must be a number or another JSON value, found `{known}`");
                let wrong = Diagnostic::new(Code::WrongType, at.clone(), message);
                self.wrong.push(wrong.with_range(range.start, range.len()));
                text.into()
            }
        }
    }

    fn text(&mut self, text: &str, at: &Pointer, is_key: bool) -> String {
        let mut made = String::with_capacity(text.len());
        let mut from = 0;
        for (range, name) in placeholder::named(text) {
            made.push_str(text.get(from..range.start).unwrap_or_default());
            from = range.end;
            match (self.value)(name) {
                Some(given) => {
                    made.push_str(&given.text());
                    if !is_key {
                        self.changed.insert(at.clone());
                    }
                }
                None => {
                    made.push_str(text.get(range.clone()).unwrap_or_default());
                    let range = (!is_key).then_some(range);
                    self.left.push(UnfilledPlaceholder {
                        name: name.to_owned(),
                        pointer: at.clone(),
                        range,
                        typed: false,
                    });
                }
            }
        }
        made.push_str(text.get(from..).unwrap_or_default());
        made
    }
}
