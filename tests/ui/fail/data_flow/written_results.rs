//! Items of results that are in S3 are read, and unknown members of executions' descriptions.

use workflow_runtime::workflow;

workflow! {
    workflow WrittenResults {
        input { xs: Vec<i64> }
        map Each over input.xs distributed write_to { Bucket: "b", Prefix: "out" } { pass P { n: 1 } -> end; } -> Pairs;
        map Pairs over input.xs distributed result_writer config { Transformation: "FLATTEN", OutputType: "JSON" } {
            pass Q = [1, 2] -> end;
        } -> Told;
        map Told over input.xs distributed result_writer config { Transformation: "NONE", OutputType: "JSON" } {
            pass R { n: 1 } -> end;
        } -> Show;
        pass Show { a: Each[0].n, b: Each.ResultWriterDetails.Ky, c: Pairs[0][1], d: Told[0].n, e: Told[0].Output.n } -> end;
    }
}

fn main() {}
