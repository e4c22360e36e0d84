//! `regex "…"`, which only the functions that search in text take: flags as in Rust, and a pattern in JavaScript's syntax.

use workflow_asl::Code;
use workflow_asl::jsonata::{FunctionId as Row, regex_literal};

use super::function::{Argument, Function};
use super::sink::Sink;
use super::types::{Ty, unlike};
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, ExprKind, Text, TokenSpan};

/// The flags that JSONata has.
const FLAGS: [char; 2] = ['i', 'm'];

/// A regular expression as JSONata writes it.
pub(crate) struct Regex {
    /// The text between the slashes.
    pub(crate) pattern: String,
    /// The flags after them.
    pub(crate) flags: String,
}

impl Regex {
    /// Reads `(?i)^a+$`. Returns why it is not a regular expression.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (flags, pattern) = flags(text).unwrap_or(("", text));
        if let Some(unknown) = flags.chars().find(|flag| !FLAGS.contains(flag)) {
            return Err(match unknown {
                's' => "JSONata does not have the flag `s`: `[\\s\\S]` matches any character".to_owned(),
                flag => format!("JSONata does not have the flag `{flag}`, only `i` and `m`"),
            });
        }
        Ok(Self { pattern: regex_literal(pattern)?, flags: flags.to_owned() })
    }
}

/// Returns the letters of `(?im)` and what follows.
fn flags(text: &str) -> Option<(&str, &str)> {
    let (flags, pattern) = text.strip_prefix("(?")?.split_once(')')?;
    let letters = !flags.is_empty() && flags.chars().all(|flag| flag.is_ascii_lowercase());
    letters.then_some((flags, pattern))
}

/// The index of the argument that is a regular expression.
const AT: usize = 1;

/// Returns whether an argument of this function may be a regular expression.
fn takes_regex(function: Function, index: usize) -> bool {
    let Function::Jsonata(row) = function else { return false };
    index == AT && matches!(row.id, Row::Match | Row::Contains | Row::Split | Row::Replace)
}

/// Checks the regular expressions among the arguments of a function.
pub(super) fn hold_regexes(
    (name, function): (&Text, Function),
    (arguments, types): (&[Expr], &[Ty]),
    sink: &mut Sink<'_>,
) {
    let (Function::Jsonata(row), Some(argument), Some(ty)) = (function, arguments.get(AT), types.get(AT)) else {
        return;
    };
    if let (ExprKind::Regex(text), true) = (&argument.kind, takes_regex(function, AT))
        && let Err(reason) = Regex::read(&text.value)
    {
        sink.report(|| Problem::new(Code::BadLiteral, text.span, format!("invalid regular expression: {reason}")));
    }
    let replaces =
        row.id == Row::Replace && matches!(arguments.get(2).map(|with| &with.kind), Some(ExprKind::Closure(_)));
    let is_regex = matches!(argument.kind, ExprKind::Regex(_) | ExprKind::Closure(_));
    if !is_regex && !ty.is_unknown() && (replaces || function.argument(AT) == Argument::Regex) {
        sink.report(|| {
            let wanted = format!("`{}` takes a regular expression here", name.value);
            let problem = unlike(Code::WrongArgument, argument.span, wanted, ty);
            match &argument.kind {
                ExprKind::Text(text) => {
                    problem.help(format!("write `regex {text:?}`")).edit(Edit::before(argument.span, "regex "))
                }
                _ => problem.help("for example `regex \"^a+$\"`, which must be written out"),
            }
        });
    }
}

/// Returns whether this argument of a function is a regular expression where the function takes one. One elsewhere is
/// reported with its value.
pub(super) fn is_regex_of(name: &str, index: usize, argument: &Expr) -> bool {
    let takes = || Function::from_name(name).is_some_and(|function| takes_regex(function, index));
    matches!(argument.kind, ExprKind::Regex(_)) && takes()
}

/// Reports a regular expression that is not an argument of a function that takes one.
pub(super) fn misplaced(span: TokenSpan) -> Problem {
    let message = "a regular expression is an argument of `$contains`, `$match`, `$split` or `$replace`";
    Problem::new(Code::WrongArgument, span, message).help("for example `$contains(input.name, regex \"^a+$\")`")
}
