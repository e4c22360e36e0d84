//! Retriers and catchers.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenTree};
use workflow_asl::{Code, error_name};

use super::ast::{Catcher, Clause, ClauseValue, Expr, ExprKind, Retrier, SettingField, Target, Text, TokenSpan, plain};
use super::clause::{ClauseOwner, Clauses};
use super::cursor::{Cursor, OpenGroup, group_span};
use super::keyword::{ClauseKind, RETRY_FIELDS};
use super::literal::string_value;
use super::name::rust_name;
use super::object::Braces;
use super::other_language::asl::{is_every_error, retry_field, retry_field_as_written, spelled_error};
use super::parser::Parser;
use super::recover::{clause_starts_here, holds_states, item_starts, skip_past};
use super::spelling::{is_word, spelled_tokens};
use super::word::Role;
use crate::problem::{Edit, Problem};

impl Parser<'_> {
    /// Parses the value of `retry` or `catch` in a state: `none`, a name, a handler, or a parameter with all retriers.
    pub(super) fn handler_clause(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> Option<ClauseValue> {
        if kind == ClauseKind::Retry && cursor.is_word("params") && cursor.is_punct_at(1, ".") {
            return Some(ClauseValue::Expr(self.operand(cursor)));
        }
        let without_brackets = cursor.peek_ident().is_some() && cursor.is_punct_at(1, ".");
        if cursor.peek_group(Delimiter::Bracket).is_some() || without_brackets {
            return Some(if kind == ClauseKind::Retry {
                ClauseValue::Retrier(self.retrier(cursor))
            } else {
                ClauseValue::Catcher(self.catcher(cursor))
            });
        }
        let loose = match kind {
            ClauseKind::Retry => self.loose_retrier(cursor).map(ClauseValue::Retrier),
            _ => self.loose_catcher(cursor).map(ClauseValue::Catcher),
        };
        if loose.is_some() {
            return loose;
        }
        if let Some(name) = cursor.eat_ident() {
            self.word(&name, Role::HandlerReference(kind));
            return Some(if name == "none" { ClauseValue::None(name) } else { ClauseValue::Named(name) });
        }
        let problem = self.unexpected(cursor, &format!("errors in brackets after `{}`", kind.keyword()));
        let example = if kind == ClauseKind::Retry {
            "for example `retry [States.Timeout] { interval: 5s, max_attempts: 3 }`, or the name of a retrier"
        } else {
            "for example `catch [States.ALL] -> Failed`, or the name of a catcher"
        };
        self.complain(cursor, problem.help(example));
        self.hole(cursor.here_first(), Role::HandlerReference(kind));
        None
    }

    /// `[Errors…] { interval: …, … }`
    pub(super) fn retrier(&mut self, cursor: &mut Cursor) -> Retrier {
        let (errors, errors_span) = self.errors(cursor);
        Retrier { errors, errors_span, ..self.retrier_fields(cursor) }
    }

    /// `{ interval: …, … }`
    fn retrier_fields(&mut self, cursor: &mut Cursor) -> Retrier {
        let errors_span = cursor.before();
        if cursor.peek_group(Delimiter::Brace).is_none()
            && let Some((fields, problem)) = self.loose_fields(None, cursor)
        {
            self.report(problem);
            return Retrier { errors: Vec::new(), errors_span, fields };
        }
        let fields = match cursor.eat_group(Delimiter::Brace) {
            Some(group) => self
                .members(OpenGroup::of(&group), Braces::Retry)
                .into_iter()
                .filter_map(|(member, name)| match name {
                    Some(name) => Some(SettingField { name, value: member.value }),
                    None => {
                        let key = &member.key;
                        let problem = Problem::new(Code::Syntax, key.span, "the fields of a retrier have no quotes");
                        if !is_word(&key.value) {
                            self.report(problem);
                            return None;
                        }
                        self.report(problem.write(key.value.clone()));
                        let name = Ident::new(&key.value, key.span.first);
                        Some(SettingField { name, value: member.value })
                    }
                })
                .collect(),
            None => Vec::new(),
        };
        Retrier { errors: Vec::new(), errors_span, fields }
    }

    /// `[Errors…] -> State { … }`
    pub(super) fn catcher(&mut self, cursor: &mut Cursor) -> Catcher {
        let mut early = Clauses::default();
        let (errors, errors_span, target) = match self.bare_errors(cursor) {
            Some((errors, problem)) => {
                let span = problem.span;
                let mut problem = self.without_a_name(cursor).into_iter().fold(problem, Problem::edit);
                let target = match cursor.eat_punct("=>") {
                    Some(arrow) => {
                        problem = problem.edit(Edit::over(arrow, "->"));
                        self.report(problem);
                        self.target(arrow, cursor)
                    }
                    None => match self.target_alone(cursor) {
                        Some((edit, target)) => {
                            self.report(problem.edit(edit));
                            target
                        }
                        None => {
                            self.report(problem);
                            self.arrow("a catcher", cursor)
                        }
                    },
                };
                (errors, span, target)
            }
            None => {
                let (errors, span) = self.errors(cursor);
                let named = cursor.here();
                if let Some(edit) = self.without_a_name(cursor) {
                    let span = named.to(cursor.before());
                    let problem = Problem::new(Code::Syntax, span, "the caught error is named `caught`");
                    self.report(problem.help("remove this").edit(edit));
                }
                self.clauses_before_target(cursor, &mut early);
                (errors, span, self.catcher_target(cursor))
            }
        };
        // The braces after the catcher of a map may have the map's states.
        let is_body = cursor.peek_group(Delimiter::Brace).is_some_and(holds_states);
        let clauses =
            if is_body { Vec::new() } else { self.block_clauses(ClauseOwner::Block { catcher: true }, cursor) };
        Catcher { errors, errors_span, target, clauses: early.list.into_iter().chain(clauses).collect() }
    }

    /// Parses `assign { … } -> State`: clauses before the state of a catcher, which are reported.
    fn clauses_before_target(&mut self, cursor: &mut Cursor, clauses: &mut Clauses) {
        let end = (0..cursor.remaining()).step_by(2).find(|at| {
            let clause = cursor.peek_ident_at(*at).and_then(|word| ClauseKind::from_keyword(&word.to_string()));
            clause.is_none()
        });
        let Some(end) = end.filter(|end| *end > 0 && cursor.is_punct_at(*end, "->")) else { return };
        let (first, end) = (cursor.here(), cursor.position() + end);
        while cursor.position() < end {
            let start = cursor.position();
            if !self.clause_here(ClauseOwner::Block { catcher: true }, cursor, clauses) && cursor.position() == start {
                cursor.next();
            }
        }
        let span = first.to(cursor.before());
        let problem = Problem::new(Code::Syntax, span, "the clauses of a catcher are in braces after its state");
        let word = clauses.list.first().map_or("assign", |clause| clause.kind.keyword());
        self.report(problem.help(format!("write `-> State {{ {word} … }}`")));
    }

    /// Parses `as e` or `(e)`, the name of the caught error in other languages. Returns the edit that removes it.
    fn without_a_name(&mut self, cursor: &mut Cursor) -> Option<Edit> {
        let first = cursor.here();
        if cursor.is_word("as") && cursor.peek_ident_at(1).is_some() {
            cursor.advance(2);
        } else {
            cursor.eat_group(Delimiter::Parenthesis)?;
        }
        Some(Edit::over(first.to(cursor.before()), ""))
    }

    /// Parses the target of a catcher: `-> State`, or in ASL syntax `{ Next: "State" }`.
    fn catcher_target(&mut self, cursor: &mut Cursor) -> Target {
        let asl = cursor.peek_group(Delimiter::Brace).cloned().and_then(|group| {
            let mut inside = Cursor::inside(&group);
            let read = self.asl_transition(&mut inside)?;
            inside.is_end().then_some((group_span(&group), read))
        });
        let Some((span, read)) = asl else { return self.arrow("a catcher", cursor) };
        cursor.next();
        let problem = Problem::new(Code::Syntax, span, "a catcher's transition begins with `->` and a state");
        self.report(problem.write(read.text));
        read.target
    }

    /// Parses a catcher of other languages: `catch(e) -> F`, `catch all -> F`, `catch -> F`, `catch "E" -> F`.
    fn loose_catcher(&mut self, cursor: &mut Cursor) -> Option<Catcher> {
        let arrow = |at: usize| cursor.is_punct_at(at, "=>") || cursor.is_punct_at(at, "->");
        let first = cursor.here();
        // `Exception as e`, `Err(e)`, `Exception e`
        let named = match (cursor.peek_at(1), cursor.peek_at(2)) {
            (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(_))) if *word == "as" => 2,
            (Some(TokenTree::Ident(_)), _) if cursor.is_punct_at(2, "=>") => 1,
            (Some(TokenTree::Group(group)), _) if group.delimiter() == Delimiter::Parenthesis => 1,
            _ => 0,
        };
        let (names, length) = match cursor.peek()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => (names_in(group), 1),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => (Vec::new(), 0),
            TokenTree::Punct(punct) if punct.as_char() == '*' => (Vec::new(), 1),
            TokenTree::Punct(_) if arrow(0) => (Vec::new(), 0),
            // `|e|`
            TokenTree::Punct(punct) if punct.as_char() == '|' && cursor.is_punct_at(2, "|") => (Vec::new(), 3),
            TokenTree::Literal(literal) => (vec![string_value(literal)?.value], 1),
            // A name followed by `->` may be a declared catcher, followed by the state's own transition.
            TokenTree::Ident(word)
                if *word == "_"
                    || named > 0
                    || cursor.is_punct_at(1, "=>")
                    || names_its_target(cursor)
                    || cursor.is_punct_at(1, "->")
                        && cursor.peek_ident_at(3).is_some()
                        && cursor.is_punct_at(4, "->") =>
            {
                let text = plain(word);
                let all = is_every_error(&text) || text.starts_with(char::is_lowercase);
                (if all { Vec::new() } else { vec![text] }, 1 + named)
            }
            _ => return None,
        };
        let names = if names.is_empty() { vec![error_name::ALL.to_owned()] } else { names };
        let listed: Vec<_> = names.iter().map(|name| spelled_error(name)).collect();
        let written = format!("[{}]", listed.join(", "));
        cursor.advance(length);
        let span = if length == 0 { first } else { first.to(cursor.before()) };
        let problem = Problem::new(Code::Syntax, span, "the errors of a catcher go in brackets");
        let edit =
            if length == 0 { Edit::before(first, format!("{written} ")) } else { Edit::over(span, written.clone()) };
        let mut problem = problem.edit(edit);
        let target = match (cursor.eat_punct("->"), cursor.eat_punct("=>"), cursor.peek_group(Delimiter::Brace)) {
            (Some(arrow), ..) => self.target(arrow, cursor),
            (None, Some(arrow), _) => {
                problem = problem.edit(Edit::over(arrow, "->"));
                self.target(arrow, cursor)
            }
            (None, None, Some(group)) => {
                let inside = Cursor::inside(group);
                let name = inside.peek_ident().filter(|_| inside.remaining() <= 2).cloned();
                let group = cursor.here();
                cursor.next();
                match name {
                    Some(name) => {
                        self.word(&name, Role::StateReference);
                        problem = problem.edit(Edit::over(group, format!("-> {name}")));
                        Target::State(rust_name(&name))
                    }
                    None => {
                        problem.fix.clear();
                        Target::Missing(group)
                    }
                }
            }
            (None, None, None) if cursor.peek_ident().is_some() && !clause_starts_here(cursor) => {
                let here = cursor.here();
                problem = problem.edit(Edit::before(here, "-> "));
                self.target(here, cursor)
            }
            (None, None, None) => {
                problem.fix.clear();
                Target::Missing(cursor.before())
            }
        };
        let goes_on = match &target {
            Target::State(name) | Target::End(name) => plain(name),
            Target::Text(text) => format!("{:?}", text.value),
            Target::Computed(_) | Target::Missing(_) => "Failed".to_owned(),
        };
        self.report(problem.help(format!("write `catch {written} -> {goes_on}`")));
        let errors = names.into_iter().map(|value| Text { value, span }).collect();
        let clauses = self.block_clauses(ClauseOwner::Block { catcher: true }, cursor);
        Some(Catcher { errors, errors_span: span, target, clauses })
    }

    /// Parses a retrier in the syntax of other languages: `retry 3`, `retry(3)`, `retry { max_attempts: 3 }`.
    fn loose_retrier(&mut self, cursor: &mut Cursor) -> Option<Retrier> {
        let first = cursor.here();
        let number = |literal: &Literal| literal.to_string().parse::<u32>().ok();
        let all = format!("[{}]", error_name::ALL);
        let errors = |span| vec![Text { value: error_name::ALL.to_owned(), span }];
        let attempts = match cursor.peek()? {
            TokenTree::Literal(literal) => number(literal)?,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let inside = Cursor::inside(group);
                // `max_attempts: 3` has the number at its end.
                let last = inside.remaining().checked_sub(1)?;
                number(inside.peek_literal_at(last)?)?
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let braces: TokenTree = group.clone().into();
                let written = format!("retry {all} {}", spelled_tokens(&[braces]));
                let problem = Problem::new(Code::Syntax, first.first, "the errors of a retrier go before the braces");
                self.report(problem.help(format!("write `{written}`")).edit(Edit::before(first, format!("{all} "))));
                let mut retrier = self.retrier_fields(cursor);
                retrier.errors = errors(first);
                return Some(retrier);
            }
            _ => return None,
        };
        cursor.next();
        cursor.eat_word("times");
        let span = first.to(cursor.before());
        let problem = Problem::new(Code::Syntax, span, "the errors of a retrier go in brackets");
        let attempts = Expr::made(ExprKind::Number(attempts.to_string()), span);
        let mut written = vec![retry_field_as_written("max_attempts", &attempts)];
        if let Some((fields, _)) = self.loose_fields(None, cursor) {
            written.extend(fields.iter().map(|field| retry_field_as_written(&field.name.to_string(), &field.value)));
        }
        let written = format!("{all} {{ {} }}", written.join(", "));
        let whole = first.to(cursor.before());
        self.report(problem.help(format!("write `retry {written}`")).edit(Edit::over(whole, written)));
        Some(Retrier { errors: errors(span), errors_span: span, fields: Vec::new() })
    }

    /// Parses a retrier's fields without braces: `interval 2s max_attempts 3`, `IntervalSeconds: 2`, `3 times`. They
    /// are one problem. `before` is a word that was already read.
    pub(super) fn loose_fields(
        &mut self,
        before: Option<&Ident>,
        cursor: &mut Cursor,
    ) -> Option<(Vec<SettingField>, Problem)> {
        let first = before.map_or_else(|| cursor.here(), |word| word.span().into());
        let mut before = before.cloned();
        let mut fields: Vec<SettingField> = Vec::new();
        loop {
            let from = cursor.position();
            let word = before.take().or_else(|| self.clause_word(cursor).inspect(|_| cursor.advance(1)));
            let named = word.as_ref().and_then(|word| {
                let text = plain(word);
                let own = RETRY_FIELDS.iter().find(|field| field.word == text);
                own.map(|field| field.word).or_else(|| retry_field(&text))
            });
            let name = match (named, word) {
                (Some(name), _) => {
                    let _ = cursor.eat_punct(":").or_else(|| cursor.eat_punct("="));
                    name
                }
                // `3 times`
                (None, None) if fields.is_empty() && is_number(cursor) => "max_attempts",
                _ => {
                    cursor.back_to(from);
                    break;
                }
            };
            let span = cursor.here().first;
            let value = match name {
                "jitter" if cursor.peek_ident().is_some() => {
                    let word = cursor.eat_ident()?;
                    Expr::made(ExprKind::Text(plain(&word).to_uppercase()), word.span().into())
                }
                "interval" | "max_delay" => self.duration_expr(cursor),
                _ => {
                    let value = self.head_expr(cursor);
                    match value.kind {
                        ExprKind::Paren(inner) => *inner,
                        kind => Expr { kind, ..value },
                    }
                }
            };
            cursor.eat_word("times");
            fields.push(SettingField { name: Ident::new(name, span), value });
            if !cursor.is_punct(",") || cursor.peek_at(1).is_none() {
                continue;
            }
            cursor.next();
        }
        if fields.is_empty() {
            return None;
        }
        // A comma at the end belongs to the state.
        let span = first.to(cursor.before());
        let written: Vec<_> =
            fields.iter().map(|field| retry_field_as_written(&field.name.to_string(), &field.value)).collect();
        let problem = Problem::new(Code::Syntax, span, "the fields of a retrier go in braces");
        Some((fields, problem.write(format!("{{ {} }}", written.join(", ")))))
    }

    /// Parses `{ assign … output … }` after a target, if given.
    pub(super) fn block_clauses(&mut self, place: ClauseOwner, cursor: &mut Cursor) -> Vec<Clause> {
        let Some(group) = cursor.eat_group(Delimiter::Brace) else { return Vec::new() };
        self.within(&group, |parser, cursor| {
            let mut clauses = Clauses::default();
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let start = cursor.position();
                if !parser.clause_here(place, cursor, &mut clauses) && cursor.position() == start {
                    cursor.next();
                }
            }
            parser.hole(group.span_close(), place.role());
            clauses.list
        })
        .unwrap_or_default()
    }

    /// `[A, B.C, "any text"]`
    pub(super) fn errors(&mut self, cursor: &mut Cursor) -> (Vec<Text>, TokenSpan) {
        if let Some((errors, problem)) = self.bare_errors(cursor) {
            let span = problem.span;
            self.report(problem);
            return (errors, span);
        }
        let Some(group) = cursor.eat_group(Delimiter::Bracket) else {
            self.expected(cursor, "errors in brackets, such as `[States.ALL]`");
            return (Vec::new(), cursor.here_first().into());
        };
        let errors = self.within(&group, |parser, cursor| {
            let mut errors = Vec::new();
            while !cursor.is_end() {
                errors.extend(parser.error_name(cursor));
                if cursor.is_end() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let problem = parser.unexpected(cursor, "`,` between error names");
                parser.complain(cursor, problem.help("put a name with other characters than words and dots in quotes"));
                skip_past(cursor, &[","]);
            }
            errors
        });
        (errors.unwrap_or_default(), group_span(&group))
    }

    /// Parses `States.Timeout, Lambda.Unknown`: names of errors without brackets. Also returns the problem.
    fn bare_errors(&mut self, cursor: &mut Cursor) -> Option<(Vec<Text>, Problem)> {
        let dotted = |at: usize| cursor.peek_ident_at(at).is_some() && cursor.is_punct_at(at + 1, ".");
        if !dotted(0) {
            return None;
        }
        let first = cursor.here();
        let mut errors: Vec<_> = self.error_name(cursor).into_iter().collect();
        while ["|", ","].iter().any(|sign| cursor.is_punct(sign))
            && (cursor.peek_ident_at(1).is_some() && cursor.is_punct_at(2, ".")
                || cursor.peek_literal_at(1).and_then(string_value).is_some())
        {
            cursor.next();
            errors.extend(self.error_name(cursor));
        }
        let listed: Vec<_> = errors.iter().map(|error| spelled_error(&error.value)).collect();
        let problem = Problem::new(Code::Syntax, first.to(cursor.before()), "the names of errors go in brackets");
        Some((errors, problem.write(format!("[{}]", listed.join(", ")))))
    }

    /// Parses words with dots, or text.
    fn error_name(&mut self, cursor: &mut Cursor) -> Option<Text> {
        if let Some(text) = cursor.peek_literal_at(0).and_then(string_value) {
            cursor.next();
            return Some(text);
        }
        let everything = match cursor.peek() {
            // An error may be named `Error`.
            Some(TokenTree::Ident(word)) => {
                ["all", "ALL", "All", "any", "_"].iter().any(|all| *word == all) && !cursor.is_punct_at(1, ".")
            }
            Some(TokenTree::Punct(punct)) => punct.as_char() == '*',
            _ => false,
        };
        if everything {
            let span = cursor.here();
            let problem = Problem::new(Code::Syntax, span, "use `States.ALL` to match every error");
            self.report(problem.write(error_name::ALL));
            cursor.next();
            return Some(Text { value: error_name::ALL.to_owned(), span });
        }
        let Some(first) = cursor.eat_ident() else {
            let problem = self.unexpected(cursor, "an error's name");
            self.complain(cursor, problem.help("for example `States.Timeout`, or any text in quotes"));
            return None;
        };
        let mut value = plain(&first);
        let span = TokenSpan::from(first.span());
        while cursor.is_punct(".") {
            match cursor.peek_at(1) {
                Some(TokenTree::Ident(word)) => value.push_str(&format!(".{}", plain(word))),
                // `States.Http.StatusCode.429`
                Some(TokenTree::Literal(number)) if string_value(number).is_none() => {
                    value.push_str(&format!(".{number}"));
                }
                _ => {
                    let problem = Problem::new(Code::Syntax, cursor.here(), "expected a word after `.`");
                    self.report(problem);
                    cursor.next();
                    break;
                }
            }
            cursor.advance(2);
        }
        Some(Text { value, span: span.to(cursor.before()) })
    }
}

/// Returns whether a number is next, optionally in parentheses.
fn is_number(cursor: &Cursor) -> bool {
    let number = |cursor: &Cursor| cursor.peek_literal_at(0).is_some_and(|literal| string_value(literal).is_none());
    number(cursor) || cursor.peek_group(Delimiter::Parenthesis).is_some_and(|group| number(&Cursor::inside(group)))
}

/// Returns whether an error name and a state name are next: `catch Exception Failed`.
fn names_its_target(cursor: &Cursor) -> bool {
    let clause = |word: &Ident| ClauseKind::from_keyword(&word.to_string()).is_some();
    cursor.peek_ident_at(1).is_some_and(|word| !clause(word))
        && !item_starts(cursor, 1)
        && (cursor.peek_at(2).is_none()
            || ["->", ";", ","].iter().any(|sign| cursor.is_punct_at(2, sign))
            || cursor.peek_ident_at(2).is_some_and(clause))
}

/// Returns the names of errors in a group; none if it contains anything else, such as a variable for the error.
fn names_in(group: &Group) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    for token in group.stream() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => names.push(std::mem::take(&mut name)),
            TokenTree::Literal(literal) => {
                name.push_str(&string_value(&literal).map(|text| text.value).unwrap_or_default())
            }
            TokenTree::Ident(_) if !name.is_empty() && !name.ends_with('.') => return Vec::new(),
            token => name.push_str(&token.to_string()),
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    let is_error = |name: &String| name.contains('.') || name.starts_with(char::is_uppercase) && !is_every_error(name);
    if names.iter().all(is_error) { names } else { Vec::new() }
}
