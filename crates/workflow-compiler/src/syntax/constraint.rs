//! The constraints of `#[validate(…)]`, on fields of workflows and of Rust types.

use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Lit, LitStr};

use super::ast::{Bound, Constraint, ConstraintKind, Text, TokenSpan};

/// Reads `range(min = 1, max = 10)`, `length(equal = 3)` or `regex(pattern = "…")`. What the crate `validator` has in
/// addition is no part of a schema: other words, and bounds that are not literals. With `only_known`, they are errors.
pub(crate) fn constraint(meta: &ParseNestedMeta<'_>, only_known: bool) -> syn::Result<Option<Constraint>> {
    const KNOWN: &str = "expected `range(min = …, max = …)`, `length(…)` or `regex(pattern = \"…\")`\n`range` limits numbers, \
                         `length` strings, lists and maps, each by `min`, `max` or `equal`";
    let kind = ConstraintKind::ALL.into_iter().find(|kind| meta.path.is_ident(kind.word()));
    let (Some(kind), true) = (kind, meta.input.peek(syn::token::Paren)) else {
        return if only_known { Err(meta.error(KNOWN)) } else { Ok(None) };
    };
    let span = TokenSpan::from(meta.path.span());
    let mut constraint = Constraint { kind, least: None, greatest: None, pattern: None, span };
    meta.parse_nested_meta(|inner| {
        if inner.path.is_ident("pattern") && kind == ConstraintKind::Pattern {
            let text = inner.value()?.parse::<LitStr>()?;
            regex_lite::Regex::new(&text.value()).map_err(|error| {
                syn::Error::new(
                    text.span(),
                    format!("not a regular expression: {error}\nit has the syntax of the crate `regex`"),
                )
            })?;
            constraint.pattern = Some(Text { value: text.value(), span: text.span().into() });
            return Ok(());
        }
        let [is_min, is_max, is_equal] = ["min", "max", "equal"].map(|word| inner.path.is_ident(word));
        if kind != ConstraintKind::Pattern && (is_min || is_max || is_equal) {
            let value = inner.value()?;
            let sign = if value.parse::<Option<syn::Token![-]>>()?.is_some() { "-" } else { "" };
            if let Ok(number) = value.parse::<Lit>() {
                let digits = match &number {
                    Lit::Int(number) => number.base10_digits().to_owned(),
                    Lit::Float(number) => number.base10_digits().to_owned(),
                    _ => return Err(syn::Error::new(number.span(), "expected a number")),
                };
                let bound = Bound { text: format!("{sign}{digits}"), span: number.span().into() };
                if !is_max {
                    constraint.least = Some(bound.clone());
                }
                if !is_min {
                    constraint.greatest = Some(bound);
                }
            }
        } else if only_known {
            return Err(inner.error(KNOWN));
        }
        skip_value(&inner)
    })?;
    let limits = constraint.pattern.is_some() || constraint.least.is_some() || constraint.greatest.is_some();
    if only_known && !limits {
        return Err(syn::Error::new(meta.path.span(), KNOWN));
    }
    Ok(limits.then_some(constraint))
}

/// Skips the rest of an entry.
pub(crate) fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(syn::Token![,]) {
        meta.input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
