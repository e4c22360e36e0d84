//! The structs and enums of a workflow: declared ones, its input, output and params.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::name::rust_ident;
use super::style::Style;
use crate::syntax::ast::{Comment, DefaultValue, Derive, EnumDecl, FieldDecl, FieldDefault, Type, TypeKind, plain};

impl Style<'_> {
    /// Returns a struct with serde's traits, or with `Params`.
    pub(super) fn structure(
        &self,
        name: &Ident,
        doc: &str,
        fields: &[FieldDecl],
        derives: &[Derive],
        params: bool,
    ) -> TokenStream {
        let Self { krate, visibility, attributes, .. } = self;
        let here = self.here();
        let mut seen = Vec::new();
        let fields: Vec<Field<'_>> = fields
            .iter()
            .filter_map(|field| {
                let ident = rust_ident(&field.name)?;
                // A duplicate field is reported. A second one would cause an error of rustc.
                (!seen.contains(&ident)).then(|| seen.push(ident.clone()))?;
                Some(Field { ident, declaration: field })
            })
            .collect();
        let declarations = fields.iter().map(|Field { ident, declaration }| {
            let doc = self.text(&doc_or(&declaration.comment, || format!("`{}`", declaration.wire)));
            let ty = self.ty(&declaration.ty);
            quote_spanned! { here=> #[doc = #doc] #visibility #ident: #ty }
        });
        let used = self.used(name);
        let implementation = self.conditional(if params {
            let entries = fields.iter().map(|Field { ident, declaration }| {
                let (ident, wire) = (self.used(ident), plain(&declaration.name));
                quote! { #ident = #wire }
            });
            quote! { #krate::__private::parameters! { #used { #(#entries),* } } }
        } else {
            let entries = fields.iter().map(|Field { ident, declaration }| {
                let (ty, wire) = (self.ty(&declaration.ty), &declaration.wire);
                let optional = matches!(declaration.ty.kind, TypeKind::Option(_)).then(|| quote! { optional });
                let ident = self.used(ident);
                let default = declaration.default.as_ref().map(|default| {
                    let value = self.default_value(&used, &ident, &declaration.ty, default);
                    quote! { => #value }
                });
                quote! { #ident: #ty = #wire #optional #default }
            });
            quote! { #krate::__private::structure! { #used { #(#entries),* } } }
        });
        let shape = (!params).then(|| {
            let fields: Vec<_> = fields.iter().map(|field| (&field.ident, field.declaration)).collect();
            self.shape_of_struct(&used, &fields)
        });
        let doc = self.text(doc);
        let derives = added(derives, OF_STRUCTS);
        let declaration = quote_spanned! { here=>
            #[doc = #doc]
            #attributes
            #[allow(dead_code, non_snake_case, non_camel_case_types, clippy::all)]
            #[derive(Clone, Debug, PartialEq #derives)]
            #visibility struct #name { #(#declarations,)* }
        };
        quote! { #declaration #implementation #shape }
    }

    /// Returns an enum of texts with serde's traits.
    pub(super) fn enumeration(&self, declaration: &EnumDecl, doc: &str, derives: &[Derive]) -> TokenStream {
        let Self { krate, visibility, attributes, .. } = self;
        let here = self.here();
        let Some(name) = rust_ident(&declaration.name) else { return TokenStream::new() };
        let mut seen = Vec::new();
        let variants = declaration.variants.iter().filter_map(|variant| {
            let ident = rust_ident(&variant.name)?;
            (!seen.contains(&ident)).then(|| seen.push(ident.clone()))?;
            Some((ident, variant))
        });
        let defaults = derives.iter().any(|derive| derive.name() == "Default");
        let (variants, entries): (Vec<_>, Vec<_>) = variants
            .map(|(ident, variant)| {
                let doc = self.text(&doc_or(&variant.comment, || format!("`{}`", variant.wire)));
                let (wire, used) = (&variant.wire, self.used(&ident));
                let default = (variant.is_default && defaults).then(|| quote! { #[default] });
                (quote_spanned! { here=> #[doc = #doc] #default #ident }, quote! { #used = #wire })
            })
            .unzip();
        let used = self.used(&name);
        let implementation = self.conditional(quote! { #krate::__private::enumeration! { #used { #(#entries),* } } });
        let shape = self.shape_of_enum(&used, declaration);
        let doc = self.text(doc);
        let derives = added(derives, OF_ENUMS);
        let declaration = quote_spanned! { here=>
            #[doc = #doc]
            #attributes
            #[allow(dead_code, non_camel_case_types, clippy::all)]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash #derives)]
            #visibility enum #name { #(#variants,)* }
        };
        quote! { #declaration #implementation #shape }
    }

    /// Returns a function that makes the value of a field that is absent.
    pub(super) fn default_value(&self, owner: &Ident, field: &Ident, ty: &Type, default: &FieldDefault) -> TokenStream {
        let ty = self.ty(ty);
        match &default.value {
            DefaultValue::OfType => quote! { <#ty as ::core::default::Default>::default },
            DefaultValue::OfStruct(None) => quote! { || <#owner as ::core::default::Default>::default().#field },
            DefaultValue::OfStruct(Some(function)) => {
                quote! { || { let of: #owner = #function(); of.#field } }
            }
            DefaultValue::Function(function) => quote! { #function },
        }
    }
}

/// The traits that every struct has: serde's and `Schema` are not derived, but implemented.
const OF_STRUCTS: &[&str] = &["Clone", "Debug", "PartialEq", "Serialize", "Deserialize", "Schema"];
/// The traits that every enum has.
const OF_ENUMS: &[&str] =
    &["Clone", "Copy", "Debug", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash", "Serialize", "Deserialize", "Schema"];

/// Returns the derive macros that the user adds to the default derives.
pub(super) fn added(derives: &[Derive], known: &[&str]) -> TokenStream {
    let new = derives.iter().filter(|derive| !known.contains(&derive.name().as_str()));
    new.map(|Derive { path, .. }| quote! { , #path }).collect()
}

struct Field<'a> {
    ident: Ident,
    declaration: &'a FieldDecl,
}

/// Returns the user's comment, or else the given text: the lint `missing_docs` requires one.
pub(super) fn doc_or(comment: &Comment, otherwise: impl FnOnce() -> String) -> String {
    match comment {
        Some(comment) => comment.value.lines().map(|line| format!(" {line}")).collect::<Vec<_>>().join("\n"),
        None => format!(" {}", otherwise()),
    }
}
