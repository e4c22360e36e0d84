//! Retriers and catchers: known names.

use workflow_asl::Code;
use workflow_asl::error_name;

use super::analysis::Analysis;
use super::sink::Sink;
use super::types::article;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Clause, ClauseValue, DeclarationKind, Expr, ExprKind, Reference, Root, Segment, Text, plain};
use crate::syntax::keyword::ClauseKind;

pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    duplicates(analysis, sink);
    for declaration in &analysis.workflow.declarations {
        if let DeclarationKind::Defaults(_, defaults) = &declaration.kind {
            clauses(analysis, defaults, sink);
        }
    }
    for info in analysis.all_states() {
        clauses(analysis, &info.state.clauses, sink);
    }
}

/// A named retrier or catcher has one declaration.
fn duplicates(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    let mut seen: Vec<(ClauseKind, String)> = Vec::new();
    for declaration in &analysis.workflow.declarations {
        let (kind, ident) = match &declaration.kind {
            DeclarationKind::Retrier { name, .. } => (ClauseKind::Retry, name),
            DeclarationKind::Catcher { name, .. } => (ClauseKind::Catch, name),
            _ => continue,
        };
        let name = plain(ident);
        if seen.iter().any(|(other, known)| *other == kind && *known == name) {
            let message = format!("the {} `{name}` is declared twice", noun(kind));
            sink.push(Problem::new(Code::DuplicateName, ident.span(), message));
        }
        seen.push((kind, name));
    }
}

fn clauses(analysis: &Analysis<'_>, clauses: &[Clause], sink: &mut Sink<'_>) {
    for clause in clauses {
        match &clause.value {
            ClauseValue::Expr(all) if clause.kind == ClauseKind::Retry => {
                let mut others =
                    clauses.iter().filter(|other| other.kind == ClauseKind::Retry && other.id != clause.id);
                if let Some(other) = others.next() {
                    let message = "the parameter is the whole list of retriers, so the state has no others";
                    let problem = Problem::new(Code::RepeatedClause, other.span, message);
                    sink.push(problem.help("remove one of them"));
                }
                list_of_retriers(analysis, all, sink);
            }
            ClauseValue::Errors(errors) => errors.iter().for_each(|error| own_error(error, sink)),
            ClauseValue::Named(ident) => {
                let name = plain(ident);
                let retriers: Vec<_> = analysis.retriers.keys().map(String::as_str).collect();
                let catchers: Vec<_> = analysis.catchers.keys().map(String::as_str).collect();
                let (own, others, other, example) = match clause.kind {
                    ClauseKind::Retry => (retriers, catchers, ClauseKind::Catch, "{ max_attempts: 3 }"),
                    _ => (catchers, retriers, ClauseKind::Retry, "-> Failed;"),
                };
                if own.contains(&name.as_str()) {
                    continue;
                }
                sink.report(|| {
                    let message = format!("unknown {} `{name}`", noun(clause.kind));
                    let problem = Problem::new(Code::UnknownHandler, ident.span(), message);
                    if others.contains(&name.as_str()) {
                        let help = format!("`{name}` is a {}: write `{} {name}`", noun(other), other.keyword());
                        return problem.help(help).edit(Edit::over(clause.keyword.span(), other.keyword()));
                    }
                    let example = format!("{} {name} [States.ALL] {example}", clause.kind.keyword());
                    problem
                        .suggest(&name, own)
                        .or_help(|| format!("declare it at the top of the workflow: `{example}`"))
                });
            }
            _ => {}
        }
    }
}

/// A task is said to raise no error of Step Functions' own.
fn own_error(error: &Text, sink: &mut Sink<'_>) {
    if error.value.starts_with(error_name::PREFIX) {
        let message = format!("`{}` is an error of Step Functions itself, so this has no effect", error.value);
        sink.push(Problem::new(Code::NoEffect, error.span, message).help("remove it: handlers may name it anyway"));
    }
}

/// A parameter that is the list of retriers has the type of JSON.
fn list_of_retriers(analysis: &Analysis<'_>, all: &Expr, sink: &mut Sink<'_>) {
    let ExprKind::Reference(Reference { root: Root::Params, segments, .. }) = &all.kind else { return };
    let Some(Segment::Member { name, .. }) = segments.first() else { return };
    let Some(param) = analysis.params.get(&name.value) else { return };
    if !param.ty.is_unknown() && !param.ty.is_array() {
        let message = format!("`params.{}` is {}, not a list of retriers", name.value, article(&param.ty));
        let problem = Problem::new(Code::WrongArgument, all.span, message);
        sink.push(problem.help(format!("declare it as JSON: `params {{ {}: Json }}`", name.value)));
    }
}

fn noun(kind: ClauseKind) -> &'static str {
    if kind == ClauseKind::Retry { "retrier" } else { "catcher" }
}
