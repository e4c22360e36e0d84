//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod checked;
mod difference;
mod graph;
mod intrinsic;
mod jsonata;
mod mutated_documents;
mod path;
mod planted_mistakes;
#[cfg(feature = "iam")]
mod policy;
#[cfg(feature = "iam")]
mod policy_of_cdk;
#[cfg(feature = "iam")]
mod policy_of_requests;
#[cfg(feature = "yaml")]
mod pyyaml;
mod reaching;
mod reference;
mod rules;
mod sdk_mistakes;
mod service;
mod shared;
mod shared_apis;
mod shared_documents;
mod texts;
mod types;

/// Returns whether the tests try all inputs, as `.ci/run --full` does.
fn is_thorough() -> bool {
    std::env::var_os("WORKFLOW_THOROUGH").is_some()
}
