use serde_json::json;

use super::*;

fn refused(text: &str) -> (Code, String, usize, usize) {
    let error = Source::read(text.as_bytes(), Format::Json).unwrap_err();
    (
        error.diagnostic.code,
        format!("{} {}", error.diagnostic.pointer, error.diagnostic.message()),
        error.location.line,
        error.location.column,
    )
}

/// Returns the text that a finding at a pointer (and a part of the string there) underlines.
fn underlined(source: &Source, code: Code, pointer: &str, range: Option<(usize, usize)>) -> String {
    let pointer = pointer.split('/').skip(1).fold(Pointer::root(), |at, token| at.child(token));
    let mut found = Diagnostic::new(code, pointer, "");
    found.range = range;
    let place = source.locate(&[found])[0];
    source.text()[place.offset..place.offset + place.length].to_owned()
}

#[test]
fn json_keeps_its_order_and_its_numbers() {
    let text = "\u{feff}{\"b\": [1, -2, 3.5, 1e3, 18446744073709551615], \"a\": {\"ä\\n\": null}, \"t\": true}\n";
    let source = Source::read(text.as_bytes(), Format::Json).unwrap();
    assert_eq!(source.value(), &serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).unwrap());
    assert_eq!(source.value().as_object().unwrap().keys().collect::<Vec<_>>(), ["b", "a", "t"]);
    assert_eq!(source.value().pointer("/b/2"), Some(&json!(3.5)));
}

#[test]
fn what_is_no_document_is_refused_with_its_place() {
    assert_eq!(refused(""), (Code::NotJson, " the file is empty".into(), 1, 1));
    assert_eq!(refused(" \n "), (Code::NotJson, " the file is empty".into(), 1, 1));
    assert_eq!(
        refused("{\n \"ä\": 1,\n}"),
        (Code::NotJson, " the definition is not JSON: trailing comma".into(), 3, 1)
    );
    let (code, message, line, column) = refused("{\"ä\": x}");
    assert_eq!((code, line, column), (Code::NotJson, 1, 7), "{message}");
    assert_eq!(refused("{\"a\": \"\0\"}").2, 1);
    assert!(refused("{} \0").1.contains("NUL"));
    let (code, message, line, column) = refused(&"[".repeat(10_000));
    assert_eq!((code, line, column), (Code::TooDeep, 1, 128), "{message}");
    assert_eq!(refused(&" ".repeat(MAX_BYTES + 1)).0, Code::DefinitionTooLarge);
    assert!(Source::read(format!("{}1{}", "[".repeat(127), "]".repeat(127)).as_bytes(), Format::Json).is_ok());

    let error = Source::read(b"{\n\"\xc3\xa4\xff\": 1}", Format::Json).unwrap_err();
    assert_eq!((error.location.line, error.location.column), (2, 3));
    assert!(error.diagnostic.message().contains("0xff"), "{}", error.diagnostic);
    let error = Source::read(b"\xff\xfe{\0}\0", Format::Json).unwrap_err();
    assert!(error.diagnostic.help().unwrap().contains("UTF-16"));
}

#[test]
fn keys_given_twice_are_refused_with_both_places() {
    let text = "{\n  \"States\": {\n    \"A/B\": [7, {\"x\": 1,\n      \"y\": {\"x\": 3}, \"\\u0078\": 2}]}}";
    let error = Source::read(text.as_bytes(), Format::Json).unwrap_err();
    assert_eq!(error.diagnostic.code, Code::DuplicateKey);
    assert_eq!(error.diagnostic.pointer.as_str(), "/States/A~1B/1/x");
    assert_eq!((error.location.line, error.location.column), (4, 22));
    assert!(error.diagnostic.help().unwrap().contains("line 3, column 17"));
}

#[test]
fn findings_are_where_the_eye_looks_for_them() {
    let text =
        r#"{"StartAt": "Näh", "States": {"A": {"Seconds": 30, "P.$": "a\n\u00e4\ud83d\ude00$.x", "L": ["q", {}]}}}"#;
    let source = Source::read(text.as_bytes(), Format::Json).unwrap();
    let at = |code, pointer: &str, range| underlined(&source, code, pointer, range);
    assert_eq!(at(Code::UnknownTarget, "/StartAt", None), "\"Näh\"");
    assert_eq!(at(Code::UnreachableState, "/States/A", None), "\"A\"");
    assert_eq!(at(Code::WrongType, "/States/A/Seconds", None), "30");
    assert_eq!(at(Code::UnknownField, "/States/A/Seconds", None), "\"Seconds\"");
    assert_eq!(at(Code::MissingField, "/States/A/Type", None), "\"A\"");
    assert_eq!(at(Code::WrongType, "/States/A/L/0", None), "\"q\"");
    assert_eq!(at(Code::WrongType, "/States/A/L/1", None), "{");
    assert_eq!(at(Code::NoStates, "", None), "{");
    assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((2, 2))), r"\u00e4");
    assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((4, 4))), r"\ud83d\ude00");
    assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((8, 3))), "$.x");
    assert_eq!(at(Code::BadJsonPath, "/States/A/P.$", Some((11, 9))), "\"");

    let found = ["StartAt", "States"].map(|key| Diagnostic::new(Code::WrongType, Pointer::root().child(key), ""));
    let [start, states] = source.locate(&found)[..] else { unreachable!() };
    assert_eq!((start.line, start.column, states.column), (1, 13, 20));
}

#[test]
fn a_parameter_that_there_is_not_is_found_at_its_name_and_a_wrong_value_at_itself() {
    let source = Source::read(br#"{"P": {"QueueURL": "q"}}"#, Format::Json).unwrap();
    let at = |code| Diagnostic::new(code, Pointer::root().child("P").child("QueueURL"), "");
    let found = [at(Code::UnknownParameter), at(Code::WrongParameterType)];
    let columns: Vec<_> = source.locate(&found).iter().map(|place| (place.column, place.length)).collect();
    assert_eq!(columns, [(8, 10), (20, 3)]);
}

#[test]
fn a_placeholder_may_stand_without_quotes_where_a_value_stands() {
    let text =
        r#"{"S": {"Seconds": ${Seconds}, "Text": "${A}", "L": [1, ${B}]}, "E": ${jsonencode({"x": 1})}, "n": x}"#;
    assert_eq!(
        refused(text),
        (Code::NotJson, " the definition is not JSON: expected value".into(), 1, text.find("x}").unwrap() + 1)
    );
    let text = text.replace(", \"n\": x", "");
    let source = Source::read(text.as_bytes(), Format::Json).unwrap();
    assert_eq!(source.text(), text);
    let expected =
        json!({"S": {"Seconds": "${Seconds}", "Text": "${A}", "L": [1, "${B}"]}, "E": "${jsonencode({\"x\": 1})}"});
    assert_eq!(source.value(), &expected);
    let bare: Vec<_> = source.bare().iter().map(|at| at.as_str().to_owned()).collect();
    assert_eq!(bare, ["/E", "/S/L/1", "/S/Seconds"]);
    let at = |pointer: &str, range| underlined(&source, Code::WrongType, pointer, range);
    assert_eq!(at("/S/L/1", None), "${B}");
    assert_eq!(at("/S/Text", Some((2, 1))), "A");
    assert_eq!(at("/E", None), "${jsonencode({\"x\": 1})}");
}
