//! The structs and enums of a workflow: declared ones, its input, output and params.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::name::rust_ident;
use super::shape::Parts;
use crate::syntax::ast::{Comment, EnumDecl, FieldDecl, Type, TypeKind};

/// What is the same for every item of one workflow.
pub(super) struct Style<'a> {
    /// The path of workflow-runtime.
    pub(super) krate: &'a TokenStream,
    /// The workflow's visibility.
    pub(super) visibility: &'a TokenStream,
    /// Attributes for every item: conditions and lint levels of the workflow.
    pub(super) attributes: TokenStream,
    /// Which declared structs are in which.
    pub(super) parts: Parts,
}

impl Style<'_> {
    /// A struct with serde's traits, or with `Params`.
    pub(super) fn structure(&self, name: &Ident, doc: &str, fields: &[FieldDecl], params: bool) -> TokenStream {
        let Self { krate, visibility, attributes, .. } = self;
        let mut seen = Vec::new();
        let fields: Vec<Field<'_>> = fields
            .iter()
            .filter_map(|field| {
                let ident = rust_ident(&field.name)?;
                // A field that is declared twice is reported; a second one would bring rustc's own error.
                (!seen.contains(&ident)).then(|| seen.push(ident.clone()))?;
                Some(Field { ident, declaration: field })
            })
            .collect();
        let declarations = fields.iter().map(|Field { ident, declaration }| {
            let doc = doc_or(&declaration.comment, || format!("`{}`", declaration.wire));
            let ty = self.ty(&declaration.ty);
            quote! { #[doc = #doc] #visibility #ident: #ty }
        });
        let implementation = self.conditional(if params {
            let entries = fields.iter().map(|Field { ident, declaration }| {
                let wire = crate::syntax::ast::plain(&declaration.name);
                quote! { #ident = #wire }
            });
            quote! { #krate::__private::parameters! { #name { #(#entries),* } } }
        } else {
            let entries = fields.iter().map(|Field { ident, declaration }| {
                let (ty, wire) = (self.ty(&declaration.ty), &declaration.wire);
                let optional = matches!(declaration.ty.kind, TypeKind::Option(_)).then(|| quote! { optional });
                quote! { #ident: #ty = #wire #optional }
            });
            quote! { #krate::__private::structure! { #name { #(#entries),* } } }
        });
        let shape = (!params).then(|| {
            let fields: Vec<_> = fields.iter().map(|field| (&field.ident, field.declaration)).collect();
            self.shape_of_struct(name, &fields)
        });
        quote! {
            #[doc = #doc]
            #attributes
            #[allow(dead_code, non_snake_case, non_camel_case_types, clippy::all)]
            #[derive(Clone, Debug, PartialEq)]
            #visibility struct #name { #(#declarations,)* }
            #implementation
            #shape
        }
    }

    /// An enum of texts with serde's traits.
    pub(super) fn enumeration(&self, declaration: &EnumDecl, doc: &str) -> TokenStream {
        let Self { krate, visibility, attributes, .. } = self;
        let Some(name) = rust_ident(&declaration.name) else { return TokenStream::new() };
        let mut seen = Vec::new();
        let variants = declaration.variants.iter().filter_map(|variant| {
            let ident = rust_ident(&variant.name)?;
            (!seen.contains(&ident)).then(|| seen.push(ident.clone()))?;
            Some((ident, variant))
        });
        let (variants, entries): (Vec<_>, Vec<_>) = variants
            .map(|(ident, variant)| {
                let (doc, wire) = (doc_or(&variant.comment, || format!("`{}`", variant.wire)), &variant.wire);
                (quote! { #[doc = #doc] #ident }, quote! { #ident = #wire })
            })
            .unzip();
        let implementation = self.conditional(quote! { #krate::__private::enumeration! { #name { #(#entries),* } } });
        let shape = self.shape_of_enum(&name, declaration);
        quote! {
            #[doc = #doc]
            #attributes
            #[allow(dead_code, non_camel_case_types, clippy::all)]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #visibility enum #name { #(#variants,)* }
            #implementation
            #shape
        }
    }

    /// The call of a macro under the workflow's own attributes, which a call itself cannot have.
    pub(super) fn conditional(&self, call: TokenStream) -> TokenStream {
        if self.attributes.is_empty() {
            return call;
        }
        let attributes = &self.attributes;
        quote! { #attributes const _: () = { #call }; }
    }

    /// The Rust type for a type of the language.
    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        let krate = self.krate;
        match &ty.kind {
            TypeKind::String => quote! { ::std::string::String },
            TypeKind::Bool => quote! { bool },
            TypeKind::Integer(ident) | TypeKind::Float(ident) => ident.to_token_stream(),
            TypeKind::Timestamp => quote! { #krate::Timestamp },
            TypeKind::Arn => quote! { #krate::Arn },
            TypeKind::Vec(item) => {
                let item = self.ty(item);
                quote! { ::std::vec::Vec<#item> }
            }
            TypeKind::Option(inner) => {
                let inner = self.ty(inner);
                quote! { ::core::option::Option<#inner> }
            }
            TypeKind::Map(value) => {
                let value = self.ty(value);
                quote! { #krate::Map<#value> }
            }
            TypeKind::Named(ident) => match rust_ident(ident) {
                Some(ident) => ident.to_token_stream(),
                None => quote! { #krate::Json },
            },
            TypeKind::Path(path) => path.clone(),
            TypeKind::Json | TypeKind::Invalid => quote! { #krate::Json },
        }
    }
}

struct Field<'a> {
    ident: Ident,
    declaration: &'a FieldDecl,
}

/// The user's comment, or else the given text: `missing_docs` wants one or the other.
pub(super) fn doc_or(comment: &Comment, otherwise: impl FnOnce() -> String) -> String {
    match comment {
        Some(comment) => comment.value.lines().map(|line| format!(" {line}")).collect::<Vec<_>>().join("\n"),
        None => format!(" {}", otherwise()),
    }
}
