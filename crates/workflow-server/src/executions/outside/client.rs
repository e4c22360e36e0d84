//! An HTTP client that keeps connections, and the requirements for URLs.

use std::error::Error;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// The maximum size of an answer. The engine rejects answers above the payload limit.
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[cfg(feature = "https")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "https"))]
type Connector = HttpConnector;

/// Sends requests. The client is created for the first one, because it then loads certificates.
#[derive(Default)]
pub(crate) struct HttpClient(OnceLock<Result<Client<Connector, Full<Bytes>>, String>>);

/// An answer.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why there is no answer.
pub(crate) enum NotAnswered {
    Failed(String),
    TimedOut,
}

impl std::fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(why) => f.write_str(why),
            Self::TimedOut => f.write_str("no answer in time"),
        }
    }
}

impl HttpClient {
    /// Sends a request, and reads the whole answer, with a time limit.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>, limit: Duration) -> Result<Answered, NotAnswered> {
        let client = match self.0.get_or_init(connect) {
            Ok(client) => client,
            Err(why) => return Err(NotAnswered::Failed(why.clone())),
        };
        let answered = async {
            let response = client.request(request).await.map_err(|error| reason(&error))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|error| reason(&*error))?;
            Ok(Answered { status: head.status, headers: head.headers, body: body.to_bytes() })
        };
        match tokio::time::timeout(limit, answered).await {
            Ok(answered) => answered.map_err(NotAnswered::Failed),
            Err(_) => Err(NotAnswered::TimedOut),
        }
    }
}

fn connect() -> Result<Client<Connector, Full<Bytes>>, String> {
    #[cfg(feature = "https")]
    let connector = {
        let provider = rustls::crypto::ring::default_provider();
        let connector = hyper_rustls::HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
        connector.map_err(|error| error.to_string())?.https_or_http().enable_http1().build()
    };
    #[cfg(not(feature = "https"))]
    let connector = HttpConnector::new();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

/// Returns the innermost cause of an error.
fn reason(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// A URL to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `https://host:port`
    pub(super) origin: String,
    pub(super) authority: String,
    /// Without a trailing slash.
    pub(super) path: String,
}

impl Endpoint {
    /// Returns whether it has no path.
    #[cfg(feature = "trace")]
    pub(crate) fn is_base(&self) -> bool {
        self.path.is_empty()
    }

    /// Parses a URL such as `http://localhost:9000`. `what` names the endpoint in errors.
    pub(crate) fn read(what: &str, url: &str) -> io::Result<Self> {
        let wrong = |why: &str| {
            let message = format!("the {what} endpoint {url:?} {why}");
            io::Error::new(io::ErrorKind::InvalidInput, message)
        };
        let uri: Uri = url.parse().map_err(|_| wrong("is no URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") if cfg!(feature = "https") => {}
            Some("https") => return Err(wrong("needs the feature `https` of workflow-server")),
            _ => return Err(wrong("must begin with http:// or https://")),
        }
        let authority = uri.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or_else(|| wrong("names no host"))?.as_str();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned();
        let origin = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
        Ok(Self { origin, authority, path: uri.path().trim_end_matches('/').to_owned() })
    }
}

/// Escapes a string as a part of a URL. Only unreserved characters stay.
pub(super) fn escaped(text: &str) -> String {
    escaped_but(text, b"")
}

/// Like [`escaped`], except for these characters.
pub(super) fn escaped_but(text: &str, plain: &[u8]) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte if plain.contains(&byte) => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_urls() {
        let read = |url: &str| Endpoint::read("Lambda", url).map(|endpoint| (endpoint.origin, endpoint.path));
        assert_eq!(read("http://localhost:9000/").unwrap(), ("http://localhost:9000".to_owned(), String::new()));
        assert_eq!(read("http://[::1]/a/").unwrap(), ("http://[::1]".to_owned(), "/a".to_owned()));
        assert_eq!(read("https://localhost").is_ok(), cfg!(feature = "https"));
        for wrong in ["", "localhost:9000", "ftp://localhost", "http://"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_name_is_escaped() {
        assert_eq!(escaped("a/b c~é"), "a%2Fb%20c~%C3%A9");
        assert_eq!(escaped_but("a/b:c", b"/:"), "a/b:c");
    }
}
