//! `cargo workflow simulate`: what it prints and learns, and its exit codes.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use workflow_local::{Answers, Engine, HistoryEvent};

fn simulate(file: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "simulate", file]).args(arguments).output().unwrap()
}

fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn definition() -> Value {
    json!({ "StartAt": "Charge", "States": {
        "Charge": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "Next": "Rest",
            "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1 }] },
        "Rest": { "Type": "Wait", "Seconds": 400, "Next": "Done" },
        "Done": { "Type": "Succeed" } } })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_model_in_yaml_is_simulated() {
    let machine = file("simulated.json", &definition().to_string());
    let model = file(
        "simulated.yaml",
        "states:\n  Charge:\n    latency: { p50: 100ms, p99: 1s }\n    failures: { Busy: 0.2 }\n    output: { paid: true }\n",
    );
    let arguments = ["--model", &model, "--executions", "2000", "--seed", "3"];
    let output = simulate(&machine, &arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = text(&output.stdout);
    for part in [
        "simulated: 2,000 Standard executions, seed 3\n",
        "                  mean",
        "SUCCEEDED",
        "FAILED Busy",
        "make `Charge` faster: it moves the median and the 99th percentile most",
        "Standard",
        "left out: what tasks call",
        "as Express, ",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(report.lines().all(|line| line.trim_end() == line), "{report}");
    let json = simulate(&machine, &[&arguments[..], &["--format", "json"]].concat());
    let found: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((found["executions"].as_u64(), &found["gains"][0]["state"]), (Some(2000), &json!("Charge")));
    assert_eq!(json.stdout, simulate(&machine, &[&arguments[..], &["--format", "json"]].concat()).stdout);
}

#[test]
fn a_page_has_distributions_and_what_each_task_changes() {
    let machine = file("simulated-page.json", &definition().to_string());
    let model = file("simulated-page.yaml", "default: { latency: { p50: 100ms, p99: 1s }, output: {} }\n");
    let page = file("simulated-page.html", "");
    let output = simulate(&machine, &["--model", &model, "--executions", "500", "--html", &page]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page = std::fs::read_to_string(page).unwrap();
    let states = page.matches("data-show-state=\"/States/Charge\"").count();
    assert_eq!((page.matches("<svg class=\"histogram\"").count(), states), (2, 1), "{page}");
    for said in ["100.00 % of 500 executions succeed.", "99 %: ", "median: $75.00", "SUCCEEDED  100.00 %"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn a_limit_that_is_passed_is_exit_code_1() {
    let source = file("express.rs", "workflow! { workflow Quick { type express; wait Rest for 400s -> end; } }\n");
    let model = file("express-model.json", "{}");
    let output = simulate(&source, &["--model", &model, "--executions", "3"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = text(&output.stdout);
    assert!(report.contains("limit: 3 of 3 executions are ended after five minutes"), "{report}");
}

#[test]
fn a_wrong_model_is_exit_code_2_with_the_place() {
    let machine = file("wrong-model.json", &definition().to_string());
    let model = file("wrong.yaml", "default: { latency: 1s, output: {} }\nstates:\n  Chrage: { latency: 2s }\n");
    let output = simulate(&machine, &["--model", &model]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let error = text(&output.stderr);
    assert!(error.contains("unknown state `Chrage`") && error.contains("wrong.yaml:3:3"), "{error}");
    assert!(error.contains("did you mean `Charge`?"), "{error}");
    for (model, expected) in [
        (file("not.json", "{ \"states\": "), "the model is not JSON"),
        ("/no/such/model.json".to_owned(), "no such file"),
    ] {
        let output = simulate(&machine, &["--model", &model]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains(expected), "{output:?}");
    }
    let typed = file(
        "typed.rs",
        "workflow! { workflow Greet { input { name: String } pass Say { said: input.name } -> end; } }",
    );
    let output = simulate(&typed, &["--model", &file("without-input.json", "{}")]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let error = text(&output.stderr);
    assert!(error.contains("`input.name`: expected String, found nothing\n  = help: give `input`"), "{error}");
    let model = file("good-model.json", r#"{ "default": { "latency": 1, "output": {} } }"#);
    let output = simulate(&machine, &["--model", &model, "--executions", "0"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_model_is_learnt_from_a_folder_and_simulated() {
    let machine = file("learnt.json", &definition().to_string());
    let engine = Engine::new(&definition()).unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("histories");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..4 {
        let answers = match number {
            0 => Answers::new().then_fails("Declined"),
            _ => Answers::new().then(json!({ "paid": true })).after(std::time::Duration::from_millis(250)),
        };
        let execution = engine.clone().on_state_answers("Charge", answers).run(&json!({ "n": 1 })).unwrap();
        let events: Vec<_> = execution.history().iter().map(HistoryEvent::to_api_json).collect();
        std::fs::write(folder.join(format!("{number}.json")), json!({ "events": events }).to_string()).unwrap();
    }
    // `cargo workflow replay` reads the definition from there; it is not a history.
    std::fs::write(folder.join("0.machine.json"), definition().to_string()).unwrap();
    let model = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("learnt-model.json");
    let model = model.to_str().unwrap();
    let output = simulate(&machine, &["--learn", folder.to_str().unwrap(), "--model", model]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("learnt from 4 histories with 4 attempts of tasks"), "{output:?}");
    let output = simulate(&machine, &["--model", model, "--executions", "4000", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let declined = report["outcomes"][1].clone();
    assert_eq!(declined["error"], "Declined");
    assert!((declined["share"].as_f64().unwrap() - 0.25).abs() < 0.02, "{declined}");
    assert_eq!(report["duration"]["p50"], 400.25);

    let other = file("other-machine.json", &definition().to_string().replace("Charge", "Bill"));
    let output = simulate(&other, &["--learn", folder.to_str().unwrap(), "--model", model]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let error = text(&output.stderr);
    assert!(error.contains("0.json: event 2: it enters `Charge`, which the definition does not have"), "{error}");
}

#[test]
fn the_example_of_awss_page_of_prices_is_printed() {
    let definition = json!({ "StartAt": "Do", "States": { "Do": { "Type": "Wait", "Seconds": 10, "End": true } } });
    let machine = file("priced.json", &definition.to_string());
    let model = file("priced-model.json", "{}");
    let options = ["--model", &model, "--executions", "5", "--type", "express", "--volume", "100000000"];
    let text = String::from_utf8(simulate(&machine, &options).stdout).unwrap();
    assert!(text.contains("Express      $482.97  $100.00 for requests, $382.97 for time at 64 MB"), "{text}");
    assert!(text.contains("Express costs less for any number of executions"), "{text}");
    // The prices of 2026-09-11: https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonStates/current/eu-west-3/index.json
    let rates = [
        ("StateTransition", "0.0000297"),
        ("StepFunctions-Request", "0.000001"),
        ("StepFunctions-GB-Second", "0.00001667"),
    ];
    let products = rates.map(|(usage, _)| {
        (usage.to_owned(), json!({ "attributes": { "usagetype": format!("EUW3-{usage}"), "regionCode": "eu-west-3" } }))
    });
    let terms = rates.map(|(usage, price)| {
        let rate = json!({ "beginRange": "0", "endRange": "Inf", "pricePerUnit": { "USD": price } });
        (usage.to_owned(), json!({ "term": { "priceDimensions": { "rate": rate } } }))
    });
    let list = json!({ "offerCode": "AmazonStates", "version": "20260911204003", "publicationDate": "2026-09-11T20:40:03Z",
        "products": Value::from_iter(products), "terms": { "OnDemand": Value::from_iter(terms) } });
    let list = file("priced-list.json", &list.to_string());
    let there = [&options[..4], &["--prices", &list]].concat();
    let text = String::from_utf8(simulate(&machine, &there).stdout).unwrap();
    assert!(text.contains("by AWS's prices for eu-west-3 of 2026-09-11"), "{text}");
    assert!(text.contains("Standard      $29.70  $29.70 for transitions"), "{text}");
    assert!(text.contains("Express       $11.42  $1.00 for requests, $10.42 for time at 64 MB"), "{text}");
    let refused = simulate(&machine, &[&options[..4], &["--prices", &model]].concat());
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(
        error.contains("is not a price list of Step Functions in a region: it is not a price list of AWS"),
        "{error}"
    );
    assert!(error.contains("= help: fetch the list of a region"), "{error}");
    let free = [&options[..6], &["--volume", "5000", "--free-tier"]].concat();
    let text = String::from_utf8(simulate(&machine, &free).stdout).unwrap();
    assert!(text.contains("cost of 5,000 executions in a month, with the free tier, by AWS's prices"), "{text}");
}
