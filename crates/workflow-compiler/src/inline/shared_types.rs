//! The types of the fragments that a `workflow!` uses: Rust has one type of a name, so declarations of one name are equal.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use workflow_asl::Code;

use super::imported::{all_used, used_by};
use crate::problem::{Problem, Problems};
use crate::syntax::Parsed;
use crate::syntax::ast::{
    Body, Bound, Declaration, DeclarationKind, DefaultValue, FieldDecl, Tagging, Type, TypeKind, VariantData, plain,
};

/// Reports types that two used fragments declare differently. The states of the second fragment are left out: they
/// would be checked with the type of the first. `place` returns where a word is, as text.
pub(super) fn check(parsed: &mut Parsed, place: impl Fn(Span) -> Option<String>, problems: &mut Problems) {
    let is_type = |declaration: &Declaration| declaration.kind.type_name().is_some();
    let with_types = parsed.fragments.iter().filter(|fragment| fragment.declarations.iter().any(is_type));
    if with_types.count() < 2 {
        return;
    }
    let direct = parsed.workflows.iter().flat_map(used_by).collect();
    let used = all_used(direct, |name| parsed.fragments.iter().find(|fragment| plain(&fragment.name) == name));
    let mut known: BTreeMap<String, (String, String, Span)> = BTreeMap::new();
    for fragment in parsed.fragments.iter_mut().filter(|fragment| used.contains(&plain(&fragment.name))) {
        let own = plain(&fragment.name);
        let mut reported = None;
        for declaration in &fragment.declarations {
            let Some(ident) = declaration.kind.type_name() else { continue };
            let (name, text) = (plain(ident), written(declaration));
            let Some((other, other_text, span)) = known.get(&name) else {
                known.insert(name, (own.clone(), text, ident.span()));
                continue;
            };
            if *other != own && *other_text != text {
                let message = format!("the fragments `{other}` and `{own}` declare different types `{name}`");
                let problem = Problem::new(Code::DuplicateName, ident.span(), message).help("rename one");
                reported = Some(problems.push(match place(*span) {
                    Some(place) => problem.help(format!("the other one is at {place}")),
                    None => problem,
                }));
            }
        }
        if reported.is_some() {
            fragment.body = Body { broken: reported, ..Body::new(fragment.body.span) };
        }
    }
}

/// Returns a type's declaration as text without comments.
fn written(declaration: &Declaration) -> String {
    let derives: BTreeSet<_> = declaration.derives.iter().map(|derive| derive.path.to_string()).collect();
    let kind = match &declaration.kind {
        DeclarationKind::Struct(of) => fields(&of.fields),
        DeclarationKind::Enum(of) => {
            let tagging = match &of.tagging {
                Tagging::External => String::new(),
                Tagging::Internal(tag) => format!("{:?}", tag.value),
                Tagging::Adjacent(tag, content) => format!("{:?} {:?}", tag.value, content.value),
                Tagging::Untagged => "untagged".to_owned(),
            };
            let variants = of.variants.iter().map(|variant| {
                let data = match &variant.data {
                    VariantData::Unit => String::new(),
                    VariantData::Tuple(types) => types.iter().map(|item| ty(item) + ",").collect(),
                    VariantData::Fields(inner) => fields(inner),
                };
                format!("{} {:?} {} ({data})", variant.name, variant.wire, variant.is_default)
            });
            format!("enum {tagging} {}", variants.collect::<Vec<_>>().join(","))
        }
        _ => String::new(),
    };
    format!("{derives:?} {kind}")
}

fn fields(fields: &[FieldDecl]) -> String {
    let field = |field: &FieldDecl| {
        let default = field.default.as_ref().map(|default| match &default.value {
            DefaultValue::OfStruct(Some(path)) | DefaultValue::Function(path) => path.to_string(),
            value => format!("{value:?}"),
        });
        let constraints = field.constraints.iter().map(|limit| {
            let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.text.clone());
            let (least, greatest) = (bound(&limit.least), bound(&limit.greatest));
            let pattern = limit.pattern.as_ref().map(|pattern| &pattern.value);
            format!("{:?} {least:?} {greatest:?} {pattern:?}", limit.kind)
        });
        let constraints: Vec<_> = constraints.collect();
        format!("{} {:?}: {} {default:?} {constraints:?}", field.name, field.wire, ty(&field.ty))
    };
    format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
}

fn ty(of: &Type) -> String {
    match &of.kind {
        TypeKind::Integer(name) | TypeKind::Float(name) | TypeKind::Named(name) => name.to_string(),
        TypeKind::Path(path) => path.to_string(),
        TypeKind::Vec(item) => format!("Vec<{}>", ty(item)),
        TypeKind::Option(inner) => format!("Option<{}>", ty(inner)),
        TypeKind::Map(value) => format!("Map<{}>", ty(value)),
        // The others have no span.
        other => format!("{other:?}"),
    }
}
