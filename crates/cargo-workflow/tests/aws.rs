//! Tests the commands that use AWS, with a server on loopback and with other listeners.

#![cfg(feature = "aws")]
use crate::command;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use command::{Done, file};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use workflow_local::TaskError;
use workflow_server::Server;

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A server on loopback, and the command line that uses it.
pub(crate) struct Service {
    runtime: Runtime,
    server: Option<Server>,
    url: String,
}

impl Service {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let builder = Server::builder().on_lambda("charge", |order: Value| match order["amount"].as_i64() {
            Some(13) => Err(TaskError::new("Unlucky").with_cause("no luck with 13")),
            _ => Ok(json!({"charged": true})),
        });
        let server = runtime.block_on(builder.bind("127.0.0.1:0")).unwrap();
        let url = server.endpoint_url();
        Self { runtime, server: Some(server), url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        run(arguments, &[("AWS_ENDPOINT_URL_SFN", &self.url)])
    }

    /// Returns the address, such as 127.0.0.1:8083.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Returns the output of a command that succeeds.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}\n{}\n{}", done.stdout, done.stderr);
        done.stdout
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let text = self.ok(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    pub(crate) fn deploy(&self, file: &Path, options: &[&str]) -> Value {
        self.json(&[&["deploy", file.to_str().unwrap(), "--role", ROLE], options].concat())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shutdown());
        }
    }
}

/// Runs `cargo workflow …` with only these variables of AWS in the environment.
pub(crate) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    let output = command
        .arg("workflow")
        .args(arguments)
        // No profile of the user who runs the test, and no search for a virtual machine's role.
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn pay(folder: &str, timeout: u32) -> PathBuf {
    let text = format!(
        r#"
        use workflow_runtime::workflow;
        workflow! {{
            pub workflow Pay {{
                input {{ amount: i64 }}
                task Charge = lambda::invoke {{ FunctionName: "charge", Payload: {{ amount: input.amount }} }}
                timeout {timeout}s
                -> end;
            }}
        }}
        "#
    );
    file(folder, "pay.rs", text)
}

#[test]
fn a_saved_history_has_the_children_of_map_runs_and_replays() {
    let service = Service::new();
    let source = file(
        "aws-save",
        "charge_all.rs",
        r#"
        use workflow_runtime::workflow;
        workflow! {
            pub workflow ChargeAll {
                input { amounts: Vec<i64> }
                map All over input.amounts {
                    task Charge = lambda::invoke { FunctionName: "charge", Payload: { amount: state } } -> end;
                }
                    distributed standard
                    -> end;
            }
        }
        "#,
    );
    service.deploy(&source, &[]);
    let started = service.json(&["start", "ChargeAll", "--input", r#"{"amounts":[7,8]}"#, "--wait"]);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-saved");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let saved = folder.join("monday.json");
    let arn = started["executionArn"].as_str().unwrap();
    let printed = service.ok(&["history", arn, "--save", saved.to_str().unwrap()]);
    assert!(printed.ends_with("monday: 2 children of map runs\n"), "{printed}");

    let children: Vec<Value> = std::fs::read_dir(folder.join("monday"))
        .unwrap()
        .map(|child| serde_json::from_slice(&std::fs::read(child.unwrap().path()).unwrap()).unwrap())
        .collect();
    assert_eq!(children.len(), 2);
    for child in &children {
        assert!(child["mapRunArn"].as_str().unwrap().contains(":mapRun:ChargeAll/"), "{child}");
        assert_eq!(child["events"].as_array().unwrap().last().unwrap()["type"], "ExecutionSucceeded", "{child}");
    }
    let replayed = service.run(&["replay", saved.to_str().unwrap()]);
    assert_eq!(replayed.code, Some(0), "{}\n{}", replayed.stdout, replayed.stderr);
    let without = folder.join("tuesday.json");
    std::fs::copy(&saved, &without).unwrap();
    assert_ne!(service.run(&["replay", without.to_str().unwrap()]).code, Some(0), "nothing has the children's answers");
}

#[test]
fn many_histories_are_saved_by_query_without_what_is_redacted() {
    let service = Service::new();
    let source = file(
        "aws-save-all",
        "greet.rs",
        r#"
        use workflow_runtime::workflow;
        workflow! {
            pub workflow Greet {
                input { card: Json, big: bool }
                choice Look { if input.big -> Refused; else -> Done; }
                succeed Done { card: input.card }
                fail Refused { error: "Refused" }
            }
        }
        "#,
    );
    service.deploy(&source, &[]);
    for (name, big) in [("one", "false"), ("two", "true"), ("three", "true")] {
        let input = format!(r#"{{"card":{{"number":"4111 1111"}},"big":{big}}}"#);
        service.run(&["start", "Greet", "--execution", name, "--input", &input, "--wait"]);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-saved-all");
    let _ = std::fs::remove_dir_all(&folder);
    let to = folder.to_str().unwrap();
    let query = ["--status", "failed", "--since", "3600", "--redact", "card.number"];
    let printed = service.ok(&[&["history", "Greet", "--to", to][..], &query].concat());
    assert!(printed.ends_with("aws-saved-all: 2 histories\n"), "{printed}");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert_eq!(files, [folder.join("three.json"), folder.join("two.json")]);
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(!text.contains("4111") && text.contains("redacted"), "{text}");
    }
    // What is saved replays, and exploration takes it.
    let replayed = service.run(&["replay", to]);
    assert_eq!(replayed.code, Some(0), "{}\n{}", replayed.stdout, replayed.stderr);
    let explored = service.run(&["explore", source.to_str().unwrap(), "--from", to, "--property", "ends in Done"]);
    assert!(
        explored.stdout.contains("occurred: in 2 of 2 recorded executions"),
        "{}{}",
        explored.stdout,
        explored.stderr
    );

    let wrong = service.run(&["history", files[0].to_str().unwrap(), "--status", "failed"]);
    assert!(wrong.stderr.contains("a filter is for the executions of a state machine"), "{}", wrong.stderr);
    let wrong = service.run(&["history", files[0].to_str().unwrap(), "--redact", "card"]);
    assert!(wrong.stderr.contains("`--redact` is for histories that are saved"), "{}", wrong.stderr);
}

#[test]
fn a_workflow_is_deployed_run_and_looked_at() {
    let service = Service::new();
    let pay = pay("aws-run", 60);
    let deployed = service.deploy(&pay, &["--publish", "--tag", "team=a"]);
    assert_eq!(deployed["change"], "created");
    assert_eq!(service.deploy(&pay, &["--publish"])["change"], "unchanged");

    let machines = service.json(&["list"]);
    assert_eq!((&machines[0]["name"], &machines[0]["type"]), (&json!("Pay"), &json!("STANDARD")));
    assert!(service.ok(&["list"]).starts_with("name  type      creationDate"));
    let page = service.ok(&["list", "--format", "html"]);
    let link = format!(
        "<a href=\"{}/console/#/machine/{}\">Pay</a>",
        service.url(),
        machines[0]["stateMachineArn"].as_str().unwrap()
    );
    assert!(page.contains(&link), "{page}");

    let started = service.json(&["start", "Pay", "--input", r#"{"amount":7}"#, "--wait"]);
    assert_eq!(started["output"]["Payload"], json!({"charged": true}));
    let arn = started["executionArn"].as_str().unwrap();
    let described = service.json(&["describe", arn]);
    assert_eq!((&described["status"], &described["input"]), (&json!("SUCCEEDED"), &json!({"amount": 7})));
    let runs_on = service.json(&["describe", arn, "--definition"]);
    assert_eq!(runs_on["definition"]["StartAt"], "Charge");
    let machine = service.ok(&["describe", "Pay", "--machine"]);
    assert!(machine.contains("status: ACTIVE") && machine.contains("roleArn: arn:aws:iam"), "{machine}");

    let events = service.json(&["history", arn]);
    assert_eq!(events[1]["type"], "TaskStateEntered");
    assert!(events[1].get("input").is_none());
    let newest = service.json(&["history", arn, "--reverse", "--limit", "1", "--data"]);
    assert_eq!((&newest[0]["type"], newest.as_array().unwrap().len()), (&json!("ExecutionSucceeded"), 1));
    assert!(newest[0]["output"].is_object());
    let table = service.ok(&["history", arn]);
    let words: Vec<_> = table.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!((words[0], &words[2..]), ("2", &["TaskStateEntered", "Charge"][..]));

    let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-run-page.html");
    service.ok(&["history", arn, "--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("<span id=\"status\" class=\"status s-succeeded\">succeeded</span>"), "{page}");
    assert!(
        page.contains("data-name=\"Charge\"") && page.contains("charged") && !page.contains("class=\"notes\""),
        "{page}"
    );

    let listed = service.json(&["list", "Pay", "--status", "succeeded"]);
    assert_eq!(listed[0]["executionArn"], arn);
    let page = service.ok(&["list", "Pay", "--format", "html"]);
    assert!(page.contains(&format!("<a href=\"{}/console/execution?arn={arn}\">", service.url())), "{page}");
    assert_eq!(service.json(&["list", "Pay", "--status", "failed"]), json!([]));
    assert_eq!(service.json(&["list", "Pay", "--versions"])[0]["version"], 1);

    service.ok(&["delete", "Pay"]);
    let gone = service.run(&["describe", "Pay", "--machine"]);
    assert_eq!(gone.code, Some(6), "{}", gone.stderr);
}

#[test]
fn an_execution_that_fails_says_where_and_why_and_is_redriven() {
    let service = Service::new();
    service.deploy(&pay("aws-fail", 60), &[]);
    let failed = service.run(&["start", "Pay", "--execution", "unlucky", "--input", r#"{"amount":13}"#, "--wait"]);
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("error: the execution failed in the state `Charge`: Unlucky"), "{}", failed.stderr);
    assert!(failed.stderr.contains("cause: no luck with 13"), "{}", failed.stderr);
    assert!(failed.stderr.contains(&format!("see {}/console/execution?arn=arn:", service.url())), "{}", failed.stderr);

    let arn = service.json(&["list", "Pay"])[0]["executionArn"].as_str().unwrap().to_owned();
    let table = service.ok(&["history", &arn]);
    assert!(table.contains("  Unlucky: no luck with 13\n") && !table.contains("amount"), "{table}");
    let again = service.run(&["start", "Pay", "--execution", "unlucky", "--input", r#"{"amount":13}"#]);
    assert_eq!(again.code, Some(5), "{}", again.stderr);
    let dry = service.json(&["redrive", "Pay", "--all", "--dry-run"]);
    assert_eq!((dry["matched"].as_array().unwrap().len(), &dry["done"]), (1, &json!([])));
    let redriven = service.json(&["redrive", "Pay", "--all", "--named", "unl"]);
    assert_eq!(redriven["done"], dry["matched"]);
    let arn = redriven["done"][0].as_str().unwrap();
    let described = loop {
        let described = service.json(&["describe", arn]);
        if described["status"] != "RUNNING" {
            break described;
        }
    };
    assert_eq!((&described["redriveCount"], &described["state"]), (&json!(1), &json!("Charge")));
    assert_eq!(described["error"], "Unlucky");
}

#[test]
fn sleepers_are_stopped_one_by_one_and_all_at_once() {
    let service = Service::new();
    let nap =
        file("aws-nap", "Nap.json", r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":3600,"End":true}}}"#);
    service.deploy(&nap, &[]);
    let arn = service.ok(&["start", "Nap"]);
    for _ in 0..3 {
        service.ok(&["start", "Nap"]);
    }
    let waited = service.run(&["start", "Nap", "--wait", "--at-most", "1"]);
    assert_eq!(waited.code, Some(3), "{}", waited.stderr);
    assert!(waited.stderr.contains("still runs after"), "{}", waited.stderr);
    service.ok(&["stop", arn.trim(), "--error", "Enough", "--cause", "tests"]);
    let described = service.json(&["describe", arn.trim()]);
    assert_eq!((&described["status"], &described["error"]), (&json!("ABORTED"), &json!("Enough")));
    let stopped = service.json(&["stop", "Nap", "--all"]);
    assert_eq!(stopped["done"].as_array().unwrap().len(), 4);
    assert_eq!(service.json(&["list", "Nap", "--status", "running"]), json!([]));
    let name = service.run(&["stop", "Nap"]);
    assert_eq!(name.code, Some(2));
    assert!(name.stderr.contains("--all"), "{}", name.stderr);
}

#[test]
fn versions_go_live_by_an_alias() {
    let service = Service::new();
    service.deploy(&pay("aws-alias", 60), &["--alias", "live"]);
    service.deploy(&pay("aws-alias", 90), &["--alias", "live", "--weight", "10"]);
    assert_eq!(service.json(&["alias", "Pay", "live"])["routes"], "1=90 2=10");
    assert_eq!(service.json(&["alias", "Pay", "live", "--to", "2"])["routes"], "2=100");
    assert_eq!(service.json(&["alias", "Pay", "live", "--roll-back"])["routes"], "1=100");
    assert_eq!(service.json(&["list", "Pay", "--aliases"])[0]["name"], "live");
    let started = service.json(&["start", "Pay:live", "--input", r#"{"amount":7}"#, "--wait"]);
    let described = service.json(&["describe", started["executionArn"].as_str().unwrap()]);
    assert!(described["stateMachineAliasArn"].as_str().unwrap().ends_with(":Pay:live"));
    assert_eq!(service.json(&["list", "Pay:live"]).as_array().unwrap().len(), 1);
    service.ok(&["alias", "Pay", "live", "--delete"]);
    assert_eq!(service.run(&["alias", "Pay", "live"]).code, Some(6));
}

#[test]
fn an_execution_is_watched_to_its_end() {
    let service = Service::new();
    let nap = r#"{"StartAt":"Rest","States":{"Rest":{"Type":"Wait","SecondsPath":"$.rest","Next":"Each"},
        "Each":{"Type":"Map","ItemsPath":"$.amounts","ItemProcessor":{"StartAt":"Charge","States":{"Charge":{"Type":"Task",
            "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"charge","Payload":{"amount.$":"$"}},"End":true}}},
        "ResultPath":null,"End":true}}}"#;
    service.deploy(&file("aws-watch", "Each.json", nap), &[]);
    let start = |input: &str| service.ok(&["start", "Each", "--input", input]).trim().to_owned();

    let arn = start(r#"{"rest":1,"amounts":[7,8]}"#);
    let done = service.run(&["watch", &arn]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines.first(), Some(&"running    Rest"), "{lines:?}");
    let line = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(line("succeeded  Rest  1.") && line("succeeded  Each  "), "{lines:?}");
    assert!(done.stdout.contains(", 2 of 2 items\nstatus: SUCCEEDED\noutput: {"), "{lines:?}");

    let done = service.run(&["watch", &start(r#"{"rest":0,"amounts":[7,13]}"#)]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    let failed =
        ["failed     Each item 1 / Charge  ", "failed     Each  ", "status: FAILED\nerror: Unlucky\ncause: no luck"];
    failed.iter().for_each(|words| assert!(done.stdout.contains(words), "{words}: {}", done.stdout));
    // The error is data, which is asked for only then.
    let line = done.stdout.lines().find(|line| line.starts_with("failed     Each item 1 / Charge"));
    assert!(line.is_some_and(|line| line.ends_with(", Unlucky")), "{}", done.stdout);

    let done = service.run(&["watch", &start(r#"{"rest":3600,"amounts":[]}"#), "--at-most", "1"]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(3), "running    Rest\n"));
    assert!(done.stderr.contains("still runs"), "{}", done.stderr);
    let nowhere = service.run(&["watch", "arn:aws:states:us-east-1:123456789012:execution:Pay:none"]);
    assert_eq!(nowhere.code, Some(6), "{}", nowhere.stderr);
}

#[test]
fn a_map_with_executions_of_its_own_is_watched() {
    let service = Service::new();
    let map = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","MaxConcurrency":1,"ResultPath":null,"End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"Rest","States":{"Rest":{"Type":"Wait","Seconds":1,"End":true}}}}}}"#;
    service.deploy(&file("aws-watch-map", "Each.json", map), &[]);
    let arn = service.ok(&["start", "Each", "--input", "[1,2,3]"]).trim().to_owned();
    let done = service.run(&["watch", &arn]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    // A slow machine may ask first when two have ended.
    let is_running = |ended: u8| done.stdout.contains(&format!("running    Each: {ended} of 3 items\n"));
    assert!(is_running(1) || is_running(2), "{}", done.stdout);
    assert!(done.stdout.contains(", 3 of 3 items\nstatus: SUCCEEDED\n"), "{}", done.stdout);
}

#[test]
fn an_express_workflow_answers_with_what_is_billed() {
    let service = Service::new();
    let quick = file("aws-quick", "Quick.json", r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#);
    service.deploy(&quick, &["--express"]);
    let ran = service.json(&["start", "Quick", "--input", "[1]", "--wait"]);
    assert_eq!((&ran["output"], &ran["billing"]["memoryMb"]), (&json!([1]), &json!(64)));
    assert!(service.ok(&["start", "Quick"]).contains(":express:Quick:"));
    let other = service.run(&["deploy", quick.to_str().unwrap(), "--role", ROLE]);
    assert_eq!(other.code, Some(5), "{}", other.stderr);
    assert!(other.stderr.contains("exists with type EXPRESS"), "{}", other.stderr);
}

#[test]
fn a_hand_edit_is_left_alone_unless_accepted() {
    let service = Service::new();
    let pay = pay("aws-drift", 60);
    service.deploy(&pay, &[]);
    let by_hand = file("aws-drift", "Pay.json", r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#);
    // As the console does: without the tag.
    service.runtime.block_on(async {
        let sfn = workflow_runtime::aws_sdk_sfn::Client::from_conf(service.server.as_ref().unwrap().sfn_config());
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:Pay";
        let definition = std::fs::read_to_string(&by_hand).unwrap();
        sfn.update_state_machine().state_machine_arn(arn).definition(definition).send().await.unwrap();
    });
    let drifted = service.run(&["deploy", pay.to_str().unwrap(), "--role", ROLE]);
    assert_eq!(drifted.code, Some(5), "{}", drifted.stderr);
    assert!(
        drifted.stderr.contains("changed by other means") && drifted.stderr.contains("--accept"),
        "{}",
        drifted.stderr
    );
    let machine = service.json(&["describe", "Pay", "--machine", "--definition"]);
    assert_eq!(machine["definition"]["StartAt"], "A");
    assert_eq!(service.deploy(&pay, &["--accept"])["change"], "updated");
}

#[test]
fn a_plan_says_what_a_deployment_means_and_changes_nothing() {
    let service = Service::new();
    let plan = |timeout, options: &[&str]| {
        let file = pay("aws-plan", timeout);
        service.run(&[&["plan", file.to_str().unwrap()], options].concat())
    };
    let planned = |done: &Done| serde_json::from_str::<Value>(&done.stdout).unwrap();
    let first = plan(60, &["--format", "json"]);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    let made = planned(&first);
    assert_eq!(
        (&made["change"], &made["verdict"], &made["findings"]),
        (&json!("created"), &json!("compatible"), &json!([]))
    );
    assert_eq!(made["permissions"]["added"][0]["Action"], "lambda:InvokeFunction");
    assert_eq!(service.json(&["list"]), json!([]));

    service.deploy(&pay("aws-plan", 60), &["--tag", "team=a"]);
    let same = plan(60, &["--format", "json"]);
    assert_eq!((same.code, &planned(&same)["change"]), (Some(0), &json!("unchanged")));
    assert!(
        plan(60, &[])
            .stdout
            .starts_with("arn:aws:states:us-east-1:123456789012:stateMachine:Pay: nothing would change")
    );

    let shorter = plan(30, &["--format", "json", "--tag", "team=b", "--tracing"]);
    assert_eq!(shorter.code, Some(3), "{}", shorter.stderr);
    let made = planned(&shorter);
    let finding =
        made["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "timeout-lowered").unwrap();
    assert_eq!(
        (&finding["state"], &finding["verdict"], &finding["aspect"]),
        (&json!("Charge"), &json!("careful"), &json!("executions"))
    );
    let rules: Vec<_> = made["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].clone()).collect();
    assert!(rules.contains(&json!("tags-changed")) && rules.contains(&json!("tracing-changed")), "{rules:?}");
    assert_eq!(plan(30, &["--allow", "careful"]).code, Some(0));
    let markdown = plan(30, &["--format", "markdown"]).stdout;
    assert!(
        markdown.contains("🟡 careful") && markdown.contains("```mermaid\n") && markdown.contains("Charge"),
        "{markdown}"
    );
    // Nothing was changed.
    assert_eq!(plan(60, &[]).code, Some(0));

    let text = std::fs::read_to_string(pay("aws-plan", 60)).unwrap();
    let text = text.replace("amount: i64", "sum: i64").replace("input.amount", "input.sum");
    let broken = file("aws-plan-broken", "pay.rs", text);
    let done = service.run(&["plan", broken.to_str().unwrap(), "--format", "json"]);
    assert_eq!((done.code, &planned(&done)["verdict"]), (Some(4), &json!("breaking")), "{}", done.stdout);

    // A manual change is detected before it is overwritten.
    service.runtime.block_on(async {
        let sfn = workflow_runtime::aws_sdk_sfn::Client::from_conf(service.server.as_ref().unwrap().sfn_config());
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:Pay";
        let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
        sfn.update_state_machine().state_machine_arn(arn).definition(definition).send().await.unwrap();
    });
    let drifted = plan(60, &["--format", "json"]);
    assert_eq!((drifted.code, &planned(&drifted)["drifted"]), (Some(5), &json!(true)));
    assert!(drifted.stderr.contains("changed by other means"), "{}", drifted.stderr);
    assert_ne!(plan(60, &["--accept"]).code, Some(5));
}

#[test]
fn what_is_missing_or_wrong_has_one_message_and_its_exit_code() {
    let service = Service::new();
    let nowhere = "arn:aws:states:us-east-1:123456789012:execution:Pay:none";
    let wrong =
        file("aws-wrong", "wrong.json", r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Next":"B"}}}"#);
    let params = file(
        "aws-wrong",
        "params.json",
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":"${Table}","End":true}}}"#,
    );
    let cases: [(&[&str], i32, &str); 7] = [
        (&["describe", nowhere], 6, "ExecutionDoesNotExist"),
        (&["start", "Nobody"], 6, "no state machine named `Nobody`"),
        (&["history", "arn:aws:s3:::bucket"], 2, "InvalidArn"),
        (&["start", "Pay", "--input", "{"], 2, "--input is not JSON"),
        (&["deploy", params.to_str().unwrap(), "--role", ROLE], 2, "these params have no value: `Table`"),
        (&["list", "--endpoint", "127.0.0.1:1"], 2, "is not a URL"),
        (&["deploy", wrong.to_str().unwrap(), "--role", ROLE], 2, "B"),
    ];
    for (arguments, code, text) in cases {
        let done = service.run(arguments);
        assert_eq!((done.code, done.stdout.as_str()), (Some(code), ""), "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains(text), "{arguments:?}: {}", done.stderr);
    }

    // Compared with an existing state machine.
    let machine = pay("aws-wrong-pay", 60);
    let machine = machine.to_str().unwrap();
    let first = service.run(&["plan", machine]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.contains("would be created"), "{}", first.stdout);
    assert!(first.stdout.contains("\ncompatible: ") && !first.stdout.contains("breaking ["), "{}", first.stdout);
    assert_eq!(service.run(&["deploy", machine, "--role", ROLE]).code, Some(0));
    let beside: [(&[&str], i32, &str); 6] = [
        (&["start", "Pay:old", "--input", "{}"], 6, "`cargo workflow list Pay --aliases`"),
        (&["alias", "Pay", "old", "--roll-back"], 6, "no alias `old`"),
        (&["alias", "Pay", "old"], 6, "no alias `old`"),
        (&["deploy", machine, "--role", "order", "--accept"], 2, "arn:aws:iam::ACCOUNT:role/NAME"),
        (&["deploy", machine, "--role", ROLE, "--machine", "a b"], 2, "a name has 1 to 80 characters"),
        (&["deploy", machine, "--role", ROLE, "--express"], 5, "deploy under another name with `--machine`"),
    ];
    for (arguments, code, text) in beside {
        let done = service.run(arguments);
        assert_eq!((done.code, done.stdout.as_str()), (Some(code), ""), "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains(text), "{arguments:?}: {}", done.stderr);
        assert_eq!(done.stderr.lines().count(), 2, "{arguments:?}: {}", done.stderr);
    }

    // Nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let done = run(&["list", "--endpoint", &format!("http://127.0.0.1:{port}")], &[]);
    assert_eq!(done.code, Some(8), "{}", done.stderr);
    assert!(done.stderr.contains("cargo workflow serve"), "{}", done.stderr);

    // No region, no credentials.
    let done = run(&["list"], &[]);
    assert_eq!((done.code, done.stderr.lines().count()), (Some(7), 2), "{}", done.stderr);
    assert!(done.stderr.contains("error: no region is set\nhelp: use `--region"), "{}", done.stderr);
    let done = run(&["list", "--region", "eu-west-1"], &[]);
    assert_eq!((done.code, done.stderr.lines().count()), (Some(7), 2), "{}", done.stderr);
    assert!(done.stderr.contains("no credentials"), "{}", done.stderr);
    let done = run(&["list", "--region", "eu-west-1", "--profile", "nobody"], &[]);
    assert_eq!((done.code, done.stderr.lines().count()), (Some(7), 2), "{}", done.stderr);
    assert!(done.stderr.contains("the profile `nobody`"), "{}", done.stderr);
}

/// Returns the address of a socket that gives this answer to each request.
fn answering(status: u16, body: &'static str) -> String {
    answering_in_turn(vec![(status, body)])
}

/// Returns the address of a socket that gives these answers in turn, and repeats the last one.
fn answering_in_turn(answers: Vec<(u16, &'static str)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let last = answers.last().copied();
        for (stream, answer) in listener.incoming().zip(answers.into_iter().map(Some).chain(std::iter::repeat(last))) {
            let Some((status, body)) = answer else { return };
            let mut stream = stream.unwrap();
            let mut read = Vec::new();
            let mut bytes = [0; 4096];
            while !read.ends_with(b"}") {
                match stream.read(&mut bytes) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => read.extend_from_slice(&bytes[..count]),
                }
            }
            let head = "content-type: application/x-amz-json-1.0\r\nconnection: close";
            let _ = write!(stream, "HTTP/1.1 {status} S\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        }
    });
    format!("http://{address}")
}

#[test]
fn a_plan_reports_why_no_machine_was_found() {
    let denied = r#"{"__type":"AccessDeniedException","message":"User: me is not authorized to perform: states:ListStateMachines"}"#;
    let url = answering_in_turn(vec![(400, denied), (200, r#"{"stateMachines":[]}"#)]);
    let file = pay("aws-plan-denied", 60);
    let done = run(&["plan", file.to_str().unwrap(), "--endpoint", &url], &[]);
    assert_eq!(done.code, Some(7), "{}{}", done.stdout, done.stderr);
}

#[test]
fn those_who_may_not_and_those_who_are_nobody_are_told_what_to_do() {
    let cases = [
        (
            r#"{"__type":"AccessDeniedException","message":"User: me is not authorized to perform: states:ListStateMachines"}"#,
            "states:ListStateMachines",
            "--profile",
        ),
        (
            r#"{"__type":"AccessDeniedException","message":"Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role."}"#,
            "assume the provided role",
            "cargo workflow iam --trust",
        ),
        (
            r#"{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}"#,
            "expired",
            "aws sso login",
        ),
        (
            r#"{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}"#,
            "invalid",
            "other credentials",
        ),
    ];
    for (body, what, help) in cases {
        let done = run(&["list", "--endpoint", &answering(400, body)], &[]);
        assert_eq!((done.code, done.stderr.lines().count()), (Some(7), 2), "{}", done.stderr);
        assert!(done.stderr.contains(what) && done.stderr.contains(help), "{}", done.stderr);
    }
    let html = answering(502, "<html>a proxy</html>");
    let done = run(&["list", "--endpoint", &html, "--request-timeout", "10"], &[]);
    assert_eq!(done.code, Some(8), "{}", done.stderr);
    // It listens but never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let done = run(&["list", "--endpoint", &url, "--request-timeout", "1"], &[]);
    assert_eq!(done.code, Some(8), "{}", done.stderr);
}

#[test]
fn executions_that_wait_longer_than_recorded_ones_are_named() {
    let service = Service::new();
    let machine = json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "Rest", "States": {
            "Rest": {"Type": "Wait", "SecondsPath": "$.rest", "Next": "Last"}, "Last": {"Type": "Wait", "SecondsPath": "$.last", "End": true}}}]}}});
    service.deploy(&file("aws-stuck", "Nap.json", machine.to_string()), &[]);
    let start = |input: Value| service.ok(&["start", "Nap", "--input", &input.to_string()]).trim().to_owned();
    let histories = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-stuck/histories");
    let short = start(json!({"rest": 0, "last": 0}));
    assert_eq!(service.run(&["watch", &short]).code, Some(0));
    service.ok(&["history", "Nap", "--to", histories.to_str().unwrap()]);
    let stuck = || service.run(&["watch", "Nap", "--stuck", histories.to_str().unwrap()]);
    let none = stuck();
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""), "{}", none.stderr);
    assert_eq!(none.stderr, "0 running executions: 0 unusual\n");

    let resting = start(json!({"rest": 3600, "last": 0}));
    let input = json!({"rest": 0, "last": 3600, "text": "x".repeat(230_000)}).to_string();
    let large = file("aws-stuck", "large.jsonl", input);
    let large = service.ok(&["start", "Nap", "--inputs", large.to_str().unwrap()]).trim().to_owned();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let done = stuck();
    assert_eq!(done.code, Some(3), "{}", done.stderr);
    let line = |arn: &str| done.stdout.lines().filter(|line| line.starts_with(arn)).collect::<Vec<_>>();
    assert!(
        matches!(*line(&resting), [only] if only.contains("`Rest` for ") && only.contains(" in the histories")),
        "{}",
        done.stdout
    );
    let [waits, data] = *line(&large) else { panic!("{}", done.stdout) };
    assert!(waits.contains("`Last` for "), "{waits}");
    assert!(
        data.contains("  the input of ") && data.contains(" has 230,0") && data.ends_with(" of 262,144 bytes"),
        "{data}"
    );
    assert_eq!(done.stderr, "2 running executions: 2 unusual\n");
}
