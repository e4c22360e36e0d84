//! A finding in a file, and how it is printed: for people as rustc does it, or as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anstream::adapter::strip_str;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use proc_macro2::LineColumn;
use serde_json::{Value, json};
use workflow_asl::printable::{is_control, printable, printable_json, printable_lines};
use workflow_asl::source::{Location, SourceError, locations};
use workflow_asl::{Code, Diagnostic, Severity};
use workflow_compiler::format::{Fault, NOT_RUST};
use workflow_compiler::problem::Problem;

use crate::Failure;

/// Characters of a line that are shown before the words in question; definitions often have one line alone.
const SHOWN_BEFORE: usize = 100;
/// Characters that are shown from the words on.
const SHOWN_AFTER: usize = 80;

/// Something found in a file.
pub(crate) struct Report {
    file: String,
    /// `None` for a file that could not even be opened.
    code: Option<Code>,
    /// Where in the document; a Rust file has no such pointers.
    pointer: Option<String>,
    place: Option<Place>,
    message: String,
    help: Vec<String>,
}

/// A place with the line around it.
struct Place {
    location: Location,
    /// The line, as much as is shown of it.
    line: String,
    /// Characters of `line` before the words in question, and of the words.
    words: (usize, usize),
}

impl Report {
    /// A file that cannot be read.
    pub(crate) fn unreadable(file: &Path, reason: &str) -> Self {
        let message = format!("cannot read {}: {reason}", name(file));
        Self { file: name(file), code: None, pointer: None, place: None, message, help: Vec::new() }
    }

    /// A document that cannot become what was asked for.
    pub(crate) fn refusal(file: &Path, reason: &str) -> Self {
        let message = format!("{}: {reason}", name(file));
        Self { file: name(file), code: None, pointer: None, place: None, message, help: Vec::new() }
    }

    /// A text that is no document.
    pub(crate) fn refused(file: &Path, bytes: &[u8], error: &SourceError) -> Self {
        let text = String::from_utf8_lossy(bytes.get(..error.location.offset + SHOWN_AFTER * 4).unwrap_or(bytes));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Self::found(file, text, &error.diagnostic, error.location)
    }

    /// A finding in a document.
    pub(crate) fn found(file: &Path, text: &str, found: &Diagnostic, location: Location) -> Self {
        Self {
            file: name(file),
            code: Some(found.code),
            pointer: Some(found.pointer.to_string()),
            place: Some(Place::of(text, location)),
            message: found.message(),
            help: found.help().into_iter().collect(),
        }
    }

    /// A text that is not Rust.
    pub(crate) fn not_rust(file: &Path, text: &str, at: LineColumn) -> Self {
        let offset = offset(text, at);
        let place = locations(text, &[(offset, 1)]).pop().map(|location| Place::of(text, location));
        let (message, help) = (NOT_RUST.to_owned(), Vec::new());
        Self { file: name(file), code: Some(Code::Syntax), pointer: None, place, message, help }
    }

    /// What the compiler says of a workflow.
    pub(crate) fn problem(file: &Path, text: &str, problem: &Problem) -> Self {
        let (start, end) = (problem.spot.first.byte_range().start, problem.spot.last.byte_range().end);
        // Of a text literal only the part that is wrong.
        let part = problem.part.as_ref().and_then(|part| part.in_source(text.get(start..end)?));
        let place = match part {
            Some(part) => locations(text, &[(start + part.start, part.len())]).pop(),
            None => {
                let LineColumn { line, column } = problem.spot.first.start();
                Some(Location { line, column: column + 1, offset: start, length: end.saturating_sub(start) })
            }
        };
        let message = match problem.place.as_deref() {
            // The words are those that name the document of `from`; what is wrong is in it.
            Some(at) => format!("{} ({}:{}:{})", problem.message, at.file, at.line, at.column),
            None => problem.message.clone(),
        };
        Self {
            file: name(file),
            code: Some(problem.code),
            pointer: problem.place.as_ref().map(|at| at.pointer.to_string()),
            place: place.map(|location| Place::of(text, location)),
            message,
            help: problem.help.clone(),
        }
    }

    /// Why a file was not formatted.
    pub(crate) fn fault(file: &Path, text: &str, fault: &Fault) -> Self {
        let place = locations(text, &[(fault.range.start, fault.range.len())]).pop();
        Self {
            file: name(file),
            code: fault.code,
            pointer: None,
            place: place.map(|location| Place::of(text, location)),
            message: fault.message.clone(),
            help: fault.help.clone(),
        }
    }

    /// Moves the finding into a document that lies inside another one, at a pointer.
    pub(crate) fn inside(mut self, pointer: &str) -> Self {
        self.pointer = Some(format!("{pointer}{}", self.pointer.unwrap_or_default()));
        self
    }

    /// The same as something that has no code.
    pub(crate) fn without_code(self) -> Self {
        Self { code: None, ..self }
    }

    pub(crate) fn code(&self) -> Option<Code> {
        self.code
    }

    /// Whether it is an error or a warning.
    pub(crate) fn severity(&self) -> Severity {
        self.code.map_or(Severity::Error, Code::severity)
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// What orders the findings of a file.
    pub(crate) fn offset(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.location.offset)
    }

    /// For people, with escape sequences for colours.
    pub(crate) fn to_text(&self) -> String {
        let (word, style) = match self.severity() {
            Severity::Error => ("error", AnsiColor::BrightRed.on_default().bold()),
            Severity::Warning => ("warning", AnsiColor::Yellow.on_default().bold()),
        };
        let (bold, frame) = (Style::new().bold(), AnsiColor::BrightBlue.on_default().bold());
        let code = self.code.map(|code| format!("[{code}]")).unwrap_or_default();
        let mut text = format!("{style}{word}{code}{style:#}{bold}: {}{bold:#}\n", printable_lines(&self.message));
        let number = self.place.as_ref().map(|place| place.location.line.to_string()).unwrap_or_default();
        let margin = " ".repeat(number.len());
        // Writing to a string does not fail.
        if let Some(Place { location, line, words }) = &self.place {
            let (before, marks) = (" ".repeat(words.0), "^".repeat(words.1));
            let (file, line_number, column) = (printable(&self.file), location.line, location.column);
            let _ = writeln!(text, "{margin}{frame}-->{frame:#} {file}:{line_number}:{column}");
            let _ = writeln!(text, "{margin} {frame}|{frame:#}");
            let _ = writeln!(text, "{frame}{number} |{frame:#} {line}");
            let _ = writeln!(text, "{margin} {frame}|{frame:#} {before}{style}{marks}{style:#}");
        }
        let mut note = |word: &str, says: &str| {
            let _ = writeln!(text, "{margin} {frame}={frame:#} {bold}{word}{bold:#}: {}", printable_lines(says));
        };
        if let Some(pointer) = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            note("at", pointer);
        }
        if let Some(aws) = self.code.and_then(Code::aws) {
            note("AWS", aws);
        }
        for help in &self.help {
            note("help", help);
        }
        text
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let severity = match self.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let help = if self.help.is_empty() { Value::Null } else { self.help.join("\n").into() };
        json!({
            "file": self.file,
            "code": self.code.map(Code::id),
            "aws_code": self.code.and_then(Code::aws),
            "severity": severity,
            "pointer": self.pointer,
            "line": self.place.as_ref().map(|place| place.location.line),
            "column": self.place.as_ref().map(|place| place.location.column),
            "message": self.message,
            "help": help,
        })
    }
}

/// How many findings of one file are printed.
const MOST: usize = 100;

/// A finding as it is printed to the standard error, in colours where that is a terminal.
fn coloured_for_stderr(report: &Report) -> String {
    coloured(&report.to_text(), &std::io::stderr())
}

/// Prints why a file cannot be used.
#[expect(clippy::boxed_local, reason = "errors that are boxed come here")]
pub(crate) fn refuse(report: Box<Report>) -> Failure {
    print_all(std::slice::from_ref(&*report));
    Failure::Printed(2)
}

/// Prints findings to the standard error, of each file no more than a hundred.
pub(crate) fn print_all(reports: &[Report]) {
    let (shown, more) = shown(reports);
    let mut texts: Vec<_> = shown.into_iter().map(coloured_for_stderr).collect();
    texts.extend(more);
    if !texts.is_empty() {
        eprintln!("{}", texts.join("\n"));
    }
}

/// The findings that are printed, and how many others there are, in a sentence for each file.
pub(crate) fn shown(reports: &[Report]) -> (Vec<&Report>, Vec<String>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown = Vec::new();
    for report in reports {
        let count = counts.entry(&report.file).or_default();
        *count += 1;
        if *count <= MOST {
            shown.push(report);
        }
    }
    let over = counts.into_iter().filter(|(_, count)| *count > MOST);
    let more = over.map(|(file, count)| format!("… and {} more in {}\n", count - MOST, printable(file)));
    (shown, more.collect())
}

/// Prints what else the user should know.
pub(crate) fn note(text: &str) {
    eprintln!("note: {}", printable(text));
}

/// The same, several times.
pub(crate) fn note_all(texts: impl IntoIterator<Item = String>) {
    texts.into_iter().for_each(|text| note(&text));
}

/// A JSON value as the commands print it.
pub(crate) fn json_text(value: &Value) -> String {
    printable_json(&format!("{value:#}")).into_owned()
}

/// The text without its colours, where the stream is not to have them.
pub(crate) fn coloured(text: &str, stream: &impl RawStream) -> String {
    match AutoStream::choice(stream) {
        ColorChoice::Never => strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

impl Place {
    fn of(text: &str, location: Location) -> Self {
        let (before, after) = text.split_at_checked(location.offset).unwrap_or((text, ""));
        let in_line = |c: &char| *c != '\n';
        let mut start: Vec<char> = before.chars().rev().take_while(in_line).take(SHOWN_BEFORE + 1).collect();
        let is_cut = start.len() > SHOWN_BEFORE;
        if is_cut {
            start.truncate(SHOWN_BEFORE - 10);
            start.push('…');
        }
        let mut end: Vec<char> = after.chars().take_while(in_line).take(SHOWN_AFTER + 1).collect();
        let marked = after.get(..location.length).unwrap_or_default().trim_end();
        let marked = marked.chars().take_while(in_line).take(SHOWN_AFTER).count().max(1);
        if end.len() > SHOWN_AFTER {
            end.truncate(SHOWN_AFTER);
            end.push('…');
        }
        let words = (start.len(), marked);
        // One sign for another, so that the marks stay below their words.
        let shown = |c: char| match c {
            '\t' | '\r' => ' ',
            c if is_control(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        };
        let line: String = start.into_iter().rev().chain(end).map(shown).collect();
        Self { location, line: line.trim_end().to_owned(), words }
    }
}

/// The file as the user knows it.
fn name(file: &Path) -> String {
    if file == Path::new(crate::input::STDIN) { "<stdin>".to_owned() } else { file.display().to_string() }
}

/// The byte at which proc_macro2's line (from 1) and column (from 0, in characters) lie.
fn offset(text: &str, at: LineColumn) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(at.line.saturating_sub(1)).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    before + line.chars().take(at.column).map(char::len_utf8).sum::<usize>()
}
