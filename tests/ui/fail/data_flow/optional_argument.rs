//! An optional value is an argument.

use workflow_runtime::workflow;

workflow! {
    workflow OptionalArgument {
        input { note: Option<String> }
        choice Noted { if $contains(input.note, "x") -> Show; else -> Show; }
        pass Show { note: $uppercase(input.note) } -> end;
    }
}

fn main() {}
