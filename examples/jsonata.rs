//! Expressions in a workflow: a total for each line of a basket, their sum, a discount, and a choice that depends on
//! them. They become JSONata, the workflow's query language by default.
//!
//! ```text
//! cargo run --example jsonata
//! ```

use std::error::Error;

use workflow_local::Engine;
use workflow_runtime::workflow;

workflow! {
    /// Adds a basket up.
    pub workflow AddUp {
        input {
            lines: Vec<Line>,
            discount: f64,
        }
        /// One article of the basket.
        struct Line {
            article: String,
            price: f64,
            count: i64,
        }
        output {
            total: f64,
            message: String,
        }

        map PriceLines over input.lines max_concurrency 10 {
            pass PriceLine { article: state.article, total: state.price * state.count } -> end;
        } -> Sum;

        pass Sum { articles: $count(state), total: $sum(state.total) * (1 - input.discount) }
            assign { articles: $count(state) }
            -> IsLarge;

        choice IsLarge {
            if state.total >= 100 && $articles > 1 -> Large;
            else -> Small;
        }

        succeed Large { total: state.total, message: "free delivery of " + $string($articles) + " articles" }
        succeed Small { total: state.total, message: "delivery costs 4.90" }
    }
}

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
