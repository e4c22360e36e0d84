//! Rules on the fields of objects: by kind of object, by query language, required, exclusive.

use super::Definition;
use super::object_index::ObjectKind;
use crate::document::{Count, StateKind};
use crate::{Diagnostic, Finding};

/// A state has only the fields of its kind, and a rule inside another only conditions.
pub(super) fn belongs_to_its_object(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for object in &definition.index.objects {
        for field in &object.present {
            if object.may_have(field) {
                continue;
            }
            let kinds = match object.kind {
                ObjectKind::State(_) => field.kinds.iter().map(StateKind::name).collect(),
                _ => Vec::new(),
            };
            let finding = Finding::FieldOfAnother { field: field.name, of: object.kind.phrase(), kinds };
            found.push(finding.at(object.at.child(field.name)));
        }
    }
}

/// A field of only one query language must be in a state of that language.
pub(super) fn belongs_to_the_language(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for object in &definition.index.objects {
        for field in &object.present {
            let Some(of) = field.language.filter(|language| *language != object.language) else { continue };
            if !object.may_have(field) {
                continue;
            }
            let (field, language, instead) = (field.name, object.language, field.counterpart(object.state_kind()));
            let finding = Finding::FieldOfTheOtherLanguage { field, language, of, instead };
            found.push(finding.at(object.at.child(field)));
        }
    }
}

/// An object has its required fields, and only one field of each exclusive group.
pub(super) fn required_fields_are_present(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for object in &definition.index.objects {
        let table = object.object.table();
        let present: Vec<_> = object.present.iter().map(|field| field.name).collect();
        let of = object.kind.phrase();
        let required = table.fields.iter().filter(|field| field.required && object.may_have(field));
        let fields: Vec<_> = required.map(|field| field.name).filter(|name| !present.contains(name)).collect();
        if !fields.is_empty() {
            found.push(Finding::FieldsMissing { of, fields }.at(object.at.clone()));
        }
        for group in
            table.groups.iter().filter(|group| object.state_kind().is_none_or(|kind| group.kinds.contains(kind)))
        {
            let count = group.count;
            let there: Vec<_> = group.fields.iter().copied().filter(|name| present.contains(name)).collect();
            let possible = table.fields.iter().filter(|field| {
                group.fields.contains(&field.name) && field.language.is_none_or(|language| language == object.language)
            });
            let possible = possible.map(|field| field.name);
            if there.len() == 1 {
                continue;
            }
            if there.is_empty() && count != Count::AtMostOne {
                found.push(Finding::NoneOfTheFields { of, fields: possible.collect() }.at(object.at.clone()));
                continue;
            }
            // Another finding reports a field of the other language.
            let group: Vec<_> = possible.collect();
            if there.iter().filter(|name| group.contains(name)).count() > 1 && count != Count::AtLeastOne {
                found.push(Finding::ExclusiveFields { of, fields: there, group }.at(object.at.clone()));
            }
        }
    }
}
