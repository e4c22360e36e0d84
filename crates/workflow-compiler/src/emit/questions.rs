//! Questions about the user's own types, which only rustc can answer: one constant each, with the span of the words.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use workflow_asl::Code;

use super::workflow::for_every_item;
use crate::check::{Foreign, ForeignMember, ForeignPart, Question, QuestionKind};
use crate::compilation::CompiledWorkflow;
use crate::syntax::ast::TokenSpan;

/// Returns the questions of one workflow, after the shapes of the types involved.
pub(super) fn questions(krate: &TokenStream, compiled: &CompiledWorkflow) -> TokenStream {
    if compiled.questions.is_empty() || compiled.is_taken() {
        return TokenStream::new();
    }
    let mut names: Vec<String> = Vec::new();
    let mut shapes = TokenStream::new();
    let mut asked = TokenStream::new();
    let mut before = BTreeSet::new();
    let mut number_of = |of: &Foreign| {
        let name = &*of.name;
        names.iter().position(|known| known == name).unwrap_or_else(|| {
            let shape = format_ident!("__SHAPE_{}", names.len());
            let tokens = part(krate, of);
            shapes.extend(quote! {
                const #shape: &'static __schema::Shape = #krate::__private::shape!(#tokens, #name);
            });
            names.push(name.to_owned());
            names.len() - 1
        })
    };
    for question in &compiled.questions {
        let number = number_of(&question.subject);
        let given = match &question.asks {
            QuestionKind::Fits { value: given, .. } => number_of(given),
            _ => number,
        };
        if is_new(question, number, &mut before) {
            asked.extend(ask(krate, question, (number, given)));
        }
    }
    let attributes = for_every_item(&compiled.source);
    quote! {
        #attributes
        const _: () = {
            // It is not called by its whole path: rustc underlines a call whose words all have the user's span.
            use #krate::__private::schema as __schema;
            #shapes
            #asked
        };
    }
}

/// Returns the type, or the part of the workflow.
pub(super) fn part(krate: &TokenStream, of: &Foreign) -> TokenStream {
    let tokens = &of.tokens;
    match of.part {
        ForeignPart::Whole => tokens.clone(),
        ForeignPart::Input => quote! { <#tokens as #krate::Workflow>::Input },
        ForeignPart::Output => quote! { <#tokens as #krate::Workflow>::Output },
    }
}

/// Returns whether a step on the way was not asked about before.
fn is_new(question: &Question, number: usize, before: &mut BTreeSet<String>) -> bool {
    !matches!(question.asks, QuestionKind::Member { last: false, .. })
        || before.insert(format!("{number} {:?}", question.subject.steps))
}

/// Returns a question about the types with these numbers.
fn ask(krate: &TokenStream, question: &Question, (number, given_number): (usize, usize)) -> TokenStream {
    let shape = format_ident!("__SHAPE_{number}");
    let path = path(&question.subject);
    let code = code_of(&question.asks).to_string();
    let (function, rest) = match &question.asks {
        QuestionKind::Member { words, .. } => ("is_member", quote! { #words, #code }),
        QuestionKind::Read { words, place, .. } => ("is_read", quote! { #words, #code, #place }),
        QuestionKind::Kind { kinds, wanted, help, .. } => {
            let help = self::help(help);
            ("kind", quote! { #kinds, #wanted, #code, #help })
        }
        QuestionKind::Present { words, effect, help } => {
            let help = self::help(help);
            ("present", quote! { #words, #effect, #code, #help })
        }
        QuestionKind::Needed { words, not_null, help } => {
            let help = self::help(help);
            ("needed", quote! { #not_null, #words, #code, #help })
        }
        QuestionKind::Members { given_members: given, object: what, .. } => {
            ("members", quote! { &[#(#given),*], #what, #code })
        }
        QuestionKind::NoSlip { object: what } => ("no_slip", quote! { #what, #code }),
        QuestionKind::Takes { kinds, absent, target: what, value: given, .. } => {
            ("takes", quote! { #kinds, #absent, #what, #given, #code })
        }
        QuestionKind::InRange { number, target: what, written: given, .. } => {
            let number = Literal::i128_unsuffixed(*number);
            ("in_range", quote! { #number, #what, #given, #code })
        }
        QuestionKind::Fits { value: given, absent, target: what, lacks, .. } => {
            let (given_shape, given_path) = (format_ident!("__SHAPE_{given_number}"), self::path(given));
            let lacks = lacks.to_string();
            ("fits", quote! { (#given_shape, &[#given_path]), #absent, #what, #code, #lacks })
        }
        QuestionKind::Awaited => ("awaited", TokenStream::new()),
        QuestionKind::Express => ("express", TokenStream::new()),
        QuestionKind::Text { text, words } => ("text", quote! { #text, #words, #code }),
    };
    let arguments = if matches!(question.asks, QuestionKind::Awaited | QuestionKind::Express) {
        let workflow = &question.subject.tokens;
        let name = crate::question::spell(workflow.clone());
        quote! { <#workflow as #krate::Workflow>::TYPE, #name, #code }
    } else {
        quote! { #shape, &[#path], #rest }
    };
    let (function, call) = (Ident::new(function, question.span.first), spanned(arguments, question.span));
    quote_spanned! { question.span.first=>
        const _: () = __schema::#function #call;
    }
}

/// Returns the code of the error if the answer is no.
fn code_of(asks: &QuestionKind) -> Code {
    match asks {
        QuestionKind::Member { code, .. }
        | QuestionKind::Read { code, .. }
        | QuestionKind::Kind { code, .. }
        | QuestionKind::Members { code, .. }
        | QuestionKind::Takes { code, .. }
        | QuestionKind::InRange { code, .. }
        | QuestionKind::Fits { code, .. } => *code,
        QuestionKind::Present { .. } | QuestionKind::Needed { .. } => Code::UnguardedOption,
        QuestionKind::NoSlip { .. } => Code::UnknownMember,
        QuestionKind::Text { .. } => Code::UnknownVariant,
        QuestionKind::Awaited | QuestionKind::Express => Code::UnknownApi,
    }
}

/// Returns the arguments in parentheses with the end of the words as span: rustc underlines the whole call.
pub(crate) fn spanned(arguments: TokenStream, span: TokenSpan) -> TokenTree {
    let mut group = Group::new(Delimiter::Parenthesis, arguments);
    group.set_span(span.last);
    TokenTree::Group(group)
}

/// Returns the steps of a path.
pub(super) fn path(of: &Foreign) -> TokenStream {
    let steps = of.steps.iter().map(|step| {
        let certain = step.certain;
        match (&step.to, &step.tag) {
            (ForeignMember::Name(name), Some((tag, texts))) => {
                quote! { __schema::PathStep::Tagged(#name, #certain, #tag, &[#(#texts),*]) }
            }
            (ForeignMember::Name(name), None) => quote! { __schema::PathStep::Member(#name, #certain) },
            (ForeignMember::Index(index), _) => quote! { __schema::PathStep::Index(#index, #certain) },
            (ForeignMember::Computed, _) => quote! { __schema::PathStep::Computed(#certain) },
        }
    });
    quote! { #(#steps),* }
}

/// Formats the help lines, as in errors of the macro.
fn help(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(if text.is_empty() { "\n\n= help: " } else { "\n= help: " });
        text.push_str(line);
    }
    text
}
