//! Rust identifiers for arbitrary names in a document: states, parameters, workflows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use workflow_asl::{Pointer, State};

use crate::syntax::in_camel_case;

/// The words that cannot be Rust identifiers, not even raw ones.
const NEVER: [&str; 4] = ["Self", "self", "super", "crate"];

/// Returns a name as a Rust type or variant: `CheckJobStatus` for `Check job-status`. A valid name is unchanged; one
/// without ASCII letters and digits becomes `fallback`.
///
/// ```
/// use workflow_compiler::state_ident::pascal;
/// assert_eq!(pascal("Wait 30 seconds?", "State"), "Wait30Seconds");
/// assert_eq!(pascal("UPLOAD_FILE", "State"), "UploadFile");
/// assert_eq!(pascal("1st", "State"), "State1st");
/// assert_eq!(pascal("?", "State"), "State");
/// ```
pub fn pascal(name: &str, fallback: &str) -> String {
    let words = name.split(|ch: char| !ch.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).count();
    // Consecutive capitals would run into each other.
    let shouts = words > 1 && !name.chars().any(|ch| ch.is_ascii_lowercase());
    let mut out = in_camel_case(&if shouts { name.to_ascii_lowercase() } else { name.to_owned() });
    if out.is_empty() || out.starts_with(|ch: char| ch.is_ascii_digit()) || NEVER.contains(&out.as_str()) {
        out.insert_str(0, fallback);
    }
    out
}

/// Returns a name as a Rust field: `aws_region` for `AWS::Region`.
///
/// ```
/// use workflow_compiler::state_ident::snake;
/// assert_eq!(snake("ChargeFunctionARN", "param"), "charge_function_arn");
/// assert_eq!(snake("2nd", "param"), "param_2nd");
/// ```
pub fn snake(name: &str, fallback: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, &ch) in chars.iter().enumerate() {
        if !ch.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).and_then(|index| chars.get(index));
        let after = chars.get(index + 1);
        let begins = ch.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if begins && !out.ends_with('_') {
            out.push('_');
        }
        out.push(ch.to_ascii_lowercase());
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() || out.starts_with(|ch: char| ch.is_ascii_digit()) || NEVER.contains(&out) {
        return format!("{fallback}_{out}").trim_end_matches('_').to_owned();
    }
    out.to_owned()
}

/// Makes names unique.
#[derive(Debug, Default)]
pub struct UniqueNames {
    taken: BTreeSet<String>,
    /// The next number to try for a name, so that many equal names take linear time.
    next: BTreeMap<String, u64>,
}

impl UniqueNames {
    /// Returns the name or, if it is taken, the name with the first free number from 2.
    pub fn take(&mut self, name: String, separator: &str) -> String {
        let mut free = name.clone();
        while !self.taken.insert(free.clone()) {
            let number = self.next.entry(name.clone()).or_insert(2);
            free = format!("{name}{separator}{number}");
            *number += 1;
        }
        free
    }

    /// Makes a name taken, if it is not.
    pub fn reserve(&mut self, name: String) {
        self.taken.insert(name);
    }
}

/// The identifiers of all states of a document, by pointer. Names that are valid Rust variants are kept; the others are
/// derived with [`pascal`] and are unique in the document.
#[derive(Debug, Default)]
pub struct StateIdents(BTreeMap<Pointer, String>);

impl StateIdents {
    /// Names all states of a definition, including those in parallels and maps.
    pub fn of(definition: &Value) -> Self {
        let mut states = Vec::new();
        if let Value::Object(machine) = definition {
            collect(machine, &Pointer::root(), &mut states);
        }
        let mut distinct = UniqueNames::default();
        let mut idents = BTreeMap::new();
        for kept in [true, false] {
            for (at, name) in &states {
                let ident = pascal(name, "State");
                if (ident == *name) == kept {
                    idents.insert(at.clone(), distinct.take(ident, ""));
                }
            }
        }
        Self(idents)
    }

    /// Returns the identifier of the state at a pointer such as `/States/Wait`.
    pub fn get(&self, state: &Pointer) -> Option<&str> {
        self.0.get(state).map(String::as_str)
    }
}

/// Collects the pointers and names of the states of a machine, branch or processor, in document order.
fn collect(scope: &Map<String, Value>, at: &Pointer, states: &mut Vec<(Pointer, String)>) {
    let Some(Value::Object(members)) = scope.get("States") else { return };
    let at = at.child("States");
    for (name, state) in members {
        let at = at.child(name);
        states.push((at.clone(), name.clone()));
        if let Some(Value::Array(branches)) = state.get("Branches") {
            for (index, branch) in branches.iter().enumerate() {
                if let Value::Object(branch) = branch {
                    collect(branch, &at.child("Branches").index(index), states);
                }
            }
        }
        for processor in State::PROCESSOR_FIELDS {
            if let Some(Value::Object(inner)) = state.get(processor) {
                collect(inner, &at.child(processor), states);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workflow_asl::Pointer;

    use super::StateIdents;

    #[test]
    fn names_are_distinct_and_those_that_fit_are_kept() {
        let state = json!({ "Type": "Succeed" });
        let inner = json!({ "States": { "Get item": state } });
        let document = json!({ "States": {
            "get-item": state, "GetItem": { "Type": "Map", "ItemProcessor": inner }, "self": state
        } });
        let idents = StateIdents::of(&document);
        let at = |name: &str| idents.get(&Pointer::root().child("States").child(name));
        assert_eq!(at("GetItem"), Some("GetItem"));
        assert_eq!(at("get-item"), Some("GetItem2"));
        assert_eq!(at("self"), Some("StateSelf"));
        let inner = Pointer::root().child("States").child("GetItem").child("ItemProcessor").child("States");
        assert_eq!(idents.get(&inner.child("Get item")), Some("GetItem3"));
    }
}
