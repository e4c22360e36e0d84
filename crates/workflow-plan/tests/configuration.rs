//! Tests changes outside the definition: type, name, role, logging, encryption, tags, declared types, permissions,
//! cost.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_plan::{Configuration, Logging, Machine, Verdict, plan};

fn definition() -> Value {
    json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})
}

#[track_caller]
fn judged(old: &Machine, new: &Machine, verdict: Verdict, rules: &[&str]) {
    let plan = plan(old, new);
    let found: Vec<_> = plan.findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!((plan.verdict(), found.as_slice()), (verdict, rules), "{}", plan.to_text());
}

#[track_caller]
fn configured(old: Configuration, new: Configuration, verdict: Verdict, rule: &str) {
    let machine = |configuration| Machine::new(definition()).configured(configuration);
    judged(&machine(old), &machine(new), verdict, &[rule]);
}

#[test]
fn what_aws_cannot_change_is_breaking() {
    let standard = Machine::new(definition()).named("a");
    let express = standard.clone().of_type(MachineType::Express);
    judged(&standard, &express, Verdict::Breaking, &["type-changed"]);
    judged(&express, &standard, Verdict::Breaking, &["type-changed"]);
    judged(&standard, &standard.clone().named("b"), Verdict::Breaking, &["name-changed"]);
    // A definition alone has no name.
    judged(&standard, &Machine::new(definition()), Verdict::Compatible, &[]);
}

#[test]
fn each_part_of_the_configuration_has_a_rule() {
    let role = |role: &str| Configuration { role: Some(role.to_owned()), ..Configuration::default() };
    configured(role("r"), role("s"), Verdict::Careful, "role-changed");
    let logging = |level: &str, data| Configuration {
        logging: Some(Logging { level: level.to_owned(), data, group: None }),
        ..Configuration::default()
    };
    configured(logging("OFF", false), logging("ALL", false), Verdict::Compatible, "logging-changed");
    configured(logging("ALL", false), logging("ALL", true), Verdict::Careful, "logging-data");
    let express = |configuration| Machine::new(definition()).of_type(MachineType::Express).configured(configuration);
    let (all, error) = (express(logging("ALL", false)), express(logging("ERROR", false)));
    judged(&all, &error, Verdict::Careful, &["logging-lowered"]);
    let tracing = |tracing| Configuration { tracing: Some(tracing), ..Configuration::default() };
    configured(tracing(false), tracing(true), Verdict::Compatible, "tracing-changed");
    let key = |key: &str| Configuration { key: Some(key.to_owned()), ..Configuration::default() };
    configured(key("AWS_OWNED_KEY"), key("alias/own"), Verdict::Careful, "encryption-changed");
    let tags = |value: &str| Configuration {
        tags: Some(BTreeMap::from([("team".to_owned(), value.to_owned())])),
        ..Configuration::default()
    };
    configured(tags("a"), tags("b"), Verdict::Compatible, "tags-changed");
    // An unknown part is not compared.
    let machine = Machine::new(definition());
    judged(&machine, &machine.clone().configured(tags("b")), Verdict::Compatible, &[]);
}

#[test]
fn declared_types_go_before_the_data_flow() {
    let object = |required: &[&str], kind: &str| json!({"type": "object", "required": required, "properties": {"id": {"type": kind}, "note": {"type": "string"}}});
    let machine = |input, output| Machine::new(definition()).declaring(Some(input), Some(output));
    let plain = machine(object(&["id"], "string"), object(&["id"], "string"));
    let cases = [
        (machine(object(&["id", "note"], "string"), object(&["id"], "string")), Verdict::Breaking, "input-narrowed"),
        (machine(object(&["id"], "integer"), object(&["id"], "string")), Verdict::Breaking, "input-narrowed"),
        (machine(object(&[], "string"), object(&["id"], "string")), Verdict::Compatible, "input-widened"),
        (machine(object(&["id"], "string"), object(&[], "string")), Verdict::Breaking, "output-widened"),
        (machine(object(&["id"], "string"), object(&["id", "note"], "string")), Verdict::Compatible, "output-narrowed"),
    ];
    for (changed, verdict, rule) in cases {
        judged(&plain, &changed, verdict, &[rule]);
    }
}

#[test]
fn permissions_and_transitions_are_shown() {
    let task = |table: &str| {
        json!({"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "ResultPath": null,
        "Parameters": {"TableName": table, "Key": {"id": {"S.$": "$.id"}}}, "Next": "Choice"})
    };
    let machine = |states: Value| {
        let mut all = json!({"Choice": {"Type": "Choice", "Choices": [{"Variable": "$.id", "IsNull": true, "Next": "W"}],
            "Default": "S"}, "W": {"Type": "Wait", "Seconds": 1, "Next": "S"}, "S": {"Type": "Succeed"}});
        let members = all.as_object_mut().unwrap();
        members.extend(states.as_object().unwrap().clone());
        Machine::new(json!({"StartAt": states.as_object().unwrap().keys().next().unwrap(), "States": all}))
    };
    let mut first = task("a");
    first["Next"] = json!("B");
    let (old, new) = (machine(json!({"B": task("b")})), machine(json!({"A": first, "B": task("b")})));
    let there = plan(&old, &new);
    assert_eq!(there.permissions.added.len(), 1, "{}", there.to_text());
    assert_eq!(there.permissions.added[0].resource, "arn:aws:dynamodb:*:*:table/a");
    assert_eq!(
        (there.cost.old.usual.fixed + 1, there.cost.old.longest.fixed + 1),
        (there.cost.new.usual.fixed, there.cost.new.longest.fixed)
    );
    assert_eq!(there.cost.old.longest.fixed, there.cost.old.usual.fixed + 1);
    let back = plan(&new, &old);
    let found: Vec<_> = back.findings.iter().map(|finding| finding.rule.id).collect();
    assert!(found.contains(&"permission-removed") && found.contains(&"redrive-needs-permission"), "{found:?}");
}

#[test]
fn a_plan_reads_the_same_each_time_and_as_json_markdown_and_text() {
    let task = |seconds| {
        Machine::new(json!({"StartAt": "Pay | all", "States": {"Pay | all": {"Type": "Task", "TimeoutSeconds": seconds,
            "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "pay"}, "End": true}}}))
    };
    let plan = plan(&task(9), &task(3));
    let json = plan.to_json();
    assert_eq!(json["verdict"], "careful");
    let finding = &json["findings"][0];
    assert_eq!(
        (&finding["aspect"], &finding["verdict"], &finding["state"], &finding["field"], &finding["rule"]),
        (
            &json!("executions"),
            &json!("careful"),
            &json!("Pay | all"),
            &json!("TimeoutSeconds"),
            &json!("timeout-lowered")
        )
    );
    assert!(finding["reason"].as_str().unwrap().contains("was 9 and is 3"), "{finding}");
    assert_eq!(finding["source"], "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html");
    assert_eq!(
        json["states"],
        json!([{"change": "changed", "old": "Pay | all", "new": "Pay | all",
        "fields": [{"field": "TimeoutSeconds", "old": 9, "new": 3}]}])
    );
    assert!(plan.to_markdown().contains("| 🟡 careful | executions | `Pay \\| all` |"), "{}", plan.to_markdown());
    assert!(
        plan.to_text().starts_with("careful: 1 state differs; findings: 0 breaking, 1 careful, 2 compatible\n~ Pay"),
        "{}",
        plan.to_text()
    );
}

#[test]
fn a_change_within_a_long_text_is_shown() {
    let machine = |least: u32| {
        let payload =
            format!("{{% $merge([$states.input, {{'of': 1, 'rows': $states.input.orders[total > {least}].sku}}]) %}}");
        json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f", "Payload": payload}}}})
    };
    let text = plan(&Machine::new(machine(100)), &Machine::new(machine(250))).to_text();
    let line =
        "    Arguments.Payload: `…nput.orders[total > 100].sku}]) %}\"` -> `…nput.orders[total > 250].sku}]) %}\"`\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn nothing_makes_it_panic() {
    let odd = [
        json!(null),
        json!({"States": []}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Map", "Items": 3}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "ResultPath": "$.a.b.c", "Next": "A"}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"a.$": "$"}, "Next": "A"}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Next": "A"}, 3], "Default": 4}}}),
    ];
    for old in &odd {
        for new in &odd {
            let _ = plan(&Machine::new(old.clone()), &Machine::new(new.clone())).to_text();
        }
    }
}
