//! The needs of a task that calls an SDK operation: the actions and ARNs of the service authorization reference.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use workflow_iam::pattern::{ANY, joined};
use workflow_iam::{Need, NoteKind, ResourceForm, ServiceCall};
use workflow_services::{IamAction, Operation, Shape};

use super::dependent_actions::{self, with_parts};
use super::request::Request;
use super::request_members::{RequestMember, given};
use super::roles::{self, PASS_ROLE};

/// Parts of ARNs whose parameter has another name: service, action, part, parameter.
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
    ("bedrockruntime", "", "ResourceId", "ModelId:bedrock"),
    (
        "dynamodb",
        "dynamodb:ConditionCheckItem@transactWriteItems",
        "TableName",
        "TransactItems[].ConditionCheck.TableName?",
    ),
    ("dynamodb", "dynamodb:DeleteItem@transactWriteItems", "TableName", "TransactItems[].Delete.TableName?"),
    ("dynamodb", "dynamodb:PutItem@transactWriteItems", "TableName", "TransactItems[].Put.TableName?"),
    ("dynamodb", "dynamodb:UpdateItem@transactWriteItems", "TableName", "TransactItems[].Update.TableName?"),
    ("dynamodb", "dynamodb:GetItem@transactGetItems", "TableName", "TransactItems[].Get.TableName?"),
    ("dynamodb", "dynamodb:BatchGetItem", "TableName", "RequestItems.*"),
    ("dynamodb", "dynamodb:BatchWriteItem", "TableName", "RequestItems.*"),
    // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    ("scheduler", "", "GroupName", "GroupName|default"),
    ("sqs", "sqs:CreateQueue", "QueueName", "QueueName"),
    ("sqs", "", "QueueName", "QueueUrl:sqs"),
    ("lambda", "", "FunctionName", "FunctionName:lambda"),
    ("ssm", "ssm:GetParameters", "ParameterNameWithoutLeadingSlash", "Names[]"),
    ("ssm", "ssm:GetParametersByPath", "ParameterNameWithoutLeadingSlash", "Path"),
    ("ssm", "", "ParameterNameWithoutLeadingSlash", "Name"),
];

/// The suffix that Secrets Manager adds to the name of a secret.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html>
const SECRET_SUFFIX: &str = "-??????";

/// Adds the needs of a task.
pub(super) fn add(operation: Operation, request: &Request<'_>, call: &mut ServiceCall) {
    let mut any = false;
    // An ARN among the parameters may identify a resource, whatever the parameter's name.
    let may_be_arn =
        |value: &Option<String>| value.as_ref().is_some_and(|text| text.starts_with("arn:") || text.contains("${"));
    let arns = request
        .names()
        .flat_map(|name| [name.to_owned(), format!("{name}[]")])
        .filter(|name| request.find(name).iter().any(may_be_arn));
    let arns: Vec<_> = arns.collect();
    let service = operation.service();
    let given = given(operation.input(), request);
    let tagged = dependent_actions::tags(service, operation.name(), &given, request, call);
    let mut passes = false;
    for action in operation.iam() {
        any = true;
        if is_unused(operation, action, request) {
            continue;
        }
        call.needs.push(Need::Action {
            action: action.name(),
            forms: forms(operation, action, request),
            arns: arns.clone(),
        });
        passes |= action.dependents().any(|dependent| dependent == PASS_ROLE);
    }
    roles::add((service.name(), operation.name()), (&given, operation.input()), request, (&[], passes), call);
    dependent_actions::conditional(service.name(), operation.name(), request, call);
    dependent_actions::objects(service.name(), operation.name(), &given, request, call);
    for action in operation.iam() {
        add_dependents(action, tagged, &given, call);
    }
    if !any {
        let name = format!("aws-sdk:{}:{}", service.name(), operation.name());
        call.note(NoteKind::Missing, format!("the action that `{name}` needs is unknown"));
    }
}

/// Returns whether no item of the request needs the action: a transaction without a `Delete`.
fn is_unused(operation: Operation, action: IamAction, request: &Request<'_>) -> bool {
    let exact = format!("{}@{}", action.name(), operation.name());
    let of_items = PARAMETERS.iter().find(|(_, actions, _, parameter)| *actions == exact && parameter.ends_with('?'));
    of_items.is_some_and(|(.., parameter)| !request.may_have(parameter.trim_end_matches('?')))
}

/// Returns the forms of an action's resources that the request may concern.
fn forms(operation: Operation, action: IamAction, request: &Request<'_>) -> Vec<ResourceForm> {
    let all = action.resources().map(|form| {
        let (text, told) = text(form.arn, operation, action, request);
        let is_absent = !told && is_left_out(form.arn, operation, request);
        // An access point is only identified by its ARN.
        let text = (!form.arn.contains(":accesspoint/")).then_some(text);
        (ResourceForm { shape: shape(form.arn), text, required: form.required, told }, is_absent)
    });
    let all: Vec<_> = all.collect();
    // One parameter may identify a resource of any kind.
    let is_whole = |form: &ResourceForm| form.told && form.text.as_ref().is_some_and(|text| text.starts_with('{'));
    let whole = all.iter().any(|(form, _)| is_whole(form));
    // A request names either a cluster or a workgroup.
    let some_told = all.iter().any(|(_, is_absent)| !is_absent);
    // No parameter contains `marketplace/model-endpoint/all-access`.
    let is_fixed = |form: &ResourceForm| !form.text.as_ref().is_some_and(|text| text.replace("${", "").contains('{'));
    let kept = all.into_iter().filter(|(form, is_absent)| match whole {
        true => is_whole(form) || form.required && !is_fixed(form),
        false => form.required || !(*is_absent && some_told),
    });
    let mut forms: Vec<ResourceForm> = Vec::new();
    for (form, _) in kept {
        if !(whole && forms.iter().any(|known| known.text == form.text)) {
            forms.push(form);
        }
    }
    forms
}

/// Returns whether the API has a parameter for a part of an ARN, and the request omits it.
fn is_left_out(form: &str, operation: Operation, request: &Request<'_>) -> bool {
    let parts = form.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(part, _)| part);
    let parts = parts.filter(|part| !matches!(*part, "Partition" | "Region" | "Account"));
    parts.filter_map(|part| member_of(part, operation)).any(|parameter| !request.may_have(&parameter))
}

/// Adds the dependent actions. Roles and tags are looked up in the request.
fn add_dependents(action: IamAction, tagged: bool, given: &[RequestMember], call: &mut ServiceCall) {
    let is_open = given.iter().any(|one| one.is_open);
    let is_allowed = |action: &str| call.needs.iter().any(|need| need.actions().any(|allowed| allowed == action));
    let others: Vec<_> = action
        .dependents()
        .filter(|dependent| *dependent != PASS_ROLE && !is_allowed(dependent))
        .filter(|dependent| !(dependent.contains("Tag") && (tagged || !is_open)))
        .map(|dependent| format!("`{dependent}`"))
        .collect();
    if !others.is_empty() {
        call.note(NoteKind::Missing, format!("`{}` may also need: {}", action.name(), others.join(", ")));
    }
}

/// Returns an ARN's form with `*` in place of its parts.
fn shape(form: &str) -> String {
    let mut made = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once("${") {
        made = joined(joined(made, before), ANY);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    joined(made, rest)
}

/// Returns an ARN's form with the parameters of its parts, and whether each part has one.
fn text(form: &str, operation: Operation, action: IamAction, request: &Request<'_>) -> (String, bool) {
    let (mut told, mut whole) = (true, None);
    let text = with_parts(form, |part| {
        if matches!(part, "Partition" | "Region" | "Account") {
            return format!("${{{part}}}");
        }
        match parameter(part, operation, action, request) {
            // The parameter identifies the whole resource.
            Some(parameter) if parameter.contains(':') => whole.get_or_insert(format!("{{{parameter}}}")).clone(),
            Some(parameter) if part == "SecretId" => format!("{{{parameter}}}{SECRET_SUFFIX}"),
            Some(parameter) => format!("{{{parameter}}}"),
            None => {
                told = false;
                ANY.to_owned()
            }
        }
    });
    match whole {
        Some(whole) => (whole, true),
        None => (text, told),
    }
}

/// Returns the parameter for a part of an ARN, if the request may have it.
fn parameter(part: &str, operation: Operation, action: IamAction, request: &Request<'_>) -> Option<String> {
    let service = operation.service().name();
    let name = action.name();
    let exact = format!("{name}@{}", operation.name());
    let is_given = |parameter: &str| {
        let names = parameter.split([':', '?']).next().unwrap_or_default();
        names
            .split('|')
            .any(|name| !name.starts_with(|first: char| first.is_ascii_uppercase()) || request.may_have(name))
    };
    let mut rows = PARAMETERS.iter().filter(|(of, actions, of_part, _)| {
        *of == service && *of_part == part && (actions.is_empty() || *actions == exact || *actions == name)
    });
    // A row for one operation is an exception to the others.
    if let Some((_, actions, _, first)) = rows.next() {
        let others = rows.filter(|row| actions.is_empty() || !row.1.is_empty()).map(|row| row.3);
        return [*first].into_iter().chain(others).find(|row| is_given(row)).map(str::to_owned);
    }
    member_of(part, operation).filter(|name| is_given(name))
}

/// Returns the parameter of an operation whose name matches a part of an ARN.
fn member_of(part: &str, operation: Operation) -> Option<String> {
    let structure = operation.input().structure()?;
    let stem = part.strip_suffix("Name").or_else(|| part.strip_suffix("Id"));
    let names = [Some(part.to_owned()), stem.map(str::to_owned), stem.map(|stem| format!("{stem}Identifier"))];
    let found = names.into_iter().flatten().find_map(|name| {
        structure.members().find(|member| member.name.eq_ignore_ascii_case(&name)).map(|member| member.name.to_owned())
    });
    // Each of `InstanceIds` is an `InstanceId`.
    let found = found.or_else(|| {
        let list = |name: &str| {
            let member = structure.members().find(|member| member.name.eq_ignore_ascii_case(name))?;
            matches!(member.shape, Shape::List(_)).then(|| format!("{}[]", member.name))
        };
        list(&format!("{part}s")).or_else(|| list(&format!("{}s", stem?)))
    });
    // `Name` of `startCrawler` names a crawler; `Id` of `getDistribution` identifies a distribution.
    found.or_else(|| {
        let own = if part.ends_with("Id") { "Id" } else { "Name" };
        (operation.name().ends_with(stem?) && structure.member(own).is_some()).then(|| own.to_owned())
    })
}
