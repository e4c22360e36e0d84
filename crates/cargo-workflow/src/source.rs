//! Reads the state machines of a file: `workflow!` calls in Rust, an ASL document in JSON or YAML, or a template.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::rules::Annotations;
use workflow_asl::source::Source;
use workflow_asl::{Code, rules};
use workflow_compiler::check::DeclaredProperty;
use workflow_compiler::problem::Problem;
use workflow_compiler::syntax::ast::Workflow;
use workflow_compiler::{Compilation, CompiledWorkflow, Position, Surroundings};
use workflow_format::{OTHER_QUOTES, double_quoted, foreign_quotes, in_double_quotes};
use workflow_schema::Types;

use crate::Failure;
use crate::definition::{Constants, Definition, params};
use crate::documents::Document;
use crate::folder;
use crate::input;
use crate::params::Values;
use crate::report::{self, Report};
use crate::rust_calls::{Calls, NothingRead, Unread, bodies, find_calls, no_workflow, unread};
use crate::siblings::Siblings;
use crate::template::{self, Missing, Reading, Template};
use crate::workflow_text;

/// A parsed file.
pub(crate) enum File {
    /// Rust.
    Rust(RustFile),
    /// JSON or YAML: a definition.
    Document(Source),
    /// A template of CloudFormation or SAM, a file of the Serverless Framework, or Terraform.
    Template(Source),
}

/// A Rust file.
pub(crate) struct RustFile {
    pub(crate) text: String,
    /// The result of compiling each `workflow!`.
    pub(crate) calls: Vec<MacroCall>,
    /// The types of its constants.
    pub(crate) constants: Constants,
    /// The macros whose workflows are not read.
    pub(crate) unread: Vec<Unread>,
}

impl RustFile {
    /// Returns a sentence for each macro whose workflows are not read.
    ///
    /// # Errors
    /// Fails if nothing of the file is read.
    pub(crate) fn unread(&self, file: &Path) -> Result<Vec<String>, NothingRead> {
        unread(file, self.calls.is_empty(), &self.unread)
    }
}

/// A `workflow!` of a Rust file.
pub(crate) struct MacroCall {
    /// The names of the enclosing modules in the file.
    pub(crate) modules: Vec<String>,
    /// The result of compiling it.
    pub(crate) compilation: Compilation,
}

impl File {
    /// Reads a file; `-` is a document or a workflow on standard input.
    ///
    /// # Errors
    /// Fails if it cannot be opened, or is neither Rust nor a document.
    pub(crate) fn read(file: &Path) -> Result<Self, Box<Report>> {
        let bytes = input::bytes(file).map_err(|reason| Box::new(Report::unreadable(file, &reason)))?;
        Self::of_bytes(file, bytes)
    }

    /// Reads the bytes of a file of this name, which need not exist.
    ///
    /// # Errors
    /// Fails if they are neither Rust nor a document.
    pub(crate) fn of_bytes(file: &Path, bytes: Vec<u8>) -> Result<Self, Box<Report>> {
        if is_rust(file) || workflow_text::is_one(file, &bytes) {
            let text = String::from_utf8(bytes).map_err(|error| {
                let reason = format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to());
                Box::new(Report::unreadable(file, &reason))
            })?;
            return compile(file, text).map(Self::Rust);
        }
        if template::is_terraform(file) {
            let text = String::from_utf8_lossy(&bytes);
            let read = template::read_terraform(&text).map_err(|reason| Box::new(Report::unreadable(file, &reason)));
            return read.map(Self::Template);
        }
        let refused = |error: &_| match template::has_directives(&bytes) {
            true => Box::new(Report::unreadable(file, "it has directives `%{ … }`, which only Terraform evaluates")),
            false => Box::new(Report::refused(file, &bytes, error)),
        };
        let source = Source::read_repeated(&bytes, input::format(file, &bytes)).map_err(|error| refused(&error))?;
        if Template::is_one(source.value()) {
            return Ok(Self::Template(source));
        }
        match source.repeated_in(|_| true).first() {
            Some(error) => Err(refused(error)),
            None => Ok(Self::Document(source)),
        }
    }
}

/// A state machine of a file.
pub(crate) struct Machine {
    /// The workflow's name, or the file's for an ASL document.
    pub(crate) name: String,
    /// The file, if it is known.
    pub(crate) file: Option<PathBuf>,
    /// The modules of the file that its workflow is in, and the workflow's name; empty for an ASL document.
    pub(crate) path: Vec<String>,
    /// Standard or Express. An ASL document does not say, and counts as Standard.
    pub(crate) machine_type: MachineType,
    /// The definition with the given values. The others are placeholders, as strings.
    pub(crate) value: Value,
    /// The definition without values.
    pub(crate) definition: Definition,
    /// The parameters without a value that are not text.
    pub(crate) missing: BTreeSet<String>,
    /// Notes about values that only rustc or a deployment knows.
    pub(crate) notes: Vec<String>,
    /// The names that can have a value: parameters and placeholders, constants, the parameters of a template.
    pub(crate) names: BTreeSet<String>,
    /// The facts about the states that are not in the definition.
    pub(crate) annotations: Annotations,
    /// The workflow from which it was made, in Rust.
    pub(crate) workflow: Option<Box<Workflow>>,
    /// The workflows of its file that it starts, by the paths that name them.
    pub(crate) started: BTreeMap<String, Workflow>,
    /// Its states that start a workflow of its file, with the path of that workflow.
    pub(crate) starting: Vec<(String, Vec<String>)>,
    /// The workflows of its file that it starts, directly or indirectly, by their paths.
    pub(crate) family: BTreeMap<Vec<String>, Machine>,
    /// The data types that it declares.
    pub(crate) types: &'static Types,
    /// The properties that it declares.
    pub(crate) declared_properties: Vec<DeclaredProperty>,
    /// The known values of the placeholders of a template's own resources, as patterns of IAM.
    pub(crate) patterns: BTreeMap<String, String>,
    /// Whether the template turns on logging.
    pub(crate) logs: bool,
    /// Whether the template turns on tracing.
    pub(crate) traces: bool,
    /// Its name in AWS, for a workflow in Rust.
    pub(crate) aws_name: Option<String>,
    /// The properties of a template's resource, with placeholders for values that only a deployment knows.
    pub(crate) properties: Option<Value>,
}

impl Machine {
    /// Creates a machine without anything besides its definition.
    ///
    /// # Errors
    /// Fails if a value does not fit its parameter.
    pub(crate) fn new(
        name: String,
        machine_type: MachineType,
        definition: Definition,
        values: &Values,
    ) -> Result<Self, Failure> {
        let filled = definition.filled(values)?;
        let names = definition.names();
        let is_given = |name: &String| values.get(name).is_some();
        let notes = definition.notes().into_iter().filter(|(name, _)| !is_given(name)).map(|(_, note)| note).collect();
        Ok(Self {
            name,
            file: None,
            path: Vec::new(),
            machine_type,
            value: filled.value,
            definition,
            missing: filled.missing,
            notes,
            names,
            annotations: Annotations::default(),
            workflow: None,
            started: BTreeMap::new(),
            starting: Vec::new(),
            family: BTreeMap::new(),
            types: &Types::NONE,
            declared_properties: Vec::new(),
            patterns: BTreeMap::new(),
            logs: false,
            traces: false,
            aws_name: None,
            properties: None,
        })
    }

    /// Returns whether it is a document, which does not say its type.
    pub(crate) fn has_no_type(&self) -> bool {
        self.workflow.is_none() && self.properties.is_none()
    }

    /// Returns the machine if it can run.
    ///
    /// # Errors
    /// Fails if something is computed from a param without a value.
    pub(crate) fn complete(self) -> Result<Self, Failure> {
        let Some(name) = self.missing.first() else { return Ok(self) };
        let names = self.missing.iter().map(String::as_str).collect::<Vec<_>>().join("`, `");
        let what = format!("the workflow computes with `{names}`: pass a value");
        Err(format!("error: {what}\n  = help: {}", value_help(name)).into())
    }
}

/// What to read from a file.
#[derive(Clone, Copy)]
pub(crate) struct ReadRequest<'a> {
    pub(crate) file: &'a Path,
    /// The bytes of the file, if they are not those on disk.
    pub(crate) bytes: Option<&'a [u8]>,
    /// The workflow to use, if the file has several.
    pub(crate) name: Option<&'a str>,
    pub(crate) values: &'a Values,
    pub(crate) reading: Reading,
}

/// The contents of a file.
#[derive(Default)]
struct FileContents {
    machines: Vec<Machine>,
    /// The names of all workflows of the file.
    names: Vec<String>,
    /// The errors and warnings of the wanted ones.
    reports: Vec<Report>,
    /// Whether some cannot be read.
    unreadable: bool,
    /// Whether it is Rust, which does not compile with any error.
    is_rust: bool,
    /// Why values cannot be filled in.
    failure: Option<Failure>,
}

impl FileContents {
    fn push(&mut self, machine: Result<Machine, Failure>) {
        match machine {
            Ok(machine) => self.machines.push(machine),
            Err(failure) => self.failure = self.failure.take().or(Some(failure)),
        }
    }
}

/// Returns the machines of the file, or the one called `name`. Their errors and warnings are printed. Anything that AWS
/// would still accept does not stop the command. The other machines are not reported.
pub(crate) fn read(wanted: ReadRequest<'_>) -> Result<Vec<Machine>, Failure> {
    let machines = read_known(wanted)?;
    note_none(wanted.file, machines.len());
    Ok(machines)
}

fn read_known(wanted: ReadRequest<'_>) -> Result<Vec<Machine>, Failure> {
    let machines = read_with_names(wanted)?;
    let names = machines.iter().flat_map(|machine| machine.names.iter().cloned()).collect();
    wanted.values.are_known(&names)?;
    Ok(machines)
}

/// Prints a note if a file has no state machine. That is not an error, but nothing is printed for the file.
pub(crate) fn note_none(file: &Path, machines: usize) {
    if machines == 0 {
        report::note(&none_in(file));
    }
}

fn none_in(file: &Path) -> String {
    if is_rust(file) { no_workflow(file) } else { format!("{} contains no state machine", file.display()) }
}

fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs")
}

/// Like [`read`], but also returns machines with errors, and whether errors would stop another command.
pub(crate) fn read_with_errors(wanted: ReadRequest<'_>) -> Result<(Vec<Machine>, bool), Failure> {
    let (machines, stopped) = read_all(wanted, &mut Vec::new())?;
    let names = machines.iter().flat_map(|machine| machine.names.iter().cloned()).collect();
    wanted.values.are_known(&names)?;
    note_none(wanted.file, machines.len());
    Ok((machines, stopped))
}

/// Like [`read`], but does not check the names of values.
pub(crate) fn read_with_names(wanted: ReadRequest<'_>) -> Result<Vec<Machine>, Failure> {
    read_and_tell(wanted).0
}

/// The same, and returns what it printed about the file.
pub(crate) fn read_and_tell(wanted: ReadRequest<'_>) -> (Result<Vec<Machine>, Failure>, Vec<Report>) {
    let mut reports = Vec::new();
    let read = read_all(wanted, &mut reports);
    (read.and_then(|(machines, stopped)| if stopped { Err(Failure::Printed(1)) } else { Ok(machines) }), reports)
}

fn read_all(wanted: ReadRequest<'_>, reports: &mut Vec<Report>) -> Result<(Vec<Machine>, bool), Failure> {
    let read = read_into(wanted, reports);
    report::print_all(reports);
    read
}

fn read_into(wanted: ReadRequest<'_>, reports: &mut Vec<Report>) -> Result<(Vec<Machine>, bool), Failure> {
    let ReadRequest { file, name, .. } = wanted;
    let mut found = FileContents::default();
    let read = match wanted.bytes {
        Some(bytes) => File::of_bytes(file, bytes.to_vec()),
        None => File::read(file),
    };
    let unreadable = |report: Box<Report>| {
        reports.push(*report);
        Failure::Printed(2)
    };
    match read.map_err(unreadable)? {
        File::Rust(rust) => {
            report::note_all(rust.unread(file)?);
            from_rust(wanted, &rust, &mut found);
        }
        File::Document(source) => from_document(wanted, &source, &mut found),
        File::Template(source) => from_template(wanted, &source, &mut found),
    }
    let may_be_created = |report: &Report| report.code().is_some_and(|code| code.may_be_created());
    let stops = |report: &Report| report.is_error() && (found.is_rust || !may_be_created(report));
    let stopped = found.reports.iter().any(stops);
    reports.append(&mut found.reports);
    let nothing = found.is_rust || found.failure.is_some() || found.machines.is_empty();
    match (name, found.failure) {
        _ if found.unreadable => Err(Failure::Printed(2)),
        _ if stopped && nothing => Err(Failure::Printed(1)),
        (_, Some(failure)) => Err(failure),
        (Some(name), None) if found.machines.is_empty() => {
            let names = found.names.join(", ");
            Err(Failure::NoWorkflow(format!("error: {} has no workflow `{name}`; it has: {names}", file.display())))
        }
        _ => Ok((found.machines, stopped)),
    }
}

/// Reads the machines of a Rust file, or the one called `name`.
fn from_rust(wanted: ReadRequest<'_>, rust: &RustFile, found: &mut FileContents) {
    let RustFile { text, calls, constants, .. } = rust;
    found.is_rust = true;
    let problems = problems(calls, wanted.name);
    found.reports.extend(problems.iter().map(|problem| Report::problem(wanted.file, text, problem)));
    let bugs: Vec<_> = calls.iter().flat_map(|call| &call.compilation.bugs).collect();
    found.unreadable |= !bugs.is_empty();
    found.reports.extend(bugs.into_iter().map(|bug| Report::unreadable(wanted.file, bug)));
    let siblings = Siblings::of(calls);
    for MacroCall { modules, compilation } in calls {
        for workflow in &compilation.workflows {
            found.names.push(workflow.source.name.to_string());
            // One with errors, which are reported, has no text.
            let is_wanted = wanted.name.is_none_or(|name| workflow.source.name == name);
            if is_wanted && !workflow.fragments.is_empty() {
                let read = |(workflow, modules): (&CompiledWorkflow, &[String])| {
                    let mut machine = machine(workflow, constants, wanted.values)?;
                    machine.path = [modules, std::slice::from_ref(&machine.name)].concat();
                    machine.started = siblings.started(workflow, modules);
                    machine.starting = siblings.starting(workflow, modules);
                    machine.types = siblings.types(workflow, modules);
                    machine.declared_properties.clone_from(&workflow.properties);
                    Ok(machine)
                };
                found.push(read((workflow, modules)).map(|mut machine| {
                    let family = siblings.family(workflow, modules).into_iter();
                    // A workflow does not start itself: each of its executions would start another.
                    let family =
                        family.filter(|(_, other)| !other.fragments.is_empty() && !std::ptr::eq(*other, workflow));
                    // One whose values do not fit cannot run.
                    let family = family.filter_map(|(path, other)| {
                        let (_, modules) = path.split_last()?;
                        let other = read((other, modules)).ok()?;
                        Some((path, other))
                    });
                    machine.family = family.collect();
                    machine
                }));
            }
        }
    }
}

/// Returns the problems of the workflows of a Rust file, or the problems of one workflow, of the workflows that it
/// starts, and of the fragments that these use.
pub(crate) fn problems(calls: &[MacroCall], name: Option<&str>) -> Vec<Problem> {
    let all = || calls.iter().flat_map(|call| &call.compilation.workflows);
    let wanted = name.and_then(|name| all().find(|workflow| workflow.source.name == *name));
    let counting = wanted.map(|wanted| with_those_it_starts(wanted, all));
    let counts = |own: &CompiledWorkflow| match &counting {
        Some(counting) => counting.iter().any(|other| std::ptr::eq(*other, own)),
        None => name.is_none(),
    };
    let is_used = |fragment: &String| {
        let mut uses = counting.iter().flatten().flat_map(|workflow| &workflow.source.inlined);
        counting.is_none() || uses.any(|used| used.fragment == *fragment)
    };
    let siblings = Siblings::of(calls);
    let mut found = Vec::new();
    for MacroCall { modules, compilation } in calls {
        let is_counted = |problem: &&Problem| {
            let own = compilation.workflows.iter().find(|workflow| workflow.source.number == problem.workflow);
            // What belongs to neither is in a part that could not be read, where a missing workflow may be.
            own.map_or_else(|| compilation.fragments.get(&problem.workflow).is_none_or(is_used), counts)
        };
        found.extend(compilation.problems.iter().filter(is_counted).cloned());
        for workflow in compilation.workflows.iter().filter(|workflow| counts(workflow)) {
            let of_children = siblings.problems(workflow, modules).into_iter();
            found.extend(of_children.map(|problem| compilation.imported.moved(problem, &locate)));
        }
    }
    found
}

/// Returns a workflow and the workflows in `all` that it starts, directly or indirectly.
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

/// Like [`read_one`], for one of two files: the values may belong to the other one.
pub(crate) fn read_one_of_two(wanted: ReadRequest<'_>) -> Result<Machine, Failure> {
    only(wanted, read_with_names(wanted)?)
}

/// Returns the machines of the file, or the one called `name`; an error if there is none.
pub(crate) fn read_some(wanted: ReadRequest<'_>) -> Result<Vec<Machine>, Failure> {
    match read_with_names(wanted)? {
        machines if machines.is_empty() => Err(format!("error: {}", none_in(wanted.file)).into()),
        machines => Ok(machines),
    }
}

/// Returns the only machine of the file, or the one called `name`.
pub(crate) fn read_one(wanted: ReadRequest<'_>) -> Result<Machine, Failure> {
    only(wanted, read_known(wanted)?)
}

/// Like [`read_one`], for commands that run the machine: defaults of params are used, and code 1 is for executions that
/// fail.
pub(crate) fn read_to_run(file: &crate::File, values: &Values) -> Result<Machine, Failure> {
    let machine = read_with_family(file, values)?;
    values.are_known(&machine.names)?;
    Ok(machine)
}

/// Like [`read_to_run`], but the values may also belong to the workflows that it starts.
pub(crate) fn read_family_to_run(file: &crate::File, values: &Values) -> Result<Machine, Failure> {
    let machine = read_with_family(file, values)?;
    let all = machine.family.values().chain([&machine]);
    values.are_known(&all.flat_map(|machine| machine.names.iter().cloned()).collect())?;
    Ok(machine)
}

fn read_with_family(file: &crate::File, values: &Values) -> Result<Machine, Failure> {
    let wanted = file.wanted(values);
    let wanted = ReadRequest { reading: wanted.reading.with_defaults(), ..wanted };
    let machine = read_with_names(wanted).and_then(|machines| only(wanted, machines));
    machine.map_err(|failure| match failure {
        Failure::Printed(_) => Failure::Printed(2),
        failure => failure,
    })
}

/// Returns the machines of several files, or those called like the wanted one, and whether a file could not be read, which
/// was printed. Defaults of params are used. The values may belong to any of them.
///
/// # Errors
/// Fails if there are no machines and a file could not be read, or none is called like the wanted one.
pub(crate) fn read_files(files: &crate::Files, values: &Values) -> Result<(Vec<Machine>, bool), Failure> {
    let paths = folder::expand(&files.files)?;
    let (mut machines, mut failure) = (Vec::new(), None);
    for path in &paths {
        let wanted = files.selection.request(path, values);
        match read_with_names(ReadRequest { reading: wanted.reading.with_defaults(), ..wanted }) {
            Ok(of_file) => {
                note_none(path, of_file.len());
                machines.extend(of_file.into_iter().map(|machine| Machine { file: Some(path.clone()), ..machine }));
            }
            Err(Failure::NoWorkflow(_)) if paths.len() > 1 => {}
            Err(Failure::Message(message)) if paths.len() > 1 => {
                report::complain(&message);
                failure = Some(Failure::Printed(2));
            }
            Err(other) => failure = Some(other),
        }
    }
    if let (Some(name), true, None) = (&files.selection.name, machines.is_empty(), &failure) {
        return Err(format!("error: no workflow `{name}`").into());
    }
    values.are_known(&machines.iter().flat_map(|machine| machine.names.iter().cloned()).collect())?;
    match failure {
        Some(failure) if machines.is_empty() => Err(failure),
        failure => Ok((machines, failure.is_some())),
    }
}

/// Returns how to give a value to the param of this name.
pub(crate) fn value_help(name: &str) -> String {
    format!("give a value with `--param {name}=…`, or a file with all values with `--params FILE`")
}

fn only(wanted: ReadRequest<'_>, mut machines: Vec<Machine>) -> Result<Machine, Failure> {
    let file = wanted.file.display();
    match (machines.pop(), machines.is_empty()) {
        (Some(machine), true) => Ok(machine),
        (Some(last), false) => {
            let names: Vec<_> = machines.iter().chain([&last]).map(|machine| machine.name.as_str()).collect();
            Err(format!("error: {file} has several workflows; choose one with --name: {}", names.join(", ")).into())
        }
        (None, _) => Err(format!("error: {}", none_in(wanted.file)).into()),
    }
}

/// Compiles every `workflow!` in a Rust file.
fn compile(file: &Path, text: String) -> Result<RustFile, Box<Report>> {
    let lexed = |text: &str| {
        TokenStream::from_str(text).map_err(|error| Box::new(Report::not_rust(file, text, error.span().start())))
    };
    let is_bare = workflow_text::is_bare(file, &text);
    let quotes = match is_bare {
        true => {
            const OPEN: &str = "workflow!{";
            let inside = foreign_quotes(&format!("{OPEN}{text}}}"));
            inside.into_iter().map(|range| range.start - OPEN.len()..range.end - OPEN.len()).collect()
        }
        false => foreign_quotes(&text),
    };
    // A string with typographic quotes is not Rust. Everything else is checked as if the quotes were right.
    let right = (!quotes.is_empty()).then(|| double_quoted(&text, &quotes));
    let Calls { bodies, constants, unread } = bodies(is_bare, lexed(right.as_deref().unwrap_or(&text))?);
    let wrong: Vec<Vec<_>> = bodies.iter().map(|(_, body)| in_other_quotes(&text, body, &quotes)).collect();
    let mut calls = compile_bodies(file, bodies);
    for (call, wrong) in calls.iter_mut().zip(wrong) {
        let problems = &mut call.compilation.problems;
        for problem in wrong {
            // All problems in such a string are one error about its quotes.
            let range = |of: &Problem| of.span.first.byte_range().start..of.span.last.byte_range().end;
            match problems.iter().position(|other| range(other) == range(&problem)) {
                Some(number) => problems.replace(number, problem),
                None => drop(problems.push(problem)),
            }
        }
    }
    Ok(RustFile { text, calls, constants: Constants::of(&constants), unread })
}

/// Returns the strings of a body with typographic quotes.
fn in_other_quotes(text: &str, body: &Group, quotes: &[Range<usize>]) -> Vec<Problem> {
    let mut found = Vec::new();
    if quotes.is_empty() {
        return found;
    }
    let mut open = vec![body.stream().into_iter()];
    while let Some(innermost) = open.last_mut() {
        match innermost.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
            Some(TokenTree::Literal(literal)) => {
                let range = literal.span().byte_range();
                if let Ok(at) = quotes.binary_search_by_key(&range.start, |quotes| quotes.start) {
                    let written = quotes.get(at).map(|range| in_double_quotes(text, range)).unwrap_or_default();
                    found.push(Problem::new(Code::BadLiteral, literal.span(), OTHER_QUOTES).write(written));
                }
            }
            Some(_) => {}
        }
    }
    found
}

/// Returns the workflows without errors of a Rust file; none if the file cannot be read.
pub(crate) fn declared(file: &Path) -> Vec<Machine> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let Calls { bodies, constants, .. } = find_calls(TokenStream::from_str(&text).unwrap_or_default());
    let (calls, constants) = (compile_bodies(file, bodies), Constants::of(&constants));
    let workflows = calls.iter().flat_map(|call| &call.compilation.workflows);
    let workflows = workflows.filter(|workflow| !workflow.fragments.is_empty());
    workflows.filter_map(|workflow| machine(workflow, &constants, &Values::default()).ok()).collect()
}

fn locate(span: Span) -> Option<Position> {
    Some((span.start().line, span.start().column))
}

fn compile_bodies(file: &Path, bodies: Vec<(Vec<String>, Group)>) -> Vec<MacroCall> {
    let call = |(modules, body)| MacroCall { modules, compilation: compile_body(file, &body) };
    bodies.into_iter().map(call).collect()
}

/// Compiles a `workflow!` of a file.
pub(crate) fn compile_body(file: &Path, body: &Group) -> Compilation {
    let folder = crate_folder(file);
    let surroundings =
        Surroundings { locate: &locate, folder: Some(&folder), editor: false, ..Surroundings::default() };
    workflow_compiler::compile_in(body.stream(), surroundings)
}

/// Returns the folder of the nearest `Cargo.toml` above a file, to which the paths of `from` are relative; the file's
/// own folder if there is none.
fn crate_folder(file: &Path) -> PathBuf {
    // A relative path may not contain all folders above it.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut folders = file.ancestors().skip(1);
    let found = folders.find(|folder| folder.join("Cargo.toml").is_file());
    found.or_else(|| file.parent()).unwrap_or(&file).to_owned()
}

/// Converts a compiled workflow without errors to a machine.
fn machine(workflow: &CompiledWorkflow, constants: &Constants, values: &Values) -> Result<Machine, Failure> {
    let definition = Definition::of_workflow(workflow, constants);
    let mut machine = Machine::new(workflow.source.name.to_string(), workflow.machine_type, definition, values)?;
    machine.names.extend(params(workflow).map(|field| field.wire.clone()));
    Ok(Machine {
        annotations: workflow.annotations.clone(),
        workflow: Some(Box::new(workflow.source.clone())),
        aws_name: Some(workflow.machine_name.clone()),
        ..machine
    })
}

/// Reads the definitions of a document, or the one called `name`.
fn from_document(wanted: ReadRequest<'_>, source: &Source, found: &mut FileContents) {
    let (mut problems, mut taken) = (Vec::new(), false);
    for document in Document::all(source) {
        let own = document.name(wanted.file);
        found.names.push(own.clone());
        if wanted.name.is_some_and(|name| name != own) {
            continue;
        }
        taken = true;
        let definition = Definition::of_document(document.value.clone(), document.bare.clone());
        let machine = Machine::new(own, MachineType::Standard, definition, wanted.values);
        // The definition with the known values.
        let value = machine.as_ref().map_or(document.value, |machine| &machine.value);
        problems.extend(document.found(&rules::check_definition(value, MachineType::Standard)));
        found.push(machine);
    }
    problems.extend(source.remarks().iter().filter(|_| taken).cloned());
    let located = source.locate(&problems).into_iter().zip(&problems);
    let reports = located.map(|(at, problem)| Report::found(wanted.file, source.text(), problem, at));
    found.reports.extend(reports);
}

/// Reads the machines of a template, or the one called `name`. A machine whose definition is elsewhere is skipped with
/// a note.
fn from_template(wanted: ReadRequest<'_>, source: &Source, found: &mut FileContents) {
    let template = Template::new(wanted.file, source, wanted.values, wanted.reading);
    for (own, resource) in template.machines() {
        found.names.push(own.clone());
        if wanted.name.is_some_and(|name| name != own) {
            continue;
        }
        match resource {
            Ok(resource) => {
                found.reports.extend(template.check(&resource));
                let definition = Definition::of_document(resource.definition, resource.bare);
                let machine = Machine::new(resource.name, resource.machine_type, definition, wanted.values);
                found.push(machine.map(|mut machine| {
                    machine.notes.extend(resource.notes);
                    machine.names.extend(template.names());
                    machine.names.extend(resource.substitutions);
                    machine.patterns = template.patterns();
                    machine.logs = resource.logs;
                    machine.traces = resource.traces;
                    machine.properties = Some(resource.properties);
                    machine
                }));
            }
            Err(Missing::Elsewhere(note)) => report::note(&note),
            Err(Missing::Unreadable(report)) => {
                found.unreadable = true;
                found.reports.push(*report);
            }
        }
    }
    report::note_all(template.remarks());
}
