//! Enums in each of serde's representations: <https://serde.rs/enum-representations.html>.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, Fields, Variant};

use super::attributes::{Container, Member};
use super::content;
use super::rust_type::Types;
use crate::syntax::ast::plain;

/// Returns the shape of an enum: one of its variants.
pub(super) fn shape(types: &Types<'_>, container: &Container, data: &DataEnum) -> syn::Result<TokenStream> {
    if container.content.is_some() && container.tag.is_none() {
        // serde rejects it.
        return Ok(types.plain(&quote! { Any }));
    }
    // Whether an object has only the member that names its variant.
    let (mut alone, mut has_untagged) = (false, false);
    let mut texts: Vec<String> = Vec::new();
    let mut shapes: Vec<TokenStream> = Vec::new();
    for variant in &data.variants {
        let member = Member::of(&variant.attrs)?;
        if member.skipped {
            continue;
        }
        let rust = plain(&variant.ident);
        let name = member.rename.clone().unwrap_or_else(|| match container.rule {
            Some(rule) => rule.variant(&rust),
            None => rust.clone(),
        });
        let inner = |before| content(types, container, &variant.fields, member.rule.or(container.fields_rule), before);
        let unit = matches!(variant.fields, Fields::Unit);
        if container.untagged || member.untagged {
            has_untagged = true;
            shapes.push(inner(None)?);
            continue;
        }
        let Some(tag) = &container.tag else {
            if member.other {
                shapes.push(types.plain(&quote! { Text }));
            } else if unit {
                texts.push(name);
            } else {
                alone = true;
                let field = types.field(&name, &rust, &inner(None)?);
                shapes.push(types.nested(&quote! { Object }, &quote! { &[#field] }));
            }
            continue;
        };
        let says = if member.other {
            types.plain(&quote! { Text })
        } else {
            types.nested(&quote! { Texts }, &quote! { &[#name] })
        };
        let says = types.field(tag, tag, &says);
        shapes.push(match &container.content {
            Some(_) if unit => types.nested(&quote! { Object }, &quote! { &[#says] }),
            Some(content) => {
                let field = types.field(content, content, &inner(None)?);
                types.nested(&quote! { Object }, &quote! { &[#says, #field] })
            }
            None if is_newtype(variant) => {
                // The tag is next to the members of the variant.
                let held = types.flat(&rust, (false, false), &inner(None)?);
                types.nested(&quote! { Object }, &quote! { &[#says, #held] })
            }
            None => inner(Some(says))?,
        });
    }
    if !texts.is_empty() {
        shapes.insert(0, types.nested(&quote! { Texts }, &quote! { &[#(#texts),*] }));
    }
    alone &= !has_untagged;
    Ok(match shapes.as_slice() {
        [only] if !alone => only.clone(),
        _ => types.nested(&quote! { OneOf }, &quote! { &[#(#shapes),*], alone: #alone }),
    })
}

fn is_newtype(variant: &Variant) -> bool {
    matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1)
}
