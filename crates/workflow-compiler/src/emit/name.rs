//! Identifiers of the emitted code: the user's own, raw where Rust requires it, and derived names.

use proc_macro2::{Ident, Span};

use crate::syntax::ast::plain;
use crate::syntax::is_rust_keyword;

/// The placeholder for a missing word.
pub(crate) const HOLE: &str = "__hole";

/// The words that cannot be Rust identifiers, not even raw ones.
const NEVER_RAW: &[&str] = &["self", "Self", "super", "crate", "_"];

/// Returns the user's word as a Rust identifier with its span, raw for a Rust keyword; `None` for words that cannot be
/// one.
pub(crate) fn rust_ident(ident: &Ident) -> Option<Ident> {
    let text = plain(ident);
    if NEVER_RAW.contains(&text.as_str()) || text.starts_with('$') {
        return None;
    }
    // `r#` in the source, or a keyword.
    if is_rust_keyword(&text) || *ident != text.as_str() {
        return Some(Ident::new_raw(&text, ident.span()));
    }
    Some(ident.clone())
}

/// Returns the user's word as a Rust identifier, or the placeholder with the word's span.
pub(crate) fn rust_ident_or_hole(ident: &Ident) -> Ident {
    rust_ident(ident).unwrap_or_else(|| hole(ident.span()))
}

/// Returns the placeholder for a missing word.
pub(crate) fn hole(span: Span) -> Ident {
    Ident::new(HOLE, span)
}

/// Returns `HelloWorldInput` for `HelloWorld` and `Input`, with the span of the user's word.
pub(crate) fn derived(name: &Ident, suffix: &str) -> Ident {
    Ident::new(&format!("{}{suffix}", plain(name)), name.span())
}
