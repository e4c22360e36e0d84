//! Rules on what a task calls: the service, its operation, and the pattern of the integration.

use workflow_services::{Integration, MachineType, Pattern, ResourceError, Service, Support, TaskResource};

use super::{Call, alike};
use crate::nearest::{Lookups, nearest};
use crate::rules::{Definition, all_of};
use crate::{Code, Diagnostic};

type Parsed<'a> = Result<TaskResource<'a>, ResourceError<'a>>;

fn tasks<'d>(definition: &'d Definition<'_>) -> impl Iterator<Item = (&'d Call<'d>, Parsed<'d>)> {
    definition.calls.iter().filter_map(|call| Some((call, call.parsed?)))
}

/// What a task calls exists: the service, and its operation.
pub(in crate::rules) fn a_resource_is_an_api(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let lookups = Lookups::default();
    for (call, parsed) in tasks(definition) {
        let word = match parsed {
            Err(ResourceError::UnknownService(name) | ResourceError::UnknownOperation(_, name)) => Some(name),
            Err(ResourceError::UnknownIntegration(name)) => Some(unknown_part(name)),
            Ok(TaskResource::Retired(service, _)) => call.arn.split(':').find(|part| *part == service.name()),
            Ok(TaskResource::Sdk(operation, _)) if !operation.is_supported() => {
                call.arn.split([':', '.']).find(|part| *part == operation.name())
            }
            Ok(TaskResource::Sdk(operation, _)) => call.arn.split(':').find(|part| *part == operation.service().name()),
            _ => None,
        };
        let (code, message, help) = match parsed {
            Err(error @ ResourceError::UnknownService(name)) => {
                (Code::UnknownApi, error.to_string(), service_meant(name, &lookups))
            }
            Err(error @ ResourceError::UnknownOperation(service, name)) => {
                let code = if service.is_documented() { Code::UnknownApi } else { Code::UndocumentedService };
                (code, error.to_string(), meant(name, || error.candidates(), &lookups))
            }
            Err(error @ ResourceError::UnknownIntegration(name)) => {
                (Code::UnknownApi, error.to_string(), integration_meant(name, &lookups))
            }
            Ok(TaskResource::Retired(service, _)) => {
                let message = format!("AWS has retired the service `{}`", service.name());
                (Code::RetiredService, message, None)
            }
            Ok(TaskResource::Sdk(operation, _)) if !operation.is_supported() => {
                let name = format!("`{}:{}`", operation.service().name(), operation.name());
                let (message, help) = if operation.is_event_stream() {
                    (format!("{name} streams events, which no task can receive"), "call it from a Lambda function")
                } else {
                    (format!("Step Functions does not support {name}"), "call it from a Lambda function")
                };
                (Code::UnsupportedOperation, message, Some(help.to_owned()))
            }
            Ok(TaskResource::Sdk(operation, _)) if !operation.service().is_documented() => {
                let service = operation.service().name();
                let message = format!("AWS's list of the services that a task can call does not have `{service}`");
                (Code::UndocumentedService, message, None)
            }
            _ => continue,
        };
        push(call, word, code, message, help, found);
    }
}

/// The part of an integration's name that is not known: the action, where there are others of the service.
fn unknown_part(name: &str) -> &str {
    match name.split_once(':') {
        Some((service, action)) if Integration::all().any(|known| known.service() == service) => action,
        Some((service, _)) => service,
        None => name,
    }
}

/// Reports what is wrong with a word of the resource, or with all of it.
fn push(
    call: &Call<'_>,
    word: Option<&str>,
    code: Code,
    message: String,
    help: Option<String>,
    found: &mut Vec<Diagnostic>,
) {
    let mut diagnostic = Diagnostic::new(code, call.at.child("Resource"), message);
    // The word is a part of the text: where it begins, their addresses tell.
    let start = word.and_then(|word| word.as_ptr().addr().checked_sub(call.arn.as_ptr().addr()));
    if let (Some(word), Some(start)) = (word, start)
        && call.arn.get(start..).is_some_and(|rest| rest.starts_with(word))
    {
        diagnostic = diagnostic.with_range(start, word.len());
    }
    found.push(match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    });
}

/// `did you mean`, for a name of which the API has others: first one that differs in case only, then the nearest.
fn meant<I>(name: &str, candidates: impl Fn() -> I, lookups: &Lookups) -> Option<String>
where
    I: Iterator<Item = &'static str>,
{
    let near = candidates().find(|candidate| alike(name, candidate));
    let near = near.or_else(|| lookups.nearest(name, candidates()))?;
    Some(format!("did you mean `{near}`?"))
}

/// What people call services, and the names that the SDK has for them.
const CALLED: &[(&str, &str)] = &[
    ("stepfunctions", "sfn"),
    ("stepfunction", "sfn"),
    ("dynamo", "dynamodb"),
    ("ddb", "dynamodb"),
    ("cognito", "cognitoidentityprovider"),
    ("alb", "elasticloadbalancingv2"),
    ("elb", "elasticloadbalancingv2"),
    ("parameterstore", "ssm"),
    ("systemsmanager", "ssm"),
    ("secrets", "secretsmanager"),
    ("eventbridgescheduler", "scheduler"),
    ("kinesisfirehose", "firehose"),
    ("opensearchservice", "opensearch"),
    ("bedrockruntime", "bedrockruntime"),
    ("fargate", "ecs"),
    ("gluedatabrew", "databrew"),
    ("emrserverless", "emrserverless"),
    ("apigw", "apigateway"),
];

/// The service of the SDK that a name means: by its spelling, by the prefix that policies have for it, such as `states`, or
/// by what people call it.
fn service_called(name: &str) -> Option<Service> {
    let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let called = || CALLED.iter().find(|(called, _)| *called == squeezed).and_then(|(_, name)| Service::find(name));
    Service::all()
        .find(|service| alike(name, service.name()))
        .or_else(|| Service::all().find(|service| service.iam_prefix().eq_ignore_ascii_case(name)))
        .or_else(called)
}

/// `did you mean`, for a service of the SDK.
fn service_meant(name: &str, lookups: &Lookups) -> Option<String> {
    match service_called(name) {
        Some(service) => Some(format!("did you mean `{}`?", service.name())),
        None => meant(name, || Service::all().map(Service::name), lookups),
    }
}

/// The integration that a name means, or the SDK's where there is an operation of that name.
fn integration_meant(name: &str, lookups: &Lookups) -> Option<String> {
    let (service, action) = name.rsplit_once(':')?;
    if let Some(known) = Integration::all().find(|known| alike(name, known.name())) {
        return Some(format!("did you mean `{}`?", known.name()));
    }
    let of_sdk = service_called(service);
    // The same service has an integration of its own under the prefix that policies have.
    let own = of_sdk.map(Service::iam_prefix).filter(|prefix| *prefix != service);
    let own = || Integration::all().filter(move |known| own == Some(known.service()));
    if let Some(known) = own().find(|known| alike(action, known.action())) {
        return Some(format!("did you mean `{}`?", known.name()));
    }
    if let Some(operation) = of_sdk.and_then(|service| service.operations().find(|known| alike(action, known.name()))) {
        let call = format!("aws-sdk:{}:{}", operation.service().name(), operation.name());
        return Some(format!("the integration with the SDK has it: `{call}`"));
    }
    if let Some(near) = lookups.nearest(action, own().map(Integration::action)) {
        let known = own().find(|known| known.action() == near)?;
        return Some(format!("did you mean `{}`?", known.name()));
    }
    meant(name, || Integration::all().map(Integration::name), lookups)
}

/// Says which service or operation of the SDK an ARN means whose name is spelled otherwise: `aws-sdk:s3:GetObject`.
pub(in crate::rules) fn operation_meant(arn: &str) -> Option<String> {
    let (error, name) = match TaskResource::parse(arn) {
        Err(error @ ResourceError::UnknownOperation(_, name)) => (error, name),
        Err(error @ ResourceError::UnknownService(name)) => (error, name),
        _ => return None,
    };
    let near = error.candidates().find(|candidate| alike(name, candidate))?;
    Some(format!("did you mean `{near}`? services and operations begin with a small letter"))
}

/// A service is called in one of its patterns.
pub(in crate::rules) fn an_integration_has_its_pattern(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (call, parsed) in tasks(definition) {
        let (task, pattern) = match parsed {
            Ok(task) => match task.pattern() {
                Some(pattern) => (task, pattern),
                None => continue,
            },
            Err(error @ ResourceError::UnknownPattern(_)) => {
                let word = match error {
                    ResourceError::UnknownPattern(suffix) => Some(suffix),
                    _ => None,
                };
                let endings = || Pattern::ALL.iter().skip(1).map(|pattern| suffix(*pattern));
                let near = nearest(&format!(".{}", word.unwrap_or_default().trim_start_matches('.')), endings());
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there is {}", all_of(endings())),
                };
                push(call, word, Code::BadResource, error.to_string(), Some(help), found);
                continue;
            }
            _ => continue,
        };
        let word = call.arn.rsplit_once('.').map(|(_, suffix)| suffix);
        // What no pattern has is another finding.
        if matches!(task, TaskResource::Sdk(operation, _) if !operation.is_supported()) {
            continue;
        }
        match task.support(MachineType::Standard) {
            Support::Accepted => {}
            Support::Unverified => {
                let message =
                    format!("AWS's pages contradict each other on `{}` with `{}`", call.name(), suffix(pattern));
                push(call, word, Code::DoubtfulPattern, message, None, found);
            }
            Support::Refused => {
                let message = format!("`{}` has no integration with `{}`", call.name(), suffix(pattern));
                push(call, word, Code::BadResource, message, Some(patterns_there_are(task, pattern)), found);
            }
        }
    }
}

fn suffix(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::RequestResponse => "",
        Pattern::Sync => ".sync",
        Pattern::Sync2 => ".sync:2",
        Pattern::WaitForTaskToken => ".waitForTaskToken",
    }
}

/// What to write in place of a pattern that an integration does not have.
fn patterns_there_are(task: TaskResource<'_>, pattern: Pattern) -> String {
    let has = |pattern: &Pattern| {
        let support = match task {
            TaskResource::Optimised(integration, _) => integration.support(*pattern, MachineType::Standard),
            TaskResource::Sdk(operation, _) => operation.support(*pattern, MachineType::Standard),
            _ => Support::Refused,
        };
        support != Support::Refused
    };
    if let TaskResource::Sdk(operation, _) = task {
        let optimised = Integration::all().find(|integration| {
            integration.action() == operation.name()
                && integration.service() == operation.service().iam_prefix()
                && integration.support(pattern, MachineType::Standard) == Support::Accepted
        });
        if let Some(optimised) = optimised {
            return format!("the optimised integration has it: `{}{}`", optimised.name(), suffix(pattern));
        }
    }
    match Pattern::ALL.iter().skip(1).filter(|pattern| has(pattern)).map(|pattern| suffix(*pattern)).collect::<Vec<_>>()
    {
        has if has.is_empty() => "it answers at once: remove the ending".to_owned(),
        has => format!("without an ending it answers at once; it also has {}", all_of(has)),
    }
}
