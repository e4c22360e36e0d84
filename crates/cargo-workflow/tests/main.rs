//! The tests of the command line, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod agents;
mod agreement;
mod aws;
mod bad_input;
mod children;
mod command;
mod commands;
mod contract;
mod coverage;
mod describe;
mod diff;
mod events;
mod explain;
mod explore;
mod export;
mod faulty;
mod fix;
mod fmt;
mod fragments;
mod generated;
mod iam;
mod iam_runtime;
mod imported;
#[cfg(feature = "lsp")]
mod lsp;
#[cfg(feature = "mcp")]
mod mcp;
mod measured;
mod migrate;
mod mutants;
mod new;
mod permissions;
mod placeholders;
mod readme;
mod release;
mod replay;
mod resources;
mod serve;
mod serve_data;
mod several;
mod simulate;
mod store;
mod templates;
mod tools;
mod traces;
mod types;
mod validate;
mod written;
