//! Findings for programs: JSON, and the formats of code hosts and test reports.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use quick_xml::Writer;
use serde_json::{Value, json};
use workflow_asl::Code;

use super::{Report, SourceLine, json_text};

/// The output format of findings.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people, like rustc's diagnostics
    Human,
    /// JSON for programs: one array of `{file, code, aws_code, severity, pointer, line, column, message, help, edits}`
    Json,
    /// SARIF 2.1.0, for code scanning on GitHub and for editors
    Sarif,
    /// Annotations of a pull request, printed in a job of GitHub Actions
    Github,
    /// JUnit XML, for test reports: a test case for each finding, and for each file without one
    Junit,
}

impl Format {
    /// Writes the findings about the files, except for people. `fails` says whether a finding fails the command.
    pub(crate) fn write(
        self,
        output: &mut impl Write,
        command: &str,
        files: &[impl AsRef<Path>],
        reports: &[Report],
        fails: impl Fn(&Report) -> bool,
    ) -> io::Result<()> {
        match self {
            Self::Human => Ok(()),
            Self::Json => writeln!(output, "{}", json_text(&reports.iter().map(Report::to_json).collect())),
            Self::Sarif => writeln!(output, "{}", json_text(&sarif(reports))),
            Self::Github => reports.iter().try_for_each(|report| writeln!(output, "{}", annotation(report))),
            Self::Junit => {
                writeln!(output, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
                junit(output, command, files, reports, fails)?;
                writeln!(output)
            }
        }
    }
}

/// The id of the rule for what has no code: a file that cannot be read, a note on a place.
const NO_CODE: &str = "unreadable";

/// The folder of the pages of documentation.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/HEAD/docs/");

fn id(report: &Report) -> &str {
    report.rule.as_ref().map_or_else(|| report.code.map_or(NO_CODE, Code::id), |rule| &rule.id)
}

fn title(report: &Report) -> &str {
    report.rule.as_ref().map_or_else(|| report.code.map_or("a file cannot be read", Code::title), |rule| &rule.title)
}

/// The message with its help lines.
fn whole(report: &Report) -> String {
    let help = report.help.iter().map(|help| format!("help: {help}"));
    std::iter::once(report.message.clone()).chain(help).collect::<Vec<_>>().join("\n")
}

/// The column after the last character in question, if that is on the first line.
fn end_column(place: &SourceLine) -> usize {
    let words = place.line.get(place.words.clone()).unwrap_or_default();
    place.location.column + words.chars().count().max(1)
}

/// See <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
fn sarif(reports: &[Report]) -> Value {
    let rules: BTreeMap<_, _> = reports.iter().map(|report| (id(report), report)).collect();
    let rules = rules.iter().map(|(id, report)| {
        let title = json!({ "text": title(report) });
        let (help, page) = match &report.rule {
            Some(rule) => (json!({ "text": rule.help }), "exploring.md#what-must-hold"),
            None => (title.clone(), "errors.md"),
        };
        let page = format!("{PAGES}{page}");
        json!({ "id": id, "shortDescription": title, "fullDescription": title, "help": help, "helpUri": page })
    });
    let results = reports.iter().map(|report| {
        let file = json!({ "uri": report.file.replace('\\', "/") });
        let mut place = json!({ "artifactLocation": file });
        if let Some(at) = &report.place {
            let (line, column) = (at.location.line, at.location.column);
            place["region"] = json!({ "startLine": line, "startColumn": column, "endColumn": end_column(at) });
        }
        let mut location = json!({ "physicalLocation": place });
        if let Some(pointer) = &report.pointer {
            location["logicalLocations"] = json!([{ "fullyQualifiedName": pointer }]);
        }
        let mut result = json!({
            "ruleId": id(report),
            "level": report.severity_name(),
            "message": { "text": whole(report) },
            "locations": [location],
        });
        let replaced = report.edits.iter().map(|edit| {
            let (offset, length) = edit.span;
            json!({
                "deletedRegion": { "byteOffset": offset, "byteLength": length },
                "insertedContent": { "text": edit.text },
            })
        });
        let replaced: Vec<_> = replaced.collect();
        if !replaced.is_empty() {
            let change = json!([{ "artifactLocation": file, "replacements": replaced }]);
            let help = json!({ "text": report.help.join("\n") });
            result["fixes"] = json!([{ "description": help, "artifactChanges": change }]);
        }
        result
    });
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-workflow",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

/// See <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.
fn annotation(report: &Report) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let place = report.place.as_ref().map(|at| {
        let (line, column) = (at.location.line, at.location.column);
        format!(",line={line},col={column},endColumn={}", end_column(at))
    });
    let severity = match report.severity_name() {
        "note" => "notice",
        other => other,
    };
    format!(
        "::{severity} file={}{},title={}::{}",
        property(&report.file),
        place.unwrap_or_default(),
        id(report),
        data(&whole(report))
    )
}

/// See <https://github.com/testmoapp/junitxml>.
fn junit(
    output: &mut impl Write,
    command: &str,
    files: &[impl AsRef<Path>],
    reports: &[Report],
    fails: impl Fn(&Report) -> bool,
) -> io::Result<()> {
    let clean = files.iter().map(|file| super::name(file.as_ref()));
    let clean: Vec<_> = clean.filter(|file| reports.iter().all(|report| report.file != *file)).collect();
    let failures = reports.iter().filter(|report| fails(report)).count().to_string();
    let tests = (clean.len() + reports.len()).to_string();
    let name = ("name", command);
    let counts = [name, ("tests", tests.as_str()), ("failures", failures.as_str())];
    let mut writer = Writer::new_with_indent(output, b' ', 2);
    let suites = writer.create_element("testsuites").with_attributes(counts);
    suites.write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attributes(counts);
        suite.write_inner_content(|writer| {
            for file in &clean {
                let case = [("classname", file.as_str()), ("name", "no finding")];
                writer.create_element("testcase").with_attributes(case).write_empty()?;
            }
            for report in reports {
                let place = report.place.as_ref().map(|at| (at.location.line, at.location.column));
                let place = place.map(|(line, column)| format!(" at {line}:{column}")).unwrap_or_default();
                let case = format!("{}{place}", id(report));
                let case = writer
                    .create_element("testcase")
                    .with_attributes([("classname", report.file.as_str()), ("name", case.as_str())]);
                case.write_inner_content(|writer| {
                    let text = whole(report);
                    let text = quick_xml::events::BytesText::new(&text);
                    if fails(report) {
                        let kind = [("message", report.message.as_str()), ("type", report.severity_name())];
                        writer.create_element("failure").with_attributes(kind).write_text_content(text)?;
                    } else {
                        writer.create_element("system-out").write_text_content(text)?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}
