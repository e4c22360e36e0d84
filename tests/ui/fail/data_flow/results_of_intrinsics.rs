//! The results of intrinsic functions are compared with the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow ResultsOfIntrinsics {
        query jsonpath;
        input { name: String, xs: Vec<i64> }
        pass A { parts: States.StringSplit(input.name, ","), n: States.ArrayGetItem(input.xs, 0) } -> Which;
        choice Which { if A.n > "3" && A.parts[0] == 1 -> Done; else -> Done; }
        succeed Done;
    }
}

fn main() {}
