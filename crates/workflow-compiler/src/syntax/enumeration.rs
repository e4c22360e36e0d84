//! Enums: their variants, with data or without, and serde's representations of them.

use proc_macro2::Delimiter;
use workflow_asl::Code;

use super::ast::{EnumDecl, Tagging, VariantData, VariantDecl, plain};
use super::attributes::{Attributes, On};
use super::cursor::Cursor;
use super::other_language::Place;
use super::parser::Parser;
use super::types::wire_name;
use super::word::Role;
use crate::problem::Reported;

impl Parser<'_> {
    /// `enum Name { … }`
    pub(super) fn enum_decl(&mut self, attributes: &Attributes, cursor: &mut Cursor) -> Option<EnumDecl> {
        let name = self.type_name("enum", cursor)?;
        let tagging = self.tagging(attributes);
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            let help = format!("for example `enum {name} {{ Small, Large }}`");
            self.expected_as(cursor, &format!("the variants of `{name}` in braces"), help);
            self.skip_item(cursor);
            return Some(EnumDecl { name, variants: Vec::new(), tagging });
        };
        let errors = self.errors_so_far();
        let mut reported = None;
        let variants = self.each(&group, |parser, cursor| {
            let start = cursor.position();
            let own = parser.attributes_before(cursor)?;
            parser.text_of_variant(cursor, &mut reported);
            let variant = parser.variant(own, attributes, cursor);
            parser.text_of_variant(cursor, &mut reported);
            parser.separator(Place::Type, cursor, start);
            variant
        });
        let declared = EnumDecl { name, variants, tagging };
        self.refuse_untaggable(&declared);
        if declared.variants.is_empty() && self.errors_so_far() == errors {
            let message = format!("`{}` has no variants: no value is of this type", plain(&declared.name));
            self.error(Code::BadLiteral, declared.name.span(), message);
        }
        Some(declared)
    }

    /// Reports text in place of a variant's name or after it, `"a"` or `A = "a"`. The first one stands for the others.
    fn text_of_variant(&mut self, cursor: &Cursor, reported: &mut Option<Reported>) {
        let text = cursor.peek_text_at(usize::from(cursor.is_punct("=")));
        let Some(text) = text else { return };
        let help = format!("its text in JSON is written before it: `#[serde(rename = {:?})] Name`", text.value);
        let reported = *reported.get_or_insert_with(|| self.expected_as(cursor, "a variant's name and `,`", help));
        cursor.note_complaint(cursor.position(), reported);
    }

    fn tagging(&mut self, attributes: &Attributes) -> Tagging {
        match (&attributes.tag, &attributes.content, attributes.untagged) {
            (Some(_), _, Some(span)) => {
                self.error(Code::Syntax, span, "an enum has a `tag`, or is `untagged`");
                Tagging::Untagged
            }
            (None, Some(content), _) => {
                let help = "for example `#[serde(tag = \"type\", content = \"data\")]`";
                self.wrong(content.span, "`content` requires `tag`", help);
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
                let help = "name its values, `{ name: Type }`, or add `content = \"…\"` to the enum";
                self.wrong(variant.name.span().into(), message, help);
            }
        }
    }

    fn variant(&mut self, mut own: Attributes, of: &Attributes, cursor: &mut Cursor) -> Option<VariantDecl> {
        let of_fields = own.rename_all.take().or(of.rename_all_fields);
        let rename_all = of_fields.map(|(_, span)| span);
        self.refuse(&own, On::Variant);
        let help = "for example `enum Size { Small, Large }`";
        let written = self.expect_word(cursor, "a variant's name", help, Role::VariantName)?;
        let name = self.checked_name(&written, "variant")?;
        let data = if let Some(group) = cursor.eat_group(Delimiter::Brace) {
            {
                let of = Attributes { rename_all: of_fields, ..Attributes::default() };
                VariantData::Fields(self.fields(&group, &of, On::FieldOfVariant))
            }
        } else if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
            let types = self.each(&group, |parser, cursor| {
                let start = cursor.position();
                let ty = parser.ty(cursor);
                parser.separator(Place::Type, cursor, start);
                Some(ty)
            });
            if types.is_empty() { VariantData::Unit } else { VariantData::Tuple(types) }
        } else {
            VariantData::Unit
        };
        if let (Some(span), VariantData::Unit | VariantData::Tuple(_), None) = (rename_all, &data, of.rename_all_fields)
        {
            self.error(Code::Syntax, span, "`rename_all` is only valid on a variant with fields");
        }
        let rule = of.rename_all.map(|(rule, _)| move |name: &str| rule.variant(name));
        let wire = wire_name(&own, &name, rule);
        Some(VariantDecl { comment: own.comment, name, wire, is_default: own.is_default.is_some(), data })
    }
}
