//! The other use of the happy path.

pub(crate) use super::seed004_hello_world_branching::Seed004HelloWorldHappy;
