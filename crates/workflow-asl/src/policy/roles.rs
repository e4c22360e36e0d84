//! Roles that a request passes to a service, for which the caller needs permission.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>

use workflow_iam::{Need, NoteKind, ServiceCall};
use workflow_services::Shape;

use super::request::Request;
use super::request_members::{RequestMember, texts_in};

pub(super) const PASS_ROLE: &str = "iam:PassRole";

/// Services whose requests name roles that they do not assume, because they manage roles.
const ABOUT_ROLES: &[&str] = &["iam", "sts"];

/// Services and the principal that they document for the roles of their requests.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/security_iam_id-based-policy-examples.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/manage-state-machine-permissions.html>,
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/security_iam_id-based-policies.html>,
/// <https://docs.aws.amazon.com/glue/latest/dg/configure-iam-for-glue.html>,
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>,
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html>,
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/security-iam-awsmanpol.html>
const PRINCIPALS: &[(&str, &str)] = &[
    ("bedrock", "bedrock"),
    ("bedrockagent", "bedrock"),
    ("eventbridge", "events"),
    ("glue", "glue"),
    ("lambda", "lambda"),
    ("pipes", "pipes"),
    ("sagemaker", "sagemaker"),
    ("scheduler", "scheduler"),
    ("sfn", "states"),
];

/// The prefixes of read-only operations.
const LOOKS: &[&str] =
    &["batchGet", "check", "describe", "get", "head", "list", "lookup", "preview", "search", "simulate", "validate"];

/// The maximum number of names in a note.
const NAMES: usize = 3;

/// The role that the name of a string implies.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    /// It is the ARN of a role.
    Arn,
    /// It may be a role's ARN, its name, or something else called a role.
    Role,
    /// It is an instance profile, which has a role.
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

/// Adds the permission to pass the roles of a request, or notes which may be needed. `known` are the parameters already
/// handled, and `passes` says that AWS lists the action as one that passes roles.
pub(super) fn add(
    (service, operation): (&str, &str),
    (given, input): (&[RequestMember], Shape),
    request: &Request<'_>,
    (known, passes): (&[String], bool),
    call: &mut ServiceCall,
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
            // A literal name may belong to anything; a value from a deployment or an execution is treated as a role.
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
            call.note(NoteKind::Remark, format!("{names}: `{operation}` is assumed not to pass a role"));
        }
        return;
    }
    let passed = !roles.is_empty();
    if passed {
        let principal = PRINCIPALS.iter().find(|(name, _)| *name == service).map(|(_, principal)| {
            let values = vec![format!("{principal}.amazonaws.com")];
            ("StringEquals".to_owned(), "iam:PassedToService".to_owned(), values)
        });
        call.needs.push(Need::Statement {
            actions: vec![PASS_ROLE.to_owned()],
            resources: roles.iter().map(|path| format!("{{{path}:role}}")).collect(),
            conditions: principal.into_iter().collect(),
        });
    }
    for what in &maybe {
        call.note(NoteKind::Missing, format!("{what}: if a service assumes it, `{PASS_ROLE}` on it is needed"));
    }
    // According to AWS there may be a role, but its parameter is unknown.
    let has_place = texts_in(input).iter().any(|(name, _)| named(name) != Named::Nothing);
    if passes && !passed && maybe.is_empty() && known.is_empty() && !has_place {
        call.note(NoteKind::Missing, format!("`{operation}` may also need: `{PASS_ROLE}`"));
    }
}

/// Returns whether a value is only known to a deployment or an execution.
fn is_unknown(value: &str) -> bool {
    value == workflow_iam::pattern::ANY || value.contains("${") && !value.contains("${*}")
}

/// Collects the possible roles in values that are only known at run time.
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
    maybe.push(format!("{what} is unknown before the workflow runs, and may contain a role ({names}{more})"));
}
