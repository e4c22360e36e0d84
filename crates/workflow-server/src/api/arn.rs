//! Builds, parses and rejects names and ARNs.

use workflow_asl::limits::RESOURCE_NAME_CHARS;
use workflow_services::partition_of_region;

use super::{ApiError, Code, Members};

/// The region and the account of a request. It creates its resources there, and its lists show those resources.
///
/// The credentials of a request name the region
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>). An access key of 12
/// digits names the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) region: String,
    pub(crate) account: String,
}

impl Default for Scope {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), account: "123456789012".to_owned() }
    }
}

impl Scope {
    /// Returns the scope in a request's `Authorization` header. Missing parts default to this scope.
    pub(crate) fn of(&self, authorization: Option<&str>) -> Self {
        let mut parts = authorization.map(credential).unwrap_or_default().split('/');
        let (key, region) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        let is_region = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
        Self {
            region: if is_region { region.to_owned() } else { self.region.clone() },
            account: if is_account { key.to_owned() } else { self.account.clone() },
        }
    }

    /// Returns the scope of a resource.
    pub(crate) fn of_arn(arn: &str) -> Self {
        let mut parts = arn.split(':').skip(3);
        let mut part = || parts.next().unwrap_or_default().to_owned();
        Self { region: part(), account: part() }
    }

    /// Returns the prefix of the ARNs of this scope's resources.
    pub(crate) fn prefix(&self) -> String {
        let partition = partition_of_region(&self.region).unwrap_or("aws");
        format!("arn:{partition}:states:{}:{}", self.region, self.account)
    }

    pub(crate) fn machine(&self, name: &str) -> String {
        format!("{}:stateMachine:{name}", self.prefix())
    }

    pub(crate) fn activity(&self, name: &str) -> String {
        format!("{}:activity:{name}", self.prefix())
    }
}

/// Returns the credential in a signature: the access key ID, the date, the region and more.
pub(crate) fn credential(authorization: &str) -> &str {
    let (_, rest) = authorization.split_once("Credential=").unwrap_or_default();
    rest.split([',', ' ']).next().unwrap_or_default()
}

/// Returns the part of an ARN up to the account: the prefix of its scope.
pub(crate) fn scope_prefix(arn: &str) -> &str {
    let end = arn.match_indices(':').nth(4).map_or(arn.len(), |(at, _)| at);
    arn.get(..end).unwrap_or(arn)
}

/// Returns the ARN of an execution of a state machine: `…:execution:MACHINE:NAME`.
pub(crate) fn execution(machine: &str, name: &str) -> String {
    format!("{}:{name}", machine.replacen(":stateMachine:", ":execution:", 1))
}

/// Returns the ARN of an Express execution: `…:express:MACHINE:NAME:ID`.
pub(crate) fn express(machine: &str, name: &str, id: &str) -> String {
    format!("{}:{name}:{id}", machine.replacen(":stateMachine:", ":express:", 1))
}

/// The parts of a state machine's ARN, which may name a version, an alias, or the children of a distributed map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MachineArn<'a> {
    /// The original text.
    pub(crate) text: &'a str,
    /// The ARN without the version or alias, and without the label.
    pub(crate) machine: &'a str,
    /// The number of a version or the name of an alias.
    pub(crate) qualifier: Option<&'a str>,
    /// The label of a distributed map in the state machine.
    pub(crate) label: Option<&'a str>,
}

impl<'a> MachineArn<'a> {
    /// Parses an ARN that may have a version or an alias.
    pub(crate) fn read(text: &'a str) -> Result<Self, ApiError> {
        let name = check(text, &["stateMachine"])?;
        let (full, qualifier) = match name.split_once(':') {
            Some((full, qualifier)) if !qualifier.is_empty() && !qualifier.contains(':') => (full, Some(qualifier)),
            Some(_) => return Err(ApiError::invalid_arn(format_args!("Invalid ARN: {text}"))),
            None => (name, None),
        };
        let (name, label) = match full.split_once('/') {
            Some((name, label)) => (name, Some(label)),
            None => (full, None),
        };
        let length = text.len() - text.rsplit(":stateMachine:").next().map_or(0, str::len) + name.len();
        Ok(Self { text, machine: text.get(..length).unwrap_or(text), qualifier, label })
    }

    /// Like [`read`](Self::read), for an operation that accepts no label.
    pub(crate) fn read_unlabelled(text: &'a str) -> Result<Self, ApiError> {
        let arn = Self::read(text)?;
        match arn.label {
            None => Ok(arn),
            Some(_) => {
                let message = format!("This operation does not support labeled state machine ARNs: '{text}'");
                Err(ApiError::new(Code::Validation, message).because("API_DOES_NOT_SUPPORT_LABELED_ARNS"))
            }
        }
    }

    /// Returns the number of the version in the ARN.
    pub(crate) fn version(self) -> Option<u32> {
        self.qualifier?.parse().ok()
    }
}

/// Rejects anything but the ARN of one of these kinds of Step Functions resources. Returns the part after the kind.
pub(crate) fn check<'a>(arn: &'a str, kinds: &[&str]) -> Result<&'a str, ApiError> {
    if !arn.starts_with("arn:") {
        return Err(ApiError::invalid_arn(format_args!("Invalid ARN prefix: {arn}")));
    }
    let mut parts = arn.splitn(7, ':').skip(2);
    let (service, _, _, found, name) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (service, found, name) {
        (Some("states"), Some(found), Some(name)) if kinds.contains(&found) && !name.is_empty() => Ok(name),
        (Some("states"), Some(found), Some(_)) if !kinds.contains(&found) => {
            Err(ApiError::invalid_arn(format_args!("Resource type not valid in this context: {found}")))
        }
        _ => Err(ApiError::invalid_arn(format_args!("Invalid ARN: {arn}"))),
    }
}

/// Rejects anything but the ARN of an IAM role.
pub(crate) fn check_role(arn: &str) -> Result<&str, ApiError> {
    let mut parts = arn.splitn(6, ':');
    let head = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (head, parts.next()) {
        ((Some("arn"), Some(_), Some("iam"), Some(_), Some(_)), Some(role)) if role.starts_with("role/") => Ok(arn),
        _ => Err(ApiError::new(Code::InvalidArn, format!("Invalid Role Arn: '{arn}'"))),
    }
}

/// Returns the name of a resource that a request creates.
pub(crate) fn name<'a>(members: &mut Members<'a>) -> &'a str {
    members.required_bounded("name", 1, RESOURCE_NAME_CHARS)
}

/// Rejects a name of a state machine, an activity or an execution with invalid characters.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
pub(crate) fn check_name(name: &str) -> Result<&str, ApiError> {
    match name.chars().all(workflow_local::is_name_character) {
        true => Ok(name),
        false => Err(ApiError::new(Code::InvalidName, format!("Invalid Name: '{name}'"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_as_the_service_does() {
        assert!(check_name("Order-1_é.x").is_ok());
        for name in ["a b", "a/b", "a:b", "x*", "tab\t", "$", "\u{85}"] {
            assert_eq!(check_name(name).unwrap_err().code, Code::InvalidName, "{name:?}");
        }
    }

    #[test]
    fn arns_are_refused_with_the_reason() {
        let machine = Scope::default().machine("A");
        assert_eq!(check(&machine, &["stateMachine"]), Ok("A"));
        let message = |arn: &str| check(arn, &["execution"]).unwrap_err().message;
        assert_eq!(message("nonsense"), "Invalid Arn: 'Invalid ARN prefix: nonsense'");
        let express = express(&machine, "b", "c");
        assert_eq!(message(&express), "Invalid Arn: 'Resource type not valid in this context: express'");
        assert!(message("arn:aws:s3:::bucket").starts_with("Invalid Arn: "));
        assert!(check_role("arn:aws:iam::123456789012:role/service/x").is_ok());
        assert!(check_role("arn:aws:iam::123456789012:user/x").is_err());
    }

    #[test]
    fn the_arn_of_a_state_machine_has_parts() {
        let machine = Scope::default().machine("A");
        let parts = |text: &str| {
            let arn = MachineArn::read(text).unwrap();
            (arn.machine.to_owned(), arn.qualifier.map(str::to_owned), arn.label.map(str::to_owned), arn.version())
        };
        assert_eq!(parts(&machine), (machine.clone(), None, None, None));
        assert_eq!(parts(&format!("{machine}:3")), (machine.clone(), Some("3".to_owned()), None, Some(3)));
        assert_eq!(parts(&format!("{machine}:PROD")), (machine.clone(), Some("PROD".to_owned()), None, None));
        assert_eq!(parts(&format!("{machine}/Each")), (machine.clone(), None, Some("Each".to_owned()), None));
        for wrong in [format!("{machine}:"), format!("{machine}:1:2")] {
            assert_eq!(MachineArn::read(&wrong).unwrap_err().code, Code::InvalidArn, "{wrong}");
        }
        let labelled = format!("{machine}/Each");
        assert_eq!(MachineArn::read_unlabelled(&labelled).unwrap_err().code, Code::Validation);
    }

    #[test]
    fn credentials_name_region_and_account() {
        let scope = |header: &str| Scope::default().of(Some(header));
        let signed =
            "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-central-1/states/aws4_request, SignedHeaders=host";
        assert_eq!(scope(signed), Scope { region: "eu-central-1".to_owned(), account: "111122223333".to_owned() });
        let scope_of_key = scope("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/cn-north-1/states/aws4_request");
        assert_eq!(scope_of_key.machine("A"), "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:A");
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let scope = Scope { region: region.to_owned(), ..Scope::default() };
            assert!(scope.prefix().starts_with(&format!("arn:{partition}:states:{region}:")), "{}", scope.prefix());
        }
        for nothing in ["", "Bearer x", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b/c:d/e"] {
            assert_eq!(scope(nothing), Scope::default(), "{nothing}");
        }
        let prefix = |scope: &Scope| scope_prefix(&scope.machine("A")).to_owned();
        assert_eq!(prefix(&Scope::default()), Scope::default().prefix());
        assert_ne!(prefix(&scope(signed)), Scope::default().prefix());
    }
}
