//! Signature Version 4. Emulators read the region and the service from it; AWS checks it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use workflow_local::Instant;

/// The credentials of requests, from the environment if set.
pub(super) struct Credentials {
    pub(super) key: String,
    secret: String,
    token: Option<String>,
}

impl Credentials {
    pub(super) fn from_environment() -> Self {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match (read("AWS_ACCESS_KEY_ID"), read("AWS_SECRET_ACCESS_KEY")) {
            (Some(key), Some(secret)) => Self { key, secret, token: read("AWS_SESSION_TOKEN") },
            _ => Self { key: "loopback".to_owned(), secret: "loopback".to_owned(), token: None },
        }
    }
}

/// The signed parts of a request.
pub(super) struct Unsigned<'r> {
    pub(super) method: &'r str,
    /// Escaped.
    pub(super) path: &'r str,
    /// Names and values, escaped.
    pub(super) query: Vec<(String, String)>,
    /// Names are in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: &'r [u8],
}

/// Returns a time in the format of signatures: `20150830T123600Z`.
fn compact(time: Instant) -> String {
    let text = time.to_string();
    let seconds = text.split('.').next().unwrap_or_default().trim_end_matches('Z');
    seconds.replace(['-', ':'], "") + "Z"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

impl Unsigned<'_> {
    /// Returns the headers of the request, including those of its signature.
    pub(super) fn sign(
        mut self,
        credentials: &Credentials,
        service: &str,
        region: &str,
        time: Instant,
    ) -> Vec<(String, String)> {
        let time = compact(time);
        self.headers.push(("x-amz-date".to_owned(), time.clone()));
        if let Some(token) = &credentials.token {
            self.headers.push(("x-amz-security-token".to_owned(), token.clone()));
        }
        self.headers.sort();
        self.query.sort();
        let query: Vec<_> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let (method, path, query, body) = (self.method, self.path, query.join("&"), digest(self.body));
        let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{body}");
        let day = time.get(..8).unwrap_or_default();
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", digest(canonical.as_bytes()));
        let mut key = format!("AWS4{}", credentials.secret).into_bytes();
        for part in [day, region, service, "aws4_request"] {
            key = keyed(&key, part);
        }
        let signature = hex(&keyed(&key, &text));
        let credential = format!("{}/{scope}", credentials.key);
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}");
        self.headers.push(("authorization".to_owned(), authorization));
        self.headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in AWS's documentation of Signature Version 4.
    #[test]
    fn the_documented_request_has_the_documented_signature() {
        let credentials = Credentials {
            key: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = Unsigned {
            method: "GET",
            path: "/",
            query: vec![pair("Version", "2010-05-08"), pair("Action", "ListUsers")],
            headers: vec![
                pair("host", "iam.amazonaws.com"),
                pair("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ],
            body: b"",
        };
        let time = Instant::parse("2015-08-30T12:36:00Z").unwrap();
        let headers = request.sign(&credentials, "iam", "us-east-1", time);
        let (_, authorization) = headers.last().unwrap();
        let wanted = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        assert!(authorization.ends_with(wanted), "{authorization}");
    }
}
