//! What went wrong between the command line and the service: a message, what to do next, and an exit code.
//!
//! docs/operating.md has the codes.

use workflow_asl::printable::printable_lines;
use workflow_runtime::client::Error;

use super::Connect;
use crate::Failure;

/// The execution failed.
pub(super) const FAILED: u8 = 1;
/// What was given cannot be used.
const USAGE: u8 = 2;
/// The execution timed out, was aborted, or runs longer than was to be waited.
pub(super) const NOT_ENDED_WELL: u8 = 3;
/// Something stands in the way that somebody must decide on: a hand edit, another deployment, a deletion, another type.
const CONFLICT: u8 = 5;
/// There is no such thing.
const UNKNOWN: u8 = 6;
/// Nobody is signed in, or may not do it.
pub(super) const DENIED: u8 = 7;
/// No answer, or not now.
const UNREACHABLE: u8 = 8;
/// The service refused it for what it is.
const REFUSED: u8 = 9;

/// Prints a message, and gives the failure that ends the command.
pub(super) fn message(code: u8, what: &str, help: &str) -> Failure {
    eprintln!("{}", printable_lines(&format!("error: {what}\nhelp: {help}")));
    Failure::Printed(code)
}

/// Prints what the service, or the way to it, says.
pub(super) fn print(error: &Error, connect: &Connect) -> Failure {
    let (code, help) = explain(error, connect);
    let what = match error {
        Error::NoAnswer { operation, .. } if code == DENIED => format!("no credentials for {operation}"),
        Error::Failed { cause, .. } | Error::TimedOut { cause, .. } | Error::Aborted { cause, .. } => {
            let cause = cause.as_ref().map(|cause| format!("\ncause: {}", cause.as_str()));
            format!("{error}{}", cause.unwrap_or_default())
        }
        // What it says of help is about Rust.
        error => error.to_string().split("\nhelp: ").next().unwrap_or_default().to_owned(),
    };
    match help {
        Some(help) => message(code, &what, &help),
        None => {
            eprintln!("{}", printable_lines(&format!("error: {what}")));
            Failure::Printed(code)
        }
    }
}

/// Codes of AWS for those who are not who they say, or no longer.
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

fn explain(error: &Error, connect: &Connect) -> (u8, Option<String>) {
    let region = || connect.region.clone().or_else(|| std::env::var("AWS_REGION").ok());
    let here = || region().map_or_else(|| "the region".to_owned(), |region| format!("the region {region}"));
    let (code, help) = match error {
        Error::Refused(refusal) if refusal.code == "AccessDeniedException" => {
            let help = match refusal.message.contains("assume the provided role") {
                true => {
                    "the role must exist and trust Step Functions: `cargo workflow iam --trust FILE` prints its trust policy"
                }
                false => "allow the action to this role or user, or take another profile: `--profile NAME`",
            };
            (DENIED, help.to_owned())
        }
        Error::Refused(refusal) if NOT_SIGNED_IN.contains(&&*refusal.code) => {
            (DENIED, "sign in again, such as by `aws sso login`, or set other credentials".to_owned())
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
            format!("look whether {} and the account are right; `cargo workflow list` prints what is there", here()),
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
            (CONFLICT, "names are taken for 90 days; without --execution a new one is made".to_owned())
        }
        Error::Refused(refusal) if refusal.code == "ConflictException" => {
            (CONFLICT, "look at what is there now, and try again".to_owned())
        }
        error if error.is_transient() => (UNREACHABLE, endpoint_help(connect)),
        Error::Refused(_) | Error::Invalid { .. } | Error::NotSent { .. } => return (REFUSED, None),
        Error::NoAnswer { reason, .. } if reason.contains("redential") && connect.profile.is_some() => {
            let profile = connect.profile.as_deref().unwrap_or_default();
            let help = format!(
                "look at the profile `{profile}` in ~/.aws/config, `aws configure list-profiles` prints those there are; or \
                 sign in by `aws sso login --profile {profile}`"
            );
            (DENIED, help)
        }
        Error::NoAnswer { reason, .. } if reason.contains("redential") => (
            DENIED,
            "sign in, such as by `aws sso login`, take a profile by `--profile NAME`, or set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY"
                .to_owned(),
        ),
        Error::NoAnswer { .. } | Error::Foreign { .. } => (UNREACHABLE, endpoint_help(connect)),
        Error::NoSuchMachine { .. } => (
            UNKNOWN,
            format!("look whether {} and the account are right; `cargo workflow list` prints those there are", here()),
        ),
        Error::Drifted(_) => (
            CONFLICT,
            "`cargo workflow plan` shows what differs; `--accept` overwrites it with what the file says".to_owned(),
        ),
        Error::Overtaken { .. } => {
            (CONFLICT, "look at what is deployed now, and deploy again if it is to be yours".to_owned())
        }
        Error::Deleting { .. } => (
            CONFLICT,
            "deploy again when it is gone, wait by `--wait-for-deletion SECONDS`, or take another name".to_owned(),
        ),
        Error::OtherType { .. } => {
            (CONFLICT, "delete the state machine, or deploy under another name by `--machine`".to_owned())
        }
        Error::NothingBefore { .. } => (CONFLICT, "point the alias to a version by `--to VERSION`".to_owned()),
        Error::Failed { .. } => return (FAILED, None),
        Error::TimedOut { .. } | Error::Aborted { .. } => return (NOT_ENDED_WELL, None),
        Error::StillRunning { .. } => {
            (NOT_ENDED_WELL, "it goes on by itself; `cargo workflow describe ARN` tells how it stands".to_owned())
        }
        _ => return (REFUSED, None),
    };
    (code, Some(help))
}

/// The name of the state machine, where the message names a version or an alias of it.
fn qualified(message: &str) -> Option<&str> {
    let arn = message.split('\'').nth(1)?;
    let mut parts = arn.split(":stateMachine:").nth(1)?.split(':');
    let name = parts.next()?;
    parts.next().map(|_| name)
}

fn endpoint_help(connect: &Connect) -> String {
    match &connect.endpoint {
        Some(url) => {
            format!("look whether the Step Functions API listens at {url}; `cargo workflow serve` makes it do so")
        }
        None => "look whether this machine reaches AWS, and try again later".to_owned(),
    }
}
