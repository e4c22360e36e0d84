//! The support code for what `workflow!` generates. It is not part of the public API and may change in any release.

mod enumeration;
mod escape;
mod fragment;
mod fragment_use;
pub mod ide;
mod parameters;
mod policy;
mod states;
mod structure;
pub mod variants;

pub use serde;
pub use serde_json;
pub use workflow_macros::expand;
pub use workflow_schema::{
    self as schema, __workflow_json_schema as json_schema, __workflow_readable as readable, __workflow_shape as shape,
};

pub use workflow_services::{ResourceForm, ResourceKind};

pub use self::escape::Escape;
pub use self::fragment::{Constant, Fragment};
pub use self::fragment_use::FragmentUse;

pub use crate::__workflow_enumeration as enumeration;
pub use crate::__workflow_parameters as parameters;
pub use crate::__workflow_policy as policy;
pub use crate::__workflow_states as states;
pub use crate::__workflow_structure as structure;
pub use crate::__workflow_variants as variants;

/// Appends a value, escaped for its context in a definition, like the definition's own parameters.
pub fn push_escaped(escape: Escape, value: &serde_json::Value, out: &mut String) {
    escape.write(value, out);
}
