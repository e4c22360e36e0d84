//! The types of the roots of references, as Rust items for an editor. It completes, follows and renames members of
//! results, map items and variables like the types of the input.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::name::rust_ident;
use crate::check::{Foreign, ForeignPart, Ty, members_of};
use crate::syntax::word::ReferenceSegment;

/// The Rust type of one value.
pub(super) struct ValueType<'a> {
    /// The module with workflow-runtime's types.
    types: &'a Ident,
    /// The span of members that no declaration of the user has.
    here: Span,
    /// The index of the reference's word.
    number: usize,
    /// The structs so far, and their number.
    structs: (TokenStream, usize),
}

impl<'a> ValueType<'a> {
    pub(super) fn new(types: &'a Ident, here: Span, number: usize) -> Self {
        Self { types, here, number, structs: Default::default() }
    }

    /// Returns a value of the type, and the structs along these steps. Other members are not needed.
    pub(super) fn declare(mut self, name: &Ident, ty: &Ty, steps: &[ReferenceSegment]) -> TokenStream {
        let ty = self.rust_type(ty, steps);
        let structs = &self.structs.0;
        let declaration = self.value(name, &ty);
        quote! { #declaration #structs }
    }

    /// Returns a named retrier or catcher.
    pub(super) fn declare_handler(&self, name: &Ident, retrier: bool) -> TokenStream {
        let ty = format_ident!("{}", if retrier { "Retrier" } else { "Catcher" }, span = self.here);
        self.value(name, &ty.into_token_stream())
    }

    /// A declaration without an initializer: an editor would show it.
    fn value(&self, name: &Ident, ty: &TokenStream) -> TokenStream {
        let here = self.here;
        quote_spanned! { here=> unsafe extern { pub safe static #name: #ty; } }
    }

    fn json(&self) -> TokenStream {
        let (here, types) = (self.here, self.types);
        quote_spanned! { here=> #types::value::Json }
    }

    fn rust_type(&mut self, ty: &Ty, steps: &[ReferenceSegment]) -> TokenStream {
        let (types, here) = (self.types, self.here);
        match ty {
            Ty::Bool => quote_spanned! { here=> bool },
            Ty::Integer(_) => quote_spanned! { here=> i64 },
            Ty::Number | Ty::Float(_) => quote_spanned! { here=> f64 },
            Ty::Text => quote_spanned! { here=> ::std::string::String },
            Ty::Timestamp => quote_spanned! { here=> #types::Timestamp },
            Ty::Arn => quote_spanned! { here=> #types::Arn },
            Ty::Struct(name) | Ty::Enum(name) => {
                rust_ident(&Ident::new(name, here)).map_or_else(|| self.json(), Ident::into_token_stream)
            }
            Ty::Option(inner) | Ty::Nullable(inner) => {
                let inner = self.rust_type(inner, steps);
                quote_spanned! { here=> ::core::option::Option<#inner> }
            }
            Ty::Array(item) => {
                let item = self.rust_type(item, steps.get(1..).unwrap_or_default());
                quote_spanned! { here=> ::std::vec::Vec<#item> }
            }
            Ty::Tuple(items) => {
                let Some((ReferenceSegment::Index(Some(at)), rest)) = steps.split_first() else { return self.json() };
                let item = match items.get(*at) {
                    Some(item) => self.rust_type(item, rest),
                    None => self.json(),
                };
                quote_spanned! { here=> ::std::vec::Vec<#item> }
            }
            Ty::Map(value) => {
                let Some((ReferenceSegment::Member(name), rest)) = steps.split_first() else {
                    let value = self.rust_type(value, &[]);
                    return quote_spanned! { here=> #types::Map<#value> };
                };
                let value = self.rust_type(value, rest);
                self.structure([(name.to_string(), value)])
            }
            Ty::Object(members) => {
                let members: Vec<_> = members.iter().map(|(name, ty)| (name.as_str(), ty.clone())).collect();
                self.object(members, steps)
            }
            Ty::Shape(part) => self.object(members_of(*part).collect(), steps),
            Ty::Foreign(of) => self.foreign(of),
            Ty::Unknown | Ty::Error(_) | Ty::Null => self.json(),
        }
    }

    fn object(&mut self, members: Vec<(&str, Ty)>, steps: &[ReferenceSegment]) -> TokenStream {
        // Without a step into it, its members are not needed.
        let Some((first, rest)) = steps.split_first() else {
            return self.json();
        };
        let members: Vec<_> = members
            .into_iter()
            .map(|(name, ty)| {
                let followed = matches!(first, ReferenceSegment::Member(step) if step == name);
                (name.to_owned(), self.rust_type(&ty, if followed { rest } else { &[] }))
            })
            .collect();
        self.structure(members)
    }

    /// Returns a struct with these members, except those whose names are not valid in Rust.
    fn structure(&mut self, members: impl IntoIterator<Item = (String, TokenStream)>) -> TokenStream {
        let here = self.here;
        let name = format_ident!("__Value{}_{}", self.number, self.structs.1, span = here);
        self.structs.1 += 1;
        let fields = members.into_iter().filter_map(|(name, ty)| {
            let field = rust_ident(&syn::parse_str(&name).ok()?)?;
            Some((field, ty))
        });
        let fields = fields.map(|(mut field, ty)| {
            field.set_span(here);
            quote_spanned! { here=> pub #field: #ty }
        });
        let fields: Vec<_> = fields.collect();
        self.structs.0.extend(quote_spanned! { here=> struct #name { #(#fields,)* } });
        name.into_token_stream()
    }

    /// Returns a type of the user's Rust code, or a part of a workflow.
    fn foreign(&self, of: &Foreign) -> TokenStream {
        let (here, types, tokens) = (self.here, self.types, &of.tokens);
        match of.part {
            _ if !of.steps.is_empty() => self.json(),
            ForeignPart::Whole => tokens.clone(),
            ForeignPart::Input => quote_spanned! { here=> <#tokens as #types::Workflow>::Input },
            ForeignPart::Output => quote_spanned! { here=> <#tokens as #types::Workflow>::Output },
        }
    }
}
