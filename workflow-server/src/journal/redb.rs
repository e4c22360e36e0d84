//! Records in a redb file: checksummed, one fsync per commit. <https://docs.rs/redb>

use std::fs::OpenOptions;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use redb::{Database, DatabaseError, TableDefinition};

use super::{Backend, Reader, Record, Write};

const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// The file in the server's data folder.
const FILE: &str = "workflow.redb";

/// Each step of redb has its own error type.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A database file.
pub(crate) struct RedbBackend(Arc<Database>);

/// The same database file, for reading.
pub(crate) struct RedbReader(Arc<Database>);

/// How often a file is extended that is shorter than its header says.
const LENGTHENED: u32 = 16;

impl RedbBackend {
    /// Opens the database in a folder, and creates both if needed.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let path = folder.join(FILE);
        let lengthen = || {
            let file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(file.metadata()?.len().saturating_mul(2))
        };
        Self::opened(|| Database::create(&path), lengthen)
    }

    /// Opens a database on a simulated disk.
    #[cfg(test)]
    pub(super) fn on(disk: impl redb::StorageBackend + Clone) -> Result<Self, String> {
        let lengthen = || disk.set_len(disk.len()?.saturating_mul(2));
        Self::opened(|| Database::builder().create_with_backend(disk.clone()), lengthen)
    }

    /// Opens a database. After a crash, the header may be newer than the length of its file. redb panics in this case,
    /// although all committed data is present. The missing part was never committed, so it is filled with zeros.
    fn opened(
        open: impl Fn() -> Result<Database, DatabaseError>,
        lengthen: impl Fn() -> io::Result<()>,
    ) -> Result<Self, String> {
        for _ in 0..LENGTHENED {
            match catch_unwind(AssertUnwindSafe(&open)) {
                Ok(opened) => return Self::with_table(opened.map_err(|error| error.to_string())?),
                Err(_) => lengthen().map_err(|error| error.to_string())?,
            }
        }
        Err("the file is damaged".to_owned())
    }
}

/// Returns a key above all keys with a prefix, which is followed by text and numbers.
fn after(prefix: &[u8]) -> Vec<u8> {
    [prefix, &[0xff; 32]].concat()
}

impl RedbBackend {
    fn with_table(database: Database) -> Result<Self, String> {
        let make = || -> Result<(), Failure> {
            let transaction = database.begin_write()?;
            drop(transaction.open_table(RECORDS)?);
            transaction.commit()?;
            Ok(())
        };
        make().map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(database)))
    }

    pub(crate) fn reader(&self) -> Arc<dyn Reader> {
        Arc::new(RedbReader(Arc::clone(&self.0)))
    }

    fn change(&self, writes: Vec<Write>) -> Result<(), Failure> {
        let transaction = self.0.begin_write()?;
        {
            let mut table = transaction.open_table(RECORDS)?;
            for write in writes {
                match write {
                    Write::Put(key, value) => drop(table.insert(&*key, &*value)?),
                    Write::Remove(key) => drop(table.remove(&*key)?),
                    Write::RemoveAll(prefix) => {
                        table.retain_in(&*prefix..&*after(&prefix), |_, _| false)?;
                    }
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

impl RedbReader {
    fn read(&self, prefix: &[u8]) -> Result<Vec<Record>, Failure> {
        let transaction = self.0.begin_read()?;
        let table = transaction.open_table(RECORDS)?;
        let mut records = Vec::new();
        for record in table.range(prefix..&*after(prefix))? {
            let (key, value) = record?;
            records.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(records)
    }
}

impl Reader for RedbReader {
    fn records(&self, prefix: &[u8]) -> Result<Vec<Record>, String> {
        self.read(prefix).map_err(|error| error.to_string())
    }
}

impl Backend for RedbBackend {
    fn commit(&mut self, writes: Vec<Write>) -> Result<(), String> {
        self.change(writes).map_err(|error| error.to_string())
    }
}
