//! Tests `cargo workflow validate` as a user runs it: its output and exit codes.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use workflow_cases::every;

use serde_json::{Value, json};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "validate"]).args(arguments);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files"));
    command
}

fn validate(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn reports(arguments: &[&str]) -> Vec<Value> {
    let (_, text) = validate(&[&["--format", "json"], arguments].concat());
    serde_json::from_str(&text).unwrap()
}

fn given(arguments: &[&str], text: &str) -> Output {
    let mut child = command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Rejected arguments end it before it reads.
    if let Err(error) = child.stdin.take().unwrap().write_all(text.as_bytes()) {
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }
    child.wait_with_output().unwrap()
}

#[test]
fn the_same_findings_are_written_for_code_hosts_and_test_reports() {
    let files = ["wrong.asl.yaml", "wrong.rs", "retry.asl.json"];
    let reports = reports(&files);
    let place = reports.iter().position(|one| one["code"] == "WF0201").unwrap();

    let (code, text) = validate(&[&["--format", "sarif"], &files[..]].concat());
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!((code, &log["version"], results.len()), (Some(1), &json!("2.1.0"), reports.len()));
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert!(results.iter().all(|result| rules.contains(&&result["ruleId"])), "{text}");
    let result = &results[place];
    assert_eq!(result["level"], "error");
    let region = json!({"startLine": 8, "startColumn": 11, "endColumn": 14});
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!((&physical["artifactLocation"]["uri"], &physical["region"]), (&json!("wrong.asl.yaml"), &region));
    let (result, report) = (results.last().unwrap(), reports.last().unwrap());
    let replaced = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "Second");
    assert_eq!(replaced["deletedRegion"]["byteOffset"], report["edits"][0]["offset"]);

    let (code, text) = validate(&[&["--format", "github"], &files[..]].concat());
    assert_eq!((code, text.lines().count()), (Some(1), reports.len()));
    let annotation = "::error file=wrong.asl.yaml,line=8,col=11,endColumn=14,title=WF0201::unknown state `Emd`";
    assert!(text.lines().any(|line| line == annotation), "{text}");
    assert!(text.ends_with("::unknown state `Secnod`%0Ahelp: did you mean `Second`?\n"), "{text}");

    let (code, text) = validate(&[&["--format", "junit"], &files[..]].concat());
    let counts = format!("tests=\"{}\" failures=\"{}\"", reports.len() + 1, reports.len());
    assert!(code == Some(1) && text.contains(&counts), "{counts}: {text}");
    assert!(text.contains(r#"<testcase classname="retry.asl.json" name="no finding"/>"#), "{text}");
    let case = r#"<testcase classname="wrong.asl.yaml" name="WF0201 at 8:11">"#;
    assert!(text.contains(case) && text.contains(r#"<failure message="unknown state `Emd`" type="error">"#), "{text}");
    // A warning is a failure only if it fails the command.
    let warned = |options: &[&str]| validate(&[options, &["--format", "junit", "absent.asl.json"]].concat()).1;
    assert!(warned(&[]).contains("failures=\"0\"") && warned(&[]).contains("<system-out>"));
    assert!(warned(&["--deny-warnings"]).contains("type=\"warning\""));
}

#[test]
fn the_state_machines_of_terraform_and_of_the_serverless_framework_are_checked_where_they_are_written() {
    let output = command(&["--format", "json", "infrastructure"]).output().unwrap();
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let place =
        |one: &Value| format!("{} {} {}:{}", one["file"], one["code"], one["line"], one["column"]).replace('"', "");
    let mut places: Vec<_> = found.iter().map(place).collect();
    places.sort();
    assert_eq!(
        places,
        [
            "infrastructure/loops.yaml WF0122 16:17",
            "infrastructure/loops.yaml WF0201 15:23",
            "infrastructure/loops.yaml WF0201 15:23",
            "infrastructure/main.tf WF0122 28:82",
            "infrastructure/main.tf WF0201 3:37",
            "infrastructure/main.tf WF0603 44:94",
            "infrastructure/plan.json WF0201 16:104",
            "infrastructure/serverless.yml WF0201 17:19",
            "infrastructure/shared.asl.json WF0201 1:95",
        ],
        "{found:#?}"
    );
    let said = String::from_utf8(output.stderr).unwrap();
    for words in [
        "the definition of `elsewhere` is ${data.template_file.elsewhere.rendered}, known when it is deployed",
        "the definition of `elsewhere` is ${self:custom.definitions.elsewhere}, known when it is deployed",
        "the definition of `unknown` is not in infrastructure/plan.json",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, text) = validate(&["infrastructure/main.tf", "--name", "counting"]);
    assert!(code == Some(1) && text.contains("1 error and 0 warnings in 1 state machine"), "{text}");
    // Each turn of a loop has a state machine, and what is written once is reported once.
    let (_, text) = validate(&["infrastructure/loops.yaml"]);
    assert!(text.contains("`AfterOrders`") && text.contains("`AfterBills`"), "{text}");
    assert!(text.contains("3 errors and 0 warnings in 2 state machines"), "{text}");
    // Other commands read them too, with the expressions as placeholders.
    let mut import = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    import.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/infrastructure"));
    let imported = import.args(["workflow", "import", "main.tf", "--name", "waiting"]).output().unwrap();
    let (text, said) = (String::from_utf8_lossy(&imported.stdout), String::from_utf8_lossy(&imported.stderr));
    assert!(said.contains("WF0122"), "{text}{said}");
}

#[test]
fn people_see_the_words_and_how_to_mend_them() {
    let (code, text) = validate(&["wrong.asl.yaml", "wrong.rs"]);
    assert_eq!(code, Some(1), "{text}");
    let path = "\
error[WF0109]: expected a name in quotes, an index, `*` or a filter
 --> wrong.asl.yaml:7:24
  |
7 |       name.$: '$.it''s['
  |                        ^";
    let target = "\
error[WF0201]: unknown state `Emd`
 --> wrong.asl.yaml:8:11
  |
8 |     Next: Emd
  |           ^^^
  |
  = at: /States/Begin/Next
  = AWS: MISSING_TRANSITION_TARGET
";
    let rust = "\
error[WF0201]: unknown state `Secnod`
 --> wrong.rs:3:23
  |
3 |         pass First -> Secnod;
  |                       ^^^^^^
  |
  = AWS: MISSING_TRANSITION_TARGET
  = help: did you mean `Second`?
";
    every([path.split_once('\n').unwrap().1, target, rust], |part| {
        assert!(text.contains(part), "{part}\n---\n{text}");
    });
    assert!(text.contains("wrong.asl.yaml:9:34\n"), "{text}");
    assert!(text.lines().last().unwrap().contains(" in 2 state machines"), "{text}");
}

#[test]
fn wide_characters_and_long_lines_are_underlined_where_they_stand() {
    let state = |next: &str| {
        format!(r#"{{"StartAt": "東京 駅", "States": {{"東京 駅": {{"Type": "Pass", "Next": "{next}"}}}}}}"#)
    };
    let printed = String::from_utf8(given(&["-"], &state("B")).stdout).unwrap();
    let (line, marks) = printed.split_once("\n1 | ").unwrap().1.split_once('\n').unwrap();
    let before = line.split_once("\"B\"").unwrap().0;
    // Each of the six wide characters takes two columns.
    let columns = before.chars().count() + 6;
    assert!(marks.starts_with(&format!("  | {}^^^\n", " ".repeat(columns))), "{printed}");
    assert!(printed.contains(" --> <stdin>:1:65\n"), "{printed}");
    let long = state("B").replace("\"Pass\"", &format!("\"Pass\", \"Comment\": \"{}\"", "ü".repeat(5_000)));
    let printed = String::from_utf8(given(&["-"], &long).stdout).unwrap();
    assert!(printed.contains(" --> <stdin>:1:5080\n") && printed.contains("^^^\n"), "{printed}");
    assert!(printed.len() < 2_000, "{} bytes", printed.len());
}

#[test]
fn programs_get_one_array() {
    let expected = json!({
        "file": "wrong.asl.json", "code": "WF0201", "aws_code": "MISSING_TRANSITION_TARGET", "severity": "error",
        "pointer": "/States/A/Next", "line": 1, "column": 59, "message": "unknown state `B`", "help": null,
        "edits": [],
    });
    assert_eq!(reports(&["wrong.asl.json"]), [expected]);
    let (code, text) = validate(&["--format", "json", "order.rs"]);
    assert_eq!((code, text.as_str()), (Some(0), "[]\n"));
}

#[test]
fn the_body_of_a_macro_is_no_workflow() {
    let (code, printed) = validate(&["shared.rs"]);
    assert_eq!((code, printed.as_str()), (Some(0), "0 errors and 0 warnings in 1 state machine\n"));
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x": "$.a"}, "End": true}}}"#;
    let output = given(&["-"], text);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(printed.contains("warning[WF0130]") && printed.contains("<stdin>:1:"), "{printed}");
    assert!(printed.contains("0 errors and 1 warning in 1 state machine"), "{printed}");
    assert_eq!(given(&["-", "--deny-warnings"], text).status.code(), Some(1));
}

#[test]
fn the_type_of_the_machine_decides() {
    let text = "StartAt: A\nStates:\n  A:\n    Type: Task\n    \
        Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken\n    Parameters: {QueueUrl: u, MessageBody.$: $$.Task.Token}\n    End: true\n";
    assert_eq!(given(&["-"], text).status.code(), Some(0));
    assert_eq!(given(&["-", "--type", "standard"], text).status.code(), Some(0));
    assert_eq!(given(&["-", "--type", "express"], text).status.code(), Some(1));
}

#[test]
fn every_machine_of_a_template_is_checked_where_it_is_written() {
    let wrong = "template/wrong.yaml";
    let found: Vec<_> = reports(&[wrong])
        .into_iter()
        .filter(|report| report["code"] == "WF0201")
        .map(|report| {
            let text = |key: &str| report[key].as_str().unwrap().to_owned();
            (text("file"), report["line"].as_u64().unwrap(), report["column"].as_u64().unwrap(), text("pointer"))
        })
        .collect();
    let expected = [
        (wrong, 21, 19, "/Resources/Inline/Properties/Definition/States/Call/Next"),
        (wrong, 31, 69, "/Resources/Text/Properties/DefinitionString/States/Wait/Next"),
        (wrong, 42, 101, "/Resources/Joined/Properties/DefinitionString/States/Call/Next"),
        ("template/wrong.asl.json", 4, 59, "/States/Wait/Next"),
    ];
    let mut found: Vec<_> =
        found.iter().map(|(f, line, column, at)| (f.as_str(), *line, *column, at.as_str())).collect();
    found.sort_by_key(|found| expected.iter().position(|expected| expected == found));
    assert_eq!(found, expected);
}

#[test]
fn a_template_gives_its_definitions_with_placeholders() {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "asl", "template/right.json", "--name", "Inline"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files"))
        .output()
        .unwrap();
    let definition: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        definition["States"]["Call"],
        json!({
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${Worker.Arn}", "Qualifier": "${IsLive}", "Payload": {"a": "-${Stage}-x"}},
            "End": true,
        }),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_template_of_the_sdk_is_the_sdks_machine() {
    let Some(folder) = workflow_recorded::data("seed-sdk") else { return };
    let template = folder.join("cloudformation_hello_world_branching.yaml");
    let (code, text) = validate(&[template.to_str().unwrap()]);
    assert_eq!((code, text.as_str()), (Some(0), "0 errors and 0 warnings in 1 state machine\n"));
}

#[test]
fn findings_that_are_allowed_are_not_told() {
    let resource = "arn:aws:states:::aws-sdk:s3:imagineObjects";
    let call = json!({"Type": "Task", "Resource": resource, "Parameters": {}, "End": true});
    let text = json!({"StartAt": "A", "States": {"A": call}}).to_string();
    let told = given(&["-"], &text);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8(told.stdout).unwrap().contains("^^^^^^^^^^^^^^\n"), "the operation alone is underlined");
    every([&["--allow", "WF0504"][..], &["-A", "wf0504,WF0307"]], |allow| {
        let silent = given(&[allow, &["-"]].concat(), &text);
        assert_eq!(silent.status.code(), Some(0));
        assert_eq!(String::from_utf8(silent.stdout).unwrap(), "0 errors and 0 warnings in 1 state machine\n");
    });
    // What AWS rejects for certain.
    assert_eq!(given(&["--allow", "WF0201", "-"], &text).status.code(), Some(2));
    assert_eq!(given(&["--allow", "WF9999", "-"], &text).status.code(), Some(2));
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("baseline");
    fs::create_dir_all(&folder).unwrap();
    let machine = |types: [&str; 2]| {
        let states = types.map(|name| json!({"Type": name, "End": true}));
        json!({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "B", "States": {"B": states[0]}}, {"StartAt": "C", "States": {"C": states[1]}}]}}})
    };
    let (file, baseline) = (folder.join("a.asl.json"), folder.join("baseline.json"));
    let arguments = [file.to_str().unwrap(), "--baseline", baseline.to_str().unwrap()];
    fs::write(&file, machine(["Pas", "Pass"]).to_string()).unwrap();
    fs::write(&baseline, validate(&["--format", "json", arguments[0]]).1).unwrap();
    assert_eq!(validate(&arguments), (Some(0), "0 errors and 0 warnings in 1 state machine\n".to_owned()));
    // The line of the known one is another now.
    fs::write(&file, format!("\n{:#}", machine(["Pas", "Pas"]))).unwrap();
    let new = reports(&arguments);
    assert_eq!((new.len(), &new[0]["pointer"]), (1, &json!("/States/A/Branches/1/States/C/Type")));
    fs::write(&baseline, "{").unwrap();
    let output = command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("is not a baseline"));
}

#[test]
fn quotes_of_other_languages_are_told_without_the_macro_too() {
    let output = given(&["-"], "workflow W {\n    pass A { a: 'order' } -> end;\n}\n");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("error[WF0108]: text must be in double quotes\n --> <stdin>:2:17\n"), "{text}");
}

#[test]
fn one_of_several_can_be_taken() {
    let summary = |arguments: &[&str]| {
        let (code, text) = validate(arguments);
        (code, text.lines().last().unwrap_or_default().to_owned())
    };
    let right = (Some(0), "0 errors and 0 warnings in 1 state machine".to_owned());
    assert_eq!(summary(&["several.rs", "--name", "Ends"]), right);
    assert_eq!(summary(&["several.yaml", "--name", "Right"]), right);
    let wrong = (Some(1), "1 error and 0 warnings in 1 state machine".to_owned());
    assert_eq!(summary(&["several.rs", "--name", "Outer"]), wrong);
    assert_eq!(summary(&["several.yaml", "--name", "Wrong"]), wrong);
    let (code, text) = (Some(2), "error: no workflow `Edns`\n".to_owned());
    let output = command(&["several.rs", "several.yaml", "--name", "Edns"]).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (code, text));
}

#[test]
fn inside_a_text_of_a_workflow_the_word_is_underlined() {
    let (code, text) = validate(&["texts.rs"]);
    let underlined = text.lines().collect::<Vec<_>>();
    let words = underlined.windows(2).filter_map(|pair| {
        let carets = pair[1].find('^')?;
        let marked = pair[1].trim_end().chars().count() - pair[1].chars().take(carets).count();
        Some(pair[0].chars().skip(carets).take(marked).collect::<String>())
    });
    assert_eq!(words.collect::<Vec<_>>(), ["naems", "nmaes", "$smu", "\""], "{text}");
    assert_eq!(code, Some(1), "{text}");
}

#[test]
fn workflows_that_start_each_other_and_enums_with_data_are_checked_as_rustc_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ui/fail");
    every(["nested/input_of_another_workflow", "nested/output_of_another_workflow", "rust/enum_with_data"], |case| {
        let expected = fs::read_to_string(folder.join(format!("{case}.stderr"))).unwrap();
        let by_rustc = expected.lines().filter_map(|line| line.split_once("evaluation panicked: "));
        let mut by_rustc: Vec<_> = by_rustc.map(|(_, text)| text.to_owned()).collect();
        let found = reports(&[folder.join(format!("{case}.rs")).to_str().unwrap()]);
        let mut found: Vec<_> = found
            .iter()
            .map(|report| format!("{} [{}]", report["message"].as_str().unwrap(), report["code"].as_str().unwrap()))
            .filter(|text| by_rustc.contains(text))
            .collect();
        by_rustc.sort();
        found.sort();
        assert!(by_rustc.len() > 2);
        assert_eq!(found, by_rustc, "{case}");
    });
}

#[test]
fn lists_and_patterns_of_children_are_checked_without_a_code_of_aws() {
    let text = "workflow! {
        workflow Child {
            input { lines: Vec<Line>, names: Vec<String>, grid: Vec<Vec<i64>>, by_name: Map<i64>, open: Vec<Option<i64>> }
            struct Line { sku: String }
            pass Only {} -> end;
        }
        workflow Parent {
            input { lines: Vec<Other>, names: Vec<i64>, grid: Vec<Vec<String>>, by_name: Map<String>, open: Vec<i64> }
            struct Other { foo: String }
            task Wrong = workflow::<Child>.sync:2 { StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:child\", Input: {
                lines: input.lines, names: input.names, grid: input.grid, by_name: input.by_name, open: input.open,
            } } -> Items;
            task Items = workflow::<Child>.sync:2 { StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:child\", Input: {
                lines: input.lines[*].foo, names: input.lines[*].foo, grid: [], by_name: {}, open: input.open,
            } } -> Quick;
            task Quick = workflow::<Child>.express { StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:child\", Input: {
                lines: [{ sku: \"a\" }], names: [], grid: [[1]], by_name: { a: 1 }, open: [],
            } } -> end;
        }
    }";
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lists_of_children.rs");
    fs::write(&path, text).unwrap();
    let reports = reports(&[path.to_str().unwrap()]);
    let found: Vec<_> = reports.iter().map(|report| report["message"].as_str().unwrap()).collect();
    let expected = [
        "an item of `lines` of the input of `Child` lacks `sku`, which `Line` needs",
        "an item of `names` of the input of `Child` is an integer, but is declared text",
        "an item of an item of `grid` of the input of `Child` is `String`, but is declared an integer",
        "a value of `by_name` of the input of `Child` is `String`, but is declared an integer",
        "an item of `lines` of the input of `Child` is `String`, but is declared an object (`Line`)",
        "`Child` is Standard: `.express` waits for Express executions only",
    ];
    assert_eq!(found, expected);
    assert!(reports.iter().all(|report| report["aws_code"].is_null()));
}

#[test]
fn a_misspelt_input_of_a_child_is_an_error_even_if_parameters_are_unchecked() {
    let text = "workflow! {
        workflow Child { input { a: i64 } pass Only { a: input.a } -> end; }
        workflow Parent {
            task One = workflow::<Child> { StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:child\", Inputs: { a: 1 } } -> Two;
            task Two = workflow::<Child> { StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:child\", Inputs: { a: 1 } } unchecked -> end;
        }
    }";
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("misspelt_input.rs");
    fs::write(&path, text).unwrap();
    let reports = reports(&[path.to_str().unwrap()]);
    let found: Vec<_> = reports.iter().map(|report| report["message"].as_str().unwrap()).collect();
    let expected = [
        "`states:startExecution` has no parameter `Inputs`",
        "the input of `Child` lacks `a`, which `ChildInput` needs",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_a_path_names_elsewhere_is_not_known() {
    let workflow = |name: &str, other: &str| {
        format!(
            "workflow! {{ workflow {name} {{ task Start = workflow::<{other}>.sync:2 {{ StateMachineArn: \"arn:aws:states:us-east-1:123456789012:stateMachine:child\", \
             Input: {{ b: 1 }} }} -> Read; pass Read {{ c: Start.Output.c }} -> end; }} }}"
        )
    };
    let declared =
        "workflow! { workflow Child { input { a: String } returns { x: String } pass Only { x: \"\" } -> end; } }";
    let errors = |text: &str| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("started.rs");
        fs::write(&path, text).unwrap();
        let reports = reports(&[path.to_str().unwrap()]);
        reports.iter().filter(|report| report["severity"] == "error").count()
    };
    // The input lacks a member, and the output lacks the member that is read.
    assert_eq!(errors(&format!("{declared} {}", workflow("Parent", "Child"))), 2);
    assert_eq!(errors(&format!("{declared} mod inner {{ {} }}", workflow("Parent", "super::Child"))), 2);
    assert_eq!(errors(&format!("{declared} mod inner {{ {} }}", workflow("Parent", "Child"))), 2);
    assert_eq!(errors(&format!("mod inner {{ {declared} }} {}", workflow("Parent", "inner::Child"))), 2);
    // In another file, or ambiguous.
    every(["crate::Child", "other::Child", "self::inner::Child", "Child2"], |other| {
        assert_eq!(errors(&format!("{declared} {}", workflow("Parent", other))), 0, "{other}");
    });
    assert_eq!(errors(&format!("mod inner {{ {declared} }} {}", workflow("Parent", "Child"))), 0);
    // The user's own JSONata.
    every([("x", 0), ("c", 1)], |(member, count)| {
        let text = workflow("Parent", "Child").replace("{ b: 1 }", "{ a: \"\" }");
        let text = text.replace("Start.Output.c", &format!("jsonata \"$Start.Output.{member}\""));
        assert_eq!(errors(&format!("{declared} {text}")), count, "{member}");
    });
    assert_eq!(errors(&format!("fn a() {{ {declared} }} fn b() {{ {declared} {} }}", workflow("Parent", "Child"))), 0);
}

#[test]
fn a_file_named_wf_is_the_language_whatever_its_first_word_is() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-word");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("order.wf");
    let cases = [
        ("wrkflow Order { pass A -> end; }", "expected `workflow`, found `wrkflow`"),
        ("{ pass A -> end; }", "expected `workflow`, found `{`"),
        ("// nothing", "expected `workflow Name { … }`, found nothing"),
    ];
    every(cases, |(text, message)| {
        fs::write(&file, text).unwrap();
        for path in [&file, &folder] {
            let (code, said) = validate(&[path.to_str().unwrap()]);
            assert!(code == Some(1) && said.contains(message) && said.contains("1 error and"), "{code:?} {said}");
        }
    });
}

#[test]
fn the_errors_of_a_fragment_count_for_the_workflows_that_use_it() {
    let text = "fragment F { pass A { x: nothing } -> end; } fragment G { use F -> end; } workflow W { use G -> end; }
                workflow V { pass B { y: 1 } -> end; }
                workflow S { task T = workflow::<W>.sync:2 { Input: {} } -> end; }";
    every([("W", 1), ("V", 0), ("S", 1)], |(name, errors)| {
        let output = given(&["-", "--name", name], text);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.matches("<stdin>:1:26").count(), errors, "{said}");
        assert_eq!(output.status.code(), Some(i32::from(errors > 0)), "{said}");
    });
}
