//! Parses `///`, `//!`, `#[derive(…)]`, and serde's `rename`, `rename_all` and `default`.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use workflow_asl::Code;

use super::ast::{Comment, Constraint, DefaultValue, Derive, FieldDefault, Text, TokenSpan};
use super::cursor::{Cursor, group_span, token_span};
use super::literal::string_value;
use super::parser::Parser;
use super::rename_all::Rule;
use crate::problem::Problem;

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
    /// The other attributes, as written.
    pub(super) others: Vec<(TokenStream, TokenSpan)>,
}

impl Parser<'_> {
    /// Parses the attributes before an item.
    pub(super) fn attributes(&mut self, cursor: &mut Cursor) -> Attributes {
        let mut attributes = Attributes::default();
        loop {
            if cursor.is_punct("#") && cursor.is_punct_at(1, "!") {
                let Some(group) = cursor.peek_group_at(2, Delimiter::Bracket).cloned() else { break };
                let problem = Problem::new(
                    Code::Syntax,
                    group_span(&group),
                    "`//!` must come first in the braces of a workflow, branch or map",
                );
                self.report(problem.help("write `///` for a comment on what follows"));
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
            match doc_text(&group) {
                Some(line) => append(&mut attributes.comment, line, span),
                None if starts_with(&group, "serde") => self.serde(&group, &mut attributes),
                None if is_for_rustfmt(&group) => {}
                None if starts_with(&group, "derive") => self.derive(&group, span, &mut attributes),
                None if starts_with(&group, "validate") => {
                    let mut constraints = Vec::new();
                    self.validate(&group, &mut constraints);
                    attributes.constraints.get_or_insert((Vec::new(), span)).0.extend(constraints);
                }
                None if is_default(&group) => attributes.is_default = Some(span),
                None if syn::parse2::<syn::Meta>(group.stream()).is_err() => {
                    self.error(Code::Syntax, span, "this is not an attribute");
                }
                None => {
                    let tokens = [TokenTree::from(proc_macro2::Punct::new('#', proc_macro2::Spacing::Alone))]
                        .into_iter()
                        .chain([TokenTree::Group(group)])
                        .collect();
                    attributes.others.push((tokens, span));
                }
            }
        }
        attributes
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
        if let Some(rename) = &attributes.rename {
            self.error(Code::Syntax, rename.span, "`rename` is only valid on fields and variants");
        }
        self.refuse_attributes_of_types(&attributes);
        self.refuse_default(&attributes);
        self.refuse_others(&attributes);
        attributes.comment
    }

    /// Reports a comment or attribute that applies to nothing.
    pub(super) fn dangling(&mut self, attributes: &Attributes) {
        if let Some(comment) = &attributes.comment {
            let problem = Problem::new(Code::Syntax, comment.span, "this comment does not document anything");
            self.report(problem.help("`//` is a comment for readers of the source only"));
        } else if let Some((_, span)) = attributes.others.first() {
            self.error(Code::Syntax, *span, "this attribute does not apply to anything");
        }
    }

    /// Reports attributes that only types may have.
    pub(super) fn refuse_attributes_of_types(&mut self, attributes: &Attributes) {
        self.refuse_derive(attributes);
        self.refuse_attributes_of_enums(attributes);
        if let Some((_, span)) = &attributes.rename_all {
            self.error(
                Code::Syntax,
                *span,
                "`rename_all` is only valid on structs, enums, `input`, `returns` and `params`",
            );
        }
    }

    /// Reports attributes that only enums may have.
    pub(super) fn refuse_attributes_of_enums(&mut self, attributes: &Attributes) {
        let words = [
            ("rename_all_fields", attributes.rename_all_fields.as_ref().map(|(_, span)| *span)),
            ("tag", attributes.tag.as_ref().map(|text| text.span)),
            ("content", attributes.content.as_ref().map(|text| text.span)),
            ("untagged", attributes.untagged),
        ];
        for (word, span) in words {
            if let Some(span) = span {
                self.error(Code::Syntax, span, format!("`{word}` is only valid on an enum"));
            }
        }
    }

    pub(super) fn refuse_derive(&mut self, attributes: &Attributes) {
        if let Some((_, span)) = &attributes.derives {
            self.error(Code::Syntax, *span, "`derive` is only valid on `struct`, `enum`, `input` and `returns`");
        }
    }

    pub(super) fn refuse_default(&mut self, attributes: &Attributes) {
        if let Some(FieldDefault { span, .. }) = &attributes.default {
            self.error(Code::Syntax, *span, "`default` is only valid on fields, structs, `input` and `returns`");
        }
        self.refuse_attributes_of_fields(attributes);
    }

    /// Reports attributes that only fields and variants may have.
    pub(super) fn refuse_attributes_of_fields(&mut self, attributes: &Attributes) {
        if let Some((_, span)) = attributes.constraints {
            self.error(Code::Syntax, span, "`validate` is only valid on the fields of `input`, `returns` and structs");
        }
        if let Some(span) = attributes.is_default {
            let problem = Problem::new(Code::Syntax, span, "`#[default]` is only valid on a variant");
            self.report(problem.help("a field that may be absent is an `Option`, or has `#[serde(default)]`"));
        }
    }

    pub(super) fn refuse_others(&mut self, attributes: &Attributes) {
        for (_, span) in &attributes.others {
            let problem = Problem::new(Code::Syntax, *span, "unknown attribute");
            self.report(problem.help(
                "known are `///`; `#[serde(rename = \"…\")]` on fields and variants; `#[serde(default)]` and `#[validate(…)]` on fields; \
                 `#[derive(…)]` and `#[serde(rename_all = \"…\")]` on types",
            ));
        }
    }

    /// Parses `#[derive(Eq, crate::Named)]`.
    fn derive(&mut self, attribute: &Group, span: TokenSpan, attributes: &mut Attributes) {
        let list = attribute.stream().into_iter().nth(1);
        let Some(TokenTree::Group(list)) = list.filter(|_| attribute.stream().into_iter().count() == 2) else {
            let problem = Problem::new(Code::Syntax, span, "expected macros in parentheses after `derive`");
            self.report(problem.help("for example `#[derive(Eq, Hash)]`"));
            return;
        };
        let (derives, _) = attributes.derives.get_or_insert_with(|| (Vec::new(), span));
        let tokens: Vec<_> = list.stream().into_iter().collect();
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        for words in tokens.split(is_comma).filter(|words| !words.is_empty()) {
            let path: TokenStream = words.iter().cloned().collect();
            let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
            let span = token_span(first).to(token_span(last));
            if syn::parse2::<syn::Path>(path.clone()).is_ok() {
                derives.push(Derive { path, span });
            } else {
                self.error(Code::Syntax, span, "expected the name or the path of a derive macro");
            }
        }
    }

    /// Parses the path in `#[serde(default = "path")]`.
    fn default_function(&mut self, text: &Text, span: TokenSpan) -> Option<FieldDefault> {
        let path = text.value.parse::<TokenStream>().ok().filter(|path| syn::parse2::<syn::Path>(path.clone()).is_ok());
        let Some(path) = path else {
            let problem = Problem::new(Code::Syntax, text.span, "expected the path of a function");
            self.report(
                problem.help(
                    "for example `default = \"crate::default_limit\"`; it has no parameters and returns the value",
                ),
            );
            return None;
        };
        // rustc reports errors in the function at the string literal.
        let path = path.into_iter().map(|mut token| {
            token.set_span(text.span.first.resolved_at(Span::call_site()));
            token
        });
        Some(FieldDefault { value: DefaultValue::Function(path.collect()), span })
    }

    /// Parses `#[serde(rename = "…", rename_all = "…", default)]`.
    fn serde(&mut self, attribute: &Group, attributes: &mut Attributes) {
        self.within(attribute, |parser, cursor| {
            cursor.next();
            let Some(list) = cursor.eat_group(Delimiter::Parenthesis) else {
                parser.expected(cursor, "`(` after `serde`");
                return;
            };
            parser
                .within(&list, |parser, cursor| {
                    while !cursor.is_end() {
                        parser.serde_entry(cursor, attributes);
                        if cursor.eat_punct(",").is_none() && !cursor.is_end() {
                            parser.expected(cursor, "`,`");
                            super::recover::skip_past(cursor, &[","]);
                        }
                    }
                })
                .ok();
        })
        .ok();
    }

    fn serde_entry(&mut self, cursor: &mut Cursor, attributes: &mut Attributes) {
        const KNOWN: [&str; 7] = ["rename", "rename_all", "rename_all_fields", "default", "tag", "content", "untagged"];
        let Some(word) = cursor.eat_ident() else {
            self.expected(cursor, "`rename`, `rename_all` or `default`");
            super::recover::skip_past(cursor, &[]);
            return;
        };
        let name = word.to_string();
        if !KNOWN.contains(&name.as_str()) {
            let problem = Problem::new(Code::Syntax, word.span(), format!("unknown serde attribute `{name}`"));
            let help = "`rename`, `rename_all` and `default` are supported, and on enums `tag`, `content`, `untagged` and `rename_all_fields`";
            self.report(problem.suggest(&name, KNOWN).help(help));
            while !cursor.is_end() && !cursor.is_punct(",") {
                cursor.next();
            }
            return;
        }
        if name == "default" && !cursor.is_punct("=") {
            attributes.default = Some(FieldDefault { value: DefaultValue::OfType, span: word.span().into() });
            return;
        }
        if name == "untagged" {
            attributes.untagged = Some(word.span().into());
            return;
        }
        if cursor.eat_punct("=").is_none() {
            self.expected(cursor, &format!("`=` after `{name}`"));
            return;
        }
        let Some(text) = cursor.peek_literal_at(0).and_then(string_value) else {
            self.expected(cursor, "a string");
            return;
        };
        cursor.next();
        match name.as_str() {
            "rename" => {
                attributes.rename = Some(text);
                return;
            }
            "tag" => {
                attributes.tag = Some(text);
                return;
            }
            "content" => {
                attributes.content = Some(text);
                return;
            }
            "default" => {
                attributes.default = self.default_function(&text, word.span().into());
                return;
            }
            _ => {}
        }
        match Rule::from_name(&text.value) {
            Some(rule) if name == "rename_all_fields" => attributes.rename_all_fields = Some((rule, text.span)),
            Some(rule) => attributes.rename_all = Some((rule, text.span)),
            None => {
                let problem = Problem::new(Code::Syntax, text.span, format!("unknown naming rule `{}`", text.value));
                self.report(
                    problem
                        .suggest_text(&text.value, Rule::NAMES.iter().map(|(name, _)| *name))
                        .help(format!("the rules are {}", Rule::list())),
                );
            }
        }
    }
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

/// Returns whether the attribute starts with this word.
fn starts_with(attribute: &Group, word: &str) -> bool {
    matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == word)
}

/// Returns whether the attribute is `#[default]`.
fn is_default(attribute: &Group) -> bool {
    starts_with(attribute, "default") && attribute.stream().into_iter().count() == 1
}

/// Returns whether the attribute is `#[rustfmt::skip]`. The formatter supports it before items. It has no other effect.
fn is_for_rustfmt(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    text.split_whitespace().collect::<String>() == "rustfmt::skip"
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
