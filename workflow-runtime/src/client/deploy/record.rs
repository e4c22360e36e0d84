//! What a deployment leaves on the state machine: a tag that tells what it deployed.
//!
//! The next deployment sees by it whether the state machine is still what was deployed. An update takes two requests, the
//! tag's and the machine's own, and may be cut short between them: so the tag names both what is and what shall be, before
//! the update, and what is alone, after it.

use std::fmt::Write as _;

use aws_sdk_sfn::types::Tag;
use sha2::{Digest as _, Sha256};

use crate::Json;

/// What the keys of the tags of deployments begin with.
pub(super) const KEY_PREFIX: &str = "workflow-runtime/";
/// The tag's key.
const KEY: &str = "workflow-runtime/deployed";

/// A hash of a definition and a role, in hexadecimal digits: equal for definitions that are equal as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hash(String);

impl Hash {
    pub(super) fn of(definition: &str, role: &str) -> Self {
        let definition = match serde_json::from_str::<Json>(definition) {
            Ok(json) => canonical(&json).to_string(),
            Err(_) => definition.to_owned(),
        };
        let mut hash = Sha256::new();
        // Neither has a line break: JSON escapes it, and an ARN has none.
        hash.update(format!("{definition}\n{role}"));
        let digits = hash.finalize().iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string does not fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        Self(digits)
    }
}

/// The same JSON with the members of each object in the order of their names.
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

/// What the tag names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record(Vec<Hash>);

impl Record {
    /// What is deployed.
    pub(super) fn of(deployed: &Hash) -> Self {
        Self(vec![deployed.clone()])
    }

    /// What is, and what shall be deployed.
    pub(super) fn between(is: &Hash, shall_be: &Hash) -> Self {
        Self(vec![is.clone(), shall_be.clone()])
    }

    /// What a state machine's tags say; `None` when no deployment left one.
    pub(super) fn read(tags: &[Tag]) -> Option<Self> {
        let tag = tags.iter().find(|tag| tag.key() == Some(KEY))?;
        Some(Self(tag.value()?.split(' ').map(|hash| Hash(hash.to_owned())).collect()))
    }

    pub(super) fn names(&self, hash: &Hash) -> bool {
        self.0.contains(hash)
    }

    pub(super) fn to_tag(&self) -> Tag {
        let hashes: Vec<&str> = self.0.iter().map(|hash| &*hash.0).collect();
        Tag::builder().key(KEY).value(hashes.join(" ")).build()
    }
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

    #[test]
    fn a_record_is_read_from_the_tag_that_was_written() {
        let (one, other) = (Hash::of("{}", "one"), Hash::of("{}", "other"));
        let tag = Record::between(&one, &other).to_tag();
        assert!(tag.value().unwrap().len() <= 256);
        let read = Record::read(&[Tag::builder().key("team").value("a").build(), tag]).unwrap();
        assert!(read.names(&one) && read.names(&other) && !read.names(&Hash::of("[]", "one")));
        assert_eq!(Record::read(&[Record::of(&one).to_tag()]), Some(Record::of(&one)));
        assert_eq!(Record::read(&[]), None);
    }
}
