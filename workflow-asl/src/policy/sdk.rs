//! What a task needs that calls an operation of the SDK: the service authorization reference's actions and ARNs.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use workflow_services::{IamAction, Operation};

use super::optimised::note_open;
use super::pattern::{ANY, covers, is_open, joined};
use super::request::{Given, Request};
use super::template::{Filling, Place};
use super::{Conditions, Found, NoteKind, arn};

/// Parts of ARNs that have another name among the parameters: service, action, part, parameter.
const PARAMETERS: &[(&str, &str, &str, &str)] = &[
    ("s3", "s3:GetObject@copyObject", "BucketName", "CopySource:copy"),
    ("s3", "s3:GetObject@uploadPartCopy", "BucketName", "CopySource:copy"),
    ("s3", "s3:GetObject@copyObject", "BucketName", "SourceBucket"),
    ("s3", "s3:GetObject@copyObject", "ObjectName", "SourceKey"),
    ("s3", "s3:GetObject@uploadPartCopy", "BucketName", "SourceBucket"),
    ("s3", "s3:GetObject@uploadPartCopy", "ObjectName", "SourceKey"),
    ("s3", "s3:PutObject@copyObject", "BucketName", "Bucket|DestinationBucket"),
    ("s3", "s3:PutObject@copyObject", "ObjectName", "Key|DestinationKey"),
    ("s3", "s3:PutObject@uploadPartCopy", "BucketName", "Bucket|DestinationBucket"),
    ("s3", "s3:PutObject@uploadPartCopy", "ObjectName", "Key|DestinationKey"),
    ("s3", "s3:DeleteObject@deleteObjects", "ObjectName", "Delete.Objects[].Key"),
    ("s3", "", "BucketName", "Bucket"),
    ("s3", "", "ObjectName", "Key"),
    ("sqs", "", "QueueName", "QueueUrl:sqs"),
    ("lambda", "", "FunctionName", "FunctionName:lambda"),
    ("ssm", "ssm:GetParameters", "ParameterNameWithoutLeadingSlash", "Names[]"),
    ("ssm", "ssm:GetParametersByPath", "ParameterNameWithoutLeadingSlash", "Path"),
    ("ssm", "", "ParameterNameWithoutLeadingSlash", "Name"),
];

/// What Secrets Manager adds to the name of a secret.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html>
const SECRET_SUFFIX: &str = "-??????";

const PASS_ROLE: &str = "iam:PassRole";

/// Adds what a task needs.
pub(super) fn add(operation: Operation, request: &Request<'_>, place: &Place, state: &str, found: &mut Found) {
    let name = format!("aws-sdk:{}:{}", operation.service().name(), operation.name());
    let mut any = false;
    for action in operation.iam() {
        any = true;
        let name = action.name();
        let (resources, open) = resources(operation, action, request, place);
        if open {
            let shown = resources.iter().find(|resource| is_open(resource)).map_or(ANY, String::as_str);
            let text = format!("not all parameters tell what `{name}` is on before the workflow runs: on `{shown}`");
            found.note(NoteKind::Wide, text, state);
        }
        found.need(state, [name], resources, Conditions::new());
        add_dependents(action, request, place, state, found);
    }
    if !any {
        found.note(NoteKind::Missing, format!("which action `{name}` needs is not known"), state);
    }
}

/// The actions that may be needed besides: passing a role on if there is one in the request.
fn add_dependents(action: IamAction, request: &Request<'_>, place: &Place, state: &str, found: &mut Found) {
    let mut others = Vec::new();
    for dependent in action.dependents() {
        let roles: Vec<_> = request.names().filter(|name| arn::is_role(name)).collect();
        if dependent != PASS_ROLE || roles.is_empty() {
            others.push(format!("`{dependent}`"));
            continue;
        }
        let mut filling = Filling::new(request, place);
        let resources: Vec<_> = roles.iter().flat_map(|role| filling.fill(&format!("{{{role}}}"))).collect();
        note_open(&filling, &[PASS_ROLE], &resources, state, found);
        found.need(state, [PASS_ROLE], resources, Conditions::new());
    }
    if !others.is_empty() {
        let text = format!("`{}` may need besides: {}", action.name(), others.join(", "));
        found.note(NoteKind::Missing, text, state);
    }
}

/// The resources of an action, and whether they are wider than a request that is known would need.
fn resources(operation: Operation, action: IamAction, request: &Request<'_>, place: &Place) -> (Vec<String>, bool) {
    let forms: Vec<_> = action.resources().collect();
    if forms.is_empty() {
        return (vec![ANY.to_owned()], false);
    }
    let arns: Vec<String> = request
        .names()
        .flat_map(|name| request.find(name))
        .filter_map(|given| match given {
            Given::Text(text) if text.starts_with("arn:") => Some(text),
            _ => None,
        })
        .collect();
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for form in forms {
        let shape = shape(form.arn);
        let matching: Vec<_> = arns.iter().filter(|arn| covers(&shape, arn)).cloned().collect();
        if !matching.is_empty() {
            certain.extend(matching.into_iter().map(|arn| (!is_open(&arn), arn)));
            continue;
        }
        // An access point is named by its ARN only.
        if form.arn.contains(":accesspoint/") {
            continue;
        }
        let filled = fill(form.arn, operation, action, request, place);
        let wanted = form.required || filled.iter().all(|(known, _)| *known);
        if wanted { &mut certain } else { &mut possible }.extend(filled);
    }
    let mut resources = if certain.is_empty() { possible } else { certain };
    if resources.is_empty() {
        resources.push((false, ANY.to_owned()));
    }
    let open = resources.iter().any(|(known, _)| !known);
    (resources.into_iter().map(|(_, arn)| arn).collect(), open)
}

/// An ARN's form with `*` in place of its parts.
fn shape(form: &str) -> String {
    let mut made = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once("${") {
        made = joined(joined(made, before), ANY);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    joined(made, rest)
}

/// An ARN's form with the values of its parts, and before it whether all of them are known.
fn fill(
    form: &str,
    operation: Operation,
    action: IamAction,
    request: &Request<'_>,
    place: &Place,
) -> Vec<(bool, String)> {
    let mut text = String::new();
    let mut given = true;
    let mut rest = form;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let (part, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        if matches!(part, "Partition" | "Region" | "Account") {
            text.extend(["${", part, "}"]);
            continue;
        }
        let parameter = parameter(part, operation, action, request);
        match parameter {
            // The parameter tells the whole resource.
            Some(parameter) if parameter.contains(':') => {
                let filled = Filling::new(request, place).fill(&format!("{{{parameter}}}"));
                let open = |arn: &String| arn.splitn(6, ':').nth(5).is_some_and(is_open);
                return filled.into_iter().map(|arn| (!open(&arn), arn)).collect();
            }
            Some(parameter) => {
                text.extend(["{", &parameter, "}"]);
                if part == "SecretId" {
                    text.push_str(SECRET_SUFFIX);
                }
            }
            None => {
                given = false;
                text.push_str(ANY);
            }
        }
    }
    text.push_str(rest);
    let mut filling = Filling::new(request, place);
    let filled = filling.fill(&text);
    let known = given && filling.open.is_empty();
    // What has a name instead, such as a key's alias, does not tell the resource.
    let is_alias = |arn: &String| arn.contains("key/alias/");
    let keys = || place.arn("kms", "key/*");
    filled.into_iter().map(|arn| if is_alias(&arn) { (false, keys()) } else { (known, arn) }).collect()
}

/// The parameter that holds a part of an ARN, if the request may have it.
fn parameter(part: &str, operation: Operation, action: IamAction, request: &Request<'_>) -> Option<String> {
    let service = operation.service().name();
    let name = action.name();
    let exact = format!("{name}@{}", operation.name());
    let is_given = |parameter: &str| {
        let names = parameter.split(':').next().unwrap_or_default();
        names.split('|').any(|name| request.may_have(name))
    };
    let mut rows = PARAMETERS.iter().filter(|(of, actions, of_part, _)| {
        *of == service && *of_part == part && (actions.is_empty() || *actions == exact || *actions == name)
    });
    // A row for one operation says where it differs from the others.
    if let Some((_, actions, _, first)) = rows.next() {
        let others = rows.filter(|row| actions.is_empty() || !row.1.is_empty()).map(|row| row.3);
        return [*first].into_iter().chain(others).find(|row| is_given(row)).map(str::to_owned);
    }
    let structure = operation.input().structure()?;
    let stem = part.strip_suffix("Name").or_else(|| part.strip_suffix("Id"));
    let names = [Some(part.to_owned()), stem.map(str::to_owned), stem.map(|stem| format!("{stem}Identifier"))];
    let found = names.into_iter().flatten().find_map(|name| {
        structure.members().find(|member| member.name.eq_ignore_ascii_case(&name)).map(|member| member.name.to_owned())
    });
    // `Name` of `startCrawler` is that of a crawler.
    let found = found.or_else(|| {
        let stem = part.strip_suffix("Name")?;
        (operation.name().ends_with(stem) && structure.member("Name").is_some()).then(|| "Name".to_owned())
    });
    found.filter(|name| is_given(name))
}
