//! A task reads an optional member of its own result.

use workflow_runtime::workflow;

workflow! {
    workflow OptionalMemberOfTheOwnResult {
        task Job = aws_sdk::sagemaker::describeTrainingJob { TrainingJobName: "t" }
            output { why: result.FailureReason }
            -> end;
    }
}

fn main() {}
