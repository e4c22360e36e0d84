//! What the commands print of answers: times, payloads, members, pages of rows.

use std::io::{self, Write};

use serde_json::Value;
use workflow_asl::printable::{printable, printable_json};
use workflow_graph::escaped;
use workflow_local::Instant;
use workflow_runtime::aws_sdk_sfn::primitives::DateTime;

pub(super) use crate::events::payload;
use crate::terminal;

/// Prints rows as a page for a browser. `page` returns the URL of the page of a row.
pub(super) fn to_html(
    output: &mut impl Write,
    title: &str,
    head: &[&str],
    rows: &[Vec<String>],
    page: impl Fn(&[String]) -> Option<String>,
) -> io::Result<()> {
    let title = escaped(title);
    write!(
        output,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>:root{{color-scheme:light dark}}body{{font-family:system-ui,sans-serif;margin:1rem}}\
         main{{overflow-x:auto}}th,td{{text-align:left;padding:.25rem .75rem .25rem 0}}</style>\n</head>\n<body>\n\
         <main tabindex=\"0\">\n<h1>{title}</h1>\n<table>\n<thead><tr>"
    )?;
    head.iter().try_for_each(|name| write!(output, "<th scope=\"col\">{}</th>", escaped(name)))?;
    writeln!(output, "</tr></thead>\n<tbody>")?;
    for row in rows {
        let mut cells = row.iter().map(|cell| escaped(&printable(cell)));
        let first = cells.next().unwrap_or_default();
        let first = match page(row) {
            Some(url) => format!("<a href=\"{}\">{first}</a>", escaped(&url)),
            None => first,
        };
        write!(output, "<tr><th scope=\"row\">{first}</th>")?;
        cells.try_for_each(|cell| write!(output, "<td>{cell}</td>"))?;
        writeln!(output, "</tr>")?;
    }
    writeln!(output, "</tbody>\n</table>\n</main>\n</body>\n</html>")
}

/// Returns a time in RFC 3339, with milliseconds.
pub(super) fn time(time: impl Into<DateTime>) -> String {
    let time = time.into();
    time.to_millis().map_or_else(|_| time.secs().to_string(), |time| Instant::from_millis(time).to_string())
}

pub(super) fn time_or_none(at: Option<impl Into<DateTime>>) -> Value {
    at.map(time).into()
}

/// Prints a line for each member: its name and its value. Members without a value are left out.
pub(super) fn members(output: &mut impl Write, made: &Value) -> io::Result<()> {
    let members = made.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let line = |(name, value): (_, &Value)| match value {
        Value::String(text) => format!("{name}: {}\n", printable(text)),
        value => format!("{name}: {}\n", printable_json(&value.to_string())),
    };
    terminal::report(output, &members.map(line).collect::<String>())
}
