//! `cargo workflow delete`: deletes a state machine, or a version of one.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use workflow_asl::printable::printable;

use super::{Connect, Format, machine};
use crate::{Failure, report};

/// The arguments of `delete`.
#[derive(Args)]
pub(crate) struct Delete {
    /// State machine: NAME or ARN; NAME:VERSION deletes only that version. AWS ends each execution of a deleted state
    /// machine at its next transition
    machine: String,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

impl Delete {
    /// Deletes it, and prints its ARN.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let arn = self.connect.run(async |client| {
            let machine = machine(&client, &self.machine).await?;
            // The service ignores a state machine that does not exist, but here it is probably a typo.
            machine.describe().await?;
            match machine.version_number() {
                Some(_) => machine.delete_version().await?,
                None => machine.delete().await?,
            }
            Ok(machine.arn().clone())
        })?;
        match self.format {
            Format::Json => {
                writeln!(output, "{}", report::json_text(&json!({"stateMachineArn": arn, "deleted": true})))?
            }
            Format::Text => writeln!(output, "{}", printable(arn.as_str()))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
