//! Text output: columns, times, payloads.

use std::io::{self, Write};

use serde_json::Value;
use workflow_asl::printable::{printable, printable_json};
use workflow_runtime::aws_sdk_sfn::primitives::{DateTime, DateTimeFormat};

/// Prints rows in columns.
pub(super) fn print(output: &mut impl Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<_> = cells.zip(&widths).map(|(cell, width)| format!("{:<width$}", printable(cell))).collect();
        writeln!(output, "{}", padded.join("  ").trim_end())
    };
    line(&mut head.iter().copied())?;
    rows.iter().try_for_each(|row| line(&mut row.iter().map(String::as_str)))
}

/// Returns a time in RFC 3339.
pub(super) fn time(time: impl Into<DateTime>) -> String {
    let time = time.into();
    time.fmt(DateTimeFormat::DateTime).unwrap_or_else(|_| time.secs().to_string())
}

pub(super) fn time_or_none(at: Option<impl Into<DateTime>>) -> Value {
    at.map(time).into()
}

/// Returns a payload, which the service sends as text, as JSON; as a string if it is not JSON.
pub(super) fn payload(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_else(|_| text.into()))
}

/// Prints a line for each member: its name and its value. Members without a value are left out.
pub(super) fn members(output: &mut impl Write, made: &Value) -> io::Result<()> {
    let members = made.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    for (name, value) in members {
        match value {
            Value::String(text) => writeln!(output, "{name}: {}", printable(text))?,
            value => writeln!(output, "{name}: {}", printable_json(&value.to_string()))?,
        }
    }
    Ok(())
}
