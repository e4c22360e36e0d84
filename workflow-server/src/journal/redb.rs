//! Records in a file of redb: checksummed, one fsync a commit. <https://docs.rs/redb>

use std::fs::OpenOptions;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{Database, DatabaseError, ReadableTable, TableDefinition};

use super::{Backend, Record, Write};

const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// The file in the folder of a server's data.
const FILE: &str = "workflow.redb";

/// Each step of redb has an error of its own.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A database file.
pub(crate) struct RedbBackend(Database);

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
                Ok(opened) => return opened.map(Self).map_err(|error| error.to_string()),
                Err(_) => lengthen().map_err(|error| error.to_string())?,
            }
        }
        Err("the file is damaged".to_owned())
    }
}

impl RedbBackend {
    fn change(&self, writes: Vec<Write>) -> Result<(), Failure> {
        let transaction = self.0.begin_write()?;
        {
            let mut table = transaction.open_table(RECORDS)?;
            for write in writes {
                match write {
                    Write::Put(key, value) => drop(table.insert(&*key, &*value)?),
                    Write::Remove(key) => drop(table.remove(&*key)?),
                    Write::RemoveAll(prefix) => {
                        let mut after = prefix.clone();
                        // Keys are text and numbers behind it, so that nothing is above this.
                        after.extend([0xff; 32]);
                        table.retain_in(&*prefix..&*after, |_, _| false)?;
                    }
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// All records, in the order of their keys.
    pub(crate) fn records(&self) -> Result<Vec<Record>, String> {
        self.all().map_err(|error| error.to_string())
    }

    fn all(&self) -> Result<Vec<Record>, Failure> {
        // A new database has no table yet.
        let transaction = self.0.begin_write()?;
        drop(transaction.open_table(RECORDS)?);
        transaction.commit()?;
        let transaction = self.0.begin_read()?;
        let table = transaction.open_table(RECORDS)?;
        let mut records = Vec::new();
        for record in table.iter()? {
            let (key, value) = record?;
            records.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(records)
    }
}

impl Backend for RedbBackend {
    fn commit(&mut self, writes: Vec<Write>) -> Result<(), String> {
        self.change(writes).map_err(|error| error.to_string())
    }
}
