use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { queue: String, function: String, seconds: i64, order: Json }
        task Send = sqs::sendMessage { QueueUrl: input.queue, MessageBody: input.order.text } -> Ask;
        task Ask = lambda::invoke { FunctionName: input.function, Payload: input.order.count + 1 }
            timeout input.seconds
            -> end;
    }

    fragment Both {
        input { count: String }
        use Notify as First {
            queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
            function: "f",
            seconds: 5,
            order: { text: "hello", count: input.count },
        } -> end;
    }

    workflow Order {
        input { queue: String, text: String, count: i64 }

        use Notify as Right {
            queue: input.queue,
            function: "f",
            seconds: 60,
            order: { text: input.text, count: input.count },
        } -> Wrong;
        use Notify as Wrong {
            queue: input.queue,
            function: "f",
            seconds: 0,
            order: { text: input.count, count: input.text },
        } -> Deep;
        use Both as Deep { count: input.text } -> Lacking;
        use Notify as Lacking {
            queue: input.queue,
            function: "f",
            seconds: 60,
            order: { txt: input.text, count: 1 },
        } -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
