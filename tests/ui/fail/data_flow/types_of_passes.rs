//! An unknown member of a pass's result is read, and a member is compared with the wrong type.

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
