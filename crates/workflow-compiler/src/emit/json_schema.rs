//! The schemas of the input, the output and the params, as text.

use proc_macro2::{Literal, TokenStream};
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
    let functions = |root: &Option<Ty>| root.as_ref().map(|root| text(style, &contract, root));
    let [input, output, params] = [&contract.input, &contract.output, &contract.params].map(functions);
    let of_params = params.is_some().then(|| {
        quote_spanned! { here=>
            /// The JSON Schema (draft 2020-12) of the deploy-time parameters.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn params_schema() -> &'static str {
                <Self as #types::Workflow>::params_schema()
            }
        }
    });
    let own = quote_spanned! { here=>
        /// The JSON Schema (draft 2020-12) of the execution's input.
        #[allow(dead_code)]
        #[must_use]
        #visibility fn input_schema() -> &'static str {
            <Self as #types::Workflow>::input_schema()
        }

        /// The JSON Schema (draft 2020-12) of the execution's output.
        #[allow(dead_code)]
        #[must_use]
        #visibility fn output_schema() -> &'static str {
            <Self as #types::Workflow>::output_schema()
        }

        #of_params
    };
    let input = input.map(|text| quote! { fn input_schema() -> &'static str { #text } });
    let output = output.map(|text| quote! { fn output_schema() -> &'static str { #text } });
    let params = params.map(|text| quote! { fn params_schema() -> &'static str { #text } });
    Schemas { of_trait: quote! { #input #output #params }, of_workflow: own }
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
