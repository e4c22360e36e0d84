//! The operations on tags of state machines and activities.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#concepts-tagging>

use serde_json::{Value, json};

use crate::api::{ApiError, Code, Input, Members, arn};
use crate::registry::{Registry, Tags};

/// The maximum number of tags of a resource.
const MOST: usize = 50;
/// The maximum length of a key.
const KEY_CHARS: usize = 128;
/// The maximum length of a value.
const VALUE_CHARS: usize = 256;
/// The reserved prefix of AWS's own tags, in any case.
const RESERVED: &str = "aws:";

/// Returns the tags of a request.
pub(super) fn read(members: &mut Members<'_>) -> Tags {
    let tag = |tag: &mut Members<'_>| {
        let key = tag.bounded("key", 1, KEY_CHARS).unwrap_or_default();
        let value = tag.bounded("value", 0, VALUE_CHARS).unwrap_or_default();
        (key.to_owned(), value.to_owned())
    };
    members.structures("tags", tag).into_iter().collect()
}

/// Rejects tags that a resource cannot have.
pub(super) fn check(tags: &Tags) -> Result<(), ApiError> {
    let is_reserved =
        |key: &String| key.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED));
    if tags.keys().any(is_reserved) {
        let message = format!("Tag keys that start with '{RESERVED}' are reserved for AWS");
        return Err(ApiError::new(Code::Validation, message));
    }
    if tags.len() > MOST {
        return Err(ApiError::new(Code::TooManyTags, format!("A resource can have at most {MOST} tags")));
    }
    Ok(())
}

impl Registry {
    /// Calls a function that may change the tags of the resource in a request, and stores them.
    fn with_tags<T>(&self, arn: &str, act: impl FnOnce(&mut Tags) -> Result<T, ApiError>) -> Result<T, ApiError> {
        arn::check(arn, &["stateMachine", "activity"])?;
        let mut held = self.held.lock();
        if let Some(machine) = held.machines.get_mut(arn) {
            let given = act(&mut machine.tags);
            self.save_machine(machine);
            return given;
        }
        drop(held);
        match self.activities.0.lock().get_mut(arn) {
            Some(activity) => {
                let given = act(&mut activity.tags);
                self.save_activity(arn, activity);
                given
            }
            None => Err(ApiError::new(Code::ResourceNotFound, format!("Resource not found: '{arn}'"))),
        }
    }

    pub(crate) fn tag_resource(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("resourceArn");
        members.required_value("tags");
        let given = read(&mut members);
        members.check()?;
        self.with_tags(arn, |kept| {
            let mut tags = kept.clone();
            tags.extend(given);
            check(&tags)?;
            *kept = tags;
            Ok(json!({}))
        })
    }

    pub(crate) fn untag_resource(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("resourceArn");
        members.required_value("tagKeys");
        let keys = members.texts("tagKeys", 1, KEY_CHARS);
        members.check()?;
        self.with_tags(arn, |tags| {
            for key in keys {
                tags.shift_remove(key);
            }
            Ok(json!({}))
        })
    }

    pub(crate) fn list_tags_for_resource(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("resourceArn");
        members.check()?;
        self.with_tags(arn, |tags| {
            let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
            Ok(json!({"tags": tags}))
        })
    }
}
