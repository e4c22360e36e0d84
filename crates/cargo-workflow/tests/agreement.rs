//! Tests that the commands agree on which documents they accept, and that they only print what is safe.

use crate::command;

use command::{file, workflow};
use serde_json::{Value, json};
use workflow_cases::every;
use workflow_server::Server;

const FOLDER: &str = "agreement";

/// The commands that read definitions.
const READING: [&str; 4] = ["graph", "iam", "explain", "asl"];

#[test]
fn what_fails_only_when_it_runs_is_drawn_explained_and_has_a_policy() {
    let get = |more: Value| {
        let mut task = json!({"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
            "Parameters": {"TableName": "t", "Key": {"id": {"S": "a"}}}});
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"StartAt": "A", "States": {"A": task}})
    };
    let cases = [
        // AWS accepts all of these; the last two are errors of `validate`.
        (get(json!({"Retry": [{"ErrorEquals": ["DynamoDb.ThrottlingException"]}]})), "warning[WF0515]", 0),
        (get(json!({"ResultSelector": {"id.$": "$.Itm.id"}})), "error[WF0516]", 1),
        (
            get(json!({"Parameters": {"TableNme": "t", "TableName": "t", "Key": {"id": {"S": "a"}}}})),
            "error[WF0509]",
            1,
        ),
    ];
    for (number, (definition, finding, code)) in cases.into_iter().enumerate() {
        let path = file(FOLDER, &format!("fails_{number}.asl.json"), definition.to_string());
        let validate = workflow("validate", &path, &[]);
        assert_eq!(validate.code, Some(code), "{}", validate.stdout);
        assert!(validate.stdout.contains(finding), "{}", validate.stdout);
        every(READING, |command| {
            let done = workflow(command, &path, &[]);
            assert_eq!(done.code, Some(0), "{command}: {}", done.stderr);
            assert!(done.stderr.contains(finding) && !done.stdout.is_empty(), "{command}: {}", done.stderr);
        });
    }
}

#[test]
fn the_exit_codes_are_those_of_validate() {
    let refused = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
    every(
        [
            ("sound.json", &*refused.replace("\"Next\": \"B\"", "\"End\": true"), 0),
            ("refused.json", refused, 1),
            ("no_definition.json", "{\"name\": \"x\"}", 1),
            ("no_json.json", "{", 2),
        ],
        |(name, text, code)| {
            let path = file(FOLDER, name, text);
            for command in ["validate", "graph", "iam", "explain", "asl", "import"] {
                assert_eq!(workflow(command, &path, &[]).code, Some(code), "{command} {name}");
            }
            let missing = path.with_file_name("missing.json");
            assert_eq!(workflow("graph", &missing, &[]).code, workflow("validate", &missing, &[]).code);
        },
    );
}

#[test]
fn what_is_no_definition_is_told_in_one_finding() {
    every(
        [
            ("package.json", r#"{"name": "x", "version": "1.0.0", "scripts": {"test": "x"}}"#),
            ("list.json", "[1, 2]"),
            ("text.json", "\"text\""),
            ("null.json", "null"),
            ("compose.yaml", "services:\n  web: {image: x}\n"),
            ("words.yaml", "only words\n"),
        ],
        |(name, text)| {
            let path = file(FOLDER, name, text);
            let done = workflow("validate", &path, &["--format", "json"]);
            let found: Value = serde_json::from_str(&done.stdout).unwrap();
            assert_eq!(found.as_array().unwrap().len(), 1, "{name}: {found}");
            assert_eq!(found[0]["code"], "WF0136", "{name}: {found}");
            assert!(found[0]["message"].as_str().unwrap().contains("is not a definition"), "{name}: {found}");
        },
    );
}

#[test]
fn a_hundred_findings_are_printed_and_the_others_counted() {
    let states: serde_json::Map<String, Value> = (0..250)
        .map(|number| (format!("S{number}"), json!({"Type": "Pass", "Next": format!("Nope{number}")})))
        .collect();
    let path = file(FOLDER, "many.asl.json", json!({"StartAt": "S0", "States": states}).to_string());
    let validate = workflow("validate", &path, &[]).stdout;
    assert!(validate.ends_with("250 errors and 0 warnings in 1 state machine\n"), "{validate}");
    every([validate, workflow("graph", &path, &[]).stderr], |printed| {
        assert_eq!(printed.matches("error[").count(), 100);
        assert!(printed.contains("\n… and 150 more in "), "{printed}");
    });
    let all = workflow("validate", &path, &["--format", "json"]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&all).unwrap().as_array().unwrap().len(), 250);
}

#[test]
fn repeated_handlers_are_imported_by_a_name() {
    let retry = json!([{"ErrorEquals": ["Lambda.TooManyRequestsException", "Lambda.ServiceException"], "IntervalSeconds": 2, "MaxAttempts": 6}]);
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]);
    let task = |next: &str| {
        json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": next,
        "Parameters": {"FunctionName": "f"}, "Retry": retry, "Catch": catch})
    };
    let definition = json!({"StartAt": "A", "States": {"A": task("B"), "B": task("C"), "C": task("D"),
        "D": {"Type": "Succeed"}, "Failed": {"Type": "Fail"}}});
    let import = workflow("import", &file(FOLDER, "handlers.asl.json", definition.to_string()), &[]);
    assert_eq!(import.code, Some(0), "{}", import.stderr);
    assert_eq!(import.stdout.matches("max_attempts: 6").count(), 1, "{}", import.stdout);
    assert_eq!(import.stdout.matches("-> Failed").count(), 1, "{}", import.stdout);
    let printed = workflow("asl", &file(FOLDER, "handlers.rs", &import.stdout), &[]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), definition);
}

#[test]
fn long_jsonata_and_calls_with_other_blanks_are_imported_readably() {
    let code = "{% (\n  $total := $sum($states.input.lines.price);\n  { 'total': $total, 'note': 'a \"b\"' }\n) %}";
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"a.$": "States.Format('{}-{}',$.x,$.y)", "b.$": "States.Array( $.x ,1 )"}, "Next": "B"},
        "B": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": code, "End": true}}});
    let import = workflow("import", &file(FOLDER, "readable.asl.json", definition.to_string()), &[]);
    assert_eq!(import.code, Some(0), "{}", import.stderr);
    assert!(import.stdout.contains("state.x + \"-\" + state.y"), "{}", import.stdout);
    assert!(import.stdout.contains("\n  $total := $sum($states.input.lines.price);\n"), "{}", import.stdout);
    assert!(!import.stdout.contains("\\n"), "{}", import.stdout);
    let printed = workflow("asl", &file(FOLDER, "readable.rs", &import.stdout), &[]).stdout;
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["States"]["B"], definition["States"]["B"]);
    assert_eq!(printed["States"]["A"]["Parameters"]["a.$"], "States.Format('{}-{}', $.x, $.y)");
}

#[test]
fn nested_brackets_overflow_no_stack() {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    every(
        [
            ("braces.rs", format!("fn f() {}", nested("{", "}")), 2),
            ("macro.rs", format!("workflow! {}", nested("{", "}")), 1),
            ("object.rs", format!("workflow! {{ workflow A {{ pass A {} -> end; }} }}", nested("{a: ", "}")), 1),
            ("sum.rs", format!("workflow! {{ workflow A {{ pass A {{ a: {} }} -> end; }} }}", nested("(", ")")), 1),
            ("open.rs", format!("fn f() {}", "{".repeat(50_000)), 2),
        ],
        |(name, text, code)| {
            let path = file(FOLDER, name, text);
            for command in ["validate", "asl", "graph", "explain"] {
                let done = workflow(command, &path, &[]);
                assert_eq!(done.code, Some(code), "{command} {name}: {:.300}{:.300}", done.stdout, done.stderr);
            }
            for command in ["iam", "run", "fmt", "import"] {
                // It was not ended by a signal.
                assert!(workflow(command, &path, &[]).code.is_some(), "{command} {name}");
            }
        },
    );
}

#[test]
fn what_is_explained_grows_with_the_states() {
    let explained = |states: usize| {
        let state = |number: usize| {
            let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "f"}, "Assign": {(format!("v{number}")): number}});
            match number + 1 == states {
                true => state["End"] = json!(true),
                false => state["Next"] = json!(format!("S{}", number + 1)),
            }
            (format!("S{number}"), state)
        };
        let states: serde_json::Map<String, Value> = (0..states).map(state).collect();
        let path = file(FOLDER, "long.asl.json", json!({"StartAt": "S0", "States": states}).to_string());
        let done = workflow("explain", &path, &[]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        done.stdout.len() / states.len()
    };
    let (few, many) = (explained(200), explained(1_600));
    assert!(many < few * 2, "{few} bytes for each of 200 states, {many} for each of 1,600");
}

#[test]
fn control_characters_of_a_document_do_not_reach_the_terminal() {
    let is_control = |c: char| {
        c != '\n'
            && (c.is_control()
                || "\u{200e}\u{200f}\u{2028}\u{2029}".contains(c)
                || ('\u{202a}'..='\u{202e}').contains(&c))
    };
    let evil = "\u{1b}[31mX\u{9b}\u{202e}\u{7}\r\u{7f}";
    let definition = json!({"Comment": evil, "StartAt": format!("A{evil}"), "States": {
        (format!("A{evil}")): {"Type": "Task", "Comment": evil, "Resource": "arn:aws:states:::lambda:invoke", "Next": format!("F{evil}"),
            "Parameters": {"FunctionName": format!("f{evil}"), "Payload": {(format!("k{evil}")): evil}},
            "Catch": [{"ErrorEquals": [format!("E{evil}")], "Next": format!("F{evil}")}]},
        (format!("F{evil}")): {"Type": "Fail", "Error": format!("E{evil}"), "Cause": format!("C{evil}")}}});
    let mut wrong = definition.clone();
    wrong["States"][format!("A{evil}")]["Next"] = json!(format!("No{evil}"));
    wrong["States"][format!("A{evil}")][format!("Field{evil}")] = json!(1);
    let machine = |definition: &Value| {
        json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": {
        "DefinitionString": definition.to_string(), "DefinitionSubstitutions": {evil: "x"}}})
    };
    let template =
        json!({"Resources": {(format!("M{evil}")): machine(&definition), (format!("N{evil}")): machine(&wrong)}});
    let result = format!("A{evil}={{\"Payload\": \"{evil}\"}}");
    every(
        [
            ("evil.asl.json", &definition),
            ("evil_wrong.asl.json", &wrong),
            ("evil.json", &template),
            ("name\u{1b}[1m.asl.json", &definition),
        ],
        |(name, document)| {
            let path = file(FOLDER, name, document.to_string());
            for (command, options) in [
                ("validate", &[][..]),
                ("validate", &["--format", "json"]),
                ("graph", &[]),
                ("graph", &["--name", evil]),
                ("explain", &[]),
                ("explain", &["--format", "json"]),
                ("iam", &[]),
                ("iam", &["--format", "explain"]),
                ("import", &[]),
                ("asl", &[]),
                ("asl", &["--param", "x\u{1b}=\u{1b}"]),
                ("run", &["--result", &result]),
                ("run", &["--history", "json", "--result", &result]),
            ] {
                let done = workflow(command, &path, options);
                let printed = format!("{}{}", done.stdout, done.stderr);
                assert!(!printed.is_empty(), "{command} {name}");
                let line = printed.lines().find(|line| line.contains(is_control));
                assert_eq!(line, None, "{command} {options:?} {name:?}");
            }
        },
    );
}

#[test]
fn a_wait_that_outlasts_its_execution_is_sent_to_no_workflow_of_the_same_type() {
    let help = |ty: &str, seconds: u32| {
        let machine = json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineType": ty, "Definition": {
            "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": seconds, "End": true}}}}});
        let template = json!({"Resources": {"M": machine}}).to_string();
        workflow("validate", &file(FOLDER, &format!("waits_{ty}.json"), template), &[]).stdout
    };
    assert!(help("EXPRESS", 600).contains("wait in a Standard workflow"));
    let standard = help("STANDARD", 99_999_999);
    assert!(standard.contains("WF0609") && !standard.contains("wait in a Standard workflow"), "{standard}");
}

/// Returns definitions, and whether AWS creates a state machine from them.
fn judged() -> Vec<(&'static str, String, bool)> {
    let one = |state: Value| json!({"StartAt": "A", "States": {"A": state}}).to_string();
    let call = |resource: &str, request: Value| {
        one(
            json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "Parameters": request, "End": true}),
        )
    };
    let put = |item: Value| call("dynamodb:putItem", json!({"TableName": "t", "Item": {"id": item}}));
    let endless =
        json!({"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}});
    let raw = |text: &str| text.to_owned();
    vec![
        ("sound", one(json!({"Type": "Pass", "End": true})), true),
        (
            "duplicate_key",
            raw(r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Fail"}}}"#),
            false,
        ),
        ("trailing_comma", raw(r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"},}}"#), false),
        ("too_deep", "[".repeat(200) + &"]".repeat(200), false),
        ("suffix_once", put(json!({"S.$": "$.id"})), true),
        ("suffix_twice", put(json!({"S.$.$": "$.id"})), false),
        ("missing_parameter", call("lambda:invoke", json!({"Payload": {}})), false),
        ("endless", endless.to_string(), false),
        ("endless_processor", one(json!({"Type": "Map", "ItemProcessor": endless, "End": true})), true),
        (
            "jsonata",
            one(json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 + %}", "End": true})),
            false,
        ),
    ]
}

#[tokio::test]
async fn the_server_refuses_what_validate_refuses() {
    let server = Server::builder().embed().await.unwrap();
    let role = "arn:aws:iam::123456789012:role/r";
    let mut sound = None;
    for (name, text, accepted) in judged() {
        let validate = workflow("validate", &file(FOLDER, &format!("{name}.asl.json"), &text), &[]);
        assert_eq!(validate.code == Some(0), accepted, "{name}: {}", validate.stdout);
        let checked = server.call("ValidateStateMachineDefinition", &json!({"definition": text})).await.unwrap();
        assert_eq!(checked["result"] == "OK", accepted, "{name}: {checked}");
        let request = json!({"name": name, "definition": text, "roleArn": role});
        let created = server.call("CreateStateMachine", &request).await;
        assert_eq!(created.is_ok(), accepted, "{name}: {created:?}");
        let sound = sound.get_or_insert_with(|| created.unwrap()["stateMachineArn"].clone());
        let updated = server.call("UpdateStateMachine", &json!({"stateMachineArn": sound, "definition": text})).await;
        assert_eq!(updated.is_ok(), accepted, "{name}: {updated:?}");
        let test = json!({"definition": text, "stateName": "A", "roleArn": role, "mock": {"result": "[]"}});
        let tested = server.call("TestState", &test).await;
        let refused = tested.is_err_and(|error| error.code() == "InvalidDefinition");
        assert_eq!(refused, !accepted, "{name}");
    }
}
