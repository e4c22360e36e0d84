//! The needs of a task with an optimised integration, according to AWS's documentation.

use std::collections::BTreeMap;

use workflow_iam::pattern::ANY;
use workflow_iam::{Need, NoteKind, ServiceCall};
use workflow_services::{Integration, Pattern, Service};

use super::dependent_actions;
use super::request::Request;
use super::request_members::given;
use super::roles::{self, PASS_ROLE};

/// In a statement: the role is passed to ECS.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>
const TASK_ROLE: &str = "<task role>";
const ECS_TASKS: &str = "ecs-tasks.amazonaws.com";
/// The parameters that replace the roles of a task definition.
const TASK_OVERRIDE: &str = "Overrides.TaskRoleArn";
const EXECUTION_OVERRIDE: &str = "Overrides.ExecutionRoleArn";

/// In a statement: all buckets, because those of Athena's results and tables are not known.
const BUCKETS: &str = "arn:${Partition}:s3:::*";
/// Where Athena writes the results of a query.
const OUTPUT: &str = "ResultConfiguration.OutputLocation";
/// The first words of statements that write nothing but their results.
///
/// <https://docs.aws.amazon.com/athena/latest/ug/ddl-sql-reference.html>
const ONLY_READS: &[&str] = &["DESC", "DESCRIBE", "SELECT", "SHOW", "VALUES", "WITH"];
/// What reading the data of tables needs.
const READS: &[&str] = &["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"];
/// Not needed for a bucket that the request names.
const CREATE_BUCKET: &str = "s3:CreateBucket";

/// Integrations, the parameters without which nothing more is needed, the additional action, and its resources.
///
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-iam-role.html>
const TAGS: &[(&str, &[&str], &str, &[&str])] = &[
    (
        "bedrock:createModelCustomizationJob",
        &["CustomModelTags", "JobTags"],
        "bedrock:TagResource",
        &[
            "arn:${Partition}:bedrock:${Region}:${Account}:custom-model/*",
            "arn:${Partition}:bedrock:${Region}:${Account}:model-customization-job/*",
        ],
    ),
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
    (
        "ecs:runTask",
        &["PropagateTags", "Tags"],
        "ecs:TagResource",
        &["arn:${Partition}:ecs:${Region}:${Account}:task/*"],
    ),
];

/// Adds the needs of a task.
pub(super) fn add(integration: Integration, pattern: Pattern, request: &Request<'_>, call: &mut ServiceCall) {
    let mut any = false;
    let texts = |texts: &mut dyn Iterator<Item = &'static str>| texts.map(str::to_owned).collect::<Vec<_>>();
    for statement in integration.iam(pattern) {
        any = true;
        if statement.when().is_some_and(|parameter| !request.may_have(parameter)) {
            continue;
        }
        let condition = |condition: workflow_services::Condition| {
            (condition.operator.to_owned(), condition.key.to_owned(), texts(&mut condition.values()))
        };
        let mut conditions: Vec<_> = statement.conditions().map(condition).collect();
        let (actions, mut resources) = (texts(&mut statement.actions()), texts(&mut statement.resources()));
        if resources.iter().any(|resource| resource == TASK_ROLE) {
            let values = vec![ECS_TASKS.to_owned()];
            conditions.push(("StringEquals".to_owned(), "iam:PassedToService".to_owned(), values));
            if [TASK_OVERRIDE, EXECUTION_OVERRIDE].iter().all(|role| dependent_actions::certainly(role, request)) {
                resources = vec![format!("{{{TASK_OVERRIDE}}}"), format!("{{{EXECUTION_OVERRIDE}}}")];
            } else {
                call.note(
                    NoteKind::Wide,
                    "the roles of a task definition are not in the workflow: `iam:PassRole` is allowed on every role, for ECS tasks; name the task definition's roles instead",
                );
            }
        }
        if resources == [BUCKETS] {
            buckets(actions, request, call);
            continue;
        }
        note_everything(&actions, &resources, call);
        call.needs.push(Need::Statement { actions, resources, conditions });
    }
    let given = given(integration.input(), request);
    let mut tagged = call.needs.iter().any(|need| need.actions().any(|action| action.contains("Tag")));
    for (name, parameters, action, resources) in TAGS {
        if integration.name() == *name {
            tagged = true;
            if parameters.iter().any(|parameter| dependent_actions::has_tags(parameter, request)) {
                call.allow([*action], resources.iter().map(|&resource| resource.to_owned()).collect());
            }
        }
    }
    let service = Service::all().find(|service| service.iam_prefix() == integration.service());
    if let Some(service) = service.filter(|_| !tagged) {
        dependent_actions::tags(service, integration.action(), &given, request, call);
    }
    // AWS's documentation of the integration includes its roles (EMR on EKS: in a condition). A request may have more.
    let passes = |need: &Need| need.actions().any(|action| action == PASS_ROLE);
    let all_roles = call.needs.iter().any(|need| passes(need) && need.resources().any(|one| one == TASK_ROLE));
    if !all_roles {
        let resources = call.needs.iter().filter(|need| passes(need)).flat_map(Need::parameters);
        let known: Vec<_> = resources.chain(call.needs.iter().flat_map(Need::condition_parameters)).collect();
        let names = (integration.service(), integration.action());
        roles::add(names, (&given, integration.input()), request, (&known, false), call);
    }
    if integration.service() == "eks" && !any {
        let text = format!(
            "`{}` needs no IAM action, but access to the cluster: an access entry for the role",
            integration.name()
        );
        call.note(NoteKind::Remark, text);
    } else if !any {
        call.note(NoteKind::Missing, format!("the permissions that `{}` needs are unknown", integration.name()));
    }
    if !integration.iam_verified() {
        call.note(
            NoteKind::Remark,
            format!("AWS does not document all permissions that `{}` needs: test it", integration.name()),
        );
    }
}

/// Allows S3 for a query of Athena: writing to the place of its results, if the request names that place and the query
/// writes nothing else, and reading everywhere.
///
/// <https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html>
fn buckets(actions: Vec<String>, request: &Request<'_>, call: &mut ServiceCall) {
    // A comment or an unknown beginning is no word of the list.
    let reads = |query: &String| {
        let query = query.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '(');
        let first = query.split(|sign: char| !sign.is_ascii_alphabetic()).next().unwrap_or_default();
        ONLY_READS.iter().any(|word| first.eq_ignore_ascii_case(word))
    };
    let only_reads = |values: workflow_iam::Values| values.iter().all(|query| query.as_ref().is_some_and(reads));
    let writes = actions.iter().any(|action| action == CREATE_BUCKET);
    let is_named = request.find(OUTPUT).iter().all(|place| place.as_ref().is_some_and(|place| place != ANY));
    let (actions, why) = if writes && is_named && only_reads(request.find("QueryString")) {
        let writes = actions.into_iter().filter(|action| action != CREATE_BUCKET).collect();
        let (bucket, folder) = (format!("{{{OUTPUT}:bucket}}"), format!("{{{OUTPUT}:objects}}"));
        call.needs.push(Need::Statement { actions: writes, resources: vec![bucket, folder], conditions: Vec::new() });
        let why = "tables: name them instead, and the workgroup's if it overrides the location of results";
        (READS.iter().map(|&action| action.to_owned()).collect(), why)
    } else {
        (actions, "results and tables: name them instead")
    };
    call.needs.push(Need::Statement { actions, resources: vec![BUCKETS.to_owned()], conditions: Vec::new() });
    let text = format!("S3 on every bucket, because the request does not name the buckets of the query's {why}");
    call.note(NoteKind::Wide, text);
}

/// Notes the actions that AWS documents on `*` for an integration, although a policy can limit them.
fn note_everything(actions: &[String], resources: &[String], call: &mut ServiceCall) {
    let mut limits: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // A tag of another resource is not worth a note.
    for action in actions.iter().filter(|action| resources == [ANY] && !action.contains("Tag")) {
        let forms = dependent_actions::forms_of(action);
        let limit = match forms.len() {
            0 => continue,
            1..=dependent_actions::KINDS => forms.join(", "),
            _ => "the ARNs of what the task makes".to_owned(),
        };
        limits.entry(limit).or_default().push(format!("`{action}`"));
    }
    for (limit, actions) in limits {
        let actions = actions.join(", ");
        call.note(
            NoteKind::Wide,
            format!("{actions} on `{ANY}`, as AWS documents it: a policy can limit it to {limit}"),
        );
    }
}
