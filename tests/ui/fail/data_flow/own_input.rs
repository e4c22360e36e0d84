//! A state reads unknown and optional members of its input, and uses a member as the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow OwnInput {
        input { count: i64, name: String }
        choice First { if state.cuont > 3 -> A; else -> B; }
        pass A { n: state.count + "1", name: state.name } -> C;
        pass B { n: 0, other: true } -> C;
        pass C { n: state.n + "1", name: "Dr " + state.name, x: state.nam } -> end;
    }
}

fn main() {}
