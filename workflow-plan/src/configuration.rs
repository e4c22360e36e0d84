//! What belongs to a state machine beside its definition.

use std::collections::BTreeMap;

/// The key of a state machine without a customer managed key, as [`EncryptionConfiguration`] names it.
///
/// [`EncryptionConfiguration`]: https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html
pub const AWS_OWNED_KEY: &str = "AWS_OWNED_KEY";

/// What belongs to a state machine beside its definition. What is not known is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The ARN of its role, or what stands for it in a template.
    pub role: Option<String>,
    /// Logging to CloudWatch Logs.
    pub logging: Option<Logging>,
    /// Whether it sends traces to X-Ray.
    pub tracing: Option<bool>,
    /// The customer managed key that encrypts it; [`AWS_OWNED_KEY`] for none.
    pub key: Option<String>,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// Logging to CloudWatch Logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// `OFF`, `FATAL`, `ERROR` or `ALL`.
    pub level: String,
    /// Whether inputs and outputs are logged.
    pub data: bool,
    /// The ARN of the log group, if there is one.
    pub group: Option<String>,
}

impl Default for Logging {
    fn default() -> Self {
        Self { level: LEVELS[0].to_owned(), data: false, group: None }
    }
}

/// The levels, each with more than the last.
const LEVELS: [&str; 4] = ["OFF", "FATAL", "ERROR", "ALL"];

impl Logging {
    /// How much is logged; a greater number is more.
    pub(crate) fn amount(&self) -> usize {
        LEVELS.iter().position(|level| *level == self.level).unwrap_or(0)
    }
}
