//! The `workflow!` calls in the tokens of a Rust file, and the macros that hide workflows.

use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use workflow_compiler::syntax::ast::plain;

/// The macros of a file.
#[derive(Default)]
pub(crate) struct Calls {
    /// The bodies of all `workflow! { … }`, including those inside modules and functions but not in `macro_rules!`, with
    /// the names of the modules.
    pub(crate) bodies: Vec<(Vec<String>, Group)>,
    /// The names and types of its constants.
    pub(crate) constants: Vec<(String, String)>,
    pub(crate) unread: Vec<Unread>,
}

/// A macro whose workflows are not read, because only rustc expands it.
pub(crate) struct Unread {
    /// A sentence about it.
    what: String,
    line: usize,
}

/// A Rust file without a workflow that can be read.
pub(crate) struct NothingRead {
    /// That it has none.
    pub(crate) message: String,
    /// A sentence for each macro whose workflows are not read. Among several files, one without is no mistake.
    pub(crate) notes: Vec<String>,
}

/// Returns a sentence for each macro of a text whose workflows are not read.
///
/// # Errors
/// Fails if nothing of the file is read.
pub(crate) fn unread_in_text(file: &Path, text: &str) -> Result<Vec<String>, NothingRead> {
    let found = find_calls(TokenStream::from_str(text).unwrap_or_default());
    unread(file, found.bodies.is_empty(), &found.unread)
}

/// Returns a sentence for each macro that is not read; an error if the file has no other.
pub(crate) fn unread(file: &Path, is_empty: bool, unread: &[Unread]) -> Result<Vec<String>, NothingRead> {
    let notes = unread.iter().map(|Unread { what, line }| format!("{}:{line}: {what}", file.display())).collect();
    if is_empty { Err(NothingRead { message: no_workflow(file), notes }) } else { Ok(notes) }
}

/// Returns that a Rust file has no workflow, as a sentence without its end.
pub(crate) fn no_workflow(file: &Path) -> String {
    format!("{} contains no `workflow!`", file.display())
}

/// Returns whether the text of a Rust file has workflows, in `workflow!` or in a macro that is not expanded.
pub(crate) fn has_workflows(text: &str) -> bool {
    let found = || find_calls(TokenStream::from_str(text).unwrap_or_default());
    text.contains("workflow!") || text.contains("workflow ") && !found().unread.is_empty()
}

/// Returns the bodies of a file: the bodies of all `workflow!`, or the whole file if it is bare.
pub(crate) fn bodies(is_bare: bool, tokens: TokenStream) -> Calls {
    let mut found = find_calls(tokens.clone());
    if found.bodies.is_empty() && is_bare {
        found.bodies.push((Vec::new(), Group::new(Delimiter::Brace, tokens)));
    }
    found
}

/// The tokens of a group that remain to be searched.
struct Level {
    tokens: Vec<TokenTree>,
    at: usize,
    is_module: bool,
}

/// Finds the macros of a file. Does not recurse, however deeply they are nested.
pub(crate) fn find_calls(tokens: TokenStream) -> Calls {
    let level = |tokens: TokenStream, is_module| Level { tokens: tokens.into_iter().collect(), at: 0, is_module };
    let Calls { mut bodies, mut constants, mut unread } = Calls::default();
    let mut modules = Vec::new();
    let mut add_unread = |what: String, at: &Ident| unread.push(Unread { what, line: at.span().start().line });
    let mut open = vec![level(tokens, false)];
    while let Some(here) = open.last_mut() {
        let Some(token) = here.tokens.get(here.at) else {
            if here.is_module {
                modules.pop();
            }
            open.pop();
            continue;
        };
        here.at += 1;
        let inner = match (token, here.tokens.get(here.at), here.tokens.get(here.at + 1)) {
            (TokenTree::Ident(ident), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(body)))
                if ident == "workflow" && bang.as_char() == '!' =>
            {
                bodies.push((modules.clone(), body.clone()));
                here.at += 2;
                None
            }
            // The body of a macro has holes.
            (TokenTree::Ident(word), Some(TokenTree::Punct(bang)), Some(TokenTree::Ident(name)))
                if word == "macro_rules" && bang.as_char() == '!' =>
            {
                if let Some(TokenTree::Group(rules)) = here.tokens.get(here.at + 2)
                    && calls_workflow(rules.stream())
                {
                    add_unread(
                        format!("the `workflow!` in `macro_rules! {name}` is not read: only rustc expands it"),
                        name,
                    );
                }
                here.at += 3;
                None
            }
            (TokenTree::Ident(name), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(body)))
                if bang.as_char() == '!' && begins_with_workflow(body.stream()) =>
            {
                add_unread(format!("the workflows in `{name}!` are not read: only rustc expands it"), name);
                here.at += 2;
                None
            }
            (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(TokenTree::Group(inside)))
                if word == "mod" && inside.delimiter() == Delimiter::Brace =>
            {
                modules.push(plain(name));
                here.at += 2;
                Some(level(inside.stream(), true))
            }
            (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(TokenTree::Punct(colon)))
                if word == "const" && colon.as_char() == ':' =>
            {
                let ty = here.tokens.iter().skip(here.at + 2);
                let ty =
                    ty.take_while(|token| !matches!(token, TokenTree::Punct(sign) if "=;".contains(sign.as_char())));
                constants.push((plain(name), ty.cloned().collect::<TokenStream>().to_string()));
                None
            }
            (TokenTree::Group(group), ..) if group.delimiter() != Delimiter::None => Some(level(group.stream(), false)),
            _ => None,
        };
        open.extend(inner);
    }
    Calls { bodies, constants, unread }
}

/// Returns whether tokens begin with a workflow or a fragment, after attributes and visibility.
fn begins_with_workflow(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().skip_while(|token| match token {
        TokenTree::Punct(hash) => hash.as_char() == '#',
        TokenTree::Group(_) => true,
        TokenTree::Ident(word) => word == "pub",
        TokenTree::Literal(_) => false,
    });
    let (word, name, body) = (tokens.next(), tokens.next(), tokens.next());
    matches!(word, Some(TokenTree::Ident(word)) if word == "workflow" || word == "fragment")
        && matches!(name, Some(TokenTree::Ident(_)))
        && matches!(body, Some(TokenTree::Group(_)))
}

/// Returns whether the rules of a macro call `workflow!`.
fn calls_workflow(rules: TokenStream) -> bool {
    let mut open = vec![rules.into_iter().peekable()];
    while let Some(innermost) = open.last_mut() {
        match innermost.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter().peekable()),
            Some(TokenTree::Ident(word)) if word == "workflow" => {
                if matches!(innermost.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!') {
                    return true;
                }
            }
            Some(_) => {}
        }
    }
    false
}
