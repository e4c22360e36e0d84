//! Tests the rules on retriers and catchers.

use super::*;
use workflow_cases::every;

#[test]
fn retriers_and_catchers() {
    let retry = |retry: Value| task(json!({"Retry": retry}));
    expect(&[
        (retry(json!([{"MaxAttempts": 1}])), &[(Code::MissingField, "/States/S/Retry/0")]),
        (retry(json!([{"ErrorEquals": []}])), &[(Code::EmptyList, "/States/S/Retry/0/ErrorEquals")]),
        (
            retry(json!([{"ErrorEquals": ["a", "States.ALL"]}])),
            &[(Code::StatesAllPlacement, "/States/S/Retry/0/ErrorEquals/1")],
        ),
        (
            retry(json!([{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["a"]}])),
            &[(Code::StatesAllPlacement, "/States/S/Retry/0/ErrorEquals/0")],
        ),
        (
            retry(json!([{"ErrorEquals": ["States.Timeuot"]}])),
            &[(Code::UnknownErrorName, "/States/S/Retry/0/ErrorEquals/0")],
        ),
        (
            retry(json!([{"ErrorEquals": ["States.TaskFaild", "E"]}])),
            &[(Code::UnknownErrorName, "/States/S/Retry/0/ErrorEquals/0")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "BackoffRate": 0.5}])),
            &[(Code::NumberOutOfRange, "/States/S/Retry/0/BackoffRate")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "MaxAttempts": -1}])),
            &[(Code::NumberOutOfRange, "/States/S/Retry/0/MaxAttempts")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "IntervalSeconds": 1.5}])),
            &[(Code::WrongType, "/States/S/Retry/0/IntervalSeconds")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "JitterStrategy": "HALF"}])),
            &[(Code::NotAllowedValue, "/States/S/Retry/0/JitterStrategy")],
        ),
        (task(json!({"Catch": [{"ErrorEquals": ["E"]}]})), &[(Code::MissingField, "/States/S/Catch/0")]),
        (
            task(json!({"Catch": [{"ErrorEquals": ["E"], "Next": "Gone"}]})),
            &[(Code::UnknownTarget, "/States/S/Catch/0/Next")],
        ),
    ]);
}

#[test]
fn handlers_that_never_match() {
    let retry = |retry: Value| task(json!({"Retry": retry}));
    let names = |lists: &[&[&str]]| lists.iter().map(|names| json!({"ErrorEquals": names})).collect::<Value>();
    let at = |entry: usize, name: usize| format!("/States/S/Retry/{entry}/ErrorEquals/{name}");
    let never = |at: &'static str| [(Code::NeverMatches, at)];
    expect(&[
        (retry(names(&[&["A"], &["B"], &["States.ALL"]])), &[]),
        (retry(names(&[&["A", "B"], &["C", "A"]])), &[(Code::NeverMatches, &at(1, 1))]),
        (retry(names(&[&["States.Runtime"]])), &never("/States/S/Retry/0/ErrorEquals/0")),
        (retry(names(&[&["States.NoChoiceMatched"]])), &never("/States/S/Retry/0/ErrorEquals/0")),
        (retry(names(&[&["States.TaskFailed"], &["A"]])), &never("/States/S/Retry/1/ErrorEquals/0")),
        (retry(names(&[&["States.TaskFailed"], &["States.Timeout"], &["States.DataLimitExceeded"]])), &[]),
        // A list of its own: what is retried first may be caught then.
        (task(json!({"Retry": names(&[&["A"]]), "Catch": [{"ErrorEquals": ["A"], "Next": "T"}]})), &[]),
        (
            task(json!({"Catch": [{"ErrorEquals": ["A"], "Next": "T"}, {"ErrorEquals": ["A"], "Next": "T"}]})),
            &never("/States/S/Catch/1/ErrorEquals/0"),
        ),
    ]);
}

#[test]
fn a_reserved_name_that_a_fail_state_raises_matches() {
    let branch = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "States.Enough"}}});
    let machine = |name: &str| {
        one(
            json!({"Type": "Parallel", "Branches": [branch], "Next": "T", "Catch": [{"ErrorEquals": [name], "Next": "T"}]}),
        )
    };
    let at = "/States/S/Catch/0/ErrorEquals/0";
    expect(&[(machine("States.Enough"), &[]), (machine("States.Enuff"), &[(Code::UnknownErrorName, at)])]);
    let found = check_definition(&machine("States.Timeuot"), MachineType::Standard);
    assert_eq!(found[0].help().as_deref(), Some("did you mean `States.Timeout`?"));
}

#[test]
fn longest_delays() {
    let retry = |fields: Value| {
        let mut retrier = json!({"ErrorEquals": ["E"]});
        for (key, value) in fields.as_object().unwrap() {
            retrier[key] = value.clone();
        }
        task(json!({"Retry": [retrier]}))
    };
    let at = "/States/S/Retry/0/MaxDelaySeconds";
    expect(&[
        (retry(json!({"IntervalSeconds": 5, "MaxDelaySeconds": 6})), &[]),
        (retry(json!({"IntervalSeconds": 5, "MaxDelaySeconds": 5})), &[(Code::MaxDelayNotLonger, at)]),
        (retry(json!({"MaxDelaySeconds": 1})), &[(Code::MaxDelayNotLonger, at)]),
        (retry(json!({"IntervalSeconds": "${I}", "MaxDelaySeconds": 1})), &[]),
        (retry(json!({"MaxDelaySeconds": 31_622_401})), &[(Code::NumberOutOfRange, at)]),
        (retry(json!({"MaxAttempts": 100_000_000})), &[(Code::NumberOutOfRange, "/States/S/Retry/0/MaxAttempts")]),
    ]);
}

#[test]
fn names_that_are_almost_reserved_or_twice_in_a_list() {
    let retry = |names: Value| task(json!({"Retry": [{"ErrorEquals": names}]}));
    let at = |i: usize| format!("/States/S/Retry/0/ErrorEquals/{i}");
    every(["State.ALL", "states.all", "STATES.TaskFailed"], |name| {
        assert_eq!(found(&retry(json!([name])), MachineType::Standard), [(Code::UnknownErrorName, at(0))], "{name}");
    });
    every([json!(["State.Closed"]), json!(["Stat.ALL"]), json!(["E", "F"])], |names| {
        assert_eq!(found(&retry(names), MachineType::Standard), []);
    });
    assert_eq!(found(&retry(json!(["E", "F", "E"])), MachineType::Standard), [(Code::NeverMatches, at(2))]);
}

#[test]
fn error_handlers_whose_own_errors_are_not_caught() {
    let call = |fields: Value| {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f"});
        for (key, value) in fields.as_object().unwrap() {
            state[key] = value.clone();
        }
        state
    };
    let all = |next: &str| json!([{"ErrorEquals": ["States.ALL"], "Next": next}]);
    let saga = |refund: Value, other: Value| {
        json!({"StartAt": "Pay", "States": {
            "Pay": call(json!({"Catch": all("Refund"), "Next": "Ship"})),
            "Ship": call(other),
            "Refund": call(refund),
            "Undone": {"Type": "Fail"},
        }})
    };
    let caught = || json!({"Catch": all("Undone"), "End": true});
    let refund = || json!({"Next": "Undone", "Retry": [{"ErrorEquals": ["States.ALL"]}]});
    let parallel = |handler: bool, catch: Option<Value>| {
        let inner = json!({"StartAt": "I", "States": {"I": call(json!({"End": true}))}});
        let mut state = json!({"Type": "Parallel", "Branches": [inner], "End": true});
        if let Some(catch) = catch {
            state["Catch"] = catch;
        }
        let first = if handler { call(json!({"Catch": all("B"), "End": true})) } else { state.clone() };
        let second = if handler { state } else { call(json!({"End": true})) };
        json!({"StartAt": "A", "States": {"A": first, "B": second, "C": {"Type": "Fail"}}})
    };
    let uncaught = |at: &'static str| [(Code::UncaughtHandler, at)];
    expect(&[
        (saga(refund(), caught()), &uncaught("/States/Refund")),
        (saga(json!({"Next": "Undone", "Catch": all("Undone")}), caught()), &[]),
        (
            saga(json!({"Next": "Undone", "Catch": [{"ErrorEquals": ["E"], "Next": "Undone"}]}), caught()),
            &uncaught("/States/Refund"),
        ),
        (saga(json!({"Next": "Undone", "Catch": "${Catch}"}), caught()), &[]),
        (saga(json!({"Next": "Undone", "Catch": [{"ErrorEquals": ["${E}"], "Next": "Undone"}]}), caught()), &[]),
        // Another task lets its errors pass, or runs `Refund` when nothing has failed.
        (saga(refund(), json!({"Catch": [{"ErrorEquals": ["E"], "Next": "Undone"}], "End": true})), &[]),
        (saga(refund(), json!({"Catch": all("Undone"), "Next": "Refund"})), &[]),
        // A handler around tasks, with and without a catcher, and tasks of which what is around catches all.
        (parallel(true, None), &[(Code::UncaughtHandler, "/States/B"), (Code::UnreachableState, "/States/C")]),
        (parallel(true, Some(all("C"))), &[]),
        (
            parallel(false, Some(all("B"))),
            &[(Code::UncaughtHandler, "/States/B"), (Code::UnreachableState, "/States/C")],
        ),
    ]);
    let definition = saga(refund(), caught());
    let (machine, _) = StateMachine::read(&definition);
    let annotations =
        Annotations { uncaught: [Pointer::root().child("States").child("Refund")].into(), ..Annotations::default() };
    assert_eq!(check_read(&machine, 0, MachineType::Standard, &annotations).found, []);
}
