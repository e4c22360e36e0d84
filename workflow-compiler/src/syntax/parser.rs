//! What all of the grammar shares: problems, words, bounded nesting, entering a group.

use proc_macro2::{Group, Ident, Span};
use workflow_asl::Code;

use super::ast::{Expr, ExprKind, Spot};
use super::cursor::{Cursor, Opened};
use super::other_language::state::LooseTransition;
use super::word::{Role, Word};
use crate::problem::{Problem, Problems};

/// How many groups may stand in each other. The grammar is recursive: without a bound
/// a hostile input would overflow the stack of the compiler that runs the macro.
const MAX_DEPTH: usize = 64;

/// How many operators, objects and arrays may stand in each other in one value, so that
/// later phases may walk it recursively.
const MAX_HEIGHT: usize = 200;

/// The state of one parse; the grammar is its methods, a concept a file.
pub(super) struct Parser<'p> {
    problems: &'p mut Problems,
    pub(super) words: Vec<Word>,
    depth: usize,
    /// The height of the value that was read last.
    pub(super) height: usize,
    /// Whether `30s` means something here.
    pub(super) durations: bool,
    /// Whether a brace is an object here rather than the beginning of a body.
    pub(super) braces: bool,
    /// Whether the value is inside of `c ? a : b`, which is reported as a whole.
    pub(super) in_ternary: bool,
    /// Transitions that stand between the states of the body that is read.
    pub(super) transitions: Vec<LooseTransition>,
    /// Whether a definition in JSON was looked for.
    pub(super) looked_for_json: bool,
    /// Whether the value is an argument of a call.
    pub(super) in_call: bool,
    /// Whether it is the call of a method, which is written anew with what is in it.
    pub(super) in_method: bool,
    /// The structs and enums that the workflow declares, here or further down.
    pub(super) declared: Vec<String>,
}

impl<'p> Parser<'p> {
    pub(super) fn new(problems: &'p mut Problems) -> Self {
        Self {
            problems,
            words: Vec::new(),
            depth: 0,
            height: 0,
            durations: false,
            braces: true,
            in_ternary: false,
            transitions: Vec::new(),
            looked_for_json: false,
            in_call: false,
            in_method: false,
            declared: Vec::new(),
        }
    }

    /// How many problems were reported so far.
    pub(super) fn reported(&self) -> usize {
        self.problems.iter().len()
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Changes what the last problem says to write.
    pub(super) fn mend_last(&mut self, change: impl Fn(&str) -> String) {
        self.problems.mend_last(change);
    }

    pub(super) fn error(&mut self, code: Code, spot: impl Into<Spot>, message: impl Into<String>) {
        self.report(Problem::new(code, spot, message));
    }

    /// Reports that something else stands where `what` is needed.
    pub(super) fn expected(&mut self, cursor: &Cursor, what: &str) {
        let problem = self.unexpected(cursor, what);
        self.complain(cursor, problem);
    }

    /// Reports what is wrong with the token that stands here, unless something else was wrong with it already:
    /// who wanted it first knows best, and those around would only repeat it.
    pub(super) fn complain(&mut self, cursor: &Cursor, problem: Problem) {
        if cursor.first_complaint() {
            self.report(problem);
        }
    }

    /// The problem that something else stands where `what` is needed.
    pub(super) fn unexpected(&self, cursor: &Cursor, what: &str) -> Problem {
        Problem::new(Code::Syntax, cursor.here_first(), format!("expected {what}, found {}", cursor.found()))
    }

    /// Notes a word.
    pub(super) fn word(&mut self, ident: &Ident, role: Role) {
        self.words.push(Word { ident: Some(ident.clone()), span: ident.span(), role });
    }

    /// Notes a place where a word could stand.
    pub(super) fn hole(&mut self, span: Span, role: Role) {
        self.words.push(Word { ident: None, span, role });
    }

    /// Reads what is inside a group; what is left over is reported once.
    /// `None` when it is nested too deeply, which is reported.
    pub(super) fn within<T>(&mut self, group: &Group, read: impl FnOnce(&mut Self, &mut Cursor) -> T) -> Option<T> {
        self.within_opened(Opened::of(group), read)
    }

    /// The same for a group that was opened before.
    pub(super) fn within_opened<T>(
        &mut self,
        Opened { group, inside: mut cursor }: Opened,
        read: impl FnOnce(&mut Self, &mut Cursor) -> T,
    ) -> Option<T> {
        self.deeper(group.span_open(), |parser| {
            let value = read(parser, &mut cursor);
            if !cursor.is_end() {
                let problem = Problem::new(Code::Syntax, cursor.here_first(), format!("unexpected {}", cursor.found()));
                parser.complain(&cursor, problem);
            }
            value
        })
    }

    /// Goes one level deeper; `None` when that is too deep, which is reported.
    pub(super) fn deeper<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.error(Code::TooDeep, span, format!("this is nested in more than {MAX_DEPTH} others"));
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        Some(value)
    }

    /// A value of the given height, or `Invalid` when it is too high, which is reported.
    pub(super) fn grown(&mut self, kind: ExprKind, spot: Spot, height: usize) -> Expr {
        if height > MAX_HEIGHT {
            self.height = 1;
            let problem = Problem::new(
                Code::TooDeep,
                spot.first,
                format!("more than {MAX_HEIGHT} operators, objects and arrays in each other"),
            );
            self.report(problem.help("split it over several states with `assign`"));
            return Expr { kind: ExprKind::Invalid, spot };
        }
        self.height = height;
        Expr { kind, spot }
    }

    /// A value that contains no other.
    pub(super) fn leaf(&mut self, kind: ExprKind, spot: impl Into<Spot>) -> Expr {
        self.height = 1;
        Expr { kind, spot: spot.into() }
    }

    /// Runs `read` in a place where durations mean something, or do not.
    pub(super) fn with_durations<T>(&mut self, durations: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.durations, durations);
        let value = read(self);
        self.durations = before;
        value
    }
}
