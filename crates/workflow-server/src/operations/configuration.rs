//! Logging, tracing and encryption of state machines, and encryption of activities: parsed, validated, completed with
//! defaults.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html>

use serde_json::{Map, Value, json};

use crate::api::{ApiError, Code, Members};
use crate::registry::Configuration;

/// The maximum length of a log group's ARN.
const LOG_GROUP_CHARS: usize = 256;
/// The maximum length of a key's ID, ARN or alias.
const KEY_CHARS: usize = 2048;
/// The bounds of the time to reuse a data key, in seconds, and the default.
const KEY_REUSE_SECONDS: (usize, usize) = (60, 900);
const DEFAULT_KEY_REUSE_SECONDS: usize = 300;
const OWNED: &str = "AWS_OWNED_KEY";
const CUSTOMER_MANAGED: &str = "CUSTOMER_MANAGED_KMS_KEY";

/// The configurations in a request.
pub(super) struct RequestedConfiguration<'a> {
    logging: Option<Logging<'a>>,
    tracing: Option<bool>,
    encryption: Option<Encryption<'a>>,
}

struct Logging<'a> {
    level: &'static str,
    with_data: bool,
    destinations: Option<Vec<Option<&'a str>>>,
}

/// The encryption in a request.
pub(super) struct Encryption<'a> {
    kind: Option<&'static str>,
    key: Option<&'a str>,
    reuse_seconds: Option<usize>,
}

impl<'a> RequestedConfiguration<'a> {
    pub(super) fn read(members: &mut Members<'a>) -> Self {
        let logging = members.structure("loggingConfiguration", |logging| Logging {
            level: logging.word("level", &["ALL", "ERROR", "FATAL", "OFF"]).unwrap_or("OFF"),
            with_data: logging.boolean("includeExecutionData").unwrap_or(false),
            destinations: logging.value("destinations").is_some().then(|| {
                logging.structures("destinations", |destination| {
                    destination
                        .structure("cloudWatchLogsLogGroup", |group| group.bounded("logGroupArn", 1, LOG_GROUP_CHARS))
                        .flatten()
                })
            }),
        });
        let tracing = members.structure("tracingConfiguration", |tracing| tracing.boolean("enabled").unwrap_or(false));
        Self { logging, tracing, encryption: Encryption::read(members) }
    }

    /// Returns whether a request has none.
    pub(super) fn is_empty(&self) -> bool {
        self.logging.is_none() && self.tracing.is_none() && self.encryption.is_none()
    }

    /// Rejects what the service would reject. Absent parts are taken from `kept`, or from the defaults.
    pub(super) fn complete(self, kept: Option<&Configuration>) -> Result<Configuration, ApiError> {
        let logging = match (self.logging, kept) {
            (Some(logging), _) => logging.complete()?,
            (None, Some(kept)) => kept.logging.clone(),
            (None, None) => json!({"level": "OFF", "includeExecutionData": false}),
        };
        let tracing = match (self.tracing, kept) {
            (None, Some(kept)) => kept.tracing.clone(),
            (given, _) => json!({"enabled": given.unwrap_or(false)}),
        };
        let encryption = match (self.encryption, kept) {
            (None, Some(kept)) => kept.encryption.clone(),
            (given, _) => Encryption::complete(given)?,
        };
        Ok(Configuration { logging, tracing, encryption })
    }
}

impl Logging<'_> {
    fn complete(self) -> Result<Value, ApiError> {
        let refuse = |why: &str| {
            Err(ApiError::new(Code::InvalidLoggingConfiguration, format!("Invalid Logging Configuration: {why}")))
        };
        let mut configuration = Map::new();
        configuration.insert("level".to_owned(), json!(self.level));
        configuration.insert("includeExecutionData".to_owned(), json!(self.with_data));
        match self.destinations.as_deref() {
            None | Some([]) if self.level == "OFF" => {}
            Some([group]) => {
                let Some(arn) = group.filter(|arn| is_log_group(arn)) else {
                    return refuse("Log Destination not found.");
                };
                let destination = json!([{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]);
                configuration.insert("destinations".to_owned(), destination);
            }
            _ => return refuse("Must specify exactly one Log Destination."),
        }
        Ok(Value::Object(configuration))
    }
}

/// Returns whether a string is a log group's ARN in the service's form: `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`.
fn is_log_group(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(&*parts, ["arn", _, "logs", _, _, "log-group", name, "*"] if !name.is_empty())
}

impl<'a> Encryption<'a> {
    pub(super) fn read(members: &mut Members<'a>) -> Option<Self> {
        members.structure("encryptionConfiguration", |encryption| {
            let kind = encryption.required_word("type", &[OWNED, CUSTOMER_MANAGED]);
            let (least, most) = KEY_REUSE_SECONDS;
            Self {
                kind,
                key: encryption.bounded("kmsKeyId", 1, KEY_CHARS),
                reuse_seconds: encryption.number_from("kmsDataKeyReusePeriodSeconds", least, most),
            }
        })
    }

    /// Rejects what the service would reject. Returns the default if absent.
    pub(super) fn complete(given: Option<Self>) -> Result<Value, ApiError> {
        let refuse = |why: &str| {
            Err(ApiError::new(Code::InvalidEncryptionConfiguration, format!("Invalid Encryption Configuration: {why}")))
        };
        let Some(Self { kind, key, reuse_seconds }) = given else { return Ok(json!({"type": OWNED})) };
        match (kind, key, reuse_seconds) {
            (Some(CUSTOMER_MANAGED), Some(key), seconds) => Ok(json!({
                "type": CUSTOMER_MANAGED,
                "kmsKeyId": key,
                "kmsDataKeyReusePeriodSeconds": seconds.unwrap_or(DEFAULT_KEY_REUSE_SECONDS),
            })),
            (Some(CUSTOMER_MANAGED), None, _) => {
                refuse("'kmsKeyId' is required for the type 'CUSTOMER_MANAGED_KMS_KEY'")
            }
            (_, None, None) => Ok(json!({"type": OWNED})),
            _ => refuse("'kmsKeyId' and 'kmsDataKeyReusePeriodSeconds' require the type 'CUSTOMER_MANAGED_KMS_KEY'"),
        }
    }
}
