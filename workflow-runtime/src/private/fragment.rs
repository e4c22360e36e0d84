//! The text of a definition in pieces, between which are the values that only Rust knows.

use std::fmt;

use serde::Serialize;

use super::{Escape, ResourceForm, ResourceKind};
use crate::Json;

/// A fragment of a definition's text.
#[derive(Clone, Copy, Debug)]
pub enum Fragment {
    /// Literal text.
    Text(&'static str),
    /// A deploy-time parameter.
    Param {
        /// The parameter's name in `params { … }`.
        name: &'static str,
        /// The context, which determines how the value is escaped.
        escape: Escape,
    },
    /// A deploy-time parameter that names a resource.
    Resource {
        /// The parameter's name in `params { … }`.
        name: &'static str,
        /// The kind of resource. The parameter is its ARN.
        kind: ResourceKind,
        /// The form to insert.
        form: ResourceForm,
        /// The context, which determines how the value is escaped.
        escape: Escape,
    },
    /// A constant of the user's Rust code: `const PATH` in the `workflow!` language.
    Constant {
        /// The constant.
        value: &'static dyn Constant,
        /// The context, which determines how the value is escaped.
        escape: Escape,
    },
}

/// A constant in a workflow: a value that can be serialized as JSON.
pub trait Constant: fmt::Debug + Send + Sync {
    /// Returns the value as JSON, or `None` if its `Serialize` fails.
    fn value(&self) -> Option<Json>;
}

impl<T: Serialize + fmt::Debug + Send + Sync> Constant for T {
    fn value(&self) -> Option<Json> {
        serde_json::to_value(self).ok()
    }
}
