//! The JSON of Rust types as constants, and what emitted code asks of them while rustc compiles it.

mod ask;
mod message;
mod probe;
mod shape;
mod standard;
mod walk;

pub use ask::{is_member, kind, needed, text};
pub use probe::{Otherwise, Probe};
pub use shape::{Field, Shape};
pub use walk::Step;
