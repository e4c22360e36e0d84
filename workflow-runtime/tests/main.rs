//! The tests of the public API, in one executable.

mod client_is_send;
pub mod constraints;
mod definition;
pub mod emitted_types;
mod guide;
mod json_schema;
mod schema;
mod type_attributes;
mod variants;
