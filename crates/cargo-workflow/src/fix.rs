//! `cargo workflow fix`: applies the fixes that are certain.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use workflow_asl::printable::printable_lines;
use workflow_asl::source::MAX_BYTES;

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
    /// Definitions in JSON or YAML, templates, or Rust files with `workflow!`; `-` reads standard input and writes
    /// standard output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the changes without writing files
    #[arg(long)]
    dry_run: bool,
    /// Also apply what the help of a finding proposes, although it may not be what is meant
    #[arg(long)]
    proposed: bool,
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

/// A file after fixes.
struct Settled {
    text: String,
    findings: Findings,
    /// A line for each fix.
    applied: Vec<String>,
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
                    report::complain(&message);
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
        report::note_all(std::mem::take(&mut findings.notes));
        if let Some(nothing) = findings.empty.pop() {
            return Err(nothing.into());
        }
        if findings.unreadable > 0 {
            report::print_all(&findings.reports);
            return Err(Failure::Printed(2));
        }
        let mut refused = 0;
        for _ in 0..ROUNDS {
            let candidates = without_overlap(&findings.reports, file);
            let (accepted, settled) = self.accepted(file, &text, &findings, &candidates)?;
            refused = candidates.len() - accepted;
            let Some(Settled { text: new, findings: after, applied }) = settled else { break };
            fixed += applied.len();
            applied.iter().for_each(|line| eprintln!("{}", printable_lines(line)));
            (text, findings) = (new, after);
        }
        if refused > 0 {
            let left = match refused {
                1 => "1 fix not applied, because it would cause other errors".to_owned(),
                count => format!("{count} fixes not applied, because they would cause other errors"),
            };
            report::note(&format!("{}: {left}", file.display()));
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

    /// Applies all candidates, or the candidates that cause no other errors. Returns their number and the result.
    fn accepted(
        &self,
        file: &Path,
        text: &str,
        findings: &Findings,
        candidates: &[&Report],
    ) -> Result<(usize, Option<Settled>), Failure> {
        if candidates.is_empty() {
            return Ok((0, None));
        }
        let errors = errors_by_text(&findings.reports);
        let before = Before { text, errors, most_fixes: candidates.len() * ROUNDS };
        let all = self.settled(file, &before, text, candidates, Vec::new())?;
        if all.is_some() || candidates.len() == 1 {
            return Ok((if all.is_some() { candidates.len() } else { 0 }, all));
        }
        let (mut accepted, mut best): (Vec<&Report>, _) = (Vec::new(), None);
        for candidate in candidates {
            accepted.push(candidate);
            match self.settled(file, &before, text, &accepted, Vec::new())? {
                Some(settled) => best = Some(settled),
                None => {
                    accepted.pop();
                }
            }
        }
        Ok((accepted.len(), best))
    }

    /// Applies fixes, then the fixes of the errors that the first fixes reveal. Returns `None` if they cause an error:
    /// one that was not there before, unless there are fewer errors by the number of the fixes, and no fix wrote its
    /// line.
    fn settled(
        &self,
        file: &Path,
        before: &Before<'_>,
        text: &str,
        fixes: &[&Report],
        mut applied: Vec<String>,
    ) -> Result<Option<Settled>, Failure> {
        let new = apply(text, fixes.iter().flat_map(|fix| changes(fix)).collect());
        let findings = self.check(file, &new)?;
        if new == text || findings.unreadable > 0 {
            return Ok(None);
        }
        applied.extend(fixes.iter().map(|report| report.fixed()));
        let mut known = before.errors.clone();
        let caused: Vec<_> = findings
            .reports
            .iter()
            .filter(|report| report.is_error())
            .filter(|report| match known.get_mut(&report.text_of_error()) {
                Some(count @ 1..) => {
                    *count -= 1;
                    false
                }
                _ => true,
            })
            .collect();
        let next = without_overlap(caused.iter().copied(), file);
        if !next.is_empty() && applied.len() < before.most_fixes {
            return self.settled(file, before, &new, &next, applied);
        }
        let is_written = |report: &&&Report| {
            let line = report.line_number().and_then(|line| new.lines().nth(line - 1));
            line.is_none_or(|line| !before.text.lines().any(|other| other == line))
        };
        let fewer = errors(&findings) + applied.len() <= before.errors.values().sum();
        let fits = caused.is_empty() || fewer && !caused.iter().any(|report| is_written(&report));
        Ok(fits.then_some(Settled { text: new, findings, applied }))
    }

    /// Returns the findings in the text of a file.
    fn check(&self, file: &Path, text: &str) -> Result<Findings, Failure> {
        let mut findings = Findings::default();
        let read = File::of_bytes(file, text.as_bytes().to_vec());
        self.checks.check(file, read, &Values::default(), &mut findings)?;
        if self.proposed {
            findings.reports = findings.reports.into_iter().map(Report::with_proposals).collect();
        }
        Ok(findings)
    }
}

/// A file before fixes.
struct Before<'t> {
    text: &'t str,
    /// How many errors have the same text.
    errors: BTreeMap<String, usize>,
    /// How many fixes are made at most, so that fixes that cause each other end.
    most_fixes: usize,
}

fn errors(findings: &Findings) -> usize {
    findings.reports.iter().filter(|report| report.is_error()).count()
}

/// Counts the errors with the same text: a fix may cause none that was not there before.
fn errors_by_text(found: &[Report]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for report in found.iter().filter(|report| report.is_error()) {
        *count.entry(report.text_of_error()).or_default() += 1;
    }
    count
}

/// Returns the findings whose fixes do not overlap.
pub(crate) fn without_overlap<'r>(found: impl IntoIterator<Item = &'r Report>, file: &Path) -> Vec<&'r Report> {
    let (mut made, mut fixes): (Vec<Range<usize>>, Vec<&Report>) = (Vec::new(), Vec::new());
    for report in found.into_iter().filter(|report| !report.edits().is_empty() && report.is_in(file)) {
        let own: Vec<_> = changes(report).map(|(range, _)| range).collect();
        let overlaps = |a: &Range<usize>, b: &Range<usize>| a == b || a.start < b.end && b.start < a.end;
        if !own.iter().any(|new| made.iter().any(|old| overlaps(new, old))) {
            made.extend(own);
            fixes.push(report);
        }
    }
    fixes
}

fn changes(report: &Report) -> impl Iterator<Item = (Range<usize>, &str)> {
    report.edits().iter().map(|edit| (edit.span.0..edit.span.0 + edit.span.1, edit.text.as_str()))
}

fn apply(text: &str, mut edits: Vec<(Range<usize>, &str)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        if let (Some(before), Some(old), Some(after)) =
            (out.get(..range.start), out.get(range.clone()), out.get(range.end..))
        {
            let new = apart(before, old, new, after);
            out.replace_range(range, &new);
        }
    }
    out
}

/// Returns the new text with spaces where it would join words, or a word and a text, that are apart now.
fn apart(before: &str, old: &str, new: &str, after: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let joins = |left: Option<char>, right: Option<char>| {
        left.is_some_and(is_word) && right.is_some_and(|right| is_word(right) || right == '"')
    };
    let first = |text: &str| text.chars().chain(after.chars()).next();
    let last = |text: &str| text.chars().next_back().or(before.chars().next_back());
    let start = joins(last(""), first(new)) && !joins(last(""), first(old));
    let end = !new.is_empty() && joins(last(new), first("")) && !joins(last(old), first(""));
    let space = |is_needed: bool| if is_needed { " " } else { "" };
    format!("{}{new}{}", space(start), space(end))
}
