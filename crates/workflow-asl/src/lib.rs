//! Amazon States Language (ASL): the document model, the languages inside it
//! (JSONPath, intrinsic functions, JSONata), the rules and the graph.
//!
//! Every fact about ASL lives here once: the macro, the engine, the command line
//! and the server all read it from this crate. The specification is at
//! <https://states-language.net/>; where the AWS service differs, the service wins.
//!
//! This crate is internal: it follows no semantic versioning, and any release may change its API.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod budget;
pub mod checked;
pub mod code;
pub mod context;
pub mod diagnostic;
pub mod difference;
pub mod document;
pub mod error_name;
pub mod finding;
pub mod graph;
pub mod hash;
pub mod hash_map_order;
pub mod intrinsic;
pub mod json_kind;
pub mod jsonata;
pub mod limits;
pub mod nearest;
pub mod path;
pub mod pattern;
pub mod placeholder;
pub mod pointer;
#[cfg(feature = "iam")]
pub mod policy;
pub mod price;
pub mod printable;
pub mod property;
pub mod reaching;
pub mod references;
pub mod request_input;
pub mod resource;
pub mod result;
pub mod rules;
pub mod source;
pub mod template;
pub mod texts;

pub use code::Code;
pub use diagnostic::{Diagnostic, Severity};
pub use document::{State, StateKind, StateMachine};
pub use finding::{AwsDiagnostic, Finding};
pub use pointer::Pointer;
pub use rules::flow::types;
pub use workflow_jsonata::SyntaxError;
pub use workflow_services::timestamp;
