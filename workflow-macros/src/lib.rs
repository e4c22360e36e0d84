//! The procedural macro behind `workflow!`. workflow-runtime exports and documents it.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::path::Path;

use proc_macro::{Group, TokenStream, TokenTree};
use workflow_compiler::Surroundings;

/// Expands `workflow!`. The tokens begin with the path of workflow-runtime in brackets.
#[proc_macro]
pub fn expand(tokens: TokenStream) -> TokenStream {
    // The folder of the crate that is being compiled, not of this crate.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR");
    let folder = folder.as_deref().map(Path::new);
    let editor = !is_compiler();
    let (mut tokens, mut unmatched) = (tokens, Vec::new());
    if editor && has_unmatched(tokens.clone()) {
        tokens = without_unmatched(tokens, &mut unmatched);
    }
    let surroundings = Surroundings { locate: &position, folder, editor, unmatched: &unmatched };
    workflow_compiler::expand(tokens.into(), surroundings).into()
}

/// Returns whether a token is rust-analyzer's replacement for an unmatched closing bracket: a character that is not
/// valid Rust, for which the conversion to proc-macro2's tokens panics. rustc rejects such files before it runs macros.
fn is_unmatched(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if "()[]{}".contains(sign.as_char()))
}

fn has_unmatched(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_unmatched(group.stream()),
        token => is_unmatched(&token),
    })
}

/// Returns the tokens without such characters, which are reported.
fn without_unmatched(tokens: TokenStream, found: &mut Vec<(char, proc_macro2::Span)>) -> TokenStream {
    let mut out = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Punct(sign) if is_unmatched(&sign.clone().into()) => {
                found.push((sign.as_char(), sign.span().into()));
            }
            TokenTree::Group(group) => {
                let mut whole = Group::new(group.delimiter(), without_unmatched(group.stream(), found));
                whole.set_span(group.span());
                out.extend([TokenTree::Group(whole)]);
            }
            token => out.extend([token]),
        }
    }
    out
}

/// Returns whether rustc, or a tool that contains rustc, runs the macro. Language servers have other names.
fn is_compiler() -> bool {
    let program = std::env::current_exe().unwrap_or_default();
    let name = program.file_stem().and_then(|name| name.to_str());
    matches!(name, Some("rustc" | "rustdoc" | "clippy-driver" | "miri"))
}

/// Expands `#[derive(Schema)]`. The trait has the documentation.
#[proc_macro_derive(Schema, attributes(serde, schema, validate))]
pub fn schema(tokens: TokenStream) -> TokenStream {
    workflow_compiler::schema::derive(tokens.into()).into()
}

/// Expands `#[handler(Workflow::State)]`. workflow-runtime's export has the documentation.
#[proc_macro_attribute]
pub fn handler(attribute: TokenStream, function: TokenStream) -> TokenStream {
    workflow_compiler::handler::expand(attribute.into(), function.into()).into()
}

/// Returns the line and column. If spans have none, as in rust-analyzer, all are at the very start, where no token of a
/// macro call can be.
fn position(span: proc_macro2::Span) -> Option<workflow_compiler::Position> {
    let span = span.unwrap();
    Some((span.line(), span.column())).filter(|position| *position != (1, 1))
}
