//! The needs of a task with an optimised integration, according to AWS's documentation.

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
        if statement.resources().any(|resource| resource == TASK_ROLE) {
            let values = vec![ECS_TASKS.to_owned()];
            conditions.push(("StringEquals".to_owned(), "iam:PassedToService".to_owned(), values));
            call.note(
                NoteKind::Wide,
                "the roles of a task definition are not in the workflow: `iam:PassRole` is allowed on every role, for ECS tasks; name the task definition's roles instead",
            );
        }
        call.needs.push(Need::Statement {
            actions: texts(&mut statement.actions()),
            resources: texts(&mut statement.resources()),
            conditions,
        });
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
