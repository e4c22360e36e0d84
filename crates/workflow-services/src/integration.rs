//! Optimised integrations, such as `arn:aws:states:::lambda:invoke`.

use std::fmt;

use crate::error_name::ErrorName;
use crate::iam::Statement;
use crate::machine_type::MachineType;
use crate::service::Service;
use crate::shape::Shape;
use crate::table::{Header, Reader, TABLE, Table, find};

/// The errors that every optimised integration can raise besides the errors in AWS's model.
const CLIENT_ERRORS: [&str; 2] = ["SdkClientException", "ClientExecutionTimeoutException"];

const RAISES_ANY: u8 = 1;
const ERRORS_UNVERIFIED: u8 = 2;
const INPUT_UNVERIFIED: u8 = 4;
const IAM_UNVERIFIED: u8 = 8;
const PLAIN_ATTRIBUTE_VALUES: u8 = 16;

/// When a task continues after the call.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// When the service responds.
    RequestResponse,
    /// When the job is done: `.sync`.
    Sync,
    /// When the job is done, with its output as JSON: `.sync:2`.
    Sync2,
    /// When the task token is returned: `.waitForTaskToken`.
    WaitForTaskToken,
}

impl Pattern {
    /// Every pattern.
    pub const ALL: [Self; 4] = [Self::RequestResponse, Self::Sync, Self::Sync2, Self::WaitForTaskToken];

    /// Returns the suffix of a resource with this pattern, such as `.sync`; empty for
    /// [`RequestResponse`](Self::RequestResponse).
    pub fn suffix(self) -> &'static str {
        match self {
            Self::RequestResponse => "",
            Self::Sync => ".sync",
            Self::Sync2 => ".sync:2",
            Self::WaitForTaskToken => ".waitForTaskToken",
        }
    }

    /// Returns the pattern with that suffix, given without its dot.
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pattern| pattern.suffix().trim_start_matches('.') == suffix)
    }

    /// Splits a resource into the call and its pattern.
    ///
    /// ```
    /// use workflow_services::Pattern;
    /// assert_eq!(Pattern::split("ecs:runTask.sync"), ("ecs:runTask", Pattern::Sync));
    /// assert_eq!(Pattern::split("lambda:invoke"), ("lambda:invoke", Pattern::RequestResponse));
    /// ```
    pub fn split(resource: &str) -> (&str, Self) {
        let call = |pattern: Self| Some((resource.strip_suffix(pattern.suffix())?, pattern));
        Self::ALL.into_iter().skip(1).find_map(call).unwrap_or((resource, Self::RequestResponse))
    }
}

/// Whether an integration supports a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Support {
    /// It is supported.
    Accepted,
    /// AWS's pages contradict each other.
    Unverified,
    /// It is not supported.
    Refused,
}

/// A set of patterns.
#[derive(Clone, Copy)]
pub(crate) struct Patterns(u8);

impl Patterns {
    pub(crate) fn of(bits: u8) -> Self {
        Self(bits)
    }

    pub(crate) fn has(self, pattern: Pattern) -> bool {
        self.0 & 1 << pattern as u8 != 0
    }
}

/// An optimised integration, under the name in a task's resource.
///
/// Where AWS's documentation is unclear, the table says so: something unverified deserves a warning, not an error.
///
/// ```
/// use workflow_services::{Integration, MachineType, Pattern, Support};
///
/// let invoke = Integration::find("lambda:invoke").unwrap();
/// assert!(invoke.input().member("FunctionName").unwrap().required);
/// assert_eq!(invoke.support(Pattern::Sync, MachineType::Standard), Support::Refused);
/// assert_eq!(invoke.support(Pattern::WaitForTaskToken, MachineType::Standard), Support::Accepted);
/// assert_eq!(invoke.support(Pattern::WaitForTaskToken, MachineType::Express), Support::Refused);
///
/// let start = Integration::find("states:startExecution").unwrap();
/// assert!(start.output(Pattern::Sync2).member("Output").is_some());
/// ```
#[derive(Clone, Copy)]
pub struct Integration {
    table: Table,
    name: &'static str,
    prefix: Service,
    flags: u8,
    /// The patterns of a Standard and of an Express state machine, the doubtful ones, and those whose output is
    /// doubtful.
    standard: Patterns,
    express: Patterns,
    unverified: Patterns,
    output_unverified: Patterns,
    input: usize,
    outputs: [usize; 4],
    errors: Reader,
    raises: Reader,
    one_of: Reader,
    refused_without: Reader,
    text_or_json: [Reader; 2],
    returned_in: Reader,
    statements: Reader,
}

impl Integration {
    /// The name of the integration that calls a Lambda function. A task with a function's ARN raises the same errors.
    pub const LAMBDA_INVOKE: &'static str = "lambda:invoke";
    /// The name of the integration that calls an HTTP API, whose errors are of Step Functions itself.
    pub const HTTP_INVOKE: &'static str = "http:invoke";

    /// Returns the integration of that name, such as `lambda:invoke`, without a pattern.
    pub fn find(name: &str) -> Option<Self> {
        Self::find_in(TABLE, name)
    }

    /// Returns every optimised integration, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::all_in(TABLE)
    }

    /// Returns the name in a task's resource: `lambda:invoke`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Returns the service part of the name: `lambda`.
    pub fn service(self) -> &'static str {
        self.name.split(':').next().unwrap_or(self.name)
    }

    /// Returns the action part of the name: `invoke`.
    pub fn action(self) -> &'static str {
        self.name.split(':').next_back().unwrap_or(self.name)
    }

    /// Returns whether a task of that pattern may call it.
    pub fn support(self, pattern: Pattern, machine: MachineType) -> Support {
        let patterns = match machine {
            MachineType::Standard => self.standard,
            MachineType::Express => self.express,
        };
        match patterns.has(pattern) {
            false => Support::Refused,
            true if self.unverified.has(pattern) => Support::Unverified,
            true => Support::Accepted,
        }
    }

    /// Returns the shape of its parameters, the same for every pattern.
    pub fn input(self) -> Shape {
        self.shape(self.input)
    }

    /// Returns groups of parameters that require one parameter: `Body` or `Input`.
    pub fn one_of(self) -> impl Iterator<Item = Vec<&'static str>> {
        let mut reader = self.one_of;
        let count = reader.number().unwrap_or(0);
        (0..count).map_while(move |_| {
            let group = reader.texts().collect();
            reader.skip_texts()?;
            Some(group)
        })
    }

    /// The parameters without which AWS refuses to create a state machine, as it was seen to do. Without others that the
    /// API requires it creates one, whose task fails.
    pub fn refused_without(self) -> impl Iterator<Item = &'static str> {
        self.refused_without.texts()
    }

    /// Returns whether the member of a request with this name takes any JSON besides text, which then becomes its JSON
    /// text. If it does, the answer is whether a number or a boolean is known to fail the task.
    ///
    /// ```
    /// let invoke = workflow_services::Integration::find("lambda:invoke").unwrap();
    /// assert_eq!(invoke.text_or_json("Payload"), Some(true));
    /// assert_eq!(invoke.text_or_json("FunctionName"), None);
    /// ```
    pub fn text_or_json(self, name: &str) -> Option<bool> {
        let [refused, unverified] = self.text_or_json;
        match refused.texts().any(|known| known == name) {
            true => Some(true),
            false => unverified.texts().any(|known| known == name).then_some(false),
        }
    }

    /// Returns whether text may stand for an attribute value of DynamoDB, which the API has as an object.
    pub fn takes_plain_attribute_values(self) -> bool {
        self.flags & PLAIN_ATTRIBUTE_VALUES != 0
    }

    /// The member of the output that contains the value returned by the function, API or execution that a task of that
    /// pattern called.
    ///
    /// ```
    /// use workflow_services::{Integration, Pattern};
    ///
    /// let invoke = Integration::find("lambda:invoke").unwrap();
    /// assert_eq!(invoke.returned_in(Pattern::RequestResponse), Some("Payload"));
    /// assert_eq!(invoke.returned_in(Pattern::WaitForTaskToken), None);
    /// ```
    pub fn returned_in(self, pattern: Pattern) -> Option<&'static str> {
        self.returned_in.texts().nth(pattern as usize).filter(|member| !member.is_empty())
    }

    /// Returns the shape of the result for that pattern. With `.waitForTaskToken`, the caller of `SendTaskSuccess`
    /// determines it.
    pub fn output(self, pattern: Pattern) -> Shape {
        self.outputs.get(pattern as usize).map_or(Shape::Document, |number| self.shape(*number))
    }

    /// Returns the prefix of its errors: `DynamoDB`, where the SDK integration has `DynamoDb`.
    pub fn error_prefix(self) -> &'static str {
        self.prefix.error_prefix()
    }

    /// Returns the errors that it can raise: the errors in AWS's model, the base error, the client's, and the
    /// integration's own.
    pub fn errors(self) -> impl Iterator<Item = ErrorName> {
        let prefix = self.error_prefix();
        let base = (!self.prefix.base_error().is_empty()).then(|| self.prefix.base_error());
        let own = self.raises.texts().map(|name| match name.rsplit_once('.') {
            Some((prefix, name)) => ErrorName::of(prefix, name),
            None => ErrorName::of(prefix, name),
        });
        let general = base.into_iter().chain(CLIENT_ERRORS).map(move |name| ErrorName::of(prefix, name));
        self.modelled_errors().chain(general).chain(own)
    }

    /// Returns the errors that AWS's model lists for it, without the errors that every call of the service may raise.
    pub fn modelled_errors(self) -> impl Iterator<Item = ErrorName> {
        let prefix = self.error_prefix();
        self.errors.texts().map(move |name| ErrorName::of(prefix, name))
    }

    /// Returns whether it can raise errors of any name, as a function does.
    pub fn raises_any(self) -> bool {
        self.flags & RAISES_ANY != 0
    }

    /// Returns whether the prefix and the names of its errors were verified by AWS's documentation or a recording.
    pub fn errors_verified(self) -> bool {
        self.flags & ERRORS_UNVERIFIED == 0
    }

    /// Returns whether the members of [`input`](Self::input) were verified.
    pub fn input_verified(self) -> bool {
        self.flags & INPUT_UNVERIFIED == 0
    }

    /// Returns whether [`output`](Self::output) of that pattern was verified.
    pub fn output_verified(self, pattern: Pattern) -> bool {
        !self.output_unverified.has(pattern)
    }

    /// Returns whether the service has an operation of that name.
    pub(crate) fn is_of_an_api(self) -> bool {
        let has = |service: Service| service.operation(self.action()).is_some();
        // Most services have the same name in both kinds of integration.
        Service::find_in(self.table, self.service()).is_some_and(has)
            || Service::all_in(self.table).any(|service| service.iam_prefix() == self.service() && has(service))
    }

    /// Returns whether the statements of [`iam`](Self::iam) were verified.
    pub fn iam_verified(self) -> bool {
        self.flags & IAM_UNVERIFIED == 0
    }

    pub(crate) fn find_in(table: Table, name: &str) -> Option<Self> {
        let index = find(table.header(Header::Integrations), name, |index| {
            let mut reader = table.record(Header::Integrations, Header::IntegrationsAt, index)?;
            Some((reader.inline()?, index))
        })?;
        Self::at_index(table, index)
    }

    pub(crate) fn all_in(table: Table) -> impl Iterator<Item = Self> {
        (0..table.header(Header::Integrations)).map_while(move |index| Self::at_index(table, index))
    }

    fn at_index(table: Table, index: usize) -> Option<Self> {
        let mut reader = table.record(Header::Integrations, Header::IntegrationsAt, index)?;
        let name = reader.inline()?;
        let prefix = Service::at_index(table, reader.number()?)?;
        let flags = reader.byte()?;
        let mut patterns = || reader.byte().map(Patterns::of);
        let (standard, express, unverified, output_unverified) = (patterns()?, patterns()?, patterns()?, patterns()?);
        let input = reader.number()?;
        let outputs = [reader.number()?, reader.number()?, reader.number()?, reader.number()?];
        let errors = reader;
        reader.skip_texts()?;
        let raises = reader;
        reader.skip_texts()?;
        let one_of = reader;
        (0..reader.number()?).try_for_each(|_| reader.skip_texts())?;
        let mut list = || {
            let list = reader;
            reader.skip_texts().map(|()| list)
        };
        let (refused_without, text_or_json, returned_in) = (list()?, [list()?, list()?], list()?);
        Some(Self {
            table,
            name,
            prefix,
            flags,
            standard,
            express,
            unverified,
            output_unverified,
            input,
            outputs,
            errors,
            raises,
            one_of,
            refused_without,
            text_or_json,
            returned_in,
            statements: reader,
        })
    }

    pub(crate) fn statements(self) -> impl Iterator<Item = Statement> {
        let mut reader = self.statements;
        let count = reader.number().unwrap_or(0);
        (0..count).map_while(move |_| Statement::read(&mut reader))
    }

    fn shape(self, number: usize) -> Shape {
        Shape::of(self.table, self.prefix.chunk(), number)
    }
}

impl PartialEq for Integration {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Integration {}

impl fmt::Debug for Integration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Integration").field(&self.name).finish()
    }
}
