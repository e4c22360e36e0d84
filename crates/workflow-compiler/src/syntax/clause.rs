//! Clauses: of a state, of `defaults`, in the braces of a catcher or of a choice's arm.

use proc_macro2::{Delimiter, Ident};
use workflow_asl::document::QueryLanguage;
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, StateKind};

use super::ast::{Clause, ClauseValue, ExprKind, TokenSpan};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, ClauseSyntax, STATES, state_keyword};
use super::object::Braces;
use super::other_language::{self, Form, Place};
use super::parser::Parser;
use super::recover::{braces_of_values, clause_starts_here, holds_states, item_starts_here, no_braces, skip_in_state};
use super::word::Role;
use crate::problem::{Edit, Problem};

/// What a clause belongs to.
#[derive(Clone, Copy)]
pub(super) enum ClauseOwner {
    /// A state of this kind.
    State(StateKind),
    /// `defaults { … }`, for states of this kind.
    Defaults(StateKind),
    /// The braces after a target: a catcher's or an arm's.
    Block { catcher: bool },
}

impl ClauseOwner {
    pub(super) fn role(self) -> Role {
        match self {
            Self::State(kind) => Role::Clause(kind),
            Self::Defaults(_) => Role::DefaultClause,
            Self::Block { catcher } => Role::BlockClause { catcher },
        }
    }

    pub(super) fn allows(self, clause: ClauseKind) -> bool {
        match self {
            Self::State(kind) => clause.stands_on(kind),
            Self::Defaults(StateKind::Task) => clause.stands_on(StateKind::Task),
            Self::Defaults(_) => matches!(clause, ClauseKind::Retry | ClauseKind::Catch),
            Self::Block { catcher } => clause.stands_in_block(catcher),
        }
    }

    /// Returns the context in which the clause is not allowed, for messages.
    fn name(self) -> String {
        match self {
            Self::State(kind) => format!("a `{}`", state_keyword(kind)),
            Self::Defaults(StateKind::Task) => "`defaults` of tasks".to_owned(),
            Self::Defaults(kind) => format!("`defaults {}`", state_keyword(kind)),
            Self::Block { catcher: true } => "the braces of a catcher".to_owned(),
            Self::Block { catcher: false } => "the braces of a choice's arm".to_owned(),
        }
    }

    /// Returns the clauses that are allowed here, for messages.
    fn may_have(self) -> String {
        format!("{} may have `{}`", self.name(), self.known().collect::<Vec<_>>().join("`, `"))
    }

    /// Returns where a clause is allowed, or what is allowed here.
    fn help(self, clause: ClauseKind) -> String {
        if matches!(self, Self::State(_)) { belongs_to(clause) } else { self.may_have() }
    }

    fn known(self) -> impl Iterator<Item = &'static str> {
        ClauseKind::ALL.iter().filter(move |clause| self.allows(**clause)).map(|clause| clause.keyword())
    }
}

/// Returns the help line that says where a clause is allowed.
fn belongs_to(clause: ClauseKind) -> String {
    let kinds: Vec<_> = STATES
        .iter()
        .filter(|(state, _)| clause.stands_on(*state))
        .map(|(_, keyword)| format!("`{}`", keyword.word))
        .collect();
    format!("`{}` is a clause of {}", clause.keyword(), kinds.join(", "))
}

/// The clauses parsed so far.
#[derive(Default)]
pub(super) struct Clauses {
    pub(super) list: Vec<Clause>,
    /// Whether something was skipped.
    pub(super) broken: bool,
    /// The clauses that are allowed once: at most one of each, so the list stays short.
    once: Vec<(ClauseKind, u8)>,
}

impl Parser<'_> {
    /// Parses a known or unknown clause. Returns `false` if the next token is not a word.
    pub(super) fn clause_here(&mut self, place: ClauseOwner, cursor: &mut Cursor, clauses: &mut Clauses) -> bool {
        let attributes = self.attributes(cursor);
        let Some(keyword) = cursor.peek_ident().cloned() else {
            self.dangling(&attributes);
            self.hole(cursor.here_first(), place.role());
            self.expected_in(Place::Clause, cursor, &format!("a clause of {}", place.name()));
            clauses.broken = true;
            let start = cursor.position();
            cursor.next();
            skip_in_state(
                cursor,
                if matches!(place, ClauseOwner::State(StateKind::Map)) { holds_states } else { no_braces },
            );
            self.note_skipped(cursor.since(start));
            return false;
        };
        let comment = self.only_comment(attributes);
        self.word(&keyword, place.role());
        match ClauseKind::from_keyword(&keyword.to_string()) {
            Some(kind) => {
                cursor.next();
                self.clause(kind, keyword, comment, place, cursor, clauses);
            }
            None => self.unknown_clause(keyword, place, cursor, clauses),
        }
        true
    }

    /// Reports a word that is no clause, and parses the clause that is meant, so that its words are not reported too.
    fn unknown_clause(&mut self, keyword: Ident, place: ClauseOwner, cursor: &mut Cursor, clauses: &mut Clauses) {
        let (text, word, start) = (keyword.to_string(), cursor.here(), cursor.position());
        cursor.next();
        let alone = cursor.is_punct(";");
        let sign = [":", "="].into_iter().find(|sign| cursor.is_sign(sign)).and_then(|sign| cursor.eat_punct(sign));
        let words = word.to(cursor.before());
        let form = other_language::clause(&text);
        let meant = match form {
            Some(Form::Words(meant)) => meant,
            Some(Form::Help(_)) => "",
            None => nearest(&text, place.known())
                .or_else(|| nearest(&text, ClauseKind::ALL.iter().map(|clause| clause.keyword())))
                .unwrap_or(""),
        };
        let kind = meant.split(' ').next().and_then(ClauseKind::from_keyword);
        // In JSON, these have other parts.
        let is_json =
            sign.is_some() && kind.is_some_and(|kind| kind.takes() == ClauseSyntax::Own) && !meant.contains(' ');
        let problem = Problem::new(Code::UnknownClause, word, format!("unknown clause `{text}`"));
        let problem = match (form, kind) {
            _ if kind.is_none() && matches!(place, ClauseOwner::State(StateKind::Succeed | StateKind::Fail)) => {
                problem.help("remove it")
            }
            (Some(Form::Help(help)), _) => problem.help(help),
            (_, Some(kind)) if !place.allows(kind) => problem.help(place.help(kind)),
            (_, Some(_)) if is_json => problem.help(format!("it is written `{meant} …`, and has other parts")),
            (_, Some(_)) => problem.help(format!("did you mean `{meant}`?")).edit(Edit::over(words, meant)),
            _ if alone => problem.help(format!("for a transition to it, write `-> {text}`")),
            _ => problem.help(place.may_have()),
        };
        clauses.broken = true;
        let (read, has_value) = (clauses.list.len(), !clause_starts_here(cursor) && !cursor.is_any(&[";", "->"]));
        match kind.filter(|_| has_value && !is_json) {
            Some(kind) if !meant.contains(' ') => self.clause(kind, keyword, None, place, cursor, clauses),
            Some(_) => drop(self.expr(cursor)),
            None => skip_in_state(cursor, holds_states),
        }
        // The checks know whether the language of the state has it.
        if form.is_some() && kind.is_some_and(|kind| kind.language().is_some()) {
            clauses.list.truncate(read);
        }
        let comma = if sign.is_some() { cursor.eat_punct(",") } else { None };
        let end = if cursor.is_end() || item_starts_here(cursor) { ";" } else { "" };
        self.report(match comma.filter(|_| !problem.fix.is_empty()) {
            Some(comma) => problem.edit(Edit::over(comma, end)),
            None => problem,
        });
        self.note_skipped(cursor.since(start));
    }

    /// Reports and skips a sign before a value, as in JSON, attributes and other languages.
    pub(super) fn stray_sign(&mut self, signs: &[&str], cursor: &mut Cursor) {
        let is_word = |sign: &str| cursor.is_word(sign) && cursor.peek_ident_at(1).is_some();
        let Some(sign) = signs.iter().find(|sign| cursor.is_sign(sign) || is_word(sign)) else { return };
        let first = cursor.here();
        cursor.advance(if cursor.peek_ident().is_some() { 1 } else { sign.len() });
        let reported = self.needless(first.to(cursor.before()), format!("unexpected `{sign}` before the value"));
        // The value after it may be another language's too.
        cursor.note_complaint(cursor.position(), reported);
    }

    /// Parses a clause after its keyword. It is kept if it is allowed here and not a duplicate.
    fn clause(
        &mut self,
        kind: ClauseKind,
        keyword: Ident,
        comment: super::ast::Comment,
        place: ClauseOwner,
        cursor: &mut Cursor,
        clauses: &mut Clauses,
    ) {
        if let (Some(comment), false) = (&comment, matches!(kind, ClauseKind::Retry | ClauseKind::Catch)) {
            let message = format!("`{keyword}` has no comment in the document");
            self.wrong(comment.span, message, "`///` is allowed before states, branches, arms, `retry` and `catch`");
        }
        let errors = self.errors_so_far();
        self.stray_sign(&[":", "="], cursor);
        let value = self.clause_value(kind, cursor);
        clauses.broken |= kind.takes() == ClauseSyntax::Own && self.errors_so_far() > errors;
        let span = TokenSpan::from(keyword.span()).to(cursor.before());
        if !place.allows(kind) {
            // A word for it was reported.
            if std::mem::replace(&mut clauses.broken, true) && keyword != kind.keyword() {
                return;
            }
            let message = format!("`{keyword}` does not belong to {}", place.name());
            self.report(Problem::new(Code::MisplacedClause, keyword.span(), message).help(place.help(kind)));
            return;
        }
        // A share and a number of items that may fail are two fields.
        let variety = u8::from(matches!(value, Some(ClauseValue::TolerateCount(_))));
        let single = !kind.repeats() || kind == ClauseKind::Tolerate;
        if single {
            if clauses.once.contains(&(kind, variety)) {
                self.error(Code::RepeatedClause, keyword.span(), format!("`{keyword}` is given twice"));
                return;
            }
            clauses.once.push((kind, variety));
        }
        match value {
            Some(value) => clauses.list.push(Clause { id: self.node(), comment, keyword, kind, value, span }),
            None => clauses.broken = true,
        }
    }

    /// Parses the value after a clause's keyword. Returns `None` if it is missing, which is reported.
    fn clause_value(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> Option<ClauseValue> {
        match kind.takes() {
            ClauseSyntax::Value | ClauseSyntax::Path => Some(ClauseValue::Expr(self.expr(cursor))),
            ClauseSyntax::Duration if cursor.is_word("none") => {
                let none = cursor.eat_ident()?;
                self.word(&none, Role::Setting("timeout"));
                Some(ClauseValue::None(none))
            }
            ClauseSyntax::Duration => Some(ClauseValue::Expr(self.duration_expr(cursor))),
            ClauseSyntax::Object => {
                let Some(opened) = braces_of_values(cursor) else {
                    let (what, word) = (format!("`{{ … }}` after `{}`", kind.keyword()), kind.keyword());
                    self.expected_as(cursor, &what, format!("for example `{word} {{ name: value }}`"));
                    skip_in_state(cursor, holds_states);
                    return None;
                };
                cursor.next();
                let braces = if kind == ClauseKind::Assign { Braces::Assign } else { Braces::Object };
                Some(ClauseValue::Expr(self.object_of(opened, braces)))
            }
            ClauseSyntax::Text => {
                let value = self.expr(cursor);
                if !matches!(value.kind, ExprKind::Text(_) | ExprKind::Reference(_) | ExprKind::Invalid(_)) {
                    self.error(Code::Syntax, value.span, format!("`{}` takes text in quotes", kind.keyword()));
                    return None;
                }
                Some(ClauseValue::Expr(value))
            }
            ClauseSyntax::Nothing => Some(ClauseValue::Flag),
            ClauseSyntax::Own => self.own_clause(kind, cursor),
        }
    }

    fn own_clause(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> Option<ClauseValue> {
        match kind {
            ClauseKind::Retry | ClauseKind::Catch => self.handler_clause(kind, cursor),
            ClauseKind::Errors => Some(ClauseValue::Errors(self.errors(cursor).0)),
            ClauseKind::Query => self.query_language(cursor).map(ClauseValue::Query),
            ClauseKind::Tolerate => Some(self.tolerate(cursor)),
            ClauseKind::Distributed => {
                let word = cursor.peek_ident().filter(|word| *word == "express" || *word == "standard").cloned();
                if let Some(word) = &word {
                    cursor.next();
                    self.word(word, Role::Setting("distributed"));
                }
                Some(ClauseValue::Distributed { execution_type: word })
            }
            _ => Some(self.transfer(kind, cursor)),
        }
    }

    /// `jsonata` or `jsonpath`
    pub(super) fn query_language(&mut self, cursor: &mut Cursor) -> Option<QueryLanguage> {
        let help = "for example `query jsonpath`";
        let word = self.one_of(cursor, ["jsonata", "jsonpath"], help, Role::Setting("query"))?;
        Some(if word == "jsonata" { QueryLanguage::Jsonata } else { QueryLanguage::JsonPath })
    }

    /// `percent expr`, `count expr`
    fn tolerate(&mut self, cursor: &mut Cursor) -> ClauseValue {
        for word in ["percent", "count"] {
            if let Some(keyword) = cursor.eat_word(word) {
                self.word(&keyword, Role::Setting("tolerate"));
                let value = self.expr(cursor);
                return if word == "percent" {
                    ClauseValue::ToleratePercent(value)
                } else {
                    ClauseValue::TolerateCount(value)
                };
            }
        }
        let what = "`percent` or `count` and a value";
        self.hole(cursor.here_first(), Role::Setting("tolerate"));
        let reported = match cursor.peek_literal_at(0).map(ToString::to_string) {
            // Not an expression, because `5% -> Sum` would continue with an operator.
            Some(number) if cursor.is_punct_at(1, "%") => {
                self.expected_text(cursor, 2, what, &format!("percent {number}"))
            }
            _ => self.expected_as(cursor, what, "for example `tolerate percent 5` or `tolerate count 10`"),
        };
        match cursor.is_number() {
            true => cursor.advance(1),
            false => skip_in_state(cursor, holds_states),
        }
        ClauseValue::ToleratePercent(super::ast::Expr::made(ExprKind::Invalid(reported), cursor.before()))
    }

    /// `s3::getObject { … } config { … }`; `write_to` calls `s3::putObject` if it names nothing else.
    pub(super) fn transfer(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> ClauseValue {
        let (mut call, mut body) = (None, None);
        if !cursor.is_word("config") {
            let calls_s3 = kind == ClauseKind::WriteTo && cursor.peek_group(Delimiter::Brace).is_some();
            call = if calls_s3 { None } else { self.resource(cursor) };
            body = self.object_here(cursor);
        }
        let config = match cursor.eat_word("config") {
            Some(word) => {
                self.word(&word, Role::Setting("item_reader"));
                let config = self.object_here(cursor);
                if config.is_none() {
                    self.expected(cursor, "`{ … }` after `config`");
                }
                config
            }
            None => None,
        };
        ClauseValue::Transfer { call, body, config }
    }

    /// Parses an object, unless the braces contain states.
    pub(super) fn object_here(&mut self, cursor: &mut Cursor) -> Option<super::ast::Expr> {
        let opened = braces_of_values(cursor)?;
        cursor.next();
        Some(self.object(opened))
    }
}
