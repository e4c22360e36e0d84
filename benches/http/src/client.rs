//! The client, the same for every server.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::peer::Peer;
use crate::workloads::Workload;

/// The time limit of an execution.
const PATIENCE: Duration = Duration::from_secs(60);
/// The connections for workloads with more than one execution.
const CONNECTIONS: usize = 8;

pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    /// Whether to compare the output. The server that runs nothing cannot produce it.
    compares: bool,
}

/// The parts of `StartExecution`'s and `DescribeExecution`'s answers that are read.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, rename = "executionArn")]
    arn: Cow<'a, str>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    output: Option<Cow<'a, str>>,
}

/// A workload ready to run on a server.
pub(crate) struct Job<'a> {
    client: &'a Client,
    workload: &'a Workload,
    machine: Value,
    input: String,
    executions: usize,
    started: usize,
}

impl Client {
    pub(crate) fn new(peer: &Peer) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections_per_host(CONNECTIONS);
        Self { agent: config.build().into(), url: peer.url.clone(), compares: peer.name != "null" }
    }

    fn call(&self, operation: &str, body: &str) -> Result<String, String> {
        let request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
            .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0");
        let mut answer = request.send(body).map_err(|error| error.to_string())?;
        let text = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        match answer.status().is_success() {
            true => Ok(text),
            false => Err(format!("{} {text}", answer.status())),
        }
    }

    pub(crate) fn prepare<'a>(&'a self, workload: &'a Workload, executions: usize) -> Result<Job<'a>, String> {
        let machine = json!({
            "name": format!("{}-{}", workload.name, std::process::id()),
            "definition": workload.definition.to_string(),
            "roleArn": "arn:aws:iam::123456789012:role/bench",
        });
        let answer = self.call("CreateStateMachine", &machine.to_string())?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let machine = answer["stateMachineArn"].clone();
        Ok(Job { client: self, workload, machine, input: workload.input.to_string(), executions, started: 0 })
    }
}

impl Job<'_> {
    /// Returns the time from the first request to the last answer.
    pub(crate) fn run(&mut self) -> Result<Duration, String> {
        let mut bodies = Vec::new();
        for _ in 0..self.executions {
            self.started += 1;
            // moto treats two unnamed executions as the same one.
            let name = format!("run-{}", self.started);
            bodies.push(json!({ "stateMachineArn": self.machine, "input": self.input, "name": name }).to_string());
        }
        let job: &Self = self;
        let began = Instant::now();
        let answers = match &*bodies {
            [body] => vec![job.execute(body)],
            bodies => std::thread::scope(|scope| {
                let share = |bodies| scope.spawn(move || job.execute_all(bodies));
                let threads: Vec<_> = bodies.chunks(bodies.len().div_ceil(CONNECTIONS)).map(share).collect();
                threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
            }),
        };
        let took = began.elapsed();
        for answer in answers {
            let answer = answer?;
            let answer: Answer<'_> = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
            let output = answer.output.unwrap_or_default();
            if self.client.compares && serde_json::from_str(&output).ok().as_ref() != Some(&self.workload.output) {
                return Err(format!("wrong output {output}"));
            }
        }
        Ok(took)
    }

    /// Starts all executions, then waits for each.
    fn execute_all(&self, bodies: &[String]) -> Vec<Result<String, String>> {
        let started: Vec<_> = bodies.iter().map(|body| self.start(body)).collect();
        started.into_iter().map(|asked| self.wait(&asked?)).collect()
    }

    fn execute(&self, body: &str) -> Result<String, String> {
        self.wait(&self.start(body)?)
    }

    /// Starts an execution, and returns the body of `DescribeExecution`.
    fn start(&self, body: &str) -> Result<String, String> {
        let answer = self.client.call("StartExecution", body)?;
        let answer: Answer<'_> = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        Ok(json!({ "executionArn": answer.arn }).to_string())
    }

    /// Waits for the end, and returns the last answer of `DescribeExecution`.
    fn wait(&self, ask: &str) -> Result<String, String> {
        let began = Instant::now();
        loop {
            let text = self.client.call("DescribeExecution", ask)?;
            let answer: Answer<'_> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            let took = began.elapsed();
            match &*answer.status {
                "SUCCEEDED" => return Ok(text),
                "RUNNING" if took < PATIENCE => std::thread::sleep(pause(took)),
                "RUNNING" => return Err(format!("no end after {} s", PATIENCE.as_secs())),
                _ => return Err(text),
            }
        }
    }
}

/// Returns a hundredth of the time already waited, from 0.1 to 50 ms.
fn pause(waited: Duration) -> Duration {
    (waited / 100).clamp(Duration::from_micros(100), Duration::from_millis(50))
}
