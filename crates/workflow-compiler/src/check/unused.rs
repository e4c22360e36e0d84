//! Declarations that nothing uses.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use workflow_asl::Code;

use super::analysis::Analysis;
use super::data::values;
use super::model::names_handler;
use crate::fragment::Fragment;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{
    DeclarationKind, Expr, ExprKind, Head, MapItems, Resource, Shape, StructDecl, Type, TypeKind, When, Workflow, plain,
};
use crate::syntax::keyword::ClauseKind;

/// Reports the params, types and named handlers of a workflow that nothing uses. `all` are the workflows of the same
/// `workflow!`, which may use each other's types; `fragments` are the
/// fragments of the definition, where it is made of the states.
pub(crate) fn unused(
    analysis: &Analysis<'_>,
    all: &[Workflow],
    fragments: Option<&[Fragment]>,
    problems: &mut Problems,
) {
    types(analysis, all, problems);
    if let Some(fragments) = fragments {
        params(analysis, fragments, problems);
        handlers(analysis, problems);
    }
}

fn params(analysis: &Analysis<'_>, fragments: &[Fragment], problems: &mut Problems) {
    if analysis.params.is_empty() {
        return;
    }
    let used: BTreeSet<&str> = fragments
        .iter()
        .filter_map(|fragment| match fragment {
            Fragment::Param { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    for (name, field) in analysis.params.iter().filter(|(name, _)| !used.contains(name.as_str())) {
        let message = format!("the parameter `{name}` is not used");
        let help = format!("read it as `params.{name}`, or remove it");
        problems.push(Problem::new(Code::UnusedParam, field.decl.name.span(), message).help(help));
    }
}

fn handlers(analysis: &Analysis<'_>, problems: &mut Problems) {
    let own = || analysis.all_states().flat_map(|info| &info.state.clauses);
    let clauses = || own().chain(analysis.defaults.iter().map(|(_, clause)| *clause));
    for declaration in &analysis.workflow.declarations {
        let (kind, what, name) = match &declaration.kind {
            DeclarationKind::Retrier { name, .. } => (ClauseKind::Retry, "retrier", name),
            DeclarationKind::Catcher { name, .. } => (ClauseKind::Catch, "catcher", name),
            _ => continue,
        };
        if !clauses().any(|clause| names_handler(clause, kind, &plain(name))) {
            let message = format!("the {what} `{name}` is not used");
            let help = format!("write `{} {name}` on a state, or remove it", kind.keyword());
            problems.push(Problem::new(Code::UnusedDeclaration, name.span(), message).help(help));
        }
    }
}

/// A type is used where values, states or other types name it.
fn types(analysis: &Analysis<'_>, all: &[Workflow], problems: &mut Problems) {
    // Other Rust code may use public items.
    let workflow = analysis.workflow;
    let own = |name: &Ident| workflow.visibility.is_empty() && !workflow.of_fragments.contains(&plain(name));
    let declared = || workflow.declarations.iter().filter_map(|declaration| declaration.kind.type_name());
    if !declared().any(own) {
        return;
    }
    let mut used = BTreeSet::new();
    all.iter().for_each(|workflow| uses(workflow, &mut used));
    variants(analysis, &mut used);
    for name in declared().filter(|name| own(name) && !used.contains(&plain(name))) {
        let message = format!("the type `{name}` is not used");
        let help = "remove it, or declare it outside of `workflow!` if only Rust code uses it";
        problems.push(Problem::new(Code::UnusedDeclaration, name.span(), message).help(help));
    }
}

/// Adds the names in the types of a workflow, but for a type's own name in itself.
fn uses(workflow: &Workflow, used: &mut BTreeSet<String>) {
    for declaration in &workflow.declarations {
        let types: Vec<&Type> = match &declaration.kind {
            DeclarationKind::Input(Shape::Type(ty)) | DeclarationKind::Output(Shape::Type(ty)) => vec![ty],
            DeclarationKind::Input(Shape::Fields(fields))
            | DeclarationKind::Output(Shape::Fields(fields))
            | DeclarationKind::Params(fields)
            | DeclarationKind::Struct(StructDecl { fields, .. }) => fields.iter().map(|field| &field.ty).collect(),
            DeclarationKind::Enum(of) => of.variants.iter().flat_map(|variant| variant.data.types()).collect(),
            _ => continue,
        };
        let mut names = BTreeSet::new();
        types.into_iter().for_each(|ty| mentions(ty, &mut names));
        declaration.kind.type_name().map(|own| names.remove(&plain(own)));
        used.extend(names);
    }
    for inlined in &workflow.inlined {
        inlined.input.iter().map(|field| &field.ty).chain(&inlined.result).for_each(|ty| mentions(ty, used));
    }
    for state in workflow.body.all_states() {
        match &state.head {
            Head::Task { resource: Some(Resource::Service { result, workflow, .. }), .. } => {
                result.iter().chain(workflow).for_each(|ty| mentions(ty, used));
            }
            Head::Task { resource: Some(Resource::Activity { result, .. }), .. } => {
                result.iter().for_each(|ty| mentions(ty, used));
            }
            Head::Map { over: Some(MapItems::Reader { row: Some(ty), .. }), .. } => mentions(ty, used),
            _ => {}
        }
    }
}

/// Adds the enums whose variants are named in values, and the types of raw JSONata.
fn variants(analysis: &Analysis<'_>, used: &mut BTreeSet<String>) {
    for info in analysis.all_states() {
        let mut in_value = |value: &Expr| {
            value.walk(&mut |part| match &part.kind {
                ExprKind::Variant { ty, .. } => {
                    used.insert(plain(ty));
                }
                ExprKind::Raw(raw) => raw.ty.iter().for_each(|ty| mentions(ty, used)),
                _ => {}
            });
        };
        values(analysis, info, &mut |value, _| in_value(value));
        for arm in info.state.arms() {
            if let When::Patterns(patterns) = &arm.when {
                patterns.iter().for_each(&mut in_value);
            }
        }
    }
}

/// Adds every name in a type.
fn mentions(ty: &Type, names: &mut BTreeSet<String>) {
    match &ty.kind {
        TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Map(inner) => mentions(inner, names),
        TypeKind::Named(name) => drop(names.insert(plain(name))),
        TypeKind::Path(path) => words(path.clone(), names),
        _ => {}
    }
}

fn words(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => drop(names.insert(plain(&word))),
            TokenTree::Group(group) => words(group.stream(), names),
            _ => {}
        }
    }
}
