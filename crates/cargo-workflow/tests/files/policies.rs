//! Workflows whose policies depend on params, constants, placeholders of a document, and their own name.

use workflow_runtime::workflow;

/// A constant that a workflow names.
pub(crate) const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:news";

workflow! {
    pub workflow Plain {
        task Call = lambda::invoke { FunctionName: "greet" } -> Ask;
        task Ask = "arn:aws:states:eu-west-1:123456789012:activity:ask" -> Train;
        task Train = codebuild::startBuild.sync { ProjectName: "site" } -> end;
    }
}

workflow! {
    pub workflow Shipping {
        input { id: String }
        params { queue: String, table: String, shipping: Arn, role: Arn, attempts: u32, nodes: Vec<String> }

        task Put = dynamodb::putItem { TableName: params.table, Item: { id: { S: input.id } } } -> Get;
        task Get = aws_sdk::dynamodb::query {
            TableName: "archive-" + params.table,
            IndexName: "by-" + input.id,
        } -> Tell;
        task Tell = sqs::sendMessage { QueueUrl: params.queue, MessageBody: { nodes: params.nodes } } -> Ship;
        task Ship = params.shipping { attempts: params.attempts } -> Publish;
        task Publish = sns::publish { TopicArn: const TOPIC, Message: "m" } credentials { RoleArn: params.role } -> Run;
        task Run = states::startExecution.sync:2 { StateMachineArn: context.StateMachine.Id } -> end;
    }
}

workflow! {
    pub workflow Paths {
        query jsonpath;
        input { id: String }
        params { bucket: String, #[serde(rename = "KeyPrefix")] prefix: String }

        task Read = aws_sdk::s3::getObject { Bucket: params.bucket, Key: params.prefix } -> Scan;
        task Scan = athena::startQueryExecution.sync { QueryString: "select 1", WorkGroup: params.prefix } -> end;
    }
}

workflow! {
    pub workflow FromDocument {
        from "tests/files/policies.asl.json";
    }
}
