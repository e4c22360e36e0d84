//! `Schema` for the types that a workflow declares: other workflows may take them as types of Rust code.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::data::Style;
use crate::syntax::ast::{DeclarationKind, EnumDecl, FieldDecl, Type, TypeKind, Workflow, plain};

/// Which declared structs each declared struct has somewhere in it.
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

/// The type's own name, without what is around it.
fn named(ty: &Type) -> Option<String> {
    match &ty.kind {
        TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Map(inner) => named(inner),
        TypeKind::Named(name) => Some(plain(name)),
        _ => None,
    }
}

impl Style<'_> {
    /// `Schema` for a struct with these fields.
    pub(super) fn shape_of_struct(&self, name: &Ident, fields: &[(&Ident, &FieldDecl)]) -> TokenStream {
        let krate = self.krate;
        let fields = fields.iter().map(|(ident, field)| {
            // Of its own types the macro has serde leave out what is `None`.
            let skipped = matches!(field.ty.kind, TypeKind::Option(_));
            let (wire, rust, shape) = (&field.wire, plain(ident), self.shape(&field.ty, &plain(name)));
            quote! {
                #krate::__private::schema::Field {
                    name: #wire, rust: #rust, optional: false, skipped: #skipped, flat: false, shape: #shape,
                }
            }
        });
        self.schema(name, &quote! { &#krate::__private::schema::Shape::Object { of: &[#(#fields),*] } })
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

    /// The shape of a field's type in the struct `owner`. A constant cannot be made of itself: where the struct is
    /// met again it is named, and where another one leads back to it, nothing is said.
    fn shape(&self, ty: &Type, owner: &str) -> TokenStream {
        let krate = self.krate;
        let schema = quote! { #krate::__private::schema };
        let inner = named(ty);
        let again = inner.as_deref() == Some(owner);
        let leads_back =
            inner.as_ref().and_then(|name| self.parts.get(name)).is_some_and(|parts| parts.contains(owner));
        match &ty.kind {
            TypeKind::Vec(of) if again => {
                let of = self.shape(of, owner);
                quote! { &#schema::Shape::Array { of: #of } }
            }
            TypeKind::Option(of) if again => {
                let of = self.shape(of, owner);
                quote! { &#schema::Shape::Option { of: #of } }
            }
            TypeKind::Map(of) if again => {
                let of = self.shape(of, owner);
                quote! { &#schema::Shape::Map { of: #of } }
            }
            _ if again => quote! { &#schema::Shape::Own },
            _ if leads_back => quote! { &#schema::Shape::Any },
            _ => {
                let of = self.ty(ty);
                let name = crate::schema::own::spell(of.clone());
                quote! { #krate::__private::shape!(#of, #name) }
            }
        }
    }
}
