//! Emits problems for rustc: a `compile_error!` for each error, a deprecated item for each warning.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::workflow::for_every_item;
use crate::compilation::{Compilation, Surroundings};
use crate::problem::Problem;
use crate::syntax::ast::TokenSpan;

/// The maximum number of errors that one build prints.
const LIMIT: usize = 50;

/// Returns all problems in source order, errors first. Warnings are omitted for an editor, which gets them from cargo:
/// the code that causes them has the user's words and would be shown with a wrong meaning.
pub(super) fn reports(compilation: &Compilation, Surroundings { locate, editor, .. }: Surroundings<'_>) -> TokenStream {
    let mut problems: Vec<&Problem> = compilation.problems.iter().collect();
    // The sort is stable: without known positions, the order of the phases is kept.
    problems.sort_by_key(|problem| locate(problem.span.first));
    let (errors, warnings): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.is_error());
    let mut out: TokenStream =
        errors.iter().take(LIMIT).map(|problem| compile_error(problem.span, &problem.text(), editor)).collect();
    if let Some(next) = errors.get(LIMIT) {
        let more = format!("and {} more errors in this `workflow!`, not shown", errors.len() - LIMIT);
        out.extend(compile_error(next.span, &more, editor));
    }
    for bug in &compilation.bugs {
        out.extend(compile_error(Span::call_site().into(), bug, editor));
    }
    for problem in warnings.into_iter().filter(|_| !editor) {
        let workflow = compilation.workflows.iter().find(|workflow| workflow.source.number == problem.workflow);
        let attributes = workflow.map(|workflow| for_every_item(&workflow.source)).unwrap_or_default();
        out.extend(warning(problem, &attributes));
    }
    out
}

/// Returns `compile_error!` with its first token at the first of the user's words and its last at the last, so that
/// rustc underlines all of them.
fn compile_error(span: TokenSpan, text: &str, editor: bool) -> TokenStream {
    let mut literal = Literal::string(text);
    literal.set_span(span.last);
    let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(literal).into());
    group.set_span(span.last);
    // An editor shows each of these tokens with the meaning of the user's word, so there are as few as possible.
    let core = (!editor).then(|| quote_spanned! { span.first=> ::core:: });
    quote_spanned! { span.first=> #core compile_error! #group }
}

/// On stable Rust, a macro can only warn through a lint: the use of a deprecated item. `#[allow(deprecated)]` on the
/// workflow turns it off.
fn warning(problem: &Problem, attributes: &TokenStream) -> TokenStream {
    let text = problem.text();
    let used = quote_spanned! { problem.span.first=> _ = Workflow; };
    quote! {
        #attributes
        const _: () = {
            #[deprecated(note = #text)]
            struct Workflow;
            #used
        };
    }
}
