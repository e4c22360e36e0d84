//! The resource of a task.

use std::borrow::Cow;

use proc_macro2::Ident;

use super::{Expr, Text, TokenSpan, Type, plain};

/// The prefix of the ARNs of all integrations.
const INTEGRATION: &str = "arn:aws:states:::";

/// The target of a task.
#[derive(Clone, Debug)]
pub enum Resource {
    /// `lambda::invoke<T>.waitForTaskToken`
    Service {
        /// The words of the path, such as `aws_sdk`, `s3`, `listObjectsV2`.
        path: Vec<Ident>,
        /// The type of the function's result.
        result: Option<Type>,
        /// `workflow::<Other>`: the Rust workflow to start; the path is then `states::startExecution`.
        workflow: Option<Type>,
        /// `sync`, `sync:2` or `waitForTaskToken`.
        pattern: Option<Text>,
        /// From the path to the pattern.
        span: TokenSpan,
    },
    /// A literal ARN in quotes. `${param}` in it is a placeholder of the document, not of the language.
    Text(Text),
    /// `activity<T>("arn…")`, or `activity(params.arn)`
    Activity {
        /// The activity's ARN.
        arn: Expr,
        /// The type of the worker's result.
        result: Option<Type>,
    },
    /// A reference, such as `params.function`, to a whole ARN.
    Value(Expr),
}

impl Resource {
    /// Returns the ARN; `None` if it is computed.
    pub fn arn(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Service { path, pattern, .. } => {
                Some(integration(path, pattern.as_ref().map(|pattern| pattern.value.as_str())).into())
            }
            Self::Text(text) => Some(text.value.as_str().into()),
            Self::Activity { .. } | Self::Value(_) => None,
        }
    }
}

/// Returns the ARN of a service's action, its words as the language writes them: `aws_sdk::s3::listObjectsV2`.
pub fn integration(path: &[Ident], pattern: Option<&str>) -> String {
    let mut arn = INTEGRATION.to_owned();
    let mut words = path.iter().map(plain).peekable();
    while let Some(word) = words.next() {
        if words.peek().is_some() {
            // A service's name may have hyphens, which no Rust word has.
            if word.contains('_') {
                arn.push_str(&word.replace('_', "-"));
            } else {
                arn.push_str(&word);
            }
            arn.push(':');
        } else {
            arn.push_str(&word);
        }
    }
    if let Some(pattern) = pattern {
        arn.push('.');
        arn.push_str(pattern);
    }
    arn
}
