//! Checks on generated machines that exploration finds the same with and without the reductions.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workflow_explore::{Explorer, Property, Report};
use workflow_local::{Engine, Random};

/// Returns a machine of up to eight tasks with chains, choices, parallels, retriers and catchers. Transitions lead
/// forward only.
fn generated(random: &Random) -> Value {
    let pick = |count: u64| random.below(count);
    let count = 1 + pick(6);
    let mut tasks = 0;
    let mut states = serde_json::Map::new();
    let name = |number: u64| if number >= count { "Done".to_owned() } else { format!("S{number}") };
    for number in 0..count {
        let later = |random: &Random| name(number + 1 + random.below(3));
        let mut work = |named: &str| {
            tasks += 1;
            json!({ "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{named}") })
        };
        let state = match pick(5) {
            0 => json!({ "Type": "Choice", "Default": later(random), "Choices": [
                { "Variable": "$.n", "NumericGreaterThan": pick(3), "Next": later(random) }] }),
            1 if number + 3 < 8 => {
                let mut branch = |letter: &str| {
                    let named = format!("S{number}{letter}");
                    let mut task = work(&named);
                    task["End"] = true.into();
                    json!({ "StartAt": named, "States": { named.clone(): task } })
                };
                let branches = [branch("a"), branch("b")];
                let mut state =
                    json!({ "Type": "Parallel", "Branches": branches, "ResultPath": null, "Next": later(random) });
                if pick(2) == 0 {
                    state["Catch"] =
                        json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": later(random) }]);
                }
                state
            }
            _ => {
                let mut state = work(&name(number));
                state["Next"] = later(random).into();
                state["ResultPath"] = if pick(2) == 0 { Value::Null } else { "$".into() };
                if state["ResultPath"] == "$" {
                    state["ResultSelector"] = json!({ "n.$": "$.n" });
                }
                if pick(3) == 0 {
                    state["Retry"] = json!([{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 + pick(2) }]);
                }
                if pick(2) == 0 {
                    state["Catch"] =
                        json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": later(random) }]);
                }
                if pick(4) == 0 {
                    state["TimeoutSeconds"] = 5.into();
                }
                state
            }
        };
        states.insert(name(number), state);
        if tasks >= 7 {
            for rest in number + 1..count {
                states.insert(name(rest), json!({ "Type": "Pass", "Next": name(rest + 1) }));
            }
            break;
        }
    }
    states.insert("Done".to_owned(), json!({ "Type": "Succeed" }));
    json!({ "StartAt": "S0", "States": states })
}

/// Removes unreachable states, which a definition must not have.
fn pruned(mut machine: Value) -> Value {
    loop {
        let states = machine["States"].as_object().unwrap();
        let text = states.values().map(Value::to_string).collect::<String>();
        let unused: Vec<_> =
            states.keys().filter(|name| *name != "S0" && !text.contains(&format!("\"{name}\""))).cloned().collect();
        if unused.is_empty() {
            return machine;
        }
        for name in unused {
            machine["States"].as_object_mut().unwrap().shift_remove(&name);
        }
    }
}

/// Returns the findings without their decisions.
fn found(report: &Report) -> BTreeSet<(String, Option<String>, u32)> {
    report.findings.iter().map(|finding| (finding.property.clone(), finding.state.clone(), finding.faults)).collect()
}

fn not_taken(report: &Report) -> Vec<String> {
    report.unreached.iter().map(|unreached| unreached.point.pointer.to_string()).collect()
}

#[test]
fn the_ways_are_those_of_plain_enumeration() {
    let (mut compared, mut parallel, mut merged) = (0, 0, 0);
    let machines = std::env::var("WORKFLOW_MACHINES").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    for seed in 0..machines {
        let machine = pruned(generated(&Random::new(seed)));
        let engine = Engine::new(&machine).unwrap_or_else(|error| panic!("{error}\n{machine:#}"));
        let states: Vec<String> = machine["States"].as_object().unwrap().keys().cloned().collect();
        let last = states.iter().rev().nth(1).unwrap_or(&states[0]).clone();
        let explorer = Explorer::new(&engine)
            .unwrap()
            .faults(1 + u32::try_from(seed % 2).unwrap())
            .executions(20_000)
            .property(Property::after("S0", [last.clone(), "Done".to_owned()]))
            .property(Property::before("S0", last));
        let plain = match explorer.clone().without_reductions().explore() {
            // `S0` may be a state that never succeeds.
            Err(_) => continue,
            Ok(plain) if plain.cut_off.executions > 0 => continue,
            Ok(plain) => plain,
        };
        let reduced = explorer.explore().unwrap();
        let context = format!("seed {seed}\n{machine:#}\n{plain}\n{reduced}");
        assert_eq!(plain.ways, plain.executions, "{context}");
        assert_eq!(reduced.ways, plain.ways, "{context}");
        assert_eq!(found(&reduced), found(&plain), "{context}");
        assert_eq!(not_taken(&reduced), not_taken(&plain), "{context}");
        assert!(reduced.executions <= plain.executions, "{context}");
        compared += 1;
        parallel += u32::from(machine.to_string().contains("Parallel"));
        merged += u32::from(reduced.executions < plain.executions);
    }
    assert!(compared * 10 >= machines * 9 && parallel > 0 && merged > 0, "{compared} {parallel} {merged}");
}

#[test]
fn the_same_seed_gives_the_same_report() {
    for seed in 0..20 {
        let engine = Engine::new(&pruned(generated(&Random::new(seed)))).unwrap();
        let report = || Explorer::new(&engine).unwrap().explore().unwrap();
        assert_eq!(report().to_json(), report().to_json());
    }
}

#[test]
fn errors_whose_names_conditions_compare_are_tried_in_both_languages_and_through_variables() {
    let catch = |more: Value| {
        let mut catcher = json!({ "ErrorEquals": ["States.ALL"], "Next": "Which" });
        catcher.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([catcher])
    };
    let machine = |language: &str, catch: Value, rules: Value| {
        json!({ "StartAt": "Pay", "QueryLanguage": language, "States": {
            "Pay": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pay", "Catch": catch, "Next": "Done" },
            "Which": { "Type": "Choice", "Choices": rules, "Default": "Done" },
            "Late": { "Type": "Succeed" }, "Broken": { "Type": "Succeed" }, "Done": { "Type": "Succeed" } } })
    };
    let paths = machine(
        "JSONPath",
        catch(json!({ "ResultPath": "$.error" })),
        json!([
            { "Variable": "$.error.Error", "StringEquals": "TooLate", "Next": "Late" },
            { "Variable": "$.error.Error", "StringMatches": "Card.*", "Next": "Broken" },
        ]),
    );
    let variable = catch(json!({ "Assign": { "why": "{% $states.errorOutput.Error %}" }, "Output": {} }));
    let conditions = machine(
        "JSONata",
        variable,
        json!([
            { "Condition": "{% $why in ['TooLate', 'Slow'] %}", "Next": "Late" },
            { "Condition": "{% $contains($why, 'Card') %}", "Next": "Broken" },
        ]),
    );
    let output = machine(
        "JSONata",
        catch(json!({ "Output": { "error": "{% $states.errorOutput %}" } })),
        json!([
            { "Condition": "{% 'TooLate' = $states.input.error.Error %}", "Next": "Late" },
            { "Condition": "{% $states.input.error.Error != 'Card' ? false : true %}", "Next": "Broken" },
        ]),
    );
    for definition in [paths, conditions, output] {
        let report = Explorer::new(&Engine::new(&definition).unwrap()).unwrap().explore().unwrap();
        assert!(report.unreached.is_empty(), "{report}");
    }
}

#[test]
fn an_error_that_the_request_cannot_cause_is_not_tried() {
    let put = |condition: Value| {
        let mut parameters = json!({ "TableName": "orders", "Item": { "id": { "S": "1" } } });
        parameters.as_object_mut().unwrap().extend(condition.as_object().unwrap().clone());
        let definition = json!({ "StartAt": "Put", "States": {
            "Put": { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": parameters, "Next": "Done",
                "Catch": [{ "ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "There" }] },
            "There": { "Type": "Succeed" }, "Done": { "Type": "Succeed" } } });
        Explorer::new(&Engine::new(&definition).unwrap()).unwrap().explore().unwrap()
    };
    let report = put(json!({ "ConditionExpression": "attribute_not_exists(id)" }));
    assert!(report.unreached.is_empty(), "{report}");
    let report = put(json!({}));
    assert!(not_taken(&report).contains(&"/States/There".to_owned()), "{report}");
    assert!(!report.to_string().contains("fails with `DynamoDB.ConditionalCheckFailed"), "{report}");
}
