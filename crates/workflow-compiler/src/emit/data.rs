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
        let Self { krate, visibility, .. } = self;
        let here = self.here();
        let fields = distinct(fields, |field| &field.name);
        let declarations = fields.iter().map(|(ident, declaration)| {
            let doc = self.text(&doc_or(&declaration.comment, || format!("`{}`", declaration.wire)));
            let ty = self.ty(&declaration.ty);
            quote_spanned! { here=> #[doc = #doc] #visibility #ident: #ty }
        });
        let used = self.used(name);
        let implementation = self.conditional(if params {
            let entries = fields.iter().map(|(ident, declaration)| {
                let (ident, wire) = (self.used(ident), plain(&declaration.name));
                quote! { #ident = #wire }
            });
            quote! { #krate::__private::parameters! { #used { #(#entries),* } } }
        } else {
            let entries = fields.iter().map(|(ident, field)| self.field_in_json(&used, &self.used(ident), field));
            quote! { #krate::__private::structure! { #used { #(#entries),* } } }
        });
        let shape = (!params).then(|| self.shape_of_struct(&used, &fields));
        let (derives, item) =
            (added(derives, OF_STRUCTS), quote_spanned! { here=> struct #name { #(#declarations,)* } });
        let declaration = self.item(doc, &quote_spanned! { here=> Clone, Debug, PartialEq #derives }, &item);
        quote! { #declaration #implementation #shape }
    }

    /// Returns the row of a field in the macro `structure!`.
    pub(super) fn field_in_json(&self, owner: &Ident, name: &Ident, field: &FieldDecl) -> TokenStream {
        let (ty, wire) = (self.ty(&field.ty), &field.wire);
        let optional = matches!(field.ty.kind, TypeKind::Option(_)).then(|| quote! { optional });
        let default = field.default.as_ref().map(|default| {
            let value = self.default_value(owner, name, &field.ty, default);
            quote! { => #value }
        });
        quote! { #name: #ty = #wire #optional #default }
    }

    /// Returns an enum of texts with serde's traits.
    pub(super) fn enumeration(&self, declaration: &EnumDecl, doc: &str, derives: &[Derive]) -> TokenStream {
        let krate = self.krate;
        let here = self.here();
        let Some(name) = rust_ident(&declaration.name) else { return TokenStream::new() };
        let defaults = derives.iter().any(|derive| derive.name() == "Default");
        let (variants, entries): (Vec<_>, Vec<_>) = distinct(&declaration.variants, |variant| &variant.name)
            .into_iter()
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
        let (derives, item) = (added(derives, OF_ENUMS), quote_spanned! { here=> enum #name { #(#variants,)* } });
        let derives = quote_spanned! { here=> Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash #derives };
        let declaration = self.item(doc, &derives, &item);
        quote! { #declaration #implementation #shape }
    }

    /// Returns a function that makes the value of a field that is absent.
    fn default_value(&self, owner: &Ident, field: &Ident, ty: &Type, default: &FieldDefault) -> TokenStream {
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

/// The traits that every struct and every enum with data has: serde's and `Schema` are not derived, but implemented.
pub(super) const OF_STRUCTS: &[&str] = &["Clone", "Debug", "PartialEq", "Serialize", "Deserialize", "Schema"];
/// The traits that every enum of texts has.
const OF_ENUMS: &[&str] =
    &["Clone", "Copy", "Debug", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash", "Serialize", "Deserialize", "Schema"];

/// Returns the derive macros that the user adds to the default derives.
pub(super) fn added(derives: &[Derive], known: &[&str]) -> TokenStream {
    let new = derives.iter().filter(|derive| !known.contains(&derive.name().as_str()));
    new.map(|Derive { path, .. }| quote! { , #path }).collect()
}

/// Returns the parts with their names in Rust, each name once: a duplicate is reported, and a second one would cause an
/// error of rustc.
pub(super) fn distinct<T>(parts: &[T], name: fn(&T) -> &Ident) -> Vec<(Ident, &T)> {
    let mut known: Vec<(Ident, &T)> = Vec::new();
    for part in parts {
        if let Some(ident) = rust_ident(name(part)).filter(|ident| known.iter().all(|(other, _)| other != ident)) {
            known.push((ident, part));
        }
    }
    known
}

/// Returns the user's comment, or else the given text: the lint `missing_docs` requires one.
pub(super) fn doc_or(comment: &Comment, otherwise: impl FnOnce() -> String) -> String {
    match comment {
        Some(comment) => comment.value.lines().map(|line| format!(" {line}")).collect::<Vec<_>>().join("\n"),
        None => format!(" {}", otherwise()),
    }
}
