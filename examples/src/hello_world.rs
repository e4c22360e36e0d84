//! The Hello World workflow, and a function in place of its Lambda function.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use workflow_local::TaskError;
use workflow_runtime::workflow;

workflow! {
    // Waits, says hello to the world on two branches, and has it written in base64.
    pub workflow HelloWorld {
        query jsonpath;

        input {
            /// Whether this is the Hello World example; otherwise the execution fails.
            #[serde(rename = "IsHelloWorldExample")]
            is_hello_world_example: bool,
        }

        returns {
            /// What the Lambda function returned: `HelloWorld` in base64.
            #[serde(rename = "Payload")]
            payload: String,
            /// The HTTP status of the call.
            #[serde(rename = "StatusCode")]
            status_code: u16,
        }

        pass MyPassState -> IsHelloWorld;

        choice IsHelloWorld as "Is this Hello World example?" match state.IsHelloWorldExample {
            true -> Wait3Seconds;
            false -> HelloWorldFailed;
        }

        wait Wait3Seconds as "Wait for 3 seconds" for 3s -> MyParallelState;

        parallel MyParallelState {
            branch { pass Hello -> end; }
            branch { pass World -> end; }
        } -> Convert;

        task Convert as "Convert HelloWorld to Base64" = lambda::invoke {
            FunctionName: "<lambda-function-name>",
            Payload: { input: "HelloWorld" },
        }
            retry [States.TaskFailed] { interval: 15s, max_attempts: 2, backoff: 4.0 }
            catch [States.TaskFailed] -> LambdaTaskFailed
            -> HelloWorldSuccessful;

        succeed HelloWorldSuccessful;
        fail LambdaTaskFailed;
        fail HelloWorldFailed;
    }
}

/// The name of the Lambda function in [`HelloWorld`]'s definition.
pub const FUNCTION: &str = "<lambda-function-name>";

/// Returns the member `input` of the payload in Base64.
///
/// # Errors
/// Fails if the payload has no such string.
pub fn to_base64(payload: Value) -> Result<String, TaskError> {
    match payload.get("input").and_then(Value::as_str) {
        Some(text) => Ok(STANDARD.encode(text)),
        None => Err(TaskError::new("NoInput").with_cause("the payload has no text `input`")),
    }
}
