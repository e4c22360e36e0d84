//! What the code that `workflow!` emits calls. Not part of the public interface: it may change in any release.

mod enumeration;
pub mod ide;
mod parameters;
mod policy;
pub mod schema;
mod states;
mod structure;

pub use serde;
pub use serde_json;
pub use workflow_macros::expand;

pub use crate::__workflow_enumeration as enumeration;
pub use crate::__workflow_parameters as parameters;
pub use crate::__workflow_policy as policy;
pub use crate::__workflow_readable as readable;
pub use crate::__workflow_shape as shape;
pub use crate::__workflow_states as states;
pub use crate::__workflow_structure as structure;

/// Appends a value, written for the place of a definition that it lands in, as a definition's params are.
pub fn push_escaped(escape: crate::Escape, value: &serde_json::Value, out: &mut String) {
    escape.write(value, out);
}
