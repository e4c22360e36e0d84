//! The pages on [`workflow!`](crate::workflow): the language, every error, and testing.
//!
//! They exist only in the documentation.

// If a page names another file, its link is by reference; rustdoc uses the first definition of a reference.

/// Everything that you can write in [`workflow!`](crate::workflow), and the definition that it generates.
///
/// [errors]: crate::guide::errors
/// [WF05]: crate::guide::errors#wf05-aws
/// [WF0311]: crate::guide::errors#wf0311-an-uncaught-error-of-a-task-whose-other-errors-are-caught
/// [WF0312]: crate::guide::errors#wf0312-an-error-handler-whose-own-errors-are-not-caught
/// [WF0514]: crate::guide::errors#wf0514-an-error-that-the-task-does-not-raise
/// [WF0519]: crate::guide::errors#wf0519-unused-unchecked
/// [testing a workflow that starts another]: crate::guide::testing#a-workflow-that-starts-another
///
#[doc = include_str!("../guide/language.md")]
pub mod language {}

/// Every error and warning of [`workflow!`](crate::workflow), with an example that triggers it and one that does not.
///
#[doc = include_str!("../guide/errors.md")]
pub mod errors {}

/// Testing workflows with the embedded engine of the crate workflow-local.
///
#[doc = include_str!("../guide/testing.md")]
pub mod testing {}
