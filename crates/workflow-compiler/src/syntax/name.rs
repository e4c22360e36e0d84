//! Names in the language that are Rust keywords.

use proc_macro2::Ident;

/// Rust's keywords, strict and reserved (<https://doc.rust-lang.org/reference/keywords.html>), except keywords that
/// cannot be raw identifiers.
const RUST_KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns whether the word, without `r#`, is a Rust keyword that can be a raw identifier.
pub fn is_rust_keyword(word: &str) -> bool {
    // All keywords are lower case and sorted; most names of states are not lower case.
    word.as_bytes().first().is_some_and(u8::is_ascii_lowercase) && RUST_KEYWORDS.binary_search(&word).is_ok()
}

/// Returns the word as a Rust identifier, which is raw for a keyword.
pub(crate) fn rust_name(word: &Ident) -> Ident {
    let text = word.to_string();
    if is_rust_keyword(&text) { Ident::new_raw(&text, word.span()) } else { word.clone() }
}
