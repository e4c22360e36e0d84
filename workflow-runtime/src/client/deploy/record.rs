//! The tags of a deployment, which record the deployed definition and configuration.
//!
//! The next deployment uses them to check that the state machine is still as deployed. An update takes several
//! requests, for the tags and for the state machine, and may be interrupted between them. The tags therefore name both
//! the old and the new state before the update, and only the new one after it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_sdk_sfn::types::Tag;
use sha2::{Digest as _, Sha256};

use super::drift::Aspect;
use crate::Json;

/// The beginning of the keys of the tags that deployments keep: their record and the [`Contract`](super::Contract).
pub const TAG_PREFIX: &str = "workflow-runtime/";
/// The key of the tag for definition and role.
const KEY: &str = "workflow-runtime/deployed";
/// The key of the tag for the configuration, if a deployment declares any: `logging:… tags:…+…`.
const CONFIGURATION_KEY: &str = "workflow-runtime/configuration";

/// The digits of a hash of the configuration: the value of a tag has at most 256 characters.
const SHORT: usize = 16;
/// The hashes kept for each aspect, for the same reason.
const KEPT: usize = 3;

/// A hash in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Hash(String);

impl Hash {
    /// Returns the hash of a definition and a role. It is equal for definitions that are equal as JSON.
    pub(in super::super) fn of(definition: &str, role: &str) -> Self {
        let definition = match serde_json::from_str::<Json>(definition) {
            Ok(json) => canonical(&json).to_string(),
            Err(_) => definition.to_owned(),
        };
        // Neither contains a line break: JSON escapes it, and an ARN has none.
        Self::of_text(&format!("{definition}\n{role}"))
    }

    /// Returns the hash of a part of the configuration, given as text.
    pub(super) fn short(text: &str) -> Self {
        Self::of_text(text).shortened()
    }

    /// Returns its first digits, which suffice to compare a few.
    pub(in super::super) fn shortened(mut self) -> Self {
        self.0.truncate(SHORT);
        self
    }

    pub(in super::super) fn as_str(&self) -> &str {
        &self.0
    }

    fn of_text(text: &str) -> Self {
        let hash = Sha256::digest(text);
        let digits = hash.iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        Self(digits)
    }
}

/// Returns the same JSON with the members of each object sorted by name.
fn canonical(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(canonical).collect(),
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, value)| (name.clone(), canonical(value))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Json::Object(members.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// The existing or declared state of a state machine: a hash for each known aspect.
pub(super) type State = BTreeMap<Aspect, Hash>;

/// The contents of the tags: for each aspect its state and, during a deployment, its new state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record(BTreeMap<Aspect, Vec<Hash>>);

impl Record {
    /// Returns the record of a deployed state machine.
    pub(super) fn of(deployed: &State) -> Self {
        Self(deployed.iter().map(|(aspect, hash)| (*aspect, vec![hash.clone()])).collect())
    }

    /// Reads a state machine's tags. Returns `None` if no deployment left any.
    pub(super) fn read(tags: &[Tag]) -> Option<Self> {
        let value = |key: &str| tags.iter().find(|tag| tag.key() == Some(key))?.value();
        let read = |hashes: &str, between: char| hashes.split(between).map(|hash| Hash(hash.to_owned())).collect();
        let mut record = BTreeMap::from([(Aspect::Definition, read(value(KEY)?, ' '))]);
        for part in value(CONFIGURATION_KEY).into_iter().flat_map(|value| value.split(' ')) {
            let Some((name, hashes)) = part.split_once(':') else { continue };
            let aspect = Aspect::CONFIGURATION.into_iter().find(|aspect| aspect.name() == name);
            record.extend(aspect.map(|aspect| (aspect, read(hashes, '+'))));
        }
        Some(Self(record))
    }

    /// Adds a state. If there is not enough room, the last hashes are dropped.
    pub(super) fn and(mut self, other: &Self) -> Self {
        for (aspect, hashes) in &other.0 {
            let known = self.0.entry(*aspect).or_default();
            for hash in hashes {
                if known.len() < KEPT && !known.contains(hash) {
                    known.push(hash.clone());
                }
            }
        }
        self
    }

    /// Adds the aspects of another record that this one lacks.
    pub(super) fn or(mut self, other: Option<&Self>) -> Self {
        for (aspect, hashes) in other.into_iter().flat_map(|other| &other.0) {
            self.0.entry(*aspect).or_insert_with(|| hashes.clone());
        }
        self
    }

    fn names(&self, aspect: Aspect, hash: &Hash) -> Option<bool> {
        Some(self.0.get(&aspect)?.contains(hash))
    }

    pub(super) fn to_tags(&self) -> Vec<Tag> {
        let joined =
            |hashes: &[Hash], between: &str| hashes.iter().map(|hash| &*hash.0).collect::<Vec<_>>().join(between);
        let tag = |key: &str, value: String| Tag::builder().key(key).value(value).build();
        let parts = Aspect::CONFIGURATION.into_iter().filter_map(|aspect| {
            let hashes = self.0.get(&aspect)?;
            Some(format!("{}:{}", aspect.name(), joined(hashes, "+")))
        });
        let parts: Vec<_> = parts.collect();
        let definition = self.0.get(&Aspect::Definition).map(|hashes| tag(KEY, joined(hashes, " ")));
        let configuration = (!parts.is_empty()).then(|| tag(CONFIGURATION_KEY, parts.join(" ")));
        definition.into_iter().chain(configuration).collect()
    }
}

/// Returns the aspects of a state machine that are neither as deployed nor as declared. A part of the configuration
/// that no deployment has declared has no owner.
pub(super) fn drifted(record: Option<&Record>, found: &State, declared: Option<&State>) -> Vec<Aspect> {
    let differs = |aspect: &Aspect, hash: &Hash| match declared {
        Some(declared) => declared.get(aspect).is_some_and(|declared| declared != hash),
        None => true,
    };
    let is_known = |aspect: Aspect, hash: &Hash| {
        let named = record.and_then(|record| record.names(aspect, hash));
        named.unwrap_or(aspect != Aspect::Definition)
    };
    let changed = found.iter().filter(|(aspect, hash)| differs(aspect, hash) && !is_known(**aspect, hash));
    changed.map(|(aspect, _)| *aspect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_compared_as_json() {
        let hash = |definition: &str| Hash::of(definition, "role");
        assert_eq!(hash(r#"{"a": 1, "b": [true, {"c": 1, "d": 2}]}"#), hash(r#"{"b":[true,{"d":2,"c":1}],"a":1}"#));
        assert_ne!(hash(r#"{"a": [1, 2]}"#), hash(r#"{"a": [2, 1]}"#));
        assert_ne!(hash("{"), hash("{}"));
        assert_ne!(Hash::of("{}", "one"), Hash::of("{}", "other"));
    }

    fn state(word: &str) -> State {
        let configuration = Aspect::CONFIGURATION.map(|aspect| (aspect, Hash::short(word)));
        configuration.into_iter().chain([(Aspect::Definition, Hash::of("{}", word))]).collect()
    }

    #[test]
    fn a_record_is_read_from_the_tags_that_were_written() {
        let (one, two, three) = (state("one"), state("two"), state("three"));
        let record = Record::of(&one).and(&Record::of(&two)).and(&Record::of(&three)).and(&Record::of(&state("four")));
        let tags = record.to_tags();
        for tag in &tags {
            let value = tag.value().unwrap();
            assert!(value.len() <= 256, "{value}");
            // The characters that the service accepts in the value of a tag.
            assert!(value.chars().all(|sign| sign.is_ascii_alphanumeric() || " _.:/=+-@".contains(sign)), "{value}");
        }
        let other = Tag::builder().key("team").value("a").build();
        let read = Record::read(&[vec![other], tags].concat()).unwrap();
        assert_eq!(read, record);
        for known in [&one, &two, &three] {
            assert_eq!(drifted(Some(&read), known, None), []);
        }
        assert_eq!(drifted(Some(&read), &state("four"), None).len(), 5);
        assert_eq!(Record::read(&[]), None);
    }

    #[test]
    fn what_was_never_declared_has_not_drifted() {
        let deployed = State::from([(Aspect::Definition, Hash::of("{}", "one"))]);
        let (one, two) = (state("one"), state("two"));
        assert_eq!(drifted(Some(&Record::of(&deployed)), &one, None), []);
        assert_eq!(drifted(Some(&Record::of(&deployed)), &two, None), [Aspect::Definition]);
        assert_eq!(drifted(None, &two, None), [Aspect::Definition]);
        // A state as declared is never drift, whoever created it.
        assert_eq!(drifted(None, &two, Some(&two)), []);
        assert_eq!(drifted(Some(&Record::of(&one)), &two, Some(&deployed)), [Aspect::Definition]);
    }
}
