//! Definitions in Amazon States Language as `workflow!` declarations: the lowering's inverse.
//!
//! Each piece of a document is written in the language's own words first. The whole is compiled and compared with
//! the document; what does not come back equal is written in plainer words, at the end as the document has it.

mod choice;
mod difference;
mod handler;
mod intrinsic;
mod jsonata;
mod map;
mod params;
mod path;
mod plan;
mod printer;
mod state;
mod text;
mod value;

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::TokenStream;
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::{Code, Diagnostic, Pointer, placeholder};

use self::difference::differences;
pub use self::difference::is_same;
use self::handler::Shared;
use self::params::Params;
use self::plan::{Plan, Point};
use self::printer::{Fields, Printer};
use self::state::Scope;
use self::text::{braces, comment, duration, quoted};
use crate::format::{Style, format_file};
use crate::fragment::Fragment;
use crate::problem::Problem;
use crate::state_ident::{StateIdents, pascal};

/// How often a workflow is printed and compiled at most.
const ROUNDS: usize = 12;
/// The round from which a piece goes to its plainest spelling at once.
const HARD: usize = 6;
/// How many values of a document may lie inside one another: more than the language's own limit on braces.
const DEPTH: usize = 120;

/// How a document is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportOptions {
    /// The workflow's name; what is no Rust type's name is made one.
    pub name: String,
    /// Whether the machine is an Express one, which the document does not say.
    pub machine_type: MachineType,
    /// The places of the placeholders that stand without quotes in the document's text
    /// (`workflow_asl::source::Source::bare`).
    pub bare: BTreeSet<Pointer>,
}

impl ImportOptions {
    /// A workflow with this name, of a Standard machine.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A document, written in the language.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The whole declaration: `workflow! { … }`.
    pub source: String,
    /// The workflow's name.
    pub name: String,
    /// How many states there are, in parallels and maps too.
    pub states: usize,
    /// How many of them hold nothing as the document writes it ([`KeptKind::is_raw`]).
    pub states_in_own_words: usize,
    /// What stands as the document writes it.
    pub kept: Vec<Kept>,
}

/// A piece that stands as the document writes it, since the language would write it otherwise or has no words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its place.
    pub pointer: Pointer,
    /// What it is.
    pub kind: KeptKind,
}

/// What a piece is that stands as the document writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeptKind {
    /// A JSONPath that is no plain reference.
    Path,
    /// An intrinsic function's call whose text would be another.
    Intrinsic,
    /// A JSONata expression that has no words in the language or whose text would be another.
    Jsonata,
    /// A field of a state, in `raw`.
    Field,
    /// A placeholder inside a text where a parameter cannot stand.
    Placeholder,
}

impl KeptKind {
    /// Returns whether it is raw text of another language; a placeholder in text is not.
    pub fn is_raw(self) -> bool {
        self != Self::Placeholder
    }
}

/// Why a document could not be written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ImportError {
    /// It has errors: AWS would refuse it.
    Invalid(Vec<Diagnostic>),
    /// The language has no words for something in it.
    Unsayable {
        /// The place.
        pointer: Pointer,
        /// What it is.
        message: String,
    },
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(found) => match found.first() {
                Some(first) => write!(f, "{first}"),
                None => write!(f, "the document has errors"),
            },
            Self::Unsayable { pointer, message } => {
                write!(f, "the language cannot say this: {message} at {}", pointer.to_aws_location())
            }
        }
    }
}

impl std::error::Error for ImportError {}

/// Writes a definition in the language, so that compiling it gives an equal document.
///
/// # Errors
/// The document has errors, or holds something that the language cannot say, which the error names.
pub fn import(document: &Value, options: &ImportOptions) -> Result<Imported, ImportError> {
    match write(document, options, true) {
        // Names for handlers are for the reader: without them less can go wrong.
        Err(ImportError::Unsayable { .. }) => write(document, options, false),
        outcome => outcome,
    }
}

/// Returns the same, with names for the handlers that several states have or without.
fn write(document: &Value, options: &ImportOptions, with_names: bool) -> Result<Imported, ImportError> {
    if let Some(pointer) = too_deep(document) {
        return Err(ImportError::Unsayable { pointer, message: format!("values lie more than {DEPTH} deep") });
    }
    let mut found = workflow_asl::rules::check_definition(document, options.machine_type);
    // What a document may leave out is an error in the language.
    found.retain(|found| found.is_error() || found.code == Code::LeftOutParameter);
    // AWS may have newer APIs than we know: the language says so at the state.
    let unchecked = found.iter().filter(|found| found.code.depends_on_table()).map(|found| state_at(&found.pointer));
    let unchecked: BTreeSet<Pointer> = unchecked.collect();
    found.retain(|found| !found.code.depends_on_table());
    if !found.is_empty() {
        return Err(ImportError::Invalid(found));
    }
    let idents = StateIdents::of(document);
    if let Some(at) = options.bare.iter().find(|at| !stands_alone(document, at)) {
        let message = "an expression without quotes, of the tool that fills it in";
        return Err(ImportError::Unsayable { pointer: at.clone(), message: message.to_owned() });
    }
    let params = Params::of(document, &options.bare);
    let name = pascal(&options.name, "Workflow");
    let mut plan = Plan::default();
    let mut in_texts = false;
    let mut stuck = None;
    let mut round = 0;
    while round < ROUNDS {
        plan.plainest = round + 1 == ROUNDS;
        let mut printer = Printer::new(&plan, &params, &idents, &unchecked);
        printer.in_texts = in_texts;
        if with_names {
            printer.shared = Shared::of(document);
        }
        let marked = printer.machine(document, &name, options.machine_type);
        let Printer { points, kept, refused, states, states_in_own_words, .. } = printer;
        if let Some((pointer, message)) = refused.into_iter().next() {
            return Err(ImportError::Unsayable { pointer, message });
        }
        let (body, points) = points.settle(&marked);
        let wrong = match compare(&body, document, &points) {
            // What no parameter can be written for is one by its name in the text.
            Ok(true) if !in_texts => {
                in_texts = true;
                continue;
            }
            Ok(true) => return Err(placeholder_left(document)),
            Ok(false) => {
                // Not indented here: the lines of a text would be, too.
                let source = format!("workflow! {{\n{body}}}\n");
                // What compiles has a format.
                let source = format_file(&source, &Style::default()).unwrap_or(source);
                return Ok(Imported { source, name, states, states_in_own_words, kept });
            }
            Err(wrong) => wrong,
        };
        let mut moved = false;
        for (number, ..) in &wrong {
            moved |= number.is_some_and(|number| plan.step(&points, number, round >= HARD));
        }
        stuck = wrong.into_iter().next().map(|(_, pointer, message)| (pointer, message));
        if !moved && !plan.plainest && round >= HARD {
            break;
        }
        round += 1;
    }
    let (pointer, message) = stuck.unwrap_or_default();
    Err(ImportError::Unsayable { pointer, message })
}

/// Returns the innermost state around a place.
fn state_at(at: &Pointer) -> Pointer {
    let mut at = at.clone();
    while let Some(parent) = at.parent() {
        if parent.tokens().last().as_deref() == Some("States") {
            break;
        }
        at = parent;
    }
    at
}

/// What does not come back equal: the point to write otherwise, the place, and what is wrong there.
type Wrong = Vec<(Option<usize>, Pointer, String)>;

/// Returns whether a value is a placeholder and nothing else.
fn stands_alone(document: &Value, at: &Pointer) -> bool {
    document.pointer(at.as_str()).and_then(Value::as_str).is_some_and(placeholder::is_one)
}

/// Returns why a document is refused of which some placeholder came out as text.
fn placeholder_left(document: &Value) -> ImportError {
    let mut open = vec![(document, Pointer::root())];
    while let Some((value, at)) = open.pop() {
        let named = |text: &str| placeholder::named(text).next().is_some();
        let found = match value {
            Value::String(text) => named(text),
            Value::Object(members) => {
                open.extend(members.iter().map(|(key, value)| (value, at.child(key))));
                members.keys().any(|key| named(key))
            }
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (item, at.index(index))));
                false
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        };
        if found {
            let message = "a placeholder where no parameter can stand".to_owned();
            return ImportError::Unsayable { pointer: at, message };
        }
    }
    ImportError::Unsayable { pointer: Pointer::root(), message: "a placeholder stays text".to_owned() }
}

/// Compiles a body of `workflow!` and compares what comes out with the document; gives whether placeholders stay text.
fn compare(body: &str, document: &Value, points: &[Point]) -> Result<bool, Wrong> {
    let Ok(tokens) = body.parse::<TokenStream>() else {
        return Err(vec![(None, Pointer::root(), "it is no Rust text".to_owned())]);
    };
    let compilation = crate::compile(tokens);
    let errors: Vec<_> = compilation.problems.iter().filter(|problem| problem.is_error()).collect();
    let mut wrong = Vec::new();
    for problem in errors {
        let number = point_of(problem, points);
        let at = number.and_then(|number| points.get(number)).map_or_else(Pointer::root, |point| point.at.clone());
        wrong.push((number, at, problem.message.clone()));
    }
    wrong.extend(compilation.bugs.iter().map(|bug| (None, Pointer::root(), bug.clone())));
    let Some(workflow) = compilation.workflows.first() else {
        wrong.push((None, Pointer::root(), "no workflow came out".to_owned()));
        return Err(wrong);
    };
    if wrong.is_empty() {
        for at in differences(document, &workflow.definition) {
            let message = "it would not come back as it is".to_owned();
            wrong.push((point_at(&at, points), at, message));
        }
    }
    // One step at a time for each point.
    let mut seen = BTreeSet::new();
    wrong.retain(|(number, ..)| number.is_none_or(|number| seen.insert(number)));
    let is_left = |piece: &Fragment| matches!(piece, Fragment::Text(text) if placeholder::named(text).next().is_some());
    if wrong.is_empty() { Ok(workflow.fragments.iter().any(is_left)) } else { Err(wrong) }
}

/// Returns the innermost point around a problem's words.
fn point_of(problem: &Problem, points: &[Point]) -> Option<usize> {
    let at = problem.spot.first.byte_range().start;
    let around = points.iter().enumerate().filter(|(_, point)| point.range.contains(&at));
    around.min_by_key(|(_, point)| point.range.len()).map(|(number, _)| number)
}

/// Returns the point at a place, or the nearest around it.
fn point_at(at: &Pointer, points: &[Point]) -> Option<usize> {
    let mut here = Some(at.clone());
    while let Some(at) = here {
        if let Some(number) = points.iter().position(|point| point.at == at) {
            return Some(number);
        }
        here = at.parent();
    }
    None
}

/// Returns a place that lies deeper than a document may.
fn too_deep(document: &Value) -> Option<Pointer> {
    let mut open = vec![(document, 0_usize)];
    while let Some((value, depth)) = open.pop() {
        if depth > DEPTH {
            return Some(Pointer::root());
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|value| (value, depth + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    None
}

impl Printer<'_> {
    /// Returns the whole workflow, marked.
    fn machine(&mut self, document: &Value, name: &str, kind: MachineType) -> String {
        let root = Pointer::root();
        let Value::Object(map) = document else {
            self.refuse(&root, "a definition is an object");
            return String::new();
        };
        let mut fields = Fields::new(map);
        let mut before = String::new();
        let mut lines = String::new();
        if let Some(text) = fields.take_text("Comment") {
            match comment(text, "///") {
                Some(comment) => before = comment,
                None => lines.push_str(&format!("comment {};\n", quoted(text))),
            }
        }
        let language = fields.take_text("QueryLanguage");
        let jsonata = language == Some("JSONata");
        if !jsonata {
            let explicit = if language.is_some() { " explicit" } else { "" };
            lines.push_str(&format!("query jsonpath{explicit};\n"));
        }
        if kind == MachineType::Express {
            lines.push_str("type express;\n");
        }
        if let Some(version) = fields.take_text("Version") {
            lines.push_str(&format!("version {};\n", quoted(version)));
        }
        match fields.take("TimeoutSeconds") {
            Some(Value::Number(seconds)) => lines.push_str(&format!("timeout {};\n", duration(seconds))),
            Some(other) => {
                let text = self.constant(other, &root.child("TimeoutSeconds"));
                lines.push_str(&format!("timeout {text};\n"));
            }
            None => {}
        }
        let scope = Scope { at: &root, jsonata, distributed: false };
        let states = self.states(&mut fields, &root, &scope);
        if let Some((name, _)) = fields.rest().next() {
            self.refuse(&root.child(name), format!("`{name}` does not stand here"));
        }
        let params = self.params.declaration(self.in_texts);
        let handlers = std::mem::take(&mut self.shared.lines);
        let parts: Vec<_> = [lines, params, handlers, states].into_iter().filter(|part| !part.is_empty()).collect();
        format!("{before}pub workflow {name} {}\n", braces(&parts.join("\n")))
    }
}
