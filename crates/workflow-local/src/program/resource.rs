//! The `Resource` of a task.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>

use std::sync::Arc;

use workflow_services::{Arn, Pattern};

/// The integration that starts an Express execution and waits for it.
pub(crate) const START_SYNCHRONOUS: &str = "aws-sdk:sfn:startSyncExecution";

/// Returns whether a task's resource starts an Express execution and waits for it.
pub(crate) fn is_synchronous(resource: &str) -> bool {
    Arn::parse(resource).and_then(Arn::integration) == Some(START_SYNCHRONOUS)
}

/// The parsed resource of a task.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// The ARN, as in the definition.
    pub(crate) arn: Arc<str>,
    pub(crate) kind: ResourceKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ResourceKind {
    /// A Lambda function's ARN: the function gets the state's effective input.
    Lambda,
    /// An activity's ARN: a worker polls for it.
    Activity,
    /// A service integration.
    Service {
        /// `lambda`, `aws-sdk:s3`
        service: Arc<str>,
        /// The action with its pattern: `invoke`, `startExecution.sync:2`
        action: Arc<str>,
        pattern: Pattern,
    },
}

impl Resource {
    pub(crate) fn of(arn: &str) -> Self {
        Self { arn: arn.into(), kind: ResourceKind::of(arn) }
    }

    /// Returns whether it reports its submission before it is done.
    pub(crate) fn is_submitted(&self) -> bool {
        matches!(self.kind, ResourceKind::Service { pattern, .. } if pattern != Pattern::RequestResponse)
    }

    /// Returns whether the holder of a token or a worker answers it, who may give no cause for a failure.
    pub(crate) fn is_answered_outside(&self) -> bool {
        match self.kind {
            ResourceKind::Service { pattern, .. } => pattern == Pattern::WaitForTaskToken,
            ResourceKind::Activity => true,
            ResourceKind::Lambda => false,
        }
    }

    /// Returns whether the context object has a token for it.
    pub(crate) fn has_token(&self) -> bool {
        self.is_submitted() || matches!(self.kind, ResourceKind::Activity)
    }
}

impl ResourceKind {
    fn of(arn: &str) -> Self {
        // arn:partition:service:region:account:resource
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
        match service {
            "lambda" => return Self::Lambda,
            "states" if resource.starts_with("activity:") => return Self::Activity,
            _ => {}
        }
        let (service, action) = match resource.strip_prefix("aws-sdk:").and_then(|rest| rest.split_once(':')) {
            Some((service, action)) => (format!("aws-sdk:{service}"), action),
            None => match resource.split_once(':') {
                Some((service, action)) => (service.to_owned(), action),
                None => (service.to_owned(), resource),
            },
        };
        let (_, pattern) = Pattern::split(action);
        Self::Service { service: service.into(), action: action.into(), pattern }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_arns_apart() {
        let parts = |arn: &str| match Resource::of(arn).kind {
            ResourceKind::Service { service, action, pattern } => format!("{service} {action} {pattern:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(parts("arn:aws:states:::lambda:invoke"), "lambda invoke RequestResponse");
        assert_eq!(
            parts("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
            "sqs sendMessage.waitForTaskToken WaitForTaskToken"
        );
        assert_eq!(parts("arn:aws:states:::states:startExecution.sync:2"), "states startExecution.sync:2 Sync2");
        assert_eq!(parts("arn:aws:states:::aws-sdk:s3:getObject"), "aws-sdk:s3 getObject RequestResponse");
        assert_eq!(parts("arn:aws:lambda:us-east-1:123456789012:function:f"), "Lambda");
        assert_eq!(parts("arn:aws:states:us-east-1:123456789012:activity:a"), "Activity");
        assert_eq!(parts("nonsense"), "  RequestResponse");
    }
}
