//! The ARN of what a task calls.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>

use proc_macro2::Ident;
use serde_json::Value;

use super::Lowering;
use crate::syntax::ast::{Resource, Spot, plain};

/// What the ARNs of all integrations begin with.
const INTEGRATION: &str = "arn:aws:states:::";

/// The ARN of a service's action, its words as the language writes them: `aws_sdk::s3::listObjectsV2`.
pub(super) fn integration(path: &[Ident], pattern: Option<&str>) -> String {
    let mut arn = INTEGRATION.to_owned();
    let mut words = path.iter().map(plain).peekable();
    while let Some(word) = words.next() {
        if words.peek().is_some() {
            // A service's name may have hyphens, which no Rust word has.
            arn.push_str(&word.replace('_', "-"));
            arn.push(':');
        } else {
            arn.push_str(&word);
        }
    }
    if let Some(pattern) = pattern {
        arn.push('.');
        arn.push_str(pattern);
    }
    arn
}

impl Lowering<'_, '_> {
    pub(super) fn resource(&mut self, resource: &Resource) -> (Value, Spot) {
        match resource {
            Resource::Service { path, pattern, spot, .. } => {
                let pattern = pattern.as_ref().map(|pattern| pattern.value.as_str());
                (integration(path, pattern).into(), *spot)
            }
            Resource::Text(text) => (text.value.clone().into(), text.spot),
            Resource::Activity(value) | Resource::Value(value) => (self.literal(value), value.spot),
        }
    }
}
