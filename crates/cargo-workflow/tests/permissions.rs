//! Tests which permissions `deploy --policy`, `plan`, `iam --keep` and `export --keep` keep for older executions.

#![cfg(feature = "aws")]
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::aws::{ROLE, Service, run};
use super::command::{Done, file};

/// The state of IAM, and what reaches it and Step Functions.
#[derive(Default)]
struct State {
    /// The document as IAM stores it, with `%` escapes.
    policy: Option<String>,
    calls: Vec<String>,
    /// The operation that is denied.
    denied: &'static str,
}

/// IAM with one role, and Step Functions, behind one address.
struct Cloud {
    state: Arc<Mutex<State>>,
    url: String,
    _service: Service,
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads a request: its bytes, its head and its body.
fn request(stream: &mut TcpStream) -> Option<(Vec<u8>, String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((bytes, head.to_lowercase(), body.to_owned()));
            }
        }
        let mut part = [0; 65536];
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

fn iam(state: &mut State, body: &str) -> Vec<u8> {
    let member = |name: &str| {
        let mut members = body.split('&').filter_map(|member| member.split_once('='));
        members.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
    };
    let operation = member("Action").unwrap();
    assert_eq!((member("RoleName").as_deref(), member("PolicyName").as_deref()), (Some("r"), Some("flow")));
    state.calls.push(operation.clone());
    let refused = |status: &str, code: &str| {
        answer(
            status,
            &format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"),
        )
    };
    if state.denied == operation {
        return refused("403 Forbidden", "AccessDenied");
    }
    let result = match operation.as_str() {
        "PutRolePolicy" => {
            state.policy = member("PolicyDocument");
            String::new()
        }
        "DeleteRolePolicy" => {
            state.policy = None;
            String::new()
        }
        _ => match &state.policy {
            Some(policy) => format!(
                "<GetRolePolicyResult><RoleName>r</RoleName><PolicyName>flow</PolicyName>\
                 <PolicyDocument>{policy}</PolicyDocument></GetRolePolicyResult>"
            ),
            None => return refused("404 Not Found", "NoSuchEntity"),
        },
    };
    answer("200 OK", &format!("<{operation}Response>{result}</{operation}Response>"))
}

impl Cloud {
    fn new() -> Self {
        let service = Service::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (url, address) = (format!("http://{}", listener.local_addr().unwrap()), service.address().to_owned());
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some((bytes, head, body)) = request(&mut stream) else { continue };
                let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: awsstepfunctions."));
                let mut state = shared.lock().unwrap();
                let written = match target {
                    None => iam(&mut state, &body),
                    Some(target) => {
                        state.calls.push(target.to_owned());
                        if state.denied.to_lowercase() == target {
                            let refusal = json!({"__type": "AccessDeniedException", "message": "not authorized"});
                            answer("400 Bad Request", &refusal.to_string())
                        } else {
                            let mut server = TcpStream::connect(&address).unwrap();
                            // One request for each connection.
                            let text = String::from_utf8(bytes).unwrap();
                            server.write_all(text.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes()).unwrap();
                            let mut answered = Vec::new();
                            server.read_to_end(&mut answered).unwrap();
                            answered
                        }
                    }
                };
                let _ = stream.write_all(&written);
            }
        });
        Self { state, url, _service: service }
    }

    fn run(&self, arguments: &[&str]) -> Done {
        run(arguments, &[("AWS_ENDPOINT_URL_SFN", &self.url), ("AWS_ENDPOINT_URL_IAM", &self.url)])
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", done.stdout, done.stderr))
    }

    fn deploy(&self, functions: &str, options: &[&str]) -> Value {
        let flow = flow(functions);
        let arguments = ["deploy", flow.to_str().unwrap(), "--role", ROLE, "--policy", "flow", "--allow", "breaking"];
        self.json(&[&arguments[..], options].concat())
    }

    /// Returns the functions that the role may invoke: `a a:* b b:*`.
    fn functions(&self) -> String {
        let policy = self.state.lock().unwrap().policy.clone().unwrap_or_default();
        let policy = policy.replace("%3A", ":").replace("%2A", "*");
        let mut found: Vec<_> = policy.split("function:").skip(1).map(|rest| rest.split('%').next().unwrap()).collect();
        found.sort_unstable();
        found.join(" ")
    }

    /// Returns the calls since the last time.
    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    fn deny(&self, operation: &'static str) {
        self.state.lock().unwrap().denied = operation;
    }
}

/// A file whose workflow waits, and then calls these functions.
fn flow(functions: &str) -> PathBuf {
    let names: Vec<_> = functions.split(' ').collect();
    let tasks = names.iter().enumerate().map(|(number, name)| {
        let next = if number + 1 == names.len() { "end".to_owned() } else { format!("T{}", number + 1) };
        format!("task T{number} = lambda::invoke {{ FunctionName: \"{name}\" }} -> {next};")
    });
    let text = format!("workflow! {{ pub workflow Flow {{ wait Hold for 1h -> T0; {} }} }}", tasks.collect::<String>());
    file("permissions", &format!("{}.rs", functions.replace(' ', "-")), text)
}

#[test]
fn permissions_outlive_the_executions_that_need_them() {
    let cloud = Cloud::new();
    let created = cloud.deploy("a", &[]);
    assert_eq!((&created["policy"], &created["kept"]), (&json!("written"), &json!([])));
    assert_eq!(cloud.functions(), "a a:*");
    let started = cloud.json(&["start", "Flow", "--input", "{}"]);

    let replaced = cloud.deploy("b", &[]);
    assert_eq!((&replaced["policy"], cloud.functions().as_str()), (&json!("written"), "a a:* b b:*"));
    let kept = replaced["kept"].as_array().unwrap();
    assert_eq!(
        (&kept[0]["Resource"], &kept[0]["for"]),
        (
            &json!("arn:aws:lambda:us-east-1:123456789012:function:a"),
            &json!(["the definition that is replaced", "an unpublished definition (1 running execution)"])
        ),
    );
    // A third definition: what each still needs.
    cloud.deploy("c", &[]);
    assert_eq!(cloud.functions(), "a a:* b b:* c c:*");
    cloud.calls();
    let file = flow("c");
    let planned = cloud.run(&["plan", file.to_str().unwrap()]);
    let line = "= lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:a: still needed by an unpublished \
                definition (1 running execution)\n";
    assert!(planned.stdout.contains(line), "{}{}", planned.stdout, planned.stderr);
    assert!(planned.stdout.contains("the first deployment after nothing needs it withdraws it"), "{}", planned.stdout);
    assert_eq!(cloud.json(&["plan", file.to_str().unwrap()])["kept"].as_array().map(Vec::len), Some(2));
    // The replaced definition has no execution; the first one has.
    assert_eq!(cloud.deploy("c", &[])["policy"], "written");
    assert_eq!(cloud.functions(), "a a:* c c:*");
    assert_eq!(cloud.deploy("c", &[])["policy"], "unchanged");

    cloud.run(&["stop", started["executionArn"].as_str().unwrap()]);
    let planned = cloud.run(&["plan", file.to_str().unwrap()]);
    assert!(!planned.stdout.contains("still needed"), "{}", planned.stdout);
    let withdrawn = cloud.deploy("c", &[]);
    assert_eq!((&withdrawn["policy"], &withdrawn["kept"]), (&json!("written"), &json!([])));
    assert_eq!(cloud.functions(), "c c:*");
    cloud.calls();
    cloud.deploy("c", &[]);
    let calls = cloud.calls();
    let described = calls.iter().filter(|call| call.contains("forexecution")).count();
    let listed = calls.iter().filter(|call| *call == "listexecutions").count();
    assert_eq!((listed, described), (1, 0), "nothing runs: {calls:?}");
}

#[test]
fn of_many_executions_only_a_few_are_described() {
    let cloud = Cloud::new();
    for functions in ["a", "b"] {
        cloud.deploy(functions, &[]);
        for _ in 0..8 {
            cloud.json(&["start", "Flow", "--input", "{}"]);
        }
    }
    cloud.calls();
    let kept = cloud.deploy("c", &[])["kept"].clone();
    let running = "an unpublished definition (8 running executions)";
    assert_eq!(kept[0]["for"], json!([running]));
    assert_eq!(kept[2]["for"], json!(["the definition that is replaced", running]));
    assert_eq!(cloud.functions(), "a a:* b b:* c c:*");
    let described = cloud.calls().iter().filter(|call| call.contains("forexecution")).count();
    assert!(described < 10, "{described}");
}

#[test]
fn permissions_outlive_a_canary() {
    let cloud = Cloud::new();
    cloud.deploy("a", &["--alias", "live"]);
    let canary = cloud.deploy("b", &["--alias", "live", "--weight", "10"]);
    assert_eq!(canary["kept"][0]["for"], json!(["the definition that is replaced", "version 1 (alias live)"]));
    let rerun = cloud.deploy("b", &["--alias", "live", "--weight", "10"]);
    assert_eq!((&rerun["policy"], &rerun["kept"][0]["for"]), (&json!("unchanged"), &json!(["version 1 (alias live)"])));
    let started = cloud.json(&["start", "Flow:1", "--input", "{}"]);
    cloud.json(&["alias", "Flow", "live", "--to", "2"]);
    let kept = cloud.deploy("b", &["--alias", "live"])["kept"].clone();
    assert_eq!(kept[0]["for"], json!(["version 1 (1 running execution)"]));
    assert_eq!(cloud.functions(), "a a:* b b:*");
    cloud.run(&["stop", started["executionArn"].as_str().unwrap()]);
    assert_eq!(cloud.deploy("b", &["--alias", "live"])["policy"], "written");
    assert_eq!(cloud.functions(), "b b:*");
}

#[test]
fn what_cannot_be_read_is_kept() {
    let cloud = Cloud::new();
    cloud.deploy("a", &[]);
    cloud.deploy("b", &[]);
    assert_eq!(cloud.functions(), "a a:* b b:*");
    cloud.deny("ListExecutions");
    let (file, arguments) = (flow("b"), ["--role", ROLE, "--policy", "flow"]);
    let done = cloud.run(&[&["deploy", file.to_str().unwrap()][..], &arguments].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("so `deploy --policy` keeps all: not authorized"), "{}", done.stderr);
    assert_eq!(cloud.functions(), "a a:* b b:*");
    let planned = cloud.json(&["plan", file.to_str().unwrap()]);
    assert_eq!(planned["keptUnknown"], "not authorized");
    cloud.deny("");
    cloud.deploy("b", &[]);
    assert_eq!(cloud.functions(), "b b:*");

    // Without the policy, nothing is deployed.
    cloud.deny("PutRolePolicy");
    cloud.calls();
    let file = flow("c");
    let done = cloud.run(&[&["deploy", file.to_str().unwrap()][..], &arguments].concat());
    assert_eq!(done.code, Some(7), "{}", done.stderr);
    assert!(done.stderr.contains("iam:PutRolePolicy"), "{}", done.stderr);
    assert!(!cloud.calls().iter().any(|call| call == "updatestatemachine"));
    cloud.deny("");
    let nowhere =
        run(&[&["deploy", file.to_str().unwrap()][..], &arguments].concat(), &[("AWS_ENDPOINT_URL_SFN", &cloud.url)]);
    assert_eq!(nowhere.code, Some(2), "{}", nowhere.stderr);
}

#[test]
fn a_policy_and_an_export_have_what_older_definitions_need() {
    let (old, new) = (flow("a b"), flow("b c"));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let policy: Value = serde_json::from_str(&run(&["iam", new, "--keep", old], &[]).stdout).unwrap();
    let function = |name: &str| format!("arn:aws:lambda:*:*:function:{name}");
    let statements = policy["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 2, "{policy}");
    assert_eq!(
        (&statements[1]["Sid"], &statements[1]["Resource"]),
        (&json!("Kept"), &json!([function("a"), function("a:*")]))
    );
    // A policy is as good as a definition, and what all need is there once.
    let policy = file("permissions", "old.json", run(&["iam", old], &[]).stdout);
    let both = run(&["iam", new, "--keep", old, "--keep", policy.to_str().unwrap()], &[]).stdout;
    assert_eq!(both, run(&["iam", new, "--keep", old], &[]).stdout);
    let nothing = run(&["iam", new, "--keep", old, "--diff", old], &[]).stdout;
    assert!(!nothing.contains("- "), "{nothing}");

    let template = run(&["export", "--to", "cloudformation", new, "--keep", old], &[]).stdout;
    assert!(template.contains("\"Kept\"") && template.contains("function:a:*"), "{template}");
}
