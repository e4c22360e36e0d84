//! `cargo workflow fmt`: formats the body of every `workflow!` in Rust files, and files with only such a body.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, process};

use clap::Args;
use similar::TextDiff;
use workflow_asl::printable::printable_lines;
use workflow_asl::source::MAX_BYTES;
use workflow_format::{FormatError, Style, format_body, format_file};

use crate::report::{self, Report};
use crate::rust_calls::{self, NothingRead};
use crate::{Failure, input, workflow_text};

/// Format every `workflow!`; the code around them is left to rustfmt.
#[derive(Args)]
pub(crate) struct Fmt {
    /// Rust files, or files with only the contents of a `workflow!`; `-` reads standard input and writes standard output
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print the changes without writing files, and exit with 1 if there are changes
    #[arg(long)]
    check: bool,
}

/// How long to search for the smallest difference of a file. After that, a larger one is accepted.
const PATIENCE: Duration = Duration::from_secs(1);

/// The result for a file.
enum Outcome {
    Same,
    Changed,
    /// There is nothing to format.
    Empty(NothingRead),
}

impl Fmt {
    /// Formats the files. Files that cannot be formatted are reported, with exit code 2; the others are still
    /// formatted.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let (mut changed, mut failed) = (false, false);
        let mut empty = Vec::new();
        for file in &self.files {
            match self.one(file, output) {
                Ok(Outcome::Empty(nothing)) => empty.push(nothing),
                Ok(outcome) => changed |= matches!(outcome, Outcome::Changed),
                Err(Failure::Printed(_)) => failed = true,
                Err(Failure::Message(message)) => {
                    report::complain(&message);
                    failed = true;
                }
                Err(failure) => return Err(failure),
            }
        }
        // Among several files, one without workflows is no mistake.
        if empty.len() == self.files.len()
            && let Some(nothing) = empty.pop()
        {
            return Err(nothing.into());
        }
        report::note_all(empty.into_iter().flat_map(|nothing| nothing.notes));
        Ok(match (failed, changed && self.check) {
            (true, _) => ExitCode::from(2),
            (false, true) => ExitCode::FAILURE,
            (false, false) => ExitCode::SUCCESS,
        })
    }

    fn one(&self, file: &Path, output: &mut impl Write) -> Result<Outcome, Failure> {
        let from_input = file == Path::new(input::STDIN);
        let unreadable = |reason: &str| report::refuse(Box::new(Report::unreadable(file, reason)));
        let bytes = input::bytes(file).map_err(|reason| unreadable(&reason))?;
        if bytes.len() > MAX_BYTES {
            return Err(unreadable("it is too large"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            unreadable(&format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
        })?;
        let is_bare = workflow_text::is_bare(file, &text);
        let folder = if from_input { Path::new(".") } else { file.parent().unwrap_or(Path::new(".")) };
        let format = if is_bare { format_contents } else { format_file };
        let formatted = format(&text, &style(folder)).map_err(|error| {
            let reports = error.faults.iter().map(|fault| Report::fault(file, &text, fault));
            report::print_all(&reports.collect::<Vec<_>>());
            Failure::Printed(2)
        })?;
        match rust_calls::unread_in_text(file, &text) {
            _ if is_bare => {}
            Ok(notes) => report::note_all(notes),
            Err(nothing) => {
                if from_input && !self.check {
                    output.write_all(text.as_bytes())?;
                }
                return Ok(Outcome::Empty(nothing));
            }
        }
        if from_input && !self.check {
            output.write_all(formatted.as_bytes())?;
            return Ok(Outcome::Same);
        }
        if formatted == text {
            return Ok(Outcome::Same);
        }
        if self.check {
            print_difference(file, &text, &formatted, output)?;
        } else {
            replace(file, &formatted).map_err(|error| format!("error: cannot write {}: {error}", file.display()))?;
        }
        Ok(Outcome::Changed)
    }
}

/// Formats the contents of a `workflow!`. A byte order mark and the ends of lines stay.
fn format_contents(text: &str, style: &Style) -> Result<String, FormatError> {
    const MARK: char = '\u{feff}';
    let is_marked = text.starts_with(MARK);
    // Blanks of the same length keep the places of faults.
    let mut formatted = format_body(&text.replacen(MARK, "   ", usize::from(is_marked)), style)?;
    if text.contains("\r\n") {
        formatted = formatted.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    Ok(if is_marked { format!("{MARK}{formatted}") } else { formatted })
}

/// Prints the changes like `diff -u`, each hunk under its position in the file.
pub(crate) fn print_difference(file: &Path, before: &str, after: &str, output: &mut impl Write) -> io::Result<()> {
    let difference = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    for piece in difference.unified_diff().context_radius(3).iter_hunks() {
        let first = piece.ops().first().map_or(0, |change| change.old_range().start);
        writeln!(output, "Diff in {}:{}:", file.display(), first + 1)?;
        for change in piece.iter_changes() {
            let end = if change.value().ends_with('\n') { "" } else { "\n" };
            write!(output, "{}{}{end}", change.tag(), printable_lines(change.value()))?;
        }
    }
    Ok(())
}

/// Writes a temporary file next to the file and renames it, so that no program reads a partial file. Links are
/// followed.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    // WASI has no process numbers, permissions and canonical paths.
    if cfg!(target_os = "wasi") {
        return fs::write(file, text);
    }
    let file = fs::canonicalize(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}", process::id()));
    let written = fs::write(&beside, text)
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(&file)?.permissions()))
        .and_then(|()| fs::rename(&beside, &file));
    if written.is_err() {
        // Best effort: the earlier error is reported.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Returns the width and indentation of the `rustfmt.toml` in this folder or the nearest above it.
fn style(folder: &Path) -> Style {
    let mut style = Style::default();
    let Ok(folder) = env::current_dir().map(|here| here.join(folder)) else { return style };
    let settings = folder.ancestors().find_map(|folder| {
        ["rustfmt.toml", ".rustfmt.toml"].iter().find_map(|name| fs::read_to_string(folder.join(name)).ok())
    });
    for line in settings.unwrap_or_default().lines() {
        let Some((key, value)) = line.split('#').next().and_then(|line| line.split_once('=')) else { continue };
        let Ok(number) = value.trim().parse() else { continue };
        match key.trim() {
            "max_width" => style.max_width = number,
            "tab_spaces" => style.tab_spaces = number,
            _ => {}
        }
    }
    style
}
