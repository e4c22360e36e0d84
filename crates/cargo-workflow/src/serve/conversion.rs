//! What the console makes of an execution, or of one that goes on from a state: a mock file, a test, a page.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_explore::replay::{Recording, Replayer};
use workflow_graph::history::History;
use workflow_graph::page::Page;
use workflow_local::{Engine, Execution, FolderStore, ForkError, RunError};
use workflow_server::{Conversion, Fork};

use crate::fork::{Recorded, api_events};
use crate::report;
use crate::test_file::Tested;

/// Returns the file or page. Distributed maps read their items from the folder of objects.
pub(super) fn converted(saved: &Value, to: &Conversion, objects: &Path) -> Result<String, String> {
    let name = |arn: &str| saved[arn].as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
    let (execution, machine) = (name("executionArn"), name("stateMachineArn"));
    let store = || Arc::new(FolderStore::read_only(objects));
    let definition = saved["definition"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let definition = definition.unwrap_or_default();
    let engine = || Engine::new(&definition).map_err(|error| error.to_string());
    let forked = |from: &Recorded<'_>, fork: &Fork| {
        go_on(from, fork, engine()?.named(machine).object_store(store()), &definition)
    };
    let recorded = |fork| Recorded::of(saved["events"].clone(), fork);
    let (fork, is_test) = match to {
        Conversion::Mocks(fork) => (fork, false),
        Conversion::Test(fork) => (fork, true),
        Conversion::Page(fork) => {
            let from = recorded(&fork.state)?;
            let now = forked(&from, fork)?;
            let path = format!("/console/execution?arn={}", saved["executionArn"].as_str().unwrap_or_default());
            let page = Page::of(History::read(&api_events(&now))?).of_machine(definition);
            let page = page.titled(format!("{execution} from {}", fork.state));
            let page = page.with_link("Goes on from", execution, path);
            // It is not an execution of the server.
            let page = page.with("Run", "by the engine, in virtual time, with the recorded answers");
            let difference = from.difference(&now);
            let parts = difference.lines().map(|line| line.split_once(": ").unwrap_or(("Difference", line)));
            return Ok(parts.fold(page, |page, (word, rest)| page.with(word, rest.trim_start())).to_html());
        }
        other => return Err(format!("{other:?} is unknown")),
    };
    let mut whole = saved.clone();
    if let Some(fork) = fork {
        if fork.input.is_some() {
            return Err(format!(
                "another input of `{}` cannot be saved: a test begins at the start. Change the result that gives the input",
                fork.state
            ));
        }
        let from = recorded(&fork.state)?;
        whole["events"] = from.continued(&forked(&from, fork)?)?;
    }
    let recording = Recording::read(execution, whole.to_string().as_bytes());
    let made = recording.and_then(|recording| {
        let replayer = Replayer::of_recording(&recording, store())?;
        if !is_test {
            return Ok(format!("{}\n", report::json_text(&replayer.mocks(&recording)?)));
        }
        let definition = recording.definition.as_ref().unwrap_or(&Value::Null);
        let machine_type = recording.machine_type.unwrap_or(MachineType::Standard);
        let tested = Tested { file: None, machine: None, definition, name: machine, machine_type };
        Ok(tested.file_with(&replayer.test(&recording)?, Path::new("")))
    });
    made.map_err(|error| error.to_string())
}

/// Runs an execution from the state to its end, with the recorded answers where the fork has no others.
fn go_on(from: &Recorded<'_>, fork: &Fork, engine: Engine, definition: &Value) -> Result<Execution, String> {
    let engine = from.answering(engine, definition, |state| fork.results.contains_key(state));
    let engine = fork.results.iter().fold(engine, |engine, (state, output)| {
        let output = output.clone();
        engine.on_state(state, move |_: Value| Ok(output.clone()))
    });
    let mut driver = engine.fork(&from.events, &fork.state).map_err(|error| match error {
        ForkError::Run(error) => why(error),
        error => error.to_string(),
    })?;
    if let Some(input) = &fork.input {
        driver.execution_mut().set_next_input(input.clone());
    }
    driver.finish().map_err(why)
}

fn why(error: RunError) -> String {
    match error {
        RunError::MissingHandler { state, resource, .. } => {
            format!("no answer of the task `{state}` ({resource}) was recorded: give its result")
        }
        error => error.to_string(),
    }
}
