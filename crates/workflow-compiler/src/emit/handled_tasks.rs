//! The request and result types of tasks that functions and workers handle, for `#[handler]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::name::rust_ident;
use super::questions::{part, path};
use super::style::Style;
use crate::check::{HandledTask, Ty};
use crate::compilation::CompiledWorkflow;
use crate::syntax::ast::TypeKind;

/// The maximum depth of objects of anonymous types that are written out.
const LEVELS: usize = 8;

impl Style<'_> {
    /// Returns the tasks of functions and workers, with their types; `None` without such tasks.
    pub(super) fn handled(&self, compiled: &CompiledWorkflow) -> Option<TokenStream> {
        let entry = |state: &str, sends: &TokenStream, reads: &TokenStream| {
            quote! { __Handled { state: #state, sends: #sends, reads: #reads } }
        };
        let any = quote! { &__Shape::Any };
        let own = compiled.handled_tasks.iter().map(|HandledTask { state, sends, reads }| {
            let reads = reads.as_ref().filter(|ty| !matches!(ty.kind, TypeKind::Json | TypeKind::Invalid(_)));
            let reads = reads.map_or_else(|| any.clone(), |ty| self.shape_of(ty));
            entry(state, &self.shape_of_value(sends, LEVELS), &reads)
        });
        // The types of a document's requests and results are unknown.
        let documents = compiled.document.iter().flat_map(|document| &document.states);
        let documents = documents.filter(|state| state.handled).map(|state| entry(&state.ident, &any, &any));
        let mut all = own.chain(documents).peekable();
        all.peek()?;
        let krate = self.krate;
        Some(quote! {{
            #[allow(unused_imports)]
            use #krate::__private::schema::{Field as __Field, Handled as __Handled, Shape as __Shape};
            &[#(#all),*]
        }})
    }

    /// Returns the shape of a value with an inferred type.
    fn shape_of_value(&self, ty: &Ty, levels: usize) -> TokenStream {
        let krate = self.krate;
        let Some(levels) = levels.checked_sub(1) else { return quote! { &__Shape::Any } };
        let plain = |kind: &str| {
            let kind = Ident::new(kind, Span::call_site());
            quote! { &__Shape::#kind }
        };
        let around = |kind: &str, inner: &Ty| {
            let (kind, inner) = (Ident::new(kind, Span::call_site()), self.shape_of_value(inner, levels));
            quote! { &__Shape::#kind { of: #inner } }
        };
        match ty {
            Ty::Unknown | Ty::Error(_) => plain("Any"),
            Ty::Null => plain("Null"),
            Ty::Bool => plain("Bool"),
            Ty::Number => plain("Number"),
            Ty::Float(_) => plain("Float"),
            Ty::Text | Ty::Arn => plain("Text"),
            Ty::Timestamp => plain("Timestamp"),
            // An object of AWS.
            Ty::Shape(_) => around("Map", &Ty::Unknown),
            Ty::Integer(int) => {
                let int = Ident::new(int.name(), Span::call_site());
                quote! { <#int as #krate::Schema>::SHAPE }
            }
            Ty::Array(item) => around("Array", item),
            Ty::Option(inner) | Ty::Nullable(inner) => around("Option", inner),
            Ty::Map(value) => around("Map", value),
            Ty::Tuple(items) if items.is_empty() => around("Array", &Ty::Unknown),
            Ty::Tuple(items) => {
                let items = items.iter().map(|item| self.shape_of_value(item, levels));
                quote! { &__Shape::Tuple { of: &[#(#items),*] } }
            }
            Ty::Object(members) => {
                let members = members.iter().map(|(name, ty)| {
                    let (skipped, shape) = (matches!(ty, Ty::Option(_)), self.shape_of_value(ty, levels));
                    quote! { __Field::of(#name, #skipped, #shape) }
                });
                quote! { &__Shape::Object { of: &[#(#members),*] } }
            }
            Ty::Struct(name) | Ty::Enum(name) => match rust_ident(&Ident::new(name, Span::call_site())) {
                Some(name) => {
                    let name = self.path(&name);
                    quote! { <#name as #krate::Schema>::SHAPE }
                }
                None => plain("Any"),
            },
            Ty::Foreign(of) => {
                let (name, ty, path) = (&*of.name, part(krate, of), path(of));
                quote! {{
                    use #krate::__private::schema as __schema;
                    __schema::shape_at(#krate::__private::shape!(#ty, #name), &[#path])
                }}
            }
        }
    }
}
