//! The results of functions are used as the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow ResultsOfFunctions {
        input { xs: Vec<i64>, names: Vec<String> }
        pass A { most: $max(input.xs) ?? 0, sorted: $sort(input.names), more: $append(input.xs, [4]) } -> B;
        pass B { n: A.most + A.sorted[0], name: A.more[0] + "!" } -> end;
    }
}

fn main() {}
