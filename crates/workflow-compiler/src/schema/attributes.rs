//! serde's attributes that affect the JSON, <https://serde.rs/attributes.html>, and constraints in `#[validate(…)]`.

use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Type};

use crate::syntax::ast::Constraint;
use crate::syntax::constraint::{constraint, skip_value};
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
