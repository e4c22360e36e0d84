//! Tests `cargo workflow mcp` with a client that writes the messages itself.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Client {
    server: Child,
    answers: BufReader<ChildStdout>,
    asked: u64,
}

impl Client {
    fn new() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
        command.args(["workflow", "mcp"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let answers = BufReader::new(server.stdout.take().unwrap());
        let mut client = Self { server, answers, asked: 0 };
        let about = json!({"name": "test", "version": "1"});
        let version = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": about});
        let answer = client.ask("initialize", &version);
        assert_eq!(answer["result"]["serverInfo"]["name"], "cargo-workflow", "{answer}");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.server.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": parameters}));
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], self.asked, "{answer}");
        answer
    }

    /// Returns whether the tool failed, and its text.
    fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        assert!(result.is_object(), "{answer}");
        (result["isError"] == true, result["content"][0]["text"].as_str().unwrap().to_owned())
    }
}

fn definition(fields: &str) -> String {
    format!(
        r#"{{"StartAt": "Call", "States": {{"Call": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {{"FunctionName": "f"}}, {fields}}}}}}}"#
    )
}

#[test]
fn an_agent_finds_the_tools_mends_a_definition_and_runs_it() {
    let mut client = Client::new();
    let tools = client.ask("tools/list", &json!({}));
    let tools = tools["result"]["tools"].as_array().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["validate", "fix", "explain", "describe", "run", "explore", "diff", "iam", "import", "migrate"]);
    let of = |tool: &Value| tool["inputSchema"]["properties"].as_object().map(|all| all.keys().cloned().collect());
    assert_eq!(of(&tools[0]), Some(vec!["file".to_owned(), "definition".to_owned(), "name".to_owned()]));

    let wrong = definition(r#""TimeoutSecond": 5, "End": true"#);
    let (failed, text) = client.call("validate", &json!({"definition": wrong}));
    assert!(!failed && text.contains("WF0122") && text.contains("did you mean `TimeoutSeconds`?"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    let (failed, fixed) = client.call("fix", &json!({"definition": wrong}));
    assert!(!failed, "{fixed}");
    let fixed = fixed.split("\n\n").next().unwrap().to_owned();
    assert_eq!(fixed, definition(r#""TimeoutSeconds": 5, "End": true"#));
    assert!(client.call("validate", &json!({"definition": fixed})).1.starts_with("0 errors"));

    let results = json!({"Call": {"Payload": 7}});
    let (failed, text) = client.call("run", &json!({"definition": fixed, "input": {"n": 1}, "results": results}));
    assert!(!failed && text.contains("ExecutionSucceeded") && text.contains(r#""Payload":7"#), "{text}");
    for (tool, words) in [
        ("explain", "Call"),
        ("explore", "executions tried"),
        ("iam", "lambda:InvokeFunction"),
        ("import", "task Call = lambda::invoke"),
    ] {
        let (failed, text) = client.call(tool, &json!({"definition": fixed}));
        assert!(!failed && text.contains(words), "{tool}: {text}");
    }
    for action in ["glue::startJobRun.sync", "arn:aws:states:::glue:startJobRun.sync"] {
        assert!(client.call("describe", &json!({"action": action})).1.contains("JobName"), "{action}");
    }
}

/// Twenty typical mistakes. A client that only applies what the fixes say mends at least eighteen, as it was meant.
#[test]
fn fixes_alone_mend_typical_mistakes() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("files/mistakes.json")).unwrap();
    assert_eq!(rows.len(), 20);
    let mut client = Client::new();
    let mut left = Vec::new();
    for row in rows {
        let broken = row["definition"].to_string();
        let (_, found) = client.call("validate", &json!({"definition": broken}));
        assert!(!found.starts_with("0 errors and 0 warnings"), "{}: {found}", row["mistake"]);
        let fixed = client.call("fix", &json!({"definition": broken, "proposed": true})).1;
        let fixed = fixed.split("\n\n").next().unwrap().to_owned();
        let (_, found) = client.call("validate", &json!({"definition": fixed}));
        if !found.starts_with("0 errors and 0 warnings") {
            left.push(format!("{}: {found}", row["mistake"]));
            continue;
        }
        assert_eq!(serde_json::from_str::<Value>(&fixed).unwrap(), row["meant"], "{}", row["mistake"]);
    }
    assert!(left.len() <= 2, "{}", left.join("\n"));
}

#[test]
fn wrong_calls_are_refused_and_the_server_goes_on() {
    let mut client = Client::new();
    for (tool, arguments, words) in [
        ("nothing", json!({}), "unknown tool `nothing`"),
        ("validate", json!({}), "give `file` or `definition`"),
        ("validate", json!({"file": "a", "definition": "b"}), "give `file` or `definition`"),
        ("validate", json!({"definition": "{}", "x": 1}), "unknown argument `x`"),
        ("diff", json!({"old": "a"}), "`new` is missing"),
        ("describe", json!({"action": "arn:aws:states:us-east-1:123456789012:stateMachine:x"}), "is no action"),
    ] {
        let answer = client.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        assert!(answer["error"]["message"].as_str().unwrap().contains(words), "{answer}");
    }
    let (failed, text) = client.call("validate", &json!({"file": "no/such/file.json"}));
    assert!(failed && text.contains("no such file"), "{text}");
    let (failed, text) = client.call("explain", &json!({"file": "--help"}));
    assert!(failed && text.contains("no such file"), "{text}");
    drop(client.server.stdin.take());
    assert!(client.server.wait().unwrap().success());
}
