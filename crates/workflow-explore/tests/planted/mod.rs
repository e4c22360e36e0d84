//! Workflows with a mistake, each with its corrected version. Every mistake must be found, and no corrected version may
//! be reported.

mod callbacks;
mod compensation;
mod data;
mod expressions;
mod handlers;
mod lists;
mod loops;
mod maps;
mod references;
mod times;

use serde_json::{Value, json};
use workflow_explore::{Explorer, Property, Verdict};
use workflow_local::Engine;

const UNCAUGHT: &str = "no error is left uncaught";
const ENDS: &str = "every execution ends";
const PROGRAM: &str = "no fault of the program";
const QUOTAS: &str = "history, payload and variables stay within quotas";
const IDEMPOTENCE: &str = "a repeated call has the same idempotency token";

/// Returns `base` with the members of `more` added.
fn with(mut base: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// Returns a task that passes its input on. If it fails, `Failed` follows.
fn task(function: &str, next: &str) -> Value {
    json!({
        "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"),
        "ResultPath": null, "Next": next,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Failed" }],
    })
}

/// Returns a task without handlers, which ends its branch or iteration.
fn inner(function: &str) -> Value {
    let mut task = task(function, "");
    for field in ["Next", "Catch"] {
        task.as_object_mut().unwrap().remove(field);
    }
    with(task, json!({ "End": true }))
}

/// Returns catchers: the error `name` leads to one state, all others lead to another.
fn sorted(name: &str, to: &str, rest: &str) -> Value {
    json!({ "Catch": [
        { "ErrorEquals": [name], "ResultPath": null, "Next": to },
        { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": rest },
    ] })
}

fn caught(names: &[&str], next: &str) -> Value {
    json!({ "Catch": [{ "ErrorEquals": names, "ResultPath": null, "Next": next }] })
}

/// Returns a machine of these states, plus `Done` and `Failed`.
fn machine(states: Value) -> Value {
    let ends = json!({ "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" } });
    let start = states.as_object().unwrap().keys().next().unwrap().clone();
    json!({ "StartAt": start, "States": with(states, ends) })
}

fn jsonata(states: Value) -> Value {
    with(machine(states), json!({ "QueryLanguage": "JSONata" }))
}

/// Returns a task in JSONata.
fn call(function: &str, next: &str) -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": function, "Payload": "{% $states.input %}" },
        "Output": "{% $states.input %}", "Next": next,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "{% $states.input %}", "Next": "Failed" }],
    })
}

fn token(fields: Value) -> Value {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$$.Task.Token" },
        "Next": "Done",
    });
    with(with(task, caught(&["States.ALL"], "Failed")), fields)
}

/// Removes `Done`, `Failed` and similar states if they are unreachable: a definition must not have unreachable states.
fn pruned(mut machine: Value) -> Value {
    let start = machine["StartAt"].clone();
    loop {
        let states = machine["States"].as_object().unwrap();
        let text = states.values().map(Value::to_string).collect::<String>();
        let is_unused = |name: &&String| start != name.as_str() && !text.contains(&format!("\"{name}\""));
        let Some(unused) = states.keys().find(is_unused).cloned() else { return machine };
        machine["States"].as_object_mut().unwrap().shift_remove(&unused);
    }
}

struct Planted {
    name: &'static str,
    wrong: Value,
    right: Value,
    properties: Vec<Property>,
    broken: String,
}

fn planted(name: &'static str, broken: &str, wrong: Value, right: Value) -> Planted {
    Planted { name, wrong, right, properties: Vec::new(), broken: broken.to_owned() }
}

fn declared(name: &'static str, property: Property, wrong: Value, right: Value) -> Planted {
    Planted { name, wrong, right, broken: property.to_string(), properties: vec![property] }
}

#[test]
fn every_mistake_is_found_and_no_twin_is_reported() {
    let all: Vec<_> = [
        handlers::all(),
        compensation::all(),
        loops::all(),
        times::all(),
        data::all(),
        maps::all(),
        expressions::all(),
        references::all(),
        callbacks::all(),
        lists::all(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(all.len() >= 30, "{}", all.len());
    let mut wrong = Vec::new();
    for planted in all {
        let explore = |definition: &Value| {
            let engine = Engine::new(&pruned(definition.clone())).map_err(|error| error.to_string())?;
            let explorer = planted.properties.iter().cloned().fold(Explorer::new(&engine).unwrap(), Explorer::property);
            explorer.explore().map_err(|error| error.to_string())
        };
        let (report, right) = match (explore(&planted.wrong), explore(&planted.right)) {
            (Ok(report), Ok(right)) => (report, right),
            (report, right) => {
                let errors: Vec<_> = [report, right].into_iter().filter_map(Result::err).collect();
                wrong.push(format!("{}: {}", planted.name, errors.join("\n")));
                continue;
            }
        };
        if !report.findings.iter().any(|finding| finding.property == planted.broken) {
            wrong.push(format!("{}: not found\n{report}", planted.name));
        }
        for finding in &report.findings {
            if report.replay(finding).is_none() {
                wrong.push(format!("{}: does not replay\n{report}", planted.name));
            }
        }
        // Some have a catcher for errors that nothing raises.
        if !matches!(right.verdict(), Verdict::Holds | Verdict::NotShown) {
            wrong.push(format!("{}: the twin is reported\n{right}", planted.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
