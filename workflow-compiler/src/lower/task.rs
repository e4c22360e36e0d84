//! Task states.

use super::field::Fields;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::syntax::ast::{Expr, Resource};

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
            self.put_parameters(fields, info.at(ValueField::Parameters), body);
        }
    }
}
