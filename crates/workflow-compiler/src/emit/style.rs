//! The common properties of all items of one workflow: paths, attributes, spans, and Rust types.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::module::Module;
use super::name::rust_ident;
use super::shape::Parts;
use crate::syntax::ast::{Type, TypeKind, Workflow, plain};

/// The common properties of all items of one workflow.
#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    /// The path of workflow-runtime.
    pub(super) krate: &'a TokenStream,
    /// The workflow's visibility, as written in this module.
    pub(super) visibility: &'a TokenStream,
    /// Attributes for every item: conditions and lint levels of the workflow.
    pub(super) attributes: &'a TokenStream,
    /// The declared structs that each declared struct contains.
    pub(super) parts: &'a Parts,
    /// The names of the declared structs and enums.
    pub(super) declared: &'a BTreeSet<String>,
    /// The span of generated tokens, for an editor.
    pub(super) editor: Option<&'a Editor>,
    /// The module of the workflow's types.
    pub(super) module: &'a Module,
    /// Whether the items are in that module.
    pub(super) inside: bool,
}

/// The spans and paths with which rust-analyzer finds declarations.
///
/// It shows the whole macro call instead of the declared name if a declaration has tokens that are not the user's and
/// its file was opened before the crates were loaded: it then knows the file by two different ids. A declaration whose
/// tokens are all in the file needs only one. So generated tokens get the span of a brace, which is rarely hovered
/// over, and avoid `$crate`, whose span is its meaning.
pub(super) struct Editor {
    /// The brace that opens the workflow's body.
    brace: Span,
    /// A module in scope with the types of `$crate`.
    types: Ident,
}

impl Editor {
    pub(super) fn of(workflow: &Workflow) -> Self {
        let mut types = types_of(&workflow.name);
        types.set_span(workflow.brace);
        Self { brace: workflow.brace, types }
    }
}

/// Returns the name of the module with workflow-runtime's types for a workflow, with the span of its name.
pub(super) fn types_of(workflow: &Ident) -> Ident {
    format_ident!("__{}Types", plain(workflow), span = workflow.span())
}

impl Style<'_> {
    /// Returns the span of generated tokens in a declaration.
    pub(super) fn here(&self) -> Span {
        self.editor.map_or_else(Span::call_site, |editor| editor.brace)
    }

    /// Text in a declaration.
    pub(super) fn text(&self, text: &str) -> Literal {
        let mut literal = Literal::string(text);
        literal.set_span(self.here());
        literal
    }

    /// Returns the user's word where it is not a declaration: an editor must find only the declaration.
    pub(super) fn used(&self, word: &Ident) -> Ident {
        let mut word = word.clone();
        if let Some(editor) = self.editor {
            word.set_span(editor.brace);
        }
        word
    }

    /// Returns the path of a workflow's type where it is used.
    pub(super) fn path(&self, ty: &Ident) -> TokenStream {
        if self.inside || !self.module.holds(ty) { self.used(ty).into_token_stream() } else { self.module.path(ty) }
    }

    /// Returns the text of a type.
    pub(super) fn spelled(&self, ty: &Type) -> String {
        crate::question::spell(Self { inside: true, ..*self }.ty(ty))
    }

    /// Returns the path of workflow-runtime's types in a declaration.
    pub(super) fn types(&self) -> TokenStream {
        self.editor.map_or_else(|| self.krate.clone(), |editor| editor.types.to_token_stream())
    }

    /// Returns a type with its documentation.
    pub(super) fn item(&self, doc: &str, derives: &TokenStream, item: &TokenStream) -> TokenStream {
        let Self { visibility, attributes, .. } = self;
        let (here, doc) = (self.here(), self.text(doc));
        quote_spanned! { here=>
            #[doc = #doc]
            #attributes
            #[allow(dead_code, non_snake_case, non_camel_case_types, clippy::all)]
            #[derive(#derives)]
            #visibility #item
        }
    }

    /// Imports these types.
    pub(super) fn types_in_scope(&self) -> Option<TokenStream> {
        let Editor { types, .. } = self.editor?;
        let Self { krate, attributes, .. } = self;
        Some(quote! {
            #attributes
            #[allow(unused_imports)]
            #[doc(hidden)]
            use #krate::__private::ide::types as #types;
        })
    }

    /// Returns a macro call with the workflow's own attributes, which a call itself cannot have.
    pub(super) fn conditional(&self, call: TokenStream) -> TokenStream {
        if self.attributes.is_empty() {
            return call;
        }
        let attributes = &self.attributes;
        quote! { #attributes const _: () = { #call }; }
    }

    /// Returns the Rust type of a type of the language.
    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        let (here, types) = (self.here(), self.types());
        match &ty.kind {
            TypeKind::String => quote_spanned! { here=> ::std::string::String },
            TypeKind::Bool => quote_spanned! { here=> bool },
            TypeKind::Integer(ident) | TypeKind::Float(ident) => ident.to_token_stream(),
            TypeKind::Timestamp => quote_spanned! { here=> #types::Timestamp },
            TypeKind::Arn => quote_spanned! { here=> #types::Arn },
            TypeKind::Vec(item) => {
                let item = self.ty(item);
                quote_spanned! { here=> ::std::vec::Vec<#item> }
            }
            TypeKind::Option(inner) => {
                let inner = self.ty(inner);
                quote_spanned! { here=> ::core::option::Option<#inner> }
            }
            TypeKind::Map(value) => {
                let value = self.ty(value);
                quote_spanned! { here=> #types::Map<#value> }
            }
            TypeKind::Named(ident) => match rust_ident(ident) {
                Some(ident) if self.inside || !self.module.holds(&ident) => ident.to_token_stream(),
                Some(ident) => self.module.path(&ident),
                None => quote_spanned! { here=> #types::Json },
            },
            TypeKind::Path(path) => path.clone(),
            TypeKind::Json | TypeKind::Invalid(_) => quote_spanned! { here=> #types::Json },
        }
    }
}
