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
        /// `workflow::<Other>`: the Rust workflow to start. The path is then `states::startExecution`, or
        /// `aws_sdk::sfn::startSyncExecution` for `workflow::<Other>.express`.
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

/// The call of `workflow::<Other>`.
pub(crate) const START: [&str; 2] = ["states", "startExecution"];

/// The call of `workflow::<Other>.express`.
pub(crate) const START_EXPRESS: [&str; 3] = ["aws_sdk", "sfn", "startSyncExecution"];

impl Resource {
    /// Returns the workflow of `workflow::<Other>.express`, whose Express execution the task waits for.
    pub fn express_child(&self) -> Option<&Type> {
        match self {
            Self::Service { path, workflow: Some(workflow), .. } if path.len() == START_EXPRESS.len() => Some(workflow),
            _ => None,
        }
    }

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
