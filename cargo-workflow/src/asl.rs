//! `cargo workflow asl`: prints the Amazon States Language of the workflows in a file.

use std::io::Write;
use std::process::ExitCode;

use workflow_asl::printable::{printable, printable_json};

use crate::{Failure, File};
use crate::{report, source};

/// Prints each definition. If there are several, each is preceded by its name.
pub(crate) fn print(file: &File, output: &mut impl Write) -> Result<ExitCode, Failure> {
    let values = file.params.values()?;
    let machines = source::read(file.wanted(&values))?;
    let several = machines.len() > 1;
    for machine in machines {
        if several {
            writeln!(output, "// {}", printable(&machine.name))?;
        }
        let text = machine.definition.printed(&values)?;
        report::note_all(machine.notes);
        writeln!(output, "{}", printable_json(&text))?;
    }
    Ok(ExitCode::SUCCESS)
}
