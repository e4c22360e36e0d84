//! Parses a task's `Resource`: which integration it calls, and with which pattern.

use std::fmt;

use crate::arn::Arn;
use crate::error_name::ErrorName;
use crate::integration::{Integration, Pattern, Support};
use crate::machine_type::MachineType;
use crate::operation::Operation;
use crate::service::Service;
use crate::shape::Shape;

const SDK: &str = "aws-sdk:";
const PLACEHOLDER: &str = "${";

/// Members that are absent from a result if the API finds nothing, by service and action.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
const ABSENT_IF_EMPTY: &[(&str, &str, &[&str])] = &[
    ("dynamodb", "GetItem", &["Item"]),
    ("dynamodb", "PutItem", &["Attributes"]),
    ("dynamodb", "DeleteItem", &["Attributes"]),
    ("sqs", "ReceiveMessage", &["Messages"]),
];

/// The target of a task's `Resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskResource<'a> {
    /// An optimised integration.
    Optimised(Integration, Pattern),
    /// An operation of the SDK.
    Sdk(Operation, Pattern),
    /// A retired service of AWS, and the operation.
    Retired(Service, &'a str),
    /// A Lambda function by its ARN. The task's input and result are the function's.
    Function,
    /// An activity.
    Activity,
    /// Unknown until deployment: part of the text is a placeholder, `${…}`.
    Unknown,
}

/// Why a string is not a [`TaskResource`]. The parts are slices of the text, so you can find their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceError<'a> {
    /// It is not the ARN of anything that a task can call.
    Malformed,
    /// The SDK has no service of that name.
    UnknownService(&'a str),
    /// The service has no operation of that name.
    UnknownOperation(Service, &'a str),
    /// No optimised integration has that name, such as `lambda:invok`.
    UnknownIntegration(&'a str),
    /// The suffix after the dot is not a pattern.
    UnknownPattern(&'a str),
}

impl<'a> TaskResource<'a> {
    /// Parses a `Resource`. [`support`](Self::support) says whether a state machine may use the pattern.
    ///
    /// ```
    /// use workflow_services::{MachineType, Pattern, ResourceError, Support, TaskResource};
    ///
    /// let task = TaskResource::parse("arn:aws:states:::ecs:runTask.sync").unwrap();
    /// assert_eq!(task.pattern(), Some(Pattern::Sync));
    /// assert_eq!(task.support(MachineType::Express), Support::Refused);
    ///
    /// let Err(error) = TaskResource::parse("arn:aws:states:::aws-sdk:s3:listObjects2") else { unreachable!() };
    /// assert!(matches!(error, ResourceError::UnknownOperation(_, "listObjects2")));
    /// assert!(error.candidates().any(|name| name == "listObjectsV2"));
    /// ```
    ///
    /// # Errors
    /// Returns a [`ResourceError`] that names the unknown part of the text.
    pub fn parse(text: &'a str) -> Result<Self, ResourceError<'a>> {
        let arn = Arn::parse(text);
        if let Some(name) = arn.and_then(Arn::integration) {
            return Self::parse_integration(name);
        }
        match arn.map(|arn| (arn.service, arn.resource.split(':').next())) {
            Some(("lambda", Some("function"))) => Ok(Self::Function),
            Some(("states", Some("activity"))) => Ok(Self::Activity),
            _ if text.contains(PLACEHOLDER) => Ok(Self::Unknown),
            _ => Err(ResourceError::Malformed),
        }
    }

    /// Parses the part after `arn:aws:states:::`, such as `ecs:runTask.sync` or `aws-sdk:s3:getObject`.
    ///
    /// # Errors
    /// Returns a [`ResourceError`] that names the unknown part of the text.
    pub fn parse_integration(name: &'a str) -> Result<Self, ResourceError<'a>> {
        if name.contains(PLACEHOLDER) {
            return Ok(Self::Unknown);
        }
        let (name, suffix) = name.split_once('.').unwrap_or((name, ""));
        let Some(sdk) = name.strip_prefix(SDK) else {
            let integration = Integration::find(name).ok_or(ResourceError::UnknownIntegration(name))?;
            return Ok(Self::Optimised(integration, pattern(suffix)?));
        };
        let (service, operation) = sdk.split_once(':').ok_or(ResourceError::Malformed)?;
        let service = Service::find(service).ok_or(ResourceError::UnknownService(service))?;
        if service.is_retired() {
            return Ok(Self::Retired(service, operation));
        }
        let operation = service.operation(operation).ok_or(ResourceError::UnknownOperation(service, operation))?;
        Ok(Self::Sdk(operation, pattern(suffix)?))
    }

    /// Returns the pattern of an integration.
    pub fn pattern(self) -> Option<Pattern> {
        match self {
            Self::Optimised(_, pattern) | Self::Sdk(_, pattern) => Some(pattern),
            _ => None,
        }
    }

    /// Returns whether a state machine of that type may have the task. Returns [`Support::Accepted`] for anything that
    /// is not checked, except for an activity in an Express state machine.
    pub fn support(self, machine: MachineType) -> Support {
        match self {
            Self::Optimised(integration, pattern) => integration.support(pattern, machine),
            Self::Sdk(operation, pattern) => operation.support(pattern, machine),
            Self::Activity if machine == MachineType::Express => Support::Refused,
            _ => Support::Accepted,
        }
    }

    /// Returns whether it starts an Express execution and waits for its end. The result has the output as JSON text.
    pub fn waits_for_express(self) -> bool {
        matches!(self, Self::Sdk(operation, _)
            if operation.service().name() == "sfn" && operation.name() == "startSyncExecution")
    }

    /// Returns the shape of the task's parameters or arguments; [`Shape::Document`] for anything.
    pub fn input(self) -> Shape {
        match self {
            Self::Optimised(integration, _) => integration.input(),
            Self::Sdk(operation, _) => operation.input(),
            _ => Shape::Document,
        }
    }

    /// Returns the shape of the task's result; [`Shape::Document`] for anything, as with `.waitForTaskToken`.
    pub fn output(self) -> Shape {
        match self {
            Self::Optimised(integration, pattern) => integration.output(pattern),
            Self::Sdk(operation, Pattern::RequestResponse) => operation.output(),
            _ => Shape::Document,
        }
    }

    /// Returns whether AWS documents [`output`](Self::output), or a recording shows it.
    pub fn output_documented(self) -> bool {
        match self {
            Self::Optimised(integration, pattern) => integration.output_verified(pattern),
            _ => true,
        }
    }

    /// Returns whether a reference to a member that [`output`](Self::output) lacks is certainly wrong. A result that
    /// the integration itself makes, such as the result of `apigateway:invoke`, has no model, so it may have other
    /// members; AWS documents the result of `http:invoke`:
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>.
    pub fn output_verified(self) -> bool {
        match self {
            Self::Optimised(integration, _) => {
                self.output_documented() && (integration.is_of_an_api() || self.calls_http())
            }
            _ => true,
        }
    }

    /// Returns the prefix of its service's errors: `DynamoDB` for the optimised integration, `DynamoDb` for the SDK
    /// integration. Returns `None` if it is not an integration.
    pub fn error_prefix(self) -> Option<&'static str> {
        match self {
            Self::Optimised(integration, _) => Some(integration.error_prefix()),
            Self::Sdk(operation, _) => Some(operation.service().error_prefix()),
            _ => None,
        }
    }

    /// Returns the errors of its service that it can raise. `States.*` are not included: any task can raise those.
    pub fn errors(self) -> impl Iterator<Item = ErrorName> {
        let (optimised, sdk) = match self {
            Self::Optimised(integration, _) => (Some(integration.errors()), None),
            Self::Sdk(operation, _) => (None, Some(operation.errors())),
            _ => (None, None),
        };
        optimised.into_iter().flatten().chain(sdk.into_iter().flatten())
    }

    /// Returns the [`errors`](Self::errors) that AWS's model lists for this call, without the errors that every call
    /// may raise.
    pub fn modelled_errors(self) -> impl Iterator<Item = ErrorName> {
        let (optimised, sdk) = match self {
            Self::Optimised(integration, _) => (Some(integration.modelled_errors()), None),
            Self::Sdk(operation, _) => (None, Some(operation.modelled_errors())),
            _ => (None, None),
        };
        optimised.into_iter().flatten().chain(sdk.into_iter().flatten())
    }

    /// Returns the members that are absent from its result if the API finds nothing.
    ///
    /// ```
    /// use workflow_services::TaskResource;
    ///
    /// let get = TaskResource::parse("arn:aws:states:::dynamodb:getItem").unwrap();
    /// assert_eq!(get.absent_if_empty(), ["Item"]);
    /// ```
    pub fn absent_if_empty(self) -> &'static [&'static str] {
        let Some((service, action)) = self.call() else { return &[] };
        let row = ABSENT_IF_EMPTY.iter().find(|row| row.0 == service && row.1.eq_ignore_ascii_case(action));
        row.map_or(&[], |(_, _, members)| members)
    }

    /// Returns whether its API gives what it finds, so that a list in the result may have no items. An API that makes or
    /// describes a named thing gives at least one.
    ///
    /// ```
    /// use workflow_services::TaskResource;
    ///
    /// let finds = |resource| TaskResource::parse(resource).unwrap().finds_any_number();
    /// assert!(finds("arn:aws:states:::aws-sdk:dynamodb:query"));
    /// assert!(!finds("arn:aws:states:::aws-sdk:ec2:runInstances"));
    /// ```
    pub fn finds_any_number(self) -> bool {
        const VERBS: [&str; 5] = ["list", "query", "receive", "scan", "search"];
        let action = self.call().map_or_else(String::new, |(_, action)| action.to_lowercase());
        // An organization has one root.
        VERBS.iter().any(|verb| action.starts_with(verb)) && action != "listroots"
    }

    /// Returns the service and the action of an integration.
    fn call(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Optimised(integration, _) => Some((integration.service(), integration.action())),
            Self::Sdk(operation, _) => Some((operation.service().name(), operation.name())),
            _ => None,
        }
    }

    /// Returns whether it calls a Lambda function: by its ARN, or with `lambda:invoke`.
    ///
    /// ```
    /// use workflow_services::TaskResource;
    ///
    /// let calls = |resource| TaskResource::parse(resource).is_ok_and(TaskResource::calls_function);
    /// assert!(calls("arn:aws:states:::lambda:invoke.waitForTaskToken"));
    /// assert!(calls("arn:aws:lambda:eu-west-1:123456789012:function:greet"));
    /// assert!(!calls("arn:aws:states:::aws-sdk:lambda:getFunction"));
    /// ```
    pub fn calls_function(self) -> bool {
        match self {
            Self::Function => true,
            Self::Optimised(integration, _) => integration.name() == Integration::LAMBDA_INVOKE,
            _ => false,
        }
    }

    /// Returns whether it calls an HTTP API, with `http:invoke`.
    pub fn calls_http(self) -> bool {
        matches!(self, Self::Optimised(integration, _) if integration.name() == Integration::HTTP_INVOKE)
    }

    /// Returns whether it can raise errors of any name. A function, a worker or the holder of a task token can.
    pub fn raises_any(self) -> bool {
        match self {
            Self::Optimised(integration, pattern) => integration.raises_any() || pattern == Pattern::WaitForTaskToken,
            Self::Sdk(_, pattern) => pattern == Pattern::WaitForTaskToken,
            _ => true,
        }
    }
}

fn pattern(suffix: &str) -> Result<Pattern, ResourceError<'_>> {
    Pattern::of_suffix(suffix).ok_or(ResourceError::UnknownPattern(suffix))
}

impl ResourceError<'_> {
    /// Returns all names that are valid in place of the unknown part. The caller finds the nearest.
    pub fn candidates(self) -> Box<dyn Iterator<Item = &'static str>> {
        match self {
            Self::Malformed => Box::new(std::iter::empty()),
            Self::UnknownService(_) => Box::new(Service::all().map(Service::name)),
            Self::UnknownOperation(service, _) => {
                Box::new(service.operations().filter(|operation| operation.is_supported()).map(Operation::name))
            }
            Self::UnknownIntegration(_) => Box::new(Integration::all().map(Integration::name)),
            Self::UnknownPattern(_) => {
                Box::new(Pattern::ALL.into_iter().skip(1).map(|pattern| pattern.suffix().trim_start_matches('.')))
            }
        }
    }
}

impl fmt::Display for ResourceError<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => formatter.write_str("this is not the ARN of anything that a task can call"),
            Self::UnknownService(name) => write!(formatter, "AWS's SDK has no service `{}`", shortened(name)),
            Self::UnknownOperation(service, name) => {
                write!(formatter, "the service `{}` has no operation `{}`", service.name(), shortened(name))
            }
            Self::UnknownIntegration(name) => {
                write!(formatter, "Step Functions has no optimised integration `{}`", shortened(name))
            }
            Self::UnknownPattern(suffix) => write!(formatter, "unknown pattern `.{}`", shortened(suffix)),
        }
    }
}

impl std::error::Error for ResourceError<'_> {}

/// Shortens a name for a message.
fn shortened(name: &str) -> &str {
    const SHOWN: usize = 80;
    name.char_indices().nth(SHOWN).and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{ABSENT_IF_EMPTY, TaskResource};

    #[test]
    fn members_that_may_be_absent_exist() {
        for (service, action, members) in ABSENT_IF_EMPTY {
            let resource = format!("aws-sdk:{service}:{}{}", action[..1].to_lowercase(), &action[1..]);
            let task = TaskResource::parse_integration(&resource).unwrap();
            assert_eq!(task.absent_if_empty(), *members, "{resource}");
            let result = task.output();
            assert!(members.iter().all(|member| result.member(member).is_some()), "{resource}: {members:?}");
        }
    }
}
