//! Amazon States Language syntax in a workflow, which is parsed and reported with its equivalent.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, StateKind, error_name};

use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Clause, ClauseValue, Expr, ExprKind, Member, Target, Text, TokenSpan};
use crate::syntax::clause::{ClauseOwner, Clauses, belongs_to};
use crate::syntax::cursor::Cursor;
use crate::syntax::keyword::{ClauseKind, ClauseSyntax};
use crate::syntax::literal::{in_largest_unit, string_value};
use crate::syntax::name::rust_name;
use crate::syntax::parser::Parser;
use crate::syntax::recover::{clause_starts_here, item_starts, item_starts_here, skip_in_state};
use crate::syntax::spelling::{is_word, spelled, spelled_tokens};

/// The equivalent of an ASL field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Field {
    /// `-> State`
    Next,
    /// `-> end`
    End,
    /// The arm `else` of a choice.
    Default,
    /// A clause.
    Clause(ClauseKind),
    /// `tolerate percent`
    Percent,
    /// `tolerate count`
    Count,
}

/// The fields whose names differ from the clauses', and words of other languages for them, in lower case without `_`.
const FIELDS: &[(&str, Field)] = &[
    ("next", Field::Next),
    ("nextstate", Field::Next),
    ("goto", Field::Next),
    ("then", Field::Next),
    ("end", Field::End),
    ("return", Field::End),
    ("stop", Field::End),
    ("finish", Field::End),
    ("default", Field::Default),
    ("otherwise", Field::Default),
    ("else", Field::Default),
    ("timeoutseconds", Field::Clause(ClauseKind::Timeout)),
    ("timeoutsecondspath", Field::Clause(ClauseKind::Timeout)),
    ("heartbeatseconds", Field::Clause(ClauseKind::Heartbeat)),
    ("heartbeatsecondspath", Field::Clause(ClauseKind::Heartbeat)),
    ("maxconcurrencypath", Field::Clause(ClauseKind::MaxConcurrency)),
    ("toleratedfailurepercentage", Field::Percent),
    ("toleratedfailurepercentagepath", Field::Percent),
    ("toleratedfailurecount", Field::Count),
    ("toleratedfailurecountpath", Field::Count),
    ("itembatcher", Field::Clause(ClauseKind::Batch)),
    ("resultwriter", Field::Clause(ClauseKind::WriteTo)),
    ("querylanguage", Field::Clause(ClauseKind::Query)),
    ("let", Field::Clause(ClauseKind::Assign)),
    ("var", Field::Clause(ClauseKind::Assign)),
    ("set", Field::Clause(ClauseKind::Assign)),
];

/// The fields of a retrier in ASL, and their equivalents.
const RETRY_FIELDS: &[(&str, &str)] = &[
    ("intervalseconds", "interval"),
    ("maxattempts", "max_attempts"),
    ("backoffrate", "backoff"),
    ("maxdelayseconds", "max_delay"),
    ("jitterstrategy", "jitter"),
    ("attempts", "max_attempts"),
    ("maxretries", "max_attempts"),
    ("retries", "max_attempts"),
    ("times", "max_attempts"),
    ("rate", "backoff"),
    ("delay", "interval"),
    ("wait", "interval"),
    ("max", "max_attempts"),
    ("count", "max_attempts"),
    ("maxretryattempts", "max_attempts"),
    ("backoffcoefficient", "backoff"),
    ("multiplier", "backoff"),
];

/// The fields of a fail in ASL and elsewhere, and their equivalents.
const FAIL_FIELDS: &[(&str, &str)] = &[
    ("error", "error"),
    ("code", "error"),
    ("name", "error"),
    ("cause", "cause"),
    ("message", "cause"),
    ("reason", "cause"),
    ("description", "cause"),
];

/// Words for all errors.
const ALL_ERRORS: [&str; 21] = [
    "all",
    "ALL",
    "All",
    "any",
    "Any",
    "_",
    "e",
    "err",
    "error",
    "Error",
    "ex",
    "exc",
    "exception",
    "Exception",
    "default",
    "everything",
    "otherwise",
    "else",
    "Throwable",
    "Err",
    "States",
];

/// Normalizes a word, so that spellings can be compared.
fn squeezed(word: &str) -> String {
    word.chars().filter(|letter| *letter != '_' && *letter != '-').flat_map(char::to_lowercase).collect()
}

/// Returns the equivalent of a word that is not a clause.
pub(in crate::syntax) fn field(word: &str) -> Option<Field> {
    let word = squeezed(word);
    let own = || ClauseKind::ALL.iter().find(|clause| squeezed(clause.keyword()) == word);
    let known = FIELDS.iter().find(|(name, _)| *name == word).map(|(_, field)| *field);
    known.or_else(|| own().map(|clause| Field::Clause(*clause)))
}

/// Returns the equivalent field of a retrier.
pub(in crate::syntax) fn retry_field(word: &str) -> Option<&'static str> {
    let word = squeezed(word);
    RETRY_FIELDS.iter().find(|(name, _)| *name == word).map(|(_, field)| *field)
}

/// Returns the equivalent field of a fail.
pub(in crate::syntax) fn fail_field(word: &str) -> Option<&'static str> {
    let word = squeezed(word);
    FAIL_FIELDS.iter().find(|(name, _)| *name == word).map(|(_, field)| *field)
}

/// Returns whether a word means all errors.
pub(in crate::syntax) fn is_every_error(word: &str) -> bool {
    ALL_ERRORS.contains(&word)
}

/// A transition in ASL syntax.
pub(in crate::syntax) struct Transition {
    pub(in crate::syntax) target: Target,
    /// The span, without and with the comma after it.
    span: TokenSpan,
    with_comma: TokenSpan,
    word: String,
    pub(in crate::syntax) text: String,
    /// The position of the tokens after it.
    end: usize,
    /// Whether a comma ends the state.
    pub(in crate::syntax) ends: bool,
    /// Whether it is the arm of a choice for all other cases.
    other_cases: bool,
}

impl Transition {
    /// Returns whether it is the last part of its state.
    pub(in crate::syntax) fn is_last(&self, cursor: &Cursor) -> bool {
        cursor.position() == self.end
    }

    /// Reports the transition. `last` is the state's last word if more follows the transition.
    pub(in crate::syntax) fn problem(&self, last: Option<TokenSpan>) -> Problem {
        let problem = Problem::new(Code::UnknownClause, self.span, format!("unknown clause `{}`", self.word));
        let problem = problem.help(format!("write `{}`", self.text));
        match last {
            None => {
                let end = if self.ends { ";" } else { "" };
                problem.edit(Edit::over(self.with_comma, format!("{}{end}", self.text)))
            }
            Some(last) => {
                problem.edit(Edit::over(self.with_comma, "")).edit(Edit::after(last, format!(" {}", self.text)))
            }
        }
    }

    /// Reports the transition of a state of a kind that has none, or that has arms, which `braces` end.
    pub(in crate::syntax) fn needless(&self, kind: StateKind, braces: Option<TokenSpan>) -> Problem {
        if let (StateKind::Choice, true, Some(braces)) = (kind, self.other_cases, braces) {
            let message = format!("unknown clause `{}`: the arm for all other cases goes in the braces", self.word);
            let arm = format!("else {};", self.text);
            let edit = Edit::before(TokenSpan::from(braces.last), format!("{arm} "));
            let problem = Problem::new(Code::UnknownClause, self.span, message).help(format!("write `{arm}` there"));
            return problem.edit(edit).edit(Edit::over(self.with_comma, ""));
        }
        let message = match kind {
            StateKind::Choice => format!("unknown clause `{}`: the transitions of a choice are in its arms", self.word),
            _ => format!(
                "unknown clause `{}`: a `{}` has no transition",
                self.word,
                crate::syntax::keyword::state_keyword(kind)
            ),
        };
        Problem::new(Code::UnknownClause, self.span, message).help("remove it").edit(Edit::over(self.with_comma, ""))
    }
}

impl Parser<'_> {
    /// Returns the word of a clause: a name, or a name in quotes followed by `:`, as in JSON.
    pub(in crate::syntax) fn clause_word(&self, cursor: &Cursor) -> Option<Ident> {
        if let Some(word) = cursor.peek_ident() {
            return Some(word.clone());
        }
        let key = cursor.peek_literal_at(0).and_then(string_value).filter(|_| cursor.is_punct_at(1, ":"))?;
        is_word(&key.value).then(|| Ident::new(&key.value, key.span.first))
    }

    /// Parses `Next: "State"`, `next State`, `End: true`: a transition in ASL syntax.
    pub(in crate::syntax) fn asl_transition(&mut self, cursor: &mut Cursor) -> Option<Transition> {
        let word = self.clause_word(cursor)?.to_string();
        let field = match word.as_str() {
            known if ClauseKind::from_keyword(known).is_some() => return None,
            word => field(word)?,
        };
        let sign = usize::from([":", "=", "->", "=>"].iter().any(|sign| cursor.is_punct_at(1, sign) && *sign != "::"));
        let sign = if cursor.is_punct_at(1, "->") || cursor.is_punct_at(1, "=>") { 2 } else { sign };
        let after = 1 + sign;
        let literal = cursor.peek_literal_at(after).and_then(string_value);
        let (target, text, length) = match field {
            Field::Next | Field::Default if literal.is_some() => {
                let text = literal?;
                let written = written_target(&text.value);
                (Target::Text(text), format!("-> {written}"), after + 1)
            }
            Field::Next | Field::Default => {
                let name = cursor.peek_ident_at(after).filter(|_| !item_starts(cursor, after))?.clone();
                let text = format!("-> {name}");
                let target = if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
                (target, text, after + 1)
            }
            Field::End => {
                let said = cursor.peek_ident_at(after).is_some_and(|word| word == "true" || word == "false");
                let length = if said { after + 1 } else { 1 };
                let ends = match cursor.peek_at(length) {
                    None => true,
                    Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), ';' | ','),
                    Some(_) => item_starts(cursor, length) || sign > 0,
                };
                let name = Ident::new("end", cursor.here_first());
                ends.then_some((Target::End(name), "-> end".to_owned(), length))?
            }
            _ => return None,
        };
        let first = cursor.here();
        cursor.advance(length);
        let span = first.to(cursor.before());
        let with_comma = match cursor.eat_punct(",") {
            Some(comma) => first.to(comma),
            None => span,
        };
        // The comma after the last clause ends the state.
        let ends = cursor.position() > 0 && (with_comma_ends(cursor) || item_starts_here(cursor));
        let other_cases = field == Field::Default;
        Some(Transition { target, span, with_comma, word, text, end: cursor.position(), ends, other_cases })
    }

    /// Parses a clause in ASL syntax: `TimeoutSeconds: 30`. Returns `false` if the word is not one.
    pub(in crate::syntax) fn asl_clause(
        &mut self,
        keyword: &Ident,
        place: ClauseOwner,
        cursor: &mut Cursor,
        clauses: &mut Clauses,
    ) -> bool {
        let text = keyword.to_string();
        let (kind, before) = match field(&text) {
            Some(Field::Clause(kind)) => (kind, ""),
            Some(Field::Percent) => (ClauseKind::Tolerate, "percent "),
            Some(Field::Count) => (ClauseKind::Tolerate, "count "),
            _ => return self.retry_field_as_clause(keyword, &text, place, cursor, clauses),
        };
        let first = cursor.here();
        cursor.next();
        if !cursor.is_punct("::") && !cursor.is_punct("=>") && !cursor.is_punct("==") {
            let _ = cursor.eat_punct(":").or_else(|| cursor.eat_punct("="));
        }
        let word = first.to(cursor.before());
        let from = cursor.position();
        let (value, written) = self.asl_value(kind, before, &text, cursor, from);
        let span = first.to(cursor.before());
        let with_comma = match cursor.eat_punct(",") {
            Some(comma) => first.to(comma),
            None => span,
        };
        let at = if written.is_some() { span } else { word };
        let problem = Problem::new(Code::UnknownClause, at, format!("unknown clause `{text}`"));
        if !place.allows(kind) {
            clauses.broken = true;
            self.report(match place {
                ClauseOwner::State(_) => problem.help(belongs_to(kind)),
                _ => problem,
            });
            return true;
        }
        let problem = match &written {
            Some(written) => problem.help(format!("write `{written}`")).edit(Edit::over(with_comma, written.clone())),
            None => problem.help(format!("write `{}`", kind.keyword())).edit(Edit::over(word, kind.keyword())),
        };
        let Some(value) = value else {
            clauses.broken = true;
            self.report(problem);
            return true;
        };
        // The checks know whether the state's language supports it.
        let other = match kind.language() {
            Some(_) => Some(Box::new(problem)),
            None => {
                self.report(problem);
                None
            }
        };
        clauses.keep(Clause { other_language: other, ..self.new_clause(keyword.clone(), kind, value, span) });
        true
    }

    /// Parses a field of a retrier that is written on a state.
    fn retry_field_as_clause(
        &mut self,
        keyword: &Ident,
        text: &str,
        place: ClauseOwner,
        cursor: &mut Cursor,
        clauses: &mut Clauses,
    ) -> bool {
        if retry_field(text).is_none() || !place.allows(ClauseKind::Retry) {
            return false;
        }
        cursor.next();
        let Some((fields, problem)) = self.loose_fields(Some(keyword), cursor) else { return false };
        let fields: Vec<_> =
            fields.iter().map(|field| retry_field_as_written(&field.name.to_string(), &field.value)).collect();
        let written = format!("retry [{}] {{ {} }}", error_name::ALL, fields.join(", "));
        let message = format!("unknown clause `{text}`: it is a field of `retry`");
        let problem = Problem::new(Code::UnknownClause, problem.span, message);
        self.report(problem.write(written));
        clauses.broken = true;
        true
    }

    /// Parses the value of such a clause, and formats it; `None` for the latter if only the keyword differs.
    fn asl_value(
        &mut self,
        kind: ClauseKind,
        before: &str,
        name: &str,
        cursor: &mut Cursor,
        from: usize,
    ) -> (Option<ClauseValue>, Option<String>) {
        let keyword = kind.keyword();
        let list = cursor.peek_group(Delimiter::Bracket).is_some_and(|group| {
            matches!(group.stream().into_iter().next(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
        });
        match kind {
            ClauseKind::Retry | ClauseKind::Catch if list => {
                let value = self.expr(cursor);
                let ExprKind::Array(entries) = &value.kind else { return (None, Some(keyword.to_owned())) };
                let handlers: Vec<_> = entries.iter().map(|entry| handler(kind, entry)).collect();
                (None, Some(handlers.join(" ")))
            }
            ClauseKind::Retry | ClauseKind::Catch => (self.handler_clause(kind, cursor), None),
            ClauseKind::Timeout | ClauseKind::Heartbeat => {
                let value = self.duration_expr(cursor);
                let value = path_of(name, value);
                let written = written(kind, before, &value);
                (Some(ClauseValue::Expr(value)), Some(written))
            }
            ClauseKind::Tolerate => {
                let value = self.expr(cursor);
                let value = path_of(name, value);
                let percent = before.starts_with("percent");
                let written = written(kind, before, &value);
                let value =
                    if percent { ClauseValue::ToleratePercent(value) } else { ClauseValue::TolerateCount(value) };
                (Some(value), Some(written))
            }
            ClauseKind::Query => {
                let literal = cursor.peek_literal_at(0).and_then(string_value);
                let word = literal.map(|text| text.value).or_else(|| cursor.peek_ident().map(Ident::to_string));
                cursor.next();
                let language = match word.unwrap_or_default().to_lowercase().as_str() {
                    "jsonpath" => QueryLanguage::JsonPath,
                    _ => QueryLanguage::Jsonata,
                };
                let written = format!("{keyword} {}", language.name().to_lowercase());
                (Some(ClauseValue::Query(language)), Some(written))
            }
            ClauseKind::ItemReader | ClauseKind::WriteTo if cursor.peek_group(Delimiter::Brace).is_some() => {
                let value = self.expr(cursor);
                (None, transfer(kind, &value))
            }
            ClauseKind::ItemReader | ClauseKind::WriteTo => (Some(self.transfer(kind, cursor)), None),
            ClauseKind::Batch => (Some(ClauseValue::Expr(self.expr(cursor))), None),
            ClauseKind::Assign if cursor.peek_group(Delimiter::Brace).is_none() => {
                let Some((name, value)) = self.assignment(cursor) else {
                    skip_in_state(cursor, false);
                    return (None, Some(format!("{keyword} {{ … }}")));
                };
                let value = assigned(name, value);
                let written = format!("{keyword} {}", spelled(&value));
                (Some(ClauseValue::Expr(value)), Some(written))
            }
            _ if kind.takes() == ClauseSyntax::Own || kind.takes() == ClauseSyntax::Nothing => {
                if !clause_starts_here(cursor) && !item_starts_here(cursor) {
                    skip_in_state(cursor, false);
                }
                let written = format!("{keyword} {}", spelled_tokens(cursor.since(from)));
                (None, Some(written.trim_end().to_owned()))
            }
            _ => {
                let value = self.expr(cursor);
                let value = path_of(name, value);
                let written = written(kind, before, &value);
                (Some(ClauseValue::Expr(value)), Some(written))
            }
        }
    }

    /// `name = value`, `$name := value`, `name += 1`
    pub(in crate::syntax) fn assignment(&mut self, cursor: &mut Cursor) -> Option<(Text, Expr)> {
        if let Some(changed) = self.change(cursor) {
            return Some(changed);
        }
        cursor.eat_punct("$");
        let name = cursor.eat_ident()?;
        if cursor.eat_punct(":").is_some() {
            // A type has no effect here, because the value has one.
            let sign = (0..cursor.remaining().min(16)).find(|at| cursor.is_punct_at(*at, "=")).unwrap_or_default();
            let ends = (0..sign).any(|at| cursor.is_punct_at(at, ";") || cursor.is_punct_at(at, ","));
            cursor.advance(if ends { 0 } else { sign });
        }
        cursor.eat_punct("=")?;
        let value = self.expr(cursor);
        Some((Text { value: crate::syntax::ast::plain(&name), span: name.span().into() }, value))
    }
}

/// Returns whether a comma was read last and ends the state.
fn with_comma_ends(cursor: &Cursor) -> bool {
    let comma = matches!(cursor.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ',');
    comma && (cursor.is_end() || item_starts_here(cursor))
}

/// `{ name: value }`
pub(in crate::syntax) fn assigned(name: Text, value: Expr) -> Expr {
    let span = name.span.to(value.span);
    Expr::made(ExprKind::Object(vec![Member { key: name, optional: false, value, comma: None }]), span)
}

/// Formats the target of a transition.
pub(in crate::syntax) fn written_target(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { format!("{name:?}") }
}

/// Formats a state's ASL field as a clause after the state's braces; `None` if it is not one, or belongs elsewhere.
pub(crate) fn as_clause(name: &str, value: &Expr) -> Option<String> {
    Some(match (field(name)?, &value.kind) {
        (Field::Next, ExprKind::Text(state)) => format!("-> {}", written_target(state)),
        (Field::Next, ExprKind::Reference(_)) => format!("-> {}", spelled(value)),
        (Field::End, ExprKind::Bool(true)) => "-> end".to_owned(),
        (Field::Clause(kind @ (ClauseKind::Retry | ClauseKind::Catch)), ExprKind::Array(entries)) => {
            entries.iter().map(|entry| handler(kind, entry)).collect::<Vec<_>>().join(" ")
        }
        (Field::Clause(ClauseKind::Assign), kind) if !matches!(kind, ExprKind::Object(_)) => return None,
        (Field::Clause(kind), _) if kind.takes() != ClauseSyntax::Own => written(kind, "", value),
        (Field::Percent, _) => written(ClauseKind::Tolerate, "percent ", value),
        (Field::Count, _) => written(ClauseKind::Tolerate, "count ", value),
        _ => return None,
    })
}

/// Formats a clause with a value.
fn written(kind: ClauseKind, before: &str, value: &Expr) -> String {
    let keyword = kind.keyword();
    match (kind, &value.kind) {
        (ClauseKind::Timeout | ClauseKind::Heartbeat, ExprKind::Number(number)) => {
            let seconds = number.parse().map_or_else(|_| number.clone(), seconds_as_written);
            format!("{keyword} {seconds}")
        }
        _ => format!("{keyword} {before}{}", spelled(value)),
    }
}

/// Formats a number of seconds.
fn seconds_as_written(seconds: u64) -> String {
    if seconds == 0 { "0s".to_owned() } else { in_largest_unit(seconds) }
}

/// Returns the value of a field that ends in `Path`, whose text is a path.
fn path_of(name: &str, value: Expr) -> Expr {
    match value.kind {
        ExprKind::Text(text)
            if squeezed(name).ends_with("secondspath") || squeezed(name).ends_with("concurrencypath") =>
        {
            Expr::made(ExprKind::Path(Text { value: text, span: value.span }), value.span)
        }
        kind => Expr { kind, ..value },
    }
}

/// Returns the value of a member by its ASL name.
fn member<'e>(object: &'e Expr, name: &str) -> Option<&'e Expr> {
    let ExprKind::Object(members) = &object.kind else { return None };
    members.iter().find(|member| squeezed(&member.key.value) == name).map(|member| &member.value)
}

/// Formats an entry of `Retry` or `Catch`.
fn handler(kind: ClauseKind, entry: &Expr) -> String {
    let names = match member(entry, "errorequals").map(|names| &names.kind) {
        Some(ExprKind::Array(names)) => names.iter().map(listed_error).collect::<Vec<_>>().join(", "),
        _ => error_name::ALL.to_owned(),
    };
    let ExprKind::Object(members) = &entry.kind else { return kind.keyword().to_owned() };
    let mut fields = Vec::new();
    let mut target = String::new();
    for field in members {
        match (squeezed(&field.key.value).as_str(), &field.value.kind) {
            ("next", ExprKind::Text(name)) => target = format!(" -> {}", written_target(name)),
            ("resultpath", ExprKind::Text(path)) => fields.push(format!("result_path {path:?}")),
            ("assign", _) => fields.push(format!("assign {}", spelled(&field.value))),
            ("output", _) => fields.push(format!("output {}", spelled(&field.value))),
            (name, _) => fields.extend(retry_field(name).map(|name| retry_field_as_written(name, &field.value))),
        }
    }
    let fields = match (kind, fields.is_empty()) {
        (_, true) => String::new(),
        (ClauseKind::Retry, _) => format!(" {{ {} }}", fields.join(", ")),
        _ => format!(" {{ {} }}", fields.join("; ")),
    };
    format!("{} [{names}]{target}{fields}", kind.keyword())
}

/// Formats an error's name in a list of errors.
fn listed_error(name: &Expr) -> String {
    match &name.kind {
        ExprKind::Text(name) => spelled_error(name),
        _ => spelled(name),
    }
}

/// Formats an error's name.
pub(in crate::syntax) fn spelled_error(name: &str) -> String {
    let words = name.split('.').all(|word| is_word(word) || word.bytes().all(|digit| digit.is_ascii_digit()));
    if words && !name.starts_with(|first: char| first.is_ascii_digit()) { name.to_owned() } else { format!("{name:?}") }
}

/// Formats a retrier's field with its value.
pub(in crate::syntax) fn retry_field_as_written(name: &str, value: &Expr) -> String {
    let value = match (name, &value.kind) {
        ("interval" | "max_delay", ExprKind::Number(number)) => {
            number.parse().map_or_else(|_| number.clone(), seconds_as_written)
        }
        ("jitter", ExprKind::Text(text)) => text.to_lowercase(),
        _ => spelled(value),
    };
    format!("{name}: {value}")
}

/// Formats an item reader or result writer.
fn transfer(kind: ClauseKind, value: &Expr) -> Option<String> {
    let mut written = kind.keyword().to_owned();
    if let Some(ExprKind::Text(arn)) = member(value, "resource").map(|resource| &resource.kind) {
        let action = arn.rsplit(":::").next()?.replace(':', "::");
        let request = member(value, "arguments").or_else(|| member(value, "parameters"));
        written.push_str(&format!(" {action} {}", request.map_or_else(|| "{}".to_owned(), spelled)));
    }
    if let Some(config) = member(value, "readerconfig").or_else(|| member(value, "writerconfig")) {
        written.push_str(&format!(" config {}", spelled(config)));
    }
    (written.len() > kind.keyword().len()).then_some(written)
}
