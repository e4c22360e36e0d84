//! Rules on the resource of a task: the service, its operation, and the pattern of the integration.

use workflow_services::{Integration, MachineType, Pattern, ResourceError, Service, Support, TaskResource};

use super::{ApiCall, alike};
use crate::nearest::{Lookups, nearest};
use crate::rules::Definition;
use crate::{Diagnostic, Finding};

type Parsed<'a> = Result<TaskResource<'a>, ResourceError<'a>>;

fn tasks<'d>(definition: &'d Definition<'_>) -> impl Iterator<Item = (&'d ApiCall<'d>, Parsed<'d>)> {
    definition.calls.iter().filter_map(|call| Some((call, call.parsed?)))
}

/// The service and the operation that a task calls exist.
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
        let unknown = |error: ResourceError<'_>, near: Option<String>, listed| {
            let by_sdk = matches!(error, ResourceError::UnknownIntegration(_))
                && near.as_ref().is_some_and(|near| near.starts_with("aws-sdk:"));
            // The word is the last part of the name, if the parts before it are right.
            let write = near.as_deref().zip(word).and_then(|(near, word)| match near.rsplit_once(':') {
                Some((before, last)) => call.arn.contains(&format!("{before}:{word}")).then_some(last),
                None => Some(near),
            });
            let write = write.map(str::to_owned);
            Finding::UnknownApi { why: error.to_string(), near, write, by_sdk, listed }
        };
        let finding = match parsed {
            Err(error @ ResourceError::UnknownService(name)) => unknown(error, service_meant(name, &lookups), true),
            Err(error @ ResourceError::UnknownOperation(service, name)) => {
                unknown(error, meant(name, || error.candidates(), &lookups), service.is_documented())
            }
            Err(error @ ResourceError::UnknownIntegration(name)) => {
                unknown(error, integration_meant(name, &lookups), true)
            }
            Ok(TaskResource::Retired(service, _)) => Finding::RetiredService { service: service.name() },
            Ok(TaskResource::Sdk(operation, _)) => {
                let (service, name) = (operation.service().name(), operation.name());
                match operation.is_supported() {
                    false if operation.is_event_stream() => Finding::EventStream { service, operation: name },
                    false => Finding::UnsupportedOperation { service, operation: name },
                    true if !operation.service().is_documented() => Finding::UndocumentedService { service },
                    true => continue,
                }
            }
            _ => continue,
        };
        push(call, word, finding, found);
    }
}

/// Returns the part of an integration's name that is not known: the action, where there are others of the service.
fn unknown_part(name: &str) -> &str {
    match name.split_once(':') {
        Some((service, action)) if Integration::all().any(|known| known.service() == service) => action,
        Some((service, _)) => service,
        None => name,
    }
}

/// Reports a problem with a word of the resource, or with all of it.
fn push(call: &ApiCall<'_>, word: Option<&str>, finding: Finding, found: &mut Vec<Diagnostic>) {
    let mut diagnostic = finding.at(call.at.child("Resource"));
    // It may be a slice of another task's resource, which has the same text.
    let is_whole = |(start, word): &(usize, &str)| {
        let (before, after) = (call.arn.get(..*start), call.arn.get(start + word.len()..));
        before.is_some_and(|before| before.ends_with([':', '.']))
            && after.is_some_and(|after| after.is_empty() || after.starts_with([':', '.']))
    };
    if let Some((start, word)) = word.and_then(|word| call.arn.rmatch_indices(word).find(is_whole)) {
        diagnostic = diagnostic.with_range(start, word.len());
    }
    found.push(diagnostic);
}

/// Returns the name that was probably meant: first one that differs only in case, then the nearest.
pub(super) fn meant<I: Iterator<Item = &'static str>>(
    name: &str,
    candidates: impl Fn() -> I,
    lookups: &Lookups,
) -> Option<String> {
    let near = candidates().find(|candidate| alike(name, candidate));
    near.or_else(|| lookups.nearest(name, candidates())).map(str::to_owned)
}

/// Common names of services, with their names in the SDK.
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

/// Returns the service of the SDK that a name means: by its spelling, by the prefix that policies have for it, such as
/// `states`, or by what people call it.
fn service_called(name: &str) -> Option<Service> {
    let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let called = || CALLED.iter().find(|(called, _)| *called == squeezed).and_then(|(_, name)| Service::find(name));
    Service::all()
        .find(|service| alike(name, service.name()))
        .or_else(|| Service::all().find(|service| service.iam_prefix().eq_ignore_ascii_case(name)))
        .or_else(called)
}

/// Returns the service of the SDK that was meant.
fn service_meant(name: &str, lookups: &Lookups) -> Option<String> {
    match service_called(name) {
        Some(service) => Some(service.name().to_owned()),
        None => meant(name, || Service::all().map(Service::name), lookups),
    }
}

/// Returns the integration that a name means, or the SDK's where there is an operation of that name.
fn integration_meant(name: &str, lookups: &Lookups) -> Option<String> {
    let (service, action) = name.rsplit_once(':')?;
    if let Some(known) = Integration::all().find(|known| alike(name, known.name())) {
        return Some(known.name().to_owned());
    }
    let of_sdk = service_called(service);
    // The SDK's service has another name than the prefix in policies.
    let own = of_sdk.map(Service::iam_prefix).filter(|prefix| *prefix != service);
    let own = || Integration::all().filter(move |known| own == Some(known.service()));
    if let Some(known) = own().find(|known| alike(action, known.action())) {
        return Some(known.name().to_owned());
    }
    if let Some(operation) = of_sdk.and_then(|service| service.operations().find(|known| alike(action, known.name()))) {
        return Some(format!("aws-sdk:{}:{}", operation.service().name(), operation.name()));
    }
    if let Some(near) = lookups.nearest(action, own().map(Integration::action)) {
        return Some(own().find(|known| known.action() == near)?.name().to_owned());
    }
    meant(name, || Integration::all().map(Integration::name), lookups)
}

/// The service or operation of the SDK that an ARN means whose name is spelled otherwise: `aws-sdk:s3:GetObject`.
pub(in crate::rules) fn operation_meant(arn: &str) -> Option<&'static str> {
    let Err(error @ (ResourceError::UnknownOperation(_, name) | ResourceError::UnknownService(name))) =
        TaskResource::parse(arn)
    else {
        return None;
    };
    error.candidates().find(|candidate| alike(name, candidate))
}

/// A service is called in one of its patterns.
pub(in crate::rules) fn an_integration_has_its_pattern(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (call, parsed) in tasks(definition) {
        let (task, pattern) = match parsed.map(|task| (task, task.pattern())) {
            Ok((task, Some(pattern))) => (task, pattern),
            Err(error @ ResourceError::UnknownPattern(suffix)) => {
                let suffixes = || Pattern::ALL.iter().skip(1).map(|pattern| pattern.suffix());
                let near = nearest(&format!(".{}", suffix.trim_start_matches('.')), suffixes());
                let finding = Finding::UnknownPattern { why: error.to_string(), near, suffixes: suffixes().collect() };
                push(call, Some(suffix), finding, found);
                continue;
            }
            _ => continue,
        };
        let word = call.arn.rsplit_once('.').map(|(_, suffix)| suffix);
        // Another finding reports unsupported operations.
        if matches!(task, TaskResource::Sdk(operation, _) if !operation.is_supported()) {
            continue;
        }
        match task.support(MachineType::Standard) {
            Support::Accepted => {}
            Support::Unverified => {
                let finding = Finding::DoubtfulPattern { call: call.name().to_owned(), suffix: pattern.suffix() };
                push(call, word, finding, found);
            }
            Support::Refused => push(call, word, refused(call.name(), task, pattern), found),
        }
    }
}

/// Returns a pattern that an integration does not have.
fn refused(call: &str, task: TaskResource<'_>, pattern: Pattern) -> Finding {
    let (call, suffix) = (call.to_owned(), pattern.suffix());
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
            return Finding::PatternOfTheOptimised { call, suffix, optimised: optimised.name() };
        }
    }
    let others = Pattern::ALL.iter().skip(1).filter(|pattern| has(pattern)).map(|pattern| pattern.suffix()).collect();
    Finding::RefusedPattern { call, suffix, others }
}
