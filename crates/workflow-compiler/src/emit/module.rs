//! The module that contains the types of a workflow.
//!
//! Each type is imported next to the workflow. A Rust item of the same name then conflicts only with the import. If the
//! types were there themselves, each `impl` would apply to the other item too.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::name::derived;
use super::shape::is_known;
use crate::syntax::ast::{
    DeclarationKind, DefaultValue, Derive, EnumDecl, FieldDecl, Shape, StructDecl, Workflow, plain,
};

/// The module and its contents.
pub(super) struct Module {
    name: Ident,
    /// The workflow's visibility, as written one level deeper.
    pub(super) visibility: TokenStream,
    /// The types in the module. Types that contain user-defined Rust types are excluded, because `super` may not lead
    /// to those.
    types: BTreeSet<String>,
}

impl Module {
    /// Creates the module of a workflow. It is empty if its visibility cannot be written there, and for an editor,
    /// which must find each type next to the workflow. Names that another workflow has `taken` are not in it.
    pub(super) fn of(workflow: &Workflow, taken: &BTreeSet<String>, editor: bool) -> Self {
        let name = Ident::new(&format!("__workflow_{}", plain(&workflow.name)), workflow.name.span());
        let (visibility, types) = match deeper(&workflow.visibility).filter(|_| !editor) {
            Some(visibility) => (visibility, types(workflow, taken)),
            None => (TokenStream::new(), BTreeSet::new()),
        };
        Self { name, visibility, types }
    }

    /// Returns whether the type is in the module.
    pub(super) fn holds(&self, ty: &Ident) -> bool {
        self.types.contains(&plain(ty))
    }

    /// Returns the path of a type in the module, next to the workflow.
    pub(super) fn path(&self, ty: &Ident) -> TokenStream {
        // rustc underlines the whole path. The word has another span: in the user's edition, paths may differ.
        let span = ty.span().resolved_at(Span::call_site());
        let module = Ident::new(&self.name.to_string(), span);
        quote_spanned! { span=> #module::#ty }
    }

    /// Returns the import of a type. Its name does not have the user's span: rustc would suggest `as` after it.
    fn import(&self, ty: &Ident) -> TokenStream {
        let span = ty.span().resolved_at(Span::call_site());
        let module = Ident::new(&self.name.to_string(), span);
        let mut inside = ty.clone();
        inside.set_span(Span::call_site());
        quote_spanned! { span=> #module::#inside as #ty }
    }

    /// Returns the module with its types, whose names are `names`, and their imports.
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
                // For links in the user's comments.
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

/// Returns a visibility as written in a nested module; `None` for an unknown form.
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

/// Returns the types that can be in the module.
fn types(workflow: &Workflow, taken: &BTreeSet<String>) -> BTreeSet<String> {
    let mut enums = BTreeSet::new();
    let mut structs: Vec<(String, &[FieldDecl])> = Vec::new();
    for declaration in &workflow.declarations {
        // The paths of other macros and functions may lead to items that are not in scope there.
        if !declaration.derives.iter().all(Derive::is_of_prelude) {
            continue;
        }
        let generated = |suffix| plain(&derived(&workflow.name, suffix));
        match &declaration.kind {
            // A type of a fragment that an earlier workflow uses is beside that workflow.
            DeclarationKind::Enum(EnumDecl { name, .. }) | DeclarationKind::Struct(StructDecl { name, .. })
                if workflow.of_fragments.contains(&plain(name)) && taken.contains(&plain(name)) => {}
            // Its data may be of types that are not in the module.
            DeclarationKind::Enum(declaration) if declaration.has_data() => {}
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
    // Types that contain others, until no more contain user-defined types.
    let mut types = enums;
    types.extend(structs.iter().map(|(name, _)| name.clone()));
    loop {
        let before = types.len();
        structs.retain(|(name, fields)| {
            let stays = fields.iter().all(|field| is_known(&field.ty, &types) && !calls(field));
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
    // Its own attributes may name items that `super` does not lead to.
    if workflow.attributes.iter().all(is_for_every_item) {
        types.insert(plain(&workflow.name));
    }
    types
}

/// Returns whether a function of the user's makes the field's default.
fn calls(field: &FieldDecl) -> bool {
    let default = field.default.as_ref().map(|default| &default.value);
    matches!(default, Some(DefaultValue::Function(_) | DefaultValue::OfStruct(Some(_))))
}

/// Conditions and lint levels apply to all items of a workflow, other attributes only to its own type.
pub(super) fn is_for_every_item(attribute: &TokenStream) -> bool {
    let words = attribute.clone().into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => group.stream().into_iter().next(),
        _ => None,
    });
    words
        .filter_map(|token| match token {
            TokenTree::Ident(ident) => Some(ident.to_string()),
            _ => None,
        })
        .any(|word| matches!(word.as_str(), "cfg" | "cfg_attr" | "allow" | "warn" | "deny" | "forbid" | "deprecated"))
}
