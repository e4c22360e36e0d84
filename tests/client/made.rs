//! Fake answers: an HTTP client for the SDK without a network, and a socket that answers with fixed bytes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::aws_sdk_sfn::config::Builder;
use workflow_runtime::aws_sdk_sfn::config::retry::RetryConfig;

use crate::client::workflows::config;

/// A request that the SDK sent.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) operation: String,
    pub(crate) body: Value,
    /// The number of earlier requests.
    pub(crate) number: usize,
}

/// The outcome of a request.
pub(crate) enum Answer {
    /// A status and a body in the format of Step Functions.
    Json(u16, Value),
    /// A status, a content type and a body.
    Text(u16, &'static str, &'static str),
    /// The connection is lost before the answer.
    Lost,
    /// There is never an answer.
    Never,
}

/// Returns an error of the service.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer::Json(status, json!({"__type": code, "message": message}))
}

type Script = dyn Fn(&Asked) -> Answer + Send + Sync;

/// An HTTP client with fake answers, which records its requests. It uses tokio's time, which can be paused.
#[derive(Clone)]
pub(crate) struct Made {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Made {
    pub(crate) fn new(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), asked: Arc::default() }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn operations(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.operation).collect()
    }

    pub(crate) fn config(&self) -> Builder {
        let connector = SharedHttpConnector::new(self.clone());
        config("http://made.test")
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .time_source(TokioTime { base: SystemTime::UNIX_EPOCH, start: tokio::time::Instant::now() })
    }

    /// Returns the SDK's client, with its retries.
    pub(crate) fn sfn(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::from_conf(self.config().build())
    }

    /// Returns the SDK's client without retries: each call is one request.
    pub(crate) fn sfn_once(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::from_conf(self.config().retry_config(RetryConfig::disabled()).build())
    }
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made")
    }
}

impl HttpConnector for Made {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let asked = {
            let mut all = self.asked.lock().unwrap();
            let asked = Asked { operation, body, number: all.len() };
            all.push(asked.clone());
            asked
        };
        let (status, content_type, text) = match (self.script)(&asked) {
            Answer::Json(status, body) => (status, "application/x-amz-json-1.0", body.to_string()),
            Answer::Text(status, content_type, text) => (status, content_type, text.to_owned()),
            Answer::Lost => {
                return HttpConnectorFuture::ready(Err(ConnectorError::io("the connection was reset".into())));
            }
            Answer::Never => return HttpConnectorFuture::new(std::future::pending()),
        };
        let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(text));
        response.headers_mut().insert("content-type", content_type);
        HttpConnectorFuture::ready(Ok(response))
    }
}

#[derive(Debug)]
struct TokioTime {
    base: SystemTime,
    start: tokio::time::Instant,
}

impl TimeSource for TokioTime {
    fn now(&self) -> SystemTime {
        self.base + self.start.elapsed()
    }
}

/// Returns a socket that answers each request with these bytes and closes the connection.
pub(crate) async fn socket(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 65_536];
            let mut read = 0;
            // A request of the SDK ends with its body, which is an object.
            while !request[..read].ends_with(b"}") {
                match stream.read(&mut request[read..]).await {
                    Ok(0) | Err(_) => break,
                    Ok(more) => read += more,
                }
            }
            let _ = stream.write_all(answer).await;
        }
    });
    address
}
