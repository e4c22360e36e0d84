//! Reads the state machines of a file: `workflow!` calls in Rust, or an ASL document in JSON.

use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::{Diagnostic, rules};
use workflow_compiler::CompiledWorkflow;
use workflow_compiler::piece::{Escape, Piece};
use workflow_compiler::problem::Problem;

use crate::Failure;
use crate::place::Place;

/// One state machine of a file.
pub(crate) struct Machine {
    /// The workflow's name; the file's for an ASL document.
    pub(crate) name: String,
    /// Standard or Express; an ASL document does not say, and counts as Standard.
    pub(crate) machine_type: MachineType,
    /// The definition.
    pub(crate) definition: Value,
    /// What stands in the definition for something that only rustc or a deployment knows.
    pub(crate) notes: Vec<String>,
}

/// The machines of the file, or the one called `name`; all that is wrong with them as one text.
pub(crate) fn read(file: &Path, name: Option<&str>) -> Result<Vec<Machine>, Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("error: cannot read {}: {error}", file.display()))?;
    let is_rust = file.extension().is_some_and(|extension| extension == "rs");
    let mut machines = if is_rust { from_rust(file, &text)? } else { vec![from_json(file, &text)?] };
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

fn from_rust(file: &Path, text: &str) -> Result<Vec<Machine>, Failure> {
    let tokens = TokenStream::from_str(text).map_err(|error| {
        let start = error.span().start();
        let place = Place { file, line: start.line, column: start.column + 1 };
        format!("error: this is not Rust: {error}\n{place}")
    })?;
    let mut bodies = Vec::new();
    find_calls(tokens, &mut bodies);
    let mut machines = Vec::new();
    let mut errors = Vec::new();
    for body in bodies {
        let compilation = workflow_compiler::compile_located(body.stream(), &|span| {
            let start = span.start();
            Some((start.line, start.column))
        });
        for problem in compilation.problems.iter() {
            let report = report(file, problem);
            if problem.is_error() { errors.push(report) } else { eprintln!("{report}") }
        }
        errors.extend(compilation.bugs);
        machines.extend(compilation.workflows.iter().filter_map(machine));
    }
    if errors.is_empty() { Ok(machines) } else { Err(errors.join("\n\n").into()) }
}

/// A compiled workflow as a machine; `None` for one with errors, which are reported.
fn machine(workflow: &CompiledWorkflow) -> Option<Machine> {
    let mut notes = Vec::new();
    let text: String = workflow.pieces.iter().map(|piece| placeholder(piece, &mut notes)).collect();
    Some(Machine {
        name: workflow.source.name.to_string(),
        machine_type: workflow.machine_type,
        definition: serde_json::from_str(&text).ok()?,
        notes,
    })
}

/// A piece of a definition, with `${name}` where its value is known to rustc or the deployment only.
fn placeholder(piece: &Piece, notes: &mut Vec<String>) -> String {
    let (name, what, escape) = match piece {
        Piece::Text(text) => return text.clone(),
        Piece::Param { name, escape } => (name.clone(), "known when it is deployed", escape),
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

fn report(file: &Path, problem: &Problem) -> String {
    let start = problem.spot.first.start();
    let place = Place { file, line: start.line, column: start.column + 1 };
    let severity = if problem.is_error() { "error" } else { "warning" };
    let help: String = problem.help.iter().map(|help| format!("\n  = help: {help}")).collect();
    format!("{severity}[{}]: {}\n{place}{help}", problem.code, problem.message)
}

fn from_json(file: &Path, text: &str) -> Result<Machine, Failure> {
    let definition: Value = serde_json::from_str(text).map_err(|error| {
        let place = Place { file, line: error.line(), column: error.column() };
        format!("error[{}]: the definition is not JSON: {error}\n{place}", workflow_asl::Code::NotJson)
    })?;
    let found = rules::check_definition(&definition, MachineType::Standard);
    let errors: Vec<_> = found.iter().filter(|found| found.is_error()).map(Diagnostic::to_string).collect();
    if !errors.is_empty() {
        return Err(format!("{}\n  --> {}", errors.join("\n"), file.display()).into());
    }
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".asl").map(str::to_owned).unwrap_or(name);
    Ok(Machine { name, machine_type: MachineType::Standard, definition, notes: Vec::new() })
}
