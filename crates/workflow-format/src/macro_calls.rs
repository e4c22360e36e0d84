//! Finds every `workflow!` to format in a Rust file.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The tokens of a group.
struct Level {
    tokens: Vec<TokenTree>,
    at: usize,
    /// Whether the current item must not be formatted.
    skip: bool,
}

impl Level {
    fn new(tokens: TokenStream) -> Self {
        Self { tokens: tokens.into_iter().collect(), at: 0, skip: false }
    }
}

/// Returns the bodies in source order.
pub(super) fn bodies(tokens: TokenStream) -> Vec<Group> {
    use TokenTree::{Group as InGroup, Ident};
    let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let mut bodies = Vec::new();
    let mut open = vec![Level::new(tokens)];
    while let Some(Level { tokens, at, skip }) = open.last_mut() {
        let (length, group, is_call) = match tokens.get(*at..).unwrap_or_default() {
            [Ident(word), bang, InGroup(body), ..] if word == "workflow" && is(bang, '!') => (3, body, true),
            [Ident(word), bang, Ident(_), InGroup(body), ..] if word == "macro_rules" && is(bang, '!') => {
                *skip &= body.delimiter() != Delimiter::Brace;
                *at += 4;
                continue;
            }
            // `#![rustfmt::skip]` applies to everything that remains here.
            [hash, bang, InGroup(attribute), ..] if is(hash, '#') && is(bang, '!') && skips(attribute) => {
                open.pop();
                continue;
            }
            [hash, InGroup(attribute), ..] if is(hash, '#') => {
                *skip |= skips(attribute);
                *at += 2;
                continue;
            }
            [InGroup(group), ..] => (1, group, false),
            [token, ..] => {
                *skip &= !is(token, ';');
                *at += 1;
                continue;
            }
            [] => {
                open.pop();
                continue;
            }
        };
        let (group, skipped) = (group.clone(), *skip);
        *at += length;
        // Braces end the item of an attribute.
        *skip &= group.delimiter() != Delimiter::Brace;
        match is_call {
            _ if skipped => {}
            true => bodies.push(group),
            false => open.push(Level::new(group.stream())),
        }
    }
    bodies
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
