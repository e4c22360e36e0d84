//! Runs workflows with fragments on the engine: results, arguments, handlers, uses in branches, maps and other fragments.

mod imported;
mod repetition;

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};
use workflow_local::{Engine, TaskError};
use workflow_runtime::{Workflow, WorkflowState, workflow};

workflow! {
    /// Sends a text, and asks until it was delivered.
    fragment Notify {
        input { to: String, text: String }
        returns { message: String, tries: i64 }
        struct Delivery { delivered: bool, tries: i64 }

        task Send = lambda::invoke<String> { FunctionName: "send", Payload: { to: input.to, text: input.text } } -> Ask;
        task Ask = lambda::invoke<Delivery> { FunctionName: "delivery", Payload: Send.Payload } -> Arrived;
        choice Arrived {
            if Ask.Payload.delivered -> Done;
            else -> Pause;
        }
        wait Pause for 30s -> Ask;
        pass Done { message: Send.Payload, tries: Ask.Payload.tries } -> end;
    }

    /// Tells two people at once.
    fragment TellBoth {
        input { first: String, second: String, text: String }
        returns { tries: Json }

        parallel Both {
            branch { use Notify as First { to: input.first, text: input.text } -> Told; pass Told = First.tries -> end; }
            branch { use Notify as Second { to: input.second, text: input.text } -> Told2; pass Told2 = Second.tries -> end; }
        }
            output { tries: result }
            -> end;
    }

    pub workflow Order {
        input { customer: String, boss: String, order: String, others: Vec<String> }
        returns { tries: i64, message: String, both: Json, others: Vec<i64> }

        use Notify as Told { to: input.customer, text: $uppercase("thank you for " + input.order) }
            catch [States.ALL] -> Failed
            -> Pack;
        use TellBoth as Pack as "Tell the others" { first: input.customer, second: input.boss, text: "packed" } -> Rest;
        map Rest over input.others {
            use Notify as Each { to: item, text: "rest" } -> Count;
            pass Count = Each.tries -> end;
        } -> Report;
        pass Report { tries: Told.tries, message: Told.message, both: Pack.tries, others: Rest } -> end;
        fail Failed { error: "NotTold", cause: caught.Cause }
    }

    fragment Stamp {
        input { text: String, limit: Option<i64> }
        returns { stamp: Json, limit: i64 }
        task Write = lambda::invoke<Json> { FunctionName: "stamp", Payload: { text: input.text, limit: input.limit ?? 7 } }
            output { stamp: result.Payload, limit: input.limit ?? 7 }
            -> end;
    }

    pub workflow Hurried {
        input { hurry: bool }

        choice Hurry {
            if input.hurry -> Report;
            else -> Stamp;
        }
        use Stamp { text: "a" } -> Report;
        pass Report { stamp: Stamp?.stamp ?? "none", limit: Stamp?.limit ?? 0 } -> end;
    }

    pub workflow Old {
        query jsonpath;
        input { customer: String }

        use Notify as Told { to: input.customer, text: "hello" } -> Report;
        pass Report { tries: Told.tries, message: Told.message } -> end;
    }
}

/// An engine on which the second question is answered with success, whatever was sent.
fn engine<W: Workflow<Params = ()>>() -> Engine {
    let send = |request: Value| {
        let to = request["to"].as_str().unwrap_or_default();
        if to == "nobody" {
            return Err(TaskError::new("NoAddress").with_cause("who?"));
        }
        Ok(Value::from(format!("{to}: {}", request["text"].as_str().unwrap_or_default())))
    };
    let asked = Mutex::new(BTreeMap::new());
    let delivery = move |request: Value| {
        let mut asked = asked.lock().unwrap();
        let tries = asked.entry(request.to_string()).or_insert(0);
        *tries += 1;
        Ok(json!({ "delivered": *tries > 1, "tries": *tries }))
    };
    Engine::of::<W>().unwrap().on_lambda("send", send).on_lambda("delivery", delivery)
}

workflow_tests::with_count! {
    workflow Sum {
        input { words: Vec<String> }
        use Count as First { words: input.words, of: "first" } -> Second;
        use Count as Second { words: ["one"], of: "second" } -> Done;
        succeed Done { sum: First.count + Second.count }
    }
}

workflow! {
    fragment CountRows {
        input { rows: Vec<Vec<String>> }
        returns { first: i64, rest: i64 }
        pass Out { first: $count(input.rows[0] ?? []), rest: $count(input.rows[1..]) } -> end;
    }
    fragment Next {
        input { limit: Option<i64> }
        returns { n: i64 }
        choice IsLimited {
            if is_present(input.limit) && input.limit > 1 -> Limited;
            else -> Open;
        }
        pass Limited { n: input.limit + 1 } -> end;
        pass Open { n: 0 } -> end;
    }
    fragment Outer {
        input { most: Option<i64> }
        returns { n: i64 }
        use Next as Inner { limit: input.most } -> Done;
        succeed Done { n: Inner.n }
    }
    fragment Mail {
        input { to: String, cc: Option<String>, limit: Option<i64> }
        returns { to: String, cc: Option<String>, limit: i64 }
        pass Write { to: input.to, cc?: input.cc, limit: input.limit ?? 3 } -> end;
    }
    fragment Copies {
        input { cc: Option<String> }
        returns { count: i64, copy: String }
        pass Keep assign { copy?: input.cc } -> Count;
        pass Count {
            count: jsonata<i64> "$exists($cc) ? 1 : 0" { cc?: input.cc },
            copy: $copy ?? "none",
        } -> end;
    }
    workflow Counted {
        use Copies as Alone -> Copied;
        use Copies as Copied { cc: "c" } -> Done;
        succeed Done { alone: Alone, copied: Copied }
    }
    workflow Mails {
        input { cc: Option<String> }
        use Mail as Alone { to: "a" } -> Copied;
        use Mail as Copied { to: "b", cc: input.cc, limit: 4 } -> Done;
        succeed Done { alone: Alone, copied: Copied }
    }
    workflow Optional {
        input { records: Vec<Record>, most: Option<i64> }
        struct Record { words: Vec<String>, limit: Option<i64> }
        use CountRows as Counted { rows: input.records[*].words } -> None;
        use Next as None -> Five;
        use Next as Five { limit: 5 } -> Most;
        use Outer as Most { most: input.most } -> NoMost;
        use Outer as NoMost -> Each;
        map Each over input.records as record {
            use Next as Own { limit: record.limit } -> Same;
            use Next as Same { limit?: record.limit } -> Both;
            succeed Both { own: Own.n, same: Same.n }
        } -> Done;
        succeed Done {
            counted: Counted,
            numbers: [None.n, Five.n, Most.n, NoMost.n],
            own: Each[*].own,
            same: Each[*].same,
        }
    }
}

#[test]
fn an_argument_that_is_absent_is_not_present_in_the_fragment() {
    let run = |input: Value| {
        let execution = Engine::of::<Optional>().unwrap().run(&input).unwrap();
        execution.output_as::<Value>().unwrap()
    };
    let records = json!([{ "words": ["a", "b"] }, { "words": [], "limit": 6 }, { "words": ["c"] }]);
    assert_eq!(
        run(json!({ "records": records, "most": 3 })),
        json!({ "counted": { "first": 2, "rest": 2 }, "numbers": [0, 6, 4, 0], "own": [0, 7, 0], "same": [0, 7, 0] })
    );
    assert_eq!(
        run(json!({ "records": [{ "words": ["a", "b"] }] })),
        json!({ "counted": { "first": 2, "rest": 0 }, "numbers": [0, 6, 0, 0], "own": [0], "same": [0] })
    );
}

#[test]
fn an_argument_that_is_not_given_is_omitted_and_costs_no_state() {
    let definition: Value = serde_json::from_str(Mails::definition().as_str()).unwrap();
    let states: Vec<_> = definition["States"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(states, ["Alone / Write", "Copied", "Copied / Write", "Done"]);
    let run = |input: Value| Engine::of::<Mails>().unwrap().run(&input).unwrap().output_as::<Value>().unwrap();
    let alone = json!({ "to": "a", "limit": 3 });
    assert_eq!(run(json!({})), json!({ "alone": alone, "copied": { "to": "b", "limit": 4 } }));
    let copied = json!({ "to": "b", "cc": "c", "limit": 4 });
    assert_eq!(run(json!({ "cc": "c" })), json!({ "alone": alone, "copied": copied }));
}

#[test]
fn an_argument_that_is_not_given_leaves_its_variables_and_is_absent_in_raw_jsonata() {
    let output: Value = Engine::of::<Counted>().unwrap().run(&json!({})).unwrap().output_as().unwrap();
    let (alone, copied) = (json!({ "count": 0, "copy": "none" }), json!({ "count": 1, "copy": "c" }));
    assert_eq!(output, json!({ "alone": alone, "copied": copied }));
}

#[test]
fn a_macro_declares_a_fragment_for_other_crates() {
    let engine = Engine::of::<Sum>().unwrap().on_lambda("count", |of: String| Ok::<_, TaskError>(of.len()));
    let output: Value = engine.run(&json!({ "words": ["a", "b"] })).unwrap().output_as().unwrap();
    assert_eq!(output, json!({ "sum": "first".len() + 2 + "second".len() + 1 }));
}

#[test]
fn uses_run_one_after_another_in_branches_and_in_maps() {
    let input = json!({ "customer": "ada", "boss": "bob", "order": "tea", "others": ["c", "d"] });
    let execution = engine::<Order>().run(&input).unwrap();
    let both = json!([2, 2]);
    let output = json!({ "tries": 2, "message": "ada: THANK YOU FOR TEA", "both": both, "others": [2, 2] });
    assert_eq!(execution.output_as::<Value>().unwrap(), output);
}

#[test]
fn the_handler_of_a_use_catches_what_the_fragment_does_not() {
    let input = json!({ "customer": "nobody", "boss": "b", "order": "tea", "others": [] });
    let execution = engine::<Order>().run(&input).unwrap();
    assert_eq!((execution.error(), execution.cause()), (Some("NotTold"), Some("who?")));
}

#[test]
fn a_use_in_jsonpath_gives_the_same_result() {
    let execution = engine::<Old>().run(&json!({ "customer": "ada" })).unwrap();
    assert_eq!(execution.output_as::<Value>().unwrap(), json!({ "tries": 2, "message": "ada: hello" }));
}

#[test]
fn a_result_may_be_absent_and_an_optional_argument_may_be_left_out() {
    let run = |hurry: bool| {
        let engine = Engine::of::<Hurried>().unwrap().on_lambda("stamp", |request: Value| Ok::<_, TaskError>(request));
        engine.run(&json!({ "hurry": hurry })).unwrap().output_as::<Value>().unwrap()
    };
    assert_eq!(run(true), json!({ "stamp": "none", "limit": 0 }));
    assert_eq!(run(false), json!({ "stamp": { "text": "a", "limit": 7 }, "limit": 7 }));
}

#[test]
fn a_handler_for_a_use_answers_it_without_its_states() {
    let input = json!({ "customer": "ada", "boss": "bob", "order": "tea", "others": ["c", "d"] });
    let told = |request: Value| {
        assert_eq!(request, json!({ "to": "ada", "text": "THANK YOU FOR TEA" }));
        Ok::<_, TaskError>(json!({ "message": "m", "tries": 9 }))
    };
    let each = |request: Value| match request["to"].as_str() {
        Some("c") => Ok(json!({ "message": "c", "tries": 3 })),
        _ => Ok::<_, TaskError>(json!({ "message": "d", "tries": 4 })),
    };
    let both = |_: Value| Ok::<_, TaskError>(json!({ "tries": "both" }));
    let engine = || Engine::of::<Order>().unwrap().on_state("Each", each).on_state("Tell the others", both);
    let execution = engine().on_state("Told", told).run(&input).unwrap();
    let output = json!({ "tries": 9, "message": "m", "both": "both", "others": [3, 4] });
    assert_eq!(execution.output_as::<Value>().unwrap(), output);
    assert_eq!(execution.path()[..3], ["Told", "Tell the others", "Rest"]);
    // Its handlers catch the error.
    let fails = |_: Value| Err::<Value, _>(TaskError::new("NoAddress").with_cause("who?"));
    let execution = engine().on_state("Told", fails).run(&input).unwrap();
    assert_eq!((execution.error(), execution.cause()), (Some("NotTold"), Some("who?")));
    // The result has the type that the fragment declares.
    let wrong = engine().on_state("Told", |_: Value| Ok::<_, TaskError>(json!({ "message": "m" }))).run(&input);
    assert!(wrong.unwrap_err().to_string().contains("tries"));
}

#[test]
fn a_handler_for_a_use_inside_a_use_and_in_jsonpath() {
    let first = |request: Value| Ok::<_, TaskError>(json!({ "message": request["to"], "tries": 5 }));
    let input = json!({ "customer": "ada", "boss": "bob", "order": "tea", "others": [] });
    let execution = engine::<Order>().on_state("Tell the others / First", first).run(&input).unwrap();
    assert_eq!(execution.output_as::<Value>().unwrap()["both"], json!([5, 2]));
    let told = |request: Value| {
        assert_eq!(request, json!({ "to": "ada", "text": "hello" }));
        Ok::<_, TaskError>(json!({ "message": "m", "tries": 1 }))
    };
    let execution = Engine::of::<Old>().unwrap().on_state("Told", told).run(&json!({ "customer": "ada" })).unwrap();
    assert_eq!(execution.output_as::<Value>().unwrap(), json!({ "tries": 1, "message": "m" }));
    let unknown = Engine::of::<Old>().unwrap().on_state("Tol", told).run(&json!({ "customer": "ada" }));
    assert!(unknown.is_err());
}

#[test]
fn the_names_show_the_use_and_the_state() {
    assert_eq!(OrderState::ToldSend.name(), "Told / Send");
    assert_eq!(OrderState::PackFirstAsk.name(), "Tell the others / First / Ask");
    let definition: Value = serde_json::from_str(Order::definition().as_str()).unwrap();
    assert_eq!(definition["StartAt"], "Told");
    assert_eq!(definition["States"]["Told"]["Assign"].as_object().unwrap().len(), 1);
    assert_eq!(definition["States"]["Told / Send"]["Catch"][0]["Next"], "Failed");
    assert!(definition["States"]["Told / Done"]["Catch"].is_null());
    // What is not read is not assigned.
    assert_eq!(definition["States"]["Tell the others / Both"]["Next"], "Rest");
}
