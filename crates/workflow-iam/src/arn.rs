//! Builds ARNs from the value of a parameter: a name, an ARN or a URL.

use super::Conditions;
use super::instantiate::ArnContext;
use super::pattern::{ANY, is_open, joined};

/// What precedes the model's name in the ID of an inference profile, besides the two letters of a geography.
///
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
const PROFILES: &[&str] = &["apac", "global", "us-gov"];

/// Returns the resources that a parameter's value stands for, by the kind in the table of integrations.
pub(crate) fn of_kind(kind: &str, parameter: &str, value: &str, place: &ArnContext) -> Vec<String> {
    let one = |service: &str, resource: String| vec![place.arn(service, &resource)];
    let is_arn = value.starts_with("arn:");
    match kind {
        "lambda" if is_arn => vec![value.to_owned()],
        "lambda" => match value.split_once(":function:") {
            Some((account, name)) => vec![format!(
                "arn:{}:lambda:{}:{}:function:{name}",
                place.partition,
                place.region,
                account.rsplit(':').next().unwrap_or(account)
            )],
            None => one("lambda", format!("function:{value}")),
        },
        "sqs" => vec![queue(value, place)],
        "ecs" => {
            let arn = if is_arn { value.to_owned() } else { place.arn("ecs", &format!("task-definition/{value}")) };
            // Without a revision, it is the latest.
            let revision = arn.rsplit_once('/').is_some_and(|(_, family)| family.contains(':') || family == ANY);
            vec![if revision { arn } else { joined(arn, ":*") }]
        }
        "batch" if parameter == "JobQueue" => {
            vec![if is_arn { value.to_owned() } else { place.arn("batch", &format!("job-queue/{value}")) }]
        }
        "batch" => {
            let arn = if is_arn { value.to_owned() } else { place.arn("batch", &format!("job-definition/{value}")) };
            let revision = arn.rsplit_once('/').is_some_and(|(_, name)| name.contains(':') || name == ANY);
            if revision { vec![arn] } else { vec![format!("{arn}:*"), arn] }
        }
        "role" if is_arn => vec![value.to_owned()],
        "role" => vec![place.global_arn("iam", &format!("role/{}", value.trim_start_matches('/')))],
        "execution" if is_arn => match value.split_once(":stateMachine:") {
            Some((before, name)) => {
                // Without a version or an alias: the ARN of an execution has none.
                let name = name.split(':').next().unwrap_or(name);
                vec![format!("{before}:execution:{name}")]
            }
            None => one("states", "execution:*".to_owned()),
        },
        "execution" => one("states", format!("execution:{value}")),
        "bedrock" if is_arn => match value.split_once(":inference-profile/").and_then(|(_, id)| id.split_once('.')) {
            Some((_, model)) => vec![value.to_owned(), foundation(place, ANY, model)],
            None => vec![value.to_owned()],
        },
        "bedrock" => model(value, place),
        "s3" => match value.strip_prefix("s3://") {
            Some(path) if path.ends_with('/') => vec![format!("arn:{}:s3:::{path}*", place.partition)],
            Some(path) => vec![format!("arn:{}:s3:::{path}", place.partition)],
            None => vec![format!("arn:{}:s3:::*/*", place.partition)],
        },
        // The bucket of a location, and the objects that begin with it.
        "bucket" | "objects" => {
            let path = value.strip_prefix("s3://").unwrap_or(ANY);
            let bucket = path.split('/').next().unwrap_or(path);
            let folder = path.trim_end_matches('/');
            let path = if kind == "bucket" { bucket.to_owned() } else { joined(format!("{folder}/"), ANY) };
            vec![format!("arn:{}:s3:::{path}", place.partition)]
        }
        // A writer puts its files below a folder.
        "folder" if value.ends_with('/') => vec![joined(value.to_owned(), ANY)],
        "folder" if value == ANY => vec![ANY.to_owned()],
        "folder" => vec![format!("{value}/*")],
        // The name of a connection, whose secret has it in its name.
        "connection" => {
            let name = value.split_once(":connection/").and_then(|(_, rest)| rest.split('/').next());
            vec![name.filter(|name| !name.is_empty()).unwrap_or(ANY).to_owned()]
        }
        // The source of a copy: a bucket and a key.
        "copy" if is_arn => vec![value.to_owned()],
        "copy" if value == ANY => vec![format!("arn:{}:s3:::*/*", place.partition)],
        "copy" => {
            let path = value.trim_start_matches('/');
            let path = path.split_once("${?}versionId=").map_or(path, |(path, _)| path);
            vec![format!("arn:{}:s3:::{path}", place.partition)]
        }
        // The project of a build ID, which is `project:number`, or of a build ARN.
        "build" => {
            let id = value.rsplit('/').next().unwrap_or(value);
            vec![id.split(':').next().unwrap_or(id).to_owned()]
        }
        // The ID of an API in its host name.
        "id" => match value.split_once(".execute-api.") {
            Some((id, _)) => vec![id.trim_start_matches("https://").to_owned()],
            None => vec![ANY.to_owned()],
        },
        _ => vec![ANY.to_owned()],
    }
}

/// Returns the resource of the key that encrypts a state machine, and the conditions of its use.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html>
pub(crate) fn key(key: &str, is_named: bool, place: &ArnContext) -> (String, Conditions) {
    let mut conditions = Conditions::new();
    let mut must = |operator: &str, key: &str, value: String| {
        conditions.entry(operator.to_owned()).or_default().insert(key.to_owned(), vec![value]);
    };
    let operator = if is_open(&place.itself()) { "StringLike" } else { "StringEquals" };
    if is_named {
        must(operator, "kms:EncryptionContext:aws:states:stateMachineArn", place.itself());
    }
    let resource = match key.rsplit_once("alias/") {
        // An alias is no resource of a policy.
        Some((before, name)) => {
            must("ForAnyValue:StringEquals", "kms:ResourceAliases", format!("alias/{name}"));
            if before.is_empty() { place.arn("kms", "key/*") } else { format!("{before}key/*") }
        }
        None if key.starts_with("arn:") => key.to_owned(),
        None => place.arn("kms", &format!("key/{key}")),
    };
    (resource, conditions)
}

/// Returns whether a string is the URL of a queue.
pub(crate) fn is_queue(url: &str) -> bool {
    queue_parts(url).is_some()
}

fn queue_parts(url: &str) -> Option<(&str, &str, &str)> {
    let mut parts = url.split_once("://").map_or(url, |(_, path)| path).split('/');
    Some((parts.next()?, parts.next()?, parts.next().filter(|name| !name.is_empty())?))
}

/// Returns the ARN of the queue with this URL.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html>
fn queue(url: &str, place: &ArnContext) -> String {
    if url.starts_with("arn:") {
        return url.to_owned();
    }
    let Some((host, account, name)) = queue_parts(url) else {
        return place.arn("sqs", ANY);
    };
    let region = host.strip_prefix("sqs.").or_else(|| host.split_once(".queue.").map(|_| host));
    let region = region.and_then(|host| host.split('.').next()).filter(|region| region.contains('-'));
    let is_account = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    let region = region.unwrap_or(&place.region);
    let account = if is_account { account } else { &place.account };
    format!("arn:{}:sqs:{region}:{account}:{name}", place.partition)
}

/// Returns the ARNs for a model ID: a model of Bedrock, or an inference profile and the models that it may choose.
///
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>
fn model(id: &str, place: &ArnContext) -> Vec<String> {
    match id.split_once('.') {
        Some((world, model)) if world.len() == 2 || PROFILES.contains(&world) => {
            vec![place.arn("bedrock", &format!("inference-profile/{id}")), foundation(place, ANY, model)]
        }
        _ if id.starts_with(ANY) => vec![foundation(place, ANY, id), place.arn("bedrock", ANY)],
        _ => vec![foundation(place, &place.region, id)],
    }
}

fn foundation(place: &ArnContext, region: &str, id: &str) -> String {
    format!("arn:{}:bedrock:{region}::foundation-model/{id}", place.partition)
}

/// Returns whether an ARN stands for Bedrock models that it does not name.
///
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-routing.html>
pub(crate) fn is_over_models(value: &str) -> bool {
    let resource = value.splitn(6, ':').nth(5).unwrap_or_default();
    ["application-inference-profile/", "default-prompt-router/", "prompt-router/"]
        .iter()
        .any(|kind| resource.starts_with(kind))
}

/// Returns the narrowest resource for a parameter whose value is unknown.
pub(crate) fn of_unknown(parameter: &str, place: &ArnContext) -> String {
    let name = parameter.rsplit('.').next().unwrap_or(parameter);
    match name {
        _ if is_role(name) => place.global_arn("iam", "role/*"),
        "StateMachineArn" => place.arn("states", "stateMachine:*"),
        "TopicArn" | "TargetArn" => place.arn("sns", ANY),
        "ConnectionArn" => place.arn("events", "connection/*"),
        "HarnessArn" => place.arn("bedrock-agentcore", "harness/*"),
        _ => ANY.to_owned(),
    }
}

/// Returns whether a parameter of that name is a role.
///
/// ```
/// assert!(workflow_iam::is_role("ExecutionRoleArn") && !workflow_iam::is_role("TopicArn"));
/// ```
pub fn is_role(name: &str) -> bool {
    name.ends_with("RoleArn") || name.ends_with("Role")
}
