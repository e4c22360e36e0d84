//! Whatever goes wrong with the examples, tried.

use examples::hello_world::HelloWorld;
use examples::order_saga::OrderSaga;
use examples::retrain::{RetrainChurn, RetrainChurnParams};
use serde_json::Value;
use workflow_explore::{Explorer, Property, Severity, Verdict};
use workflow_local::Engine;
use workflow_local::internal::{InternalEngine, InternalProgram};
use workflow_runtime::{Arn, Workflow};

/// The saga as it was: a refund that failed went straight to the end.
fn saga_as_it_was() -> Engine {
    let mut definition: Value = serde_json::from_str(OrderSaga::definition().as_str()).unwrap();
    definition["States"]["Refund"]["Catch"][0]["Next"] = "Rejected".into();
    Engine::new(&definition).unwrap().declaring(OrderSaga::TYPES)
}

#[test]
fn the_hole_of_the_saga_is_found() {
    let released = OrderSaga::PROPERTIES[0].parse().unwrap();
    let report = Explorer::new(&saga_as_it_was()).unwrap().property(released).explore().unwrap();
    let [finding, note] = report.findings.as_slice() else { panic!("{report}") };
    assert_eq!((finding.severity, note.severity), (Severity::Error, Severity::Note));
    assert_eq!(finding.property, "after Reserve: Done or Release");
    let decisions: Vec<_> = finding.decisions.iter().skip(1).map(ToString::to_string).collect();
    assert_eq!(
        decisions,
        [
            "`Reserve` gives {\"Payload\":{\"id\":\"id\"}}",
            "`Charge` gives {\"Payload\":{\"id\":\"id\",\"amount\":1}}",
            "`Ship` fails with `UnnamedError`",
            "`Refund` fails with `UnnamedError`, at each attempt",
        ]
    );
    println!("{report}");
    println!("{}", report.test(finding));
    println!("{:#}", report.mocks(finding).unwrap());
}

/// The function may give the declared output, so it is tried to give it. What the definition itself gives is judged.
#[test]
fn a_guessed_result_does_not_show_that_the_output_is_wrong() {
    let engine = Engine::of::<HelloWorld>().unwrap();
    let report = Explorer::new(&engine).unwrap().explore().unwrap();
    assert!(report.findings.iter().all(|finding| finding.severity == Severity::Note), "{report}");
    let mut definition = engine.program().definition().clone();
    definition["States"]["HelloWorldSuccessful"]["OutputPath"] = "$.StatusCode".into();
    let engine = Engine::new(&definition).unwrap().declaring(HelloWorld::TYPES);
    let report = Explorer::new(&engine).unwrap().explore().unwrap();
    let first = report.findings.first().map(|finding| finding.message.as_str());
    assert_eq!(first, Some("`output`: expected `HelloWorldOutput`, found 1"), "{report}");
}

#[test]
fn the_saga_holds() {
    let explorer = Explorer::of::<OrderSaga>().unwrap();
    let report = explorer
        .property(Property::none_after("Ship", "Release"))
        .property(Property::at_most_once("Charge"))
        .property(Property::ends_in(["Done", "Rejected"]))
        .explore()
        .unwrap();
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    println!("{report}");
}

#[test]
fn the_retraining_pipeline_holds() {
    let params = RetrainChurnParams {
        image: "churn:7".to_owned(),
        output_path: "s3://models".to_owned(),
        sagemaker_role: Arn::from("arn:aws:iam::123456789012:role/sagemaker"),
    };
    let explorer = Explorer::of_with::<RetrainChurn>(&params).unwrap();
    let report = explorer.property(Property::ends_in(["Deployed", "Kept", "Failed"])).explore().unwrap();
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    println!("{report}");
}
