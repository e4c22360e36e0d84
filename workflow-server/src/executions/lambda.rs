//! Lambda functions at an endpoint: `cargo lambda watch`, SAM, the Runtime Interface Emulator.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use workflow_asl::limits::LAMBDA_SECONDS;
use workflow_local::handlers::function_name;
use workflow_local::{TaskError, TaskRequest};

/// Bytes of an answer; more than a payload may have is refused as such by the engine.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The port of a URL that names none.
const HTTP_PORT: u16 = 80;

/// Where Lambda functions are called.
#[derive(Clone, Debug)]
pub(crate) struct LambdaEndpoint {
    host: String,
    port: u16,
    path: String,
}

impl LambdaEndpoint {
    /// Reads a URL such as `http://localhost:9000`.
    pub(crate) fn read(url: &str) -> io::Result<Self> {
        let wrong =
            |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("the Lambda endpoint {url:?} {why}"));
        let uri: Uri = url.parse().map_err(|_| wrong("is no URL"))?;
        if uri.scheme_str() != Some("http") {
            return Err(wrong("must begin with http://"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host"))?;
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { host: host.to_owned(), port: uri.port_u16().unwrap_or(HTTP_PORT), path })
    }

    /// Calls the function that a task names.
    pub(super) async fn invoke(&self, function: &str, request: &TaskRequest) -> Result<Value, TaskError> {
        let payload = match request.is_invoke() {
            true => request.input.get("Payload").map_or_else(|| "{}".to_owned(), Value::to_string),
            false => request.input.to_string(),
        };
        let limit = Duration::from_secs(LAMBDA_SECONDS);
        let answer = match tokio::time::timeout(limit, self.post(function, payload)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => {
                let cause = format!("Unable to execute HTTP request to http://{}:{}: {why}", self.host, self.port);
                return Err(TaskError::new("Lambda.SdkClientException").with_cause(cause));
            }
            Err(_) => return Err(TaskError::new("Sandbox.Timedout").with_cause("the function took too long")),
        };
        let result = answer.result()?;
        // What a callback is answered with is sent back with its token.
        Ok(match request.is_invoke() {
            true => json!({"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": answer.status}),
            false => result,
        })
    }

    async fn post(
        &self,
        function: &str,
        payload: String,
    ) -> Result<Answered, Box<dyn std::error::Error + Send + Sync>> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, self.port)).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = async move {
            // Its failure is the request's too.
            let _ = connection.await;
        };
        let name: String = function_name(function)
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' | b'$' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/2015-03-31/functions/{name}/invocations", self.path))
            .header(HOST, format!("{}:{}", self.host, self.port))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(payload)))?;
        let answer = async move {
            let response = sender.send_request(request).await?;
            let text =
                |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let (status, function_error) = (response.status().as_u16(), text("x-amz-function-error"));
            let error_type = text("x-amzn-errortype");
            let body = Limited::new(response.into_body(), MOST_BYTES).collect().await?.to_bytes();
            Ok(Answered { status, function_error, error_type, body })
        };
        tokio::pin!(connection);
        tokio::pin!(answer);
        tokio::select! {
            answered = &mut answer => answered,
            () = &mut connection => answer.await,
        }
    }
}

/// What the endpoint answered.
struct Answered {
    status: u16,
    function_error: Option<String>,
    error_type: Option<String>,
    body: Bytes,
}

impl Answered {
    fn result(&self) -> Result<Value, TaskError> {
        let text = String::from_utf8_lossy(&self.body);
        let body: Option<Value> =
            if self.body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&self.body).ok() };
        let member = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
        if self.status >= 300 {
            let name = self.error_type.as_deref().or(member("__type")).unwrap_or("AWSLambdaException");
            let name = name.split(':').next().unwrap_or(name);
            return Err(TaskError::new(format!("Lambda.{name}")).with_cause(format!(
                "{} (Service: AWSLambda; Status Code: {}; Error Code: {name})",
                member("Message").or(member("message")).unwrap_or(&text),
                self.status
            )));
        }
        if self.function_error.is_some() || member("errorType").is_some() {
            let name = member("errorType").unwrap_or("Lambda.Unknown").to_owned();
            return Err(TaskError::new(name).with_cause(text));
        }
        body.ok_or_else(|| {
            TaskError::new("Lambda.Unknown").with_cause(format!("the function's answer is not JSON: {text}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_http_urls() {
        let read = |url: &str| LambdaEndpoint::read(url).map(|endpoint| (endpoint.host, endpoint.port, endpoint.path));
        assert_eq!(read("http://localhost:9000/").unwrap(), ("localhost".to_owned(), 9000, String::new()));
        assert_eq!(read("http://[::1]/a/").unwrap(), ("[::1]".to_owned(), 80, "/a".to_owned()));
        for wrong in ["", "localhost:9000", "https://localhost", "http://"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
