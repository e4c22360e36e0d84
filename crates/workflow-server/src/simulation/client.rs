//! The clients of the simulation.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use turmoil::net::TcpStream;
use workflow_local::{ObjectStore, Random};

use super::machines::{ACTIVITY, KINDS, definition};
use super::{CLIENTS, World};

/// How many requests a client sends before it finishes.
const REQUESTS: usize = 30;
/// How many rounds everything has to end, without faults.
const ROUNDS: usize = 60;

pub(super) struct Client {
    world: Arc<World>,
    number: u64,
    random: Random,
    stream: Option<TcpStream>,
    tags: u64,
}

/// Parts of the messages of errors that disturbances cause.
const TROUBLES: [&str; 6] = [
    "the power has failed",
    "the server cannot write its data",
    "the server's journal is closed",
    "the server is shutting down",
    "the journal is closed",
    "the data cannot be read at present",
];

impl Client {
    pub(super) fn new(world: &Arc<World>, number: u64, seed: u64) -> Self {
        Self { world: Arc::clone(world), number, random: Random::new(seed), stream: None, tags: 0 }
    }

    async fn exchange(&mut self, request: &str) -> io::Result<(u16, Value)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(("server", 80)).await?,
        };
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        loop {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let text = String::from_utf8_lossy(&bytes);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse::<usize>().unwrap() {
                self.stream = Some(stream);
                let status = head.split(' ').nth(1).unwrap_or_default().parse().unwrap();
                return Ok((status, serde_json::from_str(body).unwrap()));
            }
        }
    }

    /// Sends a request. Returns the answer, `Err` with the error's type, or `None` if the outcome is not known.
    async fn send(&mut self, path: &str, operation: &str, body: &Value) -> Option<Result<Value, String>> {
        let text = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
        let answer = tokio::time::timeout(Duration::from_secs(3), self.exchange(&request)).await;
        self.world.note(|| match &answer {
            Ok(Ok((status, answer))) => format!("{} {operation} {text} -> {status} {answer}", self.number),
            _ => format!("{} {operation} {text} -> {answer:?}", self.number),
        });
        let Ok(Ok((status, answer))) = answer else {
            self.stream = None;
            return None;
        };
        let mut model = self.world.model();
        model.note(&format!("{} {operation} {status} {answer}", self.number));
        if status == 200 {
            return Some(Ok(answer));
        }
        let error = format!("{} {}", answer["__type"], answer["message"]);
        if status < 500 {
            return Some(Err(error));
        }
        let is_known = TROUBLES.iter().any(|trouble| error.contains(trouble));
        model.expect(is_known, || format!("{operation} {text} failed: {error}"));
        None
    }

    async fn call(&mut self, operation: &str, body: Value) -> Option<Result<Value, String>> {
        self.send("/", operation, &body).await
    }

    /// Sends a request that must not be refused.
    async fn must(&mut self, operation: &str, body: Value) -> Option<Value> {
        match self.call(operation, body.clone()).await? {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.world.model().expect(false, || format!("{operation} {body} was refused: {error}"));
                None
            }
        }
    }

    /// Chooses one of the keys of a map.
    fn any<'k>(&self, mut keys: impl ExactSizeIterator<Item = &'k String>) -> Option<String> {
        let place = self.random.below(keys.len().max(1) as u64);
        keys.nth(usize::try_from(place).unwrap()).cloned()
    }

    /// Does its part, and the first one also the rest.
    pub(super) async fn work(mut self) -> turmoil::Result {
        for _ in 0..REQUESTS {
            tokio::time::sleep(Duration::from_millis(self.random.below(300))).await;
            self.act().await;
        }
        let world = Arc::clone(&self.world);
        world.finished.fetch_add(1, Ordering::Relaxed);
        if self.number > 0 {
            return Ok(());
        }
        while world.finished.load(Ordering::Relaxed) < CLIENTS {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        world.is_calm.store(true, Ordering::Relaxed);
        self.finish().await;
        Ok(())
    }

    /// Lets everything end, and looks at it a last time.
    async fn finish(&mut self) {
        let world = Arc::clone(&self.world);
        for _ in 0..ROUNDS {
            let _ = self.send("/clock", "", &json!({"advanceSeconds": 3600})).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            while self.take_activity().await {}
            let tokens: Vec<String> = world.model().tokens.keys().cloned().collect();
            for token in tokens {
                self.answer_token(token).await;
            }
            let running: Vec<String> = {
                let model = world.model();
                model.executions.iter().filter(|(_, known)| !known.has_ended()).map(|(arn, _)| arn.clone()).collect()
            };
            for arn in &running {
                self.describe(arn).await;
            }
            if running.is_empty() {
                break;
            }
        }
        let all: Vec<String> = world.model().executions.keys().cloned().collect();
        for arn in &all {
            self.describe(arn).await;
            self.read_history(arn).await;
            let mut model = world.model();
            let has_ended = model.executions[arn].has_ended();
            model.expect(has_ended, || format!("{arn} does not end"));
        }
        let machines: Vec<String> = world.model().machines.iter().cloned().collect();
        for machine in &machines {
            self.list(machine).await;
        }
        world.model().check_answers();
    }

    async fn act(&mut self) {
        let world = Arc::clone(&self.world);
        let (machine, execution) = {
            let model = world.model();
            (self.any(model.machines.iter()), self.any(model.executions.keys()))
        };
        let kind = self.random.below(24);
        match (kind, machine, execution) {
            (0, _, _) | (_, None, _) => self.create().await,
            (1..8, Some(machine), _) | (_, Some(machine), None) => self.start(&machine).await,
            (8..10, _, Some(arn)) => self.describe(&arn).await,
            (10..13, _, Some(arn)) => self.read_history(&arn).await,
            (13, Some(machine), _) => self.list(&machine).await,
            (14, _, Some(arn)) => {
                let count = world.model().executions[&arn].redrives;
                if let Some(Ok(_)) = self.call("StopExecution", json!({"executionArn": arn})).await {
                    world.model().was_stopped(&arn, count);
                }
            }
            (15..17, _, Some(arn)) => {
                let count = world.model().executions[&arn].redrives;
                if let Some(Ok(_)) = self.call("RedriveExecution", json!({"executionArn": arn})).await {
                    world.model().was_redriven(&arn, count + 1);
                }
            }
            (17, Some(machine), _) => self.tag(&machine).await,
            (18, Some(machine), _) => {
                let key = format!("k{}", self.number);
                if let Some(answer) = self.must("ListTagsForResource", json!({"resourceArn": machine})).await {
                    let tags = answer["tags"].as_array().unwrap();
                    let own = tags.iter().find(|tag| tag["key"] == key.as_str()).and_then(|tag| tag["value"].as_str());
                    world.model().tagged(&machine, &key, own);
                }
            }
            (19, ..) => {
                let _ = self.take_activity().await;
            }
            (20, ..) => {
                let token = self.any(world.model().tokens.keys());
                if let Some(token) = token {
                    self.answer_token(token).await;
                }
            }
            (21, ..) => {
                let seconds = [1, 60, 3600][usize::try_from(self.random.below(3)).unwrap()];
                let _ = self.send("/clock", "", &json!({"advanceSeconds": seconds})).await;
            }
            (22, ..) => {
                let items: Vec<u64> = (0..self.random.below(5)).collect();
                world.store.put("b", "k", json!(items).to_string().into_bytes()).unwrap();
            }
            _ => self.stream = None,
        }
    }

    async fn create(&mut self) {
        let _ = self.must("CreateActivity", json!({"name": "work"})).await;
        let kind = self.random.below(KINDS);
        let body = json!({
            "name": format!("m{kind}"), "definition": definition(kind).to_string(), "roleArn": "arn:aws:iam::123456789012:role/r",
        });
        if let Some(answer) = self.must("CreateStateMachine", body).await {
            self.world.model().machines.insert(answer["stateMachineArn"].as_str().unwrap().to_owned());
        }
    }

    async fn start(&mut self, machine: &str) {
        let name = format!("e{}", self.random.below(8));
        let body = json!({"stateMachineArn": machine, "name": name, "input": "[1, 2]"});
        match self.call("StartExecution", body).await {
            Some(Ok(answer)) => self.world.model().started(&answer),
            Some(Err(error)) => {
                let is_known = error.contains("ExecutionAlreadyExists");
                self.world.model().expect(is_known, || format!("{name} does not start: {error}"));
            }
            None => {}
        }
    }

    async fn describe(&mut self, arn: &str) {
        let before = self.world.model().executions[arn].clone();
        if let Some(answer) = self.must("DescribeExecution", json!({"executionArn": arn})).await {
            self.world.model().described(arn, &before, &answer);
        }
    }

    async fn read_history(&mut self, arn: &str) {
        let before = self.world.model().executions[arn].clone();
        let body = json!({"executionArn": arn, "maxResults": 1000});
        if let Some(answer) = self.must("GetExecutionHistory", body).await {
            self.world.model().read(arn, &before, answer["events"].as_array().unwrap());
        }
    }

    async fn list(&mut self, machine: &str) {
        let prefix = format!("{}:", machine.replace(":stateMachine:", ":execution:"));
        let mut before = self.world.model().executions.clone();
        before.retain(|arn, _| arn.starts_with(&prefix));
        let body = json!({"stateMachineArn": machine, "maxResults": 1000});
        if let Some(answer) = self.must("ListExecutions", body).await {
            self.world.model().listed(&before, answer["executions"].as_array().unwrap());
        }
    }

    async fn tag(&mut self, machine: &str) {
        self.tags += 1;
        let (key, value) = (format!("k{}", self.number), self.tags.to_string());
        self.world.model().tags(machine, &key, &value, false);
        let body = json!({"resourceArn": machine, "tags": [{"key": key, "value": value}]});
        if self.must("TagResource", body).await.is_some() {
            self.world.model().tags(machine, &key, &value, true);
        }
    }

    /// Takes a task of the activity, and perhaps answers it. Returns whether there was one.
    async fn take_activity(&mut self) -> bool {
        let answer = self.call("GetActivityTask", json!({"activityArn": ACTIVITY})).await;
        let Some(Ok(answer)) = answer else { return false };
        let Some(token) = answer["taskToken"].as_str() else { return false };
        let input: Value = serde_json::from_str(answer["input"].as_str().unwrap()).unwrap();
        let id = input["id"].as_str().unwrap().to_owned();
        self.world.model().tokens.insert(token.to_owned(), id);
        self.answer_token(token.to_owned()).await;
        true
    }

    async fn answer_token(&mut self, token: String) {
        let (id, was_answered) = {
            let model = self.world.model();
            (model.tokens[&token].clone(), model.answered.contains(&token))
        };
        let output = json!({"answer": format!("answer to {id}")}).to_string();
        if let Some(Ok(_)) = self.call("SendTaskSuccess", json!({"taskToken": token, "output": output})).await {
            let mut model = self.world.model();
            model.expect(!was_answered, || format!("{id} was answered twice"));
            model.answered.insert(token);
        }
    }
}
