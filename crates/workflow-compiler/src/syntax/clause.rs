//! Clauses: of a state, of `defaults`, in the braces of a catcher or of a choice's arm.

use proc_macro2::{Delimiter, Ident};
use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, StateKind};

use super::ast::{Clause, ClauseValue, ExprKind, TokenSpan};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, ClauseSyntax, STATES, state_keyword};
use super::object::Braces;
use super::other_language::asl::assigned;
use super::parser::Parser;
use super::recover::{braces_of_values, clause_starts_here, skip_in_state};
use super::spelling::spelled;
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
            Self::Defaults(StateKind::Task) => "`defaults`, which are for tasks".to_owned(),
            Self::Defaults(kind) => format!("`defaults {}`", state_keyword(kind)),
            Self::Block { catcher: true } => "the braces of a catcher".to_owned(),
            Self::Block { catcher: false } => "the braces of a choice's arm".to_owned(),
        }
    }

    fn known(self) -> impl Iterator<Item = &'static str> {
        ClauseKind::ALL.iter().filter(move |clause| self.allows(**clause)).map(|clause| clause.keyword())
    }
}

/// A clause, and whether its keyword is exact or only similar.
struct KeywordMatch {
    kind: ClauseKind,
    sure: bool,
}

/// Returns the help line that says where a clause is allowed.
pub(super) fn belongs_to(clause: ClauseKind) -> String {
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

impl Clauses {
    /// Adds a clause that was already reported.
    pub(super) fn keep(&mut self, clause: Clause) {
        if !clause.kind.repeats() && !self.once.contains(&(clause.kind, 0)) {
            self.once.push((clause.kind, 0));
        }
        self.list.push(clause);
    }
}

impl Parser<'_> {
    /// Parses a known or unknown clause. Returns `false` if the next token is not a word.
    pub(super) fn clause_here(&mut self, place: ClauseOwner, cursor: &mut Cursor, clauses: &mut Clauses) -> bool {
        let attributes = self.attributes(cursor);
        let Some(keyword) = self.clause_word(cursor) else {
            self.dangling(&attributes);
            let problem = self.unexpected(cursor, &format!("a clause of {}", place.name()));
            self.complain(cursor, problem);
            clauses.broken = true;
            cursor.next();
            skip_in_state(cursor, false);
            return false;
        };
        let comment = self.only_comment(attributes);
        self.word(&keyword, place.role());
        let text = keyword.to_string();
        let kind = match ClauseKind::from_keyword(&text) {
            Some(kind) => kind,
            None if self.asl_clause(&keyword, place, cursor, clauses) => return true,
            None => {
                let alone = cursor.is_punct_at(1, ";");
                let near = self.unknown_clause(&keyword, &text, alone, place);
                cursor.next();
                clauses.broken = true;
                match near {
                    // Parsed as the most likely clause, so that its words are not reported too.
                    Some(kind) => {
                        if !clause_starts_here(cursor) && !cursor.is_punct(";") && !cursor.is_punct("->") {
                            self.clause(KeywordMatch { kind, sure: false }, keyword, comment, place, cursor, clauses);
                        }
                    }
                    None => skip_in_state(cursor, true),
                }
                return true;
            }
        };
        cursor.next();
        self.clause(KeywordMatch { kind, sure: true }, keyword, comment, place, cursor, clauses);
        true
    }

    fn unknown_clause(&mut self, keyword: &Ident, text: &str, alone: bool, place: ClauseOwner) -> Option<ClauseKind> {
        let here = workflow_asl::nearest::nearest(text, place.known());
        let near = here
            .or_else(|| workflow_asl::nearest::nearest(text, ClauseKind::ALL.iter().map(|clause| clause.keyword())));
        let problem = Problem::new(Code::UnknownClause, keyword.span(), format!("unknown clause `{text}`"));
        self.report(match (near, place) {
            (Some(near), _) if here.is_some() => problem.did_you_mean(near, near),
            (Some(near), ClauseOwner::State(_)) => match ClauseKind::from_keyword(near) {
                Some(kind) => problem.help(belongs_to(kind)),
                None => problem,
            },
            (Some(_), _) => problem,
            (None, ClauseOwner::State(StateKind::Succeed | StateKind::Fail)) => problem,
            (None, ClauseOwner::State(_)) if alone => {
                problem.help(format!("for a transition to it, write `-> {text}`"))
            }
            (None, _) => {
                let known: Vec<_> = place.known().collect();
                problem.help(format!("{} may have `{}`", place.name(), known.join("`, `")))
            }
        });
        near.and_then(ClauseKind::from_keyword)
    }

    /// Reports and skips a sign between a word and its value, as in JSON, attributes and other languages.
    pub(super) fn stray_sign(&mut self, keyword: &Ident, signs: &[&str], cursor: &mut Cursor) {
        if ["::", "=="].iter().any(|other| cursor.is_punct(other)) {
            return;
        }
        // Longer signs first, because `=` begins `=>`.
        let Some(sign) = ["->", "=>", ":", "="].into_iter().find(|sign| cursor.is_punct(sign)) else { return };
        if !signs.contains(&sign) {
            return;
        }
        let first = cursor.here_first();
        cursor.eat_punct(sign);
        let span = TokenSpan::from(first).to(cursor.before());
        let message = format!("unexpected `{sign}` between `{keyword}` and its value");
        let problem = Problem::new(Code::Syntax, span, message);
        self.report(problem.help(format!("remove the `{sign}`")).edit(Edit::over(span, "")));
    }

    /// Parses a clause after its keyword. It is kept if it is allowed here and not a duplicate.
    fn clause(
        &mut self,
        KeywordMatch { kind, sure }: KeywordMatch,
        keyword: Ident,
        comment: super::ast::Comment,
        place: ClauseOwner,
        cursor: &mut Cursor,
        clauses: &mut Clauses,
    ) {
        if let (Some(comment), false) = (&comment, matches!(kind, ClauseKind::Retry | ClauseKind::Catch)) {
            let problem =
                Problem::new(Code::Syntax, comment.span, format!("`{keyword}` has no comment in the document"));
            self.report(problem.help("`///` is allowed before states, branches, arms, `retry` and `catch`"));
        }
        self.stray_sign(&keyword, &[":", "="], cursor);
        let value = self.clause_value(kind, cursor);
        let span = TokenSpan::from(keyword.span()).to(cursor.before());
        if !place.allows(kind) {
            clauses.broken = true;
            if !sure {
                return;
            }
            let problem = Problem::new(
                Code::MisplacedClause,
                keyword.span(),
                format!("`{keyword}` does not belong to {}", place.name()),
            );
            self.report(match place {
                ClauseOwner::State(_) => problem.help(belongs_to(kind)),
                ClauseOwner::Defaults(_) => problem,
                ClauseOwner::Block { .. } => {
                    let known: Vec<_> = place.known().collect();
                    problem.help(format!("they may contain `{}`", known.join("`, `")))
                }
            });
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
            Some(value) => clauses.list.push(Clause { comment, ..self.new_clause(keyword, kind, value, span) }),
            None => clauses.broken = true,
        }
    }

    /// A clause without a comment, in the language's own words.
    pub(super) fn new_clause(
        &mut self,
        keyword: Ident,
        kind: ClauseKind,
        value: ClauseValue,
        span: TokenSpan,
    ) -> Clause {
        Clause { id: self.node(), comment: None, keyword, kind, value, span, other_language: None }
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
                    if kind == ClauseKind::Assign && self.assigns_here(cursor) {
                        return self.bare_assignment(cursor);
                    }
                    self.expected(cursor, &format!("`{{ … }}` after `{}`", kind.keyword()));
                    skip_in_state(cursor, true);
                    return None;
                };
                cursor.next();
                let braces = if kind == ClauseKind::Assign { Braces::Assign } else { Braces::Object };
                Some(ClauseValue::Expr(self.object_of(opened, braces)))
            }
            ClauseSyntax::Text => {
                let value = self.expr(cursor);
                if !matches!(value.kind, ExprKind::Text(_) | ExprKind::Reference(_) | ExprKind::Invalid) {
                    self.error(Code::Syntax, value.span, format!("`{}` takes text in quotes", kind.keyword()));
                    return None;
                }
                Some(ClauseValue::Expr(value))
            }
            ClauseSyntax::Nothing => Some(ClauseValue::Flag),
            ClauseSyntax::Own => self.own_clause(kind, cursor),
        }
    }

    /// Returns whether `name = value` is next.
    fn assigns_here(&self, cursor: &Cursor) -> bool {
        let dollar = usize::from(cursor.is_punct("$"));
        let changes = ["+=", "-=", "*=", "/=", "%=", "++", "--"];
        if cursor.peek_ident_at(dollar).is_some() && changes.iter().any(|sign| cursor.is_punct_at(dollar + 1, sign)) {
            return true;
        }
        let colon = usize::from(cursor.is_punct_at(dollar + 1, ":"));
        cursor.peek_ident_at(dollar).is_some()
            && cursor.is_punct_at(dollar + 1 + colon, "=")
            && !cursor.is_punct_at(dollar + 1, "=>")
            && !cursor.is_punct_at(dollar + 1, "==")
    }

    /// `assign name = value`, without the braces.
    fn bare_assignment(&mut self, cursor: &mut Cursor) -> Option<ClauseValue> {
        let first = cursor.here();
        let (name, value) = self.assignment(cursor)?;
        let value = assigned(name, value);
        let problem = Problem::new(Code::Syntax, first.to(cursor.before()), "the assigned variables go in braces");
        self.report(problem.write(spelled(&value)));
        Some(ClauseValue::Expr(value))
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
        let Some(word) = cursor.peek_ident().cloned() else {
            self.expected(cursor, "`jsonata` or `jsonpath` after `query`");
            self.hole(cursor.here_first(), Role::Setting("query"));
            return None;
        };
        cursor.next();
        self.word(&word, Role::Setting("query"));
        let text = word.to_string();
        match text.as_str() {
            "jsonata" => Some(QueryLanguage::Jsonata),
            "jsonpath" => Some(QueryLanguage::JsonPath),
            _ => {
                let problem = Problem::new(Code::Syntax, word.span(), format!("unknown query language `{text}`"));
                self.report(
                    problem.suggest(&text, ["jsonata", "jsonpath"]).help("write `query jsonata` or `query jsonpath`"),
                );
                None
            }
        }
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
        let problem = self.unexpected(cursor, "`percent` or `count` and a value");
        // Not an expression, because `5% -> Sum` would continue with an operator.
        if let (Some(literal), true) = (cursor.peek_literal_at(0).cloned(), cursor.is_punct_at(1, "%")) {
            let first = cursor.here();
            cursor.advance(2);
            let edit = Edit::over(first.to(cursor.before()), format!("percent {literal}"));
            self.report(problem.help(format!("write `tolerate percent {literal}`")).edit(edit));
            return ClauseValue::ToleratePercent(self.literal(&literal));
        }
        let number = cursor.peek_literal_at(0).map(ToString::to_string).filter(|text| text.parse::<u64>().is_ok());
        self.complain(
            cursor,
            match number {
                Some(number) => problem.help(format!("write `tolerate percent {number}` or `tolerate count {number}`")),
                None => problem,
            },
        );
        self.hole(cursor.here_first(), Role::Setting("tolerate"));
        skip_in_state(cursor, true);
        ClauseValue::ToleratePercent(super::ast::Expr::made(ExprKind::Invalid, cursor.before()))
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
