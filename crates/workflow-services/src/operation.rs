//! An operation of a service: its input, output and errors.

use std::fmt;

use crate::error_name::ErrorName;
use crate::iam::IamAction;
use crate::integration::{Pattern, Support};
use crate::machine_type::MachineType;
use crate::service::Service;
use crate::shape::Shape;
use crate::table::Reader;

const DEPRECATED: u8 = 1;
const EVENT_STREAM: u8 = 2;
const EXCLUDED: u8 = 4;
const HAS_IAM: u8 = 8;

/// The error that the SDK's client itself can raise for any operation.
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

    /// Returns the service of the operation.
    pub fn service(self) -> Service {
        self.service
    }

    /// Returns the name in a task's resource: `listObjectsV2`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Returns the shape of the input: a structure whose members have Step Functions' spelling.
    pub fn input(self) -> Shape {
        self.shape(self.input)
    }

    /// Returns the shape of the output.
    pub fn output(self) -> Shape {
        self.shape(self.output)
    }

    /// Returns the errors that it can raise: the errors in AWS's model, the service's base error, and the client's own.
    pub fn errors(self) -> impl Iterator<Item = ErrorName> {
        let prefix = self.service.error_prefix();
        let base = (!self.service.base_error().is_empty()).then(|| self.service.base_error());
        let general = base.into_iter().chain([CLIENT_ERROR]).map(move |name| ErrorName::of(prefix, name));
        self.modelled_errors().chain(general)
    }

    /// Returns the errors that AWS's model lists for it, without the errors that every call of the service may raise.
    pub fn modelled_errors(self) -> impl Iterator<Item = ErrorName> {
        let prefix = self.service.error_prefix();
        let names = match self.shape(self.errors) {
            Shape::Enum(names) => Some(names.values()),
            _ => None,
        };
        names.into_iter().flatten().map(move |name| ErrorName::of(prefix, name))
    }

    /// Returns whether AWS has deprecated it. Step Functions can still call it.
    pub fn is_deprecated(self) -> bool {
        self.flags & DEPRECATED != 0
    }

    /// Returns whether it streams events, which no integration supports.
    pub fn is_event_stream(self) -> bool {
        self.flags & EVENT_STREAM != 0
    }

    /// Returns whether Step Functions supports it. It supports every operation except operations that stream events and
    /// operations that AWS lists as unsupported.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
    pub fn is_supported(self) -> bool {
        self.flags & (EVENT_STREAM | EXCLUDED) == 0
    }

    /// Returns whether a task of that pattern may call it. No SDK integration supports `.sync`.
    pub fn support(self, pattern: Pattern, machine: MachineType) -> Support {
        match (pattern, machine) {
            _ if !self.is_supported() => Support::Refused,
            (Pattern::RequestResponse, _) | (Pattern::WaitForTaskToken, MachineType::Standard) => Support::Accepted,
            _ => Support::Refused,
        }
    }

    /// Returns the actions that the role needs to call it. Empty if they are unknown, as for one operation in ten.
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
