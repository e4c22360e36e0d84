//! The algorithms of `States.Hash` and JSONata's `$hash`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>

use crate::placeholder;

pub use workflow_jsonata::HASH_ALGORITHMS as ALGORITHMS;

/// Returns why a call with this literal algorithm fails.
///
/// ```
/// assert_eq!(workflow_asl::hash::unknown("SHA-256"), None);
/// let said = workflow_asl::hash::unknown("sha256").unwrap();
/// assert_eq!(said, "unknown algorithm `sha256`: use one of MD5, SHA-1, SHA-256, SHA-384, SHA-512");
/// ```
pub fn unknown(algorithm: &str) -> Option<String> {
    if placeholder::contained(algorithm) { None } else { workflow_jsonata::unknown_algorithm(algorithm) }
}
