//! A finding in a file, and how it is printed: for people as rustc does it, or for programs.

mod format;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use proc_macro2::LineColumn;
use serde_json::{Value, json};
use workflow_asl::printable::{is_control, printable, printable_json, printable_lines};
use workflow_asl::source::{Edit, Location, Source, SourceError, locations};
use workflow_asl::{Code, Diagnostic, Severity, error_name};
use workflow_compiler::problem::{EditPlace, Problem};
use workflow_format::{Fault, not_rust};

use crate::{Failure, terminal};
pub(crate) use format::Format;

/// Characters of a line that are taken on each side of the words in question; definitions often have one line alone.
const TAKEN: usize = 2_000;

/// A finding in a file.
pub(crate) struct Report {
    file: String,
    /// `None` for a file that could not even be opened.
    code: Option<Code>,
    /// AWS's code for it.
    aws: Option<&'static str>,
    /// The pointer in the document; a Rust file has none.
    pointer: Option<String>,
    place: Option<SourceLine>,
    message: String,
    help: Vec<String>,
    edits: Vec<Edit>,
    /// The edits that its help proposes, if they are not certain.
    proposed: Vec<Edit>,
    /// Whether it is a note on the file, and not a mistake.
    is_remark: bool,
    /// The rule of a finding that has no code.
    rule: Option<Rule>,
}

/// A rule that is not about a document, such as a property of executions.
pub(crate) struct Rule {
    /// Its name for programs.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What helps against its findings, as a sentence.
    pub(crate) help: &'static str,
    /// `error`, `warning` or `note`.
    pub(crate) severity: &'static str,
    /// Whether the finding fails the command.
    pub(crate) fails: bool,
}

/// A place with the line around it.
struct SourceLine {
    location: Location,
    /// The line, as much as is taken of it.
    line: String,
    /// The words in question, in bytes of `line`.
    words: Range<usize>,
    /// Whether the line begins before.
    is_cut: bool,
}

impl Report {
    /// A file that cannot be read.
    pub(crate) fn unreadable(file: &Path, reason: &str) -> Self {
        Self::new(file, None, format!("cannot read {}: {reason}", name(file)))
    }

    /// A document that cannot be converted to the requested form.
    pub(crate) fn refusal(file: &Path, reason: &str) -> Self {
        Self::new(file, None, format!("{}: {reason}", name(file)))
    }

    fn new(file: &Path, code: Option<Code>, message: String) -> Self {
        Self {
            file: name(file),
            code,
            aws: code.and_then(Code::aws),
            pointer: None,
            place: None,
            message,
            help: Vec::new(),
            edits: Vec::new(),
            proposed: Vec::new(),
            is_remark: false,
            rule: None,
        }
    }

    /// Creates a note on a place in a file.
    pub(crate) fn remark(file: &Path, text: &str, location: Location, message: String, help: Vec<String>) -> Self {
        let place = Some(SourceLine::of(text, location));
        Self { place, help, is_remark: true, ..Self::new(file, None, message) }
    }

    /// Creates a finding of a rule, at a place in the text of its file if it is known.
    pub(crate) fn of_rule(file: &Path, rule: Rule, message: String, at: Option<(&str, Location)>) -> Self {
        let place = at.map(|(text, location)| SourceLine::of(text, location));
        Self { place, rule: Some(rule), ..Self::new(file, None, message) }
    }

    /// Returns whether it fails the command: an error, or a finding of a rule that does.
    pub(crate) fn fails(&self) -> bool {
        self.rule.as_ref().map_or_else(|| self.is_error(), |rule| rule.fails)
    }

    /// A string that is not a document.
    pub(crate) fn refused(file: &Path, bytes: &[u8], error: &SourceError) -> Self {
        let text = String::from_utf8_lossy(bytes.get(..error.location.offset + TAKEN).unwrap_or(bytes));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Self::found(file, text, &error.diagnostic, error.location)
    }

    /// A finding in a document.
    pub(crate) fn found(file: &Path, text: &str, found: &Diagnostic, location: Location) -> Self {
        Self {
            pointer: Some(found.pointer.to_string()),
            place: Some(SourceLine::of(text, location)),
            help: found.help().into_iter().collect(),
            ..Self::new(file, Some(found.code), found.message())
        }
    }

    /// Returns the findings in a document, each with its fix.
    pub(crate) fn found_in<'a>(
        file: &'a Path,
        source: &'a Source,
        found: &'a [Diagnostic],
    ) -> impl Iterator<Item = Self> + 'a {
        let places = source.locate(found).into_iter().zip(source.edits(found)).zip(source.proposals(found));
        places.zip(found).map(move |(((location, edit), proposed), found)| Self {
            proposed: if edit.is_none() { proposed.into_iter().collect() } else { Vec::new() },
            edits: edit.into_iter().collect(),
            ..Self::found(file, source.text(), found, location)
        })
    }

    /// A string that is not Rust.
    pub(crate) fn not_rust(file: &Path, text: &str, at: LineColumn) -> Self {
        Self::fault(file, text, &not_rust(text, offset(text, at)))
    }

    /// Returns the compiler's messages about a workflow.
    pub(crate) fn problem(file: &Path, text: &str, problem: &Problem) -> Self {
        let (start, end) = (problem.span.first.byte_range().start, problem.span.last.byte_range().end);
        // Only the wrong part of a string literal.
        let part = problem.part.as_ref().and_then(|part| part.in_source(text.get(start..end)?));
        let place = match part {
            Some(part) => locations(text, &[(start + part.start, part.len())]).pop(),
            None => {
                let LineColumn { line, column } = problem.span.first.start();
                Some(Location { line, column: column + 1, offset: start, length: end.saturating_sub(start) })
            }
        };
        let message = match problem.place.as_deref() {
            // The words name the document of `from`, which contains the problem.
            Some(at) => format!("{} ({}:{}:{})", problem.message, at.file, at.line, at.column),
            None => problem.message.clone(),
        };
        let edits = problem.fix.iter().filter(|_| problem.code.is_certain()).map(|edit| {
            let (start, end) = match edit.place {
                EditPlace::Over(span) => (span.first.byte_range().start, span.last.byte_range().end),
                EditPlace::Before(word) => (word.byte_range().start, word.byte_range().start),
                EditPlace::After(word) => (word.byte_range().end, word.byte_range().end),
            };
            Edit { span: (start, end.saturating_sub(start)), text: edit.text.clone() }
        });
        let edits: Vec<_> = edits.filter(|edit| !loses_values(problem.code, edit)).collect();
        let (proposed, edits) = if is_guess(problem.code, &edits) { (edits, Vec::new()) } else { (Vec::new(), edits) };
        Self {
            pointer: problem.place.as_ref().map(|at| at.pointer.to_string()).filter(|pointer| !pointer.is_empty()),
            place: place.map(|location| SourceLine::of(text, location)),
            help: problem.help.clone(),
            edits,
            proposed,
            aws: problem.code.aws().filter(|_| !problem.of_language),
            ..Self::new(file, Some(problem.code), message)
        }
    }

    /// Returns why a file was not formatted.
    pub(crate) fn fault(file: &Path, text: &str, fault: &Fault) -> Self {
        let place = locations(text, &[(fault.range.start, fault.range.len())]).pop();
        Self {
            place: place.map(|location| SourceLine::of(text, location)),
            help: fault.help.clone(),
            ..Self::new(file, fault.code, fault.message.clone())
        }
    }

    /// Moves the finding into a document inside another one, at a pointer.
    pub(crate) fn inside(mut self, pointer: &str) -> Self {
        self.pointer = Some(format!("{pointer}{}", self.pointer.unwrap_or_default()));
        self
    }

    /// The same as something that has no code.
    pub(crate) fn without_code(self) -> Self {
        Self { code: None, aws: None, ..self }
    }

    pub(crate) fn code(&self) -> Option<Code> {
        self.code
    }

    /// Returns whether it is an error or a warning.
    pub(crate) fn severity(&self) -> Severity {
        let unknown = if self.is_remark { Severity::Warning } else { Severity::Error };
        self.code.map_or(unknown, Code::severity)
    }

    /// Returns the name of the severity.
    fn severity_name(&self) -> &'static str {
        if let Some(rule) = &self.rule {
            return rule.severity;
        }
        match self.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// Returns its line, starting at 1.
    pub(crate) fn line_number(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.location.line)
    }

    /// Returns the file as it is printed.
    #[cfg(feature = "lsp")]
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Returns its place, if it is known.
    #[cfg(feature = "lsp")]
    pub(crate) fn location(&self) -> Option<Location> {
        self.place.as_ref().map(|place| place.location)
    }

    /// Returns the message.
    #[cfg(feature = "lsp")]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Returns how to fix it.
    #[cfg(feature = "lsp")]
    pub(crate) fn help(&self) -> &[String] {
        &self.help
    }

    /// Returns the code and the message, which are the same wherever the text moves.
    pub(crate) fn text_of_error(&self) -> String {
        format!("{}: {}", self.code.map_or("", Code::id), self.message)
    }

    /// Returns the file, the offset and the message.
    pub(crate) fn place_and_text(&self) -> (String, usize, String) {
        (self.file.clone(), self.offset(), self.text_of_error())
    }

    /// Returns whether a finding in JSON is the same, wherever its line is now. A file that cannot be read is no finding.
    pub(crate) fn is(&self, other: &Value) -> bool {
        let own = self.to_json();
        self.code.is_some() && ["file", "code", "pointer", "message"].iter().all(|member| own[member] == other[member])
    }

    /// The edits of the file that fix it together; none if the fix is not certain.
    pub(crate) fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The edits that fix it together, or that its help proposes.
    pub(crate) fn offered(&self) -> &[Edit] {
        if self.edits.is_empty() { &self.proposed } else { &self.edits }
    }

    /// The same with what its help proposes as its fix, if it has no certain one.
    pub(crate) fn with_proposals(self) -> Self {
        Self { edits: self.offered().to_vec(), ..self }
    }

    /// The same without what to change.
    pub(crate) fn without_edits(self) -> Self {
        Self { edits: Vec::new(), proposed: Vec::new(), ..self }
    }

    /// Returns whether it is about this file.
    pub(crate) fn is_in(&self, file: &Path) -> bool {
        self.file == name(file)
    }

    /// Prints a fix in one line: its place, and the new text.
    pub(crate) fn fixed(&self) -> String {
        let place = self.place.as_ref().map(|place| format!(":{}:{}", place.location.line, place.location.column));
        let written = self.changes("removed it", "wrote");
        format!("{}{}: {}: {written}", self.file, place.unwrap_or_default(), self.message)
    }

    /// Returns its fix in words: how each edit writes or removes text.
    pub(crate) fn changes(&self, removes: &str, writes: &str) -> String {
        let changes = self.offered().iter().map(|edit| match edit.text.trim() {
            "" => removes.to_owned(),
            text => format!("{writes} `{text}`"),
        });
        changes.collect::<Vec<_>>().join(", ")
    }

    /// Returns the sort key of the findings of a file.
    pub(crate) fn offset(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.location.offset)
    }

    /// Prints it for people, with escape sequences for colours.
    pub(crate) fn to_text(&self) -> String {
        let level = match self.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.clone().primary_title(printable_lines(&self.message));
        let mut group = Group::with_title(match self.code {
            Some(code) => title.id(code.id()),
            None => title,
        });
        let mut groups = Vec::new();
        if let Some(SourceLine { location, line, words, is_cut }) = &self.place {
            let words = AnnotationKind::Primary.span(words.clone());
            let mut snippet = Snippet::source(line).line_start(location.line).annotation(words);
            let file = printable(&self.file);
            // A column is counted from the start of the part, unless another start is given.
            if *is_cut {
                groups.push(group.element(Origin::path(file).line(location.line).char_column(location.column)));
                group = Group::with_level(level);
            } else {
                snippet = snippet.path(file);
            }
            group = group.element(snippet);
        }
        let note = |word: &'static str, says| Level::NOTE.with_name(word).message(printable_lines(says));
        let pointer = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()).map(|pointer| note("at", pointer));
        let aws = self.aws.map(|code| note("AWS", code));
        let help = self.help.iter().map(|help| note("help", help));
        groups.push(group.elements(pointer.into_iter().chain(aws).chain(help)));
        let renderer = Renderer::styled().term_width(terminal::width().unwrap_or(DEFAULT_TERM_WIDTH));
        format!("{}\n", renderer.render(&groups))
    }

    /// Prints it for programs.
    pub(crate) fn to_json(&self) -> Value {
        let help = if self.help.is_empty() { Value::Null } else { self.help.join("\n").into() };
        json!({
            "file": self.file,
            "code": self.code.map(Code::id),
            "aws_code": self.aws,
            "severity": self.severity_name(),
            "pointer": self.pointer,
            "line": self.place.as_ref().map(|place| place.location.line),
            "column": self.place.as_ref().map(|place| place.location.column),
            "message": self.message,
            "help": help,
            "edits": self.edits.iter().map(|edit| json!({
                "offset": edit.span.0,
                "length": edit.span.1,
                "text": edit.text,
            })).collect::<Vec<_>>(),
        })
    }
}

/// How many findings of one file are printed.
const MOST: usize = 100;

/// A finding as it is printed to the standard error, in colours where that is a terminal.
fn coloured_for_stderr(report: &Report) -> String {
    terminal::coloured(&report.to_text(), &std::io::stderr())
}

/// Prints why a file cannot be used.
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
    terminal::tell(&format!("note: {}", printable(text)));
}

/// Prints the message of an error after which the command goes on.
pub(crate) fn complain(message: &str) {
    terminal::tell(message);
}

/// The same, several times.
pub(crate) fn note_all(texts: impl IntoIterator<Item = String>) {
    texts.into_iter().for_each(|text| note(&text));
}

/// A JSON value as the commands print it.
pub(crate) fn json_text(value: &Value) -> String {
    printable_json(&format!("{value:#}")).into_owned()
}

impl SourceLine {
    fn of(text: &str, location: Location) -> Self {
        let (before, after) = text.split_at_checked(location.offset).unwrap_or((text, ""));
        let before = before.rsplit('\n').next().unwrap_or_default();
        let after = after.lines().next().unwrap_or_default();
        let start = before.char_indices().rev().nth(TAKEN).map_or(0, |(at, _)| at);
        let taken = |part: &str| {
            let signs = part.chars().take(TAKEN + 1);
            // A control character is shown as a visible symbol.
            signs.map(|c| if is_control(c) && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }).collect::<String>()
        };
        let mut line = taken(before.get(start..).unwrap_or_default());
        let marked = after.get(..location.length).unwrap_or(after).trim_end();
        let from = line.len();
        line.push_str(&taken(marked));
        let words = from..line.len();
        line.push_str(taken(after.get(marked.len()..).unwrap_or_default()).trim_end());
        Self { location, line, words, is_cut: start > 0 }
    }
}

/// The file as the user knows it.
fn name(file: &Path) -> String {
    if file == Path::new(crate::input::STDIN) { "<stdin>".to_owned() } else { file.display().to_string() }
}

/// Returns the byte offset of proc_macro2's line (from 1) and column (from 0, in characters).
fn offset(text: &str, at: LineColumn) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(at.line.saturating_sub(1)).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    before + line.chars().take(at.column).map(char::len_utf8).sum::<usize>()
}

/// Returns whether a fix writes the name of an error that the user may not have meant.
fn is_guess(code: Code, edits: &[Edit]) -> bool {
    code == Code::Syntax && edits.iter().any(|edit| edit.text.contains(error_name::ALL))
}

/// Returns whether an edit writes a template of another language as a text without its values.
fn loses_values(code: Code, edit: &Edit) -> bool {
    code == Code::BadLiteral && edit.text.contains("${")
}
