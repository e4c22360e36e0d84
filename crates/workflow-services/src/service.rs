//! A service, as named in `arn:aws:states:::aws-sdk:SERVICE:…`.

use std::fmt;

use crate::operation::Operation;
use crate::table::{Header, Reader, TABLE, Table, Texts, find};

const DOCUMENTED: u8 = 1;
const RETIRED: u8 = 2;

/// The texts of a record: name, prefix of errors, base error, prefix of actions, version.
const TEXTS: usize = 5;

/// The prefix of optimised integrations in the index. These are not services of the SDK.
const OPTIMISED: char = ':';

/// A service of AWS, under its name in Step Functions' SDK integrations.
///
/// ```
/// use workflow_services::Service;
///
/// let service = Service::find("dynamodb").unwrap();
/// assert_eq!(service.error_prefix(), "DynamoDb");
/// assert!(service.operation("getItem").is_some());
/// assert!(service.operation("GetItem").is_none());
/// ```
#[derive(Clone, Copy)]
pub struct Service {
    name: &'static str,
    flags: u8,
    chunk: usize,
    /// Where its texts start. The first is the name.
    record: Reader,
}

impl Service {
    /// Returns the service of that name, such as `s3` or `sfn`. Names are in lower case.
    pub fn find(name: &str) -> Option<Self> {
        if name.starts_with(OPTIMISED) { None } else { Self::find_in(TABLE, name) }
    }

    /// Returns every service, including retired ones, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::all_in(TABLE)
    }

    /// Returns the name in a task's resource: `s3`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Returns the prefix of its errors: `S3` of `S3.NoSuchKeyException`.
    pub fn error_prefix(self) -> &'static str {
        self.text(1)
    }

    /// Returns the error for anything that AWS's model does not name, without the prefix: `S3Exception`.
    pub fn base_error(self) -> &'static str {
        self.text(2)
    }

    /// Returns the prefix of its actions in a policy, without the colon: `states` for the service `sfn`.
    pub fn iam_prefix(self) -> &'static str {
        self.text(3)
    }

    /// Returns the version of its API in the table, as AWS dates it; empty for a retired service.
    pub fn version(self) -> &'static str {
        self.text(4)
    }

    /// Returns whether AWS's page of supported services lists it. A service that is not listed may or may not work.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
    pub fn is_documented(self) -> bool {
        self.flags & DOCUMENTED != 0
    }

    /// Returns whether AWS has retired it. Its operations are unknown and cannot be checked.
    pub fn is_retired(self) -> bool {
        self.flags & RETIRED != 0
    }

    /// Returns the operation of that name, such as `listObjectsV2`: the API's name with a lower-case first letter.
    pub fn operation(self, name: &str) -> Option<Operation> {
        find(self.count(), name, |index| self.at(index).map(|operation| (operation.name(), operation)))
    }

    /// Returns every operation, sorted by name, including operations that Step Functions does not support.
    pub fn operations(self) -> impl Iterator<Item = Operation> {
        (0..self.count()).map_while(move |index| self.at(index))
    }

    pub(crate) fn find_in(table: Table, name: &str) -> Option<Self> {
        let count = table.header(Header::Services);
        let index = find(count, name, |index| {
            let mut reader = table.record(Header::Services, Header::ServicesAt, index)?;
            Some((reader.inline()?, index))
        })?;
        Self::at_index(table, index)
    }

    pub(crate) fn all_in(table: Table) -> impl Iterator<Item = Self> {
        (0..table.header(Header::Services))
            .map_while(move |index| Self::at_index(table, index))
            .filter(|service| !service.name.starts_with(OPTIMISED))
    }

    /// Returns record `index` of the index of services, which includes optimised prefixes.
    pub(crate) fn at_index(table: Table, index: usize) -> Option<Self> {
        let record = table.record(Header::Services, Header::ServicesAt, index)?;
        let mut reader = record;
        let name = reader.inline()?;
        (1..TEXTS).try_for_each(|_| reader.inline().map(drop))?;
        let flags = reader.byte()?;
        let chunk = table.header(Header::ChunksAt).checked_add(reader.number()?)?;
        Some(Self { name, flags, chunk, record })
    }

    fn text(self, place: usize) -> &'static str {
        let mut reader = self.record;
        (0..=place).map_while(|_| reader.inline()).last().unwrap_or_default()
    }

    pub(crate) fn chunk(self) -> usize {
        self.chunk
    }

    fn reader(self, offset: usize) -> Reader {
        Reader::at(self.record.table(), self.chunk.saturating_add(offset))
    }

    /// Returns where the operations start in the chunk.
    fn operations_at(self) -> usize {
        self.reader(0).number_of(3).unwrap_or(0)
    }

    fn count(self) -> usize {
        self.reader(self.operations_at()).number_of(2).unwrap_or(0)
    }

    fn at(self, index: usize) -> Option<Operation> {
        let offset = self.reader(self.operations_at() + 2 + 3 * index).number_of(3)?;
        Operation::read(self, self.reader(offset))
    }

    /// Returns the ARN forms of the service's resources.
    pub(crate) fn arns(self) -> Option<Texts> {
        Some(self.reader(self.reader(3).number_of(3)?).texts())
    }
}

impl PartialEq for Service {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Service {}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Service").field(&self.name).finish()
    }
}
