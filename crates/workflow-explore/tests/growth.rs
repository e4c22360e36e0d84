//! Tests with documents whose values would grow exponentially if each path or each copy were followed. They must be
//! explored and compared in a time that their length bounds. Without a bound, none of them ends.

use serde_json::{Map, Value, json};
use workflow_asl::document::StateMachine;
use workflow_cases::every;
use workflow_explore::{Explorer, Verdict};
use workflow_local::Engine;
use workflow_plan::{Machine, plan};

const COPIES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Returns an object with eight members of the same string.
fn copies(suffix: &str, text: &str) -> Value {
    COPIES.map(|key| (format!("{key}{suffix}"), json!(text))).into_iter().collect::<Map<_, _>>().into()
}

/// Returns a machine with a chain of 30 states, which `state` creates from their numbers. The last state reads a
/// member.
fn chain(language: &str, state: impl Fn(usize) -> Value) -> Value {
    let mut states = Map::new();
    for number in 0..30 {
        let mut state = state(number);
        state["Type"] = state.get("Type").cloned().unwrap_or(json!("Pass"));
        if state["Type"] != "Choice" {
            state["Next"] = format!("S{}", number + 1).into();
        }
        states.insert(format!("S{number}"), state);
    }
    let last = match language {
        "JSONata" => json!({ "Type": "Pass", "Output": "{% $states.input.a %}", "End": true }),
        _ => json!({ "Type": "Pass", "InputPath": "$.a", "End": true }),
    };
    states.insert("S30".to_owned(), last);
    json!({ "QueryLanguage": language, "StartAt": "S0", "States": states })
}

/// Returns nested maps, each in a loop that changes its input.
fn nested_loops(levels: usize) -> Value {
    let work = json!({ "Type": "Pass", "Parameters": copies(".$", "$"), "End": true });
    (0..levels).fold(json!({ "StartAt": "W0", "States": { "W0": work } }), |inner, level| {
        let name = |kind: &str| format!("{kind}{}", level + 1);
        let grow = json!({ "Type": "Pass", "Parameters": { "n.$": "$", "items": [1, 2] }, "Next": name("Each") });
        let each = json!({ "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "Next": name("Again"),
            "ResultPath": "$.done", "ItemSelector": { "whole.$": "$" } });
        let again = json!({ "Type": "Choice", "Default": name("End"),
            "Choices": [{ "Variable": "$.n.more", "IsPresent": true, "Next": name("Grow") }] });
        let end = json!({ "Type": "Pass", "End": true });
        json!({ "StartAt": name("Grow"), "States": {
            name("Grow"): grow, name("Each"): each, name("Again"): again, name("End"): end } })
    })
}

fn documents() -> Vec<(&'static str, Value)> {
    let conditional = (0..38).fold("$states.input.a".to_owned(), |inner, level| {
        format!("$states.input.b{level} ? {{'x': {inner}}} : {{'x': $states.input.c, 'y': $states.input}}")
    });
    let rule = (0..40).fold(
        json!({ "Variable": "$.a", "NumericGreaterThan": 1 }),
        |rule, level| json!({ ["And", "Or"][level % 2]: [rule, { "Variable": "$.b", "NumericEquals": level }] }),
    );
    let branches = |number: usize| {
        let branch = |key: &str| {
            let name = format!("{key}{number}");
            json!({ "StartAt": name, "States": { name.clone(): { "Type": "Pass", "End": true } } })
        };
        COPIES.map(branch)
    };
    let array = format!("States.Array({})", ["$"; 8].join(", "));
    let sum = ["$states.input"; 8].join(" & ");
    let mut chosen = json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Choices": [rule], "Default": "D" }, "D": { "Type": "Succeed" } } });
    chosen["States"]["C"]["Choices"][0]["Next"] = "D".into();
    let mut looped = chain("JSONPath", |_| json!({ "Parameters": copies(".$", "$") }));
    looped["States"]["S30"] = json!({ "Type": "Choice", "Default": "Done",
        "Choices": [{ "Variable": "$.a.a", "IsPresent": true, "Next": "S0" }] });
    looped["States"]["Done"] = json!({ "Type": "Succeed" });
    vec![
        ("parameters", chain("JSONPath", |_| json!({ "Parameters": copies(".$", "$") }))),
        ("outputs", chain("JSONata", |_| json!({ "Output": copies("", "{% $states.input %}") }))),
        (
            "variables",
            chain("JSONata", |number| match number {
                0 => json!({ "Assign": { "x": "{% $states.input %}" } }),
                _ => json!({ "Assign": { "x": copies("", "{% $x %}") } }),
            }),
        ),
        ("functions", chain("JSONPath", |_| json!({ "Parameters": { "a.$": array } }))),
        ("expressions", chain("JSONata", |_| json!({ "Output": { "a": format!("{{% {sum} %}}") } }))),
        (
            "results",
            chain(
                "JSONPath",
                |number| json!({ "Parameters": copies(".$", "$"), "ResultPath": format!("$.r{}", number % 3) }),
            ),
        ),
        ("branches", chain("JSONPath", |number| json!({ "Type": "Parallel", "Branches": branches(number) }))),
        (
            "ways",
            chain("JSONata", |number| {
                json!({
            "Type": "Choice", "Default": format!("S{}", number + 1),
            "Choices": [{ "Condition": "{% $states.input.q %}", "Next": format!("S{}", number + 1),
                "Output": { "a": "{% $states.input %}", "b": "{% $states.input %}" } }] })
            }),
        ),
        (
            "condition",
            json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Output": format!("{{% {conditional} %}}"), "End": true } } }),
        ),
        ("rule", chosen),
        ("loop", looped),
        ("loops", nested_loops(5)),
    ]
}

#[test]
fn data_flow_is_bounded() {
    every(documents(), |(_, document)| {
        let machine = Machine::new(document.clone());
        let mut changed = document.clone();
        changed["Comment"] = "another".into();
        plan(&machine, &Machine::new(changed));
        workflow_plan::data::uses(&StateMachine::read(&document).0);
    });
}

#[test]
fn exploration_is_bounded() {
    every(documents(), |(_, document)| {
        let engine = Engine::new(&document).unwrap();
        Explorer::new(&engine).unwrap().executions(20).explore().unwrap();
    });
}

/// A chain of choices without faults has 3 to the power of 15 states, and no execution ends before all are found.
#[test]
fn the_bound_of_executions_bounds_the_states_too() {
    let mut states = Map::new();
    for number in 0..15 {
        let (task, choice, next) = (format!("T{number}"), format!("C{number}"), format!("T{}", number + 1));
        states.insert(
            task,
            json!({
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "f" },
                "ResultSelector": { "v.$": "$.Payload.v" }, "ResultPath": format!("$.r{number}"), "Next": choice,
            }),
        );
        states.insert(
            choice,
            json!({ "Type": "Choice", "Default": next,
            "Choices": [{ "Variable": format!("$.r{number}.v"), "NumericGreaterThan": 5, "Next": next }] }),
        );
    }
    states.insert("T15".to_owned(), json!({ "Type": "Succeed" }));
    let engine = Engine::new(&json!({ "StartAt": "T0", "States": states })).unwrap();
    // More states than executions that the search keeps.
    let report = Explorer::new(&engine).unwrap().executions(3_000).explore().unwrap();
    assert_eq!((report.verdict(), report.states), (Verdict::Incomplete, 3_000), "{report}");
}

/// Executions that are run again, because there are too many to keep, are the same ones.
#[test]
fn a_wide_search_is_complete() {
    let branch = |name: &str| {
        json!({ "StartAt": name, "States": { name: {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "f" }, "End": true,
        "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 2 }] } } })
    };
    let branches = ["A", "B", "C", "D"].map(branch);
    let engine = Engine::new(&json!({ "StartAt": "All", "States": {
        "All": { "Type": "Parallel", "End": true, "Branches": branches } } }))
    .unwrap();
    let explorer = Explorer::new(&engine).unwrap().may_fail();
    let (merged, plain) = (explorer.explore().unwrap(), explorer.clone().without_reductions().explore().unwrap());
    assert_eq!(merged.ways, plain.executions, "{merged}\n{plain}");
    assert!(plain.states > 1_000, "{plain}");
}

/// A map of ten literal items has too many orders of answers to try them all: what follows it is still tried, with each fault.
#[test]
fn each_single_fault_is_tried_however_large_the_space_is() {
    let lambda = |name: &str, more: Value| {
        let mut task = json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": name },
            "ResultPath": null });
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        task
    };
    let inside = lambda("f", json!({ "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 2 }], "End": true }));
    let caught = json!([{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }]);
    let engine = Engine::new(&json!({ "StartAt": "Items", "States": {
        "Items": { "Type": "Pass", "Result": { "i": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, "Next": "Each" },
        "Each": { "Type": "Map", "ItemsPath": "$.i", "ItemProcessor": { "StartAt": "A", "States": { "A": inside } },
            "ResultPath": null, "Catch": caught, "Next": "After" },
        "After": lambda("after", json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Undo" }], "Next": "Done" })),
        "Undo": lambda("undo", json!({ "Next": "Failed" })),
        "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "Failed" } } }));
    let explorer = Explorer::new(&engine.unwrap()).unwrap();
    let of_undo = |report: &workflow_explore::Report| {
        let found = report.findings.iter().find(|finding| finding.state.as_deref() == Some("Undo"));
        found.map(|finding| finding.faults)
    };
    let report = explorer.clone().executions(2_000).explore().unwrap();
    assert_eq!((report.verdict(), of_undo(&report)), (Verdict::Incomplete, Some(2)), "{report}");
    // Little memory ends the search before the bound of executions, and this is said.
    let report = explorer.memory(1 << 20).explore().unwrap();
    assert_eq!(report.verdict(), Verdict::Incomplete, "{report}");
    assert!(report.cut_off.memory > 0 && report.cut_off.executions == 0, "{report}");
}
