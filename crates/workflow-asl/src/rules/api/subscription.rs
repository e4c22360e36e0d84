//! The rule on subscriptions: the endpoint is one of the protocol.

use serde_json::{Map, Value};

use crate::{Finding, placeholder};

/// The protocols of `sns:subscribe` with the beginning of their endpoints, and what these are.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>
const PROTOCOLS: &[(&str, &str, &str)] = &[
    ("sqs", "arn:", "the ARN of a queue"),
    ("lambda", "arn:", "the ARN of a function"),
    ("firehose", "arn:", "the ARN of a delivery stream"),
    ("application", "arn:", "the ARN of an app and a device"),
    ("http", "http://", "a URL"),
    ("https", "https://", "a URL"),
];

/// Returns the finding for an endpoint that the protocol does not have.
pub(super) fn unlike_endpoint(call: &str, members: &Map<String, Value>) -> Option<Finding> {
    let text = |name: &str| members.get(name)?.as_str().filter(|text| !text.starts_with("{%"));
    if call.rsplit(':').next() != Some("subscribe") || !call.contains("sns:") {
        return None;
    }
    let (protocol, endpoint) = (text("Protocol")?, text("Endpoint")?);
    let (protocol, start, of) = PROTOCOLS.iter().find(|(name, ..)| *name == protocol)?;
    // The scheme of a URL may have capital letters.
    let begins = endpoint.get(..start.len()).is_some_and(|known| known.eq_ignore_ascii_case(start));
    if begins || placeholder::likely(endpoint) {
        return None;
    }
    Some(Finding::OtherEndpoint { protocol, of, text: endpoint.to_owned() })
}
