//! Results and errors that other states read by name.

use serde_json::json;

use super::document;

#[test]
fn a_state_keeps_what_is_read_of_its_result() {
    let jsonata = document(
        r#"task Train = lambda::invoke { FunctionName: "train" } -> Log;
        pass Log { at: Train.Payload.model.uri, code: Train.StatusCode } -> end;"#,
    );
    assert_eq!(
        jsonata["States"]["Train"]["Assign"],
        json!({ "Train": "{% {'Payload': {'model': {'uri': $states.result.Payload.model.uri}}, 'StatusCode': $states.result.StatusCode} %}" })
    );
    assert_eq!(jsonata["States"]["Log"]["Output"]["at"], "{% $Train.Payload.model.uri %}");
    let jsonpath = document(
        r#"query jsonpath; task Train = lambda::invoke { FunctionName: "train" } -> Log;
        pass Log { at: Train.Payload.model.uri, code: Train.StatusCode } -> end;"#,
    );
    assert_eq!(
        jsonpath["States"]["Train"]["Assign"],
        json!({ "Train": { "Payload.$": "$.Payload", "StatusCode.$": "$.StatusCode" } })
    );
    assert_eq!(jsonpath["States"]["Log"]["Parameters"]["at.$"], "$Train.Payload.model.uri");
}
