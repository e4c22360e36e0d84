//! The support code for what `workflow!` generates. It is not part of the public API and may change in any release.

mod enumeration;
mod fragment_use;
pub mod ide;
mod parameters;
mod policy;
pub mod schema;
mod states;
mod structure;
pub mod variants;

pub use serde;
pub use serde_json;
pub use workflow_macros::expand;

pub use self::fragment_use::FragmentUse;

pub use crate::__workflow_enumeration as enumeration;
pub use crate::__workflow_json_schema as json_schema;
pub use crate::__workflow_parameters as parameters;
pub use crate::__workflow_policy as policy;
pub use crate::__workflow_readable as readable;
pub use crate::__workflow_shape as shape;
pub use crate::__workflow_states as states;
pub use crate::__workflow_structure as structure;
pub use crate::__workflow_variants as variants;

/// Appends a value, escaped for its context in a definition, like the definition's own parameters.
pub fn push_escaped(escape: crate::Escape, value: &serde_json::Value, out: &mut String) {
    escape.write(value, out);
}
