//! What the derive says of types, read back from its tokens.

use quote::quote;

use super::derive;

/// What the derive writes, without the paths and spaces.
fn shape(tokens: proc_macro2::TokenStream) -> String {
    let text = derive(tokens).to_string().replace(' ', "");
    text.replace("::workflow_runtime::__private::schema::", "").replace("::workflow_runtime::", "")
}

#[test]
fn a_type_that_is_a_part_of_itself_is_named() {
    let text = shape(quote! { struct Tree { leaf: Option<Box<Tree>>, all: Vec<Self>, odd: Pair<Tree> } });
    assert!(text.contains("shape:&Shape::Option{of:&Shape::Own}"), "{text}");
    assert!(text.contains("shape:&Shape::Array{of:&Shape::Own}"), "{text}");
    assert!(text.contains(r#"rust:"odd",optional:false,flat:false,shape:&Shape::Any"#), "{text}");
}

#[test]
fn parameters_are_bound() {
    let text = shape(quote! { struct Page<'a, T: Clone, const N: usize> where T: Copy { items: [&'a T; N] } });
    assert!(text.contains("impl<'a,T:Clone+Schema,constN:usize>SchemaforPage<'a,T,N>whereT:Copy"), "{text}");
}

#[test]
fn mistakes_are_errors_at_their_words() {
    for tokens in [
        quote! { #[schema(name = "x")] struct A; },
        quote! { struct A { #[schema(skip)] a: u8 } },
        quote! { union A { a: u8 } },
        quote! { #[serde(rename_all)] struct A { a: u8 } },
        quote! { not a type },
    ] {
        let text = shape(tokens);
        assert!(text.contains("compile_error!"), "{text}");
    }
}
