//! Expressions: operators by precedence, `if`/`else`, parentheses, lists of arguments.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use workflow_asl::Code;

use super::ast::{BinaryOp, Expr, ExprKind, OtherLanguage, Raw, Text, TokenSpan, UnaryOp, plain};
use super::cursor::{Cursor, OpenGroup, group_span, token_span};
use super::literal::string_value;
use super::other_language::operator::changes;
use super::other_language::value::{AHEAD, block_with_let};
use super::parser::Parser;
use super::recover::{item_starts_here, skip_past};
use super::spelling::spelled;
use super::word::Role;
use crate::problem::{Edit, Problem};

/// An operator, its characters or its word, and its precedence.
type Operator = (BinaryOp, &'static str, u8);

const COMPARISON: u8 = 4;

/// Longer operators come first, so that `<` does not match `<=`.
const OPERATORS: [Operator; 15] = [
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

/// Operators of other languages, and their equivalents.
const FOREIGN: [(&str, &str); 3] = [("and", "&&"), ("or", "||"), ("is", "==")];

/// Signs of other languages, longer ones first. Other signs with the same start do not match.
const FOREIGN_SIGNS: [(&str, &str); 14] = [
    ("?:", "??"),
    ("..", "+"),
    ("===", "=="),
    ("!==", "!="),
    ("<>", "!="),
    ("=~", ""),
    ("+=", "+"),
    ("-=", "-"),
    ("*=", "*"),
    ("/=", "/"),
    ("%=", "%"),
    ("=", "=="),
    ("&", "+"),
    ("|", "||"),
];

impl Parser<'_> {
    /// Parses a value where an object needs no parentheses.
    pub(super) fn expr(&mut self, cursor: &mut Cursor) -> Expr {
        self.with_braces(true, |parser| parser.nested(cursor))
    }

    /// Parses a value after `if`, `match` or `over`, where a brace opens what follows.
    pub(super) fn head_expr(&mut self, cursor: &mut Cursor) -> Expr {
        self.with_braces(false, |parser| parser.nested(cursor))
    }

    /// Parses a value that may be a duration.
    pub(super) fn duration_expr(&mut self, cursor: &mut Cursor) -> Expr {
        if let Some(value) = self.duration_in_words(cursor) {
            return value;
        }
        self.with_durations(true, |parser| parser.expr(cursor))
    }

    /// Parses `30 seconds`: a duration whose unit is a separate word.
    fn duration_in_words(&mut self, cursor: &mut Cursor) -> Option<Expr> {
        const UNITS: [(&[&str], u64); 4] = [
            (&["s", "sec", "secs", "second", "seconds"], 1),
            (&["m", "min", "mins", "minute", "minutes"], 60),
            (&["h", "hr", "hrs", "hour", "hours"], 3_600),
            (&["d", "day", "days"], 86_400),
        ];
        let unit = cursor.peek_ident_at(1)?.to_string();
        let (_, seconds) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
        let count: u64 = cursor.peek_literal_at(0)?.to_string().parse().ok()?;
        let total = count.checked_mul(*seconds)?;
        let first = cursor.here();
        cursor.advance(2);
        let span = first.to(cursor.before());
        let letter = unit.get(..1).unwrap_or("s");
        let problem = Problem::new(Code::BadDuration, span, "a duration is one word");
        self.report(problem.write(format!("{count}{letter}")));
        Some(self.leaf(ExprKind::Duration(total), span))
    }

    /// Parses an item of an array, which may be a range.
    fn array_item(&mut self, cursor: &mut Cursor) -> Expr {
        let is_type = |word: &Ident| plain(word).starts_with(char::is_uppercase);
        if cursor.peek_ident().is_some_and(is_type) && cursor.peek_group_at(1, Delimiter::Brace).is_some() {
            cursor.next();
            let problem =
                Problem::new(Code::Syntax, cursor.before(), "an object is written without the name of a type");
            self.report(problem.help("write `{ name: value }`").edit(Edit::over(cursor.before(), "")));
        }
        self.with_braces(true, |parser| parser.nested_or_range(cursor, true))
    }

    fn nested(&mut self, cursor: &mut Cursor) -> Expr {
        self.nested_or_range(cursor, false)
    }

    fn nested_or_range(&mut self, cursor: &mut Cursor, is_item: bool) -> Expr {
        let here = cursor.here_first();
        let read = |parser: &mut Self| {
            if is_item && cursor.is_punct("...") {
                return parser.spread(cursor);
            }
            let before = std::mem::replace(&mut parser.in_range, is_item);
            let value = parser.binary(cursor, 1);
            parser.in_range = before;
            let value = if cursor.is_word("as") { parser.cast(value, cursor) } else { value };
            let value = if parser.is_ternary(cursor) { parser.ternary(value, cursor) } else { value };
            if cursor.is_punct("..") { parser.rest_of_range(value, cursor, is_item) } else { value }
        };
        self.deeper(here, read).unwrap_or_else(|| {
            // Reported once, not again for enclosing values.
            cursor.next();
            self.leaf(ExprKind::Invalid, here)
        })
    }

    pub(super) fn with_braces<T>(&mut self, braces: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.braces, braces);
        let value = read(self);
        self.braces = before;
        value
    }

    pub(super) fn binary(&mut self, cursor: &mut Cursor, least: u8) -> Expr {
        let mut left = self.unary(cursor);
        let mut height = self.height;
        let mut compared = false;
        let mut too_high = false;
        let mut defaults = Vec::new();
        if least <= COMPARISON
            && let Some(found) = self.not_in(&left, cursor).or_else(|| self.tested(&left, cursor))
        {
            left = found;
            height = self.height;
        }
        if cursor.is_punct("=~") && least <= COMPARISON {
            left = self.regex_match(left, cursor);
            height = self.height;
        }
        while let Some((op, text, binds)) = self.operator(cursor, least) {
            let first = cursor.here();
            cursor.advance(text);
            let span = first.to(cursor.before());
            if binds == COMPARISON && std::mem::replace(&mut compared, true) {
                let problem = Problem::new(Code::Syntax, span, "comparisons do not chain");
                self.report(problem.help("join two comparisons with `&&`, or use parentheses"));
                // Its type would cause another problem.
                left.kind = ExprKind::Invalid;
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
            left = self.grown(ExprKind::Binary(op, span, Box::new(left), Box::new(right)), whole, height);
            // Excessive height is reported once, and the rest is only parsed.
            too_high = matches!(left.kind, ExprKind::Invalid);
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
            if matches!(left.kind, ExprKind::Invalid) {
                break;
            }
        }
        self.height = height;
        left
    }

    /// Returns the next operator with at least this precedence, and its number of tokens.
    fn operator(&mut self, cursor: &Cursor, least: u8) -> Option<(BinaryOp, usize, u8)> {
        if matches!(cursor.peek(), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ',' | ';' | ':' | '.'))
            && !cursor.is_punct("..")
            || cursor.is_punct("->")
            || cursor.is_punct("=>")
        {
            return None;
        }
        let found = |text: &str| OPERATORS.iter().find(|(_, known, _)| *known == text);
        let own = || OPERATORS.iter().find(|(_, text, _)| cursor.is_punct(text));
        // Between numbers it is a range.
        let joins = || [cursor.last(), cursor.peek_at(2)].into_iter().flatten().any(is_text);
        let is_sign = |sign: &str| cursor.is_punct(sign) && (sign != ".." || joins() && !cursor.is_punct("..="));
        let sign = || FOREIGN_SIGNS.iter().find(|(sign, _)| is_sign(sign));
        let (foreign, (op, text, binds)) = match cursor.peek()? {
            TokenTree::Ident(word) if word == "in" => (None, found("in")?),
            TokenTree::Ident(word) => {
                let (word, text) = FOREIGN.iter().find(|(known, _)| word == known)?;
                let not = *word == "is" && cursor.peek_ident_at(1).is_some_and(|word| word == "not");
                (Some((*word, 1 + usize::from(not))), found(if not { "!=" } else { text })?)
            }
            TokenTree::Punct(_) => match own() {
                // `===` begins like `==`, and `+=` like `+`.
                Some(operator) if !matches!(operator.1, "==" | "!=" | "<") && !changes(cursor) => (None, operator),
                own => match (sign().filter(|(sign, _)| own.is_none() || sign.len() > 1 && *sign != "=~"), own) {
                    (Some((_, "")), _) => return None,
                    (Some((sign, text)), _) => (Some((*sign, sign.len())), found(text)?),
                    (None, own) => (None, own?),
                },
            },
            _ => return None,
        };
        if *binds < least {
            return None;
        }
        let Some((wrong, length)) = foreign else {
            return Some((*op, if *op == BinaryOp::In { 1 } else { text.len() }, *binds));
        };
        let last = length.checked_sub(1).and_then(|last| cursor.peek_at(last)).map_or(cursor.here(), token_span);
        let problem = Problem::new(Code::Syntax, cursor.here().to(last), format!("`{wrong}` is not an operator here"));
        self.report(problem.write(*text));
        Some((*op, length, *binds))
    }

    /// Parses an operand of the tightest operators.
    pub(super) fn operand(&mut self, cursor: &mut Cursor) -> Expr {
        let here = cursor.here_first();
        self.deeper(here, |parser| parser.unary(cursor)).unwrap_or_else(|| {
            cursor.next();
            self.leaf(ExprKind::Invalid, here)
        })
    }

    fn unary(&mut self, cursor: &mut Cursor) -> Expr {
        let mut operators = Vec::new();
        loop {
            if cursor.is_punct("++") {
                return self.counted_before(cursor);
            } else if cursor.is_punct("+") {
                let problem = Problem::new(Code::Syntax, cursor.here(), "unexpected `+` before a value");
                let edit = Edit::over(problem.span, "");
                self.report(problem.help("remove it").edit(edit));
            } else if cursor.is_punct("-") && !cursor.is_punct("->") {
                operators.push((UnaryOp::Negate, cursor.here()));
            } else if cursor.is_punct("!") && !cursor.is_punct("!=") {
                operators.push((UnaryOp::Not, cursor.here()));
            } else if cursor.is_punct("&") && !cursor.is_punct("&&") || cursor.is_punct("*") {
                let sign = cursor.here();
                let found = if cursor.is_punct("&") { "&" } else { "*" };
                while cursor.is_punct_at(1, "*") {
                    cursor.next();
                }
                let span = sign.to(cursor.here());
                let problem = Problem::new(Code::Syntax, span, format!("unexpected `{found}` before a value"));
                self.report(problem.help("remove it").edit(Edit::over(span, "")));
            } else if self.is_not(cursor) {
                let not = cursor.here();
                let problem = Problem::new(Code::Syntax, not, "`not` is not an operator here");
                cursor.next();
                // In other languages it applies to a whole comparison.
                let value = self.binary(cursor, COMPARISON);
                let span = not.to(value.span);
                let problem = match value.kind {
                    ExprKind::Binary(..) => {
                        let problem = problem.help(format!("write `!({})`", spelled(&value)));
                        problem.edit(Edit::over(not, "!(")).edit(Edit::after(value.span, ")"))
                    }
                    _ => problem.write("!"),
                };
                self.report(problem);
                let height = self.height + 1;
                let value = self.grown(ExprKind::Unary(UnaryOp::Not, Box::new(value)), span, height);
                return self.under(operators, value);
            } else {
                break;
            }
            cursor.next();
        }
        let value = self.postfix(cursor);
        let value = self.with_foreign_signs(value, cursor);
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
                None if matches!(value.kind, ExprKind::Invalid) => value,
                None => {
                    let height = self.height + 1;
                    self.grown(ExprKind::Unary(op, Box::new(value)), whole, height)
                }
            };
        }
        value
    }

    /// Returns whether the word `not` precedes a value.
    fn is_not(&self, cursor: &Cursor) -> bool {
        let value = match cursor.peek_at(1) {
            Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => true,
            Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
            Some(TokenTree::Punct(punct)) => punct.as_char() == '$',
            None => false,
        };
        value && cursor.is_word("not")
    }

    /// Parses `value as i64`, a conversion to a number or text.
    fn cast(&mut self, value: Expr, cursor: &mut Cursor) -> Expr {
        let first = cursor.here();
        let ty = cursor.peek_ident_at(1).map(plain).unwrap_or_default();
        let to = ["String", "str", "string", "f32", "f64", "number", "int", "float"];
        if !to.contains(&ty.as_str()) && !super::types::INTEGERS.contains(&ty.as_str()) {
            return value;
        }
        cursor.advance(2);
        let words = first.to(cursor.before());
        let (span, height) = (value.span.to(words), self.height + 1);
        let name = Text { value: format!("as {ty}"), span: words };
        let kind = OtherLanguage::Method { receiver: Box::new(value), name, arguments: Vec::new() };
        self.grown(ExprKind::OtherLanguage(kind), span, height)
    }

    /// Parses a pattern of a `match`: a literal or a variant.
    pub(super) fn pattern(&mut self, cursor: &mut Cursor) -> Expr {
        self.with_braces(false, |parser| parser.unary(cursor))
    }

    fn postfix(&mut self, cursor: &mut Cursor) -> Expr {
        let value = self.primary(cursor);
        let literal = matches!(
            value.kind,
            ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Array(_) | ExprKind::Object(_)
        );
        let method = || {
            cursor.is_punct(".")
                && cursor.peek_ident_at(1).is_some()
                && cursor.peek_group_at(2, Delimiter::Parenthesis).is_some()
        };
        let is_indexed =
            matches!(value.kind, ExprKind::Array(_)) && cursor.peek_group_at(0, Delimiter::Bracket).is_some();
        let has_steps =
            matches!(value.kind, ExprKind::Call { .. } | ExprKind::Paren(_)) || is_indexed || literal && method();
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
                    if let Some(meant) = self.comprehension(&group) {
                        return meant;
                    }
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
            Some(TokenTree::Punct(punct)) if punct.as_char() == '/' => self.regex_value(cursor),
            Some(TokenTree::Ident(word)) => self.word_value(&word, cursor),
            _ => self.no_value(cursor),
        }
    }

    /// Reports a missing value without reading anything.
    pub(super) fn no_value(&mut self, cursor: &Cursor) -> Expr {
        self.expected(cursor, "a value");
        self.hole(cursor.here_first(), Role::Root(Vec::new()));
        self.leaf(ExprKind::Invalid, cursor.here_first())
    }

    fn braces(&mut self, group: &Group, cursor: &mut Cursor) -> Expr {
        let opened = OpenGroup::of(group);
        if let Some(problem) = block_with_let(group) {
            self.report(problem);
            cursor.next();
            return self.leaf(ExprKind::Invalid, group_span(group));
        }
        if item_starts_here(&opened.inside) {
            return self.no_value(cursor);
        }
        if !self.braces {
            let follows = cursor.peek_group_at(1, Delimiter::Brace).is_some()
                || OPERATORS.iter().any(|(_, text, _)| cursor.is_punct_at(1, text));
            if !follows {
                return self.no_value(cursor);
            }
            let problem =
                Problem::new(Code::Syntax, group.span_open(), "an object cannot start here: the brace opens a body");
            self.report(problem.help("put the object in parentheses: `({ … })`"));
        }
        cursor.next();
        self.object(opened)
    }

    fn paren(&mut self, group: &Group) -> Expr {
        let inner = self.within(group, |parser, cursor| {
            if cursor.is_end() {
                return parser.no_value(cursor);
            }
            parser.expr(cursor)
        });
        match inner {
            Some(inner) => {
                let height = self.height + 1;
                self.grown(ExprKind::Paren(Box::new(inner)), group_span(group), height)
            }
            None => self.leaf(ExprKind::Invalid, group_span(group)),
        }
    }

    /// Parses values between commas. Sets the height to the maximum of theirs.
    pub(super) fn list(&mut self, group: &Group, what: &str) -> Vec<Expr> {
        match self.comprehension(group) {
            Some(meant) => vec![meant],
            None => self.values_of(group, what, Self::expr),
        }
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
                if cursor.position() > start {
                    parser.expected(cursor, &format!("`,` or the end after this {what}"));
                }
                skip_past(cursor, &[","]);
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
        let text_follows = cursor.peek_literal_at(1).and_then(string_value);
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
            ("move", _) if cursor.is_punct_at(1, "|") => {
                let problem = Problem::new(Code::Syntax, span, "closures need no `move`");
                let edit = Edit::over(span, "");
                self.report(problem.help("remove it").edit(edit));
                cursor.next();
                self.closure(cursor)
            }
            ("jsonata", Some(_)) => self.jsonata(cursor),
            ("jsonata", None) if self.is_typed_raw(cursor) => self.jsonata(cursor),
            ("path", Some(source)) => self.raw_text(span, ExprKind::Path, source, cursor),
            ("regex", Some(source)) => self.raw_text(span, ExprKind::Regex, source, cursor),
            (text, _) => match self.word_of_other_language(text, cursor) {
                Some(value) => value,
                None => self.reference(cursor),
            },
        }
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
        let Some(source) = cursor.peek_literal_at(0).and_then(string_value) else {
            self.expected(cursor, "JSONata in quotes");
            return self.leaf(ExprKind::Invalid, span);
        };
        cursor.next();
        let whole = span.to(source.span);
        let text = self.leaf(ExprKind::Jsonata(source), whole);
        let given = cursor.peek_group(Delimiter::Brace).filter(|_| self.braces).cloned();
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
        let pattern = self.let_pattern(cursor);
        if let Some((words, condition)) = &pattern {
            let message = "values have no patterns: use `is_present` to test whether one is present";
            let problem = Problem::new(Code::Syntax, *words, message);
            self.report(
                problem.help(format!("test it with `{}`, and name the value itself in the braces", spelled(condition))),
            );
        }
        let condition = match pattern {
            Some((_, condition)) => condition,
            None => self.head_expr(cursor),
        };
        let mut height = self.height;
        let yes = self.block(cursor);
        height = height.max(self.height);
        let no = if cursor.eat_word("else").is_none() {
            let problem = self.unexpected(cursor, "`else`");
            self.complain(cursor, problem.help("an `if` with a value needs an `else`"));
            self.leaf(ExprKind::Invalid, cursor.before())
        } else if cursor.is_word("if") {
            let at = cursor.here();
            self.deeper(at.first, |parser| {
                cursor.next();
                parser.conditional(at, cursor)
            })
            .unwrap_or_else(|| {
                cursor.next();
                self.leaf(ExprKind::Invalid, at)
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
            self.expected(cursor, "`{`");
            return self.leaf(ExprKind::Invalid, cursor.here_first());
        };
        let opened = OpenGroup::of(&group);
        let inside = &opened.inside;
        let key = matches!(inside.peek(), Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
        if key && inside.is_punct_at(1, ":") && !inside.is_punct_at(1, "::") {
            let problem = Problem::new(Code::Syntax, inside.here(), "the braces of `if` and `else` contain one value");
            self.report(problem.help("an object needs its own braces: `{ { key: value } }`"));
            return self.object(opened);
        }
        match self.within_opened(opened, |parser, cursor| parser.expr(cursor)) {
            Some(value) => value,
            None => self.leaf(ExprKind::Invalid, group_span(&group)),
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
                let problem = self.unexpected(cursor, "the path of a Rust constant");
                self.complain(cursor, problem.help("for example `const LIMIT` or `const config::LIMIT`"));
                return self.leaf(ExprKind::Invalid, span);
            };
            tokens.push(TokenTree::Ident(word));
        }
        let whole = span.to(cursor.before());
        let path: TokenStream = tokens.into_iter().collect();
        if syn::parse2::<syn::Path>(path.clone()).is_err() {
            self.error(Code::Syntax, whole, "this is not the path of a Rust constant");
            return self.leaf(ExprKind::Invalid, whole);
        }
        self.leaf(ExprKind::Constant(path), whole)
    }
}

/// Returns whether a token is text in quotes.
fn is_text(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Literal(literal) if string_value(literal).is_some())
}
