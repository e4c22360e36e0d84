//! What the console makes of an execution: a mock file, a test, and the page of one that goes on from a state.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_explore::replay::{Recording, Replayer};
use workflow_graph::history::History;
use workflow_graph::page::Page;
use workflow_local::{Engine, FolderStore, ForkError, HistoryEvent, RunError};
use workflow_server::Conversion;

use crate::fork::Recorded;
use crate::report;
use crate::test_file::Tested;

/// Returns the file or page. Distributed maps read their items from the folder of objects.
pub(super) fn converted(saved: &Value, to: &Conversion, objects: &Path) -> Result<String, String> {
    let name = |arn: &str| saved[arn].as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
    let (execution, machine) = (name("executionArn"), name("stateMachineArn"));
    let store = Arc::new(FolderStore::read_only(objects));
    if let Conversion::Fork { state, input, results } = to {
        let definition = saved["definition"].as_str().and_then(|text| serde_json::from_str(text).ok());
        let definition: Value = definition.unwrap_or_default();
        let from = Recorded::of(saved["events"].clone(), state)?;
        let engine = Engine::new(&definition).map_err(|error| error.to_string())?.named(machine).object_store(store);
        let engine = from.answering(engine, &definition, |state| results.contains_key(state));
        let engine = results.iter().fold(engine, |engine, (state, output)| {
            let output = output.clone();
            engine.on_state(state, move |_: Value| Ok(output.clone()))
        });
        let mut driver = engine.fork(&from.events, state).map_err(|error| match error {
            ForkError::Run(error) => why(error),
            error => error.to_string(),
        })?;
        if let Some(input) = input {
            driver.execution_mut().set_next_input(input.clone());
        }
        let now = driver.finish().map_err(why)?;
        let events: Value = now.history().iter().map(HistoryEvent::to_api_json).collect();
        let path = format!("/console/execution?arn={}", saved["executionArn"].as_str().unwrap_or_default());
        let page = Page::of(History::read(&events)?).titled(format!("{execution} from {state}")).of_machine(definition);
        let page = page.with_link("Goes on from", execution, path);
        // It is not an execution of the server.
        let page = page.with("Run", "by the engine, in virtual time, with the recorded answers");
        let difference = from.difference(&now);
        let parts = difference.lines().map(|line| line.split_once(": ").unwrap_or(("Difference", line)));
        return Ok(parts.fold(page, |page, (word, rest)| page.with(word, rest.trim_start())).to_html());
    }
    let recording = Recording::read(execution, saved.to_string().as_bytes());
    let made = recording.and_then(|recording| {
        let replayer = Replayer::of_recording(&recording, store)?;
        if let Conversion::Mocks = to {
            return Ok(format!("{}\n", report::json_text(&replayer.mocks(&recording)?)));
        }
        let definition = recording.definition().unwrap_or(&Value::Null);
        let machine_type = recording.machine_type().unwrap_or(MachineType::Standard);
        let tested = Tested { file: None, machine: None, definition, name: machine, machine_type };
        Ok(tested.file_with(&replayer.test(&recording)?, Path::new("")))
    });
    made.map_err(|error| error.to_string())
}

fn why(error: RunError) -> String {
    match error {
        RunError::MissingHandler { state, resource, .. } => {
            format!("no answer of the task `{state}` ({resource}) was recorded: give its result")
        }
        error => error.to_string(),
    }
}
