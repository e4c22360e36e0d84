//! What cannot be read: others, compared with another type.

use workflow_runtime::workflow;

workflow! {
    workflow TypesOfPasses {
        input { count: i64 }
        pass A { n: input.count + 1, name: "x" } -> Which;
        choice Which { if A.name > 3 -> B; else -> Done; }
        pass B { x: A.nme } -> end;
        succeed Done;
    }
}

fn main() {}
