//! Expressions in a workflow: a total for each line of a basket, their sum, a discount, and a choice that depends on
//! them. They become JSONata, the workflow's query language by default.

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
        returns {
            total: f64,
            message: String,
        }

        // The sum of no lines has no value.
        choice IsEmpty {
            if $count(input.lines) == 0 -> Empty;
            else -> PriceLines;
        }

        fail Empty { error: "EmptyBasket", cause: "the basket has no lines" }

        map PriceLines over input.lines max_concurrency 10 {
            pass PriceLine { article: state.article, total: state.price * state.count } -> end;
        } -> Sum;

        pass Sum { articles: $count(state), total: $sum(state[*].total) * (1 - input.discount) }
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
