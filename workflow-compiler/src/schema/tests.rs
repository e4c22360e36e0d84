//! Tests the output of the derive.

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
    let text = shape(quote! { struct A { #[serde(default)] a: u8, #[serde(skip_serializing_if = "f")] b: u8, c: u8 } });
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
