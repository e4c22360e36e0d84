//! Tests rarely used parts of the language against recorded results of jsonata.js 2.0.6: the number of a document, an
//! expression, and its value or the code of its error, or that it is a function or `undefined`.

use serde_json::{Value, json};
use workflow_jsonata::{Expression, Output, Setting};

/// The current time, in milliseconds since 1970.
const NOW: i64 = 1_521_801_216_617;

fn answer(expression: &str, document: &Value) -> Value {
    let expression = match Expression::parse(expression) {
        Ok(expression) => expression,
        Err(error) => return json!({ "code": error.code }),
    };
    let setting = Setting { input: Some(document), now: NOW, ..Setting::default() };
    match expression.evaluate_in(&setting).map(|outcome| outcome.output.into_owned()) {
        Ok(Output::Value(value)) => json!({ "value": value }),
        Ok(Output::Function) => json!({ "function": true }),
        Ok(_) => json!({}),
        Err(error) => json!({ "code": error.code }),
    }
}

#[test]
fn corners_give_what_the_reference_gives() {
    let recorded: Value = serde_json::from_str(include_str!("corners.json")).unwrap();
    let cases = recorded["cases"].as_array().unwrap();
    assert!(cases.len() > 700);
    for case in cases {
        let expression = case[1].as_str().unwrap();
        let document = &recorded["documents"][case[0].as_u64().unwrap() as usize];
        assert_eq!(answer(expression, document), case[2], "{expression}");
    }
}
