//! Problems of a workflow, with their spans and fixes.

use std::fmt;

use proc_macro2::Span;
use workflow_asl::{Code, Pointer, Severity};

use crate::literal_range::LiteralRange;
use crate::question::Question;
use crate::span::TokenSpan;

/// A problem of a workflow.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its stable code.
    pub code: Code,
    /// The words that it is about.
    pub span: TokenSpan,
    /// The message, in the user's terms: lower case, no full stop, names in backticks.
    pub message: String,
    /// How to fix it, one line each.
    pub help: Vec<String>,
    /// The position in the document of `from`, for a problem of that document.
    pub place: Option<Box<DocumentPlace>>,
    /// The part of a string literal that it is about.
    pub part: Option<Box<LiteralRange>>,
    /// Whether it breaks a rule of the language that AWS does not have, whatever AWS's code for its code is.
    pub of_language: bool,
    /// The edits of a certain fix, which are applied together. They do not overlap.
    pub fix: Vec<Edit>,
    /// The number of the workflow or fragment that it was found in; 0 for none.
    pub workflow: u16,
}

/// An edit of the source.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The position.
    pub place: EditPlace,
    /// The new text.
    pub text: String,
}

/// The position of an edit.
#[derive(Clone, Copy, Debug)]
pub enum EditPlace {
    /// Replaces these words.
    Over(TokenSpan),
    /// Inserts before this word.
    Before(Span),
    /// Inserts after this word.
    After(Span),
}

impl Edit {
    /// Creates an edit that replaces words.
    pub fn over(span: impl Into<TokenSpan>, text: impl Into<String>) -> Self {
        Self { place: EditPlace::Over(span.into()), text: text.into() }
    }

    /// Creates an edit that inserts before a word.
    pub fn before(span: impl Into<TokenSpan>, text: impl Into<String>) -> Self {
        Self { place: EditPlace::Before(span.into().first), text: text.into() }
    }

    /// Creates an edit that inserts after a word.
    pub fn after(span: impl Into<TokenSpan>, text: impl Into<String>) -> Self {
        Self { place: EditPlace::After(span.into().last), text: text.into() }
    }
}

/// A position in the document that contains a workflow's states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentPlace {
    /// The file, as written in the workflow.
    pub file: String,
    /// The line, starting at 1.
    pub line: usize,
    /// The column in characters, starting at 1.
    pub column: usize,
    /// The pointer in the document's value.
    pub pointer: Pointer,
}

/// Formats the position like compilers: `flows/legacy.asl.json:12:9`, then the JSON pointer.
impl fmt::Display for DocumentPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)?;
        if self.pointer.as_str().is_empty() { Ok(()) } else { write!(f, " ({})", self.pointer) }
    }
}

impl Problem {
    /// Creates a problem at the given words.
    pub fn new(code: Code, span: impl Into<TokenSpan>, message: impl Into<String>) -> Self {
        Self {
            code,
            span: span.into(),
            message: message.into(),
            help: Vec::new(),
            place: None,
            part: None,
            of_language: false,
            fix: Vec::new(),
            workflow: 0,
        }
    }

    /// Narrows the problem to a part of the text literal at its words.
    #[must_use]
    pub fn within(mut self, part: Option<LiteralRange>) -> Self {
        self.part = part.map(Box::new);
        self
    }

    /// Marks it as one that AWS does not report.
    #[must_use]
    pub fn of_language(mut self) -> Self {
        self.of_language = true;
        self
    }

    /// Adds a help line.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a help line if it has none.
    #[must_use]
    pub(crate) fn or_help(self, help: impl FnOnce() -> String) -> Self {
        if self.help.is_empty() { self.help(help()) } else { self }
    }

    /// Adds an edit to its fix. A help line shows the new text.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.fix.push(edit);
        self
    }

    /// Suggests text that replaces its words.
    #[must_use]
    pub fn write(self, text: impl Into<String>) -> Self {
        let text = text.into();
        let span = self.span;
        self.help(format!("write `{text}`")).edit(Edit::over(span, text))
    }

    /// Adds `did you mean …?` if a known name is similar, which then replaces its word.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match workflow_asl::nearest::nearest(name, known) {
            Some(near) => self.did_you_mean(near, near),
            None => self,
        }
    }

    /// Like `suggest`, for a word that is text in quotes.
    #[must_use]
    pub fn suggest_text<'a>(self, text: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match workflow_asl::nearest::nearest(text, known) {
            Some(near) => self.did_you_mean(near, format!("{near:?}")),
            None => self,
        }
    }

    /// Suggests a name, which is `written` in the source.
    #[must_use]
    pub fn did_you_mean(self, near: &str, written: impl Into<String>) -> Self {
        let edit = Edit::over(self.span, written);
        self.help(format!("did you mean `{near}`?")).edit(edit)
    }

    /// Returns whether it is an error.
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// Returns the text that rustc prints: the message, its code, the position in the document or text, then the help.
    pub fn text(&self) -> String {
        let mut text = format!("{} [{}]", self.message, self.code);
        if let Some(place) = &self.place {
            text.push_str(&format!("\n  --> {place}"));
        }
        if !self.help.is_empty() || self.part.is_some() {
            text.push('\n');
        }
        if let Some(part) = &self.part {
            text.push_str(&format!("\n= at: {}", part.describe()));
        }
        for help in &self.help {
            text.push_str(&format!("\n= help: {help}"));
        }
        text
    }
}

/// The proof that a problem was reported. Only [`Problems::push`] makes one, so a part that is marked as wrong has its problem;
/// the exception is `Reported::AT_USES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported(());

impl Reported {
    /// Marks a part of a fragment that only its uses determine, where the fragment is checked by itself: each use checks it.
    pub(crate) const AT_USES: Self = Self(());
}

/// Collects the problems of all phases, so that one build reports all independent problems.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    questions: Vec<Question>,
    /// The number of the workflow or fragment whose problems are added, and the greatest so far.
    workflow: u16,
    workflows: u16,
}

impl Problems {
    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) -> Reported {
        self.found.push(Problem { workflow: self.workflow, ..problem });
        Reported(())
    }

    /// Adds problems.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.push(problem);
        }
    }

    /// Begins a workflow or fragment, and returns its number. The problems that are added from here on are its problems.
    pub(crate) fn begin(&mut self) -> u16 {
        self.workflows = self.workflows.saturating_add(1);
        self.workflow = self.workflows;
        self.workflow
    }

    /// Goes on with the workflow or fragment of this number; with 0, with what belongs to none.
    pub(crate) fn go_on(&mut self, workflow: u16) {
        self.workflow = workflow;
    }

    /// Returns the problems of the workflow or fragment with this number.
    pub fn of(&self, workflow: u16) -> impl Iterator<Item = &Problem> {
        self.found.iter().filter(move |problem| problem.workflow == workflow)
    }

    /// Replaces the problem with this index by a more specific one, but keeps its fix.
    pub fn replace(&mut self, number: usize, mut problem: Problem) {
        let Some(place) = self.found.get_mut(number) else { return };
        problem.workflow = place.workflow;
        if !place.fix.is_empty() || place.code == Code::ReferenceAsText {
            problem.help = std::mem::take(&mut place.help);
            problem.fix = std::mem::take(&mut place.fix);
        }
        *place = problem;
    }

    /// Replaces each problem.
    pub(crate) fn replace_all(&mut self, new: impl FnMut(Problem) -> Problem) {
        self.found = std::mem::take(&mut self.found).into_iter().map(new).collect();
    }

    /// Removes the problems from this index on, and returns them.
    pub(crate) fn split_off(&mut self, first: usize) -> Vec<Problem> {
        self.found.split_off(first.min(self.found.len()))
    }

    /// Adds a question for rustc.
    pub(crate) fn ask(&mut self, question: Question) {
        self.questions.push(question);
    }

    /// Returns the new questions since the last call.
    pub(crate) fn take_questions(&mut self) -> Vec<Question> {
        std::mem::take(&mut self.questions)
    }

    /// Returns whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.reported().is_some()
    }

    /// Returns the proof that an error was reported, if there is one.
    pub(crate) fn reported(&self) -> Option<Reported> {
        self.found.iter().any(Problem::is_error).then_some(Reported(()))
    }

    /// Returns the number of errors. Warnings do not make a part wrong.
    pub(crate) fn errors(&self) -> usize {
        self.found.iter().filter(|problem| problem.is_error()).count()
    }

    /// Returns all problems, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.found.iter()
    }
}
