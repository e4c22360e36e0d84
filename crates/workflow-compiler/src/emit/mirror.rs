//! The mirror: Rust code of the macro that only editors see, not rustc.
//!
//! It contains each of the user's words once, in source order, with its own span, where Rust code would name the same
//! thing. A missing word becomes a placeholder. The mirror depends on tokens only. rust-analyzer uses it for
//! completion, hover, navigation and renaming.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::ide;
use super::known_words::KnownWords;
use super::name::{derived, hole, rust_ident_or_hole};
use super::object_keys::keys;
use super::style::types_of;
use super::value_type::ValueType;
use crate::check::Ty;
use crate::compilation::Compilation;
use crate::syntax::ast::plain;
use crate::syntax::keyword::ClauseKind;
use crate::syntax::word::{EditorWord, ReferenceSegment, Role};

/// Returns the mirror of a compilation.
pub(super) fn mirror(krate: &TokenStream, compilation: &Compilation) -> TokenStream {
    let words = &compilation.words;
    let mut parts = TokenStream::new();
    let mut at = 0;
    while at < words.len() {
        let next = words
            .iter()
            .skip(at + 1)
            .position(|word| matches!(word.role, Role::Workflow { .. } | Role::Fragment { .. }));
        let end = next.map_or(words.len(), |next| at + 1 + next);
        let words = words.iter().enumerate().take(end).skip(at);
        parts.extend(part(krate, words, compilation));
        at = end;
    }
    // After all words, as what depends on them.
    let fragments = words.iter().filter(|word| matches!(word.role, Role::Fragment { .. })).map(rust_ident);
    let fragments = distinct(fragments);
    if !fragments.is_empty() {
        let module = format_ident!("{FRAGMENTS}");
        parts.extend(quote! { mod #module { #(pub struct #fragments;)* } });
    }
    quote! {
        #[allow(unexpected_cfgs, unused, non_camel_case_types, non_snake_case, non_upper_case_globals)]
        const _: () = {
            #[cfg(rust_analyzer)]
            const _: () = { use #krate::__private::ide as __ide; #parts };
        };
    }
}

/// Returns the words from one workflow's name up to the next; those before the first name are separate.
fn part<'a>(
    krate: &TokenStream,
    mut words: impl Iterator<Item = (usize, &'a EditorWord)> + Clone,
    Compilation { roots, workflows, .. }: &'a Compilation,
) -> TokenStream {
    let workflow = words.clone().next().map(|(_, word)| word);
    let call_site = Span::call_site();
    let Some((workflow, Role::Workflow { brace } | Role::Fragment { brace })) = workflow.map(|word| (word, &word.role))
    else {
        let mut of = MirrorContext::new(&hole(call_site), roots);
        return words.map(|(number, word)| of.word(number, word)).collect();
    };
    let here = brace.unwrap_or(call_site);
    let mut name = rust_ident(workflow);
    name.set_span(here);
    // All tokens before the marker must be the same in both expansions, so the user's name comes first.
    let mut of = MirrorContext::new(&name, roots);
    of.is_fragment = matches!(workflow.role, Role::Fragment { .. });
    let names_a_use = |word: &EditorWord| {
        matches!(word.role, Role::UseName | Role::FragmentReference | Role::StateName { repeated: true, .. })
    };
    let uses = words.clone().filter(|(_, word)| word.ident.is_some() && names_a_use(word));
    of.uses = distinct(uses.map(|(_, word)| rust_ident(word)));
    of.signs = words
        .clone()
        .filter_map(|(_, word)| match (&word.role, &word.ident) {
            (Role::StateName { sign, .. }, Some(name)) => Some((plain(name), sign.unwrap_or(here))),
            _ => None,
        })
        .collect();
    // They have the hygiene of the user's words. That of the enclosing `macro_rules!` would hide them.
    let whole = |word: &str| {
        let declares = |(_, other): &(usize, &EditorWord)| matches!(other.role, Role::Item) && is_word(other, word);
        Ident::new(word, words.clone().find(declares).map_or(here, |(_, word)| word.span))
    };
    let (input, params) = (whole(INPUT), whole(PARAMS));
    words.next();
    if of.is_fragment {
        return fragment(of, &input, words);
    }
    let body: TokenStream = words.map(|(number, word)| of.word(number, word)).collect();
    let states = &of.states;
    let declarations = of.declarations();
    let source = workflows.iter().map(|workflow| &workflow.source).find(|source| is_word(workflow, &source.name));
    let keys = source.map(|source| keys(&name, &of.types, source));
    quote! {
        const _: fn() = || {
            let _: #name;
            use __ide::{Held as _, There as _, Transition as _, roots::*};
            use #states::*;
            let #input: <#name as #krate::Workflow>::Input;
            let #params: <#name as #krate::Workflow>::Params;
            #body
            #keys
            #declarations
        };
    }
}

/// Returns the words of a fragment, for which nothing else is generated.
fn fragment<'a>(
    mut of: MirrorContext<'a>,
    input: &Ident,
    words: impl Iterator<Item = (usize, &'a EditorWord)> + Clone,
) -> TokenStream {
    let names = words.clone().filter(|(_, word)| matches!(word.role, Role::StateName { repeated: false, .. }));
    let names = distinct(names.filter(|(_, word)| word.ident.is_some()).map(|(_, word)| rust_ident(word)));
    let body: TokenStream = words.map(|(number, word)| of.word(number, word)).collect();
    let (states, types, declarations) = (&of.states, &of.types, of.declarations());
    let hole = hole(Span::call_site());
    quote! {
        const _: fn() = || {
            use __ide::{Held as _, There as _, roots::*, types as #types};
            use #states::*;
            let #input = ();
            #body
            enum #states { #(#names,)* }
            impl #states { const end: () = (); const #hole: () = (); }
            #declarations
        };
    }
}

/// Returns each name once.
fn distinct(names: impl Iterator<Item = Ident>) -> Vec<Ident> {
    let mut all: Vec<Ident> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn is_word<T: ?Sized>(word: &EditorWord, text: &T) -> bool
where
    Ident: PartialEq<T>,
{
    word.ident.as_ref().is_some_and(|ident| *ident == *text)
}

fn rust_ident(word: &EditorWord) -> Ident {
    word.ident.as_ref().map_or_else(|| hole(word.span), rust_ident_or_hole)
}

struct MirrorContext<'a> {
    /// The workflow's enum of states.
    states: Ident,
    /// The module of workflow-runtime's types that the workflow's items import.
    types: Ident,
    /// The span of declarations that the user did not write; see [`super::style::Editor`].
    here: Span,
    roots: &'a BTreeMap<usize, Ty>,
    /// The sign after each state's name, which is the span of its result's members.
    signs: BTreeMap<String, Span>,
    /// The names of uses of fragments and of repeated states.
    uses: Vec<Ident>,
    /// Whether it is a fragment, which has no Rust items.
    is_fragment: bool,
    /// The names without a Rust item (handlers and variables), by their module.
    names: BTreeMap<String, Vec<Ident>>,
    /// The first reference to each variable and parameter of a closure, by the index of its word.
    variables: BTreeMap<String, usize>,
    /// The values of the roots of references.
    values: TokenStream,
    /// The words of AWS's APIs.
    known: KnownWords,
}

impl<'a> MirrorContext<'a> {
    /// Creates the mirror of the workflow with this name, whose span all generated tokens get.
    fn new(name: &Ident, roots: &'a BTreeMap<usize, Ty>) -> Self {
        Self {
            states: derived(name, "State"),
            types: types_of(name),
            here: name.span(),
            roots,
            signs: BTreeMap::new(),
            uses: Vec::new(),
            is_fragment: false,
            names: BTreeMap::new(),
            variables: BTreeMap::new(),
            values: TokenStream::new(),
            known: KnownWords::default(),
        }
    }

    fn word(&mut self, number: usize, word: &EditorWord) -> TokenStream {
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
            Role::FragmentReference => {
                let module = format_ident!("{FRAGMENTS}");
                quote! { _ = #module::#ident; }
            }
            Role::TypeReference => {
                let of = ["Map", "Option", "Vec"].iter().any(|generic| is_word(word, generic)).then(|| quote! { <_> });
                quote! { let _: #ident #of; }
            }
            Role::VariantReference(of) => {
                let of = rust_ident_or_hole(of);
                let of = Ident::new(&of.to_string(), Span::call_site());
                quote! { _ = #of::#ident; }
            }
            Role::HandlerReference(clause) => {
                let module = handlers(*clause);
                quote! { _ = #module::#ident; }
            }
            Role::HandlerName(clause) => self.declare(handlers(*clause), ident),
            Role::Root(steps)
                if [INPUT, PARAMS, CONTEXT, CAUGHT].iter().any(|root| is_word(word, root))
                    && !(self.is_fragment && [INPUT, PARAMS].iter().any(|root| is_word(word, root))) =>
            {
                // The forms of a resource are no members of its Rust type.
                let shown = if is_word(word, PARAMS) { steps.get(..1).unwrap_or(steps) } else { steps };
                let steps = self::steps(shown);
                quote! { _ = #ident #steps; }
            }
            Role::Root(steps) => {
                let members = self.members(number, &ident, steps);
                quote! { _ = #ident; #members }
            }
            Role::Variable(steps) => {
                self.variables.entry(format!("{VARIABLES}::{ident}")).or_insert(number);
                let members = self.members(number, &ident, steps);
                quote! { _ = variables::#ident; #members }
            }
            Role::ParameterName => {
                // A word that is being typed may become its name.
                let module = closure(number);
                self.declare(module.clone(), ident.clone());
                quote! { _ = #module::#ident; use #module::*; }
            }
            Role::Parameter(declared, steps) => {
                let module = closure(*declared);
                self.variables.entry(format!("{module}::{ident}")).or_insert(number);
                let members = self.members(number, &ident, steps);
                quote! { _ = #module::#ident; #members }
            }
            Role::Resource(_) | Role::RequestMember(..) | Role::ErrorName(_) | Role::Function => {
                let module = self.known.module(&word.role);
                module.map_or_else(TokenStream::new, |module| quote! { _ = #module::#ident; })
            }
            Role::VariableName => self.declare(format_ident!("{VARIABLES}"), ident),
            _ => TokenStream::new(),
        }
    }

    fn keyword(&self, module: &str, ident: &Ident) -> TokenStream {
        let module = format_ident!("{module}");
        quote! { _ = __ide::#module::#ident; }
    }

    /// Declares an item for a name that only the language knows, at the end. Returns its path.
    fn declare(&mut self, module: Ident, ident: Ident) -> TokenStream {
        let names = self.names.entry(module.to_string()).or_default();
        if names.contains(&ident) {
            return quote! { _ = #module::#ident; };
        }
        names.push(ident);
        TokenStream::new()
    }

    /// Returns the members of a value without a Rust type, which gets a type at the end.
    fn members(&mut self, number: usize, root: &Ident, steps: &[ReferenceSegment]) -> TokenStream {
        if steps.is_empty() {
            return TokenStream::new();
        }
        let here = self.signs.get(&plain(root)).copied().unwrap_or(self.here);
        let value = format_ident!("__value_{number}", span = here);
        let declared = ValueType::new(&self.types, here, number).declare(&value, self.root(number), steps);
        self.values.extend(declared);
        let steps = self::steps(steps);
        quote! { _ = #value #steps; }
    }

    /// Returns the type of a reference's root.
    fn root(&self, number: usize) -> &'a Ty {
        self.roots.get(&number).unwrap_or(&Ty::Unknown)
    }

    /// Returns the declarations of words that the expansion does not declare.
    fn declarations(&self) -> TokenStream {
        let Self { here, values, .. } = self;
        let here = *here;
        let names = self.names.iter().map(|(module, names)| {
            let names = names.iter().map(|name| {
                let number = self.variables.get(&format!("{module}::{name}")).copied().unwrap_or(usize::MAX);
                let value = ValueType::new(&self.types, here, number);
                match module.as_str() {
                    RETRIERS | CATCHERS => value.declare_handler(name, module == RETRIERS),
                    _ => value.declare(name, self.root(number), &[]),
                }
            });
            let (module, types) = (format_ident!("{module}"), &self.types);
            quote! { mod #module { use super::{*, #types::value::*}; #(#names)* } }
        });
        // A transition to a use or a repeated state and its result, which no item of the workflow has.
        let (states, uses) = (&self.states, &self.uses);
        let uses = uses.iter().map(|name| {
            let value = ValueType::new(&self.types, here, usize::MAX).declare(name, &Ty::Unknown, &[]);
            quote! { impl #states { const #name: () = (); } #value }
        });
        let known = self.known.declare();
        quote! { #(#names)* #(#uses)* #values #known }
    }
}

const VARIABLES: &str = "variables";
const RETRIERS: &str = "retriers";
const CATCHERS: &str = "catchers";
const FRAGMENTS: &str = "__fragments";
const INPUT: &str = "input";
const PARAMS: &str = "params";
const CONTEXT: &str = "context";
const CAUGHT: &str = "caught";

/// Returns the module of a clause's named handlers.
fn handlers(clause: ClauseKind) -> Ident {
    let module = if clause == ClauseKind::Retry { RETRIERS } else { CATCHERS };
    format_ident!("{module}")
}

/// Returns the module of the parameter that this word of a closure declares.
fn closure(word: usize) -> Ident {
    format_ident!("closure_{word}")
}

/// Returns members and indices. An optional value has the members of its value: `__assume_present` unwraps it by type.
fn steps(steps: &[ReferenceSegment]) -> TokenStream {
    let mut out = TokenStream::new();
    for (number, step) in steps.iter().enumerate() {
        if number > 0 {
            out.extend(quote! { .__assume_present() });
        }
        out.extend(match step {
            ReferenceSegment::Member(ident) => {
                let ident = rust_ident_or_hole(ident);
                quote! { .#ident }
            }
            ReferenceSegment::Quoted(text) => quote! { [#text] },
            ReferenceSegment::Index(_) => quote! { [0] },
            ReferenceSegment::Hole(span) => {
                let hole = hole(*span);
                quote_spanned! { *span=> .#hole }
            }
        });
    }
    out
}
