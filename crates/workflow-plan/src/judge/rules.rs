//! Runs the rules on both definitions: what only the newer one has wrong.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::difference::Difference;
use workflow_asl::document::{QueryLanguage, State};
use workflow_asl::jsonata;
use workflow_asl::{Code, Diagnostic, Finding, Pointer};

use super::{Judge, Subject};
use crate::rule;

/// What makes two findings the same: the code, the place and the message.
type Key = (Code, String, String);

/// Findings about several states, which are at one or another of them by the order of the states.
const OF_SEVERAL: [Code; 5] =
    [Code::RunawayLoop, Code::EndlessLoop, Code::DuplicateStateName, Code::DuplicateLabel, Code::MixedArns];

impl Judge<'_> {
    /// Reports the findings of the rules that the older definition does not have.
    pub(super) fn rules(&mut self, difference: &Difference) {
        let both = difference.states.iter().filter_map(|state| Some((state.old.as_ref()?, state.new.as_ref()?)));
        let places: BTreeMap<_, _> = both.map(|(old, new)| (old.pointer.as_str(), new.pointer.as_str())).collect();
        let newer = |at: &Pointer| match state_of(at, |at| places.get(at).copied()) {
            Some((new, rest)) => format!("{new}{rest}"),
            None => at.as_str().to_owned(),
        };
        let known = self.old.found.iter().map(|one| (one.code, newer(&one.pointer), one.message()));
        let mut known: Vec<Key> = known.collect();
        let found = self.new.found.iter().map(|one| (one, (one.code, one.pointer.as_str().to_owned(), one.message())));
        let mut left: Vec<_> = found.collect();
        // A place may have another number among its siblings, and a message may name a renamed state.
        let alike: [fn(&Key, &Key) -> bool; 4] = [
            |a, b| a == b,
            |a, b| (a.0, &a.1) == (b.0, &b.1),
            |a, b| (a.0, &a.2) == (b.0, &b.2),
            |a, b| a.0 == b.0 && OF_SEVERAL.contains(&a.0),
        ];
        for alike in alike {
            left.retain(|(_, one)| match known.iter().position(|old| alike(old, one)) {
                Some(same) => {
                    known.swap_remove(same);
                    false
                }
                None => true,
            });
        }
        let states = self.new.states();
        let told = left.into_iter().map(|(one, (code, _, message))| {
            let place = state_of(&one.pointer, |at| states.iter().find(|(state, _)| state.as_str() == at));
            let language =
                place.map_or(QueryLanguage::default(), |((_, state), _)| self.new.document.language_of(state));
            let fails = one.code.stops_executions(language) && !matches!(*one.finding, Finding::LiteralAsText { .. })
                || self.gives_nothing(one)
                || matches!(*one.finding, Finding::NeverTrue { .. })
                    && place.is_some_and(|((at, state), _)| self.matches_nothing(at, state));
            let rule = if fails { &rule::NEW_ERROR } else { &rule::NEW_WARNING };
            let name = place.and_then(|((at, _), _)| at.tokens().last());
            let field = place.map_or(one.pointer.as_str(), |(_, rest)| rest).trim_start_matches('/').to_owned();
            (rule, name, field, format!("{code}: {message}"))
        });
        for (rule, name, field, text) in told.collect::<Vec<_>>() {
            self.find(rule, &Subject { state: name.as_deref(), field: &field }, text);
        }
    }

    /// Returns whether an expression is only a variable that no state has assigned: it fails, because it gives nothing.
    fn gives_nothing(&self, one: &Diagnostic) -> bool {
        use Finding::{NeverAssigned, NotAssignedBefore, VariableOfInnerScope};
        let unassigned =
            matches!(*one.finding, NeverAssigned { .. } | NotAssignedBefore { .. } | VariableOfInnerScope { .. });
        let text = self.new.machine.definition.pointer(one.pointer.as_str()).and_then(Value::as_str);
        let code = text.and_then(jsonata::expression).map(|code| code.trim().len());
        unassigned && code.is_some() && code == one.range.map(|(_, length)| length)
    }

    /// Returns whether no rule of a choice without a default can be true.
    fn matches_nothing(&self, at: &Pointer, state: &State) -> bool {
        let rules = state.choices.as_deref().unwrap_or_default();
        let never = |number: usize| {
            let rule = at.child("Choices").index(number);
            self.new.found.iter().any(|one| {
                let rest = one.pointer.as_str().strip_prefix(rule.as_str()).unwrap_or_default();
                // Each part of an `And` must be true; a part of an expression says nothing about the whole.
                let decides = rest.split('/').skip(1).all(|name| !["Or", "Not", "Condition"].contains(&name));
                matches!(*one.finding, Finding::NeverTrue { .. }) && rest.starts_with('/') && decides
            })
        };
        state.default.is_none() && !rules.is_empty() && (0..rules.len()).all(never)
    }
}

/// Returns what is known of the innermost state around a place, and the rest of the pointer.
fn state_of<T>(at: &Pointer, known: impl Fn(&str) -> Option<T>) -> Option<(T, &str)> {
    let mut state = at.as_str();
    loop {
        if let Some(found) = known(state) {
            return Some((found, at.as_str().get(state.len()..)?));
        }
        state = state.rsplit_once('/')?.0;
    }
}
