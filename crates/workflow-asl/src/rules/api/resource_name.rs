//! The rule on parameters that name a resource: by its name, its ARN or its URL.

use workflow_services::Arn;

use crate::{Finding, placeholder};

/// How a parameter names a resource.
enum Takes {
    /// By an ARN of this kind. Some also take a name.
    Arn(Kind),
    /// By a name.
    Name,
    /// By the name of a bucket.
    Bucket,
    /// By a bucket and a key, `bucket/key`.
    BucketAndKey,
    /// By a URI, such as `s3://bucket/key`.
    Uri,
    /// By a URL of HTTP.
    Url,
}

struct Kind {
    words: &'static str,
    service: &'static str,
    /// The possible beginnings of the resource in the ARN.
    starts: &'static [&'static str],
    /// A character that the name of such a resource does not have.
    never_has: Option<char>,
}

const fn arn(words: &'static str, service: &'static str, starts: &'static [&'static str]) -> Kind {
    Kind { words, service, starts, never_has: None }
}

/// Parameters by their service, or of all services, and their name. AWS's API references give the forms.
const PARAMETERS: &[(&str, &[&str], Takes)] = &[
    ("", &["Bucket", "S3Bucket", "S3BucketName"], Takes::Bucket),
    ("", &["RoleArn", "ExecutionRoleArn"], Takes::Arn(arn("the ARN of a role", "iam", &["role/"]))),
    ("", &["StateMachineArn"], Takes::Arn(arn("the ARN of a state machine", "states", &["stateMachine:"]))),
    ("", &["TopicArn"], Takes::Arn(Kind { never_has: Some(':'), ..arn("the ARN of a topic", "sns", &[""]) })),
    ("sfn", &["ExecutionArn"], Takes::Arn(arn("the ARN of an execution", "states", &["execution:", "express:"]))),
    ("http", &["ConnectionArn"], Takes::Arn(arn("the ARN of a connection", "events", &["connection/"]))),
    ("", &["Cluster"], Takes::Arn(arn("a cluster", "ecs", &["cluster/"]))),
    ("", &["EventBusName"], Takes::Arn(arn("an event bus", "events", &["event-bus/"]))),
    ("", &["FunctionName"], Takes::Arn(arn("a function", "lambda", &["function:"]))),
    ("", &["SecretId"], Takes::Arn(arn("a secret", "secretsmanager", &["secret:"]))),
    ("", &["TableName"], Takes::Arn(Kind { never_has: Some('/'), ..arn("a table", "dynamodb", &["table/"]) })),
    ("", &["TaskDefinition"], Takes::Arn(arn("a task definition", "ecs", &["task-definition/"]))),
    ("batch", &["JobQueue"], Takes::Arn(arn("a job queue", "batch", &["job-queue/"]))),
    ("batch", &["JobDefinition"], Takes::Arn(arn("a job definition", "batch", &["job-definition/"]))),
    ("athena", &["WorkGroup"], Takes::Name),
    ("kinesis", &["StreamName"], Takes::Name),
    ("glue", &["JobName"], Takes::Name),
    ("codebuild", &["ProjectName"], Takes::Arn(arn("a project", "codebuild", &["project/"]))),
    (
        "sagemaker",
        &[
            "EndpointConfigName",
            "EndpointName",
            "ModelName",
            "ProcessingJobName",
            "TrainingJobName",
            "TransformJobName",
        ],
        Takes::Name,
    ),
    ("http", &["ApiEndpoint"], Takes::Url),
    ("athena", &["OutputLocation"], Takes::Uri),
    ("sagemaker", &["S3OutputPath"], Takes::Uri),
    ("s3", &["CopySource"], Takes::BucketAndKey),
];

/// Returns the row of a parameter of a call.
fn row(call: &str, name: &str) -> Option<&'static Takes> {
    let service = call.strip_prefix("aws-sdk:").unwrap_or(call).split(':').next()?;
    let row = PARAMETERS.iter().find(|(of, names, _)| (of.is_empty() || *of == service) && names.contains(&name));
    row.map(|(.., takes)| takes)
}

/// Returns the finding for a literal name where a parameter takes an ARN alone. Definitions of others have stand-ins there.
pub(super) fn name_for_arn(call: &str, name: &str, text: &str) -> Option<Finding> {
    let is_name = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    if !name.ends_with("Arn") || !is_name || text.is_empty() || placeholder::likely(text) {
        return None;
    }
    match row(call, name)? {
        Takes::Arn(kind) => Some(other_arn(name.to_owned(), text.to_owned(), kind)),
        _ => None,
    }
}

/// Returns the finding for a text that does not name a resource as a parameter of a call takes it.
pub(in crate::rules) fn unlike_name(call: &str, name: &str, text: &str) -> Option<Finding> {
    let is_url = name.ends_with("Url");
    if placeholder::likely(text) {
        let is_arn = is_url && text.starts_with("arn:");
        return is_arn.then(|| Finding::ArnForUrl { name: name.to_owned(), text: text.to_owned(), meant: None });
    }
    let takes = row(call, name);
    let given = Arn::parse(text);
    let in_bucket = given.filter(|arn| arn.service == "s3" && arn.region.is_empty()).map(|arn| arn.resource);
    let (name, text) = (name.to_owned(), text.to_owned());
    match (takes, given) {
        (None, Some(arn)) if is_url && arn.service == "sqs" => {
            let meant = format!("https://sqs.{}.amazonaws.com/{}/{}", arn.region, arn.account, arn.resource);
            Some(Finding::ArnForUrl { name, text, meant: Some(meant) })
        }
        (Some(Takes::Uri) | None, _) if is_url && text.starts_with("arn:") || in_bucket.is_some() => {
            let is_uri = takes.is_some() || is_url || name.ends_with("Uri");
            let meant = in_bucket.map(|place| format!("s3://{place}"));
            is_uri.then_some(Finding::ArnForUrl { name, text, meant })
        }
        // The beginning of a computed text may be a name that a tool replaces.
        (Some(takes @ (Takes::Uri | Takes::Url)), None) if !text.ends_with('…') && !begins_with_scheme(&text) => {
            let scheme = if matches!(takes, Takes::Uri) { "s3://" } else { "https://" };
            Some(Finding::NoUri { name, text, scheme })
        }
        (Some(Takes::Arn(kind)), Some(arn)) => {
            let rest = kind.starts.iter().find_map(|start| arn.resource.strip_prefix(start));
            let fits = rest.is_some_and(|rest| kind.never_has.is_none_or(|separator| !rest.contains(separator)));
            (arn.service != kind.service || !fits).then(|| other_arn(name, text, kind))
        }
        (Some(Takes::Bucket), _) => {
            let place = in_bucket.or_else(|| text.strip_prefix("s3://"))?;
            let meant = place.split('/').next().unwrap_or_default().to_owned();
            Some(Finding::ArnForName { name, text, meant })
        }
        (Some(Takes::BucketAndKey), Some(_)) => {
            let meant = in_bucket?.to_owned();
            Some(Finding::ArnForName { name, text, meant })
        }
        (Some(Takes::Name), Some(arn)) => {
            let meant = arn.resource.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
            Some(Finding::ArnForName { name, text, meant })
        }
        _ => None,
    }
}

/// Returns whether a text may be a URI. The end of the text may be unknown.
fn begins_with_scheme(text: &str) -> bool {
    let known = text.trim_end_matches('…');
    text.starts_with("{%")
        || known.contains("://")
        || ["s3://", "https://", "http://"].iter().any(|scheme| scheme.starts_with(known))
}

fn other_arn(name: String, text: String, kind: &Kind) -> Finding {
    let start = kind.starts.first().copied().unwrap_or_default();
    Finding::OtherArn { name, text, of: kind.words, service: kind.service, start }
}
