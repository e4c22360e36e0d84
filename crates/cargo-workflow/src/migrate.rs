//! `cargo workflow migrate`: rewrites definitions from JSONPath to JSONata, and compares their executions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};
use workflow_asl::error_name::{QUERY_EVALUATION_ERROR, RUNTIME};
use workflow_asl::printable::printable_lines;
use workflow_asl::source::Source;
use workflow_asl::{Code, Diagnostic, Pointer, rules};
use workflow_explore::{Compared, Difference, Explorer};
use workflow_import::{Doubt, Migrated, migrate};
use workflow_local::{Engine, MachineType};

use crate::definition::Definition;
use crate::documents::Document;
use crate::params::Params;
use crate::progress::Progress;
use crate::report::{self, Report};
use crate::simulate::learning;
use crate::source::File;
use crate::validate::{machine_type, number};
use crate::{Failure, fmt, input};

/// The maximum number of decisions that are shown before a difference.
const SHOWN: usize = 4;

/// Rewrite definitions from JSONPath to JSONata, run both versions on the embedded engine with the same inputs and
/// results of tasks, and list what differs
#[derive(Args)]
pub(crate) struct Migrate {
    /// Definition in JSON, or in YAML without `--write`; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the changes without writing the file
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Write the file instead of printing the definition. Nothing is written if a clause is refused
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    params: Params,
    /// Type of the state machine
    #[arg(long = "type", value_parser = machine_type(), default_value = "standard")]
    machine_type: MachineType,
    /// Maximum number of executions to compare
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    executions: u64,
    /// Maximum number of failures in one execution
    #[arg(long, value_name = "N", default_value_t = 1)]
    faults: u32,
    /// Also compare with the inputs, results and errors of the histories in this file or folder (repeatable)
    #[arg(long = "from", value_name = "PATH")]
    from: Vec<PathBuf>,
}

/// The exit codes, in the order of their weight.
const DIFFERS: u8 = 1;
const REFUSED: u8 = 3;

impl Migrate {
    /// Rewrites the definitions of the file.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let refuse = |reason: &str| report::refuse(Box::new(Report::refusal(&self.file, reason)));
        let from_input = self.file == Path::new(input::STDIN);
        if self.write && from_input {
            return Err("error: `--write` needs a file: standard input cannot be written".to_owned().into());
        }
        let unreadable = |reason: String| report::refuse(Box::new(Report::unreadable(&self.file, &reason)));
        let bytes = input::bytes(&self.file).map_err(unreadable)?;
        let source = match File::of_bytes(&self.file, bytes.clone()).map_err(report::refuse)? {
            File::Document(source) => source,
            File::Template(_) => return Err(refuse("it is a template: migrate the definition in a file of its own")),
            File::Rust(_) => return Err(refuse("it is Rust: write `query jsonata` in the workflow")),
        };
        let is_json = serde_json::from_slice::<Value>(&bytes).is_ok();
        if self.write && !is_json {
            return Err(refuse("`--write` is for JSON: it would lose the comments of another format"));
        }
        let mut whole = source.value().clone();
        let mut worst = 0;
        for document in Document::all(&source) {
            let name = document.own_name();
            let file = if from_input { "<stdin>".to_owned() } else { self.file.display().to_string() };
            let title = name.map_or_else(|| file.clone(), |name| format!("{file}: {name}"));
            let (new, code) = self.one(&title, &source, &document)?;
            worst = worst.max(code);
            match name.and_then(|name| whole.get_mut(name)) {
                Some(place) => *place = new,
                None => whole = new,
            }
        }
        let before = String::from_utf8_lossy(&bytes);
        let text = if whole == *source.value() && is_json { before.to_string() } else { printed(&whole, &before)? };
        if worst == REFUSED {
            return Ok(ExitCode::from(REFUSED));
        }
        if self.check {
            fmt::print_difference(&self.file, &before, &text, output)?;
        } else if !self.write {
            output.write_all(text.as_bytes())?;
        } else if text != before {
            fmt::replace(&self.file, &text)
                .map_err(|error| format!("error: cannot write {}: {error}", self.file.display()))?;
        }
        Ok(ExitCode::from(worst))
    }

    /// Rewrites a definition, and says how it went. Returns the exit code.
    fn one(&self, title: &str, source: &Source, document: &Document<'_>) -> Result<(Value, u8), Failure> {
        let refused = |found: &[Diagnostic]| {
            let found = document.found(found);
            let located = source.locate(&found).into_iter().zip(&found);
            let reports = located.map(|(at, found)| Report::found(&self.file, source.text(), found, at));
            reports.collect::<Vec<_>>()
        };
        let errors = |definition: &Value| {
            let mut found = rules::check_definition(definition, self.machine_type);
            found.retain(Diagnostic::is_error);
            found
        };
        let found = errors(document.value);
        if !found.is_empty() {
            report::print_all(&refused(&found));
            return Ok((document.value.clone(), REFUSED));
        }
        let Migrated { definition, refused: mut clauses, doubts, changed, .. } =
            migrate(document.value, self.machine_type);
        let unquoted = document.bare.iter().map(|at| (at.clone(), "it is a placeholder without quotes".to_owned()));
        clauses.extend(unquoted);
        if clauses.is_empty() {
            let of_new = errors(&definition).into_iter().map(|found| (found.pointer.clone(), found.to_string()));
            clauses.extend(of_new);
        }
        if !clauses.is_empty() {
            // They have no code of their own.
            let at = |(at, why): &(Pointer, String)| {
                Diagnostic::new(Code::NotJson, at.clone(), format!("not rewritten to JSONata: {why}"))
            };
            let found: Vec<_> = clauses.iter().map(at).collect();
            report::print_all(&refused(&found).into_iter().map(Report::without_code).collect::<Vec<_>>());
            return Ok((document.value.clone(), REFUSED));
        }
        let states = number(changed, "state");
        if definition == *document.value {
            tell(&format!("{title}: nothing to rewrite"));
            return Ok((definition, 0));
        }
        let progress = Progress::working(format!("comparing {title}"));
        let compared = self.compare(document.value, &definition);
        progress.end();
        let code = match &compared {
            Err(reason) => {
                tell(&format!("{title}: {states} rewritten; not compared: {reason}"));
                DIFFERS
            }
            Ok(Compared { executions, differences, is_complete, .. }) => {
                let end = if *is_complete { "" } else { ", at which the search ended" };
                let all = format!("{}{end}", number(usize::try_from(*executions).unwrap_or(usize::MAX), "execution"));
                match differences.len() {
                    0 => tell(&format!("{title}: {states} rewritten; the same in {all}")),
                    some => tell(&format!("{title}: {states} rewritten; {some} of {all} differ")),
                }
                tell_differences(differences);
                u8::from(!differences.is_empty())
            }
        };
        tell_doubts(&doubts);
        Ok((definition, code))
    }

    /// Runs both definitions with the same decisions of the world.
    fn compare(&self, old: &Value, new: &Value) -> Result<Compared, String> {
        let message = |failure| match failure {
            Failure::Message(message) => message,
            _ => "a file cannot be read".to_owned(),
        };
        let values = self.params.values().map_err(message)?;
        let explorer = |definition: &Value| {
            let filled =
                Definition::of_document(definition.clone(), BTreeSet::new()).filled(&values).map_err(message)?;
            let engine = Engine::new(&filled.value).map_err(|error| error.to_string())?.machine_type(self.machine_type);
            let mut explorer = Explorer::new(&engine).map_err(|error| error.to_string())?;
            if !self.from.is_empty() {
                explorer = explorer.occurred(&learning(&engine, &self.from).map_err(message)?);
            }
            Ok::<_, String>(explorer.faults(self.faults).executions(self.executions))
        };
        explorer(old)?.compare_all(&explorer(new)?).map_err(|error| error.to_string())
    }
}

/// Prints a definition with the indentation of the text before.
fn printed(definition: &Value, before: &str) -> Result<String, Failure> {
    let indented = before.lines().find(|line| line.starts_with([' ', '\t']));
    let indent = indented.map_or("  ", |line| line.split(|c| c != ' ' && c != '\t').next().unwrap_or_default());
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    let written = definition.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
    written.map_err(|error| format!("error: {error}"))?;
    Ok(format!("{}\n", String::from_utf8_lossy(&bytes)))
}

fn tell(text: &str) {
    eprintln!("{}", printable_lines(text));
}

/// Prints the differences: a line for each state and kind, with the first of them.
fn tell_differences(differences: &[Difference]) {
    let mut groups: BTreeMap<(&str, &str), Vec<&Difference>> = BTreeMap::new();
    for difference in differences {
        let state = difference.state.as_deref().unwrap_or_default();
        groups.entry((state, kind(difference))).or_default().push(difference);
    }
    for ((state, kind), all) in groups {
        tell(&format!("difference: `{state}`: {kind} ({})", number(all.len(), "execution")));
        let Some(first) = all.first() else { continue };
        let skipped = first.decisions.len().saturating_sub(SHOWN);
        let decisions: Vec<_> = first.decisions.iter().skip(skipped).map(ToString::to_string).collect();
        tell(&format!("  after: {}{}", if skipped > 0 { "…; " } else { "" }, decisions.join("; ")));
        tell(&format!("  JSONPath: {}", first.first));
        tell(&format!("  JSONata:  {}", first.second));
    }
}

/// Returns why two executions differ.
fn kind(difference: &Difference) -> &'static str {
    match difference.errors.each_ref().map(Option::as_deref) {
        [Some(RUNTIME), Some(QUERY_EVALUATION_ERROR)] => "a value is absent: it fails with another error",
        [Some(first), Some(second)] if first == second => "it fails with another cause",
        [Some(_), Some(_)] => "it fails with another error",
        [Some(_), None] => "it fails only in JSONPath",
        [None, Some(_)] => "it fails only in JSONata",
        [None, None] => "the data or the way differ",
    }
}

/// Prints where executions may differ that were not compared: a line for each state and kind.
fn tell_doubts(doubts: &[(String, Doubt, String)]) {
    let mut groups: BTreeMap<(Doubt, &str), Vec<&str>> = BTreeMap::new();
    for (state, doubt, clause) in doubts {
        let clauses = groups.entry((*doubt, state.as_str())).or_default();
        if !clauses.contains(&clause.as_str()) {
            clauses.push(clause);
        }
    }
    for ((doubt, state), clauses) in groups {
        tell(&match doubt {
            Doubt::Assumed => format!("may differ: {doubt}"),
            _ => format!("may differ: `{state}`: {doubt} (`{}`)", clauses.join("`, `")),
        });
    }
}
