//! Regular expressions in the syntax of other languages, `/…/`, which are not values.

use proc_macro2::{Delimiter, Group, Ident};
use workflow_asl::Code;

use super::value::{AHEAD, squeezed};
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, ExprKind, Text, TokenSpan};
use crate::syntax::cursor::Cursor;
use crate::syntax::parser::Parser;
use crate::syntax::spelling::{spelled, spelled_regex};

/// The message about `/…/`.
const NOT_A_VALUE: &str = "a regular expression is not written between slashes";

impl Parser<'_> {
    /// Parses the literal of a regular expression: from its first `/` to the second one and the letters after it.
    pub(in crate::syntax) fn regex(&mut self, cursor: &mut Cursor) -> Option<(String, TokenSpan)> {
        let ends = |at: usize| [",", ";", "->", "=>", "&&", "||"].iter().any(|end| cursor.is_punct_at(at, end));
        let mut slashes = (1..cursor.remaining().min(AHEAD)).filter(|at| cursor.is_punct_at(*at, "/"));
        let close =
            (1..cursor.remaining().min(AHEAD)).take_while(|at| !ends(*at)).filter(|at| cursor.is_punct_at(*at, "/"));
        // `/,/` has a comma in it.
        let close = close.last().or_else(|| slashes.next())?;
        let first = cursor.here();
        let mut tokens = Vec::new();
        for _ in 0..=close {
            tokens.extend(cursor.next());
        }
        let mut text: String = tokens.iter().map(squeezed).collect();
        // Flags follow the second slash. JSONata has two of them.
        let is_flags = |word: &&Ident| word.to_string().chars().all(|flag| "dgimsuvy".contains(flag));
        if let Some(flags) = cursor.peek_ident().filter(is_flags).map(Ident::to_string) {
            cursor.next();
            text.extend(flags.chars().filter(|flag| "im".contains(*flag)));
        }
        Some((text, first.to(cursor.before())))
    }

    /// Reports a regular expression as an argument of a function or method, and parses the other arguments.
    pub(in crate::syntax) fn call_with_regex(
        &mut self,
        name: &Text,
        of: Option<Expr>,
        (group, at): (&Group, usize),
        whole: TokenSpan,
    ) -> Expr {
        let method = of.is_some();
        let mut before: Vec<_> = of.into_iter().collect();
        let mut after = Vec::new();
        let read = self.within(group, |parser, cursor| {
            while cursor.position() < at {
                before.push(parser.expr(cursor));
                cursor.eat_punct(",");
            }
            let regex = parser.regex(cursor);
            while regex.is_some() && cursor.eat_punct(",").is_some() && !cursor.is_end() {
                after.push(parser.expr(cursor));
            }
            while cursor.next().is_some() {}
            regex
        });
        match read.flatten() {
            Some((regex, span)) => {
                let name = if method { function_of(name) } else { name.clone() };
                self.with_regex(&name, (&before, &after), (&regex, span), whole)
            }
            None => self.leaf(ExprKind::Invalid, whole),
        }
    }

    /// Parses `/regex/` as a value, as in JavaScript's `/a.*/.test(value)`.
    pub(in crate::syntax) fn regex_value(&mut self, cursor: &mut Cursor) -> Expr {
        let Some((regex, span)) = self.regex(cursor) else { return self.no_value(cursor) };
        let called = cursor.peek_group_at(2, Delimiter::Parenthesis).filter(|_| cursor.is_punct("."));
        let Some(group) = called.cloned() else {
            self.report(Problem::new(Code::Syntax, span, NOT_A_VALUE).write(own_regex(&regex)));
            return self.leaf(ExprKind::Invalid, span);
        };
        cursor.advance(3);
        let whole = span.to(cursor.before());
        let arguments = self.list(&group, "argument");
        let name = Text { value: "matches".to_owned(), span };
        self.with_regex(&name, (&arguments, &[]), (&regex, span), whole)
    }

    /// Parses `value =~ /regex/`, at the operator.
    pub(in crate::syntax) fn regex_match(&mut self, value: Expr, cursor: &mut Cursor) -> Expr {
        let sign = cursor.here();
        cursor.advance(2);
        let Some((regex, span)) = self.regex(cursor) else {
            let problem = Problem::new(Code::Syntax, sign.to(cursor.before()), "`=~` is not an operator here");
            self.report(problem.help("`matches(input.name, \"a*\")` compares text with a pattern"));
            return self.leaf(ExprKind::Invalid, value.span);
        };
        let whole = value.span.to(span);
        let name = Text { value: "matches".to_owned(), span: sign };
        self.with_regex(&name, (&[value], &[]), (&regex, span), whole)
    }

    /// Reports a regular expression, given the values before and after it.
    fn with_regex(
        &mut self,
        name: &Text,
        (before, after): (&[Expr], &[Expr]),
        (regex, span): (&str, TokenSpan),
        whole: TokenSpan,
    ) -> Expr {
        let problem = Problem::new(Code::Syntax, span, NOT_A_VALUE);
        self.report(match (name.value.as_str(), before, pattern_of(name, after, regex)) {
            (_, [value], Some(pattern)) => {
                let text = format!("matches({}, {pattern:?})", spelled(value));
                problem.help(format!("write `{text}`, where `*` stands for any text")).edit(Edit::over(whole, text))
            }
            (function, [value], None) => {
                let function = if function == "matches" { "$contains" } else { function };
                let rest = after.iter().map(spelled);
                let arguments: Vec<_> = [spelled(value), own_regex(regex)].into_iter().chain(rest).collect();
                let text = format!("{function}({})", arguments.join(", "));
                problem.help(format!("write `{text}`")).edit(Edit::over(whole, text))
            }
            _ => problem.help(format!("write `{}`", own_regex(regex))),
        });
        self.leaf(ExprKind::Invalid, whole)
    }
}

/// Returns `/a/i` as the language writes it: `regex "(?i)a"`.
fn own_regex(regex: &str) -> String {
    let inner = regex.strip_prefix('/').unwrap_or(regex);
    let (pattern, flags) = inner.rsplit_once('/').unwrap_or((inner, ""));
    let pattern = pattern.replace("\\/", "/");
    spelled_regex(&if flags.is_empty() { pattern } else { format!("(?{flags}){pattern}") })
}

/// Returns the pattern that replaces the regular expression in a function that only tests whether a string matches.
fn pattern_of(name: &Text, after: &[Expr], regex: &str) -> Option<String> {
    let asks = ["matches", "$contains"].contains(&name.value.as_str()) && after.is_empty();
    if asks { glob(regex) } else { None }
}

/// Returns the function equivalent to a method with a regular expression; by default one that tests for a match.
fn function_of(method: &Text) -> Text {
    let function = match method.value.as_str() {
        "replace" | "replaceAll" | "replace_all" | "sub" | "gsub" => "$replace",
        "split" => "$split",
        _ => "matches",
    };
    Text { value: function.to_owned(), span: method.span }
}

/// Returns the position of a regular expression among the arguments in a group.
pub(in crate::syntax) fn regex_at(group: &Group) -> Option<usize> {
    let inside = Cursor::inside(group);
    let begins = |at: usize| {
        inside.is_punct_at(at, "/") && (at == 0 || at.checked_sub(1).is_some_and(|at| inside.is_punct_at(at, ",")))
    };
    (0..inside.remaining()).find(|at| begins(*at))
}

/// Returns the pattern of `matches` that is equivalent to a simple regular expression.
fn glob(regex: &str) -> Option<String> {
    let inner = regex.strip_prefix('/')?.strip_suffix('/')?;
    let (start, end) = (inner.starts_with('^'), inner.ends_with('$'));
    let inner = inner.trim_start_matches('^').trim_end_matches('$');
    let mut pattern = inner.replace(".*", "*");
    if pattern.chars().any(|letter| !(letter.is_alphanumeric() || "*-_ /:@,".contains(letter))) {
        return None;
    }
    if !start && !pattern.starts_with('*') {
        pattern.insert(0, '*');
    }
    if !end && !pattern.ends_with('*') {
        pattern.push('*');
    }
    Some(pattern)
}
