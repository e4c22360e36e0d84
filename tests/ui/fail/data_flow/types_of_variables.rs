//! A variable is compared with the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow TypesOfVariables {
        input { count: i64 }
        pass A { n: 1 } assign { total: input.count + 1 } -> Which;
        choice Which { if $total > "3" -> B; else -> B; }
        pass B -> end;
    }
}

fn main() {}
