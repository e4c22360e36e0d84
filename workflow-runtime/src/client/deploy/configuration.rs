//! The configuration that a deployment declares besides the definition and the role.

use std::collections::BTreeMap;

use aws_sdk_sfn::error::BuildError;
use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::{
    CloudWatchLogsLogGroup, EncryptionConfiguration, EncryptionType, LogDestination, LogLevel, LoggingConfiguration,
    Tag, TracingConfiguration,
};

use super::drift::Aspect;
use super::record::{Hash, State, TAG_PREFIX};
use crate::Arn;

/// Logging to CloudWatch Logs.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    level: LogLevel,
    data: bool,
    group: Option<Arn>,
}

impl Logging {
    /// Turns logging off.
    pub fn off() -> Self {
        Self { level: LogLevel::Off, data: false, group: None }
    }

    /// Logs events that end an execution to the log group with this ARN.
    pub fn fatal(group: impl Into<Arn>) -> Self {
        Self { level: LogLevel::Fatal, data: false, group: Some(group.into()) }
    }

    /// Logs every error to the log group with this ARN.
    pub fn errors(group: impl Into<Arn>) -> Self {
        Self { level: LogLevel::Error, ..Self::fatal(group) }
    }

    /// Logs every event to the log group with this ARN.
    pub fn all(group: impl Into<Arn>) -> Self {
        Self { level: LogLevel::All, ..Self::fatal(group) }
    }

    /// Includes inputs, outputs and other payloads.
    #[must_use]
    pub fn with_data(self) -> Self {
        Self { data: true, ..self }
    }

    /// Returns the ARN of the log group with `:*` at the end, as the API expects it.
    fn group(&self) -> Option<String> {
        let group = self.group.as_ref()?.as_str();
        Some(format!("{}:*", group.strip_suffix(":*").unwrap_or(group)))
    }

    fn to_sdk(&self) -> LoggingConfiguration {
        let group = self.group().map(|arn| CloudWatchLogsLogGroup::builder().log_group_arn(arn).build());
        let destination = group.map(|group| LogDestination::builder().cloud_watch_logs_log_group(group).build());
        LoggingConfiguration::builder()
            .level(self.level.clone())
            .include_execution_data(self.data)
            .set_destinations(destination.map(|destination| vec![destination]))
            .build()
    }

    fn of(found: Option<&LoggingConfiguration>) -> Self {
        let Some(found) = found else { return Self::off() };
        let group = found.destinations().iter().find_map(|to| to.cloud_watch_logs_log_group()?.log_group_arn());
        Self {
            level: found.level().cloned().unwrap_or(LogLevel::Off),
            data: found.include_execution_data(),
            group: group.map(Arn::from),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.level, self.data, self.group()) == (&other.level, other.data, other.group())
    }

    /// Returns a string that is equal if the settings are equal.
    fn text(&self) -> String {
        format!("{} {} {}", self.level.as_str(), self.data, self.group().unwrap_or_default())
    }
}

/// The key that encrypts the definition, inputs and outputs.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encryption {
    key: Option<String>,
    reuse: Option<i32>,
}

/// The default time to reuse a data key, in seconds ([`kmsDataKeyReusePeriodSeconds`]).
///
/// [`kmsDataKeyReusePeriodSeconds`]: https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html
const REUSE: i32 = 300;

impl Encryption {
    /// Uses a key that AWS owns.
    pub fn aws_owned() -> Self {
        Self { key: None, reuse: None }
    }

    /// Uses a customer managed key, given by its ID, ARN or alias.
    pub fn kms(key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), reuse: None }
    }

    /// Sets how long a data key is reused before KMS is asked for another: 60 to 900 seconds.
    #[must_use]
    pub fn reuse_data_key(self, seconds: u16) -> Self {
        Self { reuse: Some(seconds.into()), ..self }
    }

    #[cfg(feature = "plan")]
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn to_sdk(&self) -> Result<EncryptionConfiguration, BuildError> {
        let kind = match self.key {
            Some(_) => EncryptionType::CustomerManagedKmsKey,
            None => EncryptionType::AwsOwnedKey,
        };
        EncryptionConfiguration::builder()
            .r#type(kind)
            .set_kms_key_id(self.key.clone())
            .set_kms_data_key_reuse_period_seconds(self.reuse)
            .build()
    }

    fn of(found: Option<&EncryptionConfiguration>) -> Self {
        let key = found.and_then(EncryptionConfiguration::kms_key_id).map(str::to_owned);
        Self { key, reuse: found.and_then(EncryptionConfiguration::kms_data_key_reuse_period_seconds) }
    }

    /// Returns a string that is equal if the settings are equal.
    fn text(&self) -> String {
        match &self.key {
            Some(key) => format!("{key} {}", self.reuse.unwrap_or(REUSE)),
            None => String::new(),
        }
    }

    /// Returns whether the state machine has this encryption. If no reuse time is given, any matches.
    fn is_in(&self, found: Option<&EncryptionConfiguration>) -> bool {
        let key = found.and_then(EncryptionConfiguration::kms_key_id);
        let reuse = found.and_then(EncryptionConfiguration::kms_data_key_reuse_period_seconds);
        self.key.as_deref() == key && self.reuse.is_none_or(|wanted| Some(wanted) == reuse)
    }
}

/// The configuration that a deployment declares. Anything that is not declared stays unchanged.
#[derive(Clone, Debug, Default)]
pub(super) struct Configuration {
    pub(super) logging: Option<Logging>,
    pub(super) tracing: Option<bool>,
    pub(super) encryption: Option<Encryption>,
    pub(super) tags: Option<BTreeMap<String, String>>,
}

impl Configuration {
    /// Returns whether the state machine has this configuration, ignoring tags.
    pub(super) fn is_in(&self, found: &DescribeStateMachineOutput) -> bool {
        let logging = Logging::of(found.logging_configuration());
        let tracing = found.tracing_configuration().is_some_and(|tracing| tracing.enabled());
        self.logging.as_ref().is_none_or(|wanted| wanted.is_same(&logging))
            && self.tracing.is_none_or(|wanted| wanted == tracing)
            && self.encryption.as_ref().is_none_or(|wanted| wanted.is_in(found.encryption_configuration()))
    }

    pub(super) fn logging(&self) -> Option<LoggingConfiguration> {
        self.logging.as_ref().map(Logging::to_sdk)
    }

    pub(super) fn tracing(&self) -> Option<TracingConfiguration> {
        self.tracing.map(|enabled| TracingConfiguration::builder().enabled(enabled).build())
    }

    pub(super) fn encryption(&self) -> Result<Option<EncryptionConfiguration>, BuildError> {
        self.encryption.as_ref().map(Encryption::to_sdk).transpose()
    }

    /// Returns the declared tags that the state machine lacks.
    pub(super) fn tags_to_set(&self, found: &[Tag]) -> Vec<Tag> {
        let wanted = self.tags.iter().flatten();
        let is_there = |key: &str, value: &str| {
            found.iter().any(|tag| tag.key() == Some(key) && tag.value().unwrap_or_default() == value)
        };
        let missing = wanted.filter(|(key, value)| !is_there(key, value));
        missing.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
    }

    /// Returns the keys of tags that the state machine has but that are not declared, except AWS's tags and the tags of
    /// deployments.
    pub(super) fn tags_to_remove(&self, found: &[Tag]) -> Vec<String> {
        let Some(wanted) = &self.tags else { return Vec::new() };
        let keys = own_tags(found).into_keys();
        keys.filter(|key| !wanted.contains_key(*key)).map(str::to_owned).collect()
    }

    /// Returns the hashes of the declared configuration.
    pub(super) fn state(&self) -> State {
        let said = [
            (Aspect::Logging, self.logging.as_ref().map(Logging::text)),
            (Aspect::Tracing, self.tracing.map(|enabled| enabled.to_string())),
            (Aspect::Encryption, self.encryption.as_ref().map(Encryption::text)),
            (Aspect::Tags, self.tags.as_ref().map(tags_text)),
        ];
        said.into_iter().filter_map(|(aspect, text)| Some((aspect, Hash::short(&text?)))).collect()
    }

    /// Returns the hashes of a state machine's configuration.
    pub(super) fn found(existing: &DescribeStateMachineOutput, tags: &[Tag]) -> State {
        let tracing = existing.tracing_configuration().is_some_and(|tracing| tracing.enabled());
        let found = [
            (Aspect::Logging, Logging::of(existing.logging_configuration()).text()),
            (Aspect::Tracing, tracing.to_string()),
            (Aspect::Encryption, Encryption::of(existing.encryption_configuration()).text()),
            (Aspect::Tags, tags_text(own_tags(tags))),
        ];
        found.into_iter().map(|(aspect, text)| (aspect, Hash::short(&text))).collect()
    }

    /// Returns the tags between the removal of old tags and the setting of new ones.
    pub(super) fn tags_between(&self, found: &[Tag]) -> Option<Hash> {
        let wanted = self.tags.as_ref()?;
        let kept = own_tags(found).into_iter().filter(|(key, _)| wanted.contains_key(*key));
        Some(Hash::short(&tags_text(kept)))
    }
}

/// Returns the tags that belong neither to AWS nor to deployments.
pub(super) fn own_tags(tags: &[Tag]) -> BTreeMap<&str, &str> {
    let tags = tags.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())));
    tags.filter(|(key, _)| !key.starts_with("aws:") && !key.starts_with(TAG_PREFIX)).collect()
}

/// Returns tags as text, sorted by key.
fn tags_text(tags: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> String {
    let tags = tags.into_iter().map(|(key, value)| format!("{:?}={:?}\n", key.as_ref(), value.as_ref()));
    tags.collect()
}
