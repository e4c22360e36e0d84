//! The Hello World workflow, and the function that stands for its Lambda function.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use workflow_local::TaskError;
use workflow_runtime::{Json, MachineType, Piece, Workflow, WorkflowState};

/// Waits, says hello to the world on two branches, and has it written in base64.
#[derive(Debug, Clone, Copy)]
pub struct HelloWorld;

/// The input of an execution of [`HelloWorld`].
#[derive(Debug, Clone, PartialEq)]
pub struct HelloWorldInput {
    /// Whether this is the Hello World example; otherwise the execution fails.
    pub is_hello_world_example: bool,
}
workflow_runtime::__private::structure! { HelloWorldInput { is_hello_world_example: bool = "IsHelloWorldExample" } }

macro_rules! states {
    ($($state:ident = $name:literal,)*) => {
        /// The states of [`HelloWorld`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum HelloWorldState { $( #[doc = $name] $state, )* }

        impl WorkflowState for HelloWorldState {
            const ALL: &'static [Self] = &[ $( Self::$state, )* ];

            fn name(self) -> &'static str {
                match self { $( Self::$state => $name, )* }
            }
        }
    };
}

states! {
    MyPassState = "MyPassState",
    IsHelloWorld = "Is this Hello World example?",
    Wait3Seconds = "Wait for 3 seconds",
    MyParallelState = "MyParallelState",
    Hello = "Hello",
    World = "World",
    Convert = "Convert HelloWorld to Base64",
    HelloWorldSuccessful = "HelloWorldSuccessful",
    LambdaTaskFailed = "LambdaTaskFailed",
    HelloWorldFailed = "HelloWorldFailed",
}

impl Workflow for HelloWorld {
    const NAME: &'static str = "HelloWorld";
    const TYPE: MachineType = MachineType::Standard;
    const PIECES: &'static [Piece] = &[Piece::Text(include_str!("hello_world.asl.json"))];
    type Input = HelloWorldInput;
    type Output = Json;
    type Params = ();
    type State = HelloWorldState;
}

/// The Lambda function that [`HelloWorld`] calls, as its definition names it.
pub const FUNCTION: &str = "<lambda-function-name>";

/// The member `input` of the payload in base64.
///
/// # Errors
/// The payload has no such text.
pub fn to_base64(payload: Value) -> Result<String, TaskError> {
    match payload.get("input").and_then(Value::as_str) {
        Some(text) => Ok(STANDARD.encode(text)),
        None => Err(TaskError::new("NoInput").with_cause("the payload has no text `input`")),
    }
}
