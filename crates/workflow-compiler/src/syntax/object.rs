//! Objects: values by key, including the braces of `assign`, retriers and fails.

use proc_macro2::{Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use super::ast::{Expr, ExprKind, Member, OtherLanguage, Quotes, Reference, Root, Segment, Text, TokenSpan, plain};
use super::cursor::{Cursor, OpenGroup, group_span};
use super::keyword::{ClauseKind, FAIL_FIELDS, Keyword, RETRY_FIELDS};
use super::literal::string_value;
use super::name::rust_name;
use super::other_language::asl::{fail_field, retry_field, retry_field_as_written};
use super::parser::Parser;
use super::recover::skip_past;
use super::reference::root;
use super::spelling::spelled;
use super::word::Role;
use crate::problem::{Edit, Problem};

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
    /// Returns the known keys; `None` if any key is allowed.
    fn fields(self) -> Option<&'static [Keyword]> {
        match self {
            Self::Object | Self::Assign => None,
            Self::Retry => Some(RETRY_FIELDS),
            Self::Fail => Some(FAIL_FIELDS),
        }
    }

    fn role(self) -> Option<Role> {
        match self {
            Self::Object => None,
            Self::Assign => Some(Role::VariableName),
            Self::Retry => Some(Role::ClauseField(ClauseKind::Retry)),
            Self::Fail => Some(Role::StateField(StateKind::Fail)),
        }
    }

    fn owner(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Assign => "`assign`",
            Self::Retry => "`retry`",
            Self::Fail => "`fail`",
        }
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
        let members = self.members(opened, braces).into_iter().map(|(member, _)| member).collect();
        let height = self.height + 1;
        self.grown(ExprKind::Object(members), span, height)
    }

    /// Parses the members with the identifiers of their keys. Sets the height to the maximum of their values'.
    pub(super) fn members(&mut self, opened: OpenGroup, braces: Braces) -> Vec<(Member, Option<Ident>)> {
        let mut height = 0;
        let mut members = self.within_opened(opened, |parser, cursor| {
            let mut members: Vec<(Member, Option<Ident>)> = Vec::new();
            let mut keys = std::collections::BTreeSet::new();
            while !cursor.is_end() {
                let start = cursor.position();
                let attributes = parser.attributes(cursor);
                if let Some(comment) = &attributes.comment {
                    let problem =
                        Problem::new(Code::Syntax, comment.span, format!("`///` is not allowed in {}", braces.owner()));
                    parser.report(problem.help("`//` is a comment for readers of the source only"));
                }
                parser.refuse_others(&attributes);
                if cursor.is_end() {
                    break;
                }
                if let Some((mut member, mut ident)) = parser.member_of(cursor, braces) {
                    height = height.max(parser.height);
                    if let Some(name) = parser.meant_key(&member, braces) {
                        ident = Some(Ident::new(name, member.key.span.first));
                        name.clone_into(&mut member.key.value);
                    }
                    let known = parser.known_key(&member.key, braces);
                    // The value does not end here, so it is another one.
                    if !cursor.is_end() && !cursor.is_punct(",") && !cursor.is_punct(";") && !key_is_next(cursor) {
                        member.value.kind = ExprKind::Invalid;
                    }
                    if known && parser.first_use(&member.key, &mut keys, braces) {
                        member.comma = cursor.is_punct(",").then(|| cursor.here());
                        members.push((member, ident));
                    }
                }
                parser.member_end(cursor, start);
            }
            if let (Some(role), Some(_)) = (braces.role(), braces.fields()) {
                parser.hole(cursor.here_first(), role);
            }
            members
        });
        self.height = height;
        if let Some(members) = &mut members {
            gather_short(members);
        }
        members.unwrap_or_default()
    }

    /// Returns the field for a key in the syntax of ASL or other languages, which is reported.
    fn meant_key(&mut self, member: &Member, braces: Braces) -> Option<&'static str> {
        let (key, value) = (&member.key, &member.value);
        let fields = braces.fields()?;
        if fields.iter().any(|field| field.word == key.value) {
            return None;
        }
        let (name, written) = match braces {
            Braces::Retry => {
                let name = retry_field(&key.value)?;
                (name, retry_field_as_written(name, value))
            }
            _ => {
                let name = fail_field(&key.value)?;
                (name, format!("{name}: {}", spelled(value)))
            }
        };
        let message = format!("unknown field `{}` in {}", key.value, braces.owner());
        let problem = Problem::new(Code::UnknownClauseField, key.span.to(value.span), message);
        self.report(problem.write(written));
        Some(name)
    }

    fn known_key(&mut self, key: &Text, braces: Braces) -> bool {
        let Some(fields) = braces.fields() else { return true };
        if fields.iter().any(|field| field.word == key.value) {
            return true;
        }
        let words: Vec<_> = fields.iter().map(|field| field.word).collect();
        let problem = Problem::new(
            Code::UnknownClauseField,
            key.span,
            format!("unknown field `{}` in {}", key.value, braces.owner()),
        );
        self.report(
            problem.suggest(&key.value, words.iter().copied()).help(format!("its fields are `{}`", words.join("`, `"))),
        );
        false
    }

    fn first_use(&mut self, key: &Text, keys: &mut std::collections::BTreeSet<String>, braces: Braces) -> bool {
        let first = keys.insert(key.value.clone());
        if !first {
            let code = if braces.fields().is_some() { Code::RepeatedClause } else { Code::DuplicateName };
            self.error(code, key.span, format!("`{}` is given twice in {}", key.value, braces.owner()));
        }
        first
    }

    /// Parses one `key: value`. Returns `None` if there is no key.
    fn member_of(&mut self, cursor: &mut Cursor, braces: Braces) -> Option<(Member, Option<Ident>)> {
        if braces == Braces::Assign
            && let Some(member) = self.changed_variable(cursor)
        {
            return Some((member, None));
        }
        if let (Braces::Object, Some(member)) = (braces, self.reference_alone(cursor)) {
            return Some((member, None));
        }
        let (key, ident) = match cursor.peek().cloned() {
            Some(TokenTree::Ident(ident)) => (Text { value: plain(&ident), span: ident.span().into() }, Some(ident)),
            Some(TokenTree::Literal(literal)) => match string_value(&literal) {
                Some(text) => (text, None),
                None => {
                    let problem = Problem::new(Code::BadLiteral, literal.span(), "a key is a name or text in quotes");
                    self.report(problem.write(format!("\"{literal}\"")));
                    return None;
                }
            },
            Some(TokenTree::Punct(punct)) if punct.as_char() == '$' && cursor.peek_ident_at(1).is_some() => {
                let problem = Problem::new(Code::Syntax, cursor.here(), "a variable has no `$` where it is assigned");
                let edit = Edit::over(cursor.here(), "");
                self.report(problem.help("remove it").edit(edit));
                cursor.next();
                let ident = cursor.peek_ident()?.clone();
                (Text { value: plain(&ident), span: ident.span().into() }, Some(ident))
            }
            _ if cursor.is_punct("..") && braces == Braces::Object => {
                let first = cursor.here_first();
                while cursor.eat_char('.').is_some() {}
                let value = self.expr(cursor);
                let problem = Problem::new(
                    Code::Syntax,
                    TokenSpan::from(first).to(value.span),
                    "an object cannot include another with `..`",
                );
                self.report(problem.help(format!("in JSONata `$merge([{}, {{ … }}])` joins them", spelled(&value))));
                return None;
            }
            _ => {
                self.expected(cursor, "a key");
                return None;
            }
        };
        cursor.next();
        if let (Some(ident), Some(role)) = (&ident, braces.role()) {
            self.word(ident, role);
        }
        let optional = cursor.is_punct("?") && cursor.is_punct_at(1, ":");
        if optional {
            cursor.next();
        }
        if cursor.is_punct("=") && !cursor.is_punct("==") {
            let first = cursor.here();
            let sign = if cursor.is_punct("=>") { "=>" } else { "=" };
            cursor.eat_punct(sign);
            let message = format!("expected `:` after `{}`, found `{sign}`", key.value);
            let problem = Problem::new(Code::Syntax, first.to(cursor.before()), message);
            self.report(problem.write(":"));
        } else if let (Some(name), Braces::Object | Braces::Assign, false) = (&ident, braces, optional)
            && (cursor.is_end() || cursor.is_punct(","))
        {
            let of = self.name_alone(name, key.span);
            let value = self.leaf(
                ExprKind::OtherLanguage(OtherLanguage::Short { reference: Box::new(of), others: None }),
                key.span,
            );
            return Some((Member { key, optional, value, comma: None }, ident));
        } else if cursor.is_punct("::") || cursor.eat_punct(":").is_none() {
            let problem = self.unexpected(cursor, &format!("`:` after `{}`", key.value));
            self.complain(cursor, problem.help(format!("a member is written `{}: value`", key.value)));
            if cursor.is_end() || cursor.is_punct(",") {
                self.hole(cursor.here_first(), Role::Root(Vec::new()));
            }
            let value = self.leaf(ExprKind::Invalid, key.span);
            return Some((Member { key, optional, value, comma: None }, ident));
        }
        let value = self.member_value(&key, braces, cursor);
        Some((Member { key, optional, value, comma: None }, ident))
    }

    /// Returns a word as a reference.
    fn name_alone(&mut self, name: &Ident, span: TokenSpan) -> Expr {
        let root = root(&plain(name)).unwrap_or_else(|| Root::StateResult(rust_name(name)));
        self.leaf(ExprKind::Reference(Reference::to(root, span)), span)
    }

    /// Parses `{ input.a, b: 1 }`: a reference as a member, which is named after its last segment.
    fn reference_alone(&mut self, cursor: &mut Cursor) -> Option<Member> {
        let word = cursor.peek_ident()?;
        if !cursor.is_punct_at(1, ".") || root(&plain(word)).is_none() {
            return None;
        }
        let value = self.expr(cursor);
        let ExprKind::Reference(reference) = &value.kind else { return None };
        let Some(Segment::Member { name, quoted: Quotes::None, .. }) = reference.segments.last() else { return None };
        let key = Text { value: name.value.clone(), span: value.span };
        let problem = Problem::new(Code::Syntax, value.span, "a member has a key and a value");
        self.report(problem.write(format!("{}: {}", key.value, spelled(&value))));
        Some(Member { key, optional: false, value, comma: None })
    }

    /// Parses `n += 1`, `n++`: a change of a variable.
    fn changed_variable(&mut self, cursor: &mut Cursor) -> Option<Member> {
        let first = cursor.here();
        let (key, value) = self.change(cursor)?;
        let problem =
            Problem::new(Code::Syntax, first.to(cursor.before()), "a variable is assigned a value as a whole");
        self.report(problem.write(format!("{}: {}", key.value, spelled(&value))));
        Some(Member { key, optional: false, value, comma: None })
    }

    fn member_value(&mut self, key: &Text, braces: Braces, cursor: &mut Cursor) -> Expr {
        if cursor.is_end() || cursor.is_punct(",") || cursor.is_punct(";") {
            self.error(Code::Syntax, key.span, format!("expected a value after `{}:`", key.value));
            self.hole(cursor.here_first(), Role::Root(Vec::new()));
            return self.leaf(ExprKind::Invalid, key.span);
        }
        if braces != Braces::Retry {
            return self.with_durations(false, |parser| parser.expr(cursor));
        }
        match key.value.as_str() {
            "interval" | "max_delay" => self.duration_expr(cursor),
            "jitter" if cursor.peek_ident().is_some() => self.jitter(cursor),
            "max_attempts" | "backoff" => self.with_durations(false, |parser| parser.expr(cursor)),
            // A misspelt field is reported. Its value is parsed like the correct field's.
            _ => self.duration_expr(cursor),
        }
    }

    fn jitter(&mut self, cursor: &mut Cursor) -> Expr {
        let span = cursor.here();
        let Some(word) = cursor.eat_ident() else { return self.leaf(ExprKind::Invalid, span) };
        self.word(&word, Role::Setting("jitter"));
        let text = word.to_string();
        if matches!(text.as_str(), "full" | "none") {
            return self.leaf(ExprKind::Text(text.to_uppercase()), span);
        }
        let problem = Problem::new(Code::Syntax, span, format!("`{text}` is not a jitter setting"));
        self.report(problem.help("write `jitter: full` or `jitter: none`"));
        self.leaf(ExprKind::Invalid, span)
    }

    /// Parses the `,` after a member. Reports and skips what precedes it.
    fn member_end(&mut self, cursor: &mut Cursor, start: usize) {
        if cursor.is_end() || cursor.eat_punct(",").is_some() {
            return;
        }
        let advanced = cursor.position() > start;
        if advanced {
            let problem = self.unexpected(cursor, "`,`");
            let semicolon = cursor.is_punct(";");
            let edit = Edit::over(cursor.here(), ",");
            self.complain(cursor, if semicolon { problem.help("members end with `,`").edit(edit) } else { problem });
        }
        if !(advanced && key_is_next(cursor)) {
            skip_past(cursor, &[",", ";"]);
        }
    }
}

/// Returns whether a member begins here.
fn key_is_next(cursor: &Cursor) -> bool {
    let key = matches!(cursor.peek(), Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
    key && (cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "?") && cursor.is_punct_at(2, ":"))
}

/// Moves all members without a value to the first one, because they are one problem.
fn gather_short(members: &mut [(Member, Option<Ident>)]) {
    let mut short = members.iter_mut().filter_map(|(member, _)| match &mut member.value.kind {
        ExprKind::OtherLanguage(OtherLanguage::Short { reference: of, others }) => Some((of, others)),
        _ => None,
    });
    let Some((_, others)) = short.next() else { return };
    *others = Some(short.map(|(of, _)| (**of).clone()).collect());
}
