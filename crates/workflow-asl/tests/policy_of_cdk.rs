//! Compares our policies with those that aws-cdk-lib gives to the role of the same state machine. Each difference has a
//! reason.
//!
//! `cdk.json` is the output of aws-cdk-lib for each construct of aws-stepfunctions-tasks in each pattern that it
//! supports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_asl::policy::{self, Policy, Setting};

/// A policy without its conditions: actions and resources are compared.
fn unconditional(mut policy: Value) -> Policy {
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement.as_object_mut().unwrap().shift_remove("Condition");
    }
    Policy::read(&policy).unwrap()
}

/// The lines of differences: `+` for what only ours allows, `-` for what only CDK's does, an action, a construct and the
/// patterns in which it is so.
fn differences() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdk.json");
    let record: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let machines = record["machines"].as_array().unwrap();
    assert!(machines.len() > 100);
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for machine in machines {
        let construct = machine["construct"].as_str().unwrap();
        let setting = Setting {
            region: Some("eu-west-1".to_owned()),
            account: Some("123456789012".to_owned()),
            machine: Some("Order".to_owned()),
            logging: construct == "StateMachine logs",
            tracing: construct == "StateMachine tracingEnabled",
            ..Setting::default()
        };
        let ours = policy::of(&StateMachine::read(&machine["definition"]).0, &setting);
        let ours = unconditional(ours.to_json());
        let theirs = unconditional(json!({"Statement": machine["statements"]}));
        let difference = ours.since(&theirs);
        every([('+', difference.added), ('-', difference.removed)], |(sign, grants)| {
            for grant in grants {
                let patterns = all.entry(format!("{sign} {} {construct}", grant.action)).or_default();
                let pattern = machine["pattern"].as_str().unwrap();
                if patterns.last() != Some(&pattern) {
                    patterns.push(pattern);
                }
            }
        });
    }
    all.into_iter().map(|(what, patterns)| format!("{what} {}", patterns.join(" ")).trim_end().to_owned()).collect()
}

/// `cdk_differences.txt` has each difference below its reason, which begins with `# `.
#[test]
fn each_difference_from_cdk_has_a_reason() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdk_differences.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = || text.lines().filter(|line| !line.is_empty());
    assert!(lines().next().unwrap().starts_with("# "));
    let entries = || lines().filter(|line| !line.starts_with("# "));
    let reviewed: BTreeSet<String> = entries().map(str::to_owned).collect();
    assert_eq!(reviewed.len(), entries().count(), "one is listed twice");
    let found = differences();
    let unlisted: Vec<_> = found.difference(&reviewed).map(String::as_str).collect();
    let gone: Vec<_> = reviewed.difference(&found).map(String::as_str).collect();
    assert!(
        unlisted.is_empty() && gone.is_empty(),
        "without a reason:\n{}\nno difference any more:\n{}",
        unlisted.join("\n"),
        gone.join("\n")
    );
}
