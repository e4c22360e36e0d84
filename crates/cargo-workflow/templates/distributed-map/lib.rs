//! Processes the rows of a file in S3 with many concurrent child executions.

use workflow_runtime::workflow;

workflow! {
    /// Charges every row of a CSV file; a few may fail.
    pub workflow ChargeAll {
        input { key: String }
        params {
            /// Where the file is, and where the results go.
            bucket: String,
            /// The function that charges.
            charge: Arn,
        }

        map Rows over s3::csv { Bucket: params.bucket, Key: input.key, headers: first_row }
            distributed express
            max_concurrency 100
            tolerate percent 5
            write_to { Bucket: params.bucket, Prefix: "charged" }
            label "rows"
        {
            task Charge = lambda::invoke { FunctionName: params.charge, Payload: item }
                retry [Lambda.TooManyRequestsException] { interval: 2s, max_attempts: 5, backoff: 2.0 }
                -> end;
        } -> end;
    }
}
