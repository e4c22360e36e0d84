//! Syntax of other languages that has an equivalent in a workflow, which is parsed and reported with that equivalent.

pub(super) mod asl;
mod filter;
pub(super) mod operator;
mod option_value;
pub(super) mod regex;
pub(super) mod state;
pub(super) mod statement;
pub(super) mod task_call;
pub(super) mod value;
