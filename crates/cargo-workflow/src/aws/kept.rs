//! The permissions that executions of older definitions still need.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::StateMachine;
use workflow_asl::policy::{self, Grant, Policy, Setting};
use workflow_asl::printable::printable_lines;
use workflow_plan::AWS_OWNED_KEY;
use workflow_runtime::client::{Client, Error, Execution, ExecutionSummary, Planned, Status, Untyped};
use workflow_runtime::{Arn, MachineType};

use super::failure::is_denied;

/// When a permission that is kept is withdrawn.
const UNTIL: &str = "the first deployment after nothing needs it withdraws it";

/// The policy of a planned state machine, and those of the older definitions that executions may use.
pub(super) struct Kept {
    pub(super) policy: Policy,
    setting: Setting,
    /// What uses each, and its policy.
    older: Vec<(String, Policy)>,
    /// Why some may be missing.
    pub(super) unknown: Option<String>,
}

/// What uses a version.
#[derive(Default)]
struct Uses {
    running: usize,
    aliases: Vec<String>,
    /// One of the running executions.
    execution: Option<Execution<Untyped>>,
}

impl Uses {
    fn named(&self, what: &str) -> String {
        let plural = if self.running == 1 { "" } else { "s" };
        let running = (self.running > 0).then(|| format!("{} running execution{plural}", self.running));
        let aliases = self.aliases.iter().map(|name| format!("alias {name}"));
        format!("{what} ({})", running.into_iter().chain(aliases).collect::<Vec<_>>().join(", "))
    }
}

/// Returns where the planned state machine runs.
fn setting(client: &Client<Untyped>, planned: &Planned) -> Setting {
    let (old, new) = (&planned.old.configuration, &planned.new.configuration);
    let role = workflow_services::Arn::parse(new.role.as_deref().unwrap_or_default());
    let logging = new.logging.as_ref().or(old.logging.as_ref());
    let key = new.key.as_ref().or(old.key.as_ref()).filter(|key| *key != AWS_OWNED_KEY);
    Setting {
        partition: role.map(|role| role.partition.to_owned()),
        region: client.sfn().config().region().map(|region| region.as_ref().to_owned()),
        account: role.map(|role| role.account.to_owned()),
        machine: planned.new.name.clone(),
        logging: logging.is_some_and(|logging| *logging != workflow_plan::Logging::default()),
        tracing: new.tracing.or(old.tracing).unwrap_or_default(),
        key: key.cloned(),
        ..Setting::default()
    }
}

impl Kept {
    /// Finds the definitions in use: by running executions, and by aliases. The definition that is replaced is one of
    /// them, because executions may start on it until the update has reached every server. Executions of an Express
    /// workflow cannot be listed: they end within five minutes.
    pub(super) async fn find(client: &Client<Untyped>, planned: &Planned) -> Result<Self, Error> {
        let setting = setting(client, planned);
        let policy = policy::of(&StateMachine::read(&planned.new.definition).0, &setting);
        let mut kept = Self { policy, setting, older: Vec::new(), unknown: None };
        let Some(arn) = &planned.machine else { return Ok(kept) };
        let role = planned.old.configuration.role.as_deref().unwrap_or_default();
        kept.add(planned, "the definition that is replaced".to_owned(), &planned.old.definition.to_string(), role);
        match kept.read(client, arn, planned).await {
            Err(error) if is_denied(&error) => kept.unknown = error.refusal().map(|refusal| refusal.message.clone()),
            read => read?,
        }
        Ok(kept)
    }

    async fn read(&mut self, client: &Client<Untyped>, machine: &Arn, planned: &Planned) -> Result<(), Error> {
        let mut versions: BTreeMap<Arn, Uses> = BTreeMap::new();
        for alias in &planned.aliases {
            for route in &alias.routing.routes {
                versions.entry(route.version.clone()).or_default().aliases.push(alias.name.clone());
            }
        }
        let mut unpublished = Vec::new();
        if planned.old.machine_type == MachineType::Standard {
            let running = client.attach(machine.clone()).executions().status(Status::Running);
            for execution in running.list().collect().await? {
                let Some(version) = execution.sdk().state_machine_version_arn() else {
                    unpublished.push(execution);
                    continue;
                };
                let uses = versions.entry(Arn::from(version)).or_default();
                uses.running += 1;
                uses.execution = Some(execution.execution());
            }
        }
        for (version, uses) in versions {
            let what = uses.named(&format!("version {}", version.as_str().rsplit(':').next().unwrap_or_default()));
            // A version that has executions may be deleted; one that an alias has may not.
            if let Some(execution) = uses.execution {
                let described = execution.describe_machine().await?;
                self.add(planned, what, described.definition(), described.role_arn());
            } else {
                let described = client.attach(version).describe().await?;
                self.add(planned, what, described.definition(), described.role_arn());
            }
        }
        let mut rest = unpublished.as_slice();
        while let Some(first) = rest.first() {
            let described = first.execution().describe_machine().await?;
            let running = same_revision(rest, described.revision_id()).await?;
            let what = Uses { running, ..Uses::default() }.named("an unpublished definition");
            self.add(planned, what, described.definition(), described.role_arn());
            rest = rest.get(running..).unwrap_or_default();
        }
        Ok(())
    }

    /// Adds a definition, if it is another one than is deployed, and its executions have the same role.
    fn add(&mut self, planned: &Planned, what: String, definition: &str, role: &str) {
        let definition: Value = serde_json::from_str(definition).unwrap_or_default();
        if definition != planned.new.definition && Some(role) == planned.new.configuration.role.as_deref() {
            self.older.push((what, policy::of(&StateMachine::read(&definition).0, &self.setting)));
        }
    }

    /// Returns the policy of the role.
    pub(super) fn union(&self) -> Policy {
        let mut policy = self.policy.clone();
        policy.keep(self.older.iter().map(|(_, older)| older));
        policy
    }

    /// Returns the permissions that only older definitions need, and what uses these.
    fn grants(&self) -> BTreeMap<Grant, Vec<&str>> {
        let mut grants: BTreeMap<Grant, Vec<&str>> = BTreeMap::new();
        for (what, older) in &self.older {
            for mut grant in older.since(&self.policy).added {
                // They differ from definition to definition.
                grant.states.clear();
                grants.entry(grant).or_default().push(what);
            }
        }
        grants
    }

    /// Returns a line for each, and when they are withdrawn.
    pub(super) fn to_text(&self) -> String {
        let grants = self.grants().into_iter().map(|(Grant { action, resource, .. }, uses)| {
            format!("= {action} on {resource}: still needed by {}\n", uses.join(", "))
        });
        let mut text: String = grants.collect();
        if !text.is_empty() {
            text += &format!("  `deploy --policy` keeps this: {UNTIL}\n");
        }
        if let Some(why) = &self.unknown {
            text += &format!("what older executions need is not known, so `deploy --policy` keeps all: {why}\n");
        }
        printable_lines(&text).into_owned()
    }

    /// Returns the same as JSON: grants with the members `for` and `until`.
    pub(super) fn to_json(&self) -> Value {
        let grants = self.grants().into_iter().map(|(grant, uses)| {
            let mut made = grant.to_json();
            made["for"] = uses.into();
            made["until"] = UNTIL.into();
            made
        });
        grants.collect()
    }
}

/// Returns how many of the executions, which are sorted by their start, have the revision of the first one.
///
/// A later start has a later revision, so a few calls find the first of another one.
async fn same_revision(executions: &[ExecutionSummary<Untyped>], revision: Option<&str>) -> Result<usize, Error> {
    let (mut same, mut other) = (1, executions.len());
    let mut place = other.saturating_sub(1);
    while same < other {
        let Some(execution) = executions.get(place) else { break };
        match execution.execution().describe_machine().await?.revision_id() == revision {
            true => same = place + 1,
            false => other = place,
        }
        place = same + (other - same) / 2;
    }
    Ok(same)
}
