//! Writes what executions take: a file for each process, a line for each definition, name and execution.
//!
//! A line is written whole and at once, so that a process that is killed spoils at most its last line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use workflow_asl::{Pointer, StateMachine};

use super::{FILE_EXTENSION, FOLDER_VARIABLE};
use crate::mutation::digits;

/// A program whose executions are counted.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    definition: Arc<str>,
    ways: usize,
    /// The number of each of the program's points in the definition, if they differ.
    places: Option<Arc<[Option<usize>]>>,
}

struct Recorder {
    file: File,
    /// Lines that are written once a process.
    known: BTreeSet<String>,
}

/// Returns the process's recorder; `None` if coverage is off, or its file cannot be created.
fn recorder() -> Option<&'static Mutex<Recorder>> {
    static RECORDER: OnceLock<Option<Mutex<Recorder>>> = OnceLock::new();
    let open = || {
        let folder = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty())?;
        match Recorder::open(Path::new(&folder)) {
            Ok(recorder) => Some(Mutex::new(recorder)),
            Err(error) => {
                eprintln!("warning: no workflow coverage: {FOLDER_VARIABLE}={}: {error}", folder.display());
                None
            }
        }
    };
    RECORDER.get_or_init(open).as_ref()
}

impl Recorder {
    fn open(folder: &Path) -> std::io::Result<Self> {
        // Tests run in the folders of their packages: a relative path would mean many places.
        if !folder.is_absolute() {
            return Err(std::io::Error::other("the folder must be an absolute path"));
        }
        std::fs::create_dir_all(folder)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        // A process id may come again within a run.
        let path = folder.join(format!("{}-{now}.{FILE_EXTENSION}", std::process::id()));
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        Ok(Self { file, known: BTreeSet::new() })
    }

    fn write(&mut self, line: &Value) {
        // A full disk must not fail the tests; the report counts broken lines.
        let _ = self.file.write_all(format!("{line}\n").as_bytes());
    }

    fn write_once(&mut self, key: String, line: impl FnOnce() -> Value) {
        if self.known.insert(key) {
            self.write(&line());
        }
    }
}

impl Watch {
    /// Makes a definition known, where coverage is wanted.
    pub(crate) fn of(machine: &StateMachine, pointers: impl FnOnce() -> Vec<Pointer>) -> Option<Self> {
        let recorder = recorder()?;
        let document = machine.write();
        let definition = digits(&document);
        let pointers = pointers();
        let ways = pointers.len();
        recorder.lock().unwrap_or_else(PoisonError::into_inner).write_once(definition.clone(), || {
            let pointers: Vec<_> = pointers.iter().map(Pointer::as_str).collect();
            json!({ "definition": definition, "pointers": pointers, "document": document })
        });
        Some(Self { definition: definition.into(), ways, places: None })
    }

    /// Returns the recorder of a program with a part of the points of this one, by their pointers.
    pub(crate) fn of_part(&self, whole: &[Pointer], part: &[Pointer]) -> Self {
        let known: BTreeMap<_, _> = whole.iter().enumerate().map(|(number, pointer)| (pointer, number)).collect();
        let places = part.iter().map(|pointer| self.place(*known.get(pointer)?));
        Self { definition: self.definition.clone(), ways: part.len(), places: Some(places.collect()) }
    }

    /// Returns the number of a program's point in the definition.
    fn place(&self, number: usize) -> Option<usize> {
        self.places.as_ref().map_or(Some(number), |places| places.get(number).copied().flatten())
    }

    /// Records a name for the definition.
    pub(crate) fn named(&self, name: &str) {
        let Some(recorder) = recorder() else { return };
        let line = || json!({ "definition": &*self.definition, "name": name });
        let key = format!("{} {name}", self.definition);
        recorder.lock().unwrap_or_else(PoisonError::into_inner).write_once(key, line);
    }

    /// Records that exploration runs executions that are not counted.
    pub(crate) fn explored(&self) {
        let Some(recorder) = recorder() else { return };
        let line = || json!({ "definition": &*self.definition, "explored": true });
        let key = format!("{} explored", self.definition);
        recorder.lock().unwrap_or_else(PoisonError::into_inner).write_once(key, line);
    }

    /// Writes the items that an exploration took.
    pub(crate) fn record_explored(&self, taken: &[bool]) {
        let Some(recorder) = recorder() else { return };
        let taken = taken.iter().enumerate().filter(|(_, taken)| **taken);
        let taken: Vec<_> = taken.filter_map(|(number, _)| self.place(number)).collect();
        let line = json!({ "definition": &*self.definition, "explored": taken });
        recorder.lock().unwrap_or_else(PoisonError::into_inner).write(&line);
    }

    /// Counters for an execution, one for each way.
    pub(crate) fn counters(&self) -> Vec<u64> {
        vec![0; self.ways]
    }

    /// Writes the items that an execution took.
    pub(crate) fn record(&self, taken: &[u64]) {
        let Some(recorder) = recorder() else { return };
        let taken = taken.iter().enumerate().filter(|(_, count)| **count > 0);
        let taken: Vec<_> = taken.filter_map(|(number, count)| Some((self.place(number)?, count))).collect();
        let line = json!({ "definition": &*self.definition, "taken": taken });
        recorder.lock().unwrap_or_else(PoisonError::into_inner).write(&line);
    }
}
