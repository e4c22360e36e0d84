//! Tests files with several definitions, and files with the language and nothing around it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use workflow_cases::every;

/// What is in the braces of a `workflow!`.
const BODY: &str = r#"// Two workflows.
/// Rests.
fragment Rest { wait Night for 8h -> end; }

pub workflow One {
    input { n: i64, line: Line }
    params { limit: i64 }
    struct Line { sku: String }
    choice Many {
        if input.n > params.limit -> Sleep;
        else -> Done;
    }
    use Rest as Sleep -> Done;
    succeed Done;
}

workflow Two {
    input Line;
    returns { all: Vec<Line> }
    pass Only { all: [input] } -> end;
}
"#;

fn write(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("several").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, text).unwrap();
    file
}

fn workflow(command: &str, file: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", command])
        .arg(file)
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn stdout(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}{}", stderr(output));
    text
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn what_asl_prints_is_read() {
    let source = write("printed.rs", &format!("workflow! {{\n{BODY}}}"));
    let printed = stdout(&workflow("asl", &source, &[]), 0);
    let file = write("printed.json", &printed);
    assert!(printed.contains("\"One\": {") && printed.contains("${limit}"), "{printed}");

    let summary = stdout(&workflow("validate", &file, &[]), 0);
    assert!(summary.ends_with("0 errors and 0 warnings in 2 state machines\n"), "{summary}");
    let summary = stdout(&workflow("validate", &file, &["--name", "Two"]), 0);
    assert!(summary.ends_with("in 1 state machine\n"), "{summary}");

    let imported = stdout(&workflow("import", &file, &[]), 0);
    assert!(imported.contains("pub workflow One {") && imported.contains("pub workflow Two {"), "{imported}");
    let again = write("printed_again.rs", &imported);
    every(["One", "Two"], |name| {
        let one = stdout(&workflow("asl", &source, &["--name", name]), 0);
        assert_eq!(stdout(&workflow("asl", &again, &["--name", name]), 0), one);
        assert_eq!(stdout(&workflow("asl", &file, &["--name", name]), 0), one);
    });
    let graph = stdout(&workflow("graph", &file, &["--name", "One", "--to", "text"]), 0);
    assert!(graph.contains("Many"), "{graph}");
}

#[test]
fn findings_of_one_of_several_are_at_their_places() {
    let text = "{\n  \"A\": {\"StartAt\": \"S\", \"States\": {\"S\": {\"Type\": \"Succeed\"}}},\n  \
                \"B\": {\"StartAt\": \"S\", \"States\": {\"S\": {\"Type\": \"Pass\", \"Next\": \"T\"}}}\n}\n";
    let file = write("wrong.json", text);
    let found = stdout(&workflow("validate", &file, &[]), 1);
    assert!(found.contains("wrong.json:3:66") && found.contains("unknown state `T`"), "{found}");
    stdout(&workflow("validate", &file, &["--name", "A"]), 0);
    let output = workflow("import", &file, &[]);
    assert_eq!(stdout(&output, 1), "");
    assert!(stderr(&output).contains("wrong.json:3:66"), "{}", stderr(&output));
}

#[test]
fn types_prints_those_of_all_workflows() {
    let file = write("types.rs", &format!("workflow! {{\n{BODY}}}"));
    let typescript = stdout(&workflow("types", &file, &["--to", "typescript"]), 0);
    assert!(typescript.starts_with("// Types of the workflows One, Two, as JSON.\n"), "{typescript}");
    for part in ["interface OneInput", "interface OneParams", "interface TwoOutput", "type TwoInput = Line;"] {
        assert!(typescript.contains(&format!("export {part}")), "{part}: {typescript}");
    }
    assert_eq!(typescript.matches("export interface Line").count(), 1, "{typescript}");
    let python = stdout(&workflow("types", &file, &["--to", "python"]), 0);
    assert_eq!(python.matches("from pydantic").count(), 1, "{python}");
    assert!(python.contains("class OneInput(") && python.contains("class TwoInput(RootModel[Line])"), "{python}");
    let schemas: serde_json::Value =
        serde_json::from_str(&stdout(&workflow("types", &file, &["--to", "json-schema"]), 0)).unwrap();
    let one = stdout(&workflow("types", &file, &["--to", "json-schema", "--name", "One"]), 0);
    assert_eq!(schemas["One"], serde_json::from_str::<serde_json::Value>(&one).unwrap());
    assert_eq!(schemas["Two"]["title"], "Two");

    let file = write(
        "clash.rs",
        "workflow! { workflow A { input T; struct T { a: i64 } succeed S; } }
         workflow! { workflow B { input T; struct T { b: i64 } succeed S; } }",
    );
    let output = workflow("types", &file, &["--to", "python"]);
    assert_eq!(stdout(&output, 2), "");
    assert!(stderr(&output).contains("different types `T`; choose one with --name: A, B"), "{}", stderr(&output));
    stdout(&workflow("types", &file, &["--to", "json-schema"]), 0);
}

#[test]
fn a_file_may_have_nothing_around_the_workflows() {
    let around = write("around.rs", &format!("workflow! {{\n{BODY}}}"));
    let expected = stdout(&workflow("asl", &around, &[]), 0);
    every(["alone.wf", "alone.rs", "alone"], |name| {
        let file = write(name, BODY);
        let summary = stdout(&workflow("validate", &file, &[]), 0);
        assert!(summary.ends_with("0 errors and 0 warnings in 2 state machines\n"), "{summary}");
        assert_eq!(stdout(&workflow("asl", &file, &[]), 0), expected);
        assert_eq!(
            stdout(&workflow("run", &file, &["--name", "Two", "--input", r#"{"sku": "a"}"#]), 0).lines().last(),
            Some("output: {\"all\":[{\"sku\":\"a\"}]}")
        );
    });
    let file = write("wrong.wf", "workflow A {\n    pass P -> Q;\n}\n");
    let found = stdout(&workflow("validate", &file, &[]), 1);
    assert!(found.contains("wrong.wf:2:15") && found.contains("unknown state `Q`"), "{found}");
    let file = write("macro.txt", "workflow! { workflow A { succeed S; } }");
    stdout(&workflow("validate", &file, &[]), 0);
}

#[test]
fn standard_input_may_be_a_workflow() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "validate", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(BODY.as_bytes()).unwrap();
    let summary = stdout(&child.wait_with_output().unwrap(), 0);
    assert!(summary.ends_with("in 2 state machines\n"), "{summary}");
}

#[test]
fn imported_types_of_one_file_have_different_names() {
    let text = |name: &str| {
        format!(
            "workflow {name} {{ input {{ orders: Vec<Line> }} struct Line {{ id: String }}
                 pass Ids {{ ids: input.orders[*].id }} -> end; }}"
        )
    };
    let source =
        write("lists.rs", &format!("workflow! {{ {} }} mod two {{ workflow! {{ {} }} }}", text("Order"), text("Two")));
    let file = write("lists.json", &stdout(&workflow("asl", &source, &[]), 0));
    let imported = stdout(&workflow("import", &file, &[]), 0);
    for part in [
        "pub workflow Order {",
        "struct Order2 {",
        "orders: Vec<Order2>,",
        "struct Order3 {",
        "ids: input.orders[*].id",
    ] {
        assert!(imported.contains(part), "{part}: {imported}");
    }
}

#[test]
fn an_import_keeps_the_names_of_a_template() {
    let machine =
        "Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Succeed}}}}";
    let path = write("jobs.yaml", &format!("Resources: {{Job: {{{machine}}}, Job2: {{{machine}}}}}"));
    let imported = stdout(&workflow("import", &path, &[]), 0);
    every(["pub workflow Job {", "pub workflow Job2 {"], |head| assert!(imported.contains(head), "{imported}"));
}

#[test]
fn an_import_takes_what_validate_only_warns_of() {
    let lambda = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Task", "Resource":
        "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}, "Output": "{% $merge([$states.result.Output, $states.input]) %}", "End": true}}}"#;
    let reader = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemReader": {"Resource":
        "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}, "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}}"#;
    every([("absent", lambda, "unchecked"), ("inline-reader", reader, "raw {")], |(name, definition, kept)| {
        let path = write(&format!("{name}.asl.json"), definition);
        stdout(&workflow("validate", &path, &[]), 0);
        let imported = stdout(&workflow("import", &path, &[]), 0);
        assert!(imported.contains(kept), "{imported}");
        let source = write(&format!("{name}.rs"), &imported);
        let asl: serde_json::Value = serde_json::from_str(&stdout(&workflow("asl", &source, &[]), 0)).unwrap();
        assert_eq!(asl, serde_json::from_str::<serde_json::Value>(definition).unwrap());
    });
}

#[test]
fn a_definition_that_a_template_of_the_folder_names_is_checked_with_the_template() {
    let machine = "Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: flow.asl.json}";
    // An API's `DefinitionUri` is no definition of a state machine.
    let api = "Type: AWS::Serverless::Api, Properties: {DefinitionUri: other.asl.json}";
    let folder = write("named/template.yaml", &format!("Resources: {{Pay: {{{machine}}}, Api: {{{api}}}}}"));
    let folder = folder.parent().unwrap();
    // CloudFormation reads it as YAML, with a trailing comma.
    write("named/flow.asl.json", r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed",}}}"#);
    write("named/other.asl.json", r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#);
    let checked = stdout(&workflow("validate", folder, &[]), 0);
    assert_eq!(checked, "0 errors and 0 warnings in 2 state machines\n");
}

#[test]
fn a_note_names_tasks_that_do_not_retry_the_failures_of_lambda() {
    let task = |name: &str, next: &str, retry: &str| {
        format!(
            r#""{name}": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {{"FunctionName": "f"}}, {retry} {next}}}"#
        )
    };
    let machine = |first: &str, second: &str| {
        let (a, b) = (task("A", r#""Next": "B""#, first), task("B", r#""End": true"#, second));
        write("retry.asl.json", &format!(r#"{{"StartAt": "A", "States": {{{a}, {b}}}}}"#))
    };
    let retry = |name: &str| format!(r#""Retry": [{{"ErrorEquals": ["{name}"]}}],"#);
    let note = |file: &Path| stderr(&workflow("validate", file, &[]));
    every(
        [
            ("", String::new(), "note: `A` and 1 other task call Lambda without a retrier"),
            ("Lambda.ServiceException", retry("Other"), "note: `B` calls Lambda without a retrier"),
        ],
        |(first, second, expected)| {
            let first = if first.is_empty() { String::new() } else { retry(first) };
            let found = note(&machine(&first, &second));
            assert!(found.starts_with(expected), "{found}");
        },
    );
    assert_eq!(note(&machine(&retry("Lambda.AWSLambdaException"), &retry("States.TaskFailed"))), "");
}
