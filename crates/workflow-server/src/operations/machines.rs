//! The operations on state machines.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use workflow_asl::StateMachine;
use workflow_asl::limits::DEFINITION_CHARS;
use workflow_asl::references::variable_references;

use super::configuration;
use super::definitions::{self, machine_type};
use super::tags;
use super::versions::Publishing;
use crate::api::arn::{self, MachineArn};
use crate::api::{ARN_CHARS, ApiError, Code, Input, Members, Paging};
use crate::registry::{Machine, Registry, RegistryContents, Revision};

/// Returns whether a request wants the parts that may be encrypted.
pub(super) fn includes_data(members: &mut Members<'_>) -> bool {
    members.word("includedData", &["ALL_DATA", "METADATA_ONLY"]) != Some("METADATA_ONLY")
}

/// Returns the error of requests about a state machine that there is not, or that could not be restored.
pub(super) fn missing(quarantined: &IndexMap<String, String>, arn: MachineArn<'_>) -> ApiError {
    match quarantined.get(arn.machine) {
        Some(why) => ApiError::damaged(arn.machine, why),
        None => ApiError::machine_does_not_exist(arn.text),
    }
}

impl RegistryContents {
    /// Returns the state machine of an ARN, which may name a version or alias.
    pub(super) fn machine(&self, arn: MachineArn<'_>) -> Result<&Machine, ApiError> {
        self.machines.get(arn.machine).ok_or_else(|| missing(&self.quarantined, arn))
    }

    pub(super) fn machine_mut(&mut self, arn: MachineArn<'_>) -> Result<&mut Machine, ApiError> {
        let Self { machines, quarantined, .. } = self;
        machines.get_mut(arn.machine).ok_or_else(|| missing(quarantined, arn))
    }

    /// Returns the state machine of an ARN without a version or alias.
    pub(super) fn unqualified(&mut self, arn: MachineArn<'_>) -> Result<&mut Machine, ApiError> {
        match arn.qualifier {
            None => self.machine_mut(arn),
            Some(_) => Err(ApiError::machine_does_not_exist(arn.text)),
        }
    }
}

impl Revision {
    /// Returns the common part of the descriptions of a state machine and of an execution's state machine.
    fn described(&self, with_data: bool) -> Map<String, Value> {
        let mut answer = Map::new();
        let mut member = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        member("definition", json!(if with_data { &self.definition } else { "{}" }));
        member("roleArn", json!(self.role_arn));
        member("loggingConfiguration", self.configuration.logging.clone());
        member("tracingConfiguration", self.configuration.tracing.clone());
        member("encryptionConfiguration", self.configuration.encryption.clone());
        if let Some(id) = &self.id {
            member("revisionId", json!(id));
        }
        if with_data && let Ok(document) = serde_json::from_str(&self.definition) {
            let references = variable_references(&StateMachine::read(&document).0);
            if !references.is_empty() {
                let references: Map<_, _> =
                    references.into_iter().map(|(state, names)| (state, json!(names))).collect();
                member("variableReferences", Value::Object(references));
            }
        }
        answer
    }
}

impl Registry {
    pub(crate) fn create_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let name = arn::name(&mut members);
        let text = members.required_sensitive("definition", DEFINITION_CHARS);
        let role_arn = members.arn("roleArn");
        let kind = machine_type(&mut members);
        let publishing = Publishing::read(&mut members);
        let tags = tags::read(&mut members);
        let configuration = configuration::RequestedConfiguration::read(&mut members);
        members.check()?;
        arn::check_name(name)?;
        arn::check_role(role_arn)?;
        publishing.check()?;
        let configuration = configuration.complete(None)?;
        tags::check(&tags)?;
        let program = definitions::compile(text, kind)?;
        program.named(name);
        let created = self.clock.now();
        let revision = Revision {
            number: self.next_number(),
            id: None,
            definition: text.to_owned(),
            program,
            role_arn: role_arn.to_owned(),
            configuration,
            updated: created,
        };
        let arn = input.scope.machine(name);
        let mut held = self.held.lock();
        if let Some(why) = held.quarantined.get(&arn) {
            return Err(ApiError::damaged(&arn, why));
        }
        if let Some(kept) = held.machines.get(&arn) {
            kept.check_stays()?;
            // Role and tags may differ:
            // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
            let same = kept.current.definition == revision.definition
                && kept.kind == kind
                && kept.current.configuration == revision.configuration
                && kept.published == publishing.asked();
            if !same {
                let message = format!("State Machine Already Exists: '{arn}'");
                return Err(ApiError::new(Code::StateMachineAlreadyExists, message));
            }
            return Ok(created_answer(kept));
        }
        let mut machine = Machine {
            arn: arn.clone(),
            name: name.to_owned(),
            kind,
            created,
            number: self.next_number(),
            tags,
            published: publishing.asked(),
            current: Arc::new(revision),
            versions: BTreeMap::new(),
            last_version: 0,
            aliases: IndexMap::new(),
            deleting: false,
        };
        publishing.publish(&mut machine, created)?;
        let answer = created_answer(&machine);
        self.save_revision(&machine);
        self.save_machine(&machine);
        held.machines.insert(arn, machine.number, machine);
        Ok(answer)
    }

    pub(crate) fn update_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineArn");
        let text = members.sensitive("definition", DEFINITION_CHARS);
        let role_arn = members.bounded("roleArn", 1, ARN_CHARS);
        let publishing = Publishing::read(&mut members);
        let configuration = configuration::RequestedConfiguration::read(&mut members);
        members.check()?;
        let arn = MachineArn::read_unlabelled(arn)?;
        let role_arn = role_arn.map(arn::check_role).transpose()?;
        publishing.check()?;
        if text.is_none() && role_arn.is_none() && configuration.is_empty() {
            return Err(ApiError::new(
                Code::MissingRequiredParameter,
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
            ));
        }
        let (id, now) = (self.id(), self.clock.now());
        let mut held = self.held.lock();
        let machine = held.unqualified(arn)?;
        machine.check_stays()?;
        let kept = Arc::clone(&machine.current);
        let configuration = configuration.complete(Some(&kept.configuration))?;
        let program = match text.filter(|text| **text != kept.definition) {
            Some(text) => {
                let program = definitions::compile(text, machine.kind)?;
                program.named(&machine.name);
                Some(program)
            }
            None => None,
        };
        let role_arn = role_arn.unwrap_or(&kept.role_arn);
        if program.is_some() || role_arn != kept.role_arn || configuration != kept.configuration {
            machine.current = Arc::new(Revision {
                number: self.next_number(),
                id: Some(id),
                definition: text.unwrap_or(&kept.definition).to_owned(),
                program: program.unwrap_or_else(|| Arc::clone(&kept.program)),
                role_arn: role_arn.to_owned(),
                configuration,
                updated: now,
            });
        }
        let published = publishing.publish(machine, now);
        if !Arc::ptr_eq(&kept, &machine.current) {
            self.save_revision(machine);
        }
        self.save_machine(machine);
        let published = published?;
        let mut answer = json!({"updateDate": now.as_epoch_seconds()});
        if let Some(revision) = &machine.current.id {
            answer["revisionId"] = json!(revision);
        }
        if let Some(version) = published {
            answer["stateMachineVersionArn"] = json!(version);
        }
        Ok(answer)
    }

    pub(crate) fn describe_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineArn");
        let with_data = includes_data(&mut members);
        members.check()?;
        let arn = MachineArn::read(arn)?;
        let held = self.held.lock();
        let machine = held.machine(arn)?;
        // An alias stands for its first version.
        let selected = machine.select(arn, 0)?;
        let mut answer = selected.revision.described(with_data);
        if let Some(label) = arn.label {
            let definition = processor_of(&selected.revision.definition, label);
            let definition = definition.ok_or_else(|| ApiError::machine_does_not_exist(arn.text))?;
            answer.insert("definition".to_owned(), json!(if with_data { definition } else { "{}".to_owned() }));
            answer.insert("label".to_owned(), json!(label));
        }
        let created = selected.version.map_or(machine.created, |version| version.created);
        let described = match (selected.alias, selected.version) {
            (Some(_), Some(version)) => machine.version_arn(version.number),
            _ => arn.text.to_owned(),
        };
        answer.insert("stateMachineArn".to_owned(), json!(described));
        answer.insert("name".to_owned(), json!(machine.name));
        answer.insert("status".to_owned(), json!(if machine.deleting { "DELETING" } else { "ACTIVE" }));
        answer.insert("type".to_owned(), json!(machine.api_type()));
        answer.insert("creationDate".to_owned(), json!(created.as_epoch_seconds()));
        if let Some(description) = selected.version.and_then(|version| version.description.as_ref()) {
            answer.insert("description".to_owned(), json!(description));
        }
        Ok(Value::Object(answer))
    }

    /// Returns the revision that an execution runs, regardless of later changes of its state machine.
    pub(crate) fn describe_state_machine_for_execution(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("executionArn");
        let with_data = includes_data(&mut members);
        members.check()?;
        let found = self.found_execution(arn)?;
        let run = &found.run;
        if run.machine.revision.definition.is_empty() {
            let message = format!("the definition of {arn} is damaged");
            return Err(ApiError::new(Code::InternalServerError, message));
        }
        let child = found.with(|view| view.map_run().map(|map| (map.arn().to_owned(), map.label().to_owned())))?;
        let mut answer = run.machine.revision.described(with_data);
        answer.insert("stateMachineArn".to_owned(), json!(run.machine.arn));
        answer.insert("name".to_owned(), json!(run.machine.name));
        answer.insert("updateDate".to_owned(), json!(run.machine.revision.updated.as_epoch_seconds()));
        if let Some((map_run_arn, label)) = child {
            answer.insert("stateMachineArn".to_owned(), json!(format!("{}/{label}", run.machine.arn)));
            answer.insert("name".to_owned(), json!(format!("{}/{label}", run.machine.name)));
            if with_data && let Some(definition) = processor_of(&run.machine.revision.definition, &label) {
                answer.insert("definition".to_owned(), json!(definition));
            }
            answer.insert("mapRunArn".to_owned(), json!(map_run_arn));
            answer.insert("label".to_owned(), json!(label));
        }
        Ok(Value::Object(answer))
    }

    pub(crate) fn list_state_machines(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let paging = Paging::read(&mut members);
        members.check()?;
        let held = self.held.lock();
        let page = paging.page("machines", |after| {
            held.machines.of(&input.scope, after).map(|(number, _, machine)| {
                let item = json!({
                    "stateMachineArn": machine.arn,
                    "name": machine.name,
                    "type": machine.api_type(),
                    "creationDate": machine.created.as_epoch_seconds(),
                });
                (number, item)
            })
        })?;
        Ok(page.into_answer("stateMachines"))
    }

    /// Deletes it with its versions and aliases. It stays while executions run, with the status `DELETING`; each ends
    /// at its next transition. Deleting one that does not exist is not an error.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html>
    pub(crate) fn delete_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineArn");
        members.check()?;
        let arn = MachineArn::read_unlabelled(arn)?;
        let mut held = self.held.lock();
        let runs = held.executions.running_of(arn.machine);
        let Some(machine) = held.machines.get_mut(arn.machine).filter(|_| arn.qualifier.is_none()) else {
            return Ok(json!({}));
        };
        machine.versions.clear();
        machine.aliases.clear();
        machine.deleting = true;
        self.save_machine(machine);
        runs.iter().for_each(|run| run.end_at_transition());
        self.remove_if_deleted(&mut held, arn.machine);
        Ok(json!({}))
    }
}

/// Returns the item processor of the distributed map with a label, as JSON.
fn processor_of(definition: &str, label: &str) -> Option<String> {
    let document: Value = serde_json::from_str(definition).ok()?;
    let mut rest = vec![&document];
    while let Some(value) = rest.pop() {
        if value.get("Label").and_then(Value::as_str) == Some(label)
            && let Some(processor) = value.get("ItemProcessor").or_else(|| value.get("Iterator"))
        {
            return Some(processor.to_string());
        }
        match value {
            Value::Object(members) => rest.extend(members.values()),
            Value::Array(items) => rest.extend(items),
            _ => {}
        }
    }
    None
}

fn created_answer(machine: &Machine) -> Value {
    let mut answer = json!({"stateMachineArn": machine.arn, "creationDate": machine.created.as_epoch_seconds()});
    if machine.published.is_some()
        && let Some(version) = machine.versions.values().next()
    {
        answer["stateMachineVersionArn"] = json!(machine.version_arn(version.number));
    }
    answer
}
