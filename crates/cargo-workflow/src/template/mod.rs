//! The state machines of a CloudFormation or SAM template, of a file of the Serverless Framework, and of Terraform.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html>

mod formats;
mod functions;
mod known;
mod parameters;
mod substitutions;
mod terraform;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};
use workflow_asl::document::MachineType;
use workflow_asl::nearest::nearest;
use workflow_asl::source::{Format, Source, SourceError};
use workflow_asl::{Code, Diagnostic, Pointer, placeholder, rules};
use workflow_compiler::from_file::placeholders;

use crate::definition::{Substitution, UnfilledPlaceholder};
use crate::documents::machine_name;
use crate::input;
use crate::params::Values;
use crate::report::Report;
use formats::Entry;
pub(crate) use formats::may_have_machines;
use functions::{Functions, TooLarge};
use parameters::Parameters;
use substitutions::Substitutions;
pub(crate) use terraform::read as read_terraform;
use text::Text;

/// Options for reading templates.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Also read definition files outside the template's folder
    #[arg(long)]
    pub(crate) allow_outside: bool,
    /// Whether parameters without a value have their default.
    #[arg(skip)]
    pub(crate) defaults: bool,
    /// Whether a definition in a text may be unfinished.
    #[arg(skip)]
    pub(crate) unfinished: bool,
}

impl Reading {
    /// Uses the defaults of the parameters.
    pub(crate) fn with_defaults(self) -> Self {
        Self { defaults: true, ..self }
    }
}

/// A parsed template.
pub(crate) struct Template<'a> {
    file: &'a Path,
    source: &'a Source,
    resources: &'a Map<String, Value>,
    mappings: &'a Map<String, Value>,
    parameters: Parameters<'a>,
    allow_outside: bool,
    unfinished: bool,
}

/// A state machine of a template.
pub(crate) struct Resource {
    /// Its logical ID, or a shorter name made of it.
    pub(crate) name: String,
    /// Standard or Express.
    pub(crate) machine_type: MachineType,
    /// The definition with its substitutions. `${X}` stands for a value that only a deployment knows.
    pub(crate) definition: Value,
    /// The pointers of placeholders without quotes.
    pub(crate) bare: BTreeSet<Pointer>,
    /// Notes about the template that the definition does not show.
    pub(crate) notes: Vec<String>,
    /// The names of its substitutions.
    pub(crate) substitutions: Vec<String>,
    /// Whether logging is on.
    pub(crate) logs: bool,
    /// Whether tracing is on.
    pub(crate) traces: bool,
    /// Its properties except the definition, with placeholders.
    pub(crate) properties: Value,
    origin: DefinitionOrigin,
    /// The strings that differ from the source.
    changed: BTreeSet<Pointer>,
    /// The problems of its placeholders.
    found: Vec<Diagnostic>,
    /// The same, at positions in the template.
    in_template: Vec<Diagnostic>,
}

/// Why a state machine of a template has no definition here.
pub(crate) enum Missing {
    /// The definition is elsewhere, or is created at deployment: a sentence that says so.
    Elsewhere(String),
    /// The definition cannot be read.
    Unreadable(Box<Report>),
}

/// The place of a definition.
enum DefinitionOrigin {
    /// As a part of the template.
    Part(Pointer),
    /// As text in the template.
    Text { at: Pointer, text: Text, source: Box<Source> },
    /// In a separate file.
    File { file: PathBuf, source: Box<Source> },
}

#[cfg(feature = "lsp")]
impl Resource {
    /// Returns the pointer of the definition in the template, if it is not in a file, and the definition, if it is a text.
    pub(crate) fn place(&self) -> Option<(&Pointer, Option<&Source>)> {
        match &self.origin {
            DefinitionOrigin::Part(at) => Some((at, None)),
            DefinitionOrigin::Text { at, source, .. } => Some((at, Some(source))),
            DefinitionOrigin::File { .. } => None,
        }
    }

    /// Returns the offsets in the template of offsets in the definition, which is a text.
    pub(crate) fn offsets(&self, template: &Template<'_>, offsets: impl Iterator<Item = usize>) -> Vec<usize> {
        let DefinitionOrigin::Text { text, .. } = &self.origin else { return Vec::new() };
        let places: Vec<_> = offsets.map(|offset| text.place(Code::BadLiteral, (offset, 0))).collect();
        template.source.locate(&places).into_iter().map(|location| location.offset).collect()
    }
}

/// A definition with its functions evaluated.
struct Read {
    definition: Value,
    bare: BTreeSet<Pointer>,
    origin: DefinitionOrigin,
}

impl<'a> Template<'a> {
    /// Returns whether a document is a template.
    pub(crate) fn is_one(document: &Value) -> bool {
        formats::is_one(document)
    }

    /// Creates a template from a document.
    pub(crate) fn new(file: &'a Path, source: &'a Source, values: &'a Values, reading: Reading) -> Self {
        static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        let section = |name: &str| source.value().get(name).and_then(Value::as_object).unwrap_or(&NONE);
        Self {
            file,
            source,
            resources: formats::resources(source.value()).map_or(&NONE, |(_, resources)| resources),
            mappings: section("Mappings"),
            parameters: Parameters::new(source.value(), values, reading.defaults),
            allow_outside: reading.allow_outside,
            unfinished: reading.unfinished,
        }
    }

    /// Returns its state machines by logical ID, in the order of the template.
    pub(crate) fn machines(&self) -> Vec<(String, Result<Resource, Missing>)> {
        let all = formats::all(self.source.value()).into_iter();
        all.map(|entry| (entry.name.to_string(), self.machine(&entry))).collect()
    }

    /// Returns the names of its parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.parameters.names().map(str::to_owned)
    }

    /// Returns the known values of the placeholders for its resources, as patterns of IAM.
    pub(crate) fn patterns(&self) -> BTreeMap<String, String> {
        known::patterns(self.resources, &Functions::new(&self.parameters, self.mappings))
    }

    /// Returns remarks about doubtful parts of the template outside its definitions, in sentences.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let entries = formats::all(self.source.value());
        let repeated = self.source.repeated_in(|at| !entries.iter().any(|entry| is_definition(entry, at)));
        let remark = |error: &SourceError| {
            let (file, line, column) = (self.file.display(), error.location.line, error.location.column);
            format!("{file}:{line}:{column}: {}; the last one counts", error.diagnostic.message())
        };
        repeated.iter().map(remark).collect()
    }

    fn machine(&self, entry: &Entry<'_>) -> Result<Resource, Missing> {
        let Entry { name, at, properties: given, form } = entry;
        if let Some(error) = self.source.repeated_in(|repeated| is_definition(entry, repeated)).first() {
            return Err(self.unreadable(error.diagnostic.clone(), error.location));
        }
        let functions = Functions::new(&self.parameters, self.mappings);
        let ty = given.get(form.machine_type).and_then(Value::as_str);
        let machine_type = ty.and_then(MachineType::from_name).unwrap_or_default();
        let read = self.read(entry, &functions).unwrap_or_else(|TooLarge| Err(self.too_much(at)));
        read.and_then(|read| {
            if let Value::String(text) = &read.definition
                && placeholder::contained(text)
            {
                let message = format!("the definition of `{name}` is {text}, known when it is deployed");
                return Err(Missing::Elsewhere(message));
            }
            // Before the substitutions: names that only they refer to are not placeholders of the definition.
            let of_functions = functions.unknown();
            let substitutions = Substitutions::of(entry, &functions, &self.parameters);
            let substitutions = substitutions.map_err(|TooLarge| self.too_much(at))?;
            let mut resource = self.filled(name, machine_type, read, &substitutions, &of_functions);
            resource.notes = functions.notes();
            // A value that only a deployment knows may be on.
            let is_on = |names: &[(&str, &str)], off: Value| {
                let given = names.iter().find_map(|(name, member)| given.get(name)?.get(member));
                given.is_some_and(|value| *value != off)
            };
            resource.logs = is_on(form.logging, "OFF".into());
            resource.traces = is_on(form.tracing, false.into());
            let mut own = given.as_ref().clone();
            if let Some(members) = own.as_object_mut() {
                members.retain(|name, _| !form.is_of_definition(name));
            }
            let functions = Functions::new(&self.parameters, self.mappings);
            let own = functions.value(&own).map_err(|TooLarge| self.too_much(at))?;
            resource.properties = own.unwrap_or_default();
            Ok(resource)
        })
    }

    /// Reads the definition of a state machine from any of its origins.
    fn read(&self, entry: &Entry<'_>, functions: &Functions<'_>) -> Result<Result<Read, Missing>, TooLarge> {
        let Entry { name, at, properties: given, form } = entry;
        let is_text = |definition: &&Value| form.definition != form.text || definition.is_string();
        Ok(if let Some(path) = form.file(given) {
            self.in_file(entry, path)
        } else if let Some(definition) = given.get(form.text).filter(is_text) {
            let at = at.child(form.text);
            self.in_text(&at, Text::of(definition, &at, functions)?)
        } else if let Some(definition) = given.get(form.definition) {
            let definition = functions.value(definition)?.unwrap_or_default();
            let at = at.child(form.definition);
            let bare = self.source.bare();
            let depth = at.tokens().count();
            let inside = bare.iter().filter(|bare| bare.as_str().starts_with(at.as_str()));
            let below =
                inside.map(|bare| bare.tokens().skip(depth).fold(Pointer::root(), |at, token| at.child(&token)));
            let bare = below.collect();
            Ok(Read { definition, bare, origin: DefinitionOrigin::Part(at) })
        } else {
            Err(Missing::Elsewhere(format!("the definition of `{name}` is not in {}", self.file.display())))
        })
    }

    /// Returns the definition with the values of its placeholders.
    fn filled(
        &self,
        name: &str,
        machine_type: MachineType,
        read: Read,
        substitutions: &Substitutions,
        of_functions: &BTreeSet<String>,
    ) -> Resource {
        let Read { definition, bare, origin } = read;
        let mut typed = bare.clone();
        typed.extend(placeholders(&definition, &bare).into_values().flat_map(|one| one.whole_and_typed));
        let mut used = BTreeSet::new();
        let mut filling = Substitution::new(&typed, |name| match substitutions.get(name) {
            Some(value) => {
                used.insert(name.to_owned());
                Some(value.clone())
            }
            None => self.parameters.value(name).filter(|_| of_functions.contains(name)),
        });
        let filled = filling.fill(&definition);
        let Substitution { changed, left, wrong, .. } = filling;
        let mut found = wrong;
        if substitutions.are_known() {
            let mut told = BTreeSet::new();
            let left = left.into_iter().filter(|left| !of_functions.contains(&left.name));
            found
                .extend(left.filter(|left| told.insert(left.name.clone())).map(|left| undefined(&left, substitutions)));
        }
        let is_bare =
            |at: &Pointer| filled.pointer(at.as_str()).and_then(Value::as_str).is_some_and(placeholder::contained);
        Resource {
            name: machine_name(name),
            machine_type,
            bare: bare.into_iter().filter(is_bare).collect(),
            definition: filled,
            notes: Vec::new(),
            substitutions: substitutions.names().map(str::to_owned).collect(),
            logs: false,
            traces: false,
            properties: Value::Null,
            origin,
            changed,
            found,
            in_template: substitutions.unused(&used),
        }
    }

    fn in_text(&self, at: &Pointer, text: Text) -> Result<Read, Missing> {
        let read = Source::read(text.as_str().as_bytes(), Format::Json);
        let unfinished = || Source::read_unfinished(text.as_str(), Format::Json).filter(|_| self.unfinished);
        match read.or_else(|error| unfinished().ok_or(error)) {
            Ok(source) => {
                let (definition, bare) = (source.value().clone(), source.bare());
                let origin = DefinitionOrigin::Text { at: at.clone(), text, source: Box::new(source) };
                Ok(Read { definition, bare, origin })
            }
            Err(error) => {
                let span = (error.location.offset, error.location.length);
                let place = text.place(error.diagnostic.code, span);
                let location = self.source.locate(&[place]).pop().unwrap_or_default();
                let report = Report::found(self.file, self.source.text(), &error.diagnostic, location);
                Err(Missing::Unreadable(Box::new(report.inside(at.as_str()))))
            }
        }
    }

    fn in_file(&self, entry: &Entry<'_>, path: &str) -> Result<Read, Missing> {
        let name = &entry.name;
        if path.starts_with("s3://") || placeholder::contained(path) {
            return Err(Missing::Elsewhere(format!("the definition of `{name}` is in {path}")));
        }
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let file = folder.join(path);
        let unreadable = |reason: &str| Missing::Unreadable(Box::new(Report::unreadable(&file, reason)));
        if !self.allow_outside && !is_inside(&file, folder) {
            let help = "it is outside the template's folder; `--allow-outside` allows it";
            return Err(unreadable(help));
        }
        // Reading a pipe or a device may never end, and the template may come from anyone.
        if std::fs::metadata(&file).is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
            return Err(unreadable("it is not a regular file"));
        }
        let bytes = input::bytes(&file).map_err(|reason| unreadable(&reason))?;
        let format = Format::of_path(&file);
        // CloudFormation reads it as YAML, which has trailing commas and line breaks in texts.
        let is_template = entry.form.substitutions.is_some();
        let as_yaml = |error| match is_template {
            true => Source::read(&bytes, Format::Yaml).map_err(|_| error),
            false => Err(error),
        };
        match Source::read(&bytes, format).or_else(as_yaml) {
            Ok(source) => {
                let (definition, bare) = (source.value().clone(), source.bare());
                Ok(Read { definition, bare, origin: DefinitionOrigin::File { file, source: Box::new(source) } })
            }
            Err(_) if !is_template && has_directives(&bytes) => {
                let file = file.display();
                Err(Missing::Elsewhere(format!(
                    "the definition of `{name}` is in {file}, whose `%{{ … }}` are not read"
                )))
            }
            Err(error) => Err(Missing::Unreadable(Box::new(Report::refused(&file, &bytes, &error)))),
        }
    }

    fn too_much(&self, at: &Pointer) -> Missing {
        let message = "the functions of this definition expand it beyond the size limit of a file";
        let found = Diagnostic::new(Code::DefinitionTooLarge, at.clone(), message);
        let location = self.source.locate(std::slice::from_ref(&found)).pop().unwrap_or_default();
        self.unreadable(found, location)
    }

    fn unreadable(&self, found: Diagnostic, location: workflow_asl::source::Location) -> Missing {
        Missing::Unreadable(Box::new(Report::found(self.file, self.source.text(), &found, location)))
    }

    /// Returns the problems of a definition and of its substitutions.
    pub(crate) fn check(&self, machine: &Resource) -> Vec<Report> {
        let mut found = rules::check_definition(&machine.definition, machine.machine_type);
        // A value that is substituted may be another in the next deployment.
        found.retain(|found| found.code != Code::KnownAnswer || machine.changed.is_empty());
        // A position in a composed string does not correspond to a position in the template.
        found.iter_mut().filter(|found| machine.changed.contains(&found.pointer)).for_each(|found| found.range = None);
        found.extend(machine.found.iter().cloned());
        let own = match &machine.origin {
            DefinitionOrigin::Part(at) => {
                let inside = |found: &&Diagnostic| found.pointer.as_str().starts_with(at.as_str());
                self.source.remarks().iter().filter(inside).cloned().collect()
            }
            DefinitionOrigin::Text { .. } => Vec::new(),
            DefinitionOrigin::File { source, .. } => {
                found.extend(source.remarks().iter().cloned());
                Vec::new()
            }
        };
        let in_template: Vec<_> = machine.in_template.iter().cloned().chain(own).collect();
        let located = self.source.locate(&in_template).into_iter().zip(&in_template);
        let mut reports = self.reports(machine, &found);
        reports.extend(located.map(|(at, found)| Report::found(self.file, self.source.text(), found, at)));
        reports
    }

    /// Returns the findings of a definition, at their positions in the template or in the definition's file.
    pub(crate) fn reports(&self, machine: &Resource, found: &[Diagnostic]) -> Vec<Report> {
        // Substituted values are not in the text.
        let report = |(report, found): (Report, &Diagnostic)| {
            if machine.changed.contains(&found.pointer) { report.without_edits() } else { report }
        };
        match &machine.origin {
            DefinitionOrigin::Part(at) => {
                let places: Vec<_> = found
                    .iter()
                    .map(|found| {
                        let pointer = found.pointer.tokens().fold(at.clone(), |at, token| at.child(&token));
                        Diagnostic { pointer, ..found.clone() }
                    })
                    .collect();
                Report::found_in(self.file, self.source, &places).zip(found).map(report).collect()
            }
            DefinitionOrigin::Text { at, text, source } => {
                let spans = source.locate(found).into_iter().map(|location| (location.offset, location.length));
                let places: Vec<_> = spans.zip(found).map(|(span, found)| text.place(found.code, span)).collect();
                let located = self.source.locate(&places).into_iter().zip(found);
                let report = |(location, found)| Report::found(self.file, self.source.text(), found, location);
                located.map(|one| report(one).inside(at.as_str())).collect()
            }
            DefinitionOrigin::File { file, source } => {
                Report::found_in(file, source, found).zip(found).map(report).collect()
            }
        }
    }
}

/// Returns the files beside a template that its state machines name as their definitions.
pub(crate) fn definition_files(file: &Path) -> Vec<PathBuf> {
    let source = input::bytes(file).ok().and_then(|bytes| match is_terraform(file) {
        true => read_terraform(&String::from_utf8(bytes).ok()?).ok(),
        false => Source::read(&bytes, Format::of_path(file)).ok(),
    });
    let Some(source) = source.filter(|source| Template::is_one(source.value())) else { return Vec::new() };
    let folder = file.parent().unwrap_or(Path::new(""));
    let named = formats::all(source.value())
        .into_iter()
        .filter_map(|entry| Some(folder.join(entry.form.file(&entry.properties)?)));
    named.filter(|file| is_inside(file, folder)).collect()
}

/// Returns the problem of a placeholder without a substitution.
fn undefined(left: &UnfilledPlaceholder, substitutions: &Substitutions) -> Diagnostic {
    let UnfilledPlaceholder { name, pointer: at, range, .. } = left;
    let message = format!("the placeholder `${{{name}}}` has no substitution");
    let help = match nearest(name, substitutions.names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("give it in `DefinitionSubstitutions`: `{name}: …`"),
    };
    let found = Diagnostic::new(Code::UnknownParam, at.clone(), message).with_help(help);
    match range {
        Some(range) => found.with_range(range.start, range.len()),
        None => found,
    }
}

/// Returns whether a file has Terraform's configuration, by its name.
pub(crate) fn is_terraform(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "tf")
}

/// Returns whether a text that is no document has directives of Terraform's templates.
pub(crate) fn has_directives(text: &[u8]) -> bool {
    text.windows(2).any(|signs| signs == b"%{")
}

/// Returns whether a pointer points to the definition of a state machine or into it.
fn is_definition(entry: &Entry<'_>, at: &Pointer) -> bool {
    let rest = at.as_str().strip_prefix(entry.at.as_str()).and_then(|rest| rest.strip_prefix('/'));
    rest.and_then(|rest| rest.split('/').next()).is_some_and(|field| entry.form.is_of_definition(field))
}

/// Returns whether a file is inside a folder, after links are resolved.
fn is_inside(file: &Path, folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let goes_up = |path: &Path| path.components().any(|part| matches!(part, std::path::Component::ParentDir));
    match (file.canonicalize(), folder.canonicalize()) {
        (Ok(file), Ok(folder)) => file.starts_with(folder),
        // A missing file is reported elsewhere.
        _ => !file.is_absolute() && !goes_up(file.strip_prefix(folder).unwrap_or(file)),
    }
}
