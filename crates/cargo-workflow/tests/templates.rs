//! Tests CloudFormation and SAM templates: their substitutions, their resources in policies, and malicious templates.

use crate::command;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use workflow_cases::every;

use command::{Done, file, workflow};
use serde_json::{Value, json};

const FOLDER: &str = "templates";

/// Returns the codes of the findings of `validate`.
fn codes(path: &Path) -> Vec<String> {
    let done = workflow("validate", path, &["--format", "json"]);
    let found: Value = serde_json::from_str(&done.stdout).unwrap();
    found.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

/// Returns a template with one SAM state machine, given the contents of its `Properties` and other resources.
fn template(name: &str, properties: &str, others: &str) -> PathBuf {
    let text = format!(
        "Parameters:\n  Stage: {{Type: String, Default: dev}}\nResources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n{properties}{others}"
    );
    file(FOLDER, name, text)
}

#[test]
fn substitutions_are_put_in_before_the_definition_is_checked() {
    let path = template(
        "substitutions.yaml",
        r#"      DefinitionSubstitutions:
        Put: arn:aws:states:::dynamodb:putItem
        Partition: !Ref AWS::Partition
        Table: !Sub "${Stage}-orders"
        Unused: x
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: "${Put}", Parameters: {TableNme: "${Table}", Item: {id: {S: a}}}, Next: B}
          B: {Type: Task, Resource: "arn:${Partition}:states:::sqs:sendMessage.waitForTaskToken", Parameters: {QueueUrl: q, MessageBody: m}, Next: C}
          C: {Type: Task, Resource: !Sub "arn:${AWS::Partition}:states:::sns:publish", Parameters: {TopicArn: "${Topic}", Message: m}, End: true}
"#,
        "",
    );
    let mut found = codes(&path);
    found.sort();
    // A misspelt and thus missing parameter, a token that is not sent, a placeholder without a value, an unused one.
    every(["WF0509", "WF0503", "WF0402", "WF0418"], |code| {
        assert!(found.iter().any(|one| one == code), "{code}: {found:?}");
    });
    let all = workflow("validate", &path, &[]).stdout;
    assert!(all.contains("the placeholder `${Topic}` has no substitution"), "{all}");
    assert!(all.contains("does not use the substitution `Unused`"), "{all}");
    let asl = workflow(
        "asl",
        &template(
            "value.yaml",
            "      DefinitionSubstitutions: {T: !Sub \"${Stage}-orders\"}\n      Definition: {StartAt: A, States: {A: {Type: Pass, Result: \"${T}\", End: true}}}\n",
            "",
        ),
        &["--param", "Stage=prod"],
    );
    let asl: Value = serde_json::from_str(&asl.stdout).unwrap();
    assert_eq!(asl["States"]["A"]["Result"], "prod-orders");
}

#[test]
fn what_a_substitution_refers_to_is_no_substitution_itself() {
    let path = template(
        "referred.yaml",
        r#"      DefinitionSubstitutions:
        Table: !Sub "${Stage}-orders"
      Definition:
        StartAt: A
        States:
          A: {Type: Pass, Result: "${Table} ${Stage}", End: true}
"#,
        "",
    );
    assert_eq!(codes(&path), ["WF0402"]);
}

#[test]
fn express_machines_are_checked_behind_the_partition() {
    let states = r#"{StartAt: A, States: {A: {Type: Task, Resource: !Sub "arn:${AWS::Partition}:states:::states:startExecution.sync:2", Parameters: {StateMachineArn: !Ref M}, End: true}}}"#;
    let express = template("express.yaml", &format!("      Type: EXPRESS\n      Definition: {states}\n"), "");
    assert_eq!(codes(&express), ["WF0502"]);
    assert_eq!(codes(&template("standard.yaml", &format!("      Definition: {states}\n"), "")), [""; 0]);
}

#[test]
fn a_key_given_twice_outside_of_a_definition_is_a_note() {
    let states = "      Definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}\n";
    let outside = template("outside.yaml", states, "Outputs: {a: 1, a: 2}\n");
    let done = workflow("validate", &outside, &[]);
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    assert!(done.stderr.contains("note: ") && done.stderr.contains("the key `a` is given twice"), "{}", done.stderr);
    let inside = template("inside.yaml", &states.replace("Type: Pass", "Type: Pass, Type: Pass"), "");
    assert_eq!(codes(&inside), ["WF0119"]);
}

/// Returns the resources by action in the policy of `M`.
fn policy(done: &Done) -> BTreeMap<String, Value> {
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let policy: Value = serde_json::from_str(&done.stdout).unwrap();
    let mut all = BTreeMap::new();
    for statement in policy["Statement"].as_array().unwrap() {
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        };
        for action in actions {
            all.insert(action.as_str().unwrap().to_owned(), statement["Resource"].clone());
        }
    }
    all
}

#[test]
fn policies_follow_placeholders_to_the_resources_of_the_template() {
    let path = template(
        "policy.yaml",
        r#"      Logging: {Level: ALL}
      Tracing: {Enabled: true}
      DefinitionSubstitutions: {Fn: !GetAtt F.Arn, T: !Ref T, Q: !Ref Q, S: !Ref S}
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: !Sub "arn:${AWS::Partition}:states:::states:startExecution.sync:2", Parameters: {StateMachineArn: !Ref N}, Next: B}
          B: {Type: Task, Resource: "${Fn}", Next: C}
          C: {Type: Task, Resource: "arn:aws:states:::dynamodb:getItem", Parameters: {TableName: "${T}", Key: {id: {S: a}}}, Next: D}
          D: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: "${Q}", MessageBody: m}, Next: E}
          E: {Type: Task, Resource: "arn:aws:states:::sns:publish", Parameters: {TopicArn: "${S}", Message: m}, End: true}
"#,
        r#"  N:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: nested
      LoggingConfiguration: {Level: "OFF"}
      DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'
  F: {Type: AWS::Serverless::Function, Properties: {FunctionName: greet}}
  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "orders-${Stage}"}}
  Q: {Type: AWS::SQS::Queue}
  S: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
"#,
    );
    let place = ["--region", "eu-west-1", "--account", "1", "--name"];
    let done = workflow("iam", &path, &[&place[..], &["M"]].concat());
    let allowed = policy(&done);
    every(
        [
            ("states:StartExecution", "arn:aws:states:eu-west-1:1:stateMachine:nested"),
            ("events:PutRule", "arn:aws:events:eu-west-1:1:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"),
            ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:1:function:greet"),
            ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:1:table/orders-dev"),
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:*Q-*"),
            ("sns:Publish", "arn:aws:sns:eu-west-1:1:news"),
            ("logs:CreateLogDelivery", "*"),
            ("xray:PutTraceSegments", "*"),
        ],
        |(action, resource)| {
            assert_eq!(allowed[action], resource, "{action}");
        },
    );
    // Only the queue's name is generated at deployment.
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
    assert!(done.stderr.starts_with("wide: `QueueUrl`") && done.stderr.contains("(D)"), "{}", done.stderr);
    assert!(policy(&workflow("iam", &path, &[&place[..], &["N"]].concat())).is_empty());
}

#[test]
fn functions_that_make_too_much_are_refused() {
    let mut in_text = json!({"StartAt": "A"});
    let mut sub = json!("x");
    for depth in 0..40 {
        in_text = json!({"Fn::ToJsonString": in_text});
        if depth < 14 {
            sub = json!({"Fn::Sub": ["${a}${a}${a}${a}", {"a": sub}]});
        }
    }
    let many = |text: &str| {
        json!({"Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Result": "${a}".repeat(1_000)}}},
        "DefinitionSubstitutions": {"a": text.repeat(1_000)}})
    };
    every(
        [
            ("to_json_string", json!({"DefinitionString": in_text})),
            ("sub_as_text", json!({"DefinitionString": sub})),
            ("sub_in_part", json!({"Definition": {"StartAt": sub, "States": {"A": {"Type": "Pass", "End": true}}}})),
            ("substitution", many("0123456789")),
        ],
        |(name, properties)| {
            let machine = json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": properties});
            let template = json!({"Resources": {"M": machine}});
            let path = file(FOLDER, &format!("{name}.json"), template.to_string());
            let done = workflow("validate", &path, &[]);
            assert!(done.code.is_some_and(|code| code > 0), "{name}: {}", done.stdout);
            assert!(done.stdout.contains("WF0602"), "{name}: {:.500}", done.stdout);
        },
    );
}

#[test]
fn a_definition_outside_of_the_templates_folder_is_refused_unless_it_is_allowed() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let outside = file(FOLDER, "secret.asl.json", definition);
    file(FOLDER, "deep/sub/own.asl.json", definition);
    #[allow(unused_mut, reason = "only where there are links")]
    let mut paths = vec![
        ("../secret.asl.json".to_owned(), false),
        ("sub/../../secret.asl.json".to_owned(), false),
        (outside.to_str().unwrap().to_owned(), false),
        ("sub/own.asl.json".to_owned(), true),
        ("./sub/../sub/own.asl.json".to_owned(), true),
    ];
    #[cfg(unix)]
    {
        let link = outside.with_file_name("deep/sub/link.asl.json");
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(&outside, link).unwrap();
        paths.push(("sub/link.asl.json".to_owned(), false));
    }
    for (uri, is_inside) in paths {
        let properties = format!("      DefinitionUri: {uri}\n");
        let path = template("deep/template.yaml", &properties, "");
        every(["validate", "graph", "import"], |command| {
            let done = workflow(command, &path, &[]);
            assert_eq!(done.code, Some(if is_inside { 0 } else { 2 }), "{command} {uri}: {}", done.stderr);
            let said = format!("{}{}", done.stdout, done.stderr);
            assert_eq!(said.contains("outside the template's folder"), !is_inside, "{command} {uri}: {said}");
            assert_eq!(workflow(command, &path, &["--allow-outside"]).code, Some(0), "{command} {uri}");
        });
    }
}

#[cfg(unix)]
#[test]
fn a_definition_is_read_of_no_pipe() {
    let path = template("pipe.yaml", "      DefinitionUri: pipe.asl.json\n", "");
    let pipe = path.with_file_name("pipe.asl.json");
    let _ = std::fs::remove_file(&pipe);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|made| made.success()) {
        eprintln!("skipped: there is no `mkfifo`");
        return;
    }
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "validate"])
        .arg(&path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let started = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() && started.elapsed() < std::time::Duration::from_secs(20) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("pipe.asl.json: it is not a regular file"), "{text}");
}

#[test]
fn a_long_logical_id_is_cut_to_the_length_of_a_name() {
    let ids = ["a", "b"].map(|last| "StepFunctions".repeat(7) + last);
    let machine = |id: &String| {
        format!(
            "  {id}:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition: {{StartAt: A, States: {{A: {{Type: Succeed}}}}}}\n"
        )
    };
    let text = format!("Resources:\n{}", ids.iter().map(machine).collect::<String>());
    let path = file(FOLDER, "long-ids.yaml", text);
    let asl = workflow("asl", &path, &[]).stdout;
    let names: Value = serde_json::from_str(&asl).unwrap();
    let names: Vec<_> = names.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 2, "{asl}");
    every(names, |name| assert_eq!((name.len(), name.starts_with("StepFunctions")), (80, true), "{name}"));
    let imported = workflow("import", &path, &[]);
    assert_eq!(
        (imported.code, imported.stdout.matches("pub workflow StepFunctions").count()),
        (Some(0), 2),
        "{}",
        imported.stderr
    );
    // The name of a file too.
    let path = file(
        FOLDER,
        &format!("{}.asl.json", ids[0]),
        json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}).to_string(),
    );
    assert_eq!(workflow("import", &path, &[]).code, Some(0));
}

#[test]
fn a_definition_in_a_file_is_yaml_if_it_is_no_json() {
    let lenient = file(
        FOLDER,
        "lenient.asl.json",
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Comment\": \"two\nlines\", \"Result\": {\"a\": 1,}, \"End\": true}}}",
    );
    every(["DefinitionUri", "DefinitionS3Location"], |name| {
        let path = template(&format!("lenient-{name}.yaml"), &format!("      {name}: lenient.asl.json\n"), "");
        assert_eq!(codes(&path), [""; 0]);
        let asl: Value = serde_json::from_str(&workflow("asl", &path, &[]).stdout).unwrap();
        assert_eq!(asl["States"]["A"]["Result"], json!({ "a": 1 }));
        assert_eq!(asl["States"]["A"]["Comment"], "two lines");
    });
    // CreateStateMachine takes JSON only.
    assert_eq!(workflow("validate", &lenient, &[]).code, Some(2));
    file(FOLDER, "broken.asl.json", "{\"StartAt\": \"A\"");
    let path = template("broken.yaml", "      DefinitionUri: broken.asl.json\n", "");
    assert!(workflow("validate", &path, &[]).stdout.contains("not JSON"));
}
