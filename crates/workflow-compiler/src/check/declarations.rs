//! Declared types: names that are unique and known, unique fields and variants, no recursive types.

use indexmap::IndexMap;
use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::constraints;
use super::model::{Model, whole_seconds};
use super::rows::CsvRows;
use super::rust_items::{Item, items};
use super::sink::Sink;
use super::types::{Int, Ty};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{
    Declaration, DeclarationKind, DefaultValue, EnumDecl, FieldDecl, FieldDefault, Head, MapItems, Resource, Shape,
    Type, TypeKind, VariantData, Workflow, plain,
};

/// The types of the language, as they are written.
fn built_in<'n>() -> impl Iterator<Item = &'n str> {
    let others = ["String", "bool", "f32", "f64", "Timestamp", "Arn", "Json", "Vec", "Option", "Map"];
    others.into_iter().chain(Int::names())
}

pub(super) fn check(model: &Model<'_>, sink: &mut Sink<'_>) {
    type_names(model, sink);
    for declaration in &model.workflow.declarations {
        match &declaration.kind {
            DeclarationKind::Input(Shape::Fields(decls)) => fields(model, declaration, "the input", decls, sink),
            DeclarationKind::Output(Shape::Fields(decls)) => fields(model, declaration, "the output", decls, sink),
            DeclarationKind::Input(Shape::Type(ty)) | DeclarationKind::Output(Shape::Type(ty)) => {
                known(model, ty, sink)
            }
            DeclarationKind::Params(decls) => fields(model, declaration, "the params", decls, sink),
            // A document may say 0, which the service takes for no time at all.
            DeclarationKind::Timeout(value) if whole_seconds(value) == Some(0) => {
                sink.push(Problem::new(
                    Code::NumberOutOfRange,
                    value.span,
                    "`timeout` must be at least 1, found 0 seconds",
                ));
            }
            DeclarationKind::Struct(decl) => {
                fields(model, declaration, &format!("`{}`", plain(&decl.name)), &decl.fields, sink);
            }
            DeclarationKind::Enum(decl) => {
                variants(declaration, decl, sink);
                for variant in &decl.variants {
                    match &variant.data {
                        VariantData::Unit => {}
                        VariantData::Tuple(types) => types.iter().for_each(|ty| known(model, ty, sink)),
                        VariantData::Fields(decls) => {
                            let whose = format!("`{}::{}`", plain(&decl.name), plain(&variant.name));
                            fields(model, declaration, &whose, decls, sink);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut rows = CsvRows::default();
    for info in model.all_states() {
        if let Head::Task {
            resource: Some(Resource::Service { result: Some(ty), .. } | Resource::Activity { result: Some(ty), .. }),
            ..
        } = &info.state.head
        {
            known(model, ty, sink);
        }
        if let Head::Map { item: Some(item), .. } = &info.state.head
            && model.states.contains_key(&plain(item))
        {
            let message = format!("`{}` is already a state", plain(item));
            sink.push(Problem::new(Code::DuplicateName, item.span(), message).help("choose another name for the item"));
        }
        if let Head::Map { over: Some(MapItems::Reader { path, row: Some(row), body }), .. } = &info.state.head {
            known(model, row, sink);
            rows.check(model, path, row, body, sink);
        }
    }
    recursive(model, sink);
}

/// Checks that a type has one declaration, and no name that the language or the macro uses.
fn type_names(model: &Model<'_>, sink: &mut Sink<'_>) {
    let (declared, made): (Vec<_>, Vec<_>) =
        items(model.workflow).into_iter().partition(|(_, item, _)| item.is_declared());
    let mut seen: Vec<String> = Vec::new();
    for (name, _, span) in declared {
        if built_in().any(|known| known == name) {
            let message = format!("`{name}` is a type of the language");
            sink.push(Problem::new(Code::ReservedName, span, message).help("choose another name"));
        } else if let Some((_, item, _)) = made.iter().find(|(known, ..)| *known == name) {
            let what = if let Item::Made(what) = item { what } else { "the workflow itself" };
            let message = format!("`{name}` is the name of {what}");
            sink.push(Problem::new(Code::DuplicateName, span, message).help("choose another name"));
        } else if seen.contains(&name) {
            sink.push(Problem::new(Code::DuplicateName, span, format!("the type `{name}` is declared twice")));
        }
        seen.push(name);
    }
}

/// Checks that fields have unique names, in Rust and in JSON, known types, and values where they need a default.
fn fields(model: &Model<'_>, declaration: &Declaration, whose: &str, fields: &[FieldDecl], sink: &mut Sink<'_>) {
    let names = fields.iter().map(|field| (&field.name, field.wire.as_str()));
    distinct("field", whose, names, sink);
    for field in fields {
        known(model, &field.ty, sink);
        constraints::declared(field, sink);
    }
    let of_struct = |field: &FieldDecl| match &field.default {
        Some(FieldDefault { value: DefaultValue::OfStruct(None), span }) => Some(*span),
        _ => None,
    };
    if let Some(span) = fields.iter().find_map(of_struct)
        && !derives_default(declaration)
    {
        let problem = Problem::new(Code::Syntax, span, format!("{whose} has no `Default`, which `default` needs"));
        sink.push(problem.help("add `#[derive(Default)]`, or name a function: `default = \"path\"`"));
    }
    for field in fields {
        if let Some(FieldDefault { value: DefaultValue::OfType, span }) = &field.default
            && lacks_default(model, &field.ty)
        {
            let message = format!("the type of `{}` has no default value", plain(&field.name));
            let problem = Problem::new(Code::Syntax, *span, message);
            let problem = problem.help("name a function: `default = \"path\"`, or make the field an `Option`");
            sink.push(problem.help("a declared type has one with `#[derive(Default)]`"));
        }
    }
}

fn derives_default(declaration: &Declaration) -> bool {
    declaration.derives.iter().any(|derive| derive.name() == "Default")
}

/// Returns whether a type certainly has no `Default`.
fn lacks_default(model: &Model<'_>, ty: &Type) -> bool {
    let declarations = || model.workflow.declarations.iter();
    match &ty.kind {
        TypeKind::Timestamp | TypeKind::Arn => true,
        TypeKind::Named(name) => declarations()
            .any(|declared| declared.kind.type_name().is_some_and(|known| known == name) && !derives_default(declared)),
        _ => false,
    }
}

fn variants(declaration: &Declaration, decl: &EnumDecl, sink: &mut Sink<'_>) {
    let whose = format!("`{}`", plain(&decl.name));
    distinct("variant", &whose, decl.variants.iter().map(|variant| (&variant.name, variant.wire.as_str())), sink);
    let defaults: Vec<_> = decl.variants.iter().filter(|variant| variant.is_default).collect();
    let (span, message) = match (defaults.as_slice(), derives_default(declaration)) {
        ([], true) => {
            (decl.name.span(), format!("{whose} derives `Default`, but none of its variants is `#[default]`"))
        }
        ([variant, ..], false) => {
            (variant.name.span(), format!("`#[default]` has no effect without `#[derive(Default)]` on {whose}"))
        }
        ([_, second, ..], _) => (second.name.span(), format!("{whose} has two variants with `#[default]`")),
        _ => return,
    };
    sink.push(Problem::new(Code::Syntax, span, message).help("`#[default]` is written before one variant"));
}

pub(super) fn distinct<'f>(
    what: &str,
    whose: &str,
    names: impl Iterator<Item = (&'f Ident, &'f str)>,
    sink: &mut Sink<'_>,
) {
    let mut seen: IndexMap<String, String> = IndexMap::new();
    for (ident, wire) in names {
        let name = plain(ident);
        if seen.contains_key(&name) {
            let message = format!("{whose} has two {what}s named `{name}`");
            sink.push(Problem::new(Code::DuplicateName, ident.span(), message));
            continue;
        }
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == wire) {
            let message = format!("`{other}` and `{name}` are both named {wire:?} in JSON");
            sink.push(
                Problem::new(Code::DuplicateName, ident.span(), message)
                    .help("rename one of them with `#[serde(rename = \"…\")]`"),
            );
        }
        seen.insert(name, wire.to_owned());
    }
}

/// Checks that a type is declared. An unknown one may be the user's, unless its name is similar to a known one.
pub(super) fn known(model: &Model<'_>, ty: &Type, sink: &mut Sink<'_>) {
    match &ty.kind {
        TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Map(inner) => known(model, inner, sink),
        TypeKind::Named(ident) => {
            if !model.types.ty(ty).is_open() {
                return;
            }
            let declared = model.types.enums.keys().chain(model.types.structs.keys()).map(String::as_str);
            let names = declared.chain(built_in());
            slip(ident, "type", names, sink);
        }
        _ => {}
    }
}

/// Checks that the name of a child is not a misspelling of a workflow in the same `workflow!`.
pub(crate) fn children(model: &Model<'_>, workflows: &[Workflow], problems: &mut Problems) {
    let names: Vec<_> = workflows.iter().map(|workflow| plain(&workflow.name)).collect();
    let sink = &mut Sink::to(problems);
    for info in model.all_states() {
        if let Head::Task { resource: Some(Resource::Service { workflow: Some(child), .. }), .. } = &info.state.head
            && let TypeKind::Named(ident) = &child.kind
            && !names.contains(&plain(ident))
        {
            slip(ident, "workflow", names.iter().map(String::as_str), sink);
        }
    }
}

/// Reports an unknown name that is similar to a known one.
fn slip<'n>(ident: &Ident, what: &str, names: impl Iterator<Item = &'n str>, sink: &mut Sink<'_>) {
    let name = plain(ident);
    if let Some(near) = nearest(&name, names).filter(|near| is_slip(&name, near)) {
        sink.push(
            Problem::new(Code::UnknownType, ident.span(), format!("unknown {what} `{name}`"))
                .did_you_mean(near, near)
                .help(format!("a {what} of your own Rust code with this name is `self::{name}`")),
        );
    }
}

/// Returns whether one name is a slip for the other: `Metric` for `Metrics` is, and `Rows` for `Row`. `Order` and
/// `Border` may be two types.
fn is_slip(name: &str, near: &str) -> bool {
    let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &near.to_lowercase());
    let is_plural = |many: &str, one: &str| many.strip_suffix('s') == Some(one);
    distance * 4 <= near.chars().count() || is_plural(name, near) || is_plural(near, name)
}

/// Reports structs that contain themselves other than through `Vec` or `Map`, which is invalid in Rust.
fn recursive(model: &Model<'_>, sink: &mut Sink<'_>) {
    let reaches = |from: &str, to: &str| {
        let fields = model.types.structs.get(from).into_iter().flat_map(|known| known.fields.values());
        fields.into_iter().any(|field| holds(model, &field.ty, to, &mut Vec::new()))
    };
    let mut reported: Vec<String> = Vec::new();
    for declaration in &model.workflow.declarations {
        let DeclarationKind::Struct(decl) = &declaration.kind else { continue };
        let name = plain(&decl.name);
        // Structs that contain each other are reported once.
        if reported.iter().any(|other| reaches(other, &name) && reaches(&name, other)) {
            continue;
        }
        for field in &decl.fields {
            if holds(model, &model.types.ty(&field.ty), &name, &mut Vec::new()) {
                let message = format!("`{name}` contains itself in the field `{}`", plain(&field.name));
                sink.push(
                    Problem::new(Code::RecursiveType, field.ty.span, message)
                        .help("put it in a `Vec`, or make the field `Json`"),
                );
                reported.push(name.clone());
                break;
            }
        }
    }
}

fn holds(model: &Model<'_>, ty: &Ty, name: &str, seen: &mut Vec<String>) -> bool {
    let Ty::Struct(inner) = ty.present() else { return false };
    if inner == name {
        return true;
    }
    if seen.contains(inner) {
        return false;
    }
    seen.push(inner.clone());
    let fields = model.types.structs.get(inner).into_iter().flat_map(|known| known.fields.values());
    fields.into_iter().any(|field| holds(model, &field.ty, name, seen))
}
