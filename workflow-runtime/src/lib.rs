//! AWS Step Functions workflows declared in Rust: the [`workflow!`] macro, what it expands to, and a typed client.
//!
//! ```ignore
//! use workflow_runtime::workflow;
//!
//! workflow! {
//!     pub workflow Greet {
//!         input { name: String }
//!         pass Hello { greeting: "Hello, " + input.name } -> end;
//!     }
//! }
//! ```
//!
//! The macro gives a type `Greet` that implements [`Workflow`]: its Amazon States Language text
//! ([`Workflow::definition`]), and its input, output, deploy-time parameters and states as Rust types.
//!
//! # Features
//!
//! None is on by default: the macro, the types and the definition need no AWS crate and build in seconds.
//!
//! | feature | gives | needs rustc |
//! | --- | --- | --- |
//! | (none) | [`workflow!`], [`Workflow`], [`Definition`] | 1.88 |
//! | `aws` | `client`: the typed client over the caller's own `aws_sdk_sfn::Client`, which brings the HTTP client | 1.94.1 |
//! | `aws-config` | `Client::from_env()`, with the SDK's default HTTPS client | 1.94.1 |
//! | `tracing` | a span for each call of the client; turns on `aws` | 1.94.1 |
//!
//! rustc 1.94.1 is what the AWS SDK needs, not this crate.
//!
//! Amazon States Language: <https://states-language.net/spec.html>.

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(feature = "aws")]
pub mod client;
mod definition;
mod escape;
mod timestamp;
mod workflow;

/// The AWS SDK's client that [`client`] speaks through, in the version it was built with.
#[cfg(feature = "aws")]
pub use aws_sdk_sfn;
#[cfg(feature = "aws")]
pub use client::Client;
pub use definition::{Definition, ParamsError};
pub use escape::Escape;
pub use timestamp::Timestamp;
pub use workflow::{Arn, Constant, Json, MachineType, Map, Params, Piece, Workflow, WorkflowState};

/// Declares a workflow: its data, its states and how they follow each other, checked where it is written.
///
/// The language is described in the project's `docs/language.md`; the messages in `docs/errors.md`.
#[macro_export]
macro_rules! workflow {
    ($($tokens:tt)*) => { $crate::__private::expand! { [$crate] $($tokens)* } };
}
