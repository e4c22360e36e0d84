//! The mirror: what an editor sees of the macro, and rustc does not.
//!
//! Each word that the user wrote stands in it once, in source order, with the user's own span, in the
//! place where Rust code would name the same thing; a placeholder stands where a word is missing.
//! It depends on tokens alone. rust-analyzer completes, explains, follows and renames by it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::ide;
use super::name::{derived, hole, rust_ident_or_hole};
use crate::syntax::word::{Role, Step, Word};

/// The mirror of these words.
pub(super) fn mirror(krate: &TokenStream, words: &[Word]) -> TokenStream {
    let mut parts = TokenStream::new();
    let mut at = 0;
    while at < words.len() {
        let next = words.iter().skip(at + 1).position(|word| matches!(word.role, Role::Workflow));
        let end = next.map_or(words.len(), |next| at + 1 + next);
        parts.extend(part(krate, words.get(at..end).unwrap_or_default()));
        at = end;
    }
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            const _: () = { #parts };
        };
    }
}

/// The words from one workflow's name up to the next one's; those before the first name come alone.
fn part(krate: &TokenStream, words: &[Word]) -> TokenStream {
    let workflow = words.first().filter(|word| matches!(word.role, Role::Workflow));
    let mut of = Part { krate, states: hole(Span::call_site()), names: TokenStream::new() };
    let Some(workflow) = workflow else {
        let words: TokenStream = words.iter().map(|word| of.word(word)).collect();
        return words;
    };
    let name = rust_ident(workflow);
    // Every token before the marker must be the same in both expansions: the user's name stands here first.
    of.states = derived(&name, "State").clone();
    of.states.set_span(Span::call_site());
    let states = of.states.clone();
    let body: TokenStream = words.iter().skip(1).map(|word| of.word(word)).collect();
    let names = of.names;
    quote! {
        const _: fn() = || {
            let _: #name;
            #[allow(unused_imports)]
            use #krate::__private::ide::{Transition as _, roots::*};
            use #states::*;
            let input: <#name as #krate::Workflow>::Input;
            let params: <#name as #krate::Workflow>::Params;
            #body
            #names
        };
    }
}

fn rust_ident(word: &Word) -> Ident {
    word.ident.as_ref().map_or_else(|| hole(word.span), rust_ident_or_hole)
}

struct Part<'a> {
    krate: &'a TokenStream,
    /// The workflow's enum of states.
    states: Ident,
    /// Declarations of what has no Rust item: handlers and variables, for their references.
    names: TokenStream,
}

impl Part<'_> {
    fn word(&mut self, word: &Word) -> TokenStream {
        let ident = rust_ident(word);
        let states = &self.states;
        match &word.role {
            Role::Top => self.keyword(ide::TOP, &ident),
            Role::Item => self.keyword(ide::ITEM, &ident),
            Role::InnerItem => self.keyword(ide::INNER_ITEM, &ident),
            Role::Branch => self.keyword(ide::PARALLEL, &ident),
            Role::Arm => self.keyword(ide::CHOICE, &ident),
            Role::Clause(kind) => self.keyword(&ide::clauses_of(*kind), &ident),
            Role::DefaultClause => self.keyword(ide::DEFAULTS, &ident),
            Role::BlockClause { catcher: true } => self.keyword(ide::CATCHER, &ident),
            Role::BlockClause { catcher: false } => self.keyword(ide::RULE, &ident),
            Role::ClauseField(clause) => self.keyword(&ide::fields_of(clause.keyword()), &ident),
            Role::StateField(kind) => {
                self.keyword(&ide::fields_of(crate::syntax::keyword::state_keyword(*kind)), &ident)
            }
            Role::Setting(after) => self.keyword(&ide::settings_of(after), &ident),
            Role::StateReference => quote! { _ = #states::#ident; },
            Role::TypeReference => quote! { let _: #ident; },
            Role::VariantReference(of) => {
                let of = rust_ident_or_hole(of);
                let of = Ident::new(&of.to_string(), Span::call_site());
                quote! { _ = #of::#ident; }
            }
            Role::HandlerReference(clause) => {
                let module = handlers(clause.keyword());
                quote! { _ = #module::#ident; }
            }
            Role::HandlerName(clause) => self.declare(&handlers(clause.keyword()), &ident),
            Role::Root(steps) => {
                let steps = self::steps(steps);
                quote! { _ = #ident #steps; }
            }
            Role::Variable(_) => quote! { _ = variables::#ident; },
            Role::VariableName => self.declare(&format_ident!("variables"), &ident),
            _ => TokenStream::new(),
        }
    }

    fn keyword(&self, module: &str, ident: &Ident) -> TokenStream {
        let krate = self.krate;
        let module = format_ident!("{module}");
        quote! { use #krate::__private::ide::#module::#ident as _; }
    }

    /// A name that only the language knows gets an item at the end, where it disturbs nothing.
    fn declare(&mut self, module: &Ident, ident: &Ident) -> TokenStream {
        self.names.extend(quote! { mod #module { pub const #ident: () = (); } });
        TokenStream::new()
    }
}

fn handlers(keyword: &str) -> Ident {
    format_ident!("{keyword}_handlers")
}

fn steps(steps: &[Step]) -> TokenStream {
    let steps = steps.iter().map(|step| match step {
        Step::Member(ident) => {
            let ident = rust_ident_or_hole(ident);
            quote! { .#ident }
        }
        Step::Quoted(text) => quote! { [#text] },
        Step::Index => quote! { [0] },
        Step::Hole(span) => {
            let hole = hole(*span);
            quote_spanned! { *span=> .#hole }
        }
    });
    steps.collect()
}
