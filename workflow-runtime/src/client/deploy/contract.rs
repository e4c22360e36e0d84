//! The contract of a state machine: the declared types of its input and output, kept in its tags.
//!
//! The text `{"definition": …, "input": …, "output": …}` is compressed (zlib), cut, and each part written in base64: a
//! value of a tag has at most 256 characters of a small alphabet
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#concepts-tagging>).

use std::collections::BTreeMap;

use aws_sdk_sfn::types::Tag;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use miniz_oxide::{deflate, inflate};
use serde_json::json;

use super::record::{Hash, TAG_PREFIX};
use super::tags_of;
use crate::client::{Error, StateMachine};
use crate::{Json, Workflow};

/// The key of the first part. The others have a number after it.
const KEY: &str = "contract";
/// The bytes of a part.
const PART: usize = 256 / 4 * 3;
/// The most parts, so that the user keeps most of the tags.
const PARTS: usize = 20;
/// The most tags of a state machine, without the tags of [`Record`](super::record::Record).
const TAGS: usize = 50 - 2;
/// The best compression.
const LEVEL: u8 = 10;
/// The most bytes of the text.
const TEXT: usize = 1 << 20;

/// The declared types of a state machine's input and output.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Contract {
    /// The input's type, as JSON Schema; `None` if it is not declared.
    pub input: Option<Json>,
    /// The output's type, as JSON Schema; `None` if it is not declared.
    pub output: Option<Json>,
}

impl Contract {
    /// Creates a contract from the JSON Schemas of input and output.
    pub fn new(input: Option<Json>, output: Option<Json>) -> Self {
        Self { input, output }
    }

    /// Returns the tags of the contract of a definition, beside so many other tags of the user; none if nothing is
    /// declared, or if it is too large.
    pub(super) fn to_tags(&self, definition: &str, others: usize) -> Vec<Tag> {
        if *self == Self::default() {
            return Vec::new();
        }
        let text = json!({"definition": hash(definition), "input": self.input, "output": self.output}).to_string();
        let bytes = deflate::compress_to_vec_zlib(text.as_bytes(), LEVEL);
        let parts = bytes.chunks(PART);
        if text.len() > TEXT || parts.len() > PARTS.min(TAGS.saturating_sub(others)) {
            return Vec::new();
        }
        let tag = |(number, part)| Tag::builder().key(key(number)).value(BASE64_STANDARD.encode(part)).build();
        parts.enumerate().map(tag).collect()
    }

    /// Reads the contract that a deployment of a definition keeps in tags (keys and values). Returns `None` if the tags have
    /// none, or the contract of another definition.
    pub fn of_tags<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>, definition: &str) -> Option<Self> {
        let tags: BTreeMap<&str, &str> = tags.into_iter().collect();
        let value = |number| tags.get(key(number).as_str());
        let parts = (0..PARTS).map_while(value).map(|part| BASE64_STANDARD.decode(part));
        let bytes = parts.collect::<Result<Vec<_>, _>>().ok()?.concat();
        let text = inflate::decompress_to_vec_zlib_with_limit(&bytes, TEXT).ok()?;
        let mut kept: Json = serde_json::from_slice(&text).ok()?;
        let mut schema = |name| Some(kept[name].take()).filter(|schema| !schema.is_null());
        let contract = Self::new(schema("input"), schema("output"));
        (kept["definition"] == hash(definition)).then_some(contract)
    }

    pub(super) fn read(tags: &[Tag], definition: &str) -> Option<Self> {
        Self::of_tags(tags.iter().filter_map(|tag| Some((tag.key()?, tag.value()?))), definition)
    }
}

/// Returns whether a tag is a part of a contract.
pub(super) fn is_part(tag: &Tag) -> bool {
    (0..PARTS).any(|number| tag.key() == Some(&key(number)))
}

fn key(number: usize) -> String {
    let number = if number == 0 { String::new() } else { format!(".{number}") };
    format!("{TAG_PREFIX}{KEY}{number}")
}

fn hash(definition: &str) -> String {
    Hash::of(definition, "").shortened().as_str().to_owned()
}

impl<W: Workflow> StateMachine<W> {
    /// Returns the types that the last deployment declared, if every execution that is started on this state machine,
    /// version or alias has the definition of that deployment. Otherwise `None`.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails. It needs the actions `states:ListTagsForResource`,
    /// `DescribeStateMachine`, and for an alias `DescribeStateMachineAlias`.
    pub async fn contract(&self) -> Result<Option<Contract>, Error> {
        let tags = tags_of(&self.unqualified()).await?;
        if !tags.iter().any(is_part) {
            return Ok(None);
        }
        let mut targets = vec![self.clone()];
        if self.arn() != self.unqualified().arn() && self.version_number().is_none() {
            let name = self.arn().as_str().rsplit(':').next().unwrap_or_default();
            let routes = self.alias(name).routing().await?.routes;
            targets = routes.iter().map(|route| Self::new(self.connection.clone(), route.version.clone())).collect();
        }
        let mut contract = None;
        for target in targets {
            contract = Contract::read(&tags, target.describe().await?.definition());
            if contract.is_none() {
                break;
            }
        }
        Ok(contract)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_read_from_the_tags_that_were_written() {
        let names: Vec<_> = (0..200).map(|number| Hash::short(&number.to_string()).as_str().to_owned()).collect();
        let large = |names: &[String]| Contract::new(Some(json!({"enum": names})), None);
        let contract = large(&names);
        let tags = contract.to_tags(r#"{"a": 1}"#, 10);
        assert!(tags.len() > 2, "{}", tags.len());
        for tag in &tags {
            let (key, value) = (tag.key().unwrap(), tag.value().unwrap());
            assert!(key.len() <= 128 && value.len() <= 256, "{key}");
            assert!(value.chars().all(|sign| sign.is_ascii_alphanumeric() || "+/=".contains(sign)), "{value}");
        }
        let other = Tag::builder().key("team").value("a").build();
        assert_eq!(Contract::read(&[vec![other.clone()], tags.clone()].concat(), r#"{"a":1}"#), Some(contract.clone()));
        // Parts that an interrupted deployment left behind do not matter.
        let small = Contract::new(None, Some(json!({"type": "null"})));
        let shorter = [small.to_tags("{}", 0), tags[1..].to_vec()].concat();
        assert_eq!(Contract::read(&shorter, "{}"), Some(small));
        // Another definition, parts of different contracts, a part missing, no part at all.
        assert_eq!(Contract::read(&tags, "{}"), None);
        let mut mixed = large(&names[1..]).to_tags(r#"{"a": 1}"#, 0);
        mixed[0] = tags[0].clone();
        for broken in [&mixed[..], &tags[1..], &tags[..1], &[other]] {
            assert_eq!(Contract::read(broken, r#"{"a": 1}"#), None);
        }
        // Too large, or too many other tags.
        let many: Vec<_> = (0..2_000).map(|number| Hash::short(&number.to_string()).as_str().to_owned()).collect();
        assert_eq!(large(&many).to_tags("{}", 0).len(), 0);
        assert_eq!(contract.to_tags("{}", TAGS - 2).len(), 0);
        assert_eq!(Contract::default().to_tags("{}", 0).len(), 0);
    }
}
