//! Tests that `cargo workflow run` runs the workflows of the same file that a workflow starts, and shows why children
//! fail.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

const FILE: &str = r#"
workflow! {
    pub workflow Parent {
        input { n: i64 }
        params { child: Arn, quick: Arn }
        task Start = workflow::<Child>.sync:2 { StateMachineArn: params.child, Input: { n: input.n } } -> Quick;
        task Quick = workflow::<Fast>.express { StateMachineArn: params.quick, Input: { n: Start.Output.m } }
            output { m: result.Output.m }
            -> end;
    }

    pub workflow Child {
        input { n: i64 }
        returns { m: i64 }
        task Count = lambda::invoke<Counted> { FunctionName: "count", Payload: { n: input.n } }
            output { m: result.Payload.n }
            -> end;
        struct Counted { n: i64 }
    }

    pub workflow Fast {
        type express;
        input { n: i64 }
        returns { m: i64 }
        choice Few {
            if input.n > 5 -> TooMany;
            else -> Double;
        }
        pass Double { m: input.n * 2 } -> end;
        fail TooMany { error: "TooMany", cause: "more than 5" }
    }

    pub workflow Around {
        params { around: Arn }
        task Again = workflow::<Around> { StateMachineArn: params.around } -> end;
    }

    pub workflow Down {
        input { n: i64 }
        params { down: Arn }
        choice More {
            if input.n > 0 -> Again;
            else -> Bottom;
        }
        task Again = workflow::<Down>.sync:2 { StateMachineArn: params.down, Input: { n: input.n - 1 } } -> end;
        succeed Bottom;
    }
}

workflow! {
    pub workflow Each {
        map Numbers over [1, 2, 3] distributed tolerate percent 50 {
            choice IsTwo {
                if item == 2 -> Two;
                else -> Other;
            }
            fail Two { error: "Two", cause: "no twos" }
            succeed Other;
        } -> end;
    }
}
"#;

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("children");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, FILE).unwrap();
    file
}

fn run(file: &Path, name: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "run"])
        .arg(file)
        .args(["--name", name])
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const COUNT: &str = r#"Count={"Payload": {"n": 4}}"#;

#[test]
fn workflows_of_the_file_run() {
    let file = file("runs.rs");
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", COUNT]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).ends_with("output: {\"m\":8}\n"), "{}", text(&output.stdout));
    // A result of the state itself comes first.
    let quick = r#"Quick={"Status": "SUCCEEDED", "Output": "{\"m\": 1}"}"#;
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", COUNT, "--result", quick]);
    assert!(text(&output.stdout).ends_with("output: {\"m\":1}\n"), "{}", text(&output.stdout));
    // The arguments name them as in the file.
    let arn = "child=arn:aws:states:us-east-1:123456789012:stateMachine:Child";
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", COUNT, "--param", arn]);
    assert!(text(&output.stdout).ends_with("output: {\"m\":8}\n"), "{}", text(&output.stdout));
}

#[test]
fn a_child_has_its_own_case_in_a_mock_file() {
    let file = file("mocks.rs");
    let mocks = file.with_extension("json");
    let content = json!({
        "StateMachines": {
            "Parent": {"TestCases": {"Small": {}}},
            "Child": {"TestCases": {"Small": {"Count": "two"}, "Large": {"Count": "nine"}}},
        },
        "MockedResponses": {
            "two": {"0": {"Return": {"Payload": {"n": 2}}}},
            "nine": {"0": {"Return": {"Payload": {"n": 9}}}},
        },
    });
    std::fs::write(&mocks, content.to_string()).unwrap();
    let mocks = mocks.to_str().unwrap();
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--mocks", mocks, "--case", "Small"]);
    assert!(text(&output.stdout).ends_with("output: {\"m\":4}\n"), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_task_of_a_child_needs_a_result() {
    let file = file("none.rs");
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no result for the task `Count`"), "{}", text(&output.stderr));
    let output = run(&file, "Around", &[]);
    assert!(text(&output.stderr).contains("no result for the task `Again`"), "{}", text(&output.stderr));
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", "Cuont={}"]);
    assert!(text(&output.stderr).contains("Cuont"), "{}", text(&output.stderr));
}

#[test]
fn a_workflow_does_not_start_itself() {
    let output = run(&file("itself.rs"), "Down", &["--input", r#"{"n": 1}"#]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("error: no result for the task `Again`"), "{}", text(&output.stderr));
}

#[test]
fn the_failure_of_a_child_is_shown() {
    let file = file("fails.rs");
    let count = r#"Count={"Payload": {"n": 9}}"#;
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", count]);
    assert_eq!(output.status.code(), Some(1));
    let why =
        "child: `Fast`, which `Quick` starts, failed in the state `TooMany`\n  error: TooMany\n  cause: more than 5\n";
    assert!(text(&output.stdout).ends_with(why), "{}", text(&output.stdout));
}

#[test]
fn the_failure_of_an_item_is_shown() {
    let output = run(&file("items.rs"), "Each", &[]);
    // It is tolerated.
    assert_eq!(output.status.code(), Some(0));
    let why = "child: `Numbers[1]` failed in the state `Two`\n  error: Two\n  cause: no twos\n";
    assert!(text(&output.stdout).ends_with(why), "{}", text(&output.stdout));
}

#[test]
fn an_answer_for_an_express_child_is_that_of_the_api() {
    let file = file("answers.rs");
    let refused = |answer: &str, why: &[&str]| {
        let quick = format!("Quick={answer}");
        let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", COUNT, "--result", &quick]);
        assert_eq!(output.status.code(), Some(2), "{answer}");
        let errors = text(&output.stderr);
        assert_eq!(errors.matches(": expected ").count(), why.len(), "{answer}: {errors}");
        for why in why {
            assert!(text(&output.stderr).contains(why), "{answer}: {}", text(&output.stderr));
        }
    };
    let no_status = r#"`result.Status`: expected one of "SUCCEEDED", "FAILED", "TIMED_OUT", found nothing"#;
    refused(r#"{"m": 1}"#, &[no_status]);
    let no_text = r#"`result.Output`: expected the output as JSON text, found {"m":1}"#;
    refused(r#"{"Status": "SUCCEEDED", "Output": {"m": 1}}"#, &[no_text]);
    refused(r#"{"Status": "SUCCEEDED", "Output": "m"}"#, &["expected the output as JSON text, found \"m\""]);
    refused(r#"{"Status": "SUCCEEDED", "Output": "{}"}"#, &["`result.Output.m`: expected i64, found nothing"]);
    let failed = r#"Quick={"Status": "FAILED", "Error": "No"}"#;
    let output = run(&file, "Parent", &["--input", r#"{"n": 1}"#, "--result", COUNT, "--result", failed]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("FAILED: No"), "{}", text(&output.stdout));
}

#[test]
fn many_workflows_that_start_all_others_run() {
    const COUNT: usize = 20;
    let mut text = String::new();
    for this in 0..COUNT {
        let others = (0..COUNT).filter(|other| *other != this);
        let params: String = others.clone().map(|other| format!("w{other}: Arn, ")).collect();
        let tasks = others.map(|other| {
            let next =
                (other + 1..COUNT).find(|next| *next != this).map_or("end".to_owned(), |next| format!("S{next}"));
            format!(
                "task S{other} = workflow::<W{other}> {{ StateMachineArn: params.w{other}, Input: {{}} }} -> {next};\n"
            )
        });
        text.push_str(&format!(
            "workflow! {{ pub workflow W{this} {{\nparams {{ {params} }}\nchoice Which {{ if state.all ?? false -> \
             S{}; else -> Done; }}\n{}succeed Done;\n}} }}\n",
            usize::from(this == 0),
            tasks.collect::<String>(),
        ));
    }
    let file = file("many.rs");
    std::fs::write(&file, text).unwrap();
    let output = run(&file, "W0", &["--input", r#"{"all": true}"#]);
    assert_eq!(output.status.code(), Some(0), "{}{}", self::text(&output.stdout), self::text(&output.stderr));
}
