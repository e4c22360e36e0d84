//! What the examples share.

pub mod hello_world;
pub mod refund;
