//! Runs the workflow on the embedded engine, where the wait of three seconds takes no time.

use CRATE::{Greet, GreetInput, GreetOutput};
use workflow_local::Engine;

fn greet(formal: bool) -> String {
    let engine = Engine::of::<Greet>().unwrap();
    let execution = engine.run(&GreetInput { name: "Ada".to_owned(), formal }).unwrap();
    let output: GreetOutput = execution.output_as().unwrap();
    output.text
}

#[test]
fn it_greets() {
    assert_eq!(greet(false), "Hi Ada");
    assert_eq!(greet(true), "Good evening, Ada");
}
