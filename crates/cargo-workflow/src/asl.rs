//! `cargo workflow asl`: prints the Amazon States Language of the workflows in a file.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use workflow_asl::printable::printable_json;

use crate::{Failure, File};
use crate::{report, source};

/// The arguments of `asl`.
#[derive(Args)]
pub(crate) struct Asl {
    #[command(flatten)]
    file: File,
    /// Print the definition without spaces and line breaks, as `deploy` sends it
    #[arg(long)]
    compact: bool,
}

/// Prints the definition. Several are the members of one JSON object, by the names of the workflows.
pub(crate) fn print(Asl { file, compact }: &Asl, output: &mut impl Write) -> Result<ExitCode, Failure> {
    let values = file.selection.params.values()?;
    let machines = source::read(file.wanted(&values))?;
    let several = machines.len() > 1;
    let mut members = Vec::new();
    for machine in machines {
        let definition = &machine.definition;
        let text = if *compact { definition.compact(&values)? } else { definition.printed(&values)? };
        report::note_all(machine.notes);
        let text = printable_json(&text).into_owned();
        if several {
            // No string of JSON has a line break.
            members.push(format!("  {}: {}", serde_json::Value::from(machine.name), text.replace('\n', "\n  ")));
        } else {
            writeln!(output, "{text}")?;
        }
    }
    if several {
        writeln!(output, "{{\n{}\n}}", printable_json(&members.join(",\n")))?;
    }
    Ok(ExitCode::SUCCESS)
}
