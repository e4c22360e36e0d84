//! `cargo workflow fix`: what it writes, what it leaves, and what it says of both.

use crate::command;

use std::fs;

use command::{file, workflow};
use serde_json::{Value, json};

/// Fixes a file, and returns what it holds then.
fn fixed(name: &str, text: &str) -> (String, String) {
    let path = file("fix", name, text);
    let done = workflow("fix", &path, &[]);
    let now = fs::read_to_string(&path).unwrap();
    let left = workflow("validate", &path, &[]);
    assert_eq!((done.code, left.code), (Some(0), Some(0)), "{}\n{}\n{now}", done.stderr, left.stdout);
    (now, done.stderr)
}

#[test]
fn a_document_in_json_is_fixed_where_it_is_certain() {
    let wrong = r#"{
  "StartAt": "Frist",
  "States": {
    "First": {
      "Type": "Tsak", "Resource": "arn:aws:states:::sqs:sendMessage",
      "Parameters": {"QueueUrl": "u", "MessageBody.$": "$.body"}, "Nxet": "Last ä"
    },
    "Last ä": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 == 2 || 3 != 4 %}", "End": "true"}
  }
}
"#;
    let (now, said) = fixed("wrong.asl.json", wrong);
    let right = wrong
        .replace("Frist", "First")
        .replace("Tsak", "Task")
        .replace("Nxet", "Next")
        .replace("1 == 2 || 3 != 4", "1 = 2 or 3 != 4")
        .replace("\"true\"", "true");
    assert_eq!(now, right, "{said}");
    assert!(said.contains("wrong.asl.json:2:14: unknown state `Frist`: wrote `\"First\"`"), "{said}");
    assert!(said.ends_with("fixed 5 findings; 0 errors and 0 warnings left\n"), "{said}");
}

#[test]
fn what_may_be_meant_is_left() {
    // A parameter that AWS may have added, and a warning.
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
      "Parameters": {"QueueURL": "u", "MessageBody": "$.body"}, "End": true}}}"#;
    let path = file("fix", "doubtful.asl.json", text);
    let done = workflow("fix", &path, &[]);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert!(done.stderr.contains("fixed 0 findings; 1 error and 1 warning left"), "{}", done.stderr);
    // It is written if the user says so.
    let done = workflow("fix", &path, &["--proposed"]);
    let right = text.replace("QueueURL", "QueueUrl").replace("MessageBody", "MessageBody.$");
    assert_eq!(fs::read_to_string(&path).unwrap(), right, "{}", done.stderr);
}

#[test]
fn what_may_mean_several_things_is_only_proposed() {
    let lambda = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let machine = |state: Value| {
        let mut state = state;
        state["End"] = json!(true);
        json!({"StartAt": "A", "States": {"A": state}}).to_string()
    };
    let guesses = [
        // `States.Format` was meant, or text.
        (json!({"Type": "Pass", "Parameters": {"x.$": "State.Format('{}', $.a)"}}), true),
        (json!({"Type": "Pass", "InputPath": "order"}), true),
        // `null` was meant, and no member of this name.
        (json!({"Type": "Pass", "ResultPath": "null"}), false),
        // JSONata was meant, or a path.
        (json!({"Type": "Task", "Resource": lambda, "Arguments": {"a": "{% $states.input.x %}"}}), true),
        // The result was meant, or the input.
        (json!({"Type": "Task", "QueryLanguage": "JSONata", "Resource": lambda, "Output": "{% $.Payload %}"}), true),
    ];
    for (number, (state, is_proposed)) in guesses.into_iter().enumerate() {
        let text = machine(state);
        let path = file("fix", &format!("guess{number}.json"), &text);
        let done = workflow("fix", &path, &[]);
        assert_eq!((done.code, fs::read_to_string(&path).unwrap()), (Some(1), text.clone()), "{}", done.stderr);
        workflow("fix", &path, &["--proposed"]);
        assert_eq!(fs::read_to_string(&path).unwrap() != text, is_proposed, "{text}");
    }
}

#[test]
fn a_document_in_yaml_keeps_its_style_and_comments() {
    let wrong = "StartAt: Frist # the first\nStates:\n  First: {Type: Pass, Next: 'Lsat', Comment: \"it's\"}\n  \
                 Last:\n    Type: \"Suceed\"\n";
    let (now, _) = fixed("wrong.asl.yaml", wrong);
    assert_eq!(now, wrong.replace("Frist", "First").replace("Lsat", "Last").replace("Suceed", "Succeed"));
}

#[test]
fn workflows_in_rust_and_machines_in_templates_are_fixed() {
    let rust = "//! Ä.\nworkflow_runtime::workflow! {\n    workflow W {\n        input { total: i64 }\n        \
                pass First { twice: input.totl * 2 } -> Secnod;\n        succeed Second;\n    }\n}\n";
    let (now, said) = fixed("wrong.rs", rust);
    assert_eq!(now, rust.replace("totl", "total").replace("Secnod", "Second"), "{said}");
    let template = "Resources:\n  Machine:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        \
                    StartAt: Frist\n        States:\n          First: {Type: Succeed}\n";
    let (now, _) = fixed("template.yaml", template);
    assert_eq!(now, template.replace("Frist", "First"));
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let text = "{\"StartAt\": \"Frist\",\n \"States\": {\"First\": {\"Type\": \"Succeed\"}}}\n";
    let path = file("fix", "dry.asl.json", text);
    let done = workflow("fix", &path, &["--dry-run"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert!(done.stdout.contains("-{\"StartAt\": \"Frist\",\n+{\"StartAt\": \"First\",\n"), "{}", done.stdout);
    assert!(done.stderr.contains("would fix 1 finding; 0 errors and 0 warnings left"), "{}", done.stderr);
}

#[test]
fn what_has_no_certain_fix_is_left_and_said_so() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Elsewhere"}}}"#;
    let path = file("fix", "left.asl.json", text);
    let done = workflow("fix", &path, &[]);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("fixed 0 findings; 1 error and 0 warnings left"), "{}", done.stderr);
    assert!(done.stderr.contains("cargo workflow validate"), "{}", done.stderr);
    let missing = workflow("fix", &path.with_file_name("missing.json"), &[]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("no such file"), "{}", missing.stderr);
}

#[test]
fn a_fix_that_causes_another_error_is_refused_and_the_others_are_made() {
    let text = r#"workflow_runtime::workflow! {
    workflow W {
        input { text: String }
        pass First { masked: $replace(input.text, regex r"\d+", |m| "<" + m.group + ">") } -> Secnod;
        pass Second { text: input.txt } -> end;
    }
}
"#;
    let path = file("fix", "caused.rs", text);
    let done = workflow("fix", &path, &[]);
    let now = fs::read_to_string(&path).unwrap();
    assert_eq!(now, text.replace("Secnod", "Second").replace("txt", "text"), "{}", done.stderr);
    assert!(done.stderr.contains("1 fix not applied, because it would cause other errors"), "{}", done.stderr);
    assert!(done.stderr.contains("fixed 2 findings; 1 error and 0 warnings left"), "{}", done.stderr);
}

/// What `fix` makes of the states of a workflow: it leaves what is not certain.
#[test]
fn states_in_rust_are_fixed_where_it_is_certain() {
    let cases = [
        // `-> end` or `-> Done`.
        ("choice First { if input.n > 3 -> Done; else -> Rest; } wait Rest for 5s; pass Done -> end;", None),
        // The state or the error that was meant is not known.
        ("pass First {} pass Done -> end;", None),
        ("choice C { if input.n > 1 -> A; if input.n > 5 -> B; } succeed A; succeed B; succeed Done;", None),
        ("choice C match input.n { 1 -> A; 2 -> B; } succeed A; succeed B; succeed Done;", None),
        (
            "task T = sns::publish { Message: \"m\", TopicArn: \"t\" } \
             retry { errors: [\"States.Timeout\"], max_attempts: 2 } -> end;",
            None,
        ),
        // The last state can only end.
        ("pass First -> Done; pass Done {}", Some("pass First -> Done; pass Done {} -> end;")),
        // In double quotes, it would be a text without the values.
        ("pass A { x: `a ${input.s} b ${input.n}` } -> end;", None),
        // Words stay apart.
        ("map M([1, 2]) { pass A -> end; } -> end;", Some("map M over ([1, 2]) { pass A -> end; } -> end;")),
        (
            "task T = sns::publish { Message: \"m\", TopicArn: \"t\" } timeout=\"30s\",heartbeat=5s -> end;",
            Some("task T = sns::publish { Message: \"m\", TopicArn: \"t\" } timeout 30s heartbeat 5s -> end;"),
        ),
        (
            "pass A { n: input.n };assign { m: 1 } -> B; pass B { x: states.A.n, y: concat(\"a\", input.s) } -> end;",
            Some("pass A { n: input.n }assign { m: 1 } -> B; pass B { x: A.n, y: concat(\"a\", input.s) } -> end;"),
        ),
        (
            "choice C { if input.n => 1 && input.n =< 5 -> A; else -> B; } succeed A; succeed B;",
            Some("choice C { if input.n >= 1 && input.n <= 5 -> A; else -> B; } succeed A; succeed B;"),
        ),
        ("for step in [\"a\", \"b\"] { pass Work { step: step } -> end; } pass Done -> end;", None),
        ("task First = sns::publish { Message: \"m\", TopicArn: \"t\" } catch [States.ALL] -> end -> end;", None),
        (
            "choice Where match input.s { for s in [\"a\", \"b\"] { s -> \"On \" + s; } _ -> Done; } \
             for s in [\"a\", \"b\"] { pass To as \"To \" + s -> Done; } pass Done -> end;",
            None,
        ),
    ];
    for (at, (states, fixed)) in cases.into_iter().enumerate() {
        let text = |states| {
            format!("workflow_runtime::workflow! {{ workflow W {{ input {{ n: i64, s: String }} {states} }} }}\n")
        };
        let path = file("fix", &format!("states{at}.rs"), text(states));
        let done = workflow("fix", &path, &[]);
        assert_eq!(fs::read_to_string(&path).unwrap(), text(fixed.unwrap_or(states)), "{}", done.stderr);
    }
}

/// What plain `fix` leaves because it is a guess, `--proposed` writes; a template keeps its values.
#[test]
fn an_error_that_may_not_be_meant_is_proposed() {
    let guesses = [
        (
            "task T = sns::publish { Message: \"m\", TopicArn: \"t\" } retry { max_attempts: 2 } -> end;",
            Some("retry [States.ALL] {"),
        ),
        ("pass A { x: `a ${input.n + 1}` } -> end;", None),
    ];
    for (at, (states, written)) in guesses.into_iter().enumerate() {
        let text = format!("workflow_runtime::workflow! {{ workflow W {{ input {{ n: i64 }} {states} }} }}\n");
        let path = file("fix", &format!("proposed{at}.rs"), &text);
        let plain = workflow("fix", &path, &[]);
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "{}", plain.stderr);
        let done = workflow("fix", &path, &["--proposed"]);
        let now = fs::read_to_string(&path).unwrap();
        assert!(written.map_or(now == text, |written| now.contains(written)), "{now}\n{}", done.stderr);
    }
}
