//! Prints the definition of a workflow with expressions, and runs it twice.
//!
//! ```text
//! cargo run -p examples --example jsonata
//! ```

use std::error::Error;

use examples::add_up::{AddUp, AddUpInput, AddUpOutput, Line};
use workflow_local::Engine;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}\n", AddUp::definition());

    let engine = Engine::of::<AddUp>()?;
    for count in [1, 20] {
        let lines = vec![
            Line { article: "pencil".to_owned(), price: 1.25, count: 4 },
            Line { article: "paper".to_owned(), price: 9.5, count },
        ];
        let execution = engine.run(&AddUpInput { lines, discount: 0.1 })?;
        let output: AddUpOutput = execution.output_as()?;
        println!("{}: {} in total, {}", execution.status(), output.total, output.message);
    }
    Ok(())
}
