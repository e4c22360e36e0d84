//! Rules on retriers and catchers.

use super::Definition;
use crate::document::{Catcher, Retrier};
use crate::{Code, Diagnostic, Pointer, error_name, nearest};

/// The error names of one entry of a list of handlers.
struct Entry<'a> {
    at: Pointer,
    names: &'a [String],
    last: bool,
}

fn entries<'a>(definition: &'a Definition<'_>) -> impl Iterator<Item = Entry<'a>> + 'a {
    definition.parts.states.iter().flat_map(|state| {
        let lists = [
            ("Retry", names(&state.state.retry, |retrier: &Retrier| retrier.error_equals.as_deref())),
            ("Catch", names(&state.state.catch, |catcher: &Catcher| catcher.error_equals.as_deref())),
        ];
        lists.into_iter().flat_map(|(field, lists)| {
            let count = lists.len();
            let at = state.at.child(field);
            lists.into_iter().enumerate().filter_map(move |(i, names)| {
                Some(Entry { at: at.index(i).child("ErrorEquals"), names: names?, last: i + 1 == count })
            })
        })
    })
}

fn names<T>(list: &Option<Vec<T>>, names: impl Fn(&T) -> Option<&[String]>) -> Vec<Option<&[String]>> {
    list.iter().flatten().map(names).collect()
}

/// `ErrorEquals` names at least one error, and of the reserved names only those that exist.
pub(super) fn error_names_are_given(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for entry in entries(definition) {
        if entry.names.is_empty() {
            let message = "`ErrorEquals` names no error";
            found.push(
                Diagnostic::new(Code::EmptyList, entry.at.clone(), message)
                    .with_help("`States.ALL` stands for every error"),
            );
        }
        for (i, name) in entry.names.iter().enumerate() {
            let reserved = name.starts_with(error_name::PREFIX);
            let known =
                error_name::RESERVED.contains(&name.as_str()) || name.starts_with(error_name::HTTP_STATUS_PREFIX);
            if reserved && !known {
                let message = format!("there is no reserved error `{name}`, so this never matches");
                let mut diagnostic = Diagnostic::new(Code::UnknownErrorName, entry.at.index(i), message);
                if let Some(near) = nearest::nearest(name, error_name::RESERVED.iter().copied()) {
                    diagnostic = diagnostic.with_help(format!("did you mean `{near}`?"));
                }
                found.push(diagnostic);
            }
        }
    }
}

/// `States.ALL` stands alone in its list, and that is the last.
pub(super) fn states_all_is_alone_and_last(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for entry in entries(definition) {
        let Some(place) = entry.names.iter().position(|name| name == error_name::ALL) else { continue };
        let (message, help) = if entry.names.len() > 1 {
            ("`States.ALL` must be alone in its list", "it stands for every error: remove the others")
        } else if !entry.last {
            ("`States.ALL` must be in the last entry", "what comes after it is never tried: move it to the end")
        } else {
            continue;
        };
        found.push(Diagnostic::new(Code::StatesAllPlacement, entry.at.index(place), message).with_help(help));
    }
}
