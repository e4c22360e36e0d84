//! `cargo workflow lsp`: a language server for definitions in JSON, YAML and templates, and for what rust-analyzer does not
//! complete in `workflow!`, on standard input and output.
//!
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

mod command;
mod completion;
mod document;
mod expression;
mod findings;
mod hover;
mod inner;
mod outline;
mod place;
mod position;
mod session;
mod suggestions;
mod symbols;
mod workflow;

use std::process::ExitCode;

use clap::Args;
use lsp_server::Connection;
use lsp_types::{InitializeParams, InitializeResult, ServerInfo};
use session::Session;

use crate::Failure;

/// Serve until the editor ends the session.
#[derive(Args)]
pub(crate) struct Lsp {
    /// Accepted because many editors pass it: the server always uses standard input and output
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    /// Serves an editor. Nothing else is written to standard output, which must not be locked.
    pub(crate) fn execute(&self) -> Result<ExitCode, Failure> {
        let (connection, threads) = Connection::stdio();
        serve(&connection).map_err(|reason| format!("error: {reason}"))?;
        drop(connection);
        threads.join().map_err(|error| format!("error: {error}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn serve(connection: &Connection) -> Result<(), String> {
    let (id, params) = connection.initialize_start().map_err(|error| error.to_string())?;
    let client: InitializeParams = serde_json::from_value(params).map_err(|error| error.to_string())?;
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    let about = InitializeResult {
        capabilities: session::capabilities(&client),
        server_info: Some(ServerInfo { name: "cargo-workflow".to_owned(), version }),
    };
    let about = serde_json::to_value(about).map_err(|error| error.to_string())?;
    connection.initialize_finish(id, about).map_err(|error| error.to_string())?;
    Session::new(connection, &client).run()
}
