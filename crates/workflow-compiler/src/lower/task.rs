//! Task states.

use serde_json::Value;

use super::object::Fields;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::syntax::ast::{Expr, Resource, TokenSpan};

impl<'a> Lowering<'_, 'a> {
    pub(super) fn task(
        &mut self,
        info: &StateInfo<'a>,
        resource: Option<&Resource>,
        body: Option<&Expr>,
        fields: &mut Fields,
    ) {
        if let Some(resource) = resource {
            let (arn, span) = self.resource(resource);
            self.put(fields, "Resource", arn, span);
        }
        if let Some(body) = body {
            self.put_parameters(fields, info.site(ValueField::Parameters), body);
        }
    }

    /// Returns the value of `Resource`.
    pub(super) fn resource(&mut self, resource: &Resource) -> (Value, TokenSpan) {
        let span = match resource {
            Resource::Service { span, .. } => *span,
            Resource::Text(text) => text.span,
            Resource::Activity { arn: value, .. } | Resource::Value(value) => return (self.literal(value), value.span),
        };
        (resource.arn().into(), span)
    }
}
