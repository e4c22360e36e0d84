//! Makes the policy of a template for one setting.

use std::collections::{BTreeMap, BTreeSet};

use super::instantiate::{ArnContext, Imprecision, Instantiation};
use super::pattern::{ANY, covers, exact, is_open, without_covered};
use super::request::{ParameterValue, Request, fill};
use super::template::{Need, ResourceForm, ServiceCall, Template};
use super::{Conditions, Grant, Note, NoteKind, Policy, Setting, Statement, arn, merge};

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

/// <https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html>
const ENCRYPTION: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];

/// The total size of a role's inline policies, in characters without white space.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MAX_CHARACTERS: usize = 10_240;

/// The name of statements that only older definitions need.
const KEPT: &str = "Kept";

/// How the note about the size of a policy begins.
const SIZE: &str = "the policy has";

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
        if let Some(key) = &setting.key {
            let place = ArnContext::of(setting, "");
            let (resource, conditions) = arn::key(&fill(key, setting), setting.machine.is_some(), &place);
            if resource.ends_with(ANY) && !key.contains("alias/") {
                let text = format!("the key `{key}` is not known: its permissions are on `{resource}`");
                found.note(NoteKind::Wide, text, "");
            }
            found.need("", ENCRYPTION.iter().copied(), vec![resource], conditions);
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
    /// Adds what older policies allow and this one does not, for the executions that still need it. The statements are
    /// named `Kept`.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_iam::Policy;
    /// let policy = |queue| Policy::read(&json!({"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage",
    ///     "Resource": format!("arn:aws:sqs:*:*:{queue}")}}));
    /// let (mut new, old) = (policy("b")?, policy("a")?);
    /// new.keep([&old, &new.clone()]);
    /// assert_eq!(new.statements[1].sid, "Kept");
    /// assert_eq!((&new.statements[1].resources, new.statements.len()), (&vec!["arn:aws:sqs:*:*:a".to_owned()], 2));
    /// # Ok::<(), workflow_iam::UnreadablePolicy>(())
    /// ```
    pub fn keep<'a>(&mut self, older: impl IntoIterator<Item = &'a Self>) {
        let grants: BTreeSet<_> = older.into_iter().flat_map(|older| older.since(self).added).collect();
        let need = |grant: Grant| Statement {
            sid: String::new(),
            actions: vec![grant.action],
            resources: vec![grant.resource],
            conditions: grant.conditions,
            states: grant.states,
        };
        let needs: Vec<_> = grants.into_iter().map(need).collect();
        let kept = merge::merge(&needs, &BTreeMap::new());
        let states: Vec<_> = kept.iter().map(|statement| statement.states.clone()).collect();
        let from = self.statements.len();
        let named = |statement| Statement { states: vec![KEPT.to_owned()], ..statement };
        self.statements.extend(kept.into_iter().map(named));
        merge::name(&mut self.statements);
        self.statements.iter_mut().skip(from).zip(states).for_each(|(statement, states)| statement.states = states);
        self.needs.extend(needs);
        self.notes.retain(|note| !note.text.starts_with(SIZE));
        self.note_size();
    }

    fn note_size(&mut self) {
        let length = self.to_json().to_string().chars().filter(|sign| !sign.is_whitespace()).count();
        if length > MAX_CHARACTERS {
            let text = format!(
                "{SIZE} {length} characters, but the inline policies of a role may have at most {MAX_CHARACTERS}"
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
        let mut open = OpenResources::new();
        for need in &self.call.needs {
            match need {
                Need::Statement { actions, resources, conditions } => {
                    let actions: Vec<_> = actions.iter().map(String::as_str).collect();
                    self.statement(&actions, resources, conditions, &mut open, found);
                    let itself = resources.iter().any(|resource| resource.contains("<self>"));
                    if itself && setting.machine.is_none() {
                        let may = match actions.contains(&"states:InvokeHTTPEndpoint") {
                            true => "any of them may call the endpoint of the HTTP task",
                            false => "a distributed map may start executions of any of them",
                        };
                        let text = format!("the name of the state machine is unknown: {may}");
                        found.note(NoteKind::Wide, text, &self.call.state);
                    }
                }
                Need::Action { action, forms, arns } => {
                    if let Some(resource) = self.action(action, forms, arns, found) {
                        open.entry((String::new(), resource)).or_default().push(action);
                    }
                }
                Need::Function => self.function(self.resource, found),
                Need::Unknown(written) => self.unknown(written, found),
            }
        }
        note_open(&open, &self.call.state, found);
    }

    fn statement<'o>(
        &self,
        actions: &[&'o str],
        resources: &[String],
        of_conditions: &[(String, String, Vec<String>)],
        open: &mut OpenResources<'o>,
        found: &mut PolicyDraft,
    ) {
        let state = self.call.state.as_str();
        let mut filling = Instantiation::new(self.request, self.place);
        let resources: Vec<_> = resources.iter().flat_map(|resource| filling.fill(resource)).collect();
        if resources.is_empty() {
            return;
        }
        for parameter in &filling.open {
            let shown = resources.iter().find(|resource| is_open(resource)).map_or(ANY, String::as_str);
            open.entry((parameter.clone(), shown.to_owned())).or_default().extend(actions);
        }
        let action = actions.first().copied().unwrap_or_default();
        note_doubts(&filling.doubts, action, &resources, state, found);
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

    /// Returns a resource that is not fully known.
    fn action(&self, action: &str, forms: &[ResourceForm], arns: &[String], found: &mut PolicyDraft) -> Option<String> {
        let mut doubts = BTreeMap::new();
        let (resources, open) = self.resources(forms, arns, &mut doubts);
        note_doubts(&doubts, action, &resources, &self.call.state, found);
        let shown = resources.iter().find(|resource| is_open(resource)).map_or(ANY, String::as_str).to_owned();
        found.need(&self.call.state, [action], resources, Conditions::new());
        (open && !doubts.values().any(|doubt| matches!(doubt, Imprecision::NoQueue))).then_some(shown)
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

/// Actions by the unknown parameter, or an empty text, and the resource that is wide for it.
type OpenResources<'a> = BTreeMap<(String, String), Vec<&'a str>>;

/// Adds a note for each unknown parameter, and for each resource that no parameter determines.
fn note_open(open: &OpenResources<'_>, state: &str, found: &mut PolicyDraft) {
    const SHOWN: usize = 4;
    for ((parameter, resource), actions) in open {
        let more = if actions.len() > SHOWN { ", …" } else { "" };
        let actions = actions.iter().take(SHOWN).map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
        let text = match parameter.as_str() {
            "" => {
                format!("the resource of {actions}{more} is not fully known before the workflow runs: on `{resource}`")
            }
            parameter => {
                format!("`{parameter}` is not known before the workflow runs: {actions}{more} on `{resource}`")
            }
        };
        found.note(NoteKind::Wide, text, state);
    }
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
