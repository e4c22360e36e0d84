//! An ASL document as a file: its text, its value, and the line and column of each finding.
//!
//! The value is parsed immediately; positions are computed on demand by [`Source::locate`].

mod embedded;
mod fix;
mod json;
mod layout;
mod parts;
mod unfinished;
#[cfg(feature = "yaml")]
mod yaml;
#[cfg(not(feature = "yaml"))]
#[path = "no_yaml.rs"]
mod yaml;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

pub use self::embedded::{Positioned, PositionedValue};
pub use self::fix::Edit;
use self::layout::{Layout, Span};
pub use self::parts::Part;
use crate::{Code, Diagnostic, Pointer, limits};

/// The maximum size of a file in bytes. A definition may have a mebibyte of characters, but blanks and comments in a
/// file are not sent to AWS, and a template contains several definitions.
pub const MAX_BYTES: usize = 8 * limits::DEFINITION_CHARS;

/// The maximum nesting of objects and arrays, which is serde_json's own limit.
pub const MAX_DEPTH: usize = 127;

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, which AWS accepts.
    Json,
    /// YAML, which the tools around CloudFormation accept; requires the feature `yaml`.
    Yaml,
}

impl Format {
    /// Returns the format of a file's name: YAML for `.yaml` and `.yml`, else JSON.
    pub fn of_path(path: &Path) -> Self {
        let is_yaml = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml"));
        if is_yaml { Self::Yaml } else { Self::Json }
    }
}

/// A parsed document.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    format: Format,
    read: Read,
    /// The positions, if the document is part of a text in another language.
    embedded: Option<Box<Layout>>,
}

/// The result of parsing a string.
#[derive(Clone, Debug, Default)]
struct Read {
    value: Value,
    /// The pointers of placeholders without quotes.
    bare: BTreeSet<Pointer>,
    repeated: Vec<Repeated>,
    remarks: Vec<Diagnostic>,
}

/// A duplicate key of an object. The last occurrence counts.
#[derive(Clone, Debug)]
struct Repeated {
    at: Pointer,
    /// The format's name for an object.
    holder: &'static str,
    first: Span,
    second: Span,
}

/// A position in a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The line, starting at 1.
    pub line: usize,
    /// The column in characters, starting at 1.
    pub column: usize,
    /// The offset in bytes of [`Source::text`].
    pub offset: usize,
    /// The length in bytes; 0 for a position only.
    pub length: usize,
}

/// The error of a document that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceError {
    /// The problem; its pointer is the document's if no better one is known.
    pub diagnostic: Diagnostic,
    /// The position.
    pub location: Location,
}

impl Source {
    /// Parses a document; keys keep their order. In JSON, a placeholder `${X}` is allowed without quotes as a value.
    /// Its value is then the text `${X}`, and [`bare`](Self::bare) contains its pointer.
    ///
    /// # Errors
    /// Returns an error if the bytes are more than [`MAX_BYTES`], are not UTF-8, contain a NUL, or are not a document
    /// of the format; if an object has a duplicate key; if more than [`MAX_DEPTH`] objects and arrays are nested; or if
    /// YAML's aliases make it too large.
    pub fn read(bytes: &[u8], format: Format) -> Result<Self, Box<SourceError>> {
        Self::read_repeated(bytes, format)?.without_repeats()
    }

    /// Parses a definition as AWS receives it: JSON, in which a placeholder is only part of a string.
    ///
    /// # Errors
    /// Returns an error if the text is not JSON, an object has a duplicate key, or more than [`MAX_DEPTH`] objects and
    /// arrays are nested.
    pub fn read_filled(text: &str) -> Result<Self, Box<SourceError>> {
        let read = json::read(text)?;
        Self { text: text.to_owned(), format: Format::Json, read, embedded: None }.without_repeats()
    }

    fn without_repeats(self) -> Result<Self, Box<SourceError>> {
        match self.repeated_in(|at| at == self.read.repeated.first().map_or(at, |first| &first.at)).into_iter().next() {
            Some(error) => Err(Box::new(error)),
            None => Ok(self),
        }
    }

    /// Like [`Self::read`], but the last of duplicate keys counts; [`Self::repeated_in`] returns them.
    ///
    /// # Errors
    /// Returns an error like [`Self::read`], except for duplicate keys.
    pub fn read_repeated(bytes: &[u8], format: Format) -> Result<Self, Box<SourceError>> {
        let text = text(bytes)?;
        let read = match format {
            Format::Json => json::read_template(text)?,
            Format::Yaml => yaml::read(text)?,
        };
        Ok(Self { text: text.to_owned(), format, read, embedded: None })
    }

    /// Returns the document.
    pub fn value(&self) -> &Value {
        &self.read.value
    }

    /// Returns the document, if no positions are needed.
    pub fn into_value(self) -> Value {
        self.read.value
    }

    /// Returns the text without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns warnings about the notation: YAML words that may be names or booleans.
    pub fn remarks(&self) -> &[Diagnostic] {
        &self.read.remarks
    }

    /// Returns the duplicate keys at positions that `is_meant` accepts.
    pub fn repeated_in(&self, is_meant: impl Fn(&Pointer) -> bool) -> Vec<SourceError> {
        let repeated: Vec<_> = self.read.repeated.iter().filter(|one| is_meant(&one.at)).collect();
        let places = |span: fn(&Repeated) -> Span| {
            let spans: Vec<_> = repeated.iter().map(|one| span(one)).collect();
            locations(&self.text, &spans)
        };
        let places = places(|one| one.first).into_iter().zip(places(|one| one.second));
        let errors = repeated.iter().zip(places).map(|(one, (first, second))| {
            let key = one.at.tokens().last().unwrap_or_default();
            let message = format!("the key `{key}` is given twice in one {}", one.holder);
            let help = format!("it is first given in line {}, column {}; keep one of them", first.line, first.column);
            let diagnostic = Diagnostic::new(Code::DuplicateKey, one.at.clone(), message).with_help(help);
            SourceError { diagnostic, location: second }
        });
        errors.collect()
    }

    /// Returns the pointers of placeholders without quotes, whose values may not be text.
    pub fn bare(&self) -> BTreeSet<Pointer> {
        self.read.bare.clone()
    }

    fn layout(&self) -> Cow<'_, Layout> {
        match (&self.embedded, self.format) {
            (Some(layout), _) => Cow::Borrowed(layout),
            (None, Format::Json) => Cow::Owned(json::contents(&self.text).layout),
            (None, Format::Yaml) => Cow::Owned(yaml::layout(&self.text)),
        }
    }

    /// Returns the position of each finding: its part of the string; the key of an object or array, or of a field that
    /// should not exist; else the value. Something that does not exist is located at the key of its parent.
    ///
    /// Takes time linear in the sizes of the text and the findings together.
    pub fn locate(&self, found: &[Diagnostic]) -> Vec<Location> {
        if found.is_empty() {
            return Vec::new();
        }
        let layout = self.layout();
        let spans: Vec<_> = found.iter().map(|found| layout.span(&self.text, found)).collect();
        locations(&self.text, &spans)
    }
}

/// Returns the text of a file, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Box<SourceError>> {
    if bytes.len() > MAX_BYTES {
        let message = format!(
            "the file has more than {MAX_BYTES} bytes, but a definition may have at most {} characters",
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
        let problem = Diagnostic::new(Code::NotJson, Pointer::root(), "the file contains a NUL byte")
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
        write!(f, "{} (line {}, column {})", self.diagnostic.message(), self.location.line, self.location.column)
    }
}

impl std::error::Error for SourceError {}

impl SourceError {
    /// Returns an error at `length` bytes from `offset` of a string.
    fn at(diagnostic: Diagnostic, text: &str, offset: usize, length: usize) -> Box<Self> {
        let location = locations(text, &[(offset, length)]).pop().unwrap_or_default();
        Box::new(Self { diagnostic, location })
    }
}

/// Returns the offset, or the start of the character that contains it; at most the text's length.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

/// Returns the lines and columns of spans (offset and length in bytes) of a string, in a single pass in any order.
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
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(text: &str) -> (Code, String, usize, usize) {
        let error = Source::read(text.as_bytes(), Format::Json).unwrap_err();
        (
            error.diagnostic.code,
            format!("{} {}", error.diagnostic.pointer, error.diagnostic.message()),
            error.location.line,
            error.location.column,
        )
    }

    /// Returns the text that a finding at a pointer (and a part of the string there) underlines.
    fn underlined(source: &Source, code: Code, pointer: &str, range: Option<(usize, usize)>) -> String {
        let pointer = pointer.split('/').skip(1).fold(Pointer::root(), |at, token| at.child(token));
        let mut found = Diagnostic::new(code, pointer, "");
        found.range = range;
        let place = source.locate(&[found])[0];
        source.text()[place.offset..place.offset + place.length].to_owned()
    }

    #[test]
    fn json_keeps_its_order_and_its_numbers() {
        let text = "\u{feff}{\"b\": [1, -2, 3.5, 1e3, 18446744073709551615], \"a\": {\"ä\\n\": null}, \"t\": true}\n";
        let source = Source::read(text.as_bytes(), Format::Json).unwrap();
        assert_eq!(source.value(), &serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).unwrap());
        assert_eq!(source.value().as_object().unwrap().keys().collect::<Vec<_>>(), ["b", "a", "t"]);
        assert_eq!(source.value().pointer("/b/2"), Some(&json!(3.5)));
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_place() {
        assert_eq!(refused(""), (Code::NotJson, " the file is empty".into(), 1, 1));
        assert_eq!(refused(" \n "), (Code::NotJson, " the file is empty".into(), 1, 1));
        assert_eq!(
            refused("{\n \"ä\": 1,\n}"),
            (Code::NotJson, " the definition is not JSON: trailing comma".into(), 3, 1)
        );
        let (code, message, line, column) = refused("{\"ä\": x}");
        assert_eq!((code, line, column), (Code::NotJson, 1, 7), "{message}");
        assert_eq!(refused("{\"a\": \"\0\"}").2, 1);
        assert!(refused("{} \0").1.contains("NUL"));
        let (code, message, line, column) = refused(&"[".repeat(10_000));
        assert_eq!((code, line, column), (Code::TooDeep, 1, 128), "{message}");
        assert_eq!(refused(&" ".repeat(MAX_BYTES + 1)).0, Code::DefinitionTooLarge);
        assert!(Source::read(format!("{}1{}", "[".repeat(127), "]".repeat(127)).as_bytes(), Format::Json).is_ok());

        let error = Source::read(b"{\n\"\xc3\xa4\xff\": 1}", Format::Json).unwrap_err();
        assert_eq!((error.location.line, error.location.column), (2, 3));
        assert!(error.diagnostic.message().contains("0xff"), "{}", error.diagnostic);
        let error = Source::read(b"\xff\xfe{\0}\0", Format::Json).unwrap_err();
        assert!(error.diagnostic.help().unwrap().contains("UTF-16"));
    }

    #[test]
    fn keys_given_twice_are_refused_with_both_places() {
        let text = "{\n  \"States\": {\n    \"A/B\": [7, {\"x\": 1,\n      \"y\": {\"x\": 3}, \"\\u0078\": 2}]}}";
        let error = Source::read(text.as_bytes(), Format::Json).unwrap_err();
        assert_eq!(error.diagnostic.code, Code::DuplicateKey);
        assert_eq!(error.diagnostic.pointer.as_str(), "/States/A~1B/1/x");
        assert_eq!((error.location.line, error.location.column), (4, 22));
        assert!(error.diagnostic.help().unwrap().contains("line 3, column 17"));
    }

    #[test]
    fn findings_are_where_the_eye_looks_for_them() {
        let text = r#"{"StartAt": "Näh", "States": {"A": {"Seconds": 30, "P.$": "a\n\u00e4\ud83d\ude00$.x", "L": ["q", {}]}}}"#;
        let source = Source::read(text.as_bytes(), Format::Json).unwrap();
        let at = |code, pointer: &str, range| underlined(&source, code, pointer, range);
        assert_eq!(at(Code::UnknownTarget, "/StartAt", None), "\"Näh\"");
        assert_eq!(at(Code::UnreachableState, "/States/A", None), "\"A\"");
        assert_eq!(at(Code::WrongType, "/States/A/Seconds", None), "30");
        assert_eq!(at(Code::UnknownField, "/States/A/Seconds", None), "\"Seconds\"");
        assert_eq!(at(Code::MissingField, "/States/A/Type", None), "\"A\"");
        assert_eq!(at(Code::WrongType, "/States/A/L/0", None), "\"q\"");
        assert_eq!(at(Code::WrongType, "/States/A/L/1", None), "{");
        assert_eq!(at(Code::NoStates, "", None), "{");
        assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((2, 2))), r"\u00e4");
        assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((4, 4))), r"\ud83d\ude00");
        assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((8, 3))), "$.x");
        assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((11, 9))), "\"");

        let found = ["StartAt", "States"].map(|key| Diagnostic::new(Code::WrongType, Pointer::root().child(key), ""));
        let [start, states] = source.locate(&found)[..] else { unreachable!() };
        assert_eq!((start.line, start.column, states.column), (1, 13, 20));
    }

    #[test]
    fn a_parameter_that_there_is_not_is_found_at_its_name_and_a_wrong_value_at_itself() {
        let source = Source::read(br#"{"P": {"QueueURL": "q"}}"#, Format::Json).unwrap();
        let at = |code| Diagnostic::new(code, Pointer::root().child("P").child("QueueURL"), "");
        let found = [at(Code::UnknownParameter), at(Code::WrongParameterType)];
        let columns: Vec<_> = source.locate(&found).iter().map(|place| (place.column, place.length)).collect();
        assert_eq!(columns, [(8, 10), (20, 3)]);
    }

    #[test]
    fn a_placeholder_may_stand_without_quotes_where_a_value_stands() {
        let text =
            r#"{"S": {"Seconds": ${Seconds}, "Text": "${A}", "L": [1, ${B}]}, "E": ${jsonencode({"x": 1})}, "n": x}"#;
        assert_eq!(
            refused(text),
            (Code::NotJson, " the definition is not JSON: expected value".into(), 1, text.find("x}").unwrap() + 1)
        );
        let text = text.replace(", \"n\": x", "");
        let source = Source::read(text.as_bytes(), Format::Json).unwrap();
        assert_eq!(source.text(), text);
        let expected =
            json!({"S": {"Seconds": "${Seconds}", "Text": "${A}", "L": [1, "${B}"]}, "E": "${jsonencode({\"x\": 1})}"});
        assert_eq!(source.value(), &expected);
        let bare: Vec<_> = source.bare().iter().map(|at| at.as_str().to_owned()).collect();
        assert_eq!(bare, ["/E", "/S/L/1", "/S/Seconds"]);
        let at = |pointer: &str, range| underlined(&source, Code::WrongType, pointer, range);
        assert_eq!(at("/S/L/1", None), "${B}");
        assert_eq!(at("/S/Text", Some((2, 1))), "A");
        assert_eq!(at("/E", None), "${jsonencode({\"x\": 1})}");
    }
}
