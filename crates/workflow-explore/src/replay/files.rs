//! Reads histories in files and folders, and finds out which belong together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use workflow_asl::document::{Scope, StateMachine};
use workflow_local::EventType;

use super::documents::Documents;
use super::error::ReplayError;
use super::noted::Fact;
use super::recording::Recording;

/// The extensions of files that are read from a folder.
const EXTENSIONS: [&str; 4] = ["json", "jsonl", "ndjson", "log"];

/// The kinds of files beside a history `NAME.json` that describe its execution, such as `NAME.machine.json`.
const DESCRIPTIONS: [&str; 3] = ["machine", "execution", "asl"];

/// The histories that were read, and the errors of the histories that cannot be read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Recordings {
    /// The executions, each with its children.
    pub executions: Vec<Recording>,
    /// The errors of histories that cannot be read.
    pub errors: Vec<ReplayError>,
}

impl Recordings {
    /// Reads files and folders with histories.
    ///
    /// Beside `NAME.json`, `NAME.machine.json` may contain the response of `describe-state-machine-for-execution` or a
    /// definition, `NAME.execution.json` may contain the response of `describe-execution`, and the folder `NAME` may
    /// contain the histories of the children of its map runs. If a folder contains only one definition, it is the
    /// definition of all its executions. `definition`, if given, distinguishes children of map runs from executions:
    /// children start with the first state of a distributed map.
    pub fn read(paths: impl IntoIterator<Item = impl AsRef<Path>>, definition: Option<&Value>) -> Self {
        let mut made = Self::read_apart(paths);
        made.adopt(definition);
        made
    }

    /// Reads files and folders with histories as [`read`](Self::read) does, but does not look for the parents of children that
    /// are not in their folders.
    pub fn read_apart(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        let mut made = Self::default();
        for path in paths {
            let path = path.as_ref();
            if path.is_dir() {
                let before = made.executions.len() + made.errors.len();
                made.folder(path);
                if made.executions.len() + made.errors.len() == before {
                    let folder = path.display();
                    let export = "aws stepfunctions get-execution-history --execution-arn …";
                    let help = format!("save one there: `{export} > {folder}/NAME.json`");
                    made.errors.push(ReplayError::new(format!("{folder} contains no history"), help));
                }
            } else if let Some(documents) = made.documents(path) {
                if documents.only_describes() {
                    let found = "it describes an execution or a state machine, and has no events";
                    made.errors.push(ReplayError::is_not(&path.display().to_string(), "a history", found));
                    continue;
                }
                let from = made.executions.len();
                made.add(path, documents);
                made.beside(path, from);
            }
        }
        // A file may be given together with its folder.
        let mut files = BTreeSet::new();
        made.executions.retain(|recording| files.insert(recording.file.clone()));
        made
    }

    fn documents(&mut self, path: &Path) -> Option<Documents> {
        let file = path.display().to_string();
        let read = fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ReplayError::new(format!("cannot read {file}: no such file"), ""),
            _ => ReplayError::new(format!("cannot read {file}: {error}"), ""),
        });
        let documents = read.and_then(|bytes| Documents::read(&file, &bytes));
        documents.map_err(|error| self.errors.push(error)).ok()
    }

    fn add(&mut self, path: &Path, documents: Documents) {
        match Recording::of_documents(&path.display().to_string(), documents) {
            Ok(read) => self.executions.extend(read),
            Err(error) => self.errors.push(error),
        }
    }

    /// Reads the descriptions and children beside a file that was given directly.
    fn beside(&mut self, path: &Path, from: usize) {
        let (Some(folder), Some(stem)) = (path.parent(), stem(path)) else { return };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for kind in DESCRIPTIONS {
            let file = folder.join(format!("{stem}.{kind}.json"));
            if file != path
                && file.is_file()
                && let Some(documents) = self.documents(&file)
            {
                self.describe(&documents, from, |_| true);
            }
        }
        let children = folder.join(&stem);
        if children.is_dir() && self.executions.len() == from + 1 {
            self.children(&children, from);
        }
    }

    fn describe(&mut self, documents: &Documents, from: usize, of: impl Fn(&Recording) -> bool) {
        for recording in self.executions.iter_mut().skip(from).filter(|recording| of(recording)) {
            if let Some(execution) = &documents.execution {
                recording.describe_execution(execution);
            }
            if let Some(machine) = &documents.machine
                && let Err(error) = recording.describe_machine(machine)
            {
                self.errors.push(error);
            }
        }
    }

    /// Reads the folder of the children of an execution.
    fn children(&mut self, folder: &Path, of: usize) {
        let mut read = Self::default();
        read.folder(folder);
        self.errors.append(&mut read.errors);
        if let Some(parent) = self.executions.get_mut(of) {
            parent.children.append(&mut read.executions);
        }
    }

    fn folder(&mut self, folder: &Path) {
        let from = self.executions.len();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()),
            Err(error) => {
                let problem = format!("cannot read {}: {error}", folder.display());
                return self.errors.push(ReplayError::new(problem, ""));
            }
        };
        // In the order of their names.
        let (folders, files): (BTreeSet<PathBuf>, BTreeSet<_>) = entries.partition(|path| path.is_dir());
        let is_known =
            |path: &PathBuf| EXTENSIONS.iter().any(|known| path.extension().is_some_and(|own| own == *known));
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut descriptions = Vec::new();
        for path in files.into_iter().filter(is_known) {
            let Some(documents) = self.documents(&path) else { continue };
            if documents.only_describes() {
                descriptions.push((stem(&path).unwrap_or_default(), documents));
                continue;
            }
            let first = self.executions.len();
            self.add(&path, documents);
            if self.executions.len() == first + 1 {
                places.extend(stem(&path).map(|stem| (stem, first)));
            }
        }
        let machines = descriptions.iter().filter(|(_, documents)| documents.machine.is_some()).count();
        for (stem, documents) in &descriptions {
            match places.get(stem) {
                Some(place) => {
                    let file = self.executions.get(*place).map(|recording| recording.file.clone());
                    self.describe(documents, from, |recording| Some(&recording.file) == file.as_ref());
                }
                None if machines == 1 && documents.machine.is_some() => {
                    self.describe(documents, from, |recording| recording.definition.is_none());
                }
                None => {}
            }
        }
        for path in folders {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match places.get(&name) {
                Some(place) => self.children(&path, *place),
                None => self.folder(&path),
            }
        }
    }

    /// Adds executions that are children of map runs to their parents.
    fn adopt(&mut self, definition: Option<&Value>) {
        let mut parents: Vec<Recording> = Vec::new();
        let mut children: Vec<Recording> = Vec::new();
        for recording in std::mem::take(&mut self.executions) {
            let machine = recording.definition.as_ref().or(definition);
            let is_child = recording.map_run.is_some()
                || machine
                    .zip(recording.states().next())
                    .is_some_and(|(machine, (first, _))| begins_as_child(machine, first));
            if is_child { children.push(recording) } else { parents.push(recording) }
        }
        for child in children {
            let fits = |parent: &&mut Recording| match &child.map_run {
                Some(arn) => parent.runs().any(|(run, ..)| run == arn),
                None => parent.runs().any(|(_, from, to)| {
                    child.started_at().is_some_and(|start| from <= start && to.is_none_or(|to| start <= to))
                }),
            };
            let mut fitting: Vec<_> = parents.iter_mut().filter(fits).collect();
            let (why, help) = match (fitting.pop(), fitting.len()) {
                (Some(parent), 0) => {
                    parent.children.push(child);
                    continue;
                }
                (None, _) => (
                    "no other history starts it".to_owned(),
                    "give the history of the execution that started the map run too",
                ),
                (Some(_), more) => (
                    format!("{} executions had one at its time", more + 1),
                    "put children into a folder named like their parent's file, or save `describe-execution` of each child \
                     beside it as NAME.execution.json",
                ),
            };
            let (state, event) = child.states().next().unwrap_or_default();
            let problem = format!("it enters `{state}`, as a child of a map run does, and {why}");
            self.errors.push(ReplayError::at(&child.file, event, problem, help));
        }
        self.executions = parents;
    }
}

impl Recording {
    /// Returns its map runs: the ARN, the start and the end.
    fn runs(&self) -> impl Iterator<Item = (&str, workflow_local::Instant, Option<workflow_local::Instant>)> {
        let starts = self.events.iter().filter_map(|(_, noted)| match &noted.fact {
            Fact::MapRun(arn) => Some((arn.as_str(), noted)),
            _ => None,
        });
        starts.map(|(arn, start)| {
            let ends = [EventType::MapRunSucceeded, EventType::MapRunFailed, EventType::MapRunAborted];
            let end = self
                .events
                .iter()
                .find(|(_, noted)| noted.id > start.id && noted.kind.is_some_and(|kind| ends.contains(&kind)));
            (arn, start.time, end.map(|(_, noted)| noted.time))
        })
    }
}

/// Returns whether a state is the first state of a distributed map and not of the machine.
fn begins_as_child(definition: &Value, first: &str) -> bool {
    let (machine, _) = StateMachine::read(definition);
    let is_it = |scope: &Scope<'_>| {
        let config = definition.pointer(scope.pointer.child("ProcessorConfig").child("Mode").as_str());
        config.is_some_and(|mode| mode == "DISTRIBUTED") && scope.start_at == Some(first)
    };
    machine.start_at.as_deref() != Some(first) && machine.scopes().iter().any(is_it)
}

/// Returns the file's name up to its first dot.
fn stem(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    Some(name.split('.').next().unwrap_or_default().to_owned())
}
