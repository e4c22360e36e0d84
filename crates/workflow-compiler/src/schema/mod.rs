//! `#[derive(Schema)]`: the shape of the JSON of a user-defined type, as serde writes it.

mod attributes;
mod enumeration;
mod rust_type;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Fields, GenericParam};

use attributes::{Container, Member};
use rust_type::Types;

use crate::syntax::ast::{Bound, Constraint, ConstraintKind, plain};

/// Expands `#[derive(Schema)]`.
pub fn derive(tokens: TokenStream) -> TokenStream {
    implemented(tokens, None)
}

/// Returns the implementation of `Schema` for a type. `krate` is the path of workflow-runtime, if it is known.
pub(crate) fn implemented(tokens: TokenStream, krate: Option<&TokenStream>) -> TokenStream {
    match syn::parse2::<DeriveInput>(tokens).and_then(|input| expand(input, krate)) {
        Ok(tokens) => tokens,
        Err(error) => error.into_compile_error(),
    }
}

fn expand(mut input: DeriveInput, krate: Option<&TokenStream>) -> syn::Result<TokenStream> {
    let container = Container::of(&input.attrs)?;
    let krate = krate.cloned().or(container.krate.clone()).unwrap_or_else(|| quote! { ::workflow_runtime });
    let types = Types { krate: &krate, derived: &input.ident };
    let shape = match (&container.stands_for, &input.data) {
        (Some(other), _) => types.shape(other),
        (None, Data::Struct(data)) => structure(&types, &container, &data.fields)?,
        (None, Data::Enum(data)) => enumeration::shape(&types, &container, data)?,
        (None, Data::Union(data)) => {
            return Err(syn::Error::new(data.union_token.span, "a union has no JSON: serde cannot write it"));
        }
    };
    let name = &input.ident;
    let text = plain(name);
    for parameter in &mut input.generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(syn::parse2(quote! { #krate::Schema })?);
        }
    }
    let (implemented, of, conditions) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #implemented #krate::Schema for #name #of #conditions {
            const SHAPE: &'static #krate::__private::schema::Shape =
                &#krate::__private::schema::Shape::Named { name: #text, of: #shape };
        }
    })
}

/// Returns the shape of a struct. A tuple struct with one field has the shape of that field.
fn structure(types: &Types<'_>, container: &Container, fields: &Fields) -> syn::Result<TokenStream> {
    let tag = container.tag.as_ref().map(|tag| {
        let shape = types.plain(&quote! { Text });
        types.field(tag, tag, &shape)
    });
    content(types, container, fields, container.rule, tag)
}

/// Returns the shape of the fields of a struct or of an enum's variant, preceded by `before`.
fn content(
    types: &Types<'_>,
    container: &Container,
    fields: &Fields,
    rule: Option<crate::syntax::rename_all::Rule>,
    before: Option<TokenStream>,
) -> syn::Result<TokenStream> {
    let of = match fields {
        Fields::Unit if before.is_none() => return Ok(types.plain(&quote! { Null })),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => {
            let mut items = Vec::new();
            for field in &fields.unnamed {
                let member = Member::of(&field.attrs)?;
                if !member.skipped {
                    items.push(value(types, &member, field));
                }
            }
            // serde writes a struct with one field like that field.
            return Ok(match (fields.unnamed.len(), items.as_slice()) {
                (1, [item]) => item.clone(),
                _ => types.nested(&quote! { Tuple }, &quote! { &[#(#items),*] }),
            });
        }
        Fields::Named(fields) => {
            let mut members = Vec::new();
            for field in &fields.named {
                let member = Member::of(&field.attrs)?;
                let Some(ident) = field.ident.as_ref().filter(|_| !member.skipped) else { continue };
                let rust = plain(ident);
                let shape = value(types, &member, field);
                if container.transparent {
                    return Ok(shape);
                }
                let optional = (member.optional || container.default, member.left_out);
                if member.flatten {
                    members.push(types.flat(&rust, optional, &shape));
                    continue;
                }
                let name = member.rename.clone();
                let name = name.unwrap_or_else(|| rule.map_or_else(|| rust.clone(), |rule| rule.field(&rust)));
                members.push(types.member(&name, &rust, optional, false, &shape, &member.constraints));
            }
            members
        }
    };
    let of = before.into_iter().chain(of);
    Ok(types.nested(&quote! { Object }, &quote! { &[#(#of),*] }))
}

/// Returns the shape of a field's value.
fn value(types: &Types<'_>, member: &Member, field: &syn::Field) -> TokenStream {
    if member.unchecked { types.plain(&quote! { Any }) } else { types.shape(&field.ty) }
}

impl Types<'_> {
    /// Returns a shape without parameters.
    fn plain(&self, shape: &TokenStream) -> TokenStream {
        let krate = self.krate;
        quote! { &#krate::__private::schema::Shape::#shape }
    }

    /// Returns a shape that contains others. The braces make temporaries live as long as the constant.
    fn nested(&self, shape: &TokenStream, of: &TokenStream) -> TokenStream {
        let krate = self.krate;
        quote! { &#krate::__private::schema::Shape::#shape { of: #of } }
    }

    fn field(&self, name: &str, rust: &str, shape: &TokenStream) -> TokenStream {
        self.member(name, rust, (false, false), false, shape, &[])
    }

    fn flat(&self, rust: &str, optional: (bool, bool), shape: &TokenStream) -> TokenStream {
        self.member("", rust, optional, true, shape, &[])
    }

    fn member(
        &self,
        name: &str,
        rust: &str,
        (optional, skipped): (bool, bool),
        flat: bool,
        shape: &TokenStream,
        constraints: &[Constraint],
    ) -> TokenStream {
        let krate = self.krate;
        let rules = constraints.iter().map(|constraint| rule(krate, constraint));
        quote! {
            #krate::__private::schema::Field {
                name: #name, rust: #rust, optional: #optional, skipped: #skipped, flat: #flat, shape: #shape,
                rules: &[#(#rules),*],
            }
        }
    }
}

/// Returns a constraint as a constant.
pub(crate) fn rule(krate: &TokenStream, constraint: &Constraint) -> TokenStream {
    let option = |bound: Option<TokenStream>| match bound {
        Some(bound) => quote! { ::core::option::Option::Some(#bound) },
        None => quote! { ::core::option::Option::None },
    };
    let bounds = [&constraint.least, &constraint.greatest].map(Option::as_ref);
    let (kind, [least, greatest]) = match constraint.kind {
        ConstraintKind::Range => {
            (quote! { Range }, bounds.map(|bound| bound.map(|of| of.number().to_string().into_token_stream())))
        }
        ConstraintKind::Length => {
            let length = |of: &Bound| of.whole().and_then(|length| u64::try_from(length).ok());
            (quote! { Length }, bounds.map(|bound| bound.and_then(length).map(ToTokens::into_token_stream)))
        }
        ConstraintKind::Pattern => {
            let pattern = constraint.pattern.as_ref().map_or("", |pattern| &pattern.value);
            return quote! { #krate::__private::schema::Rule::Pattern(#pattern) };
        }
    };
    let (least, greatest) = (option(least), option(greatest));
    quote! { #krate::__private::schema::Rule::#kind { least: #least, greatest: #greatest } }
}

/// Tests the output of the derive.
#[cfg(test)]
mod tests {
    use quote::quote;
    use workflow_cases::every;

    use super::derive;

    /// Returns the output of the derive without paths and spaces.
    fn shape(tokens: proc_macro2::TokenStream) -> String {
        let text = derive(tokens).to_string().replace(' ', "");
        text.replace("::workflow_runtime::__private::schema::", "").replace("::workflow_runtime::", "")
    }

    #[test]
    fn a_type_that_is_a_part_of_itself_is_named() {
        let text = shape(quote! { struct Tree { leaf: Option<Box<Tree>>, all: Vec<Self>, odd: Pair<Tree> } });
        assert!(text.contains("shape:&Shape::Option{of:&Shape::Own}"), "{text}");
        assert!(text.contains("shape:&Shape::Array{of:&Shape::Own}"), "{text}");
        assert!(text.contains(r#"rust:"odd",optional:false,skipped:false,flat:false,shape:&Shape::Any"#), "{text}");
    }

    #[test]
    fn what_serde_leaves_out_is_said() {
        let text =
            shape(quote! { struct A { #[serde(default)] a: u8, #[serde(skip_serializing_if = "f")] b: u8, c: u8 } });
        every(
            [
                r#"rust:"a",optional:true,skipped:false"#,
                r#"rust:"b",optional:true,skipped:true"#,
                r#"rust:"c",optional:false,skipped:false"#,
            ],
            |said| {
                assert!(text.contains(said), "{text}");
            },
        );
    }

    #[test]
    fn parameters_are_bound() {
        let text = shape(quote! { struct Page<'a, T: Clone, const N: usize> where T: Copy { items: [&'a T; N] } });
        assert!(text.contains("impl<'a,T:Clone+Schema,constN:usize>SchemaforPage<'a,T,N>whereT:Copy"), "{text}");
    }

    #[test]
    fn mistakes_are_errors_at_their_words() {
        every(
            [
                quote! { #[schema(name = "x")] struct A; },
                quote! { struct A { #[schema(skip)] a: u8 } },
                quote! { union A { a: u8 } },
                quote! { #[serde(rename_all)] struct A { a: u8 } },
                quote! { not a type },
            ],
            |tokens| {
                let text = shape(tokens);
                assert!(text.contains("compile_error!"), "{text}");
            },
        );
    }
}
