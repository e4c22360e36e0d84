//! Values in the syntax of other languages, which are parsed and reported with their equivalents.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenTree};
use workflow_asl::Code;

use super::option_value::as_condition;
use super::regex::regex_at;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{
    BinaryOp, Expr, ExprKind, OtherLanguage, Quotes, Reference, Root, Segment, Text, TokenSpan, UnaryOp, plain,
};
use crate::syntax::cursor::Cursor;
use crate::syntax::literal::string_value;
use crate::syntax::parser::Parser;
use crate::syntax::recover::skip_past;
use crate::syntax::reference::reference_in_text;
use crate::syntax::spelling::{spelled, spelled_tokens};

/// Macros of Rust and similar functions that join text.
const FORMATS: [&str; 8] = ["format", "format_args", "println", "print", "eprintln", "write", "concat", "panic"];

/// The maximum number of tokens to search for the end of foreign syntax, so that parsing takes linear time.
pub(in crate::syntax) const AHEAD: usize = 200;

/// Keywords for anonymous functions in other languages.
const CLOSURES: [&str; 4] = ["function", "lambda", "fn", "func"];

/// Returns the problem of a block of Rust, `{ let x = …; … }`, in the place of a value.
pub(in crate::syntax) fn block_with_let(group: &Group) -> Option<Problem> {
    let mut words = group.stream().into_iter();
    match (words.next(), words.next()) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(_))) if word == "let" => {
            let problem = Problem::new(Code::Syntax, word.span(), "a value is one expression, without `let`");
            Some(problem.help("write the value where its name is read, or `assign` it in a state before"))
        }
        _ => None,
    }
}

impl Parser<'_> {
    /// Parses `value.a.b` and `value.method(…)`. The first segments are already read.
    pub(in crate::syntax) fn with_steps(&mut self, of: Expr, mut segments: Vec<Segment>, cursor: &mut Cursor) -> Expr {
        let mut value = of;
        loop {
            let height = self.height;
            cursor.advance(turbofish(cursor));
            let called = cursor.peek_group(Delimiter::Parenthesis).cloned();
            let (Some(group), Some(Segment::Member { quoted: Quotes::None, .. })) = (called, segments.last()) else {
                return self.attached(value, segments, cursor.before());
            };
            cursor.next();
            let Some(Segment::Member { name, .. }) = segments.pop() else { return value };
            let inner = segments.last().map_or(value.span, Segment::span);
            let inner = value.span.to(inner);
            let of = self.attached(value, std::mem::take(&mut segments), inner);
            if let Some(regex) = regex_at(&group) {
                let whole = of.span.to(cursor.before());
                value = self.call_with_regex(&name, Some(of), (&group, regex), whole);
                segments = self.segments(cursor).0;
                continue;
            }
            let outer = (self.in_call, self.in_method);
            (self.in_call, self.in_method) = (true, true);
            let arguments = self.list(&group, "argument");
            (self.in_call, self.in_method) = outer;
            let height = height.max(self.height) + 2;
            let span = of.span.to(cursor.before());
            value = self.grown(
                ExprKind::OtherLanguage(OtherLanguage::Method { receiver: Box::new(of), name, arguments }),
                span,
                height,
            );
            let before = self.height;
            segments = self.segments(cursor).0;
            self.height = before.max(self.height);
        }
    }

    /// Returns a value with segments that end at `last`.
    fn attached(&mut self, of: Expr, segments: Vec<Segment>, last: TokenSpan) -> Expr {
        if segments.is_empty() {
            return of;
        }
        let span = of.span.to(last);
        let height = self.height + 1;
        let kind = match of.kind {
            ExprKind::Reference(reference) if reference.segments.is_empty() => {
                ExprKind::Reference(Reference { segments, ..reference })
            }
            kind => ExprKind::Access(Box::new(Expr::made(kind, of.span)), segments),
        };
        self.grown(kind, span, height)
    }

    /// Parses a value that begins with a word of another language. Returns `None` if the word is not one.
    pub(in crate::syntax) fn word_of_other_language(&mut self, word: &str, cursor: &mut Cursor) -> Option<Expr> {
        match cursor.peek_at(1)? {
            TokenTree::Punct(punct) if punct.as_char() == '!' => self.macro_call(word, cursor),
            TokenTree::Literal(literal) if word == "f" => {
                let text = string_value(literal)?;
                let first = cursor.here();
                cursor.advance(2);
                let parts = filled(&text.value, text.span, Vec::new());
                let height = self.height + 1;
                Some(self.grown(
                    ExprKind::OtherLanguage(OtherLanguage::Format { parts }),
                    first.to(cursor.before()),
                    height,
                ))
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let closure = CLOSURES.contains(&word) && cursor.peek_group_at(2, Delimiter::Brace).is_some();
                closure.then(|| self.foreign_closure(cursor))
            }
            TokenTree::Punct(_) if self.in_call && cursor.is_punct_at(1, "=>") => Some(self.foreign_closure(cursor)),
            TokenTree::Ident(_) | TokenTree::Punct(_) if word == "match" => self.match_value(cursor),
            TokenTree::Ident(_) if word == "for" && cursor.is_word_at(2, "in") => Some(self.loop_value(cursor)),
            _ => None,
        }
    }

    /// Skips `for x in xs { x.id }`, a value in other languages.
    fn loop_value(&mut self, cursor: &mut Cursor) -> Expr {
        let first = cursor.here();
        while !cursor.is_end() && !cursor.is_punct(",") && !cursor.is_punct(";") {
            let braces = cursor.peek_group(Delimiter::Brace).is_some();
            cursor.next();
            if braces {
                break;
            }
        }
        self.no_loop(first)
    }

    /// Skips `[x.id for x in xs]`. Returns `None` if the group is something else.
    pub(in crate::syntax) fn comprehension(&mut self, group: &Group) -> Option<Expr> {
        let inside = Cursor::inside(group);
        let at = (1..inside.remaining()).find(|at| inside.is_word_at(*at, "for") && inside.is_word_at(at + 2, "in"))?;
        let word = inside.peek_ident_at(at)?.span();
        Some(self.no_loop(word.into()))
    }

    fn no_loop(&mut self, word: TokenSpan) -> Expr {
        let problem = Problem::new(Code::Syntax, word, "a loop is not a value: `$map` gives a value for each item");
        self.report(problem.help("for example `$map(input.xs, |x| x.id)`, a list without brackets around it"));
        self.leaf(ExprKind::Invalid, word)
    }

    /// `format!("…{}", x)` and its like.
    fn macro_call(&mut self, name: &str, cursor: &mut Cursor) -> Option<Expr> {
        let Some(TokenTree::Group(group)) = cursor.peek_at(2).cloned() else { return None };
        let first = cursor.here();
        cursor.advance(3);
        let whole = first.to(cursor.before());
        if matches!(name, "env" | "option_env") {
            let inside = Cursor::inside(&group);
            let name = inside.peek_literal_at(0).and_then(string_value);
            return Some(self.environment(name, whole));
        }
        if FORMATS.contains(&name) {
            let arguments = self.format_arguments(&group);
            let is_template = |(_, argument): &(Option<String>, Expr)| matches!(argument.kind, ExprKind::Text(_));
            let template = arguments.iter().position(is_template);
            if let Some(template) = template {
                let mut arguments = arguments.into_iter().skip(template);
                if let Some((_, Expr { kind: ExprKind::Text(text), span, .. })) = arguments.next() {
                    let parts = filled(&text, span, arguments.collect());
                    let height = self.height + 1;
                    return Some(self.grown(ExprKind::OtherLanguage(OtherLanguage::Format { parts }), whole, height));
                }
            }
        }
        let problem =
            Problem::new(Code::Syntax, whole, format!("`{name}!` is a Rust macro, which is not a value here"));
        let inner: Vec<_> = group.stream().into_iter().collect();
        let inner = spelled_tokens(&inner);
        self.report(match name {
            "vec" => problem.write(format!("[{inner}]")),
            "json" => problem.write(inner),
            _ => problem.help("text is joined with `+`: `\"order \" + input.id`"),
        });
        Some(self.leaf(ExprKind::Invalid, whole))
    }

    /// Parses the arguments of such a macro. Some arguments have names.
    fn format_arguments(&mut self, group: &Group) -> Vec<(Option<String>, Expr)> {
        let outer = std::mem::replace(&mut self.in_call, true);
        let arguments = self.within(group, |parser, cursor| {
            let (mut arguments, mut height) = (Vec::new(), 0);
            while !cursor.is_end() {
                let named = cursor.is_punct_at(1, "=") && !cursor.is_punct_at(1, "==") && !cursor.is_punct_at(1, "=>");
                let name = cursor.peek_ident().filter(|_| named).map(plain);
                cursor.advance(if name.is_some() { 2 } else { 0 });
                arguments.push((name, parser.expr(cursor)));
                height = height.max(parser.height);
                if cursor.eat_punct(",").is_none() {
                    break;
                }
            }
            parser.height = height;
            arguments
        });
        self.in_call = outer;
        arguments.unwrap_or_default()
    }

    /// Returns an environment variable as a parameter, a reference that the checks report.
    fn environment(&mut self, name: Option<Text>, span: TokenSpan) -> Expr {
        let root = Root::StateResult(Ident::new("env", span.first));
        let name = Text { value: name.map_or_else(|| "value".to_owned(), |name| name.value), span };
        let segments = vec![Segment::Member { name, optional: false, quoted: Quotes::None }];
        self.leaf(ExprKind::Reference(Reference { segments, ..Reference::to(root, span) }), span)
    }

    /// Parses an anonymous function of another language: `x => x.id`, `function(x) { … }`.
    pub(in crate::syntax) fn foreign_closure(&mut self, cursor: &mut Cursor) -> Expr {
        let first = cursor.here();
        let mut tokens = Vec::new();
        while !cursor.is_end() && !cursor.is_punct(",") && !cursor.is_punct(";") {
            tokens.extend(cursor.next());
        }
        let span = first.to(cursor.before());
        let Some(tokens) = as_closure(&tokens) else {
            let problem = Problem::new(Code::Syntax, span, "a function is written with bars");
            self.report(problem.help("for example `|order| order.total > 10`"));
            return self.leaf(ExprKind::Invalid, span);
        };
        let group = Group::new(Delimiter::None, tokens.into_iter().collect());
        let closure = self.within(&group, |parser, cursor| parser.closure(cursor));
        let Some(closure) = closure else { return self.leaf(ExprKind::Invalid, span) };
        if !self.in_method {
            let problem = Problem::new(Code::Syntax, span, "a function is written with bars");
            self.report(problem.write(spelled(&closure)));
        }
        Expr { span, ..closure }
    }

    /// `match x { "a" => 1, _ => 2 }` as a value.
    fn match_value(&mut self, cursor: &mut Cursor) -> Option<Expr> {
        let braces = (1..cursor.remaining().min(AHEAD))
            .take_while(|at| !cursor.is_punct_at(*at, ",") && !cursor.is_punct_at(*at, ";"))
            .find(|at| cursor.peek_group_at(*at, Delimiter::Brace).is_some());
        if braces.is_none_or(|at| at < 2) {
            return None;
        }
        let first = cursor.here();
        let message = "`match` is not a value: use `if … { … } else { … }`";
        if let Some(meant) = braces.and_then(|at| {
            let subject: Option<Vec<_>> = (1..at).map(|at| cursor.peek_at(at).cloned()).collect();
            as_condition(&subject?, cursor.peek_group_at(at, Delimiter::Brace)?)
        }) {
            cursor.advance(braces.unwrap_or_default() + 1);
            let span = first.to(cursor.before());
            let meant = self.within(&Group::new(Delimiter::None, meant), |parser, cursor| parser.expr(cursor))?;
            self.report(Problem::new(Code::Syntax, span, message).write(spelled(&meant)));
            return Some(Expr { span, ..meant });
        }
        cursor.next();
        let subject = self.head_expr(cursor);
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            return Some(self.leaf(ExprKind::Invalid, first));
        };
        let span = first.to(cursor.before());
        let chain = self.within(&group, |parser, cursor| parser.match_arms(&subject, cursor)).flatten();
        let problem = Problem::new(Code::Syntax, span, message);
        // Only a name can be repeated in each arm.
        let Some(chain) = chain.filter(|_| matches!(subject.kind, ExprKind::Reference(_))) else {
            self.report(problem.help("for example `if input.kind == \"a\" { 1 } else { 2 }`"));
            return Some(self.leaf(ExprKind::Invalid, span));
        };
        self.report(problem.write(spelled(&chain)));
        Some(Expr { span, ..chain })
    }

    /// Returns the arms of such a `match` as nested conditions; `None` if they are not only literals.
    fn match_arms(&mut self, subject: &Expr, cursor: &mut Cursor) -> Option<Expr> {
        let mut arms: Vec<(Option<Expr>, Expr)> = Vec::new();
        while !cursor.is_end() {
            let span = cursor.here();
            let condition = if cursor.eat_word("_").is_some() {
                None
            } else {
                let mut patterns = vec![self.pattern(cursor)];
                while cursor.eat_punct("|").is_some() {
                    patterns.push(self.pattern(cursor));
                }
                let equal = patterns.into_iter().map(|pattern| {
                    let span = pattern.span;
                    let of = match &subject.kind {
                        ExprKind::Reference(reference) => ExprKind::Reference(reference.clone()),
                        _ => ExprKind::Invalid,
                    };
                    let of = Expr::made(of, subject.span);
                    let (left, right) = (Box::new(of), Box::new(pattern));
                    Expr::made(ExprKind::Binary(BinaryOp::Equal, span, left, right), span)
                });
                equal.reduce(|left, right| {
                    let kind = ExprKind::Binary(BinaryOp::Or, left.span, Box::new(left), Box::new(right));
                    Expr::made(kind, span)
                })
            };
            let Some(_) = cursor.eat_punct("=>") else {
                skip_past(cursor, &["}"]);
                return None;
            };
            arms.push((condition, self.expr(cursor)));
            cursor.eat_punct(",");
        }
        // If no arm matches the rest, the last one does.
        let (_, last) = arms.pop()?;
        let height = self.height + arms.len() + 3;
        let chain = arms.into_iter().rev().fold(last, |rest, (condition, value)| match condition {
            Some(condition) => {
                let span = condition.span;
                Expr::made(ExprKind::If(Box::new(condition), Box::new(value), Box::new(rest)), span)
            }
            None => value,
        });
        let span = chain.span;
        Some(self.grown(chain.kind, span, height))
    }

    /// Returns whether the `?` here begins `c ? a : b`.
    pub(in crate::syntax) fn is_ternary(&self, cursor: &Cursor) -> bool {
        if !cursor.is_punct("?") || cursor.is_punct("?.") || cursor.is_punct("??") || cursor.is_punct_at(1, ":") {
            return false;
        }
        let mut at = 1;
        while at < cursor.remaining().min(AHEAD)
            && ![",", ";", "->", "=>"].iter().any(|end| cursor.is_punct_at(at, end))
        {
            if cursor.is_punct_at(at, "::") {
                at += 1;
            } else if cursor.is_punct_at(at, ":") {
                return true;
            }
            at += 1;
        }
        false
    }

    /// `? a : b` after a condition.
    pub(in crate::syntax) fn ternary(&mut self, condition: Expr, cursor: &mut Cursor) -> Expr {
        let mut height = self.height;
        cursor.next();
        // Problems in it are fixed with it.
        let inner = std::mem::replace(&mut self.in_ternary, true);
        let yes = self.expr(cursor);
        height = height.max(self.height);
        if cursor.eat_punct(":").is_none() {
            self.in_ternary = inner;
            self.expected(cursor, "`:`");
            return self.leaf(ExprKind::Invalid, condition.span);
        }
        let no = self.expr(cursor);
        self.in_ternary = inner;
        height = height.max(self.height) + 1;
        let span = condition.span.to(no.span);
        let value = self.grown(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)), span, height);
        if !inner {
            let problem = Problem::new(Code::Syntax, span, "`? :` is not an operator here");
            self.report(problem.write(spelled(&value)));
        }
        value
    }

    /// `value not in list`, at the operator.
    pub(in crate::syntax) fn not_in(&mut self, value: &Expr, cursor: &mut Cursor) -> Option<Expr> {
        if !cursor.is_word("not") || !cursor.is_word_at(1, "in") {
            return None;
        }
        let (first, height) = (cursor.here(), self.height);
        cursor.advance(2);
        let sign = first.to(cursor.before());
        let list = self.operand(cursor);
        let height = height.max(self.height) + 3;
        let span = value.span.to(list.span);
        let test = Expr::made(ExprKind::Binary(BinaryOp::In, sign, Box::new(value.clone()), Box::new(list)), span);
        let test = Expr::made(ExprKind::Paren(Box::new(test)), span);
        let test = self.grown(ExprKind::Unary(UnaryOp::Not, Box::new(test)), span, height);
        let written = spelled(&test);
        let problem = Problem::new(Code::Syntax, sign, "`not in` is not an operator here");
        self.report(problem.help(format!("write `{written}`")).edit(Edit::over(span, written)));
        Some(test)
    }

    /// `value is null`, `value is not None`, at the operator.
    pub(in crate::syntax) fn tested(&mut self, value: &Expr, cursor: &mut Cursor) -> Option<Expr> {
        let not = usize::from(cursor.is_word_at(1, "not"));
        let nothing = ["null", "None", "nil", "undefined"].iter().any(|word| cursor.is_word_at(1 + not, word));
        if !cursor.is_word("is") || !nothing {
            return None;
        }
        let first = cursor.here();
        cursor.advance(2 + not);
        let sign = first.to(cursor.before());
        let span = value.span.to(sign);
        let name = Text { value: "is_present".to_owned(), span: sign };
        let height = self.height + 2;
        let call = Expr::made(ExprKind::Call { name, arguments: vec![value.clone()] }, span);
        let kind = if not == 1 { call.kind } else { ExprKind::Unary(UnaryOp::Not, Box::new(call)) };
        let test = self.grown(kind, span, height);
        let written = spelled(&test);
        let problem = Problem::new(Code::Syntax, sign, "`is` is not an operator here");
        self.report(problem.help(format!("write `{written}`")).edit(Edit::over(span, written)));
        Some(test)
    }
}

/// Returns the texts and values of a template and its arguments: `"a {} {b}", c` becomes `"a "`, `c`, `" "`, `b`.
fn filled(template: &str, span: TokenSpan, arguments: Vec<(Option<String>, Expr)>) -> Vec<Expr> {
    let mut used = vec![false; arguments.len()];
    let mut next = 0;
    let mut take = |at: usize| {
        if let Some(used) = used.get_mut(at) {
            *used = true;
        }
        arguments.get(at).map(|(_, value)| value.clone())
    };
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('{', Some('{')) | ('}', Some('}')) => {
                letters.next();
                text.push(letter);
            }
            ('{', _) => {
                let name: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                let name = name.split(':').next().unwrap_or_default().trim().to_owned();
                let value = match name.parse::<usize>() {
                    _ if name.is_empty() => {
                        next += 1;
                        take(next - 1)
                    }
                    Ok(at) => take(at),
                    Err(_) => match arguments.iter().position(|(own, _)| own.as_ref() == Some(&name)) {
                        Some(at) => take(at),
                        None => named(&name, span),
                    },
                };
                parts.extend((!text.is_empty()).then(|| Expr::made(ExprKind::Text(std::mem::take(&mut text)), span)));
                parts.extend(value);
            }
            (letter, _) => text.push(letter),
        }
    }
    parts.extend((!text.is_empty()).then_some(Expr::made(ExprKind::Text(text), span)));
    // Arguments without a placeholder are joined too.
    parts.extend(arguments.into_iter().zip(used).filter(|(_, used)| !used).map(|((_, value), _)| value));
    if !parts.iter().any(|part| matches!(part.kind, ExprKind::Text(_))) {
        parts.push(Expr::made(ExprKind::Text(String::new()), span));
    }
    parts
}

/// Returns the reference in a template: `{input.id}`, `{name}`.
fn named(name: &str, span: TokenSpan) -> Option<Expr> {
    reference_in_text(name, span).map(|reference| Expr::made(ExprKind::Reference(reference), span))
}

/// Returns a token's text in a regular expression, without white space.
pub(in crate::syntax) fn squeezed(token: &TokenTree) -> String {
    match token {
        TokenTree::Group(group) => {
            let inner: String = group.stream().into_iter().map(|token| squeezed(&token)).collect();
            match group.delimiter() {
                Delimiter::Parenthesis => format!("({inner})"),
                Delimiter::Bracket => format!("[{inner}]"),
                Delimiter::Brace => format!("{{{inner}}}"),
                Delimiter::None => inner,
            }
        }
        token => token.to_string(),
    }
}

/// Returns an anonymous function as the tokens of a closure: `x => x.id` becomes `|x| x.id`.
fn as_closure(tokens: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let (parameters, body) = parameters(tokens)?;
    let span = tokens.first()?.span();
    let sign = |sign: char| {
        let mut punct = Punct::new(sign, Spacing::Alone);
        punct.set_span(span);
        TokenTree::Punct(punct)
    };
    let names: Vec<_> = parameters.iter().map(ToString::to_string).collect();
    let mut closure = vec![sign('|')];
    for (number, parameter) in parameters.into_iter().enumerate() {
        if number > 0 {
            closure.push(sign(','));
        }
        closure.push(parameter.into());
    }
    closure.push(sign('|'));
    let inner: Vec<_> = match body {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => group.stream().into_iter().collect(),
        body => body.to_vec(),
    };
    let returned = matches!(inner.first(), Some(TokenTree::Ident(word)) if word == "return");
    let ended = matches!(inner.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ';');
    let value = inner.get(usize::from(returned)..inner.len() - usize::from(ended))?;
    closure.extend(without_signs(value, &names));
    Some(closure)
}

/// Returns the tokens with `name` for each `$name` of these, as JSONata has them.
fn without_signs(tokens: &[TokenTree], names: &[String]) -> Vec<TokenTree> {
    let is_sign = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '$');
    let is_named = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if names.contains(&word.to_string()));
    let mut plain = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            token if is_sign(token) && tokens.get(at + 1).is_some_and(is_named) => {}
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let mut copy = Group::new(group.delimiter(), without_signs(&inner, names).into_iter().collect());
                copy.set_span(group.span());
                plain.push(copy.into());
            }
            token => plain.push(token.clone()),
        }
    }
    plain
}

/// Splits such a function into its parameters and body.
fn parameters(tokens: &[TokenTree]) -> Option<(Vec<Ident>, &[TokenTree])> {
    let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let names = |tokens: &[TokenTree]| {
        let words = tokens.iter().filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.clone()),
            _ => None,
        });
        words.collect::<Vec<_>>()
    };
    let (first, rest) = tokens.split_first()?;
    let arrow = |rest: &[TokenTree]| matches!(rest, [a, b, ..] if is(a, '=') && is(b, '>'));
    match first {
        TokenTree::Ident(word) if arrow(rest) => Some((vec![word.clone()], rest.get(2..)?)),
        TokenTree::Group(group) if arrow(rest) => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            Some((names(&inner), rest.get(2..)?))
        }
        TokenTree::Ident(_) => match rest.split_first()? {
            (TokenTree::Group(group), body) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                Some((names(&inner), body))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns the number of tokens in Rust's `::<Vec<_>>` before the arguments of a method.
fn turbofish(cursor: &Cursor) -> usize {
    if !cursor.is_punct("::") || !cursor.is_punct_at(2, "<") {
        return 0;
    }
    let mut depth = 0_usize;
    for at in 2..cursor.remaining().min(AHEAD) {
        if cursor.is_punct_at(at, "<") {
            depth += 1;
        } else if cursor.is_punct_at(at, ">") {
            depth -= 1;
            if depth == 0 {
                let is_call = cursor.peek_group_at(at + 1, Delimiter::Parenthesis).is_some();
                return if is_call { at + 1 } else { 0 };
            }
        }
    }
    0
}
