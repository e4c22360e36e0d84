//! Tests tasks that call services outside the server: AWS's APIs at an endpoint, and HTTP APIs.

use serde_json::{Value, json};
use workflow_server::Server;

use super::{Api, one, text};
use crate::client::http;

/// Returns the description of an execution of one task.
async fn run(api: &Api, resource: &str, parameters: Value) -> Value {
    let task = json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
    let machine = api.machine(&text(&json!(resource.replace([':', '.'], "_"))), &one(task.clone())).await;
    let update = json!({"stateMachineArn": machine, "definition": one(task).to_string()});
    api.ok("UpdateStateMachine", update).await;
    let described = api.ended(&api.start(&machine, &json!({})).await).await;
    api.ok("DeleteStateMachine", json!({"stateMachineArn": machine})).await;
    described
}

/// Returns the output of such an execution.
async fn output(api: &Api, resource: &str, parameters: Value) -> Value {
    let described = run(api, resource, parameters).await;
    assert_eq!(described["status"], "SUCCEEDED", "{resource}: {described}");
    serde_json::from_str(&text(&described["output"])).unwrap()
}

/// Returns the error and cause of a failed execution.
async fn failure(api: &Api, resource: &str, parameters: Value) -> (String, String) {
    let described = run(api, resource, parameters).await;
    (text(&described["error"]), text(&described["cause"]))
}

fn sdk(action: &str) -> String {
    format!("arn:aws:states:::aws-sdk:{action}")
}

fn optimised(action: &str) -> String {
    format!("arn:aws:states:::{action}")
}

/// The services of AWS that an endpoint supports.
pub(crate) async fn services(url: &str) {
    let api = Api::with(Server::builder().aws_endpoint(url)).await;

    // SQS.
    let queue = output(&api, &sdk("sqs:createQueue"), json!({"QueueName": "q"})).await["QueueUrl"].clone();
    let body = json!({"n": 1});
    let sent = output(&api, &optimised("sqs:sendMessage"), json!({"QueueUrl": queue, "MessageBody": body})).await;
    assert!(sent["MD5OfMessageBody"].is_string() && sent["MessageId"].is_string(), "{sent}");
    assert_eq!(sent["SdkHttpMetadata"]["HttpStatusCode"], 200, "{sent}");
    assert!(sent["SdkHttpMetadata"]["AllHttpHeaders"].is_object() && sent["SdkResponseMetadata"].is_object(), "{sent}");
    let received =
        output(&api, &sdk("sqs:receiveMessage"), json!({"QueueUrl": queue, "MaxNumberOfMessages": "1"})).await;
    let message = &received["Messages"][0];
    assert_eq!((&message["Body"], &message["Md5OfBody"]), (&json!("{\"n\":1}"), &sent["MD5OfMessageBody"]));
    let deleted = json!({"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]});
    output(&api, &sdk("sqs:deleteMessage"), deleted).await;
    let (error, cause) = failure(
        &api,
        &optimised("sqs:sendMessage"),
        json!({"QueueUrl": format!("{url}/123456789012/absent"), "MessageBody": "m"}),
    )
    .await;
    assert!(error.starts_with("SQS.") && cause.contains("(Service: AmazonSQS; Status Code: 400; "), "{error}: {cause}");

    // A client that has read a token can answer the task.
    let callback = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
    });
    let machine = api.machine("Callback", &one(callback)).await;
    let waiting = api.start(&machine, &json!({})).await;
    api.event(&waiting, "TaskSubmitted").await;
    let received = output(&api, &sdk("sqs:receiveMessage"), json!({"QueueUrl": queue})).await;
    let body: Value = serde_json::from_str(&text(&received["Messages"][0]["Body"])).unwrap();
    api.ok("SendTaskSuccess", json!({"taskToken": body["token"], "output": "7"})).await;
    assert_eq!(api.ended(&waiting).await["output"], "7");

    // SNS passes it on to the queue.
    let purged = json!({"QueueUrl": queue});
    output(&api, &sdk("sqs:purgeQueue"), purged).await;
    let topic = output(&api, &sdk("sns:createTopic"), json!({"Name": "t"})).await["TopicArn"].clone();
    let arn = json!({"QueueUrl": queue, "AttributeNames": ["QueueArn"]});
    let arn = output(&api, &sdk("sqs:getQueueAttributes"), arn).await["Attributes"]["QueueArn"].clone();
    let subscribed = json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn});
    output(&api, &sdk("sns:subscribe"), subscribed).await;
    let attributes = json!({"kind": {"DataType": "String", "StringValue": "a b&c"}});
    let published = json!({"TopicArn": topic, "Message": {"of": "sns"}, "MessageAttributes": attributes});
    let published = output(&api, &optimised("sns:publish"), published).await;
    assert!(published["MessageId"].is_string() && published["SdkHttpMetadata"].is_object(), "{published}");
    let received = output(&api, &sdk("sqs:receiveMessage"), json!({"QueueUrl": queue})).await;
    let body: Value = serde_json::from_str(&text(&received["Messages"][0]["Body"])).unwrap();
    assert_eq!((&body["Message"], &body["MessageId"]), (&json!("{\"of\":\"sns\"}"), &published["MessageId"]), "{body}");
    assert_eq!(body["MessageAttributes"]["kind"]["Value"], "a b&c", "{body}");
    let absent = format!("{}x", text(&topic));
    let (error, cause) = failure(&api, &optimised("sns:publish"), json!({"TopicArn": absent, "Message": "m"})).await;
    assert_eq!(error, "SNS.NotFoundException", "{cause}");
    assert!(cause.contains("(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: "), "{cause}");

    // EventBridge.
    let entry = json!({"Source": "shop", "DetailType": "Ordered", "Detail": {"n": 1}});
    let put = output(&api, &optimised("events:putEvents"), json!({"Entries": [entry]})).await;
    assert_eq!((&put["FailedEntryCount"], put["Entries"].as_array().map(Vec::len)), (&json!(0), Some(1)), "{put}");
    assert_eq!(put["SdkHttpMetadata"], Value::Null);

    // DynamoDB, by both integrations.
    let table = json!({
        "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    let created = output(&api, &sdk("dynamodb:createTable"), table).await;
    assert!(text(&created["TableDescription"]["CreationDateTime"]).ends_with('Z'), "{created}");
    let item = json!({"id": {"S": "a"}, "is": {"BOOL": true}, "n": {"N": "5"}});
    output(&api, &optimised("dynamodb:putItem"), json!({"TableName": "orders", "Item": item})).await;
    let key = json!({"TableName": "orders", "Key": {"id": {"S": "a"}}});
    let got = output(&api, &optimised("dynamodb:getItem"), key.clone()).await;
    assert_eq!(got["Item"], item);
    assert_eq!(got["SdkHttpMetadata"]["HttpStatusCode"], 200, "{got}");
    let got = output(&api, &sdk("dynamodb:getItem"), key.clone()).await;
    assert_eq!(got, json!({"Item": {"id": {"S": "a"}, "is": {"Bool": true}, "n": {"N": "5"}}}));
    let update = json!({
        "TableName": "orders", "Key": {"id": {"S": "a"}}, "UpdateExpression": "SET n = n + :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "ALL_NEW",
    });
    let updated = output(&api, &optimised("dynamodb:updateItem"), update).await;
    assert_eq!(updated["Attributes"]["n"], json!({"N": "6"}));
    output(&api, &optimised("dynamodb:deleteItem"), key).await;
    let absent = json!({"TableName": "absent", "Key": {"id": {"S": "a"}}});
    let (error, cause) = failure(&api, &optimised("dynamodb:getItem"), absent.clone()).await;
    assert_eq!(error, "DynamoDB.ResourceNotFoundException");
    let told = "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ";
    assert!(cause.starts_with("Requested resource not found") && cause.contains(told), "{cause}");
    let (error, cause) = failure(&api, &sdk("dynamodb:getItem"), absent).await;
    assert_eq!(error, "DynamoDb.ResourceNotFoundException");
    assert!(cause.contains("(Service: DynamoDb, Status Code: 400, Request ID: "), "{cause}");
    // An error that the model does not name has the name of the client's base class.
    let condition = json!({"TableName": "orders", "Key": {"other": {"S": "a"}}});
    let (error, cause) = failure(&api, &optimised("dynamodb:getItem"), condition).await;
    assert_eq!(error, "DynamoDB.AmazonDynamoDBException", "{cause}");

    // S3.
    output(&api, &sdk("s3:createBucket"), json!({"Bucket": "bucket"})).await;
    let object = json!({
        "Bucket": "bucket", "Key": "a/é 1.json", "Body": {"n": 1}, "ContentType": "application/json", "Metadata": {"by": "us"},
    });
    let put = output(&api, &sdk("s3:putObject"), object).await;
    let got = output(&api, &sdk("s3:getObject"), json!({"Bucket": "bucket", "Key": "a/é 1.json"})).await;
    assert_eq!((&got["Body"], &got["ETag"], &got["ContentLength"]), (&json!("{\"n\":1}"), &put["ETag"], &json!(7)));
    assert_eq!((&got["ContentType"], &got["Metadata"]), (&json!("application/json"), &json!({"by": "us"})), "{got}");
    assert!(text(&got["LastModified"]).ends_with('Z'), "{got}");
    let copied = json!({"Bucket": "bucket", "Key": "copy", "CopySource": "bucket/a/%C3%A9%201.json"});
    let copied = output(&api, &sdk("s3:copyObject"), copied).await;
    assert_eq!(copied["CopyObjectResult"]["ETag"], put["ETag"], "{copied}");
    let list = output(&api, &sdk("s3:listObjectsV2"), json!({"Bucket": "bucket", "Prefix": "a/"})).await;
    assert_eq!((&list["Contents"][0]["Key"], &list["KeyCount"]), (&json!("a/é 1.json"), &json!(1)), "{list}");
    output(&api, &sdk("s3:deleteObject"), json!({"Bucket": "bucket", "Key": "copy"})).await;
    for action in ["s3:getObject", "s3:headObject"] {
        let (error, cause) = failure(&api, &sdk(action), json!({"Bucket": "bucket", "Key": "copy"})).await;
        assert_eq!(error, "S3.NoSuchKeyException", "{cause}");
        assert!(cause.contains("(Service: S3, Status Code: 404, Request ID: "), "{cause}");
    }
    // Unsupported operations are reported.
    let (_, cause) =
        failure(&api, &sdk("s3:listParts"), json!({"Bucket": "bucket", "Key": "k", "UploadId": "u"})).await;
    assert!(cause.contains("the state A calls arn:aws:states:::aws-sdk:s3:listParts"), "{cause}");
}

#[tokio::test]
async fn an_endpoint_of_aws_that_is_not_there_is_an_error_of_the_client() {
    let (_kept, closed) = http::closed();
    let api = Api::with(Server::builder().aws_endpoint(format!("http://{closed}"))).await;
    let message = json!({"QueueUrl": "q", "MessageBody": "m"});
    let (error, cause) = failure(&api, &optimised("sqs:sendMessage"), message).await;
    assert_eq!(error, "SQS.SdkClientException");
    assert!(cause.starts_with("Unable to execute HTTP request: "), "{cause}");
    // There is no certificate.
    let open = Api::new().await;
    let url = open.0.endpoint_url().replace("http:", "https:");
    let api = Api::with(Server::builder().aws_endpoint(url)).await;
    let (error, _) = failure(&api, &sdk("dynamodb:listTables"), json!({})).await;
    assert_eq!(error, "DynamoDb.SdkClientException");
}

#[tokio::test]
async fn http_tasks_call_the_hosts_that_are_allowed() {
    // Our server is also an API over HTTP.
    let other = Api::new().await;
    let url = other.0.endpoint_url();
    let task = |more: Value| {
        let mut parameters = json!({
            "ApiEndpoint": format!("{url}/"), "Method": "POST", "RequestBody": {"maxResults": 5},
            "Headers": {"X-Amz-Target": "AWSStepFunctions.ListStateMachines"},
            "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1"},
        });
        parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        parameters
    };
    let invoke = optimised("http:invoke");
    let (_, cause) = failure(&Api::new().await, &invoke, task(json!({}))).await;
    assert!(cause.contains("the state A calls") && cause.contains("--allow-http"), "{cause}");
    let api = Api::with(Server::builder().allow_http("127.0.0.1")).await;
    let result = output(&api, &invoke, task(json!({}))).await;
    assert_eq!((&result["StatusCode"], &result["StatusText"]), (&json!(200), &json!("OK")));
    assert_eq!(result["ResponseBody"], json!({"stateMachines": []}));
    assert_eq!(result["Headers"]["content-type"], json!(["application/x-amz-json-1.0"]));
    let health = json!({"ApiEndpoint": format!("{url}/health"), "Method": "GET", "RequestBody": null, "Headers": {}});
    assert_eq!(output(&api, &invoke, task(health)).await["ResponseBody"]["status"], "ok");
    let wrong = json!({"RequestBody": {"maxResults": -1}});
    let (error, cause) = failure(&api, &invoke, task(wrong)).await;
    assert_eq!((&*error, &*cause), ("States.Http.StatusCode.400", "Bad Request"));
    let (error, cause) = failure(&api, &invoke, task(json!({"ApiEndpoint": "https://example.com/"}))).await;
    assert!(cause.contains("the state A: it calls example.com, which is not allowed"), "{error} {cause}");
    let (_kept, closed) = http::closed();
    let (error, _) = failure(&api, &invoke, task(json!({"ApiEndpoint": format!("http://{closed}/")}))).await;
    assert_eq!(error, "States.Http.Socket");
    let (status, _) = http::send(other.0.local_addr(), "GET", "/health", &[], b"").await;
    assert_eq!(status, 200);
}
