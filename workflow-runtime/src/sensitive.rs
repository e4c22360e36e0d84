//! Text that may be secret.

use std::fmt;
use std::ops::Deref;

/// Text that may be secret: a payload, or the cause of an error. It has no `Display`, and its `Debug` prints only the
/// length.
///
/// ```
/// use workflow_runtime::Sensitive;
///
/// let cause = Sensitive::from("card 4111 was refused".to_owned());
/// assert_eq!(format!("{cause:?}"), "[21 bytes hidden]");
/// assert!(cause.contains("4111"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sensitive(String);

impl Sensitive {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text without copying it.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Deref for Sensitive {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes hidden]", self.0.len())
    }
}
