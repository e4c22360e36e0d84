//! The state machines that the server keeps regardless of clients, and the reset to them.

use serde_json::{Map, Value, json};
use workflow_asl::document::MachineType;
use workflow_local::Status;

use super::{Registry, RegistryContents};
use crate::api::arn::Scope;
use crate::api::{ApiError, Input};
use crate::journal::{FormatRecord, Key, Write};

/// A state machine that survives a reset.
#[derive(Clone)]
pub(crate) struct PermanentMachine {
    pub(crate) kind: MachineType,
    pub(crate) definition: String,
}

impl Registry {
    /// Creates or updates a state machine that survives a reset, and returns its ARN.
    pub(crate) fn put(&self, name: &str, machine: PermanentMachine) -> Result<String, ApiError> {
        let arn = self.scope.machine(name);
        let input = |members: Value| {
            let members = if let Value::Object(members) = members { members } else { Map::new() };
            Input::new(members, self.scope.clone())
        };
        let kind = self.held.lock().machines.get(&arn).map(|kept| kept.kind);
        if kind.is_some_and(|kind| kind != machine.kind) {
            self.remove_now(&arn);
        }
        // It has no configuration of its own: if logs are written, everything is logged.
        let logging = (self.express_logs.is_some() && machine.kind == MachineType::Express).then(|| {
            let Scope { region, account } = &self.scope;
            let group = format!("arn:aws:logs:{region}:{account}:log-group:/aws/vendedlogs/states/{name}:*");
            let destinations = json!([{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]);
            json!({"level": "ALL", "includeExecutionData": true, "destinations": destinations})
        });
        if kind == Some(machine.kind) {
            let definition = &machine.definition;
            let update = json!({"stateMachineArn": arn, "definition": definition, "loggingConfiguration": logging});
            self.update_state_machine(&input(update))?;
        } else {
            let kind = machine.kind.as_str();
            let role_arn = format!("arn:aws:iam::{}:role/{name}", self.scope.account);
            let create = json!({
                "name": name, "definition": machine.definition, "roleArn": role_arn, "type": kind, "loggingConfiguration": logging,
            });
            self.create_state_machine(&input(create))?;
        }
        self.permanent.lock().insert(name.to_owned(), machine);
        Ok(arn)
    }

    /// Stops all executions, and forgets everything except the state machines put here.
    pub(crate) fn reset(&self) {
        let held = std::mem::take(&mut *self.held.lock());
        for run in held.executions.live().filter(|run| run.status() == Status::Running) {
            run.stop(None, None);
        }
        self.stop_driving();
        self.activities.clear();
        self.map_runs.clear();
        *self.held.lock() = RegistryContents::default();
        self.journal.write_all(|| vec![Write::Clear, Key::Format.put(&FormatRecord::current()), self.clock_write()]);
        let permanent = self.permanent.lock().clone();
        for (name, machine) in permanent {
            // It was accepted before.
            let _ = self.put(&name, machine);
        }
    }
}
