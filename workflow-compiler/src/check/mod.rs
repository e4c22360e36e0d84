//! Syntax tree to checked model: names, declarations, types, and what only the language knows.
//!
//! ASL's own rules are not here: the lowered document is given to `workflow_asl::rules`.

pub mod types;
