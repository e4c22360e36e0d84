//! The records: how resources are stored, as JSON, and under which keys.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_local::{Execution, Instant, Status};

use super::{Write, sealed};
use crate::executions::{RecordedInput, STATUSES};
use crate::registry::{Activity, Alias, Configuration, Machine, Revision, Tags, Version};

/// The subject of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    Activity(&'a str),
    Clock,
    Format,
    Machine(&'a str),
    Revision(u64),
    /// The start of an execution, by its number.
    Execution(u64),
    /// The end of an execution, by its number: lines with an [`EndRecord`], the description of its snapshot, and its
    /// first history if that is short. A running execution has none.
    End(u64),
    /// A history of an ended execution, by its number and the place in its snapshot.
    History(u64, u64),
    /// All histories of an execution.
    AllHistories(u64),
    /// Inputs of an execution, by its number and in order.
    Entries(u64, u64),
    /// All inputs of an execution.
    AllEntries(u64),
}

/// The kind of a record, which determines the first letter of its key.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum RecordKind {
    Activity = b'a',
    Clock = b'c',
    End = b'e',
    Format = b'f',
    History = b'h',
    Entries = b'j',
    Machine = b'm',
    Revision = b'r',
    Execution = b'x',
}

impl RecordKind {
    /// Returns the prefix of its records' keys.
    pub(crate) fn prefix(self) -> [u8; 2] {
        [self as u8, b'/']
    }
}

impl Key<'_> {
    /// Returns the bytes of the key: the prefix of its kind, then a name or numbers in byte order.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let named = |kind: RecordKind, name: &str| [&kind.prefix(), name.as_bytes()].concat();
        let numbered = |kind: RecordKind, numbers: &[u64]| {
            let mut key = kind.prefix().to_vec();
            numbers.iter().for_each(|number| key.extend(number.to_be_bytes()));
            key
        };
        match self {
            Self::Activity(arn) => named(RecordKind::Activity, arn),
            Self::Clock => named(RecordKind::Clock, ""),
            Self::Format => named(RecordKind::Format, ""),
            Self::Machine(arn) => named(RecordKind::Machine, arn),
            Self::Revision(number) => numbered(RecordKind::Revision, &[number]),
            Self::Execution(number) => numbered(RecordKind::Execution, &[number]),
            Self::End(number) => numbered(RecordKind::End, &[number]),
            Self::History(number, place) => numbered(RecordKind::History, &[number, place]),
            Self::AllHistories(number) => numbered(RecordKind::History, &[number]),
            Self::Entries(number, place) => numbered(RecordKind::Entries, &[number, place]),
            Self::AllEntries(number) => numbered(RecordKind::Entries, &[number]),
        }
    }

    /// Returns the write of a record with this key.
    pub(crate) fn put(self, record: &impl Serialize) -> Write {
        // Records are structures of strings and numbers, which JSON can represent.
        self.put_text(&serde_json::to_vec(record).unwrap_or_default())
    }

    /// Returns the write of a record with this key and these contents, which are JSON.
    pub(crate) fn put_text(self, contents: &[u8]) -> Write {
        let key = self.bytes();
        let value = sealed(&key, contents);
        Write::Put(key, value)
    }
}

/// Returns a key as text: the letter of its kind, then the name or the numbers.
#[cfg(feature = "durable")]
pub(crate) fn key_text(key: &[u8]) -> String {
    let named = [RecordKind::Activity, RecordKind::Machine, RecordKind::Clock, RecordKind::Format];
    let is_named = named.into_iter().any(|kind| key.starts_with(&kind.prefix()));
    match numbers(key).filter(|_| !is_named) {
        Some(numbers) => {
            let letter = key.first().copied().map_or('?', char::from);
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            format!("{letter}/{}", numbers.join("/"))
        }
        None => String::from_utf8_lossy(key).into_owned(),
    }
}

/// Returns the numbers of a key after its prefix.
pub(super) fn numbers(key: &[u8]) -> Option<Vec<u64>> {
    let numbers = key.get(2..)?.chunks(8).map(|bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)));
    numbers.collect()
}

/// A state machine.
#[derive(Serialize, Deserialize)]
pub(crate) struct MachineRecord {
    name: String,
    express: bool,
    created: i64,
    pub(super) number: u64,
    tags: Vec<(String, String)>,
    published: Option<Option<String>>,
    pub(super) current: u64,
    pub(super) versions: Vec<VersionRecord>,
    last_version: u32,
    pub(super) aliases: Vec<AliasRecord>,
    #[serde(default)]
    deleting: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    number: u32,
    pub(super) revision: u64,
    description: Option<String>,
    created: i64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    name: String,
    #[serde(flatten)]
    pub(super) alias: Alias,
}

/// A revision, without its program.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct RevisionRecord {
    pub(super) id: Option<String>,
    pub(super) definition: String,
    pub(super) role_arn: String,
    #[serde(flatten)]
    pub(super) configuration: Configuration,
    pub(super) updated: i64,
    /// The state machine's name, which its program contains.
    pub(super) name: String,
    pub(super) express: bool,
}

/// The format of the store, and the version of the engine that created it.
#[derive(Serialize, Deserialize)]
pub(crate) struct FormatRecord {
    pub(crate) format: u32,
    pub(crate) engine: String,
}

impl FormatRecord {
    /// The format that this version writes. Format 1 had no digests, and no record of its format. No release has format 2.
    pub(crate) const CURRENT: u32 = 3;

    /// Returns the record of a new store.
    pub(crate) fn current() -> Self {
        Self { format: Self::CURRENT, engine: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// How far the clock was advanced, in milliseconds.
#[derive(Serialize, Deserialize)]
pub(crate) struct ClockRecord {
    #[serde(rename = "turned")]
    pub(crate) advanced: u64,
}

/// An activity.
#[derive(Serialize, Deserialize)]
pub(crate) struct ActivityRecord {
    name: String,
    created: i64,
    pub(super) number: u64,
    encryption: Value,
    tags: Vec<(String, String)>,
}

/// The start of an execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExecutionRecord {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) machine_arn: String,
    pub(crate) machine_name: String,
    pub(crate) express: bool,
    pub(crate) revision: u64,
    pub(crate) version_arn: Option<String>,
    pub(crate) alias_arn: Option<String>,
    pub(crate) input: String,
    pub(crate) trace_header: Option<String>,
    /// A test case of the mock file.
    pub(crate) case: Option<String>,
    pub(crate) time: i64,
    pub(crate) seed: u64,
}

/// The end of an execution, with everything that lists show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EndRecord {
    status: String,
    stopped: i64,
    pub(crate) redrives: u64,
    redriven: Option<i64>,
    /// The ARNs of its map runs.
    pub(crate) map_runs: Vec<String>,
}

impl EndRecord {
    pub(crate) fn of(execution: &Execution) -> Self {
        let view = execution.view();
        Self {
            status: view.status().name().to_owned(),
            stopped: view.stopped_at().unwrap_or(execution.now()).as_millis(),
            redrives: view.redrive_count(),
            redriven: view.redriven_at().map(Instant::as_millis),
            map_runs: execution.map_runs().iter().map(|map_run| map_run.arn().to_owned()).collect(),
        }
    }

    pub(crate) fn status(&self) -> Status {
        STATUSES.into_iter().find(|status| status.name() == self.status).unwrap_or(Status::Aborted)
    }

    pub(crate) fn stopped_at(&self) -> Instant {
        Instant::from_millis(self.stopped)
    }

    pub(crate) fn redriven_at(&self) -> Option<Instant> {
        self.redriven.map(Instant::from_millis)
    }
}

/// A group of inputs of an execution.
pub(crate) type EntriesRecord = Vec<RecordedInput>;

fn pairs(tags: &Tags) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

impl MachineRecord {
    /// Returns the numbers of the revisions that it needs.
    pub(super) fn revisions(&self) -> impl Iterator<Item = u64> {
        self.versions.iter().map(|version| version.revision).chain([self.current])
    }

    pub(crate) fn of(machine: &Machine) -> Self {
        let version = |version: &Version| VersionRecord {
            number: version.number,
            revision: version.revision.number,
            description: version.description.clone(),
            created: version.created.as_millis(),
        };
        let alias = |(name, alias): (&String, &Alias)| AliasRecord { name: name.clone(), alias: alias.clone() };
        Self {
            name: machine.name.clone(),
            express: machine.kind == MachineType::Express,
            created: machine.created.as_millis(),
            number: machine.number,
            tags: pairs(&machine.tags),
            published: machine.published.clone(),
            current: machine.current.number,
            versions: machine.versions.values().map(version).collect(),
            last_version: machine.last_version,
            aliases: machine.aliases.iter().map(alias).collect(),
            deleting: machine.deleting,
        }
    }

    /// Returns the state machine with this ARN, or why one of its revisions cannot be used.
    pub(super) fn machine(
        self,
        arn: String,
        revision: impl Fn(u64) -> Result<Arc<Revision>, String>,
    ) -> Result<Machine, String> {
        let version = |record: VersionRecord| {
            let version = Version {
                number: record.number,
                revision: revision(record.revision)?,
                description: record.description,
                created: Instant::from_millis(record.created),
            };
            Ok((version.number, version))
        };
        Ok(Machine {
            arn,
            name: self.name,
            kind: machine_type(self.express),
            created: Instant::from_millis(self.created),
            number: self.number,
            tags: self.tags.into_iter().collect(),
            published: self.published,
            current: revision(self.current)?,
            versions: self.versions.into_iter().map(version).collect::<Result<_, String>>()?,
            last_version: self.last_version,
            aliases: self.aliases.into_iter().map(|record| (record.name, record.alias)).collect(),
            deleting: self.deleting,
        })
    }
}

pub(super) fn machine_type(express: bool) -> MachineType {
    if express { MachineType::Express } else { MachineType::Standard }
}

impl RevisionRecord {
    pub(crate) fn of(revision: &Revision, machine: &Machine) -> Self {
        Self {
            id: revision.id.clone(),
            definition: revision.definition.clone(),
            role_arn: revision.role_arn.clone(),
            configuration: revision.configuration.clone(),
            updated: revision.updated.as_millis(),
            name: machine.name.clone(),
            express: machine.kind == MachineType::Express,
        }
    }
}

impl ActivityRecord {
    pub(crate) fn of(activity: &Activity) -> Self {
        Self {
            name: activity.name.clone(),
            created: activity.created.as_millis(),
            number: activity.number,
            encryption: activity.encryption.clone(),
            tags: pairs(&activity.tags),
        }
    }

    pub(super) fn activity(self) -> Activity {
        let tags = self.tags.into_iter().collect();
        Activity::new(&self.name, Instant::from_millis(self.created), self.number, self.encryption, tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_their_numbers() {
        let keys =
            [Key::Entries(1, 0), Key::Entries(1, 1), Key::Entries(1, 256), Key::Entries(256, 0), Key::Entries(257, 2)];
        assert!(keys.windows(2).all(|pair| pair[0].bytes() < pair[1].bytes()));
        assert!(Key::Entries(1, 7).bytes().starts_with(&Key::AllEntries(1).bytes()));
        assert_eq!(numbers(&Key::Entries(3, 9).bytes()), Some(vec![3, 9]));
    }
}
