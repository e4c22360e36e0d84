//! The output has a member of the wrong type, and one that may be absent.

use workflow_runtime::workflow;

workflow! {
    workflow OutputFromAService {
        output { model: i64, seconds: i64 }
        task Job = aws_sdk::sagemaker::describeTrainingJob { TrainingJobName: "t" } -> Done;
        succeed Done { model: Job.ModelArtifacts.S3ModelArtifacts, seconds: Job.TrainingTimeInSeconds }
    }
}

fn main() {}
