//! Compares simulations with closed forms and with AWS's pricing examples, and checks the errors of invalid models.

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::source::Format;
use workflow_explore::simulate::{
    Crossover, Model, PRICES, Prices, Simulation, SimulationReport, express_gb_hours, express_memory,
};
use workflow_local::Engine;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn simulate(
    definition: &Value,
    model: &Model,
    executions: u64,
) -> Result<SimulationReport, Box<dyn std::error::Error>> {
    let engine = Engine::new(definition)?;
    Ok(Simulation::new(&engine, model)?.executions(executions).seed(1).run()?)
}

/// Returns a model whose states all have this one.
fn all(task: Value) -> Model {
    Model::of(&json!({ "default": task })).unwrap()
}

/// Returns a model of the states.
fn model(states: Value) -> Model {
    Model::of(&json!({ "states": states })).unwrap()
}

#[track_caller]
fn within(found: f64, expected: f64, percent: f64) {
    assert!((found / expected - 1.0).abs() < percent / 100.0, "expected {expected}, found {found}");
}

#[test]
fn a_retry_chain_is_as_its_closed_form() {
    let definition = json!({ "StartAt": "Try", "States": { "Try": { "Type": "Task", "Resource": FUNCTION,
        "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4 }], "End": true } } });
    let (mean, fails): (f64, f64) = (0.7, 0.4);
    let task = json!({ "latency": { "exponential": mean }, "failures": { "Busy": fails }, "output": {} });
    let report = simulate(&definition, &model(json!({ "Try": task })), 50_000).unwrap();
    // Attempt k, from 0, is made when the k before it have failed; the backoff before it is 2·3^(k-1) seconds.
    let attempts: f64 = (0..=4).map(|k| fails.powi(k)).sum();
    let back_off: f64 = (1..=4).map(|k| fails.powi(k) * 2.0 * 3_f64.powi(k - 1)).sum();
    within(report.duration.mean, attempts * mean + back_off, 1.0);
    within(report.retries.mean, attempts - 1.0, 1.0);
    within(report.transitions.mean, attempts, 1.0);
    within(report.success_share(), 1.0 - fails.powi(5), 1.0);
    within(report.states[0].share.unwrap(), 1.0, 0.01);
    assert_eq!(report.outcomes[1].error.as_deref(), Some("Busy"));
}

#[test]
fn a_parallel_of_exponentials_is_as_its_closed_form() {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let branches: Vec<_> = ["A", "B", "C", "D", "E"].map(branch).into();
    let definition =
        json!({ "StartAt": "All", "States": { "All": { "Type": "Parallel", "Branches": branches, "End": true } } });
    let mean = 10.0;
    let engine = Engine::new(&definition).unwrap();
    let model = all(json!({ "latency": { "exponential": mean }, "output": {} }));
    let report = Simulation::new(&engine, &model).unwrap().executions(30_000).seed(1).without_gains().run().unwrap();
    // The mean of the largest of five is H(5) times the mean of one; its distribution function is the fifth power.
    within(report.duration.mean, mean * (1..=5).map(|k| 1.0 / f64::from(k)).sum::<f64>(), 1.0);
    let percentile = |share: f64| -mean * (1.0 - share.powf(0.2)).ln();
    within(report.duration.p50, percentile(0.5), 1.0);
    within(report.duration.p90, percentile(0.9), 1.0);
    within(report.duration.p99, percentile(0.99), 1.5);
    assert_eq!(report.transitions.max, 6.0);
    let of = |name: &str| report.states.iter().find(|state| state.state == name).unwrap();
    within(of("A").time.unwrap(), mean, 1.0);
    within(of("All").share.unwrap(), 1.0, 0.01);
}

#[test]
fn the_task_on_the_critical_path_is_the_one_to_make_faster() {
    let task = |next: &str| json!({ "Type": "Task", "Resource": FUNCTION, "Next": next });
    let alone = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let definition = json!({ "StartAt": "First", "States": {
        "First": task("Both"),
        "Both": { "Type": "Parallel", "Branches": [alone("Slow"), alone("Quick")], "End": true } } });
    let takes = |seconds: f64| json!({ "latency": seconds, "output": {} });
    let model = model(json!({ "First": takes(4.0), "Slow": takes(10.0), "Quick": takes(9.0) }));
    let report = simulate(&definition, &model, 100).unwrap();
    let gains: Vec<_> = report.gains.iter().map(|gain| (gain.state.as_str(), gain.p50, gain.p99)).collect();
    // Half of `Slow` is five seconds, but `Quick` takes nine of its ten.
    assert_eq!(gains, [("First", 2.0, 2.0), ("Slow", 1.0, 1.0), ("Quick", 0.0, 0.0)]);
    assert!(
        report.to_string().contains("make `First` faster: it moves the median and the 99th percentile most"),
        "{report}"
    );
}

/// <https://aws.amazon.com/step-functions/pricing/>, its examples of Express executions; the prices of Standard executions and
/// of 11.3 seconds are an example of AWS's workshop on Step Functions (module 13, Review the Cost Impact).
#[test]
fn prices_are_those_of_awss_examples() {
    assert_eq!(express_memory(50_000, 32_000, 400), 62.85);
    let hours = express_gb_hours(10_000, 62.85) * 100e6;
    assert!((hours - 17_361.11).abs() < 0.005, "{hours}");
    let (requests, duration) = PRICES.express(100e6, hours);
    assert_eq!(format!("{requests:.2} {duration:.2} {:.2}", requests + duration), "100.00 382.97 482.97");

    assert_eq!(PRICES.transitions(3.0 * 1_000.0), 0.075);
    let (request, duration) = PRICES.express(1_000.0, express_gb_hours(11_300, 50.0) * 1_000.0);
    assert_eq!(format!("{:.4}", request + duration), "0.0128");
    // 100 ms at 64 MB, as the page lists it.
    assert_eq!(format!("{:.10}", PRICES.express(0.0, express_gb_hours(1, 50.0)).1), "0.0000001042");
}

#[test]
fn the_cost_of_executions_follows_from_their_transitions_and_time() {
    let definition = json!({ "StartAt": "Do", "States": {
        "Do": { "Type": "Task", "Resource": FUNCTION, "Next": "Done" }, "Done": { "Type": "Succeed" } } });
    let report = simulate(&definition, &all(json!({ "latency": 0.95, "output": {} })), 10).unwrap();
    let [standard, express] = report.costs.as_slice() else { panic!("{report}") };
    // Two transitions; a second of 64 MB, which is 17.36 GB-hours for a million.
    assert_eq!(format!("{:.2} {:.2}", standard.total(), express.total()), "50.00 2.04");
    assert_eq!((standard.machine_type, express.memory), (MachineType::Standard, 64.0));
}

fn chain() -> Value {
    json!({ "StartAt": "Charge", "States": {
        "Charge": { "Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": 5, "Retry": [
            { "ErrorEquals": ["Busy", "States.Timeout"], "MaxAttempts": 2, "JitterStrategy": "FULL" }], "Next": "Wait" },
        "Wait": { "Type": "Wait", "Seconds": 3, "Next": "Ship" },
        "Ship": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "HeartbeatSeconds": 60,
            "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" }, "End": true } } })
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let model = Model::read(
        br#"{ "inputs": [{ "value": { "n": 1 }, "weight": 3 }, { "value": { "n": 2 } }],
              "default": { "latency": { "lognormal": { "mean": "800ms", "deviation": 2 } }, "output": {} },
              "states": { "Charge": { "failures": { "Busy": 0.1, "States.Timeout": 0.05 } },
                          "Ship": { "latency": { "uniform": ["1m", "3h"] }, "failures": { "States.HeartbeatTimeout": 0.2 } } } }"#,
        Format::Json,
    )
    .unwrap();
    let engine = Engine::new(&chain()).unwrap();
    let report =
        |seed: u64| Simulation::new(&engine, &model).unwrap().executions(500).seed(seed).run().unwrap().to_json();
    assert_eq!(report(7), report(7));
    assert_ne!(report(7)["duration"], report(8)["duration"]);
    // A worker that takes hours beats each minute; one that is silent does not.
    let outcomes = report(7)["outcomes"].clone();
    let errors: Vec<_> = outcomes.as_array().unwrap().iter().map(|outcome| outcome["error"].clone()).collect();
    assert!(errors.contains(&json!("States.Timeout")) && !errors.contains(&json!("States.Runtime")), "{errors:?}");
    assert!(outcomes[0]["share"].as_f64().unwrap() > 0.7, "{outcomes}");
}

#[test]
fn limits_of_aws_are_reported() {
    let slow = json!({ "StartAt": "Do", "States": { "Do": { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let takes = |seconds: f64| all(json!({ "latency": seconds, "output": {} }));
    let engine = Engine::new(&slow).unwrap();
    let run = |engine: &Engine| Simulation::new(engine, &takes(301.0)).unwrap().executions(3).run().unwrap();
    let report = run(&engine);
    assert!(!report.exceeds_limits() && report.beyond.express_time == 3);
    assert!(report.to_string().contains("as Express, 3 of 3 executions would be ended after five minutes"), "{report}");
    let report = run(&engine.machine_type(MachineType::Express));
    assert!(report.exceeds_limits() && report.outcomes[0].status == "TIMED_OUT");
    assert_eq!(report.duration.max, 300.0);

    let endless = json!({ "StartAt": "Do", "States": {
        "Do": { "Type": "Task", "Resource": FUNCTION, "Next": "Done?" },
        "Done?": { "Type": "Choice", "Default": "Rest", "Choices": [{ "Variable": "$.done", "IsPresent": true, "Next": "Done" }] },
        "Done": { "Type": "Succeed" },
        "Rest": { "Type": "Wait", "Seconds": 1, "Next": "Do" } } });
    let report = simulate(&endless, &takes(0.1), 1).unwrap();
    assert!(report.exceeds_limits() && report.beyond.events == 1, "{report}");
    assert!(report.to_string().contains("limit: 1 of 1 executions are ended by the limit of 25,000 history events"));
}

#[test]
fn distributed_maps_get_the_items_of_the_model() {
    let definition = json!({ "StartAt": "Each", "States": { "Each": { "Type": "Map", "MaxConcurrency": 2, "End": true,
        "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSON" },
            "Parameters": { "Bucket": "b", "Key": "k" } },
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" }, "StartAt": "Do",
            "States": { "Do": { "Type": "Task", "Resource": FUNCTION, "End": true } } } } } });
    let task = json!({ "latency": 2, "output": {} });
    let items = json!({ "items": { "count": { "uniform": [4.0, 4.4] }, "value": { "id": 1 } } });
    let report = simulate(&definition, &model(json!({ "Do": task, "Each": items })), 5).unwrap();
    // Four items, two at a time.
    assert_eq!((report.duration.p50, report.states[1].visits), (4.0, 4.0));
    // The map is one transition; its Express children are billed by themselves.
    let standard = &report.costs[0];
    assert_eq!((standard.transitions, standard.requests), (125.0, 4.0));
    assert!(report.not_possible.is_some() && report.costs.len() == 1, "{report}");

    let error = simulate(&definition, &model(json!({ "Do": task })), 1).unwrap_err().to_string();
    assert!(error.contains("the model has no items for the map `Each`, which reads them"), "{error}");
}

#[test]
fn a_wrong_model_is_an_error_at_the_word() {
    let engine = Engine::new(&chain()).unwrap();
    let with = |states: &str| {
        format!("{{ \"default\": {{ \"latency\": 1, \"output\": {{}} }},\n  \"states\": {{ {states} }} }}")
    };
    for (text, expected) in [
        (with(r#""Charg": {}"#), "line 2, column 15: unknown state `Charg`\n  help: did you mean `Charge`?"),
        (with(r#""Wait": { "latency": 1 }"#), "line 2, column 15: `Wait` is a Wait state: only tasks and maps"),
        (
            with(r#""Ship": { "failures": { "A": -0.1 } }"#),
            "line 2, column 44: expected a probability from 0 to 1, found -0.1",
        ),
        (
            with(r#""Ship": { "failures": { "A": 0.6, "B": 0.5 } }"#),
            "line 2, column 25: the probabilities add up to 1.1, which is above 1",
        ),
        (with(r#""Ship": { "failures": { "": 0.1 } }"#), "line 2, column 43: an error must have a name"),
        (with(r#""Ship": { "latency": "-2s" }"#), "line 2, column 36: \"-2s\" is below 0"),
        (with(r#""Ship": { "latency": "soon" }"#), "line 2, column 36: expected a time"),
        (
            with(r#""Ship": { "latency": { "expo": 1 } }"#),
            "line 2, column 38: unknown distribution `expo`\n  help: the known ones are `constant`",
        ),
        (with(r#""Ship": { "latency": { "unifrm": [1, 2] } }"#), "help: did you mean `uniform`?"),
        (with(r#""Ship": { "latency": { "uniform": [2, 1] } }"#), "the first is above the second: 2, 1"),
        (with(r#""Ship": { "latency": { "p50": 2, "p99": 1 } }"#), "line 2, column 55: `p99` is below `p50`"),
        (
            with(r#""Ship": { "latency": { "p99": 0, "p50": 0 } }"#),
            "line 2, column 45: expected a number above 0, found 0",
        ),
        (with(r#""Ship": { "latency": { "p50": 2 } }"#), "line 2, column 25: expected at least two percentiles"),
        (with(r#""Ship": { "latency": { "samples": [] } }"#), "line 2, column 38: expected at least one sample"),
        (
            with(r#""Ship": { "latency": { "lognormal": { "mean": 0, "deviation": 1 } } }"#),
            "line 2, column 38: expected a number above 0, found 0",
        ),
        (
            with(r#""Ship": { "latency": { "lognormal": { "mean": 1e-300, "deviation": 1e300 } } }"#),
            "line 2, column 38: ",
        ),
        (with(r#""Ship": { "latency": { "uniform": [1] } }"#), "expected a list of the minimum and the maximum"),
        (with(r#""Ship": { "outputs": [{ "value": 1, "weight": 0 }] }"#), "line 2, column 25: all weights are 0"),
        ("{ \"inputs\": [{ \"value\": 1, \"weight\": 0 }] }".to_owned(), "line 1, column 3: all weights are 0"),
        (with(r#""Ship": { "latency": { "p50": 2, "p98": 1 } }"#), "line 2, column 48: unknown percentile `p98`"),
        (
            with(r#""Ship": { "latncy": 1 }"#),
            "line 2, column 25: unknown member `latncy`\n  help: did you mean `latency`?",
        ),
        (
            with(r#""Ship": { "output": 1, "outputs": [] }"#),
            "line 2, column 38: `output` and `outputs` exclude each other",
        ),
        (with(r#""Ship": { "outputs": [{ "value": 1, "weight": -1 }] }"#), "expected a weight of at least 0, found -1"),
        (
            with(r#""Charge": { "failures": { "States.HeartbeatTimeout": 0.1 } }"#),
            "line 2, column 41: the task `Charge` cannot miss a heartbeat: it has no `HeartbeatSeconds`",
        ),
        (with(r#""Ship": { "failures": { "States.ALL": 0.1 } }"#), "no task fails with it"),
        (with(r#""Ship": { "items": [1] }"#), "line 2, column 25: `Ship` is a task: only maps have items"),
        (
            r#"{ "states": { "Charge": { "latency": 1 } } }"#.to_owned(),
            "line 1, column 15: the model has no `output` for the task `Charge`\n  help: give it to the state, or to all tasks",
        ),
        (
            "{ \"states\": {} }".to_owned(),
            "line 1, column 3: the model has neither `latency` nor `output` for the task `Charge`",
        ),
        ("{ \"default\": ".to_owned(), "line 1, column"),
        ("[]".to_owned(), "line 1, column 1: expected an object with the model, found an empty list"),
    ] {
        let error = match Model::read(text.as_bytes(), Format::Json) {
            Err(error) => error.to_string(),
            Ok(model) => match Simulation::new(&engine, &model).unwrap().executions(1).run() {
                Err(error) => error.to_string(),
                Ok(report) => panic!("{text} is taken: {report}"),
            },
        };
        assert!(error.contains(expected), "{text}\nexpected {expected}\nfound {error}");
    }
}

#[test]
fn a_model_that_fits_may_still_be_doubtful() {
    let definition = json!({ "StartAt": "Put", "States": { "Put": { "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": { "TableName": "t", "Item": {} }, "End": true } } });
    let task = |error: &str| all(json!({ "latency": 0.01, "failures": { error: 0.1 }, "output": {} }));
    let report = |error: &str| simulate(&definition, &task(error), 10).unwrap();
    assert!(report("DynamoDB.ConditionalCheckFailedException").notes.is_empty());
    assert_eq!(report("DynamoDB.Foo").notes, ["the API of the task `Put` is not known to fail with `DynamoDB.Foo`"]);
    let engine = Engine::new(&definition).unwrap();
    assert!(Simulation::new(&engine, &Model::default()).unwrap().executions(0).run().is_err());
}

#[test]
fn the_states_of_children_have_no_time_in_the_execution() {
    let processor = json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "One",
        "States": { "One": { "Type": "Wait", "Seconds": 5, "End": true } } });
    let engine = Engine::new(&json!({ "StartAt": "All", "States": {
        "All": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": true } } }))
    .unwrap();
    let model = Model::of(&json!({ "input": { "items": [1, 2] } })).unwrap();
    let report = Simulation::new(&engine, &model).unwrap().executions(10).run().unwrap();
    let [all, one] = report.states.as_slice() else { panic!("{report}") };
    assert_eq!((all.time, one.visits, one.time, one.share), (Some(5.0), 2.0, None, None), "{report}");
    let line = report.to_string().lines().find(|line| line.contains("One")).unwrap_or_default().to_owned();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["One", "2", "0", "-", "-"], "{report}");
}

#[test]
fn a_distributed_map_bills_a_transition_for_each_child() {
    let child = |kind: &str| {
        json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": kind }, "StartAt": "Do", "States": {
            "Do": { "Type": "Task", "Resource": FUNCTION, "End": true } } })
    };
    let definition = |kind: &str| {
        json!({ "StartAt": "Each", "States": {
            "Each": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": child(kind), "End": true } } })
    };
    let input = json!({ "items": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
    let model = Model::of(&json!({ "input": input, "default": { "latency": 2, "output": {} } })).unwrap();
    let of = |kind: &str| simulate(&definition(kind), &model, 5).unwrap().costs[0].clone();
    // The map and its ten children; Express children cost their starts and time, Standard ones their transitions.
    assert_eq!(format!("{:.2} {:.2}", of("EXPRESS").transitions, of("EXPRESS").requests), "275.00 10.00");
    assert_eq!(format!("{:.2}", of("STANDARD").total()), "525.00");
}

#[test]
fn volume_and_free_tier_are_billed_and_the_cheaper_type_changes() {
    let definition =
        json!({ "StartAt": "Do", "States": { "Do": { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let model = |seconds: f64| all(json!({ "latency": seconds, "output": {} }));
    let engine = Engine::new(&definition).unwrap();
    let simulation = |seconds: f64| Simulation::new(&engine, &model(seconds)).unwrap().executions(5);
    // AWS's example: 100 million executions of ten seconds and 64 MB.
    let report = simulation(10.0).volume(100_000_000).run().unwrap();
    assert_eq!(format!("{:.2}", report.costs[1].total()), "482.97");
    assert!(report.to_string().contains("cost of 100,000,000 executions in a month, by AWS's prices"), "{report}");
    assert_eq!(report.crossover(), Some(Crossover::Always(MachineType::Express)));
    let free = simulation(10.0).volume(5_000).free_tier().run().unwrap();
    assert_eq!(format!("{:.3}", free.costs[0].total()), "0.025");
    // 4,000 executions are free as Standard, and the others cost more than as Express.
    let Some(Crossover::From(executions)) = free.crossover() else { panic!("{free}") };
    assert!((7_000.0..8_000.0).contains(&executions), "{free}");
    // Long executions are cheaper as Standard, for any number.
    assert_eq!(simulation(250.0).run().unwrap().crossover(), Some(Crossover::Always(MachineType::Standard)));
    // In between, the price of time falls with the number.
    let between = simulation(50.0).run().unwrap();
    let Some(Crossover::From(executions)) = between.crossover() else { panic!("{between}") };
    let cost = |executions: f64| {
        let report = simulation(50.0).volume(executions as u64).run().unwrap();
        (report.costs[0].total(), report.costs[1].total())
    };
    let (standard, express) = cost(executions);
    let (standard_below, express_below) = cost(executions - 10.0);
    assert!(express < standard && express_below >= standard_below, "{between}");
}

/// The price list of a region in AWS's format, with its prices of 2026-09-11 for eu-west-3:
/// <https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonStates/current/eu-west-3/index.json>
fn price_list(region: &str) -> Value {
    let product = |usage: &str, region: &str| json!({ "attributes": { "usagetype": usage, "regionCode": region } });
    let tier = |begin: &str, end: &str, price: &str| json!({ "beginRange": begin, "endRange": end, "pricePerUnit": { "USD": price } });
    let term = |tiers: &[Value]| {
        let tiers: serde_json::Map<_, _> =
            tiers.iter().enumerate().map(|(number, tier)| (format!("rate{number}"), tier.clone())).collect();
        json!({ "term": { "priceDimensions": tiers } })
    };
    json!({
        "offerCode": "AmazonStates", "version": "20260911204003", "publicationDate": "2026-09-11T20:40:03Z",
        "products": {
            "A": product("EUW3-StateTransition", region),
            "B": product("EUW3-StepFunctions-Request", "eu-west-3"),
            "C": product("EUW3-StepFunctions-GB-Second", "eu-west-3"),
            "D": product("Global-StateTransition", ""),
            "E": product("EUW3-DataTransfer-Out-Bytes", "eu-west-1"),
        },
        "terms": { "OnDemand": {
            "A": term(&[tier("0", "Inf", "0.0000297000")]),
            "B": term(&[tier("0", "Inf", "0.0000010000")]),
            "C": term(&[
                tier("18000000", "Inf", "0.0000045600"),
                tier("0", "3600000", "0.0000166700"),
                tier("3600000", "18000000", "0.0000083300"),
            ]),
            "D": term(&[tier("0", "4000", "0.0000000000")]),
        } },
    })
}

#[test]
fn costs_follow_the_price_list_of_a_region() {
    let prices = Prices::read(price_list("eu-west-3").to_string().as_bytes()).unwrap();
    assert_eq!((&*prices.region, &*prices.date), ("eu-west-3", "2026-09-11"));
    assert!(prices.source.ends_with("/AmazonStates/20260911204003/eu-west-3/index.json"), "{}", prices.source);
    assert_eq!(format!("{:.4} {:.2}", prices.transitions(1_000.0), prices.express(1e6, 0.0).0), "0.0297 1.00");
    // 1,000 hours in the first tier, 4,000 in the second, and one in the third.
    assert_eq!(format!("{:.4}", prices.express(0.0, 5_001.0).1), "179.9804");
    let definition =
        json!({ "StartAt": "Do", "States": { "Do": { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let model = all(json!({ "latency": 50, "output": {} }));
    let engine = Engine::new(&definition).unwrap();
    let simulation = || Simulation::new(&engine, &model).unwrap().executions(5);
    let report = simulation().prices(prices.clone()).run().unwrap();
    assert_eq!(format!("{:.2} {:.2}", report.costs[0].total(), report.dollars[0]), "29.70 29.70");
    assert_eq!(report.to_json()["prices"]["region"], "eu-west-3");
    let text = report.to_string();
    assert!(text.contains("by AWS's prices for eu-west-3 of 2026-09-11"), "{text}");
    assert!(text.contains(&format!("source: {}", prices.source)), "{text}");
    // Express costs less from fewer executions: its time costs the same there, and transitions cost more.
    let from = |simulation: Simulation| match simulation.run().unwrap().crossover() {
        Some(Crossover::From(executions)) => executions,
        other => panic!("{other:?}"),
    };
    assert!(from(simulation().prices(prices.clone())) < from(simulation()));
    // The free tier is deducted at these prices.
    let free = simulation().prices(prices).volume(5_000).free_tier().run().unwrap();
    assert_eq!(format!("{:.4}", free.costs[0].total()), "0.0297");
}

#[test]
fn other_files_are_no_price_lists() {
    let read = |list: &Value| Prices::read(list.to_string().as_bytes()).unwrap_err();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut list = price_list("eu-west-3");
        change(&mut list);
        read(&list).problem
    };
    let error = read(&json!({}));
    assert_eq!(error.problem, "it is not a price list of AWS: it has no `offerCode`");
    assert!(error.to_string().contains("curl -o prices.json https://pricing.us-east-1.amazonaws.com/"), "{error}");
    assert_eq!(read(&price_list("eu-west-1")).problem, "it has the prices of 2 regions");
    let other = changed(&|list| list["offerCode"] = "AWSLambda".into());
    assert_eq!(other, "it has the prices of `AWSLambda`, not of `AmazonStates`");
    let none = changed(&|list| drop(list["products"].as_object_mut().unwrap().remove("B")));
    assert_eq!(none, "it has no price of the usage type `StepFunctions-Request`");
    let yuan = changed(&|list| {
        list["terms"]["OnDemand"]["A"]["term"]["priceDimensions"]["rate0"]["pricePerUnit"] = json!({ "CNY": "0.2" });
    });
    assert_eq!(yuan, "`EUW3-StateTransition` has no price in US dollars");
    for price in ["NaN", "-0.1", "inf"] {
        let wrong = changed(&|list| {
            list["terms"]["OnDemand"]["A"]["term"]["priceDimensions"]["rate0"]["pricePerUnit"]["USD"] = price.into();
        });
        assert_eq!(wrong, format!("`EUW3-StateTransition` has the price {price}, which is no price"));
    }
    for name in ["publicationDate", "version"] {
        assert_eq!(changed(&|list| drop(list.as_object_mut().unwrap().remove(name))), format!("it has no `{name}`"));
    }
    let nowhere = changed(&|list| {
        for product in list["products"].as_object_mut().unwrap().values_mut() {
            product["attributes"].as_object_mut().unwrap().remove("regionCode");
            product["attributes"]["location"] = "EU (Paris)".into();
        }
    });
    assert_eq!(nowhere, "its products have no `regionCode`");
    let versions = read(&json!({ "offerCode": "AmazonStates", "versions": {} })).problem;
    assert_eq!(versions, "it has no `products`: it may be AWS's index of the versions of a list");
    // Some programs begin a file with a byte order mark.
    assert!(Prices::read(format!("\u{feff}{}", price_list("eu-west-3")).as_bytes()).is_ok());
    assert!(Prices::read(b"<html>").unwrap_err().problem.starts_with("it is not JSON: "));
}

#[test]
fn equals_are_not_advised() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": FUNCTION, "Next": "B" }, "B": { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let task = |mean: f64| json!({ "latency": { "uniform": [0, mean * 2.0] }, "output": {} });
    let told = |a: f64, b: f64| {
        let model = model(json!({ "A": task(a), "B": task(b) }));
        let engine = Engine::new(&definition).unwrap();
        Simulation::new(&engine, &model).unwrap().executions(2_000).run().unwrap().to_string()
    };
    let equal = told(1.0, 1.0);
    assert!(equal.contains("no task moves the median or the 99th percentile more than the others"), "{equal}");
    assert!(told(1.0, 5.0).contains("make `B` faster: it moves the median and the 99th percentile most"));
}

#[test]
fn draws_have_the_mean_and_percentiles_of_their_distribution() {
    let definition =
        json!({ "StartAt": "Do", "States": { "Do": { "Type": "Task", "Resource": FUNCTION, "End": true } } });
    let engine = Engine::new(&definition).unwrap();
    let duration = |latency: Value| {
        let model = all(json!({ "latency": latency, "output": {} }));
        Simulation::new(&engine, &model).unwrap().executions(20_000).without_gains().run().unwrap().duration
    };
    for (latency, expected) in [
        (json!({ "constant": 3 }), 3.0),
        (json!({ "uniform": [1, 3] }), 2.0),
        (json!({ "exponential": 2 }), 2.0),
        (json!({ "normal": { "mean": 5, "deviation": 1 } }), 5.0),
        (json!({ "lognormal": { "mean": 5, "deviation": 2 } }), 5.0),
        (json!({ "samples": [1, 2, 6] }), 3.0),
    ] {
        within(duration(latency).mean, expected, 2.0);
    }
    // No draw is below 0.
    assert_eq!(duration(json!({ "normal": { "mean": 0, "deviation": 1 } })).p50, 0.0);
    let drawn = duration(json!({ "p99": 2.0, "p50": 0.1, "p90": 0.3 }));
    within(drawn.p50, 0.1, 5.0);
    within(drawn.p90, 0.3, 5.0);
    within(drawn.p99, 2.0, 8.0);
}

#[test]
fn the_places_in_a_model_without_a_file_are_pointers() {
    let wrong =
        json!({ "default": { "latency": { "uniform": [2, 1] } }, "states": { "A": { "failures": { "B": 2 } } } });
    let error = Model::of(&wrong).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model is wrong:\n/default/latency/uniform: the first is above the second: 2, 1\n\
         /states/A/failures/B: expected a probability from 0 to 1, found 2"
    );
    assert!(error.problems.iter().all(|(_, location)| location.is_none()));
    let engine = Engine::new(&chain()).unwrap();
    let unknown = Model::of(&json!({ "states": { "Charg": {} } })).unwrap();
    let error = Simulation::new(&engine, &unknown).unwrap().run().unwrap_err().to_string();
    assert!(error.contains("/states/Charg: unknown state `Charg`\n  help: did you mean `Charge`?"), "{error}");
}
