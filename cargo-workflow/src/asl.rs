//! `cargo workflow asl`: the Amazon States Language of the workflows in a file.

use std::io::Write;
use std::process::ExitCode;

use crate::source;
use crate::{Failure, File};

/// Prints each definition; several are introduced by their names.
pub(crate) fn print(file: &File, output: &mut impl Write) -> Result<ExitCode, Failure> {
    let machines = source::read(&file.file, file.name.as_deref())?;
    let several = machines.len() > 1;
    for machine in machines {
        if several {
            writeln!(output, "// {}", machine.name)?;
        }
        for note in &machine.notes {
            eprintln!("note: {note}");
        }
        writeln!(output, "{:#}", machine.definition)?;
    }
    Ok(ExitCode::SUCCESS)
}
