//! Declarations that nothing uses.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use workflow_asl::Code;

use super::analysis::Analysis;
use super::data::values;
use crate::fragment::Fragment;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{
    Body, Clause, ClauseValue, DeclarationKind, Expr, ExprKind, Head, MapItems, Resource, Shape, Type, TypeKind, When,
    Workflow, plain,
};
use crate::syntax::keyword::ClauseKind;

/// Reports the params, types and named handlers of a workflow that nothing uses. `all` are the workflows of the same
/// `workflow!`, which may use each other's types, and this is the workflow with that number; `fragments` are the
/// fragments of the definition, where it is made of the states.
pub(crate) fn unused(
    analysis: &Analysis<'_>,
    (number, all): (usize, &[Workflow]),
    fragments: Option<&[Fragment]>,
    problems: &mut Problems,
) {
    types(analysis, (number, all), problems);
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
    let own = analysis.all_states().flat_map(|info| &info.state.clauses);
    let used: Vec<(ClauseKind, String)> = own
        .chain(analysis.defaults.iter().map(|(_, clause)| *clause))
        .filter_map(|Clause { kind, value, .. }| match value {
            ClauseValue::Named(name) => Some((*kind, plain(name))),
            _ => None,
        })
        .collect();
    for declaration in &analysis.workflow.declarations {
        let (kind, what, name) = match &declaration.kind {
            DeclarationKind::Retrier { name, .. } => (ClauseKind::Retry, "retrier", name),
            DeclarationKind::Catcher { name, .. } => (ClauseKind::Catch, "catcher", name),
            _ => continue,
        };
        if !used.iter().any(|(of, used)| *of == kind && *used == plain(name)) {
            let message = format!("the {what} `{name}` is not used");
            let help = format!("write `{} {name}` on a state, or remove it", kind.keyword());
            problems.push(Problem::new(Code::UnusedDeclaration, name.span(), message).help(help));
        }
    }
}

fn types(analysis: &Analysis<'_>, (own, all): (usize, &[Workflow]), problems: &mut Problems) {
    // Other Rust code may use public items.
    let workflow = analysis.workflow;
    let own_type = |name: &Ident| workflow.visibility.is_empty() && !workflow.of_fragments.contains(&plain(name));
    let declared: Vec<_> = declared(workflow).filter(|(_, name, _)| own_type(name)).collect();
    if declared.is_empty() {
        return;
    }
    let mut used = BTreeSet::new();
    for (number, workflow) in all.iter().enumerate() {
        uses(workflow, number == own, &mut used);
    }
    variants(analysis, &mut used);
    let parts: BTreeMap<String, BTreeSet<String>> =
        declared.iter().map(|(_, name, parts)| (plain(name), parts.clone())).collect();
    let mut next: Vec<String> = used.iter().cloned().collect();
    while let Some(name) = next.pop() {
        let parts = parts.get(&name).into_iter().flatten();
        next.extend(parts.filter(|part| used.insert((*part).clone())).cloned());
    }
    let unused: Vec<_> = declared.iter().filter(|(_, name, _)| !used.contains(&plain(name))).collect();
    // A type that only an unused type uses is unused too.
    let is_part = |name: &Ident| {
        let name = plain(name);
        unused.iter().any(|(_, other, parts)| plain(other) != name && parts.contains(&name))
    };
    let mut first: Vec<_> = unused.iter().filter(|(_, name, _)| !is_part(name)).collect();
    if first.is_empty() {
        // They contain each other.
        first.extend(unused.first());
    }
    for (what, name, _) in first {
        let message = format!("the {what} `{name}` is not used");
        let help = "remove it, or declare it outside of `workflow!` if only Rust code uses it";
        problems.push(Problem::new(Code::UnusedDeclaration, name.span(), message).help(help));
    }
}

/// Returns the structs and enums of a workflow, with the names in each struct's fields.
fn declared(workflow: &Workflow) -> impl Iterator<Item = (&'static str, &Ident, BTreeSet<String>)> {
    workflow.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Struct(declaration) => {
            Some(("struct", &declaration.name, names(declaration.fields.iter().map(|field| &field.ty))))
        }
        DeclarationKind::Enum(declaration) => {
            let types = declaration.variants.iter().flat_map(|variant| variant.data.types());
            Some(("enum", &declaration.name, names(types)))
        }
        _ => None,
    })
}

/// Returns the names in types.
fn names<'t>(types: impl Iterator<Item = &'t Type>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    types.for_each(|ty| mentions(ty, &mut names));
    names
}

/// Adds the names in the types of a workflow; of another workflow, only those in its structs.
fn uses(workflow: &Workflow, own: bool, used: &mut BTreeSet<String>) {
    for declaration in &workflow.declarations {
        let fields = match &declaration.kind {
            DeclarationKind::Input(Shape::Type(ty)) | DeclarationKind::Output(Shape::Type(ty)) => {
                mentions(ty, used);
                continue;
            }
            DeclarationKind::Input(Shape::Fields(fields)) | DeclarationKind::Output(Shape::Fields(fields)) => fields,
            DeclarationKind::Params(fields) => fields,
            DeclarationKind::Struct(declaration) if !own => &declaration.fields,
            DeclarationKind::Enum(declaration) if !own => {
                let types = declaration.variants.iter().flat_map(|variant| variant.data.types());
                types.for_each(|ty| mentions(ty, used));
                continue;
            }
            _ => continue,
        };
        fields.iter().for_each(|field| mentions(&field.ty, used));
    }
    for inlined in &workflow.inlined {
        inlined.input.iter().map(|field| &field.ty).chain(&inlined.result).for_each(|ty| mentions(ty, used));
    }
    of_states(&workflow.body, used);
}

fn of_states(body: &Body, used: &mut BTreeSet<String>) {
    for state in body.all_states() {
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
