//! Completion at places of four documents: with a part of each replaced by the text before and after the cursor.

use workflow_cases::every;

use super::client::Client;

const PATHS: (&str, &str) = ("paths.asl.json", include_str!("files/paths.asl.json"));
const EXPRESSIONS: (&str, &str) = ("expressions.asl.json", include_str!("files/expressions.asl.json"));
const YAML: (&str, &str) = ("order.asl.yaml", include_str!("files/order.asl.yaml"));
const TEMPLATE: (&str, &str) = ("template.yaml", include_str!("files/template.yaml"));
const TEXT: (&str, &str) = ("text.yaml", include_str!("files/text.yaml"));
const RUST: (&str, &str) = ("order.rs", include_str!("files/order.rs"));
const TERRAFORM: (&str, &str) = ("main.tf", include_str!("files/main.tf"));

/// A document, the part of it that is replaced, the text in its place with the cursor, and what is expected: labels
/// that are there, `!` before those that are not, and `^` before the first ones in their order. The document ends at a
/// `✂`.
type Probe = ((&'static str, &'static str), &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const PROBES: &[Probe] = &[
    // States.
    (PATHS, r#""StartAt": "Read""#, r#""StartAt": "⎀""#, &["Read", "Check", "Each", "Sum", "Failed", "!One"]),
    (PATHS, r#""Next": "Check""#, r#""Next": "⎀""#, &["Check", "Sum", "!Two"]),
    (PATHS, r#""Next": "Check""#, r#""Next": "Ch⎀""#, &["Check"]),
    (PATHS, r#""Next": "Check""#, r#""Next": ⎀"#, &["Check", "Each"]),
    (PATHS, r#""Next": "Two""#, r#""Next": "⎀""#, &["Two", "!Read"]),
    (PATHS, r#""StartAt": "One""#, r#""StartAt": "⎀""#, &["One", "Two", "!Read"]),
    (PATHS, r#""Default": "Failed""#, r#""Default": "⎀""#, &["Failed", "Each"]),
    (PATHS, r#""NumericGreaterThan": 0, "Next": "Each""#, r#""NumericGreaterThan": 0, "Next": "⎀""#, &["Each", "Sum"]),
    (PATHS, r#"["States.ALL"], "Next": "Failed""#, r#"["States.ALL"], "Next": "⎀""#, &["Failed"]),
    (EXPRESSIONS, r#"{"StartAt": "Left""#, r#"{"StartAt": "⎀""#, &["Left", "!Right"]),
    (YAML, "Next: Call", "Next: ⎀", &["Call", "Pause", "Done"]),
    (YAML, "Next: Call", "Next: Pa⎀", &["Pause"]),
    (YAML, "StartAt: Prepare", "StartAt: ⎀", &["Prepare"]),
    (TEMPLATE, "Next: Tell", "Next: ⎀", &["Tell", "Store"]),
    (TEMPLATE, "StartAt: Store", "StartAt: ⎀", &["Store"]),
    // Fields.
    (PATHS, r#""Comment": "By paths","#, r#""⎀","#, &["TimeoutSeconds", "Version", "!States", "!StartAt"]),
    (PATHS, r#""ResultPath": "$.head","#, r#""⎀","#, &["TimeoutSeconds", "OutputPath", "ResultSelector", "!Seconds", "!Next", "!Arguments"]),
    (PATHS, r#""ResultPath": "$.head","#, "⎀", &["ResultPath", "HeartbeatSeconds", "!Resource"]),
    (PATHS, r#""ResultPath": "$.head","#, r#""Resul⎀","#, &["ResultPath"]),
    (PATHS, r#"{"Type": "Succeed"}"#, r#"{"Type": "Succeed", ⎀}"#, &["Comment", "InputPath", "OutputPath", "!Next", "!Retry"]),
    (PATHS, r#"{"Type": "Succeed"}"#, r#"{⎀}"#, &["^Type"]),
    (PATHS, r#""MaxAttempts": 2"#, r#"⎀"#, &["MaxAttempts", "BackoffRate", "JitterStrategy", "MaxDelaySeconds", "!ErrorEquals"]),
    (PATHS, r#"[{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]"#, "[{⎀}]", &["^ErrorEquals", "Next", "ResultPath"]),
    (PATHS, r#""NumericGreaterThan": 0, "#, "⎀", &["NumericEquals", "And", "IsPresent", "StringMatches", "!Condition", "!Variable"]),
    (PATHS, r#"{"Mode": "INLINE"}"#, r#"{⎀}"#, &["Mode", "ExecutionType"]),
    (PATHS, r#""ItemsPath": "$.items","#, "⎀", &["ItemSelector", "MaxConcurrency", "ItemsPath", "!Items", "!ItemProcessor"]),
    (PATHS, r#""Error": "Lost""#, "⎀", &["Error", "ErrorPath", "Cause", "!Next"]),
    (EXPRESSIONS, r#""ReturnValues": "NONE"
      },"#, r#""ReturnValues": "NONE"
      }, "⎀","#, &["Assign", "TimeoutSeconds", "!ResultPath", "!Parameters"]),
    (EXPRESSIONS, r#"{"Condition": "{% $limit > 3 %}", "#, "{⎀", &["Condition", "Assign", "Output", "!Variable", "!StringEquals"]),
    (EXPRESSIONS, r#""Seconds": 1, "#, "⎀", &["^Seconds", "Timestamp", "!SecondsPath"]),
    (YAML, "    Seconds: \"{% $limit %}\"\n", "    ⎀\n", &["Seconds", "Timestamp", "Comment"]),
    (YAML, "    Seconds: \"{% $limit %}\"\n", "    Sec⎀\n", &["Seconds"]),
    (YAML, "        MaxAttempts: 3\n", "        ⎀\n", &["MaxAttempts", "BackoffRate", "!ErrorEquals"]),
    (YAML, "      - ErrorEquals: [States.ALL]\n        Next: Failed\n", "      - ⎀\n", &["^ErrorEquals", "Next"]),
    (YAML, "      - ErrorEquals: [States.ALL]\n        Next: Failed\n", "      - Err⎀\n", &["ErrorEquals"]),
    (YAML, "QueryLanguage: JSONata\n", "⎀\n", &["QueryLanguage", "Comment", "!States"]),
    (YAML, "  Done:\n    Type: Succeed\n", "  Done:\n    ⎀\n", &["^Type", "Comment"]),
    (YAML, "        id: a-1\n", "        id: a-1\n        ⎀\n", &["!Type"]),
    (TEMPLATE, "            ResultPath: $.stored\n", "            ⎀\n", &["ResultPath", "Retry", "!Resource"]),
    (TEMPLATE, "              Message.$: $.id\n            End: true\n", "              Message.$: $.id\n            ⎀\n", &["End", "Next", "ResultPath"]),
    // Words and flags.
    (PATHS, r#""Type": "Succeed""#, r#""Type": "⎀""#, &["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"]),
    (PATHS, r#""Mode": "INLINE""#, r#""Mode": "⎀""#, &["INLINE", "DISTRIBUTED"]),
    (PATHS, r#""MaxAttempts": 2"#, r#""JitterStrategy": "⎀""#, &["NONE", "FULL"]),
    (PATHS, r#""End": true"#, r#""End": ⎀"#, &["true"]),
    (PATHS, r#""NumericGreaterThan": 0"#, r#""IsPresent": ⎀"#, &["true", "false"]),
    (EXPRESSIONS, r#""QueryLanguage": "JSONata""#, r#""QueryLanguage": "⎀""#, &["JSONPath", "JSONata"]),
    (YAML, "Type: Wait", "Type: ⎀", &["Wait", "Pass"]),
    (TEMPLATE, "            End: true", "            End: ⎀", &["true"]),
    // Actions.
    (PATHS, "arn:aws:states:::aws-sdk:s3:headObject", "⎀", &["arn:aws:states:::lambda:invoke", "arn:aws:states:::aws-sdk:s3:", "arn:aws:states:::ecs:runTask.sync"]),
    (PATHS, "arn:aws:states:::aws-sdk:s3:headObject", "arn:aws:states:::dyn⎀", &["arn:aws:states:::dynamodb:getItem"]),
    (PATHS, "arn:aws:states:::aws-sdk:s3:headObject", "arn:aws:states:::aws-sdk:s3:⎀", &["arn:aws:states:::aws-sdk:s3:getObject", "arn:aws:states:::aws-sdk:s3:listObjectsV2", "!arn:aws:states:::lambda:invoke"]),
    (YAML, "Resource: arn:aws:states:::lambda:invoke", "Resource: ⎀", &["arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken"]),
    (TEMPLATE, "Resource: arn:aws:states:::sns:publish", "Resource: ⎀", &["arn:aws:states:::sns:publish", "!arn:aws:states:::sns:publish.waitForTaskToken"]),
    // Requests.
    (PATHS, "\"Bucket\": \"invoices\",\n        \"Key.$\": \"$.key\"", "⎀", &["^Bucket", "^Key", "^Bucket.$", "^Key.$", "VersionId", "Range.$"]),
    (PATHS, "\"Bucket\": \"invoices\",\n        \"Key.$\": \"$.key\"", r#""Bucket": "b", "⎀""#, &["^Key", "^Key.$", "!Bucket", "!Bucket.$"]),
    (EXPRESSIONS, r#""ReturnValues": "NONE""#, "⎀", &["ReturnValues", "ConditionExpression", "!TableName", "!ReturnValues.$"]),
    (EXPRESSIONS, r#""ReturnValues": "NONE""#, r#""ReturnValues": "⎀""#, &["NONE", "ALL_OLD", "UPDATED_NEW"]),
    (EXPRESSIONS, r#"{"id": {"S": "{% $states.input.order.id %}"}}"#, r#"{"id": {⎀}}"#, &["S", "N", "BOOL", "M"]),
    (YAML, "      Payload: \"{% $states.input.order %}\"\n", "      ⎀\n", &["Payload", "InvocationType", "Qualifier", "!FunctionName"]),
    (YAML, "      Payload: \"{% $states.input.order %}\"\n", "      InvocationType: ⎀\n", &["Event", "RequestResponse"]),
    (TEMPLATE, "              Message.$: $.id\n", "              ⎀\n", &["Message", "Message.$", "Subject", "!TopicArn"]),
    (TEMPLATE, "              TableName: !Ref Table\n", "              ReturnValues: ⎀\n", &["ALL_NEW", "UPDATED_OLD"]),
    // Errors.
    (PATHS, r#"["States.ALL"]"#, r#"["⎀"]"#, &["S3.NoSuchKeyException", "States.ALL", "States.Timeout", "!States.Runtime"]),
    (PATHS, r#"["S3.SdkClientException"]"#, r#"["S3.⎀"]"#, &["^S3.NoSuchKeyException", "S3.SdkClientException"]),
    (EXPRESSIONS, r#"["States.TaskFailed"]"#, r#"["⎀"]"#, &["^Left.Behind", "States.BranchFailed"]),
    (YAML, "          - Lambda.TooManyRequestsException", "          - ⎀", &["Lambda.TooManyRequestsException", "Lambda.ServiceException", "States.Timeout"]),
    (YAML, "[States.ALL]", "[⎀]", &["Lambda.Unknown", "States.ALL"]),
    // Variables.
    (PATHS, r#""count.$": "$total""#, r#""count.$": "$⎀""#, &["^$", "$total", "$$"]),
    (EXPRESSIONS, "{% $limit %}", "{% $⎀ %}", &["^$states", "$limit", "$orderId", "$sum", "$uuid", "!$eval"]),
    (EXPRESSIONS, "{% $limit %}", "{% $li⎀ %}", &["$limit"]),
    (EXPRESSIONS, "{% $limit > 3 %}", "{% $⎀ > 3 %}", &["$limit"]),
    (EXPRESSIONS, r#""ReturnValues": "NONE"
      },"#, r#""ReturnValues": "NONE"
      }, "Assign": {"limit": 1, "⎀"},"#, &["orderId", "!limit"]),
    (YAML, "{% $limit %}", "{% $⎀ %}", &["$limit", "$states"]),
    (YAML, "  Done:\n", "  New:\n    Type: Wait\n    Seconds: \"{% $⎀ %}\"\n    Next: Done\n  Done:\n", &["$limit", "$states"]),
    // Members of values.
    (PATHS, r#""size.$": "$.head.ContentLength""#, r#""size.$": "$.⎀""#, &["head", "all"]),
    (PATHS, r#""size.$": "$.head.ContentLength""#, r#""size.$": "$.head.⎀""#, &["ContentLength", "ContentType", "ETag", "Metadata"]),
    (PATHS, r#""Variable": "$.head.ContentLength""#, r#""Variable": "$.head.⎀""#, &["ContentLength", "LastModified"]),
    (PATHS, r#""size.$": "$.head.ContentLength""#, r#""size.$": "$$.⎀""#, &["Execution", "State", "StateMachine"]),
    (PATHS, r#""size.$": "$.head.ContentLength""#, r#""size.$": "$$.Execution.⎀""#, &["Id", "Input", "StartTime"]),
    (PATHS, r#""size.$": "$.head.ContentLength""#, r#""size.$": "States.⎀""#, &["States.Format", "States.ArrayLength", "States.UUID"]),
    (PATHS, r#""size.$": "$.head.ContentLength""#, r#""size.$": "States.Format('{}', $.head.⎀)""#, &["ContentLength"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.⎀ %}", &["input", "context", "!result", "!errorOutput"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.⎀ %}", &["order", "due"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.⎀ %}", &["id", "lines"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.lines.⎀ %}", &["sku", "count"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.lines[0].⎀ %}", &["sku", "count"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.lines[⎀] %}", &["sku", "count"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.lines[cou⎀ > 1] %}", &["sku", "count"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.lines[$lowercase(s⎀) = 'x'].sku %}", &["sku"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.(order.⎀) %}", &["id", "lines"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.⎀lines[0].sku %}", &["id", "lines"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $uppercase($states.input.order.⎀) %}", &["id", "lines"]),
    (EXPRESSIONS, "{% $states.result.SdkHttpMetadata.HttpStatusCode %}", "{% $states.⎀ %}", &["input", "result", "context"]),
    (EXPRESSIONS, "{% $states.result.SdkHttpMetadata.HttpStatusCode %}", "{% $states.result.⎀ %}", &["Attributes", "SdkHttpMetadata"]),
    (EXPRESSIONS, "{% $states.result.SdkHttpMetadata.HttpStatusCode %}", "{% $states.result.Item⎀ %}", &["ItemCollectionMetrics"]),
    (EXPRESSIONS, "{% $states.errorOutput.Cause %}", "{% $states.errorOutput.⎀ %}", &["Error", "Cause"]),
    (EXPRESSIONS, "{% $sum([1, 2]) %}", "{% $states.context.State.⎀ %}", &["Name", "EnteredTime"]),
    (YAML, "{% $states.input.order %}", "{% $states.input.⎀ %}", &["order", "due"]),
    (TEMPLATE, "Message.$: $.id", "Message.$: $.stored.⎀", &["Attributes"]),
    // Definitions that are texts, and Terraform.
    (TEXT, r#""Next": "Tell""#, r#""Next": "⎀""#, &["Tell", "Store"]),
    (TEXT, r#""ResultPath": "$.stored","#, "⎀", &["ResultPath", "TimeoutSeconds", "!Resource"]),
    (TEXT, r#""ResultPath": "$.stored","#, r#""Resul⎀"#, &["ResultPath"]),
    (TEXT, "$.stored.Attributes", "$.stored.⎀", &["Attributes", "ItemCollectionMetrics"]),
    (TEXT, r#"{"TableName": "${Table}", "#, r#"{"TableName": "${Table}", "⎀", "#, &["ReturnValues", "!Key"]),
    (TERRAFORM, r#"Next = "Tell""#, r#"Next = "⎀""#, &["Tell", "Store", "!Second"]),
    (TERRAFORM, r#"Type     = "Task""#, r#"Type     = "⎀""#, &["Task", "Wait"]),
    (TERRAFORM, "arn:aws:states:::dynamodb:updateItem", "⎀", &["arn:aws:states:::dynamodb:getItem"]),
    (TERRAFORM, "        Next = \"Tell\"\n", "        Next = \"Tell\"\n        ⎀\n", &["Retry", "Catch", "!Next"]),
    (TERRAFORM, r#""Next": "Second""#, r#""Next": "⎀""#, &["First", "Second", "!Tell"]),
    (TERRAFORM, r#""Seconds": 3, "#, r#""⎀", "#, &["Seconds", "Timestamp"]),
    // In Rust, what rust-analyzer does not complete, and nothing else.
    (RUST, r#"TableName: "orders","#, "⎀", &["^TableName", "ConditionExpression", "!Item"]),
    (RUST, r#"TableName: "orders","#, "Tab⎀", &["TableName"]),
    (RUST, r#"TableName: "orders","#, r#"TableName: "orders", Tab⎀: "x","#, &["ConditionExpression", "!TableName"]),
    (RUST, "S: input.id", "⎀", &["S", "N", "BOOL", "SS"]),
    (RUST, r#""NONE""#, r#""⎀""#, &["NONE", "ALL_OLD", "UPDATED_NEW"]),
    (RUST, r#"ReturnValues: "NONE","#, r#"ReturnValues: ⎀,"#, &["!NONE", "!input"]),
    (RUST, "[Lambda.TooManyRequestsException]", "[⎀]", &["Lambda.TooManyRequestsException", "Lambda.ServiceException", "States.ALL", "!SQS.InvalidAddressException"]),
    (RUST, "[Lambda.TooManyRequestsException]", "[States.Timeout, Lambda.T⎀]", &["Lambda.TooManyRequestsException", "Lambda.ServiceException"]),
    (RUST, "catch [States.ALL]", "catch [⎀]", &["Lambda.TooManyRequestsException", "States.TaskFailed"]),
    (RUST, "result.Payload.payer.account", "result.⎀", &["Payload", "StatusCode", "!amount"]),
    (RUST, "result.Payload.payer.account", "result.Payload.⎀", &["amount", "payer"]),
    (RUST, "result.Payload.payer.account", "result.Payload.payer.acc⎀", &["account"]),
    (RUST, "result.ConsumedCapacity", "result.⎀", &["Attributes", "ConsumedCapacity"]),
    (RUST, "MessageBody: input.text", "MessageBody: input.text, ⎀", &["DelaySeconds", "MessageGroupId", "!QueueUrl"]),
    (RUST, "{ id: input.id }", "{ id: input.⎀ }", &["!id", "!count"]),
    (RUST, "-> Store", "-> ⎀", &["!Store", "!Failed"]),
    (RUST, "Order::NAME", "⎀", &["!Order"]),
    // Documents that end at the cursor.
    (PATHS, r#""Next": "Check""#, r#""Next": "⎀✂"#, &["Read", "!Check"]),
    (PATHS, r#""ResultPath": "$.head","#, "\"⎀✂", &["ResultPath", "Next", "!Resource"]),
    (PATHS, r#"["States.ALL"]"#, r#"["⎀✂"#, &["S3.NoSuchKeyException", "States.ALL"]),
    (EXPRESSIONS, "{% $states.input.order.id %}", "{% $states.input.order.⎀✂", &["id", "lines"]),
    (EXPRESSIONS, r#""ReturnValues": "NONE""#, "⎀✂", &["ReturnValues", "ConditionExpression", "!TableName"]),
    (YAML, "Next: Call", "Next: ⎀✂", &["Prepare"]),
    (YAML, "      Payload: \"{% $states.input.order %}\"\n", "      ⎀✂", &["Payload", "!FunctionName"]),
    (YAML, "{% $states.input.order %}", "{% $states.input.⎀✂", &["order", "due"]),
    (TEMPLATE, "            ResultPath: $.stored\n", "            Res⎀✂", &["ResultPath"]),
    (TEMPLATE, "Resource: arn:aws:states:::sns:publish", "Resource: arn:aws:states:::s⎀✂", &["arn:aws:states:::sns:publish", "arn:aws:states:::sqs:sendMessage"]),
];

#[test]
fn the_cursor_gets_what_may_be_written_there() {
    let mut client = Client::new();
    assert!(PROBES.len() >= 89, "{}", PROBES.len());
    every(PROBES, |((name, text), part, marked, expected)| {
        assert_eq!(text.matches(part).count(), 1, "{part} must occur once");
        let text = text.replace(part, marked);
        let labels = client.complete(name, text.split('✂').next().unwrap());
        let first: Vec<_> = expected.iter().filter_map(|label| label.strip_prefix('^')).collect();
        assert_eq!(labels.iter().take(first.len()).collect::<Vec<_>>(), first, "the first of {labels:.20?}");
        for label in *expected {
            match label.strip_prefix('!') {
                Some(other) => assert!(!labels.iter().any(|known| known == other), "{other} is among {labels:.20?}"),
                None if label.starts_with('^') => {}
                None => assert!(labels.iter().any(|known| known == label), "{label} is not among {labels:?}"),
            }
        }
    });
    // A file with the text in the braces alone.
    let labels = client.complete("order.wf", "workflow A { task B = sqs::sendMessage { ⎀ } -> end; }");
    assert_eq!(labels.iter().take(2).collect::<Vec<_>>(), ["MessageBody", "QueueUrl"]);
    client.end();
}
