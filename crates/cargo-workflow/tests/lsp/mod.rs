//! Tests `cargo workflow lsp` with a scripted client, over the protocol.

mod client;
mod completion;
mod corpus;
mod features;
