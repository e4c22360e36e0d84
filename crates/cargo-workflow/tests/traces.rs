//! Tests the traces that `cargo workflow` posts to a collector on loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// Reads a request and returns the first line and the body, which must be JSON according to its header.
fn request(stream: &mut TcpStream) -> (String, Value) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let (mut length, mut is_json) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        is_json |= line == "content-type: application/json";
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    assert!(is_json, "the type of the body");
    (first.trim().to_owned(), serde_json::from_slice(&body).unwrap())
}

/// Starts a collector. Returns its URL, and a channel for what it receives.
fn collector() -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (give, got) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            give.send(request(&mut stream)).unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2";
            write!(stream, "{head}\r\n\r\n{{}}").unwrap();
        }
    });
    (url, got)
}

fn definition() -> Value {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Branches": [branch("Left"), branch("Right")], "ResultPath": null, "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": branch("One"), "End": true},
    }})
}

/// Returns a file with that definition.
fn machine(folder: &str, definition: &Value) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("machine.json");
    std::fs::write(&file, definition.to_string()).unwrap();
    file
}

fn input() -> String {
    json!({"items": [1, 2], "traceparent": format!("00-{TRACE}-{SPAN}-01")}).to_string()
}

/// Returns the spans of a request.
fn spans(body: &Value) -> Vec<Value> {
    let elements = body["resourceSpans"].as_array().unwrap().iter();
    elements.flat_map(|element| element["scopeSpans"][0]["spans"].as_array().unwrap().clone()).collect()
}

/// Returns the spans of all requests up to that of the execution, which is the last.
fn until_the_end(got: &Receiver<(String, Value)>) -> (String, Vec<Value>) {
    let mut all = Vec::new();
    loop {
        let (first, body) = got.recv_timeout(SOON).unwrap();
        all.append(&mut spans(&body));
        if all.last().unwrap()["parentSpanId"] == SPAN {
            return (first, all);
        }
    }
}

/// Each span's name with those of the spans around it, whatever their order.
fn tree(spans: &[Value]) -> Vec<String> {
    let text = |span: &Value, member: &str| span[member].as_str().unwrap().to_owned();
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (text(span, "spanId"), span)).collect();
    assert_eq!(by_id.len(), spans.len(), "each span has an id of its own");
    let mut paths: Vec<_> = spans
        .iter()
        .map(|span| {
            assert_eq!(span["traceId"], TRACE);
            let mut path = String::new();
            let mut next = span;
            loop {
                let parent = text(next, "parentSpanId");
                if parent == SPAN {
                    return path;
                }
                let name = text(next, "name");
                path = if path.is_empty() { name } else { format!("{name} / {path}") };
                next = by_id.get(&parent).unwrap_or_else(|| panic!("nobody is {parent}"));
            }
        })
        .collect();
    paths.sort();
    paths
}

/// Returns the tree that the links of the events form, below the execution.
const TREE: [&str; 11] = [
    "",
    "Both",
    "Both / branch 1",
    "Both / branch 1 / Left",
    "Both / branch 2",
    "Both / branch 2 / Right",
    "Each",
    "Each / item 0",
    "Each / item 0 / One",
    "Each / item 1",
    "Each / item 1 / One",
];

#[test]
fn a_run_posts_its_trace_and_says_when_nobody_takes_it() {
    let (url, got) = collector();
    let machine = machine("traces-run", &definition());
    let run = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
        command.args(["workflow", "run"]).arg(&machine).args(["--input", &input(), "--trace", "otlp", url]);
        command.output().unwrap()
    };
    let done = run(&url);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (first, body) = got.recv_timeout(SOON).unwrap();
    assert_eq!((first.as_str(), tree(&spans(&body))), ("POST /v1/traces HTTP/1.1", TREE.map(str::to_owned).to_vec()));

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done = run(&format!("http://{nobody}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.code() == Some(2) && said.contains("the trace could not be sent"), "{said}");
}

/// A server that traces, which ends with the test.
struct Serving {
    process: std::process::Child,
    address: String,
}

impl Serving {
    fn of(machine: &Path, url: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
            .args(["workflow", "serve", "--port", "0", "--trace", "otlp", url])
            .arg(machine)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address =
            lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned));
        Self { process, address: address.unwrap() }
    }

    /// Posts a body, and waits for the answer.
    fn post(&self, path: &str, operation: &str, body: &Value) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let body = body.to_string();
        let head = format!("POST {path} HTTP/1.1\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nConnection: close");
        write!(stream, "{head}\r\nHost: {}\r\nContent-Length: {}\r\n\r\n{body}", self.address, body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }

    fn start(&self) {
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:machine";
        self.post("/", "StartExecution", &json!({"stateMachineArn": arn, "input": input()}));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_server_posts_the_trace_of_each_execution() {
    let (url, got) = collector();
    let serving = Serving::of(&machine("traces-serve", &definition()), &format!("{url}/own/path"));
    serving.start();
    let (first, spans) = until_the_end(&got);
    assert_eq!((first.as_str(), tree(&spans)), ("POST /own/path HTTP/1.1", TREE.map(str::to_owned).to_vec()));
}

#[test]
fn a_server_posts_spans_of_an_execution_that_still_waits() {
    let (url, got) = collector();
    let waiting = json!({"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "End": true, "MaxConcurrency": 1, "ItemProcessor": {
            "StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 3600, "End": true}}}},
    }});
    let serving = Serving::of(&machine("traces-live", &waiting), &url);
    serving.start();
    let names = |spans: &[Value]| -> Vec<String> {
        spans.iter().map(|span| span["name"].as_str().unwrap().split(':').next_back().unwrap().to_owned()).collect()
    };
    let mut all = spans(&got.recv_timeout(SOON).unwrap().1);
    assert_eq!(names(&all), ["First"]);
    // The next item waits.
    serving.post("/clock", "", &json!({"advanceSeconds": 3600}));
    while all.len() < 3 {
        all.append(&mut spans(&got.recv_timeout(SOON).unwrap().1));
    }
    assert_eq!(names(&all), ["First", "item 0", "Rest"]);
    serving.post("/clock", "", &json!({"advanceSeconds": 3600}));
    all.append(&mut until_the_end(&got).1);
    let expected =
        ["", "Each", "Each / item 0", "Each / item 0 / Rest", "Each / item 1", "Each / item 1 / Rest", "First"];
    assert_eq!(tree(&all), expected);
}

/// The log of Express executions, which have no history in AWS, as `aws logs filter-log-events` prints it or as lines.
#[test]
fn a_log_has_the_histories_of_its_executions() {
    let arn = |name: &str| format!("arn:aws:states:us-east-1:123456789012:express:Order:{name}:0af7");
    let event = |name: &str, id: u64, kind: &str, details: Value| {
        json!({"id": id.to_string(), "previous_event_id": (id - 1).to_string(), "event_timestamp": (id * 1000).to_string(),
            "execution_arn": arn(name), "type": kind, "details": details})
    };
    let of = |name: &str| {
        [
            event(name, 1, "ExecutionStarted", json!({"input": "{}"})),
            event(name, 2, "PassStateEntered", json!({"name": "Hello", "input": "{}"})),
            event(name, 3, "PassStateExited", json!({"name": "Hello", "output": "{}"})),
            event(name, 4, "ExecutionSucceeded", json!({"output": "{}"})),
        ]
    };
    let messages = of("monday").map(|event| json!({"message": event.to_string(), "eventId": "1"}));
    let one = super::command::file("traces", "monday.json", json!({"events": messages}).to_string());
    // The events of a log are in the order in which they came.
    let lines: Vec<_> = of("monday").into_iter().zip(of("tuesday")).flat_map(|(one, other)| [other, one]).collect();
    let lines = lines.iter().rev().map(|event| format!("{event}\n")).collect::<String>();
    let two = super::command::file("traces", "two.log", lines);

    let table = super::command::workflow("history", &one, &[]);
    assert_eq!((table.code, table.stdout.lines().count()), (Some(0), 5), "{}{}", table.stdout, table.stderr);
    assert!(table.stdout.contains("PassStateEntered    Hello"), "{}", table.stdout);
    let chosen = super::command::workflow("history", &two, &["--execution", "monday"]);
    assert_eq!(chosen.stdout, table.stdout);

    let several = super::command::workflow("history", &two, &[]);
    assert_eq!(several.code, Some(2));
    assert!(several.stderr.contains("has the events of 2 executions"), "{}", several.stderr);
    assert!(several.stderr.contains(&format!("\n  - {}\n  - {}", arn("monday"), arn("tuesday"))), "{}", several.stderr);
    let none = super::command::workflow("history", &two, &["--execution", "friday"]);
    assert!(none.stderr.contains("has no events of an execution `friday`"), "{}", none.stderr);

    let (url, got) = collector();
    assert_eq!(super::command::workflow("history", &two, &["--trace", "otlp", &url]).code, Some(0));
    let mut traces = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let spans = spans(&got.recv_timeout(SOON).unwrap().1);
        assert_eq!(spans.len(), 2);
        traces.insert(spans[0]["traceId"].as_str().unwrap().to_owned());
    }
    assert_eq!(traces.len(), 2, "each execution has a trace of its own");
}

/// A definition has at most 8 MiB, a history any size.
#[test]
fn a_history_of_more_than_a_definition_is_drawn() {
    let input = json!({"text": "x".repeat(9 << 20)}).to_string();
    let history = json!({"events": [
        {"id": 1, "previousEventId": 0, "timestamp": 1.0, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": input}},
        {"id": 2, "previousEventId": 1, "timestamp": 2.0, "type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": "7"}}]});
    let history = super::command::file("traces", "large.json", history.to_string());
    let page = history.with_extension("html");
    let done = super::command::workflow("history", &history, &["--html", page.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(std::fs::metadata(page).unwrap().len() > 9 << 20);
}
