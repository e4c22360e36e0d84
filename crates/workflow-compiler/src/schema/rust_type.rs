//! The shape of a Rust type, which rustc knows unless the type contains itself.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, Type};

use crate::question::spell;

/// The context of types.
pub(super) struct Types<'a> {
    /// The path of workflow-runtime.
    pub(super) krate: &'a TokenStream,
    /// The type of the derive.
    pub(super) derived: &'a Ident,
}

impl Types<'_> {
    /// Returns the shape of a type. A constant cannot contain itself, so the type refers to itself by name.
    pub(super) fn shape(&self, ty: &Type) -> TokenStream {
        let krate = self.krate;
        if self.is_in(ty.to_token_stream()) {
            return self.around(ty).unwrap_or_else(|| self.plain(&quote! { Any }));
        }
        let name = spell(ty.to_token_stream());
        quote! { #krate::__private::shape!(#ty, #name) }
    }

    /// Returns the shape of a well-known generic type with the type itself in it.
    fn around(&self, ty: &Type) -> Option<TokenStream> {
        let ty = match ty {
            Type::Reference(reference) => return self.around(&reference.elem),
            Type::Paren(inner) => return self.around(&inner.elem),
            Type::Group(inner) => return self.around(&inner.elem),
            Type::Path(path) => path.path.segments.last()?,
            _ => return None,
        };
        if ty.ident == *self.derived || ty.ident == "Self" {
            return Some(self.plain(&quote! { Own }));
        }
        let PathArguments::AngleBracketed(arguments) = &ty.arguments else { return None };
        let last = arguments.args.iter().rev().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })?;
        let inner = self.around(last)?;
        match ty.ident.to_string().as_str() {
            "Box" | "Rc" | "Arc" | "Cow" => Some(inner),
            "Option" => Some(self.nested(&quote! { Option }, &inner)),
            "Vec" | "VecDeque" | "LinkedList" | "BTreeSet" | "HashSet" => Some(self.nested(&quote! { Array }, &inner)),
            "BTreeMap" | "HashMap" => Some(self.nested(&quote! { Map }, &inner)),
            _ => None,
        }
    }

    /// Returns whether the type's name is among these words.
    fn is_in(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == *self.derived || ident == "Self",
            proc_macro2::TokenTree::Group(group) => self.is_in(group.stream()),
            _ => false,
        })
    }
}
