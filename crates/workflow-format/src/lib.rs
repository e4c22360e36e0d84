//! The formatter, which only changes the white space of `workflow!`.
//!
//! Tokens and comments keep their text and order. A comma before a closing delimiter is added if a list is broken over
//! lines, and removed if it is not. Text that the parser does not understand is rejected.

mod clause;
mod delimited;
mod item;
mod macro_calls;
mod not_rust;
mod pretty_printer;
mod quotes;
mod state;
mod token;
mod value;
mod walk;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use workflow_asl::Code;

pub use self::not_rust::not_rust;
pub use self::quotes::{double_quoted, foreign_quotes};
use self::token::{Token, TokenKind};
use self::walk::Walk;
use workflow_compiler::problem::{Problem, Problems};
use workflow_compiler::syntax;

/// The settings from `rustfmt.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The maximum width of a line in characters.
    pub max_width: usize,
    /// The number of blanks per level of indentation.
    pub tab_spaces: usize,
}

impl Default for Style {
    /// rustfmt's own defaults: 100 and 4.
    fn default() -> Self {
        Self { max_width: 100, tab_spaces: 4 }
    }
}

/// The reasons why a string was not formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The problems: at least one, and all of the syntax.
    pub faults: Vec<Fault>,
}

/// A problem in a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its code; `None` for a bug of the formatter.
    pub code: Option<Code>,
    /// The message.
    pub message: String,
    /// How to fix it, one line each.
    pub help: Vec<String>,
    /// Its range in the text, in bytes.
    pub range: Range<usize>,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<_> = self.faults.iter().map(|fault| fault.message.as_str()).collect();
        f.write_str(&messages.join("\n"))
    }
}

impl std::error::Error for FormatError {}

impl FormatError {
    /// Moves the ranges of its problems.
    fn moved(mut self, to: impl Fn(usize) -> usize) -> Self {
        for Fault { range, .. } in &mut self.faults {
            *range = to(range.start)..to(range.end);
        }
        self
    }
}

/// Formats the contents of the braces of a `workflow!`. The result starts at the left margin and ends with a line end.
///
/// # Errors
///
/// Returns an error if the text does not parse.
pub fn format_body(text: &str, style: &Style) -> Result<String, FormatError> {
    const OPEN: &str = "{\n";
    let whole = format!("{OPEN}{text}\n}}");
    let inside = |error: FormatError| error.moved(|at| at.saturating_sub(OPEN.len()));
    let mut trees = lex(&whole).map_err(inside)?.into_iter();
    let (Some(TokenTree::Group(group)), None) = (trees.next(), trees.next()) else {
        return Err(fault(Some(Code::Syntax), 0..0, "unexpected `}`"));
    };
    let formatted = format_group(&whole, &group, style, "", -1).map_err(inside)?;
    let inside = formatted.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    Ok(inside.to_owned())
}

/// The message for text in other quotes.
pub const OTHER_QUOTES: &str = "text must be in double quotes";

/// Returns a string in other quotes as a string in double quotes.
pub fn in_double_quotes(text: &str, quotes: &Range<usize>) -> String {
    format!("{:?}", text.get(quotes.start + 1..quotes.end - 1).unwrap_or_default().replace("\\'", "'"))
}

/// Formats the body of each `workflow!` in a Rust file, except after `#[rustfmt::skip]` and in `macro_rules!`.
/// Everything else is unchanged.
///
/// # Errors
///
/// Returns an error if the text is not Rust, or a workflow does not parse.
pub fn format_file(text: &str, style: &Style) -> Result<String, FormatError> {
    // proc_macro2 removes the UTF-8 byte order mark before it counts, and does not support a shebang.
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    let rest = text.get(start..).unwrap_or_default();
    if rest.starts_with("#!") && !rest.trim_start_matches("#!").trim_start().starts_with('[') {
        start += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }
    let (head, rust) = text.split_at_checked(start).unwrap_or(("", text));
    let in_text = |error: FormatError| error.moved(|at| at + start);
    let crlf = rust.find('\n').is_some_and(|at| rust.get(..at).is_some_and(|line| line.ends_with('\r')));
    let mut out = head.to_owned();
    let mut done = 0;
    let mut faults = Vec::new();
    for group in macro_calls::bodies(lex(rust).map_err(in_text)?) {
        let (open, close) = (group.span_open().byte_range().start, group.span_close().byte_range().end);
        let Some(before) = rust.get(done..open) else { continue };
        let line = rust.get(..open).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        let margin = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
        match format_group(rust, &group, style, margin, 0) {
            Ok(formatted) => {
                out.push_str(before);
                if crlf {
                    out.push_str(&formatted.replace("\r\n", "\n").replace('\n', "\r\n"));
                } else {
                    out.push_str(&formatted);
                }
                done = close;
            }
            Err(error) => faults.extend(in_text(error).faults),
        }
    }
    if !faults.is_empty() {
        return Err(FormatError { faults });
    }
    out.push_str(rust.get(done..).unwrap_or_default());
    Ok(out)
}

fn fault(code: Option<Code>, range: Range<usize>, message: impl Into<String>) -> FormatError {
    FormatError { faults: vec![Fault { code, message: message.into(), help: Vec::new(), range }] }
}

fn lex(text: &str) -> Result<TokenStream, FormatError> {
    TokenStream::from_str(text).map_err(|error| {
        let quotes = foreign_quotes(text);
        if quotes.is_empty() {
            return FormatError { faults: vec![not_rust(text, error.span().byte_range().start)] };
        }
        let of = |range: Range<usize>| Fault {
            code: Some(Code::BadLiteral),
            message: OTHER_QUOTES.to_owned(),
            help: vec![format!("write `{}`", in_double_quotes(text, &range))],
            range,
        };
        FormatError { faults: quotes.into_iter().map(of).collect() }
    })
}

/// Formats a group of `text` that contains workflows, including its delimiters.
fn format_group(text: &str, group: &Group, style: &Style, margin: &str, level: isize) -> Result<String, FormatError> {
    let mut problems = Problems::default();
    let parsed = syntax::parse(group.stream(), &mut problems);
    let faults: Vec<_> = problems.iter().filter(|problem| problem.is_error()).map(of_problem).collect();
    if !faults.is_empty() {
        return Err(FormatError { faults });
    }
    let bug = |what: &str| {
        let message = format!("this was left unchanged because of a bug in the formatter: {what}");
        let mut error = fault(None, group.span_open().byte_range(), message);
        error.faults.iter_mut().for_each(|fault| {
            fault.help.push("please report it together with the workflow".to_owned());
        });
        error
    };
    let tokens = token::read(text, group).ok_or_else(|| bug("it cannot locate a word"))?;
    let page = Walk::new(text, &tokens, &parsed.words).page();
    let out = page.write(style, margin, level);
    let again = lex(&out).map_err(|_| bug("what it writes is not Rust"))?;
    let written = match again.into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => token::read(&out, &group),
        _ => None,
    };
    let written = written.ok_or_else(|| bug("what it writes cannot be read"))?;
    if !same_tokens(&tokens, &written) {
        return Err(bug("it would change a word"));
    }
    if !same_comments(&tokens, &written) {
        return Err(bug("it would lose a comment"));
    }
    Ok(out)
}

fn of_problem(problem: &Problem) -> Fault {
    Fault {
        code: Some(problem.code),
        message: problem.message.clone(),
        help: problem.help.clone(),
        range: problem.span.first.byte_range().start..problem.span.last.byte_range().end,
    }
}

/// Returns whether the tokens are the same except for commas before closing delimiters.
fn same_tokens(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let needed = |tokens: &[Token<'_>], at: usize| {
        let last = tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::Close);
        !(last && tokens.get(at).is_some_and(|token| token.text == ","))
    };
    let before = before.iter().enumerate().filter(|(at, _)| needed(before, *at)).map(|(_, token)| token.text);
    before.eq(after.iter().enumerate().filter(|(at, _)| needed(after, *at)).map(|(_, token)| token.text))
}

/// Returns whether the comments are the same, in order.
fn same_comments(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let before = before.iter().flat_map(|token| token.before.iter().chain(&token.after)).map(|comment| comment.text);
    before.eq(after.iter().flat_map(|token| token.before.iter().chain(&token.after)).map(|comment| comment.text))
}
