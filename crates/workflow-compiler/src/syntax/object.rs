//! Objects: values by key, including the braces of `assign`, retriers and fails.

use proc_macro2::{Ident, TokenTree};
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, StateKind};

use super::ast::{Expr, ExprKind, Member, Text, plain};
use super::cursor::{Cursor, OpenGroup, group_span, string_value};
use super::keyword::{ClauseKind, FAIL_FIELDS, Keyword, RETRY_FIELDS};
use super::other_language::{Place, form, with_other_letters};
use super::parser::{Mode, Parser};
use super::word::Role;
use crate::problem::{Problem, Reported};

/// The owner of a pair of braces with `key: value` in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    /// An object: any keys.
    Object,
    /// `assign`: keys are variables.
    Assign,
    /// A retrier.
    Retry,
    /// A fail.
    Fail,
}

impl Braces {
    /// Returns the owner in words, the known keys (`None` if any key is allowed), and the role of a key.
    fn row(self) -> (&'static str, Option<&'static [Keyword]>, Option<Role>) {
        match self {
            Self::Object => ("an object", None, None),
            Self::Assign => ("`assign`", None, Some(Role::VariableName)),
            Self::Retry => ("`retry`", Some(RETRY_FIELDS), Some(Role::ClauseField(ClauseKind::Retry))),
            Self::Fail => ("`fail`", Some(FAIL_FIELDS), Some(Role::StateField(StateKind::Fail))),
        }
    }

    fn fields(self) -> Option<&'static [Keyword]> {
        self.row().1
    }
}

impl Parser<'_> {
    /// `{ key: value, … }` as a value.
    pub(super) fn object(&mut self, opened: OpenGroup) -> Expr {
        self.object_of(opened, Braces::Object)
    }

    /// Parses `{ name: value, … }` of `assign`, or another object.
    pub(super) fn object_of(&mut self, opened: OpenGroup, braces: Braces) -> Expr {
        let span = group_span(&opened.group);
        let members = self.members(opened, braces);
        let height = self.height + 1;
        self.grown(ExprKind::Object(members), span, height)
    }

    /// Parses the members. Sets the height to the maximum of their values'.
    pub(super) fn members(&mut self, opened: OpenGroup, braces: Braces) -> Vec<Member> {
        let mut height = 0;
        let members = self.within_opened(opened, |parser, cursor| {
            let mut members = Vec::new();
            // The first member without a value stands for the others.
            let mut is_short = None;
            let mut keys = std::collections::BTreeSet::new();
            while !cursor.is_end() {
                let start = cursor.position();
                let attributes = parser.attributes(cursor);
                parser.dangling(&attributes);
                if cursor.is_end() {
                    break;
                }
                if let Some(mut member) = parser.member_of(cursor, braces, &mut is_short) {
                    height = height.max(parser.height);
                    let known = parser.known_key(&mut member, braces);
                    // The value does not end here, so it is another one.
                    if !cursor.is_end() && !cursor.is_any(&[",", ";"]) && !key_is_next(cursor) {
                        member.value.kind = ExprKind::Invalid(parser.expected_in(Place::Value, cursor, "`,`"));
                    }
                    if known && parser.first_use(&member.key, &mut keys, braces) {
                        members.push(member);
                    }
                }
                parser.separator(Place::Value, cursor, start);
            }
            if let (Braces::Object, Some((resource, steps))) = (braces, &parser.request) {
                parser.hole(cursor.here_first(), Role::RequestMember(resource.clone(), steps.clone()));
            }
            if let (Some(role), Some(_)) = (braces.row().2, braces.fields()) {
                parser.hole(cursor.here_first(), role);
            }
            members
        });
        self.height = height;
        members.unwrap_or_default()
    }

    /// Checks that a key is a field, and corrects another word for one, which is reported.
    fn known_key(&mut self, Member { key, value, .. }: &mut Member, braces: Braces) -> bool {
        let Some(fields) = braces.fields() else { return true };
        // A key without a value was reported.
        if fields.iter().any(|field| field.word == key.value) || matches!(value.kind, ExprKind::Invalid(_)) {
            return fields.iter().any(|field| field.word == key.value);
        }
        let words = || fields.iter().map(|field| field.word);
        let place = if braces == Braces::Retry { Place::Retry } else { Place::Fail };
        let near = || with_other_letters(&key.value, words()).or_else(|| nearest(&key.value, words()));
        let meant = form(place, &key.value).map_or_else(near, |form| form.words());
        let message = format!("unknown field `{}` in {}", key.value, braces.row().0);
        let problem = Problem::new(Code::UnknownClauseField, key.span, message);
        self.report(match meant {
            Some(meant) => problem.did_you_mean(meant, meant),
            None => problem.help(format!("its fields are `{}`", words().collect::<Vec<_>>().join("`, `"))),
        });
        meant.map(|meant| meant.clone_into(&mut key.value)).is_some()
    }

    fn first_use(&mut self, key: &Text, keys: &mut std::collections::BTreeSet<String>, braces: Braces) -> bool {
        let first = keys.insert(key.value.clone());
        if !first {
            let code = if braces.fields().is_some() { Code::RepeatedClause } else { Code::DuplicateName };
            self.error(code, key.span, format!("`{}` is given twice in {}", key.value, braces.row().0));
        }
        first
    }

    /// Parses one `key: value`. Returns `None` if there is no key.
    fn member_of(&mut self, cursor: &mut Cursor, braces: Braces, is_short: &mut Option<Reported>) -> Option<Member> {
        if cursor.is_punct("$") && cursor.peek_ident_at(1).is_some() {
            self.needless(cursor.here(), "a variable has no `$` where it is assigned");
            cursor.next();
        }
        let (key, ident) = match cursor.peek().cloned() {
            // A statement of another language, which others follow.
            Some(TokenTree::Ident(word)) if word == "let" && cursor.peek_ident_at(1).is_some() => {
                let reported = self.expected_in(Place::Key, cursor, "a member");
                cursor.skip_until(Cursor::is_end);
                let key = Text { value: plain(&word), span: word.span().into() };
                let value = self.leaf(ExprKind::Invalid(reported), key.span);
                return Some(Member { key, optional: false, value });
            }
            Some(TokenTree::Ident(ident)) => (Text { value: plain(&ident), span: ident.span().into() }, Some(ident)),
            Some(TokenTree::Literal(literal)) => match string_value(&literal) {
                Some(text) if braces == Braces::Retry => {
                    self.rewrite(text.span, "the fields of a retrier have no quotes", text.value.as_str());
                    (text, None)
                }
                Some(text) => (text, None),
                None => {
                    let problem = Problem::new(Code::BadLiteral, literal.span(), "a key is a name or text in quotes");
                    self.report(problem.write(format!("\"{}\"", literal.to_string().trim_matches('\''))));
                    return None;
                }
            },
            _ => {
                self.expected_in(Place::Key, cursor, "a key");
                return None;
            }
        };
        cursor.next();
        if let (Some(ident), Some(role)) = (&ident, braces.row().2) {
            self.word(ident, role);
        } else if let (Braces::Object, Some(ident), Some((resource, steps))) = (braces, &ident, &self.request) {
            self.word(ident, Role::RequestMember(resource.clone(), steps.clone()));
        }
        let optional = cursor.is_punct("?") && cursor.is_punct_at(1, ":");
        if optional {
            cursor.next();
        }
        let what = format!("`:` after `{}`", key.value);
        if let Some(sign) = ["=>", "="].into_iter().find(|sign| cursor.is_sign(sign)) {
            self.expected_text(cursor, sign.len(), &what, ":");
        } else if !cursor.is_sign(":") {
            let problem = self.unexpected_in(Place::Value, cursor, &what);
            let ends = cursor.is_end() || cursor.is_punct(",");
            let problem = if ends { Problem { span: key.span, ..problem } } else { problem };
            let problem = problem.or_help(|| format!("a member is written `{}: value`", key.value));
            let reported = is_short.filter(|_| ends).unwrap_or_else(|| self.complain(cursor, problem));
            *is_short = is_short.or(ends.then_some(reported));
            if ends {
                self.hole(cursor.here_first(), Role::Root(Vec::new()));
            }
            let value = self.leaf(ExprKind::Invalid(reported), key.span);
            return Some(Member { key, optional, value });
        }
        cursor.eat_punct(":");
        if let Some((_, steps)) = &mut self.request {
            steps.push(key.value.clone());
        }
        let value = self.member_value(&key, braces, cursor);
        if let Some((_, steps)) = &mut self.request {
            steps.pop();
        }
        Some(Member { key, optional, value })
    }

    fn member_value(&mut self, key: &Text, braces: Braces, cursor: &mut Cursor) -> Expr {
        if cursor.is_end() || cursor.is_punct(",") || cursor.is_punct(";") {
            let reported = self.error(Code::Syntax, key.span, format!("expected a value after `{}:`", key.value));
            self.hole(cursor.here_first(), Role::Root(Vec::new()));
            return self.leaf(ExprKind::Invalid(reported), key.span);
        }
        match (key.value.as_str(), cursor.peek_ident().cloned()) {
            ("jitter", Some(word)) if braces == Braces::Retry => self.jitter(word, cursor),
            // A misspelt field is reported. Its value is parsed like the correct field's.
            (field, _) if braces == Braces::Retry && !matches!(field, "max_attempts" | "backoff") => {
                self.duration_expr(cursor)
            }
            _ => self.with(Mode { durations: false, ..self.mode }, |parser| parser.expr(cursor)),
        }
    }

    fn jitter(&mut self, word: Ident, cursor: &mut Cursor) -> Expr {
        let span = cursor.here();
        cursor.next();
        self.word(&word, Role::Setting("jitter"));
        let text = word.to_string();
        if matches!(text.as_str(), "full" | "none") {
            return self.leaf(ExprKind::Text(text.to_uppercase()), span);
        }
        let help = "write `jitter: full` or `jitter: none`";
        let reported = self.wrong(span, format!("`{text}` is not a jitter setting"), help);
        self.leaf(ExprKind::Invalid(reported), span)
    }

    /// Parses the `,` after a member, field or variant. Reports and skips what precedes it.
    pub(super) fn separator(&mut self, place: Place, cursor: &mut Cursor, start: usize) {
        if cursor.is_end() || cursor.eat_punct(",").is_some() {
            return;
        }
        let advanced = cursor.position() > start;
        if advanced && cursor.is_punct(";") {
            self.expected_text(cursor, 1, "`,`", ",");
            return;
        }
        if advanced {
            self.expected_in(place, cursor, "`,`");
        }
        if !(advanced && (key_is_next(cursor) || cursor.is_punct("#"))) {
            cursor.skip_past(&[",", ";"]);
        }
    }
}

/// Returns whether a member begins here.
fn key_is_next(cursor: &Cursor) -> bool {
    let key = matches!(cursor.peek(), Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
    key && (cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "?") && cursor.is_punct_at(2, ":"))
}
