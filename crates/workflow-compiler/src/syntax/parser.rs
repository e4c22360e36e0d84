//! The shared parts of the grammar: problems, words, bounded nesting, and groups.

use std::collections::BTreeSet;

use proc_macro2::{Group, Ident, Span, TokenTree};
use workflow_asl::Code;

use super::ast::{Expr, ExprKind, NodeId, Text, TokenSpan, plain};
use super::cursor::{Cursor, OpenGroup};
use super::other_language::{Place, help_here};
use super::word::{EditorWord, Role};
use crate::problem::{Edit, Problem, Problems, Reported};

/// The maximum nesting of groups. The grammar is recursive, so without a limit a hostile input could overflow the stack
/// of the compiler that runs the macro.
const MAX_DEPTH: usize = 64;

/// The maximum nesting of operators, objects and arrays in one value, so that later phases can traverse it recursively.
const MAX_HEIGHT: usize = 200;

/// The state of one parse. The grammar is implemented as its methods, with one file per concept.
pub(super) struct Parser<'p> {
    pub(super) problems: &'p mut Problems,
    pub(super) words: Vec<EditorWord>,
    depth: usize,
    /// The height of the value that was parsed last.
    pub(super) height: usize,
    /// What values are here.
    pub(super) mode: Mode,
    /// The parameters of the closures and the items of the maps around the value, inner ones last.
    pub(super) parameters: Vec<Parameter>,
    /// The resource of the task whose request is parsed, and the keys around the value.
    pub(super) request: Option<(Vec<Ident>, Vec<String>)>,
    /// How many nodes the workflow has so far.
    pub(super) nodes: usize,
    /// Whether it is a fragment that is parsed.
    pub(super) in_fragment: bool,
    /// The structs and enums that the workflow declares, here or later.
    pub(super) declared: Vec<String>,
    /// The fragments that the macro declares, here or later.
    pub(super) fragments: Vec<String>,
    /// The name of the workflow.
    pub(super) head: TokenSpan,
    /// The words of the workflow that were skipped: they may declare names.
    pub(super) skipped: BTreeSet<String>,
    /// A field without a name.
    pub(super) nameless_field: Option<Reported>,
    /// A dot without a member after it in the reference that was parsed last.
    pub(super) nameless_member: Option<Reported>,
}

/// What values are at a place.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    /// Whether `30s` is a duration here.
    pub(super) durations: bool,
    /// Whether a brace starts an object here, and not a body.
    pub(super) braces: bool,
    /// Whether the value follows `if`, `match` or `over`, possibly in parentheses.
    pub(super) in_head: bool,
    /// Whether `..` makes a range here: in the brackets of a list or an index.
    pub(super) in_range: bool,
}

/// A parameter of an enclosing closure, or the name of an item of an enclosing map.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) span: TokenSpan,
    /// Whether it names an item, and whether something reads it.
    pub(super) is_item: bool,
    pub(super) is_read: bool,
    /// The index of its token in the macro's input. It distinguishes parameters with the same name.
    pub(super) word: usize,
    /// Whether it is the item of a repetition instead.
    pub(super) of_repetition: bool,
}

impl<'p> Parser<'p> {
    pub(super) fn new(problems: &'p mut Problems) -> Self {
        Self {
            problems,
            words: Vec::new(),
            depth: 0,
            height: 0,
            mode: Mode { durations: false, braces: true, in_head: false, in_range: false },
            parameters: Vec::new(),
            request: None,
            nodes: 0,
            in_fragment: false,
            declared: Vec::new(),
            fragments: Vec::new(),
            head: Span::call_site().into(),
            skipped: BTreeSet::new(),
            nameless_field: None,
            nameless_member: None,
        }
    }

    /// The number of the next node.
    pub(super) fn node(&mut self) -> NodeId {
        self.nodes += 1;
        NodeId(self.nodes)
    }

    /// Returns the number of errors so far.
    pub(super) fn errors_so_far(&self) -> usize {
        self.problems.errors()
    }

    /// Returns the proof that an error was reported, if there are more than before.
    pub(super) fn reported_since(&self, errors: usize) -> Option<Reported> {
        self.problems.reported().filter(|_| self.problems.errors() > errors)
    }

    /// Returns the proof that an error was reported, for a part that is `broken`.
    pub(super) fn proof(&self, broken: bool) -> Option<Reported> {
        self.problems.reported().filter(|_| broken)
    }

    pub(super) fn report(&mut self, problem: Problem) -> Reported {
        self.problems.push(problem)
    }

    pub(super) fn error(&mut self, code: Code, span: impl Into<TokenSpan>, message: impl Into<String>) -> Reported {
        self.report(Problem::new(code, span, message))
    }

    /// Reports that `what` was expected here.
    pub(super) fn expected(&mut self, cursor: &Cursor, what: &str) -> Reported {
        let problem = self.unexpected(cursor, what);
        self.complain(cursor, problem)
    }

    /// Reports that `what` was expected here, with a help line.
    pub(super) fn expected_as(&mut self, cursor: &Cursor, what: &str, help: impl Into<String>) -> Reported {
        let problem = self.unexpected(cursor, what).help(help);
        self.complain(cursor, problem)
    }

    /// Reports that `what` was expected here, which is written as `text` in place of these tokens, or before the next.
    pub(super) fn expected_text(&mut self, cursor: &mut Cursor, tokens: usize, what: &str, text: &str) -> Reported {
        let (complaint, problem) = (cursor.complaint(), self.unlike_text(cursor, tokens, what, text));
        let reported = complaint.unwrap_or_else(|| self.report(problem));
        cursor.note_complaint(cursor.position(), reported);
        reported
    }

    /// Reads these tokens. Creates the problem that they are no `text`, or that it is missing before the next.
    pub(super) fn unlike_text(&self, cursor: &mut Cursor, tokens: usize, what: &str, text: &str) -> Problem {
        let (problem, first) = (self.unexpected(cursor, what), cursor.here());
        // A colon stands at the word before it.
        let blank = if cursor.is_punct(":") && text != ":" { " " } else { "" };
        cursor.advance(tokens);
        if tokens == 0 {
            return problem.help(format!("write `{text}` before it")).edit(Edit::before(first, format!("{text} ")));
        }
        let span = first.to(cursor.before());
        let help = if text.is_empty() { "remove it".to_owned() } else { format!("write `{text}`") };
        Problem { span, ..problem }.help(help).edit(Edit::over(span, format!("{blank}{text}")))
    }

    /// Reads a word with this role. If there is none, reports that `what` was expected.
    pub(super) fn expect_word(&mut self, cursor: &mut Cursor, what: &str, help: &str, role: Role) -> Option<Ident> {
        let word = cursor.eat_ident();
        match &word {
            Some(word) => self.word(word, role),
            None => {
                self.expected_as(cursor, what, help);
                self.hole(cursor.here_first(), role);
            }
        }
        word
    }

    /// Reads text in quotes. If there is none, reports that `what` was expected.
    pub(super) fn expect_text(&mut self, cursor: &mut Cursor, what: &str, help: &str) -> Option<Text> {
        let text = cursor.eat_text();
        if text.is_none() {
            self.expected_as(cursor, what, help);
        }
        text
    }

    /// Reports what is wrong with these words, with what is right.
    pub(super) fn wrong<M: Into<String>, H: Into<String>>(&mut self, at: TokenSpan, wrong: M, help: H) -> Reported {
        self.report(Problem::new(Code::Syntax, at, wrong).help(help))
    }

    /// Reports words in whose place this text is written.
    pub(super) fn rewrite<M: Into<String>, T: Into<String>>(&mut self, at: TokenSpan, wrong: M, text: T) -> Reported {
        self.report(Problem::new(Code::Syntax, at, wrong).write(text))
    }

    /// Reports words that have no meaning here.
    pub(super) fn needless(&mut self, span: impl Into<TokenSpan>, message: impl Into<String>) -> Reported {
        let span = span.into();
        self.report(Problem::new(Code::Syntax, span, message).help("remove it").edit(Edit::over(span, "")))
    }

    /// Reports a problem at the next token, unless one was already reported there: the first one is the most precise.
    pub(super) fn complain(&mut self, cursor: &Cursor, problem: Problem) -> Reported {
        let reported = cursor.complaint().unwrap_or_else(|| self.report(problem));
        cursor.note_complaint(cursor.position(), reported);
        reported
    }

    /// Creates the problem that `what` was expected here.
    pub(super) fn unexpected(&self, cursor: &Cursor, what: &str) -> Problem {
        Problem::new(Code::Syntax, cursor.here_first(), format!("expected {what}, found {}", cursor.found()))
    }

    /// Reports that `what` was expected here, with the help for the word or sign in its place.
    pub(super) fn expected_in(&mut self, place: Place, cursor: &Cursor, what: &str) -> Reported {
        let problem = self.unexpected_in(place, cursor, what);
        self.complain(cursor, problem)
    }

    /// Creates the problem that `what` was expected here, with the help for the word or sign in its place.
    pub(super) fn unexpected_in(&self, place: Place, cursor: &Cursor, what: &str) -> Problem {
        help_here(place, cursor).into_iter().fold(self.unexpected(cursor, what), Problem::help)
    }

    /// Records the words of tokens that were skipped.
    pub(super) fn note_skipped(&mut self, tokens: &[TokenTree]) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => drop(self.skipped.insert(plain(word))),
                TokenTree::Group(group) => self.note_skipped(&group.stream().into_iter().collect::<Vec<_>>()),
                _ => {}
            }
        }
    }

    /// Records a word.
    pub(super) fn word(&mut self, ident: &Ident, role: Role) {
        self.words.push(EditorWord { ident: Some(ident.clone()), span: ident.span(), role });
    }

    /// Records a slot where a word is possible.
    pub(super) fn hole(&mut self, span: Span, role: Role) {
        self.words.push(EditorWord { ident: None, span, role });
    }

    /// Parses the contents of a group. Remaining tokens are reported once. Returns the problem if it is too deep.
    pub(super) fn within<T>(
        &mut self,
        group: &Group,
        read: impl FnOnce(&mut Self, &mut Cursor) -> T,
    ) -> Result<T, Reported> {
        self.within_opened(OpenGroup::of(group), read)
    }

    /// Parses the parts of a group up to its end. Each call of `read` advances.
    pub(super) fn each<T>(
        &mut self,
        group: &Group,
        mut read: impl FnMut(&mut Self, &mut Cursor) -> Option<T>,
    ) -> Vec<T> {
        let all = self.within(group, |parser, cursor| {
            let mut all = Vec::new();
            while !cursor.is_end() {
                all.extend(read(parser, cursor));
            }
            all
        });
        all.unwrap_or_default()
    }

    /// Like `within`, for a group that is already opened.
    pub(super) fn within_opened<T>(
        &mut self,
        OpenGroup { group, inside: mut cursor }: OpenGroup,
        read: impl FnOnce(&mut Self, &mut Cursor) -> T,
    ) -> Result<T, Reported> {
        self.deeper(group.span_open(), |parser| {
            let value = read(parser, &mut cursor);
            if !cursor.is_end() {
                let problem = Problem::new(Code::Syntax, cursor.here_first(), format!("unexpected {}", cursor.found()));
                parser.complain(&cursor, problem);
            }
            value
        })
    }

    /// Enters a deeper level. Returns the problem if it is too deep.
    pub(super) fn deeper<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> T) -> Result<T, Reported> {
        if self.depth >= MAX_DEPTH {
            let message = format!("nested too deeply: at most {MAX_DEPTH} levels are allowed");
            return Err(self.error(Code::TooDeep, span, message));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        Ok(value)
    }

    /// Parses a value at a deeper level. If it is too deep, that is reported once, not again for enclosing values.
    pub(super) fn deeper_value(
        &mut self,
        cursor: &mut Cursor,
        read: impl FnOnce(&mut Self, &mut Cursor) -> Expr,
    ) -> Expr {
        let here = cursor.here_first();
        self.deeper(here, |parser| read(parser, cursor)).unwrap_or_else(|reported| {
            cursor.next();
            self.leaf(ExprKind::Invalid(reported), here)
        })
    }

    /// Creates a value of the given height, or `Invalid` if it is too high, which is reported.
    pub(super) fn grown(&mut self, kind: ExprKind, span: TokenSpan, height: usize) -> Expr {
        if height > MAX_HEIGHT {
            self.height = 1;
            let message = format!("more than {MAX_HEIGHT} nested operators, objects and arrays");
            let problem = Problem::new(Code::TooDeep, span.first, message);
            let reported = self.report(problem.help("split it over several states with `assign`"));
            return Expr::made(ExprKind::Invalid(reported), span);
        }
        self.height = height;
        Expr::new(self.node(), kind, span)
    }

    /// Creates a value that contains no other.
    pub(super) fn leaf(&mut self, kind: ExprKind, span: impl Into<TokenSpan>) -> Expr {
        self.height = 1;
        Expr::new(self.node(), kind, span.into())
    }

    /// Runs `read` where other values are.
    pub(super) fn with<T>(&mut self, mode: Mode, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.mode, mode);
        let value = read(self);
        self.mode = before;
        value
    }

    /// Reads one of these words.
    pub(super) fn one_of<const N: usize>(
        &mut self,
        cursor: &mut Cursor,
        words: [&'static str; N],
        help: &str,
        role: Role,
    ) -> Option<&'static str> {
        let what = words.map(|word| format!("`{word}`")).join(" or ");
        let problem = self.unexpected(cursor, &what);
        let word = self.expect_word(cursor, &what, help, role)?;
        let known = words.into_iter().find(|known| word == known);
        if known.is_none() {
            self.report(problem.suggest(&word.to_string(), words).help(help));
        }
        known
    }
}
