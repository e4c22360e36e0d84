//! What a repeated call of a task does: nothing, the same effect once, or its effect twice.

use serde_json::Value;
use workflow_services::TaskResource;

/// What becomes of a call that is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Nothing is known to happen twice.
    Harmless,
    /// The API recognises a repeated call by this member of the request.
    ByMember(&'static str),
    /// It is a request over HTTP: a method that is not idempotent needs a header by which the server recognises it.
    ByHeader,
    /// The API recognises no repeated call: the effect happens twice.
    Twice,
}

/// How a request lets its API recognise that it is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// It need not.
    Needless,
    /// By this value.
    By(String),
    /// It does not.
    Missing,
}

/// The actions whose effect happens twice, by service and action.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/concepts-event-driven-architectures.html#idempotency>, and the pages of the
/// actions, which have no member for it.
const TWICE: [(&str, &[&str]); 16] = [
    ("batch", &["submitJob"]),
    ("databrew", &["startJobRun"]),
    ("dynamodb", &["updateItem"]),
    ("elasticmapreduce", &["addStep"]),
    ("emr", &["addJobFlowSteps"]),
    ("firehose", &["putRecord", "putRecordBatch"]),
    ("glue", &["startJobRun"]),
    ("lambda", &["invoke"]),
    ("sqs", &["sendMessage", "sendMessageBatch"]),
    ("sns", &["publish", "publishBatch"]),
    ("events", &["putEvents"]),
    ("eventbridge", &["putEvents"]),
    ("ses", &["sendEmail", "sendTemplatedEmail"]),
    ("sesv2", &["sendEmail"]),
    ("kinesis", &["putRecord", "putRecords"]),
    ("sfn", &["startSyncExecution"]),
];

/// The actions that recognise a repeated call by a member which the model of the API does not call an idempotency token.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
const BY_MEMBER: [(&str, &str, &str); 3] = [
    ("states", "startExecution", "Name"),
    ("sfn", "startExecution", "Name"),
    ("codebuild", "startBuild", "IdempotencyToken"),
];

/// The parts of the names of errors after which a call had no effect: the service was too busy to take it.
const THROTTLING: [&str; 9] = [
    // https://www.rfc-editor.org/rfc/rfc6585#section-4, and the page of `StartExecution` above.
    ".429",
    "ExecutionLimitExceeded",
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceeded",
    "SlowDown",
    // Redshift Data: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html.
    "ActiveSessionsExceeded",
    "ActiveStatementsExceeded",
];

/// The methods of HTTP that are idempotent: <https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods>.
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"];

/// The member of messages to FIFO queues and topics, which drop repeated messages.
const MESSAGE_GROUP: &str = "MessageGroupId";
const MESSAGE_ID: &str = "MessageDeduplicationId";

impl Repeat {
    /// Returns what becomes of a repeated call of a task.
    pub(crate) fn of(task: TaskResource<'_>) -> Self {
        if let Some(token) = task.input().structure().and_then(|structure| structure.idempotency_token()) {
            return Self::ByMember(token.name);
        }
        let (service, action) = match task {
            TaskResource::Function => return Self::Twice,
            TaskResource::Optimised(integration, _) => (integration.service(), integration.action()),
            TaskResource::Sdk(operation, _) => (operation.service().name(), operation.name()),
            _ => return Self::Harmless,
        };
        if matches!((service, action), ("http" | "apigateway", "invoke")) {
            return Self::ByHeader;
        }
        let named = BY_MEMBER.iter().find(|(of, name, _)| (*of, *name) == (service, action));
        match named {
            Some((.., member)) => Self::ByMember(member),
            None if TWICE.iter().any(|(of, actions)| *of == service && actions.contains(&action)) => Self::Twice,
            None => Self::Harmless,
        }
    }

    /// Returns how a request lets its API recognise that it is repeated.
    pub(crate) fn mark(self, request: &Value) -> Mark {
        let method = request.get("Method").and_then(Value::as_str).unwrap_or_default();
        let own = match self {
            Self::Harmless => return Mark::Needless,
            Self::ByMember(name) => request.get(name),
            Self::ByHeader if IDEMPOTENT.iter().any(|known| known.eq_ignore_ascii_case(method)) => {
                return Mark::Needless;
            }
            Self::Twice if is_same_update(request) => return Mark::Needless,
            Self::Twice if request.get(MESSAGE_GROUP).is_some() => match request.get(MESSAGE_ID) {
                // The queue or topic compares the messages.
                None => return Mark::Needless,
                id => id,
            },
            Self::Twice | Self::ByHeader => None,
        };
        let found = own.or_else(|| key_in(request, 0));
        found.map_or(Mark::Missing, |value| Mark::By(value.to_string()))
    }

    /// Returns what a request lacks, for a message.
    pub(crate) fn lack(self) -> String {
        match self {
            Self::ByMember(name) => format!("without `{name}`"),
            Self::ByHeader => "without a header such as `Idempotency-Key`".to_owned(),
            Self::Harmless | Self::Twice => "and its API does not recognise it".to_owned(),
        }
    }
}

/// Returns whether a call that failed with this error had no effect.
pub(crate) fn is_throttling(error: &str) -> bool {
    THROTTLING.iter().any(|part| error.contains(part))
}

/// Returns whether a request updates an item to the same value each time: with a condition, or without adding to a number or
/// a list. What is added to a set is there once.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>
fn is_same_update(request: &Value) -> bool {
    let adds_to_set = || {
        let values = request.get("ExpressionAttributeValues").map(Value::to_string).unwrap_or_default();
        ["SS", "NS", "BS"].iter().any(|kind| values.contains(&format!("{{\"{kind}\":")))
    };
    let adds =
        |word: &str| ["+", "-"].contains(&word) || word.starts_with("list_append") || word == "ADD" && !adds_to_set();
    let expression = request.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
    request.get("TableName").is_some()
        && (request.get("ConditionExpression").is_some() || !expression.split_whitespace().any(adds))
}

/// Returns the value of a member that is named as an idempotency key, of a header or within a payload.
fn key_in(value: &Value, depth: usize) -> Option<&Value> {
    const DEPTH: usize = 8;
    let is_key = |name: &str| name.to_ascii_lowercase().contains("idempoten");
    match value {
        _ if depth > DEPTH => None,
        Value::Object(members) => {
            members.iter().find_map(|(name, value)| if is_key(name) { Some(value) } else { key_in(value, depth + 1) })
        }
        Value::Array(items) => items.iter().find_map(|item| key_in(item, depth + 1)),
        _ => None,
    }
}
