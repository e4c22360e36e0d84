//! Enums: their variants, with data or without, and serde's representations of them.

use proc_macro2::Delimiter;
use workflow_asl::Code;

use super::ast::{EnumDecl, Tagging, VariantData, VariantDecl};
use super::attributes::Attributes;
use super::cursor::Cursor;
use super::parser::Parser;
use super::types::wire_name;
use super::word::Role;
use crate::problem::Problem;

impl Parser<'_> {
    /// `enum Name { … }`
    pub(super) fn enum_decl(&mut self, attributes: &Attributes, cursor: &mut Cursor) -> Option<EnumDecl> {
        let name = self.type_name("enum", cursor)?;
        let tagging = self.tagging(attributes);
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            self.expected(cursor, &format!("the variants of `{name}` in braces"));
            return Some(EnumDecl { name, variants: Vec::new(), tagging });
        };
        let variants = self.within(&group, |parser, cursor| {
            let mut variants = Vec::new();
            while !cursor.is_end() {
                let start = cursor.position();
                let own = parser.attributes(cursor);
                if cursor.is_end() {
                    parser.dangling(&own);
                    break;
                }
                variants.extend(parser.variant(own, attributes, cursor));
                parser.separator(cursor, start);
            }
            variants
        });
        let declared = EnumDecl { name, variants: variants.unwrap_or_default(), tagging };
        self.refuse_untaggable(&declared);
        Some(declared)
    }

    fn tagging(&mut self, attributes: &Attributes) -> Tagging {
        match (&attributes.tag, &attributes.content, attributes.untagged) {
            (Some(_), _, Some(span)) => {
                self.error(Code::Syntax, span, "an enum has a `tag`, or is `untagged`");
                Tagging::Untagged
            }
            (None, Some(content), _) => {
                let problem = Problem::new(Code::Syntax, content.span, "`content` requires `tag`");
                self.report(problem.help("for example `#[serde(tag = \"type\", content = \"data\")]`"));
                Tagging::External
            }
            (Some(tag), Some(content), None) => Tagging::Adjacent(tag.clone(), content.clone()),
            (Some(tag), None, None) => Tagging::Internal(tag.clone()),
            (None, None, Some(_)) => Tagging::Untagged,
            (None, None, None) => Tagging::External,
        }
    }

    /// Reports variants whose data cannot be beside a tag.
    fn refuse_untaggable(&mut self, declared: &EnumDecl) {
        let Tagging::Internal(tag) = &declared.tagging else { return };
        for variant in &declared.variants {
            if matches!(&variant.data, VariantData::Tuple(types) if types.len() != 1) {
                let message =
                    format!("`{}` cannot be beside the tag {:?}: a list has no members", variant.name, tag.value);
                let problem = Problem::new(Code::Syntax, variant.name.span(), message);
                self.report(problem.help("name its values, `{ name: Type }`, or add `content = \"…\"` to the enum"));
            }
        }
    }

    fn variant(&mut self, mut own: Attributes, of: &Attributes, cursor: &mut Cursor) -> Option<VariantDecl> {
        let of_fields = own.rename_all.take().or(of.rename_all_fields);
        let rename_all = of_fields.map(|(_, span)| span);
        self.refuse_attributes_of_types(&own);
        let is_default = own.is_default.take().is_some();
        self.refuse_default(&own);
        self.refuse_others(&own);
        let Some(written) = cursor.eat_ident() else {
            self.expected(cursor, "a variant's name");
            return None;
        };
        self.word(&written, Role::VariantName);
        let name = self.checked_name(&written, "variant")?;
        let data = if let Some(group) = cursor.eat_group(Delimiter::Brace) {
            VariantData::Fields(self.fields(&group, &Attributes { rename_all: of_fields, ..Attributes::default() }))
        } else if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
            let types = self.within(&group, |parser, cursor| {
                let mut types = Vec::new();
                while !cursor.is_end() {
                    let start = cursor.position();
                    types.push(parser.ty(cursor));
                    parser.separator(cursor, start);
                }
                types
            });
            match types.unwrap_or_default() {
                types if types.is_empty() => VariantData::Unit,
                types => VariantData::Tuple(types),
            }
        } else {
            VariantData::Unit
        };
        if let (Some(span), VariantData::Unit | VariantData::Tuple(_), None) = (rename_all, &data, of.rename_all_fields)
        {
            self.error(Code::Syntax, span, "`rename_all` is only valid on a variant with fields");
        }
        if let VariantData::Fields(fields) = &data {
            for constraint in fields.iter().flat_map(|field| &field.constraints) {
                let message = "`validate` is only valid on the fields of `input`, `returns` and structs";
                self.error(Code::Syntax, constraint.span, message);
            }
        }
        let rule = of.rename_all.map(|(rule, _)| move |name: &str| rule.variant(name));
        let wire = wire_name(&own, &name, rule);
        Some(VariantDecl { comment: own.comment, name, wire, is_default, data })
    }
}
