//! Tests `cargo workflow serve` as a user runs it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

/// Returns a folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A server that runs until it is dropped.
pub(crate) struct Serving {
    process: Child,
    pub(crate) address: String,
    /// The line with the address of the console.
    console: String,
    output: Receiver<String>,
    errors: Receiver<String>,
    /// The output before it listened.
    before: Vec<String>,
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (give, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if give.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Serving {
    pub(crate) fn new(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
            .args(["workflow", "serve", "--port", "0"])
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = lines(process.stdout.take().unwrap());
        let errors = lines(process.stderr.take().unwrap());
        let mut before = Vec::new();
        let address = loop {
            let line = match output.recv_timeout(SOON) {
                Ok(line) => line,
                Err(_) => panic!("it does not listen: {before:?} {:?}", errors.try_iter().collect::<Vec<_>>()),
            };
            match line.strip_prefix("listening on http://") {
                Some(address) => break address.to_owned(),
                None => before.push(line),
            }
        };
        let console = output.recv_timeout(SOON).unwrap();
        Self { process, address, console, output, errors, before }
    }

    pub(crate) fn send(&self, head: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{head}\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|_| body.into()))
    }

    pub(crate) fn call(&self, operation: &str, body: &Value) -> Value {
        let head = format!("POST / HTTP/1.1\r\nX-Amz-Target: AWSStepFunctions.{operation}");
        let (status, answer) = self.send(&head, &body.to_string());
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Returns the description of an execution, after waiting for its end.
    fn ended(&self, execution: &Value) -> Value {
        let since = Instant::now();
        loop {
            let described = self.call("DescribeExecution", &json!({"executionArn": execution}));
            if described["status"] != "RUNNING" {
                return described;
            }
            assert!(since.elapsed() < SOON, "{described}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn run(&self, machine: &str, input: &Value) -> Value {
        let started = self.call("StartExecution", &json!({"stateMachineArn": machine, "input": input.to_string()}));
        self.ended(&started["executionArn"])
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn pass(result: &str) -> String {
    json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": result, "End": true}}}).to_string()
}

fn arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

#[test]
fn the_console_is_served_and_answers_no_other_site() {
    let folder = folder("serve_console");
    fs::write(folder.join("order.rs"), "workflow! { workflow Order { input { order: u8 } wait Wait for 1h -> end; } }")
        .unwrap();
    let ask = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:approve", "End": true,
    }}});
    fs::write(folder.join("Ask.json"), ask.to_string()).unwrap();
    let serving = Serving::new(&folder, &["order.rs", "Ask.json"], &[]);
    assert_eq!(serving.console, format!("console at http://{}/console/", serving.address));
    let (_, declared) = serving.send(&format!("GET /console/input?arn={} HTTP/1.1", arn("Order")), "");
    assert_eq!(declared["schema"]["$defs"]["OrderInput"]["properties"]["order"]["maximum"], 255);
    assert_eq!(serving.send(&format!("GET /console/input?arn={} HTTP/1.1", arn("Ask")), "").1["schema"], json!(null));

    serving.call("CreateActivity", &json!({"name": "approve"}));
    let started = serving.call("StartExecution", &json!({"stateMachineArn": arn("Ask"), "input": "[1]"}));
    let since = Instant::now();
    let task = loop {
        let (_, waiting) = serving.send("GET /console/tasks HTTP/1.1", "");
        if let Some(task) = waiting["tasks"].get(0) {
            break task.clone();
        }
        assert!(since.elapsed() < SOON);
    };
    assert_eq!(
        (&task["executionArn"], &task["state"], &task["input"], &task["taken"]),
        (&started["executionArn"], &json!("Ask"), &json!("[1]"), &json!(false))
    );
    let page = format!("/console/execution.json?arn={}", started["executionArn"].as_str().unwrap());
    let (_, page) = serving.send(&format!("GET {page} HTTP/1.1"), "");
    assert_eq!((&page["status"], &page["data"]["visits"]["0"]["state"]), (&json!("running"), &json!("Ask")));
    assert_eq!(serving.send("GET /console/tasks HTTP/1.1\r\nOrigin: http://evil.example", "").0, 403);
    assert_eq!(serving.send("GET /console/execution?arn=arn:none HTTP/1.1", "").0, 400);

    serving.call("SendTaskSuccess", &json!({"taskToken": task["token"], "output": "7"}));
    assert_eq!(serving.ended(&started["executionArn"])["output"], "7");
    assert_eq!(serving.send("GET /console/tasks HTTP/1.1", "").1["tasks"], json!([]));
}

#[test]
fn the_console_makes_files_of_an_execution_and_goes_on_from_a_state() {
    let folder = folder("serve_conversions");
    let paid = json!({"StartAt": "Pay", "States": {
        "Pay": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "pay"}, "Next": "Sum"},
        "Sum": {"Type": "Choice", "Choices": [{"Variable": "$.paid", "NumericGreaterThan": 10, "Next": "Large"}], "Default": "Small"},
        "Large": {"Type": "Succeed"}, "Small": {"Type": "Succeed"},
    }});
    let answer = json!({"One": {"0": {"Return": {"paid": 1}}}});
    let mocks = json!({"StateMachines": {"Paid": {"TestCases": {"One": {"Pay": "One"}}}}, "MockedResponses": answer});
    fs::write(folder.join("Paid.json"), paid.to_string()).unwrap();
    fs::write(folder.join("mocks.json"), mocks.to_string()).unwrap();
    let serving = Serving::new(&folder, &["Paid.json", "--mock-config", "mocks.json"], &[]);
    let started = serving.call("StartExecution", &json!({"stateMachineArn": format!("{}#One", arn("Paid"))}));
    let execution = &started["executionArn"];
    assert_eq!(serving.ended(execution)["output"], "{\"paid\":1}");
    let get = |path: &str, more: &str| {
        let path = format!("/console/{path}?arn={}{more}", execution.as_str().unwrap());
        serving.send(&format!("GET {path} HTTP/1.1"), "")
    };
    let saved: Value = serde_json::from_str(get("mocks", "").1["text"].as_str().unwrap()).unwrap();
    assert_eq!(saved["MockedResponses"]["Pay"]["0"]["Return"], json!({"paid": 1}), "{saved}");
    let (_, test) = get("test", "");
    let path = "execution.assert_path([\"Pay\", \"Sum\", \"Small\"]);";
    assert!(test["text"].as_str().unwrap().contains(path), "{test}");
    let (status, page) = get("fork", "&state=Pay&results=%7B%22Pay%22%3A%7B%22paid%22%3A50%7D%7D");
    let page = page.as_str().unwrap();
    assert!(status == 200 && page.contains("recorded: <bdi>Pay, Sum, Small; succeeded</bdi>"), "{page}");
    assert!(page.contains("now: <bdi>Pay, Sum, Large; succeeded</bdi>"));
    // What went on from the state is saved with the events before it.
    let results = "&results=%7B%22Pay%22%3A%7B%22paid%22%3A50%7D%7D";
    let text = |path: &str, state: &str| {
        let (status, answer) = get(path, &format!("&state={state}{results}"));
        assert_eq!(status, 200, "{answer}");
        answer["text"].as_str().unwrap().to_owned()
    };
    let saved: Value = serde_json::from_str(&text("mocks", "Pay")).unwrap();
    assert_eq!(saved["MockedResponses"]["Pay"]["0"]["Return"], json!({"paid": 50}), "{saved}");
    let test = text("test", "Pay");
    assert!(test.contains("execution.assert_path([\"Pay\", \"Sum\", \"Large\"]);"), "{test}");
    // A result from before the state is as recorded.
    let saved: Value = serde_json::from_str(&text("mocks", "Sum")).unwrap();
    assert_eq!(saved["MockedResponses"]["Pay"]["0"]["Return"], json!({"paid": 1}), "{saved}");
    let (status, refused) = get("test", "&state=Sum&input=7");
    assert!(status == 400 && refused["message"].as_str().unwrap().contains("cannot be saved"), "{refused}");
    for (more, words) in [
        ("&state=Nowhere", "did not enter"),
        ("&state=Pay&input=%7B", "input is not valid"),
        ("&state=Pay&results=7", "results is not valid"),
        ("&state=Pay&results=%7B%22Sum%22%3A1%7D", "Sum"),
    ] {
        let (status, refused) = get("fork", more);
        assert!(status == 400 && refused["message"].as_str().unwrap().contains(words), "{more}: {refused}");
    }
    assert_eq!(serving.send("GET /console/mocks?arn=arn:none HTTP/1.1", "").0, 400);
}

#[test]
fn a_server_for_the_network_warns_or_has_a_token() {
    let folder = folder("serve_network");
    let network = ["--address", "0.0.0.0"];
    let open = Serving::new(&folder, &network, &[]);
    let port = open.address.rsplit(':').next().unwrap();
    assert_eq!(
        open.errors.recv_timeout(SOON).unwrap(),
        "warning: everyone who can reach 0.0.0.0:0 over the network can use the server"
    );
    assert_eq!(open.errors.recv_timeout(SOON).unwrap(), "  = help: require a token: `--token TOKEN`");
    let mut stream = TcpStream::connect(&open.address).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nHost: states.test:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut refused = String::new();
    stream.read_to_string(&mut refused).unwrap();
    assert!(refused.contains("403") && refused.contains("allow the name with `--allow-host NAME`"), "{refused}");

    let closed = Serving::new(&folder, &network, &[("WORKFLOW_SERVER_TOKEN", "t0ken")]);
    let list = "POST / HTTP/1.1\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines";
    assert_eq!(closed.send(list, "{}").1["__type"], "UnrecognizedClientException");
    let signed = "Authorization: AWS4-HMAC-SHA256 Credential=t0ken/20260101/us-east-1/states/aws4_request, Signature=x";
    assert_eq!(closed.send(&format!("{list}\r\n{signed}"), "{}").0, 200);
    // A browser asks for the token.
    assert_eq!(closed.send("GET /console/tasks HTTP/1.1", "").0, 401);
    let basic = "Authorization: Basic YW55b25lOnQwa2Vu";
    assert_eq!(closed.send(&format!("GET /console/tasks HTTP/1.1\r\n{basic}"), "").0, 200);
    assert!(closed.errors.try_iter().next().is_none());
}

#[test]
fn quotas_of_aws_and_the_number_of_open_executions_are_options() {
    let folder = folder("serve_quotas");
    let wait = json!({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1000, "End": true}}});
    fs::write(folder.join("wait.asl.json"), wait.to_string()).unwrap();
    let serving = Serving::new(&folder, &["wait.asl.json", "--quotas", "aws", "--open-executions", "1"], &[]);
    let call = |operation: &str, body: Value| {
        let head = format!("POST / HTTP/1.1\r\nX-Amz-Target: AWSStepFunctions.{operation}");
        serving.send(&head, &body.to_string()).1["__type"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(call("StartExecution", json!({"stateMachineArn": arn("wait")})), "");
    assert_eq!(call("StartExecution", json!({"stateMachineArn": arn("wait")})), "ExecutionLimitExceeded");
    let refused = (0..1000).find(|_| call("CreateActivity", json!({"name": "a"})) == "ThrottlingException");
    // The bucket has 100 tokens, and gains one per second.
    assert!(refused.is_some_and(|count| count >= 100), "{refused:?}");
}

#[test]
fn files_of_every_kind_are_served() {
    let folder = folder("serve_kinds");
    fs::write(folder.join("plain.asl.json"), pass("plain")).unwrap();
    fs::write(folder.join("cool.rs"), "workflow! { workflow Cool { wait Wait for 1s -> end; } }").unwrap();
    fs::create_dir(folder.join("cdk.out")).unwrap();
    let template = json!({"Resources": {"Made": {
        "Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineType": "EXPRESS", "DefinitionString": pass("made")},
    }}});
    fs::write(folder.join("cdk.out/Stack.template.json"), template.to_string()).unwrap();
    let serving = Serving::new(&folder, &["plain.asl.json", "cool.rs", "cdk.out", "--virtual-time"], &[]);
    let served: Vec<_> = ["plain", "Cool", "Made"].iter().map(|name| format!("serves {}", arn(name))).collect();
    assert_eq!(serving.before, served);
    assert_eq!(serving.run(&arn("Cool"), &json!({}))["status"], "SUCCEEDED");
    assert_eq!(serving.run(&arn("plain"), &json!({}))["output"], "\"plain\"");
    let answer = serving.call("StartSyncExecution", &json!({"stateMachineArn": arn("Made")}));
    assert_eq!(answer["output"], "\"made\"");
    assert_eq!(serving.send("GET /health HTTP/1.1", "").0, 200);
}

#[test]
fn a_saved_file_is_a_new_revision_and_a_broken_one_is_told() {
    let folder = folder("serve_watch");
    let file = folder.join("m.asl.json");
    fs::write(&file, pass("first")).unwrap();
    let serving = Serving::new(&folder, &["m.asl.json"], &[]);
    assert_eq!(serving.run(&arn("m"), &json!({}))["output"], "\"first\"");

    fs::write(&file, pass("second one")).unwrap();
    let since = Instant::now();
    assert_eq!(serving.output.recv_timeout(SOON).unwrap(), format!("updated {}", arn("m")));
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(serving.run(&arn("m"), &json!({}))["output"], "\"second one\"");
    let described = serving.call("DescribeStateMachine", &json!({"stateMachineArn": arn("m")}));
    assert!(described["revisionId"].is_string());

    fs::write(&file, pass("third").replace("\"End\":true", "\"Next\":\"Nowhere\"")).unwrap();
    let error = serving.errors.recv_timeout(SOON).unwrap();
    assert!(error.contains("Nowhere"), "{error}");
    // The console says the same, until the file has no error.
    let problem = || serving.send("GET /console/now HTTP/1.1", "").1["problem"].clone();
    let since = Instant::now();
    while problem() == json!(null) {
        assert!(since.elapsed() < SOON);
    }
    assert!(problem().as_str().unwrap().contains("Nowhere"), "{}", problem());
    assert_eq!(serving.run(&arn("m"), &json!({}))["output"], "\"second one\"");
    fs::write(&file, pass("fourth")).unwrap();
    assert_eq!(serving.output.recv_timeout(SOON).unwrap(), format!("updated {}", arn("m")));
    let since = Instant::now();
    while problem() != json!(null) {
        assert!(since.elapsed() < SOON);
    }
}

#[test]
fn options_may_come_from_the_environment_of_step_functions_local() {
    let folder = folder("serve_environment");
    let task = json!({"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 100, "End": true},
    }});
    fs::write(folder.join("m.asl.json"), task.to_string()).unwrap();
    let mocks = json!({
        "StateMachines": {"m": {"TestCases": {"Good": {"Call": "Answer"}}}},
        "MockedResponses": {"Answer": {"0": {"Return": {"Payload": 7}}}},
    });
    fs::write(folder.join("mocks.json"), mocks.to_string()).unwrap();
    let environment = [
        ("AWS_ACCOUNT_ID", "111122223333"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("WAIT_TIME_SCALE", "0.001"),
        ("SFN_MOCK_CONFIG", "mocks.json"),
    ];
    let serving = Serving::new(&folder, &["m.asl.json"], &environment);
    let machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:m";
    assert_eq!(serving.before, [format!("serves {machine}")]);
    assert_eq!(serving.run(&format!("{machine}#Good"), &json!({}))["output"], "{\"Payload\":7}");
}

#[test]
fn the_clock_is_turned_over_http_and_a_reset_leaves_the_files() {
    let folder = folder("serve_clock");
    let wait = json!({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    fs::write(folder.join("m.asl.json"), wait.to_string()).unwrap();
    let serving = Serving::new(&folder, &["m.asl.json"], &[]);
    let started = serving.call("StartExecution", &json!({"stateMachineArn": arn("m")}));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(serving.send("POST /clock HTTP/1.1", "{\"advanceSeconds\":3600}").0, 200);
    assert_eq!(serving.ended(&started["executionArn"])["status"], "SUCCEEDED");
    // To the next event of two, which is at another time.
    let started = serving.call("StartExecution", &json!({"stateMachineArn": arn("m")}));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(serving.send("POST /clock HTTP/1.1", "{\"advanceSeconds\":60}").0, 200);
    let later = serving.call("StartExecution", &json!({"stateMachineArn": arn("m")}));
    let (_, turned) = serving.send("POST /clock HTTP/1.1", "{\"runToNextEvent\":true}");
    assert_eq!(turned["idle"], false, "{turned}");
    assert_eq!(serving.ended(&started["executionArn"])["status"], "SUCCEEDED");
    let status =
        || serving.call("DescribeExecution", &json!({"executionArn": later["executionArn"]}))["status"].clone();
    assert_eq!(status(), "RUNNING");
    let (_, turned) = serving.send("POST /clock HTTP/1.1", "{\"runToNextEvent\":true}");
    assert_eq!((&turned["idle"], status()), (&json!(true), json!("SUCCEEDED")));
    let both = "{\"runToNextEvent\":true,\"runUntilIdle\":true}";
    assert_eq!(serving.send("POST /clock HTTP/1.1", both).0, 400);
    assert_eq!(serving.send("POST /reset HTTP/1.1", "").0, 200);
    let list = serving.call("ListExecutions", &json!({"stateMachineArn": arn("m")}));
    assert_eq!(list, json!({"executions": []}));
}

#[test]
fn what_cannot_be_served_is_told_at_the_start() {
    let folder = folder("serve_wrong");
    fs::write(folder.join("broken.asl.json"), pass("x").replace("\"End\":true", "\"Next\":\"Nowhere\"")).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    let serve = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
            .args(["workflow", "serve", "--port", "0"])
            .args(arguments)
            .current_dir(&folder)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, error) = serve(&["broken.asl.json"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("Nowhere"), "{error}");
    assert_eq!(serve(&["empty"]), (Some(2), "error: empty contains no `*.template.json`\n".to_owned()));
    assert!(serve(&["--account", "12"]).1.contains("an account is 12 digits"));
    assert!(serve(&["--lambda-endpoint", "ftp://x"]).1.contains("must begin with http://"));
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_in_good_order() {
    let folder = folder("serve_end");
    fs::write(folder.join("m.asl.json"), pass("x")).unwrap();
    let mut serving = Serving::new(&folder, &["m.asl.json"], &[]);
    let id = serving.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let since = Instant::now();
    while serving.process.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(serving.process.wait().unwrap().code(), Some(0));
}
