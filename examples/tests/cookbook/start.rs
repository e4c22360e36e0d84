//! The workflow of `docs/start.md`.

use serde_json::json;
use workflow_local::{Engine, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Weighs a parcel and chooses how to send it.
    pub workflow Deliver {
        input { parcel: String }
        returns { by: String, grams: i64 }
        struct Weight { grams: i64 }

        task Weigh = lambda::invoke<Weight> { FunctionName: "weigh", Payload: { parcel: input.parcel } }
            retry [Lambda.TooManyRequestsException] { interval: 2s, max_attempts: 2, backoff: 2.0 }
            catch [States.ALL] -> NoScale
            -> Heavy;

        choice Heavy {
            if Weigh.Payload.grams > 20000 -> Freight;
            else -> Post;
        }
        succeed Freight { by: "freight", grams: Weigh.Payload.grams }
        succeed Post { by: "post", grams: Weigh.Payload.grams }
        fail NoScale { error: "NoScale", cause: caught.Cause }
    }
}

fn parcel() -> DeliverInput {
    DeliverInput { parcel: "P1".to_owned() }
}

#[test]
fn a_light_parcel_goes_by_post() {
    let engine = Engine::of::<Deliver>().unwrap().on_lambda("weigh", |_: Json| Ok(json!({ "grams": 900 })));
    let execution = engine.run(&parcel()).unwrap();
    execution.assert_path(["Weigh", "Heavy", "Post"]);
    let output: DeliverOutput = execution.output_as().unwrap();
    assert_eq!(output, DeliverOutput { by: "post".to_owned(), grams: 900 });
}

#[test]
fn a_heavy_parcel_goes_by_freight() {
    let engine = Engine::of::<Deliver>().unwrap().on_lambda("weigh", |_: Json| Ok(json!({ "grams": 21_000 })));
    engine.run(&parcel()).unwrap().assert_path(["Weigh", "Heavy", "Freight"]);
}

#[test]
fn a_broken_scale_is_tried_three_times() {
    let busy = TaskError::new("Lambda.TooManyRequestsException").with_cause("the scale is busy");
    let engine = Engine::of::<Deliver>().unwrap().on_lambda("weigh", move |_: Json| Err::<Json, _>(busy.clone()));
    let execution = engine.run(&parcel()).unwrap();
    execution.assert_failed("NoScale");
    assert_eq!(execution.cause(), Some("the scale is busy"));
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 2 + 4);
}

#[test]
fn only_more_than_20_kg_is_freight() {
    for (grams, by) in [(20_000, "post"), (20_001, "freight")] {
        let engine = Engine::of::<Deliver>().unwrap().on_lambda("weigh", move |request: Json| {
            assert_eq!(request, json!({ "parcel": "P1" }));
            Ok(json!({ "grams": grams }))
        });
        engine.run(&parcel()).unwrap().assert_output(json!({ "by": by, "grams": grams }));
    }
}
