//! Calls AWS's own APIs at one endpoint: moto, LocalStack, or a service of AWS.
//!
//! Requests and answers follow the table of AWS's APIs: which members exist, how a task spells them, and which are
//! stringified. Errors have the names and causes of Step Functions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>.

mod codec;
mod query;
mod s3;
mod sign;
mod xml;

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::{Map, Value, json};
use workflow_local::{Instant, TaskError, TaskRequest};
use workflow_services::{Operation, Service, TaskResource};

use super::super::Run;
use super::client::{Answered, Endpoint, HttpClient, NotAnswered};
use crate::api::arn::Scope;
use codec::Codec;
use sign::{Credentials, Unsigned};

/// The time limit of a call.
const LIMIT: Duration = Duration::from_secs(60);

/// The endpoint of AWS's APIs.
pub(super) struct AwsEndpoint {
    endpoint: Endpoint,
    credentials: Credentials,
}

/// A supported API.
struct Api {
    /// The name in the resource of a task: `aws-sdk:NAME:action`.
    sdk: &'static str,
    /// The name in the resource of an optimised integration, if there is one.
    optimised: Option<&'static str>,
    /// The name in signatures.
    signing: &'static str,
    /// The names in the causes of errors: of the optimised integration, and of the SDK.
    titles: (&'static str, &'static str),
    protocol: Protocol,
    /// Members that the SDK integration spells differently from the API.
    respelt: &'static [(&'static str, &'static str)],
}

enum Protocol {
    /// The prefix of the operation in the header, and the version of the protocol.
    Json(&'static str, &'static str),
    /// The version of the API.
    Query(&'static str),
    S3,
}

const APIS: [Api; 5] = [
    Api {
        sdk: "dynamodb",
        optimised: Some("dynamodb"),
        signing: "dynamodb",
        titles: ("AmazonDynamoDBv2", "DynamoDb"),
        protocol: Protocol::Json("DynamoDB_20120810", "1.0"),
        respelt: &[
            ("Bool", "BOOL"),
            ("Nul", "NULL"),
            ("Ss", "SS"),
            ("Ns", "NS"),
            ("Bs", "BS"),
            ("SseSpecification", "SSESpecification"),
            ("SseDescription", "SSEDescription"),
            ("SseType", "SSEType"),
            ("KmsMasterKeyId", "KMSMasterKeyId"),
            ("KmsMasterKeyArn", "KMSMasterKeyArn"),
        ],
    },
    Api {
        sdk: "sqs",
        optimised: Some("sqs"),
        signing: "sqs",
        titles: ("AmazonSQS", "Sqs"),
        protocol: Protocol::Json("AmazonSQS", "1.0"),
        respelt: &[
            ("Md5OfBody", "MD5OfBody"),
            ("Md5OfMessageAttributes", "MD5OfMessageAttributes"),
            ("Md5OfMessageBody", "MD5OfMessageBody"),
            ("Md5OfMessageSystemAttributes", "MD5OfMessageSystemAttributes"),
        ],
    },
    Api {
        sdk: "sns",
        optimised: Some("sns"),
        signing: "sns",
        titles: ("AmazonSNS", "Sns"),
        protocol: Protocol::Query("2010-03-31"),
        respelt: &[],
    },
    Api {
        sdk: "eventbridge",
        optimised: Some("events"),
        signing: "events",
        titles: ("AmazonEventBridge", "EventBridge"),
        protocol: Protocol::Json("AWSEvents", "1.1"),
        respelt: &[("AwsvpcConfiguration", "awsvpcConfiguration")],
    },
    Api { sdk: "s3", optimised: None, signing: "s3", titles: ("AmazonS3", "S3"), protocol: Protocol::S3, respelt: &[] },
];

/// A call of an API, parsed from a task's resource.
struct AwsCall<'t> {
    api: &'static Api,
    task: TaskResource<'t>,
    operation: Operation,
    /// Whether it is an optimised integration, which uses the API's spelling.
    is_optimised: bool,
}

/// An error returned by an API.
struct AwsError {
    code: String,
    message: String,
}

impl<'t> AwsCall<'t> {
    fn of(resource: &'t str) -> Option<Self> {
        let task = TaskResource::parse(resource).ok()?;
        let (api, action, is_optimised) = match task {
            TaskResource::Optimised(integration, _) => {
                let api = APIS.iter().find(|api| api.optimised == Some(integration.service()))?;
                (api, integration.action(), true)
            }
            TaskResource::Sdk(operation, _) => {
                (APIS.iter().find(|api| api.sdk == operation.service().name())?, operation.name(), false)
            }
            _ => return None,
        };
        let operation = Service::find(api.sdk)?.operation(action)?;
        Some(Self { api, task, operation, is_optimised })
    }

    /// Returns the API's name of the operation: `SendMessage`.
    fn name(&self) -> String {
        let mut name = self.operation.name().to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        name
    }

    fn codec(&self) -> Codec {
        Codec { respelt: self.api.respelt, is_optimised: self.is_optimised }
    }

    /// Returns the task's error for a call without an answer.
    fn unsent(&self, why: &str) -> TaskError {
        let prefix = self.task.error_prefix().unwrap_or_default();
        let cause = format!("Unable to execute HTTP request: {why}");
        TaskError::new(format!("{prefix}.SdkClientException")).with_cause(cause)
    }

    /// Returns the task's error for an error of the API.
    fn failed(&self, told: &AwsError, answered: &Answered) -> TaskError {
        let code = told.code.rsplit('#').next().unwrap_or_default();
        let code = code.split(':').next().unwrap_or_default();
        let name = match code.ends_with("Exception") {
            true => code.to_owned(),
            false => format!("{}Exception", code.trim_end_matches("Fault")),
        };
        let prefix = self.task.error_prefix().unwrap_or_default();
        let modelled = format!("{prefix}.{name}");
        let is_modelled = self.task.modelled_errors().any(|error| error.matches(&modelled));
        // The errors of the model are followed by the base error.
        let base = self.task.errors().nth(self.task.modelled_errors().count()).map(|error| error.to_string());
        let base = base.filter(|name| !name.ends_with(".SdkClientException") && !name.ends_with("TimeoutException"));
        let error = if is_modelled { modelled } else { base.unwrap_or(modelled) };
        let (message, status, id) = (&told.message, answered.status.as_u16(), request_id(answered));
        let (title, sdk_title) = self.api.titles;
        TaskError::new(error).with_cause(match self.is_optimised {
            true => format!(
                "{message} (Service: {title}; Status Code: {status}; Error Code: {code}; Request ID: {id}; Proxy: null)"
            ),
            false => format!(
                "{message} (Service: {sdk_title}, Status Code: {status}, Request ID: {id}) (SDK Attempt Count: 1)"
            ),
        })
    }
}

fn header<'a>(answered: &'a Answered, name: &str) -> Option<&'a str> {
    answered.headers.get(name).and_then(|value| value.to_str().ok())
}

fn request_id(answered: &Answered) -> &str {
    header(answered, "x-amzn-requestid").or_else(|| header(answered, "x-amz-request-id")).unwrap_or_default()
}

impl AwsEndpoint {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, credentials: Credentials::from_environment() }
    }

    /// Returns the answer of the API that a task names, or `None` if the API is not supported.
    pub(super) async fn call(
        &self,
        client: &HttpClient,
        run: &Arc<Run>,
        request: &TaskRequest,
    ) -> Option<Result<Value, TaskError>> {
        let call = AwsCall::of(&request.resource)?;
        let mut input = request.input.value().clone();
        if call.is_optimised && call.api.sdk == "eventbridge" {
            add_resources(&mut input, [&run.arn, &run.machine.arn]);
        }
        let region = Scope::of_arn(&run.machine.arn).region;
        Some(match call.api.protocol {
            Protocol::Json(target, version) => self.json(client, &call, &input, &region, target, version).await,
            Protocol::Query(version) => self.query(client, &call, &input, &region, version).await,
            Protocol::S3 => self.s3(client, &call, &input, &region).await?,
        })
    }

    /// Sends a signed request.
    async fn send(
        &self,
        client: &HttpClient,
        call: &AwsCall<'_>,
        region: &str,
        mut unsigned: Unsigned<'_>,
    ) -> Result<Answered, TaskError> {
        let Endpoint { origin, authority, path } = &self.endpoint;
        unsigned.headers.push(("host".to_owned(), authority.clone()));
        let whole = format!("{path}{}", unsigned.path);
        unsigned.path = &whole;
        let (method, body) = (unsigned.method.to_owned(), Bytes::copy_from_slice(unsigned.body));
        let query: Vec<_> = unsigned.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut url = format!("{origin}{whole}");
        if !query.is_empty() {
            url = format!("{url}?{}", query.join("&"));
        }
        let mut sent = Request::builder().method(&*method).uri(url);
        for (name, value) in unsigned.sign(&self.credentials, call.api.signing, region, Instant::now()) {
            sent = sent.header(name, value);
        }
        let sent = sent.body(Full::new(body)).map_err(|error| call.unsent(&error.to_string()))?;
        client.send(sent, LIMIT).await.map_err(|why| match why {
            NotAnswered::Failed(why) => call.unsent(&why),
            NotAnswered::TimedOut => call.unsent(&format!("no answer within {} s", LIMIT.as_secs())),
        })
    }

    /// Calls an API with the JSON protocol. <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>
    async fn json(
        &self,
        client: &HttpClient,
        call: &AwsCall<'_>,
        input: &Value,
        region: &str,
        target: &str,
        version: &str,
    ) -> Result<Value, TaskError> {
        let body = call.codec().encoded(input, call.operation.input()).to_string();
        let headers = vec![
            ("content-type".to_owned(), format!("application/x-amz-json-{version}")),
            ("x-amz-target".to_owned(), format!("{target}.{}", call.name())),
        ];
        let unsigned = Unsigned { method: "POST", path: "/", query: Vec::new(), headers, body: body.as_bytes() };
        let answered = self.send(client, call, region, unsigned).await?;
        let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
        if !answered.status.is_success() {
            let member = |names: [&str; 2]| names.iter().find_map(|name| answer.get(*name).and_then(Value::as_str));
            let code = member(["__type", "code"]).or_else(|| header(&answered, "x-amzn-errortype"));
            let message = member(["message", "Message"]).unwrap_or_default().to_owned();
            let told = AwsError { code: code.unwrap_or("UnknownException").to_owned(), message };
            return Err(call.failed(&told, &answered));
        }
        let answer = call.codec().decoded(&answer, call.operation.output());
        let failed = answer.get("FailedEntryCount").and_then(Value::as_u64).is_some_and(|count| count > 0);
        if failed && call.is_optimised {
            return Err(TaskError::new("EventBridge.FailedEntry").with_cause(answer.to_string()));
        }
        Ok(with_metadata(call, answer, &answered))
    }
}

/// The optimised integration adds the execution and its state machine to each event.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html>
fn add_resources(input: &mut Value, arns: [&str; 2]) {
    for entry in input.get_mut("Entries").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(entry) = entry.as_object_mut() else { continue };
        if let Some(resources) = entry.entry("Resources").or_insert_with(|| json!([])).as_array_mut() {
            resources.extend(arns.map(|arn| json!(arn)));
        }
    }
}

/// Adds the HTTP metadata of an optimised integration to an answer, if it has any.
fn with_metadata(call: &AwsCall<'_>, mut answer: Value, answered: &Answered) -> Value {
    let tells = call.is_optimised && call.api.sdk != "eventbridge";
    if let (true, Some(members)) = (tells, answer.as_object_mut()) {
        let (mut all, mut first) = (Map::new(), Map::new());
        for (name, value) in &answered.headers {
            let value = json!(String::from_utf8_lossy(value.as_bytes()));
            first.entry(name.as_str()).or_insert_with(|| value.clone());
            if let Some(values) = all.entry(name.as_str()).or_insert_with(|| json!([])).as_array_mut() {
                values.push(value);
            }
        }
        let status = answered.status.as_u16();
        let metadata = json!({"AllHttpHeaders": all, "HttpHeaders": first, "HttpStatusCode": status});
        members.insert("SdkHttpMetadata".to_owned(), metadata);
        members.insert("SdkResponseMetadata".to_owned(), json!({"RequestId": request_id(answered)}));
    }
    answer
}
