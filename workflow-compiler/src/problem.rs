//! What is wrong with a workflow, at which words, and how to mend it.

use std::fmt;

use proc_macro2::Span;
use workflow_asl::{Code, Pointer, Severity};

use crate::literal_range::LiteralRange;
use crate::question::Question;
use crate::syntax::ast::Spot;

/// One problem.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its stable code.
    pub code: Code,
    /// The words it is about.
    pub spot: Spot,
    /// What is wrong, in the user's terms: lower case, no full stop, names in backticks.
    pub message: String,
    /// How to mend it, one line each.
    pub help: Vec<String>,
    /// Where in the document it is, for what is wrong with the document of `from`.
    pub place: Option<Box<DocumentPlace>>,
    /// The part of a text that it is about, where the words are that literal.
    pub part: Option<Box<LiteralRange>>,
    /// What to change in the source, where that is certain: all of it together. None overlap.
    pub fix: Vec<Edit>,
}

/// A change of the source.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Where.
    pub at: EditAt,
    /// The new words.
    pub text: String,
}

/// Where a source is changed.
#[derive(Clone, Copy, Debug)]
pub enum EditAt {
    /// These words are replaced.
    Over(Spot),
    /// Words are put before this one.
    Before(Span),
    /// Words are put after this one.
    After(Span),
}

impl Edit {
    /// New words in place of others.
    pub fn over(spot: impl Into<Spot>, text: impl Into<String>) -> Self {
        Self { at: EditAt::Over(spot.into()), text: text.into() }
    }

    /// New words before others.
    pub fn before(spot: impl Into<Spot>, text: impl Into<String>) -> Self {
        Self { at: EditAt::Before(spot.into().first), text: text.into() }
    }

    /// New words after others.
    pub fn after(spot: impl Into<Spot>, text: impl Into<String>) -> Self {
        Self { at: EditAt::After(spot.into().last), text: text.into() }
    }
}

/// A place in the document that a workflow has its states from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentPlace {
    /// The file, as the workflow writes it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in characters.
    pub column: usize,
    /// The same place in the document's value.
    pub pointer: Pointer,
}

/// As compilers print it: `flows/legacy.asl.json:12:9`, then the JSON pointer.
impl fmt::Display for DocumentPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)?;
        if self.pointer.as_str().is_empty() { Ok(()) } else { write!(f, " ({})", self.pointer) }
    }
}

impl Problem {
    /// A problem at the given words.
    pub fn new(code: Code, spot: impl Into<Spot>, message: impl Into<String>) -> Self {
        Self {
            code,
            spot: spot.into(),
            message: message.into(),
            help: Vec::new(),
            place: None,
            part: None,
            fix: Vec::new(),
        }
    }

    /// Narrows it to a part of the text literal that its words are.
    #[must_use]
    pub fn within(mut self, part: Option<LiteralRange>) -> Self {
        self.part = part.map(Box::new);
        self
    }

    /// Adds a line that says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a change of the source that mends it, together with others that it has; a line of help shows the new words.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.fix.push(edit);
        self
    }

    /// Says what to write in place of its own words.
    #[must_use]
    pub fn write(self, text: impl Into<String>) -> Self {
        let text = text.into();
        let spot = self.spot;
        self.help(format!("write `{text}`")).edit(Edit::over(spot, text))
    }

    /// Adds `did you mean …?` where one of the known names is near, which then stands in place of its own word.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match workflow_asl::nearest::nearest(name, known) {
            Some(near) => self.did_you_mean(near, near),
            None => self,
        }
    }

    /// The same where its own word is text in quotes.
    #[must_use]
    pub fn suggest_text<'a>(self, text: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match workflow_asl::nearest::nearest(text, known) {
            Some(near) => self.did_you_mean(near, format!("{near:?}")),
            None => self,
        }
    }

    /// Asks whether this was meant, which is written so in place of its own words.
    #[must_use]
    pub fn did_you_mean(self, near: &str, written: impl Into<String>) -> Self {
        let edit = Edit::over(self.spot, written);
        self.help(format!("did you mean `{near}`?")).edit(edit)
    }

    /// Returns whether it is an error.
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// Returns the text that rustc prints: the message with its code, the place in the document or the text, then the
    /// help lines.
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

/// Collects the problems of all phases, so that one build reports every independent one.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    questions: Vec<Question>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Puts a problem in the place of the one with this number, which says less; its mend stays.
    pub fn replace(&mut self, number: usize, mut problem: Problem) {
        let Some(place) = self.found.get_mut(number) else { return };
        if !place.fix.is_empty() {
            problem.help = std::mem::take(&mut place.help);
            problem.fix = std::mem::take(&mut place.fix);
        }
        *place = problem;
    }

    /// Changes what the last problem says to write.
    pub(crate) fn mend_last(&mut self, change: impl Fn(&str) -> String) {
        let Some(Problem { help, fix, .. }) = self.found.last_mut() else { return };
        let [Edit { at: EditAt::Over(_), text }] = fix.as_mut_slice() else { return };
        let changed = change(text);
        if let [line] = help.as_mut_slice() {
            *line = format!("write `{changed}`");
        }
        *text = changed;
    }

    /// Adds what only rustc can tell.
    pub(crate) fn ask(&mut self, question: Question) {
        self.questions.push(question);
    }

    /// Returns the questions since the last time.
    pub(crate) fn take_questions(&mut self) -> Vec<Question> {
        std::mem::take(&mut self.questions)
    }

    /// Returns whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(Problem::is_error)
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.found.iter()
    }
}
