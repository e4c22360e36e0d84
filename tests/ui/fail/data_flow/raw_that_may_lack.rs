//! Raw JSONata reads a variable that may not be assigned, and one from outside a distributed map.

use workflow_runtime::workflow;

workflow! {
    workflow RawThatMayLack {
        input { fast: bool, xs: Vec<i64> }
        choice Which { if input.fast -> Show; else -> Start; }
        task Start = aws_sdk::s3::listObjectsV2 { Bucket: "b" } -> Show;
        pass Show { count?: Start?.KeyCount, raw: jsonata "$Start.KeyCount" } -> Each;
        map Each over input.xs distributed { pass In { n: jsonata "$Start.KeyCount" } -> end; } -> end;
    }
}

fn main() {}
