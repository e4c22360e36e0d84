//! Tests rarely used parts of the language against recorded results of jsonata.js 2.0.6: the number of a document, an
//! expression, and its value or the code of its error, or that it is a function or `undefined`.

use serde_json::{Value, json};
use workflow_jsonata::{Expression, Output, Setting};

const NOT_FINITE: &str = "infinity and NaN are strings in a result (measured on AWS, 2026-08)";
const EXPONENT: &str = "optional digits group the exponent as in Java (said of AWS, 2026-08)";
const CUT: &str = "fractions are cut as in Java (measured on AWS for `$range` and `$partition`, 2026-08)";
const BYTES: &str = "Base64 is of UTF-8 bytes (measured on AWS, 2026-08)";

/// The cases that the service answers otherwise than jsonata.js: the expression, the service's value and the reason.
const SERVICE: &[(&str, &str, &str)] = &[
    ("1/0", "Infinity", NOT_FINITE),
    ("5%0", "NaN", NOT_FINITE),
    ("$toMillis(\"2018-00-01\")", "NaN", NOT_FINITE),
    ("$parseInteger(\"\", \"#0\")", "NaN", NOT_FINITE),
    ("$parseInteger(\"twentieth\", \"I\")", "NaN", NOT_FINITE),
    ("$parseInteger(\"twelve thousand, three hundred and forty-five\", \"I\")", "NaN", NOT_FINITE),
    ("$formatNumber(0.1+0.2, \"##0.0e0\")", "300e-3", EXPONENT),
    ("$formatNumber(1e-10, \"##0.0e0\")", "100e-12", EXPONENT),
    ("$formatInteger(-2.7, \"1;o\")", "-2nd", CUT),
    ("$formatInteger(-2.7, \"1.000\")", "-0.002", CUT),
    ("$base64decode(\"w6k=\")", "é", BYTES),
    ("$base64decode(\"w6k=\")[]", "é", BYTES),
    (
        "$string(123456789012345678)",
        "123456789012345680",
        "an integer of 64 bits has all its digits (measured on AWS, 2026-08)",
    ),
];

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
        let service = SERVICE.iter().find(|(known, ..)| *known == expression);
        let expected = service.map_or_else(|| case[2].clone(), |(_, value, _)| json!({ "value": value }));
        assert_eq!(answer(expression, document), expected, "{expression}");
        assert!(service.is_none_or(|_| expected != case[2]), "no exception: {expression}");
    }
}
