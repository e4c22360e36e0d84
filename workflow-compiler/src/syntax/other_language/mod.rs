//! What other languages write where a workflow has something of its own: understood, and reported with what is written here.

pub(super) mod asl;
mod conditional;
pub(super) mod operator;
pub(super) mod regex;
pub(super) mod state;
pub(super) mod statement;
pub(super) mod task_call;
pub(super) mod value;
