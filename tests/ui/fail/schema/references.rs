use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

mod model {
    use super::*;

    #[derive(Serialize, Deserialize, Schema)]
    #[serde(rename_all = "camelCase")]
    pub struct Order {
        pub customer_id: String,
        pub lines: Vec<Line>,
        pub pay: Pay,
        #[serde(flatten)]
        pub place: Place,
        pub size: (u8, u8),
        pub total: f64,
    }

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Line {
        pub article: String,
        pub parts: Vec<Line>,
    }

    #[derive(Serialize, Deserialize, Schema)]
    #[serde(tag = "type", rename_all = "lowercase")]
    pub enum Pay {
        Card { number: String },
        Cash,
    }

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Place {
        pub region: String,
    }
}

workflow! {
    workflow Ship {
        input model::Order;
        task Charge = lambda::invoke<model::Order> { FunctionName: "f", Payload: input } -> First;
        pass First {
            customer: input.customer_id,
            article: input.lines.article,
            part: input.lines[0].parts[0].artcle,
            paid: input.pay.typ,
            region: input.regoin,
            flat: input.place.region,
            depth: input.size[2],
            first: input.total[0],
            cents: input.total.cents,
            twice: [input.lnes[0].article, input.lnes[0].parts],
            of_a_task: Charge.Payload.totl,
        } -> Each;
        map Each over input.lines {
            pass Line { article: item.artcle } -> end;
        } -> end;
    }
}

fn main() {}
