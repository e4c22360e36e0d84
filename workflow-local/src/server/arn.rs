//! Names and ARNs: how they are built, and which are refused.

use workflow_asl::limits::RESOURCE_NAME_CHARS;

use super::error::ApiError;

const PREFIX: &str = "arn:aws:states:us-east-1:123456789012";

pub(super) fn machine(name: &str) -> String {
    format!("{PREFIX}:stateMachine:{name}")
}

pub(super) fn execution(machine: &str, name: &str) -> String {
    format!("{PREFIX}:execution:{machine}:{name}")
}

pub(super) fn express(machine: &str, name: &str, id: &str) -> String {
    format!("{PREFIX}:express:{machine}:{name}:{id}")
}

/// Refuses what is no ARN of one of these kinds of Step Functions' resources.
pub(super) fn check<'a>(arn: &'a str, kind: &str) -> Result<&'a str, ApiError> {
    if !arn.starts_with("arn:") {
        return Err(ApiError::invalid_arn(format_args!("Invalid ARN prefix: {arn}")));
    }
    let mut parts = arn.splitn(7, ':').skip(2);
    let (service, _, _, found, name) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (service, found, name) {
        (Some("states"), Some(found), Some(name)) if found == kind && !name.is_empty() => Ok(arn),
        (Some("states"), Some(found), Some(_)) if found != kind => {
            Err(ApiError::invalid_arn(format_args!("Resource type not valid in this context: {found}")))
        }
        _ => Err(ApiError::invalid_arn(format_args!("Invalid ARN: {arn}"))),
    }
}

/// Refuses what is no ARN of an IAM role.
pub(super) fn check_role(arn: &str) -> Result<&str, ApiError> {
    let mut parts = arn.splitn(6, ':');
    let head = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (head, parts.next()) {
        ((Some("arn"), Some(_), Some("iam"), Some(_), Some(_)), Some(role)) if role.starts_with("role/") => Ok(arn),
        _ => Err(ApiError::new("InvalidArn", format!("Invalid Role Arn: '{arn}'"))),
    }
}

/// Refuses a name of a state machine or execution that is too long or has characters that are not allowed.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
pub(super) fn check_name(name: &str) -> Result<&str, ApiError> {
    let length = name.chars().count();
    let value = format!("'{name}'");
    if length == 0 {
        return Err(ApiError::constraint(Some(&value), "name", "have length greater than or equal to 1"));
    }
    if length > RESOURCE_NAME_CHARS {
        let constraint = format!("have length less than or equal to {RESOURCE_NAME_CHARS}");
        return Err(ApiError::constraint(Some(&value), "name", &constraint));
    }
    if name.chars().any(is_forbidden) {
        return Err(ApiError::new("InvalidName", format!("Invalid Name: '{name}'")));
    }
    Ok(name)
}

fn is_forbidden(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || "?*<>{}[]\"#%\\^|~`$&,;:/".contains(character)
        || matches!(character, '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_as_the_service_does() {
        assert!(check_name("Order-1_é.x").is_ok());
        for name in ["a b", "a/b", "a:b", "x*", "tab\t", "$", "\u{85}"] {
            assert_eq!(check_name(name).unwrap_err().code, "InvalidName", "{name:?}");
        }
        assert_eq!(check_name("").unwrap_err().code, "ValidationException");
        assert!(check_name(&"é".repeat(80)).is_ok());
        assert!(check_name(&"a".repeat(81)).unwrap_err().message.ends_with("less than or equal to 80"));
    }

    #[test]
    fn arns_are_refused_with_the_reason() {
        assert!(check(&machine("A"), "stateMachine").is_ok());
        let message = |arn: &str| check(arn, "execution").unwrap_err().message;
        assert_eq!(message("nonsense"), "Invalid Arn: 'Invalid ARN prefix: nonsense'");
        assert_eq!(message(&express("A", "b", "c")), "Invalid Arn: 'Resource type not valid in this context: express'");
        assert!(message("arn:aws:s3:::bucket").starts_with("Invalid Arn: "));
        assert!(check_role("arn:aws:iam::123456789012:role/service/x").is_ok());
        assert!(check_role("arn:aws:iam::123456789012:user/x").is_err());
    }
}
