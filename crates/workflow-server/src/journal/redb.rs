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
    use std::io;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::Duration;

    use redb::StorageBackend;
    use serde_json::{Value, json};

    use super::RedbBackend;
    use crate::api::Input;
    use crate::api::arn::Scope;
    use crate::journal::Journal;
    use crate::operations;
    use crate::{Builder, Server};

    /// An operation on a disk.
    #[derive(Clone, Debug)]
    enum Operation {
        Write(usize, Vec<u8>),
        Length(usize),
        Sync,
    }

    /// A disk in memory, which records its operations.
    #[derive(Clone, Debug, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, Vec<Operation>)>>);

    impl Disk {
        fn of(bytes: Vec<u8>) -> Self {
            Self(Arc::new(Mutex::new((bytes, Vec::new()))))
        }

        fn with<T>(&self, act: impl FnOnce(&mut Vec<u8>, &mut Vec<Operation>) -> T) -> T {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (bytes, operations) = &mut *held;
            act(bytes, operations)
        }

        fn operations(&self) -> usize {
            self.with(|_, operations| operations.len())
        }

        fn change(&self, operation: Operation) {
            self.with(|bytes, operations| {
                apply(bytes, &operation);
                operations.push(operation);
            });
        }
    }

    fn apply(bytes: &mut Vec<u8>, operation: &Operation) {
        match operation {
            Operation::Write(at, data) => {
                let end = at + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(data);
            }
            Operation::Length(length) => bytes.resize(*length, 0),
            Operation::Sync => {}
        }
    }

    fn place(offset: u64) -> usize {
        usize::try_from(offset).unwrap_or(usize::MAX)
    }

    impl StorageBackend for Disk {
        fn len(&self) -> io::Result<u64> {
            Ok(self.with(|bytes, _| bytes.len() as u64))
        }

        fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
            let at = place(offset);
            let read = self.with(|bytes, _| bytes.get(at..at + length).map(<[u8]>::to_vec));
            read.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
        }

        fn set_len(&self, length: u64) -> io::Result<()> {
            self.change(Operation::Length(place(length)));
            Ok(())
        }

        fn sync_data(&self, _eventual: bool) -> io::Result<()> {
            self.change(Operation::Sync);
            Ok(())
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.change(Operation::Write(place(offset), data.to_vec()));
            Ok(())
        }
    }

    /// What happens to the operations since the last sync.
    #[derive(Clone, Copy, Debug)]
    enum Fault {
        Lost,
        Kept,
        /// Only the first half of the last one was written.
        Torn,
        /// One in the middle was lost.
        Gap,
        /// Later ones were written, earlier ones were not.
        Reordered,
    }

    const FAULTS: [Fault; 5] = [Fault::Lost, Fault::Kept, Fault::Torn, Fault::Gap, Fault::Reordered];

    /// Returns those of the operations since the last sync that reached the disk.
    fn surviving(pending: &[Operation], fault: Fault) -> Vec<Operation> {
        match fault {
            Fault::Lost => Vec::new(),
            Fault::Kept => pending.to_vec(),
            Fault::Torn => {
                let mut kept = pending.to_vec();
                if let Some(Operation::Write(_, data)) = kept.last_mut() {
                    data.truncate(data.len() / 2);
                }
                kept
            }
            Fault::Gap => {
                let gap = pending.len() / 2;
                pending
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != gap)
                    .map(|(_, operation)| operation.clone())
                    .collect()
            }
            Fault::Reordered => pending.get(pending.len() / 2..).unwrap_or_default().to_vec(),
        }
    }

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
        let operations = disk.with(|_, operations| operations.clone());
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
