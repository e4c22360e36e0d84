//! Objects in S3, with the operations that workflows use.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

use serde_json::{Map, Value, json};
use workflow_local::{Instant, TaskError};

use super::codec::text;
use super::sign::{Unsigned, digest};
use super::xml::Element;
use super::{AwsCall, AwsEndpoint, AwsError, header};
use crate::executions::outside::client::{Answered, HttpClient, escaped, escaped_but};

/// The operations and their methods.
const OPERATIONS: [(&str, &str); 9] = [
    ("copyObject", "PUT"),
    ("createBucket", "PUT"),
    ("deleteBucket", "DELETE"),
    ("deleteObject", "DELETE"),
    ("getObject", "GET"),
    ("headObject", "HEAD"),
    ("listBuckets", "GET"),
    (LIST, "GET"),
    ("putObject", "PUT"),
];

/// The operation that S3 distinguishes from others on the same path by the query.
const LIST: &str = "listObjectsV2";

/// Members in the query.
const QUERY: [(&str, &str); 7] = [
    ("ContinuationToken", "continuation-token"),
    ("Delimiter", "delimiter"),
    ("MaxKeys", "max-keys"),
    ("PartNumber", "partNumber"),
    ("Prefix", "prefix"),
    ("StartAfter", "start-after"),
    ("VersionId", "versionId"),
];

/// Members in headers, of requests and answers.
const HEADERS: [(&str, &str); 22] = [
    ("AcceptRanges", "accept-ranges"),
    ("Acl", "x-amz-acl"),
    ("CacheControl", "cache-control"),
    ("ChecksumCRC32", "x-amz-checksum-crc32"),
    ("ChecksumSHA256", "x-amz-checksum-sha256"),
    ("ContentDisposition", "content-disposition"),
    ("ContentEncoding", "content-encoding"),
    ("ContentLanguage", "content-language"),
    ("ContentLength", "content-length"),
    ("ContentType", "content-type"),
    ("CopySource", "x-amz-copy-source"),
    ("DeleteMarker", "x-amz-delete-marker"),
    ("ETag", "etag"),
    ("IfMatch", "if-match"),
    ("IfNoneMatch", "if-none-match"),
    ("LastModified", "last-modified"),
    ("MetadataDirective", "x-amz-metadata-directive"),
    ("Range", "range"),
    ("ServerSideEncryption", "x-amz-server-side-encryption"),
    ("StorageClass", "x-amz-storage-class"),
    ("Tagging", "x-amz-tagging"),
    ("VersionId", "x-amz-version-id"),
];

/// The prefix of an object's own metadata.
const METADATA: &str = "x-amz-meta-";

impl AwsEndpoint {
    /// Calls S3. Returns `None` if the operation is not supported.
    pub(super) async fn s3(
        &self,
        client: &HttpClient,
        call: &AwsCall<'_>,
        input: &Value,
        region: &str,
    ) -> Option<Result<Value, TaskError>> {
        let operation = OPERATIONS.iter().find(|(name, _)| *name == call.operation.name())?;
        Some(self.s3_call(client, call, input, region, operation).await)
    }

    async fn s3_call(
        &self,
        client: &HttpClient,
        call: &AwsCall<'_>,
        input: &Value,
        region: &str,
        (name, method): &(&str, &str),
    ) -> Result<Value, TaskError> {
        let member = |name: &str| input.get(name).filter(|value| !value.is_null()).map(text);
        let bucket = member("Bucket").or_else(|| member("DestinationBucket")).unwrap_or_default();
        let key = member("Key").or_else(|| member("DestinationKey")).unwrap_or_default();
        let mut path = "/".to_owned();
        for part in [escaped(&bucket), escaped_but(&key, b"/")].into_iter().filter(|part| !part.is_empty()) {
            if path.len() > 1 {
                path.push('/');
            }
            path.push_str(&part);
        }
        let mut query = Vec::new();
        if *name == LIST {
            query.push(("list-type".to_owned(), "2".to_owned()));
        }
        for (name, parameter) in QUERY {
            query.extend(member(name).map(|value| (parameter.to_owned(), escaped(&value))));
        }
        let body = member("Body").unwrap_or_default();
        let mut headers = vec![("x-amz-content-sha256".to_owned(), digest(body.as_bytes()))];
        // A member in the query is not a header.
        for (name, header) in HEADERS.iter().filter(|(name, _)| !QUERY.iter().any(|(other, _)| other == name)) {
            headers.extend(member(name).map(|value| ((*header).to_owned(), value)));
        }
        if let (Some(bucket), Some(key)) = (member("SourceBucket"), member("SourceKey")) {
            headers.push(("x-amz-copy-source".to_owned(), format!("{}/{}", escaped(&bucket), escaped_but(&key, b"/"))));
        }
        for (name, value) in input.get("Metadata").and_then(Value::as_object).into_iter().flatten() {
            headers.push((format!("{METADATA}{}", name.to_ascii_lowercase()), text(value)));
        }
        let unsigned = Unsigned { method, path: &path, query, headers, body: body.as_bytes() };
        let answered = self.send(client, call, region, unsigned).await?;
        let root = Element::read(&answered.body).filter(|_| *name != "getObject" || !answered.status.is_success());
        if !answered.status.is_success() {
            let (code, message) = root.and_then(|root| root.error()).unwrap_or_else(|| unnamed(&answered));
            return Err(call.failed(&AwsError { code, message }, &answered));
        }
        let mut answer = match root {
            // The result of a copy is a member of the answer.
            Some(root) if *name == "copyObject" => {
                let shape = call.operation.output().member("CopyObjectResult").map(|member| member.shape);
                json!({"CopyObjectResult": shape.map_or(Value::Null, |shape| root.members(shape))})
            }
            Some(root) => root.members(call.operation.output()),
            None => json!({}),
        };
        if let Some(members) = answer.as_object_mut() {
            told_in_headers(call, &answered, members);
            if *name == "getObject" {
                members.insert("Body".to_owned(), json!(String::from_utf8_lossy(&answered.body)));
            }
        }
        Ok(answer)
    }
}

/// Returns the error for an answer without a body, as for HEAD.
fn unnamed(answered: &Answered) -> (String, String) {
    let code = if answered.status.as_u16() == 404 { "NoSuchKey" } else { "S3" };
    (code.to_owned(), answered.status.canonical_reason().unwrap_or_default().to_owned())
}

/// Returns the members of an answer that are headers.
fn told_in_headers(call: &AwsCall<'_>, answered: &Answered, members: &mut Map<String, Value>) {
    let output = call.operation.output();
    for (name, header_name) in HEADERS {
        let Some(value) = header(answered, header_name).filter(|_| output.member(name).is_some()) else { continue };
        let value = match name {
            "ContentLength" => value.parse::<u64>().map_or_else(|_| json!(value), |length| json!(length)),
            "DeleteMarker" => json!(value == "true"),
            "LastModified" => json!(time(value)),
            _ => json!(value),
        };
        members.insert(name.to_owned(), value);
    }
    if output.member("Metadata").is_some() {
        let own = answered.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(METADATA)?;
            Some((name.to_owned(), json!(value.to_str().ok()?)))
        });
        members.insert("Metadata".to_owned(), own.collect());
    }
}

/// Converts an HTTP time to the SDK's format.
fn time(text: &str) -> String {
    let Ok(time) = httpdate::parse_http_date(text) else { return text.to_owned() };
    let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let time = Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).to_string();
    time.replace(".000Z", "Z")
}
