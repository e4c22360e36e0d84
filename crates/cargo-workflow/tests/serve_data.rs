//! Kills `cargo workflow serve --data` at random moments: nothing acknowledged is lost, no task whose answer was
//! recorded is called again, and objects that a map reads or writes are read and written once. Between two servers the
//! object that maps read is another one, and the objects that ended maps have written are deleted.
//!
//! `WORKFLOW_KILLS=200` kills it more often than the default of 12 times.

#![cfg(unix)]
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const EXECUTIONS: usize = 25;
const SOON: Duration = Duration::from_secs(60);

/// Reads a request or an answer: its first line and headers in lower case, and its body.
fn message(stream: &mut impl Read) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line.to_lowercase());
    }
    let length =
        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).ok()?))
}

/// Starts a fake Lambda that logs the keys it was called with. It fails every key that ends with `-flaky` once.
fn lambda() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&log);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || {
                let mut stream = stream;
                let Some((_, body)) = message(&mut stream) else { return };
                let key = serde_json::from_str::<Value>(&body).unwrap()["key"].as_str().unwrap().to_owned();
                let is_first = {
                    let mut seen = seen.lock().unwrap();
                    let is_first = !seen.contains(&key);
                    seen.push(key.clone());
                    is_first
                };
                std::thread::sleep(Duration::from_millis(5));
                let (extra, body) = if key.ends_with("-flaky") && is_first {
                    ("X-Amz-Function-Error: Unhandled\r\n", json!({"errorType": "Flaky"}))
                } else {
                    ("", json!({"key": key}))
                };
                let body = body.to_string();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\n{extra}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
            });
        }
    });
    (url, log)
}

struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    fn new(folder: &Path, lambda: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
            .args(["workflow", "serve", "--port", "0", "--data", "data", "--objects", "objects"])
            .args(["--lambda-endpoint", lambda])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { process, address }
    }

    /// Returns the answer to a call, if one arrives before the server is killed.
    fn try_call(&self, operation: &str, body: &Value) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(SOON)).ok()?;
        let body = body.to_string();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .ok()?;
        let (head, body) = message(&mut stream)?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(&body).ok()?))
    }

    fn call(&self, operation: &str, body: &Value) -> Value {
        let (status, answer) = self.try_call(operation, body).unwrap();
        assert_eq!(status, 200, "{operation} {body}: {answer}");
        answer
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn history(&self, execution: &str) -> Vec<Value> {
        let body = json!({"executionArn": execution, "maxResults": 1000});
        self.call("GetExecutionHistory", &body)["events"].as_array().unwrap().clone()
    }

    /// Returns the histories of an execution and of the children of its map run.
    fn histories(&self, execution: &str) -> Vec<(String, Vec<Value>)> {
        let mut histories = vec![(execution.to_owned(), self.history(execution))];
        let map_runs = self.call("ListMapRuns", &json!({"executionArn": execution}));
        for map_run in map_runs["mapRuns"].as_array().unwrap() {
            let children = self.call("ListExecutions", &json!({"mapRunArn": map_run["mapRunArn"]}));
            for child in children["executions"].as_array().unwrap() {
                let arn = child["executionArn"].as_str().unwrap();
                histories.push((arn.to_owned(), self.history(arn)));
            }
        }
        histories
    }

    /// Returns the descriptions of the executions that have ended, by name.
    fn ended(&self, executions: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
        let describe = |arn: &String| self.call("DescribeExecution", &json!({"executionArn": arn}));
        let described = executions.iter().map(|(name, arn)| (name.clone(), describe(arn)));
        described.filter(|(_, described)| described["status"] != "RUNNING").collect()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

fn definition(activity: &str) -> Value {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let call = |suffix: &str, next: &str| {
        json!({
            "Type": "Task", "Resource": function, "Next": next, "ResultPath": "$.result",
            "Parameters": {"key.$": format!("States.Format('{{}}{suffix}', $.name)")},
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 100}],
        })
    };
    let of_item = |suffix: &str, done: &str| {
        let states = json!({suffix: call(suffix, done), done: {"Type": "Pass", "End": true}});
        json!({"StartAt": suffix, "States": states})
    };
    let mut children = of_item("-child", "Child done");
    children["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    json!({"StartAt": "First", "States": {
        "First": call("-first", "Each"),
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.result", "Next": "Read",
            "ItemSelector": {"name.$": "States.Format('{}-{}', $.name, $$.Map.Item.Value)"}, "ItemProcessor": of_item("-item", "Done"),
        },
        "Read": {
            "Type": "Map", "ResultPath": "$.written", "Next": "Wait",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "in", "Key": "items.json"},
            },
            "ItemSelector": {"name.$": "States.Format('{}-{}', $.name, $$.Map.Item.Value)"}, "ItemProcessor": children,
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix.$": "$.name"},
            },
        },
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Flaky"},
        "Flaky": call("-flaky", "Work"),
        "Work": {"Type": "Task", "Resource": activity, "TimeoutSeconds": 600, "ResultPath": "$.work", "Next": "Last"},
        "Last": {"Type": "Pass", "OutputPath": "$.work", "End": true},
    }})
}

#[test]
fn nothing_acknowledged_is_lost_when_it_is_killed() {
    let kills: u64 = std::env::var("WORKFLOW_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve_killed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let (url, log) = lambda();
    // The object has other items after each kill.
    let (input, output) = (folder.join("objects/in/items.json"), folder.join("objects/out"));
    let put_items =
        |kills: u64| fs::write(&input, json!([100 * (kills + 1), 100 * (kills + 1) + 1]).to_string()).unwrap();
    let results = |name: &str| -> Vec<PathBuf> {
        let runs = fs::read_dir(output.join(name)).into_iter().flatten();
        runs.map(|run| run.unwrap().path()).collect()
    };
    fs::create_dir_all(input.parent().unwrap()).unwrap();
    put_items(0);
    let mut random = 0x9e37_79b9_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };

    let mut serving = Serving::new(&folder, &url);
    let activity = serving.call("CreateActivity", &json!({"name": "A"}))["activityArn"].as_str().unwrap().to_owned();
    let body = json!({"name": "M", "definition": definition(&activity).to_string(), "roleArn": "arn:aws:iam::123456789012:role/r"});
    let machine = serving.call("CreateStateMachine", &body)["stateMachineArn"].clone();
    let mut started: BTreeMap<String, String> = BTreeMap::new();
    // Answers that were seen in a history: clients may rely on them.
    let mut recorded: BTreeSet<String> = BTreeSet::new();
    // Tasks that a worker of the activity has taken, by their contents.
    let mut tokens: Vec<String> = Vec::new();
    let mut succeeded: BTreeSet<String> = BTreeSet::new();
    // The executions whose results were there, and were deleted.
    let mut written: BTreeSet<String> = BTreeSet::new();
    let mut killed = 0;
    let begun = Instant::now();
    loop {
        let until = Instant::now() + Duration::from_millis(30 + next(250));
        while Instant::now() < until {
            if started.len() < EXECUTIONS && next(2) == 0 {
                let name = format!("e{}", started.len());
                let input = json!({"name": name, "items": [1, 2, 3]}).to_string();
                let answer =
                    serving.call("StartExecution", &json!({"stateMachineArn": machine, "name": name, "input": input}));
                started.insert(name, answer["executionArn"].as_str().unwrap().to_owned());
            } else if let Some(token) = tokens.pop() {
                let answer = serving.try_call("SendTaskSuccess", &json!({"taskToken": token, "output": "\"worked\""}));
                let (status, answer) = answer.unwrap();
                assert_eq!(status, 200, "a token is not valid any more: {answer}");
                succeeded.insert(token);
            } else if started.len() == EXECUTIONS {
                let list =
                    serving.call("ListExecutions", &json!({"stateMachineArn": machine, "statusFilter": "RUNNING"}));
                let waits = list["executions"].as_array().unwrap().iter().find(|execution| {
                    let history = serving.history(execution["executionArn"].as_str().unwrap());
                    history.last().is_some_and(|event| event["type"] == "ActivityScheduled")
                });
                match waits {
                    Some(_) => {
                        let task = serving.call("GetActivityTask", &json!({"activityArn": activity}));
                        tokens.push(task["taskToken"].as_str().unwrap().to_owned());
                    }
                    None => std::thread::sleep(Duration::from_millis(10)),
                }
            }
        }
        for (_, history) in started.values().flat_map(|arn| serving.histories(arn)) {
            for event in history {
                if event["type"] == "LambdaFunctionSucceeded" {
                    let output = event["lambdaFunctionSucceededEventDetails"]["output"].as_str().unwrap();
                    recorded.insert(serde_json::from_str::<Value>(output).unwrap()["key"].as_str().unwrap().to_owned());
                }
            }
        }
        // From here on, nothing recorded may be called again.
        let calls_before = log.lock().unwrap().len();
        let running = serving.call("ListExecutions", &json!({"stateMachineArn": machine, "statusFilter": "RUNNING"}));
        let all_ended = started.len() == EXECUTIONS && running["executions"].as_array().unwrap().is_empty();
        if all_ended && killed >= kills {
            break;
        }
        assert!(begun.elapsed() < SOON * 20, "{killed} kills, {running}");
        if killed < kills {
            let histories: Vec<_> = started.values().flat_map(|arn| serving.histories(arn)).collect();
            let ended = serving.ended(&started);
            serving.kill();
            killed += 1;
            put_items(killed);
            for name in ended.keys().filter(|name| written.insert((*name).clone())) {
                assert_eq!(results(name).len(), 1, "{name}");
                fs::remove_dir_all(output.join(name)).unwrap();
            }
            serving = Serving::new(&folder, &url);
            for (arn, before) in &histories {
                let after = serving.history(arn);
                assert!(after.len() >= before.len(), "{arn} has lost events");
                assert_eq!(after[..before.len()], before[..], "{arn} has other events");
            }
            let described = serving.ended(&started);
            for (name, before) in &ended {
                assert_eq!(&described[name], before, "{name}");
                assert_eq!(results(name), [] as [PathBuf; 0], "{name} was written again");
            }
        }
        let log = log.lock().unwrap();
        let again: Vec<_> = log[calls_before..].iter().filter(|key| recorded.contains(*key)).collect();
        assert!(again.is_empty(), "called again: {again:?}");
    }
    for (name, arn) in &started {
        let described = serving.call("DescribeExecution", &json!({"executionArn": arn}));
        assert_eq!(
            (&described["status"], &described["output"]),
            (&json!("SUCCEEDED"), &json!("\"worked\"")),
            "{name}: {described}"
        );
    }
    println!("{killed} kills, {} calls in {:?}", log.lock().unwrap().len(), begun.elapsed());
}
