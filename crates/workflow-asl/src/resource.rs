//! A task's `Resource`: a Lambda function, an activity, or an integration with a service.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>

use workflow_services::Arn;
pub use workflow_services::Pattern;

use crate::placeholder;

/// The target of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// A Lambda function by its own ARN. Its payload is the task's input, and its result the task's result.
    Lambda {
        /// The function's name, followed by a colon and its version or alias if given.
        function: &'a str,
    },
    /// An activity, which workers poll for.
    Activity {
        /// The activity's name.
        name: &'a str,
    },
    /// An API action of a service.
    Integration(Integration<'a>),
}

/// An API action of a service, `arn:aws:states:::SERVICE:ACTION`, also with a region and an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integration<'a> {
    /// The service, such as `lambda` or `aws-sdk:dynamodb`.
    pub service: &'a str,
    /// The action without its pattern, such as `invoke`.
    pub action: &'a str,
    /// The integration pattern.
    pub pattern: Pattern,
}

impl<'a> Resource<'a> {
    /// Parses an ARN. Returns `None` if a task cannot call it.
    ///
    /// It does not check whether the service has the action. Any part may be a placeholder; for one that spans several
    /// parts, such as `${FunctionArn}`, it returns `None` too.
    ///
    /// ```
    /// use workflow_asl::resource::{Pattern, Resource};
    /// let Some(Resource::Integration(call)) = Resource::parse("arn:aws:states:::ecs:runTask.sync") else { panic!() };
    /// assert_eq!((call.service, call.action, call.pattern), ("ecs", "runTask", Pattern::Sync));
    /// assert_eq!(Resource::parse("my-function"), None);
    /// ```
    pub fn parse(arn: &'a str) -> Option<Self> {
        let arn = Arn::parse(arn)?;
        if arn.partition != "aws" && !arn.partition.starts_with("aws-") && !placeholder::likely(arn.partition) {
            return None;
        }
        if let Some(name) = arn.integration() {
            return Integration::parse(name).map(Self::Integration);
        }
        if arn.region.is_empty() || arn.account.is_empty() {
            return None;
        }
        let (kind, name) = arn.resource.split_once(':')?;
        let unknown = placeholder::likely(name);
        match (arn.service, kind) {
            ("states", "activity") if unknown || !name.is_empty() && !name.contains(':') => {
                Some(Self::Activity { name })
            }
            ("lambda", "function") if unknown || is_function(name) => Some(Self::Lambda { function: name }),
            _ => None,
        }
    }
}

/// Returns whether it is a function's name, optionally with a colon and a version, an alias or `$LATEST`.
fn is_function(text: &str) -> bool {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match text.split_once(':') {
        Some((name, qualifier)) => is_name(name) && (qualifier == "$LATEST" || is_name(qualifier)),
        None => is_name(text),
    }
}

/// The prefix of the services that are called as the AWS SDK does.
const SDK: &str = "aws-sdk:";

impl<'a> Integration<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (text, pattern) = Pattern::split(text);
        // A colon inside a placeholder is not a separator.
        let (service, action) = text.rsplit_once(':').filter(|(service, _)| !ends_open(service))?;
        let sdk = service.strip_prefix(SDK);
        // The SDK's actions are in camel case here: `getObject`, not `GetObject`.
        let misspelt = sdk == Some("") || sdk.is_some() && action.starts_with(|c: char| c.is_ascii_uppercase());
        let whole = !service.is_empty() && service != SDK.trim_end_matches(':') && !action.is_empty();
        (whole && !misspelt).then_some(Self { service, action, pattern })
    }
}

/// Returns whether a string ends inside a placeholder.
fn ends_open(text: &str) -> bool {
    text.rsplit_once("${").is_some_and(|(_, rest)| !rest.contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_resource() {
        let lambda = Resource::parse("arn:aws-cn:lambda:cn-north-1:1:function:f:live");
        assert_eq!(lambda, Some(Resource::Lambda { function: "f:live" }));
        let activity = Resource::parse("arn:aws:states:us-east-1:1:activity:approve");
        assert_eq!(activity, Some(Resource::Activity { name: "approve" }));
        let call = |arn| match Resource::parse(arn) {
            Some(Resource::Integration(call)) => Some((call.service, call.action, call.pattern)),
            _ => None,
        };
        assert_eq!(
            call("arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken"),
            Some(("aws-sdk:sfn", "startExecution", Pattern::WaitForTaskToken))
        );
        assert_eq!(
            call("arn:aws:states:::states:startExecution.sync:2"),
            Some(("states", "startExecution", Pattern::Sync2))
        );
        assert_eq!(
            call("arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject"),
            Some(("aws-sdk:s3", "getObject", Pattern::RequestResponse))
        );
        assert_eq!(
            call("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:athena:startQueryExecution.sync"),
            Some(("athena", "startQueryExecution", Pattern::Sync))
        );
        let activity = Resource::parse("arn:aws:states:${AWS::Region}:1:activity:${AWS::StackName}-ask");
        assert_eq!(activity, Some(Resource::Activity { name: "${AWS::StackName}-ask" }));
        for wrong in [
            "${Arn}",
            "arn:aws:states:::${AWS::Call}",
            "arn:aws:states:us-east-1:1:stateMachine:m",
            "arn:aws:states:us-east-1::lambda:invoke",
            "",
            "f",
            "arn:aws:states:::",
            "arn:aws:states:::lambda",
            "arn:aws:sqs:us-east-1:1:q",
            "docker://x",
            "arn:aws:lambda:us-east-1:1:function:f:",
            "arn:aws:lambda:us-east-1:1:function:f:$*#$7485",
            "arn:aws:lambda:us-east-1:function:f",
            "arn:amazon:states:::lambda:invoke",
            "arn:aws:states:::aws-sdk:s3",
            "arn:aws:states:::aws-sdk:s3:GetObject",
        ] {
            assert_eq!(Resource::parse(wrong), None, "{wrong}");
        }
    }
}
