//! Rules on which fields stand together: by kind of object, by query language, required, exclusive.

use super::part::PartKind;
use super::{Definition, all_of, one_of, report};
use crate::document::{Count, StateKind};
use crate::{Code, Diagnostic};

/// A state has only the fields of its kind, and a rule inside another only conditions.
pub(super) fn belongs_to_its_object(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        for field in &part.present {
            if part.may_have(field) {
                continue;
            }
            let message = format!("field `{}` is not supported in {}", field.name, part.kind.phrase());
            let mut diagnostic = Diagnostic::new(Code::UnknownField, part.at.child(field.name), message);
            if let PartKind::State(_) = part.kind {
                let kinds = all_of(field.kinds.iter().map(StateKind::name));
                diagnostic = diagnostic.with_help(format!("it belongs to {kinds} states"));
            } else {
                diagnostic = diagnostic.with_help("it belongs to the outermost rule");
            }
            found.push(diagnostic);
        }
    }
}

/// A field that only one query language has stands only in states of that language.
pub(super) fn belongs_to_the_language(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        for field in &part.present {
            let Some(language) = field.language.filter(|language| *language != part.language) else { continue };
            if !part.may_have(field) {
                continue;
            }
            let message = format!(
                "the query language is {}, but field `{}` is only supported in {}",
                part.language.name(),
                field.name,
                language.name()
            );
            let mut diagnostic = Diagnostic::new(Code::WrongLanguageField, part.at.child(field.name), message);
            if let Some(instead) = field.counterpart(part.state_kind()) {
                diagnostic = diagnostic.with_help(format!("{} has `{instead}`", part.language.name()));
            }
            found.push(diagnostic);
        }
    }
}

/// An object has the fields that it needs, and of those that exclude each other one.
pub(super) fn required_fields_are_present(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        let table = part.object.table();
        let present: Vec<_> = part.present.iter().map(|field| field.name).collect();
        let who = part.kind.phrase();
        let required = table.fields.iter().filter(|field| field.required && part.may_have(field));
        let missing: Vec<_> = required.map(|field| field.name).filter(|name| !present.contains(name)).collect();
        if !missing.is_empty() {
            report(found, Code::MissingField, part.at.clone(), format!("{who} needs {}", all_of(missing)));
        }
        for group in table.groups.iter().filter(|group| part.state_kind().is_none_or(|kind| group.kinds.contains(kind)))
        {
            let there: Vec<_> = group.fields.iter().copied().filter(|name| present.contains(name)).collect();
            if there.is_empty() && group.count != Count::AtMostOne {
                let possible = table.fields.iter().filter(|field| {
                    group.fields.contains(&field.name)
                        && field.language.is_none_or(|language| language == part.language)
                });
                let message = format!("{who} needs {}", one_of(possible.map(|field| field.name)));
                report(found, Code::MissingField, part.at.clone(), message);
            } else if there.len() > 1 && group.count != Count::AtLeastOne {
                let message = format!("{who} has only one of {}", all_of(there));
                report(found, Code::ExclusiveFields, part.at.clone(), message);
            }
        }
    }
}
