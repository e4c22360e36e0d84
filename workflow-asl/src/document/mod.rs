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
pub use field::{Field, Form, Kinds};
pub use machine::{Branch, MachineType, QueryLanguage, Scope, StateMachine};
pub use map::{ItemBatcher, ItemProcessor, ItemReader, ProcessorConfig, ReaderConfig, ResultWriter, WriterConfig};
pub(crate) use node::Object;
pub use node::PathField;
pub use state::{State, StateKind};

#[cfg(test)]
mod tests;
