//! The placeholders of a document as deploy-time parameters: the declared ones, or a struct derived from them.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use proc_macro2::{Ident, Span};
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, Diagnostic};

use crate::check::Model;
use crate::fragment::Fragment;
use crate::lower::placeholders::Use;
use crate::problem::{Problem, Problems};
use crate::state_ident::{UniqueNames, snake};
use crate::syntax::ast::{Declaration, DeclarationKind, FieldDecl, Text, Type, TypeKind, plain};
use crate::syntax::rust_name;

/// The name of a parameter whose placeholder has no letters.
const FALLBACK: &str = "param";

/// The parameter of each placeholder.
pub(super) struct Params {
    /// The parameters' names by placeholder.
    pub(super) names: BTreeMap<String, String>,
    /// The declaration derived from the placeholders, if the workflow has none.
    pub(super) declaration: Option<Declaration>,
}

/// Returns the parameters. A placeholder refers to the declared parameter with its JSON name, or with the field name
/// that would be derived from it. Without any declaration, a field is derived from each.
pub(super) fn params(
    model: &Model<'_>,
    file: &Text,
    uses: &[Use<'_>],
    found: &mut Vec<Diagnostic>,
    problems: &mut Problems,
) -> Params {
    let mut placeholders: IndexMap<&str, bool> = IndexMap::new();
    for used in uses {
        *placeholders.entry(used.name).or_default() |= used.typed;
    }
    let mut distinct = UniqueNames::default();
    let idents: Vec<_> = placeholders.keys().map(|name| distinct.take(snake(name, FALLBACK), "_")).collect();
    match model.workflow.params() {
        Some(fields) => {
            let pairs = placeholders.keys().copied().zip(&idents);
            Params { names: matched(fields, pairs, uses, found, problems), declaration: None }
        }
        None if placeholders.is_empty() => Params { names: BTreeMap::new(), declaration: None },
        None => made(file, placeholders, &idents),
    }
}

fn matched<'p>(
    fields: &[FieldDecl],
    placeholders: impl Iterator<Item = (&'p str, &'p String)>,
    uses: &[Use<'_>],
    found: &mut Vec<Diagnostic>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let by_wire: BTreeMap<&str, &FieldDecl> = fields.iter().map(|field| (field.wire.as_str(), field)).collect();
    let by_name: BTreeMap<String, &FieldDecl> = fields.iter().map(|field| (plain(&field.name), field)).collect();
    let names = placeholders.filter_map(|(placeholder, ident)| {
        let field = by_wire.get(placeholder).or_else(|| by_name.get(ident))?;
        Some((placeholder.to_owned(), plain(&field.name)))
    });
    let names: BTreeMap<_, _> = names.collect();
    let mut reported = BTreeSet::new();
    // Each is reported once, however often it occurs.
    let unknown = uses.iter().filter(|used| !names.contains_key(used.name) && reported.insert(used.name));
    found.extend(unknown.map(|used| undeclared(used, &by_wire)));
    let used: BTreeSet<&String> = names.values().collect();
    for field in fields.iter().filter(|field| !used.contains(&plain(&field.name))) {
        let message = format!("the document does not use `{}`", plain(&field.name));
        problems.push(
            Problem::new(Code::UnusedParam, field.name.span(), message)
                .help(format!("the document would use it as `${{{}}}`", field.wire)),
        );
    }
    names
}

fn undeclared(used: &Use<'_>, declared: &BTreeMap<&str, &FieldDecl>) -> Diagnostic {
    let name = used.name;
    let help = match nearest(name, declared.keys().copied()) {
        Some(near) => format!("did you mean `{near}`? otherwise declare `{}`", field(used)),
        None => format!("declare it: `params {{ {} }}`", field(used)),
    };
    Diagnostic::new(
        Code::UnknownParam,
        used.pointer.clone(),
        format!("the placeholder `${{{name}}}` is not a declared param"),
    )
    .with_range(used.range.start, used.range.len())
    .with_help(help)
}

/// Returns the declaration of a placeholder's parameter.
fn field(used: &Use<'_>) -> String {
    let ident = rust_name(&Ident::new(&snake(used.name, FALLBACK), Span::call_site()));
    format!("{ident}: {}", if used.typed { "Json" } else { "String" })
}

/// Returns `params { … }` with a field for each placeholder: text, unless another type is required.
fn made(file: &Text, placeholders: IndexMap<&str, bool>, idents: &[String]) -> Params {
    let span = file.span.first;
    let mut names = BTreeMap::new();
    let mut fields = Vec::new();
    for ((placeholder, typed), ident) in placeholders.into_iter().zip(idents) {
        names.insert(placeholder.to_owned(), ident.clone());
        let kind = if typed { TypeKind::Json } else { TypeKind::String };
        let comment = Text { value: format!("`${{{placeholder}}}` in the document."), span: file.span };
        fields.push(FieldDecl {
            comment: Some(comment),
            name: rust_name(&Ident::new(ident, span)),
            wire: placeholder.to_owned(),
            ty: Type { kind, span: file.span },
            default: None,
            constraints: Vec::new(),
            resource: None,
        });
    }
    let keyword = Ident::new("params", span);
    let declaration =
        Declaration { comment: None, derives: Vec::new(), keyword, kind: DeclarationKind::Params(fields) };
    Params { names, declaration: Some(declaration) }
}

impl Params {
    /// Returns the document's text with the parameters' own names.
    pub(super) fn name(&self, mut fragments: Vec<Fragment>) -> Vec<Fragment> {
        for fragment in &mut fragments {
            if let Fragment::Param { name, .. } = fragment
                && let Some(param) = self.names.get(name)
            {
                name.clone_from(param);
            }
        }
        fragments
    }
}
