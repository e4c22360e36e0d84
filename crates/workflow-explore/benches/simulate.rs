//! Measures the time of 100,000 simulated executions of the Hello World on one thread: `cargo bench -p workflow-explore
//! --bench simulate`.

use std::time::Instant;

use serde_json::{Value, json};
use workflow_explore::simulate::{Model, Simulation};
use workflow_local::Engine;

const EXECUTIONS: u64 = 100_000;

/// Returns the Hello World of the examples.
fn hello_world() -> Value {
    let pass = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Pass", "End": true } } });
    json!({ "StartAt": "MyPassState", "States": {
        "MyPassState": { "Type": "Pass", "Next": "Is this Hello World example?" },
        "Is this Hello World example?": { "Type": "Choice", "Choices": [
            { "Variable": "$.IsHelloWorldExample", "BooleanEquals": true, "Next": "Wait for 3 seconds" },
            { "Variable": "$.IsHelloWorldExample", "BooleanEquals": false, "Next": "HelloWorldFailed" },
        ] },
        "Wait for 3 seconds": { "Type": "Wait", "Seconds": 3, "Next": "MyParallelState" },
        "MyParallelState": { "Type": "Parallel", "Branches": [pass("Hello"), pass("World")],
            "Next": "Convert HelloWorld to Base64" },
        "Convert HelloWorld to Base64": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "to-base64", "Payload": { "input": "HelloWorld" } },
            "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 15, "MaxAttempts": 2, "BackoffRate": 4 }],
            "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "Next": "LambdaTaskFailed" }],
            "Next": "HelloWorldSuccessful" },
        "HelloWorldSuccessful": { "Type": "Succeed" },
        "LambdaTaskFailed": { "Type": "Fail" },
        "HelloWorldFailed": { "Type": "Fail" },
    } })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(&hello_world())?;
    let model = Model::of(&json!({
        "inputs": [
            { "value": { "IsHelloWorldExample": true }, "weight": 9 },
            { "value": { "IsHelloWorldExample": false }, "weight": 1 },
        ],
        "states": { "Convert HelloWorld to Base64": {
            "latency": { "p50": 0.12, "p90": 0.3, "p99": 2.0 },
            "failures": { "Lambda.TooManyRequestsException": 0.1 },
            "output": { "StatusCode": 200, "Payload": "SGVsbG9Xb3JsZA==" },
        } },
    }))?;
    for gains in [false, true] {
        let simulation = Simulation::new(&engine, &model)?.executions(EXECUTIONS);
        let simulation = if gains { simulation } else { simulation.without_gains() };
        let begin = Instant::now();
        let report = simulation.run()?;
        let seconds = begin.elapsed().as_secs_f64();
        if gains {
            print!("{report}\n with what a faster task brings: ");
        } else {
            print!("without it: ");
        }
        println!("{seconds:.2} s");
    }
    Ok(())
}
