//! Converts definitions in Amazon States Language to `workflow!` declarations: the inverse of lowering.
//!
//! Each part of a document is first written in the language's own syntax. The result is compiled and compared with the
//! document. Parts that differ are written more plainly, and finally as in the document.

mod captures;
mod choice;
mod declared;
mod difference;
mod evidence;
mod filter;
mod handler;
mod intrinsic;
mod jsonata;
mod list;
mod map;
mod migrate;
mod nested;
mod params;
mod path;
mod plan;
mod printer;
mod same_expression;
mod shapes;
mod state;
mod steps;
mod text;
mod value;

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::TokenStream;
use serde_json::Value;
use workflow_asl::difference::states_in;
use workflow_asl::document::MachineType;
use workflow_asl::{Code, Diagnostic, Pointer, placeholder};
use workflow_services::TaskResource;

use self::captures::Captures;
use self::declared::generated;
use self::difference::differences;
pub use self::difference::is_same;
use self::handler::Shared;
use self::jsonata::Known;
pub use self::migrate::{Doubt, Migrated, migrate};
use self::nested::values_in;
use self::params::Params;
use self::plan::{Plan, Point};
use self::printer::{Fields, Printer};
use self::shapes::{Shapes, state_at};
use self::state::Scope;
use self::text::{braces, comment, duration, quoted};
use workflow_compiler::fragment::Fragment;
use workflow_compiler::problem::Problem;
use workflow_compiler::state_ident::{StateIdents, pascal};
use workflow_format::{Style, format_file};

/// The maximum number of times that a workflow is printed and compiled.
const ROUNDS: usize = 12;
/// The round from which a part goes to its plainest spelling at once.
const HARD: usize = 6;
/// The maximum nesting of values in a document, above the language's own limit of braces.
const DEPTH: usize = 120;

/// The start of an `Output` that checks its status.
const SUCCEEDED: &str = "{% $states.result.Status = 'SUCCEEDED' ?";

/// The options of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportOptions {
    /// The workflow's name, which is converted to the name of a Rust type.
    pub name: String,
    /// The type of the state machine, which the document does not contain.
    pub machine_type: MachineType,
    /// The pointers of placeholders without quotes in the document's text (`workflow_asl::source::Source::bare`).
    pub bare: BTreeSet<Pointer>,
    /// The names of types that the workflow's structs must not have.
    pub taken: BTreeSet<String>,
}

impl ImportOptions {
    /// Creates options with this name, for a Standard machine.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A document converted to the language.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The whole declaration: `workflow! { … }`.
    pub source: String,
    /// The workflow's name.
    pub name: String,
    /// The names of the Rust types that it generates.
    pub types: Vec<String>,
    /// The number of states, including those in parallels and maps.
    pub states: usize,
    /// The number of states without any part kept as in the document ([`KeptKind::is_raw`]).
    pub states_in_own_words: usize,
    /// The parts kept as in the document.
    pub kept: Vec<Kept>,
    /// The warnings about the document.
    pub warnings: Vec<Diagnostic>,
}

/// A part kept as in the document, because the language would compile it differently or cannot express it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its pointer.
    pub pointer: Pointer,
    /// Its kind.
    pub kind: KeptKind,
    /// Why the language cannot express it: the error of its nearest form, or the part that the language does not have.
    pub why: Option<String>,
}

/// The kind of a part kept as in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeptKind {
    /// A JSONPath that is not a plain reference.
    Path,
    /// A call of an intrinsic function that would compile to another text.
    Intrinsic,
    /// A JSONata expression that the language cannot express, or that would compile to another text.
    Jsonata,
    /// A field of a state, in `raw`.
    Field,
    /// A placeholder in a string where a parameter is not allowed.
    Placeholder,
}

impl KeptKind {
    /// Returns whether it is raw text of another language. A placeholder in text is not.
    pub fn is_raw(self) -> bool {
        self != Self::Placeholder
    }
}

/// The error of a document that could not be converted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ImportError {
    /// The document has errors, so AWS would reject it.
    Invalid(Vec<Diagnostic>),
    /// The language cannot express a part of it.
    Unsayable {
        /// The pointer of the part.
        pointer: Pointer,
        /// The message.
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
                write!(f, "the language cannot express this: {message} at {}", pointer.to_aws_location())
            }
        }
    }
}

impl std::error::Error for ImportError {}

/// Converts a definition to the language. Compiling the result gives an equal document.
///
/// # Errors
/// Returns an error if the document has errors, or contains something that the language cannot express.
pub fn import(document: &Value, options: &ImportOptions) -> Result<Imported, ImportError> {
    import_unchecked(document, options, BTreeSet::new())
}

/// Converts a definition, with the clause `unchecked` on these states.
fn import_unchecked(
    document: &Value,
    options: &ImportOptions,
    unchecked: BTreeSet<Pointer>,
) -> Result<Imported, ImportError> {
    let idents = StateIdents::of(document);
    let captures = Captures::of(document, &idents);
    let none = Captures::default();
    let mut shapes = Shapes::of(document, &idents);
    shapes.name_all(&idents, &pascal(&options.name, "Workflow"), &options.taken);
    let shapes = Some(&shapes).filter(|shapes| shapes.are_known());
    let mut attempts = Vec::new();
    for captures in [Some(&captures).filter(|captures| !captures.is_empty()), Some(&none)].into_iter().flatten() {
        attempts.push(Attempt { known: Known { captures, shapes: None }, with_names: true });
        if shapes.is_some() {
            attempts.push(Attempt { known: Known { captures, shapes }, with_names: true });
        }
    }
    // The names of handlers are for the reader. Without them, fewer conversions fail.
    attempts.push(Attempt { known: Known { captures: &none, shapes: None }, with_names: false });
    let mut best: Option<Imported> = None;
    let mut refused = None;
    for attempt in attempts {
        if best.is_some() && !attempt.with_names {
            break;
        }
        match write(document, options, attempt, &unchecked) {
            Ok(imported) if imported.raw() == 0 => return Ok(imported),
            Ok(imported) => {
                best = best.filter(|best| best.raw() <= imported.raw()).or(Some(imported));
            }
            Err(error @ ImportError::Unsayable { .. }) => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    // What the rules only warn of may be an error in the language, which `unchecked` silences.
    if let (None, Some(ImportError::Unsayable { pointer, .. })) = (&best, &refused)
        && let state = state_at(pointer)
        && !unchecked.contains(&state)
        && Pointer::root() != state
    {
        let unchecked = unchecked.into_iter().chain([state]).collect();
        return import_unchecked(document, options, unchecked).map_err(|_| refused.unwrap_or_else(invalid));
    }
    best.ok_or_else(|| refused.unwrap_or_else(invalid))
}

fn invalid() -> ImportError {
    ImportError::Invalid(Vec::new())
}

/// A way to convert a document.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    known: Known<'a>,
    /// Whether shared handlers get names.
    with_names: bool,
}

impl Imported {
    /// Returns the number of parts that are raw text of another language.
    fn raw(&self) -> usize {
        self.kept.iter().filter(|kept| kept.kind.is_raw()).count()
    }
}

fn write(
    document: &Value,
    options: &ImportOptions,
    attempt: Attempt<'_>,
    unchecked: &BTreeSet<Pointer>,
) -> Result<Imported, ImportError> {
    if values_in(document).any(|(at, _)| at.tokens().count() > DEPTH) {
        let message = format!("values are nested more than {DEPTH} levels deep");
        return Err(ImportError::Unsayable { pointer: Pointer::root(), message });
    }
    let mut found = workflow_asl::rules::check_definition(document, options.machine_type);
    let warnings: Vec<_> = found.iter().filter(|found| !found.is_error()).cloned().collect();
    // Things that a document may omit are errors in the language.
    found.retain(|found| found.is_error() || found.code == Code::LeftOutParameter);
    // AWS may have newer APIs than the table, in which case the state gets `unchecked`.
    let of_table = found.iter().filter(|found| found.code.depends_on_table()).map(|found| state_at(&found.pointer));
    let unchecked = of_table.chain(express_children(document)).chain(unchecked.iter().cloned()).collect();
    found.retain(|found| !found.code.depends_on_table());
    if !found.is_empty() {
        return Err(ImportError::Invalid(found));
    }
    let idents = StateIdents::of(document);
    if let Some(at) = options.bare.iter().find(|at| !stands_alone(document, at)) {
        let message = "an expression without quotes, which belongs to a deployment tool";
        return Err(ImportError::Unsayable { pointer: at.clone(), message: message.to_owned() });
    }
    let params = Params::of(document, &options.bare);
    let name = pascal(&options.name, "Workflow");
    let mut captures = attempt.known.captures.clone();
    let mut plan = Plan::default();
    let mut in_texts = false;
    let mut stuck = None;
    let mut round = 0;
    while round < ROUNDS {
        plan.plainest = round + 1 == ROUNDS;
        let known = Known { captures: &captures, ..attempt.known };
        let mut printer = Printer::new(&plan, &params, &idents, known, &unchecked);
        printer.in_texts = in_texts;
        if attempt.with_names {
            printer.shared = Shared::of(document);
        }
        let marked = printer.machine(document, &name, options.machine_type);
        let Printer { points, kept, refused, states, states_in_own_words, .. } = printer;
        if let Some((pointer, message)) = refused.into_iter().next() {
            return Err(ImportError::Unsayable { pointer, message });
        }
        let (body, points) = points.settle(&marked);
        let wrong = match compare(&body, document, &points) {
            // A placeholder that cannot be written as a parameter keeps its name in the text.
            Ok(true) if !in_texts => {
                in_texts = true;
                continue;
            }
            Ok(true) => return Err(placeholder_left(document)),
            Ok(false) => {
                // It is not indented here, because lines of text would be indented too.
                let source = format!("workflow! {{\n{body}}}\n");
                let source = format_file(&source, &Style::default()).unwrap_or(source);
                let mut types = attempt.known.shapes.map(Shapes::names).unwrap_or_default();
                types.extend(generated(&name));
                return Ok(Imported { source, name, types, states, states_in_own_words, kept, warnings });
            }
            Err(wrong) => wrong,
        };
        let mut moved = false;
        for (_, at, _) in &wrong {
            moved |= captures.give_up(document, at);
        }
        if moved {
            // What reads them is written anew.
            plan = Plan::default();
            round = 0;
            continue;
        }
        for (number, _, message) in &wrong {
            moved |= number.is_some_and(|number| plan.step(&points, number, message, round >= HARD));
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

/// Returns the states that wait for an Express execution and check its status, as `workflow::<Other>.express` does. A
/// document does not name the other workflow, and AWS's types do not know what the status says of the other members.
fn express_children(document: &Value) -> impl Iterator<Item = Pointer> {
    let states = states_in(document, &Pointer::root()).into_iter();
    states.filter_map(|(place, state)| {
        let text = |field: &str| state.get(field).and_then(Value::as_str).unwrap_or_default();
        let waits = TaskResource::parse(text("Resource")).is_ok_and(TaskResource::waits_for_express);
        (waits && text("Output").starts_with(SUCCEEDED)).then_some(place.pointer)
    })
}

/// A part that differs: the point to write otherwise, the pointer, and the message.
type Differences = Vec<(Option<usize>, Pointer, String)>;

/// Returns whether a value is only a placeholder.
fn stands_alone(document: &Value, at: &Pointer) -> bool {
    document.pointer(at.as_str()).and_then(Value::as_str).is_some_and(placeholder::is_one)
}

/// Returns the error of a document with a placeholder that became text.
fn placeholder_left(document: &Value) -> ImportError {
    let named = |text: &str| placeholder::named(text).next().is_some();
    let is_left = |value: &Value| match value {
        Value::String(text) => named(text),
        Value::Object(members) => members.keys().any(|key| named(key)),
        _ => false,
    };
    let (pointer, message) = match values_in(document).find(|(_, value)| is_left(value)) {
        Some((at, _)) => (at, "a placeholder where no parameter is allowed"),
        None => (Pointer::root(), "a placeholder remains text"),
    };
    ImportError::Unsayable { pointer, message: message.to_owned() }
}

/// Compiles a body of `workflow!` and compares the result with the document. Returns whether placeholders remain text.
fn compare(body: &str, document: &Value, points: &[Point]) -> Result<bool, Differences> {
    let Ok(tokens) = body.parse::<TokenStream>() else {
        return Err(vec![(None, Pointer::root(), "it is not valid Rust".to_owned())]);
    };
    let compilation = workflow_compiler::compile(tokens);
    let errors: Vec<_> = compilation.problems.iter().filter(|problem| problem.is_error()).collect();
    let mut wrong = Vec::new();
    for problem in errors {
        let number = point_of(problem, points);
        let at = number.and_then(|number| points.get(number)).map_or_else(Pointer::root, |point| point.pointer.clone());
        wrong.push((number, at, problem.message.clone()));
    }
    wrong.extend(compilation.bugs.iter().map(|bug| (None, Pointer::root(), bug.clone())));
    let Some(workflow) = compilation.workflows.first() else {
        wrong.push((None, Pointer::root(), "it contains no workflow".to_owned()));
        return Err(wrong);
    };
    if wrong.is_empty() {
        for at in differences(document, &workflow.definition) {
            let message = "it would change".to_owned();
            wrong.push((point_at(&at, points), at, message));
        }
    }
    // Each point advances one step at a time.
    let mut seen = BTreeSet::new();
    wrong.retain(|(number, ..)| number.is_none_or(|number| seen.insert(number)));
    let is_left = |piece: &Fragment| matches!(piece, Fragment::Text(text) if placeholder::named(text).next().is_some());
    if wrong.is_empty() { Ok(workflow.fragments.iter().any(is_left)) } else { Err(wrong) }
}

/// Returns the innermost point around a problem's words.
fn point_of(problem: &Problem, points: &[Point]) -> Option<usize> {
    let at = problem.span.first.byte_range().start;
    let around = points.iter().enumerate().filter(|(_, point)| point.range.contains(&at));
    around.min_by_key(|(_, point)| point.range.len()).map(|(number, _)| number)
}

/// Returns the point at a pointer, or the nearest enclosing one.
fn point_at(at: &Pointer, points: &[Point]) -> Option<usize> {
    let mut here = Some(at.clone());
    while let Some(at) = here {
        if let Some(number) = points.iter().position(|point| point.pointer == at) {
            return Some(number);
        }
        here = at.parent();
    }
    None
}

impl Printer<'_> {
    /// Writes the whole workflow, with marks.
    fn machine(&mut self, document: &Value, name: &str, kind: MachineType) -> String {
        let root = Pointer::root();
        let Value::Object(map) = document else { return String::new() };
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
        let scope = Scope { pointer: &root, jsonata, distributed: false };
        let states = self.states(&mut fields, &root, &scope);
        let params = self.params.declaration(self.in_texts);
        let handlers = std::mem::take(&mut self.shared.lines);
        let types = self.known.shapes.map(Shapes::declarations).unwrap_or_default();
        let parts: Vec<_> =
            [lines, params, types, handlers, states].into_iter().filter(|part| !part.is_empty()).collect();
        format!("{before}pub workflow {name} {}\n", braces(&parts.join("\n")))
    }
}
