//! Finds every `workflow!` to format in a Rust file.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree, token_stream};

/// Returns the bodies in source order.
pub(super) fn bodies(tokens: TokenStream) -> Vec<Group> {
    let mut bodies = Vec::new();
    let mut open: Vec<Level> = vec![Level::new(tokens)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.next() else {
            open.pop();
            continue;
        };
        match &token {
            TokenTree::Group(group) => {
                let called = level.last_words == RecentTokens::Call;
                let declared = level.last_words == RecentTokens::Declaration;
                let brace = group.delimiter() == Delimiter::Brace;
                let skipped = std::mem::take(&mut level.last_words) == RecentTokens::Attribute && skips(group);
                if skipped && level.inner {
                    // `#![rustfmt::skip]` applies to everything that remains here.
                    open.pop();
                    continue;
                }
                level.inner = false;
                level.skip |= skipped;
                let skip = level.skip;
                // Braces end the item of an attribute.
                level.skip &= !brace;
                if called && !skip {
                    bodies.push(group.clone());
                } else if !called && !declared && !skip {
                    let inside = Level::new(group.stream());
                    open.push(inside);
                }
            }
            TokenTree::Ident(word) if word == "workflow" => level.last_words = RecentTokens::Workflow,
            TokenTree::Ident(word) if word == "macro_rules" => level.last_words = RecentTokens::MacroRules,
            // The name in `macro_rules! name { … }`
            TokenTree::Ident(_) if level.last_words == RecentTokens::MacroRulesCall => {
                level.last_words = RecentTokens::Declaration
            }
            TokenTree::Punct(punct) => {
                level.skip &= punct.as_char() != ';';
                level.last_words = match (punct.as_char(), level.last_words) {
                    ('!', RecentTokens::Workflow) => RecentTokens::Call,
                    ('!', RecentTokens::MacroRules) => RecentTokens::MacroRulesCall,
                    ('!', RecentTokens::Attribute) => {
                        level.inner = true;
                        RecentTokens::Attribute
                    }
                    ('#', _) => RecentTokens::Attribute,
                    _ => RecentTokens::Other,
                };
            }
            _ => level.last_words = RecentTokens::Other,
        }
    }
    bodies
}

/// The remaining tokens of a group.
struct Level {
    tokens: token_stream::IntoIter,
    last_words: RecentTokens,
    /// Whether the current attribute starts with `#!`.
    inner: bool,
    /// Whether the current item must not be formatted.
    skip: bool,
}

impl Level {
    fn new(tokens: TokenStream) -> Self {
        Self { tokens: tokens.into_iter(), last_words: RecentTokens::Other, inner: false, skip: false }
    }
}

/// The most recent tokens.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum RecentTokens {
    #[default]
    Other,
    /// `workflow`
    Workflow,
    /// `workflow!`
    Call,
    /// `macro_rules`
    MacroRules,
    /// `macro_rules!`
    MacroRulesCall,
    /// `macro_rules! name`
    Declaration,
    /// `#` or `#!`
    Attribute,
}

/// Returns whether the brackets of an attribute contain `rustfmt::skip` or `rustfmt::skip::macros(workflow)`.
fn skips(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    let Some((_, rest)) = text.split_once("rustfmt::skip") else { return false };
    let of_macros = rest.strip_prefix("::macros(").and_then(|rest| rest.split_once(')'));
    match of_macros {
        Some((names, _)) => names.split(',').any(|name| name == "workflow" || name == "*"),
        // `rustfmt::skip::attributes(…)` does not matter here.
        None => !rest.starts_with("::"),
    }
}
