//! An unknown member of a service's result is read, and other members are used as the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow ResultOfAService {
        input { image: String, role: Arn }
        task Train = sagemaker::createTrainingJob.sync {
            TrainingJobName: "t",
            AlgorithmSpecification: { TrainingImage: input.image, TrainingInputMode: "File" },
            OutputDataConfig: { S3OutputPath: "s3://b" },
            ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.xlarge", VolumeSizeInGB: 20 },
            RoleArn: input.role,
            StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        } -> Long;
        choice Long { if Train.TrainingTimeInSeconds == "600" -> Done; else -> Done; }
        pass Done { model: Train.ModelArtifacts.S3ModelArtefacts, why: "seconds " + Train.TrainingTimeInSeconds } -> end;
    }
}

fn main() {}
