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

/// The word as a Rust name: raw where it is a keyword.
pub(crate) fn rust_name(word: &Ident) -> Ident {
    let text = word.to_string();
    if RUST_KEYWORDS.contains(&text.as_str()) { Ident::new_raw(&text, word.span()) } else { word.clone() }
}
