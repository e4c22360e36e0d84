//! Properties: their text form, and what they say of executions.

use serde_json::{Value, json};
use workflow_explore::{Explorer, Property, Report, Verdict};
use workflow_local::Engine;

#[test]
fn what_is_written_is_read_again() {
    for property in [
        Property::after("Reserve", ["Done", "Give back"]),
        Property::never_both("A", "or"),
        Property::at_most_once("Say \"hello\""),
        Property::at_most_once("once"),
        Property::before("A", "B"),
        Property::before("after", "B"),
        Property::ends_in(["A", "B", "C"]),
        Property::none_after("Charge", "Refund"),
    ] {
        assert_eq!(property.to_string().parse(), Ok(property));
    }
    for text in [
        "after A failed with States.Timeout: B or C timed out until D unless \"until\" succeeded",
        "no A after B tolerated failures since C",
        "A entered before B failed",
        "reachable A succeeded",
        "output has total",
        "output has status: PAID or \"on hold\" unless A failed",
    ] {
        assert_eq!(text.parse::<Property>().map(|property| property.to_string()).as_deref(), Ok(text));
    }
    // The moment that is meant without a word is not written.
    let plain = |text: &str| text.parse::<Property>().map(|property| property.to_string());
    assert_eq!(plain("after A succeeded: B entered since C succeeded").as_deref(), Ok("after A: B since C"));
}

#[test]
fn a_wrong_text_is_an_error() {
    for (text, problem) in [
        ("", "expected a property, found the end"),
        ("or", "expected a property, found `or`"),
        ("after A", "expected `:`, found the end"),
        ("after A, B", "expected `:`, found `B`"),
        ("after A: B or", "expected the name of a state, found the end"),
        ("after A: or B", "expected the name of a state, found `or`"),
        ("A then B", "expected `before`, found `then`"),
        ("A befor B", "expected `before`, found `befor`: did you mean `before`?"),
        ("A before B C", "unexpected `C` after the property"),
        ("never A", "expected `both`, found `A`"),
        ("nevr both A and B", "unknown kind of property `nevr`: did you mean `never`?"),
        ("eventually A", "unknown kind of property `eventually`"),
        ("\"A before B", "a quote is not closed"),
        ("after A suceeded: B", "expected `:`, found `suceeded`: did you mean `succeeded`?"),
        ("A timed before B", "expected `out`, found `before`"),
        ("at most once A failed with", "expected the name of an error, found the end"),
        ("A before B untl C", "unexpected `untl` after the property: did you mean `until`?"),
        ("A before B until C since D", "unexpected `since` after the property"),
        ("output has", "expected the name of a member, found the end"),
        ("output has a: b c", "expected `or`, found `c`"),
    ] {
        assert_eq!(text.parse::<Property>().unwrap_err().problem, problem, "{text}");
    }
    let help = "after A".parse::<Property>().unwrap_err().to_string();
    let kinds = "`after A: B or C`, `never both A and B`, `at most once A`, `A before B`, `ends in A or B`, `no A after B`, `reachable A` or `output has a`";
    assert!(help.contains(kinds), "{help}");
}

fn task(next: &str, more: Value) -> Value {
    let mut task =
        json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": next });
    for (name, value) in more.as_object().unwrap() {
        task[name] = value.clone();
    }
    task
}

fn caught(next: &str) -> Value {
    json!({ "ResultPath": null, "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": next }] })
}

fn explored(definition: &Value, property: &str) -> Report {
    let engine = Engine::new(definition).unwrap();
    Explorer::new(&engine).unwrap().property(property.parse().unwrap()).may_fail().explore().unwrap()
}

/// Explores a property, and returns what is found of it: nothing, its message, or that it was not exercised.
fn found(definition: &Value, property: &str) -> String {
    let report = explored(definition, property);
    let text = property.parse::<Property>().unwrap().to_string();
    match report.findings.iter().find(|finding| finding.property == text) {
        Some(finding) => finding.message.clone(),
        None if report.unexercised.contains(&text) => {
            assert_eq!(report.verdict(), Verdict::NotShown, "{report}");
            "not exercised".to_owned()
        }
        None => "nothing".to_owned(),
    }
}

#[test]
fn what_happens_to_a_state_is_said_by_words() {
    let definition = json!({ "StartAt": "Charge", "States": {
        "Charge": task("Ship", json!({ "ResultPath": null, "TimeoutSeconds": 5, "Catch": [
            { "ErrorEquals": ["Declined"], "ResultPath": null, "Next": "Tell" },
            { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Look" }] })),
        "Tell": { "Type": "Pass", "Next": "Failed" },
        "Look": task("Ship", caught("Failed")),
        "Ship": task("Done", json!({ "ResultPath": null })),
        "Done": { "Type": "Succeed" },
        "Failed": { "Type": "Fail", "Error": "Rejected" },
    } });
    for (property, message) in [
        ("after Charge failed with Declined: Tell", "nothing"),
        ("after Charge failed: Tell", "`Charge` has failed, and `Tell` does not follow before the end"),
        ("after Charge timed out: Look", "nothing"),
        ("after Charge timed out: Tell", "`Charge` has timed out, and `Tell` does not follow before the end"),
        // No handler tells this error from others: it is tried because the property names it.
        ("never both Charge failed with Busy and Ship", "`Charge` has failed with `Busy`, and `Ship` has succeeded"),
        ("no Ship after Charge failed with Declined", "nothing"),
        ("no Ship after Charge failed", "`Ship` is entered after `Charge` has failed"),
        ("at most once Ship failed", "nothing"),
        ("Failed failed before Ship", "`Ship` is entered, but not after `Failed` has failed"),
        ("Charge entered before Ship", "nothing"),
        ("never both Ship failed and Look", "`Ship` has failed, and `Look` has succeeded"),
        ("reachable Failed failed with Rejected", "nothing"),
    ] {
        assert_eq!(found(&definition, property), message, "{property}");
    }
}

#[test]
fn clauses_say_when_a_property_is_checked() {
    // Books, pays, and may cancel and book again, as the answers say.
    let definition = json!({ "StartAt": "Book", "States": {
        "Book": task("Pay", json!({ "ResultPath": null })),
        "Pay": task("More", json!({ "ResultPath": "$.more" })),
        "More": { "Type": "Choice", "Default": "Done", "Choices": [
            { "Variable": "$.more.again", "BooleanEquals": true, "Next": "Cancel" },
            { "Variable": "$.more.pay", "BooleanEquals": true, "Next": "Pay" }] },
        "Cancel": task("Book", json!({ "ResultPath": null })),
        "Done": { "Type": "Succeed" },
    } });
    let explored = |property: &str| {
        let engine = Engine::new(&definition).unwrap();
        let results =
            [json!({ "again": false, "pay": false }), json!({ "again": true }), json!({ "again": false, "pay": true })];
        let explorer = Explorer::new(&engine).unwrap().property(property.parse().unwrap()).may_fail();
        let report = explorer.results("Pay", results).turns(3).explore().unwrap();
        report.findings.iter().find(|finding| finding.property == property).map(|finding| finding.message.clone())
    };
    for (property, message) in [
        ("at most once Book", Some("`Book` has succeeded twice")),
        ("at most once Book until Cancel", None),
        ("at most once Pay until Cancel", Some("`Pay` has succeeded twice")),
        ("at most once Book since Cancel", None),
        ("at most once Pay since Cancel", Some("`Pay` has succeeded twice")),
        ("no Pay after Cancel", Some("`Pay` is entered after `Cancel`")),
        ("no Pay after Cancel until Book", None),
        // What is awaited may also end the property.
        ("after Book: Pay until Pay", None),
        ("Book before Pay since Cancel", None),
        ("Pay before Book since Cancel", Some("`Book` is entered, but not after `Pay` has succeeded")),
        ("after Book: Cancel", Some("`Book` has succeeded, and `Cancel` does not follow before the end")),
        (
            "after Book: Cancel until Pay",
            Some("`Book` has succeeded, and `Cancel` does not follow before `Pay` is entered"),
        ),
        ("after Cancel: Pay", Some("`Cancel` has succeeded, and `Pay` does not follow before the end")),
        ("after Cancel: Pay until Done unless Book failed", None),
        ("at most once Book unless Cancel", None),
        ("at most once Pay unless Cancel", Some("`Pay` has succeeded twice")),
        ("ends in Book or Pay unless Done", Some("the execution ends in `Cancel`")),
        ("ends in Book or Pay or Cancel unless Done", None),
        ("ends in Cancel since Pay", Some("the execution ends in `Done`")),
    ] {
        assert_eq!(explored(property).as_deref(), message, "{property}");
    }
}

#[test]
fn members_of_the_output_are_there_with_these_texts() {
    let definition = json!({ "StartAt": "Ask", "States": {
        "Ask": task("Is it paid?", json!({ "ResultPath": "$.answer" })),
        "Is it paid?": { "Type": "Choice", "Default": "Hold", "Choices": [
            { "Variable": "$.answer.paid", "BooleanEquals": true, "Next": "Paid" }] },
        "Paid": { "Type": "Pass", "Parameters": { "status": "PAID", "count": 1 }, "End": true },
        "Hold": { "Type": "Pass", "Parameters": { "status": "HELD" }, "End": true },
    } });
    for (property, message) in [
        ("output has status", "nothing"),
        ("output has status: PAID or HELD", "nothing"),
        ("output has status: PAID", "`status` of the output is \"HELD\""),
        ("output has status: PAID unless Hold", "nothing"),
        ("output has status: PAID since Hold succeeded", "`status` of the output is \"HELD\""),
        ("output has count: 1 unless Hold", "nothing"),
        ("output has count", "the output has no member `count`"),
    ] {
        let text = property.parse::<Property>().unwrap().to_string();
        assert_eq!(found(&definition, &text), message, "{property}");
    }
}

#[test]
fn an_output_that_is_a_guess_decides_nothing() {
    let definition =
        json!({ "StartAt": "Ask", "States": { "Ask": task("End", json!({})), "End": { "Type": "Succeed" } } });
    let engine = Engine::new(&definition).unwrap();
    let explorer = Explorer::new(&engine).unwrap().property("output has total".parse().unwrap()).may_fail();
    let report = explorer.explore().unwrap();
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.property == "output has total").collect();
    assert!(found.is_empty(), "{report}");
    assert_eq!(report.unexercised, ["output has total"]);
}

#[test]
fn the_output_of_a_child_is_the_one_of_the_named_map() {
    let map = |state: &str, output: Value| {
        json!({ "Type": "Map", "Items": [1], "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": state, "States": { state: { "Type": "Pass", "Output": output, "End": true } } } })
    };
    let (mut first, mut last) = (map("Sum", json!({ "sum": 1 })), map("Other", json!({ "other": 1 })));
    first["Next"] = "Last".into();
    last["End"] = true.into();
    let definition =
        json!({ "QueryLanguage": "JSONata", "StartAt": "First", "States": { "First": first, "Last": last } });
    assert_eq!(found(&definition, "output has sum since Sum"), "nothing");
    assert_eq!(found(&definition, "output has sum until Sum"), "not exercised");
    assert_eq!(
        found(&definition, "output has other since Sum"),
        "the output of a child of the map has no member `other`"
    );
}

#[test]
fn failures_that_a_map_tolerates_are_seen() {
    let definition = |tolerance: Value| {
        let processor = json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "One", "States": { "One": task("Ok", json!({})), "Ok": { "Type": "Succeed" } } });
        let mut map = json!({ "Type": "Map", "ItemProcessor": processor, "ResultPath": null, "Next": "Report" });
        for (name, value) in tolerance.as_object().unwrap() {
            map[name] = value.clone();
        }
        json!({ "StartAt": "Give", "States": {
            "Give": { "Type": "Pass", "Result": [1, 2, 3], "Next": "Copy" }, "Copy": map,
            "Report": { "Type": "Pass", "End": true } } })
    };
    let tolerant = definition(json!({ "ToleratedFailureCount": 1 }));
    assert_eq!(
        found(&tolerant, "no Report after Copy tolerated failures"),
        "`Report` is entered after `Copy` has tolerated failures"
    );
    assert_eq!(found(&tolerant, "after Copy tolerated failures: Report"), "nothing");
    let strict = definition(json!({}));
    let engine = Engine::new(&strict).unwrap();
    let explorer = Explorer::new(&engine).unwrap();
    let error = explorer.property("after Copy tolerated failures: Report".parse().unwrap()).explore().unwrap_err();
    let message = "`Copy` is not a distributed map that tolerates failures, in the property `after Copy tolerated failures: Report`";
    assert!(error.to_string().starts_with(message), "{error}");
}

#[test]
fn what_was_not_exercised_is_not_shown() {
    let definition = json!({ "StartAt": "Ask", "States": {
        "Ask": task("Big?", json!({ "ResultPath": "$.answer" })),
        "Big?": { "Type": "Choice", "Default": "Done", "Choices": [
            { "Variable": "$.answer.size", "NumericGreaterThan": 10, "Next": "Big" }] },
        "Big": task("Done", json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }] })),
        "Done": { "Type": "Succeed" },
    } });
    assert_eq!(found(&definition, "after Big: Done"), "nothing");
    let small = |property: &str| {
        let engine = Engine::new(&definition).unwrap();
        let explorer = Explorer::new(&engine).unwrap().property(property.parse().unwrap()).may_fail();
        explorer.results("Ask", [json!({ "size": 1 })]).explore().unwrap()
    };
    for property in ["after Big: Done", "no Big after Big failed", "reachable Big", "never both Ask and Big"] {
        let report = small(property);
        assert_eq!(report.unexercised, [property], "{report}");
        assert_eq!(report.verdict(), Verdict::NotShown);
        let line = format!("1 property is about what never happened: `{property}`");
        assert!(report.to_string().contains(&line), "{report}");
    }
    assert_eq!(small("after Ask: Done").unexercised, [""; 0]);
}

#[test]
fn nothing_is_reachable_behind_a_rule_of_which_a_part_is_never_true() {
    let compared = |operator: &str, bound: u32| json!({ "Variable": "$.a", operator: bound });
    let reached = |name: &str, rules: &[Value]| {
        let definition = json!({ "StartAt": "Is", "States": {
            "Is": { "Type": "Choice", "Default": "Done", "Choices": [{ name: rules, "Next": "Big" }] },
            "Big": { "Type": "Pass", "Next": "Done" }, "Done": { "Type": "Succeed" } } });
        found(&definition, "reachable Big")
    };
    let never = [compared("NumericGreaterThan", 5), compared("NumericLessThan", 3)];
    let shown = "no execution can take it, as `validate` shows";
    assert_eq!(reached("And", &never), shown);
    assert_eq!(reached("And", &[compared("NumericLessThan", 9), json!({ "And": never })]), shown);
    assert_eq!(reached("Or", &[compared("NumericLessThan", 9), json!({ "And": never })]), "nothing");
}

#[test]
fn what_cannot_be_is_an_error() {
    let definition = json!({ "StartAt": "Put", "States": {
        "Put": { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": { "TableName": "t", "Item": { "id": { "S": "1" } } }, "Next": "Done" },
        "Done": { "Type": "Pass", "Parameters": { "status": "PAID" }, "Next": "End" },
        "End": { "Type": "Succeed" },
    } });
    let engine = Engine::new(&definition).unwrap();
    for (property, problem, help) in [
        ("after Putt: Done", "unknown state `Putt`", "did you mean `Put`?"),
        (
            "after Put failed with DynamoDB.ConditionalCheckFailed: Done",
            "`Put` never fails with `DynamoDB.ConditionalCheckFailed`",
            "did you mean `DynamoDB.ConditionalCheckFailedException`?",
        ),
        (
            "after Put timed out: Done",
            "`Put` never times out: it has no timeout",
            "name a task with a timeout, or write `failed`",
        ),
        ("reachable Done timed out", "`Done` never times out", ""),
        ("output has stauts", "the output has no member `stauts`", "did you mean `status`?"),
    ] {
        let explorer = Explorer::new(&engine).unwrap().property(property.parse().unwrap());
        let error = explorer.explore().unwrap_err().to_string();
        assert!(error.starts_with(problem) && error.contains(help), "{property}: {error}");
    }
}
