//! The keys of objects that become the output of the workflow, or the input of a started one. An editor treats them as
//! fields, and renames them together.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::name::rust_ident;
use crate::syntax::ast::{ClauseValue, Expr, ExprKind, Head, Resource, State, Target, Type, TypeKind, Workflow};
use crate::syntax::keyword::ClauseKind;

/// The member of a request that is the input of the started execution.
const INPUT: &str = "Input";

/// Emits each such key as a field of a value. `name` is the workflow's, `types` the module with the trait.
pub(super) fn keys(name: &Ident, types: &Ident, workflow: &Workflow) -> TokenStream {
    let here = name.span();
    let value = format_ident!("__whole", span = here);
    let mut out = TokenStream::new();
    let mut declare = |ty: TokenStream, objects: &[&Expr]| {
        let mut fields = TokenStream::new();
        objects.iter().for_each(|object| self::fields(&value.to_token_stream(), object, &mut fields));
        out.extend(quote_spanned! { here=> { let #value: #ty; #fields } });
    };
    let outputs: Vec<_> = workflow.body.states.iter().flat_map(outputs).collect();
    declare(quote_spanned! { here=> <#name as #types::Workflow>::Output }, &outputs);
    for (other, object) in workflow.body.all_states().into_iter().filter_map(input) {
        let other = match &other.kind {
            TypeKind::Named(other) => rust_ident(other).into_token_stream(),
            TypeKind::Path(path) => path.clone(),
            _ => continue,
        };
        declare(quote_spanned! { here=> <#other as #types::Workflow>::Input }, &[object]);
    }
    out
}

/// Returns the outputs with which a state ends the workflow.
fn outputs(state: &State) -> impl Iterator<Item = &Expr> {
    let head = match &state.head {
        Head::Pass { value } | Head::Succeed { value } => value.as_ref(),
        _ => None,
    };
    let clauses = state.clauses.iter().filter(|clause| clause.kind == ClauseKind::Output);
    let clauses = clauses.filter_map(|clause| match &clause.value {
        ClauseValue::Expr(value) => Some(value),
        _ => None,
    });
    let ends = matches!(state.head, Head::Succeed { .. }) || matches!(state.transition, Some(Target::End(_)));
    head.into_iter().chain(clauses).filter(move |_| ends)
}

/// Returns the workflow that a task starts, and its input.
fn input(state: &State) -> Option<(&Type, &Expr)> {
    let Head::Task { resource: Some(Resource::Service { workflow, .. }), body: Some(body) } = &state.head else {
        return None;
    };
    let ExprKind::Object(members) = &body.kind else { return None };
    let input = members.iter().find(|member| member.key.value == INPUT)?;
    Some((workflow.as_ref()?, &input.value))
}

fn fields(value: &TokenStream, object: &Expr, out: &mut TokenStream) {
    let ExprKind::Object(members) = &object.kind else { return };
    for member in members {
        let Ok(mut key) = syn::parse_str::<Ident>(&member.key.value) else { continue };
        key.set_span(member.key.span.first);
        let field = quote! { #value.#key };
        out.extend(quote! { _ = #field; });
        fields(&quote! { #field.__assume_present() }, &member.value, out);
    }
}
