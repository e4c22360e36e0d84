//! `cargo workflow history`: the events of an execution.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use workflow_runtime::client::{Event, Untyped};

use super::{Connect, Format, table};
use crate::{Failure, report};

/// The arguments of `history`.
#[derive(Args)]
pub(crate) struct History {
    /// The ARN of the execution
    execution: String,
    /// The newest event first
    #[arg(long)]
    reverse: bool,
    /// How many events at most
    #[arg(long)]
    limit: Option<usize>,
    /// Print inputs, outputs and causes too
    #[arg(long)]
    data: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

impl History {
    /// Prints the events.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let events = self.connect.run(async |client| {
            let mut history = client.execution(self.execution.as_str()).history();
            if self.reverse {
                history = history.newest_first();
            }
            if !self.data {
                history = history.without_data();
            }
            let mut events = Vec::new();
            while self.limit.is_none_or(|limit| events.len() < limit)
                && let Some(event) = history.next().await?
            {
                events.push(event);
            }
            Ok(events)
        })?;
        match self.format {
            Format::Json => {
                let events = events.iter().map(|event| self.json(event)).collect();
                writeln!(output, "{}", report::json_text(&Value::Array(events)))?;
            }
            Format::Text => {
                let row = |event: &Event<Untyped>| {
                    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                    let data = [event.cause(), event.input(), event.output()].into_iter().flatten().collect::<Vec<_>>();
                    vec![
                        event.id().to_string(),
                        table::time(event.timestamp()),
                        event.kind().as_str().to_owned(),
                        text(event.state_name()),
                        text(event.error()),
                        if self.data { data.join("  ") } else { String::new() },
                    ]
                };
                let rows: Vec<_> = events.iter().map(row).collect();
                table::print(output, &["id", "time", "type", "state", "error", ""], &rows)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn json(&self, event: &Event<Untyped>) -> Value {
        let mut made = json!({
            "id": event.id(),
            "previousEventId": event.previous_id(),
            "timestamp": table::time(event.timestamp()),
            "type": event.kind().as_str(),
            "state": event.state_name(),
            "error": event.error(),
        });
        if self.data {
            made["cause"] = event.cause().into();
            made["input"] = table::payload(event.input());
            made["output"] = table::payload(event.output());
        }
        made
    }
}
