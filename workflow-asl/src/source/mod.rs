//! An ASL document as a file: its text, its value, and the line and column of what is found in it.
//!
//! The value is read at once; where things stand is worked out when [`Source::locate`] asks for it.

mod json;
mod layout;
#[cfg(feature = "yaml")]
mod yaml;
#[cfg(not(feature = "yaml"))]
#[path = "no_yaml.rs"]
mod yaml;

use std::path::Path;

use serde_json::Value;

use crate::{Code, Diagnostic, Pointer, limits};

/// Bytes that a file may have. A definition may have a mebibyte of characters, but what a file has
/// beside it, blanks and comments, is not sent to AWS; and a template holds several.
pub const MAX_BYTES: usize = 8 * limits::DEFINITION_CHARS;

/// How many objects and arrays may lie inside each other; serde_json's own limit.
pub const MAX_DEPTH: usize = 127;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, as AWS takes it.
    Json,
    /// YAML, as the tools around CloudFormation take it; needs the feature `yaml`.
    Yaml,
}

impl Format {
    /// The format that a file's name promises: YAML for `.yaml` and `.yml`, else JSON.
    pub fn of_path(path: &Path) -> Self {
        let is_yaml = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml"));
        if is_yaml { Self::Yaml } else { Self::Json }
    }
}

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    format: Format,
    value: Value,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in characters.
    pub column: usize,
    /// Where it begins, in bytes of [`Source::text`].
    pub offset: usize,
    /// How many bytes are meant; 0 where it is only a place.
    pub length: usize,
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// What is wrong; the pointer is the document's where no better one is known.
    pub diagnostic: Diagnostic,
    /// Where.
    pub location: Location,
}

impl Source {
    /// Reads a document; keys keep their order.
    ///
    /// # Errors
    /// The bytes are more than [`MAX_BYTES`], are not UTF-8, hold a NUL, or are not a document of the format;
    /// an object has a key twice; it nests more than [`MAX_DEPTH`] objects and arrays;
    /// or YAML's aliases make it too large.
    pub fn read(bytes: &[u8], format: Format) -> Result<Self, Box<SourceError>> {
        let text = text(bytes)?;
        let value = match format {
            Format::Json => json::read(text)?,
            Format::Yaml => yaml::read(text)?,
        };
        Ok(Self { text: text.to_owned(), format, value })
    }

    /// The document.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The document, for those who need no places.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The text, without the byte order mark that it may have begun with.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Where each finding is: the part of the string that it means; the key of an object or array, or of a field
    /// that should not be there; else the value. What does not exist is where it would be: at the key of what holds it.
    ///
    /// Takes time linear in the text and the findings together.
    pub fn locate(&self, found: &[Diagnostic]) -> Vec<Location> {
        if found.is_empty() {
            return Vec::new();
        }
        let layout = match self.format {
            Format::Json => json::layout(&self.text),
            Format::Yaml => yaml::layout(&self.text),
        };
        let spans: Vec<_> = found.iter().map(|found| layout.span(&self.text, found)).collect();
        locations(&self.text, &spans)
    }
}

/// The text of a file, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Box<SourceError>> {
    if bytes.len() > MAX_BYTES {
        let message = format!(
            "the file has more than {MAX_BYTES} bytes, and a definition may have {} characters",
            limits::DEFINITION_CHARS
        );
        let start = Location { line: 1, column: 1, offset: 0, length: 0 };
        return Err(Box::new(SourceError {
            diagnostic: Diagnostic::new(Code::DefinitionTooLarge, Pointer::root(), message),
            location: start,
        }));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok());
            let valid = valid.unwrap_or_default();
            let byte = bytes.get(valid.len()).copied().unwrap_or_default();
            let mut problem = Diagnostic::new(
                Code::NotJson,
                Pointer::root(),
                format!("the file is not UTF-8: it has the byte 0x{byte:02x}"),
            );
            if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
                problem = problem.with_help("it looks like UTF-16: save it as UTF-8");
            }
            return Err(SourceError::at(problem, valid.trim_start_matches('\u{feff}'), usize::MAX, 0));
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(at) = text.find('\0') {
        let problem = Diagnostic::new(Code::NotJson, Pointer::root(), "the file has a NUL byte in it")
            .with_help("a definition is text in UTF-8");
        return Err(SourceError::at(problem, text, at, 1));
    }
    if text.trim().is_empty() {
        return Err(SourceError::at(Diagnostic::new(Code::NotJson, Pointer::root(), "the file is empty"), text, 0, 0));
    }
    Ok(text)
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (line {}, column {})", self.diagnostic.message, self.location.line, self.location.column)
    }
}

impl std::error::Error for SourceError {}

impl SourceError {
    /// An error at `length` bytes from `offset` of a text.
    fn at(diagnostic: Diagnostic, text: &str, offset: usize, length: usize) -> Box<Self> {
        let location = locations(text, &[(offset, length)]).pop().unwrap_or_default();
        Box::new(Self { diagnostic, location })
    }
}

/// The offset, or where the character begins that it lies in; at most the text's length.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

/// Lines and columns of spans (offset and length, in bytes) of a text: in one walk, whatever their order.
pub fn locations(text: &str, spans: &[(usize, usize)]) -> Vec<Location> {
    let mut order: Vec<_> = (0..spans.len()).collect();
    order.sort_by_key(|&i| spans.get(i).map(|span| span.0));
    let mut locations = vec![Location::default(); spans.len()];
    let (mut at, mut line, mut column) = (0, 1, 1);
    for i in order {
        let (Some(&(offset, length)), Some(location)) = (spans.get(i), locations.get_mut(i)) else { continue };
        let offset = boundary(text, offset);
        for c in text.get(at..offset).unwrap_or_default().chars() {
            if c == '\n' {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        at = at.max(offset);
        let end = boundary(text, offset.saturating_add(length));
        *location = Location { line, column, offset, length: end - offset };
    }
    locations
}

#[cfg(test)]
mod tests;
#[cfg(test)]
#[cfg(feature = "yaml")]
mod yaml_tests;
