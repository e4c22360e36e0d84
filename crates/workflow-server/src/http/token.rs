//! The token that requests must carry, if the server has one.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{self, HeaderMap};
use sha2::{Digest as _, Sha256};

use crate::api::arn::credential;
use crate::api::{ApiError, Code};

/// The hash of the token. Comparing hashes does not tell how much of a token is right.
pub(crate) struct Token(Option<[u8; 32]>);

impl Token {
    /// # Errors
    /// Fails if an access key ID in a signature cannot be this token.
    pub(crate) fn new(token: Option<&str>) -> io::Result<Self> {
        let is_key =
            |token: &str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && !b"/,".contains(&b));
        if token.is_some_and(|token| !is_key(token)) {
            let why = "a token is printable ASCII without spaces, commas and slashes";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Ok(Self(token.map(hash)))
    }

    /// Rejects a request without the token.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let given = headers.get(header::AUTHORIZATION).and_then(|header| given(header.to_str().ok()?));
        match self.0 {
            Some(own) if given.is_none_or(|given| hash(&given) != own) => {
                let message = "The security token included in the request is invalid.";
                Err(ApiError::new(Code::UnrecognizedClient, message))
            }
            _ => Ok(()),
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Returns the token in a header: the access key ID of a signature, a bearer token, or the password of a browser.
fn given(authorization: &str) -> Option<String> {
    match authorization.split_once(' ')? {
        ("Bearer", token) => Some(token.trim().to_owned()),
        ("Basic", encoded) => {
            let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
            decoded.split_once(':').map(|(_, password)| password.to_owned())
        }
        _ => credential(authorization).split('/').next().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_an_access_key_a_bearer_or_a_password() {
        let token = Token::new(Some("t0ken:x")).unwrap();
        let is_known = |authorization: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
            token.check(&headers).is_ok()
        };
        let basic = format!("Basic {}", STANDARD.encode("anyone:t0ken:x"));
        let signed = |key: &str| {
            format!("AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/states/aws4_request, SignedHeaders=host")
        };
        for known in ["Bearer t0ken:x", &basic, &signed("t0ken:x")] {
            assert!(is_known(known), "{known}");
        }
        for foreign in
            ["", "Bearer", "Bearer t0ken", "t0ken:x", "Basic t0ken:x", "Basic !", &signed("AKID"), &signed("")]
        {
            assert!(!is_known(foreign), "{foreign}");
        }
        assert_eq!(token.check(&HeaderMap::new()).unwrap_err().code, Code::UnrecognizedClient);
        assert!(Token::new(None).unwrap().check(&HeaderMap::new()).is_ok());
        for wrong in ["", "a b", "a/b", "a,b", "\u{e9}"] {
            assert!(Token::new(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
