//! The ARN of a task's resource.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>

use serde_json::Value;

use super::Lowering;
use crate::check::integration;
use crate::syntax::ast::{Resource, TokenSpan};

impl Lowering<'_, '_> {
    pub(super) fn resource(&mut self, resource: &Resource) -> (Value, TokenSpan) {
        match resource {
            Resource::Service { path, pattern, span, .. } => {
                let pattern = pattern.as_ref().map(|pattern| pattern.value.as_str());
                (integration(path, pattern).into(), *span)
            }
            Resource::Text(text) => (text.value.clone().into(), text.span),
            Resource::Activity { arn: value, .. } | Resource::Value(value) => (self.literal(value), value.span),
        }
    }
}
