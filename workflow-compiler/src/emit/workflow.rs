//! The items of one workflow: its types, its state enum, and the type that implements `Workflow`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use workflow_asl::document::MachineType;

use super::data::{Style, doc_or};
use super::name::{derived, rust_ident};
use super::shape;
use crate::CompiledWorkflow;
use crate::document::Document;
use crate::piece::{Escape, Piece};
#[cfg(feature = "iam")]
use crate::policy::PolicyTemplate;
use crate::syntax::ast::{Body, DeclarationKind, FieldDecl, Head, Shape, State, Workflow};
use crate::syntax::keyword::state_keyword;

/// Everything that callers may name, as far as the workflow was understood.
pub(super) fn items(krate: &TokenStream, compiled: &CompiledWorkflow) -> TokenStream {
    let workflow = &compiled.source;
    let Some(name) = rust_ident(&workflow.name) else { return TokenStream::new() };
    let own: Vec<_> = workflow.attributes.iter().filter(|attribute| !is_for_every_item(attribute)).collect();
    let style = Style {
        krate,
        visibility: &workflow.visibility,
        attributes: for_every_item(workflow),
        parts: shape::parts(workflow),
    };

    let mut types = declared_types(&style, workflow);
    let input = shape(&style, workflow, "Input", &mut types);
    let output = shape(&style, workflow, "Output", &mut types);
    let params = params(workflow).map(|fields| {
        let params = derived(&workflow.name, "Params");
        let doc = format!(" What [`{name}`] needs to know when it is deployed.");
        types.extend(style.structure(&params, &doc, fields, true));
        params
    });
    let states = states(&style, compiled);
    let document = compiled.document.as_ref().map(|document| tracked(&style, document));
    let implementation = implementation(&style, compiled, &name, &input, &output, params.as_ref());

    let Style { visibility, attributes, .. } = &style;
    let doc = doc_or(&workflow.comment, || format!("The workflow `{}`.", compiled.machine_name));
    quote! {
        #types
        #states
        #[doc = #doc]
        #attributes
        #(#own)*
        #[allow(dead_code, non_camel_case_types, clippy::all)]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #name;
        #implementation
        #document
    }
}

/// Tells cargo that the crate depends on the file, so that it is compiled again when the file changes.
fn tracked(style: &Style<'_>, document: &Document) -> TokenStream {
    let attributes = &style.attributes;
    let path = format!("/{}", document.path);
    quote! {
        #attributes
        const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
    }
}

/// The attributes of a workflow that every item it gives gets too.
pub(super) fn for_every_item(workflow: &Workflow) -> TokenStream {
    workflow.attributes.iter().filter(|attribute| is_for_every_item(attribute)).cloned().collect()
}

/// Conditions and lint levels hold for everything that a workflow gives; other attributes for its own type.
fn is_for_every_item(attribute: &TokenStream) -> bool {
    let words = attribute.clone().into_iter().flat_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => group.stream().into_iter().next(),
        _ => None,
    });
    words
        .filter_map(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => Some(ident.to_string()),
            _ => None,
        })
        .any(|word| matches!(word.as_str(), "cfg" | "cfg_attr" | "allow" | "warn" | "deny" | "forbid" | "deprecated"))
}

fn declared_types(style: &Style<'_>, workflow: &Workflow) -> TokenStream {
    let mut seen = Vec::new();
    let types = workflow.declarations.iter().filter_map(|declaration| {
        let (name, kind) = match &declaration.kind {
            DeclarationKind::Struct(declaration) => (&declaration.name, "A struct"),
            DeclarationKind::Enum(declaration) => (&declaration.name, "An enum"),
            _ => return None,
        };
        let name = rust_ident(name)?;
        (!seen.contains(&name)).then(|| seen.push(name.clone()))?;
        let doc = doc_or(&declaration.comment, || format!("{kind} of [`{}`].", workflow.name));
        match &declaration.kind {
            DeclarationKind::Struct(declaration) => Some(style.structure(&name, &doc, &declaration.fields, false)),
            DeclarationKind::Enum(declaration) => Some(style.enumeration(declaration, &doc)),
            _ => None,
        }
    });
    types.collect()
}

/// The Rust type of the input or output; the struct that is declared in place is added to `types`.
fn shape(style: &Style<'_>, workflow: &Workflow, which: &str, types: &mut TokenStream) -> TokenStream {
    let krate = style.krate;
    let declared = workflow.declarations.iter().find_map(|declaration| match &declaration.kind {
        DeclarationKind::Input(shape) if which == "Input" => Some((declaration, shape)),
        DeclarationKind::Output(shape) if which == "Output" => Some((declaration, shape)),
        _ => None,
    });
    match declared {
        None => quote! { #krate::Json },
        Some((_, Shape::Type(ty))) => style.ty(ty),
        Some((declaration, Shape::Fields(fields))) => {
            let name = derived(&workflow.name, which);
            let doc = doc_or(&declaration.comment, || {
                format!("The {} of an execution of [`{}`].", which.to_lowercase(), workflow.name)
            });
            types.extend(style.structure(&name, &doc, fields, false));
            name.into_token_stream()
        }
    }
}

fn params(workflow: &Workflow) -> Option<&[FieldDecl]> {
    workflow.declarations.iter().find_map(|declaration| match &declaration.kind {
        DeclarationKind::Params(fields) => Some(fields.as_slice()),
        _ => None,
    })
}

/// The enum of states: a variant each, in source order, those of branches and maps after their owner.
fn states(style: &Style<'_>, compiled: &CompiledWorkflow) -> TokenStream {
    let workflow = &compiled.source;
    let Style { krate, visibility, attributes, .. } = style;
    let name = derived(&workflow.name, "State");
    let mut all = Vec::new();
    collect(&workflow.body, &mut all);
    // Comparing identifiers asks rustc for their text each time.
    let mut seen = BTreeSet::new();
    let (mut variants, mut idents, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for state in all {
        let Some(ident) = rust_ident(&state.name) else { continue };
        if !seen.insert(ident.to_string()) {
            continue;
        }
        let doc = doc_or(&state.comment, || format!("The {} state `{}`.", state.keyword, state.asl_name()));
        variants.push(quote! { #[doc = #doc] #ident });
        names.push(state.asl_name());
        idents.push(ident);
    }
    for state in compiled.document.iter().flat_map(|document| &document.states) {
        let ident = Ident::new(&state.ident, workflow.from().map_or(workflow.name.span(), |file| file.spot.first));
        if !seen.insert(ident.to_string()) {
            continue;
        }
        let doc = format!(" The {} state `{}`.", state_keyword(state.kind), state.name);
        variants.push(quote! { #[doc = #doc] #ident });
        names.push(state.name.clone());
        idents.push(ident);
    }
    let doc = format!(" The states of [`{}`].", workflow.name);
    let implementation = style.conditional(quote! { #krate::__private::states! { #name { #(#idents = #names),* } } });
    quote! {
        #[doc = #doc]
        #attributes
        #[allow(dead_code, non_camel_case_types, clippy::all)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #visibility enum #name { #(#variants,)* }
        #implementation
    }
}

fn collect<'a>(body: &'a Body, all: &mut Vec<&'a State>) {
    for state in &body.states {
        all.push(state);
        match &state.head {
            Head::Parallel(branches) => branches.iter().for_each(|branch| collect(&branch.body, all)),
            Head::Map { body, .. } => collect(body, all),
            _ => {}
        }
    }
}

fn implementation(
    style: &Style<'_>,
    compiled: &CompiledWorkflow,
    name: &Ident,
    input: &TokenStream,
    output: &TokenStream,
    params: Option<&Ident>,
) -> TokenStream {
    let Style { krate, visibility, attributes, .. } = style;
    let machine_name = &compiled.machine_name;
    let state = derived(&compiled.source.name, "State");
    let machine_type = match compiled.machine_type {
        MachineType::Standard => quote! { Standard },
        MachineType::Express => quote! { Express },
    };
    let pieces = compiled.pieces.iter().map(|piece| self::piece(krate, piece));
    let definition = match params {
        None => quote! {
            /// The definition in Amazon States Language.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn definition() -> #krate::Definition {
                <Self as #krate::Workflow>::definition()
            }
        },
        Some(params) => quote! {
            /// The definition in Amazon States Language, with these parameters.
            ///
            /// # Errors
            ///
            /// When a parameter's own `Serialize` fails.
            #[allow(dead_code)]
            #visibility fn definition_with(
                params: &#params,
            ) -> ::core::result::Result<#krate::Definition, #krate::ParamsError> {
                <Self as #krate::Workflow>::definition_with(params)
            }
        },
    };
    let params = params.map_or_else(|| quote! { () }, ToTokens::to_token_stream);
    #[cfg(not(feature = "iam"))]
    let policy = TokenStream::new();
    #[cfg(feature = "iam")]
    let policy = policy(krate, &compiled.policy);
    quote! {
        #attributes
        impl #krate::Workflow for #name {
            const NAME: &'static str = #machine_name;
            const TYPE: #krate::MachineType = #krate::MachineType::#machine_type;
            const PIECES: &'static [#krate::Piece] = &[#(#pieces),*];
            type Input = #input;
            type Output = #output;
            type Params = #params;
            type State = #state;
            #policy
        }
        #attributes
        impl #name { #definition }
    }
}

/// workflow-runtime says what becomes of it: it may have been built without its feature `iam` beside another that has it.
#[cfg(feature = "iam")]
fn policy(krate: &TokenStream, policy: &PolicyTemplate) -> TokenStream {
    let PolicyTemplate { text, params, constants } = policy;
    let params = params.iter().map(|(hole, param)| quote! { (#hole, #param) });
    let constants = constants.iter().map(|(hole, path)| quote! { (#hole, &#path) });
    quote! { #krate::__private::policy! { #text, [#(#params),*], [#(#constants),*] } }
}

fn piece(krate: &TokenStream, piece: &Piece) -> TokenStream {
    let escape = |escape: &Escape| {
        let escape = match escape {
            Escape::Json => quote! { Json },
            Escape::JsonataTemplate => quote! { JsonataTemplate },
            Escape::Text => quote! { Text },
            Escape::Jsonata => quote! { Jsonata },
            Escape::JsonataText => quote! { JsonataText },
            Escape::Intrinsic => quote! { Intrinsic },
        };
        quote! { #krate::Escape::#escape }
    };
    match piece {
        Piece::Text(text) => quote! { #krate::Piece::Text(#text) },
        Piece::Param { name, escape: place } => {
            let escape = escape(place);
            quote! { #krate::Piece::Param { name: #name, escape: #escape } }
        }
        Piece::Constant { path, escape: place } => {
            let escape = escape(place);
            quote! { #krate::Piece::Constant { value: &#path, escape: #escape } }
        }
    }
}
