//! The second workflow that uses the happy path.

pub(crate) use super::seed004_hello_world_branching::Seed004HelloWorldHappy;
