//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod client_is_send;
pub mod constraints;
mod definition;
pub mod emitted_types;
mod guide;
mod json_schema;
mod schema;
mod type_attributes;
mod variants;
