//! serde's attributes that affect the JSON, <https://serde.rs/attributes.html>, and constraints in `#[validate(…)]`.

use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Lit, LitStr, Type};

use crate::syntax::ast::{Bound, Constraint, ConstraintKind, Text, TokenSpan};
use crate::syntax::rename_all::Rule;

/// The attributes of a type.
#[derive(Default)]
pub(super) struct Container {
    /// `#[schema(crate = "…")]`
    pub(super) krate: Option<TokenStream>,
    /// `rename_all`: of a struct's fields, of an enum's variants.
    pub(super) rule: Option<Rule>,
    /// `rename_all_fields`: of the fields of an enum's variants.
    pub(super) fields_rule: Option<Rule>,
    /// `tag`
    pub(super) tag: Option<String>,
    /// `content`
    pub(super) content: Option<String>,
    /// `untagged`
    pub(super) untagged: bool,
    /// `default`
    pub(super) default: bool,
    /// `transparent`
    pub(super) transparent: bool,
    /// `into`, else `from` or `try_from`: the type that replaces it in JSON.
    pub(super) stands_for: Option<Type>,
}

/// The attributes of a field or a variant.
#[derive(Default)]
pub(super) struct Member {
    /// `rename`
    pub(super) rename: Option<String>,
    /// `rename_all` of a variant's fields.
    pub(super) rule: Option<Rule>,
    /// `skip`: it is neither written nor read.
    pub(super) skipped: bool,
    /// `default`, `skip_serializing_if`, `skip_serializing`, `skip_deserializing`: it may be absent.
    pub(super) optional: bool,
    /// `skip_serializing_if`, `skip_serializing`: serde may omit it.
    pub(super) left_out: bool,
    /// `flatten`
    pub(super) flatten: bool,
    /// `with`, `serialize_with`, `#[schema(unchecked)]`: its JSON is unknown.
    pub(super) unchecked: bool,
    /// `untagged`, of a variant.
    pub(super) untagged: bool,
    /// `other`, of a variant.
    pub(super) other: bool,
    /// `#[validate(…)]`: the constraints that a schema can express.
    pub(super) constraints: Vec<Constraint>,
}

impl Container {
    pub(super) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut out = Self::default();
        let mut into = None;
        let mut from = None;
        each(attributes, &mut |own, meta| {
            let Some(word) = meta.path.get_ident().map(ToString::to_string) else { return Ok(()) };
            match (own, word.as_str()) {
                (true, "crate") => out.krate = Some(meta.value()?.parse::<LitStr>()?.parse()?),
                (false, "rename_all") => out.rule = rule(meta)?.or(out.rule),
                (false, "rename_all_fields") => out.fields_rule = rule(meta)?.or(out.fields_rule),
                (false, "tag") => out.tag = Some(meta.value()?.parse::<LitStr>()?.value()),
                (false, "content") => out.content = Some(meta.value()?.parse::<LitStr>()?.value()),
                (false, "untagged") => out.untagged = true,
                (false, "default") => out.default = true,
                (false, "transparent") => out.transparent = true,
                (false, "into") => into = Some(meta.value()?.parse::<LitStr>()?.parse()?),
                (false, "from" | "try_from") => from = Some(meta.value()?.parse::<LitStr>()?.parse()?),
                (true, _) => {
                    return Err(meta.error("only `crate = \"path\"` is allowed in `#[schema(…)]` on a type"));
                }
                (false, _) => {}
            }
            Ok(())
        })?;
        out.stands_for = into.or(from);
        Ok(out)
    }
}

impl Member {
    pub(super) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut out = Self::default();
        each(attributes, &mut |own, meta| {
            let Some(word) = meta.path.get_ident().map(ToString::to_string) else { return Ok(()) };
            match (own, word.as_str()) {
                (true, "unchecked") => out.unchecked = true,
                (true, _) => return Err(meta.error("only `unchecked` is allowed in `#[schema(…)]` on a field")),
                (false, "rename") => out.rename = written(meta)?.map(|text| text.value()).or(out.rename.take()),
                (false, "rename_all") => out.rule = rule(meta)?.or(out.rule),
                (false, "skip") => out.skipped = true,
                (false, "default" | "skip_serializing_if" | "skip_serializing" | "skip_deserializing") => {
                    out.optional = true;
                    out.left_out |= word.starts_with("skip_serializing");
                }
                (false, "flatten") => out.flatten = true,
                (false, "with" | "serialize_with") => out.unchecked = true,
                (false, "untagged") => out.untagged = true,
                (false, "other") => out.other = true,
                (false, _) => {}
            }
            Ok(())
        })?;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("validate")) {
            attribute.parse_nested_meta(|meta| {
                out.constraints.extend(constraint(&meta, false)?);
                skip_value(&meta)
            })?;
        }
        Ok(out)
    }
}

/// Reads `range(min = 1, max = 10)`, `length(equal = 3)` or `regex(pattern = "…")`. What the crate `validator` has in
/// addition is no part of a schema: other words, and bounds that are not literals. With `only_known`, they are errors.
pub(crate) fn constraint(meta: &ParseNestedMeta<'_>, only_known: bool) -> syn::Result<Option<Constraint>> {
    const KNOWN: &str = "expected `range(min = …, max = …)`, `length(…)` or `regex(pattern = \"…\")`\n`range` limits numbers, \
                         `length` strings, lists and maps, each by `min`, `max` or `equal`";
    let kind = ConstraintKind::ALL.into_iter().find(|kind| meta.path.is_ident(kind.word()));
    let (Some(kind), true) = (kind, meta.input.peek(syn::token::Paren)) else {
        return if only_known { Err(meta.error(KNOWN)) } else { Ok(None) };
    };
    let span = TokenSpan::from(meta.path.span());
    let mut constraint = Constraint { kind, least: None, greatest: None, pattern: None, span };
    meta.parse_nested_meta(|inner| {
        if inner.path.is_ident("pattern") && kind == ConstraintKind::Pattern {
            let text = inner.value()?.parse::<LitStr>()?;
            regex_lite::Regex::new(&text.value()).map_err(|error| {
                syn::Error::new(
                    text.span(),
                    format!("not a regular expression: {error}\nit has the syntax of the crate `regex`"),
                )
            })?;
            constraint.pattern = Some(Text { value: text.value(), span: text.span().into() });
            return Ok(());
        }
        let [is_min, is_max, is_equal] = ["min", "max", "equal"].map(|word| inner.path.is_ident(word));
        if kind != ConstraintKind::Pattern && (is_min || is_max || is_equal) {
            let value = inner.value()?;
            let sign = if value.parse::<Option<syn::Token![-]>>()?.is_some() { "-" } else { "" };
            if let Ok(number) = value.parse::<Lit>() {
                let digits = match &number {
                    Lit::Int(number) => number.base10_digits().to_owned(),
                    Lit::Float(number) => number.base10_digits().to_owned(),
                    _ => return Err(syn::Error::new(number.span(), "expected a number")),
                };
                let bound = Bound { text: format!("{sign}{digits}"), span: number.span().into() };
                if !is_max {
                    constraint.least = Some(bound.clone());
                }
                if !is_min {
                    constraint.greatest = Some(bound);
                }
            }
        } else if only_known {
            return Err(inner.error(KNOWN));
        }
        skip_value(&inner)
    })?;
    let limits = constraint.pattern.is_some() || constraint.least.is_some() || constraint.greatest.is_some();
    if only_known && !limits {
        return Err(syn::Error::new(meta.path.span(), KNOWN));
    }
    Ok(limits.then_some(constraint))
}

/// Skips the rest of an entry.
fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(syn::Token![,]) {
        meta.input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// Calls `take` with each word in `#[serde(…)]` and, with `true`, in `#[schema(…)]`. Skips unread values.
fn each(
    attributes: &[Attribute],
    take: &mut dyn FnMut(bool, &ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    for attribute in attributes {
        let own = attribute.path().is_ident("schema");
        if !own && !attribute.path().is_ident("serde") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            take(own, &meta)?;
            // serde checks the attributes that only it reads.
            skip_value(&meta)
        })?;
    }
    Ok(())
}

/// Reads `= "text"`, or the first of `(serialize = "…", deserialize = "…")`, because workflows get written JSON.
fn written(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if meta.input.peek(syn::Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut found = None;
    meta.parse_nested_meta(|inner| {
        let text = inner.value()?.parse::<LitStr>()?;
        if inner.path.is_ident("serialize") {
            found = Some(text);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Returns a rule of `rename_all`. serde rejects an unknown one.
fn rule(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<Rule>> {
    Ok(written(meta)?.and_then(|text| Rule::from_name(&text.value())))
}
