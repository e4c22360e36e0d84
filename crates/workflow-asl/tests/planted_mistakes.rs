//! Tests mistakes in documents, each with its correction: the mistake must have exactly one finding, the correction
//! none.
//!
//! Each file in `planted` has cases. A case is a line `# name`, a line with the code, the pointer and words of the
//! finding, and a document in which `«wrong¦right»` marks the difference.

use std::path::Path;

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::rules::check_definition;
use workflow_cases::every;

/// Returns the document with what is wrong in each mark, or what is right.
fn variant(text: &str, right: bool) -> Value {
    let mut document = String::new();
    for (number, part) in text.split('«').enumerate() {
        if number == 0 {
            document.push_str(part);
            continue;
        }
        let (mark, rest) = part.split_once('»').unwrap();
        let (wrong, corrected) = mark.split_once('¦').unwrap();
        document.push_str(if right { corrected } else { wrong });
        document.push_str(rest);
    }
    serde_json::from_str(&document).unwrap()
}

fn found(document: &Value) -> Vec<String> {
    let found = check_definition(document, MachineType::Standard);
    let shown = found.iter().map(|one| {
        format!("{} {} {}; {}", one.code, one.pointer.as_str(), one.message(), one.help().unwrap_or_default())
    });
    shown.collect()
}

#[test]
fn each_mistake_is_found_and_its_correction_is_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let texts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let cases: Vec<_> = texts.iter().flat_map(|text| text.trim_start_matches("# ").split("\n# ")).collect();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    every(cases, |case| {
        let (_, case) = case.split_once('\n').unwrap();
        let (wanted, document) = case.split_once('\n').unwrap();
        let (at, words) = wanted.split_once(" | ").unwrap();
        let wrong = found(&variant(document, false));
        assert!(
            wrong.len() == 1 && wrong.iter().all(|one| one.starts_with(&format!("{at} ")) && one.contains(words)),
            "expected {wanted}, found {wrong:#?}"
        );
        assert_eq!(found(&variant(document, true)), [""; 0], "the correction");
    });
}

/// Expressions of the greatest height, whose parts are all looked at.
#[test]
fn high_expressions_are_checked() {
    let chain = |sign: &str, part: &str| vec![part; 480].join(sign);
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(70), close.repeat(70));
    every(
        [
            chain(" + ", "$n"),
            chain(" and ", "$n = 1"),
            chain(" or ", "$exists($n.x)"),
            chain(" & ", "$n"),
            chain(" ~> ", "$string"),
            chain(" ? 1 : ", "$n > 1"),
            around("$merge([", "$n", "])"),
            around("$not(", "$n.x", ")"),
            around("($x := ", "$n", "; $x)"),
            around("$map($n, function($v) { ", "$v", "})"),
            around("{'a': ", "$n", "}"),
            around("[$n, ", "$n", "][0]"),
        ],
        |expression| {
            let document = serde_json::json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
                "A": {"Type": "Pass", "Assign": {"n": {"x": 1}}, "Next": "B"},
                "B": {"Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true}}});
            check_definition(&document, MachineType::Standard);
        },
    );
}

/// Conditions in conditions, and values that hold the same value several times, take no longer than their text.
#[test]
fn nested_conditions_and_shared_values_are_checked() {
    use serde_json::{Value, json};
    let choice = |rule: Value| {
        json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [rule], "Default": "Done"}, "Done": {"Type": "Succeed"}}})
    };
    let mut rule = json!({"Variable": "$.x", "NumericGreaterThan": 1});
    let mut condition = "$states.input.a > 1".to_owned();
    for level in 0..40 {
        rule = json!({ ["And", "Or"][level % 2]: [rule] });
        condition = format!("({condition}) {} $states.input.b > {level}", ["or", "and"][level % 2]);
    }
    rule["Next"] = "Done".into();
    let mut by_expression = choice(json!({"Condition": format!("{{% {condition} %}}"), "Next": "Done"}));
    by_expression["QueryLanguage"] = "JSONata".into();
    // Two ways on which each state holds its input eight times meet; a loop comes back to the first of them.
    let copies: serde_json::Map<_, _> = ('a'..='h').map(|key| (format!("{key}.$"), json!("$"))).collect();
    let mut states = json!({
        "S": {"Type": "Choice", "Choices": [{"Variable": "$.q", "IsPresent": true, "Next": "A0"}], "Default": "B0"},
        "J": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "A1"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    });
    for way in ["A", "B"] {
        states[format!("{way}0")] = json!({"Type": "Pass", "Result": {"z": 1}, "Next": format!("{way}1")});
        for number in 1..30 {
            let next = if number < 29 { format!("{way}{}", number + 1) } else { "J".to_owned() };
            states[format!("{way}{number}")] = json!({"Type": "Pass", "Parameters": copies, "Next": next});
        }
    }
    for document in [choice(rule), by_expression, json!({"StartAt": "S", "States": states})] {
        let found = check_definition(&document, MachineType::Standard);
        assert!(found.is_empty(), "{found:?}");
    }
}

#[cfg(feature = "yaml")]
#[test]
fn a_mistake_is_shown_at_its_words_in_yaml() {
    use workflow_asl::source::{Format, Source};
    let text = "StartAt: Set\nStates:\n  Set:\n    Type: Pass\n    Result: {bucket: b}\n    Next: Use\n  Use:\n    \
                Type: Pass\n    Parameters:\n      to.$: $.Bucket\n    End: true\n";
    let source = Source::read(text.as_bytes(), Format::Yaml).unwrap();
    let found = check_definition(source.value(), MachineType::Standard);
    let at: Vec<_> = source.locate(&found).iter().map(|at| (at.line, at.column)).collect();
    assert_eq!((found.len(), at.as_slice()), (1, &[(10, 14)][..]));
}
