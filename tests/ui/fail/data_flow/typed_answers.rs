//! Unknown members of typed results are read, and members are used as the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow TypedAnswers {
        struct Bill { total: f64, paid: bool }
        params { bill: Arn, token: String }
        task Worker = activity<Bill>(params.bill) -> Call;
        task Call = http::invoke<Bill> {
            ApiEndpoint: "https://example.com",
            Method: "GET",
            Authentication: { ConnectionArn: params.token },
        } -> Child;
        task Child = states::startExecution<Bill>.sync:2 { StateMachineArn: params.bill, Input: {} } -> Approve;
        task Approve = lambda::invoke<Bill>.waitForTaskToken {
            FunctionName: "f",
            Payload: { token: context.Task.Token },
        } timeout 1d -> Sum;
        pass Sum {
            total: Worker.totl + Call.total + Child.Output.paid + Approve.Payload.total,
            text: Call.ResponseBody.total + "!",
        } -> end;
    }
}

fn main() {}
