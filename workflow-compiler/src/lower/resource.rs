//! The ARN of a task's resource.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>

use serde_json::Value;

use super::Lowering;
use crate::check::integration;
use crate::syntax::ast::{Resource, Spot};

impl Lowering<'_, '_> {
    pub(super) fn resource(&mut self, resource: &Resource) -> (Value, Spot) {
        match resource {
            Resource::Service { path, pattern, spot, .. } => {
                let pattern = pattern.as_ref().map(|pattern| pattern.value.as_str());
                (integration(path, pattern).into(), *spot)
            }
            Resource::Text(text) => (text.value.clone().into(), text.spot),
            Resource::Activity { arn: value, .. } | Resource::Value(value) => (self.literal(value), value.spot),
        }
    }
}
