//! Tests the commands that use AWS behind a proxy that answers some requests itself or loses them.

#![cfg(feature = "aws")]
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::aws::{Service, run};
use super::command::{Done, file};

/// The fate of a request.
pub(crate) enum Fate {
    Passes,
    Answered(u16, &'static str),
    /// The connection is closed; `true` if the server still carries out the request.
    Lost(bool),
    /// There is no answer.
    Silent,
}

const THROTTLED: Fate = Fate::Answered(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);

/// A proxy in front of a server. `judge` gets the operation and how many requests for it came before.
pub(crate) struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn new(service: &Service, judge: impl Fn(&str, usize) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (server, all, judge) =
            (service.url().trim_start_matches("http://").to_owned(), Arc::clone(&asked), Arc::new(judge));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (server, all, judge) = (server.clone(), Arc::clone(&all), Arc::clone(&judge));
                std::thread::spawn(move || carry(stream.unwrap(), &server, &all, &*judge));
            }
        });
        Self { url, asked }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        run(arguments, &[("AWS_ENDPOINT_URL_SFN", &self.url)])
    }

    pub(crate) fn asked(&self, operation: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == operation).count()
    }
}

fn carry(mut stream: TcpStream, server: &str, all: &Mutex<Vec<String>>, judge: &dyn Fn(&str, usize) -> Fate) {
    let (mut request, mut bytes) = (Vec::new(), [0; 65_536]);
    let (head, length) = loop {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend_from_slice(&bytes[..count]),
        }
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name)).unwrap_or_default();
            line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let length = head.len() + 4 + header("content-length").parse::<usize>().unwrap_or_default();
        if request.len() >= length {
            break (header("x-amz-target"), length);
        }
    };
    request.truncate(length);
    let operation = head.rsplit('.').next().unwrap_or_default().to_owned();
    let number = {
        let mut all = all.lock().unwrap();
        all.push(operation.clone());
        all.iter().filter(|asked| **asked == operation).count() - 1
    };
    let pass = || {
        let mut to = TcpStream::connect(server).unwrap();
        let text = String::from_utf8_lossy(&request).replacen("\r\n", "\r\nconnection: close\r\n", 1);
        to.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        to.read_to_end(&mut answer).unwrap();
        answer
    };
    match judge(&operation, number) {
        Fate::Passes => drop(stream.write_all(&pass())),
        Fate::Answered(status, body) => {
            let head = "content-type: application/x-amz-json-1.0\r\nconnection: close";
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status} S\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}");
        }
        Fate::Lost(carried_out) => {
            if carried_out {
                pass();
            }
        }
        Fate::Silent => std::thread::sleep(Duration::from_secs(30)),
    }
}

/// Deploys a workflow that ends at once.
fn quick(service: &Service, folder: &str, options: &[&str]) {
    let quick = file(folder, "Quick.json", r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#);
    service.deploy(&quick, options);
}

fn inputs(folder: &str, count: usize) -> String {
    let lines: String = (0..count).map(|number| format!("{{\"order\": {number}}}\n")).collect();
    file(folder, "orders.jsonl", lines).to_str().unwrap().to_owned()
}

#[test]
fn a_throttled_request_is_sent_until_its_time_is_over() {
    let service = Service::new();
    let proxy = Proxy::new(&service, |_, number| if number < 5 { THROTTLED } else { Fate::Passes });
    let done = proxy.run(&["list", "--request-timeout", "20"]);
    assert_eq!((done.code, proxy.asked("ListStateMachines")), (Some(0), 6), "{}", done.stderr);

    let proxy = Proxy::new(&service, |_, _| THROTTLED);
    let began = Instant::now();
    let done = proxy.run(&["list", "--request-timeout", "3"]);
    // It says so before its time is over.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(done.code, Some(8), "{}", done.stderr);
    assert!(done.stderr.contains("ThrottlingException: Rate exceeded"), "{}", done.stderr);
    assert!(proxy.asked("ListStateMachines") > 3, "{}", proxy.asked("ListStateMachines"));

    // What is not throttled is sent three times.
    let proxy = Proxy::new(&service, |_, _| Fate::Lost(false));
    assert_eq!((proxy.run(&["list"]).code, proxy.asked("ListStateMachines")), (Some(8), 3));
}

#[test]
fn a_timeout_names_the_execution_that_may_have_started() {
    let service = Service::new();
    quick(&service, "faulty-timeout", &[]);
    let proxy = Proxy::new(&service, |operation, _| match operation {
        "StartExecution" => Fate::Silent,
        _ => Fate::Passes,
    });
    let done = proxy.run(&["start", "Quick", "--execution", "monday", "--request-timeout", "1"]);
    assert_eq!((done.code, &*done.stdout), (Some(8), ""), "{}", done.stderr);
    assert!(done.stderr.contains("the execution `monday` may have started"), "{}", done.stderr);

    quick(&service, "faulty-express", &["--express", "--machine", "Fast"]);
    let proxy = Proxy::new(&service, |operation, _| match operation {
        "StartSyncExecution" => Fate::Lost(true),
        _ => Fate::Passes,
    });
    let done = proxy.run(&["start", "Fast", "--execution", "once", "--wait"]);
    assert_eq!((done.code, proxy.asked("StartSyncExecution")), (Some(8), 1), "{}", done.stderr);
    assert!(done.stderr.contains("the execution `once` may have started"), "{}", done.stderr);
}

#[test]
fn inputs_of_a_file_are_started_once_however_often_the_command_runs() {
    let service = Service::new();
    quick(&service, "faulty-inputs", &[]);
    let orders = inputs("faulty-inputs", 25);
    let arguments = ["start", "Quick", "--inputs", &*orders, "--execution", "may"];
    // Some answers are lost, some requests are throttled, and then the service is away.
    let proxy = Proxy::new(&service, |operation, number| match (operation, number) {
        ("StartExecution", 2) => Fate::Lost(true),
        ("StartExecution", 4 | 7) => THROTTLED,
        ("StartExecution", 15..) => Fate::Lost(false),
        _ => Fate::Passes,
    });
    let first = proxy.run(&arguments);
    assert_eq!(first.code, Some(8), "{}", first.stderr);
    assert!(first.stderr.contains(" not started\nerror: no answer from Step Functions to StartExecution"));
    let started = first.stdout.lines().count();
    assert!((10..25).contains(&started) && first.stdout.contains(":Quick:may-"), "{}", first.stdout);

    let again = service.json(&arguments);
    let count = |made: &Value, name: &str| made[name].as_array().unwrap().len();
    assert_eq!(count(&again, "started") + count(&again, "endedBefore"), 25, "{again}");
    assert_eq!((&again["failed"], &again["notStarted"]), (&json!([]), &json!(0)));
    assert_eq!(again["endedBefore"][0]["line"], 1);
    let all = service.json(&["list", "Quick", "--named", "may-", "--all"]);
    assert_eq!(all.as_array().unwrap().len(), 25);
    let watched = service.run(&["watch", "Quick", "--all", "--named", "may-"]);
    assert_eq!((watched.code, watched.stdout.lines().count()), (Some(0), 25), "{}", watched.stderr);
    assert_eq!(watched.stderr, "25 executions: 25 SUCCEEDED\n");

    // A repeated line is an execution of its own, and spaces do not matter.
    let twice = file("faulty-inputs", "twice.jsonl", "{\"order\":7}\n\n{ \"order\": 7 }\n");
    let done = service.run(&["start", "Quick", "--inputs", twice.to_str().unwrap(), "--execution", "may"]);
    assert_eq!((done.code, done.stdout.lines().count()), (Some(0), 2), "{}", done.stderr);
    assert_eq!(done.stderr, "2 inputs: 1 started or still running, 1 ended before, 0 failed, 0 not started\n");
}

#[test]
fn inputs_that_are_wrong_are_named_by_their_line() {
    let service = Service::new();
    quick(&service, "faulty-wrong", &[]);
    let wrong = file("faulty-wrong", "wrong.jsonl", "1\n{\n2\n");
    let done = service.run(&["start", "Quick", "--inputs", wrong.to_str().unwrap()]);
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{}", done.stderr);
    assert!(done.stderr.contains("line 2 of "), "{}", done.stderr);
    assert_eq!(service.json(&["list", "Quick"]), json!([]));

    let large = file("faulty-wrong", "large.jsonl", format!("1\n\"{}\"\n2\n", "x".repeat(1_100_000)));
    let done = service.run(&["start", "Quick", "--inputs", large.to_str().unwrap()]);
    assert_eq!((done.code, done.stdout.lines().count()), (Some(1), 2), "{}", done.stderr);
    assert!(done.stderr.starts_with("line 2: "), "{}", done.stderr);
    assert!(done.stderr.contains("3 inputs: 2 started or still running, 0 ended before, 1 failed"), "{}", done.stderr);

    let orders = inputs("faulty-wrong", 1);
    let long = service.run(&["start", "Quick", "--inputs", &orders, "--execution", &"x".repeat(48)]);
    assert_eq!(long.code, Some(2), "{}", long.stderr);
    service.ok(&["start", "Quick", "--inputs", &orders, "--execution", &"x".repeat(47)]);

    quick(&service, "faulty-fast", &["--express", "--machine", "Fast"]);
    let done = service.run(&["start", "Fast", "--inputs", &inputs("faulty-fast", 2)]);
    assert_eq!(done.code, Some(2), "{}", done.stderr);
}

#[test]
fn several_executions_are_watched_at_once() {
    let service = Service::new();
    let nap = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","SecondsPath":"$.rest","Next":"B"},
        "B":{"Type":"Choice","Choices":[{"Variable":"$.good","BooleanEquals":true,"Next":"C"}],"Default":"D"},
        "C":{"Type":"Succeed"},"D":{"Type":"Fail","Error":"Bad"}}}"#;
    service.deploy(&file("faulty-several", "Nap.json", nap), &[]);
    let start = |input: &str| service.ok(&["start", "Nap", "--input", input]).trim().to_owned();
    let good = start(r#"{"rest":5,"good":true}"#);
    let bad = start(r#"{"rest":1,"good":false}"#);
    let proxy = Proxy::new(&service, |operation, number| match (operation, number) {
        ("DescribeExecution", 1..4) => Fate::Answered(503, "{}"),
        _ => Fate::Passes,
    });
    let done = proxy.run(&["watch", &good, &bad]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert_eq!(done.stdout, format!("FAILED     {bad}  Bad\nSUCCEEDED  {good}\n"));
    assert_eq!(done.stderr, "2 executions: 1 SUCCEEDED, 1 FAILED\n");

    let long = start(r#"{"rest":3600,"good":true}"#);
    let done = service.run(&["watch", &good, &long, "--at-most", "1"]);
    assert_eq!((done.code, &*done.stderr), (Some(3), "2 executions: 1 RUNNING, 1 SUCCEEDED\n"));
    let none = good.replace("Nap:", "Nap:none");
    let done = service.run(&["watch", &good, &none]);
    assert_eq!((done.code, done.stdout.lines().count()), (Some(6), 1), "{}", done.stderr);
    assert!(done.stderr.starts_with(&format!("{none}: ")), "{}", done.stderr);
}

#[test]
fn a_list_says_that_there_is_more_and_keeps_what_it_has() {
    let service = Service::new();
    quick(&service, "faulty-list", &[]);
    service.ok(&["start", "Quick", "--inputs", &inputs("faulty-list", 5)]);
    let some = service.run(&["list", "Quick", "--limit", "3"]);
    assert_eq!((some.code, some.stdout.lines().count()), (Some(0), 4));
    assert_eq!(some.stderr, "note: there are more than 3: `--limit NUMBER` or `--all` lists more\n");
    for options in [&["--limit", "5"][..], &["--all"], &[]] {
        let all = service.run(&[&["list", "Quick"], options].concat());
        assert_eq!((all.stdout.lines().count(), &*all.stderr), (6, ""));
    }

    // The executions of the second status cannot be read.
    let away = || Fate::Answered(500, r#"{"__type":"InternalServerError","message":"oops"}"#);
    let proxy = Proxy::new(&service, move |operation, number| match (operation, number) {
        ("ListExecutions", 1..) => away(),
        _ => Fate::Passes,
    });
    let status = ["list", "Quick", "--status", "succeeded", "--status", "failed"];
    let part = proxy.run(&status);
    assert_eq!((part.code, part.stdout.lines().count()), (Some(12), 6), "{}", part.stderr);
    assert!(part.stderr.starts_with("error: Step Functions refused ListExecutions: "), "{}", part.stderr);
    assert!(part.stderr.ends_with("\nnote: the output is incomplete: it ends where the error occurred\n"));
    // Without any entry, the code is that of the error.
    let proxy = Proxy::new(&service, move |operation, _| match operation {
        "ListExecutions" => away(),
        _ => Fate::Passes,
    });
    let none = proxy.run(&status);
    assert_eq!((none.code, &*none.stdout), (Some(8), ""), "{}", none.stderr);
}
