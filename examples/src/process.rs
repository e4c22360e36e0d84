//! A processing job that the workflow waits for: the first example of AWS's Data Science SDK for Python, with its
//! values checked.

use workflow_runtime::workflow;

workflow! {
    /// Processes what lies in a folder of S3 into another.
    pub workflow Process {
        input {
            /// Names the job; no two have the same name.
            job_name: String,
            /// Where the data lies.
            source: String,
        }
        returns {
            /// The job, for whoever asks SageMaker about it.
            job: String,
            /// Where the result lies.
            result: String,
        }
        params { image: String, bucket: String, sagemaker_role: Arn }

        task Job as "Processing Step" = sagemaker::createProcessingJob.sync {
            ProcessingJobName: input.job_name,
            ProcessingInputs: [
                {
                    InputName: "input-1",
                    S3Input: {
                        S3Uri: input.source,
                        LocalPath: "/opt/ml/processing/input",
                        S3DataType: "S3Prefix",
                        S3InputMode: "File",
                    },
                },
            ],
            ProcessingOutputConfig: {
                Outputs: [
                    {
                        OutputName: "output-1",
                        S3Output: {
                            S3Uri: "s3://" + params.bucket + "/out/" + input.job_name,
                            LocalPath: "/opt/ml/processing/output",
                            S3UploadMode: "EndOfJob",
                        },
                    },
                ],
            },
            AppSpecification: {
                ImageUri: params.image,
                ContainerEntrypoint: ["python3", "/opt/program/my_script.py"],
            },
            RoleArn: params.sagemaker_role,
            ProcessingResources: {
                ClusterConfig: { InstanceCount: 1, InstanceType: "ml.m5.xlarge", VolumeSizeInGB: 30 },
            },
        }
            timeout 2h
            catch [States.ALL] -> Failed
            -> Done;

        succeed Done {
            job: Job.ProcessingJobArn,
            result: "s3://" + params.bucket + "/out/" + input.job_name,
        }
        fail Failed { error: "ProcessingFailed", cause: caught.Error + ": " + caught.Cause }
    }
}
