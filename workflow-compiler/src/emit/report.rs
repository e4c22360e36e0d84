//! Problems as rustc prints them: a `compile_error!` for each error, a deprecated item for each warning.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::workflow::for_every_item;
use crate::problem::Problem;
use crate::syntax::ast::Spot;
use crate::{Compilation, Surroundings};

/// How many errors one build prints; more of them seldom help.
const LIMIT: usize = 50;

/// All problems in source order, errors first. An editor has the warnings from cargo: what gives them here has the user's
/// words, and would be shown as what those mean.
pub(super) fn reports(compilation: &Compilation, Surroundings { locate, editor, .. }: Surroundings<'_>) -> TokenStream {
    let mut problems: Vec<(usize, &Problem)> = compilation.problems.iter().enumerate().collect();
    // The sort is stable: where positions are not known, the order is that of the phases.
    problems.sort_by_key(|(_, problem)| locate(problem.spot.first));
    let (errors, warnings): (Vec<_>, Vec<_>) = problems.into_iter().partition(|(_, problem)| problem.is_error());
    let mut out: TokenStream =
        errors.iter().take(LIMIT).map(|(_, problem)| compile_error(problem.spot, &problem.text(), editor)).collect();
    if let Some((_, next)) = errors.get(LIMIT) {
        let more = format!("and {} more errors in this `workflow!`, not shown", errors.len() - LIMIT);
        out.extend(compile_error(next.spot, &more, editor));
    }
    for bug in &compilation.bugs {
        out.extend(compile_error(Span::call_site().into(), bug, editor));
    }
    for (number, problem) in warnings.into_iter().filter(|_| !editor) {
        let workflow = compilation.workflows.iter().find(|workflow| workflow.has_problem(number));
        let attributes = workflow.map(|workflow| for_every_item(&workflow.source)).unwrap_or_default();
        out.extend(warning(problem, &attributes));
    }
    out
}

/// `compile_error!` with its first token at the first of the user's words and its last at the last:
/// rustc underlines from one to the other.
fn compile_error(spot: Spot, text: &str, editor: bool) -> TokenStream {
    let mut literal = Literal::string(text);
    literal.set_span(spot.last);
    let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(literal).into());
    group.set_span(spot.last);
    // An editor shows each of these words as what the user's word means, so there are as few as can be.
    let core = (!editor).then(|| quote_spanned! { spot.first=> ::core:: });
    quote_spanned! { spot.first=> #core compile_error! #group }
}

/// Stable Rust lets a macro warn only through a lint: the use of something deprecated.
/// `#[allow(deprecated)]` before the workflow turns it off.
fn warning(problem: &Problem, attributes: &TokenStream) -> TokenStream {
    let text = problem.text();
    let used = quote_spanned! { problem.spot.first=> _ = Workflow; };
    quote! {
        #attributes
        const _: () = {
            #[deprecated(note = #text)]
            struct Workflow;
            #used
        };
    }
}
