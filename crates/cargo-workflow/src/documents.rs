//! The definitions of a document: one, or several as the members of an object, as `asl` prints them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use workflow_asl::limits::RESOURCE_NAME_CHARS;
use workflow_asl::source::Source;
use workflow_asl::{Diagnostic, Pointer};

/// A definition of a document.
pub(crate) struct Document<'s> {
    /// Its name, if the document has several.
    name: Option<&'s str>,
    pub(crate) value: &'s Value,
    /// Its pointer in the document.
    at: Pointer,
    /// The pointers in it of placeholders without quotes.
    pub(crate) bare: BTreeSet<Pointer>,
}

impl<'s> Document<'s> {
    /// Returns the definitions of a document.
    pub(crate) fn all(source: &'s Source) -> Vec<Self> {
        let bare = source.bare();
        let several = match source.value() {
            Value::Object(members) if !members.is_empty() && members.values().all(is_definition) => members,
            value => return vec![Self { name: None, value, at: Pointer::root(), bare }],
        };
        let one = |(name, value): (&'s String, &'s Value)| {
            let at = Pointer::root().child(name);
            let inside = bare.iter().filter_map(|pointer| {
                let mut tokens = pointer.tokens();
                (tokens.next().as_ref() == Some(name)).then(|| below(Pointer::root(), tokens))
            });
            Self { name: Some(name), value, at, bare: inside.collect() }
        };
        several.iter().map(one).collect()
    }

    /// Returns the workflow's name: its own, or the file's.
    pub(crate) fn name(&self, file: &Path) -> String {
        self.name.map_or_else(|| name_of(file), str::to_owned)
    }

    /// Returns its own name, if the document has several.
    pub(crate) fn own_name(&self) -> Option<&'s str> {
        self.name
    }

    /// Returns findings of the definition as findings of the document.
    pub(crate) fn found(&self, found: &[Diagnostic]) -> Vec<Diagnostic> {
        let place = |found: &Diagnostic| Diagnostic {
            pointer: below(self.at.clone(), found.pointer.tokens()),
            ..found.clone()
        };
        found.iter().map(place).collect()
    }
}

fn below(at: Pointer, tokens: impl Iterator<Item = String>) -> Pointer {
    tokens.fold(at, |at, token| at.child(&token))
}

fn is_definition(value: &Value) -> bool {
    value.get("States").is_some_and(Value::is_object) && value.get("StartAt").is_some()
}

/// Returns the name of the only definition of a file: the file's.
pub(crate) fn name_of(file: &Path) -> String {
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    machine_name(name.strip_suffix(".asl").unwrap_or(&name))
}

/// Returns a name for a state machine: the name of a file or a logical ID, cut to the length that AWS allows. As
/// CloudFormation does, it adds characters that tell equal beginnings apart.
pub(crate) fn machine_name(name: &str) -> String {
    if name.chars().count() <= RESOURCE_NAME_CHARS {
        return name.to_owned();
    }
    // FNV-1a
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let cut: String = name.chars().take(RESOURCE_NAME_CHARS - 9).collect();
    format!("{cut}-{hash:08x}")
}
