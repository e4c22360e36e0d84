//! Reads the state machines of a file: `workflow!` calls in Rust, an ASL document in JSON or YAML, or a template.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::rules;
use workflow_asl::source::Source;
use workflow_compiler::piece::{Escape, Piece};
use workflow_compiler::syntax::ast::{DeclarationKind, plain};
use workflow_compiler::{Compilation, CompiledWorkflow, Surroundings};

use crate::Failure;
use crate::input;
use crate::report::{self, Report};
use crate::template::{Missing, Template};

/// A file that was read.
pub(crate) enum File {
    /// Rust: its text, and what the compiler makes of each `workflow!` in it.
    Rust(String, Vec<Compilation>),
    /// JSON or YAML: a definition, or a template.
    Document(Source),
}

impl File {
    /// Reads a file; `-` is a document on the standard input.
    ///
    /// # Errors
    /// It cannot be opened, or is neither Rust nor a document.
    pub(crate) fn read(file: &Path) -> Result<Self, Box<Report>> {
        let bytes = input::bytes(file).map_err(|reason| Box::new(Report::unreadable(file, &reason)))?;
        if file.extension().is_some_and(|extension| extension == "rs") {
            let text = String::from_utf8(bytes).map_err(|error| {
                let reason = format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to());
                Box::new(Report::unreadable(file, &reason))
            })?;
            let compilations = compile(file, &text)?;
            return Ok(Self::Rust(text, compilations));
        }
        let source = Source::read(&bytes, input::format(file, &bytes));
        source.map(Self::Document).map_err(|error| Box::new(Report::refused(file, &bytes, &error)))
    }
}

/// One state machine of a file.
pub(crate) struct Machine {
    /// The workflow's name; the file's for an ASL document.
    pub(crate) name: String,
    /// Standard or Express; an ASL document does not say, and counts as Standard.
    pub(crate) machine_type: MachineType,
    /// The definition.
    pub(crate) definition: Value,
    /// The same with what only rustc or a deployment knows as texts inside expressions too, which can be read then;
    /// `None` if there are none.
    pub(crate) readable: Option<Value>,
    /// What stands in the definition for something that only rustc or a deployment knows.
    pub(crate) notes: Vec<String>,
}

/// The machines of the file, or the one called `name`; all that is wrong with them as one text.
pub(crate) fn read(file: &Path, name: Option<&str>) -> Result<Vec<Machine>, Failure> {
    let mut errors = Vec::new();
    let mut machines = match File::read(file).map_err(|report| report::print(&report))? {
        File::Rust(text, compilations) => {
            let mut machines = Vec::new();
            for compilation in &compilations {
                let reports = compilation.problems.iter().map(|problem| Report::problem(file, &text, problem));
                report::sort_out(reports, &mut errors);
                errors.extend(compilation.bugs.iter().cloned());
                machines.extend(compilation.workflows.iter().filter_map(machine));
            }
            machines
        }
        File::Document(source) => match Template::of(file, &source) {
            Some(template) => from_template(&template, &mut errors),
            None => vec![from_document(file, source, &mut errors)],
        },
    };
    if !errors.is_empty() {
        return Err(errors.join("\n").into());
    }
    if let Some(name) = name {
        let names: Vec<_> = machines.iter().map(|machine| machine.name.clone()).collect();
        machines.retain(|machine| machine.name == name);
        if machines.is_empty() {
            return Err(
                format!("error: {} has no workflow `{name}`; it has: {}", file.display(), names.join(", ")).into()
            );
        }
    }
    Ok(machines)
}

/// The only machine of the file, or the one called `name`.
pub(crate) fn read_one(file: &Path, name: Option<&str>) -> Result<Machine, Failure> {
    let mut machines = read(file, name)?;
    match (machines.pop(), machines.is_empty()) {
        (Some(machine), true) => Ok(machine),
        (Some(last), false) => {
            let names: Vec<_> = machines.iter().chain([&last]).map(|machine| machine.name.as_str()).collect();
            Err(format!("error: {} has several workflows; take one with --name: {}", file.display(), names.join(", "))
                .into())
        }
        (None, _) => Err(format!("error: {} has no `workflow!` in it", file.display()).into()),
    }
}

/// What the compiler makes of every `workflow!` in a Rust file.
fn compile(file: &Path, text: &str) -> Result<Vec<Compilation>, Box<Report>> {
    let tokens =
        TokenStream::from_str(text).map_err(|error| Box::new(Report::not_rust(file, text, error.span().start())))?;
    let mut bodies = Vec::new();
    find_calls(tokens, &mut bodies);
    Ok(compile_bodies(file, &bodies))
}

/// The workflows without errors of a Rust file; none of a file that cannot be read.
pub(crate) fn declared(file: &Path) -> Vec<Machine> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut bodies = Vec::new();
    find_calls(TokenStream::from_str(&text).unwrap_or_default(), &mut bodies);
    compile_bodies(file, &bodies).iter().flat_map(|compiled| compiled.workflows.iter().filter_map(machine)).collect()
}

fn compile_bodies(file: &Path, bodies: &[Group]) -> Vec<Compilation> {
    let locate = |span: Span| Some((span.start().line, span.start().column));
    let surroundings = Surroundings { locate: &locate, folder: Some(&crate_folder(file)), editor: false };
    bodies.iter().map(|body| workflow_compiler::compile_in(body.stream(), surroundings)).collect()
}

/// The folder of the nearest `Cargo.toml` above a file, which the paths of `from` count from; its own where there is
/// none.
fn crate_folder(file: &Path) -> PathBuf {
    // A relative path ends before the folders above it do.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut folders = file.ancestors().skip(1);
    let found = folders.find(|folder| folder.join("Cargo.toml").is_file());
    found.or_else(|| file.parent()).unwrap_or(&file).to_owned()
}

/// A compiled workflow as a machine; `None` for one with errors, which are reported.
fn machine(workflow: &CompiledWorkflow) -> Option<Machine> {
    let mut notes = Vec::new();
    let text: String = workflow.pieces.iter().map(|piece| placeholder(workflow, piece, &mut notes)).collect();
    Some(Machine {
        name: workflow.source.name.to_string(),
        machine_type: workflow.machine_type,
        definition: serde_json::from_str(&text).ok()?,
        readable: Some(workflow.definition.clone()),
        notes,
    })
}

/// A piece of a definition, with `${name}` where its value is known to rustc or the deployment only.
fn placeholder(workflow: &CompiledWorkflow, piece: &Piece, notes: &mut Vec<String>) -> String {
    let (name, what, escape) = match piece {
        Piece::Text(text) => return text.clone(),
        Piece::Param { name, escape } => (wire_name(workflow, name), "known when it is deployed", escape),
        Piece::Constant { path, escape } => {
            (path.to_string().replace(' ', ""), "a constant, whose value only rustc knows", escape)
        }
    };
    let placeholder = format!("${{{name}}}");
    let note = format!("`{placeholder}` stands for `{name}`, {what}");
    if !notes.contains(&note) {
        notes.push(note);
    }
    match escape {
        Escape::Json | Escape::JsonataTemplate => Value::String(placeholder).to_string(),
        _ => placeholder,
    }
}

/// A parameter's name in JSON.
fn wire_name(workflow: &CompiledWorkflow, name: &str) -> String {
    let params = workflow.source.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Params(fields) => Some(fields),
        _ => None,
    });
    let field = params.flatten().find(|field| plain(&field.name) == name);
    field.map_or_else(|| name.to_owned(), |field| field.wire.clone())
}

/// The bodies of all `workflow! { … }`, also those inside modules and functions.
fn find_calls(tokens: TokenStream, bodies: &mut Vec<Group>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match (token, tokens.get(at), tokens.get(at + 1)) {
            (TokenTree::Ident(ident), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(body)))
                if ident == "workflow" && bang.as_char() == '!' =>
            {
                bodies.push(body.clone());
                at += 2;
            }
            (TokenTree::Group(group), ..) if group.delimiter() != Delimiter::None => find_calls(group.stream(), bodies),
            _ => {}
        }
    }
}

fn from_document(file: &Path, source: Source, errors: &mut Vec<String>) -> Machine {
    let found = rules::check_definition(source.value(), MachineType::Standard);
    let located = source.locate(&found).into_iter().zip(&found);
    report::sort_out(located.map(|(at, found)| Report::found(file, source.text(), found, at)), errors);
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".asl").map(str::to_owned).unwrap_or(name);
    Machine {
        name,
        machine_type: MachineType::Standard,
        definition: source.into_value(),
        readable: None,
        notes: Vec::new(),
    }
}

/// The machines of a template; one whose definition lies elsewhere is passed over with a note.
fn from_template(template: &Template<'_>, errors: &mut Vec<String>) -> Vec<Machine> {
    let mut machines = Vec::new();
    for resource in template.machines() {
        match resource {
            Ok(resource) => {
                let found = rules::check_definition(&resource.definition, resource.machine_type);
                report::sort_out(template.reports(&resource, &found).into_iter(), errors);
                let (name, machine_type) = (resource.name, resource.machine_type);
                machines.push(Machine {
                    name,
                    machine_type,
                    definition: resource.definition,
                    readable: None,
                    notes: resource.notes,
                });
            }
            Err(Missing::Elsewhere(note)) => eprintln!("note: {note}"),
            Err(Missing::Unreadable(report)) => errors.push(report::print(&report)),
        }
    }
    machines
}
