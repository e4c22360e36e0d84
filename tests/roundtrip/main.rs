//! Imports documents of three data sets and compiles them again. Each result must be the same as its document
//! (`is_same`).
//!
//! `cargo test -p workflow-tests --test roundtrip` prints the number of documents, the share of their states that are
//! written in the language, and for every 100 states the number of parts that are copied from the document unchanged,
//! with the reasons. `-- --show FILE` prints the workflow of one document, and `-- --list` prints each of these parts.

mod broken;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_format::{Style, format_file};
use workflow_import::{ImportError, ImportOptions, Imported, KeptKind, import, is_same};

/// The minimum share of the corpus's states in the language's own words.
const LEAST_SHARE: f64 = 0.8;

/// The most parts of the corpus that are copied unchanged, for every 100 of its states.
const MOST_KEPT: [(KeptKind, f64); 4] =
    [(KeptKind::Path, 1.0), (KeptKind::Intrinsic, 0.8), (KeptKind::Jsonata, 1.2), (KeptKind::Field, 0.1)];

/// One document of a data set.
struct Document {
    name: String,
    machine_type: MachineType,
    definition: Value,
}

/// The results for a data set.
#[derive(Default)]
struct Tally {
    invalid: usize,
    /// The documents that come back the same, and those of them that come back letter by letter.
    equal: usize,
    identical: usize,
    states: usize,
    own: usize,
    kept: BTreeMap<KeptKind, BTreeMap<String, usize>>,
    failures: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file] = arguments.as_slice()
        && flag == "--show"
    {
        return show(Path::new(file));
    }
    let list = arguments.iter().any(|argument| argument == "--list");
    let mut good = true;
    for (name, path) in [("corpus", "corpus/definitions"), ("conformance", "conformance"), ("seed-sdk", "seed-sdk")] {
        let Some(folder) = workflow_recorded::data(path) else { continue };
        let documents = documents(&folder);
        let mut tally = Tally::default();
        for document in &documents {
            tally.add(document, list);
        }
        let share = tally.own as f64 / tally.states.max(1) as f64;
        println!(
            "{name}: {} of {} valid documents come back equal, {} of them letter by letter; {} of {} states ({:.1} %) in \
             the language's own words; {} documents have errors",
            tally.equal,
            documents.len() - tally.invalid,
            tally.identical,
            tally.own,
            tally.states,
            share * 100.0,
            tally.invalid,
        );
        for (kind, reasons) in &tally.kept {
            let count: usize = reasons.values().sum();
            let rate = tally.rate(count);
            let most = MOST_KEPT.iter().find(|(limited, _)| limited == kind).filter(|_| name == "corpus");
            let fits = most.is_none_or(|(_, most)| rate <= *most);
            println!("  {}kept {count} ({rate:.1} for 100 states): {kind:?}", if fits { "" } else { "FAILED " });
            good &= fits;
            let mut reasons: Vec<_> = reasons.iter().collect();
            reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            for (why, count) in reasons {
                println!("    {count}: {why}");
            }
        }
        for failure in &tally.failures {
            println!("  FAILED {failure}");
        }
        let (tried, faults) = broken::try_all(documents.iter().map(|document| &document.definition));
        println!("  {tried} broken documents: {} faults", faults.len());
        for fault in &faults {
            println!("  FAILED {fault}");
        }
        good &= tally.failures.is_empty()
            && faults.is_empty()
            && tally.equal > 0
            && (name != "corpus" || share >= LEAST_SHARE);
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Tally {
    fn rate(&self, count: usize) -> f64 {
        count as f64 * 100.0 / self.states.max(1) as f64
    }

    fn add(&mut self, document: &Document, list: bool) {
        let mut options = ImportOptions::new("Imported");
        options.machine_type = document.machine_type;
        match import(&document.definition, &options) {
            Ok(imported) => {
                match compiled(&imported) {
                    Ok(definition) if is_same(&document.definition, &definition) => {
                        self.equal += 1;
                        self.identical += usize::from(definition == document.definition);
                    }
                    Ok(_) => self.failures.push(format!("{}: it comes back otherwise", document.name)),
                    Err(why) => self.failures.push(format!("{}: {why}", document.name)),
                }
                self.states += imported.states;
                self.own += imported.states_in_own_words;
                for kept in imported.kept {
                    let why = reason(kept.why.as_deref().unwrap_or("no form"));
                    *self.kept.entry(kept.kind).or_default().entry(why).or_default() += 1;
                    if list {
                        let value = document.definition.pointer(kept.pointer.as_str()).unwrap_or(&Value::Null);
                        println!("{:?} {} {}: {value}", kept.kind, document.name, kept.pointer);
                    }
                }
            }
            Err(ImportError::Invalid(found)) => {
                self.invalid += 1;
                if list {
                    println!("invalid {}: {}", document.name, found[0]);
                }
            }
            Err(error) => self.failures.push(format!("{}: {error}", document.name)),
        }
    }
}

/// Returns a reason without the words of one document.
fn reason(why: &str) -> String {
    let parts = why.split('`').enumerate();
    parts
        .map(|(number, part)| if number % 2 == 1 && part.contains(char::is_alphanumeric) { "…" } else { part })
        .collect()
}

/// Returns the result of compiling the printed workflow, which is already formatted.
fn compiled(imported: &Imported) -> Result<Value, String> {
    let formatted = format_file(&imported.source, &Style::default()).map_err(|error| error.to_string())?;
    if formatted != imported.source {
        return Err("formatting it once more changes it".to_owned());
    }
    let tokens: TokenStream = imported.source.parse().map_err(|error| format!("no Rust text: {error}"))?;
    let Some(TokenTree::Group(body)) = tokens.into_iter().last() else { return Err("no macro".to_owned()) };
    let mut compilation = workflow_compiler::compile(body.stream());
    if let Some(problem) = compilation.problems.iter().find(|problem| problem.is_error()) {
        return Err(problem.text());
    }
    match compilation.workflows.pop() {
        Some(workflow) => Ok(workflow.definition),
        None => Err("no workflow".to_owned()),
    }
}

/// Returns the documents in a folder and its subfolders.
fn documents(folder: &Path) -> Vec<Document> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut documents = Vec::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let Ok(mut json) = serde_json::from_str::<Value>(&text) else { continue };
        let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        let machine_type = match json["stateMachineType"].as_str() {
            Some("EXPRESS") => MachineType::Express,
            _ => MachineType::Standard,
        };
        let definition = if json.get("definition").is_some() { json["definition"].take() } else { json };
        if definition.get("States").is_some() {
            documents.push(Document { name, machine_type, definition });
        }
    }
    documents
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

fn show(file: &Path) -> ExitCode {
    let folder = file.parent().unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    for document in documents(folder).into_iter().filter(|document| document.name == name) {
        match import(&document.definition, &ImportOptions::new(name.trim_end_matches(".json"))) {
            Ok(imported) => print!("{}", imported.source),
            Err(ImportError::Invalid(found)) => found.iter().for_each(|one| println!("{one}")),
            Err(error) => println!("{error}"),
        }
    }
    ExitCode::SUCCESS
}
