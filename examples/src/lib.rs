//! The shared code of the examples.

pub mod add_up;
pub mod hello_world;
pub mod order_saga;
pub mod process;
pub mod refund;
pub mod retrain;
