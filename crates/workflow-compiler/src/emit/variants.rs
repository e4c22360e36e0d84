//! Enums with data: the Rust type, serde's traits and `Schema`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::data::{OF_STRUCTS, added, distinct, doc_or};
use super::name::rust_ident;
use super::style::Style;
use crate::syntax::ast::{Derive, EnumDecl, FieldDecl, Tagging, TypeKind, VariantData, VariantDecl};

/// A variant with its names in Rust.
struct Variant<'a> {
    ident: Ident,
    declaration: &'a VariantDecl,
    /// The fields, or the positions.
    names: Vec<Ident>,
}

impl Style<'_> {
    /// Returns an enum with data, with serde's traits.
    pub(super) fn enumeration_with_data(&self, declaration: &EnumDecl, doc: &str, derives: &[Derive]) -> TokenStream {
        let Self { krate, attributes, .. } = self;
        let here = self.here();
        let Some(name) = rust_ident(&declaration.name) else { return TokenStream::new() };
        let variants =
            distinct(&declaration.variants, |variant| &variant.name).into_iter().map(|(ident, declaration)| {
                let names = match &declaration.data {
                    VariantData::Unit => Vec::new(),
                    VariantData::Tuple(types) => (0..types.len()).map(|at| format_ident!("__{at}")).collect(),
                    VariantData::Fields(fields) => fields.iter().filter_map(|field| rust_ident(&field.name)).collect(),
                };
                Variant { ident, declaration, names }
            });
        let variants: Vec<_> = variants.collect();
        let defaults = derives.iter().any(|derive| derive.name() == "Default");
        let written = variants.iter().map(|Variant { ident, declaration, names }| {
            let doc = self.text(&doc_or(&declaration.comment, || format!("`{}`", declaration.wire)));
            let default = (declaration.is_default && defaults).then(|| quote! { #[default] });
            let data = self.data(&declaration.data, names, |field| {
                let doc = self.text(&doc_or(&field.comment, || format!("`{}`", field.wire)));
                quote_spanned! { here=> #[doc = #doc] }
            });
            quote_spanned! { here=> #[doc = #doc] #default #ident #data }
        });
        let (derives, item) = (added(derives, OF_STRUCTS), quote_spanned! { here=> enum #name { #(#written,)* } });
        let declared = self.item(doc, &quote_spanned! { here=> Clone, Debug, PartialEq #derives }, &item);
        let used = self.used(&name);
        let serde = self.serde_of_variants(&used, declaration, &variants);
        let shape = crate::schema::implemented(self.with_names_in_json(&used, declaration, &variants), Some(krate));
        quote! { #declared #serde #attributes const _: () = { #shape }; }
    }

    /// Returns the data of a variant, with attributes before each field.
    fn data(
        &self,
        data: &VariantData,
        names: &[Ident],
        attributes: impl Fn(&FieldDecl) -> TokenStream,
    ) -> Option<TokenStream> {
        let here = self.here();
        match data {
            VariantData::Unit => None,
            VariantData::Tuple(types) => {
                let types = types.iter().map(|ty| self.ty(ty));
                Some(quote_spanned! { here=> (#(#types),*) })
            }
            VariantData::Fields(fields) => {
                let fields = fields.iter().zip(names).map(|(field, name)| {
                    let (attributes, ty) = (attributes(field), self.ty(&field.ty));
                    quote_spanned! { here=> #attributes #name: #ty }
                });
                Some(quote_spanned! { here=> { #(#fields),* } })
            }
        }
    }

    /// Returns the enum with serde's attributes, for `#[derive(Schema)]`.
    fn with_names_in_json(&self, name: &Ident, declaration: &EnumDecl, variants: &[Variant<'_>]) -> TokenStream {
        let tagging = match &declaration.tagging {
            Tagging::External => quote! {},
            Tagging::Internal(tag) => {
                let tag = &tag.value;
                quote! { #[serde(tag = #tag)] }
            }
            Tagging::Adjacent(tag, content) => {
                let (tag, content) = (&tag.value, &content.value);
                quote! { #[serde(tag = #tag, content = #content)] }
            }
            Tagging::Untagged => quote! { #[serde(untagged)] },
        };
        let variants = variants.iter().map(|Variant { ident, declaration, names }| {
            let (wire, ident) = (&declaration.wire, self.used(ident));
            let data = self.data(&declaration.data, names, |field| {
                let wire = &field.wire;
                let default = field.default.is_some().then(|| quote! { #[serde(default)] });
                let omitted = matches!(field.ty.kind, TypeKind::Option(_));
                let omitted = omitted.then(|| quote! { #[serde(skip_serializing_if = "Option::is_none")] });
                quote! { #[serde(rename = #wire)] #default #omitted }
            });
            quote! { #[serde(rename = #wire)] #ident #data }
        });
        quote! { #tagging enum #name { #(#variants),* } }
    }

    /// Returns serde's traits. The fields of a variant have the serde names of a struct's fields.
    fn serde_of_variants(&self, name: &Ident, declaration: &EnumDecl, variants: &[Variant<'_>]) -> TokenStream {
        let Self { krate, attributes, .. } = self;
        let (mut structs, mut arms, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for Variant { ident, declaration, names } in variants {
            let (ident, wire) = (self.used(ident), &declaration.wire);
            let names: Vec<_> = names.iter().map(|name| self.used(name)).collect();
            match &declaration.data {
                VariantData::Unit => {
                    arms.push(quote! { #name::#ident => (#wire, ::core::option::Option::None) });
                    entries.push(quote! { #wire () => |()| #name::#ident });
                }
                VariantData::Tuple(types) => {
                    let types: Vec<_> = types.iter().map(|ty| self.ty(ty)).collect();
                    arms.push(quote! {
                        #name::#ident(#(#names),*) =>
                            (#wire, ::core::option::Option::Some(__variants::written::<__S::Error>(&(#(#names),*))?))
                    });
                    entries.push(quote! { #wire (#(#types),*) => |(#(#names),*)| #name::#ident(#(#names),*) });
                }
                VariantData::Fields(fields) => {
                    let held = format_ident!("__{}", ident.to_string().trim_start_matches("r#"));
                    let own = fields.iter().zip(&names).map(|(field, name)| {
                        let ty = self.ty(&field.ty);
                        quote! { #name: #ty }
                    });
                    let in_json = fields.iter().zip(&names).map(|(field, name)| self.field_in_json(&held, name, field));
                    structs.push(quote! {
                        struct #held { #(#own),* }
                        #krate::__private::structure! { #held { #(#in_json),* } }
                    });
                    let cloned = names.iter().map(|name| quote! { #name: ::core::clone::Clone::clone(#name) });
                    arms.push(quote! {
                        #name::#ident { #(#names),* } =>
                            (#wire, ::core::option::Option::Some(__variants::written::<__S::Error>(&#held { #(#cloned),* })?))
                    });
                    entries.push(quote! { #wire #held => |__held| #name::#ident { #(#names: __held.#names),* } });
                }
            }
        }
        let tagging = match &declaration.tagging {
            Tagging::External => quote! { External },
            Tagging::Internal(tag) => {
                let tag = &tag.value;
                quote! { Internal(#tag) }
            }
            Tagging::Adjacent(tag, content) => {
                let (tag, content) = (&tag.value, &content.value);
                quote! { Adjacent(#tag, #content) }
            }
            Tagging::Untagged => quote! { Untagged },
        };
        quote! {
            #attributes
            #[allow(non_snake_case, non_camel_case_types, unused_parens, clippy::all)]
            const _: () = {
                use #krate::__private::variants as __variants;
                #(#structs)*
                #krate::__private::variants! {
                    #name #tagging
                    { #(#arms,)* }
                    { #(#entries,)* }
                }
            };
        }
    }
}
