//! `#[handler(Workflow::State)]`: checks that a function's types match the request and result of the state.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, GenericArgument, Path, PathArguments, Token, Type};
use workflow_asl::Code;

use crate::emit::spanned;
use crate::question::spell;
use crate::syntax::ast::{TokenSpan, plain};

/// The type of `lambda_runtime` that wraps a function's event.
const EVENT: &str = "LambdaEvent";

/// Expands the attribute: the unchanged function with the questions to rustc inside.
pub fn expand(attribute: TokenStream, function: TokenStream) -> TokenStream {
    let task: Task = match syn::parse2(attribute) {
        Ok(task) => task,
        Err(error) => return with(function, error.into_compile_error()),
    };
    match read.parse2(function.clone()).and_then(|signature| questions(&task, &signature)) {
        Ok(questions) => with(function, questions),
        Err(error) => with(function, error.into_compile_error()),
    }
}

/// Inserts items at the beginning of the function's body, so that it may be a method; without a body, before it.
fn with(function: TokenStream, items: TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = function.into_iter().collect();
    match tokens.last_mut() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            let (rest, span) = (body.stream(), body.span());
            *body = Group::new(Delimiter::Brace, quote! { #items #rest });
            body.set_span(span);
            tokens.into_iter().collect()
        }
        _ => {
            let function: TokenStream = tokens.into_iter().collect();
            quote! { #items #function }
        }
    }
}

/// The state in the attribute.
struct Task {
    workflow: TokenStream,
    state: Ident,
    krate: TokenStream,
}

impl Parse for Task {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(syn::Error::new(
                Span::call_site(),
                "name the state that this function handles: `#[handler(Workflow::State)]`",
            ));
        }
        let mut workflow: Path = input.parse()?;
        let path = workflow.to_token_stream();
        let Some(state) = workflow.segments.pop().filter(|_| !workflow.segments.is_empty()) else {
            let text = format!("write the state with its workflow: `Workflow::{}`", spell(path.clone()));
            return Err(syn::Error::new_spanned(path, text));
        };
        workflow.segments.pop_punct();
        let mut krate = quote! { ::workflow_runtime };
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = input.call(Path::parse_mod_style)?.into_token_stream();
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self { workflow: workflow.into_token_stream(), state: state.ident, krate })
    }
}

/// The types of a function.
struct Signature {
    name: Ident,
    /// The type of the parameter for the task's request.
    input: TokenStream,
    /// The type that it returns.
    output: TokenStream,
}

/// Reads the function up to its body, which may be anything.
fn read(input: ParseStream<'_>) -> syn::Result<Signature> {
    input.call(Attribute::parse_outer)?;
    while !input.peek(Token![fn]) {
        if input.parse::<TokenTree>().is_err() {
            return Err(syn::Error::new(Span::call_site(), "`#[handler]` is only allowed on a function"));
        }
    }
    input.parse::<Token![fn]>()?;
    let name: Ident = input.parse()?;
    input.parse::<syn::Generics>()?;
    let parameters;
    syn::parenthesized!(parameters in input);
    let mut types = Vec::new();
    while !parameters.is_empty() {
        types.extend(parameter(&parameters)?);
        parameters.parse::<Option<Token![,]>>()?;
    }
    // Other parameters are dependencies, such as a client.
    let Some(sent) = types.iter().find_map(event).or(types.first()) else {
        return Err(syn::Error::new_spanned(name, "a handler requires a parameter for the task's request"));
    };
    if !input.peek(Token![->]) {
        return Err(syn::Error::new_spanned(name, "a handler must return a `Result`: write `-> Result<T, E>`"));
    }
    input.parse::<Token![->]>()?;
    let output = input.call(Type::without_plus)?;
    input.parse::<TokenStream>()?;
    Ok(Signature { name, input: sent.to_token_stream(), output: output.into_token_stream() })
}

/// Returns the type of a parameter; `None` for `self`.
fn parameter(input: ParseStream<'_>) -> syn::Result<Option<Type>> {
    input.call(Attribute::parse_outer)?;
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.peek(Token![::]) {
            input.parse::<Token![::]>()?;
        } else if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            return input.parse().map(Some);
        } else {
            input.parse::<TokenTree>()?;
        }
    }
    Ok(None)
}

/// Returns the event's own type in `LambdaEvent<T>`.
fn event(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == EVENT)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn questions(task: &Task, signature: &Signature) -> syn::Result<TokenStream> {
    let Task { workflow, state, krate } = task;
    let Signature { name, input, output } = signature;
    let (whose, called, name) = (spell(workflow.clone()), plain(state), plain(name));
    let known = {
        let arguments = spanned(quote! { __TYPES, #whose, #called }, state.span().into());
        quote_spanned! { state.span()=> __schema::is_handled #arguments }
    };
    let (kind, lacks) = (Code::UnlikeTypes.to_string(), Code::MissingParameter.to_string());
    let taken = {
        let what = format!("what `{called}` sends");
        fits(
            input,
            &quote! {
                <#input as #krate::Schema>::SHAPE, &[], (__schema::sends(__TYPES, #called), &[]), true, #what, #kind, #lacks
            },
        )
    };
    let returned = {
        let (what, code) = (format!("what `{name}` returns"), Code::OutputDoesNotFit.to_string());
        fits(
            output,
            &quote! {
                __schema::reads(__TYPES, #called), &[],
                (<#output as __schema::Returned>::SHAPE, &[]), true, #what, #code, #code
            },
        )
    };
    Ok(quote! {
        const _: () = {
            use #krate::__private::schema as __schema;
            const __TYPES: &__schema::Types = <#workflow as #krate::Workflow>::TYPES;
            const _: () = {
                // Not the type of a state that does not exist.
                let _ = <<#workflow as #krate::Workflow>::State>::#state;
                #known
            };
            #taken
            #returned
        };
    })
}

/// Compares two types, with the error at the type.
fn fits(at: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let mut tokens = at.clone().into_iter().map(|token| token.span());
    let Some(first) = tokens.next() else { return TokenStream::new() };
    let span = TokenSpan::new(first, tokens.last().unwrap_or(first));
    let call = spanned(arguments.clone(), span);
    quote_spanned! { first=> const _: () = __schema::fits #call; }
}
