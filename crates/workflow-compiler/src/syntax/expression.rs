//! Expressions: operators by precedence, `if`/`else`, parentheses, lists of arguments.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use workflow_asl::Code;

use super::ast::{BinaryOp, Expr, ExprKind, Raw, Text, TokenSpan, UnaryOp};
use super::cursor::{Cursor, OpenGroup, group_span, string_value, token_span};
use super::other_language::{Place, help_here};
use super::parser::{Mode, Parser};
use super::recover::item_starts_here;
use super::word::Role;
use crate::problem::Reported;

/// An operator, its characters or its word, and its precedence.
type Operator = (BinaryOp, &'static str, u8);

const COMPARISON: u8 = 4;

/// Longer operators come first, so that `<` does not match `<=`.
pub(super) const OPERATORS: [Operator; 15] = [
    (BinaryOp::Default, "??", 1),
    (BinaryOp::Or, "||", 2),
    (BinaryOp::And, "&&", 3),
    (BinaryOp::Equal, "==", COMPARISON),
    (BinaryOp::NotEqual, "!=", COMPARISON),
    (BinaryOp::LessEqual, "<=", COMPARISON),
    (BinaryOp::GreaterEqual, ">=", COMPARISON),
    (BinaryOp::Less, "<", COMPARISON),
    (BinaryOp::Greater, ">", COMPARISON),
    (BinaryOp::In, "in", COMPARISON),
    (BinaryOp::Add, "+", 5),
    (BinaryOp::Subtract, "-", 5),
    (BinaryOp::Multiply, "*", 6),
    (BinaryOp::Divide, "/", 6),
    (BinaryOp::Remainder, "%", 6),
];

/// Signs and words of other languages with one meaning, longer ones first.
const FOREIGN: [(&str, &str); 12] = [
    ("===", "=="),
    ("!==", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("++", "+"),
    ("<>", "!="),
    ("?:", "??"),
    ("=", "=="),
    ("&", "+"),
    ("|", "||"),
    ("and", "&&"),
    ("or", "||"),
];

/// Signs that begin like operators. `--` is a subtraction of a negative number.
const NO_OPERATORS: [&str; 10] = ["->", "=>", "=~", "+=", "-=", "*=", "/=", "%=", "**", "++"];

/// The maximum number of tokens of a type, so that parsing takes linear time.
const AHEAD: usize = 200;

impl Parser<'_> {
    /// Parses a value where an object needs no parentheses.
    pub(super) fn expr(&mut self, cursor: &mut Cursor) -> Expr {
        self.nested(Mode { braces: true, in_head: false, ..self.mode }, cursor, false)
    }

    /// Parses a value after `if`, `match` or `over`, where a brace opens what follows.
    pub(super) fn head_expr(&mut self, cursor: &mut Cursor) -> Expr {
        self.nested(Mode { braces: false, in_head: true, ..self.mode }, cursor, false)
    }

    /// Parses a value that may be a duration.
    pub(super) fn duration_expr(&mut self, cursor: &mut Cursor) -> Expr {
        let value = self.with(Mode { durations: true, ..self.mode }, |parser| parser.expr(cursor));
        self.checked_duration(value, cursor)
    }

    /// Parses an item of an array, which may be a range.
    fn array_item(&mut self, cursor: &mut Cursor) -> Expr {
        self.nested(Mode { braces: true, ..self.mode }, cursor, true)
    }

    fn nested(&mut self, mode: Mode, cursor: &mut Cursor, is_item: bool) -> Expr {
        self.with(mode, |parser| {
            parser.deeper_value(cursor, |parser, cursor| {
                let value = parser.with(Mode { in_range: is_item, ..parser.mode }, |parser| parser.binary(cursor, 1));
                if cursor.is_punct("..") && !cursor.is_punct("...") && !matches!(value.kind, ExprKind::Text(_)) {
                    parser.rest_of_range(value, cursor, is_item)
                } else {
                    value
                }
            })
        })
    }

    pub(super) fn binary(&mut self, cursor: &mut Cursor, least: u8) -> Expr {
        let start = cursor.position();
        let mut left = self.unary(cursor);
        if cursor.position() == start {
            return left;
        }
        let mut height = self.height;
        let mut compared = false;
        let mut too_high = false;
        let mut defaults = Vec::new();
        while let Some((op, length, binds, unclear)) = self.operator(cursor, least) {
            let first = cursor.here();
            cursor.advance(length);
            let span = first.to(cursor.before());
            if binds == COMPARISON && std::mem::replace(&mut compared, true) {
                let help = "join two comparisons with `&&`, or use parentheses";
                let reported = self.wrong(span, "comparisons do not chain", help);
                // Its type would cause another problem.
                left.kind = ExprKind::Invalid(reported);
            }
            let right = self.binary(cursor, binds + 1);
            if op == BinaryOp::Default {
                defaults.push((std::mem::replace(&mut left, right), span, height));
                height = self.height;
                continue;
            }
            height = height.max(self.height) + 1;
            let whole = left.span.to(right.span);
            if too_high {
                continue;
            }
            left = match unclear {
                Some(reported) => self.leaf(ExprKind::Invalid(reported), whole),
                None => self.grown(ExprKind::Binary(op, span, Box::new(left), Box::new(right)), whole, height),
            };
            // Excessive height is reported once, and the rest is only parsed.
            too_high = unclear.is_none() && matches!(left.kind, ExprKind::Invalid(_));
            height = self.height;
        }
        // `??` is right-associative: the first value of `a ?? b ?? c` is tried first. Recursion could be too deep.
        for (first, span, own) in defaults.into_iter().rev() {
            let whole = first.span.to(left.span);
            left = self.grown(
                ExprKind::Binary(BinaryOp::Default, span, Box::new(first), Box::new(left)),
                whole,
                height.max(own) + 1,
            );
            height = self.height;
            if matches!(left.kind, ExprKind::Invalid(_)) {
                break;
            }
        }
        self.height = height;
        left
    }

    /// Returns the next operator with at least this precedence, and its number of tokens. Another language's is reported, and
    /// returned as an error if it may mean several.
    fn operator(&mut self, cursor: &Cursor, least: u8) -> Option<(BinaryOp, usize, u8, Option<Reported>)> {
        let (text, length) = match cursor.peek()? {
            TokenTree::Ident(word) => (["in", "and", "or"].into_iter().find(|text| word == text)?, 1),
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';' | ':' | '.') => {
                return None;
            }
            // The parameter of a closure, as after the items of a map.
            TokenTree::Punct(_) if cursor.is_punct("|") && cursor.is_punct_at(2, "|") => return None,
            TokenTree::Punct(_)
                if NO_OPERATORS.iter().any(|text| cursor.is_punct(text)) && !self.is_other_operator(cursor) =>
            {
                return None;
            }
            TokenTree::Punct(_) => {
                let texts = FOREIGN.iter().map(|(text, _)| *text).chain(OPERATORS.iter().map(|(_, text, _)| *text));
                let text = texts.filter(|text| cursor.is_punct(text)).max_by_key(|text| text.len())?;
                (text, text.len())
            }
            _ => return None,
        };
        // In conditions, `&` joins them; in JSONata, it joins text.
        let meant = FOREIGN.iter().find(|(foreign, _)| *foreign == text).map(|(_, meant)| match text {
            "&" if self.mode.in_head => "&&",
            _ => *meant,
        });
        let (op, _, binds) = OPERATORS.iter().find(|(_, known, _)| *known == meant.unwrap_or(text))?;
        if *binds < least {
            return None;
        }
        let mut unclear = None;
        if let Some(meant) = meant {
            let last = cursor.peek_at(length - 1).map_or(cursor.here(), token_span);
            let (span, message) = (cursor.here().to(last), format!("`{text}` is not an operator here"));
            match meant == "||" && !self.mode.in_head {
                true => unclear = Some(self.wrong(span, message, "`||` joins conditions, and `??` gives a default")),
                false => _ = self.rewrite(span, message, meant),
            }
        }
        Some((*op, length, *binds, unclear))
    }

    /// Returns whether `=>` compares, because an arm's arrow follows, or `++` joins, because a value follows.
    fn is_other_operator(&self, cursor: &Cursor) -> bool {
        if cursor.is_punct("++") {
            return match cursor.peek_at(2) {
                Some(TokenTree::Punct(_)) => cursor.is_punct_at(2, "$"),
                token => token.is_some(),
            };
        }
        let ends = |at: &usize| {
            [";", ",", "=>", "->"].iter().any(|sign| cursor.is_punct_at(*at, sign))
                || cursor.peek_group_at(*at, Delimiter::Brace).is_some()
                || ["if", "else"].iter().any(|word| cursor.is_word_at(*at, word))
        };
        let end = (2..cursor.remaining().min(AHEAD)).find(ends);
        self.mode.in_head && cursor.is_punct("=>") && end.is_some_and(|end| end > 2 && cursor.is_punct_at(end, "->"))
    }

    /// Parses an operand of the tightest operators.
    pub(super) fn operand(&mut self, cursor: &mut Cursor) -> Expr {
        self.deeper_value(cursor, Self::unary)
    }

    fn unary(&mut self, cursor: &mut Cursor) -> Expr {
        let mut operators = Vec::new();
        loop {
            if cursor.is_punct("-") && !cursor.is_punct("->") && !cursor.is_punct("--") {
                operators.push((UnaryOp::Negate, cursor.here()));
            } else if cursor.is_punct("!") && !cursor.is_punct("!=") {
                operators.push((UnaryOp::Not, cursor.here()));
            } else {
                break;
            }
            cursor.next();
        }
        let value = self.postfix(cursor);
        self.under(operators, value)
    }

    /// Applies prefix operators to a value.
    fn under(&mut self, operators: Vec<(UnaryOp, TokenSpan)>, mut value: Expr) -> Expr {
        for (op, span) in operators.into_iter().rev() {
            let whole = span.to(value.span);
            let folded = match (op, &value.kind) {
                (UnaryOp::Negate, ExprKind::Number(text)) if !text.starts_with('-') => Some(format!("-{text}")),
                _ => None,
            };
            value = match folded {
                Some(text) => Expr::made(ExprKind::Number(text), whole),
                None if matches!(value.kind, ExprKind::Invalid(_)) => value,
                None => {
                    let height = self.height + 1;
                    self.grown(ExprKind::Unary(op, Box::new(value)), whole, height)
                }
            };
        }
        value
    }

    /// Parses a pattern of a `match`: a literal or a variant.
    pub(super) fn pattern(&mut self, cursor: &mut Cursor) -> Expr {
        self.with(Mode { braces: false, ..self.mode }, |parser| parser.unary(cursor))
    }

    fn postfix(&mut self, cursor: &mut Cursor) -> Expr {
        let value = self.primary(cursor);
        let is_literal = value.is_literal() || matches!(value.kind, ExprKind::Object(_));
        let is_indexed = matches!(value.kind, ExprKind::Array(_)) && cursor.peek_group(Delimiter::Bracket).is_some();
        let has_steps = matches!(value.kind, ExprKind::Call { .. } | ExprKind::Paren(_) | ExprKind::Variant { .. })
            || is_indexed
            || (is_literal || matches!(value.kind, ExprKind::Array(_))) && is_method(cursor);
        if !has_steps {
            return value;
        }
        let height = self.height;
        let (segments, _) = self.segments(cursor);
        self.height = height.max(self.height);
        if segments.is_empty() { value } else { self.with_steps(value, segments, cursor) }
    }

    fn primary(&mut self, cursor: &mut Cursor) -> Expr {
        match cursor.peek().cloned() {
            Some(TokenTree::Literal(literal)) => {
                cursor.next();
                self.literal(&literal)
            }
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Brace => self.braces(&group, cursor),
                Delimiter::Bracket => {
                    cursor.next();
                    let items = self.values_of(&group, "value", Self::array_item);
                    let height = self.height + 1;
                    self.grown(ExprKind::Array(items), group_span(&group), height)
                }
                _ => {
                    cursor.next();
                    self.paren(&group)
                }
            },
            Some(TokenTree::Punct(punct)) if punct.as_char() == '$' => self.variable(cursor),
            Some(TokenTree::Punct(punct)) if punct.as_char() == '|' => self.closure(cursor),
            Some(TokenTree::Ident(word)) => self.word_value(&word, cursor),
            _ => self.no_value(cursor),
        }
    }

    /// Reports a missing value without reading anything.
    pub(super) fn no_value(&mut self, cursor: &Cursor) -> Expr {
        let reported = self.expected_in(Place::Value, cursor, "a value");
        self.hole(cursor.here_first(), Role::Root(Vec::new()));
        self.leaf(ExprKind::Invalid(reported), cursor.here_first())
    }

    fn braces(&mut self, group: &Group, cursor: &mut Cursor) -> Expr {
        let opened = OpenGroup::of(group);
        if item_starts_here(&opened.inside) {
            return self.no_value(cursor);
        }
        if !self.mode.braces {
            let follows = cursor.peek_group_at(1, Delimiter::Brace).is_some()
                || OPERATORS.iter().any(|(_, text, _)| cursor.is_punct_at(1, text));
            if !follows {
                return self.no_value(cursor);
            }
            let message = "an object cannot start here: the brace opens a body";
            self.wrong(group.span_open().into(), message, "put the object in parentheses: `({ … })`");
        }
        cursor.next();
        self.object(opened)
    }

    fn paren(&mut self, group: &Group) -> Expr {
        let inner = self.within(group, |parser, cursor| {
            if cursor.is_end() {
                return parser.no_value(cursor);
            }
            let mut inner = parser.nested(Mode { braces: true, ..parser.mode }, cursor, false);
            if !cursor.is_end() {
                inner.kind = ExprKind::Invalid(match cursor.is_punct(",") {
                    true => parser.expected_as(cursor, "`)`", "a list is in brackets: `[1, 2]`"),
                    false => parser.expected_in(Place::Value, cursor, "`)`"),
                });
            }
            inner
        });
        match inner {
            Ok(inner) => {
                let height = self.height + 1;
                self.grown(ExprKind::Paren(Box::new(inner)), group_span(group), height)
            }
            Err(reported) => self.leaf(ExprKind::Invalid(reported), group_span(group)),
        }
    }

    /// Parses values between commas. Sets the height to the maximum of theirs.
    pub(super) fn list(&mut self, group: &Group, what: &str) -> Vec<Expr> {
        self.values_of(group, what, Self::expr)
    }

    fn values_of(&mut self, group: &Group, what: &str, read: fn(&mut Self, &mut Cursor) -> Expr) -> Vec<Expr> {
        let mut height = 0;
        let items = self.within(group, |parser, cursor| {
            let mut items = Vec::new();
            while !cursor.is_end() {
                let start = cursor.position();
                items.push(read(parser, cursor));
                height = height.max(parser.height);
                if cursor.is_end() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                // The value does not end here, so it is another one.
                if let (Some(value), true) = (items.last_mut(), cursor.position() > start) {
                    let what = format!("`,` or the end after this {what}");
                    value.kind = ExprKind::Invalid(parser.expected_in(Place::Value, cursor, &what));
                }
                cursor.skip_past(&[","]);
            }
            items
        });
        self.height = height;
        items.unwrap_or_default()
    }

    /// Parses a value that starts with a word.
    fn word_value(&mut self, word: &Ident, cursor: &mut Cursor) -> Expr {
        let text = word.to_string();
        let span = cursor.here();
        let text_follows = cursor.peek_text_at(1);
        match (text.as_str(), text_follows) {
            ("null", _) => {
                cursor.next();
                self.leaf(ExprKind::Null, span)
            }
            ("true" | "false", _) => {
                cursor.next();
                self.leaf(ExprKind::Bool(text == "true"), span)
            }
            ("if", _) => {
                cursor.next();
                self.conditional(span, cursor)
            }
            ("const", _) => {
                cursor.next();
                self.constant(span, cursor)
            }
            ("jsonata", Some(_)) => self.jsonata(cursor),
            ("jsonata", None) if self.is_typed_raw(cursor) => self.jsonata(cursor),
            ("path", Some(source)) => self.raw_text(span, ExprKind::Path, source, cursor),
            ("regex", Some(source)) => self.raw_text(span, ExprKind::Regex, source, cursor),
            _ if self.begins_foreign(cursor) && help_here(Place::Value, cursor).is_some() => {
                let reported = self.expected_in(Place::Value, cursor, "a value");
                self.skip_value(cursor);
                self.leaf(ExprKind::Invalid(reported), span)
            }
            _ if cursor.is_punct_at(1, "!") && matches!(cursor.peek_at(2), Some(TokenTree::Group(_))) => {
                let reported = self.expected_in(Place::Macro, cursor, "a value");
                cursor.advance(3);
                self.leaf(ExprKind::Invalid(reported), span)
            }
            _ => self.reference(cursor),
        }
    }

    /// Skips to the end of a value that is not understood.
    fn skip_value(&self, cursor: &mut Cursor) {
        let ends = |cursor: &Cursor| {
            cursor.is_any(&[",", ";", "->", "=>"]) || !self.mode.braces && cursor.peek_group(Delimiter::Brace).is_some()
        };
        cursor.skip_until(|cursor| ends(cursor) || item_starts_here(cursor));
    }

    /// Returns whether a word of another language, such as `match`, is not a reference: what follows it can follow no name.
    fn begins_foreign(&self, cursor: &Cursor) -> bool {
        matches!(cursor.peek_at(1), Some(TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_)))
            && cursor.peek_group_at(1, Delimiter::Bracket).is_none()
            && !cursor.is_word_at(1, "in")
    }

    /// Returns whether `<` and what ends with text follow the word `jsonata`.
    fn is_typed_raw(&self, cursor: &Cursor) -> bool {
        cursor.is_punct_at(1, "<") && !cursor.is_punct_at(1, "<=") && {
            let type_tokens = (2..cursor.remaining().min(AHEAD)).take_while(|at| match cursor.peek_at(*at) {
                Some(TokenTree::Ident(_) | TokenTree::Group(_)) => true,
                Some(TokenTree::Punct(punct)) => "<>:,'".contains(punct.as_char()),
                _ => false,
            });
            let end = type_tokens.last().map_or(2, |at| at + 1);
            cursor.is_punct_at(end.saturating_sub(1), ">") && cursor.peek_at(end).is_some_and(is_text)
        }
    }

    /// Parses `jsonata<T> "…" { name: value }`, at its word.
    fn jsonata(&mut self, cursor: &mut Cursor) -> Expr {
        let span = cursor.here();
        cursor.next();
        let tokens = (0..cursor.remaining()).map_while(|at| cursor.peek_at(at).filter(|token| !is_text(token)));
        let written = if cursor.is_punct("<") { tokens.map(ToString::to_string).collect() } else { String::new() };
        let ty = self.result_type(cursor);
        let Some(source) = cursor.eat_text() else {
            let reported = self.expected(cursor, "JSONata in quotes");
            return self.leaf(ExprKind::Invalid(reported), span);
        };
        let whole = span.to(source.span);
        let text = self.leaf(ExprKind::Jsonata(source), whole);
        let given = cursor.peek_group(Delimiter::Brace).filter(|_| self.mode.braces).cloned();
        if ty.is_none() && given.is_none() {
            return text;
        }
        let (mut members, mut height) = (Vec::new(), 1);
        if let Some(group) = given {
            cursor.next();
            if let ExprKind::Object(read) = self.object(OpenGroup::of(&group)).kind {
                members = read;
            }
            height = self.height + 1;
        }
        let raw = Raw { text, ty, written, variables: members };
        self.grown(ExprKind::Raw(Box::new(raw)), span.to(cursor.before()), height)
    }

    fn raw_text(&mut self, span: TokenSpan, kind: fn(Text) -> ExprKind, source: Text, cursor: &mut Cursor) -> Expr {
        cursor.advance(2);
        let whole = span.to(source.span);
        self.leaf(kind(source), whole)
    }

    /// `if c { a } else { b }`, after the `if`.
    fn conditional(&mut self, span: TokenSpan, cursor: &mut Cursor) -> Expr {
        let condition = self.head_expr(cursor);
        let mut height = self.height;
        let yes = self.block(cursor);
        height = height.max(self.height);
        let no = if cursor.eat_word("else").is_none() {
            let reported = self.expected_as(cursor, "`else`", "an `if` with a value needs an `else`");
            self.leaf(ExprKind::Invalid(reported), cursor.before())
        } else if cursor.is_word("if") {
            self.deeper_value(cursor, |parser, cursor| {
                let at = cursor.here();
                cursor.next();
                parser.conditional(at, cursor)
            })
        } else {
            self.block(cursor)
        };
        height = height.max(self.height) + 1;
        let whole = span.to(cursor.before());
        self.grown(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)), whole, height)
    }

    /// `{ value }`
    fn block(&mut self, cursor: &mut Cursor) -> Expr {
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            let reported =
                self.expected_as(cursor, "`{`", "for example `if input.n > 3 { \"large\" } else { \"small\" }`");
            return self.leaf(ExprKind::Invalid(reported), cursor.here_first());
        };
        let opened = OpenGroup::of(&group);
        let inside = &opened.inside;
        let key = matches!(inside.peek(), Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
        if key && inside.is_punct_at(1, ":") && !inside.is_punct_at(1, "::") {
            let message = "the braces of `if` and `else` contain one value";
            self.wrong(inside.here(), message, "an object needs its own braces: `{ { key: value } }`");
            return self.object(opened);
        }
        match self.within_opened(opened, |parser, cursor| parser.expr(cursor)) {
            Ok(value) => value,
            Err(reported) => self.leaf(ExprKind::Invalid(reported), group_span(&group)),
        }
    }

    /// `const PATH`, after the `const`.
    fn constant(&mut self, span: TokenSpan, cursor: &mut Cursor) -> Expr {
        let mut tokens: Vec<TokenTree> = Vec::new();
        loop {
            if cursor.is_punct("::") {
                tokens.extend(cursor.next());
                tokens.extend(cursor.next());
            } else if !tokens.is_empty() {
                break;
            }
            let Some(word) = cursor.eat_ident() else {
                let help = "for example `const LIMIT` or `const config::LIMIT`";
                let reported = self.expected_as(cursor, "the path of a Rust constant", help);
                return self.leaf(ExprKind::Invalid(reported), span);
            };
            tokens.push(TokenTree::Ident(word));
        }
        let whole = span.to(cursor.before());
        let path: TokenStream = tokens.into_iter().collect();
        if syn::parse2::<syn::Path>(path.clone()).is_err() {
            let reported = self.error(Code::Syntax, whole, "this is not the path of a Rust constant");
            return self.leaf(ExprKind::Invalid(reported), whole);
        }
        self.leaf(ExprKind::Constant(path), whole)
    }
}

/// Returns the precedence of an operator.
pub fn precedence(sign: &str) -> Option<u8> {
    OPERATORS.iter().find(|(_, known, _)| *known == sign).map(|(.., binds)| *binds)
}

/// Returns whether a token is text in quotes.
fn is_text(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Literal(literal) if string_value(literal).is_some())
}

/// Returns whether `.name(` is next.
fn is_method(cursor: &Cursor) -> bool {
    cursor.is_punct(".")
        && cursor.peek_ident_at(1).is_some()
        && cursor.peek_group_at(2, Delimiter::Parenthesis).is_some()
}
