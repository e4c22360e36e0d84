//! A workflow whose params are resources.

use workflow_runtime::workflow;

workflow! {
    /// Makes small copies of photos.
    pub workflow Resize {
        params {
            resize: lambda::Function,
            jobs: sqs::Queue,
            photos: s3::Bucket,
            #[serde(rename = "Rows")]
            rows: dynamodb::Table,
            done: sns::Topic,
            child: states::StateMachine,
        }

        task Small = lambda::invoke {
            FunctionName: params.resize,
            Payload: { from: "s3://" + params.photos.name + "/in.jpg", to: params.photos },
        } -> Again;
        task Again = params.resize { again: true } -> Save;
        task Save = aws_sdk::s3::putObject { Bucket: params.photos, Key: context.Execution.Name } -> Note;
        task Note = dynamodb::putItem { TableName: params.rows, Item: { id: { S: context.Execution.Name } } } -> Send;
        task Send = sqs::sendMessage { QueueUrl: params.jobs, MessageBody: "small" } -> Tell;
        task Tell = sns::publish { TopicArn: params.done, Message: "done" } -> Run;
        task Run = states::startExecution.sync:2 { StateMachineArn: params.child, Input: {} } -> end;
    }
}
