//! Tasks that call an HTTPS API, at allowed hosts.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Uri};
use serde_json::{Map, Value, json};
use workflow_asl::error_name::{HTTP_SOCKET, HTTP_STATUS_PREFIX, RUNTIME};
use workflow_local::{TaskError, TaskRequest};

use super::client::{Answered, HttpClient, NotAnswered, escaped};

/// The time limit of a call.
const LIMIT: Duration = Duration::from_secs(60);
const USER_AGENT: &str = "Amazon|StepFunctions|HttpInvoke|us-east-1";

/// Returns whether a task calls an HTTPS API.
pub(super) fn is_one(request: &TaskRequest) -> bool {
    request.resource.ends_with(":http:invoke")
}

/// Returns the error of a task with an invalid request.
fn wrong(request: &TaskRequest, why: &str) -> TaskError {
    TaskError::new(RUNTIME).with_cause(format!("the state {}: {why}", request.state))
}

/// Calls the API that a task names. Returns `None` if no host is allowed.
pub(super) async fn answer(
    client: &HttpClient,
    hosts: &[String],
    request: &TaskRequest,
) -> Option<Result<Value, TaskError>> {
    match hosts.is_empty() {
        true => None,
        false => Some(call(client, hosts, request).await),
    }
}

async fn call(client: &HttpClient, hosts: &[String], request: &TaskRequest) -> Result<Value, TaskError> {
    let input = request.input.value();
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    let url = text("ApiEndpoint").ok_or_else(|| wrong(request, "`ApiEndpoint` must be a URL"))?;
    let uri: Uri = url.parse().map_err(|_| wrong(request, &format!("`{url}` is not a URL")))?;
    let (host, authority) =
        (uri.host().unwrap_or_default(), uri.authority().map_or("", |authority| authority.as_str()));
    if !hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host) || allowed.eq_ignore_ascii_case(authority)) {
        let why =
            format!("it calls {host}, which is not allowed: `--allow-http {host}` or `Builder::allow_http` allows it");
        return Err(wrong(request, &why));
    }
    let method = text("Method").and_then(|method| method.parse::<Method>().ok());
    let method = method.ok_or_else(|| wrong(request, "`Method` must be a method of HTTP"))?;
    let mut target = url.to_owned();
    let query = pairs(input.get("QueryParameters"), ArrayFormat::Repeat);
    if !query.is_empty() {
        target.push(if url.contains('?') { '&' } else { '?' });
        target.push_str(&query);
    }
    let mut call = Request::builder().method(method).uri(target).header("user-agent", USER_AGENT);
    let transform = input.get("Transform");
    let encodes = transform.and_then(|transform| transform.get("RequestBodyEncoding")).and_then(Value::as_str)
        == Some("URL_ENCODED");
    let has_type = input
        .get("Headers")
        .and_then(Value::as_object)
        .is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str())));
    if !has_type {
        let kind = if encodes { "application/x-www-form-urlencoded" } else { "application/json" };
        call = call.header(CONTENT_TYPE, kind);
    }
    for (name, value) in input.get("Headers").and_then(Value::as_object).into_iter().flatten() {
        for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            call = call.header(name, plain(value));
        }
    }
    let body = match input.get("RequestBody") {
        None | Some(Value::Null) => String::new(),
        Some(body) if encodes => {
            let options = transform.and_then(|transform| transform.pointer("/RequestEncodingOptions/ArrayFormat"));
            pairs(Some(body), ArrayFormat::named(options.and_then(Value::as_str)))
        }
        Some(body) => plain(body),
    };
    let call = call.body(Full::new(Bytes::from(body))).map_err(|error| wrong(request, &error.to_string()))?;
    match client.send(call, LIMIT).await {
        Ok(answered) => result(&answered),
        Err(NotAnswered::Failed(why)) => Err(TaskError::new(HTTP_SOCKET).with_cause(why)),
        Err(NotAnswered::TimedOut) => {
            let why = format!("the API did not answer within {} s", LIMIT.as_secs());
            Err(TaskError::new(HTTP_SOCKET).with_cause(why))
        }
    }
}

/// The format of arrays in a form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArrayFormat {
    Indices,
    Repeat,
    Commas,
    Brackets,
}

impl ArrayFormat {
    fn named(name: Option<&str>) -> Self {
        match name {
            Some("REPEAT") => Self::Repeat,
            Some("COMMAS") => Self::Commas,
            Some("BRACKETS") => Self::Brackets,
            _ => Self::Indices,
        }
    }
}

/// Returns a value for a header, a query or a body: a string without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns the members of an object as `name=value&…`.
fn pairs(value: Option<&Value>, format: ArrayFormat) -> String {
    let mut found = Vec::new();
    for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
        collect(escaped(name), value, format, &mut found);
    }
    found.join("&")
}

fn collect(name: String, value: &Value, format: ArrayFormat, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                collect(format!("{name}[{}]", escaped(member)), value, format, found);
            }
        }
        Value::Array(items) if format == ArrayFormat::Commas => {
            let items: Vec<_> = items.iter().map(|item| escaped(&plain(item))).collect();
            found.push(format!("{name}={}", items.join(",")));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let name = match format {
                    ArrayFormat::Indices => format!("{name}[{at}]"),
                    ArrayFormat::Brackets => format!("{name}[]"),
                    _ => name.clone(),
                };
                collect(name, item, format, found);
            }
        }
        value => found.push(format!("{name}={}", escaped(&plain(value)))),
    }
}

fn result(answered: &Answered) -> Result<Value, TaskError> {
    let status_text = answered.status.canonical_reason().unwrap_or_default();
    let text = String::from_utf8_lossy(&answered.body);
    let body = serde_json::from_slice(&answered.body).unwrap_or_else(|_| json!(text));
    if !answered.status.is_success() {
        let name = format!("{HTTP_STATUS_PREFIX}{}", answered.status.as_u16());
        // The service reports only the status and discards the body.
        return Err(TaskError::new(name).with_cause(status_text));
    }
    Ok(json!({
        "Headers": headers(&answered.headers),
        "ResponseBody": body,
        "StatusCode": answered.status.as_u16(),
        "StatusText": status_text,
    }))
}

/// Returns headers as a task gets them: an array of values each.
fn headers(headers: &HeaderMap) -> Value {
    let mut all = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values.map(|value| json!(String::from_utf8_lossy(value.as_bytes()))).collect();
        all.insert(name.as_str().to_owned(), Value::Array(values));
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_written_in_each_format() {
        let form = json!({"a": [1, "x y"], "b": {"c": true}});
        let encoded = |format| pairs(Some(&form), ArrayFormat::named(format));
        assert_eq!(encoded(None), "a[0]=1&a[1]=x%20y&b[c]=true");
        assert_eq!(encoded(Some("REPEAT")), "a=1&a=x%20y&b[c]=true");
        assert_eq!(encoded(Some("COMMAS")), "a=1,x%20y&b[c]=true");
        assert_eq!(encoded(Some("BRACKETS")), "a[]=1&a[]=x%20y&b[c]=true");
    }
}
