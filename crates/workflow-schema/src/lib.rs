//! The JSON shapes of Rust types as constants, and the checks that generated code makes on them at compile time.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API. Users see
//! `workflow_runtime::Schema`.

pub mod answer;
mod ask;
mod check;
mod fit;
mod handled;
mod json_schema;
mod message;
mod mismatch;
mod probe;
mod rule;
mod schema;
mod shape;
mod standard;
mod types;
mod value_path;
mod walk;

pub use ask::{awaited, express, in_range, is_member, is_read, kind, members, needed, no_slip, present, takes, text};
pub use fit::fits;
pub use handled::{Returned, is_handled, reads, sends, shape_at};
pub use json_schema::{SchemaPart, schema_bytes, schema_length, schema_text};
pub use mismatch::TypeMismatch;
pub use probe::{Otherwise, OtherwiseUnread, Probe, ReadProbe};
pub use rule::{Rule, Unmet, input_text};
pub use schema::Schema;
pub use shape::{Field, Reads, Shape, Unread};
pub use types::{Handled, ResultType, Types};
pub use value_path::ValuePath;
pub use walk::PathStep;

/// Any JSON value.
type Json = serde_json::Value;
