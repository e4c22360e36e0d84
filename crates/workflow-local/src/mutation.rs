//! Mutants: an engine runs a definition with a change in it, so that a test run shows whether some test notices.
//!
//! The environment variable [`VARIABLE`] has the change as JSON; nothing is rebuilt. Only the definitions that it names are
//! changed. `cargo workflow mutants` sets it for each mutant.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_jsonata::hash::hash;

/// The environment variable with the mutant to run, as JSON: [`Mutation::to_json`].
pub const VARIABLE: &str = "WORKFLOW_MUTANT";

/// The number of hexadecimal digits that distinguish definitions.
const HASH_DIGITS: usize = 16;

/// The digits that tell a definition from others, as [`Mutation::definitions`] and coverage have them: of the hash of its
/// text.
///
/// ```
/// use serde_json::json;
/// let definition = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } });
/// assert_eq!(workflow_local::mutation::digits(&definition).len(), 16);
/// ```
pub fn digits(definition: &Value) -> String {
    let mut digits = hash(&definition.to_string(), "SHA-256").unwrap_or_default();
    digits.truncate(HASH_DIGITS);
    digits
}

/// A change of a definition: one mutant.
///
/// ```
/// use serde_json::json;
/// use workflow_local::mutation::{Edit, Mutation, digits};
///
/// let mut definition = json!({ "StartAt": "Rest", "States": {
///     "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Done" },
///     "Done": { "Type": "Succeed" },
/// } });
/// let mut mutation = Mutation::new("change-wait /States/Rest/Seconds", [digits(&definition)]);
/// mutation.edits.push(Edit::replace("/States/Rest/Seconds", json!(6)));
/// assert_eq!(Mutation::from_json(&mutation.to_json())?, mutation);
/// mutation.apply(&mut definition)?;
/// assert_eq!(definition["States"]["Rest"]["Seconds"], 6);
///
/// mutation.edits.push(Edit::remove("/States/Rest/Retry/0"));
/// let error = mutation.apply(&mut definition).unwrap_err();
/// assert!(error.to_string().contains("`/States/Rest/Retry/0`, which the definition does not have"));
/// # Ok::<(), workflow_local::mutation::MutationError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mutation {
    /// Its name in messages.
    pub id: String,
    /// The definitions that it changes, by their [`digits`]: one workflow has as many as there are sets of deploy-time
    /// parameters.
    pub definitions: Vec<String>,
    /// The changes, in order.
    pub edits: Vec<Edit>,
    /// A file that the engine creates when it makes the change.
    pub witness: Option<PathBuf>,
}

/// One change of a definition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Edit {
    /// The place, as a JSON pointer. A new member of an object may be named.
    pub pointer: String,
    /// The new value; `None` removes the place.
    pub value: Option<Value>,
}

impl Edit {
    /// Sets a value.
    pub fn replace(pointer: impl Into<String>, value: Value) -> Self {
        Self { pointer: pointer.into(), value: Some(value) }
    }

    /// Removes a member or an item.
    pub fn remove(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), value: None }
    }

    /// Makes the change; `None` if the place does not exist.
    fn apply(&self, definition: &mut Value) -> Option<()> {
        let (parent, _) = self.pointer.rsplit_once('/')?;
        let last = self.pointer.get(parent.len() + 1..)?.replace("~1", "/").replace("~0", "~");
        match (definition.pointer_mut(parent)?, &self.value) {
            (Value::Object(members), Some(value)) => drop(members.insert(last, value.clone())),
            (Value::Object(members), None) => drop(members.shift_remove(&last)?),
            (Value::Array(items), Some(value)) => *items.get_mut(last.parse::<usize>().ok()?)? = value.clone(),
            (Value::Array(items), None) => {
                let at = last.parse().ok().filter(|at| *at < items.len())?;
                items.remove(at);
            }
            _ => return None,
        }
        Some(())
    }
}

/// A value of [`VARIABLE`] that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MutationError {
    /// The text is not a mutant.
    #[error(
        "{VARIABLE} does not have a mutant: {0}\n  help: `cargo workflow mutants --list --format json` prints mutants; to run \
         without one, unset the variable"
    )]
    Unreadable(String),
    /// The mutant is one of another definition.
    #[error(
        "unknown mutant `{id}`: it changes `{pointer}`, which the definition does not have\n  help: the definition has changed since \
         {VARIABLE} was written; `cargo workflow mutants --list` prints its mutants"
    )]
    UnknownPlace {
        /// The mutant.
        id: String,
        /// The place.
        pointer: String,
    },
}

impl Mutation {
    /// A mutant of these definitions, by their [`digits`], without a change yet.
    pub fn new(id: impl Into<String>, definitions: impl IntoIterator<Item = String>) -> Self {
        Self { id: id.into(), definitions: definitions.into_iter().collect(), edits: Vec::new(), witness: None }
    }

    /// Makes the changes.
    ///
    /// # Errors
    /// The definition does not have a place that is changed. It may have some of the changes then.
    pub fn apply(&self, definition: &mut Value) -> Result<(), MutationError> {
        self.edits.iter().try_for_each(|edit| {
            let unknown = || MutationError::UnknownPlace { id: self.id.clone(), pointer: edit.pointer.clone() };
            edit.apply(definition).ok_or_else(unknown)
        })
    }

    /// As JSON: `id`, `definitions`, `edits` (`pointer`, and `value` unless it is removed), `witness`.
    pub fn to_json(&self) -> Value {
        let edits = self.edits.iter().map(|edit| match &edit.value {
            Some(value) => json!({ "pointer": edit.pointer, "value": value }),
            None => json!({ "pointer": edit.pointer }),
        });
        let mut json = json!({ "id": self.id, "definitions": self.definitions, "edits": edits.collect::<Vec<_>>() });
        if let (Some(members), Some(witness)) = (json.as_object_mut(), &self.witness) {
            members.insert("witness".to_owned(), json!(witness));
        }
        json
    }

    /// Returns what [`to_json`](Self::to_json) writes.
    ///
    /// # Errors
    /// A member is missing or of another type.
    pub fn from_json(json: &Value) -> Result<Self, MutationError> {
        let missing = |member: &str| MutationError::Unreadable(format!("`{member}` is missing or of another type"));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let id = json.get("id").and_then(text).ok_or_else(|| missing("id"))?;
        let definitions = json.get("definitions").and_then(Value::as_array);
        let definitions = definitions.and_then(|all| all.iter().map(text).collect());
        let edits = json.get("edits").and_then(Value::as_array);
        let edit = |edit: &Value| {
            Some(Edit { pointer: edit.get("pointer").and_then(text)?, value: edit.get("value").cloned() })
        };
        let edits = edits.and_then(|all| all.iter().map(edit).collect());
        Ok(Self {
            id,
            definitions: definitions.ok_or_else(|| missing("definitions"))?,
            edits: edits.ok_or_else(|| missing("edits"))?,
            witness: json.get("witness").and_then(Value::as_str).map(PathBuf::from),
        })
    }

    fn of_text(text: &str) -> Result<Self, MutationError> {
        let json = serde_json::from_str(text);
        Self::from_json(&json.map_err(|error| MutationError::Unreadable(format!("it is not JSON: {error}")))?)
    }
}

/// The mutant that the environment has, read once.
fn of_environment() -> Result<Option<&'static Mutation>, MutationError> {
    static MUTATION: OnceLock<Option<Result<Mutation, MutationError>>> = OnceLock::new();
    let read = || {
        let text = std::env::var_os(VARIABLE).filter(|text| !text.is_empty())?;
        Some(Mutation::of_text(&text.to_string_lossy()))
    };
    match MUTATION.get_or_init(read) {
        None => Ok(None),
        Some(Ok(mutation)) => Ok(Some(mutation)),
        Some(Err(error)) => Err(error.clone()),
    }
}

/// The definition to run in place of this one, where the environment has a mutant of it.
///
/// # Errors
/// What the environment has is not a mutant, or not one of this definition.
pub(crate) fn mutant_of(machine: &StateMachine) -> Result<Option<Value>, MutationError> {
    let Some(mutation) = of_environment()? else { return Ok(None) };
    let mut definition = machine.write();
    if !mutation.definitions.contains(&digits(&definition)) {
        return Ok(None);
    }
    mutation.apply(&mut definition)?;
    if let Some(witness) = &mutation.witness {
        // Without it the mutant counts as never run, which is reported.
        let _ = std::fs::File::create(witness);
    }
    Ok(Some(definition))
}
