//! Checks uses of fragments: the arguments and the result must have the types that the fragment declares.

use workflow_asl::Code;

use super::analysis::Analysis;
use super::data::output;
use super::path::optional_text;
use super::sink::Sink;
use super::value_site::{ValueField, ValueSite};
use crate::problem::{Problem, Problems};
use crate::question::Question;
use crate::syntax::ast::{Expr, ExprKind, FieldDecl, Inlined, Member, Target, TypeKind, plain};

pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for used in &analysis.workflow.inlined {
        arguments(analysis, used, sink);
        let Some(result) = &used.result else { continue };
        let wanted = analysis.types.ty(result);
        let ends = used.ends.iter().filter_map(|end| analysis.states.get(end));
        output::of_states(analysis, ends, &wanted, &format!("the result of `{}`", used.fragment), sink);
    }
}

fn arguments<'a>(analysis: &Analysis<'a>, used: &'a Inlined, sink: &mut Sink<'_>) {
    let Some(first) = analysis.states.get(&used.first) else { return };
    for field in &used.input {
        let name = plain(&field.name);
        // One that may be omitted where it is needed was reported.
        let is_given = |member: &&Member| {
            member.key.value == name && (!member.optional || matches!(field.ty.kind, TypeKind::Option(_)))
        };
        let Some(Member { value, .. }) = used.arguments.iter().find(is_given) else { continue };
        // A value that is computed first is in the `assign` of the first state.
        let position = if used.computed.contains(&name) { ValueField::Assign } else { ValueField::Parameters };
        let place = first.site(position);
        let wanted = analysis.types.ty(&field.ty);
        let fragment = plain(&used.fragment);
        let what = format!("`{name}` of `{fragment}`");
        if let Some(problem) = absent(analysis, place.knowing(analysis.narrowing(first)), value, field, &fragment) {
            sink.push(problem);
            continue;
        }
        let mut problems = Problems::default();
        let mut found = Sink::to(&mut problems);
        output::fits_expr(analysis, place.knowing(analysis.narrowing(first)), value, &wanted, &what, &mut found);
        for problem in problems.iter() {
            let code = if problem.code == Code::OutputDoesNotFit { Code::FragmentArgument } else { problem.code };
            let help = || format!("the fragment `{fragment}` declares `{name}: {}`", wanted.rust_name());
            sink.push(Problem { code, ..problem.clone() }.or_help(help));
        }
        for Question { subject, asks, span } in problems.take_questions() {
            sink.ask(&subject, span, || asks);
        }
    }
}

/// Returns the problem if an argument may be absent and the fragment does not declare it as optional.
fn absent<'a>(
    analysis: &Analysis<'a>,
    place: ValueSite<'_, 'a>,
    value: &Expr,
    field: &FieldDecl,
    fragment: &str,
) -> Option<Problem> {
    let value = value.unparen();
    let ExprKind::Reference(reference) = &value.kind else { return None };
    let wanted = analysis.types.ty(&field.ty);
    if wanted.is_option() || wanted.is_unknown() || !analysis.resolves(place, reference) {
        return None;
    }
    if !analysis.resolved(place, value, reference).is_left_out() {
        return None;
    }
    let (words, name, ty) = (optional_text(reference), plain(&field.name), wanted.rust_name());
    let message = format!("`{words}` may be absent, but `{name}` of `{fragment}` is declared `{ty}`");
    let problem = Problem::new(Code::FragmentArgument, value.span, message);
    let problem = problem.help(format!("give a default: `{words} ?? …`"));
    Some(problem.help(format!("or declare `{name}: Option<{ty}>` in the fragment")))
}

/// Returns the code, the message and the help if nothing keeps the result of a use.
pub(crate) fn never_kept(used: &Inlined, analysis: &Analysis<'_>) -> Option<(Code, String, String)> {
    let name = plain(&used.written);
    if used.ends.is_empty() {
        let message = format!("`{name}` has no result: no state ends the fragment `{}`", used.fragment);
        let help = "end the fragment with `-> end` at the state that returns the result";
        return Some((Code::StateReference, message, help.to_owned()));
    }
    let mut last = used.ends.iter().filter_map(|end| analysis.states.get(end));
    let last = last.find(|info| matches!(info.state.transition, None | Some(Target::End(_))))?;
    let scope = analysis.scopes.get(last.scope);
    let message = format!("the result of `{name}` is not available: nothing follows it, because it ends with `-> end`");
    Some(match scope.and_then(|scope| Some((plain(&scope.owner?.name), scope.branch))) {
        Some((owner, branch)) => {
            let index = branch.map_or_else(|| "…".to_owned(), |branch| branch.to_string());
            (Code::OtherScope, message, format!("after `{owner}`, read `{owner}[{index}]`"))
        }
        None => {
            let help = "add a transition from the use to the state that reads the result";
            (Code::MayNotHaveRun, message, help.to_owned())
        }
    })
}
