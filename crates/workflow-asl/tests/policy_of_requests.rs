//! Tests the permissions that a request needs besides its own action: for roles, objects, tags, credentials and the
//! models of an inference profile.

use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_asl::policy::{self, Policy, Setting};

/// The policy of one task, whose `Parameters` or, as text, whose `Arguments` are given.
fn policy(resource: &str, request: &Value) -> Policy {
    let mut definition = json!({"StartAt": "Do", "States": {"Do": {
        "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "End": true}}});
    if request.is_string() {
        definition["QueryLanguage"] = json!("JSONata");
    }
    definition["States"]["Do"][if request.is_string() { "Arguments" } else { "Parameters" }] = request.clone();
    let setting = Setting {
        region: Some("eu-west-1".to_owned()),
        account: Some("123456789012".to_owned()),
        ..Setting::default()
    };
    policy::of(&StateMachine::read(&definition).0, &setting)
}

/// The actions with their resources, `iam:PassRole arn:aws:…`, in the order of the alphabet.
fn grants(policy: &Policy) -> Vec<String> {
    let mut all = Vec::new();
    for statement in &policy.statements {
        for action in &statement.actions {
            all.extend(statement.resources.iter().map(|resource| format!("{action} {resource}")));
        }
    }
    all.sort();
    all
}

/// Every case: an integration, its request, all that is granted, and a part of each note. `R:A` stands for region and
/// account.
fn all_are(cases: &[(&str, Value, &[&str], &[&str])]) {
    for (resource, request, granted, noted) in cases {
        let policy = policy(resource, request);
        let granted: Vec<_> = granted.iter().map(|grant| grant.replace("R:A", "eu-west-1:123456789012")).collect();
        assert_eq!(grants(&policy), granted, "{resource} {request} {:?}", policy.notes);
        assert_eq!(policy.notes.len(), noted.len(), "{resource} {request} {:?}", policy.notes);
        for part in *noted {
            let note = policy.notes.iter().find(|note| note.text.contains(part));
            let note = note.ok_or_else(|| format!("no `{part}` for {resource} {request}: {:?}", policy.notes)).unwrap();
            assert_eq!(note.states, ["Do"]);
        }
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

#[test]
fn a_role_in_a_request_is_passed_or_noted() {
    let pass = "iam:PassRole arn:aws:iam::123456789012:role/r";
    let any = "iam:PassRole arn:aws:iam::123456789012:role/*";
    let knowledge_base = "aws-sdk:bedrockagent:createKnowledgeBase";
    all_are(&[
        (knowledge_base, json!({"RoleArn": ROLE}), &["bedrock:CreateKnowledgeBase *", pass], &[]),
        (
            knowledge_base,
            json!({"RoleArn.$": "$.r"}),
            &["bedrock:CreateKnowledgeBase *", any],
            &["`RoleArn` is not known"],
        ),
        // The API requires it: a request of which nothing is known has it.
        (
            knowledge_base,
            json!("{% $states.input %}"),
            &["bedrock:CreateKnowledgeBase *", any],
            &["`RoleArn` is not known"],
        ),
        (
            "aws-sdk:glue:createJob",
            json!({"Name": "j", "Role": ROLE}),
            &["glue:CreateJob arn:aws:glue:R:A:job/j", pass],
            &[],
        ),
        (
            "aws-sdk:glue:createJob",
            json!({"Name": "j", "Role": "jobs"}),
            &["glue:CreateJob arn:aws:glue:R:A:job/j"],
            &["`Role` may be the name of a role: if a service assumes it, `iam:PassRole` on it is needed"],
        ),
        (
            "aws-sdk:rekognition:startFaceDetection",
            json!({"NotificationChannel": {"RoleArn": ROLE}}),
            &[pass, "rekognition:StartFaceDetection *"],
            &[],
        ),
        (
            "aws-sdk:rekognition:startFaceDetection",
            json!({"NotificationChannel.$": "$.channel"}),
            &["rekognition:StartFaceDetection *"],
            &["`NotificationChannel` is unknown before the workflow runs, and may contain a role (`RoleArn`)"],
        ),
        // In a condition of the action that starts the job, not passed on.
        (
            "emr-containers:startJobRun",
            json!({"VirtualClusterId": "v", "ExecutionRoleArn": ROLE}),
            &["emr-containers:StartJobRun arn:aws:emr-containers:R:A:/virtualclusters/v"],
            &[],
        ),
        // Roles are what these are about: nothing takes them on.
        (
            "aws-sdk:iam:listRoleTags",
            json!({"RoleName": "r"}),
            &["iam:ListRoleTags arn:aws:iam::123456789012:role/*"],
            &["the resource of"],
        ),
    ]);
}

#[test]
fn objects_that_are_read_with_the_machines_rights_are_allowed() {
    let object = json!({"S3Object": {"Bucket": "b", "Name": "k"}});
    all_are(&[
        (
            "aws-sdk:rekognition:detectLabels",
            json!({"Image": object}),
            &["rekognition:DetectLabels *", "s3:GetObject arn:aws:s3:::b/k"],
            &[],
        ),
        (
            "aws-sdk:rekognition:startLabelDetection",
            json!({"Video": {"S3Object": {"Bucket.$": "$.b", "Name": "k"}}}),
            &["rekognition:StartLabelDetection *", "s3:GetObject arn:aws:s3:::*/k"],
            &["`Video.S3Object.Bucket` is not known"],
        ),
        (
            "aws-sdk:rekognition:detectLabels",
            json!({"Image.$": "$.image"}),
            &["rekognition:DetectLabels *"],
            &["`Image` is unknown before the workflow runs: if it names an object in S3"],
        ),
        (
            "aws-sdk:textract:detectDocumentText",
            json!({"Document": object}),
            &["s3:GetObject arn:aws:s3:::b/k", "textract:DetectDocumentText *"],
            &[],
        ),
        (
            "aws-sdk:dynamodb:exportTableToPointInTime",
            json!({"TableArn": "arn:aws:dynamodb:eu-west-1:1:table/t", "S3Bucket": "b", "S3Prefix": "p"}),
            &[
                "dynamodb:ExportTableToPointInTime arn:aws:dynamodb:eu-west-1:1:table/t",
                "s3:PutObject arn:aws:s3:::b/p/*",
            ],
            &[],
        ),
    ]);
}

#[test]
fn tags_of_a_request_need_the_right_to_tag() {
    let tag = "ecs:TagResource arn:aws:ecs:R:A:task/*";
    let run = "ecs:RunTask arn:aws:ecs:R:A:task-definition/t:*";
    let pass = "iam:PassRole arn:aws:iam::123456789012:role/*";
    let note: &[&str] = &["the roles of a task definition are not in the workflow"];
    for resource in ["ecs:runTask", "aws-sdk:ecs:runTask"] {
        all_are(&[
            (resource, json!({"TaskDefinition": "t"}), &[run, pass], note),
            (resource, json!({"TaskDefinition": "t", "PropagateTags": "NONE"}), &[run, pass], note),
            (resource, json!({"TaskDefinition": "t", "PropagateTags": "SERVICE"}), &[run, tag, pass], note),
            (resource, json!({"TaskDefinition": "t", "Tags": [{"Key": "a", "Value": "b"}]}), &[run, tag, pass], note),
            (resource, json!({"TaskDefinition": "t", "Tags.$": "$.tags"}), &[run, tag, pass], note),
        ]);
    }
}

#[test]
fn versions_tags_grants_and_locks_of_objects_need_their_own_actions() {
    let of = |action: &str| format!("s3:{action} arn:aws:s3:::b/k");
    let cases: Vec<(&str, Value, &[&str])> = vec![
        ("putObject", json!({}), &["PutObject"]),
        ("putObject", json!({"Tagging": "a=b"}), &["PutObject", "PutObjectTagging"]),
        ("putObject", json!({"Tagging.$": "$.tags"}), &["PutObject", "PutObjectTagging"]),
        ("putObject", json!({"Acl": "public-read"}), &["PutObject", "PutObjectAcl"]),
        ("createMultipartUpload", json!({"GrantRead": "id=1"}), &["PutObject", "PutObjectAcl"]),
        ("putObject", json!({"ObjectLockMode": "COMPLIANCE"}), &["PutObject", "PutObjectRetention"]),
        ("putObject", json!({"ObjectLockLegalHoldStatus": "ON"}), &["PutObject", "PutObjectLegalHold"]),
        ("getObject", json!({"VersionId": "v"}), &["GetObject", "GetObjectVersion"]),
        ("headObject", json!({"VersionId": "v"}), &["GetObject", "GetObjectVersion"]),
        ("getObjectTagging", json!({"VersionId.$": "$.v"}), &["GetObjectTagging", "GetObjectVersionTagging"]),
        ("deleteObject", json!({"VersionId": "v"}), &["DeleteObject", "DeleteObjectVersion"]),
    ];
    for (operation, mut request, actions) in cases {
        request["Bucket"] = json!("b");
        request["Key"] = json!("k");
        let policy = policy(&format!("aws-sdk:s3:{operation}"), &request);
        let expected: Vec<_> = actions.iter().map(|action| of(action)).collect();
        assert_eq!((grants(&policy), policy.notes), (expected, Vec::new()), "{operation} {request}");
    }
    let copy = json!({"Bucket": "b", "Key": "k", "SourceBucket": "s", "SourceKey": "o", "SourceVersionId": "v", "Tagging": "a=b"});
    let read = ["s3:GetObject arn:aws:s3:::s/o", "s3:GetObjectVersion arn:aws:s3:::s/o"];
    let made = ["s3:PutObject arn:aws:s3:::b/k", "s3:PutObjectTagging arn:aws:s3:::b/k"];
    let delete = json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "k", "VersionId": "v"}]}});
    let deleted = ["s3:DeleteObject arn:aws:s3:::b/k", "s3:DeleteObjectVersion arn:aws:s3:::b/k"];
    all_are(&[
        ("aws-sdk:s3:copyObject", copy, &[read, made].concat(), &[]),
        ("aws-sdk:s3:deleteObjects", delete, &deleted, &[]),
    ]);
}

#[test]
fn a_batch_has_the_tables_that_it_names_and_a_new_queue_its_name() {
    let (read, write) = ("aws-sdk:dynamodb:batchGetItem", "aws-sdk:dynamodb:batchWriteItem");
    let unknown: &[&str] = &["the resource of `dynamodb:BatchWriteItem` is not fully known"];
    all_are(&[
        (
            read,
            json!({"RequestItems": {"a": {"Keys": [{}]}, "b.$": "$.keys"}}),
            &[
                "dynamodb:BatchGetItem arn:aws:dynamodb:R:A:table/a",
                "dynamodb:BatchGetItem arn:aws:dynamodb:R:A:table/b",
            ],
            &[],
        ),
        (
            write,
            json!({"RequestItems": {"arn:aws:dynamodb:us-east-1:1:table/old": []}}),
            &["dynamodb:BatchWriteItem arn:aws:dynamodb:us-east-1:1:table/old"],
            &[],
        ),
        (
            write,
            json!({"RequestItems.$": "$.items"}),
            &["dynamodb:BatchWriteItem arn:aws:dynamodb:R:A:table/*"],
            unknown,
        ),
        ("aws-sdk:sqs:createQueue", json!({"QueueName": "q"}), &["sqs:CreateQueue arn:aws:sqs:R:A:q"], &[]),
    ]);
}

#[test]
fn redshift_data_has_its_credentials_and_only_what_it_names() {
    let execute = "aws-sdk:redshiftdata:executeStatement";
    let workgroup = "redshift-data:ExecuteStatement arn:aws:redshift-serverless:R:A:workgroup/*";
    let cluster = "redshift-data:ExecuteStatement arn:aws:redshift:R:A:cluster:c";
    let secret = "arn:aws:secretsmanager:eu-west-1:1:secret:s-AbCdEf";
    all_are(&[
        (
            execute,
            json!({"WorkgroupName": "w", "Database": "d"}),
            &[workgroup, "redshift-serverless:GetCredentials arn:aws:redshift-serverless:R:A:workgroup/*"],
            &["the resource of `redshift-data:ExecuteStatement` is not fully known"],
        ),
        (
            execute,
            json!({"WorkgroupName": "w", "SecretArn": secret}),
            &[workgroup, &format!("secretsmanager:GetSecretValue {secret}")],
            &["the resource of"],
        ),
        (
            execute,
            json!({"ClusterIdentifier": "c", "Database": "d", "DbUser": "u"}),
            &[
                cluster,
                "redshift:GetClusterCredentials arn:aws:redshift:R:A:dbname:c/d",
                "redshift:GetClusterCredentials arn:aws:redshift:R:A:dbuser:c/u",
            ],
            &[],
        ),
        (
            execute,
            json!({"ClusterIdentifier": "c", "Database": "d"}),
            &[cluster, "redshift:GetClusterCredentialsWithIAM arn:aws:redshift:R:A:dbname:c/d"],
            &[],
        ),
    ]);
}

#[test]
fn an_answer_from_a_knowledge_base_has_that_and_its_model() {
    let generate = "aws-sdk:bedrockagentruntime:retrieveAndGenerate";
    let model = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.c";
    let with =
        |configuration: Value| json!({"Input": {"Text": "x"}, "RetrieveAndGenerateConfiguration": configuration});
    all_are(&[
        (
            generate,
            with(
                json!({"Type": "KNOWLEDGE_BASE", "KnowledgeBaseConfiguration": {"KnowledgeBaseId": "K", "ModelArn": model}}),
            ),
            &[
                &format!("bedrock:InvokeModel {model}"),
                "bedrock:Retrieve arn:aws:bedrock:R:A:knowledge-base/K",
                "bedrock:RetrieveAndGenerate *",
            ],
            &[],
        ),
        (
            generate,
            with(json!({"Type": "EXTERNAL_SOURCES", "ExternalSourcesConfiguration": {"ModelArn": model}})),
            &[&format!("bedrock:InvokeModel {model}"), "bedrock:RetrieveAndGenerate *"],
            &[],
        ),
    ]);
}

#[test]
fn an_inference_profile_has_its_models_in_every_region() {
    let models = "bedrock:InvokeModel arn:aws:bedrock:*::foundation-model/anthropic.c";
    let profile = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.c";
    let other = "arn:aws:bedrock:us-east-1:1:application-inference-profile/a1";
    for resource in ["bedrock:invokeModel", "aws-sdk:bedrockruntime:invokeModel", "aws-sdk:bedrockruntime:converse"] {
        for id in ["us.anthropic.c", "jp.anthropic.c", "global.anthropic.c", "us-gov.anthropic.c"] {
            let of_profile = format!("bedrock:InvokeModel arn:aws:bedrock:R:A:inference-profile/{id}");
            all_are(&[(resource, json!({"ModelId": id}), &[models, &of_profile], &[])]);
        }
        all_are(&[
            (
                resource,
                json!({"ModelId": "anthropic.c"}),
                &["bedrock:InvokeModel arn:aws:bedrock:eu-west-1::foundation-model/anthropic.c"],
                &[],
            ),
            (resource, json!({"ModelId": profile}), &[models, &format!("bedrock:InvokeModel {profile}")], &[]),
            (
                resource,
                json!({"ModelId": other}),
                &[&format!("bedrock:InvokeModel {other}")],
                &["`ModelId` does not name its models"],
            ),
        ]);
    }
}

#[test]
fn the_machine_that_an_http_task_names_is_unknown() {
    let connection = "arn:aws:events:us-east-1:123456789012:connection/n/1234";
    let policy = policy(
        "http:invoke",
        &json!({"ApiEndpoint": "https://a.b/c", "Method": "GET", "Authentication": {"ConnectionArn": connection}}),
    );
    let notes: Vec<_> = policy.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["the name of the state machine is unknown: any of them may call the endpoint of the HTTP task"]);
}

#[test]
fn a_queue_url_that_is_none_is_noted() {
    for (resource, action) in [
        ("sqs:sendMessage", "sqs:SendMessage"),
        ("aws-sdk:sqs:sendMessage", "sqs:SendMessage"),
        ("aws-sdk:sqs:deleteMessage", "sqs:DeleteMessage"),
    ] {
        let any = format!("{action} arn:aws:sqs:R:A:*");
        let one = format!("{action} arn:aws:sqs:us-east-1:1:q");
        all_are(&[
            (resource, json!({"QueueUrl": "jobs"}), &[&any], &["`QueueUrl` is not the URL of a queue"]),
            (resource, json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q"}), &[&one], &[]),
        ]);
    }
}

#[test]
fn a_transaction_has_the_tables_of_its_items() {
    let transact = "aws-sdk:dynamodb:transactWriteItems";
    let put = |table: &str| json!({"Put": {"TableName": table, "Item": {}}});
    let delete = json!({"Delete": {"TableName": "arn:aws:dynamodb:us-east-1:1:table/old", "Key": {}}});
    let delete_old = "dynamodb:DeleteItem arn:aws:dynamodb:us-east-1:1:table/old";
    let any = |action: &str| format!("dynamodb:{action} arn:aws:dynamodb:R:A:table/*");
    let all = ["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"].map(any);
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    all_are(&[
        (
            transact,
            json!({"TransactItems": [put("a"), delete, put("b")]}),
            &[
                delete_old,
                "dynamodb:PutItem arn:aws:dynamodb:R:A:table/a",
                "dynamodb:PutItem arn:aws:dynamodb:R:A:table/b",
            ],
            &[],
        ),
        (
            transact,
            json!({"TransactItems": [
                {"Update": {"TableName.$": "$.t"}}, {"ConditionCheck": {"TableName": "c"}}, delete]}),
            &["dynamodb:ConditionCheckItem arn:aws:dynamodb:R:A:table/c", delete_old, all[3]],
            &["the resource of `dynamodb:UpdateItem` is not fully known"],
        ),
        // One note for the four actions.
        (transact, json!({"TransactItems.$": "$.items"}), &all, &["`dynamodb:PutItem`, `dynamodb:UpdateItem` is not"]),
        (
            "aws-sdk:dynamodb:transactGetItems",
            json!({"TransactItems": [{"Get": {"TableName": "a", "Key": {}}}]}),
            &["dynamodb:GetItem arn:aws:dynamodb:R:A:table/a"],
            &[],
        ),
    ]);
}

/// The grants of S3 of a query.
fn buckets(request: &Value) -> Vec<String> {
    let policy = policy("athena:startQueryExecution", request);
    let wide: Vec<_> = policy.notes.iter().filter(|note| note.text.contains("on every bucket")).collect();
    assert_eq!(wide.len(), 1, "{:?}", policy.notes);
    grants(&policy).into_iter().filter(|grant| grant.starts_with("s3:")).collect()
}

#[test]
fn a_query_that_only_reads_writes_to_its_place_alone() {
    let query = |text: &str, place: &str| json!({"QueryString": text, "ResultConfiguration": {"OutputLocation": place}, "WorkGroup": "w"});
    let writes = |request: &Value| -> Vec<String> {
        buckets(request).iter().filter_map(|grant| Some(grant.strip_prefix("s3:PutObject ")?.to_owned())).collect()
    };
    for text in ["select * from t", " (SELECT 1)", "With a AS (SELECT 1) SELECT * FROM a", "SHOW TABLES"] {
        for place in ["s3://results/x/", "s3://results/x"] {
            let request = query(text, place);
            assert_eq!(writes(&request), ["arn:aws:s3:::results", "arn:aws:s3:::results/x/*"], "{request}");
            let all = buckets(&request);
            // The tables are elsewhere.
            assert!(all.iter().any(|grant| grant == "s3:GetObject arn:aws:s3:::*"), "{all:?}");
            assert!(!all.iter().any(|grant| grant.starts_with("s3:CreateBucket")), "{all:?}");
        }
    }
    assert_eq!(writes(&query("SELECT 1", "s3://results")), ["arn:aws:s3:::results", "arn:aws:s3:::results/*"]);
    for request in [
        query("INSERT INTO t SELECT 1", "s3://results/x/"),
        query("CREATE TABLE t AS SELECT 1", "s3://results/x/"),
        query("-- SELECT\nDROP TABLE t", "s3://results/x/"),
        query("${Query}", "s3://results/x/"),
        json!({"QueryString.$": "$.q", "ResultConfiguration": {"OutputLocation": "s3://results/x/"}}),
        json!({"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation.$": "$.to"}}),
        json!({"QueryString": "SELECT 1"}),
    ] {
        assert_eq!(writes(&request), ["arn:aws:s3:::*"], "{request}");
    }
}

/// The services that each role may be passed to.
fn passed_to(policy: &Policy) -> Vec<(String, Value)> {
    let passes = policy.statements.iter().filter(|statement| statement.actions == ["iam:PassRole"]);
    let to = |statement: &policy::Statement| statement.resources.join(" ");
    passes.map(|statement| (to(statement), json!(statement.conditions))).collect()
}

#[test]
fn a_role_is_passed_to_its_service_alone() {
    let emr = policy("elasticmapreduce:createCluster", &json!({"ServiceRole": "s", "JobFlowRole": "j"}));
    let like = |service: &str| json!({"StringLike": {"iam:PassedToService": [format!("{service}.amazonaws.com*")]}});
    let mut found = passed_to(&emr);
    found.sort_by_key(|(role, _)| role.clone());
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    assert_eq!(found, [(role("j"), like("ec2")), (role("s"), like("elasticmapreduce"))]);
    let is = |service: &str| json!({"StringEquals": {"iam:PassedToService": [format!("{service}.amazonaws.com")]}});
    for (resource, request, service) in [
        ("bedrock:createModelCustomizationJob", json!({"BaseModelIdentifier": "m", "RoleArn": ROLE}), "bedrock"),
        ("aws-sdk:glue:createJob", json!({"Name": "j", "Role": ROLE}), "glue"),
        ("aws-sdk:scheduler:createSchedule", json!({"Name": "n", "Target": {"RoleArn": ROLE}}), "scheduler"),
        ("aws-sdk:sfn:createStateMachine", json!({"Name": "n", "RoleArn": ROLE}), "states"),
    ] {
        assert_eq!(passed_to(&policy(resource, &request)), [(ROLE.to_owned(), is(service))], "{resource}");
    }
    // Both roles of the task definition are replaced.
    let roles = json!({"TaskRoleArn": role("t"), "ExecutionRoleArn": role("e")});
    let both = policy("ecs:runTask", &json!({"TaskDefinition": "t", "Overrides": roles}));
    assert_eq!(passed_to(&both), [(format!("{} {}", role("e"), role("t")), is("ecs-tasks"))]);
    assert!(both.notes.is_empty(), "{:?}", both.notes);
    let one = policy("ecs:runTask", &json!({"TaskDefinition": "t", "Overrides": {"TaskRoleArn": role("t")}}));
    assert_eq!(passed_to(&one), [(role("*"), is("ecs-tasks"))]);
}

#[test]
fn everything_is_noted_where_a_policy_can_name_less() {
    let notes = |resource: &str, request: Value| -> Vec<String> {
        policy(resource, &request).notes.into_iter().map(|note| note.text).collect()
    };
    let cluster = notes("elasticmapreduce:createCluster.sync", json!({"ServiceRole": "s", "JobFlowRole": "j"}));
    // IAM cannot limit `elasticmapreduce:RunJobFlow`.
    assert_eq!(
        cluster,
        [
            "`elasticmapreduce:DescribeCluster`, `elasticmapreduce:TerminateJobFlows` on `*`, as AWS documents it: a policy \
          can limit it to `cluster/*`"
        ]
    );
    let text = "`sns:Publish` on `*`";
    assert!(!notes("sns:publish", json!({"PhoneNumber": "1", "Message": "x"})).iter().any(|note| note.contains(text)));
}

#[test]
fn an_encrypted_machine_uses_its_key() {
    let machine = StateMachine::read(&json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})).0;
    let statement = |key: &str, name: Option<&str>| {
        let setting = Setting {
            region: Some("eu-west-1".to_owned()),
            account: Some("1".to_owned()),
            machine: name.map(str::to_owned),
            key: Some(key.to_owned()),
            patterns: [("Key.Arn".to_owned(), "arn:aws:kms:${AWS::Region}:2:key/k".to_owned())].into(),
            ..Setting::default()
        };
        let policy = policy::of(&machine, &setting);
        let [statement] = policy.statements.as_slice() else { panic!("{policy:?}") };
        assert_eq!(statement.actions, ["kms:Decrypt", "kms:GenerateDataKey"]);
        (statement.resources.join(" "), json!(statement.conditions), policy.notes.len())
    };
    let context = json!({"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn":
        ["arn:aws:states:eu-west-1:1:stateMachine:Order"]}});
    let arn = |key: &str| format!("arn:aws:kms:eu-west-1:1:key/{key}");
    assert_eq!(statement("k-1", Some("Order")), (arn("k-1"), context, 0));
    let other = "arn:aws:kms:us-east-1:2:key/k";
    assert_eq!(statement(other, None), (other.to_owned(), json!({}), 0));
    let alias = json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": ["alias/a"]}});
    assert_eq!(statement("alias/a", None), (arn("*"), alias.clone(), 0));
    assert_eq!(
        statement("arn:aws:kms:us-east-1:2:alias/a", None),
        ("arn:aws:kms:us-east-1:2:key/*".to_owned(), alias, 0)
    );
    assert_eq!(statement("${Key.Arn}", None), ("arn:aws:kms:eu-west-1:2:key/k".to_owned(), json!({}), 0));
    assert_eq!(statement("${Other}", None), (arn("*"), json!({}), 1));
}
