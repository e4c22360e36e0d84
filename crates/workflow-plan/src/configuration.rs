//! The configuration of a state machine apart from its definition.

use std::collections::BTreeMap;

/// The key name of a state machine without a customer managed key, as in [`EncryptionConfiguration`].
///
/// [`EncryptionConfiguration`]: https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html
pub const AWS_OWNED_KEY: &str = "AWS_OWNED_KEY";

/// The configuration of a state machine apart from its definition. Unknown parts are not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The ARN of its role, or the text in its place in a template.
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
    /// The ARN of the log group, if any.
    pub group: Option<String>,
}

impl Default for Logging {
    fn default() -> Self {
        Self { level: LEVELS[0].to_owned(), data: false, group: None }
    }
}

/// The levels, in ascending order.
const LEVELS: [&str; 4] = ["OFF", "FATAL", "ERROR", "ALL"];

impl Logging {
    /// Returns how much is logged. A greater number means more.
    pub(crate) fn amount(&self) -> usize {
        LEVELS.iter().position(|level| *level == self.level).unwrap_or(0)
    }
}
