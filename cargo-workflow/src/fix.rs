//! `cargo workflow fix`: applies the fixes that are certain.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use workflow_asl::printable::printable_lines;
use workflow_asl::source::{Edit, MAX_BYTES};

use crate::params::Values;
use crate::report::{self, Report};
use crate::source::File;
use crate::validate::{Checks, Findings, number};
use crate::{Failure, fmt, input};

/// How many times a file is checked again: overlapping or new findings are fixed in the next round.
const ROUNDS: usize = 4;

/// The mark that a string in UTF-8 may begin with.
const MARK: &str = "\u{feff}";

/// Applies the certain fixes of `validate`'s findings. The exit code is 0, 1 if errors are left, or 2 if a file cannot
/// be read or written.
#[derive(Args)]
pub(crate) struct Fix {
    /// Definitions in JSON or YAML, templates, Rust files with `workflow!`; `-` writes the standard input to the standard
    /// output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print what would change; write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    checks: Checks,
}

/// The result for a file.
#[derive(Default)]
struct Outcome {
    fixed: usize,
    errors: usize,
    warnings: usize,
}

impl Fix {
    /// Fixes every file, whatever the others are like.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let (mut all, mut failed) = (Outcome::default(), false);
        for file in &self.files {
            match self.one(file, output) {
                Ok(outcome) => {
                    all.fixed += outcome.fixed;
                    all.errors += outcome.errors;
                    all.warnings += outcome.warnings;
                }
                Err(Failure::Printed(_)) => failed = true,
                Err(Failure::Message(message)) => {
                    eprintln!("{}", printable_lines(&message));
                    failed = true;
                }
                Err(failure) => return Err(failure),
            }
        }
        let fixed = if self.dry_run { "would fix" } else { "fixed" };
        let (errors, warnings) = (number(all.errors, "error"), number(all.warnings, "warning"));
        eprintln!("{fixed} {}; {errors} and {warnings} left", number(all.fixed, "finding"));
        if all.errors + all.warnings > 0 {
            report::note("these have no certain fix; `cargo workflow validate` shows them");
        }
        Ok(ExitCode::from(if failed { 2 } else { u8::from(all.errors > 0) }))
    }

    fn one(&self, file: &Path, output: &mut impl Write) -> Result<Outcome, Failure> {
        let unreadable = |reason: &str| report::refuse(Box::new(Report::unreadable(file, reason)));
        let bytes = input::bytes(file).map_err(|reason| unreadable(&reason))?;
        if bytes.len() > MAX_BYTES {
            return Err(unreadable("it is too large"));
        }
        let before = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))?;
        let mark = if before.starts_with(MARK) { MARK } else { "" };
        let mut text = before.trim_start_matches(MARK).to_owned();
        let mut fixed = 0;
        let mut findings = self.check(file, &text)?;
        if findings.unreadable > 0 {
            report::print_all(&findings.reports);
            return Err(Failure::Printed(2));
        }
        for _ in 0..ROUNDS {
            let (edits, applied) = edits(&findings.reports, file);
            let new = apply(&text, edits);
            if new == text {
                break;
            }
            let after = self.check(file, &new)?;
            if after.unreadable > 0 || errors(&after) > errors(&findings) {
                let left = number(applied.len(), "fix");
                report::note(&format!("{}: {left} not applied, because they would cause other errors", file.display()));
                break;
            }
            fixed += applied.len();
            applied.iter().for_each(|report| eprintln!("{}", printable_lines(&report.fixed())));
            (text, findings) = (new, after);
        }
        let found = &findings.reports;
        let text = format!("{mark}{text}");
        let elsewhere = found.iter().filter(|report| !report.edits().is_empty() && !report.is_in(file)).count();
        if elsewhere > 0 {
            report::note(&format!("{} that can be fixed in a file that was not given", number(elsewhere, "finding")));
        }
        match (file == Path::new(input::STDIN), self.dry_run) {
            (_, true) => fmt::print_difference(file, &before, &text, output)?,
            (true, false) => output.write_all(text.as_bytes())?,
            (false, false) if text != before => {
                fmt::replace(file, &text).map_err(|error| format!("error: cannot write {}: {error}", file.display()))?
            }
            (false, false) => {}
        }
        Ok(Outcome { fixed, errors: errors(&findings), warnings: found.len() - errors(&findings) })
    }

    /// Returns the findings in the text of a file.
    fn check(&self, file: &Path, text: &str) -> Result<Findings, Failure> {
        let mut findings = Findings::default();
        let read = File::of_bytes(file, text.as_bytes().to_vec());
        self.checks.check(file, read, &Values::default(), &mut findings)?;
        Ok(findings)
    }
}

fn errors(findings: &Findings) -> usize {
    findings.reports.iter().filter(|report| report.is_error()).count()
}

/// The changes of the file that do not overlap, and the findings that they fix: all changes of each, or none.
fn edits<'r>(found: &'r [Report], file: &Path) -> (Vec<(Range<usize>, &'r str)>, Vec<&'r Report>) {
    let (mut made, mut applied): (Vec<(Range<usize>, &str)>, Vec<&Report>) = (Vec::new(), Vec::new());
    for report in found.iter().filter(|report| !report.edits().is_empty() && report.is_in(file)) {
        let change = |edit: &'r Edit| (edit.span.0..edit.span.0 + edit.span.1, edit.text.as_str());
        let own: Vec<_> = report.edits().iter().map(change).collect();
        let overlaps = |a: &Range<usize>, b: &Range<usize>| a == b || a.start < b.end && b.start < a.end;
        if !own.iter().any(|(new, _)| made.iter().any(|(old, _)| overlaps(new, old))) {
            made.extend(own);
            applied.push(report);
        }
    }
    (made, applied)
}

fn apply(text: &str, mut edits: Vec<(Range<usize>, &str)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        if out.get(range.clone()).is_some() {
            out.replace_range(range, new);
        }
    }
    out
}
