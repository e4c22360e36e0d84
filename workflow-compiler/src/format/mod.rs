//! The formatter: changes the white space of `workflow!` and nothing else.
//!
//! Tokens keep their text and order, comments theirs; a comma before a closing delimiter comes where a list is broken
//! over lines and goes where it is not. What the parser does not understand is refused.

mod clause;
mod delimited;
mod item;
mod macro_calls;
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

pub use self::quotes::{double_quoted, foreign_quotes};
use self::token::{Kind, Token};
use self::walk::Walk;
use crate::problem::{Problem, Problems};
use crate::syntax;

/// How to format: what `rustfmt.toml` says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The widest line, in characters.
    pub max_width: usize,
    /// How many blanks a level is indented by.
    pub tab_spaces: usize,
}

impl Default for Style {
    /// rustfmt's own defaults: 100 and 4.
    fn default() -> Self {
        Self { max_width: 100, tab_spaces: 4 }
    }
}

/// Why a text was not formatted: what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// At least one; those of the syntax are all there.
    pub faults: Vec<Fault>,
}

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its code; absent for a bug of the formatter.
    pub code: Option<Code>,
    /// What is wrong.
    pub message: String,
    /// How to mend it, one line each.
    pub help: Vec<String>,
    /// Where it is: bytes of the text.
    pub range: Range<usize>,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<_> = self.faults.iter().map(|fault| fault.message.as_str()).collect();
        f.write_str(&messages.join("\n"))
    }
}

impl std::error::Error for FormatError {}

/// Formats what stands in the braces of a `workflow!`; the result starts at the left margin and ends with a line end.
///
/// # Errors
///
/// The text does not parse.
pub fn format_body(text: &str, style: &Style) -> Result<String, FormatError> {
    const OPEN: &str = "{\n";
    let whole = format!("{OPEN}{text}\n}}");
    let inside = |mut error: FormatError| {
        for Fault { range, .. } in &mut error.faults {
            *range = range.start.saturating_sub(OPEN.len())..range.end.saturating_sub(OPEN.len());
        }
        error
    };
    let mut trees = lex(&whole).map_err(inside)?.into_iter();
    let (Some(TokenTree::Group(group)), None) = (trees.next(), trees.next()) else {
        return Err(fault(Some(Code::Syntax), 0..0, "a `}` too many"));
    };
    let formatted = format_group(&whole, &group, style, "", -1).map_err(inside)?;
    let inside = formatted.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    Ok(inside.to_owned())
}

/// What is said of a text that does not even split into tokens: the lexer tells where, but not why.
pub const NOT_RUST: &str = "this is not Rust: a bracket, text or comment has no end here, or no beginning";

/// What is said of text in other quotes.
pub const OTHER_QUOTES: &str = "text is written in double quotes";

/// Returns the text in other quotes as it is written in double quotes.
pub fn in_double_quotes(text: &str, quotes: &Range<usize>) -> String {
    format!("{:?}", text.get(quotes.start + 1..quotes.end - 1).unwrap_or_default().replace("\\'", "'"))
}

/// Formats the body of each `workflow!` in a Rust file, but not where `#[rustfmt::skip]` stands before, and not in
/// `macro_rules!`. All else stays as it is.
///
/// # Errors
///
/// The text is not Rust, or a workflow does not parse.
pub fn format_file(text: &str, style: &Style) -> Result<String, FormatError> {
    // proc_macro2 takes the mark of UTF-8 off before it counts, and knows no first line for a shell.
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    let rest = text.get(start..).unwrap_or_default();
    if rest.starts_with("#!") && !rest.trim_start_matches("#!").trim_start().starts_with('[') {
        start += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }
    let (head, rust) = text.split_at_checked(start).unwrap_or(("", text));
    let in_text = |mut error: FormatError| {
        for Fault { range, .. } in &mut error.faults {
            *range = range.start + start..range.end + start;
        }
        error
    };
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
            return fault(Some(Code::Syntax), error.span().byte_range(), NOT_RUST);
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

/// Returns the text of a group of `text` that holds workflows, delimiters included, formatted.
fn format_group(text: &str, group: &Group, style: &Style, margin: &str, level: isize) -> Result<String, FormatError> {
    let mut problems = Problems::default();
    let parsed = syntax::parse(group.stream(), &mut problems);
    let faults: Vec<_> = problems.iter().filter(|problem| problem.is_error()).map(of_problem).collect();
    if !faults.is_empty() {
        return Err(FormatError { faults });
    }
    let bug = |what: &str| {
        let message = format!("the formatter has a bug, and leaves this as it is: {what}");
        let mut error = fault(None, group.span_open().byte_range(), message);
        error.faults.iter_mut().for_each(|fault| {
            fault.help.push("this is no mistake of yours; report it together with the workflow".to_owned());
        });
        error
    };
    let tokens = token::read(text, group).ok_or_else(|| bug("it cannot tell where a word stands"))?;
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
        range: problem.spot.first.byte_range().start..problem.spot.last.byte_range().end,
    }
}

/// Returns whether the tokens are the same but for commas before closing delimiters.
fn same_tokens(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let needed = |tokens: &[Token<'_>], at: usize| {
        let last = tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Close);
        !(last && tokens.get(at).is_some_and(|token| token.text == ","))
    };
    let before = before.iter().enumerate().filter(|(at, _)| needed(before, *at)).map(|(_, token)| token.text);
    before.eq(after.iter().enumerate().filter(|(at, _)| needed(after, *at)).map(|(_, token)| token.text))
}

/// Returns whether the comments are the same, in their order.
fn same_comments(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let before = before.iter().flat_map(|token| token.before.iter().chain(&token.after)).map(|comment| comment.text);
    before.eq(after.iter().flat_map(|token| token.before.iter().chain(&token.after)).map(|comment| comment.text))
}
