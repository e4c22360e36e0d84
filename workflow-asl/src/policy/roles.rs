//! Roles that a request hands to a service: the caller must be allowed to pass them on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>

use workflow_iam::{Call, NoteKind};
use workflow_services::Shape;

use super::request::Request;
use super::request_members::{RequestMember, texts_in};

pub(super) const PASS_ROLE: &str = "iam:PassRole";

/// Services whose requests name roles that they do not take on: those that roles are made of.
const ABOUT_ROLES: &[&str] = &["iam", "sts"];

/// What the names of operations begin with that only look.
const LOOKS: &[&str] =
    &["batchGet", "check", "describe", "get", "head", "list", "lookup", "preview", "search", "simulate", "validate"];

/// How many names a note has.
const NAMES: usize = 3;

/// What the name of a text says of a role.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    /// It is the ARN of one.
    Arn,
    /// It may be its ARN, its name, or something else that is called so.
    Role,
    /// It is an instance profile, which has one.
    Profile,
    /// Nothing.
    Nothing,
}

fn named(name: &str) -> Named {
    let name = name.to_ascii_lowercase();
    let is_arn = name.contains("rolearn") || name.contains("role") && (name.ends_with("arn") || name.ends_with("arns"));
    if name.contains("rolealias") {
        Named::Nothing
    } else if is_arn {
        Named::Arn
    } else if name.contains("instanceprofile") {
        Named::Profile
    } else if name.ends_with("role") || name.ends_with("roles") || name.ends_with("rolename") {
        Named::Role
    } else {
        Named::Nothing
    }
}

/// Adds that the roles of a request may be passed on, or says which may have to be. `known` are the parameters that are
/// passed on already, `passes` says that AWS lists the action as one that passes roles on.
pub(super) fn add(
    (service, operation): (&str, &str),
    (given, input): (&[RequestMember], Shape),
    request: &Request<'_>,
    (known, passes): (&[String], bool),
    call: &mut Call,
) {
    if ABOUT_ROLES.contains(&service) {
        return;
    }
    let only_looks = LOOKS.iter().any(|verb| operation.starts_with(verb)) && !passes;
    let mut roles = Vec::new();
    let mut maybe = Vec::new();
    for one in given.iter().filter(|one| !known.contains(&one.path)) {
        if one.is_open {
            in_the_open(one, known, &mut roles, &mut maybe);
            continue;
        }
        let path = one.path.as_str();
        let values: Vec<_> = request.find(path).into_iter().flatten().collect();
        let is_role = |value: &String| value.starts_with("arn:") && value.contains(":iam:") && value.contains(":role/");
        let is_text = matches!(one.shape, Shape::String);
        match named(one.name) {
            _ if values.is_empty() => {}
            Named::Arn if is_text => roles.push(path.to_owned()),
            // A name that is written may be that of anything; what a deployment or an execution gives is a role.
            Named::Role if is_text && (passes || values.iter().any(|value| is_role(value) || is_unknown(value))) => {
                roles.push(path.to_owned());
            }
            Named::Role if is_text => maybe.push(format!("`{path}` may be the name of a role")),
            Named::Profile if matches!(one.shape, Shape::String) => {
                maybe.push(format!("`{path}` is an instance profile, which has a role"));
            }
            _ if values.iter().any(is_role) => maybe.push(format!("`{path}` is the ARN of a role")),
            _ => {}
        }
    }
    if only_looks {
        let names = roles.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        if !names.is_empty() {
            call.note(NoteKind::Remark, format!("{names}: `{operation}` is taken to pass no role on"));
        }
        return;
    }
    let passed = !roles.is_empty();
    if passed {
        call.allow([PASS_ROLE], roles.iter().map(|path| format!("{{{path}:role}}")).collect());
    }
    for what in &maybe {
        call.note(NoteKind::Missing, format!("{what}: if a service takes it on, `{PASS_ROLE}` on it is needed"));
    }
    // AWS says that there may be one, and where it would be is not known.
    let has_place = texts_in(input).iter().any(|(name, _)| named(name) != Named::Nothing);
    if passes && !passed && maybe.is_empty() && known.is_empty() && !has_place {
        call.note(NoteKind::Missing, format!("`{operation}` may need besides: `{PASS_ROLE}`"));
    }
}

/// Whether only a deployment or an execution knows a value.
fn is_unknown(value: &str) -> bool {
    value == workflow_iam::pattern::ANY || value.contains("${") && !value.contains("${*}")
}

/// The roles that may be in what only an execution knows.
fn in_the_open(one: &RequestMember, known: &[String], roles: &mut Vec<String>, maybe: &mut Vec<String>) {
    let mut names = Vec::new();
    for (name, required) in texts_in(one.shape) {
        match named(name) {
            _ if known.iter().any(|known| known.rsplit('.').next() == Some(name)) => {}
            // Directly in the request it can be looked up.
            Named::Arn if required && one.path.is_empty() => roles.push(name.to_owned()),
            Named::Nothing => {}
            _ if names.contains(&name) => {}
            _ => names.push(name),
        }
    }
    roles.dedup();
    if names.is_empty() {
        return;
    }
    let more = if names.len() > NAMES { ", …" } else { "" };
    let names = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let what = if one.path.is_empty() { "the request".to_owned() } else { format!("`{}`", one.path) };
    maybe.push(format!("{what} is not known before the workflow runs, and may have a role ({names}{more})"));
}
