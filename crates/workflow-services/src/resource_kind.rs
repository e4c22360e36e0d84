//! The resources that a workflow's parameters name, and the forms in which requests take them. The value of such a
//! parameter is the ARN, from which the other forms follow.

use crate::Arn;
use crate::arn::suffix_of;

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A function of Lambda, also one of its versions or aliases.
    Function,
    /// A queue of SQS.
    Queue,
    /// A bucket of S3.
    Bucket,
    /// A table of DynamoDB.
    Table,
    /// A topic of SNS.
    Topic,
    /// A state machine, also one of its versions or aliases.
    StateMachine,
}

use ResourceKind::{Bucket, Function, Queue, StateMachine, Table, Topic};

/// The form in which a request names a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceForm {
    /// The ARN.
    Arn,
    /// The name: the last part of the ARN, without a version or an alias.
    Name,
    /// The URL of a queue.
    Url,
}

/// Each kind with its type in `params`, with words for messages, and with its ARN: the service, the beginning of the
/// resource, and the signs in the rest besides letters and digits.
const KINDS: [(ResourceKind, &str, &str, &str, &str, &str); 6] = [
    (Function, "lambda::Function", "a function", "lambda", "function:", ":$_-"),
    (Queue, "sqs::Queue", "a queue", "sqs", "", "_.-"),
    (Bucket, "s3::Bucket", "a bucket", "s3", "", "_.-"),
    (Table, "dynamodb::Table", "a table", "dynamodb", "table/", "_.-"),
    (Topic, "sns::Topic", "a topic", "sns", "", "_.-"),
    (StateMachine, "states::StateMachine", "a state machine", "states", "stateMachine:", ":_.-"),
];

impl ResourceKind {
    /// Returns the kind with this type in `params`, such as `sqs::Queue`.
    pub fn named(ty: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.1 == ty).map(|row| row.0)
    }

    fn row(self) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        let row = KINDS.iter().find(|row| row.0 == self);
        row.map_or(("", "", "", "", ""), |(_, ty, words, service, start, signs)| (ty, words, service, start, signs))
    }

    /// Returns its type in `params`.
    pub fn type_name(self) -> &'static str {
        self.row().0
    }

    /// Returns it with an article: `a queue`.
    pub fn words(self) -> &'static str {
        self.row().1
    }

    /// Returns the ARN of one in this region and account, which the ARN of a bucket does not have.
    pub fn arn(self, partition: &str, region: &str, account: &str, name: &str) -> String {
        let (_, _, service, start, _) = self.row();
        let place = if self == Bucket { ":".to_owned() } else { format!("{region}:{account}") };
        format!("arn:{partition}:{service}:{place}:{start}{name}")
    }

    /// Returns the regular expression of its ARNs, without anchors.
    pub fn pattern(self) -> String {
        self.arn("aws[a-z-]*", "[a-z0-9-]+", "[0-9]{12}", &format!("[A-Za-z0-9{}]+", self.row().4))
    }

    /// Returns where an ARN has the name: the separator, and the number of separators before it.
    pub fn name_at(self) -> (char, usize) {
        let start = self.row().3;
        if start.ends_with('/') { ('/', 1) } else { (':', 5 + start.matches(':').count()) }
    }

    /// Returns a form of the resource with this ARN; `None` if it is not the ARN of such a resource, or has no such form.
    ///
    /// ```
    /// use workflow_services::{ResourceForm, ResourceKind};
    /// let queue = "arn:aws:sqs:eu-west-1:123456789012:jobs";
    /// let url = ResourceKind::Queue.form(queue, ResourceForm::Url);
    /// assert_eq!(url.as_deref(), Some("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"));
    /// assert_eq!(ResourceKind::Topic.form("arn:aws:s3:::photos", ResourceForm::Arn), None);
    /// ```
    pub fn form(self, arn: &str, form: ResourceForm) -> Option<String> {
        let (_, _, service, start, signs) = self.row();
        let Arn { partition, region, account, resource, .. } = Arn::parse(arn).filter(|arn| arn.service == service)?;
        let rest = resource.strip_prefix(start).filter(|rest| !rest.is_empty())?;
        let has =
            |text: &str, signs: &str| text.chars().all(|sign| sign.is_ascii_alphanumeric() || signs.contains(sign));
        let is_placed = if self == Bucket {
            region.is_empty() && account.is_empty()
        } else {
            !region.is_empty() && has(region, "-") && account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())
        };
        if !partition.starts_with("aws") || !has(partition, "-") || !is_placed || !has(rest, signs) {
            return None;
        }
        // Without a version or an alias.
        let name = rest.split(':').next().filter(|name| !name.is_empty())?;
        match form {
            ResourceForm::Arn => Some(arn.to_owned()),
            ResourceForm::Name => Some(name.to_owned()),
            // <https://docs.aws.amazon.com/general/latest/gr/sqs-service.html>
            ResourceForm::Url => {
                (self == Queue).then(|| format!("https://sqs.{region}.{}/{account}/{name}", suffix_of(partition)))
            }
        }
    }
}

impl ResourceForm {
    /// Returns the form that is this member of a parameter: `params.jobs.url`.
    pub fn named(member: &str) -> Option<Self> {
        [Self::Arn, Self::Name, Self::Url].into_iter().find(|form| form.member() == member)
    }

    /// Returns its member.
    pub fn member(self) -> &'static str {
        match self {
            Self::Arn => "arn",
            Self::Name => "name",
            Self::Url => "url",
        }
    }

    /// Returns the name of the placeholder for this form of a parameter: the ARN has the parameter's own.
    pub fn placeholder(self, param: &str) -> String {
        if self == Self::Arn { param.to_owned() } else { format!("{param}.{}", self.member()) }
    }
}
