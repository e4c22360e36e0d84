//! `cargo workflow graph`: the workflows of a file as Mermaid flowcharts.

use std::io::Write;
use std::process::ExitCode;

use workflow_asl::{StateMachine, mermaid};

use crate::source;
use crate::{Failure, File};

/// Prints each diagram; several are introduced by their names.
pub(crate) fn print(file: &File, output: &mut impl Write) -> Result<ExitCode, Failure> {
    let machines = source::read(&file.file, file.name.as_deref())?;
    let several = machines.len() > 1;
    for machine in machines {
        if several {
            writeln!(output, "%% {}", machine.name)?;
        }
        let (machine, _) = StateMachine::read(&machine.definition);
        writeln!(output, "{}", mermaid::diagram(&machine))?;
    }
    Ok(ExitCode::SUCCESS)
}
