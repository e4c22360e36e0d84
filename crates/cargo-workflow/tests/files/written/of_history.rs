//! The package needs `serde_json`, `workflow-explore` and `workflow-local`, with its feature `jsonata`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

fn engine() -> workflow_local::Engine {
    // A copy: replace it with the workflow to see whether a change of it helps.
    let definition: serde_json::Value = serde_json::from_str(r#"{
  "StartAt": "Score",
  "States": {
    "Score": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:score",
      "ResultPath": "$.score",
      "Next": "GoodEnough"
    },
    "GoodEnough": {
      "Type": "Choice",
      "Default": "Retrain",
      "Choices": [
        {
          "Variable": "$.score",
          "NumericGreaterThanEquals": 50,
          "Next": "Deploy"
        }
      ]
    },
    "Deploy": {
      "Type": "Succeed"
    },
    "Retrain": {
      "Type": "Succeed"
    }
  }
}"#).unwrap();
    workflow_local::Engine::new(&definition).unwrap().named("local")
}

/// The execution of order takes the recorded path.
pub(crate) fn execution_order() {
    let engine = engine()
        .on_state_answers("Score", workflow_local::Answers::new().gives(1, serde_json::json!(60)));
    let execution = engine.run(&serde_json::json!({"of":60})).unwrap();
    execution.assert_path(["Score", "GoodEnough", "Deploy"]);
    execution.assert_output(serde_json::json!({"of":60,"score":60}));
}
