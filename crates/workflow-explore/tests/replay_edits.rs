//! Edits of definitions, each with the expected verdict for a recorded execution.

use std::time::Duration;

use serde_json::{Value, json};
use workflow_explore::replay::{Recording, Replay, replay};
use workflow_local::{Answers, Engine, Execution, MachineType, TaskError};

fn lambda(name: &str, next: &str) -> Value {
    let mut state =
        json!({ "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{name}") });
    match next {
        "" => state["End"] = true.into(),
        next => state["Next"] = next.into(),
    }
    state
}

/// Returns an order: a choice, a task with retriers and a catcher, a wait, a callback, a map and a parallel.
fn order() -> Value {
    let mut review = lambda("review", "Charge");
    review["ResultPath"] = "$.review".into();
    json!({ "StartAt": "Prepare", "States": {
        "Prepare": { "Type": "Pass", "Parameters": { "order.$": "$.order", "total.$": "$.total" }, "Next": "GoodEnough" },
        "GoodEnough": { "Type": "Choice", "Default": "Charge",
            "Choices": [{ "Variable": "$.total", "NumericGreaterThanEquals": 100, "Next": "Review" }] },
        "Review": review,
        "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "charge", "Payload": { "amount.$": "$.total" } },
            "ResultSelector": { "receipt.$": "$.Payload.receipt" }, "ResultPath": "$.charge",
            "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refused" }],
            "Next": "Rest" },
        "Rest": { "Type": "Wait", "Seconds": 60, "Next": "Ship" },
        "Ship": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 600,
            "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/ship",
                "MessageBody": { "token.$": "$$.Task.Token", "order.$": "$.order" } },
            "ResultPath": "$.ship", "Next": "Each",
            "Catch": [{ "ErrorEquals": ["States.Timeout"], "Next": "Late" }] },
        "Each": { "Type": "Map", "ItemsPath": "$.order.items", "ResultPath": "$.packed", "Next": "Both",
            "ItemProcessor": { "StartAt": "Pack", "States": { "Pack": lambda("pack", "") } } },
        "Both": { "Type": "Parallel", "ResultPath": "$.both", "Next": "Done", "Branches": [
            { "StartAt": "Mail", "States": { "Mail": lambda("mail", "") } },
            { "StartAt": "Log", "States": { "Log": lambda("log", "Logged"), "Logged": { "Type": "Pass", "End": true } } },
        ] },
        "Done": { "Type": "Succeed" },
        "Refused": { "Type": "Fail", "Error": "Refused", "Cause": "no money" },
        "Late": { "Type": "Fail", "Error": "Late" },
    } })
}

fn order_engine() -> Engine {
    let shipped = Answers::new().then(json!({ "by": "Ada" })).after(Duration::from_secs(120));
    let engine = Engine::new(&order()).unwrap();
    engine
        .on_state_answers("Charge", Answers::new().fails(1, "Busy").then(json!({ "Payload": { "receipt": "r1" } })))
        .on_state_answers("Ship", shipped)
        .on_state("Pack", |item: Value| Ok(json!({ "packed": item })))
        .on_state("Mail", |_: Value| Ok("mailed"))
        .on_state("Log", |_: Value| Ok("logged"))
}

fn ran(engine: Engine, input: Value) -> Execution {
    engine.run(&input).unwrap()
}

fn input() -> Value {
    json!({ "order": { "items": ["a", "b"], "others": ["c"] }, "total": 50 })
}

/// Returns an execution in which the charge is declined.
fn declined() -> Execution {
    ran(order_engine().on_state("Charge", |_: Value| Err::<Value, _>(TaskError::new("Declined"))), input())
}

/// Returns an execution in which the shipment is never answered.
fn late() -> Execution {
    ran(order_engine().on_state_never("Ship"), input())
}

/// Returns a definition that reads the clock, random numbers and the names of executions.
fn volatile() -> Value {
    json!({ "StartAt": "Mark", "QueryLanguage": "JSONata", "States": {
        "Mark": { "Type": "Pass", "Next": "Tell", "Assign": { "id": "{% $uuid() %}" },
            "Output": { "at": "{% $now() %}", "n": "{% $random() %}", "entered": "{% $states.context.State.EnteredTime %}" } },
        "Tell": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Toss",
            "Arguments": { "FunctionName": "tell", "Payload": {
                "name": "{% $states.context.Execution.Name %}", "arn": "{% $states.context.Execution.Id %}",
                "started": "{% $states.context.Execution.StartTime %}", "id": "{% $id %}", "n": "{% $states.input.n %}",
                "millis": "{% $millis() %}", "kind": "order" } } },
        "Toss": { "Type": "Choice", "Default": "Tails", "Choices": [{ "Condition": "{% $random() < 0.1 %}", "Next": "Heads" }] },
        "Heads": { "Type": "Succeed", "Output": { "side": "heads", "id": "{% $id %}" } },
        "Tails": { "Type": "Succeed", "Output": { "side": "tails", "id": "{% $id %}" } },
    } })
}

fn volatile_run() -> Execution {
    // The start, the seed and the names are unknown to a replay.
    let engine = Engine::new(&volatile()).unwrap().named("elsewhere").seed(77);
    let engine = engine.start_time(workflow_local::Instant::from_millis(1_750_000_000_123));
    ran(engine.on_state("Tell", |_: Value| Ok(json!({}))), json!({}))
}

type Edit = Box<dyn Fn(&mut Value)>;

/// The recorded execution that an edit is played with.
#[derive(Clone, Copy)]
enum Of {
    Order,
    Declined,
    Late,
    Volatile,
}

fn set(pointer: &'static str, value: Value) -> Edit {
    Box::new(move |definition| {
        let (before, name) = pointer.rsplit_once('/').unwrap();
        match definition.pointer_mut(before).unwrap() {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value.clone(),
            other => other[name] = value.clone(),
        }
    })
}

fn remove(pointer: &'static str) -> Edit {
    Box::new(move |definition| {
        let (before, name) = pointer.rsplit_once('/').unwrap();
        match definition.pointer_mut(before).unwrap() {
            Value::Array(items) => drop(items.remove(name.parse().unwrap())),
            other => drop(other.as_object_mut().unwrap().remove(name)),
        }
    })
}

fn all(edits: Vec<Edit>) -> Edit {
    Box::new(move |definition| edits.iter().for_each(|edit| edit(definition)))
}

fn edits() -> Vec<(&'static str, Of, Edit, &'static str)> {
    use Of::{Declined, Late, Order, Volatile};
    let pass = |next: &str| json!({ "Type": "Pass", "Next": next });
    let rename = || -> Edit {
        Box::new(|definition| {
            let text = definition.to_string().replace("\"Charge\"", "\"Bill\"");
            *definition = serde_json::from_str(&text).unwrap();
        })
    };
    vec![
        ("nothing", Order, all(vec![]), "same path"),
        ("a comment", Order, set("/States/Charge/Comment", json!("takes the money")), "same path"),
        ("a state renamed", Order, rename(), "same path"),
        (
            "a bound moved over the value",
            Order,
            set("/States/GoodEnough/Choices/0/NumericGreaterThanEquals", json!(50)),
            "another path at `GoodEnough`: other state, then not called at `Review`",
        ),
        (
            "a bound moved beside the value",
            Order,
            set("/States/GoodEnough/Choices/0/NumericGreaterThanEquals", json!(51)),
            "same path",
        ),
        (
            "another default",
            Order,
            set("/States/GoodEnough/Default", json!("Rest")),
            "another path at `GoodEnough`: other state",
        ),
        (
            "a state inserted",
            Order,
            all(vec![set("/States/Prepare/Next", json!("Check")), set("/States/Check", pass("GoodEnough"))]),
            "another path at `Prepare`: other state",
        ),
        (
            "a state left out",
            Order,
            all(vec![set("/States/Charge/Next", json!("Ship")), remove("/States/Rest")]),
            "another path at `Charge`: other state",
        ),
        ("a longer wait", Order, set("/States/Rest/Seconds", json!(3600)), "same path"),
        ("a shorter wait", Order, set("/States/Rest/Seconds", json!(1)), "same path"),
        ("no retrier", Order, remove("/States/Charge/Retry"), "another path at `Charge`: fewer attempts"),
        (
            "a retrier of another error",
            Order,
            set("/States/Charge/Retry/0/ErrorEquals", json!(["Slow"])),
            "another path at `Charge`: fewer attempts",
        ),
        ("a longer delay of a retrier", Order, set("/States/Charge/Retry/0/IntervalSeconds", json!(30)), "same path"),
        ("more attempts than were needed", Order, set("/States/Charge/Retry/0/MaxAttempts", json!(9)), "same path"),
        (
            "another request",
            Order,
            set("/States/Charge/Parameters/Payload/amount.$", json!("States.MathAdd($.total, 1)")),
            "another path at `Charge`: other request $.Payload.amount",
        ),
        (
            "one more member of a request",
            Order,
            set("/States/Charge/Parameters/Payload/currency", json!("EUR")),
            "another path at `Charge`: other request $.Payload.currency",
        ),
        (
            "another function",
            Order,
            set("/States/Charge/Parameters/FunctionName", json!("bill")),
            "another path at `Charge`: other request $.FunctionName",
        ),
        (
            "another resource",
            Order,
            set("/States/Charge/Resource", json!("arn:aws:states:::aws-sdk:lambda:invoke")),
            "answer missing at `Charge`: other resource",
        ),
        (
            "another queue",
            Order,
            set("/States/Ship/Parameters/QueueUrl", json!("https://sqs.us-east-1.amazonaws.com/123456789012/x")),
            "another path at `Ship`: other request $.QueueUrl",
        ),
        (
            "a timeout before the answer",
            Order,
            set("/States/Ship/TimeoutSeconds", json!(100)),
            "another path at `Ship`: other state",
        ),
        ("a shorter timeout after the answer", Order, set("/States/Ship/TimeoutSeconds", json!(121)), "same path"),
        (
            "no callback",
            Order,
            all(vec![
                set("/States/Ship/Resource", json!("arn:aws:states:::sqs:sendMessage")),
                set("/States/Ship/Parameters/MessageBody", json!("x")),
            ]),
            "answer missing at `Ship`: other resource",
        ),
        (
            "heartbeats that nothing shows",
            Order,
            set("/States/Ship/HeartbeatSeconds", json!(30)),
            "answer missing at `Ship`: heartbeats",
        ),
        ("heartbeats that take longer", Order, set("/States/Ship/HeartbeatSeconds", json!(130)), "same path"),
        (
            "other items",
            Order,
            set("/States/Each/ItemsPath", json!("$.order.others")),
            "another path at `Each`: other number of items",
        ),
        ("one iteration at a time", Order, set("/States/Each/MaxConcurrency", json!(1)), "same path"),
        (
            "an item selector",
            Order,
            set("/States/Each/ItemSelector", json!({ "item.$": "$$.Map.Item.Value" })),
            "another path at `Pack`: other request $",
        ),
        (
            "another function in a map",
            Order,
            set(
                "/States/Each/ItemProcessor/States/Pack/Resource",
                json!("arn:aws:lambda:us-east-1:123456789012:function:wrap"),
            ),
            "answer missing at `Pack`: other resource",
        ),
        (
            "one more state in a map",
            Order,
            all(vec![
                remove("/States/Each/ItemProcessor/States/Pack/End"),
                set("/States/Each/ItemProcessor/States/Pack/Next", json!("Label")),
                set("/States/Each/ItemProcessor/States/Label", json!({ "Type": "Pass", "End": true })),
            ]),
            "another path at `Pack`: other state",
        ),
        (
            "one more branch that calls a task",
            Order,
            Box::new(|definition| {
                let branch = json!({ "StartAt": "Count", "States": { "Count": lambda("count", "") } });
                definition["States"]["Both"]["Branches"].as_array_mut().unwrap().push(branch);
            }),
            "answer missing at `Count`: not called",
        ),
        (
            "one more branch",
            Order,
            Box::new(|definition| {
                let branch = json!({ "StartAt": "Count", "States": { "Count": { "Type": "Pass", "End": true } } });
                definition["States"]["Both"]["Branches"].as_array_mut().unwrap().push(branch);
            }),
            "another path at `Done`: other end $.both[2]",
        ),
        ("one branch less", Order, remove("/States/Both/Branches/1"), "another path at `Done`: other end $.both[1]"),
        (
            "branches in another order",
            Order,
            Box::new(|definition| {
                definition["States"]["Both"]["Branches"].as_array_mut().unwrap().reverse();
            }),
            "another path at `Done`: other end $.both[0]",
        ),
        (
            "a branch that begins otherwise",
            Order,
            all(vec![
                set("/States/Both/Branches/1/StartAt", json!("Before")),
                set("/States/Both/Branches/1/States/Before", pass("Log")),
            ]),
            "another path at the start: other state",
        ),
        (
            "a Fail state in place of the end",
            Order,
            set("/States/Done", json!({ "Type": "Fail", "Error": "No" })),
            "another path at `Done`: other end",
        ),
        (
            "another output",
            Order,
            set("/States/Done", json!({ "Type": "Pass", "Result": { "ok": true }, "End": true })),
            "another path at `Done`: other end $.total",
        ),
        (
            "a result that is not kept",
            Order,
            set("/States/Charge/ResultPath", Value::Null),
            "another path at `Mail`: other request $.charge",
        ),
        (
            "another part of a result",
            Order,
            set("/States/Charge/ResultSelector", json!({ "all.$": "$.Payload" })),
            "another path at `Mail`: other request $.charge.receipt",
        ),
        (
            "data that go to the output",
            Order,
            set("/States/Prepare/Parameters/more", json!(1)),
            "another path at `Mail`: other request $.more",
        ),
        (
            "a catcher that is not needed",
            Order,
            set("/States/Each/Catch", json!([{ "ErrorEquals": ["States.ALL"], "Next": "Late" }])),
            "same path",
        ),
        (
            "a time limit of the execution",
            Order,
            set("/TimeoutSeconds", json!(90)),
            "another path at `Ship`: other state",
        ),
        (
            "another start",
            Order,
            all(vec![set("/StartAt", json!("GoodEnough")), remove("/States/Prepare")]),
            "another path at the start: other state",
        ),
        (
            "an error that is not caught",
            Declined,
            all(vec![remove("/States/Charge/Catch"), remove("/States/Refused")]),
            "another path at `Charge`: other state",
        ),
        (
            "another catcher",
            Declined,
            all(vec![set("/States/Charge/Catch/0/Next", json!("Late")), remove("/States/Refused")]),
            "another path at `Charge`: other state",
        ),
        (
            "a retrier of the error",
            Declined,
            set("/States/Charge/Retry/0/ErrorEquals", json!(["Busy", "Declined"])),
            "answer missing at `Charge`: no more attempts",
        ),
        (
            "another cause",
            Declined,
            set("/States/Refused/Cause", json!("no credit")),
            "another path at `Refused`: other end",
        ),
        (
            "another error",
            Declined,
            set("/States/Refused/Error", json!("NoMoney")),
            "another path at `Refused`: other end",
        ),
        ("nothing, of an execution that failed", Declined, all(vec![]), "same path"),
        ("what the execution did not reach", Declined, set("/States/Rest/Seconds", json!(7)), "same path"),
        (
            "a longer timeout",
            Late,
            set("/States/Ship/TimeoutSeconds", json!(1200)),
            "answer missing at `Ship`: timed out",
        ),
        ("no timeout", Late, remove("/States/Ship/TimeoutSeconds"), "answer missing at `Ship`: timed out"),
        ("a shorter timeout", Late, set("/States/Ship/TimeoutSeconds", json!(60)), "same path"),
        (
            "a timeout that is not caught",
            Late,
            all(vec![remove("/States/Ship/Catch"), remove("/States/Late")]),
            "another path at `Ship`: other state",
        ),
        (
            "a timeout that is retried",
            Late,
            set("/States/Ship/Retry", json!([{ "ErrorEquals": ["States.Timeout"] }])),
            "answer missing at `Ship`: no more attempts",
        ),
        ("nothing, with clock, chance and names", Volatile, all(vec![]), "same path"),
        (
            "a request beside them",
            Volatile,
            set("/States/Tell/Arguments/Payload/kind", json!("bill")),
            "another path at `Tell`: other request $.Payload.kind",
        ),
        (
            "a type beside them",
            Volatile,
            set("/States/Mark/Output/n", json!("{% $string($random()) %}")),
            "another path at `Tell`: other request $.Payload.n",
        ),
        (
            "another threshold of chance",
            Volatile,
            set("/States/Toss/Choices/0/Condition", json!("{% $random() < 0.2 %}")),
            "same path",
        ),
        (
            "no chance left",
            Volatile,
            set("/States/Toss/Choices/0/Condition", json!("{% $random() < 2 %}")),
            "another path at `Toss`: other state",
        ),
    ]
}

/// Formats the verdict, the state and the difference as one line.
fn line(replay: &Replay) -> String {
    let mut line = replay.verdict().name().to_owned();
    if let Some((state, _)) = replay.place() {
        line += &state.map_or_else(|| " at the start".to_owned(), |state| format!(" at `{state}`"));
    }
    if let Some(difference) = &replay.difference {
        line += &format!(": {}", difference.kind);
        if let Some(path) = difference.paths.first() {
            line += &format!(" {}", path.path);
        }
    }
    if let Some(missing) = &replay.missing {
        assert!(missing.to_string().starts_with(&format!("`{}` ", missing.state)), "{missing}");
    }
    match (&replay.missing, &replay.difference) {
        (Some(missing), None) => line += &format!(": {}", missing.reason),
        (Some(missing), Some(_)) => line += &format!(", then {} at `{}`", missing.reason, missing.state),
        (None, _) => {}
    }
    line
}

#[test]
fn edits_have_their_verdicts() {
    let edits = edits();
    assert!(edits.len() >= 40, "{}", edits.len());
    let recorded = |of| match of {
        Of::Order => (order(), ran(order_engine(), input())),
        Of::Declined => (order(), declined()),
        Of::Late => (order(), late()),
        Of::Volatile => (volatile(), volatile_run()),
    };
    let mut failures = Vec::new();
    for (name, of, edit, expected) in edits {
        let (mut definition, execution) = recorded(of);
        let mut recording = Recording::of(&execution).unwrap();
        recording.definition = Some(definition.clone());
        edit(&mut definition);
        let found = match Engine::new(&definition) {
            Ok(engine) => match replay(&engine, &recording) {
                Ok(replay) => line(&replay),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        if found != expected {
            failures.push(format!("{name}:\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(failures.is_empty(), "{} edits:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_same_execution_lasts_too_long_as_an_express_one() {
    let definition = json!({ "StartAt": "Rest", "States": { "Rest": { "Type": "Wait", "Seconds": 301, "Next": "Done" },
        "Done": { "Type": "Succeed" } } });
    let engine = Engine::new(&definition).unwrap();
    let recording = Recording::of(&engine.run(&json!({})).unwrap()).unwrap();
    replay(&engine, &recording).unwrap().assert_same_way();
    let express = replay(&engine.machine_type(MachineType::Express), &recording).unwrap();
    assert_eq!(line(&express), "another path at `Rest`: other state", "{express}");
    assert_eq!(express.execution.status(), workflow_local::Status::TimedOut);
}

#[test]
fn without_the_old_definition_a_renamed_state_is_another_one() {
    let recording = Recording::of(&ran(order_engine(), input())).unwrap();
    let text = order().to_string().replace("\"Charge\"", "\"Bill\"");
    let renamed = replay(&Engine::from_text(&text).unwrap(), &recording).unwrap();
    assert_eq!(line(&renamed), "another path at `GoodEnough`: other state, then not called at `Bill`");
}

#[test]
fn a_message_names_events_states_and_paths() {
    let mut definition = order();
    definition["States"]["Prepare"]["Parameters"]["total.$"] = "States.MathAdd($.total, 60)".into();
    let recording = Recording::of(&ran(order_engine(), input())).unwrap();
    let replayed = replay(&Engine::new(&definition).unwrap(), &recording).unwrap();
    assert_eq!(
        replayed.to_string(),
        "another path from event 6: `GoodEnough` is followed by `Review` instead of `Charge`\n  \
         the data differ since event 3, the exit of `Prepare`: $.total: recorded 50, now 110\n  \
         then an answer is missing: `Review` calls arn:aws:lambda:us-east-1:123456789012:function:review, and the history has no \
         call of `Review` there\n"
    );
}

#[test]
fn paths_name_the_innermost_values() {
    let gives = |result: &Value| {
        let definition =
            json!({ "StartAt": "Give", "States": { "Give": { "Type": "Pass", "Result": result, "End": true } } });
        Engine::new(&definition).unwrap()
    };
    let error = |error: &str, cause: &str| json!({ "Error": error, "Cause": cause });
    for (recorded, replayed, expected) in [
        (
            json!({ "a": [1, { "b b": 2 }], "c": 1.0, "d": "x" }),
            json!({ "a": [1, { "b b": 3 }, 4], "c": 1, "e": null }),
            &[
                "$.a[1]['b b']: recorded 2, now 3",
                "$.a[2]: recorded nothing, now 4",
                "$.d: recorded \"x\", now nothing",
                "$.e: recorded nothing, now null",
            ][..],
        ),
        // The service words the causes of its own errors.
        (error("States.Runtime", "a"), error("States.Runtime", "b"), &[]),
        (error("Busy", "a"), error("Busy", "b"), &["$.Cause: recorded \"a\", now \"b\""]),
    ] {
        let recording = Recording::of(&ran(gives(&recorded), json!({}))).unwrap();
        let replay = replay(&gives(&replayed), &recording).unwrap();
        let paths = replay.difference.iter().flat_map(|difference| &difference.paths).map(ToString::to_string);
        assert_eq!(paths.collect::<Vec<_>>(), expected, "{replay}");
        let json = replay.to_json();
        let values = json["difference"]["paths"].as_array().map_or(0, Vec::len);
        assert_eq!(values, expected.len(), "{json}");
        assert_eq!(json["difference"]["paths"][1].get("recorded"), None, "{json}");
    }
}
