//! The rows of a CSV file have a type.

use workflow_runtime::workflow;

workflow! {
    workflow RowsOfCsv {
        params { bucket: String }
        struct Row { id: String, customer: String, cents: u32 }

        map Rows over s3::csv<Row> { Bucket: params.bucket, Key: "rows.csv", headers: ["id", "custmer", "cents"] }
            distributed
        {
            pass One { id: item.idd } -> end;
        } -> end;
    }
}

fn main() {}
