//! What cannot be read: the same without: the task has succeeded, and fails.

use workflow_runtime::workflow;

workflow! {
    workflow OptionalMemberOfTheOwnResult {
        task Job = aws_sdk::sagemaker::describeTrainingJob { TrainingJobName: "t" }
            output { why: result.FailureReason }
            -> end;
    }
}

fn main() {}
