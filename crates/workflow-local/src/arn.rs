//! The ARNs that Step Functions derives from a state machine's.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>

use workflow_asl::document::MachineType;

/// Returns whether a character is allowed in the name of a state machine, an activity or an execution, which has at
/// most 80.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
pub fn is_name_character(character: char) -> bool {
    let is_refused = character.is_whitespace()
        || character.is_control()
        || "?*<>{}[]\"#%\\^|~`$&,;:/".contains(character)
        || matches!(character, '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFF}');
    !is_refused
}

/// Returns the ARN of an execution: `…:execution:MACHINE:NAME`, and `…:express:MACHINE:NAME:ID` of an Express one.
pub(crate) fn execution(machine: &str, kind: MachineType, name: &str, id: impl FnOnce() -> String) -> String {
    match kind {
        MachineType::Standard => format!("{}:{name}", of_kind(machine, "execution")),
        MachineType::Express => format!("{}:{name}:{}", of_kind(machine, "express"), id()),
    }
}

/// Returns the state machine that the children of a distributed map with this label belong to:
/// `…:stateMachine:MACHINE/LABEL`.
pub(crate) fn children(machine: &str, label: &str) -> String {
    format!("{machine}/{label}")
}

/// Returns the ARN of a map run: `…:mapRun:MACHINE/LABEL:ID`.
pub(crate) fn map_run(machine: &str, label: &str, id: &str) -> String {
    format!("{}:{id}", of_kind(&children(machine, label), "mapRun"))
}

fn of_kind(machine: &str, kind: &str) -> String {
    machine.replacen(":stateMachine:", &format!(":{kind}:"), 1)
}
