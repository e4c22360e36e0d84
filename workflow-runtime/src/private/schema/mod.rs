//! The JSON of Rust types as constants, and what emitted code asks of them while rustc compiles it.

pub mod answer;
mod ask;
mod fit;
mod message;
mod probe;
mod shape;
mod standard;
mod walk;

pub use ask::{awaited, is_member, is_read, kind, members, needed, no_slip, takes, text, there};
pub use fit::fits;
pub use probe::{Otherwise, Probe};
pub use shape::{Field, Shape};
pub use walk::Step;
