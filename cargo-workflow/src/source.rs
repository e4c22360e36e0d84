//! Reads the state machines of a file: `workflow!` calls in Rust, an ASL document in JSON or YAML, or a template.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::rules::Annotations;
use workflow_asl::source::Source;
use workflow_asl::{placeholder, rules};
use workflow_compiler::piece::{Escape, Piece};
use workflow_compiler::problem::Problem;
use workflow_compiler::syntax::ast::{DeclarationKind, FieldDecl, Workflow, plain};
use workflow_compiler::{Compilation, CompiledWorkflow, Surroundings};

use crate::Failure;
use crate::input;
use crate::report::{self, Report};
use crate::started::Siblings;
use crate::template::{Missing, Template};

/// A file that was read.
pub(crate) enum File {
    /// Rust: its text, and what the compiler makes of each `workflow!` in it.
    Rust(String, Vec<Call>),
    /// JSON or YAML: a definition, or a template.
    Document(Source),
}

/// A `workflow!` of a Rust file.
pub(crate) struct Call {
    /// The names of the modules around it in the file.
    pub(crate) modules: Vec<String>,
    /// What the compiler makes of it.
    pub(crate) compilation: Compilation,
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
            let calls = compile(file, &text)?;
            return Ok(Self::Rust(text, calls));
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
    /// The names of what only rustc or a deployment knows: params, declared or not, and constants.
    pub(crate) placeholders: BTreeSet<String>,
    /// What is said of the states that is not in the definition.
    pub(crate) annotations: Annotations,
    /// The workflow that it was made of, in Rust.
    pub(crate) workflow: Option<Box<Workflow>>,
    /// The workflows of its file that it starts, by the paths that it names them by.
    pub(crate) started: BTreeMap<String, Workflow>,
}

impl Machine {
    fn of_document(name: String, machine_type: MachineType, definition: Value, notes: Vec<String>) -> Self {
        let mut names = BTreeSet::new();
        placeholders(&definition, &mut names);
        let annotations = Annotations::default();
        let (readable, workflow, started) = (None, None, BTreeMap::new());
        Self { name, machine_type, definition, readable, notes, placeholders: names, annotations, workflow, started }
    }
}

/// The machines of the file, or the one called `name`; all that is wrong with them as one text. Of the others nothing is
/// said.
pub(crate) fn read(file: &Path, name: Option<&str>) -> Result<Vec<Machine>, Failure> {
    let mut errors = Vec::new();
    let mut names = Vec::new();
    let machines = match File::read(file).map_err(|report| report::print(&report))? {
        File::Rust(text, calls) => from_rust(file, &text, &calls, name, &mut names, &mut errors),
        File::Document(source) => match Template::of(file, &source) {
            Some(template) => from_template(&template, name, &mut names, &mut errors),
            None => {
                names.push(name_of(file));
                let wanted = name.is_none_or(|name| names.iter().any(|known| known == name));
                if wanted { vec![from_document(file, source, &mut errors)] } else { Vec::new() }
            }
        },
    };
    match name {
        _ if !errors.is_empty() => Err(errors.join("\n").into()),
        Some(name) if machines.is_empty() => {
            Err(format!("error: {} has no workflow `{name}`; it has: {}", file.display(), names.join(", ")).into())
        }
        _ => Ok(machines),
    }
}

/// The machines of a Rust file, or the one called `name`.
fn from_rust(
    file: &Path,
    text: &str,
    calls: &[Call],
    name: Option<&str>,
    names: &mut Vec<String>,
    errors: &mut Vec<String>,
) -> Vec<Machine> {
    let problems = problems(calls, name);
    report::sort_out(problems.iter().map(|problem| Report::problem(file, text, problem)), errors);
    errors.extend(calls.iter().flat_map(|call| call.compilation.bugs.iter().cloned()));
    let siblings = Siblings::of(calls);
    let mut machines = Vec::new();
    for Call { modules, compilation } in calls {
        for workflow in &compilation.workflows {
            names.push(workflow.source.name.to_string());
            if name.is_none_or(|name| workflow.source.name == name) {
                let started = || siblings.started(workflow, modules);
                machines.extend(machine(workflow).map(|machine| Machine { started: started(), ..machine }));
            }
        }
    }
    machines
}

/// What is wrong with the workflows of a Rust file; with a name, what is wrong with that one and with those that it
/// starts.
pub(crate) fn problems(calls: &[Call], name: Option<&str>) -> Vec<Problem> {
    let all = || calls.iter().flat_map(|call| &call.compilation.workflows);
    let wanted = name.and_then(|name| all().find(|workflow| workflow.source.name == *name));
    let counting = wanted.map(|wanted| with_those_it_starts(wanted, all));
    let counts = |own: Option<&CompiledWorkflow>| match &counting {
        Some(counting) => own.is_some_and(|own| counting.iter().any(|other| std::ptr::eq(*other, own))),
        // The workflow that is not there may be in what could not be read.
        None => name.is_none() || own.is_none(),
    };
    let siblings = Siblings::of(calls);
    let mut found = Vec::new();
    for Call { modules, compilation } in calls {
        for (number, problem) in compilation.problems.iter().enumerate() {
            if counts(compilation.workflows.iter().find(|workflow| workflow.has_problem(number))) {
                found.push(problem.clone());
            }
        }
        for workflow in compilation.workflows.iter().filter(|workflow| counts(Some(workflow))) {
            found.extend(siblings.problems(workflow, modules));
        }
    }
    found
}

/// A workflow, those that it starts, those that these start, as far as they are among `all`.
fn with_those_it_starts<'c, I: Iterator<Item = &'c CompiledWorkflow>>(
    first: &'c CompiledWorkflow,
    all: impl Fn() -> I,
) -> Vec<&'c CompiledWorkflow> {
    let mut found = vec![first];
    let mut next = 0;
    while let Some(workflow) = found.get(next) {
        next += 1;
        for name in workflow.starts() {
            let others = all().filter(|other| other.source.name == name);
            let new: Vec<_> = others.filter(|other| !found.iter().any(|known| std::ptr::eq(*known, *other))).collect();
            found.extend(new);
        }
    }
    found
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
fn compile(file: &Path, text: &str) -> Result<Vec<Call>, Box<Report>> {
    let tokens =
        TokenStream::from_str(text).map_err(|error| Box::new(Report::not_rust(file, text, error.span().start())))?;
    let mut bodies = Vec::new();
    find_calls(tokens, &mut Vec::new(), &mut bodies);
    Ok(compile_bodies(file, bodies))
}

/// The workflows without errors of a Rust file; none of a file that cannot be read.
pub(crate) fn declared(file: &Path) -> Vec<Machine> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut bodies = Vec::new();
    find_calls(TokenStream::from_str(&text).unwrap_or_default(), &mut Vec::new(), &mut bodies);
    let calls = compile_bodies(file, bodies);
    calls.iter().flat_map(|call| call.compilation.workflows.iter().filter_map(machine)).collect()
}

/// What the compiler makes of every `workflow!` in a text that is no file; nothing of one that is not Rust.
pub(crate) fn compile_text(text: &str) -> Vec<Call> {
    let mut bodies = Vec::new();
    find_calls(TokenStream::from_str(text).unwrap_or_default(), &mut Vec::new(), &mut bodies);
    compile_bodies(Path::new(""), bodies)
}

fn compile_bodies(file: &Path, bodies: Vec<(Vec<String>, Group)>) -> Vec<Call> {
    let locate = |span: Span| Some((span.start().line, span.start().column));
    let folder = crate_folder(file);
    let surroundings = Surroundings { locate: &locate, folder: Some(&folder), editor: false };
    let compiled = |body: &Group| workflow_compiler::compile_in(body.stream(), surroundings);
    bodies.into_iter().map(|(modules, body)| Call { modules, compilation: compiled(&body) }).collect()
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
    let text: String = workflow.pieces.iter().map(|piece| filled(workflow, piece, &mut notes)).collect();
    let mut placeholders: BTreeSet<String> = params(workflow).map(|field| field.wire.clone()).collect();
    placeholders.extend(workflow.pieces.iter().filter_map(|piece| match piece {
        Piece::Constant { path, .. } => Some(path.to_string().replace(' ', "")),
        _ => None,
    }));
    Some(Machine {
        name: workflow.source.name.to_string(),
        machine_type: workflow.machine_type,
        definition: serde_json::from_str(&text).ok()?,
        readable: Some(workflow.definition.clone()),
        notes,
        placeholders,
        annotations: workflow.annotations.clone(),
        workflow: Some(Box::new(workflow.source.clone())),
        started: BTreeMap::new(),
    })
}

/// A piece of a definition, with `${name}` where its value is known to rustc or the deployment only.
fn filled(workflow: &CompiledWorkflow, piece: &Piece, notes: &mut Vec<String>) -> String {
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
    let field = params(workflow).find(|field| plain(&field.name) == name);
    field.map_or_else(|| name.to_owned(), |field| field.wire.clone())
}

fn params(workflow: &CompiledWorkflow) -> impl Iterator<Item = &FieldDecl> {
    let params = workflow.source.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Params(fields) => Some(fields),
        _ => None,
    });
    params.flatten()
}

/// The names of the placeholders in a definition.
fn placeholders(value: &Value, names: &mut BTreeSet<String>) {
    let mut add = |text: &str| names.extend(placeholder::named(text).map(|(_, name)| name.to_owned()));
    match value {
        Value::String(text) => add(text),
        Value::Array(items) => items.iter().for_each(|item| placeholders(item, names)),
        Value::Object(members) => {
            members.keys().for_each(|key| add(key));
            members.values().for_each(|member| placeholders(member, names));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The bodies of all `workflow! { … }`, also those inside modules and functions, with the names of the modules.
fn find_calls(tokens: TokenStream, modules: &mut Vec<String>, bodies: &mut Vec<(Vec<String>, Group)>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match (token, tokens.get(at), tokens.get(at + 1)) {
            (TokenTree::Ident(ident), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(body)))
                if ident == "workflow" && bang.as_char() == '!' =>
            {
                bodies.push((modules.clone(), body.clone()));
                at += 2;
            }
            (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(TokenTree::Group(inside)))
                if word == "mod" && inside.delimiter() == Delimiter::Brace =>
            {
                modules.push(plain(name));
                find_calls(inside.stream(), modules, bodies);
                modules.pop();
                at += 2;
            }
            (TokenTree::Group(group), ..) if group.delimiter() != Delimiter::None => {
                find_calls(group.stream(), modules, bodies);
            }
            _ => {}
        }
    }
}

fn from_document(file: &Path, source: Source, errors: &mut Vec<String>) -> Machine {
    let found = rules::check_definition(source.value(), MachineType::Standard);
    let located = source.locate(&found).into_iter().zip(&found);
    report::sort_out(located.map(|(at, found)| Report::found(file, source.text(), found, at)), errors);
    Machine::of_document(name_of(file), MachineType::Standard, source.into_value(), Vec::new())
}

/// The name of an ASL document's only machine: the file's.
pub(crate) fn name_of(file: &Path) -> String {
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    name.strip_suffix(".asl").map(str::to_owned).unwrap_or(name)
}

/// The machines of a template, or the one called `name`; one whose definition lies elsewhere is passed over with a note.
fn from_template(
    template: &Template<'_>,
    name: Option<&str>,
    names: &mut Vec<String>,
    errors: &mut Vec<String>,
) -> Vec<Machine> {
    let mut machines = Vec::new();
    for (own, resource) in template.machines() {
        names.push(own.to_owned());
        if name.is_some_and(|name| name != own) {
            continue;
        }
        match resource {
            Ok(resource) => {
                let found = rules::check_definition(&resource.definition, resource.machine_type);
                report::sort_out(template.reports(&resource, &found).into_iter(), errors);
                let (name, machine_type) = (resource.name, resource.machine_type);
                machines.push(Machine::of_document(name, machine_type, resource.definition, resource.notes));
            }
            Err(Missing::Elsewhere(note)) => eprintln!("note: {note}"),
            Err(Missing::Unreadable(report)) => errors.push(report::print(&report)),
        }
    }
    machines
}
