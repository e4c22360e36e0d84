//! The known names and ARNs of a template's resources, as patterns of IAM.
//!
//! The values of `Ref` and `Fn::GetAtt`:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>. If the
//! template does not give a name, CloudFormation generates one that contains the logical ID:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use workflow_asl::placeholder;
use workflow_asl::policy::literal;

use super::functions::Functions;

/// The value of `Ref`.
#[derive(Clone, Copy)]
enum Ref {
    Name,
    Arn,
    /// The URL of a queue.
    Url,
}

/// A type of resource: the value of `Ref`, the property with its name, and its ARN with `{}` for the name.
type ResourceType = (&'static str, Ref, &'static str, &'static str);

/// The types of resources that state machines call.
const KINDS: &[ResourceType] = &[
    ("AWS::ApiGateway::RestApi", Ref::Name, "", "arn:${P}:apigateway:${R}::/restapis/{}"),
    ("AWS::Athena::WorkGroup", Ref::Name, "Name", "arn:${P}:athena:${R}:${A}:workgroup/{}"),
    ("AWS::Batch::JobDefinition", Ref::Arn, "JobDefinitionName", "arn:${P}:batch:${R}:${A}:job-definition/{}:*"),
    ("AWS::Batch::JobQueue", Ref::Arn, "JobQueueName", "arn:${P}:batch:${R}:${A}:job-queue/{}"),
    ("AWS::CodeBuild::Project", Ref::Name, "Name", "arn:${P}:codebuild:${R}:${A}:project/{}"),
    ("AWS::DynamoDB::GlobalTable", Ref::Name, "TableName", "arn:${P}:dynamodb:${R}:${A}:table/{}"),
    ("AWS::DynamoDB::Table", Ref::Name, "TableName", "arn:${P}:dynamodb:${R}:${A}:table/{}"),
    ("AWS::ECS::Cluster", Ref::Name, "ClusterName", "arn:${P}:ecs:${R}:${A}:cluster/{}"),
    ("AWS::ECS::TaskDefinition", Ref::Arn, "Family", "arn:${P}:ecs:${R}:${A}:task-definition/{}:*"),
    ("AWS::Events::Connection", Ref::Name, "Name", "arn:${P}:events:${R}:${A}:connection/{}/*"),
    ("AWS::Events::EventBus", Ref::Name, "Name", "arn:${P}:events:${R}:${A}:event-bus/{}"),
    ("AWS::Glue::Crawler", Ref::Name, "Name", "arn:${P}:glue:${R}:${A}:crawler/{}"),
    ("AWS::Glue::Job", Ref::Name, "Name", "arn:${P}:glue:${R}:${A}:job/{}"),
    ("AWS::IAM::Role", Ref::Name, "RoleName", "arn:${P}:iam::${A}:role/{}"),
    ("AWS::KMS::Key", Ref::Name, "", "arn:${P}:kms:${R}:${A}:key/{}"),
    ("AWS::Kinesis::Stream", Ref::Name, "Name", "arn:${P}:kinesis:${R}:${A}:stream/{}"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        Ref::Name,
        "DeliveryStreamName",
        "arn:${P}:firehose:${R}:${A}:deliverystream/{}",
    ),
    ("AWS::Lambda::Alias", Ref::Arn, "", "arn:${P}:lambda:${R}:${A}:function:{}"),
    ("AWS::Lambda::Function", Ref::Name, "FunctionName", "arn:${P}:lambda:${R}:${A}:function:{}"),
    ("AWS::Lambda::Version", Ref::Arn, "", "arn:${P}:lambda:${R}:${A}:function:{}"),
    ("AWS::S3::Bucket", Ref::Name, "BucketName", "arn:${P}:s3:::{}"),
    ("AWS::SNS::Topic", Ref::Arn, "TopicName", "arn:${P}:sns:${R}:${A}:{}"),
    ("AWS::SQS::Queue", Ref::Url, "QueueName", "arn:${P}:sqs:${R}:${A}:{}"),
    ("AWS::SecretsManager::Secret", Ref::Arn, "Name", "arn:${P}:secretsmanager:${R}:${A}:secret:{}-*"),
    ("AWS::Serverless::Function", Ref::Name, "FunctionName", "arn:${P}:lambda:${R}:${A}:function:{}"),
    ("AWS::Serverless::SimpleTable", Ref::Name, "TableName", "arn:${P}:dynamodb:${R}:${A}:table/{}"),
    ("AWS::Serverless::StateMachine", Ref::Arn, "Name", "arn:${P}:states:${R}:${A}:stateMachine:{}"),
    ("AWS::StepFunctions::Activity", Ref::Arn, "Name", "arn:${P}:states:${R}:${A}:activity:{}"),
    ("AWS::StepFunctions::StateMachine", Ref::Arn, "StateMachineName", "arn:${P}:states:${R}:${A}:stateMachine:{}"),
];

/// The attributes that are a resource's ARN, and the attributes that are its name.
const ARNS: [&str; 5] = ["Arn", "FunctionArn", "QueueArn", "TopicArn", "StreamArn"];
const NAMES: [&str; 6] = ["Name", "FunctionName", "QueueName", "TopicName", "RoleName", "TableName"];

/// The minimum length of the logical ID's part in a generated name.
const OF_LOGICAL_ID: usize = 24;

/// Returns the patterns for the placeholders of resources: `Table` for `Ref`, `Queue.Arn` for `Fn::GetAtt`. Partition,
/// region and account are CloudFormation's placeholders.
pub(super) fn patterns(resources: &Map<String, Value>, functions: &Functions<'_>) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for (id, resource) in resources {
        let ty = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let Some((_, gives, property, form)) = KINDS.iter().find(|kind| kind.0 == ty) else { continue };
        let name = name(id, resource, property, functions);
        let form = [("${P}", "${AWS::Partition}"), ("${R}", "${AWS::Region}"), ("${A}", "${AWS::AccountId}")]
            .iter()
            .fold((*form).to_owned(), |form, (short, long)| form.replace(short, long));
        let arn = form.replace("{}", &name);
        let reference = match gives {
            Ref::Name => name.clone(),
            Ref::Arn => arn.clone(),
            Ref::Url => format!("https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/{name}"),
        };
        known.extend(ARNS.iter().map(|attribute| (format!("{id}.{attribute}"), arn.clone())));
        known.extend(NAMES.iter().map(|attribute| (format!("{id}.{attribute}"), name.clone())));
        // SAM creates an alias and versions with a function.
        if ty == "AWS::Serverless::Function" {
            known.extend(["Alias", "Version"].map(|made| (format!("{id}.{made}"), format!("{arn}:*"))));
        }
        known.insert(id.clone(), reference);
    }
    known
}

/// Returns a resource's name: the one in the template, otherwise the pattern of generated names.
fn name(id: &str, resource: &Value, property: &str, functions: &Functions<'_>) -> String {
    let given = resource.get("Properties").and_then(|properties| properties.get(property));
    if let Some(given) = given
        && let Ok(text) = functions.text(given)
    {
        let mut pattern = String::new();
        let mut from = 0;
        for (range, name) in placeholder::named(&text) {
            pattern.push_str(&literal(text.get(from..range.start).unwrap_or_default()));
            match functions.parameter(name) {
                Some(value) => pattern.push_str(&literal(&value.text())),
                None if name.starts_with("AWS::") => pattern.push_str(text.get(range.clone()).unwrap_or_default()),
                None => pattern.push('*'),
            }
            from = range.end;
        }
        pattern.push_str(&literal(text.get(from..).unwrap_or_default()));
        return pattern;
    }
    if property.is_empty() {
        return "*".to_owned();
    }
    // A bucket's name has no upper-case letters.
    let lower = id.to_ascii_lowercase();
    let id = if property == "BucketName" { lower.as_str() } else { id };
    match id.get(..OF_LOGICAL_ID) {
        Some(start) => format!("*{start}*"),
        None => format!("*{id}-*"),
    }
}
