//! The ASL document as Rust types: read from JSON and written back without loss.
//!
//! Reading keeps what it can and reports the rest as [`Diagnostic`](crate::Diagnostic)s; what the
//! fields may hold is in the tables ([`Field`]), which the rules read too.

mod choice;
mod error_handling;
mod field;
mod machine;
mod map;
mod node;
mod state;

pub use choice::{ChoiceRule, Comparison, Operand, Operator};
pub use error_handling::{Catcher, Retrier};
pub use field::{Count, Field, Form, Group, Kinds, Preset, Table};
pub use machine::{Branch, MachineType, QueryLanguage, Scope, StateMachine};
pub use map::{ItemBatcher, ItemProcessor, ItemReader, ProcessorConfig, ReaderConfig, ResultWriter, WriterConfig};
pub use node::PathField;
pub(crate) use node::{Object, json_type, wrong_type};
pub use state::{State, StateKind};

/// The table of every ASL object, each before those inside it.
pub const TABLES: &[Table] = &[
    StateMachine::TABLE,
    State::TABLE,
    ChoiceRule::TABLE,
    Retrier::TABLE,
    Catcher::TABLE,
    Branch::TABLE,
    ItemProcessor::TABLE,
    ProcessorConfig::TABLE,
    ItemReader::TABLE,
    ReaderConfig::TABLE,
    ItemBatcher::TABLE,
    ResultWriter::TABLE,
    WriterConfig::TABLE,
];

#[cfg(test)]
mod tests;
