//! The state machines of a CloudFormation or SAM template.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html>

mod placeholders;
mod text;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use workflow_asl::document::MachineType;
use workflow_asl::source::{Format, Source, locations};
use workflow_asl::{Diagnostic, Pointer, placeholder};

use crate::input;
use crate::report::Report;
use text::{Quoted, Text};

/// A template that was read.
pub(crate) struct Template<'a> {
    file: &'a Path,
    source: &'a Source,
    resources: &'a Map<String, Value>,
}

/// A state machine of a template.
pub(crate) struct Resource {
    /// Its logical id.
    pub(crate) name: String,
    /// Standard or Express.
    pub(crate) machine_type: MachineType,
    /// The definition; `${X}` stands for what only a deployment knows.
    pub(crate) definition: Value,
    /// What the definition does not show of the template.
    pub(crate) notes: Vec<String>,
    origin: Origin,
}

/// Why a state machine of a template has no definition here.
pub(crate) enum Missing {
    /// It lies elsewhere, or is made when the template is deployed: a sentence that says so.
    Elsewhere(String),
    /// It cannot be read.
    Unreadable(Box<Report>),
}

/// Where a definition is written.
enum Origin {
    /// As a part of the template.
    Part(Pointer),
    /// As text in the template.
    Text { at: Pointer, text: Text, quoted: Quoted, source: Source },
    /// In a file of its own.
    File { file: PathBuf, text: String, quoted: Quoted, source: Source },
}

impl<'a> Template<'a> {
    /// The document as a template; `None` where it is none.
    pub(crate) fn of(file: &'a Path, source: &'a Source) -> Option<Self> {
        let document = source.value().as_object()?;
        if document.contains_key("States") || document.contains_key("StartAt") {
            return None;
        }
        Some(Self { file, source, resources: document.get("Resources")?.as_object()? })
    }

    /// Its state machines by their logical ids, in the order of the template.
    pub(crate) fn machines(&self) -> Vec<(&str, Result<Resource, Missing>)> {
        let all = self.resources.iter();
        all.filter_map(|(name, resource)| Some((name.as_str(), self.machine(name, resource)?))).collect()
    }

    fn machine(&self, name: &str, resource: &Value) -> Option<Result<Resource, Missing>> {
        let type_field = match resource.get("Type")?.as_str()? {
            "AWS::StepFunctions::StateMachine" => "StateMachineType",
            "AWS::Serverless::StateMachine" => "Type",
            _ => return None,
        };
        let empty = Value::Null;
        let properties = resource.get("Properties").unwrap_or(&empty);
        let is_express = properties.get(type_field).and_then(Value::as_str) == Some("EXPRESS");
        let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
        let at = Pointer::root().child("Resources").child(name).child("Properties");
        let mut notes = Vec::new();
        let read = if let Some(definition) = properties.get("Definition") {
            let definition = placeholders::put_in(definition, &mut notes).unwrap_or_default();
            Ok((definition, Origin::Part(at.child("Definition"))))
        } else if let Some(definition) = properties.get("DefinitionString") {
            self.in_text(&at.child("DefinitionString"), definition)
        } else if let Some(path) = properties.get("DefinitionUri").and_then(Value::as_str) {
            self.in_file(name, path)
        } else {
            Err(Missing::Elsewhere(format!("the definition of `{name}` is not in the template")))
        };
        Some(read.and_then(|(definition, origin)| match definition {
            Value::String(text) if placeholder::contained(&text) => {
                Err(Missing::Elsewhere(format!("the definition of `{name}` is {text}, known when it is deployed")))
            }
            definition => Ok(Resource { name: name.to_owned(), machine_type, definition, notes, origin }),
        }))
    }

    fn in_text(&self, at: &Pointer, definition: &Value) -> Result<(Value, Origin), Missing> {
        let text = Text::of(definition, at);
        let quoted = Quoted::of(text.as_str());
        match Source::read(quoted.as_str().as_bytes(), Format::Json) {
            Ok(source) => Ok((source.value().clone(), Origin::Text { at: at.clone(), text, quoted, source })),
            Err(error) => {
                let span = (error.location.offset, error.location.length);
                let place = text.place(error.diagnostic.code, quoted.original(span));
                let location = self.source.locate(&[place]).pop().unwrap_or_default();
                let report = Report::found(self.file, self.source.text(), &error.diagnostic, location);
                Err(Missing::Unreadable(Box::new(report.inside(at.as_str()))))
            }
        }
    }

    fn in_file(&self, name: &str, path: &str) -> Result<(Value, Origin), Missing> {
        if path.starts_with("s3://") || placeholder::contained(path) {
            return Err(Missing::Elsewhere(format!("the definition of `{name}` lies in {path}")));
        }
        let file = self.file.parent().unwrap_or(Path::new("")).join(path);
        let unreadable = |report| Missing::Unreadable(Box::new(report));
        let bytes = input::bytes(&file).map_err(|reason| unreadable(Report::unreadable(&file, &reason)))?;
        let format = Format::of_path(&file);
        let (text, quoted) = match std::str::from_utf8(&bytes) {
            Ok(text) if format == Format::Json => (text.to_owned(), Quoted::of(text)),
            Ok(text) => (text.to_owned(), Quoted::none(text)),
            // The reader says what is wrong.
            Err(_) => (String::new(), Quoted::none("")),
        };
        let read = if text.is_empty() { bytes.as_slice() } else { quoted.as_str().as_bytes() };
        match Source::read(read, format) {
            Ok(source) => Ok((source.value().clone(), Origin::File { file, text, quoted, source })),
            Err(error) => Err(unreadable(Report::refused(&file, read, &error))),
        }
    }

    /// What is found in a definition, at its place in the template or the file that the definition lies in.
    pub(crate) fn reports(&self, machine: &Resource, found: &[Diagnostic]) -> Vec<Report> {
        let in_template = |places: &[Diagnostic], at: &Pointer| {
            let locations = self.source.locate(places).into_iter().zip(found);
            let report =
                |(location, found)| Report::found(self.file, self.source.text(), found, location).inside(at.as_str());
            locations.map(report).collect()
        };
        match &machine.origin {
            Origin::Part(at) => {
                let places: Vec<_> = found
                    .iter()
                    .map(|found| {
                        let pointer = found.pointer.tokens().fold(at.clone(), |at, token| at.child(&token));
                        Diagnostic { pointer, ..found.clone() }
                    })
                    .collect();
                in_template(&places, at)
            }
            Origin::Text { at, text, quoted, source } => {
                let spans = source.locate(found).into_iter().map(|location| (location.offset, location.length));
                let places: Vec<_> =
                    spans.zip(found).map(|(span, found)| text.place(found.code, quoted.original(span))).collect();
                in_template(&places, at)
            }
            Origin::File { file, text, quoted, source } => {
                let located = source.locate(found).into_iter();
                let spans: Vec<_> =
                    located.map(|location| quoted.original((location.offset, location.length))).collect();
                let locations = locations(text, &spans).into_iter().zip(found);
                locations.map(|(location, found)| Report::found(file, text, found, location)).collect()
            }
        }
    }
}
