//! JavaScript's regular expressions without the flag `u`: over UTF-16 units, with look-ahead, look-behind and
//! back-references.
//!
//! A pattern is parsed, compiled to a small program, and matched by backtracking on an explicit stack, so that the
//! thread's stack cannot overflow. A meter, not a clock, counts each step and the growth of the stack: a pattern
//! such as `(a+)+$` fails in the same way everywhere. No crate does both: one does not count, others lack
//! back-references.

#[cfg_attr(not(feature = "evaluate"), allow(dead_code, reason = "only the search reads all of it"))]
mod class;
#[cfg(feature = "evaluate")]
mod matcher;
#[cfg_attr(not(feature = "evaluate"), allow(dead_code, reason = "only the compiled program reads the tree"))]
mod parser;
#[cfg(feature = "evaluate")]
mod program;
#[cfg(feature = "evaluate")]
mod replace;
#[cfg(feature = "evaluate")]
mod search;
#[cfg(feature = "evaluate")]
#[cfg(test)]
mod tests;

#[cfg(feature = "evaluate")]
pub(crate) use {
    replace::expand,
    search::{Match, Regex, Subject},
};

/// Checks the text between two slashes.
///
/// # Errors
/// Returns why JavaScript rejects the pattern, or that it nests more than 200 groups.
pub(crate) fn check(pattern: &str) -> Result<(), &'static str> {
    parser::parse(pattern).map(|_| ())
}
