//! Tests `cargo workflow explain`: the output about the values and the costs of a workflow.

use std::path::Path;
use std::process::Command;
use workflow_cases::every;

use serde_json::Value;

fn explain(file: &str, more: &[&str]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(file);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    let output = command.args(["workflow", "explain"]).arg(file).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_of_the_documentation_is_what_is_printed() {
    let page = include_str!("../../../docs/explain.md");
    let block = |language: &str| {
        let start = page.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
        page[start..].split("\n```").next().unwrap().to_owned()
    };
    assert_eq!(explain("export.rs", &[]).trim_end(), block("text"));
    let file = include_str!("files/export.rs");
    let body = file.split_once("workflow! {\n").unwrap().1.trim_end().strip_suffix("\n}").unwrap();
    let body: Vec<_> = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    assert_eq!(body.join("\n"), block("workflow"));
}

#[test]
fn the_bytes_of_values_are_numbers_in_json() {
    let json: Value = serde_json::from_str(&explain("export.rs", &["--format", "json"])).unwrap();
    let states = json[0]["states"].as_array().unwrap();
    let told = states.iter().find(|state| state["name"] == "Told").unwrap();
    assert_eq!(told["output"]["bytes"], serde_json::json!({"least": 10, "most": 1540, "openAt": null}));
    assert_eq!(told["input"]["bytes"], serde_json::json!({"least": 1, "most": null, "openAt": "$"}));
    let failed = states.iter().find(|state| state["name"] == "Failed").unwrap();
    assert_eq!(failed["output"], Value::Null);
}

#[test]
fn lines_fit_into_a_hundred_columns() {
    every(["export.rs", "order.rs", "errors.rs", "legacy-order.asl.json", "template.yaml", "typed.asl.json"], |file| {
        let text = explain(file, &[]);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    });
}

#[test]
fn uses_of_fragments_are_shown_before_their_states() {
    let text = explain("fragments.rs", &[]);
    every(
        [
            "\nApproval: use of the fragment Approve\n    input        { boss: String, hurry: bool }\n    states       Approval / Hurry, Approval / Skip, Approval / Boss / Send, Approval / Boss / Done\n\nApproval / Hurry",
            "\nApproval / Boss: use of the fragment Ask\n    input        { to: String }\n    result       { answer: String }\n    states       Approval / Boss / Send, Approval / Boss / Done\n\nApproval / Boss / Send",
            "\nthe first: use of the fragment Ask\n    input        { to: String }\n    result       { answer: String }\n    states       the first, the first / Send, the first / Done\n\nthe first",
        ],
        |expected| assert!(text.contains(expected), "{expected}\n{text}"),
    );
    assert!(text.contains(" (Send in the source)") && !text.contains("ApprovalBossSend in the source"), "{text}");
    let json: Value = serde_json::from_str(&explain("fragments.rs", &["--format", "json"])).unwrap();
    let names: Vec<_> = json[0]["uses"].as_array().unwrap().iter().map(|used| used["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Approval", "Approval / Boss", "the first"]);
}

#[test]
fn documents_have_the_types_of_results_and_what_is_made_of_them() {
    let text = explain("typed.asl.json", &[]);
    every(
        [
            "\nStart: Task aws-sdk:glue:startJobRun\n    from         the start\n    input        any value\n    result       { JobRunId?: string }\n    output       the result\n",
            "\nBoth: Parallel\n    from         Start\n    input        { JobRunId?: string }\n    result       [{ QueueUrl?: string }, any value]\n",
            "    variables    $run: string by Start\n                 $turns: 0 by Start\n",
            // What the task calls is known at deployment.
            "\nAny in Both: Task ${Function}\n    from         the start\n    input        { JobRunId?: string }\n    result       any value\n",
            "\nDone: Succeed\n    from         Both\n    input        [{ QueueUrl?: string }, any value]\n",
        ],
        |expected| {
            assert!(text.contains(expected), "{expected}\n{text}");
        },
    );
    // Also in templates, and if the states of a workflow come from a document.
    assert!(
        explain("template.yaml", &["--name", "Greeter"]).contains("\n    result       { ExecutedVersion?: string,")
    );
    let legacy = explain("legacy.rs", &[]);
    assert!(
        legacy.contains("\n    input        { text: string }\n") && legacy.contains(" MessageId?: string,"),
        "{legacy}"
    );
    let pages: Value = serde_json::from_str(&explain("typed.asl.json", &["--format", "json"])).unwrap();
    let result = &pages[0]["states"][0]["result"];
    assert_eq!(result["text"], "{ JobRunId?: string }");
    assert_eq!(result["schema"]["properties"], serde_json::json!({"JobRunId": {"type": "string"}}));
}

#[test]
fn the_output_of_a_workflow_in_the_same_file_is_known() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explain_nested.rs");
    let child = "workflow! { workflow Child { input { n: f64 } returns { total: f64, line: Option<Line> } \
        struct Line { article: String } pass Only { total: input.n } -> end; } }";
    let parent = "workflow! { workflow Parent { task Run = workflow::<Child>.sync:2 { StateMachineArn: \"arn\", \
        Input: { n: 1 } } -> Read; pass Read { all: Run.Output } -> end; } }";
    std::fs::write(&path, format!("{child} {parent}")).unwrap();
    let text = explain(path.to_str().unwrap(), &["--name", "Parent"]);
    assert!(
        // A failed execution has a cause, and this one succeeded.
        text.contains("{ ExecutionArn: string, Output: { total: number, line?: any value },")
            && text.contains(" Cause?: string"),
        "{text}"
    );
    assert!(text.contains("    output       { all: { total: number, line?: any value } }\n"), "{text}");
}

#[test]
fn each_handler_is_told_which_errors_come_to_it() {
    let text = explain("errors.rs", &[]);
    let expected = "
    to           Ship, Refused on Declined, Expired, Broken on States.ALL
    errors       retries on Lambda.ServiceException, Declined
                 goes to Refused on Declined
                 goes to Broken on Stolen, States.";
    assert!(text.contains(expected), "{text}");
    assert!(
        text.contains("\n    errors       goes to Broken on none: the errors that it names are never raised\n"),
        "{text}"
    );
    assert!(text.contains("\n                 goes to Broken on any error, such as States."), "{text}");
    assert_eq!(text.matches(" errors of the service\n").count(), 2, "{text}");
    // The JSON has all of them.
    let pages: Value = serde_json::from_str(&explain("errors.rs", &["--format", "json"])).unwrap();
    let handlers = pages[0]["states"][0]["handlers"].as_array().unwrap();
    assert_eq!(handlers[0]["field"], "/Retry/0");
    assert_eq!((&handlers[1]["errors"], &handlers[1]["others"]), (&serde_json::json!(["Declined"]), &false.into()));
    assert!(handlers[2]["errors"].as_array().unwrap().len() > 20, "{handlers:?}");
}

#[test]
fn json_has_the_same() {
    let pages: Value = serde_json::from_str(&explain("export.rs", &["--format", "json"])).unwrap();
    let page = &pages[0];
    let states = page["states"].as_array().unwrap();
    let state = |name: &str| states.iter().find(|state| state["name"] == name).unwrap();
    assert_eq!(state("Start")["keeps"]["members"][0], "JobRunId");
    assert_eq!(state("Start")["longest"]["seconds"], 6 * 60 + 930);
    assert_eq!(state("Pause")["variables"][0]["certain"], false);
    assert_eq!(state("Told")["hasRun"][3], "Done");
    assert_eq!(state("Failed")["from"][0]["field"], "/Catch/0/Next");
    assert_eq!(page["executions"][0]["longest"]["open"][0]["why"], "is in a loop");
    assert_eq!((&page["loops"][0]["eventsOfATurn"], &page["loops"][0]["pace"]), (&9.into(), &"slow".into()));
}

#[test]
fn one_of_several_can_be_taken() {
    let pages = explain("order.rs", &["--name", "Cool"]);
    assert!(pages.starts_with("Cool: Standard, 1 state\n"), "{pages}");
}

#[test]
fn values_that_double_with_each_state_are_told_in_as_many_words() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explain_growing.rs");
    let next = |number: usize| if number < 59 { format!("P{}", number + 1) } else { "end".to_owned() };
    let states: [&dyn Fn(usize) -> String; 3] = [
        &|number| format!("pass P{number} {{ a: P{0}, b: P{0} }}", number - 1),
        &|number| format!("pass P{number} {{ a: [state, state], b: {{ c: state, d: state }} }}"),
        &|number| {
            let branch = |name: &str| format!("branch {{ pass {name}{number} = state -> end; }}");
            format!("parallel P{number} {{ {} {} }}", branch("A"), branch("B"))
        },
    ];
    for state in states {
        let states: String = (1..60).map(|number| format!("{} -> {};\n", state(number), next(number))).collect();
        let text = format!(
            "workflow! {{ workflow Grow {{ input {{ x: String }} pass P0 {{ a: input.x }} -> P1;\n{states} }} }}"
        );
        std::fs::write(&path, text).unwrap();
        let text = explain(path.to_str().unwrap(), &[]);
        // The longest parts of a state are its lists: variables, and preceding states.
        let longest = text.split("\n\n").map(str::len).max().unwrap();
        assert!(longest < 3000, "{longest}: {text}");
        assert!(explain(path.to_str().unwrap(), &["--format", "json"]).len() < 60 * 50_000);
    }
}
