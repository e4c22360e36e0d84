use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String }
        task Send = sqs::sendMessage { QueueUrl: input.to, MesageBody: "hello" } -> end;
    }
}
