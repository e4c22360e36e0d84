//! A proxy in front of a server that answers some requests itself, or drops them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::aws_sdk_sfn::config::HttpClient as _;
use workflow_runtime::aws_sdk_sfn::config::retry::RetryConfig;

type Judge = dyn Fn(&str, usize) -> Verdict + Send + Sync;

/// Forwards requests, but answers some itself.
#[derive(Clone)]
pub(crate) struct Forward {
    real: SharedHttpConnector,
    judge: Arc<Judge>,
    asked: Arc<AtomicUsize>,
}

pub(crate) enum Verdict {
    On,
    Made(&'static [u8]),
    /// The connection is lost, before or after the request is executed.
    Lost {
        carried_out: bool,
    },
}

impl Forward {
    pub(crate) fn with(
        real: &aws_sdk_sfn::Client,
        judge: impl Fn(&str, usize) -> Verdict + Send + Sync + 'static,
    ) -> aws_sdk_sfn::Client {
        let http = real.config().http_client().unwrap();
        let (judge, asked) = (Arc::new(judge), Arc::new(AtomicUsize::new(0)));
        let client = http_client_fn(move |settings, components| {
            let real = http.http_connector(settings, components);
            SharedHttpConnector::new(Self { real, judge: Arc::clone(&judge) as _, asked: Arc::clone(&asked) })
        });
        let config = real.config().to_builder().retry_config(RetryConfig::disabled()).http_client(client);
        aws_sdk_sfn::Client::from_conf(config.build())
    }

    pub(crate) fn answering(
        real: &aws_sdk_sfn::Client,
        made: impl Fn(&str, usize) -> Option<&'static [u8]> + Send + Sync + 'static,
    ) -> aws_sdk_sfn::Client {
        Self::with(real, move |operation, number| made(operation, number).map_or(Verdict::On, Verdict::Made))
    }

    /// This many requests are answered, and no others.
    pub(crate) fn cut(real: &aws_sdk_sfn::Client, allowed: usize, carries_out: bool) -> aws_sdk_sfn::Client {
        Self::with(real, move |_, number| match number < allowed {
            true => Verdict::On,
            false => Verdict::Lost { carried_out: carries_out && number == allowed },
        })
    }
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Forward")
    }
}

impl HttpConnector for Forward {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let lost = || ConnectorError::io("the connection was reset".into());
        match (self.judge)(operation, self.asked.fetch_add(1, Ordering::Relaxed)) {
            Verdict::On => self.real.call(request),
            Verdict::Made(body) => {
                let status = aws_smithy_runtime_api::http::StatusCode::try_from(200).unwrap();
                let body = aws_smithy_types::body::SdkBody::from(body);
                HttpConnectorFuture::ready(Ok(aws_smithy_runtime_api::http::Response::new(status, body)))
            }
            Verdict::Lost { carried_out: false } => HttpConnectorFuture::ready(Err(lost())),
            Verdict::Lost { carried_out: true } => {
                let sent = self.real.call(request);
                HttpConnectorFuture::new(async move {
                    sent.await?;
                    Err(lost())
                })
            }
        }
    }
}
