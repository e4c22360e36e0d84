//! Records in a redb file: checksummed, one fsync per commit. <https://docs.rs/redb>

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use redb::{Database, DatabaseError, ReadOnlyTable, ReadableTable, StorageError, TableDefinition, TableError};

use super::record::{FormatRecord, Key};
use super::{Backend, Reader, Visit, Write, contents, panic_message, sealed};

const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// The file in the server's data folder.
const FILE: &str = "workflow.redb";
/// The name of the file until it is a database.
const NEW_FILE: &str = "workflow.redb.new";

/// Each step of redb has its own error type.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Opens the database, at the start and after a failure: redb does not go on after an error of the disk.
type Open = Box<dyn Fn() -> Result<Database, String> + Send>;

/// The open database; `None` after a failure.
type Shared = Arc<Mutex<Option<Arc<Database>>>>;

/// A database file.
pub(crate) struct RedbBackend {
    open: Open,
    database: Shared,
    path: PathBuf,
    /// Whether it has format 1, whose values have no digests.
    is_old: bool,
}

/// The same database file, for reading. Values of format 1 get their digests.
pub(crate) struct RedbReader(Shared, bool);

impl RedbBackend {
    /// Opens the database in a folder, and creates both if needed.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let path = folder.join(FILE);
        if !path.exists() {
            create(&folder.join(NEW_FILE), &path).map_err(|error| error.to_string())?;
        }
        Self::current(Self::at(path)?)
    }

    /// Opens the database in a folder that has one, in the format that it has.
    pub(crate) fn existing(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        if path.exists() { Self::at(path) } else { Err(format!("there is no file {FILE}")) }
    }

    fn at(path: PathBuf) -> Result<Self, String> {
        let file = path.clone();
        Self::opened(Box::new(move || open_file(&file)), path)
    }

    fn opened(open: Open, path: PathBuf) -> Result<Self, String> {
        let database = Arc::new(Mutex::new(Some(Arc::new(open()?))));
        let mut backend = Self { open, database, path, is_old: false };
        let mut has_format = false;
        backend.each_value(&mut |key, _| has_format |= *key == Key::Format.bytes())?;
        backend.is_old = !has_format;
        Ok(backend)
    }

    fn current(mut backend: Self) -> Result<Self, String> {
        backend.upgrade()?;
        Ok(backend)
    }

    /// Brings it to the format of this version.
    pub(crate) fn upgrade(&mut self) -> Result<(), String> {
        self.exclusively(|database| {
            // The first version had redb's format 2.
            database.upgrade()?;
            prepare(database)
        })?;
        self.is_old = false;
        Ok(())
    }

    /// Makes the file smaller, and returns its size in bytes before and after.
    pub(crate) fn compact(&self) -> Result<(u64, u64), String> {
        let size = || std::fs::metadata(&self.path).map(|file| file.len()).map_err(|error| error.to_string());
        let before = size()?;
        // One step moves some pages only.
        self.exclusively(|database| {
            while database.compact()? {}
            Ok(())
        })?;
        Ok((before, size()?))
    }

    /// Changes the database while nobody reads it.
    fn exclusively(&self, act: impl FnOnce(&mut Database) -> Result<(), Failure>) -> Result<(), String> {
        let mut held = self.database.lock();
        let mut database = held.take().and_then(Arc::into_inner).ok_or("the data is in use")?;
        let acted = catch_unwind(AssertUnwindSafe(|| act(&mut database)));
        match acted {
            Ok(acted) => {
                *held = Some(Arc::new(database));
                acted.map_err(|error| error.to_string())
            }
            Err(panic) => {
                // It must not be written any more.
                std::mem::forget(database);
                Err(damaged(&panic_message(&*panic)))
            }
        }
    }

    /// Passes on all records.
    pub(crate) fn each_value(&self, visit: &mut Visit<'_>) -> Result<(), String> {
        let reader = self.reader();
        let read = || reader.each(&[], visit);
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| Err(panic_message(&*panic)))
    }

    /// Removes records.
    pub(crate) fn remove(&mut self, keys: &[Vec<u8>]) -> Result<(), String> {
        let writes: Vec<Write> = keys.iter().map(|key| Write::Remove(key.clone())).collect();
        self.commit(&writes)
    }

    /// Opens a database on a simulated disk.
    #[cfg(test)]
    pub(crate) fn on(disk: impl redb::StorageBackend + Clone) -> Result<Self, String> {
        let open = move || {
            let now = disk.len().map_err(|error| error.to_string())?;
            let header = disk.read(0, HEADER.min(usize::try_from(now).unwrap_or(HEADER)));
            let length = header.ok().and_then(|header| length(&header));
            if let Some(length) = length.filter(|length| now < *length) {
                disk.set_len(length).map_err(|error| error.to_string())?;
            }
            started(|| builder().create_with_backend(disk.clone()))
        };
        Self::current(Self::opened(Box::new(open), PathBuf::new())?)
    }

    pub(crate) fn reader(&self) -> Arc<dyn Reader> {
        Arc::new(RedbReader(Arc::clone(&self.database), self.is_old))
    }
}

/// The bytes of pages that are kept in memory.
const CACHE: usize = 64 * 1024 * 1024;

/// Returns a builder of databases in redb's format 3. If the power fails during the repair of one in format 2, it may
/// have a wrong list of free pages afterwards, and overwrite others.
pub(crate) fn builder() -> redb::Builder {
    let mut builder = Database::builder();
    builder.create_with_file_format_v3(true).set_cache_size(CACHE);
    builder
}

/// Creates a database file. It has its name only when it is complete.
fn create(new: &Path, path: &Path) -> Result<(), Failure> {
    let _ = std::fs::remove_file(new);
    drop(builder().create(new)?);
    std::fs::rename(new, path)?;
    Ok(())
}

/// Opens a database file. A file that is shorter than its header says is damaged, unless it was open when the computer
/// stopped: then the header may be newer than the length, and the missing part was never committed.
fn open_file(path: &Path) -> Result<Database, String> {
    let failed = |error: io::Error| error.to_string();
    let mut header = Vec::new();
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
    (&file).take(HEADER as u64).read_to_end(&mut header).map_err(failed)?;
    let now = file.metadata().map_err(failed)?.len();
    let length = match length(&header) {
        Some(length) => length,
        None if now == 0 => return Err("the file is empty".to_owned()),
        None => return Err("the file is not a database of this server".to_owned()),
    };
    if now >= length {
        return started(|| builder().open(path));
    }
    if !was_open(&header) {
        return Err(damaged(&format!("it has {now} bytes of {length}")));
    }
    file.set_len(length).map_err(failed)?;
    let opened = started(|| builder().open(path));
    if opened.is_err() {
        file.set_len(now).map_err(failed)?;
    }
    opened
}

fn damaged(why: &str) -> String {
    format!("the file is damaged: {why} (use a copy of it)")
}

/// Opens a database. redb panics if some parts of it are damaged.
fn started(open: impl Fn() -> Result<Database, DatabaseError>) -> Result<Database, String> {
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Err(DatabaseError::Storage(StorageError::Corrupted(why)))) => Err(damaged(&why)),
        Ok(opened) => opened.map_err(|error| error.to_string()),
        Err(panic) => Err(damaged(&panic_message(&*panic))),
    }
}

/// The bytes of redb's header that say how long the file is (<https://github.com/cberner/redb/blob/master/docs/design.md>).
const HEADER: usize = 32;
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";
/// The bit of the byte after the magic number that is set while the file is open.
const OPEN: u8 = 2;

fn was_open(header: &[u8]) -> bool {
    header.get(MAGIC.len()).is_some_and(|flags| flags & OPEN != 0)
}

/// Returns the length of the file that a header belongs to.
fn length(header: &[u8]) -> Option<u64> {
    let number = |at: usize| Some(u64::from(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?)));
    let (page, head, most, full, rest) = (number(12)?, number(16)?, number(20)?, number(24)?, number(28)?);
    let rest = if rest == 0 { 0 } else { head + rest };
    let pages = full.checked_mul(head + most)?.checked_add(rest + 1)?;
    header.starts_with(MAGIC).then(|| pages.checked_mul(page)).flatten()
}

/// Returns a key above all keys with a prefix, which is followed by text and numbers.
fn after(prefix: &[u8]) -> Vec<u8> {
    [prefix, &[0xff; 32]].concat()
}

/// Creates the table of a new store, and gives the records of a store of format 1 their digests.
fn prepare(database: &Database) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(RECORDS)?;
        let key = Key::Format.bytes();
        let format = table.get(&*key)?.map(|value| value.value().to_vec());
        if format.is_none() {
            let old =
                table.iter()?.map(|record| record.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())));
            for (key, value) in old.collect::<Result<Vec<_>, _>>()? {
                table.insert(&*key, &*sealed(&key, &value))?;
            }
        }
        let known = format.as_deref().and_then(|value| serde_json::from_slice(contents(&key, value).ok()?).ok());
        if let Some(FormatRecord { format, engine }) =
            known.filter(|known: &FormatRecord| known.format != FormatRecord::CURRENT)
        {
            let own = FormatRecord::CURRENT;
            let why = format!("version {engine} wrote it in format {format}, and this one reads format {own}");
            return Err(format!("{why}: use the program that wrote it").into());
        }
        // Also in place of a damaged one.
        let current = serde_json::to_vec(&FormatRecord::current())?;
        table.insert(&*key, &*sealed(&key, &current))?;
    }
    transaction.commit()?;
    Ok(())
}

fn change(database: &Database, writes: &[Write]) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(RECORDS)?;
        for write in writes {
            match write {
                Write::Put(key, value) => drop(table.insert(&**key, &**value)?),
                Write::Remove(key) => drop(table.remove(&**key)?),
                Write::RemoveAll(prefix) => table.retain_in(&**prefix..&*after(prefix), |_, _| false)?,
                // Removing each record would copy every page.
                Write::Clear => {
                    drop(table);
                    transaction.delete_table(RECORDS)?;
                    table = transaction.open_table(RECORDS)?;
                }
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

impl RedbReader {
    /// Reads, and passes on each record in the format of today.
    fn read(
        &self,
        visit: &mut Visit<'_>,
        read: impl FnOnce(&ReadOnlyTable<&[u8], &[u8]>, &mut Visit<'_>) -> Result<(), StorageError>,
    ) -> Result<(), String> {
        let database = self.0.lock().clone().ok_or_else(|| "the data cannot be read at present".to_owned())?;
        let transaction = database.begin_read().map_err(|error| error.to_string())?;
        let read = match (transaction.open_table(RECORDS), self.1) {
            // A new file has none.
            (Err(TableError::TableDoesNotExist(_)), _) => return Ok(()),
            (Err(error), _) => return Err(error.to_string()),
            (Ok(table), true) => read(&table, &mut |key, value| visit(key, &sealed(key, value))),
            (Ok(table), false) => read(&table, visit),
        };
        read.map_err(|error| error.to_string())
    }
}

impl Reader for RedbReader {
    fn each(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), String> {
        self.read(visit, |table, visit| {
            for record in table.range(prefix..&*after(prefix))? {
                let (key, value) = record?;
                visit(key.value(), value.value());
            }
            Ok(())
        })
    }

    fn only(&self, keys: &[Vec<u8>], visit: &mut Visit<'_>) -> Result<(), String> {
        self.read(visit, |table, visit| {
            for key in keys {
                table.get(&**key)?.into_iter().for_each(|value| visit(key, value.value()));
            }
            Ok(())
        })
    }
}

impl Backend for RedbBackend {
    fn commit(&mut self, writes: &[Write]) -> Result<(), String> {
        let open = self.database.lock().clone();
        let database = match open {
            Some(database) => database,
            None => {
                let database = Arc::new((self.open)()?);
                *self.database.lock() = Some(Arc::clone(&database));
                database
            }
        };
        let changed = change(&database, writes);
        if changed.is_err() {
            self.database.lock().take();
        }
        changed.map_err(|error| error.to_string())
    }
}

/// Tests the data after the computer stops at any moment: writes since the last sync are lost, torn or reordered.
///
/// A server starts with each state of the disk. `WORKFLOW_FAULTS=all` tries every write instead of a sample.
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic, its helpers too"
)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::{FormatRecord, Key, RedbBackend};
    use crate::api::Input;
    use crate::api::arn::Scope;
    use crate::journal::Journal;
    use crate::journal::disk::{Disk, FAULTS, Fault, Operation, apply, surviving};
    use crate::journal::{Backend, Write};
    use crate::operations;
    use crate::{Builder, Server};

    const STATES: usize = 50;

    /// Returns a chain of states in which every third state is a task.
    fn definition() -> String {
        let state = |at: usize| {
            let mut state = match at % 3 {
                0 => json!({
                    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Parameters": {"task": at},
                    "ResultPath": format!("$.r{at}"),
                }),
                1 => {
                    json!({"Type": "Pass", "Parameters": {"id.$": "States.UUID()", "all.$": "$"}, "ResultPath": "$.last"})
                }
                _ => json!({"Type": "Wait", "Seconds": 0}),
            };
            match at + 1 {
                STATES => state["End"] = json!(true),
                next => state["Next"] = json!(format!("S{next}")),
            }
            // Otherwise, it would grow threefold with each state.
            if at % 3 == 1 {
                state["Parameters"] = json!({"id.$": "States.UUID()"});
            }
            (format!("S{at}"), state)
        };
        let states: serde_json::Map<_, _> = (0..STATES).map(state).collect();
        json!({"StartAt": "S0", "States": states}).to_string()
    }

    /// The called tasks, with the number of disk operations at the time of the call.
    type Calls = Arc<Mutex<Vec<(u64, usize)>>>;

    async fn server(disk: &Disk, calls: &Calls) -> Server {
        let backend = RedbBackend::on(disk.clone()).unwrap();
        let reader = backend.reader();
        let journal = Journal::new(backend, reader).unwrap();
        let (calls, disk) = (Arc::clone(calls), disk.clone());
        let handler = move |input: Value| {
            let task = input["task"].as_u64().unwrap();
            calls.lock().unwrap().push((task, disk.operations()));
            Ok(json!(task))
        };
        let builder: Builder = Server::builder().on_lambda("f", handler);
        builder.with_journal(journal).bind("127.0.0.1:0").await.unwrap()
    }

    async fn call(server: &Server, operation: &str, body: Value) -> Value {
        let input = Input::parse(body.to_string().as_bytes(), Scope::default()).unwrap();
        let answer = operations::run(server.registry(), operation, &input).await.unwrap();
        server.registry().journal.flushed().await.unwrap();
        serde_json::from_slice(&answer).unwrap()
    }

    async fn ended(server: &Server, execution: &Value) -> (Value, Vec<Value>) {
        for _ in 0..4000 {
            let described = call(server, "DescribeExecution", json!({"executionArn": execution})).await;
            if described["status"] != "RUNNING" {
                let history = json!({"executionArn": execution, "maxResults": 1000});
                let events = call(server, "GetExecutionHistory", history).await["events"].as_array().unwrap().clone();
                return (described, events.iter().map(|event| event["type"].clone()).collect());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("it does not end");
    }

    #[test]
    fn a_power_failure_during_the_repair_after_another_one_loses_nothing() {
        let disk = Disk::default();
        let mut backend = RedbBackend::on(disk.clone()).unwrap();
        let put = |number: u32| Write::Put(format!("x/{number:04}").into_bytes(), vec![7; 500]);
        for commit in 0..10 {
            backend.commit(&(commit * 20..commit * 20 + 20).map(put).collect::<Vec<_>>()).unwrap();
        }
        disk.fail_power(0);
        for (syncs, second) in (1..8).flat_map(|syncs| FAULTS.map(|fault| (syncs, fault))) {
            let repaired = disk.after(Fault::Lost);
            repaired.fail_power(syncs);
            drop(RedbBackend::on(repaired.clone()));
            let mut backend =
                RedbBackend::on(repaired.after(second)).unwrap_or_else(|why| panic!("{syncs} {second:?}: {why}"));
            for commit in 0..5 {
                backend.commit(&(0..50).map(|number| put(1000 + commit * 50 + number)).collect::<Vec<_>>()).unwrap();
            }
            let mut read = 0;
            backend
                .each_value(&mut |key, value| read += usize::from(key.starts_with(b"x/") && value == [7; 500]))
                .unwrap();
            assert_eq!(read, 450, "{syncs} {second:?}");
        }
    }

    #[test]
    fn a_store_of_another_format_says_what_to_use() {
        let disk = Disk::default();
        let mut backend = RedbBackend::on(disk.clone()).unwrap();
        let other = FormatRecord { format: 2, engine: "0.0.9".to_owned() };
        backend.commit(&[Key::Format.put(&other)]).unwrap();
        drop(backend);
        let why = RedbBackend::on(disk).err().unwrap();
        assert_eq!(
            why,
            "version 0.0.9 wrote it in format 2, and this one reads format 3: use the program that wrote it"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_state_of_the_disk_is_one_to_go_on_from() {
        let (disk, calls) = (Disk::default(), Calls::default());
        let first = server(&disk, &calls).await;
        let body = json!({"name": "M", "definition": definition(), "roleArn": "arn:aws:iam::123456789012:role/r"});
        let machine = call(&first, "CreateStateMachine", body).await["stateMachineArn"].clone();
        let started = json!({"stateMachineArn": machine, "name": "e"});
        let execution = call(&first, "StartExecution", started).await["executionArn"].clone();
        // What was acknowledged is on the disk from here on.
        let acknowledged = disk.operations();
        let (described, events) = ended(&first, &execution).await;
        assert_eq!(described["status"], "SUCCEEDED", "{described}");
        drop(first);
        let operations = disk.all_operations();
        let calls = calls.lock().unwrap().clone();
        assert_eq!(calls.len(), STATES.div_ceil(3));

        let all = std::env::var("WORKFLOW_FAULTS").is_ok_and(|tried| tried == "all");
        let step = if all { 1 } else { (operations.len() - acknowledged).div_ceil(16) };
        let mut tried = 0;
        for stop in (acknowledged..operations.len()).step_by(step) {
            let synced = operations[..stop].iter().rposition(|operation| matches!(operation, Operation::Sync));
            let (durable, pending) = operations[..stop].split_at(synced.map_or(0, |at| at + 1));
            let mut base = Vec::new();
            durable.iter().for_each(|operation| apply(&mut base, operation));
            for fault in FAULTS {
                let mut bytes = base.clone();
                surviving(pending, fault).iter().for_each(|operation| apply(&mut bytes, operation));
                let again = Calls::default();
                let server = server(&Disk::of(bytes), &again).await;
                assert_eq!(server.diverged(), [] as [&str; 0], "{fault:?} at {stop}");
                let (now, now_events) = ended(&server, &execution).await;
                let told = (&now["status"], &now["output"], &now_events);
                assert_eq!(told, (&described["status"], &described["output"], &events), "{fault:?} at {stop}");
                // When a task was called, the previous answer was on the disk.
                let recorded = calls.iter().filter(|(_, at)| *at < stop).count().saturating_sub(1);
                let repeated: Vec<_> = again.lock().unwrap().iter().map(|(task, _)| *task).collect();
                for (task, _) in &calls[..recorded] {
                    assert!(
                        !repeated.contains(task),
                        "{fault:?} at {stop}: task {task} was called again: {repeated:?}"
                    );
                }
                tried += 1;
            }
        }
        println!("{tried} states of the disk, of {} operations", operations.len());
        assert!(tried >= 5 * 10, "{tried}");
    }
}
