//! The operations on executions.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::limits::{CAUSE_CHARS, ERROR_CHARS, PAYLOAD_BYTES, RESOURCE_NAME_CHARS};
use workflow_local::handlers::Handlers;
use workflow_local::{Execution, Instant, Payload, Program, Status, View};

use super::definitions::what_is_not_json;
use super::machines::{includes_data, missing};
use super::redrive;
use crate::api::arn::MachineArn;
use crate::api::{ARN_CHARS, Answer, ApiError, Code, Input, LONG_ARN_CHARS, Members, Paging, arn};
use crate::executions::{Log, Run, RunOf, STATUSES, Surroundings};
use crate::journal::{ExecutionRecord, Key, begun};
use crate::registry::{Held, Registry, RegistryContents, Selected};

/// The statuses of an execution in the API.
const STATUS_NAMES: [&str; 6] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];
/// The maximum length of a trace header.
const TRACE_HEADER_CHARS: usize = 256;
/// The maximum length of a token of `ListExecutions`.
const TOKEN_CHARS: usize = 3096;

/// An execution named in a request: one that was started, or a child of one of its map runs.
pub(super) struct FoundExecution {
    pub(super) run: Arc<Run>,
    /// The ARN of the child.
    child: Option<String>,
}

impl FoundExecution {
    /// Returns the current view of the execution or its child.
    pub(super) fn view<'e>(&self, execution: &'e Execution) -> Option<View<'e>> {
        match &self.child {
            None => Some(execution.view()),
            Some(arn) => execution.child(arn),
        }
    }

    pub(super) fn is_child(&self) -> bool {
        self.child.is_some()
    }

    /// Calls a function with the current view of the execution or its child.
    pub(super) fn with<T>(&self, act: impl FnOnce(View<'_>) -> T) -> Result<T, ApiError> {
        let execution = self.run.execution.lock();
        let gone = || ApiError::execution_does_not_exist(self.child.as_deref().unwrap_or(&self.run.arn));
        self.view(&execution).map(act).ok_or_else(gone)
    }

    /// Like [`with`](Self::with), for a function that needs the history.
    pub(super) fn with_history<T>(&self, registry: &Registry, act: impl FnOnce(View<'_>) -> T) -> Result<T, ApiError> {
        let place = self.with(|view| view.history_place())?;
        registry.read_history(&self.run, place)?;
        self.with(act)
    }
}

impl Registry {
    pub(crate) fn start_execution(self: &Arc<Self>, input: &Input) -> Result<Value, ApiError> {
        let asked = self.asked(&mut input.members())?;
        let (run, is_new) = self.started(asked)?;
        let started = run.execution.lock().started_at();
        if is_new {
            self.tell_status(&run);
            self.drive(Arc::clone(&run));
        }
        Ok(json!({"executionArn": &*run.arn, "startDate": started.as_epoch_seconds()}))
    }

    /// Returns the requested execution, and whether it is new.
    fn started(self: &Arc<Self>, asked: RequestedExecution<'_>) -> Result<(Arc<Run>, bool), ApiError> {
        let mut held = self.swept();
        let RegistryContents { machines, executions, quarantined, .. } = &mut *held;
        let machine = machines.get(asked.machine.machine);
        let machine = machine.ok_or_else(|| missing(quarantined, asked.machine))?;
        machine.check_stays()?;
        let selected = machine.select(asked.machine, asked.draw)?;
        if machine.kind == MachineType::Express {
            let arn = arn::express(&machine.arn, &asked.name, &asked.id);
            return Ok((self.run(asked, &selected, arn, true)?, true));
        }
        let arn = arn::execution(&machine.arn, &asked.name);
        let known = executions.get(&arn);
        // The same name and input while it runs identify the same execution:
        // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
        if let Some(run) = known.and_then(Held::live)
            && run.status() == Status::Running
            && run.input.get() == asked.text.get()
        {
            return Ok((Arc::clone(run), false));
        }
        if known.is_some() || quarantined.contains_key(&arn) {
            let message = format!("Execution Already Exists: '{arn}'");
            return Err(ApiError::new(Code::ExecutionAlreadyExists, message));
        }
        let run = self.run(asked, &selected, arn, true)?;
        executions.insert(&run);
        Ok((run, true))
    }

    pub(crate) async fn start_sync_execution(self: &Arc<Self>, input: &Input) -> Result<Vec<u8>, ApiError> {
        let (run, with_data) = self.run_express(input).await?;
        let execution = run.execution.lock();
        let stopped = execution.stopped_at().unwrap_or(execution.now());
        let milliseconds = u64::try_from(execution.started_at().until(stopped).as_millis()).unwrap_or(u64::MAX);
        // Billed in steps of 100 milliseconds, and of 64 MB: https://aws.amazon.com/step-functions/pricing/
        let billing = json!({
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": milliseconds.div_ceil(100).saturating_mul(100).max(100),
        });
        described(&run, execution.view(), with_data, &[("billingDetails", billing)])
    }

    /// Runs an Express execution to its end. Also returns whether the answer includes data.
    pub(crate) async fn run_express(self: &Arc<Self>, input: &Input) -> Result<(Arc<Run>, bool), ApiError> {
        let mut members = input.members();
        let with_data = includes_data(&mut members);
        let asked = self.asked(&mut members)?;
        let run = {
            let held = self.held.lock();
            let machine = held.machine(asked.machine)?;
            if machine.kind != MachineType::Express {
                return Err(ApiError::type_not_supported());
            }
            machine.check_stays()?;
            let selected = machine.select(asked.machine, asked.draw)?;
            let arn = arn::express(&machine.arn, &asked.name, &asked.id);
            self.run(asked, &selected, arn, false)?
        };
        self.drive(Arc::clone(&run));
        run.ended().await;
        Ok((run, with_data))
    }

    pub(crate) fn describe_execution(&self, input: &Input) -> Result<Vec<u8>, ApiError> {
        let mut members = input.members();
        let arn = members.arn("executionArn");
        let with_data = includes_data(&mut members);
        members.check()?;
        let found = self.found_execution(arn)?;
        let deleted = self.is_deleted(&found.run.machine.arn);
        let execution = found.run.execution.lock();
        let view = found.view(&execution).ok_or_else(|| ApiError::execution_does_not_exist(arn))?;
        let mut more = redrive::described(&execution, view, deleted, self.clock.now());
        if let Some(map_run) = view.map_run() {
            more.push(("mapRunArn", json!(map_run.arn())));
        }
        described(&found.run, view, with_data, &more)
    }

    pub(crate) fn list_executions(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let machine_arn = members.bounded("stateMachineArn", 1, ARN_CHARS);
        let map_run_arn = members.bounded("mapRunArn", 1, LONG_ARN_CHARS);
        let status = members.word("statusFilter", &STATUS_NAMES);
        let redriven = members.word("redriveFilter", &["REDRIVEN", "NOT_REDRIVEN"]).map(|word| word == "REDRIVEN");
        let paging = Paging::read_with(&mut members, TOKEN_CHARS);
        members.check()?;
        match (machine_arn, map_run_arn) {
            (Some(_), None) if redriven.is_some() => {
                Err(ApiError::new(Code::Validation, "redriveFilter can only be used with mapRunArn"))
            }
            (Some(arn), None) => self.list_of_machine(MachineArn::read(arn)?, status, &paging),
            (None, Some(arn)) => self.list_of_map_run(arn, status, redriven, &paging),
            _ => {
                let message = "Exactly one of stateMachineArn and mapRunArn must be specified";
                Err(ApiError::new(Code::Validation, message).because("MISSING_REQUIRED_PARAMETER"))
            }
        }
    }

    /// Returns the executions of a state machine, or of a version or an alias of it, the latest first.
    fn list_of_machine(
        &self,
        arn: MachineArn<'_>,
        status: Option<&str>,
        paging: &Paging<'_>,
    ) -> Result<Value, ApiError> {
        let held = self.swept();
        let machine = held.machine(arn)?;
        machine.select(arn, 0)?;
        if machine.kind == MachineType::Express {
            return Err(ApiError::type_not_supported());
        }
        let list = format!("{}:{}", status.unwrap_or_default(), arn.text);
        let status = match status.map(|name| STATUSES.into_iter().find(|status| status.name() == name)) {
            // Only children of map runs wait for a redrive.
            Some(None) => return Ok(json!({"executions": []})),
            status => status.flatten(),
        };
        let page = {
            let listed = held.executions.listed();
            paging.page(&list, |before| {
                listed.of(arn.text, status, before).map(|(number, held)| (number, held.clone()))
            })?
        };
        // An execution that evaluates something must not keep others waiting.
        drop(held);
        let page = page.map(|held| listed_execution(&held));
        Ok(page.into_answer("executions"))
    }

    pub(crate) fn stop_execution(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("executionArn");
        let (error, cause) = (members.sensitive("error", ERROR_CHARS), members.sensitive("cause", CAUSE_CHARS));
        members.check()?;
        let found = self.found_execution(arn)?;
        match &found.child {
            None => found.run.stop(error, cause),
            Some(child) => {
                found.run.tell(|execution| execution.stop_child(child, error, cause));
            }
        }
        let now = self.clock.now();
        found.with(|view| json!({"stopDate": view.stopped_at().unwrap_or(now).as_epoch_seconds()}))
    }

    /// Returns the execution with this ARN: a Standard one, or a child of a map run.
    pub(super) fn found_execution(&self, arn: &str) -> Result<FoundExecution, ApiError> {
        let name = arn::check(arn, &["execution", "express"])?;
        let does_not_exist = || ApiError::execution_does_not_exist(arn);
        let machine = name.split(':').next().unwrap_or_default();
        if !machine.contains('/') {
            arn::check(arn, &["execution"])?;
            let run = self.execution(arn)?.ok_or_else(does_not_exist)?;
            return Ok(FoundExecution { run, child: None });
        }
        // The map runs of this label: `…:mapRun:MACHINE/LABEL:`.
        let head = arn.get(..arn.len() - name.len()).unwrap_or_default();
        let head = head.trim_end_matches("execution:").trim_end_matches("express:");
        let mut damaged = None;
        for number in self.map_runs.beginning(&format!("{head}mapRun:{machine}:")) {
            match self.numbered_execution(number) {
                Ok(Some(run)) if run.execution.lock().child(arn).is_some() => {
                    return Ok(FoundExecution { run, child: Some(arn.to_owned()) });
                }
                Ok(_) => {}
                // Another one may have it.
                Err(error) => damaged = Some(error),
            }
        }
        Err(damaged.unwrap_or_else(does_not_exist))
    }

    fn asked<'a>(&self, members: &mut Members<'a>) -> Result<RequestedExecution<'a>, ApiError> {
        let machine_arn = members.arn("stateMachineArn");
        let name = members.bounded("name", 1, RESOURCE_NAME_CHARS);
        let text = members.sensitive("input", PAYLOAD_BYTES).unwrap_or("{}");
        let trace_header = members.bounded("traceHeader", 0, TRACE_HEADER_CHARS);
        if let Some(header) = trace_header {
            members.check_pattern("traceHeader", header, r"\p{ASCII}*", header.is_ascii());
        }
        members.check_now()?;
        let (machine_arn, case) = match machine_arn.split_once('#') {
            Some((machine_arn, case)) if self.mocks.is_some() => (machine_arn, Some(case)),
            _ => (machine_arn, None),
        };
        let machine = MachineArn::read_unlabelled(machine_arn)?;
        let id = self.id();
        let name = match name {
            Some(name) => arn::check_name(name)?.to_owned(),
            None => id.clone(),
        };
        let refuse = |why: &str| {
            ApiError::new(Code::InvalidExecutionInput, format!("Invalid State Machine Execution Input: '{why}'"))
        };
        if text.trim().is_empty() {
            return Err(refuse("Invalid execution input."));
        }
        let value = serde_json::from_str(text).map_err(|error| refuse(&what_is_not_json(text, &error)))?;
        let (plain, text) = (text, to_raw_value(text));
        let text = text.map_err(|error| refuse(&error.to_string()))?;
        let trace_header = trace_header.map(str::to_owned);
        Ok(RequestedExecution { machine, case, name, id, plain, text, value, trace_header, draw: self.draw() })
    }

    /// Returns an execution that has begun and is not driven yet. If `keeps`, it is stored in the journal.
    fn run(
        &self,
        asked: RequestedExecution<'_>,
        selected: &Selected<'_>,
        execution_arn: String,
        keeps: bool,
    ) -> Result<Arc<Run>, ApiError> {
        let (machine, revision) = (selected.machine, selected.revision);
        self.check_start(machine, keeps)?;
        let handlers = self.handlers_of(asked.case, &machine.name, &revision.program)?;
        let record = ExecutionRecord {
            arn: execution_arn,
            name: asked.name,
            machine_arn: machine.arn.clone(),
            machine_name: machine.name.clone(),
            express: machine.kind == MachineType::Express,
            revision: revision.number,
            version_arn: selected.version.map(|version| machine.version_arn(version.number)),
            alias_arn: selected.alias.map(|alias| machine.alias_arn(alias)),
            input: asked.plain.to_owned(),
            trace_header: asked.trace_header,
            case: asked.case.map(str::to_owned),
            time: self.clock.now().as_millis(),
            seed: self.next_seed(),
        };
        let surroundings = Surroundings::new(&self.activities, &self.map_runs, &handlers, &self.store);
        let mut execution = begun(&record, revision, asked.value, &surroundings);
        let number = self.next_number();
        let log = (keeps && self.journal.is_kept()).then(|| {
            execution.record();
            self.journal.write(|| Key::Execution(number).put(&record));
            Log::new(self.journal.clone(), number, 0, record.express)
        });
        let (machine, clock) = (Arc::new(RunOf::restored(&record, Arc::clone(revision))), self.clock.clone());
        let input = asked.text.into();
        let run = Run::new(execution, handlers, clock, machine, number, input, record.trace_header, log);
        Ok(Arc::new(run))
    }

    /// Returns the server's handlers, preceded by those of a test case of the mock file.
    pub(crate) fn handlers_of(
        &self,
        case: Option<&str>,
        machine_name: &str,
        program: &Program,
    ) -> Result<Arc<Handlers>, ApiError> {
        let (Some(file), Some(case)) = (&self.mocks, case) else { return Ok(Arc::clone(&self.handlers)) };
        let handlers = Handlers::clone(&self.handlers).mocks(file, machine_name, case, program);
        handlers.map(Arc::new).map_err(|error| ApiError::new(Code::Validation, error.to_string()))
    }
}

/// An execution requested by a client.
struct RequestedExecution<'a> {
    machine: MachineArn<'a>,
    /// A test case of the mock file.
    case: Option<&'a str>,
    name: String,
    id: String,
    /// The input: as text, as JSON text, and as a value.
    plain: &'a str,
    text: Box<RawValue>,
    value: Value,
    trace_header: Option<String>,
    /// A number below 100 that chooses among an alias's versions.
    draw: u64,
}

/// An execution in a list.
struct ListedExecution<'a> {
    arn: &'a str,
    machine_arn: &'a str,
    name: &'a str,
    status: Status,
    started: Instant,
    stopped: Option<Instant>,
    redrives: u64,
    redriven: Option<Instant>,
}

impl ListedExecution<'_> {
    fn to_json(&self) -> Value {
        let mut item = json!({
            "executionArn": self.arn,
            "stateMachineArn": self.machine_arn,
            "name": self.name,
            "status": self.status.name(),
            "startDate": self.started.as_epoch_seconds(),
            "redriveCount": self.redrives,
        });
        for (name, time) in [("stopDate", self.stopped), ("redriveDate", self.redriven)] {
            if let Some(time) = time {
                item[name] = json!(time.as_epoch_seconds());
            }
        }
        item
    }
}

/// Returns an execution, or a child of it, as an item of a list.
pub(super) fn listed(run: &Run, view: View<'_>) -> Value {
    let item = ListedExecution {
        arn: view.arn(),
        machine_arn: view.machine_arn(),
        name: view.name(),
        status: view.status(),
        started: view.started_at(),
        stopped: view.stopped_at(),
        redrives: view.redrive_count(),
        redriven: view.redriven_at(),
    };
    let mut item = item.to_json();
    match view.map_run() {
        Some(map_run) => item["mapRunArn"] = json!(map_run.arn()),
        None => run.machine.qualified().for_each(|(name, arn)| item[name] = json!(arn)),
    }
    item
}

/// Returns an execution as an item of a list.
fn listed_execution(held: &Held) -> Value {
    let ended = match held {
        Held::Live(run) => return listed(run, run.execution.lock().view()),
        Held::Stored(ended) => ended,
    };
    let item = ListedExecution {
        arn: &ended.arn,
        machine_arn: &ended.machine.arn,
        name: ended.arn.rsplit(':').next().unwrap_or_default(),
        status: ended.end.status(),
        started: ended.started,
        stopped: Some(ended.end.stopped_at()),
        redrives: ended.end.redrives,
        redriven: ended.end.redriven_at(),
    };
    let mut item = item.to_json();
    ended.machine.qualified().for_each(|(name, arn)| item[name] = json!(arn));
    item
}

/// Returns the description of an execution, and more. It is serialized directly, because payloads may be large and
/// clients poll often.
fn described(run: &Run, view: View<'_>, with_data: bool, more: &[(&str, Value)]) -> Result<Vec<u8>, ApiError> {
    // Serializing it cannot fail.
    write_described(run, view, with_data, more).map_err(|error| ApiError::new(Code::Serialization, error.to_string()))
}

fn write_described(run: &Run, view: View<'_>, with_data: bool, more: &[(&str, Value)]) -> serde_json::Result<Vec<u8>> {
    let included = json!({"included": with_data});
    let bytes = 1024 + run.input.get().len() + view.output().map_or(0, Payload::bytes);
    let mut answer = Answer::with_capacity(bytes);
    answer.member("executionArn", view.arn())?;
    answer.member("stateMachineArn", view.machine_arn())?;
    answer.member("name", view.name())?;
    answer.member("status", view.status().name())?;
    answer.member("startDate", &view.started_at().as_epoch_seconds())?;
    if let Some(stopped) = view.stopped_at() {
        answer.member("stopDate", &stopped.as_epoch_seconds())?;
    }
    match view.map_run() {
        None if with_data => answer.member("input", &*run.input)?,
        Some(_) if with_data => answer.payload("input", view.input())?,
        _ => {}
    }
    answer.member("inputDetails", &included)?;
    if let Some(output) = view.output() {
        if with_data {
            answer.payload("output", output)?;
        }
        answer.member("outputDetails", &included)?;
    }
    if let Some(error) = view.error().filter(|_| with_data) {
        answer.member("error", error)?;
    }
    if let Some(cause) = view.cause().filter(|_| with_data) {
        answer.member("cause", cause)?;
    }
    if let Some(header) = &run.trace_header {
        answer.member("traceHeader", header)?;
    }
    if view.map_run().is_none() {
        for (name, arn) in run.machine.qualified() {
            answer.member(name, arn)?;
        }
    }
    for (name, value) in more {
        answer.member(name, value)?;
    }
    Ok(answer.into_bytes())
}
