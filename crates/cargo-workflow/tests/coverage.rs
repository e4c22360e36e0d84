//! Tests `cargo workflow coverage` with real test processes: this program runs itself with its ignored tests.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::coverage::FOLDER_VARIABLE;
use workflow_local::{Engine, TaskError};

/// Everything that is counted, with nested scopes.
fn order() -> Value {
    json!({"StartAt": "IsPaid", "States": {
        "IsPaid": {"Type": "Choice", "Default": "Refuse", "Choices": [
            {"Variable": "$.paid", "BooleanEquals": true, "Next": "Each"},
            {"Variable": "$.paid", "StringEquals": "later", "Next": "Remind"}]},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"StartAt": "Ship", "States": {
            "Ship": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship",
                "Retry": [{"ErrorEquals": ["Busy"]}, {"ErrorEquals": ["Lost"]}],
                "Catch": [{"ErrorEquals": ["Broken"], "Next": "Note"}], "End": true},
            "Note": {"Type": "Pass", "End": true}}}, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Remind": {"Type": "Wait", "Seconds": 86400, "Next": "Done"},
        "Refuse": {"Type": "Fail", "Error": "NotPaid"}}})
}

fn engine() -> Engine {
    let attempts = std::sync::atomic::AtomicU32::new(0);
    Engine::new(&order()).unwrap().named("Order").on_lambda("ship", move |_: Value| {
        let first = attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if first { Err(TaskError::new("Busy")) } else { Ok(json!("sent")) }
    })
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn sends() {
    engine().run(&json!({"paid": true, "items": [1, 2, 3]})).unwrap();
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn refuses_and_explores() {
    engine().run(&json!({"paid": false})).unwrap();
    let explorer = workflow_explore::Explorer::new(&engine()).unwrap().may_fail();
    let paid = [json!({"paid": true, "items": [1]}), json!({"paid": false})];
    explorer.inputs(paid).explore().unwrap();
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn refuses_in_two_processes_at_once() {
    let children: Vec<_> = (0..2).map(|_| this("refuses").spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    // Compiled, but never run.
    let definition = json!({"StartAt": "Idle", "States": {"Idle": {"Type": "Pass", "End": true}}});
    let _ = Engine::new(&definition).unwrap().named("Unused");
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn refuses() {
    engine().run(&json!({"paid": false})).unwrap();
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn dies() {
    engine().run(&json!({"paid": "later"})).unwrap();
    let unfinished = engine().start(&json!({"paid": true, "items": []})).unwrap();
    std::mem::forget(unfinished);
    std::process::abort();
}

workflow_runtime::workflow! {
    workflow Limit {
        params { most: i64, queue: String }
        input { total: i64 }
        choice IsMuch { if input.total > params.most -> Tell; else -> Done; }
        task Tell = sqs::sendMessage { QueueUrl: params.queue, MessageBody: "much" }
            retry [SQS.SdkClientException] { max_attempts: 2 }
            -> Done;
        succeed Done;
    }
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn runs_with_two_sets_of_params() {
    every([(10, "small"), (1000, "large")], |(most, queue)| {
        let engine = Engine::of_with::<Limit>(&LimitParams { most, queue: queue.to_owned() }).unwrap();
        let engine = engine.named(format!("limit-{queue}"));
        let engine = engine.on_resource("arn:aws:states:::sqs:sendMessage", |_: Value| Ok(json!({"MessageId": "m"})));
        engine.run(&json!({"total": 100})).unwrap().assert_succeeded();
    });
    // Another workflow with the same name is another row.
    let other = json!({"StartAt": "Idle", "States": {"Idle": {"Type": "Pass", "End": true}}});
    Engine::new(&other).unwrap().named("Limit").run(&json!({})).unwrap().assert_succeeded();
}

workflow_runtime::workflow! {
    fragment Tell {
        input { to: String }
        task Send = lambda::invoke { FunctionName: "send", Payload: { to: input.to } } -> Done;
        succeed Done;
    }
    workflow Remind {
        input { days: i64 }
        use Tell as Owner { to: "owner" } -> IsLate;
        choice IsLate { if input.days > 30 -> Lawyer; else -> Done; }
        use Tell as Lawyer { to: "lawyer" } -> Closed;
        use Tell as Closed { to: "archive" } -> Done;
        succeed Done;
    }
}

#[test]
#[ignore = "run by the tests below, under `cargo workflow coverage`"]
fn answers_a_whole_use() {
    let engine = Engine::of::<Remind>().unwrap().on_state("Owner", |_: Value| Ok(json!(null)));
    let engine = engine.on_state("Lawyer", |_: Value| Ok(json!(null)));
    let engine = engine.on_state("Closed / Send", |_: Value| Ok(json!({"Payload": null, "StatusCode": 200})));
    engine.run(&json!({"days": 40})).unwrap().assert_succeeded();
}

/// Runs one of the ignored tests of this program.
fn this(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", &format!("coverage::{test}")]);
    command
}

/// Returns a package in its own folder, with a workflow in its library.
fn package(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("coverage-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = "[package]\nname = \"shop\"\nedition = \"2024\"\n[workspace]\n";
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "mod greeting;").unwrap();
    let greeting = "workflow! {\n    pub workflow Greet {\n        wait Hello for 3s -> end;\n    }\n}\n";
    std::fs::write(folder.join("src/greeting.rs"), greeting).unwrap();
    folder
}

/// Runs `cargo workflow coverage` in the package, with a test of this program if one is given.
fn coverage(package: &Path, options: &[&str], test: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "coverage"]).args(options).current_dir(package);
    command.env("CARGO_TARGET_DIR", package.join("target")).env_remove(FOLDER_VARIABLE);
    if let Some(test) = test {
        let this = this(test);
        command.arg("--").arg(this.get_program()).args(this.get_args());
    }
    command.output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn text_tells_what_was_not_taken() {
    let package = package("text");
    let output = coverage(&package, &["--only-run"], Some("sends"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let report = text.split_once("Order: ").unwrap().1;
    assert_eq!(
        report,
        "8 of 17 (47.0 %), 1 execution
  states       4 of 7
  transitions  2 of 4
  rules        1 of 3
  retriers     1 of 2
  catchers     0 of 1
  not taken:
    IsPaid, rule 2 -> Remind
    IsPaid, default -> Refuse
    Remind
    Refuse
    Ship, retrier 2: Lost
    Ship, catcher 1: Broken -> Note
    Note

total: 8 of 17 (47.0 %)
"
    );
}

#[test]
fn a_page_has_the_gaps_the_graphs_and_the_source_lines() {
    let package = package("page");
    std::fs::write(package.join("order.asl.json"), format!("{:#}", order())).unwrap();
    let output = coverage(&package, &["--html", "page.html"], Some("sends"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("Order: 8 of 17"), "the text is printed as without a page");
    let page = std::fs::read_to_string(package.join("page.html")).unwrap();
    let parts = [
        "<h2>Order: 8 of 17 (47.0 %)</h2>",
        "<h2>Greet: 0 of 2 (0.0 %)</h2>",
        "data-show-state=\"/1/States/Each/ItemProcessor/States/Ship\">Ship</button> <span class=\"s-failed\">never taken</span>\
         <div class=\"whole\">retrier 2: Lost</div>",
        "<h2>Greet: src/greeting.rs</h2>",
        "<h2>Order: order.asl.json</h2>",
        "<b>No test ran it</b>",
    ];
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
    let line = |sign: &str, text: &str| page.lines().any(|line| line.contains(sign) && line.contains(text));
    assert!(
        line("✗", "wait Hello for 3s -&gt; end;")
            && line("✓", "&quot;Done&quot;: {")
            && line("✗", "&quot;Refuse&quot;: {"),
        "{page}"
    );
}

#[test]
fn a_tracefile_has_the_lines_and_their_branches() {
    let package = package("lcov");
    let text = format!("{:#}", order());
    std::fs::write(package.join("order.asl.json"), &text).unwrap();
    let output = coverage(&package, &["--lcov", "lcov.info"], Some("sends"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let file = std::fs::read_to_string(package.join("lcov.info")).unwrap();
    let record = |name: &str| file.split("end_of_record\n").find(|record| record.contains(name)).unwrap().to_owned();
    let order = record("SF:order.asl.json\n");
    let line = |word: &str| text.lines().position(|line| line.contains(word)).unwrap() + 1;
    for part in [
        "TN:Order\n".to_owned(),
        "BRF:10\nBRH:4\n".to_owned(),
        format!("DA:{},1\n", line("\"Done\": {")),
        format!("DA:{},3\n", line("\"Ship\": {")),
        format!("DA:{},0\n", line("\"Refuse\": {")),
    ] {
        assert!(order.contains(&part), "{part}: {order}");
    }
    assert!(record("SF:src/greeting.rs\n").contains("LH:0\n"), "{file}");
}

#[test]
fn uses_of_fragments_are_reported_and_answering_a_whole_use_counts_the_rest() {
    let package = package("uses");
    let output = coverage(&package, &["--only-run"], Some("answers_a_whole_use"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(
        text.split_once("Remind: ").unwrap().1,
        "7 of 16 (43.7 %), 1 execution
  states       4 of 8
  transitions  2 of 6
  rules        1 of 2
  uses         1 of 3
  not taken:
    Owner: 2 states
    IsLate, default -> Done
    Lawyer: 2 states

total: 7 of 16 (43.7 %)
"
    );
    let output = coverage(&package, &["--only-run", "--json"], None);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let uses = report["workflows"][0]["uses"].as_array().unwrap();
    let entered: Vec<_> = uses.iter().map(|used| (used["name"].clone(), used["states"]["taken"].clone())).collect();
    assert_eq!(entered, [(json!("Closed"), json!(2)), (json!("Lawyer"), json!(0)), (json!("Owner"), json!(0))]);
}

#[test]
fn exploration_is_a_kind_of_its_own() {
    let package = package("explored");
    let output = coverage(&package, &["--only-run"], Some("refuses_and_explores"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(
        text.split_once("Order: ").unwrap().1,
        "3 of 17 (17.6 %), 1 execution
  states       2 of 7
  transitions  0 of 4
  rules        1 of 3
  retriers     0 of 2
  catchers     0 of 1
  explored     14 of 17
  not taken by a test:
    IsPaid, rule 1 -> Each (explored)
    IsPaid, rule 2 -> Remind
    Each (explored)
    Done (explored)
    Remind
    Ship (explored)
    Note (explored)

total: 3 of 17 (17.6 %)
"
    );

    let output = coverage(&package, &["--only-run", "--json"], None);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let order = &report["workflows"][0];
    assert_eq!((&order["executions"], &order["share"]["taken"]), (&json!(1), &json!(3)));
    assert_eq!(order["explored"]["taken"], 14);
    let point = |state: &str| {
        let points = order["points"].as_array().unwrap();
        let found = points.iter().find(|point| point["state"] == state && point["kind"] == "state").unwrap();
        (found["taken"].as_u64(), found["explored"].as_bool())
    };
    assert_eq!(point("Refuse"), (Some(1), Some(true)));
    assert_eq!(point("Ship"), (Some(0), Some(true)));
    assert_eq!(point("Remind"), (Some(0), Some(false)));
}

#[test]
fn processes_at_once_are_merged_and_what_never_ran_counts() {
    let package = package("merged");
    let output = coverage(&package, &["--json"], Some("refuses_in_two_processes_at_once"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let summary: Vec<_> = report["workflows"].as_array().unwrap().iter().map(summary).collect();
    assert_eq!(
        summary,
        [
            json!([["Greet"], 0, {"taken": 0, "all": 2, "percent": 0.0}]),
            json!([["Order"], 2, {"taken": 3, "all": 17, "percent": 100.0 * 3.0 / 17.0}]),
            json!([["Unused"], 0, {"taken": 0, "all": 2, "percent": 0.0}]),
        ]
    );
    let points = report["workflows"][1]["points"].as_array().unwrap();
    let taken: Vec<_> = points.iter().filter(|point| point["taken"] != 0).cloned().collect();
    assert_eq!(
        taken,
        [
            json!({"kind": "state", "pointer": "/States/IsPaid", "state": "IsPaid", "taken": 2, "explored": false}),
            json!({"kind": "rule", "pointer": "/States/IsPaid/Default", "state": "IsPaid", "taken": 2, "explored": false,
                "what": "default -> Refuse"}),
            json!({"kind": "state", "pointer": "/States/Refuse", "state": "Refuse", "taken": 2, "explored": false}),
        ]
    );
}

fn summary(workflow: &Value) -> Value {
    json!([workflow["names"], workflow["executions"], workflow["share"]])
}

#[test]
fn a_run_is_kept_apart_and_the_newest_is_printed_again() {
    let package = package("runs");
    let first = coverage(&package, &["--only-run"], Some("sends"));
    assert!(stdout(&first).contains("total: 8 of 17"), "{}", stdout(&first));
    // The file system's clock may be coarse.
    std::thread::sleep(std::time::Duration::from_millis(20));
    let second = coverage(&package, &["--only-run"], Some("refuses"));
    assert!(stdout(&second).contains("total: 3 of 17"), "{}", stdout(&second));
    let again = coverage(&package, &["--only-run"], None);
    assert!(stdout(&again).ends_with("total: 3 of 17 (17.6 %)\n"), "{}", stdout(&again));
}

#[test]
fn a_threshold_fails_the_run() {
    let package = package("threshold");
    let below = coverage(&package, &["--name", "Order", "--fail-under", "48"], Some("sends"));
    assert_eq!(below.status.code(), Some(1), "{}", stderr(&below));
    assert!(stderr(&below).contains("error: coverage is below 48 %: 8 of 17 (47.0 %)"), "{}", stderr(&below));
    let above = coverage(&package, &["--name", "Order", "--fail-under", "47"], None);
    assert_eq!(above.status.code(), Some(0), "{}", stderr(&above));
    let with_others = coverage(&package, &["--fail-under", "47"], None);
    assert_eq!(with_others.status.code(), Some(1), "{}", stdout(&with_others));
}

#[test]
fn a_diagram_marks_what_was_not_taken() {
    let package = package("diagram");
    let output = coverage(&package, &["--only-run", "--mermaid"], Some("sends"));
    let text = stdout(&output);
    assert!(text.starts_with("%% Order: 8 of 17 (47.0 %)\nflowchart TD\n"), "{text}");
    assert!(text.contains("Lost (not taken)") && text.contains("linkStyle "), "{text}");
    let node = |name: &str| {
        let line = text.lines().find(|line| line.contains(&format!("\"{name}"))).unwrap();
        line.trim_start().trim_start_matches("subgraph ").split(['[', '{', '(']).next().unwrap()
    };
    let untaken = format!("class {},{},{} untaken", node("Note"), node("Remind"), node("Refuse"));
    assert!(text.contains(&untaken), "{untaken}\n{text}");
}

#[test]
fn a_process_that_dies_spoils_nothing() {
    let package = package("dies");
    let folder = package.join("run");
    let options = ["--only-run", "--folder", folder.to_str().unwrap()];
    let output = coverage(&package, &options, Some("dies"));
    // The exit code is that of the failed command, and what ran before is reported.
    assert!(!output.status.success());
    assert!(stderr(&output).contains("this is the coverage until then"), "{}", stderr(&output));
    assert!(stdout(&output).contains("Order: 5 of 17 (29.4 %), 1 execution\n"), "{}", stdout(&output));

    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let mut file = std::fs::OpenOptions::new().append(true).open(file).unwrap();
    file.write_all(b"{\"definition\":\"f").unwrap();
    let output = coverage(&package, &options, None);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("Order: 5 of 17 (29.4 %), 1 execution\n"), "{}", stdout(&output));
    assert!(stderr(&output).contains("1 line was left unfinished"), "{}", stderr(&output));
}

#[test]
fn without_a_run_it_says_how_to_make_one() {
    let package = package("none");
    let output = coverage(&package, &[], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cargo workflow coverage -- cargo test"), "{}", stderr(&output));
    let output = coverage(&package, &["--only-run"], Some("no_such_test"));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no workflow ran"), "{}", stderr(&output));
}

#[test]
fn a_workflow_with_two_sets_of_params_is_one() {
    let package = package("params");
    let output = coverage(&package, &["--only-run", "--json"], Some("runs_with_two_sets_of_params"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let workflows = report["workflows"].as_array().unwrap();
    let rows: Vec<_> = workflows.iter().map(|row| (row["names"].clone(), row["executions"].clone())).collect();
    assert_eq!(rows, [(json!(["Limit"]), json!(1)), (json!(["Limit", "limit-large", "limit-small"]), json!(2))]);
    // Each test took its own path: together they cover all but the retrier.
    assert_eq!(workflows[1]["share"]["taken"], 6, "{report:#}");
    assert_eq!(workflows[1]["share"]["all"], 7, "{report:#}");
    assert_eq!(report["share"]["all"], 9);
    let under = |percent: &str| {
        coverage(&package, &["--only-run", "--fail-under", percent], Some("runs_with_two_sets_of_params")).status.code()
    };
    assert_eq!((under("88"), under("89")), (Some(0), Some(1)));
}
