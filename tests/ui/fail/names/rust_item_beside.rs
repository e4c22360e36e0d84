use workflow_runtime::workflow;

#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    id: String,
}

#[derive(Clone, Copy, Debug, serde::Serialize)]
struct Line {
    count: i64,
}

enum Status {}

fn run() {}

trait RunInput {}

workflow! {
    pub workflow Order {
        struct Line { count: i64, status: Status }
        enum Status { Open, Done }
        input { lines: Vec<Line> }
        returns { status: Status }
        pass Only { status: Status::Open } -> end;
    }

    workflow Run {
        input { id: String }
        pass Only -> end;
    }
}

fn main() {
    run();
}
