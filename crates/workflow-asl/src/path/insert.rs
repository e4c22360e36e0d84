//! Writes a value at a reference path, as `ResultPath` does.

use std::fmt;

use serde_json::{Map, Value};

use super::{JsonPath, Root, Segment};
use crate::json_kind::JsonKind;

/// The error of a path to which a value cannot be written; the service calls it `States.ResultPathMatchFailure`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsertError {
    text: String,
}

impl fmt::Display for InsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for InsertError {}

impl JsonPath {
    /// Returns `into` with `value` at this path. `$` replaces everything, missing objects on the path are created, and
    /// an item of an array must exist.
    ///
    /// # Errors
    /// Returns an error if the path is not a reference path under `$`, or leads through a value that is not an object,
    /// or to an index outside its array.
    pub fn insert(&self, mut into: Value, value: Value) -> Result<Value, InsertError> {
        let fail = |why: String| InsertError { text: format!("Reference path '{self}' cannot be applied: {why}") };
        let segments = match (&self.root, self.segments()) {
            (Root::Value, Some(segments)) => segments,
            (Root::Value, None) => return Err(fail("it may contain only member names and indices".to_owned())),
            _ => return Err(fail("it must begin with '$', the state's input".to_owned())),
        };
        let mut slot = &mut into;
        let mut reached = "$".to_owned();
        for segment in segments {
            match segment {
                Segment::Name(name) => {
                    let Value::Object(members) = slot else {
                        return Err(fail(format!("{reached} is {}, not an object", JsonKind::of(slot).noun())));
                    };
                    slot = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
                    reached = format!("{reached}['{name}']");
                }
                Segment::Index(index) => {
                    let what = JsonKind::of(slot).noun();
                    let Value::Array(items) = slot else {
                        return Err(fail(format!("{reached} is {what}, not an array")));
                    };
                    let length = items.len();
                    slot = items
                        .get_mut(index)
                        .ok_or_else(|| fail(format!("{reached} has {length} items, none at index {index}")))?;
                    reached = format!("{reached}[{index}]");
                }
            }
        }
        *slot = value;
        Ok(into)
    }
}
