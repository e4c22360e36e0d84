//! The operations on state machines.

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_asl::document::MachineType;

use super::error::ApiError;
use super::input::Input;
use super::registry::Registry;
use super::{arn, definition, page};
use crate::clock::Instant;
use crate::program::Program;

/// A state machine.
#[derive(Clone)]
pub(super) struct Machine {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) kind: MachineType,
    pub(super) role_arn: String,
    pub(super) program: Arc<Program>,
    definition: String,
    created: Instant,
    logging: Value,
    tracing: Value,
    encryption: Value,
    /// Absent until the first update.
    revision: Option<String>,
}

impl Machine {
    fn api_type(&self) -> &'static str {
        match self.kind {
            MachineType::Standard => "STANDARD",
            MachineType::Express => "EXPRESS",
        }
    }
}

/// Versions and aliases are not of this server, and asking for one must not look as if it was made.
fn refuse_versions(input: &Input) -> Result<(), ApiError> {
    let publish = input.boolean("publish")?.unwrap_or(false);
    if !publish && input.text("versionDescription")?.is_some() {
        let message = "Version description can only be set when publish is true";
        return Err(ApiError::new("ValidationException", message));
    }
    match publish {
        true => Err(ApiError::new("ValidationException", "this server has no versions: leave `publish` out")),
        false => Ok(()),
    }
}

impl Registry {
    pub(super) fn create_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let name = arn::check_name(input.required("name")?)?;
        let text = definition::member(input)?.ok_or_else(|| ApiError::constraint(None, "definition", "not be null"))?;
        let role_arn = arn::check_role(input.required("roleArn")?)?;
        let kind = match input.word("type", &["STANDARD", "EXPRESS"])? {
            Some("EXPRESS") => MachineType::Express,
            _ => MachineType::Standard,
        };
        refuse_versions(input)?;
        let configuration = |member: &str, default: Value| input.value(member).cloned().unwrap_or(default);
        let program = definition::compile(text, kind)?;
        program.named(name);
        let machine = Machine {
            arn: arn::machine(name),
            name: name.to_owned(),
            kind,
            role_arn: role_arn.to_owned(),
            program,
            definition: text.to_owned(),
            created: Instant::now(),
            logging: configuration("loggingConfiguration", json!({"level": "OFF", "includeExecutionData": false})),
            tracing: configuration("tracingConfiguration", json!({"enabled": false})),
            encryption: configuration("encryptionConfiguration", json!({"type": "AWS_OWNED_KEY"})),
            revision: None,
        };
        let mut held = self.held();
        let kept = held.machines.entry(machine.arn.clone()).or_insert_with(|| machine.clone());
        // Role and tags may differ: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
        let same = kept.definition == machine.definition
            && kept.kind == machine.kind
            && kept.logging == machine.logging
            && kept.tracing == machine.tracing
            && kept.encryption == machine.encryption;
        match same {
            true => Ok(json!({"stateMachineArn": kept.arn, "creationDate": kept.created.as_epoch_seconds()})),
            false => {
                Err(ApiError::new("StateMachineAlreadyExists", format!("State Machine Already Exists: '{}'", kept.arn)))
            }
        }
    }

    pub(super) fn update_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let arn = arn::check(input.required("stateMachineArn")?, "stateMachine")?;
        let text = definition::member(input)?;
        let role_arn = input.text("roleArn")?.map(arn::check_role).transpose()?;
        let (logging, tracing) = (input.value("loggingConfiguration"), input.value("tracingConfiguration"));
        let encryption = input.value("encryptionConfiguration");
        refuse_versions(input)?;
        if text.is_none() && role_arn.is_none() && [logging, tracing, encryption] == [None; 3] {
            return Err(ApiError::new(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
            ));
        }
        let id = self.id();
        let mut held = self.held();
        let machine = held.machines.get_mut(arn).ok_or_else(|| ApiError::machine_does_not_exist(arn))?;
        let mut changed = false;
        if let Some(text) = text.filter(|text| **text != machine.definition) {
            machine.program = definition::compile(text, machine.kind)?;
            machine.program.named(&machine.name);
            machine.definition = text.to_owned();
            changed = true;
        }
        if let Some(role_arn) = role_arn.filter(|role_arn| **role_arn != machine.role_arn) {
            machine.role_arn = role_arn.to_owned();
            changed = true;
        }
        let Machine { logging: kept_logging, tracing: kept_tracing, encryption: kept_encryption, .. } = machine;
        let configurations = [(logging, kept_logging), (tracing, kept_tracing), (encryption, kept_encryption)];
        for (given, kept) in configurations {
            if let Some(given) = given.filter(|given| **given != *kept) {
                *kept = given.clone();
                changed = true;
            }
        }
        if changed {
            machine.revision = Some(id);
        }
        let mut answer = json!({"updateDate": Instant::now().as_epoch_seconds()});
        if let Some(revision) = &machine.revision {
            answer["revisionId"] = json!(revision);
        }
        Ok(answer)
    }

    pub(super) fn describe_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let arn = arn::check(input.required("stateMachineArn")?, "stateMachine")?;
        let held = self.held();
        let machine = held.machines.get(arn).ok_or_else(|| ApiError::machine_does_not_exist(arn))?;
        let mut answer = json!({
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "status": "ACTIVE",
            "definition": machine.definition,
            "roleArn": machine.role_arn,
            "type": machine.api_type(),
            "creationDate": machine.created.as_epoch_seconds(),
            "loggingConfiguration": machine.logging,
            "tracingConfiguration": machine.tracing,
            "encryptionConfiguration": machine.encryption,
        });
        if let Some(revision) = &machine.revision {
            answer["revisionId"] = json!(revision);
        }
        Ok(answer)
    }

    pub(super) fn list_state_machines(&self, input: &Input) -> Result<Value, ApiError> {
        let held = self.held();
        let machines = held.machines.values().map(|machine| {
            json!({
                "stateMachineArn": machine.arn,
                "name": machine.name,
                "type": machine.api_type(),
                "creationDate": machine.created.as_epoch_seconds(),
            })
        });
        let page = page::page(input, "machines", machines)?;
        Ok(with_token(json!({"stateMachines": page.items}), page.next_token))
    }

    /// Deletes it at once, and ends its executions; one that does not exist is no error.
    pub(super) fn delete_state_machine(&self, input: &Input) -> Result<Value, ApiError> {
        let arn = arn::check(input.required("stateMachineArn")?, "stateMachine")?;
        let mut held = self.held();
        held.machines.shift_remove(arn);
        for run in held.executions.values().filter(|run| run.machine_arn == arn) {
            run.stop(None, None);
        }
        Ok(json!({}))
    }
}

pub(super) fn with_token(mut answer: Value, next_token: Option<String>) -> Value {
    if let Some(token) = next_token {
        answer["nextToken"] = json!(token);
    }
    answer
}
