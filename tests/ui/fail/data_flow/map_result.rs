//! A member of the result of a map is read, rather than a member of one item.

use workflow_runtime::workflow;

workflow! {
    workflow MapResult {
        map Each over [1, 2] { pass B { n: 1 } -> end; } -> C;
        pass C { first: Each.n, other: Each[0].m } -> end;
    }
}

fn main() {}
