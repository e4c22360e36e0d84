//! Tests how cost grows, measured in bytes that an execution allocates. Copies are allocated, and unlike times, counts
//! are reproducible.
#![cfg(feature = "jsonata")]
use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::Engine;

/// Bytes that one execution allocates.
fn bytes(definition: &Value, input: &Value) -> u64 {
    let engine = Engine::new(definition).unwrap();
    // Once before, for what is made once in a process.
    engine.run(input).unwrap().assert_succeeded();
    let mut execution = None;
    let counted = allocation_counter::measure(|| execution = Some(engine.run(input).unwrap()));
    counted.bytes_total
}

/// That four times as much costs four times as much, give or take a fifth.
fn assert_linear(what: &str, cost: impl Fn(u64) -> u64) {
    let (few, many) = (cost(250), cost(1_000));
    assert!(many < few * 24 / 5, "{what}: {few} bytes for 250, {many} for 1000");
}

/// Returns a map over `count` items, with a selector.
fn map(selector: &Value, language: &str, count: u64) -> u64 {
    let mut map = json!({
        "Type": "Map",
        "ItemSelector": selector,
        "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } },
        "End": true
    });
    let (field, items) =
        if language == "JSONata" { ("Items", "{% $states.input.items %}") } else { ("ItemsPath", "$.items") };
    map[field] = json!(items);
    let input =
        json!({ "items": (0..count).map(|id| json!({ "id": id, "name": "nut" })).collect::<Value>(), "of": "x" });
    bytes(&json!({ "QueryLanguage": language, "StartAt": "M", "States": { "M": map } }), &input)
}

#[test]
fn an_item_costs_the_same_however_many_there_are() {
    every(["$.of", "$$.Execution.Input.of", "$$.Map.Item.Value.id", "$$.Map.Item.Index", "$$.Execution.Id"], |path| {
        assert_linear(path, |count| map(&json!({ "a.$": path }), "JSONPath", count));
    });
    every(
        [
            "$states.input.of",
            "$states.context.Execution.Input.of",
            "$states.context.Map.Item.Value.id",
            "$states.context.Map.Item.Index & $states.context.Execution.Input.of",
        ],
        |path| {
            assert_linear(path, |count| map(&json!({ "a": format!("{{% {path} %}}") }), "JSONata", count));
        },
    );
}

#[test]
fn a_state_costs_the_same_however_many_there_are() {
    assert_linear("a chain", |count| {
        let state = |at: u64| {
            let next = if at + 1 == count {
                json!({ "Type": "Succeed" })
            } else {
                json!({ "Type": "Pass", "Next": format!("S{}", at + 1) })
            };
            (format!("S{at}"), next)
        };
        bytes(
            &json!({ "StartAt": "S0", "States": (0..count).map(state).collect::<serde_json::Map<_, _>>() }),
            &json!({}),
        )
    });
}

#[test]
fn large_payloads_are_shared() {
    let text = "x".repeat(200_000);
    let pass = |next: &str| json!({ "Type": "Pass", "Next": next });
    let states = json!({
        "StartAt": "A",
        "States": {
            "A": pass("B"), "B": pass("C"), "C": { "Type": "Pass", "InputPath": "$$.Execution.Input", "Next": "D" },
            "D": {
                "Type": "Map", "ItemsPath": "$$.Execution.Input.few",
                "ItemSelector": { "id.$": "$$.Map.Item.Value", "few.$": "$$.Execution.Input.few" },
                "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }, "End": true
            }
        }
    });
    let input = json!({ "text": text, "few": (0..20).collect::<Value>() });
    let allocated = bytes(&states, &input);
    // The engine's own copy of the input.
    assert!(allocated < 400_000, "{allocated} bytes");
}
