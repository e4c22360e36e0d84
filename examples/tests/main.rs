//! The tests of the examples, in one executable.

mod add_up;
mod cookbook;
mod explored;
mod from_document;
mod hello_world;
mod order_saga;
mod process;
mod readme;
mod retrain;
