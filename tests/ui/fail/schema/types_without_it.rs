use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Serialize, Deserialize, Schema)]
pub struct Order {
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
pub struct Line {
    article: String,
}

#[derive(Serialize, Deserialize)]
pub struct Alone {
    name: String,
}

workflow! {
    workflow Ship {
        input self::Order;
        // As a whole they pass.
        pass First { lines: input.lines, first: input.lines[0].article } -> end;
    }
    workflow Other {
        input Alone;
        pass First { all: input, name: input.name } -> end;
    }
}

fn main() {}
