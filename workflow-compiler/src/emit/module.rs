//! The module that the types of a workflow stand in.
//!
//! Each is imported where the workflow stands. A Rust item of the same name beside it then clashes with that import
//! alone: were the types there themselves, each `impl` for one would be for the other item too.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::name::derived;
use super::workflow::is_for_every_item;
use crate::syntax::ast::{DeclarationKind, FieldDecl, Shape, Type, TypeKind, Workflow, plain};

/// The module and what is in it.
pub(super) struct Module {
    name: Ident,
    /// The workflow's visibility, as it is written one module deeper.
    pub(super) visibility: TokenStream,
    /// The types in it. What has a type of the user's own Rust code in it is not: `super` may not lead to that.
    types: BTreeSet<String>,
}

impl Module {
    /// The module of a workflow; nothing is in it where its visibility cannot be written there, nor for an editor, which
    /// is to find each type where the workflow stands.
    pub(super) fn of(workflow: &Workflow, editor: bool) -> Self {
        let name = Ident::new(&format!("__workflow_{}", plain(&workflow.name)), workflow.name.span());
        let (visibility, types) = match deeper(&workflow.visibility).filter(|_| !editor) {
            Some(visibility) => (visibility, types(workflow)),
            None => (TokenStream::new(), BTreeSet::new()),
        };
        Self { name, visibility, types }
    }

    /// Returns whether the type stands in it.
    pub(super) fn holds(&self, ty: &Ident) -> bool {
        self.types.contains(&plain(ty))
    }

    /// Returns a type in it, where the workflow stands.
    pub(super) fn path(&self, ty: &Ident) -> TokenStream {
        // rustc underlines all of the path. The word itself is not the user's: in their edition paths may be others.
        let span = ty.span().resolved_at(Span::call_site());
        let module = Ident::new(&self.name.to_string(), span);
        quote_spanned! { span=> #module::#ty }
    }

    /// Returns the import of a type. What it is called in the module is not at the user's word: from that rustc would
    /// make the proposal to write `as` after it.
    fn import(&self, ty: &Ident) -> TokenStream {
        let span = ty.span().resolved_at(Span::call_site());
        let module = Ident::new(&self.name.to_string(), span);
        let mut inside = ty.clone();
        inside.set_span(Span::call_site());
        quote_spanned! { span=> #module::#inside as #ty }
    }

    /// Returns the module around its types, which `names` are the names of, and their imports.
    pub(super) fn around(
        &self,
        types: &TokenStream,
        names: &[Ident],
        visibility: &TokenStream,
        attributes: &TokenStream,
    ) -> TokenStream {
        if names.is_empty() {
            return TokenStream::new();
        }
        let Self { name, .. } = self;
        let imports = names.iter().map(|name| self.import(name));
        quote! {
            #attributes
            #[allow(non_snake_case, unreachable_pub, clippy::all)]
            mod #name {
                // What a comment of the user's links to.
                #[allow(unused_imports)]
                use super::*;
                #types
            }
            #(
                #attributes
                #[allow(unused_imports, unreachable_pub)]
                #visibility use #imports;
            )*
        }
    }
}

/// Returns a visibility as it is written in a module inside; `None` where it is of a form that is not known.
fn deeper(visibility: &TokenStream) -> Option<TokenStream> {
    let mut tokens = visibility.clone().into_iter();
    let (_, group) = match (tokens.next(), tokens.next()) {
        (None, _) => return Some(quote! { pub(super) }),
        (Some(public), None) => return Some(public.into_token_stream()),
        (Some(public), Some(TokenTree::Group(group))) => (public, group),
        _ => return None,
    };
    let mut path = group.stream().into_iter().peekable();
    if path.peek().is_some_and(|word| word.to_string() == "in") {
        path.next();
    }
    let first = path.next()?.to_string();
    let rest: TokenStream = path.collect();
    match first.as_str() {
        "crate" => Some(visibility.clone()),
        "self" if rest.is_empty() => Some(quote! { pub(super) }),
        "self" => Some(quote! { pub(in super #rest) }),
        "super" => Some(quote! { pub(in super::super #rest) }),
        _ => None,
    }
}

/// Returns the types that may stand in the module.
fn types(workflow: &Workflow) -> BTreeSet<String> {
    let mut enums = BTreeSet::new();
    let mut structs: Vec<(String, &[FieldDecl])> = Vec::new();
    for declaration in &workflow.declarations {
        let generated = |suffix| plain(&derived(&workflow.name, suffix));
        match &declaration.kind {
            DeclarationKind::Enum(declaration) => {
                enums.insert(plain(&declaration.name));
            }
            DeclarationKind::Struct(declaration) => structs.push((plain(&declaration.name), &declaration.fields)),
            DeclarationKind::Input(Shape::Fields(fields)) => structs.push((generated("Input"), fields)),
            DeclarationKind::Output(Shape::Fields(fields)) => structs.push((generated("Output"), fields)),
            DeclarationKind::Params(fields) => structs.push((generated("Params"), fields)),
            _ => {}
        }
    }
    // Those that have others in them, until there are no more of the user's own.
    let mut types = enums;
    types.extend(structs.iter().map(|(name, _)| name.clone()));
    loop {
        let before = types.len();
        structs.retain(|(name, fields)| {
            let stays = fields.iter().all(|field| is_known(&field.ty, &types));
            if !stays {
                types.remove(name);
            }
            stays
        });
        if types.len() == before {
            break;
        }
    }
    types.insert(plain(&derived(&workflow.name, "State")));
    // Its own attributes may name what `super` does not lead to.
    if workflow.attributes.iter().all(is_for_every_item) {
        types.insert(plain(&workflow.name));
    }
    types
}

/// Returns whether the type means the same everywhere, or is in the module.
fn is_known(ty: &Type, types: &BTreeSet<String>) -> bool {
    match &ty.kind {
        TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Map(inner) => is_known(inner, types),
        TypeKind::Named(name) => types.contains(&plain(name)),
        TypeKind::Path(_) => false,
        _ => true,
    }
}
