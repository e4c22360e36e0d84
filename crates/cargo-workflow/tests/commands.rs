//! Tests the commands as a user runs them: their output and their exit codes.

use std::path::Path;
use std::process::{Command, Output};
use workflow_cases::every;

use serde_json::{Value, json};

fn workflow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .arg("workflow")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files"))
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn asl_prints_a_definition_with_placeholders_and_notes() {
    let output = workflow(&["asl", "order.rs", "--name", "ShipOrder"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let definition: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        definition.pointer("/States/Ship/Arguments"),
        Some(&json!({
            "FunctionName": "${shipping}",
            "Payload": {"to": "{% $states.context.Execution.Input.address %}", "limit": "${MAX_PARCELS}"},
        }))
    );
    let notes = stderr(&output);
    assert!(notes.contains("`${MAX_PARCELS}`") && notes.contains("only rustc knows"), "{notes}");
    assert!(notes.contains("`${shipping}`") && notes.contains("deployed"), "{notes}");
}

#[test]
fn the_word_that_cargo_passes_may_be_left_out() {
    let bare =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_cargo-workflow")).args(arguments).output().unwrap();
    for arguments in [&["--version"][..], &["describe", "sqs:sendMessage"], &["nonsense"], &[]] {
        let (with, without) = (workflow(arguments), bare(arguments));
        assert_eq!((with.status, stdout(&with), stderr(&with)), (without.status, stdout(&without), stderr(&without)));
    }
}

#[test]
fn asl_finds_every_workflow_of_a_file() {
    let all: Value = serde_json::from_str(&stdout(&workflow(&["asl", "order.rs"]))).unwrap();
    assert_eq!(all.as_object().unwrap().len(), 2);
    every(["ShipOrder", "Cool"], |name| {
        let one: Value = serde_json::from_str(&stdout(&workflow(&["asl", "order.rs", "--name", name]))).unwrap();
        assert_eq!(all[name], one);
    });
}

#[test]
fn graph_draws_the_states() {
    let output = workflow(&["graph", "order.rs", "--name", "ShipOrder"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("flowchart TD"), "{}", stdout(&output));
    assert!(stdout(&output).contains("IsPaid"));
}

#[test]
fn several_workflows_are_boxes_of_one_picture_and_members_of_one_object() {
    every([("mermaid", "flowchart TD\n    subgraph n0["), ("svg", "<svg "), ("html", "<!")], |(format, start)| {
        let output = workflow(&["graph", "order.rs", "--to", format]);
        let (picture, code) = (stdout(&output), output.status.code());
        assert!(code == Some(0) && picture.starts_with(start), "{picture}");
        assert!(["ShipOrder", "Cool", "IsPaid"].iter().all(|name| picture.contains(name)), "{picture}");
        // A page also has a picture for each machine that is open, and one for none.
        let (folded, shown) = (picture.matches("<svg data-open").count(), picture.matches("<svg").count());
        assert_eq!(folded, if format == "html" { 3 } else { 0 });
        assert_eq!(shown - folded, usize::from(format != "mermaid"));
    });
    let dot = stdout(&workflow(&["graph", "order.rs", "--to", "dot"]));
    assert!(dot.starts_with("// ShipOrder\ndigraph ") && dot.contains("}\n// Cool\ndigraph "), "{dot}");
    let policies: Value = serde_json::from_str(&stdout(&workflow(&["iam", "order.rs"]))).unwrap();
    assert_eq!(policies.as_object().unwrap().len(), 2);
    every(["ShipOrder", "Cool"], |name| {
        let one: Value = serde_json::from_str(&stdout(&workflow(&["iam", "order.rs", "--name", name]))).unwrap();
        assert_eq!(policies[name], one);
    });
    let explained = stdout(&workflow(&["iam", "order.rs", "--format", "explain"]));
    assert!(explained.starts_with("# ShipOrder\n") && explained.contains("\n\n# Cool\n"), "{explained}");
    let difference = workflow(&["iam", "order.rs", "--diff", "order.rs"]);
    assert_eq!((difference.status.code(), stdout(&difference)), (Some(2), String::new()));
}

#[test]
fn graph_draws_pictures_of_every_kind() {
    let draw = |arguments: &[&str]| {
        let output = workflow(&[&["graph", "order.rs", "--name", "ShipOrder"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    let svg = draw(&["--to", "svg"]);
    assert!(svg.starts_with("<svg") && svg.contains("<title>ShipOrder</title>") && svg.contains(">IsPaid<"), "{svg}");
    assert!(!svg.contains("http") || svg.matches("http").count() == 1, "only the namespace");
    assert_ne!(svg, draw(&["--to", "svg", "--direction", "left-right"]));
    assert_eq!(svg, draw(&["--to", "svg"]));
    let html = draw(&["--to", "html"]);
    let policy = "default-src 'none'; script-src 'sha256-";
    assert!(html.contains(policy) && html.contains("<svg") && html.contains("\"definition\":{"), "{html}");
    assert!(draw(&["--to", "dot"]).starts_with("digraph \"ShipOrder\" {"));
    let text = draw(&["--to", "text"]);
    assert!(text.contains("│ IsPaid") && text.contains('▼'), "{text}");
}

#[test]
fn graph_has_the_words_of_the_source_and_a_box_for_each_use() {
    let text = stdout(&workflow(&["graph", "remind.rs"]));
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let about = |word: &str| lines.iter().filter(|line| line.contains(word)).copied().collect::<Vec<_>>();
    assert_eq!(about("input.days"), ["n1 -->|\"input.days #62; 30 #38;#38; input.mode != #34;quiet#34;\"| n2"]);
    assert_eq!(about("match"), ["n2{\"Kind<br/>match input.mode\"}:::choice"]);
    assert_eq!(about("mail"), ["n2 -->|\"#34;post#34; #124; #34;mail#34;\"| n4"]);
    assert_eq!(about("input.due"), ["n3{{\"Rest<br/>until input.due\"}}:::wait"]);
    assert_eq!(about("Owner"), ["subgraph n4[\"Owner<br/>3 states\"]"]);
    assert_eq!(about("States.ALL"), ["n4 -.->|\"States.ALL\"| n9"]);
    assert_eq!(about("input.to"), ["n6 -->|\"input.to == #34;owner#34;\"| n7"]);
    let svg = stdout(&workflow(&["graph", "remind.rs", "--to", "svg"]));
    assert!(svg.contains(">Owner<") && svg.contains(">How<") && svg.contains("“Owner / How” continues at"), "{svg}");
}

#[test]
fn graph_draws_errors_at_their_states() {
    let output = workflow(&["graph", "wrong.asl.json", "--to", "text"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("⚠ unknown state") && stdout(&output).contains("WF0201"), "{}", stdout(&output));
}

#[test]
fn run_checks_enums_with_data_and_constraints() {
    let run = |name: &str, input: Value| {
        let output = workflow(&["run", "shapes.rs", "--name", name, "--input", &input.to_string()]);
        (output.status.code(), stderr(&output))
    };
    let draw = |shape: Value| run("Draw", json!({"shape": shape, "ids": ["a"], "code": "AB"}));
    every([json!({"Circle": 2}), json!({"Rect": {"width": 1, "height": 2}}), json!("Dot")], |shape| {
        assert_eq!(draw(shape), (Some(0), String::new()));
    });
    let (code, message) = draw(json!({"Rect": {"width": 1}}));
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("`input.shape.Rect.height`: expected f64, found nothing"), "{message}");
    let (code, message) = run("Draw", json!({"shape": "Dot", "ids": [], "code": "ab"}));
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("`input.ids`: expected an array with 1 to 2 items"), "{message}");
    assert!(message.contains("`input.code`: expected text that matches"), "{message}");
    assert_eq!(run("Mark", json!({"mark": {"kind": "Circle", "radius": 1.5}})).0, Some(0));
    assert_eq!(run("Mark", json!({"mark": {"kind": "Square"}})).0, Some(2));
}

#[test]
fn workflows_of_one_macro_share_their_types() {
    let input = json!({"lines": [{"name": "a"}], "kind": "Book"}).to_string();
    let output = workflow(&["run", "neighbours.rs", "--name", "Uses", "--input", &input]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains(r#"output: [{"name":"aa","note":""}]"#), "{}", stdout(&output));
    let wrong = json!({"lines": [{"note": "a"}], "kind": "Brick"}).to_string();
    let output = workflow(&["run", "neighbours.rs", "--name", "Uses", "--input", &wrong]);
    assert!(stderr(&output).contains("`input.lines[0].name`: expected"), "{}", stderr(&output));
    let types = workflow(&["types", "neighbours.rs", "--name", "Uses", "--to", "typescript"]);
    assert_eq!(stderr(&types), "");
    let types = stdout(&types);
    assert!(
        types.contains("interface Line {") && types.contains("type Kind =") && !types.contains("Unused"),
        "{types}"
    );
}

#[test]
fn run_takes_results_for_tasks_and_exits_by_status() {
    let ship = ["run", "order.rs", "--name", "ShipOrder", "--input"];
    let paid = r#"{"paid": true, "address": "Kiel"}"#;
    let output = workflow(&[&ship[..], &[paid, "--result", r#"Ship={"Payload": "sent"}"#]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("status: SUCCEEDED"), "{}", stdout(&output));
    assert!(stdout(&output).contains(r#"output: {"Payload":"sent"}"#), "{}", stdout(&output));

    let output = workflow(&[&ship[..], &[r#"{"paid": false, "address": "Kiel"}"#]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("error: NotPaid\ncause: pay first"), "{}", stdout(&output));

    let output = workflow(&[&ship[..], &[paid]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--result 'Ship={…}'"), "{}", stderr(&output));
}

#[test]
fn a_result_may_name_a_state_with_an_equals_sign() {
    let state = json!({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"Message": "a"}, "End": true});
    let definition = json!({"StartAt": "a=b", "States": {"a=b": state}});
    let file = super::command::file("results", "equals.asl.json", definition.to_string());
    every(
        [("run", r#"a=b={"x": "y=1"}"#, Some(0)), ("explore", r#"a=b={"x": 1}"#, Some(0)), ("run", "a=b=c", Some(2))],
        |(command, result, code)| {
            let output = workflow(&[command, file.to_str().unwrap(), "--result", result]);
            assert_eq!(output.status.code(), code, "{command} {result}: {output:?}");
        },
    );
}

#[test]
fn run_refuses_a_result_of_what_is_no_task() {
    let output = workflow(&["run", "order.rs", "--name", "Cool", "--result", "Wait=1"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: `Wait` is a Wait state; only tasks are answered\n");
}

#[test]
fn run_gives_the_history_as_the_api_does_and_waits_in_no_time() {
    let output = workflow(&["run", "order.rs", "--name", "Cool", "--history", "json"]);
    // Standard output has only JSON, so that a program can read it.
    let events: Vec<Value> = serde_json::from_str(&stdout(&output)).unwrap();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["ExecutionStarted", "WaitStateEntered", "WaitStateExited", "ExecutionSucceeded"]);
    assert_eq!(stderr(&output), "status: SUCCEEDED\noutput: {}\n");

    let stopped = workflow(&["run", "order.rs", "--name", "Cool", "--history", "json", "--until", "Wait"]);
    let _: Vec<Value> = serde_json::from_str(&stdout(&stopped)).unwrap();
    assert_eq!(stderr(&stopped), "stopped before: Wait\ninput: {}\n");
}

#[test]
fn errors_say_file_line_column_and_help() {
    let output = workflow(&["asl", "wrong.rs"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("error[WF0201]: unknown state `Secnod`\n --> wrong.rs:3:23"), "{text}");
    assert!(text.contains("did you mean `Second`?"), "{text}");

    let output = workflow(&["graph", "wrong.asl.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("error[WF0201]"), "{}", stderr(&output));
}

#[test]
fn several_workflows_need_a_name_and_a_wrong_one_is_told() {
    let output = workflow(&["run", "order.rs"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--name: ShipOrder, Cool"), "{}", stderr(&output));

    let output = workflow(&["run", "order.rs", "--name", "Ship"]);
    assert!(stderr(&output).contains("no workflow `Ship`"), "{}", stderr(&output));

    let output = workflow(&["run", "missing.rs"]);
    assert!(stderr(&output).contains("cannot read missing.rs"), "{}", stderr(&output));
}

#[test]
fn a_name_leaves_out_what_is_wrong_elsewhere_in_the_file() {
    // `Ends` is valid, `Lost` is not, `Outer` starts `Lost`, `Torn` does not even parse.
    let output = workflow(&["run", "several.rs", "--name", "Ends"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    every(["asl", "graph", "explain", "iam"], |command| {
        let output = workflow(&[command, "several.rs", "--name", "Ends"]);
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()), "{command}");
    });
    let errors = |arguments: &[&str]| {
        let output = workflow(arguments);
        let code = if arguments.contains(&"Edns") { 2 } else { 1 };
        assert_eq!((output.status.code(), stdout(&output)), (Some(code), String::new()));
        let text = stderr(&output);
        text.lines().filter(|line| line.starts_with("error")).map(str::to_owned).collect::<Vec<_>>()
    };
    let lost = "error[WF0201]: unknown state `Nowhere`";
    assert_eq!(errors(&["asl", "several.rs", "--name", "Lost"]), [lost]);
    assert_eq!(errors(&["asl", "several.rs", "--name", "Outer"]), [lost]);
    assert_eq!(errors(&["asl", "several.rs", "--name", "Torn"]).len(), 1);
    assert_eq!(errors(&["asl", "several.rs"]).len(), 2);
    let none = "error: several.rs has no workflow `Edns`; it has: Ends, Lost, Outer, Torn";
    assert_eq!(errors(&["asl", "several.rs", "--name", "Edns"]), [none]);

    // The same in a template.
    let output = workflow(&["asl", "several.yaml", "--name", "Right"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    assert_eq!(errors(&["asl", "several.yaml", "--name", "Wrong"]).len(), 1);
    assert_eq!(errors(&["asl", "several.yaml"]).len(), 1);
}

#[test]
fn import_prints_a_declaration_that_compiles_to_the_same_document() {
    let output = workflow(&["import", "legacy-order.asl.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected = r#"workflow! {
    /// Orders, as they came from the console.
    pub workflow LegacyOrder {
        query jsonpath;
        timeout 1h;

        params {
            #[serde(rename = "ChargeFunctionArn")]
            charge_function_arn: String,
        }

        start ChargeCard;

        choice WasItPaid as "Was it paid?" {
            /// as usual
            if state.charge.Payload.status == "paid" -> Done;
            if state.attempts < 3 && is_present(state.charge.Payload.declined) == false
                -> WaitAMoment;
            else -> Failed;
        }

        task ChargeCard as "charge card" = lambda::invoke {
            FunctionName: params.charge_function_arn,
            Payload: { order: state.id, text: "Order " + state.id },
        }
            result_path "$.charge"
            timeout 90s
            retry [Lambda.ServiceException, States.Timeout] { interval: 2s, backoff: 2.0 }
            catch [States.ALL] -> Failed { result_path "$.error" }
            -> WasItPaid;

        wait WaitAMoment as "wait a moment" for 2m -> ChargeCard;

        succeed Done;

        fail Failed { error: "NotPaid", cause: state.error.Cause }
    }
}
"#;
    assert_eq!(stdout(&output), expected);
    let folder = std::env::temp_dir().join(format!("workflow-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("legacy.rs");
    let file = file.to_str().unwrap();
    let output = workflow(&["import", "legacy-order.asl.json", "--name", "order", "--output", file]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()));
    let back: Value = serde_json::from_str(&stdout(&workflow(&["asl", file, "--name", "Order"]))).unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/legacy-order.asl.json");
    let text = std::fs::read_to_string(document).unwrap();
    assert_eq!(back, serde_json::from_str::<Value>(&text).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn import_and_validate_warn_of_what_is_read_and_not_there() {
    let words = "`$.config` has no member `Bucket` here";
    let output = workflow(&["import", "absent.asl.json"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("state.config.Bucket") && stderr(&output).contains(words), "{}", stderr(&output));
    let output = workflow(&["validate", "absent.asl.json"]);
    assert!(stdout(&output).contains(words) && stdout(&output).contains("absent.asl.json:5:"), "{}", stdout(&output));
}

#[test]
fn import_writes_nothing_for_what_is_wrong() {
    let import = |file: &str| {
        let output = workflow(&["import", "legacy-order.asl.json", file]);
        assert_eq!(stdout(&output), "");
        (output.status.code(), stderr(&output))
    };
    let (code, errors) = import("wrong.asl.json");
    assert_eq!(code, Some(1));
    assert!(errors.contains("wrong.asl.json:1:59") && errors.contains("`B`"), "{errors}");
    assert_eq!(import("none.asl.json").0, Some(2));
    assert_eq!(import("order.rs").0, Some(2));
    let output = workflow(&["import", "legacy-order.asl.json", "--from-cloudformation"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn import_takes_every_state_machine_of_a_template() {
    let output = workflow(&["import", "--from-cloudformation", "template.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("pub workflow Greeter {") && text.contains("type express;"), "{text}");
    assert!(text.contains("FunctionName: params.greet_function_arn"), "{text}");
    assert!(text.contains("pub workflow Nap {") && text.contains("for 2m"), "{text}");
}

#[test]
fn run_takes_a_mock_file_and_exits_by_status() {
    let run = |more: &[&str]| workflow(&[&["run", "retry.asl.json", "--mocks", "mocks.json"], more].concat());
    let output = run(&["--case", "BusyTwice"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let printed = stdout(&output);
    assert_eq!(printed.matches("TaskFailed").count(), 2, "{printed}");
    assert!(printed.ends_with("status: SUCCEEDED\noutput: {\"rest\":1}\n"), "{printed}");
    // Nothing is animated if the output is not a terminal.
    assert_eq!(stderr(&output), "");

    let output = run(&["--case", "Refused"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).ends_with("error: Refused\ncause: no such card\n"), "{}", stdout(&output));

    let output = run(&["--case", "Slow"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("status: TIMED_OUT"), "{}", stdout(&output));
}

#[test]
fn run_tells_what_is_wrong_with_a_case() {
    let output = workflow(&["run", "retry.asl.json", "--mocks", "mocks.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--case: BusyTwice, Refused, Slow"), "{}", stderr(&output));

    let output = workflow(&["run", "retry.asl.json", "--mocks", "mocks.json", "--case", "Refusd"]);
    assert_eq!(output.status.code(), Some(2));
    let error = stderr(&output);
    assert!(error.contains("there is no case `Refusd`") && error.contains("did you mean `Refused`?"), "{error}");
    assert!(error.contains("--> mocks.json"), "{error}");
}

#[test]
fn run_reads_the_objects_of_a_folder() {
    let output = workflow(&["run", "parts.asl.json", "--objects", "parts"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("output: [\"nut\",\"bolt\"]\n"), "{}", stdout(&output));

    let output = workflow(&["run", "parts.asl.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("Request ID: local): stock/2025.csv"), "{}", stdout(&output));
}

#[test]
fn run_watches_with_a_line_for_each_state() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let states =
        r#"{"Rest":{"Type":"Wait","Seconds":90,"Next":"Say"},"Say":{"Type":"Pass","Result":"hello","End":true}}"#;
    let file = folder.join("watched.asl.json");
    std::fs::write(&file, format!(r#"{{"StartAt":"Rest","States":{states}}}"#)).unwrap();
    let file = file.to_str().unwrap();
    let run = workflow(&["run", file, "--watch"]);
    let lines = "succeeded  Rest  1 min 30 s\nsucceeded  Say  0 ms\n";
    assert_eq!(stdout(&run), format!("{lines}status: SUCCEEDED\noutput: \"hello\"\n"));
    let run = workflow(&["run", file, "--watch", "--history", "json"]);
    assert!(stderr(&run).starts_with(lines), "{}", stderr(&run));
    assert!(serde_json::from_str::<Value>(&stdout(&run)).unwrap().is_array());
    let run = workflow(&["run", file, "--watch", "--until", "Say"]);
    assert_eq!(stdout(&run), "succeeded  Rest  1 min 30 s\nstopped before: Say\ninput: {}\n");
}

#[test]
fn run_watches_a_map_with_executions_of_its_own() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("watched_map.asl.json");
    let child = r#"{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Rest",
        "States":{"Rest":{"Type":"Wait","Seconds":1,"End":true}}}"#;
    let each = format!(r#"{{"Type":"Map","MaxConcurrency":2,"ItemProcessor":{child},"ResultPath":null,"End":true}}"#);
    std::fs::write(&file, format!(r#"{{"StartAt":"Each","States":{{"Each":{each}}}}}"#)).unwrap();
    let run = workflow(&["run", file.to_str().unwrap(), "--watch", "--input", "[1,2,3,4,5,6]"]);
    let said = stdout(&run);
    assert!(
        said.contains("running    Each: 2 of 6 items\n") && said.contains("running    Each: 4 of 6 items\n"),
        "{said}"
    );
    let ends = "succeeded  Each  3.00 s, 6 of 6 items\nstatus: SUCCEEDED\noutput: [1,2,3,4,5,6]\n";
    assert!(said.ends_with(ends), "{said}");
}

#[test]
fn run_stops_before_a_state() {
    let output = workflow(&[
        "run",
        "retry.asl.json",
        "--mocks",
        "mocks.json",
        "--case",
        "Slow",
        "--until",
        "Rest",
        "--real-time",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let printed = stdout(&output);
    assert!(printed.ends_with("stopped before: Rest\ninput: {\"rest\":61}\n"), "{printed}");
    assert!(!printed.contains("WaitStateEntered"), "{printed}");

    let output = workflow(&["run", "retry.asl.json", "--until", "Rset"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean `Rest`?"), "{}", stderr(&output));
}

#[test]
fn a_document_is_found_from_the_crate_s_folder() {
    let output = workflow(&["asl", "legacy.rs"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let printed: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let file: Value = serde_json::from_str(include_str!("files/flows/legacy.asl.json")).unwrap();
    assert_eq!(printed, file);
    assert!(stdout(&workflow(&["graph", "legacy.rs"])).contains("Tell them"));
    let result = r#"Tell them={"MessageId": "m"}"#;
    let output = workflow(&["run", "legacy.rs", "--input", r#"{"text": "hi"}"#, "--result", result]);
    assert!(stdout(&output).contains("status: SUCCEEDED"), "{}{}", stdout(&output), stderr(&output));

    let output = workflow(&["asl", "legacy_wrong.rs"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "the declared input has no field `text` (tests/files/flows/legacy.asl.json:7:69)";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
}

#[test]
fn run_refuses_what_the_workflow_does_not_declare() {
    let input = json!({ "order": 1, "lines": [{ "sku": "s", "parts": [{ "sku": "t", "parts": [] }] }],
        "at": "2025-01-01T00:00:00Z", "mode": "very slow", "model": "only rustc knows it" });
    let run = |input: &Value, charged: &str, asked: &str, more: &[&str]| {
        let input = input.to_string();
        let results = [format!("Charge={charged}"), format!("Ask={asked}")];
        let arguments =
            ["run", "bill.rs", "--name", "Bill", "--input", &input, "--result", &results[0], "--result", &results[1]];
        workflow(&[arguments.as_slice(), more].concat())
    };
    let (charged, asked) = (r#"{"Payload":{"sum":5}}"#, r#"{"Output":{"total":3}}"#);
    let output = run(&input, charged, asked, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    every(
        [
            ("/order", json!("no"), "`input.order`: expected u32, found \"no\""),
            ("/order", json!(-1), "`input.order`: expected u32, found -1"),
            ("/lines/0/parts/0/sku", json!(1), "`input.lines[0].parts[0].sku`: expected String, found 1"),
            ("/at", json!("now"), "`input.at`: expected Timestamp, found \"now\""),
            ("/mode", json!("Slow"), "`input.mode`: expected one of \"Fast\", \"very slow\" (`Mode`), found \"Slow\""),
        ],
        |(pointer, value, expected)| {
            let mut wrong = input.clone();
            *wrong.pointer_mut(pointer).unwrap() = value;
            let output = run(&wrong, charged, asked, &[]);
            assert_eq!(output.status.code(), Some(2));
            let message = format!(
                "error: --input does not match the declared type:\n  {expected}\n  = help: to run it anyway, as AWS does: \
             --any-input\n"
            );
            assert_eq!(stderr(&output), message);
            assert_eq!(stdout(&output), "");
            assert_eq!(run(&wrong, charged, asked, &["--any-input"]).status.code(), Some(0));
        },
    );
    every(
        [
            (r#"{"Payload":{"sum":"5"}}"#, asked, "Charge", "`result.Payload.sum`: expected u32, found \"5\""),
            (r#"{"sum":5}"#, asked, "Charge", "`result.Payload`: expected `Charged`, found nothing"),
            (charged, r#"{"Output":{}}"#, "Ask", "`result.Output.total`: expected u32, found nothing"),
        ],
        |(charged, asked, state, expected)| {
            let output = run(&input, charged, asked, &[]);
            assert_eq!(output.status.code(), Some(2));
            let text = stderr(&output);
            assert!(
                text.contains(&format!(
                    "error: the result of `{state}` does not match the declared type:\n  {expected}"
                )),
                "{text}"
            );
            assert!(!stdout(&run(&input, charged, asked, &["--any-answers"])).is_empty());
        },
    );
    // A document declares no types.
    let output = workflow(&["run", "retry.asl.json", "--input", "\"x\"", "--mocks", "mocks.json", "--case", "Refused"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

/// Writes a file for one test.
fn written(name: &str, text: &str) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("commands").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, text).unwrap();
    file.to_string_lossy().into_owned()
}

#[test]
fn text_in_other_quotes_is_one_mistake_at_the_text() {
    let rust = "// don't\nworkflow! {\n    workflow A {\n        pass B { a: 'it is \"so\"', b: `later`, c: \"isn't\", d: 'x' } -> C;\n        pass D -> end;\n    }\n}\nfn f<'a>(x: &'a str) -> &'a str { x }\n";
    let file = written("quotes.rs", rust);
    every([("validate", 1), ("asl", 1), ("graph", 1), ("run", 2), ("fmt", 2)], |(command, exit)| {
        let output = workflow(&[command, &file]);
        assert_eq!(output.status.code(), Some(exit), "{command}: {}", stderr(&output));
        let text = stdout(&output) + &stderr(&output);
        assert_eq!(text.matches("text must be in double quotes").count(), 2, "{command}: {text}");
        assert!(text.contains("quotes.rs:4:21\n"), "{command}: {text}");
        assert!(text.contains(r#"= help: write `"it is \"so\""`"#), "{command}: {text}");
        assert!(text.contains("quotes.rs:4:38\n") && text.contains("= help: write `\"later\"`"), "{command}: {text}");
        assert!(!text.contains("not Rust"), "{command}: {text}");
        // The rest is checked as if the quotes were right; only the formatter stops.
        assert_eq!(text.contains("unknown state `C`"), command != "fmt", "{command}: {text}");
        assert_eq!(text.contains("a character is not a value here"), command != "fmt", "{command}: {text}");
    });
    let fixed = rust.replace("'it is \"so\"'", r#""it is \"so\"""#).replace("`later`", "\"later\"");
    let fixed = fixed.replace("'x'", "\"x\"").replace("-> C;", "-> D;");
    let output = workflow(&["validate", &written("fixed.rs", &fixed)]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_template_of_javascript_is_one_mistake() {
    let rust = "workflow! { workflow A { input { id: String } pass B { a: `is ${input.id}` } -> end; } }";
    let output = workflow(&["validate", &written("template.rs", rust)]);
    let text = stdout(&output) + &stderr(&output);
    assert!(text.contains("text must be in double quotes") && text.contains("1 error and 0 warnings"), "{text}");
    assert!(text.contains(r#"= help: text is joined with `+`: `"…" + input.id`"#), "{text}");
}

#[test]
fn a_rust_file_of_which_nothing_is_read_is_an_error() {
    let shared = "macro_rules! with_notify {\n    ($($all:tt)*) => { workflow! { $($all)* } };\n}\n";
    let order =
        "//! Orders.\n\ncrate::with_notify! {\n    /// One [order].\n    pub workflow Order { pass A -> end; }\n}\n";
    let one = "workflow! { workflow One { pass A -> end; } }\n";
    every(
        [
            ("empty.rs", "fn main() {}\n".to_owned(), ""),
            (
                "shared-only.rs",
                shared.to_owned(),
                "shared-only.rs:1: the `workflow!` in `macro_rules! with_notify` is not read",
            ),
            ("order-only.rs", order.to_owned(), "order-only.rs:3: the workflows in `with_notify!` are not read"),
        ],
        |(name, text, why)| {
            let file = written(name, &text);
            for command in ["graph", "asl", "explain", "validate", "fmt", "fix", "explore", "iam", "run"] {
                let output = workflow(&[command, &file]);
                assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{command}");
                let said = stderr(&output);
                assert!(
                    said.contains(&format!("{name} contains no `workflow!`")) && said.contains(why),
                    "{command}: {said}"
                );
            }
        },
    );
    let both = written("both.rs", &format!("{one}{order}"));
    for command in ["graph", "asl", "explain", "validate", "fmt", "fix"] {
        let output = workflow(&[command, &both]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert_eq!(stderr(&output).matches("the workflows in `with_notify!` are not read").count(), 1, "{command}");
    }
    // Among several files, one without workflows is no mistake.
    let (empty, one) = (written("empty.rs", "fn main() {}\n"), written("one.rs", one));
    for command in ["validate", "fmt"] {
        assert_eq!(workflow(&[command, &empty, &one]).status.code(), Some(0), "{command}");
    }
}

#[test]
fn folders_and_several_files_are_read() {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let template = "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Succeed}}}}}}";
    written("folder/a.asl.json", machine);
    written("folder/src/target/b.json", machine);
    written("folder/src/target/template.yaml", template);
    written("folder/two.rs", "workflow! { workflow One { pass A -> end; } workflow Two { pass A -> end; } }\n");
    written("folder/other.rs", "fn main() {}\n");
    written("folder/bare.wf", "workflow Bare { pass A -> end; }");
    written("folder/shared.rs", "workflow! { fragment Shared { pass A -> end; } }");
    written("folder/package.json", "{\"name\": \"x\"}");
    written("folder/target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    let last = written("folder/target/c.asl.json", "{");
    let folder = Path::new(&last).ancestors().nth(2).unwrap().to_str().unwrap().to_owned();
    let output = workflow(&["validate", &folder]);
    assert_eq!(stdout(&output), "0 errors and 0 warnings in 6 state machines\n", "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let pages: Value = serde_json::from_str(&stdout(&workflow(&["explain", &folder, "--format", "json"]))).unwrap();
    let names: Vec<_> = pages.as_array().unwrap().iter().map(|page| page["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "Bare", "b", "M", "One", "Two"]);
    let explored = workflow(&["explore", &folder, "--format", "json"]);
    let reports: Value = serde_json::from_str(&stdout(&explored)).unwrap();
    assert_eq!(reports.as_array().unwrap().len(), 6);
    let shared = workflow(&["validate", &format!("{folder}/shared.rs")]);
    assert!(stderr(&shared).ends_with("shared.rs contains fragments and no workflow\n"), "{}", stderr(&shared));
    let one = workflow(&["explore", &folder, "--name", "One"]);
    assert_eq!(one.status.code(), Some(0), "{}", stderr(&one));
    // A file that cannot be read does not hide the others.
    written("folder/broken.asl.json", "{");
    let output = workflow(&["explain", &folder]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("Two") && stderr(&output).contains("broken.asl.json"), "{}", stderr(&output));
    std::fs::remove_file(Path::new(&folder).join("broken.asl.json")).unwrap();
}

#[test]
fn a_file_without_state_machines_is_said_to_have_none() {
    let template = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n";
    every(
        [(
            "bucket.yaml",
            template,
            "bucket.yaml contains no state machine",
            &["graph", "asl", "explain", "import"][..],
        )],
        |(name, text, what, commands)| {
            let file = written(name, text);
            for command in commands {
                let output = workflow(&[command, &file]);
                assert_eq!(output.status.code(), workflow(&["validate", &file]).status.code(), "{command}");
                assert_eq!(stdout(&output), "", "{command}");
                let said = stderr(&output);
                assert!(said.starts_with("note: ") && said.trim_end().ends_with(what), "{command}: {said}");
            }
            for command in ["iam", "run", "explore"] {
                let output = workflow(&[command, &file]);
                assert_eq!(output.status.code(), Some(2), "{command}");
                assert_eq!(stderr(&output).matches(what).count(), 1, "{command}: {}", stderr(&output));
            }
        },
    );
}
