//! Records in a file of redb: checksummed, one fsync a commit. <https://docs.rs/redb>

use std::fs::OpenOptions;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use redb::{Database, DatabaseError, TableDefinition};

use super::{Backend, Reader, Record, Write};

const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// The file in the folder of a server's data.
const FILE: &str = "workflow.redb";

/// Each step of redb has an error of its own.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A database file.
pub(crate) struct RedbBackend(Arc<Database>);

/// The same, to be read from.
pub(crate) struct RedbReader(Arc<Database>);

/// How often a file is lengthened that is shorter than its head says.
const LENGTHENED: u32 = 16;

impl RedbBackend {
    /// Opens the database in a folder, or makes both.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let path = folder.join(FILE);
        let lengthen = || {
            let file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(file.metadata()?.len().saturating_mul(2))
        };
        Self::opened(|| Database::create(&path), lengthen)
    }

    /// Opens a database on a disk that is made up.
    #[cfg(test)]
    pub(super) fn on(disk: impl redb::StorageBackend + Clone) -> Result<Self, String> {
        let lengthen = || disk.set_len(disk.len()?.saturating_mul(2));
        Self::opened(|| Database::builder().create_with_backend(disk.clone()), lengthen)
    }

    /// Opens a database. A machine that stops may leave a head that is newer than the length of its file: redb panics at that,
    /// although what was committed is there. What is missing was never committed, so that it may as well be zeros.
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

/// What is above all keys with a prefix: they are text and numbers behind it.
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
