//! Implements `Schema` for the types that a workflow declares, so that other workflows can use them as Rust types.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use super::style::Style;
use crate::check::types::Int;
use crate::contract::{limits_integer, range_of};
use crate::schema::rule;
use crate::syntax::ast::{DeclarationKind, EnumDecl, FieldDecl, Type, TypeKind, Workflow, plain};

/// The declared structs that each declared struct contains.
pub(super) type Parts = BTreeMap<String, BTreeSet<String>>;

/// Reads the declarations.
pub(super) fn parts(workflow: &Workflow) -> Parts {
    let structs = workflow.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Struct(declaration) => Some((plain(&declaration.name), &declaration.fields)),
        _ => None,
    });
    let direct: BTreeMap<_, BTreeSet<_>> =
        structs.map(|(name, fields)| (name, fields.iter().filter_map(|field| named(&field.ty)).collect())).collect();
    let reach = |from: &String| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = direct.get(from).into_iter().flatten().collect();
        while let Some(name) = next.pop() {
            if direct.contains_key(name) && reached.insert(name.clone()) {
                next.extend(direct.get(name).into_iter().flatten());
            }
        }
        reached
    };
    direct.keys().map(|name| (name.clone(), reach(name))).collect()
}

/// Returns whether the tokens contain a lifetime or a reference.
fn has_lifetime(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '\'' | '&'),
        TokenTree::Group(group) => has_lifetime(group.stream()),
        _ => false,
    })
}

/// Returns the name of the innermost type.
fn named(ty: &Type) -> Option<String> {
    match &ty.kind {
        TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Map(inner) => named(inner),
        TypeKind::Named(name) => Some(plain(name)),
        _ => None,
    }
}

impl Style<'_> {
    /// `Schema` for a struct with these fields.
    pub(super) fn shape_of_struct(&self, name: &Ident, fields: &[(Ident, &FieldDecl)]) -> TokenStream {
        let krate = self.krate;
        let fields = fields.iter().map(|(ident, field)| {
            // For its own types, the macro makes serde omit `None`.
            let skipped = matches!(field.ty.kind, TypeKind::Option(_));
            let optional = field.default.is_some();
            let (wire, rust) = (&field.wire, plain(ident));
            let shape = self.limited(field).unwrap_or_else(|| self.shape(&field.ty, &plain(name)));
            let rules = field.constraints.iter().filter(|of| !limits_integer(&field.ty, of)).map(|of| rule(krate, of));
            quote! {
                #krate::__private::schema::Field {
                    name: #wire, rust: #rust, optional: #optional, skipped: #skipped, flat: false, shape: #shape,
                    rules: &[#(#rules),*],
                }
            }
        });
        self.schema(name, &quote! { &#krate::__private::schema::Shape::Object { of: &[#(#fields),*] } })
    }

    /// Returns the shape of an integer with a range.
    fn limited(&self, field: &FieldDecl) -> Option<TokenStream> {
        let krate = self.krate;
        let (optional, ty) = match &field.ty.kind {
            TypeKind::Option(inner) => (true, inner.as_ref()),
            _ => (false, &field.ty),
        };
        let TypeKind::Integer(name) = &ty.kind else { return None };
        if field.constraints.is_empty() {
            return None;
        }
        let (least, greatest) = Int::named(&plain(name)).range();
        let (least, greatest) = range_of(least, greatest, &field.constraints);
        let shape = quote! { &#krate::__private::schema::Shape::Integer { least: #least, greatest: #greatest } };
        Some(if optional {
            quote! { &#krate::__private::schema::Shape::Option { of: #shape } }
        } else {
            shape
        })
    }

    /// `Schema` for an enum.
    pub(super) fn shape_of_enum(&self, name: &Ident, declaration: &EnumDecl) -> TokenStream {
        let krate = self.krate;
        let texts = declaration.variants.iter().map(|variant| &variant.wire);
        self.schema(name, &quote! { &#krate::__private::schema::Shape::Texts { of: &[#(#texts),*] } })
    }

    fn schema(&self, name: &Ident, of: &TokenStream) -> TokenStream {
        let Self { krate, attributes, .. } = self;
        let text = plain(name);
        quote! {
            #attributes
            impl #krate::Schema for #name {
                const SHAPE: &'static #krate::__private::schema::Shape =
                    &#krate::__private::schema::Shape::Named { name: #text, of: #of };
            }
        }
    }

    /// Returns the shape of a field's type in the struct `owner`. A constant cannot contain itself: the struct itself
    /// is referred to by name, and for another struct that leads back to it, the shape is omitted.
    fn shape(&self, ty: &Type, owner: &str) -> TokenStream {
        let krate = self.krate;
        let schema = quote! { #krate::__private::schema };
        let inner = named(ty);
        let again = inner.as_deref() == Some(owner);
        let leads_back =
            inner.as_ref().and_then(|name| self.parts.get(name)).is_some_and(|parts| parts.contains(owner));
        if leads_back && !again {
            return quote! { &#schema::Shape::Any };
        }
        if !again {
            return self.shape_of(ty);
        }
        self.container(ty, |of| self.shape(of, owner)).unwrap_or_else(|| quote! { &#schema::Shape::Own })
    }

    /// Returns the shape of a type that contains another; `None` for any other type.
    fn container(&self, ty: &Type, shape: impl FnOnce(&Type) -> TokenStream) -> Option<TokenStream> {
        let (kind, of) = match &ty.kind {
            TypeKind::Vec(of) => (quote! { Array }, of),
            TypeKind::Option(of) => (quote! { Option }, of),
            TypeKind::Map(of) => (quote! { Map }, of),
            _ => return None,
        };
        let (krate, of) = (self.krate, shape(of));
        Some(quote! { &#krate::__private::schema::Shape::#kind { of: #of } })
    }

    /// Returns the shape of a type.
    pub(super) fn shape_of(&self, ty: &Type) -> TokenStream {
        let (krate, of) = (self.krate, self.ty(ty));
        // These implement `Schema`.
        if is_known(ty, self.declared) {
            return quote! { <#of as #krate::Schema>::SHAPE };
        }
        if let Some(container) = self.container(ty, |inner| self.shape_of(inner)) {
            return container;
        }
        let name = self.spelled(ty);
        // For types with lifetimes, it is impossible to ask whether serde reads them.
        if has_lifetime(of.clone()) {
            self.shape_of_foreign(ty)
        } else {
            quote! { #krate::__private::readable!(#of, #name) }
        }
    }

    /// Returns the shape of a type that only rustc knows; without `Schema`, its JSON is any value.
    pub(super) fn shape_of_foreign(&self, ty: &Type) -> TokenStream {
        let (krate, of, name) = (self.krate, self.ty(ty), self.spelled(ty));
        quote! { #krate::__private::shape!(#of, #name) }
    }
}

/// Returns whether the type and all types in it are of the language, or declared with these names.
pub(super) fn is_known(ty: &Type, declared: &BTreeSet<String>) -> bool {
    match &ty.kind {
        TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Map(inner) => is_known(inner, declared),
        TypeKind::Named(name) => declared.contains(&plain(name)),
        TypeKind::Path(_) => false,
        _ => true,
    }
}
