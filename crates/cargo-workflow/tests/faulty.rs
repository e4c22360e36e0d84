//! Tests the commands that use AWS behind a proxy that answers some requests itself or loses them.

#![cfg(feature = "aws")]
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::aws::{Service, run};
use super::command::{Done, file};

/// The fate of a request.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    Passes,
    Answered(u16, &'static str),
    /// The connection is closed; `true` if the server still carries out the request.
    Lost(bool),
    /// The server carries it out, and half of its answer arrives.
    Cut,
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
        Fate::Cut => {
            let answer = pass();
            let _ = stream.write_all(&answer[..answer.len() / 2]);
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
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let proxy = Proxy::new(&service, |_, number| if number < 4 { THROTTLED } else { Fate::Passes });
            let done = proxy.run(&["list", "--request-timeout", "20"]);
            assert_eq!((done.code, proxy.asked("ListStateMachines")), (Some(0), 5), "{}", done.stderr);
        });
        // What is not throttled is sent three times.
        scope.spawn(|| {
            let proxy = Proxy::new(&service, |_, _| Fate::Lost(false));
            assert_eq!((proxy.run(&["list"]).code, proxy.asked("ListStateMachines")), (Some(8), 3));
        });
        scope.spawn(|| throttled_until_its_time_is_over(&service));
    });
}

fn throttled_until_its_time_is_over(service: &Service) {
    let proxy = Proxy::new(service, |_, _| THROTTLED);
    let began = Instant::now();
    let done = proxy.run(&["list", "--request-timeout", "3"]);
    // It says so before its time is over.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(done.code, Some(8), "{}", done.stderr);
    assert!(done.stderr.contains("ThrottlingException: Rate exceeded"), "{}", done.stderr);
    assert!(proxy.asked("ListStateMachines") > 3, "{}", proxy.asked("ListStateMachines"));
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
    // Under load, the execution of the first line may end after the command began.
    assert!(again["endedBefore"][0]["line"].as_u64().is_some_and(|line| line < 15), "{again}");
    let all = service.json(&["list", "Quick", "--named", "may-", "--all"]);
    assert_eq!(all.as_array().unwrap().len(), 25);
    let watched = service.run(&["watch", "Quick", "--all", "--named", "may-"]);
    assert_eq!((watched.code, watched.stdout.lines().count()), (Some(0), 25), "{}", watched.stderr);
    assert_eq!(watched.stderr, "25 executions: 25 SUCCEEDED\n");
    // Or the command waits itself.
    let waited = service.run(&[&arguments[..], &["--wait"]].concat());
    assert_eq!((waited.code, waited.stdout.lines().count()), (Some(0), 25), "{}", waited.stderr);
    assert!(waited.stdout.lines().all(|line| line.starts_with("SUCCEEDED  arn:")), "{}", waited.stdout);
    assert!(waited.stderr.ends_with("25 executions: 25 SUCCEEDED\n"), "{}", waited.stderr);
    assert_eq!(service.json(&[&arguments[..], &["--wait"]].concat())["endedBefore"][24]["status"], "SUCCEEDED");

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

/// A command that changes something: what is done before, its arguments, and its requests that change something. `M` stands
/// for the state machine, `X` for the execution `M:one`.
type Change = (&'static [&'static [&'static str]], &'static [&'static str], &'static [&'static str]);

const OLD: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":3600,"End":true}}}"#;
const NEW: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":60,"End":true}}}"#;
const FAILS: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Fail","Error":"No"}}}"#;

const CHANGES: [Change; 9] = [
    (
        &[],
        &["deploy", OLD, "--alias", "live", "--tag", "team=a"],
        &["CreateStateMachine", "PublishStateMachineVersion", "CreateStateMachineAlias"],
    ),
    (
        &[&["deploy", OLD, "--alias", "live", "--tag", "team=a"]],
        &["deploy", NEW, "--alias", "live", "--tag", "team=b"],
        &["UpdateStateMachine", "TagResource", "PublishStateMachineVersion", "UpdateStateMachineAlias"],
    ),
    (
        &[&["deploy", OLD, "--alias", "live"], &["deploy", NEW, "--alias", "live"]],
        &["alias", "M", "live", "--to", "1"],
        &["UpdateStateMachineAlias"],
    ),
    (
        &[&["deploy", OLD, "--alias", "live"], &["deploy", NEW, "--alias", "live"]],
        &["alias", "M", "live", "--roll-back"],
        &["UpdateStateMachineAlias"],
    ),
    (&[&["deploy", OLD, "--alias", "live"]], &["alias", "M", "live", "--delete"], &["DeleteStateMachineAlias"]),
    (&[&["deploy", OLD]], &["start", "M", "--execution", "one"], &["StartExecution"]),
    (&[&["deploy", OLD], &["start", "M", "--execution", "one"]], &["stop", "X"], &["StopExecution"]),
    (&[&["deploy", FAILS], &["start", "M", "--execution", "one"]], &["redrive", "X"], &["RedriveExecution"]),
    (&[&["deploy", OLD]], &["delete", "M"], &["DeleteStateMachine"]),
];

/// Returns the arguments of a command for a state machine.
fn arguments(of: &[&str], machine: &str) -> Vec<String> {
    let execution = format!("arn:aws:states:us-east-1:123456789012:execution:{machine}:one");
    let mut made: Vec<String> = Vec::new();
    for argument in of {
        made.push(match *argument {
            "M" => machine.to_owned(),
            "X" => execution.clone(),
            text if text.starts_with('{') => {
                file("faulty-once", &format!("{}.json", text.len()), text).to_str().unwrap().to_owned()
            }
            text => text.to_owned(),
        });
    }
    if of[0] == "deploy" {
        made.extend(["--machine", machine, "--role", super::aws::ROLE, "--allow", "breaking"].map(str::to_owned));
    }
    made
}

/// Returns everything that the commands change, without times and the name.
fn state(service: &Service, machine: &str) -> String {
    let described = service.run(&["describe", machine, "--machine", "--definition", "--format", "json"]);
    let Ok(mut described) = serde_json::from_str::<Value>(&described.stdout) else { return "none".to_owned() };
    for name in ["creationDate", "revisionId"] {
        described.as_object_mut().unwrap().remove(name);
    }
    let executions = service.json(&["list", machine]);
    let ends = executions.as_array().unwrap().iter().map(|one| (one["name"].clone(), one["status"].clone()));
    format!("{described} {:?}", ends.collect::<Vec<_>>()).replace(machine, "M")
}

/// Each fate, with the number of requests that meet it.
const FATES: [(Fate, usize); 5] = [
    (THROTTLED, 1),
    (Fate::Answered(500, r#"{"__type":"InternalServerError","message":"oops"}"#), 3),
    (Fate::Lost(false), 3),
    (Fate::Lost(true), 1),
    (Fate::Cut, 1),
];

/// How many commands run at a time. Most of them wait to send a request again.
const AT_A_TIME: usize = 24;

/// Does what is done before a change, and returns the command that changes something.
fn prepare((before, command, _): &Change, service: &Service, machine: &str) -> Vec<String> {
    for command in *before {
        assert_eq!(call(service, &arguments(command, machine)).code, Some(0), "{command:?}");
    }
    // Executions end in the background.
    std::thread::sleep(Duration::from_millis(50));
    arguments(command, machine)
}

fn call(service: &Service, arguments: &[String]) -> Done {
    service.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Runs a command whose requests for an operation meet a fate so many times. It ends as it would without, or says why it
/// did not, and ends so when it runs again.
fn meets(change: &Change, operation: &'static str, fate: usize, machine: &str, service: &Service, expected: &str) {
    let (fated, times) = FATES[fate];
    let what = format!("{:?}: {operation}, fate {fate}", change.1);
    let arguments = prepare(change, service, machine);
    let proxy = Proxy::new(service, move |asked, number| match asked == operation && number < times {
        true => fated,
        false => Fate::Passes,
    });
    let done = proxy.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(proxy.asked(operation) > 0, "{what}: it was not asked");
    std::thread::sleep(Duration::from_millis(50));
    if done.code != Some(0) {
        assert!([5, 6, 8, 9].contains(&done.code.unwrap()), "{what}: {:?} {}", done.code, done.stderr);
        assert!(done.stderr.starts_with("error: "), "{what}: {}", done.stderr);
        if state(service, machine) != expected {
            let again = call(service, &arguments);
            assert_eq!(again.code, Some(0), "{what}: {}, then {}", done.stderr, again.stderr);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    assert_eq!(state(service, machine), expected, "{what}: {}", done.stderr);
}

/// Tries each operation with one fault, and each fault with several operations; `WORKFLOW_THOROUGH=1` tries all.
#[test]
fn a_command_that_meets_a_fault_does_its_work_once() {
    let is_thorough = std::env::var_os("WORKFLOW_THOROUGH").is_some();
    let service = Service::new();
    let mut cases = Vec::new();
    let mut operations = 0;
    for (number, change) in CHANGES.iter().enumerate() {
        let machine = format!("Undisturbed{number}");
        let done = call(&service, &prepare(change, &service, &machine));
        assert_eq!(done.code, Some(0), "{:?}: {}", change.1, done.stderr);
        std::thread::sleep(Duration::from_millis(50));
        let expected = state(&service, &machine);
        for operation in change.2 {
            let tried = (0..FATES.len()).filter(|fate| is_thorough || operations % FATES.len() == *fate);
            cases.extend(tried.map(|fate| (change, *operation, fate, expected.clone())));
            operations += 1;
        }
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((change, operation, fate, expected)) = cases.get(number) else { break };
                    meets(change, operation, *fate, &format!("Disturbed{number}"), &service, expected);
                }
            });
        }
    });
}

#[test]
fn a_deployment_that_stops_half_way_says_what_is_done() {
    let service = Service::new();
    let proxy = Proxy::new(&service, |operation, _| match operation {
        "CreateStateMachineAlias" => Fate::Answered(400, r#"{"__type":"AccessDeniedException","message":"not you"}"#),
        _ => Fate::Passes,
    });
    let quick = file("faulty-half", "Quick.json", OLD);
    let done = proxy.run(&["deploy", quick.to_str().unwrap(), "--role", super::aws::ROLE, "--alias", "live"]);
    let said = "error: the state machine was created, version 1 is published, but then the deployment failed (deploy again \
                to go on): ";
    assert!(done.stderr.starts_with(said) && done.stderr.contains("\nhelp: allow the action"), "{}", done.stderr);
    assert_eq!(done.code, Some(7));
}

#[test]
fn a_start_needs_no_other_permission_and_requests_can_be_seen() {
    let service = Service::new();
    quick(&service, "faulty-alone", &[]);
    let denied = || Fate::Answered(400, r#"{"__type":"AccessDeniedException","message":"not you"}"#);
    let proxy = Proxy::new(&service, move |operation, _| match operation {
        "StartExecution" => Fate::Passes,
        _ => denied(),
    });
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:Quick";
    let done = proxy.run(&["start", machine, "--execution", "one", "--verbose"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("StartExecution: 200 (request ID "), "{}", done.stderr);
    let environment = [("AWS_ENDPOINT_URL_SFN", proxy.url.as_str()), ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")];
    assert_eq!(run(&["start", machine, "--execution", "two"], &environment).code, Some(0));
}
