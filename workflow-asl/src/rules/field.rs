//! Rules on which fields stand together: by kind of object, by query language, required, exclusive.

use super::Definition;
use super::part::PartKind;
use crate::document::{Count, StateKind};
use crate::{Diagnostic, Finding};

/// A state has only the fields of its kind, and a rule inside another only conditions.
pub(super) fn belongs_to_its_object(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        for field in &part.present {
            if part.may_have(field) {
                continue;
            }
            let kinds = match part.kind {
                PartKind::State(_) => field.kinds.iter().map(StateKind::name).collect(),
                _ => Vec::new(),
            };
            let finding = Finding::FieldOfAnother { field: field.name, of: part.kind.phrase(), kinds };
            found.push(finding.at(part.at.child(field.name)));
        }
    }
}

/// A field that only one query language has stands only in states of that language.
pub(super) fn belongs_to_the_language(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        for field in &part.present {
            let Some(of) = field.language.filter(|language| *language != part.language) else { continue };
            if !part.may_have(field) {
                continue;
            }
            let (field, language, instead) = (field.name, part.language, field.counterpart(part.state_kind()));
            let finding = Finding::FieldOfTheOtherLanguage { field, language, of, instead };
            found.push(finding.at(part.at.child(field)));
        }
    }
}

/// An object has the fields that it needs, and of those that exclude each other one.
pub(super) fn required_fields_are_present(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        let table = part.object.table();
        let present: Vec<_> = part.present.iter().map(|field| field.name).collect();
        let of = part.kind.phrase();
        let required = table.fields.iter().filter(|field| field.required && part.may_have(field));
        let fields: Vec<_> = required.map(|field| field.name).filter(|name| !present.contains(name)).collect();
        if !fields.is_empty() {
            found.push(Finding::FieldsMissing { of, fields }.at(part.at.clone()));
        }
        for group in table.groups.iter().filter(|group| part.state_kind().is_none_or(|kind| group.kinds.contains(kind)))
        {
            let there: Vec<_> = group.fields.iter().copied().filter(|name| present.contains(name)).collect();
            if there.is_empty() && group.count != Count::AtMostOne {
                let possible = table.fields.iter().filter(|field| {
                    group.fields.contains(&field.name)
                        && field.language.is_none_or(|language| language == part.language)
                });
                let fields = possible.map(|field| field.name).collect();
                found.push(Finding::NoneOfTheFields { of, fields }.at(part.at.clone()));
            } else if there.len() > 1 && group.count != Count::AtLeastOne {
                found.push(Finding::ExclusiveFields { of, fields: there }.at(part.at.clone()));
            }
        }
    }
}
