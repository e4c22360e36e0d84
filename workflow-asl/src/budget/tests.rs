//! Budgets of small machines.

use serde_json::{Value, json};

use super::*;

fn budget(states: Value) -> Budget {
    let (machine, _) = StateMachine::read(&json!({"StartAt": "S", "States": states}));
    Budget::of(&machine, MachineType::Standard)
}

#[test]
fn the_longest_way_is_told_with_what_is_open() {
    let lambda = "arn:aws:states:::lambda:invoke";
    let budget = budget(json!({
        "S": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "A"}], "Default": "B"},
        "A": {"Type": "Task", "Resource": lambda, "TimeoutSeconds": 60, "Next": "T",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 2}]},
        "B": {"Type": "Wait", "Seconds": 100, "Next": "C"},
        "C": {"Type": "Pass", "Next": "T"},
        "T": {"Type": "Succeed"}}));
    let whole = &budget.executions[0];
    assert_eq!((whole.longest.seconds, whole.longest.open.len()), (3 * 60 + 10 + 20, 0));
    assert_eq!((whole.shortest, whole.limit, whole.own_limit), (0, 31_536_000, false));
    assert_eq!(whole.way, ["S", "B", "C", "T"]);
    assert_eq!((whole.transitions.fixed, whole.events.fixed), (4, 2 + 2 + 5 + 2));
    assert_eq!((budget.states[1].retries, budget.states[1].retry_events, budget.states[1].delays), (2, 3, 30));
    assert_eq!(budget.states[3].earliest, Some(100));
}

#[test]
fn what_is_not_known_is_open() {
    let budget = budget(json!({
        "S": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Next": "W"},
        "W": {"Type": "Wait", "TimestampPath": "$.t", "Next": "F"},
        "F": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true}}));
    let longest = &budget.executions[0].longest;
    let open: Vec<_> = longest.open.iter().map(|open| (open.state.as_str(), open.why)).collect();
    assert_eq!(open, [("S", "has no timeout"), ("W", "waits until a time")]);
    assert_eq!(longest.seconds, 900);
}

#[test]
fn maps_are_counted_by_their_items() {
    let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "J"}, "J": {"Type": "Wait", "Seconds": 7, "End": true}}});
    let over = budget(json!({"S": {"Type": "Map", "ItemProcessor": inner, "End": true}}));
    let whole = &over.executions[0];
    assert_eq!((whole.transitions.fixed, whole.transitions.each.as_slice()), (1, &[("S".to_owned(), 2)][..]));
    assert_eq!((whole.events.fixed, whole.events.each.as_slice()), (6, &[("S".to_owned(), 6)][..]));
    assert_eq!(whole.longest.open.len(), 1);
    let three =
        budget(json!({"S": {"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "MaxConcurrency": 2,
        "ItemProcessor": inner, "End": true}}));
    let whole = &three.executions[0];
    assert_eq!((whole.transitions.fixed, whole.events.fixed, whole.longest.seconds), (7, 24, 14));
}

#[test]
fn distributed_maps_have_executions_of_their_own() {
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}});
    let budget = budget(json!({"S": {"Type": "Map", "ItemProcessor": processor, "End": true}}));
    let [machine, item] = budget.executions.as_slice() else { panic!("{budget:?}") };
    assert_eq!((machine.events.fixed, machine.events.each.len()), (8, 0));
    assert_eq!((item.map.as_deref(), item.events.fixed, item.limit), (Some("S"), 4, 300));
}

#[test]
fn loops_are_told_with_their_turns() {
    let wait = json!({"Type": "Wait", "Seconds": 30, "Next": "S"});
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "C"});
    let choice = |to: &str| json!({"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": to}], "Default": "T"});
    let slow = budget(json!({"S": task, "C": choice("W"), "W": wait, "T": {"Type": "Succeed"}}));
    let [turn] = slow.loops.as_slice() else { panic!("{slow:?}") };
    assert_eq!((turn.turn.join(" "), turn.turn_events, turn.turn_seconds), ("S C W".to_owned(), 9, 30));
    assert_eq!((turn.turns_to_limit(), &turn.pace), (2777, &Pace::Slow("W".to_owned())));
    assert_eq!(slow.executions[0].longest.open, [Open { state: "S".to_owned(), why: "is in a loop" }]);
    let work = budget(json!({"S": task, "C": choice("S"), "T": {"Type": "Succeed"}}));
    assert_eq!(work.loops[0].pace, Pace::Changing("S".to_owned()));
    let idle = budget(json!({"S": {"Type": "Pass", "Next": "C"}, "C": choice("S"), "T": {"Type": "Succeed"}}));
    assert_eq!(idle.loops[0].pace, Pace::None(vec!["S".to_owned(), "C".to_owned()]));
}

#[test]
fn long_chains_take_no_stack_and_no_time() {
    let states = (0..20_000).map(|number| {
        let next = if number == 19_999 { 0 } else { number + 1 };
        let name = if number == 0 { "S".to_owned() } else { format!("N{number}") };
        let next = if next == 0 { "S".to_owned() } else { format!("N{next}") };
        (name, json!({"Type": "Wait", "Seconds": 1, "Next": next}))
    });
    let budget = budget(states.collect::<serde_json::Map<_, _>>().into());
    assert_eq!(budget.loops[0].states.len(), 20_000);
    assert_eq!(budget.executions[0].transitions.fixed, 20_000);
}
