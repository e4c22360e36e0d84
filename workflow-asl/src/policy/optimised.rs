//! What a task needs that calls an optimised integration, as AWS documents it.

use workflow_services::{Integration, Pattern};

use super::pattern::{ANY, exact, is_open};
use super::request::Request;
use super::template::{Filling, Place};
use super::{Conditions, Found, NoteKind};

/// The role that a statement passes on is one that ECS takes.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>
const TASK_ROLE: &str = "<task role>";
const ECS_TASKS: &str = "ecs-tasks.amazonaws.com";

/// Adds what a task needs.
pub(super) fn add(
    integration: Integration,
    pattern: Pattern,
    request: &Request<'_>,
    place: &Place,
    state: &str,
    found: &mut Found,
) {
    let mut any = false;
    for statement in integration.iam(pattern) {
        any = true;
        if statement.when().is_some_and(|parameter| !request.may_have(parameter)) {
            continue;
        }
        let actions: Vec<_> = statement.actions().collect();
        let mut filling = Filling::new(request, place);
        let resources: Vec<_> = statement.resources().flat_map(|resource| filling.fill(resource)).collect();
        if resources.is_empty() {
            continue;
        }
        note_open(&filling, &actions, &resources, state, found);
        let mut conditions = Conditions::new();
        for condition in statement.conditions() {
            let mut filling = Filling::new(request, place);
            let values: Vec<_> = condition.values().flat_map(|value| filling.fill(value)).collect();
            add_condition(&mut conditions, condition.operator, condition.key, values);
            for parameter in filling.open {
                let (key, action) = (condition.key, actions.first().copied().unwrap_or_default());
                let text = format!("`{parameter}` is not known before the workflow runs: `{action}` with any `{key}`");
                found.note(NoteKind::Wide, text, state);
            }
        }
        if statement.resources().any(|resource| resource == TASK_ROLE) {
            add_condition(&mut conditions, "StringEquals", "iam:PassedToService", vec![ECS_TASKS.to_owned()]);
            let text = "the roles of a task definition are not in the workflow: `iam:PassRole` is allowed on every role, for ECS tasks; name those of the task definition instead";
            found.note(NoteKind::Wide, text.to_owned(), state);
        }
        found.need(state, actions, resources, conditions);
    }
    if integration.service() == "eks" && !any {
        let text = format!(
            "`{}` needs no action of IAM but rights in the cluster: an access entry for the role",
            integration.name()
        );
        found.note(NoteKind::Remark, text, state);
    } else if !any {
        found.note(NoteKind::Missing, format!("what `{}` needs is not known", integration.name()), state);
    }
    if !integration.iam_verified() {
        let text = format!("AWS does not document all that `{}` needs: try it", integration.name());
        found.note(NoteKind::Remark, text, state);
    }
}

/// Adds a condition. Where a value is not known, the operator is the one that has wildcards; where nothing of it is,
/// there is no condition.
pub(super) fn add_condition(conditions: &mut Conditions, operator: &str, key: &str, mut values: Vec<String>) {
    if values.is_empty() || values.iter().any(|value| value == ANY) {
        return;
    }
    let open = values.iter().any(|value| is_open(value));
    let operator = if open && operator == "StringEquals" { "StringLike" } else { operator };
    if operator == "StringEquals" {
        values.iter_mut().for_each(|value| *value = exact(value));
    }
    values.sort();
    values.dedup();
    conditions.entry(operator.to_owned()).or_default().insert(key.to_owned(), values);
}

/// Says which parameters are not known.
pub(super) fn note_open(filling: &Filling<'_>, actions: &[&str], resources: &[String], state: &str, found: &mut Found) {
    const SHOWN: usize = 3;
    for parameter in &filling.open {
        let more = if actions.len() > SHOWN { ", …" } else { "" };
        let actions = actions.iter().take(SHOWN).map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
        let wide = resources.iter().find(|resource| is_open(resource)).map_or(ANY, String::as_str);
        let text = format!("`{parameter}` is not known before the workflow runs: {actions}{more} on `{wide}`");
        found.note(NoteKind::Wide, text, state);
    }
}
