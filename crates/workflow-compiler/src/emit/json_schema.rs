//! The schemas of the input, the output and the params, as text.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::style::Style;
use crate::contract::json_schema::{ForeignDefinition, SchemaText};
use crate::contract::{Contract, Ty};
use crate::syntax::ast::Workflow;

/// The functions that return the schemas.
pub(super) struct Schemas {
    /// Those of the trait `Workflow`, where something is declared.
    pub(super) of_trait: TokenStream,
    /// The workflow's own.
    pub(super) of_workflow: TokenStream,
}

/// Returns the functions that return a workflow's schemas.
pub(super) fn schemas(style: &Style<'_>, workflow: &Workflow) -> Schemas {
    let (here, types, visibility) = (style.here(), style.types(), style.visibility);
    let contract = Contract::of(workflow);
    let mut schemas = Schemas { of_trait: TokenStream::new(), of_workflow: TokenStream::new() };
    for (name, what, root) in [
        ("input_schema", "the execution's input", &contract.input),
        ("output_schema", "the execution's output", &contract.output),
        ("params_schema", "the deploy-time parameters", &contract.params),
    ] {
        let (function, doc) = (Ident::new(name, here), format!(" The JSON Schema (draft 2020-12) of {what}."));
        let doc = style.text(&doc);
        if let Some(root) = root {
            let text = text(style, &contract, root);
            schemas.of_trait.extend(quote! { fn #function() -> &'static str { #text } });
        } else if name == "params_schema" {
            continue;
        }
        schemas.of_workflow.extend(quote_spanned! { here=>
            #[doc = #doc]
            #[allow(dead_code)]
            #[must_use]
            #visibility fn #function() -> &'static str {
                <Self as #types::Workflow>::#function()
            }
        });
    }
    schemas
}

/// Returns the text of a schema: a literal, unless it has types that only rustc knows.
fn text(style: &Style<'_>, contract: &Contract, root: &Ty) -> TokenStream {
    let SchemaText { head, foreign } = SchemaText::of(contract, root);
    if foreign.is_empty() {
        let text = Literal::string(&head);
        return quote! { #text };
    }
    let krate = style.krate;
    let parts = foreign.iter().enumerate().filter_map(|(number, ForeignDefinition { before, place, name })| {
        let before = if number == 0 { format!("{head}{before}") } else { before.clone() };
        let (before, shape) = (Literal::string(&before), style.shape_of_foreign(contract.foreign.get(name)?));
        Some(quote! { #before #place #shape })
    });
    let tail = SchemaText::TAIL;
    quote! { #krate::__private::json_schema! { #(#parts),*; #tail } }
}
