//! Tests pages and traces of histories that are read from the API's events.

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_cases::every;
use workflow_graph::history::{Event, History, Status};
use workflow_graph::page::Page;
use workflow_graph::trace::{Following, Trace};
use workflow_graph::{Graph, Mark};

/// Returns an event: number, link, seconds, type, details.
fn event(id: u64, previous: u64, time: f64, kind: &str, details: Value) -> Value {
    json!({"id": id, "previousEventId": previous, "timestamp": time, "type": kind, "someEventDetails": details})
}

/// Returns the events of a parallel of two branches, one of which retries; its error is caught.
fn events() -> Vec<Value> {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    vec![
        event(1, 0, 0.0, "ExecutionStarted", json!({"input": json!({"traceparent": parent}).to_string()})),
        event(2, 0, 0.0, "ParallelStateEntered", json!({"name": "Both", "input": "{}"})),
        event(3, 2, 0.0, "ParallelStateStarted", Value::Null),
        event(4, 3, 0.0, "PassStateEntered", json!({"name": "Left", "input": "{}"})),
        event(5, 4, 0.0, "PassStateExited", json!({"name": "Left", "output": "1"})),
        event(6, 3, 0.0, "TaskStateEntered", json!({"name": "Right", "input": "{}"})),
        event(7, 6, 0.0, "TaskScheduled", json!({"resource": "invoke", "parameters": "{}"})),
        event(8, 7, 0.0, "TaskStarted", json!({"resource": "invoke"})),
        event(9, 8, 1.0, "TaskFailed", json!({"error": "Busy", "cause": "too many"})),
        event(10, 9, 3.0, "TaskScheduled", json!({"resource": "invoke", "parameters": "{}"})),
        event(11, 10, 3.0, "TaskStarted", json!({"resource": "invoke"})),
        event(12, 11, 4.0, "TaskFailed", json!({"error": "Gone"})),
        event(13, 12, 4.0, "ParallelStateFailed", json!({"error": "Gone"})),
        event(14, 13, 4.0, "ParallelStateExited", json!({"name": "Both", "output": "{}"})),
        event(15, 14, 4.0, "PassStateEntered", json!({"name": "Undo", "input": "{}"})),
        event(16, 15, 4.0, "PassStateExited", json!({"name": "Undo", "output": "{}"})),
        event(17, 16, 4.0, "ExecutionSucceeded", json!({"output": "{}"})),
    ]
}

fn definition() -> Value {
    json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Next": "Done", "Catch": [{"ErrorEquals": ["Gone"], "Next": "Undo"}], "Branches": [
            {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": true}}},
            {"StartAt": "Right", "States": {"Right": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Retry": [{"ErrorEquals": ["Busy"]}]}}}]},
        "Undo": {"Type": "Pass", "End": true},
        "Done": {"Type": "Succeed"}}})
}

#[test]
fn a_fail_state_inside_has_the_error_of_what_it_fails() {
    for kind in ["Map", "Parallel"] {
        let mut events = vec![
            event(1, 0, 0.0, "ExecutionStarted", json!({"input": "{}"})),
            event(2, 0, 0.0, &format!("{kind}StateEntered"), json!({"name": "Each", "input": "[1]"})),
            event(3, 2, 0.0, &format!("{kind}StateStarted"), json!({"length": 1})),
            event(4, 3, 0.0, "MapIterationStarted", json!({"name": "Each", "index": 0})),
            event(5, if kind == "Map" { 4 } else { 3 }, 0.0, "FailStateEntered", json!({"name": "Bad", "input": "1"})),
            event(6, 5, 0.0, "MapIterationFailed", json!({"name": "Each", "index": 0})),
            event(7, if kind == "Map" { 6 } else { 5 }, 0.0, &format!("{kind}StateFailed"), Value::Null),
            event(8, 7, 0.0, "ExecutionFailed", json!({"error": "Unlucky", "cause": "item 0"})),
        ];
        events.retain(|event| kind == "Map" || !event["type"].as_str().unwrap().starts_with("MapI"));
        let history = History::read(&json!({ "events": events })).unwrap();
        let found: Vec<_> = history.visits.iter().map(|visit| (visit.status, visit.error.as_deref())).collect();
        assert_eq!(found, [(Status::Failed, Some("Unlucky")); 2], "{kind}");
    }
}

#[test]
fn visits_have_their_attempts_errors_and_places() {
    let history = History::read(&json!({"events": events()})).unwrap();
    assert_eq!((history.status, history.notes.as_slice()), (Status::Succeeded, [].as_slice()));
    let visits: Vec<_> = history
        .visits
        .iter()
        .map(|visit| (visit.state.as_str(), visit.parent, visit.thread, visit.status, visit.attempts.len()))
        .collect();
    let expected = [
        ("Both", None, 0, Status::Caught, 0),
        ("Left", Some(0), 1, Status::Succeeded, 0),
        ("Right", Some(0), 2, Status::Failed, 2),
        ("Undo", None, 0, Status::Succeeded, 0),
    ];
    assert_eq!(visits, expected);
    assert_eq!(history.visits[2].attempts[0].error.as_deref(), Some("Busy"));
    assert_eq!(history.visits[2].attempts[1].time, (Some(3000), Some(4000)));
}

#[test]
fn a_redriven_map_goes_on_in_its_items() {
    let (name, index) =
        (|name: &str| json!({"name": name, "input": "1"}), |index: u64| json!({"name": "Each", "index": index}));
    let asked = |input: u64| json!({"resource": "activity", "input": input.to_string()});
    let events = [
        event(1, 0, 0.0, "ExecutionStarted", json!({"input": "{}"})),
        event(2, 0, 0.0, "MapStateEntered", name("Each")),
        event(3, 2, 0.0, "MapStateStarted", json!({"length": 2})),
        event(4, 3, 0.0, "MapIterationStarted", index(0)),
        event(5, 4, 0.0, "TaskStateEntered", name("Work")),
        event(6, 5, 0.0, "ActivityScheduled", asked(0)),
        event(7, 3, 0.0, "MapIterationStarted", index(1)),
        event(8, 7, 0.0, "TaskStateEntered", name("Work")),
        event(9, 8, 0.0, "ActivityScheduled", asked(1)),
        event(10, 9, 1.0, "ActivityFailed", json!({"error": "No"})),
        event(11, 10, 1.0, "MapIterationFailed", index(1)),
        event(12, 6, 1.0, "TaskStateAborted", Value::Null),
        event(13, 6, 1.0, "MapIterationAborted", index(0)),
        event(14, 10, 1.0, "MapStateFailed", Value::Null),
        event(15, 14, 1.0, "ExecutionFailed", json!({"error": "No"})),
        event(16, 15, 2.0, "ExecutionRedriven", Value::Null),
        event(17, 16, 2.0, "ActivityScheduled", asked(1)),
        event(18, 16, 2.0, "ActivityScheduled", asked(0)),
        event(19, 17, 3.0, "ActivitySucceeded", json!({"output": "1"})),
        event(20, 19, 3.0, "TaskStateExited", name("Work")),
        event(21, 20, 3.0, "MapIterationSucceeded", index(1)),
        event(22, 18, 4.0, "ActivitySucceeded", json!({"output": "1"})),
        event(23, 22, 4.0, "TaskStateExited", name("Work")),
        event(24, 23, 4.0, "MapIterationSucceeded", index(0)),
        event(25, 24, 4.0, "MapStateSucceeded", Value::Null),
        event(26, 24, 4.0, "MapStateExited", name("Each")),
        event(27, 26, 4.0, "ExecutionSucceeded", json!({"output": "1"})),
    ];
    let statuses = |count: usize| {
        let history = History::read(&json!(events.get(..count).unwrap())).unwrap();
        let visits = history.visits.iter();
        visits.map(|visit| (visit.status, visit.item, visit.attempts.len(), visit.ended)).collect::<Vec<_>>()
    };
    use Status::{Aborted, Failed, Running, Succeeded};
    assert_eq!(
        statuses(15),
        [(Failed, None, 0, Some(15)), (Aborted, Some(0), 1, Some(12)), (Failed, Some(1), 1, Some(11))]
    );
    assert_eq!(statuses(18), [(Running, None, 0, None), (Running, Some(0), 2, None), (Running, Some(1), 2, None)]);
    let ended = [(Succeeded, None, 0, Some(26)), (Succeeded, Some(0), 2, Some(23)), (Succeeded, Some(1), 2, Some(20))];
    assert_eq!(statuses(27), ended);
}

#[test]
fn a_redriven_map_run_goes_on_in_its_map() {
    let events = json!([
        event(1, 0, 0.0, "ExecutionStarted", json!({"input": "{}"})),
        event(2, 0, 0.0, "MapStateEntered", json!({"name": "Each", "input": "1"})),
        event(3, 2, 0.0, "MapStateStarted", json!({"length": 2})),
        event(4, 3, 0.0, "MapRunStarted", Value::Null),
        event(5, 4, 0.0, "MapRunFailed", json!({"error": "Many"})),
        event(6, 5, 0.0, "MapStateFailed", Value::Null),
        event(7, 6, 0.0, "ExecutionFailed", json!({"error": "Many"})),
        event(8, 7, 1.0, "ExecutionRedriven", Value::Null),
        event(9, 8, 1.0, "MapRunRedriven", Value::Null),
        event(10, 9, 2.0, "MapRunSucceeded", Value::Null),
        event(11, 10, 2.0, "MapStateSucceeded", Value::Null),
        event(12, 9, 2.0, "MapStateExited", json!({"name": "Each", "output": "1"})),
        event(13, 12, 2.0, "ExecutionSucceeded", json!({"output": "1"})),
    ]);
    let history = History::read(&events).unwrap();
    let visits: Vec<_> = history.visits.iter().map(|visit| (visit.status, visit.error.clone())).collect();
    assert_eq!(visits, [(Status::Succeeded, None)]);
}

#[test]
fn a_state_that_a_redrive_enters_again_keeps_its_failure() {
    let events = json!([
        event(1, 0, 0.0, "ExecutionStarted", json!({"input": "{}"})),
        event(2, 0, 0.0, "PassStateEntered", json!({"name": "Sum", "input": "1"})),
        event(3, 2, 0.0, "ExecutionFailed", json!({"error": "Bad"})),
        event(4, 3, 1.0, "ExecutionRedriven", Value::Null),
        event(5, 4, 1.0, "PassStateEntered", json!({"name": "Sum", "input": "1"})),
        event(6, 5, 1.0, "PassStateExited", json!({"name": "Sum", "output": "1"})),
    ]);
    let history = History::read(&events).unwrap();
    let visits: Vec<_> = history.visits.iter().map(|visit| (visit.status, visit.ended)).collect();
    assert_eq!(visits, [(Status::Failed, Some(3)), (Status::Succeeded, Some(6))]);
}

#[test]
fn the_head_names_pages_and_the_cost_of_standard_executions() {
    let page = Page::of(History::read(&json!(events())).unwrap());
    let linked = page.clone().with_link("State machine", "<b>A</b>", "/console/?a=\"").to_html();
    assert!(linked.contains("<a href=\"/console/?a=&quot;\"><bdi>&lt;b&gt;A&lt;/b&gt;</bdi></a>"));
    assert!(linked.contains("\"transition\":0.000025"));
    assert!(!page.of_type(MachineType::Express).to_html().contains("\"transition\":"));
}

#[test]
fn the_graph_has_the_way_that_was_taken() {
    let history = History::read(&json!(events())).unwrap();
    let graph = Page::of(history).of_machine(definition()).graph();
    let marks: Vec<_> = graph.states().iter().map(|state| (state.name.as_str(), state.mark)).collect();
    let expected = [
        ("Both", Mark::Caught),
        ("Left", Mark::Taken),
        ("Right", Mark::Failed),
        ("Undo", Mark::Taken),
        ("Done", Mark::Untaken),
    ];
    assert_eq!(marks, expected);
    let edges: Vec<_> = graph.scope.edges.iter().map(|edge| edge.mark).collect();
    assert_eq!(edges, [Mark::Untaken, Mark::Taken]);
    assert_eq!(graph.scope.states[1].end_mark, Mark::Taken);
}

#[test]
fn what_is_missing_unknown_or_of_another_machine_is_said() {
    let mut cut = events();
    cut.truncate(8);
    cut.remove(3);
    cut[5]["type"] = "HologramShown".into();
    cut.push(json!("no event"));
    let history = History::read(&json!({"events": cut, "nextToken": "more"})).unwrap();
    let other = json!({"StartAt": "Else", "States": {"Else": {"Type": "Pass", "End": true}}});
    every(
        [
            (Page::of(history.clone()).of_machine(other), "belongs to another state machine"),
            (Page::of(history), "The definition is unknown"),
        ],
        |(page, words)| {
            let html = page.to_html();
            let said = [
                "missing at one place",
                "later events are missing",
                "HologramShown",
                "are not events",
                "has not ended",
                words,
            ];
            for words in said {
                assert!(html.contains(words), "{words}");
            }
        },
    );
    assert!(History::read(&json!({"a": 1})).is_err() && History::read(&json!(["a"])).is_err());
    assert!(History::read(&json!([])).unwrap().notes[0].contains("no events"));
    // Links to missing events, to themselves or ahead.
    let mut odd = events();
    for (number, event) in odd.iter_mut().enumerate() {
        event["previousEventId"] = [99, number + 1, 17, 0][number % 4].into();
    }
    let page = Page::of(History::read(&json!(odd)).unwrap()).of_machine(definition());
    assert!(page.to_html().contains("data-pointer"));
}

#[test]
fn a_notebook_shows_graphs_and_pages() {
    let graph = Graph::of_definition(&definition()).to_notebook();
    assert!(
        graph.starts_with("EVCXR_BEGIN_CONTENT text/html\n<svg ") && graph.ends_with("</svg>\n\nEVCXR_END_CONTENT"),
        "{graph}"
    );
    let page = Page::of(History::read(&json!(events())).unwrap()).titled("a \"title\"").to_notebook();
    assert!(
        page.starts_with(
            "EVCXR_BEGIN_CONTENT text/html\n<iframe sandbox=\"allow-scripts\" title=\"a &quot;title&quot;\""
        ),
        "{page}"
    );
    // The page is one attribute, which nothing in it ends.
    let (_, source) = page.split_once("srcdoc=\"").unwrap();
    assert_eq!(source.find('"'), source.rfind('"'));
    assert!(
        source.starts_with("&lt;!doctype html&gt;") && source.ends_with("\"></iframe>\nEVCXR_END_CONTENT"),
        "{source}"
    );
}

#[test]
fn nothing_of_the_data_is_markup() {
    let mut events = events();
    events[1]["someEventDetails"]["input"] = "</script><script>alert(1)</script><!--".into();
    events[14]["someEventDetails"]["name"] = "<img src=x onerror=alert(1)>".into();
    let page = Page::of(History::read(&json!(events)).unwrap()).titled("</title><script>").with("<b>", "\"><script>");
    let html = page.to_html();
    assert_eq!((html.matches("<script").count(), html.matches("</script>").count()), (2, 2));
    assert!(!html.contains("<img") && !html.contains("<b>"));
}

#[test]
fn a_trace_has_a_span_for_each_state_branch_attempt_and_wait() {
    let history = History::read(&json!(events())).unwrap();
    let trace = Trace::of(&history, "order");
    let spans: Vec<_> =
        trace.spans.iter().map(|span| (span.kind, span.name.as_str(), span.parent, span.time)).collect();
    let expected = [
        ("execution", "order", None, (0, 4000)),
        ("state", "Both", Some(0), (0, 4000)),
        ("branch", "branch 1", Some(1), (0, 0)),
        ("state", "Left", Some(2), (0, 0)),
        ("branch", "branch 2", Some(1), (0, 4000)),
        ("state", "Right", Some(4), (0, 4000)),
        ("attempt", "attempt", Some(5), (0, 1000)),
        ("retry wait", "wait before retry 1", Some(5), (1000, 3000)),
        ("attempt", "retry 1", Some(5), (3000, 4000)),
        ("state", "Undo", Some(0), (4000, 4000)),
    ];
    assert_eq!(spans, expected);
    // It continues the caller's.
    let otlp = trace.to_otlp_json();
    let made = otlp["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(
        (made[0]["traceId"].as_str(), made[0]["parentSpanId"].as_str()),
        (Some("0af7651916cd43dd8448eb211c80319c"), Some("b7ad6b7169203331"))
    );
    assert!(made[1..].iter().all(|span| made.iter().any(|other| other["spanId"] == span["parentSpanId"])));
    assert_eq!(
        (made[8]["status"]["code"].as_u64(), made[8]["endTimeUnixNano"].as_str()),
        (Some(2), Some("4000000000"))
    );
    let chrome = trace.to_chrome_json();
    let events = chrome["traceEvents"].as_array().unwrap();
    assert_eq!((events.len(), events[6]["ts"].as_i64(), events[6]["dur"].as_i64()), (11, Some(0), Some(4_000_000)));
    // Without a caller's, the same history has the same identifier.
    let mut alone = self::events();
    alone[0]["someEventDetails"]["input"] = "{}".into();
    let id = || Trace::of(&History::read(&json!(alone)).unwrap(), "order").id;
    assert_eq!((id().len(), id()), (32, id()));
}

#[test]
fn a_map_that_is_caught_has_the_error_of_its_item_and_a_redriven_state_goes_on() {
    let entered = |id, previous, of: &str, name: &str| {
        event(id, previous, 1.0, &format!("{of}StateEntered"), json!({"name": name}))
    };
    // In the service's events, neither the map's failure nor the iteration's has an error.
    let mut history = History::read(&json!([
        event(1, 0, 0.0, "ExecutionStarted", json!({})),
        entered(2, 0, "Map", "Each"),
        event(3, 2, 1.0, "MapStateStarted", json!({"length": 1})),
        event(4, 3, 1.0, "MapIterationStarted", json!({"name": "Each", "index": 0})),
        entered(5, 4, "Task", "Charge"),
        event(6, 5, 1.0, "TaskScheduled", json!({})),
        event(7, 6, 1.0, "TaskFailed", json!({"error": "Gone"})),
        event(8, 7, 1.0, "MapIterationFailed", json!({"name": "Each", "index": 0})),
        event(9, 8, 1.0, "MapStateFailed", Value::Null),
        event(10, 9, 1.0, "MapStateExited", json!({"name": "Each"})),
        entered(11, 10, "Wait", "Rest"),
        event(12, 11, 2.0, "ExecutionAborted", json!({})),
    ]))
    .unwrap();
    let state = |history: &History, visit: usize| {
        let visit = &history.visits[visit];
        (visit.state.clone(), visit.status, visit.error.clone(), visit.has_ended())
    };
    assert_eq!(state(&history, 0), ("Each".to_owned(), Status::Caught, Some("Gone".to_owned()), true));
    assert_eq!(state(&history, 1), ("Charge".to_owned(), Status::Failed, Some("Gone".to_owned()), true));
    assert_eq!(state(&history, 2), ("Rest".to_owned(), Status::Aborted, None, true));
    history.push(Event::read(&event(13, 12, 3.0, "ExecutionRedriven", json!({}))).unwrap());
    assert_eq!(
        (history.status, state(&history, 2).1, history.visits[2].has_ended()),
        (Status::Running, Status::Running, false)
    );
}

#[test]
fn a_redriven_execution_gives_again_what_went_on_alone() {
    let events = json!([
        {"id": 1, "timestamp": 1.0, "type": "ExecutionStarted"},
        {"id": 2, "previousEventId": 0, "timestamp": 1.0, "type": "PassStateEntered", "stateEnteredEventDetails": {"name": "A"}},
        {"id": 3, "previousEventId": 2, "timestamp": 1.0, "type": "PassStateExited", "stateExitedEventDetails": {"name": "A"}},
        {"id": 4, "previousEventId": 3, "timestamp": 2.0, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "B"}},
        {"id": 5, "previousEventId": 4, "timestamp": 2.0, "type": "TaskScheduled", "taskScheduledEventDetails": {}},
        {"id": 6, "previousEventId": 5, "timestamp": 3.0, "type": "TaskFailed", "taskFailedEventDetails": {"error": "Busy"}},
        {"id": 7, "previousEventId": 6, "timestamp": 3.0, "type": "ExecutionFailed", "executionFailedEventDetails": {"error": "Busy"}},
        {"id": 8, "previousEventId": 7, "timestamp": 9.0, "type": "ExecutionRedriven", "executionRedrivenEventDetails": {"redriveCount": 1}},
        {"id": 9, "previousEventId": 8, "timestamp": 9.0, "type": "TaskScheduled", "taskScheduledEventDetails": {}},
        {"id": 10, "previousEventId": 9, "timestamp": 10.0, "type": "TaskSucceeded", "taskSucceededEventDetails": {}},
        {"id": 11, "previousEventId": 10, "timestamp": 10.0, "type": "TaskStateExited", "stateExitedEventDetails": {"name": "B"}},
        {"id": 12, "previousEventId": 11, "timestamp": 10.0, "type": "ExecutionSucceeded"}]);
    let events: Vec<_> = events.as_array().unwrap().iter().filter_map(Event::read).collect();
    let names = |following: &mut Following| -> Vec<String> {
        let given = following.ended(2);
        // No element has more than two spans, and the execution's is the last.
        let spans = given.iter().flat_map(|element| element["scopeSpans"][0]["spans"].as_array().unwrap());
        assert!(given.iter().all(|element| element["scopeSpans"][0]["spans"].as_array().unwrap().len() < 3));
        spans.map(|span| span["name"].as_str().unwrap().to_owned()).collect()
    };
    let mut first = Following::of("order");
    events[..7].iter().cloned().for_each(|event| first.push(event));
    assert_eq!(
        (names(&mut first), first.has_ended()),
        (vec!["A".into(), "B".into(), "attempt".into(), "order".into()], true)
    );
    // A follower that starts after the redrive returns only new spans.
    let mut again = Following::of("order");
    events.into_iter().for_each(|event| again.push(event));
    let given = names(&mut again);
    assert_eq!((given.first(), given.last()), (Some(&"B".to_owned()), Some(&"order".to_owned())), "{given:?}");
    assert!(!given.contains(&"A".to_owned()) && !given.contains(&"attempt".to_owned()), "{given:?}");
    assert_eq!(names(&mut again), Vec::<String>::new());
}
