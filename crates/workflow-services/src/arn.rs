//! Parses ARNs. The parts may be placeholders: `arn:${AWS::Partition}:states:::lambda:invoke`.

/// A resource of Step Functions itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnResource {
    /// `activity:NAME`
    Activity,
    /// An execution of a Standard state machine: `execution:MACHINE:NAME`.
    Execution,
    /// An execution of an Express state machine: `express:MACHINE:NAME:ID`.
    ExpressExecution,
    /// `mapRun:MACHINE/LABEL:ID`
    MapRun,
    /// `stateMachine:NAME`, also with a version or an alias.
    StateMachine,
}

/// The types of these resources in an ARN. An ARN with one of them is not an integration.
const OWN: [(&str, OwnResource); 5] = [
    ("activity", OwnResource::Activity),
    ("execution", OwnResource::Execution),
    ("express", OwnResource::ExpressExecution),
    ("mapRun", OwnResource::MapRun),
    ("stateMachine", OwnResource::StateMachine),
];

/// The first words of the regions of each partition but `aws`, and the end of its host names, as in botocore's
/// `partitions.json`.
const PARTITIONS: [(&str, &str, &str); 7] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-gov-", "aws-us-gov", SUFFIX),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
];

/// The end of the host names of the partition `aws`.
const SUFFIX: &str = "amazonaws.com";

/// Returns the end of the host names of a partition.
pub(crate) fn suffix_of(partition: &str) -> &'static str {
    PARTITIONS.iter().find(|(_, known, _)| *known == partition).map_or(SUFFIX, |(.., suffix)| suffix)
}

/// Returns the partition of a region, or `None` if the text is not the name of a region.
///
/// ```
/// use workflow_services::partition_of_region;
///
/// assert_eq!(partition_of_region("cn-north-1"), Some("aws-cn"));
/// assert_eq!(partition_of_region("eu-west-1"), Some("aws"));
/// assert_eq!(partition_of_region("us-isob-east-1"), Some("aws-iso-b"));
/// assert_eq!(partition_of_region("anywhere"), None);
/// ```
pub fn partition_of_region(region: &str) -> Option<&'static str> {
    let known = PARTITIONS.iter().find(|(begin, ..)| region.starts_with(begin));
    let is_region = region.split('-').count() == 3 && region.ends_with(|last: char| last.is_ascii_digit());
    known.map(|(_, partition, _)| *partition).or_else(|| is_region.then_some("aws"))
}

/// The parts of an ARN, as written.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// `states`, `lambda`, …
    pub service: &'a str,
    /// The region; empty if the ARN has none.
    pub region: &'a str,
    /// The account; empty if the ARN has none.
    pub account: &'a str,
    /// The rest, which may contain colons.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Parses an ARN, or returns `None` if it has too few parts. Colons inside a placeholder `${…}` do not separate
    /// parts.
    ///
    /// ```
    /// use workflow_services::Arn;
    ///
    /// let arn = Arn::parse("arn:${AWS::Partition}:lambda:${AWS::Region}:123456789012:function:f").unwrap();
    /// assert_eq!((arn.service, arn.region, arn.resource), ("lambda", "${AWS::Region}", "function:f"));
    /// assert_eq!(Arn::parse("arn:aws:lambda"), None);
    /// ```
    pub fn parse(text: &'a str) -> Option<Self> {
        // A fast path: most resources are integrations in this form, and each rule parses all of them.
        if let Some(resource) = text.strip_prefix("arn:aws:states:::") {
            return Some(Self { partition: "aws", service: "states", region: "", account: "", resource });
        }
        let mut rest = text.strip_prefix("arn:")?;
        let mut next = || {
            let (part, after) = rest.split_at_checked(colon(rest)?)?;
            rest = after.get(1..)?;
            Some(part)
        };
        let (partition, service, region, account) = (next()?, next()?, next()?, next()?);
        Some(Self { partition, service, region, account, resource: rest })
    }

    /// Returns the name of the integration that a task calls, such as `ecs:runTask.sync` or `aws-sdk:s3:getObject`, or
    /// `None` if it is not an integration. The ARN may have a region and an account:
    /// `arn:aws:states:us-east-1:123456789012:lambda:invoke`.
    ///
    /// ```
    /// use workflow_services::Arn;
    ///
    /// let name = |text| Arn::parse(text).and_then(Arn::integration);
    /// assert_eq!(name("arn:aws:states:::lambda:invoke"), Some("lambda:invoke"));
    /// assert_eq!(name("arn:aws:states:eu-west-1:123456789012:lambda:invoke"), Some("lambda:invoke"));
    /// assert_eq!(name("arn:aws:states:eu-west-1:123456789012:activity:ask"), None);
    /// ```
    pub fn integration(self) -> Option<&'a str> {
        match (self.service, self.region, self.account) {
            ("states", "", "") => Some(self.resource),
            ("states", region, account) if !region.is_empty() && !account.is_empty() => {
                self.own_resource().is_none().then_some(self.resource)
            }
            _ => None,
        }
    }

    /// Returns which resource of Step Functions itself it is, or `None` if it is none.
    ///
    /// ```
    /// use workflow_services::{Arn, OwnResource};
    ///
    /// let own = |text| Arn::parse(text).and_then(Arn::own_resource);
    /// assert_eq!(own("arn:aws:states:eu-west-1:123456789012:express:Pay:one:2"), Some(OwnResource::ExpressExecution));
    /// assert_eq!(own("arn:aws:states:eu-west-1:123456789012:lambda:invoke"), None);
    /// assert_eq!(own("arn:aws:s3:::express:one"), None);
    /// ```
    pub fn own_resource(self) -> Option<OwnResource> {
        let kind = self.resource.split(':').next()?;
        let has_account = self.service == "states" && !self.region.is_empty() && !self.account.is_empty();
        OWN.iter().find(|(name, _)| has_account && *name == kind).map(|(_, own)| *own)
    }
}

/// Returns the first colon of a string that is outside a placeholder.
fn colon(text: &str) -> Option<usize> {
    if !text.contains('$') {
        return text.find(':');
    }
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let at = rest.find([':', '$'])?;
        from += at + 1;
        if rest.get(at..)?.starts_with(':') {
            return Some(from - 1);
        }
        if rest.get(at..)?.starts_with("${")
            && let Some(end) = rest.get(at..)?.find('}')
        {
            from += end;
        }
    }
}
