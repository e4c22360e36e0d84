//! The items of one workflow: its types, its state enum, and the type that implements `Workflow`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use serde_json::{Value, json};

use super::data::doc_or;
use super::json_schema::{Schemas, schemas};
use super::module::{Module, is_for_every_item};
use super::name::{derived, rust_ident};
use super::shape;
use super::style::{Editor, Style};
use crate::caption::captions;
use crate::check::{DeclaredResult, ResultType, declared_result};
use crate::compilation::CompiledWorkflow;
use crate::fragment::{Escape, Fragment};
use crate::lower::LoweredUse;
#[cfg(feature = "iam")]
use crate::policy::PolicyTemplate;
use crate::syntax::ast::{DeclarationKind, Head, Shape, Type, TypeKind, Workflow, plain};
use crate::syntax::keyword::state_keyword;

/// Emits all public items for the parts of the workflow that were parsed.
pub(super) fn items(krate: &TokenStream, compiled: &CompiledWorkflow, editor: bool) -> TokenStream {
    let workflow = &compiled.source;
    let Some(name) = rust_ident(&workflow.name).filter(|_| !compiled.is_taken()) else { return TokenStream::new() };
    let own: Vec<_> = workflow.attributes.iter().filter(|attribute| !is_for_every_item(attribute)).collect();
    let (module, attributes) = (Module::of(workflow, &compiled.taken, editor), for_every_item(workflow));
    let (parts, declared) = (shape::parts(workflow), workflow.types().map(|(name, _)| name).collect());
    let own_spans = editor.then(|| Editor::of(workflow));
    let outside = Style {
        krate,
        visibility: &workflow.visibility,
        attributes: &attributes,
        parts: &parts,
        declared: &declared,
        editor: own_spans.as_ref(),
        module: &module,
        inside: false,
    };
    let mut types = Types {
        outside,
        inside: Style { visibility: &module.visibility, inside: true, ..outside },
        taken: &compiled.taken,
        known: BTreeSet::new(),
        in_module: TokenStream::new(),
        names: Vec::new(),
        beside: TokenStream::new(),
    };
    let here = outside.here();

    declared_types(&mut types, workflow);
    let input = shape(&mut types, workflow, "Input");
    let output = shape(&mut types, workflow, "Output");
    let params = workflow.params().map(|fields| {
        let params = types.free_name(derived(&workflow.name, "Params"));
        let doc = format!(" The deploy-time parameters of [`{name}`].");
        types.add(&params, |style| style.structure(&params, &doc, fields, &[], true));
        outside.path(&params)
    });
    let state = types.free_name(derived(&workflow.name, "State"));
    types.add(&state, |style| states(style, compiled, &state));
    let document = compiled.document.as_ref().map(|document| tracked(&attributes, &document.path));
    let implementation = implementation(&outside, compiled, (&name, &state), &input, &output, params.as_ref());

    let doc = outside.text(&doc_or(&workflow.comment, || format!("The workflow `{}`.", compiled.machine_name)));
    let picture = picture(compiled);
    let properties = compiled.properties.iter().enumerate().map(|(number, property)| {
        let head = if number == 0 { "\n # Properties\n\n Every execution has them:\n\n" } else { "" };
        let why = property.comment.as_ref().map(|comment| format!(": {}", comment.replace('\n', " ")));
        let why = why.unwrap_or_default();
        let doc = outside.text(&format!("{head} - `{}`{why}", property.text));
        quote_spanned! { here=> #[doc = #doc] }
    });
    let properties: TokenStream = properties.collect();
    let in_scope = outside.types_in_scope();
    types.add(&name, |Style { visibility, attributes, .. }| {
        quote_spanned! { here=>
            #[doc = #doc]
            #properties
            #picture
            #attributes
            #(#own)*
            #[allow(dead_code, non_camel_case_types, clippy::all)]
            #[derive(Clone, Copy, Debug)]
            #visibility struct #name;
        }
    });
    let Types { in_module, names, beside, .. } = types;
    let module = module.around(&in_module, &names, &workflow.visibility, &attributes);
    quote! { #module #beside #implementation #document #in_scope }
}

/// Returns the workflow's graph for rustdoc.
#[cfg(feature = "graph")]
fn picture(compiled: &CompiledWorkflow) -> TokenStream {
    let graph = workflow_graph::Graph::of_definition(&compiled.definition).named(compiled.machine_name.as_str());
    let graph = graph.with_captions(captions(&compiled.source));
    let image = format!("\n\n{}", graph.to_image());
    quote! { #[cfg_attr(doc, doc = #image)] }
}

#[cfg(not(feature = "graph"))]
fn picture(_: &CompiledWorkflow) -> TokenStream {
    TokenStream::new()
}

/// The types of a workflow, in its module and next to it.
struct Types<'a> {
    outside: Style<'a>,
    inside: Style<'a>,
    /// The names used by other workflows.
    taken: &'a BTreeSet<String>,
    /// The names that the workflow has used already.
    known: BTreeSet<String>,
    in_module: TokenStream,
    /// The names of the types in the module.
    names: Vec<Ident>,
    beside: TokenStream,
}

impl Types<'_> {
    /// Returns a name that no declared type has. A conflict is reported.
    fn free_name(&self, name: Ident) -> Ident {
        if self.known.contains(&plain(&name)) { format_ident!("__{name}") } else { name }
    }

    fn add(&mut self, name: &Ident, ty: impl Fn(&Style<'_>) -> TokenStream) {
        if self.taken.contains(&plain(name)) || !self.known.insert(plain(name)) {
            // A duplicate was reported.
        } else if self.outside.module.holds(name) {
            self.in_module.extend(ty(&self.inside));
            self.names.push(name.clone());
        } else {
            self.beside.extend(ty(&self.outside));
        }
    }
}

/// Makes the crate depend on the file, so that cargo rebuilds it when the file changes.
pub(super) fn tracked(attributes: &TokenStream, path: &str) -> TokenStream {
    let path = format!("/{path}");
    quote! {
        #attributes
        const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
    }
}

/// Returns the attributes of a workflow that apply to every item.
pub(super) fn for_every_item(workflow: &Workflow) -> TokenStream {
    workflow.attributes.iter().filter(|attribute| is_for_every_item(attribute)).cloned().collect()
}

fn declared_types(types: &mut Types<'_>, workflow: &Workflow) {
    for (_, declaration) in workflow.types() {
        let Some(name) = declaration.kind.type_name().and_then(rust_ident) else { continue };
        let kind = if matches!(declaration.kind, DeclarationKind::Struct(_)) { "A struct" } else { "An enum" };
        let doc = doc_or(&declaration.comment, || format!("{kind} of [`{}`].", workflow.name));
        let derives = &declaration.derives;
        types.add(&name, |style| match &declaration.kind {
            DeclarationKind::Struct(of) => style.structure(&name, &doc, &of.fields, derives, false),
            DeclarationKind::Enum(of) if of.has_data() => style.enumeration_with_data(of, &doc, derives),
            DeclarationKind::Enum(of) => style.enumeration(of, &doc, derives),
            _ => TokenStream::new(),
        });
    }
}

/// Returns the Rust type of the input or output. A struct that is declared in place is added to `types`.
fn shape(types: &mut Types<'_>, workflow: &Workflow, which: &str) -> TokenStream {
    let krate = types.outside.krate;
    let declared = if which == "Input" { workflow.input() } else { workflow.output() };
    match declared {
        None => quote! { #krate::Json },
        Some((_, Shape::Type(ty))) => types.outside.ty(ty),
        Some((declaration, Shape::Fields(fields))) => {
            let name = derived(&workflow.name, which);
            let doc = doc_or(&declaration.comment, || {
                format!("The {} of an execution of [`{}`].", which.to_lowercase(), workflow.name)
            });
            types.add(&name, |style| style.structure(&name, &doc, fields, &declaration.derives, false));
            types.outside.path(&name)
        }
    }
}

/// Returns the enum of states, with a variant for each.
fn states(style: &Style<'_>, compiled: &CompiledWorkflow, name: &Ident) -> TokenStream {
    let workflow = &compiled.source;
    let krate = style.krate;
    let here = style.here();
    let all = workflow.body.all_states();
    // Comparing identifiers requests their text from rustc each time.
    let mut seen = BTreeSet::new();
    let (mut variants, mut idents, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let own = all.into_iter().filter_map(|state| {
        let doc = doc_or(&state.comment, || format!("The {} state `{}`.", state.keyword, state.asl_name()));
        Some((rust_ident(&state.name)?, state.asl_name(), doc))
    });
    let file = workflow.from().map_or(workflow.name.span(), |file| file.span.first);
    let of_document = compiled.document.iter().flat_map(|document| &document.states).map(|state| {
        let doc = format!(" The {} state `{}`.", state_keyword(state.kind), state.name);
        (Ident::new(&state.ident, file), state.name.clone(), doc)
    });
    for (ident, name, doc) in own.chain(of_document).filter(|(ident, ..)| seen.insert(ident.to_string())) {
        let doc = style.text(&doc);
        variants.push(quote_spanned! { here=> #[doc = #doc] #ident });
        names.push(name);
        idents.push(style.used(&ident));
    }
    let doc = format!(" The states of [`{}`].", workflow.name);
    let used = style.used(name);
    let implementation = style.conditional(quote! { #krate::__private::states! { #used { #(#idents = #names),* } } });
    let derives = quote_spanned! { here=> Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash };
    let declaration = style.item(&doc, &derives, &quote_spanned! { here=> enum #name { #(#variants,)* } });
    quote! { #declaration #implementation }
}

fn implementation(
    style: &Style<'_>,
    compiled: &CompiledWorkflow,
    (name, state): (&Ident, &Ident),
    input: &TokenStream,
    output: &TokenStream,
    params: Option<&TokenStream>,
) -> TokenStream {
    let Style { krate, visibility, attributes, .. } = style;
    let machine_name = &compiled.machine_name;
    let (name, state) = (style.path(name), style.path(state));
    let (here, types) = (style.here(), style.types());
    let kind = format_ident!("{}", format!("{:?}", compiled.machine_type));
    let fragments = compiled.fragments.iter().map(|fragment| self::fragment(krate, fragment));
    let definition = match params {
        None => quote_spanned! { here=>
            /// The definition in Amazon States Language.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn definition() -> #types::Definition {
                <Self as #types::Workflow>::definition()
            }
        },
        Some(params) => quote_spanned! { here=>
            /// The definition in Amazon States Language, with these parameters.
            ///
            /// # Errors
            ///
            /// Returns an error if a parameter's own `Serialize` fails, or if it is not the ARN of its kind of resource.
            #[allow(dead_code)]
            #visibility fn definition_with(
                params: &#params,
            ) -> ::core::result::Result<#types::Definition, #types::ParamsError> {
                <Self as #types::Workflow>::definition_with(params)
            }
        },
    };
    let params = params.map_or_else(|| quote! { () }, TokenStream::clone);
    let value_types = value_types(style, compiled);
    let Schemas { of_trait: schemas_of_trait, of_workflow: own_schemas } = schemas(style, &compiled.source);
    let properties = (!compiled.properties.is_empty()).then(|| {
        let texts = compiled.properties.iter().map(|property| &property.text);
        quote! { const PROPERTIES: &'static [&'static str] = &[#(#texts),*]; }
    });
    let uses = uses(krate, compiled);
    let captions = captions_as_json(compiled);
    #[cfg(not(feature = "iam"))]
    let policy = TokenStream::new();
    #[cfg(feature = "iam")]
    let policy = policy(krate, &compiled.policy);
    quote! {
        #attributes
        impl #krate::Workflow for #name {
            const NAME: &'static str = #machine_name;
            type Kind = #krate::#kind;
            const FRAGMENTS: &'static [#krate::__private::Fragment] = &[#(#fragments),*];
            type Input = #input;
            type Output = #output;
            type Params = #params;
            type State = #state;
            #value_types
            #properties
            #uses
            #captions
            #policy
            #schemas_of_trait
        }
        #attributes
        impl #name { #definition #own_schemas }
    }
}

/// Returns the uses of fragments, for engines, if there are any.
fn uses(krate: &TokenStream, compiled: &CompiledWorkflow) -> Option<TokenStream> {
    let uses = compiled.uses.iter().map(|LoweredUse { name, first, states, stand_in }| {
        let stand_in = stand_in.iter().map(|piece| fragment(krate, piece));
        quote! {
            #krate::__private::FragmentUse {
                name: #name,
                first: #first,
                states: &[#(#states),*],
                stand_in: &[#(#stand_in),*],
            }
        }
    });
    (!compiled.uses.is_empty())
        .then(|| quote! { const USES: &'static [#krate::__private::FragmentUse] = &[#(#uses),*]; })
}

/// Returns the captions of the states as JSON, for pictures, if there are any.
fn captions_as_json(compiled: &CompiledWorkflow) -> Option<TokenStream> {
    let captions = Some(captions(&compiled.source)).filter(|captions| !captions.is_empty())?;
    let rows = captions.into_iter().map(|caption| json!(caption));
    let text = Literal::string(&rows.collect::<Value>().to_string());
    Some(quote! { const CAPTIONS: &'static str = #text; })
}

/// Returns the declared types of the input, the output and the results of tasks, for engines; empty if nothing is
/// declared.
fn value_types(style: &Style<'_>, compiled: &CompiledWorkflow) -> TokenStream {
    let (krate, workflow) = (style.krate, &compiled.source);
    let of = |shape: &Shape, suffix: &str| match shape {
        Shape::Type(ty) => style.shape_of(ty),
        Shape::Fields(_) => {
            let name = style.path(&derived(&workflow.name, suffix));
            quote! { <#name as #krate::Schema>::SHAPE }
        }
    };
    let input = workflow.input().map(|(_, shape)| of(shape, "Input"));
    let output = workflow.output().map(|(_, shape)| of(shape, "Output"));
    let results = workflow.body.all_states().into_iter().filter_map(|state| {
        let Head::Task { resource: Some(resource), .. } = &state.head else { return None };
        let DeclaredResult { member, ty } = declared_result(resource)?;
        let shape = match ty {
            ResultType::Written(Type { kind: TypeKind::Json | TypeKind::Invalid(_), .. }) => return None,
            ResultType::Written(ty) => style.shape_of(ty),
            ResultType::OutputOf(other) => {
                let name = format!("{}::Output", style.spelled(other));
                let other = style.ty(other);
                quote! { #krate::__private::readable!(<#other as #krate::Workflow>::Output, #name) }
            }
        };
        let name = state.asl_name();
        Some(quote! { #krate::__private::schema::ResultType { state: #name, member: #member, shape: #shape } })
    });
    let of_uses = workflow.inlined.iter().filter_map(|used| {
        let (name, ty) = (&used.asl_name, used.result.as_ref()?);
        if name.is_empty() || matches!(ty.kind, TypeKind::Json | TypeKind::Invalid(_)) {
            return None;
        }
        let shape = style.shape_of(ty);
        Some(quote! { #krate::__private::schema::ResultType { state: #name, member: "", shape: #shape } })
    });
    let results: Vec<_> = results.chain(of_uses).collect();
    let handled_tasks = style.handled(compiled);
    if input.is_none() && output.is_none() && results.is_empty() && handled_tasks.is_none() {
        return TokenStream::new();
    }
    let any = || quote! { <#krate::Json as #krate::Schema>::SHAPE };
    let (input, output) = (input.unwrap_or_else(any), output.unwrap_or_else(any));
    let handled_tasks = handled_tasks.unwrap_or_else(|| quote! { &[] });
    quote! {
        const TYPES: &'static #krate::__private::schema::Types = &#krate::__private::schema::Types {
            input: #input,
            output: #output,
            results: &[#(#results),*],
            handled: #handled_tasks,
        };
    }
}

/// workflow-runtime decides what happens to it, because its feature `iam` may differ from this crate's.
#[cfg(feature = "iam")]
fn policy(krate: &TokenStream, policy: &PolicyTemplate) -> TokenStream {
    let PolicyTemplate { text, params, constants } = policy;
    let params = params.iter().map(|(hole, param)| quote! { (#hole, #param) });
    let constants = constants.iter().map(|(hole, path)| quote! { (#hole, &#path) });
    quote! { #krate::__private::policy! { #text, [#(#params),*], [#(#constants),*] } }
}

fn fragment(krate: &TokenStream, fragment: &Fragment) -> TokenStream {
    let escape = |escape: &Escape| {
        let escape = format_ident!("{}", format!("{escape:?}"));
        quote! { #krate::__private::Escape::#escape }
    };
    match fragment {
        Fragment::Text(text) => {
            let text = Literal::string(text);
            quote! { #krate::__private::Fragment::Text(#text) }
        }
        Fragment::Param { name, resource: Some((kind, form)), escape: place } => {
            let escape = escape(place);
            let (kind, form) = (format_ident!("{}", format!("{kind:?}")), format_ident!("{}", format!("{form:?}")));
            quote! {
                #krate::__private::Fragment::Resource {
                    name: #name,
                    kind: #krate::__private::ResourceKind::#kind,
                    form: #krate::__private::ResourceForm::#form,
                    escape: #escape,
                }
            }
        }
        Fragment::Param { name, resource: None, escape: place } => {
            let escape = escape(place);
            quote! { #krate::__private::Fragment::Param { name: #name, escape: #escape } }
        }
        Fragment::Constant { path, escape: place } => {
            let escape = escape(place);
            quote! { #krate::__private::Fragment::Constant { value: &#path, escape: #escape } }
        }
    }
}
