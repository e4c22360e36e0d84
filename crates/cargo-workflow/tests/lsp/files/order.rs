//! A file of Rust with workflows.

use workflow_runtime::workflow;

fn main() {
    println!("{}", Order::NAME);
}

workflow! {
    pub workflow Order {
        input { id: String, count: i64 }
        struct Bill { amount: f64, payer: Payer }
        struct Payer { account: String }

        task Charge = lambda::invoke<Bill> { FunctionName: "charge", Payload: { id: input.id } }
            retry [Lambda.TooManyRequestsException] { interval: 2s }
            catch [States.ALL] -> Failed
            assign { paid: result.Payload.payer.account }
            -> Store;
        task Store = dynamodb::putItem {
            TableName: "orders",
            Item: { id: { S: input.id } },
            ReturnValues: "NONE",
        }
            output { used: result.ConsumedCapacity }
            -> Told;
        use Tell as Told { text: $paid } -> end;
        fail Failed { error: "NotPaid" }
    }

    fragment Tell {
        input { text: String }
        task Send = sqs::sendMessage { QueueUrl: "https://sqs.eu-west-1.amazonaws.com/1/told", MessageBody: input.text } -> end;
    }
}
