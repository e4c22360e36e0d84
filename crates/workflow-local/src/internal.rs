//! What the other crates of the workspace need of the engine. Any release may change it: it is no part of the public API.

pub use crate::engine::internal::InternalEngine;
pub use crate::execution::StateFailed;
pub use crate::execution::explored::{InternalExecution, InternalProgram, InternalView};

/// What the JSON parser of AWS says of a text.
pub mod jackson {
    pub use crate::jackson::{Problem, problem};
}
