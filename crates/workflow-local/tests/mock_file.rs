//! Tests mock files of AWS Step Functions Local, and the errors for invalid ones.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::{Engine, MockFile};

fn file(cases: &Value, responses: &Value) -> String {
    json!({ "StateMachines": { "M": { "TestCases": cases } }, "MockedResponses": responses }).to_string()
}

#[test]
fn everything_wrong_is_told_with_its_place() {
    let cases = json!({ "A": { "S": "Nne", "T": 1 } });
    let responses = json!({
        "None": {},
        "Both": { "0": { "Return": 1, "Throw": { "Error": "E" } } },
        "Neither": { "0": {} },
        "Gap": { "0": { "Return": 1 }, "2-3": { "Return": 1 } },
        "Overlap": { "0-2": { "Return": 1 }, "2": { "Return": 1 } },
        "Late": { "1": { "Return": 1 } },
        "Turned": { "3-1": { "Return": 1 } },
        "Word": { "first": { "Return": 1 } },
        "Unnamed": { "0": { "Throw": { "Cause": "c" } } },
        "Misspelt": { "0": { "Retrun": 1 } }
    });
    let error = MockFile::parse(&file(&cases, &responses)).unwrap_err().to_string();
    every(
        [
            "/MockedResponses/None: this must be an object: an answer for each attempt",
            "/MockedResponses/Both/0: an attempt has either `Return` or `Throw`, this one has both",
            "/MockedResponses/Neither/0: an attempt has either `Return` or `Throw`, this one has neither",
            "/MockedResponses/Gap/2-3: there is no answer for attempt 1 before it",
            "/MockedResponses/Overlap/2: attempt 2 is in \"0-2\" too",
            "/MockedResponses/Late/1: there is no answer for attempt 0 before it",
            "/MockedResponses/Turned/3-1: the first attempt, 3, comes after the last, 1",
            "/MockedResponses/Word/first: this is not an attempt number\n  help: write \"0\", or \"1-3\" for several",
            "/MockedResponses/Unnamed/0/Throw: the field `Error` is missing",
            "/MockedResponses/Misspelt/0/Retrun: there is no field `Retrun`\n  help: did you mean `Return`?",
            "/StateMachines/M/TestCases/A/S: there is no response `Nne` in `MockedResponses`\n  help: did you mean `None`?",
            "/StateMachines/M/TestCases/A/T: this must be the name of a response",
        ],
        |told| {
            assert!(error.contains(told), "{told}\n-- is not in --\n{error}");
        },
    );
    assert!(MockFile::parse("{").unwrap_err().to_string().starts_with("the mock file is not JSON"));
    let empty = MockFile::parse("{}").unwrap_err().to_string();
    assert!(
        empty.contains("/StateMachines: the field is missing") && empty.contains("/MockedResponses: the field"),
        "{empty}"
    );
}

#[test]
fn a_case_must_fit_the_definition() {
    let machine = json!({
        "StartAt": "Rest",
        "States": {
            "Rest": { "Type": "Wait", "Seconds": 1, "Next": "Charge" },
            "Charge": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:c", "End": true }
        }
    });
    let engine = || Engine::new(&machine).unwrap().named("M");
    let cases = json!({ "A": { "Chrage": "R", "Rest": "R" }, "B": { "Charge": "R" } });
    let responses = json!({ "R": { "0": { "Return": 1 } } });
    let wrong = MockFile::parse(&file(&cases, &responses)).unwrap();
    let error = engine().mocks(&wrong, "B").err().unwrap().to_string();
    assert!(error.contains("/StateMachines/M/TestCases/A/Chrage: the definition has no state `Chrage`"), "{error}");
    assert!(error.contains("did you mean `Charge`?"), "{error}");
    assert!(error.contains("A/Rest: `Rest` is a Wait state; only tasks can be mocked"), "{error}");

    let right = MockFile::parse(&file(&json!({ "B": { "Charge": "R" } }), &responses)).unwrap();
    let error = engine().mocks(&right, "C").err().unwrap().to_string();
    assert!(error.contains("there is no case `C`"), "{error}");
    engine().mocks(&right, "B").unwrap().run(&json!({})).unwrap().assert_output(1);
    // The only state machine of a file needs no name.
    engine().named("Other").mocks(&right, "B").unwrap().run(&json!({})).unwrap().assert_output(1);
    assert_eq!(right.cases("M").unwrap(), ["B"]);
}
