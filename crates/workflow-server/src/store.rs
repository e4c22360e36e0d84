//! The data of a server that is not running: checked, exported, compacted and repaired.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::Builder;
use crate::journal::{Journal, Quarantined, RedbBackend, Restored, contents, key_text};

/// The data of a server ([`Builder::data`](crate::Builder::data)) while no server uses it.
///
/// ```no_run
/// use workflow_server::{Server, Store};
///
/// # fn check() -> std::io::Result<()> {
/// for damage in Store::open("data")?.check(Server::builder())?.damaged {
///     println!("{damage}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Store {
    backend: RedbBackend,
    folder: PathBuf,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The result of [`Store::check`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreReport {
    /// The number of records.
    pub records: u64,
    /// The records that cannot be read, and what cannot be restored because of them.
    pub damaged: Vec<Quarantined>,
    /// The ARNs of the open executions whose history this version would change. It aborts them.
    pub diverged: Vec<String>,
}

impl Store {
    /// Opens the data in a folder. It keeps its format.
    ///
    /// # Errors
    /// Fails if there is none, if the file is damaged as a whole, or if a server uses it.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        let opened = RedbBackend::existing(&folder).map_err(|why| wrong(&folder, why))?;
        Ok(Self { backend: opened, folder })
    }

    /// Brings the data to the format of this version, as a server does when it starts.
    ///
    /// # Errors
    /// Fails if the file cannot be written, or if a later version wrote it.
    pub fn upgrade(&mut self) -> io::Result<()> {
        self.backend.upgrade().map_err(|why| wrong(&self.folder, why))
    }

    /// Reads every record, and replays the open executions. Handlers are not called, and nothing is written. `server` has
    /// the configuration of the server: a store of format 1 does not contain what item readers read.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub fn check(&self, server: Builder) -> io::Result<StoreReport> {
        let mut report = StoreReport::default();
        self.each(|key, contents| {
            report.records += 1;
            if let Err(reason) = contents {
                report.damaged.push(Quarantined { subject: key_text(key), reason });
            }
        })?;
        let Restored { diverged, quarantined } = server.restored(Journal::of_reader(self.backend.reader()))?;
        report.diverged = diverged;
        report.damaged.extend(quarantined);
        Ok(report)
    }

    /// Writes all records as lines of JSON: `{"key": …, "record": …}`, or `{"key": …, "damage": …}`.
    ///
    /// # Errors
    /// Fails if the file cannot be read, or if a line cannot be written.
    pub fn export(&self, output: &mut impl Write) -> io::Result<()> {
        let mut written = Ok(());
        self.each(|key, contents| {
            // The record of an end has several lines of JSON.
            let parsed = contents.and_then(|text| {
                let lines = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
                let lines: Result<Vec<Value>, _> = lines.collect();
                lines.map_err(|error| error.to_string())
            });
            let line = match parsed {
                Ok(lines) => match <[Value; 1]>::try_from(lines) {
                    Ok([record]) => json!({"key": key_text(key), "record": record}),
                    Err(lines) => json!({"key": key_text(key), "record": lines}),
                },
                Err(why) => json!({"key": key_text(key), "damage": why}),
            };
            if written.is_ok() {
                written = writeln!(output, "{line}");
            }
        })?;
        written
    }

    /// Makes the file as small as it can be. Returns its size in bytes before and after.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn compact(&mut self) -> io::Result<(u64, u64)> {
        self.backend.compact().map_err(|why| wrong(&self.folder, why))
    }

    /// Moves the damaged records to the file `damaged.jsonl` in the folder, so that their names are free. Returns what was
    /// damaged.
    ///
    /// # Errors
    /// Fails if a file cannot be written.
    pub fn repair(&mut self) -> io::Result<Vec<Quarantined>> {
        let (mut moved, mut keys, mut lines) = (Vec::new(), Vec::new(), String::new());
        let read = self.backend.each_value(&mut |key, value| {
            if let Err(reason) = contents(key, value) {
                keys.push(key.to_vec());
                let line = json!({"key": key_text(key), "value": String::from_utf8_lossy(value)});
                lines.push_str(&format!("{line}\n"));
                moved.push(Quarantined { subject: key_text(key), reason });
            }
        });
        read.map_err(|why| wrong(&self.folder, why))?;
        if !keys.is_empty() {
            let mut file = File::options().create(true).append(true).open(self.folder.join("damaged.jsonl"))?;
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            self.backend.remove(&keys).map_err(|why| wrong(&self.folder, why))?;
        }
        Ok(moved)
    }

    fn each(&self, mut visit: impl FnMut(&[u8], Result<&[u8], String>)) -> io::Result<()> {
        let read = self.backend.each_value(&mut |key, value| visit(key, contents(key, value)));
        read.map_err(|why| wrong(&self.folder, why))
    }
}

fn wrong(folder: &Path, why: String) -> io::Error {
    io::Error::other(format!("the data in {}: {why}", folder.display()))
}
