//! A request that a person approves with a message, or leaves unanswered.

use workflow_runtime::workflow;

workflow! {
    /// Sends a request to a queue, and waits for up to three days until somebody decides.
    pub workflow Approval {
        input { request: String, amount: f64 }
        returns { approved: bool, by: String }
        params {
            /// The queue that the requests go to, with the task token to send back.
            queue_url: String,
        }
        struct Decision { approved: bool, by: String }

        choice Small {
            if input.amount < 100 -> Granted;
            else -> Ask;
        }
        task Ask = sqs::sendMessage<Decision>.waitForTaskToken {
            QueueUrl: params.queue_url,
            MessageBody: { token: context.Task.Token, request: input.request, amount: input.amount },
        }
            timeout 3d
            catch [States.Timeout] -> Expired
            -> Decided;
        pass Decided { approved: Ask.approved, by: Ask.by } -> end;
        pass Granted { approved: true, by: "nobody" } -> end;
        fail Expired { error: "Expired", cause: "nobody decided on " + input.request }
    }
}
