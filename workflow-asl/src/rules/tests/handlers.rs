//! Retriers and catchers.

use super::*;

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
    assert_eq!(found[0].help.as_deref(), Some("did you mean `States.Timeout`?"));
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
    for name in ["State.ALL", "states.all", "STATES.TaskFailed"] {
        assert_eq!(found(&retry(json!([name])), MachineType::Standard), [(Code::UnknownErrorName, at(0))], "{name}");
    }
    for names in [json!(["State.Closed"]), json!(["Stat.ALL"]), json!(["E", "F"])] {
        assert_eq!(found(&retry(names), MachineType::Standard), []);
    }
    assert_eq!(found(&retry(json!(["E", "F", "E"])), MachineType::Standard), [(Code::NeverMatches, at(2))]);
}
