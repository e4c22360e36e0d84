//! Parses `///`, `//!`, `#[derive(…)]`, `#[validate(…)]`, and serde's `rename`, `rename_all` and `default`.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{LitStr, Meta};
use workflow_asl::Code;

use super::ast::{Comment, Constraint, DefaultValue, Derive, FieldDefault, Text, TokenSpan};
use super::constraint::constraint;
use super::cursor::{Cursor, group_span, string_value};
use super::parser::Parser;
use super::rename_all::Rule;
use crate::problem::Problem;

/// Where attributes stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// On fields in braces: of a struct, of `input` and of `returns`.
    Fields,
    /// On an enum.
    Enum,
    /// On `params`.
    Params,
    /// On a field of a struct, of `input` or of `returns`.
    Field,
    /// On a field of a variant.
    FieldOfVariant,
    /// On a param.
    Param,
    /// On a variant.
    Variant,
    /// Elsewhere.
    Other,
}

/// The attributes before an item.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) comment: Comment,
    /// `#[serde(rename = "…")]`
    pub(super) rename: Option<Text>,
    /// `#[serde(rename_all = "…")]`
    pub(super) rename_all: Option<(Rule, TokenSpan)>,
    /// `#[serde(rename_all_fields = "…")]`
    pub(super) rename_all_fields: Option<(Rule, TokenSpan)>,
    /// `#[serde(tag = "…")]`, `#[serde(content = "…")]`
    pub(super) tag: Option<Text>,
    pub(super) content: Option<Text>,
    /// `#[serde(untagged)]`
    pub(super) untagged: Option<TokenSpan>,
    /// `#[serde(default)]`, `#[serde(default = "path")]`
    pub(super) default: Option<FieldDefault>,
    /// `#[derive(…)]`, with its span.
    pub(super) derives: Option<(Vec<Derive>, TokenSpan)>,
    /// `#[validate(…)]`, with its span.
    pub(super) constraints: Option<(Vec<Constraint>, TokenSpan)>,
    /// `#[default]`
    pub(super) is_default: Option<TokenSpan>,
    /// Whether there is anything but the comment.
    pub(super) is_any: bool,
    /// The other attributes, as written.
    pub(super) others: Vec<(TokenStream, TokenSpan)>,
}

const KNOWN: &str = "known are `///`; `#[serde(rename = \"…\")]` on fields and variants; `#[serde(default)]` and \
                     `#[validate(…)]` on fields; `#[derive(…)]` and `#[serde(rename_all = \"…\")]` on types";

impl Parser<'_> {
    /// Parses the attributes before an item.
    pub(super) fn attributes(&mut self, cursor: &mut Cursor) -> Attributes {
        let mut attributes = Attributes::default();
        loop {
            if cursor.is_punct("#") && cursor.is_punct_at(1, "!") {
                let Some(group) = cursor.peek_group_at(2, Delimiter::Bracket).cloned() else { break };
                let message = "`//!` must come first in the braces of a workflow, branch or map";
                self.wrong(group_span(&group), message, "write `///` for a comment on what follows");
                cursor.advance(3);
                continue;
            }
            if !cursor.is_punct("#") {
                break;
            }
            let Some(group) = cursor.peek_group_at(1, Delimiter::Bracket).cloned() else { break };
            let first = cursor.here();
            cursor.advance(2);
            let span = first.to(cursor.before());
            if let Some(line) = doc_text(&group) {
                append(&mut attributes.comment, line, span);
                continue;
            }
            attributes.is_any = true;
            let Ok(meta) = syn::parse2::<Meta>(group.stream()) else {
                self.error(Code::Syntax, span, "this is not an attribute");
                continue;
            };
            match meta.path().to_token_stream().to_string().as_str() {
                "serde" => self.serde(&meta, &mut attributes),
                "derive" => self.derive(&meta, span, &mut attributes),
                "validate" => {
                    let mut constraints = Vec::new();
                    self.validate(&meta, &mut constraints);
                    attributes.constraints.get_or_insert((Vec::new(), span)).0.extend(constraints);
                }
                "default" if matches!(meta, Meta::Path(_)) => attributes.is_default = Some(span),
                // The formatter supports it before items. It has no other effect.
                "rustfmt :: skip" => {}
                _ => {
                    let hash = proc_macro2::Punct::new('#', proc_macro2::Spacing::Alone);
                    let tokens = [TokenTree::Punct(hash), TokenTree::Group(group)].into_iter().collect();
                    attributes.others.push((tokens, span));
                }
            }
        }
        attributes
    }

    /// Parses the attributes before an item. At the end, they apply to nothing, which is reported.
    pub(super) fn attributes_before(&mut self, cursor: &mut Cursor) -> Option<Attributes> {
        let attributes = self.attributes(cursor);
        if cursor.is_end() {
            self.dangling(&attributes);
            return None;
        }
        Some(attributes)
    }

    /// Parses the `//!` at the beginning of a body.
    pub(super) fn inner_comment(&mut self, cursor: &mut Cursor) -> Comment {
        let mut comment = None;
        while cursor.is_punct("#") && cursor.is_punct_at(1, "!") {
            let Some(group) = cursor.peek_group_at(2, Delimiter::Bracket).cloned() else { break };
            let Some(line) = doc_text(&group) else { break };
            let first = cursor.here();
            cursor.advance(3);
            append(&mut comment, line, first.to(cursor.before()));
        }
        comment
    }

    /// Returns the comment, and reports other attributes.
    pub(super) fn only_comment(&mut self, attributes: Attributes) -> Comment {
        self.refuse(&attributes, On::Other);
        attributes.comment
    }

    /// Reports a comment or attribute that applies to nothing.
    pub(super) fn dangling(&mut self, attributes: &Attributes) {
        if let Some(comment) = &attributes.comment {
            let help = "`//` is a comment for readers of the source only";
            self.wrong(comment.span, "this comment does not document anything", help);
        } else if let Some((_, span)) = attributes.others.first() {
            self.error(Code::Syntax, *span, "this attribute does not apply to anything");
        }
    }

    /// Reports the attributes that are not allowed here.
    pub(super) fn refuse(&mut self, attributes: &Attributes, on: On) {
        if !attributes.is_any {
            return;
        }
        const OF_ENUM: &str = "an enum";
        let of = |text: &Option<Text>| text.as_ref().map(|text| text.span);
        let rule = |rule: &Option<(Rule, TokenSpan)>| rule.as_ref().map(|(_, span)| *span);
        let derives = attributes.derives.as_ref().map(|(_, span)| *span);
        let constraints = attributes.constraints.as_ref().map(|(_, span)| *span);
        let default = attributes.default.as_ref().map(|default| default.span);
        // Each word, where it may stand, and the same in words.
        let words: [(&str, Option<TokenSpan>, &[On], &str); 10] = [
            (
                "rename",
                of(&attributes.rename),
                &[On::Field, On::FieldOfVariant, On::Param, On::Variant],
                "fields and variants",
            ),
            ("derive", derives, &[On::Fields, On::Enum], "`struct`, `enum`, `input` and `returns`"),
            ("rename_all_fields", rule(&attributes.rename_all_fields), &[On::Enum], OF_ENUM),
            ("tag", of(&attributes.tag), &[On::Enum], OF_ENUM),
            ("content", of(&attributes.content), &[On::Enum], OF_ENUM),
            ("untagged", attributes.untagged, &[On::Enum], OF_ENUM),
            (
                "rename_all",
                rule(&attributes.rename_all),
                &[On::Fields, On::Enum, On::Params],
                "structs, enums, `input`, `returns` and `params`",
            ),
            (
                "default",
                default,
                &[On::Fields, On::Field, On::FieldOfVariant],
                "structs, `input`, `returns` and their fields",
            ),
            ("validate", constraints, &[On::Field], "the fields of `input`, `returns` and structs"),
            ("#[default]", attributes.is_default, &[On::Variant], "a variant"),
        ];
        for (word, span, places, allowed) in words {
            let Some(span) = span.filter(|_| !places.contains(&on)) else { continue };
            self.error(Code::Syntax, span, format!("`{word}` is only valid on {allowed}"));
        }
        for (_, span) in &attributes.others {
            self.wrong(*span, "unknown attribute", KNOWN);
        }
    }

    /// Parses `#[derive(Eq, crate::Named)]`.
    fn derive(&mut self, attribute: &Meta, span: TokenSpan, attributes: &mut Attributes) {
        let (derives, _) = attributes.derives.get_or_insert_with(|| (Vec::new(), span));
        let read = |meta: ParseNestedMeta<'_>| {
            let words = &meta.path.segments;
            let (Some(first), Some(last)) = (words.first(), words.last()) else { return Ok(()) };
            let span = TokenSpan::new(first.ident.span(), last.ident.span());
            derives.push(Derive { path: meta.path.to_token_stream(), span });
            Ok(())
        };
        self.words_of(attribute, "for example `#[derive(Eq, Hash)]`", read);
    }

    /// Parses `#[validate(range(min = 1, max = 10), length(max = 80))]`, with the names that the crates `validator`, `garde` and
    /// `schemars` use.
    fn validate(&mut self, attribute: &Meta, constraints: &mut Vec<Constraint>) {
        self.words_of(attribute, "for example `#[validate(range(min = 1, max = 10))]`", |meta| {
            constraints.extend(constraint(&meta, true)?);
            Ok(())
        });
    }

    /// Parses `#[serde(rename = "…", rename_all = "…", default)]`.
    fn serde(&mut self, attribute: &Meta, attributes: &mut Attributes) {
        self.words_of(attribute, "for example `#[serde(rename = \"…\")]`", |meta| {
            let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let span = TokenSpan::from(meta.path.span());
            let literal = || meta.value()?.parse::<LitStr>();
            let text = || literal().map(|text| Text { value: text.value(), span: text.span().into() });
            let rule = || {
                let text = literal()?;
                let unknown = || format!("unknown naming rule `{}`\nthe rules are {}", text.value(), Rule::list());
                let rule = Rule::from_name(&text.value()).ok_or_else(|| syn::Error::new(text.span(), unknown()))?;
                Ok::<_, syn::Error>((rule, text.span().into()))
            };
            match word.as_str() {
                "rename" => attributes.rename = Some(text()?),
                "tag" => attributes.tag = Some(text()?),
                "content" => attributes.content = Some(text()?),
                "untagged" => attributes.untagged = Some(span),
                "default" => {
                    let value = match meta.input.peek(syn::Token![=]) {
                        true => DefaultValue::Function(path_in(&literal()?)?),
                        false => DefaultValue::OfType,
                    };
                    attributes.default = Some(FieldDefault { value, span });
                }
                "rename_all" => attributes.rename_all = Some(rule()?),
                "rename_all_fields" => attributes.rename_all_fields = Some(rule()?),
                _ => {
                    return Err(meta.error(format!("unknown serde attribute `{word}`\n`rename`, `rename_all` and `default` are supported, and on enums `tag`, `content`, `untagged` and `rename_all_fields`")));
                }
            }
            Ok(())
        });
    }

    /// Reads each word in the parentheses of an attribute. The second line of an error is its help; other errors get this one.
    fn words_of(&mut self, attribute: &Meta, help: &str, read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>) {
        if let Err(error) = attribute.require_list().and_then(|list| list.parse_nested_meta(read)) {
            let text = error.to_string();
            let (message, help) = text.split_once('\n').unwrap_or((&text, help));
            self.report(Problem::new(Code::Syntax, error.span(), message).help(help));
        }
    }
}

/// Returns the path in a text. rustc reports errors in it at the text, and does not lint what a macro made.
fn path_in(text: &LitStr) -> syn::Result<TokenStream> {
    let span = text.span().resolved_at(Span::call_site());
    let tokens = text.parse::<syn::Path>()?.to_token_stream().into_iter();
    Ok(tokens
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect())
}

/// Returns the text of a `#[doc = "…"]` without the leading space that rustc keeps from `/// text`.
fn doc_text(attribute: &Group) -> Option<String> {
    let mut tokens = attribute.stream().into_iter();
    let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(equals))) = (tokens.next(), tokens.next()) else {
        return None;
    };
    if name != "doc" || equals.as_char() != '=' {
        return None;
    }
    let Some(TokenTree::Literal(literal)) = tokens.next() else { return None };
    let text = string_value(&literal)?.value;
    Some(text.strip_prefix(' ').map(str::to_owned).unwrap_or(text))
}

fn append(comment: &mut Comment, line: String, span: TokenSpan) {
    match comment {
        Some(text) => {
            text.value.push('\n');
            text.value.push_str(&line);
            text.span = text.span.to(span);
        }
        None => *comment = Some(Text { value: line, span }),
    }
}
