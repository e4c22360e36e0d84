//! An operation of a service: what it takes, returns and raises.

use std::fmt;

use crate::error_name::ErrorName;
use crate::iam::IamAction;
use crate::integration::{MachineType, Pattern, Support};
use crate::service::Service;
use crate::shape::Shape;
use crate::table::Reader;

const DEPRECATED: u8 = 1;
const EVENT_STREAM: u8 = 2;
const EXCLUDED: u8 = 4;
const HAS_IAM: u8 = 8;

/// What the client of the SDK raises itself, for any operation.
const CLIENT_ERROR: &str = "SdkClientException";

/// An operation of a service, called through `arn:aws:states:::aws-sdk:SERVICE:OPERATION`.
///
/// ```
/// use workflow_services::{Service, Shape};
///
/// let operation = Service::find("s3").unwrap().operation("listObjectsV2").unwrap();
/// let bucket = operation.input().member("Bucket").unwrap();
/// assert!(bucket.required);
/// assert_eq!(bucket.shape, Shape::String);
/// assert!(operation.errors().any(|error| error.to_string() == "S3.NoSuchBucketException"));
/// assert!(operation.output().member("Contents").is_some());
/// ```
#[derive(Clone, Copy)]
pub struct Operation {
    service: Service,
    name: &'static str,
    flags: u8,
    input: usize,
    output: usize,
    errors: usize,
    /// Where the actions of its policy start.
    iam: Reader,
}

impl Operation {
    pub(crate) fn read(service: Service, mut reader: Reader) -> Option<Self> {
        Some(Self {
            service,
            name: reader.inline()?,
            flags: reader.byte()?,
            input: reader.number()?,
            output: reader.number()?,
            errors: reader.number()?,
            iam: reader,
        })
    }

    /// The service that has it.
    pub fn service(self) -> Service {
        self.service
    }

    /// The name in a task's resource: `listObjectsV2`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What it takes: a structure whose members are spelled as Step Functions spells them.
    pub fn input(self) -> Shape {
        self.shape(self.input)
    }

    /// What it returns.
    pub fn output(self) -> Shape {
        self.shape(self.output)
    }

    /// The errors that it can raise: those of AWS's model, the service's base error, and the client's own.
    pub fn errors(self) -> impl Iterator<Item = ErrorName> {
        let prefix = self.service.error_prefix();
        let base = (!self.service.base_error().is_empty()).then(|| self.service.base_error());
        let general = base.into_iter().chain([CLIENT_ERROR]).map(move |name| ErrorName::of(prefix, name));
        self.modelled_errors().chain(general)
    }

    /// The errors that AWS's model has for it, without those that every call of the service may raise.
    pub fn modelled_errors(self) -> impl Iterator<Item = ErrorName> {
        let prefix = self.service.error_prefix();
        let names = match self.shape(self.errors) {
            Shape::Enum(names) => Some(names.values()),
            _ => None,
        };
        names.into_iter().flatten().map(move |name| ErrorName::of(prefix, name))
    }

    /// Whether AWS has marked it as deprecated; Step Functions calls it all the same.
    pub fn is_deprecated(self) -> bool {
        self.flags & DEPRECATED != 0
    }

    /// Whether it streams events, which no integration can take.
    pub fn is_event_stream(self) -> bool {
        self.flags & EVENT_STREAM != 0
    }

    /// Whether Step Functions has it: every operation but those that stream events and the ones AWS lists.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
    pub fn is_supported(self) -> bool {
        self.flags & (EVENT_STREAM | EXCLUDED) == 0
    }

    /// Whether a task of that pattern may call it: no SDK integration waits for a job.
    pub fn support(self, pattern: Pattern, machine: MachineType) -> Support {
        match (pattern, machine) {
            _ if !self.is_supported() => Support::Refused,
            (Pattern::RequestResponse, _) | (Pattern::WaitForTaskToken, MachineType::Standard) => Support::Accepted,
            _ => Support::Refused,
        }
    }

    /// The actions that the role needs to call it; empty if the table knows none, which is so for one in ten.
    pub fn iam(self) -> impl Iterator<Item = IamAction> {
        let mut reader = self.iam;
        let count = if self.flags & HAS_IAM != 0 { reader.number().unwrap_or(0) } else { 0 };
        (0..count).map_while(move |_| IamAction::read(self, &mut reader))
    }

    fn shape(self, number: usize) -> Shape {
        Shape::of(self.iam.table(), self.service.chunk(), number)
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        (self.service, self.name) == (other.service, other.name)
    }
}

impl Eq for Operation {}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Operation({}:{})", self.service.name(), self.name)
    }
}
