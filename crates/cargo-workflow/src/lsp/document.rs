//! A document that is open in the editor, and the state machines in it.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::PathBuf;

use lsp_types::{Position, Uri};
use serde_json::Value;
use workflow_asl::document::{MachineType, StateMachine};
use workflow_asl::finding::Fix;
use workflow_asl::rules::Annotations;
use workflow_asl::source::{Edit, Format, Part, Source};
use workflow_asl::{Code, Diagnostic, Pointer};
use workflow_compiler::CompiledWorkflow;

use super::inner::Inner;
use super::position::{Encoding, Lines};
use crate::documents::Document as Definition;
use crate::folder;
use crate::params::Values;
use crate::report::Report;
use crate::source::File;
use crate::template::{self, Reading, Template};
use crate::validate::{Checks, Findings};
use crate::workflow_text;

/// An open document.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) file: PathBuf,
    pub(super) version: i32,
    /// The client's text.
    pub(super) text: String,
    encoding: Encoding,
    format: Format,
    /// What can be read of the text: it has the same lines. If nothing can be read, what could be read last.
    pub(super) source: Source,
    /// Whether it was read of this text.
    pub(super) is_current: bool,
    /// The positions in `source`.
    pub(super) parts: Vec<Part>,
    pub(super) lines: Lines,
    pub(super) machines: Vec<Machine>,
}

/// A state machine of a document.
pub(super) struct Machine {
    pub(super) name: String,
    /// The pointer of the definition in the document.
    pub(super) at: Pointer,
    pub(super) kind: MachineType,
    pub(super) value: Value,
    pub(super) machine: StateMachine,
    /// What the source of a workflow has besides the definition.
    pub(super) annotations: Annotations,
    /// The definition, if it is a text in the document.
    inner: Option<Inner>,
}

impl Document {
    /// Opens a document; `language` is the client's name for its format.
    pub(super) fn open(uri: Uri, language: &str, version: i32, text: String, encoding: Encoding) -> Self {
        let file = path_of(&uri);
        let format = if language == "yaml" { Format::Yaml } else { Format::of_path(&file) };
        let source = Source::embedded(String::new(), nothing());
        let lines = Lines::of("", encoding);
        let (parts, machines) = (Vec::new(), Vec::new());
        let mut document = Self {
            uri,
            file,
            version,
            text: String::new(),
            encoding,
            format,
            source,
            is_current: false,
            parts,
            lines,
            machines,
        };
        document.change(version, text);
        document
    }

    /// Takes a new text.
    pub(super) fn change(&mut self, version: i32, text: String) {
        (self.version, self.text) = (version, text);
        let source = self.read();
        self.is_current = source.is_some();
        if let Some(source) = source {
            self.lines = Lines::of(source.text(), self.encoding);
            self.parts = source.parts();
            self.source = source;
            self.machines = self.read_machines();
            self.add_inner_parts();
        }
    }

    /// Adds the positions of the parts of definitions that are texts.
    fn add_inner_parts(&mut self) {
        for machine in &self.machines {
            let Some(inner) = &machine.inner else { continue };
            let moved = |(start, length): (usize, usize)| {
                let (start, end) = (inner.outside(start)?, inner.outside(start + length)?);
                Some((start, end.saturating_sub(start)))
            };
            let parts = inner.source.parts().into_iter().filter_map(|Part { pointer, key, value }| {
                let key = match key {
                    Some(key) => Some(moved(key)?),
                    None => None,
                };
                Some(Part { pointer: machine.outside(&pointer), key, value: moved(value)? })
            });
            // The function around a text, such as `Fn::Sub`, is not a part of the definition.
            self.parts.retain(|part| part.pointer == machine.at || machine.inside(&part.pointer).is_none());
            if let Some(at) = self.parts.iter().position(|part| part.pointer == machine.at) {
                let key = self.parts.get(at).and_then(|part| part.key);
                self.parts.splice(at..=at, parts);
                self.parts.iter_mut().skip(at).take(1).for_each(|whole| whole.key = key);
            }
        }
    }

    /// Returns whether it contains `workflow!`, or the text in its braces.
    pub(super) fn has_workflows(&self) -> bool {
        self.is_rust() || workflow_text::is_bare(&self.file, &self.text)
    }

    /// Returns whether it is a file of Rust, whose server shows the findings.
    fn is_rust(&self) -> bool {
        self.file.extension().is_some_and(|extension| extension == "rs")
    }

    fn read(&self) -> Option<Source> {
        if self.has_workflows() {
            return Some(Source::embedded(self.text.clone(), nothing()));
        }
        if template::is_terraform(&self.file) {
            return template::read_terraform(&self.text).ok();
        }
        let read = Source::read_repeated(self.text.as_bytes(), self.format).ok();
        read.or_else(|| Source::read_unfinished(&self.text, self.format))
    }

    fn read_machines(&self) -> Vec<Machine> {
        let machine = |name, at, kind, value: Value, inner| {
            let (machine, _) = StateMachine::read(&value);
            Machine { name, at, kind, value, machine, annotations: Annotations::default(), inner }
        };
        if Template::is_one(self.source.value()) {
            let values = Values::default();
            let reading = Reading { unfinished: true, ..Reading::default().with_defaults() };
            let template = Template::new(&self.file, &self.source, &values, reading);
            let resources = template.machines().into_iter().filter_map(|(_, resource)| resource.ok());
            let machines = resources.filter_map(|resource| {
                let (at, source) = resource.place()?;
                let inner = source.map(|source| Inner::of(self.source.text(), source, &resource, &template));
                let at = at.clone();
                Some(machine(resource.name, at, resource.machine_type, resource.definition, inner))
            });
            return machines.collect();
        }
        if !self.may_have_machines() {
            return Vec::new();
        }
        let definitions = Definition::all(&self.source);
        let machines = definitions.iter().map(|definition| {
            let at = definition.own_name().map_or_else(Pointer::root, |name| Pointer::root().child(name));
            machine(definition.name(&self.file), at, MachineType::Standard, definition.value.clone(), None)
        });
        machines.collect()
    }

    /// Returns whether the document is a definition or has some, also if it is not finished. Editors send each JSON and
    /// YAML file.
    fn may_have_machines(&self) -> bool {
        let extension = self.file.extension().and_then(OsStr::to_str).unwrap_or_default();
        folder::is_definition(&self.file)
            || ["StartAt", "States"].iter().any(|word| self.text.contains(word))
            || extension != "rs" && template::may_have_machines(&self.text)
    }

    /// Returns the findings of `cargo workflow validate`.
    pub(super) fn reports(&self) -> Vec<Report> {
        if self.is_rust() || !self.may_have_machines() && !self.has_workflows() {
            return Vec::new();
        }
        let mut findings = Findings::default();
        let read = File::of_bytes(&self.file, self.text.clone().into_bytes());
        // Only values for parameters could fail, and there are none.
        let _ = Checks::default().check(&self.file, read, &Values::default(), &mut findings);
        let mut told = std::collections::BTreeSet::new();
        findings.reports.sort_by_key(Report::offset);
        findings.reports.retain(|report| told.insert(report.place_and_text()));
        findings.reports
    }

    pub(super) fn offset(&self, position: Position) -> usize {
        self.lines.offset(self.source.text(), position)
    }

    pub(super) fn range(&self, span: (usize, usize)) -> lsp_types::Range {
        self.lines.range(self.source.text(), span)
    }

    /// Returns the range of a span of the client's text.
    pub(super) fn range_in_text(&self, span: (usize, usize)) -> lsp_types::Range {
        Lines::of(&self.text, self.encoding).range(&self.text, span)
    }

    /// Returns a value of the document, also in a definition that is a text.
    pub(super) fn value(&self, at: &Pointer) -> Option<&Value> {
        let inner = self.machines.iter().filter(|machine| machine.inner.is_some());
        let inside = inner.filter_map(|machine| Some((machine, machine.inside(at)?))).next();
        match inside {
            Some((machine, at)) => machine.value.pointer(at.as_str()),
            None => self.source.value().pointer(at.as_str()),
        }
    }

    /// Returns the byte of the string at a pointer that is written at an offset of the text.
    pub(super) fn offset_in(&self, machine: &Machine, at: &Pointer, offset: usize) -> Option<usize> {
        match &machine.inner {
            Some(inner) => inner.source.offset_in(&machine.inside(at)?, inner.inside(offset)?),
            None => self.source.offset_in(at, offset),
        }
    }

    /// Returns the positions of parts of the strings at pointers.
    pub(super) fn spans(&self, machine: &Machine, places: &[(Pointer, Range<usize>)]) -> Vec<(usize, usize)> {
        let find = |source: &Source, at: &dyn Fn(&Pointer) -> Pointer| {
            let place = |(pointer, range): &(Pointer, Range<usize>)| {
                Diagnostic::new(Code::BadLiteral, at(pointer), "").with_range(range.start, range.len())
            };
            let found = source.locate(&places.iter().map(place).collect::<Vec<_>>());
            found.into_iter().map(|location| (location.offset, location.length)).collect()
        };
        let Some(inner) = &machine.inner else { return find(&self.source, &Pointer::clone) };
        let mut spans: Vec<(usize, usize)> = find(&inner.source, &|at| machine.inside(at).unwrap_or_default());
        spans.iter_mut().for_each(|span| span.0 = inner.outside(span.0).unwrap_or(self.text.len()));
        spans
    }

    /// Returns the edit that replaces a key, a string or a part of one.
    pub(super) fn edit(
        &self,
        machine: &Machine,
        at: &Pointer,
        range: Option<(usize, usize)>,
        fix: Fix,
    ) -> Option<Edit> {
        let Some(inner) = &machine.inner else { return self.source.edit(at, range, fix) };
        let Edit { span, text } = inner.source.edit(&machine.inside(at)?, range, fix)?;
        let start = inner.outside(span.0)?;
        let is_same = self.source.text().get(start..start + span.1) == inner.source.text().get(span.0..span.0 + span.1);
        is_same.then_some(Edit { span: (start, span.1), text })
    }

    pub(super) fn part(&self, at: &Pointer) -> Option<&Part> {
        self.parts.iter().find(|part| part.pointer == *at)
    }

    /// Returns the state machine that a pointer of the document is in, and the pointer in its definition.
    pub(super) fn machine_at(&self, at: &Pointer) -> Option<(&Machine, Pointer)> {
        self.machines.iter().find_map(|machine| Some((machine, machine.inside(at)?)))
    }
}

impl Machine {
    /// Creates the machine of a workflow in Rust.
    pub(super) fn of_workflow(workflow: &CompiledWorkflow) -> Self {
        Self {
            name: workflow.machine_name.clone(),
            at: Pointer::root(),
            kind: workflow.machine_type,
            machine: StateMachine::read(&workflow.definition).0,
            value: workflow.definition.clone(),
            annotations: workflow.annotations.clone(),
            inner: None,
        }
    }

    /// Returns whether the definition is written in YAML's blocks.
    pub(super) fn is_yaml(&self, document: &Document) -> bool {
        self.inner.is_none() && document.source.format() == Format::Yaml
    }

    /// Returns the pointer in the definition of a pointer of the document.
    pub(super) fn inside(&self, at: &Pointer) -> Option<Pointer> {
        let rest = at.as_str().strip_prefix(self.at.as_str())?;
        let depth = self.at.tokens().count();
        let is_in = rest.is_empty() || rest.starts_with('/');
        is_in.then(|| at.tokens().skip(depth).fold(Pointer::root(), |at, token| at.child(&token)))
    }

    /// Returns the pointer in the document of a pointer in the definition.
    pub(super) fn outside(&self, at: &Pointer) -> Pointer {
        at.tokens().fold(self.at.clone(), |at, token| at.child(&token))
    }
}

fn nothing() -> workflow_asl::source::Positioned {
    let value = workflow_asl::source::PositionedValue::Scalar(Value::Null);
    workflow_asl::source::Positioned { span: (0, 0), value }
}

/// Returns the file that a URI names; for a document that has no file, its name.
pub(super) fn path_of(uri: &Uri) -> PathBuf {
    let text = uri.as_str();
    let path = text.strip_prefix("file://").unwrap_or_else(|| text.rsplit(':').next().unwrap_or(text));
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    // `/C:/file` of Windows.
    let is_drive = path.as_bytes().get(2) == Some(&b':') && path.starts_with('/');
    PathBuf::from(if is_drive { path.trim_start_matches('/').to_owned() } else { path })
}
