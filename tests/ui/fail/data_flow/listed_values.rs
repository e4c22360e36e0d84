//! A string that AWS lists is compared with an unlisted string, and with a number.

use workflow_runtime::workflow;

workflow! {
    workflow ListedValues {
        task Describe = aws_sdk::glue::getJobRun { JobName: "j", RunId: "r" } -> Which;
        choice Which match Describe.JobRun.JobRunState { "SUCEEDED" => Show, "FAILED" => Bad, _ => Bad }
        pass Show { number: Describe.JobRun.JobRunState == 3 } -> end;
        fail Bad;
    }
}

fn main() {}
