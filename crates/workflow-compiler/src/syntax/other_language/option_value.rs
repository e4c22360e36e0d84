//! Options as in Rust: `match x { Some(y) => y.id, None => 0 }` as a value.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote_spanned;

/// Returns `if is_present(x) { x.id } else { 0 }` for a subject and the arms of such a `match`.
pub(super) fn as_condition(subject: &[TokenTree], arms: &Group) -> Option<TokenStream> {
    let is_name = |token: &TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => matches!(punct.as_char(), '.' | '$'),
        _ => false,
    };
    let tokens: Vec<_> = arms.stream().into_iter().collect();
    let mut some = None;
    let mut none = None;
    let mut rest = tokens.as_slice();
    while let Some((TokenTree::Ident(word), after)) = rest.split_first() {
        let (item, after) = match (word.to_string().as_str(), after) {
            ("Some", [TokenTree::Group(group), after @ ..]) => (Some(only_name(group)?), after),
            ("None" | "_", after) => (None, after),
            _ => return None,
        };
        let [TokenTree::Punct(equals), TokenTree::Punct(arrow), after @ ..] = after else { return None };
        if (equals.as_char(), arrow.as_char()) != ('=', '>') {
            return None;
        }
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        let end = after.iter().position(is_comma).unwrap_or(after.len());
        let value: TokenStream = match after.get(..end)? {
            [TokenTree::Group(block)] if block.delimiter() == Delimiter::Brace => block.stream(),
            value => value.iter().cloned().collect(),
        };
        match item {
            Some(item) => some = Some(replaced(value, &item, subject)),
            None => none = Some(value),
        }
        rest = after.get(end + 1..).unwrap_or_default();
    }
    let (some, none) = (some?, none.filter(|_| rest.is_empty() && subject.iter().all(is_name))?);
    let span = subject.first()?.span();
    let subject: TokenStream = subject.iter().cloned().collect();
    Some(quote_spanned! { span=> if is_present(#subject) { #some } else { #none } })
}

/// Returns the name in `(name)`.
fn only_name(group: &Group) -> Option<Ident> {
    let mut tokens = group.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) => Some(name),
        _ => None,
    }
}

/// Returns the tokens with others in place of a name.
fn replaced(tokens: TokenStream, name: &Ident, by: &[TokenTree]) -> TokenStream {
    let mut after_dot = false;
    let mut all = Vec::new();
    for token in tokens {
        let is_name = matches!(&token, TokenTree::Ident(ident) if ident == name) && !after_dot;
        after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        match token {
            TokenTree::Group(group) => {
                let mut copy = Group::new(group.delimiter(), replaced(group.stream(), name, by));
                copy.set_span(group.span());
                all.push(copy.into());
            }
            _ if is_name => all.extend(by.iter().cloned()),
            token => all.push(token),
        }
    }
    all.into_iter().collect()
}
