//! Servers on disks with an altered byte: they must not start, or what they say is what was acknowledged, or an error.

use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use crate::api::Input;
use crate::api::arn::Scope;
use crate::journal::disk::Disk;
use crate::operations;
use crate::server::restored;

/// How many bytes are altered, each on its own disk.
const TRIED: u64 = 2;

pub(super) fn check(world: &Arc<World>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    for number in 0..TRIED {
        runtime.block_on(altered(world, number % 2 == 0));
    }
}

async fn altered(world: &Arc<World>, was_closed: bool) {
    let disk = Disk::of(world.disk().bytes());
    if was_closed {
        let registry = world.builder(disk.clone()).unwrap().registry().unwrap();
        restored(&registry).unwrap();
        registry.stop_driving();
        registry.journal.close();
    }
    let mut bytes = disk.bytes();
    // Zeros are unused in most places.
    let place = loop {
        let place = usize::try_from(world.below(bytes.len() as u64)).unwrap();
        if bytes[place] != 0 {
            break place;
        }
    };
    bytes[place] ^= 1 << world.below(8);
    let opened = world.builder(Disk::of(bytes)).and_then(|builder| {
        let registry = builder.registry().map_err(|error| error.to_string())?;
        restored(&registry).map_err(|error| error.to_string())?;
        Ok(registry)
    });
    let Ok(registry) = opened else { return };
    let machines = world.model().machines.clone();
    for arn in machines {
        let body = json!({"stateMachineArn": arn}).to_string();
        let input = Input::parse(body.as_bytes(), Scope::default()).unwrap();
        let answer = operations::run(&registry, "DescribeStateMachine", &input).await;
        let is_told = answer.as_ref().map_or_else(|error| error.code.status().is_server_error(), |_| true);
        world.model().expect(is_told, || format!("with byte {place} altered, {arn} says {answer:?}"));
    }
    let executions = world.model().executions.clone();
    for (arn, known) in executions {
        for (operation, body) in [
            ("DescribeExecution", json!({"executionArn": arn})),
            ("GetExecutionHistory", json!({"executionArn": arn, "maxResults": 1000})),
        ] {
            let input = Input::parse(body.to_string().as_bytes(), Scope::default()).unwrap();
            let answer = operations::run(&registry, operation, &input).await;
            let mut model = world.model();
            match answer {
                Err(error) => {
                    let is_told = error.code.status().is_server_error();
                    model.expect(is_told, || format!("with byte {place} altered, {operation} of {arn} says {error:?}"));
                }
                Ok(answer) => {
                    let answer: Value = serde_json::from_slice(&answer).unwrap();
                    match answer["events"].as_array() {
                        Some(events) => model.read(&arn, &known, events),
                        None => model.described(&arn, &known, &answer),
                    }
                }
            }
        }
    }
    registry.stop_driving();
    registry.journal.close();
}
