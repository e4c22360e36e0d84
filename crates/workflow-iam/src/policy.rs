//! Makes the policy of a template for one setting.

use std::collections::{BTreeMap, BTreeSet};

use super::instantiate::{ArnContext, Imprecision, Instantiation};
use super::pattern::{ANY, covers, exact, is_open, without_covered};
use super::request::{ParameterValue, Request, fill};
use super::template::{Need, ResourceForm, ServiceCall, Template};
use super::{Conditions, Note, NoteKind, Policy, Setting, Statement, arn, merge};

/// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy>
const LOGGING: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// <https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html>
const TRACING: &[&str] =
    &["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// The total size of a role's inline policies, in characters without white space.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MAX_CHARACTERS: usize = 10_240;

/// The result so far.
#[derive(Default)]
struct PolicyDraft {
    needs: Vec<Statement>,
    /// The states that each note is about.
    notes: BTreeMap<(NoteKind, String), Vec<String>>,
}

impl PolicyDraft {
    fn note(&mut self, kind: NoteKind, text: String, state: &str) {
        let states = self.notes.entry((kind, text)).or_default();
        if !state.is_empty() && states.last().is_none_or(|last| last != state) {
            states.push(state.to_owned());
        }
    }

    fn need<'a>(
        &mut self,
        state: &str,
        actions: impl IntoIterator<Item = &'a str>,
        resources: Vec<String>,
        conditions: Conditions,
    ) {
        let actions: BTreeSet<&str> = actions.into_iter().collect();
        self.needs.push(Statement {
            sid: String::new(),
            actions: actions.into_iter().map(str::to_owned).collect(),
            resources: without_covered(resources),
            conditions,
            states: if state.is_empty() { Vec::new() } else { vec![state.to_owned()] },
        });
    }
}

impl Template {
    /// Returns the policy for the role that runs the state machine.
    pub fn policy(&self, setting: &Setting) -> Policy {
        let mut found = PolicyDraft::default();
        let mut order = BTreeMap::new();
        for call in &self.calls {
            let place = order.len();
            order.entry(call.state.as_str()).or_insert(place);
            add(call, setting, &mut found);
        }
        for (asked, actions) in [(setting.logging, LOGGING), (setting.tracing, TRACING)] {
            if asked {
                found.need("", actions.iter().copied(), vec![ANY.to_owned()], Conditions::new());
            }
        }
        let PolicyDraft { mut needs, notes } = found;
        let statements = merge::merge(&needs, &order);
        merge::name(&mut needs);
        let notes = notes.into_iter().map(|((kind, text), states)| Note { kind, text, states }).collect();
        let mut policy = Policy { statements, needs, notes };
        policy.note_size();
        policy
    }
}

impl Policy {
    fn note_size(&mut self) {
        let length = self.to_json().to_string().chars().filter(|sign| !sign.is_whitespace()).count();
        if length > MAX_CHARACTERS {
            let text = format!(
                "the policy has {length} characters, but the inline policies of a role may have at most {MAX_CHARACTERS}"
            );
            self.notes.push(Note { kind: NoteKind::Remark, text, states: Vec::new() });
        }
    }
}

/// Adds the permissions that a call needs.
fn add(call: &ServiceCall, setting: &Setting, found: &mut PolicyDraft) {
    let resource = fill(&call.resource, setting);
    let place = ArnContext::of(setting, &resource);
    let request = Request::new(call, setting, &place);
    let adding = CallStatements { call, resource: &resource, place: &place, request: &request };
    let Some(role) = &call.role else {
        return adding.needs(setting, found);
    };
    // The call is made as another role, so that role needs the permissions, not this one.
    let mut theirs = PolicyDraft::default();
    adding.needs(setting, &mut theirs);
    adding.assume(&request.filled(role), &theirs, found);
}

/// Adds the needs of one call.
struct CallStatements<'a> {
    call: &'a ServiceCall,
    resource: &'a str,
    place: &'a ArnContext,
    request: &'a Request<'a>,
}

impl CallStatements<'_> {
    fn needs(&self, setting: &Setting, found: &mut PolicyDraft) {
        for (kind, text) in &self.call.notes {
            found.note(*kind, text.clone(), &self.call.state);
        }
        for need in &self.call.needs {
            match need {
                Need::Statement { actions, resources, conditions } => {
                    let actions: Vec<_> = actions.iter().map(String::as_str).collect();
                    self.statement(&actions, resources, conditions, found);
                    let itself = resources.iter().any(|resource| resource.contains("<self>"));
                    if itself && setting.machine.is_none() {
                        let text = "the name of the state machine is unknown: a distributed map may start executions of any of them";
                        found.note(NoteKind::Wide, text.to_owned(), &self.call.state);
                    }
                }
                Need::Action { action, forms, arns } => self.action(action, forms, arns, found),
                Need::Function => self.function(self.resource, found),
                Need::Unknown(written) => self.unknown(written, found),
            }
        }
    }

    fn statement(
        &self,
        actions: &[&str],
        resources: &[String],
        of_conditions: &[(String, String, Vec<String>)],
        found: &mut PolicyDraft,
    ) {
        let state = self.call.state.as_str();
        let mut filling = Instantiation::new(self.request, self.place);
        let resources: Vec<_> = resources.iter().flat_map(|resource| filling.fill(resource)).collect();
        if resources.is_empty() {
            return;
        }
        note_open(&filling, actions, &resources, state, found);
        let mut conditions = Conditions::new();
        for (operator, key, values) in of_conditions {
            let mut filling = Instantiation::new(self.request, self.place);
            let values: Vec<_> = values.iter().flat_map(|value| filling.fill(value)).collect();
            add_condition(&mut conditions, operator, key, values);
            for parameter in filling.open {
                let action = actions.first().copied().unwrap_or_default();
                let text = format!("`{parameter}` is not known before the workflow runs: `{action}` with any `{key}`");
                found.note(NoteKind::Wide, text, state);
            }
        }
        found.need(state, actions.iter().copied(), resources, conditions);
    }

    fn action(&self, action: &str, forms: &[ResourceForm], arns: &[String], found: &mut PolicyDraft) {
        let mut doubts = BTreeMap::new();
        let (resources, open) = self.resources(forms, arns, &mut doubts);
        note_doubts(&doubts, action, &resources, &self.call.state, found);
        if open && !doubts.values().any(|doubt| matches!(doubt, Imprecision::NoQueue)) {
            let shown = resources.iter().find(|resource| is_open(resource)).map_or(ANY, String::as_str);
            let text = format!("the resource of `{action}` is not fully known before the workflow runs: on `{shown}`");
            found.note(NoteKind::Wide, text, &self.call.state);
        }
        found.need(&self.call.state, [action], resources, Conditions::new());
    }

    /// Returns the resources of an action, and whether they are wider than a fully known request would need.
    fn resources(
        &self,
        forms: &[ResourceForm],
        arns: &[String],
        doubts: &mut BTreeMap<String, Imprecision>,
    ) -> (Vec<String>, bool) {
        if forms.is_empty() {
            return (vec![ANY.to_owned()], false);
        }
        let arns = arns.iter().flat_map(|name| self.request.find(name)).filter_map(|given| match given {
            ParameterValue::Text(text) if text.starts_with("arn:") => Some(text),
            _ => None,
        });
        let arns: Vec<String> = arns.collect();
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        for form in forms {
            // A parameter that determines the whole resource also does so as an ARN.
            let is_whole = form.text.as_ref().is_some_and(|text| text.starts_with('{'));
            let covered = |arn: &&String| !is_whole && covers(&form.shape, arn);
            let matching: Vec<_> = arns.iter().filter(covered).cloned().collect();
            if !matching.is_empty() {
                certain.extend(matching.into_iter().map(|arn| (!is_open(&arn), arn)));
                continue;
            }
            let Some(text) = &form.text else { continue };
            let filled = self.form(text, form.told, doubts);
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

    /// Fills in the form of an ARN. Each result says whether all of its parts are known.
    fn form(&self, text: &str, told: bool, doubts: &mut BTreeMap<String, Imprecision>) -> Vec<(bool, String)> {
        let mut filling = Instantiation::new(self.request, self.place);
        let filled = filling.fill(text);
        doubts.append(&mut filling.doubts);
        // The parameter is the whole resource, so its region or account need not be known.
        if text.starts_with('{') {
            let open = |arn: &String| arn.splitn(6, ':').nth(5).is_some_and(is_open);
            return filled.into_iter().map(|arn| (!open(&arn), arn)).collect();
        }
        let known = told && filling.open.is_empty();
        // An ARN with a name instead of an ID, such as a key alias, does not determine the resource.
        let is_alias = |arn: &String| arn.contains("key/alias/");
        let keys = || self.place.arn("kms", "key/*");
        filled.into_iter().map(|arn| if is_alias(&arn) { (false, keys()) } else { (known, arn) }).collect()
    }

    fn function(&self, resource: &str, found: &mut PolicyDraft) {
        if is_open(resource) {
            let text = format!("the function is only partly known: `lambda:InvokeFunction` on `{resource}`");
            found.note(NoteKind::Wide, text, &self.call.state);
        }
        found.need(&self.call.state, ["lambda:InvokeFunction"], vec![resource.to_owned()], Conditions::new());
    }

    /// Adds the needs of a resource that is known only by its value. The names of integrations are unknown here.
    fn unknown(&self, written: &str, found: &mut PolicyDraft) {
        let parts: Vec<_> = self.resource.splitn(7, ':').collect();
        match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", _] => self.function(self.resource, found),
            // The activity's workers need permissions; the state machine does not.
            ["arn", _, "states", _, _, "activity", _] => {}
            _ => {
                let text = format!("`{written}` is unknown, and so are the permissions that it needs");
                found.note(NoteKind::Missing, text, &self.call.state);
            }
        }
    }

    /// Allows the role to be assumed that the `Credentials` name. That role needs the permissions for the call.
    fn assume(&self, role: &[ParameterValue], theirs: &PolicyDraft, found: &mut PolicyDraft) {
        let state = self.call.state.as_str();
        let mut roles = Vec::new();
        let mut wide = false;
        for given in role {
            match given {
                ParameterValue::Text(role) => {
                    wide |= is_open(role);
                    roles.extend(arn::of_kind("role", "RoleArn", role, self.place));
                }
                ParameterValue::Absent | ParameterValue::Dynamic => {
                    wide = true;
                    // A role of another account can be assumed too.
                    roles.push(format!("arn:{}:iam::*:role/*", self.place.partition));
                }
            }
        }
        if wide {
            let text =
                "`Credentials.RoleArn` is not known before the workflow runs: `sts:AssumeRole` on other roles too";
            found.note(NoteKind::Wide, text.to_owned(), state);
        }
        let actions: BTreeSet<&str> =
            theirs.needs.iter().flat_map(|need| need.actions.iter().map(String::as_str)).collect();
        if !actions.is_empty() {
            let actions = actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
            let text = format!("the role of its `Credentials` needs {actions}, and must trust this role");
            found.note(NoteKind::Remark, text, state);
        }
        found.need(state, ["sts:AssumeRole"], roles, Conditions::new());
    }
}

/// Adds a condition. A value that is partly unknown needs an operator with wildcards. A value that is fully unknown
/// needs no condition.
fn add_condition(conditions: &mut Conditions, operator: &str, key: &str, mut values: Vec<String>) {
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

/// Adds a note for each unknown parameter.
fn note_open(
    filling: &Instantiation<'_>,
    actions: &[&str],
    resources: &[String],
    state: &str,
    found: &mut PolicyDraft,
) {
    const SHOWN: usize = 3;
    for parameter in &filling.open {
        let more = if actions.len() > SHOWN { ", …" } else { "" };
        let actions = actions.iter().take(SHOWN).map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
        let wide = resources.iter().find(|resource| is_open(resource)).map_or(ANY, String::as_str);
        let text = format!("`{parameter}` is not known before the workflow runs: {actions}{more} on `{wide}`");
        found.note(NoteKind::Wide, text, state);
    }
    let action = actions.first().copied().unwrap_or_default();
    note_doubts(&filling.doubts, action, resources, state, found);
}

/// Adds a note for each value that does not fully determine the resource.
fn note_doubts(
    doubts: &BTreeMap<String, Imprecision>,
    action: &str,
    resources: &[String],
    state: &str,
    found: &mut PolicyDraft,
) {
    for (parameter, doubt) in doubts {
        let on = resources.first().map_or(ANY, String::as_str);
        let (kind, text) = match doubt {
            Imprecision::NoQueue => {
                (NoteKind::Wide, format!("`{parameter}` is not the URL of a queue: `{action}` on `{on}`"))
            }
            Imprecision::Models => (
                NoteKind::Missing,
                format!("`{parameter}` does not name its models: `{action}` on each of them is needed, in each region"),
            ),
        };
        found.note(kind, text, state);
    }
}
