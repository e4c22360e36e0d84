//! `cargo workflow alias`: shows, points, shifts, rolls back or deletes an alias.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use workflow_runtime::Arn;
use workflow_runtime::client::{Alias, Error, Untyped};

use super::{Connect, Format, failure, machine, printed};
use crate::{Failure, report};

/// The arguments of `alias`.
#[derive(Args)]
pub(crate) struct AliasCommand {
    /// State machine: NAME or ARN
    machine: String,
    /// Name of the alias
    alias: String,
    /// Point the alias to this version: a number, or `new` to publish a version now. Creates the alias if it does not
    /// exist
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Percentage of executions that use the new version; the other executions use the previous version
    #[arg(long, requires = "to", default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
    weight: u8,
    /// Point the alias to the version that served before, and mark the others as withdrawn: `deploy` does not point the
    /// alias to them again
    #[arg(long, conflicts_with_all = ["to", "delete"])]
    roll_back: bool,
    /// Delete the alias
    #[arg(long, conflicts_with = "to")]
    delete: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

impl AliasCommand {
    /// Changes the alias as requested, and prints its targets.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let made = self.connect.run(async |client| {
            let machine = machine(&client, &self.machine).await?;
            let alias = machine.alias(&self.alias);
            if self.delete {
                alias.delete().await?;
                return Ok(json!({"name": self.alias, "deleted": true}));
            }
            let there = |made: Value| match made["routes"] == json!("") {
                true => {
                    let help = "`--to new` publishes a version and creates the alias";
                    Err(failure::message(6, &format!("no alias `{}`", self.alias), help))
                }
                false => Ok(made),
            };
            if self.roll_back {
                there(shown(&alias).await?)?;
                alias.roll_back().await?;
            }
            if let Some(version) = &self.to {
                let version = match version.as_str() {
                    "new" => machine.publish(None).await?.arn().clone(),
                    arn if arn.starts_with("arn:") => Arn::from(arn),
                    number => Arn::from(format!("{}:{number}", machine.unqualified().arn())),
                };
                alias.shift(&version, self.weight).await?;
            }
            Ok(there(shown(&alias).await?)?)
        })?;
        match self.format {
            Format::Json => writeln!(output, "{}", report::json_text(&made))?,
            Format::Text => printed::members(output, &made)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns an alias and its targets: `7=90 8=10`.
pub(super) async fn shown(alias: &Alias<Untyped>) -> Result<Value, Error> {
    let routing = alias.routing().await?;
    let list = |versions: Vec<u64>| (!versions.is_empty()).then_some(versions);
    let routes = routing
        .routes
        .iter()
        .map(|route| json!({"stateMachineVersionArn": route.version.as_str(), "weight": route.weight}));
    Ok(json!({
        "name": alias.name(),
        "routes": routing.to_string(),
        "served": list(routing.served().to_vec()),
        "withdrawn": list(routing.withdrawn().collect()),
        "routingConfiguration": routes.collect::<Vec<_>>(),
        "stateMachineAliasArn": alias.arn().as_str(),
    }))
}
