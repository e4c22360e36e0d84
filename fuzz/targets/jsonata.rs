//! JSONata of any text, read and evaluated: the same each time.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use workflow_jsonata::{Expression, Limits, Output, Setting};

static INPUT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "a": [1, 2.5, "x", null, true, [3, [4]], { "b": "c", "d": [{ "e": 1 }, { "e": 2 }] }],
        "b": { "c": "text of 4 words", "d": -7, "when": "2018-03-23T10:33:36.617Z" },
        "": 0, "😀": "😀é", "n": 9007199254740993u64,
    })
});

fn evaluate(expression: &Expression) -> Result<String, String> {
    let mut limits = Limits::default();
    (limits.steps, limits.held, limits.produced) = (20_000, 1 << 20, 1 << 22);
    let setting = Setting { input: Some(&INPUT), limits, ..Setting::default() };
    match expression.evaluate_in(&setting) {
        Ok(outcome) => Ok(match outcome.output {
            Output::Value(value) => value.to_string(),
            other => format!("{other:?}"),
        }),
        Err(error) => Err(format!("{} {error}", error.code)),
    }
}

fuzz_target!(|text: &str| {
    if let Ok(ast) = workflow_asl::jsonata::parse(text) {
        let _ = (ast.names(), ast.unsupported());
    }
    if let Ok(expression) = Expression::parse(text) {
        assert_eq!(evaluate(&expression), evaluate(&expression));
    }
});
