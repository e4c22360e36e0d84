//! Words that the language takes as names although they are Rust keywords.

use proc_macro2::Ident;

/// Rust's keywords, strict and reserved (<https://doc.rust-lang.org/reference/keywords.html>),
/// but those that cannot be raw.
const RUST_KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Whether the word, without `r#`, is one of Rust's keywords that can be raw.
pub(crate) fn is_rust_keyword(word: &str) -> bool {
    // All are in lower case and sorted; most names of states are neither.
    word.as_bytes().first().is_some_and(u8::is_ascii_lowercase) && RUST_KEYWORDS.binary_search(&word).is_ok()
}

/// The word as a Rust name: raw where it is a keyword.
pub(crate) fn rust_name(word: &Ident) -> Ident {
    let text = word.to_string();
    if is_rust_keyword(&text) { Ident::new_raw(&text, word.span()) } else { word.clone() }
}
