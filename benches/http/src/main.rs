//! States per second over HTTP: this project's server, fakecloud's, moto and ministack, one after
//! the other, the same client, one run.
//!
//! `cargo run --release --manifest-path benches/http/Cargo.toml -- [--moto URL] [--ministack URL]`;
//! moto and ministack (PyPI) are started by the caller; fakecloud needs `--features fakecloud`, a long build.

#[cfg(feature = "fakecloud")]
mod fakecloud;
#[path = "../../../workflow-local/benches/engine/workloads.rs"]
mod workloads;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use workflow_local::Clock;
use workflow_local::server::Server;
use workloads::Workload;

/// How often a workload is run at most, and for how long about.
const RUNS: usize = 9;
const TIME: Duration = Duration::from_secs(20);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::builder().clock(Clock::Real).bind("127.0.0.1:0")).unwrap();
    let mut servers = vec![("workflow-local", server.endpoint_url())];
    #[cfg(feature = "fakecloud")]
    servers.push(("fakecloud", runtime.block_on(fakecloud::serve())));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for pair in arguments.chunks(2) {
        match pair {
            [name, url] if name == "--moto" => {
                // moto's interpreter is off unless asked for.
                let config = json!({ "stepfunctions": { "execute_state_machine": true } });
                ureq::post(format!("{url}/moto-api/config")).send(config.to_string()).unwrap();
                servers.push(("moto", url.clone()));
            }
            [name, url] if name == "--ministack" => servers.push(("ministack", url.clone())),
            other => panic!("unknown: {other:?}"),
        }
    }
    println!("states/s, median of up to {RUNS} (ratio: ours to theirs)");
    for workload in workloads::all() {
        let mut ours = None;
        for (name, url) in &servers {
            match Client::new(url).measure(&workload) {
                Ok(rate) => {
                    let ours = *ours.get_or_insert(rate);
                    println!("{} {name:<15} {rate:>12.0}  x {:.1}", workload.name, ours / rate);
                }
                Err(error) => println!("{} {name:<15} {}", workload.name, error.chars().take(100).collect::<String>()),
            }
        }
    }
}

struct Client<'a> {
    agent: ureq::Agent,
    url: &'a str,
}

impl<'a> Client<'a> {
    fn new(url: &'a str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60)));
        Self { agent: config.build().into(), url }
    }

    fn call(&self, operation: &str, body: &Value) -> Result<Value, String> {
        let request = self
            .agent
            .post(self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
            .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0");
        let mut answer = request.send(body.to_string()).map_err(|error| error.to_string())?;
        let text = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(text);
        }
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    /// States per second of the median run, from `StartExecution` to the answer that has the output.
    fn measure(&self, workload: &Workload) -> Result<f64, String> {
        let machine = self.call(
            "CreateStateMachine",
            &json!({
                "name": workload.name,
                "definition": workload.definition.to_string(),
                "roleArn": "arn:aws:iam::123456789012:role/bench",
            }),
        )?;
        let began = Instant::now();
        let mut times = Vec::new();
        while times.is_empty() || times.len() < RUNS && began.elapsed() < TIME {
            times.push(self.run(workload, &machine["stateMachineArn"], times.len())?);
        }
        times.sort();
        Ok(workload.states as f64 / times[times.len() / 2].as_secs_f64())
    }

    fn run(&self, workload: &Workload, machine: &Value, number: usize) -> Result<Duration, String> {
        let input = workload.input.to_string();
        // moto takes two unnamed executions for the same one.
        let start = json!({ "stateMachineArn": machine, "input": input, "name": format!("run-{number}") });
        let began = Instant::now();
        let execution = self.call("StartExecution", &start)?;
        let ask = json!({ "executionArn": execution["executionArn"] });
        loop {
            let answer = self.call("DescribeExecution", &ask)?;
            let took = began.elapsed();
            match answer["status"].as_str() {
                Some("SUCCEEDED") => {
                    let output: Value = serde_json::from_str(answer["output"].as_str().unwrap_or_default()).unwrap_or_default();
                    return if output == workload.output { Ok(took) } else { Err("wrong output".to_owned()) };
                }
                Some("RUNNING") if took < Duration::from_secs(60) => {
                    let pause = took.as_micros() / 100;
                    std::thread::sleep(Duration::from_micros(u64::try_from(pause).unwrap_or(0).clamp(100, 50_000)));
                }
                _ => return Err(answer.to_string()),
            }
        }
    }
}
