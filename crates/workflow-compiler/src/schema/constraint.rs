//! The constraints of `#[validate(…)]` as constants.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::syntax::ast::{Bound, Constraint, ConstraintKind};

/// Returns a constraint as a constant.
pub(crate) fn rule(krate: &TokenStream, constraint: &Constraint) -> TokenStream {
    let option = |bound: Option<TokenStream>| match bound {
        Some(bound) => quote! { ::core::option::Option::Some(#bound) },
        None => quote! { ::core::option::Option::None },
    };
    let bounds = [&constraint.least, &constraint.greatest].map(Option::as_ref);
    let (kind, [least, greatest]) = match constraint.kind {
        ConstraintKind::Range => {
            (quote! { Range }, bounds.map(|bound| bound.map(|of| of.number().to_string().into_token_stream())))
        }
        ConstraintKind::Length => {
            let length = |of: &Bound| of.whole().and_then(|length| u64::try_from(length).ok());
            (quote! { Length }, bounds.map(|bound| bound.and_then(length).map(ToTokens::into_token_stream)))
        }
        ConstraintKind::Pattern => {
            let pattern = constraint.pattern.as_ref().map_or("", |pattern| &pattern.value);
            return quote! { #krate::__private::schema::Rule::Pattern(#pattern) };
        }
    };
    let (least, greatest) = (option(least), option(greatest));
    quote! { #krate::__private::schema::Rule::#kind { least: #least, greatest: #greatest } }
}
