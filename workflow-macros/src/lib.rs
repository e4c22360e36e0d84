//! The procedural macro behind workflow-runtime's `workflow!`, where its documentation is.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::path::Path;

use proc_macro::{Group, TokenStream, TokenTree};
use workflow_compiler::Surroundings;

/// Expands `workflow!`. The tokens begin with the path of workflow-runtime in brackets.
#[proc_macro]
pub fn expand(tokens: TokenStream) -> TokenStream {
    // Of the crate that is compiled, not of this one.
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

/// What rust-analyzer gives for a closing bracket without an opening one: a sign that is no Rust, on which the conversion
/// to proc-macro2's tokens panics. rustc refuses such files before it runs macros.
fn is_unmatched(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if "()[]{}".contains(sign.as_char()))
}

fn has_unmatched(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_unmatched(group.stream()),
        token => is_unmatched(&token),
    })
}

/// The tokens without such signs, which are reported.
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

/// Whether rustc runs this, or a tool with rustc in it: no editor's server is called so.
fn is_compiler() -> bool {
    let program = std::env::current_exe().unwrap_or_default();
    let name = program.file_stem().and_then(|name| name.to_str());
    matches!(name, Some("rustc" | "rustdoc" | "clippy-driver" | "miri"))
}

/// Expands `#[derive(Schema)]`; its documentation is at the trait.
#[proc_macro_derive(Schema, attributes(serde, schema))]
pub fn schema(tokens: TokenStream) -> TokenStream {
    workflow_compiler::schema::derive(tokens.into()).into()
}

/// Expands `#[handler(Workflow::State)]`; its documentation is where workflow-runtime exports it.
#[proc_macro_attribute]
pub fn handler(attribute: TokenStream, function: TokenStream) -> TokenStream {
    workflow_compiler::handler::expand(attribute.into(), function.into()).into()
}

/// Line and column. Where spans have none, as in rust-analyzer, all are at the very start,
/// where no token within a macro call can be.
fn position(span: proc_macro2::Span) -> Option<workflow_compiler::Position> {
    let span = span.unwrap();
    Some((span.line(), span.column())).filter(|position| *position != (1, 1))
}
