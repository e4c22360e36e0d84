//! Tests that the table has the names that Step Functions uses, and that every part of it can be reached.

use std::collections::BTreeSet;
use workflow_cases::every;

use workflow_services::{Integration, Pattern, Service, Shape, TaskResource};

#[test]
fn the_table_is_intact() {
    assert!(workflow_services::is_intact());
}

#[test]
fn the_table_has_the_size_it_may_have() {
    let size = include_bytes!("../table.bin").len();
    assert!(size < 3_200_000, "{size} bytes");
}

#[test]
fn it_has_all_of_aws() {
    let services: Vec<_> = Service::all().collect();
    let live = services.iter().filter(|service| !service.is_retired()).count();
    let documented = services.iter().filter(|service| service.is_documented()).count();
    let operations: usize = services.iter().map(|service| service.operations().count()).sum();
    assert!(live >= 438 && documented == 389, "{live} {documented}");
    assert!(operations > 19_700, "{operations}");
    assert_eq!(Integration::all().count(), 64);
}

#[test]
fn every_name_is_found_by_its_name() {
    for service in Service::all() {
        assert_eq!(Service::find(service.name()), Some(service));
        for operation in service.operations() {
            assert_eq!(service.operation(operation.name()), Some(operation), "{operation:?}");
        }
    }
    for integration in Integration::all() {
        assert_eq!(Integration::find(integration.name()), Some(integration));
    }
}

#[test]
fn unknown_names_are_not_found() {
    let long = "x".repeat(10_000);
    every(["", ":", ":lambda", "S3", "s4", "aws-sdk", "é", &long], |name| {
        assert_eq!(Service::find(name), None);
        assert_eq!(Integration::find(name), None);
        assert_eq!(Service::find("s3").unwrap().operation(name), None);
    });
}

#[test]
fn documented_services_resolve() {
    // `xtask` does not write a table in which one of them has a name or error prefix that differs from AWS's
    // documentation.
    let retired: Vec<_> = Service::all().filter(|service| service.is_retired()).map(Service::name).collect();
    assert_eq!(retired.len(), 23);
    every(["lookoutvision", "iotanalytics", "qldb", "robomaker"], |name| {
        assert!(retired.contains(&name), "{name}");
    });
    let live = Service::all().filter(|service| service.is_documented() && !service.is_retired());
    assert_eq!(live.filter(|service| service.operations().next().is_some()).count(), 366);
    every(
        [
            ("sfn", "Sfn"),
            ("cognitoidentityprovider", "CognitoIdentityProvider"),
            ("cloudwatchlogs", "CloudWatchLogs"),
            ("databasemigration", "DatabaseMigration"),
            ("lexruntime", "LexRuntime"),
            ("wafv2", "Wafv2"),
            ("iotsitewise", "IoTSiteWise"),
        ],
        |(name, prefix)| {
            assert_eq!(Service::find(name).unwrap().error_prefix(), prefix);
        },
    );
    assert!(!Service::find("s3vectors").unwrap().is_documented());
}

/// Follows member names; `[]` leads to elements and values.
fn at(resource: &str, path: &[&str]) -> Option<Shape> {
    let resource = format!("arn:aws:states:::{resource}");
    let mut shape = TaskResource::parse(&resource).ok()?.input();
    for step in path {
        shape = match shape {
            Shape::List(list) if *step == "[]" => list.element(),
            Shape::Map(map) if *step == "[]" => map.value(),
            other => other.member(step)?.shape,
        };
    }
    Some(shape)
}

#[test]
fn members_have_the_names_of_the_sdk_for_java() {
    every(
        [
            ("aws-sdk:rds:describeDBInstances", &["DbInstanceIdentifier"][..]),
            ("aws-sdk:s3:putObject", &["SsekmsKeyId"]),
            ("aws-sdk:s3:putObject", &["Acl"]),
            ("aws-sdk:s3:copyObject", &["SourceBucket"]),
            ("aws-sdk:dynamodb:putItem", &["Item", "[]", "Nul"]),
            ("aws-sdk:dynamodb:putItem", &["Item", "[]", "Bool"]),
            ("aws-sdk:ec2:describeInstances", &["Filters", "[]", "Values"]),
            ("aws-sdk:cloudformation:createStack", &["TemplateURL"]),
            ("dynamodb:putItem", &["Item", "[]", "NULL"]),
            ("dynamodb:putItem", &["Item", "[]", "BOOL"]),
            ("sqs:sendMessage", &["QueueUrl"]),
            ("ecs:runTask", &["NetworkConfiguration", "AwsvpcConfiguration"]),
        ],
        |(resource, path)| {
            assert!(at(resource, path).is_some(), "{resource} {path:?}");
        },
    );
    every(
        [
            ("aws-sdk:rds:describeDBInstances", &["DBInstanceIdentifier"][..]),
            ("aws-sdk:dynamodb:putItem", &["Item", "[]", "NULL"]),
            ("aws-sdk:s3:putObject", &["ACL"]),
            ("sqs:sendMessage", &["QueueURL"]),
            ("ecs:runTask", &["Count"]),
            ("dynamodb:putItem", &["Item", "[]", "Nul"]),
        ],
        |(resource, path)| {
            assert!(at(resource, path).is_none(), "{resource} {path:?}");
        },
    );
    // Java already has `equals`.
    let equals = every_member(|name| name == "EqualsValue");
    assert!(!equals.is_empty());
    assert_eq!(every_member(|name| name == "Equals"), [] as [String; 0]);
    // The optimised integrations take any JSON where the API takes a string that contains JSON.
    for (resource, member) in
        [("lambda:invoke", "Payload"), ("sqs:sendMessage", "MessageBody"), ("states:startExecution", "Input")]
    {
        assert_eq!(at(resource, &[member]), Some(Shape::Document));
    }
    assert_eq!(at("events:putEvents", &["Entries", "[]", "Detail"]), Some(Shape::Document));
}

/// Returns the paths to members of SDK integrations whose names match.
fn every_member(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for service in Service::all() {
        let mut seen = BTreeSet::new();
        for operation in service.operations() {
            visit(operation.input(), &mut seen, &mut |shape| {
                let members = shape.structure().into_iter().flat_map(|structure| structure.members());
                found.extend(members.filter(|member| wanted(member.name)).map(|_| format!("{operation:?}")));
            });
        }
    }
    found
}

/// Visits every reachable shape once.
fn visit(shape: Shape, seen: &mut BTreeSet<Shape>, see: &mut impl FnMut(Shape)) {
    if !seen.insert(shape) {
        return;
    }
    see(shape);
    match shape {
        Shape::Structure(structure) | Shape::Union(structure) => {
            structure.members().for_each(|member| visit(member.shape, seen, see));
        }
        Shape::List(list) => visit(list.element(), seen, see),
        Shape::Map(map) => {
            visit(map.key(), seen, see);
            visit(map.value(), seen, see);
        }
        _ => {}
    }
}

#[test]
fn everything_can_be_read() {
    let (mut members, mut values, mut errors, mut actions, mut shapes) = (0, 0, 0, 0, 0);
    let mut see = |shape: Shape| {
        shapes += 1;
        if let Shape::Structure(structure) | Shape::Union(structure) = shape {
            let mut names = BTreeSet::new();
            for member in structure.members() {
                assert!(member.name.is_ascii() && !member.name.is_empty());
                assert!(names.insert(member.name), "{} is there twice", member.name);
                assert_eq!(structure.member(member.name), Some(member));
            }
            members += names.len();
        }
        if let Shape::Enum(listed) = shape {
            let all: Vec<_> = listed.values().collect();
            assert!(all.is_sorted() && !all.is_empty());
            values += all.len();
        }
    };
    for service in Service::all() {
        let mut seen = BTreeSet::new();
        for operation in service.operations() {
            assert!(matches!(operation.input(), Shape::Structure(_)), "{operation:?}");
            assert!(matches!(operation.output(), Shape::Structure(_)), "{operation:?}");
            visit(operation.input(), &mut seen, &mut see);
            visit(operation.output(), &mut seen, &mut see);
            errors += operation
                .errors()
                .inspect(|error| assert!(error.to_string().ends_with("Exception"), "{error}"))
                .count();
            for action in operation.iam() {
                actions += 1;
                let name = action.name();
                let (prefix, _) = name.split_once(':').unwrap();
                assert!(!prefix.is_empty(), "{name}");
                assert!(action.resources().all(|form| form.arn == "*" || form.arn.starts_with("arn:")), "{name}");
                assert!(action.dependents().all(|name| !name.is_empty()));
            }
        }
    }
    for integration in Integration::all() {
        let mut seen = BTreeSet::new();
        visit(integration.input(), &mut seen, &mut see);
        Pattern::ALL.into_iter().for_each(|pattern| visit(integration.output(pattern), &mut seen, &mut see));
    }
    // Roughly what botocore has. A reader that stops early finds less.
    assert!(shapes > 60_000 && members > 200_000 && values > 50_000, "{shapes} {members} {values}");
    assert!(errors > 90_000 && actions > 17_500, "{errors} {actions}");
}

#[test]
fn what_step_functions_does_not_have_is_marked() {
    let supported =
        |service: &str, operation: &str| Service::find(service).unwrap().operation(operation).unwrap().is_supported();
    every(
        [
            ("sts", "assumeRole"),
            ("kinesis", "subscribeToShard"),
            ("bedrockruntime", "converseStream"),
            ("s3", "selectObjectContent"),
            ("lambda", "invokeAsync"),
            ("iot", "attachPrincipalPolicy"),
        ],
        |(service, operation)| {
            assert!(!supported(service, operation), "{service}:{operation}");
        },
    );
    assert!(supported("sts", "getCallerIdentity"));
    assert!(supported("bedrockruntime", "converse"));
}

#[test]
fn errors_have_the_names_of_their_generation() {
    every(
        [
            (
                "aws-sdk:s3:getObject",
                &["S3.NoSuchKeyException", "S3.S3Exception", "S3.SdkClientException"][..],
                "S3.NoSuchKey",
            ),
            ("aws-sdk:dynamodb:getItem", &["DynamoDb.DynamoDbException"], "DynamoDB.AmazonDynamoDBException"),
            ("aws-sdk:rds:describeDBInstances", &["Rds.DbInstanceNotFoundException"], "Rds.DBInstanceNotFoundFault"),
            (
                "dynamodb:putItem",
                &["DynamoDB.ConditionalCheckFailedException", "DynamoDB.AmazonDynamoDBException"],
                "DynamoDb.ConditionalCheckFailedException",
            ),
            (
                "lambda:invoke",
                &[
                    "Lambda.ServiceException",
                    "Lambda.SdkClientException",
                    "Lambda.Unknown",
                    "Lambda.AWSLambdaException",
                    "Lambda.TooManyRequestsException",
                ],
                "Lambda.Unkown",
            ),
            (
                "states:startExecution",
                &["StepFunctions.ExecutionAlreadyExistsException"],
                "StepFunctions.ExecutionLimitExceeded",
            ),
            ("apigateway:invoke", &["ApiGateway.403"], "ApiGatewy.403"),
            (
                "http:invoke",
                &["States.Http.StatusCode.404", "States.Http.Socket", "Events.ConnectionResource.X"],
                "States.Http.Status.404",
            ),
            ("ecs:runTask", &["AmazonECS.Unknown", "ECS.AmazonECSException"], "ECS.Unknown"),
        ],
        |(resource, raised, foreign)| {
            let resource = format!("arn:aws:states:::{resource}");
            let task = TaskResource::parse(&resource).unwrap();
            for name in raised {
                assert!(task.errors().any(|error| error.matches(name)), "{resource} {name}");
            }
            assert!(!task.errors().any(|error| error.matches(foreign)), "{resource} {foreign}");
        },
    );
}

#[test]
fn limits_are_those_of_the_models() {
    let ends = |resource: &str, path: &[&str]| {
        let task = TaskResource::parse(resource).unwrap();
        let (mut shape, mut limits) = (task.input(), None);
        for name in path {
            (shape, limits) = match shape {
                Shape::List(list) => (list.element(), list.element_limits()),
                Shape::Map(map) => (map.value(), map.value_limits()),
                _ => shape.member(name).map(|member| (member.shape, member.limits)).unwrap(),
            };
        }
        limits.map(|limits| (limits.least(), limits.greatest()))
    };
    let lambda = "arn:aws:states:::aws-sdk:lambda:createFunction";
    assert_eq!(ends(lambda, &["MemorySize"]).unwrap().0, Some(128.0));
    assert_eq!(ends(lambda, &["FunctionName"]), Some((Some(1.0), Some(140.0))));
    // A list, and its elements.
    let dynamo = "arn:aws:states:::aws-sdk:dynamodb:batchGetItem";
    assert_eq!(ends(dynamo, &["RequestItems"]), Some((Some(1.0), Some(100.0))));
    assert_eq!(ends(dynamo, &["RequestItems", "*", "Keys"]), Some((Some(1.0), Some(100.0))));
    assert_eq!(ends("arn:aws:states:::aws-sdk:sqs:sendMessage", &["MessageBody"]), None);
}

#[test]
fn idempotency_tokens_are_those_that_aws_marks_or_documents() {
    every(
        [
            ("ecs:runTask", Some("ClientToken")),
            ("athena:startQueryExecution", Some("ClientRequestToken")),
            ("codebuild:startBuild", Some("IdempotencyToken")),
            ("aws-sdk:ec2:runInstances", Some("ClientToken")),
            // Marked in the model, under a name that does not say so.
            ("aws-sdk:efs:createFileSystem", Some("CreationToken")),
            ("aws-sdk:route53resolver:createResolverRule", Some("CreatorRequestId")),
            // Documented, and not marked in the model.
            ("aws-sdk:route53:createHostedZone", Some("CallerReference")),
            ("aws-sdk:textract:startDocumentAnalysis", Some("ClientRequestToken")),
            // The name of a token, of another use.
            ("aws-sdk:cloudcontrol:getResourceRequestStatus", None),
            ("aws-sdk:codepipeline:putThirdPartyJobSuccessResult", None),
            ("aws-sdk:s3:getObject", None),
            ("lambda:invoke", None),
        ],
        |(resource, token)| {
            let resource = format!("arn:aws:states:::{resource}");
            let request = TaskResource::parse(&resource).unwrap().input().structure().unwrap();
            assert_eq!(request.idempotency_token().map(|member| member.name), token, "{resource}");
        },
    );
    // The SDK fills in what the model marks, and nothing else.
    let required = |operation: &str, member| {
        let resource = format!("arn:aws:states:::aws-sdk:{operation}");
        TaskResource::parse(&resource).unwrap().input().member(member).unwrap().required
    };
    assert!(!required("efs:createFileSystem", "CreationToken"));
    let filled = |operation: &str| {
        let resource = format!("arn:aws:states:::aws-sdk:{operation}");
        TaskResource::parse(&resource).unwrap().input().structure().unwrap().idempotency_token().unwrap().filled_token
    };
    assert!(filled("efs:createFileSystem") && filled("s3control:createJob"));
    // Marked as a token, but it says which query.
    assert!(required("athena:stopQueryExecution", "QueryExecutionId"));
    assert!(!filled("ec2:runInstances") && !filled("route53:createHostedZone"));
    assert!(required("route53:createHostedZone", "CallerReference"));

    let requests =
        || Service::all().flat_map(Service::operations).filter_map(|operation| operation.input().structure());
    let tokens = |request: workflow_services::Structure| request.members().filter(|member| member.idempotency_token);
    assert!(requests().filter(|request| tokens(*request).count() == 1).count() > 1_600);
    assert!(requests().all(|request| tokens(request).all(|token| token.shape == Shape::String)));
    assert!(requests().all(|request| tokens(request).count() < 2));
}
