//! `cargo workflow graph`: the workflows of a file as Mermaid flowcharts.

use std::io::Write;
use std::process::ExitCode;

use workflow_asl::printable::printable;
use workflow_asl::{StateMachine, mermaid};

use crate::source::{self, Wanted};
use crate::{Failure, File};

/// Prints each diagram; several are introduced by their names.
pub(crate) fn print(file: &File, output: &mut impl Write) -> Result<ExitCode, Failure> {
    let values = file.params.values()?;
    let machines = source::read(Wanted { reading: file.reading.with_defaults(), ..file.wanted(&values) })?;
    let several = machines.len() > 1;
    for machine in machines {
        if several {
            writeln!(output, "%% {}", printable(&machine.name))?;
        }
        let (machine, _) = StateMachine::read(&machine.value);
        writeln!(output, "{}", mermaid::diagram(&machine))?;
    }
    Ok(ExitCode::SUCCESS)
}
