//! Puts the state machines of files on a server, and updates them when a file changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anstream::adapter::strip_str;
use workflow_asl::placeholder;
use workflow_server::Server;

use crate::folder::is_skipped;
use crate::params::Values;
use crate::source::{self, ReadRequest};
use crate::template::Reading;
use crate::{Failure, report, terminal, types};

/// The suffix of templates in a folder such as cdk.out.
const TEMPLATE_SUFFIX: &str = ".template.json";
/// Extensions of documents that a definition may be read from: `from "…"` in Rust, `DefinitionUri` in a template.
const DOCUMENTS: [&str; 5] = ["json", "yaml", "yml", "rs", "wf"];
/// The most documents next to the files that are watched, at any depth.
const MOST: usize = 2000;
const DEPTH: usize = 4;

/// The files of a server.
pub(super) struct Files {
    files: Vec<PathBuf>,
    values: Values,
    reading: Reading,
    seen: BTreeMap<PathBuf, Option<(SystemTime, u64)>>,
    /// The definitions put last, with their ARNs, by name.
    put: BTreeMap<String, (String, String)>,
}

/// The result of putting the files' state machines on a server.
pub(super) struct LoadOutcome {
    /// What was created or updated, one line each.
    pub(super) lines: Vec<String>,
    /// The errors, which were printed.
    pub(super) errors: Vec<String>,
}

impl Files {
    /// Creates the list of files. Folders are replaced by the templates in them.
    pub(super) fn new(given: &[PathBuf], values: Values, reading: Reading) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for path in given {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let unreadable = |error| format!("error: {}: {error}", path.display());
            let mut found = Vec::new();
            for entry in fs::read_dir(path).map_err(unreadable)? {
                let file = entry.map_err(unreadable)?.path();
                if file.to_string_lossy().ends_with(TEMPLATE_SUFFIX) {
                    found.push(file);
                }
            }
            if found.is_empty() {
                return Err(format!("error: {} contains no `*{TEMPLATE_SUFFIX}`", path.display()).into());
            }
            found.sort();
            files.append(&mut found);
        }
        let mut files = Self { files, values, reading, seen: BTreeMap::new(), put: BTreeMap::new() };
        files.seen = files.look();
        Ok(files)
    }

    /// Returns whether a file, or a document next to one, has changed since the last call.
    pub(super) fn changed(&mut self) -> bool {
        let found = self.look();
        let changed = found != self.seen;
        self.seen = found;
        changed
    }

    fn look(&self) -> BTreeMap<PathBuf, Option<(SystemTime, u64)>> {
        let mut found = BTreeMap::new();
        for file in &self.files {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            documents(folder, DEPTH, &mut found);
            found.insert(file.clone(), stamp(file));
        }
        found
    }

    /// Puts all state machines on a server. Errors in a file are printed, and its state machines stay unchanged.
    pub(super) fn put(&mut self, server: &Server) -> LoadOutcome {
        let mut told = LoadOutcome { lines: Vec::new(), errors: Vec::new() };
        let mut from = BTreeMap::new();
        let mut names = BTreeSet::new();
        for file in &self.files {
            let wanted = ReadRequest { file, bytes: None, name: None, values: &self.values, reading: self.reading };
            let machines = match source::read_and_tell(wanted) {
                (Ok(machines), _) => machines,
                (Err(failure), reports) => {
                    let errors = reports.iter().filter(|report| report.is_error());
                    told.errors.extend(errors.map(|report| strip_str(&report.to_text()).to_string()));
                    told.fail(file, failure);
                    continue;
                }
            };
            for machine in machines {
                names.extend(machine.names.iter().cloned());
                if let Some(name) = machine.missing.first() {
                    let of = &machine.name;
                    let help = source::value_help(name);
                    told.error(format!("error: `{of}` computes with `{name}`: pass a value\n  = help: {help}"));
                    continue;
                }
                if let Some(other) = from.insert(machine.name.clone(), file) {
                    let name = &machine.name;
                    told.error(format!("error: `{name}` is in {} and in {}", other.display(), file.display()));
                    continue;
                }
                let definition = machine.value.to_string();
                let declared = machine.workflow.as_deref().and_then(|workflow| types::declared(workflow).0);
                let known = self.put.get(&machine.name);
                if let Some((_, arn)) = known.filter(|(put, _)| *put == definition) {
                    // The declared types may have changed alone.
                    server.declare_input(arn, declared);
                    continue;
                }
                match server.put_state_machine(&machine.name, machine.machine_type, &definition) {
                    Ok(arn) => {
                        told.lines.push(format!("{} {arn}", if known.is_some() { "updated" } else { "serves" }));
                        server.declare_input(&arn, declared);
                        report::note_all(machine.notes.iter().map(|note| format!("{}: {note}", machine.name)));
                        self.put.insert(machine.name, (definition, arn));
                    }
                    Err(error) => {
                        let error = error.to_string();
                        // The message names a placeholder that has no value.
                        let help = placeholder::named(&error).next();
                        let help = help.map(|(_, name)| format!("\n  = help: {}", source::value_help(name)));
                        let help = help.unwrap_or_default();
                        told.error(format!("error: {}: `{}`: {error}{help}", file.display(), machine.name));
                    }
                }
            }
        }
        if told.errors.is_empty()
            && let Err(Failure::Message(message)) = self.values.are_known(&names)
        {
            told.error(message);
        }
        told
    }
}

impl LoadOutcome {
    fn error(&mut self, message: String) {
        terminal::tell(&message);
        self.errors.push(message);
    }

    fn fail(&mut self, file: &Path, failure: Failure) {
        match failure {
            Failure::Message(message) => self.error(message),
            _ if self.errors.is_empty() => self.errors.push(format!("error: cannot read {}", file.display())),
            _ => {}
        }
    }
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn documents(folder: &Path, depth: usize, found: &mut BTreeMap<PathBuf, Option<(SystemTime, u64)>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if found.len() >= MOST {
            return;
        }
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 && !is_skipped(&path) {
            documents(&path, depth - 1, found);
        } else if kind.is_file()
            && path.extension().is_some_and(|extension| DOCUMENTS.iter().any(|known| extension == *known))
        {
            let stamp = stamp(&path);
            found.insert(path, stamp);
        }
    }
}
