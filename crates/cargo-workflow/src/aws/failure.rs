//! Failures of the commands that use the service: a message, help, and an exit code.
//!
//! docs/operating.md documents the codes.

use workflow_runtime::client::Error;

use super::Connect;
use crate::{Failure, terminal};

/// The execution failed.
pub(super) const FAILED: u8 = 1;
/// The arguments are invalid.
pub(super) const USAGE: u8 = 2;
/// The execution timed out, was aborted, or runs longer than the waiting time.
pub(super) const NOT_ENDED_WELL: u8 = 3;
/// A conflict that a person must resolve: a manual change, another deployment, a deletion, another type.
pub(super) const CONFLICT: u8 = 5;
/// The resource does not exist.
pub(super) const UNKNOWN: u8 = 6;
/// There are no credentials, or the permission is missing.
pub(super) const DENIED: u8 = 7;
/// No answer, or temporarily unavailable.
pub(super) const UNREACHABLE: u8 = 8;
/// The service rejected the request.
pub(super) const REFUSED: u8 = 9;

/// The verdict on a deployment is worse than is allowed.
pub(super) const NOT_ALLOWED: u8 = 10;

/// A gradual release was rolled back.
pub(super) const ROLLED_BACK: u8 = 11;

/// A listing ends before its end, because a page could not be read.
pub(super) const INCOMPLETE: u8 = 12;

/// The help for a definition that an alias was rolled back from.
pub(super) const AGAIN: &str = "change the definition, or point the alias to it with `--again`";

/// Prints a message, and returns the failure that ends the command.
pub(super) fn message(code: u8, what: &str, help: &str) -> Failure {
    terminal::tell(&format!("error: {what}\nhelp: {help}"));
    Failure::Printed(code)
}

/// Prints an error of the service or of the connection.
pub(super) fn print(error: &Error, connect: &Connect) -> Failure {
    let (code, help) = explain(error, connect);
    let what = match error {
        Error::NoAnswer { operation, .. } if code == DENIED => format!("no credentials for {operation}"),
        Error::Failed { cause, console, .. }
        | Error::TimedOut { cause, console, .. }
        | Error::Aborted { cause, console, .. } => {
            let cause = cause.as_ref().map(|cause| format!("\ncause: {}", cause.as_str())).unwrap_or_default();
            // The error links to AWS, but the server that has the execution may be another one.
            let url = console.as_deref().unwrap_or_default();
            let page = url.split_once("/details/").and_then(|(_, arn)| connect.console(arn));
            let page = page.map(|page| format!("\nsee {page}")).unwrap_or_default();
            format!("{}{cause}", error.to_string().replacen(&format!("\nsee {url}"), &page, 1))
        }
        // The error's own help is about Rust.
        error => error.to_string().split("\nhelp: ").next().unwrap_or_default().to_owned(),
    };
    match help {
        Some(help) => message(code, &what, &help),
        None => {
            terminal::tell(&format!("error: {what}"));
            Failure::Printed(code)
        }
    }
}

/// AWS's error codes for missing, invalid or expired credentials.
const NOT_SIGNED_IN: [&str; 8] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
];

/// Returns whether the user may not make the call.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html>
pub(super) fn is_denied(error: &Error) -> bool {
    error
        .refusal()
        .is_some_and(|refusal| ["AccessDeniedException", "KmsAccessDeniedException"].contains(&&*refusal.code))
}

/// Returns what was read, or nothing if the user may not read it.
pub(super) fn permitted<T>(read: Result<T, Error>) -> Result<Option<T>, Error> {
    match read {
        Err(error) if is_denied(&error) => Ok(None),
        read => read.map(Some),
    }
}

/// Returns the exit code for an error.
pub(super) fn code(error: &Error, connect: &Connect) -> u8 {
    explain(error, connect).0
}

fn explain(error: &Error, connect: &Connect) -> (u8, Option<String>) {
    let region = || connect.region.clone().or_else(|| super::variable("AWS_REGION"));
    let here = || region().map_or_else(|| "the region".to_owned(), |region| format!("the region {region}"));
    let (code, help) = match error {
        Error::Unfinished { source, .. } => return explain(source, connect),
        Error::Refused(refusal) if is_denied(error) => {
            let help = match refusal.message.contains("assume the provided role") {
                true => {
                    "the role must exist and trust Step Functions: `cargo workflow iam --trust FILE` prints its trust policy"
                }
                false => "allow the action to this role or user, or use another profile: `--profile NAME`",
            };
            (DENIED, help.to_owned())
        }
        Error::Refused(refusal) if NOT_SIGNED_IN.contains(&&*refusal.code) => {
            (DENIED, "sign in again, for example with `aws sso login`, or set other credentials".to_owned())
        }
        Error::Refused(refusal)
            if refusal.code == "StateMachineDoesNotExist" && qualified(&refusal.message).is_some() =>
        {
            let machine = qualified(&refusal.message).unwrap_or_default();
            let help =
                format!("`cargo workflow list {machine} --aliases` prints its aliases, and `--versions` its versions");
            (UNKNOWN, help)
        }
        Error::Refused(refusal) if refusal.code.ends_with("DoesNotExist") || refusal.code == "ResourceNotFound" => (
            UNKNOWN,
            format!("check that {} and the account are right; `cargo workflow list` prints what exists", here()),
        ),
        Error::Refused(refusal) if refusal.code == "InvalidArn" && refusal.message.contains("Role") => {
            (USAGE, "the ARN of a role is arn:aws:iam::ACCOUNT:role/NAME".to_owned())
        }
        Error::Refused(refusal) if refusal.code == "InvalidName" => {
            (USAGE, "a name has 1 to 80 characters: letters, digits, `-` and `_`".to_owned())
        }
        Error::Refused(refusal) if refusal.code == "InvalidArn" => {
            (USAGE, "an ARN is arn:aws:states:REGION:ACCOUNT:stateMachine:NAME or …:execution:MACHINE:NAME".to_owned())
        }
        Error::Refused(refusal) if refusal.code == "ExecutionAlreadyExists" => {
            (CONFLICT, "names stay in use for 90 days; without --execution, a new one is generated".to_owned())
        }
        Error::Refused(refusal) if refusal.code == "ConflictException" => {
            (CONFLICT, "check the current state, and try again".to_owned())
        }
        error if error.is_transient() => (UNREACHABLE, endpoint_help(connect)),
        Error::Refused(_) | Error::Invalid { .. } | Error::NotSent { .. } => return (REFUSED, None),
        Error::NoAnswer { reason, .. } if reason.contains("redential") && connect.profile.is_some() => {
            let profile = connect.profile.as_deref().unwrap_or_default();
            let help = format!(
                "check the profile `{profile}` in ~/.aws/config (`aws configure list-profiles` lists the profiles), or \
                 sign in with `aws sso login --profile {profile}`"
            );
            (DENIED, help)
        }
        Error::NoAnswer { reason, .. } if reason.contains("redential") => (
            DENIED,
            "sign in, for example with `aws sso login`, choose a profile with `--profile NAME`, or set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY"
                .to_owned(),
        ),
        Error::NoAnswer { .. } | Error::Foreign { .. } => (UNREACHABLE, endpoint_help(connect)),
        Error::NoSuchMachine { .. } => (
            UNKNOWN,
            format!("check that {} and the account are right; `cargo workflow list` prints the state machines", here()),
        ),
        Error::Drifted(_) => (
            CONFLICT,
            "`cargo workflow plan` shows the differences; `--accept` overwrites it with the file".to_owned(),
        ),
        Error::Withdrawn { .. } => {
            (CONFLICT, AGAIN.to_owned())
        }
        Error::Overtaken { .. } => {
            (CONFLICT, "check what is deployed now, and deploy again to replace it".to_owned())
        }
        Error::Deleting { .. } => (
            CONFLICT,
            "deploy again when it is gone, wait with `--wait-for-deletion SECONDS`, or use another name".to_owned(),
        ),
        Error::OtherType { .. } => {
            (CONFLICT, "delete the state machine, or deploy under another name with `--machine`".to_owned())
        }
        Error::NothingBefore { .. } => (CONFLICT, "point the alias to a version with `--to VERSION`".to_owned()),
        Error::Failed { .. } => return (FAILED, None),
        Error::TimedOut { .. } | Error::Aborted { .. } => return (NOT_ENDED_WELL, None),
        Error::StillRunning { .. } => {
            (NOT_ENDED_WELL, "it continues to run; `cargo workflow describe ARN` shows its status".to_owned())
        }
        _ => return (REFUSED, None),
    };
    (code, Some(help))
}

/// Returns the name of the state machine if the message names a version or an alias of it.
fn qualified(message: &str) -> Option<&str> {
    let arn = message.split('\'').nth(1)?;
    let mut parts = arn.split(":stateMachine:").nth(1)?.split(':');
    let name = parts.next()?;
    parts.next().map(|_| name)
}

fn endpoint_help(connect: &Connect) -> String {
    match &connect.endpoint {
        Some(url) => {
            format!("check that the Step Functions API listens at {url}; `cargo workflow serve` starts it")
        }
        None => "check that this computer can reach AWS, and try again later".to_owned(),
    }
}
