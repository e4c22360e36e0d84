//! The JSON of enums whose variants have data: a union, and a struct for each object.

use super::{Field, Named, NamedKind, Reader, Ty};
use crate::syntax::ast::{EnumDecl, Tagging, Type, TypeKind, VariantData, VariantDecl, plain};

impl Reader<'_> {
    /// Returns the union of an enum's variants, after the structs of its objects.
    pub(super) fn variants(&mut self, of: &EnumDecl, comment: Option<String>) -> Vec<Named> {
        let name = plain(&of.name);
        let mut types = Vec::new();
        let variants = of.variants.iter().map(|variant| {
            let own = format!("{name}{}", plain(&variant.name));
            let says = |tag: &str| member(tag, Ty::Literal(variant.wire.clone()));
            match &of.tagging {
                Tagging::External => match self.content(variant, format!("{own}Data"), &mut types) {
                    None => Ty::Literal(variant.wire.clone()),
                    Some(ty) => self.object(variant, own, vec![member(&variant.wire, ty)], &mut types),
                },
                Tagging::Internal(tag) => {
                    let mut fields = vec![says(&tag.value)];
                    fields.extend(self.members(&variant.data));
                    self.object(variant, own, fields, &mut types)
                }
                Tagging::Adjacent(tag, content) => {
                    let ty = self.content(variant, format!("{own}Data"), &mut types);
                    let mut fields = vec![says(&tag.value)];
                    fields.extend(ty.map(|ty| member(&content.value, ty)));
                    self.object(variant, own, fields, &mut types)
                }
                Tagging::Untagged => self.content(variant, own, &mut types).unwrap_or(Ty::Null),
            }
        });
        let kind = NamedKind::Union { variants: variants.collect(), alone: matches!(of.tagging, Tagging::External) };
        types.push(Named { name, comment, kind });
        types
    }

    /// Returns the type of a variant's data. Fields become a struct with this name.
    fn content(&mut self, variant: &VariantDecl, name: String, types: &mut Vec<Named>) -> Option<Ty> {
        Some(match &variant.data {
            VariantData::Unit => return None,
            VariantData::Tuple(items) => match items.as_slice() {
                [only] => self.ty(only),
                items => Ty::Tuple(items.iter().map(|item| self.ty(item)).collect()),
            },
            VariantData::Fields(fields) => {
                let fields = self.fields(fields, true);
                self.object(variant, name, fields, types)
            }
        })
    }

    /// Returns the members of a variant's data, which are beside its tag. Those of a type that is not a struct of the
    /// workflow are unknown.
    fn members(&mut self, data: &VariantData) -> Vec<Field> {
        match data {
            VariantData::Fields(fields) => self.fields(fields, true),
            VariantData::Tuple(items) => match items.as_slice() {
                [Type { kind: TypeKind::Named(name), .. }] => {
                    let fields = self.structs.get(&plain(name)).copied();
                    fields.map(|fields| self.fields(fields, true)).unwrap_or_default()
                }
                _ => Vec::new(),
            },
            VariantData::Unit => Vec::new(),
        }
    }

    /// Adds the struct of a variant, and returns its type.
    fn object(&self, variant: &VariantDecl, mut name: String, fields: Vec<Field>, types: &mut Vec<Named>) -> Ty {
        while self.declared.contains(&name) {
            name.push('_');
        }
        let comment = variant.comment.as_ref().map(|text| text.value.clone());
        types.push(Named { name: name.clone(), comment, kind: NamedKind::Struct(fields) });
        Ty::Named(name)
    }
}

fn member(wire: &str, ty: Ty) -> Field {
    Field { wire: wire.to_owned(), comment: None, ty, optional: false, constraints: Vec::new() }
}
