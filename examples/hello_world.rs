//! Prints the Hello World workflow as Amazon States Language and as a graph, then runs both of its paths in this
//! process, in virtual time: the wait of three seconds takes no time.
//!
//! ```text
//! cargo run -p examples --example hello_world
//! ```

use std::error::Error;

use examples::hello_world::{FUNCTION, HelloWorld, HelloWorldInput, HelloWorldOutput, to_base64};
use serde_json::Value;
use workflow_local::{Engine, Status};
use workflow_runtime::Workflow;

fn main() -> Result<(), Box<dyn Error>> {
    let definition: Value = serde_json::from_str(HelloWorld::definition().as_str())?;
    println!("{definition:#}\n");

    println!("{}", HelloWorld::graph().to_mermaid());

    let engine = Engine::of::<HelloWorld>()?.on_lambda(FUNCTION, to_base64);
    for is_hello_world_example in [true, false] {
        let input = HelloWorldInput { is_hello_world_example };
        let execution = engine.run(&input)?;
        println!("{input:?}\n{}", execution.history_table());
        let status = execution.status();
        if status == Status::Succeeded {
            println!("{status}: {:?}\n", execution.output_as::<HelloWorldOutput>()?);
        } else {
            println!("{status}: error {:?}, cause {:?}\n", execution.error(), execution.cause());
        }
    }
    Ok(())
}
